"""The visitor's own drawings: labelled, corrected, deleted, downloaded and uploaded."""

import functools
import json

import numpy as np
import pytest

from dataset import DataError, strokes
from tests.handwriting import FOUR, SEVEN, ZERO, fabric
from tests.ui.screen import labelled, press
from ui.draw import own_set
from ui.session import state

WRONG = "Which digit did you draw?"


@pytest.fixture
def draw(draw):
    return functools.partial(draw, model="seed")


def label(at, digit):
    """Click the correct digit."""
    control = labelled(at.segmented_control, WRONG)
    (control.unselect if digit is None else control.select)(digit)
    return at.run()


def own(at):
    return list(at.session_state[own_set.OWN_SET.name])


def labels(at):
    return [each.drawing.label for each in own(at)]


def arrays(digit):
    return [np.array(stroke, float) for stroke in digit]


def lines(*drawings):
    return "\n".join(map(json.dumps, drawings)).encode()


def test_one_click_puts_the_drawing_into_the_set(draw):
    at = label(draw(SEVEN), 1)
    assert not at.exception
    assert labels(at) == [1]
    assert [stroke.tolist() for stroke in own(at)[0].drawing.strokes] == fabric(SEVEN)["strokes"]
    assert "Added to your drawings, below." in [text.value for text in at.caption]


def test_another_click_corrects_the_same_drawing_instead_of_adding_it_twice(draw):
    at = label(label(draw(SEVEN), 1), 7)
    assert labels(at) == [7]


def test_a_second_drawing_joins_the_first(draw):
    at = label(draw(SEVEN), 7)
    at.session_state[state.DRAWING.name] = fabric(ZERO)
    at = label(at.run(), 0)
    assert labels(at) == [7, 0]


def test_an_empty_canvas_or_a_test_image_cannot_be_labelled(draw):
    at = draw([])
    assert labelled(at.segmented_control, WRONG).disabled
    at.session_state[state.DRAWING.name] = {"image": 3}
    at.run()
    assert not at.exception
    assert labelled(at.segmented_control, WRONG).disabled


def test_a_label_is_corrected_and_a_drawing_deleted_in_the_set(draw):
    at = label(draw(SEVEN), 1)
    at.session_state[own_set.OWN_CHOSEN.name] = 0
    at.run()
    labelled(at.segmented_control, "Label of drawing 1").select(7).run()
    assert labels(at) == [7]
    press(at, "Delete drawing 1")
    assert own(at) == []


def test_a_downloaded_set_opens_again_as_it_was(session):
    for digit, label in ((FOUR, 4), (SEVEN, 7)):
        own_set.add(arrays(digit), label)
    text = strokes.dumps([each.drawing for each in own_set.drawings()])
    assert own_set.opened(text.encode(), "mine.jsonl") == []  # all of it is there already
    own_set.OWN_SET.clear()
    pairs = own_set.opened(text.encode(), "mine.jsonl")
    assert [label for _, label in pairs] == [4, 7]
    assert [stroke.tolist() for stroke in pairs[0][0]] == fabric(FOUR)["strokes"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no drawing"),
        (b"\x00\xff", "line 1: it is not JSON"),
        (b"[" * 100_000, "line 1"),
        (lines({"strokes": [[[1, 2]]]}), "drawing 1 has no label"),
        (lines({"label": 12, "strokes": [[[1, 2]]]}), "must be a digit from 0 to 9"),
        (lines({"label": 1, "strokes": [[[1e300, 2]]]}), "drawing 1 is empty"),
        (lines({"label": 1, "strokes": [[["1", 2]]]}), "it must be a number"),
        (lines({"label": 1, "strokes": [[[1, 2]] * 30_000]}), "has more than 20,000 points"),
        (lines(*[{"label": 1, "strokes": [[[1, 2]]]}] * 301), "room for 300"),
        (b" " * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_the_set_stays(session, content, sentence):
    with pytest.raises(DataError, match=sentence):
        own_set.opened(content, "mine.jsonl")
    assert own_set.drawings() == []


def test_a_full_set_says_what_to_do(session):
    for _ in range(own_set.MAX_DRAWINGS):
        own_set.add(arrays(FOUR), 4)
    with pytest.raises(DataError, match="download them, then delete"):
        own_set.add(arrays(FOUR), 4)


def test_the_first_ten_are_trained_on_and_then_every_third_is_held_out(session):
    for _ in range(16):
        own_set.add(arrays(FOUR), 4)
    aside = [n for n, each in enumerate(own_set.drawings(), start=1) if each.held_out]
    assert aside == [12, 15]


def test_what_was_trained_on_never_becomes_a_test_when_others_are_deleted(session):
    for _ in range(12):
        own_set.add(arrays(FOUR), 4)
    trained = own_set.drawings()[10]
    own_set.remove(0)
    own_set.add(arrays(FOUR), 4)
    assert not next(each for each in own_set.drawings() if each is trained).held_out
