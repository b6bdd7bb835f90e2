"""The exam of the person: ten digits, and what the models made of them."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.handwriting import FOUR, ONE, SEVEN, ZERO, fabric
from ui import state

HAND = {0: ZERO, 1: ONE, 4: FOUR, 7: SEVEN}


@pytest.fixture
def at():
    at = AppTest.from_file("../../streamlit_app.py", default_timeout=60).switch_page(
        "pages/draw.py"
    )
    at.query_params["model"] = "dense"
    at.session_state[state.DRAWING.name] = fabric(FOUR)
    yield at.run()
    st.cache_resource.clear()


def press(at, label):
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception


def draw(at, strokes):
    at.session_state[state.DRAWING.name] = fabric(strokes)
    at.run()


def asked(at):
    return at.session_state[state.SITTING.name].digits[0]


def sit(at, begin="Draw these ten"):
    """Draw all ten; a digit that this hand does not know becomes a zero."""
    press(at, begin)
    order = []
    for number in range(10):
        order.append(asked(at))
        draw(at, HAND.get(order[-1], ZERO))
        press(at, "Next" if number < 9 else "Finish")
    return order


def table(at):
    return next(text.value for text in at.markdown if "| Model |" in text.value)


def test_ten_digits_are_asked_for_once_each_and_then_every_model_has_its_score(at):
    assert sorted(sit(at)) == list(range(10))
    assert state.SITTING.name not in at.session_state
    for name in ("best", "lenet", "**dense**", "seed"):
        assert f"| {name} | " in table(at)
    assert "4 of 10" in table(at)


def test_the_answer_is_not_told_while_one_draws(at):
    press(at, "Draw these ten")
    draw(at, SEVEN)
    assert not [text for text in at.markdown if "sure" in text.value]


def test_an_empty_sheet_cannot_be_handed_in(at):
    press(at, "Draw these ten")
    assert next(button for button in at.button if button.label == "Next").disabled


def test_what_lay_on_the_canvas_before_is_there_again(at):
    sit(at)
    assert at.session_state[state.DRAWING.name] == fabric(FOUR)
    press(at, "Draw ten more")
    draw(at, ZERO)
    press(at, "Leave")
    assert at.session_state[state.DRAWING.name] == fabric(FOUR)
    assert len(at.session_state[state.HANDED.name]) == 10  # the round that was left is no exam


def test_two_rounds_count_together(at):
    sit(at)
    sit(at, "Draw ten more")
    assert "8 of 20" in table(at)


def test_the_drawings_can_join_the_own_set_once(at):
    sit(at)
    press(at, "Add them to my set")
    own = at.session_state[state.OWN_SET.name]
    assert {each.drawing.label for each in own} >= {1, 4, 7}
    assert next(button for button in at.button if button.label == "Add them to my set").disabled
