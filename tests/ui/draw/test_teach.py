"""Teach: tests before and after, undo, and a visitor who leaves the page."""

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

pytestmark = pytest.mark.slow


@pytest.fixture
def page(monkeypatch, visit):
    """page(pairs) → Draw with these drawings and labels in the own set, and the model "seed"."""
    monkeypatch.setattr(teach, "SLICE", 60)  # all of the work in one slice

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


def test_a_taught_model_reads_the_drawing_as_labelled_and_is_chosen(page):
    at = teach_it(page((FOUR, 9)))
    assert at.selectbox(key="model").value == "seed taught"
    model = at.session_state[models.MODELS.name]["seed taught"]
    assert reads(shared.shipped_models()["seed"], FOUR) == 4 and reads(model, FOUR) == 9
    assert "Then fine-tuned on 1 drawing." in model.recipe.comment
    (table,) = (text.value for text in at.markdown if "Read correctly" in text.value)
    assert "| Your drawings, used for training | 0 of 1 | 1 of 1 |" in table
    assert "| Validation images | 98.20% |" in table
    assert "held out |" not in table


def test_held_out_drawings_are_tested_before_and_after(page):
    at = teach_it(page(*[(FOUR, 9)] * 12))
    (table,) = (text.value for text in at.markdown if "Read correctly" in text.value)
    assert "| Your drawings, used for training | 0 of 11 | 11 of 11 |" in table
    assert "| Your drawings, held out | 0 of 1 | 1 of 1 |" in table


def test_undo_goes_back_to_the_model_before(page):
    at = teach_it(page((FOUR, 9)))
    press(at, "Undo teaching")
    assert at.selectbox(key="model").value == "seed"
    assert not at.session_state[models.MODELS.name]


def test_teaching_again_goes_on_from_the_taught_model_and_undo_goes_back_by_one(page):
    at = teach_it(page((FOUR, 9)))
    first = at.session_state[models.MODELS.name]["seed taught"]
    teach_it(at)
    second = at.session_state[models.MODELS.name]["seed taught"]
    assert list(at.session_state[models.MODELS.name]) == ["seed taught"]
    assert (second.theta != first.theta).any()
    press(at, "Undo teaching")
    assert at.session_state[models.MODELS.name]["seed taught"] is first


def test_teaching_continues_when_the_visitor_comes_back(page, monkeypatch):
    monkeypatch.setattr(teach, "SLICE", 0.0)
    at = page((ONE, 1))
    press(at, "Teach seed")
    teaching = at.session_state[draw_teach.TEACHING.name]
    at.switch_page("pages/explore.py").run()
    progress = teaching.progress
    at.switch_page("pages/draw.py").run()
    assert at.session_state[draw_teach.TEACHING.name] is teaching
    assert teaching.progress >= progress
    monkeypatch.setattr(teach, "SLICE", 60)
    at.run()
    assert at.selectbox(key="model").value == "seed taught"


def test_stop_changes_nothing(page, monkeypatch):
    monkeypatch.setattr(teach, "SLICE", 0.0)
    at = page((ZERO, 0))
    press(at, "Teach seed")
    press(at, "Stop")
    assert draw_teach.TEACHING.name not in at.session_state
    assert at.selectbox(key="model").value == "seed"


def test_a_model_that_cannot_be_taught_says_so(page, monkeypatch):
    monkeypatch.setattr(finetune, "DIVERGED_LOSS", 0.0)
    at = page((ZERO, 0))
    press(at, "Teach seed")
    assert "cannot be fine-tuned" in at.error[0].value
    assert at.selectbox(key="model").value == "seed"


def test_a_taught_model_survives_its_file(page):
    at = teach_it(page((FOUR, 9)))
    model = at.session_state[models.MODELS.name]["seed taught"]
    again = netcore.loads(model.dumps())
    assert again.name == "seed taught" and reads(again, FOUR) == 9
