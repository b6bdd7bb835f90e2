"""Every page works with every kind of dataset, and says what its images show."""

import re
from dataclasses import replace

import numpy as np
import pytest

import netcore
from dataset.splits import CLASSES
from dataset.variants import frame
from netcore.recipe import dense_layers
from tests.handwriting import FOUR, SEVEN, fabric
from tests.ui.screen import button, labelled, press, words
from tests.ui.small_sets import KINDS, SHAPES, WITHOUT_DIGITS, dataset
from ui.draw import show_picture
from ui.explore import sections as explore_sections
from ui.inside import sections as inside_sections
from ui.session import datasets, models, state
from ui.train import panels

SECTIONS, PANELS = list(explore_sections.SECTIONS), list(panels.PANELS)
INSIDE = list(inside_sections.SECTIONS)


def everything(at):
    """All that stands on the page, with the labels and help texts of its widgets."""
    texts = [words(at)]
    for element in at.main:
        texts += _texts(element)
    return " ".join(texts)


def _texts(node):
    if hasattr(node, "children"):
        return [text for child in node.children.values() for text in _texts(child)]
    lines = str(getattr(node, "proto", "")).splitlines()
    return [line for line in lines if not re.match(r"\s*(id|query_param_key|user_key):", line)]


def with_set(name, notes=(), **more):
    """What a visitor has who opened a file with the dataset of this kind."""
    return {datasets.UPLOAD.name: dataset(name, notes), state.DATASET.name: name, **more}


def trained(visit, name, **link):
    """Train, once a short run on this dataset is over."""
    at = visit("train", with_set(name), epochs="1", **link)
    press(at, "Start")
    at.session_state[state.JOB.name].join(60)
    at.run()
    assert not at.exception
    assert at.session_state[state.JOB.name].view().status == "finished"
    return at


def model_of(name):
    """A model that was trained on the dataset of this kind, for one step."""
    data = dataset(name)
    recipe = netcore.Recipe(
        name="mine", dataset=name, steps=1, layers=dense_layers([16], classes=len(data.classes))
    )
    trainer = netcore.Trainer(
        recipe, (data.train.images, data.train.labels), (data.test.images, data.test.labels)
    )
    list(trainer)
    return replace(trainer.model(), classes=data.classes)


def draw_with(visit, name, strokes=(), **link):
    drawing = {state.DRAWING.name: fabric(strokes)} if strokes else {}
    session = with_set(name, **drawing, **{models.MODELS.name: {"mine": model_of(name)}})
    return visit("draw", session, model="mine", **link)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("name", KINDS)
def test_explore_shows_every_kind(visit, name, section):
    at = visit("explore", with_set(name), section=section, digit=KINDS[name][1][1])
    assert at.selectbox[0].value == name
    assert at.session_state[state.DIGIT.name] == 1
    if name in WITHOUT_DIGITS:
        assert not re.search("digit|MNIST's", everything(at), re.IGNORECASE)


def test_a_class_that_a_smaller_dataset_lacks_is_forgotten(visit):
    at = visit("explore", with_set("byclass"), digit="z")
    assert at.session_state[state.DIGIT.name] == 61
    at.selectbox[0].select("mnist").run()
    assert not at.exception
    assert at.session_state[state.DIGIT.name] is None


@pytest.mark.parametrize("name", KINDS)
def test_a_short_run_trains_and_is_shown_in_every_panel(visit, name):
    at = trained(visit, name, panels=PANELS[1:])
    job = at.session_state[state.JOB.name]
    assert job.model().network().output_shape == (len(KINDS[name][1]),)
    assert job.model().classes == (() if KINDS[name][1] == CLASSES else KINDS[name][1])
    assert job.view().scores["test_accuracy"] > 1.4 / len(KINDS[name][1])
    assert at.get("plotly_chart")  # the confusion matrix
    if name in WITHOUT_DIGITS:
        assert not re.search("digit", everything(at), re.IGNORECASE)


@pytest.mark.parametrize("recipe", ["lenet", "pure-conv", "best", "dense"])
@pytest.mark.parametrize("name", ["letters", "shapes in colour"])
def test_every_recipe_gets_an_output_for_each_class(visit, name, recipe):
    at = visit("train", with_set(name), recipe=recipe)
    assert not at.error
    press(at, "Step")
    job = at.session_state[state.JOB.name]
    job.join(60)
    assert job.view().message == "" and job.view().last.step == 1
    assert job.model().network().output_shape == (len(KINDS[name][1]),)
    drawn = {"habits"} if name == "letters" else {"habits", "thickness"}
    assert not drawn & set(job.recipe.augment or {})


def test_a_recipe_stays_as_it_is_for_its_own_data(visit):
    at = visit("train", recipe="best")
    press(at, "Step")
    recipe = at.session_state[state.JOB.name].recipe
    assert recipe.name == "best" and recipe.augment["habits"]


