"""Look inside, on Draw: every section opens, for every model, and only when asked."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from dataset.ink import render
from dataset.ink.digits import Digit
from dataset.splits import CLASSES
from dataset.variants.views import of_drawings
from netcore import ModelError
from netcore.analysis import explain
from tests.handwriting import FOUR, SEVEN, fabric
from tests.ui.draw.test_draw import choose_own, model
from tests.ui.screen import words
from ui.inside import (
    all_models,
    counterfactual,
    evidence,
    features,
    preprocessing,
    robustness,
    sections,
)
from ui.inside import (
    evidence as inside_evidence,
)
from ui.inside import (
    preprocessing as inside_preprocessing,
)
from ui.inside import (
    sections as inside_sections,
)
from ui.inside.subject import Subject
from ui.parts.wording import confidence_text
from ui.session import models, shared, state

DIGIT = Digit(FOUR, of_drawings([FOUR])[0])


@pytest.fixture
def look(draw):
    """look("Evidence", FOUR) → Draw with this section open on this drawing."""

    def look(section=None, strokes=FOUR, **link):
        return draw(strokes, **link, **({"look": section} if section else {}))

    return look


def widget(at, kind, key):
    return next(widget for widget in getattr(at, kind) if widget.key == key.name)


def pictures(at):
    return [element.proto for element in at.get("imgs")]


@pytest.mark.parametrize("name", ["seed", "lenet"])
@pytest.mark.parametrize("section", sections.SECTIONS)
def test_every_section_opens_by_its_link(look, section, name):
    at = look(section, model=name)
    assert not at.exception and not at.error
    assert sections.SECTIONS[section].text(CLASSES) in words(at)


@pytest.mark.parametrize("former", sections.FORMER_NAMES)
def test_links_with_former_names_still_open_their_section(look, former):
    section = sections.FORMER_NAMES[former]
    at = look(former, model="seed")
    assert sections.SECTIONS[section].text(CLASSES) in words(at)
    assert at.session_state[state.INSIDE.name] == section
    at.button_group(key=state.INSIDE.name).set_value("Layers").run()
    assert sections.SECTIONS["Layers"].text(CLASSES) in words(at)
    at.button_group(key=state.INSIDE.name).set_value(None).run()
    assert "Open a section" in words(at)


@pytest.mark.parametrize("section", sections.SECTIONS)
def test_without_a_drawing_every_section_says_what_to_do(look, section):
    at = look(section, strokes=())
    assert "Draw a digit above" in at.info[0].value


@pytest.mark.slow
@pytest.mark.parametrize("section", sections.SECTIONS)
def test_a_network_whose_numbers_overflow_gets_a_sentence(look, section):
    at = look(section)
    choose_own(at, model(weights=3e38))
    assert not at.exception
    assert "overflowed to infinity" in at.error[0].value


@pytest.mark.slow
@pytest.mark.parametrize("section", sections.SECTIONS)
def test_a_network_that_knows_nothing_can_be_looked_into(look, section):
    at = look(section)
    choose_own(at, model())
    assert not at.exception and not at.error


def test_a_closed_section_costs_nothing(look, monkeypatch):
    def never(*arguments):
        raise AssertionError("computed")

    monkeypatch.setattr(explain, "with_input_gradient", never)
    at = look()
    assert "Open a section" in " ".join(caption.value for caption in at.caption)
    assert not at.exception


def test_of_a_number_one_digit_at_a_time_is_looked_into(look):
    narrow = [[(x / 2, 60 + y / 2) for x, y in stroke] for stroke in FOUR]
    beside = [[(130 + x / 2, 60 + y / 2) for x, y in stroke] for stroke in SEVEN]
    at = look("Preprocessing", strokes=narrow + beside)
    assert "The network reads the last picture as **4**" in words(at)
    widget(at, "segmented_control", inside_sections.INSIDE_DIGIT).select(1).run()
    assert "The network reads the last picture as **7**" in words(at)
    at.session_state[state.DRAWING.name] = fabric(FOUR)
    at.run()
    assert "The network reads the last picture as **4**" in words(at) and not at.exception


def test_what_is_open_outlives_a_visit_to_another_page(look):
    at = look("Preprocessing")
    widget(at, "toggle", inside_preprocessing.SWITCHES["pen"]).set_value(False).run()
    at.switch_page("pages/explore.py").run()
    at.switch_page("pages/draw.py").run()
    assert preprocessing.intro(CLASSES) in words(at)
    assert widget(at, "toggle", inside_preprocessing.SWITCHES["pen"]).value is False


def test_the_last_picture_is_the_one_that_is_read(look):
    at = look("Preprocessing")
    assert "The network reads the last picture as **4**" in words(at)
    widget(at, "toggle", inside_preprocessing.SWITCHES["pen"]).set_value(False).run()
    assert "With these steps, the network reads" in words(at)


def test_only_shrinking_a_small_digit_in_a_corner_is_seen_to_fail(look):
    small = [[(6 + x / 5, 6 + y / 5) for x, y in stroke] for stroke in SEVEN]
    at = look("Preprocessing", small, model="dense")
    assert (
        "as **7**, more than 99% confident. If it were only shrunk, the answer would be **"
        in words(at)
    )


def test_the_evidence_is_for_the_answer_or_the_digit_one_chooses(look):
    at = look("Evidence")
    assert "What raises the score of 4" in words(at)
    widget(at, "button_group", inside_evidence.EVIDENCE).set_value(9).run()
    assert "What raises the score of 9" in words(at)


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        ([0.001, 0], "No single patch makes a difference to 4."),
        (
            [0.3, 0],
            "Covering :orange[orange pixels] makes 4 less likely, by up to 30 percentage points.",
        ),
        ([0, -0.2], "Covering :blue[blue pixels] makes 4 more likely."),
    ],
)
def test_occlusion_is_explained_in_words(lost, sentence):
    assert evidence.occlusion_text(4, np.array(lost)) == sentence


def test_the_neighbours_of_a_clear_digit_are_the_same_digit(look):
    at = look("Neighbours", model="lenet")
    found = words(at)
    assert "**Layer 3**: 8 of 8 are labelled 4" in found
    assert "**Pixels**" in found and "**Layer 1**" in found


def test_the_change_begins_at_the_drawing_and_ends_at_the_other_digit(look):
    at = look("Smallest change", model="seed")
    widget(at, "button_group", counterfactual.TARGET).set_value(9).run()
    captions = [caption.value for caption in at.caption]
    assert any(caption.startswith("Read as **9**") for caption in captions)
    widget(at, "slider", counterfactual.PERCENT).set_value(0).run()
    assert any(c.value.startswith("Read as **4**") for c in at.caption)


def test_a_target_that_became_the_answer_is_dropped(look):
    at = look("Smallest change", model="seed")
    widget(at, "button_group", counterfactual.TARGET).set_value(7).run()
    at.session_state[state.DRAWING.name] = fabric(SEVEN)
    at.run()
    assert not at.exception
    assert at.session_state[counterfactual.TARGET.name] is None


def test_the_network_in_training_has_neighbours_and_is_in_the_table(look, monkeypatch):
    monkeypatch.setattr(features, "features", None)  # what changes all the time is not kept
    at = look("Neighbours", model="seed", strokes=())
    at.session_state[state.JOB.name] = SimpleNamespace(
        running=False,
        seen=lambda: None,
        model=lambda: shared.shipped_models()["seed"],
        view=lambda: SimpleNamespace(last=None, status="ready"),
        pause=lambda: None,
        join=lambda timeout: None,
    )
    at.run().session_state[state.DRAWING.name] = fabric(FOUR)
    at.selectbox(key=state.MODEL.name).set_value(models.IN_TRAINING).run()
    assert "**Layer 1**" in words(at)
    at.button_group(key=state.INSIDE.name).set_value("All models").run()
    assert models.IN_TRAINING in list(at.dataframe[0].value["Model"])


def test_the_maps_of_robustness_are_summed_up(look):
    found = words(look("Robustness"))
    assert "It is still read as a **4** if rotated by up to" in found
    assert "are read as a **4**" in found


def test_a_picture_without_strokes_can_still_be_shifted_and_rotated():
    image = render.draw(FOUR)
    shift, rotation = robustness.maps([], image)
    np.testing.assert_array_equal(shift.images[robustness.MAX_SHIFT, robustness.MAX_SHIFT], image)
    np.testing.assert_array_equal(
        rotation.images[rotation.ys.index("20"), rotation.xs.index("+0")], image
    )


def test_the_middle_of_every_map_is_the_drawing_as_it_is_read():
    image = render.draw(FOUR).astype(int)
    for m in robustness.maps(FOUR, render.draw(FOUR)):
        differences = np.abs(m.images.astype(int) - image).max(axis=(2, 3))
        y, x = np.unravel_index(differences.argmin(), differences.shape)
        assert differences[y, x] <= 1
        expected = {"shift": ("0", "0"), "rotation": ("+0", "20"), "slant": ("+0.00", "2.5")}
        assert (m.xs[x], m.ys[y]) == expected[m.key]


def test_how_far_a_drawing_may_be_rotated_is_said_in_words():
    answers = np.array([9, 9, 9, 9, 4, 4, 4, 4, 4, 4, 4, 4, 4])
    assert robustness.rotation_text(answers, 4) == (
        "It is still read as a **4** if rotated by up to 20° anticlockwise (then a 9) or 60° "
        "clockwise (the largest angle tried)."
    )


def test_how_far_a_drawing_may_be_shifted_is_said_in_words():
    answers = np.full((15, 15), 4)
    answers[:3], answers[9:], answers[:, 13] = 5, 6, 7
    assert robustness.shift_text(answers, 4) == (
        "It is still read as a **4** if shifted by up to 4 pixels up, 1 down, 7 to the left or 5 "
        "to the right."
    )


def test_every_field_of_a_map_stands_in_the_series_of_its_digit():
    m, _ = robustness.maps([], render.draw(FOUR))
    likely = np.random.default_rng(0).dirichlet(np.ones(10), m.images.shape[:2])
    options = robustness.chart(m, likely)
    for series in options["series"]:
        for item in series["data"]:
            x, y = item["value"]
            assert likely[y, x].argmax() == int(series["name"])
    assert sum(len(series["data"]) for series in options["series"]) == 15 * 15


def test_all_models_stand_side_by_side_and_the_table_names_them(look):
    at = look("All models")
    table = at.dataframe[0].value
    assert list(table["Model"]) == list(shared.shipped_models())
    assert set(table["Answer"]) == {"4"} and set(table["A digit?"]) == {"yes"}
    assert "All models read a **4**" in words(at)


def test_models_side_by_side_doubt_what_is_no_digit_and_agree_with_the_page(look):
    grid = [[(x, 40), (x, 240)] for x in (60, 110, 160, 210)]
    grid += [[(40, y), (240, y)] for y in (60, 110, 160, 210)]
    table = look("All models", strokes=grid, model="best").dataframe[0].value.set_index("Model")
    assert table.loc["best", "A digit?"] == "no"


def test_a_model_that_cannot_answer_does_not_take_the_others_away(look):
    at = look("All models")
    at.session_state[models.MODELS.name] = {"mine": model(weights=3e38)}
    at.run()
    table = at.dataframe[0].value.set_index("Model")
    assert table.loc["mine", "Answer"] == "–" and table.loc["seed", "Answer"] == "4"


@pytest.mark.parametrize(
    ("votes", "sentence"),
    [
        ({}, "No model has an answer."),
        ({"4": 3}, "All models read a **4**."),
        ({"8": 2}, "All models read an **8**."),
        ({"4": 3, "9": 1}, "The models disagree: 3 read a **4**, 1 a **9**."),
    ],
)
def test_the_models_agreement_is_put_into_words(votes, sentence):
    assert all_models.verdict(Counter(votes)) == sentence


def test_looking_inside_never_changes_the_model_that_all_visitors_share():
    seed = shared.shipped_models()["seed"]
    before = seed.theta.copy()
    subject = Subject("seed", seed, DIGIT)
    explain.saliency(subject.network, subject.image, subject.answer)
    assert subject.answer == 4
    np.testing.assert_array_equal(seed.theta, before)


def test_a_subject_says_that_numbers_overflow():
    with pytest.raises(ModelError, match="infinity"):
        _ = Subject("mine", model(weights=3e38), DIGIT).answer


def test_confidence_is_never_100_percent():
    assert [confidence_text(p) for p in (0.5, 0.99, 0.9999, 1.0)] == ["50%", "99%", ">99%", ">99%"]
