"""The Train page: a recipe is chosen or built, a run is changed, tested and saved."""

import functools
import json
from pathlib import Path

import numpy as np
import pytest

from dataset.variants import augment
from netcore import Recipe, loads
from netcore.recipe import dense_layers
from tests.ui import screen
from tests.ui.screen import button, labelled
from ui.parts import settings
from ui.session import shared
from ui.train import augmentation, form

RECIPES = Path(__file__).parents[2] / "models/recipes"


@pytest.fixture
def page(visit):
    return functools.partial(visit, "train")


def job_of(at):
    return at.session_state.get("_job")


def press(at, label):
    """Press a button of the page; returns its run."""
    return job_of(screen.press(at, label))


def finish(at):
    """Wait for the run's end and look at the page again."""
    job = job_of(at)
    job.join(60)
    at.run()
    assert not at.exception
    return job


def test_a_newcomer_finds_the_fast_recipe_and_start(page):
    at = page()
    assert at.selectbox(key="recipe").value == "fast"
    assert not button(at, "Start").disabled
    assert button(at, "Stop").disabled and button(at, "Reset").disabled
    assert any("50,890 parameters" in text.value for text in at.markdown)


def test_start_leads_to_the_test_score(page):
    at = page()
    press(at, "Start")
    score = finish(at).view().scores["test_accuracy"]
    assert labelled(at.metric, "Accuracy on the test set").value == f"{score:.2%}"
    assert labelled(at.metric, "Test score").value == f"{score:.2%}", "in sight without scrolling"
    assert score > 0.96
    assert button(at, "Start").disabled


def test_step_and_epoch_do_just_that(page):
    at = page(images="1000")
    job = press(at, "Step")
    job.join(20)
    assert job.view().last.step == 1
    at.run()
    press(at, "Epoch").join(20)
    assert job.view().last.epoch == 1


def test_every_choice_reaches_the_recipe(page):
    at = page(depth="2", width1="16", width2="8", activation="Tanh", optimizer="Adam",
              lr="0.002", batch="64", epochs="3", images="500", run_seed="7")  # fmt: skip
    at.slider(key="dropout").set_value(0.25)
    at.slider(key="warmup").set_value(0.1)
    at.select_slider(key="decay").set_value(0.001)
    at.selectbox(key="schedule").set_value("cosine")
    at.selectbox(key="initializer").set_value("glorot")
    at.run()
    recipe = press(at, "Step").recipe
    dense = [entry for entry in recipe.layers if isinstance(entry, dict)]
    assert [entry["out_features"] for entry in dense if entry["layer"] == "Dense"] == [16, 8, 10]
    assert dense[0]["initializer"] == "glorot"
    assert recipe.layers.count("Tanh") == 2 and recipe.dropout == 0.25
    assert (recipe.optimizer, recipe.lr, recipe.batch_size) == ("adam", 0.002, 64)
    assert (recipe.epochs, recipe.steps) == (3, None)
    assert (recipe.schedule, recipe.warmup, recipe.weight_decay) == ("cosine", 0.1, 0.001)
    assert (recipe.train_images, recipe.seed, recipe.name) == (500, 7, "my fast")


@pytest.mark.parametrize(("images", "points"), [("55000", 11), ("2000", 40)])
def test_a_short_run_has_a_validation_curve_too(page, images, points):
    at = page(images=images)
    press(at, "Start")
    assert len(finish(at).view().validation) == points


@pytest.mark.parametrize("name", sorted(path.stem for path in RECIPES.glob("*")))
def test_a_link_to_a_recipe_opens_it_as_it_is(page, name):
    at = page(recipe=name)
    recipe = press(at, "Step").recipe
    assert recipe.name == name


def test_a_recipe_that_turns_knobs_on_its_way_does_so_here_too(
    page, monkeypatch, tmp_path, request
):
    recipe = Recipe(name="fast", layers=dense_layers([8]), train_images=500, steps=6)
    run = {"recipe": recipe.to_json(), "changes": [[4, {"lr": 0.02}]]}
    (tmp_path / "fast.json").write_text(json.dumps(run))
    monkeypatch.setattr(shared, "RECIPES", tmp_path)
    shared._shipped_runs.clear()
    request.addfinalizer(shared._shipped_runs.clear)
    at = page()
    press(at, "Start")
    assert finish(at).view().changes == [(4, {"lr": (0.1, 0.02)})]
    press(at, "Reset")
    at.run()
    at.select_slider(key="lr").set_value(0.3).run()
    press(at, "Start")
    assert finish(at).view().changes == [], "a recipe of one's own goes its own way"