def test_a_network_that_images_are_too_small_for_is_refused_in_words(visit):
    at = visit("train", with_set("digits 8 x 8"), recipe="best")
    assert "cannot be trained" in at.error[0].value


@pytest.mark.parametrize("page", ["explore", "train", "sweep"])
def test_what_is_odd_with_the_data_is_said_first(visit, page):
    notes = ("The test split has no *cat*.", "The images were inverted.")
    at = visit(page, with_set("two", notes))
    said = [element.value for element in at.info]
    assert any(r"no \*cat\*" in text and "inverted" in text for text in said)


@pytest.mark.parametrize("section", [None, *INSIDE])
@pytest.mark.parametrize("name", [name for name in KINDS if len(KINDS[name][0]) == 2])
def test_a_drawing_is_read_in_every_size(visit, name, section):
    link = {"look": section} if section else {}
    at = draw_with(visit, name, FOUR, **link)
    assert not at.error
    title = at.markdown[1].value
    shown = KINDS[name][1]
    assert any(each in title for each in shown)
    if name in WITHOUT_DIGITS:
        assert not re.search("digit|whole number", everything(at), re.IGNORECASE)
        assert all(each.label != "Draw ten digits" for each in at.button)


def test_only_digits_are_split_into_several(visit):
    side_by_side = [*FOUR, *[[[x + 300, y] for x, y in stroke] for stroke in SEVEN]]
    assert "2 digits" in words(draw_with(visit, "digits 8 x 8", side_by_side))
    assert "digit" not in words(draw_with(visit, "letters", side_by_side))


@pytest.mark.parametrize("section", [None, *INSIDE])
def test_a_model_of_pictures_in_colour_reads_a_test_image(visit, section):
    data = dataset("shapes in colour")
    mine = model_of("shapes in colour")
    wanted = (mine.recipe.dataset, data.image_shape)
    picture = (wanted, data.test.images[1], "Test image 1")
    link = {"look": section} if section else {}
    session = with_set("shapes in colour", **{show_picture.PICTURE.name: picture})
    session[models.MODELS.name] = {"mine": mine}
    at = visit("draw", session, model="mine", **link)
    said = everything(at)
    assert not at.error and "cannot read a drawing" in said
    assert not re.search("digit|whole number", said, re.IGNORECASE)


def test_without_a_picture_one_is_asked_for(visit):
    at = draw_with(visit, "shapes in colour")
    assert "Choose a picture above" in words(at)


def test_a_model_whose_data_are_gone_still_knows_its_classes(visit):
    own = {models.MODELS.name: {"mine": netcore.loads(model_of("letters").dumps())}}
    at = visit("draw", {state.DRAWING.name: fabric(FOUR), **own}, model="mine", look="Neighbours")
    assert not at.error
    assert re.search(r"text\{[A-Z]\}", at.markdown[1].value)
    assert "dataset of this model is not open" in words(at)


@pytest.mark.parametrize("shape", [(8, 8), (16, 20), (3, 32, 32)])
def test_an_uploaded_picture_gets_the_size_of_the_models_images(shape):
    pixels = np.full((60, 90, 3), 250, np.uint8)
    pixels[20:40, 40:50] = (200, 0, 0)
    image = frame.fit_picture(pixels, shape)
    assert image.shape == shape and image.dtype == np.uint8
    if len(shape) == 2:  # light on dark
        assert image[0, 0] < 10 and image[shape[0] // 2, shape[1] // 2] > 50
    else:
        assert image[:, 16, 16].argmax() == 0 and image[:, 0, 0].min() > 240


@pytest.mark.parametrize("section", ["Curves", "Compare two", "Seeds", "Save and share"])
@pytest.mark.parametrize("name", ["byclass", "shapes in colour"])
def test_runs_of_other_data_are_compared(visit, name, section):
    at = trained(visit, name)
    press(at, "Reset")
    labelled(at.number_input, "Seed").set_value(3).run()
    press(at, "Start")
    at.session_state[state.JOB.name].join(60)
    at.switch_page("pages/runs.py").run()
    labelled(at.segmented_control, "Show").set_value(section).run()
    assert not at.exception and not at.error
    assert not re.search("digit", everything(at), re.IGNORECASE)


@pytest.mark.parametrize("name", ["letters", "shapes in colour"])
def test_a_sweep_trains_on_other_data(visit, name):
    link = {"try_lr": "0.1", "try_hidden": "16"}
    at = visit("sweep", with_set(name), **link)
    assert button(at, "Start 1 trial")
    press(at, "Start 1 trial")
    job = at.session_state[state.SWEEP_JOB.name]
    job.join(120)
    assert job.view().status == "finished" and job.view().results[0].status == "done"
    assert not at.run().exception
    assert not re.search("digit", everything(at), re.IGNORECASE)


def test_a_model_file_keeps_the_names_of_its_classes():
    model = model_of("shapes in colour")
    assert models.names(netcore.loads(model.dumps())) == SHAPES
    assert "classes" not in netcore.loads(replace(model, classes=()).dumps()).dumps()[:200]
