"""The Explore page without a browser: what is computed and shown for each choice."""

import functools
import json

import numpy as np
import pytest

import dataset
from ui.explore import summary
from ui.session import datasets, state
from ui.session import datasets as session_datasets


@pytest.fixture
def explore(visit):
    return functools.partial(visit, "explore")


def figures(app):
    """Alternative text → figure."""
    found = [element.proto for element in app.get("plotly_chart")]
    return {proto.alt: json.loads(proto.spec) for proto in found}


def captions_on(figure):
    return figure["data"][1]["text"]


def csv(labels):
    head = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    rows = [",".join(map(str, [label, *[10 * i] * 784])) for i, label in enumerate(labels)]
    return "\n".join([head, *rows]).encode()


@pytest.mark.parametrize("digit", ["", "4"])
@pytest.mark.parametrize("section", ["Browse", "Numbers", "Counts", "Shapes", "Pixels", "Map"])
def test_every_section_opens(explore, section, digit):
    app = explore(section=section, digit=digit, split="test")
    assert figures(app)
    assert app.caption


def test_a_digit_shows_only_that_digit(explore):
    shown = captions_on(figures(explore(digit="4"))["Images"])
    assert len(shown) == 64
    assert {caption[0] for caption in shown} == {"4"}


def test_the_order_is_that_of_the_file_until_a_seed_shuffles_it(explore):
    plain, first, again, other = (
        captions_on(figures(explore(seed=seed))["Images"]) for seed in ("0", "1", "1", "2")
    )
    assert plain[:3] == ["5 · image 0", "0 · image 1", "4 · image 2"]
    assert plain != first == again != other


def test_sheets_are_leafed_through(explore):
    shown = captions_on(figures(explore(sheet="2"))["Images"])
    assert shown[0].endswith("image 64")


def test_another_digit_puts_the_chosen_image_away(explore):
    app = explore(image="5", sheet="3")
    app.button_group(key=state.DIGIT.name).set_value(4).run()
    assert "Image 2, 4" in figures(app)
    assert captions_on(figures(app)["Images"])[0] == "4 · image 2"


def test_an_image_that_a_smaller_split_lacks_gives_way_to_the_first(explore):
    app = explore(image="50000", sheet="800")
    app.session_state[state.SPLIT.name] = "test"
    app.run()
    assert not app.exception
    assert "Image 0, 7" in figures(app)


@pytest.mark.parametrize(("scale", "written"), [("0 … 255", "253"), ("0 … 1", ".99")])
def test_numbers_are_shown_before_and_after_normalising(explore, scale, written):
    app = explore(section="Numbers", scale=scale)
    shown = figures(app)["Image 0 as 28 × 28 numbers"]["data"][1]["text"]
    assert len(shown) == 784
    assert written in shown


def test_typical_and_unusual_images_ask_for_a_digit(explore):
    assert "Choose a digit" in explore(section="Shapes").info[0].value


def test_every_control_explains_itself(explore):
    app = explore(section="Numbers")
    controls = [*app.main.selectbox, *app.main.button_group, *app.main.number_input]
    assert len(controls) == 7
    assert all(control.proto.help for control in controls)


def test_an_opened_csv_becomes_a_dataset_for_all_pages(explore):
    app = explore()
    app.session_state[session_datasets.CSV.box_key] = True
    app.run().file_uploader[0].upload("my digits.csv", csv([1, 2] * 9 + [9, 9]), "text/csv").run()
    assert not app.exception
    name = app.selectbox(key=state.DATASET.name).value
    assert name.startswith("my-digits.csv ")
    assert [*captions_on(figures(app)["Images"])][:2] == ["1 · image 0", "2 · image 1"]
    app.button_group(key=state.DIGIT.name).set_value(2).run()  # the nines, all in the test split
    assert "these 3 are the classes" in app.info[0].value
    assert "no such image" in app.info[-1].value


def test_a_file_that_is_no_dataset_is_refused_with_a_sentence(explore):
    app = explore()
    app.session_state[session_datasets.CSV.box_key] = True
    app.run().file_uploader[0].upload("photos.csv", b"a,b\n1,2", "text/csv").run()
    assert "photos.csv is not a table of images" in app.error[0].value
    assert app.selectbox(key=state.DATASET.name).value == "mnist"


def test_the_map_spreads_classes_and_says_what_it_keeps(explore):
    app = explore(section="Map", split="test")
    groups = figures(app)["Map"]["data"]
    assert [group["name"] for group in groups] == list("0123456789")
    assert "2,000 images" in app.caption[0].value


def test_no_name_opens_a_path():
    with pytest.raises(dataset.DataError, match="not open"):
        datasets.dataset("/etc/hostname")


def test_statistics_of_one_file_are_not_taken_for_anothers():
    shapes = [
        summary.shapes(one_digit(name, ink), "train")[0] for name, ink in [("a", 1), ("b", 9)]
    ]
    assert [np.nanmax(mean) for mean in shapes] == [1, 9]


def one_digit(name, ink):
    split = dataset.Split(np.full((3, 28, 28), ink, np.uint8), np.zeros(3, np.uint8))
    return dataset.Dataset(name, split, split, split)
