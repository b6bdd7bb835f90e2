"""The exam of the person: ten digits, and what the models made of them."""

import numpy as np
import pytest

from tests.handwriting import FOUR, HAND, SEVEN, ZERO, fabric
from tests.ui.screen import button, press
from ui.draw import exam, own_set
from ui.session import state


@pytest.fixture
def at(draw):
    return draw(FOUR, model="dense")


def write(at, strokes):
    at.session_state[state.DRAWING.name] = fabric(strokes)
    at.run()


def asked(at):
    return at.session_state[exam.SITTING.name].digits[0]


def sit(at, begin="Draw these ten"):
    """Draw all ten; a digit that this hand does not know becomes a zero."""
    press(at, begin)
    order = []
    for number in range(10):
        order.append(asked(at))
        write(at, HAND.get(order[-1], ZERO))
        press(at, "Next" if number < 9 else "Finish")
    return order


def table(at):
    return next(text.value for text in at.markdown if "| Model |" in text.value)


def test_ten_digits_are_asked_for_once_each_and_then_every_model_has_its_score(at):
    assert sorted(sit(at)) == list(range(10))
    assert exam.SITTING.name not in at.session_state
    for name in ("best", "lenet", "**dense**", "seed"):
        assert f"| {name} | " in table(at)
    assert "4 of 10" in table(at)


def test_the_answer_is_not_told_while_one_draws(at):
    press(at, "Draw these ten")
    write(at, SEVEN)
    assert not [text for text in at.markdown if "sure" in text.value]


def test_an_empty_sheet_cannot_be_handed_in(at):
    press(at, "Draw these ten")
    assert button(at, "Next").disabled


def test_what_lay_on_the_canvas_before_is_there_again(at):
    sit(at)
    assert at.session_state[state.DRAWING.name] == fabric(FOUR)
    press(at, "Draw ten more")
    write(at, ZERO)
    press(at, "Leave")
    assert at.session_state[state.DRAWING.name] == fabric(FOUR)
    assert len(at.session_state[exam.HANDED.name]) == 10  # the round that was left is no exam


def test_two_rounds_count_together(at):
    sit(at)
    sit(at, "Draw ten more")
    assert "8 of 20" in table(at)


def test_the_drawings_can_join_the_own_set_once(at):
    sit(at)
    press(at, "Add them to my set")
    own = at.session_state[own_set.OWN_SET.name]
    assert {each.drawing.label for each in own} >= {1, 4, 7}
    assert button(at, "Add them to my set").disabled


def test_every_drawing_is_read_as_on_the_page_in_several_looks(at):
    slanted = [[(x - 1.4 * (y - 140), y) for x, y in stroke] for stroke in SEVEN]
    at.session_state[exam.HANDED.name] = [([np.array(stroke) for stroke in slanted], 7)]
    at.run()  # at one look it is an 8
    assert "| **dense** | 1 of 1 |" in table(at)
