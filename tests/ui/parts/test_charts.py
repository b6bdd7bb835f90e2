"""Figures show the arrays they are given, in colours that everyone can tell apart."""

import base64
import io
import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from ui.parts import charts

DIGITS = tuple("0123456789")
THEME = tomllib.loads(Path(".streamlit/config.toml").read_text())["theme"]

# Linear RGB as seen with no cones of one kind. Machado, Oliveira and Fernandes 2009, severity 1.
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]
    ),
    "deuteranopia": np.array(
        [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]
    ),
    "tritanopia": np.array(
        [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]
    ),
}
# Linear RGB → cone responses → OKLab. Ottosson, "A perceptual color space", 2020.
TO_CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
TO_LAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (11, 28, 28), dtype=np.uint8)


def linear(colours):
    rgb = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def every_figure(images):
    labels = np.arange(11) % 10
    return [
        charts.digit(images[0]),
        charts.numbers(images[0]),
        charts.sheet(images, "abcdefghijk", list(range(11))),
        charts.classes(images[:10], DIGITS),
        charts.counts({"train": np.arange(10), "test": np.arange(10)}, DIGITS),
        charts.histogram(np.arange(256)),
        charts.flat(images[0] / 255),
        charts.plane(np.zeros((11, 2)), labels, np.arange(11), DIGITS),
    ]


def test_no_figure_brings_a_background_or_catches_a_drag(images):
    for figure in every_figure(images):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
        assert figure.layout.dragmode is False


def test_a_figure_with_points_to_touch_leaves_the_drag_to_the_page():
    sent = charts.Clickable(go.Figure()).to_dict()["layout"]
    assert sent["dragmode"], "Streamlit would put `pan` in its place"
    assert sent["template"]["layout"]["dragmode"] is False


def test_a_digit_is_shown_upright_with_its_own_values(images):
    figure = charts.digit(images[0])
    np.testing.assert_array_equal(figure.data[0].z, images[0])
    top, bottom = figure.layout.yaxis.range[1], figure.layout.yaxis.range[0]
    assert top < bottom  # row 0 is above


@pytest.mark.parametrize(
    ("value", "top", "written"),
    [(0, 255, "0"), (7, 255, "7"), (255, 255, "255"), (0.5, 1, ".50"), (1.0, 1, "1")],
)
def test_every_pixel_says_its_number(value, top, written):
    text = charts.numbers(np.full((28, 28), value), top).data[1]
    assert set(text.text) == {written}
    assert len(text.text) == 784


def test_a_sheet_holds_every_image_in_ink_with_clear_paper_between(images):
    figure = charts.sheet(images, "abcdefghijk", list(range(100, 111)))
    source = base64.b64decode(figure.data[0].source.removeprefix("data:image/png;base64,"))
    pixels = np.array(Image.open(io.BytesIO(source)))
    assert pixels.shape == (2 * 28 + 2, 8 * 28 + 7 * 2, 4)
    tile = pixels[30:58, 60:88, 0].astype(float)  # second row, third column
    paper = int(charts.INK[0][1][1:3], 16)
    np.testing.assert_allclose((tile - paper) / (255 - paper), images[10] / 255, atol=0.003)
    assert (pixels[:, 28:30, 3] == 0).all()
    assert list(figure.data[1].customdata) == list(range(100, 111))
    assert (figure.data[1].x[10], figure.data[1].y[10]) == (60 + 14, 30 + 14)


def test_a_confusion_without_a_mistake_is_pale_all_over():
    heatmap = charts.confusion(np.eye(10, dtype=int), [str(k) for k in DIGITS]).data[0]
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)
    assert set(heatmap.z[~np.isnan(heatmap.z)]) == {0}


def test_a_class_without_images_leaves_its_place_empty(images):
    means = images[:10].astype(float)
    means[4] = np.nan
    z = charts.classes(means, DIGITS).data[0].z
    np.testing.assert_array_equal(z[:28, :28], means[0])
    assert np.isnan(z[:28, 4 * 30 : 4 * 30 + 28]).all()


def test_the_histogram_shows_shares():
    bars = charts.histogram(np.array([300, 100] + [0] * 254)).data[0]
    assert bars.y[:3].tolist() == [0.75, 0.25, 0]


def test_a_flattened_image_knows_where_each_number_came_from():
    image = np.arange(784).reshape(28, 28) / 783
    line = charts.flat(image).data[0]
    np.testing.assert_array_equal(line.y, image.ravel())
    assert line.customdata[57].tolist() == [2, 1]


def test_points_of_the_plane_keep_their_class_and_their_image():
    points, labels, ids = np.arange(6).reshape(3, 2), np.array([7, 0, 7]), np.array([40, 50, 60])
    zero, seven = charts.plane(points, labels, ids, DIGITS).data
    assert (zero.name, list(zero.customdata)) == ("0", [50])
    assert (seven.name, list(seven.customdata)) == ("7", [40, 60])
    assert list(seven.x) == [0, 4]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_chart_colours_stand_out_from_the_page_and_from_each_other(mode):
    theme = THEME[mode]
    colours = linear(theme["chartCategoricalColors"])
    assert len(colours) == len(theme["chartSequentialColors"]) == 10  # else Plotly ignores them
    light = colours @ [0.2126, 0.7152, 0.0722] + 0.05
    page = linear([theme["backgroundColor"]])[0] @ [0.2126, 0.7152, 0.0722] + 0.05
    assert (np.maximum(light / page, page / light) > 1.9).all()
    for eyes, seen in EYES.items():
        lab = np.cbrt(np.clip(colours @ seen.T, 0, None) @ TO_CONES.T) @ TO_LAB.T
        apart = np.linalg.norm(lab[:, None] - lab, axis=-1) + np.eye(10)
        assert apart.min() > 0.07, eyes  # about 0.02 is just noticeable