def test_a_convolutional_recipe_is_shown_in_its_knobs_and_learns(page):
    at = page(recipe="lenet")
    knobs = [at.segmented_control(key="conv"), at.select_slider(key="channels"),
             at.segmented_control(key="kernel"), at.select_slider(key="width1")]  # fmt: skip
    assert [knob.value for knob in knobs] == [2, 20, 5, 100]
    job = press(at, "Step")
    job.join(60)
    assert job.view().last.step == 1
    assert (job.recipe.name, job.parameters) == ("lenet", 85_670)


def test_layers_that_no_knob_describes_are_the_recipes_own(page):
    at = page(recipe="best")
    assert any("part of the recipe" in caption.value for caption in at.caption)


def test_convolutions_are_a_choice_like_any_other(page):
    at = page(recipe="fast", conv="1", channels="4", kernel="5", images="500")
    job = press(at, "Step")
    job.join(60)
    assert job.recipe.layers[0] == {"layer": "Conv2d", "out_channels": 4, "kernel": 5}
    assert job.view().last.step == 1 and job.recipe.name == "my fast"


def test_what_lies_under_more_reaches_the_recipe(page):
    at = page(smoothing="0.1", clip="1", averaging="0.99", patience="3", aug_rotation="10")
    recipe = press(at, "Step").recipe
    assert (recipe.label_smoothing, recipe.clip_norm) == (0.1, 1)
    assert (recipe.averaging, recipe.patience) == (0.99, 3)
    assert recipe.augment == {"rotation": 10}


def test_a_changed_recipe_says_that_it_is_ones_own(page):
    assert press(page(width1="32"), "Step").recipe.name == "my fast"
    assert press(page(lr="0.2"), "Step").recipe.name == "my fast"


def test_choosing_another_recipe_moves_all_knobs(page):
    at = page(lr="0.5")
    at.selectbox(key="recipe").set_value("dense").run()
    assert at.select_slider(key="lr").value == 0.003
    assert at.select_slider(key="width1").value == 512
    assert at.slider(key="dropout").value == 0.2


def test_a_knob_turned_in_a_run_counts_from_the_next_step(page):
    at = page(images="1000")
    job = press(at, "Step")
    job.join(20)
    at.run()
    at.select_slider(key=f"_lr {job.id} 0").set_value(0.01).run()
    assert not at.exception
    press(at, "Step").join(20)
    assert job.view().changes == [(1, {"lr": (0.1, 0.01)})]
    at.run()
    assert any("learning rate 0.1 → 0.01" in caption.value for caption in at.caption)


def test_a_run_that_diverges_is_explained_and_can_be_set_up_anew(page):
    at = page(lr="5", depth="4", momentum="0.99", images="2000", schedule="Constant")
    press(at, "Start")
    finish(at)
    assert "Try a learning rate" in at.error[0].value
    press(at, "Reset")
    assert job_of(at) is None
    assert not button(at, "Start").disabled
    assert at.select_slider(key="lr").value == 5


def test_a_finished_network_is_saved_under_its_name_to_be_drawn_for(page):
    at = page(images="500")
    press(at, "Start")
    job = finish(at)
    labelled(at.text_input, "Name").set_value("Ada").run()
    press(at, "Save")
    saved = at.session_state["_models"]["Ada"]
    assert np.array_equal(saved.theta, job.model().theta)
    assert loads(saved.dumps()).scores["test_accuracy"] == job.view().scores["test_accuracy"]
    assert any("Saved as **Ada**" in text.value for text in at.success)


def test_the_link_refuses_nonsense_quietly(page):
    at = page(recipe="nothing", lr="-3", depth="99", optimizer="Newton", batch="x", dataset="../..")
    assert at.selectbox(key="recipe").value == "fast"
    assert press(at, "Step").recipe.name == "fast"


def test_every_augmentation_has_a_slider():
    assert set(augmentation.WAYS) == set(augment.LIMITS)


def test_every_setting_of_the_form_has_a_help_text():
    assert {name for name in form.KEYS if not name.startswith("width")} <= set(settings.HELP)
