"""The handwriting test: ten digits, and how well the models read them."""

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
    return at.session_state[exam.ROUND.name].digits[0]


def take_test(at, start="Draw ten digits"):
    """Draw all ten; a digit that this hand does not know becomes a zero."""
    press(at, start)
    order = []
    for number in range(10):
        order.append(asked(at))
        write(at, HAND.get(order[-1], ZERO))
        press(at, "Next" if number < 9 else "Finish")
    return order


def table(at):
    return next(text.value for text in at.markdown if "| Model |" in text.value)


def test_ten_digits_are_asked_for_once_each_and_then_every_model_has_its_score(at):
    assert sorted(take_test(at)) == list(range(10))
    assert exam.ROUND.name not in at.session_state
    for name in ("best", "lenet", "**dense**", "seed"):
        assert f"| {name} | " in table(at)
    assert "4 of 10" in table(at)


def test_the_answer_is_not_told_while_one_draws(at):
    press(at, "Draw ten digits")
    write(at, SEVEN)
    assert not [text for text in at.markdown if "confident" in text.value]


def test_an_empty_sheet_cannot_be_handed_in(at):
    press(at, "Draw ten digits")
    assert button(at, "Next").disabled


def test_what_lay_on_the_canvas_before_is_there_again(at):
    take_test(at)
    assert at.session_state[state.DRAWING.name] == fabric(FOUR)
    press(at, "Draw ten more digits")
    write(at, ZERO)
    press(at, "Cancel")
    assert at.session_state[state.DRAWING.name] == fabric(FOUR)
    # The round that was cancelled does not count.
    assert len(at.session_state[exam.EXAM_DRAWINGS.name]) == 10


def test_two_rounds_count_together(at):
    take_test(at)
    take_test(at, "Draw ten more digits")
    assert "8 of 20" in table(at)


def test_the_drawings_can_join_the_own_set_once(at):
    take_test(at)
    press(at, "Add to my drawings")
    own = at.session_state[own_set.OWN_SET.name]
    assert {each.drawing.label for each in own} >= {1, 4, 7}
    assert button(at, "Add to my drawings").disabled


def test_every_drawing_is_read_in_several_views_as_on_the_canvas(at):
    slanted = [[(x - 1.85 * (y - 140), y) for x, y in stroke] for stroke in SEVEN]
    at.session_state[exam.EXAM_DRAWINGS.name] = [([np.array(stroke) for stroke in slanted], 7)]
    at.run()  # a single view is read as 2
    assert "| **dense** | 1 of 1 |" in table(at)
