"""Teach, under the page: before and after, undo, and a visitor who leaves."""

import numpy as np
import pytest
import streamlit as st

import netcore
from dataset.ink import render
from netcore import finetune
from tests.handwriting import FOUR, ONE, ZERO
from tests.ui.screen import button, press
from ui.draw import own_set, teach
from ui.draw import teach as draw_teach
from ui.session import models, shared


@pytest.fixture
def page(monkeypatch, visit):
    """page(pairs) → Draw with these drawings and labels in the own set, read by "seed"."""
    monkeypatch.setattr(teach, "SLICE", 60)  # the whole course at one look

    def page(*pairs):
        with monkeypatch.context() as patch:
            session = {}
            patch.setattr(st, "session_state", session)
            for digit, label in pairs:
                own_set.add([np.array(stroke, float) for stroke in digit], label)
        return visit("draw", session, model="seed")

    return page


def teach_it(at):
    return press(at, f"Teach {at.selectbox(key='model').value}")


def reads(model, digit):
    return model.network().predict(render.draw(digit)[None]).argmax()


def test_with_an_empty_set_there_is_nothing_to_teach(page):
    at = page()
    assert button(at, "Teach seed").disabled


def test_a_taught_model_reads_the_drawing_as_it_was_told_and_is_chosen(page):
    at = teach_it(page((FOUR, 9)))
    assert at.selectbox(key="model").value == "seed taught"
    model = at.session_state[models.MODELS.name]["seed taught"]
    assert reads(shared.shipped_models()["seed"], FOUR) == 4 and reads(model, FOUR) == 9
    assert "Then taught 1 drawing by hand." in model.recipe.comment
    (table,) = (text.value for text in at.markdown if "Read rightly" in text.value)
    assert "| Your drawings it learned from | 0 of 1 | 1 of 1 |" in table
    assert "| Validation images | 98.20% |" in table
    assert "kept aside |" not in table


def test_what_is_kept_aside_is_a_test_before_and_after(page):
    at = teach_it(page(*[(FOUR, 9)] * 12))
    (table,) = (text.value for text in at.markdown if "Read rightly" in text.value)
    assert "| Your drawings it learned from | 0 of 11 | 11 of 11 |" in table
    assert "| Your drawings kept aside | 0 of 1 | 1 of 1 |" in table


def test_undo_goes_back_to_the_model_before(page):
    at = teach_it(page((FOUR, 9)))
    press(at, "Take the lessons back")
    assert at.selectbox(key="model").value == "seed"
    assert not at.session_state[models.MODELS.name]


def test_a_second_course_goes_on_from_the_first_and_undo_takes_back_one(page):
    at = teach_it(page((FOUR, 9)))
    first = at.session_state[models.MODELS.name]["seed taught"]
    teach_it(at)
    second = at.session_state[models.MODELS.name]["seed taught"]
    assert list(at.session_state[models.MODELS.name]) == ["seed taught"]
    assert (second.theta != first.theta).any()
    press(at, "Take the lessons back")
    assert at.session_state[models.MODELS.name]["seed taught"] is first


def test_lessons_go_on_where_they_were_when_the_visitor_comes_back(page, monkeypatch):
    monkeypatch.setattr(teach, "SLICE", 0.0)
    at = page((ONE, 1))
    press(at, "Teach seed")
    course = at.session_state[draw_teach.COURSE.name]
    at.switch_page("pages/explore.py").run()
    done = course.done
    at.switch_page("pages/draw.py").run()
    assert at.session_state[draw_teach.COURSE.name] is course and course.done >= done
    monkeypatch.setattr(teach, "SLICE", 60)
    at.run()
    assert at.selectbox(key="model").value == "seed taught"


def test_stop_changes_nothing(page, monkeypatch):
    monkeypatch.setattr(teach, "SLICE", 0.0)
    at = page((ZERO, 0))
    press(at, "Teach seed")
    press(at, "Stop")
    assert draw_teach.COURSE.name not in at.session_state
    assert at.selectbox(key="model").value == "seed"


def test_a_model_that_cannot_be_taught_says_so(page, monkeypatch):
    monkeypatch.setattr(finetune, "DIVERGED_LOSS", 0.0)
    at = page((ZERO, 0))
    press(at, "Teach seed")
    assert "cannot be taught" in at.error[0].value
    assert at.selectbox(key="model").value == "seed"


def test_a_taught_model_survives_its_file(page):
    at = teach_it(page((FOUR, 9)))
    model = at.session_state[models.MODELS.name]["seed taught"]
    again = netcore.loads(model.dumps())
    assert again.name == "seed taught" and reads(again, FOUR) == 9
