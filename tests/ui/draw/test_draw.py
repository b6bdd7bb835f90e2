"""The Draw page: a drawing, a model of one's choice, an answer."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

import netcore
from netcore.confidence.classifier import Prediction
from tests.handwriting import FOUR, SEVEN, ZERO, fabric, sent
from tests.ui.screen import button, press, words
from ui.parts import wording
from ui.parts.fabric import PAPER
from ui.session import (
    answer,
    canvas,
    models,
    shared,
    state,
)

SPEC = ["Flatten", {"layer": "Dense", "out_features": 10}, "LogSoftmax"]


def model(spec=SPEC, input_shape=(28, 28), name="mine", **values):
    """A model whose weights are all `weights`, else zero: it finds all digits equally likely."""
    size = netcore.Network(spec, input_shape).parameters
    theta = np.full(size, values.get("weights", 0), np.float32)
    return netcore.Model(spec, input_shape, theta, netcore.Recipe(name=name))


def choose_own(at, model):
    """Save a model in the session and let it read."""
    at.session_state[models.MODELS.name] = {"mine": model}
    at.run().selectbox(key=state.MODEL.name).set_value("mine").run()


def test_an_empty_canvas_says_so_and_what_to_do(draw):
    at = draw()
    assert "Nothing drawn yet. Draw a digit" in words(at)
    assert button(at, "Undo").disabled and button(at, "Clear").disabled


@pytest.mark.parametrize(("digit", "strokes"), [(4, FOUR), (7, SEVEN), (0, ZERO)])
def test_a_drawn_digit_is_read_at_once(draw, digit, strokes):
    assert rf"# $\Huge {digit}$" in words(draw(strokes))


def test_two_digits_side_by_side_are_read_as_a_number(draw):
    narrow = [[(x / 2, 60 + y / 2) for x, y in stroke] for stroke in FOUR]
    beside = [[(130 + x / 2, 60 + y / 2) for x, y in stroke] for stroke in SEVEN]
    at = draw(narrow + beside)
    assert r"# $\Huge 47$" in words(at) and "**2 digits**" in words(at)


def test_a_scribble_is_not_called_a_digit(draw):
    grid = [[(x, 40), (x, 240)] for x in (60, 110, 160, 210)]
    grid += [[(40, y), (240, y)] for y in (60, 110, 160, 210)]
    at = draw(grid)
    assert "This does not look like a single digit. Best guess" in words(at)
    assert r":gray[$\Huge" in words(at)


def test_a_model_that_was_never_calibrated_refuses_nothing(draw):
    at = draw([[(40, 40), (240, 240), (40, 240), (240, 40)]])
    choose_own(at, model())
    assert "does not look like" not in words(at)


def reading(digits, known):
    probabilities = np.eye(10)[list(digits)] * 0.9 + 0.01
    return Prediction(probabilities, np.zeros(len(digits)), np.array(known))


def test_the_answer_says_which_of_several_digits_is_doubtful():
    assert wording.reading_text(reading([4, 2], [1, 1])) == (
        "**2 digits**. 83% confident that all are right."
    )
    assert wording.reading_text(reading([4, 2], [True, False])) == (
        "Digit 2 from the left does not look like a digit. Best guess: **42**."
    )
    assert wording.reading_text(reading([4, 2, 3], [False, False, False])) == (
        "Digits 1, 2 and 3 from the left do not look like digits. Best guess: **423**."
    )


def test_confidence_is_worded_the_same_everywhere():
    assert wording.answer_text(np.array([0.17, 0.83])) == "83% confident."
    assert wording.answer_text(np.array([0.001, 0.999])) == "More than 99% confident."
    assert wording.answer_text(np.array([0.4, 0.6])) == "**1**, perhaps **0**: only 60% confident."


def test_a_mere_guess_is_pale_in_the_chart_and_nothing_is_ever_100_percent():
    likely = np.array([0.999, 0.001])
    sure, guess = (answer.bars(likely, known)["series"][0]["data"][0] for known in (True, False))
    assert sure["label"]["formatter"] == ">99%"
    assert sure["itemStyle"]["opacity"] == 1 > guess["itemStyle"]["opacity"]


def test_undo_takes_the_last_stroke_back(draw):
    at = draw(FOUR)
    press(at, "Undo")
    assert at.session_state[state.DRAWING.name] == fabric(FOUR[:1])
    press(at, "Undo")
    assert "Nothing drawn yet" in words(at)


def test_clear_empties_the_canvas(draw):
    at = draw(FOUR)
    press(at, "Clear")
    assert "Nothing drawn yet" in words(at)


def test_a_drawing_outlives_a_page_switch(draw):
    at = draw(FOUR)
    at.switch_page("pages/explore.py").run()
    at.switch_page("pages/draw.py").run()
    assert r"# $\Huge 4$" in words(at)
    assert at.session_state[state.DRAWING.name] == fabric(FOUR)


def test_a_link_opens_its_model_and_an_unknown_one_the_best(draw):
    assert draw(model="seed").selectbox(key="model").value == "seed"
    at = draw(model="no such model")
    scores = {k: m.scores["validation_accuracy"] for k, m in shared.shipped_models().items()}
    assert at.selectbox(key="model").value == max(scores, key=scores.get)
    assert any("parameters, 99." in caption.value for caption in at.caption)


def test_an_unsure_answer_names_the_second_guess(draw):
    at = draw(FOUR)
    choose_own(at, model())
    assert "perhaps" in words(at) and "only 10% confident" in words(at)


def test_a_model_whose_numbers_overflow_says_so_instead_of_an_answer(draw):
    at = draw(FOUR)
    choose_own(at, model(weights=3e38))
    assert not at.exception
    assert "overflowed to infinity" in at.error[0].value


def test_a_session_builds_a_network_once_per_model(draw):
    at = draw(FOUR)
    first = at.session_state[answer.READER.name]
    assert at.run().session_state[answer.READER.name] is first


@pytest.mark.parametrize("shape", [(784,), (1, 28, 28), (65, 8), (2, 8, 8)])
def test_a_model_for_other_than_images_is_refused_in_one_sentence(shape):
    takes = " × ".join(map(str, shape))
    with pytest.raises(
        netcore.ModelError, match=f"input of {takes}, but images have up to 64 × 64"
    ):
        models.check(model(input_shape=shape))


@pytest.mark.parametrize(
    "spec",
    [
        ["Flatten", {"layer": "Dense", "out_features": 1}, "LogSoftmax"],
        ["Flatten", {"layer": "Dense", "out_features": 10}],
        ["Flatten"],
    ],
)
def test_a_model_without_probabilities_of_two_classes_is_refused(spec):
    with pytest.raises(netcore.ModelError, match="cannot tell images apart"):
        models.check(model(spec))


def test_a_model_that_came_from_anywhere_is_described_without_false_scores():
    sound = replace(model(), scores={"test_accuracy": 0.975})
    assert models.describe(sound) == "7,850 parameters, 97.5% of the test images correct"
    assert models.describe(replace(sound, scores={"test_accuracy": 1e300})) == "7,850 parameters"


def test_saved_models_get_names_of_their_own_and_the_oldest_makes_room(monkeypatch):
    session = {}
    monkeypatch.setattr(st, "session_state", session)
    names = [
        models.save_model(model(name="dense"), ["dense"]) for _ in range(models.MOST_MODELS + 1)
    ]
    assert names[:2] == ["dense 2", "dense 3"]
    assert list(session[models.MODELS.name]) == names[1:]


def test_undo_brings_a_cleared_drawing_back(draw):
    at = draw(FOUR)
    press(at, "Clear")
    press(at, "Undo")
    assert r"# $\Huge 4$" in words(at)


def send(session, strokes, version=0, **fields):
    """What a browser sends that has loaded this version of the drawing."""
    raw = {**sent(strokes, **fields), "background": f"hsl({version}, 0%, 0%)"}
    session[canvas.CANVAS.name] = {"drawing": {"raw": raw}}


def shown(session):
    """The browser has loaded the latest change."""
    _, version = canvas.INITIAL.get()
    canvas.INITIAL.set(((), version + 1))
    canvas.SHOWN.set(state.DRAWING.get())


def drawing(session):
    return session[state.DRAWING.name]


def test_undo_that_arrives_together_with_a_stroke_takes_back_that_stroke_alone(session):
    send(session, FOUR[:1])
    canvas._receive()
    send(session, FOUR)
    canvas._undo()  # whichever of the two is told first
    canvas._receive()
    assert drawing(session) == fabric(FOUR[:1])


def test_undo_tells_strokes_apart_that_arrived_together(session):
    send(session, FOUR)
    canvas._receive()
    canvas._undo()
    assert drawing(session) == fabric(FOUR[:1])
    canvas._undo()
    assert drawing(session) == {"strokes": []}


def test_what_was_drawn_before_the_canvas_heard_of_clear_does_not_come_back(session):
    send(session, FOUR)
    canvas._receive()
    canvas.load({"strokes": []})
    send(session, [*FOUR, *ZERO])
    canvas._receive()
    shown(session)
    canvas._receive()
    assert drawing(session) == {"strokes": []}
    send(session, ZERO, version=1)
    canvas._receive()
    assert drawing(session) == fabric(ZERO)


def test_the_canvas_that_tells_what_it_was_shown_changes_nothing(session):
    send(session, FOUR)
    canvas._receive()
    send(session, SEVEN)
    canvas._receive()
    canvas._undo()
    shown(session)
    before = drawing(session)
    send(session, FOUR, version=1)
    canvas._receive()
    assert drawing(session) is before
    canvas._undo()
    assert drawing(session) == fabric(FOUR[:1])


def test_an_erasure_is_kept_as_what_it_leaves_and_undo_takes_it_back(session):
    send(session, [[(20, 140), (260, 140)]])
    canvas._receive()
    line = drawing(session)
    raw = session[canvas.CANVAS.name]["drawing"]["raw"]
    raw["objects"] = [*raw["objects"], *sent([[(140, 80), (140, 200)]], stroke=PAPER)["objects"]]
    canvas._receive()
    assert len(drawing(session)["strokes"]) == 2
    canvas._undo()
    assert drawing(session) is line


def test_when_everything_is_erased_the_pen_is_back(session):
    canvas.TOOL.set("eraser")
    send(session, [[(120, 140), (160, 140)]])
    canvas._receive()
    raw = session[canvas.CANVAS.name]["drawing"]["raw"]
    raw["objects"] += sent([[(100, 140), (180, 140)]], stroke=PAPER)["objects"]
    canvas._receive()
    assert drawing(session) == {"strokes": []} and canvas.TOOL.get() == "pen"


def test_the_first_stroke_on_a_test_image_is_a_drawing_of_its_own_and_undo_brings_it_back(session):
    canvas.load({"image": 3})
    shown(session)
    send(session, SEVEN, version=1)
    canvas._receive()
    assert drawing(session) == fabric(SEVEN)
    assert canvas.SHOWN.get() is drawing(session)  # the canvas does not reload while somebody draws
    canvas._undo()
    assert drawing(session) == {"image": 3}


@pytest.mark.parametrize(
    "junk", [None, 3, {}, {"raw": 3}, {"raw": None}, {"raw": {"background": 3}}]
)
def test_junk_from_a_browser_leaves_the_drawing_as_it_was(session, junk):
    send(session, FOUR)
    canvas._receive()
    session[canvas.CANVAS.name] = {"drawing": junk}
    canvas._receive()
    assert drawing(session) == fabric(FOUR)
