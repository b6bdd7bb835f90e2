"""Photographs of digits on paper, made up: light, grain, blur, perspective, printed lines."""

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

import dataset
from dataset.pictures import number, photograph
from dataset.variants import views
from netcore import load
from netcore.confidence import subspaces
from netcore.confidence.classifier import CalibratedClassifier


@pytest.fixture(scope="module")
def digits():
    """Ten test digits, one of each."""
    test = dataset.load("mnist").test
    rows = np.concatenate([np.flatnonzero(test.labels == digit)[20:21] for digit in range(10)])
    return test.images[rows], test.labels[rows]


@pytest.fixture(scope="module")
def reader():
    train = dataset.load("mnist").train
    known = subspaces.of_images(train.images, train.labels, 10)
    return CalibratedClassifier(load("models/lenet.json"), known)


def sheet(images, size=240):
    """Ink 0 … 1 of digits side by side on a page."""
    large = [scipy.ndimage.zoom(image / 255.0, size / 28, order=1).clip(0, 1) for image in images]
    return np.pad(np.concatenate(large, axis=1), size // 3)


def photograph_of(ink, seed=0, thick=0, rules=False, chalk=False):
    """Blue-black ink on white paper under a lamp from the side, a little askew, grainy, blurred."""
    rng = np.random.default_rng(seed)
    if thick > 0:
        ink = scipy.ndimage.grey_dilation(ink, (thick, thick))
    if thick < 0:
        ink = scipy.ndimage.grey_erosion(ink, (-thick, -thick))
    page = 0.15 + 0.7 * ink if chalk else 0.92 - 0.75 * ink
    if rules:
        page[30::70] -= 0.35
        page[31::70] -= 0.35
    height, width = page.shape
    y, x = np.mgrid[:height, :width] / max(height, width)
    light = 1.1 - 0.75 * np.hypot(x - 0.1, y - 0.2) - 0.3 * ((x - 0.8) ** 2)
    page = scipy.ndimage.gaussian_filter(page * np.clip(light, 0.15, None), 1.2)
    page = page + rng.normal(0, 0.015, page.shape)
    picture = Image.fromarray((255 * page.clip(0, 1)).astype(np.uint8))
    k = 0.00008  # perspective: the far side is smaller
    slant = (1, 0.06, -8, -0.03, 1, 6, k, k / 2)
    paper = int(np.median(np.asarray(picture)))
    return np.asarray(
        picture.transform(picture.size, Image.Transform.PERSPECTIVE, slant, fillcolor=paper)
    )


def right(reader, found, labels):
    answers = [
        int(reader(views.of_images(images)).answers[0]) if len(images) == 1 else -1
        for images in found
    ]
    return np.mean(np.array(answers) == labels)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [{}, {"thick": 13}, {"thick": -9}, {"rules": True}], ids=str)
def test_a_photographed_digit_is_read(kind, digits, reader):
    images, labels = digits
    found = [
        photograph.digits(photograph_of(sheet([image]), seed, **kind))
        for seed, image in enumerate(images)
    ]
    assert right(reader, found, labels) >= (0.7 if kind else 0.9)


@pytest.mark.slow
def test_chalk_on_a_blackboard_is_read(digits, reader):
    images, labels = digits
    found = [photograph.digits(photograph_of(sheet([image]), chalk=True)) for image in images]
    assert right(reader, found, labels) >= 0.9


def test_a_number_on_paper_comes_as_its_digits(digits, reader):
    images, labels = digits
    found = photograph.digits(photograph_of(sheet(images[[2, 4, 7]], 160)))
    assert len(found) == 3
    np.testing.assert_array_equal(reader(views.of_images(found)).answers, labels[[2, 4, 7]])


@pytest.mark.parametrize("level", [20, 128, 240])
def test_empty_paper_has_no_digit(level):
    rng = np.random.default_rng(0)
    slope = np.linspace(0.6, 1, 200)
    page = (level * slope + rng.normal(0, 3, (150, 200))).clip(0, 255).astype(np.uint8)
    assert photograph.digits(page).shape == (0, 28, 28)


def test_small_pictures_take_the_plain_road(digits):
    images, _ = digits
    found = photograph.digits(images[3])
    assert np.abs(found[0].astype(int) - images[3]).max() <= 1
    assert len(photograph.digits(np.zeros((28, 28), np.uint8))) == 0


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("shape", [(64, 64), (300, 400)], ids=str)
def test_a_speck_is_no_digit(side, shape):
    page = np.full(shape, 255, np.uint8)
    page[30 : 30 + side, 40 : 40 + side] = 0
    images, note = photograph.read(page)
    assert not len(images)
    assert note == photograph.NOTHING


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["specks", "hairlines", "grid", "gradient", "noise"]),
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from([(), (3,), (4,)]),
    st.integers(0, 2**32),
)
def test_any_picture_is_read_without_a_crash(kind, height, width, channels, seed):
    rng = np.random.default_rng(seed)
    page = np.full((height, width, *channels), rng.integers(256), np.uint8)
    colour = rng.integers(0, 256, channels, dtype=np.uint8)
    places = rng.integers(0, (height, width), (6, 2))
    if kind == "specks":
        for y, x in places:
            page[y : y + rng.integers(1, 6), x : x + rng.integers(1, 6)] = colour
    elif kind == "hairlines":
        for y, x in places:
            page[y, : x + 1] = page[: y + 1, x] = colour
    elif kind == "grid":
        page[:: rng.integers(1, 40)] = page[:, :: rng.integers(1, 40)] = colour
    elif kind == "gradient":
        page[:] = np.linspace(*rng.integers(0, 256, 2), width).reshape(-1, *[1] * len(channels))
    else:
        page = rng.integers(0, 256, page.shape, dtype=np.uint8)
    images, note = photograph.read(page, lambda views: np.zeros(len(views)))
    assert images.shape[1:] == (28, 28)
    assert images.any(axis=(1, 2)).all()
    assert len(images) or note


@pytest.mark.parametrize("angles", [(0,), (90,), (3,), (40,), (2, 92)], ids=str)
@pytest.mark.parametrize("spacing", [40, 130], ids="every {} pixels".format)
def test_printed_lines_are_no_digits(angles, spacing):
    images, note = photograph.read(printed(np.ones((450, 600)), angles, spacing))
    assert not len(images)
    assert note == photograph.NOTHING


def printed(page, angles, spacing, thick=3.0, level=0.55):
    """A page, 0 … 1, with lines at these angles from level → uint8."""
    y, x = np.mgrid[: page.shape[0], : page.shape[1]]
    for angle in np.deg2rad(angles):
        across = (y * np.cos(angle) - x * np.sin(angle)) % spacing
        page = np.where(across < thick, np.minimum(page, level), page)
    return np.rint(255 * scipy.ndimage.gaussian_filter(page, 0.7)).astype(np.uint8)


@pytest.fixture(scope="module")
def answer(reader):
    """What is read in a picture, and the note."""

    def read(pixels):
        images, note = photograph.read(pixels, lambda views: reader(views).score)
        answers = reader(views.of_images(images)).answers if len(images) else []
        return "".join(map(str, answers)), note

    return read


def page_with(image, height=450, width=600, size=230):
    """A page of brightness 0 … 1, black ink on white, with a digit in its middle."""
    ink = scipy.ndimage.zoom(image / 255.0, size / 28, order=1).clip(0, 1) > 0.5
    page = np.ones((height, width))
    y, x = (height - ink.shape[0]) // 2, (width - ink.shape[1]) // 2
    page[y : y + ink.shape[0], x : x + ink.shape[1]] -= 0.9 * ink
    return page


def share_right(answer, digits, change):
    images, labels = digits
    read = [answer(change(image))[0] for image in images]
    return np.mean(np.array(read) == labels.astype(str))


def grey(page):
    return np.rint(255 * page.clip(0, 1)).astype(np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("angles", [(0,), (90,), (-4,), (35,), (2, 92)], ids=str)
def test_a_digit_on_printed_lines_is_read(angles, digits, answer):
    assert share_right(answer, digits, lambda i: printed(page_with(i), angles, 60)) >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("light", [0.4, 0.6, 0.8])
def test_a_digit_half_in_the_shadow_is_read(light, digits, answer):
    def shaded(image):
        page = 0.9 * page_with(image)
        y, x = np.mgrid[: page.shape[0], : page.shape[1]]
        return grey(page * np.where(x + y / 3 > 380, light, 1))

    assert share_right(answer, digits, shaded) >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((250, 250, 250), (125, 125, 125)),
        ((250, 250, 250), (90, 150, 230)),
        ((250, 250, 250), (176, 138, 96)),
        ((200, 60, 60), (60, 132, 60)),  # of the same brightness
        ((250, 245, 90), (248, 248, 246)),  # a highlighter
    ],
    ids=["on grey", "on blue", "on kraft", "red on green", "yellow"],
)
def test_ink_of_any_colour_is_read(ink, paper, digits, answer):
    def coloured(image):
        page = page_with(image)[..., None]
        return np.rint(page * paper + (1 - page) * ink).clip(0, 255).astype(np.uint8)

    assert share_right(answer, digits, coloured) >= 0.9


@pytest.mark.slow
def test_a_note_on_a_dark_table_is_read(digits, answer):
    def on_table(image):
        return grey(
            np.pad(page_with(image, 220, 220, 140), ((90, 140), (150, 230)), constant_values=0.2)
        )

    assert share_right(answer, digits, on_table) >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("size", [45, 60])
def test_a_small_digit_in_a_large_picture_is_read(size, digits, answer):
    assert share_right(answer, digits, lambda i: grey(page_with(i, 768, 1024, size))) >= 0.9


@pytest.mark.slow
def test_ink_at_the_edge_and_a_see_through_margin_are_read(digits, answer):
    def tight(image):
        page = page_with(image, 300, 300, 280)
        rows, columns = (np.flatnonzero((page < 0.5).any(axis=axis)) for axis in (1, 0))
        return grey(page[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])

    def on_nothing(image):
        page = grey(page_with(image, 200, 200, 150))
        opaque = np.dstack([page] * 3 + [np.full_like(page, 255)])
        return np.pad(opaque, ((30, 30), (30, 30), (0, 0)))

    assert share_right(answer, digits, tight) >= 0.9
    assert share_right(answer, digits, on_nothing) >= 0.9


def box(page, top, left, bottom, right, thick=4):
    page = page.copy()
    page[top:bottom, left:right] = 0.2
    page[top + thick : bottom - thick, left + thick : right - thick] = 1
    return page


def test_a_printed_box_is_no_digit(digits, answer):
    assert answer(grey(box(np.ones((450, 600)), 100, 200, 330, 380))) == ("", photograph.NOTHING)
    image = digits[0][3]
    framed = np.minimum(page_with(image), box(np.ones((450, 600)), 90, 180, 360, 420))
    assert answer(grey(framed))[0] == "3"


def test_punched_holes_are_no_digits(digits, answer):
    page = page_with(digits[0][5])
    y, x = np.mgrid[:450, :600]
    for row in (110, 340):
        page[np.hypot(y - row, x - 30) < 14] = 0.3
    assert answer(grey(page))[0] == "5"


def row(images, size=130):
    return [
        scipy.ndimage.zoom(image / 255.0, size / 28, order=1).clip(0, 1) > 0.5 for image in images
    ]


def test_two_lines_a_decimal_point_and_a_time_have_their_sentences(digits, answer):
    images, _ = digits
    ink = np.concatenate(row(images[[2, 3]]), axis=1)
    two = np.pad(np.concatenate([ink, ink]), 100)
    assert answer(grey(1 - 0.9 * two))[1] == number.LINES
    left, right = row(images[[2, 3]])
    between = np.zeros((130, 40), bool)
    dotted = between.copy()
    dotted[102:114, 14:26] = True
    ink = np.pad(np.concatenate([left, dotted, right], axis=1), 100)
    assert answer(grey(1 - 0.9 * ink))[1] == number.POINT
    dotted[45:57, 14:26] = True
    ink = np.pad(np.concatenate([left, dotted, right], axis=1), 100)
    assert answer(grey(1 - 0.9 * ink))[1] == number.TIME


def test_a_one_that_touches_a_zero_is_ten(answer):
    page = Image.new("L", (800, 600), 245)
    draw = ImageDraw.Draw(page)
    draw.line((300, 150, 300, 450), fill=20, width=16)
    loop = [(312, 230), (390, 165), (470, 230), (470, 370), (390, 435), (312, 370), (312, 230)]
    draw.line(loop, fill=20, width=16, joint="curve")
    assert answer(np.asarray(page)) == ("10", "")


def test_an_open_four_is_one_digit(answer):
    page = Image.new("L", (800, 600), 245)
    draw = ImageDraw.Draw(page)
    draw.line([(330, 110), (290, 300), (400, 300)], fill=20, width=16, joint="curve")
    draw.line((450, 150, 445, 460), fill=20, width=16)
    assert answer(np.asarray(page)) == ("4", "")


@pytest.mark.slow
@pytest.mark.parametrize("count", [7, 10])
def test_a_long_number_is_read_digit_by_digit(count, digits, answer):
    images, labels = digits
    rows = np.array([2, 4, 7, 5, 3, 0, 2, 7, 5, 4])[:count]
    ink = np.pad(np.concatenate(row(images[rows], 100), axis=1), ((120, 120), (20, 20)))
    assert answer(grey(1 - 0.9 * ink)) == ("".join(map(str, labels[rows])), "")


def dislikes_the_first(views):
    """A judge: what it sees first is no digit, and everything else is one."""
    if not hasattr(dislikes_the_first, "seen"):
        dislikes_the_first.seen = views[0]
    return [-2.0 if np.array_equal(view, dislikes_the_first.seen) else 0.0 for view in views]


@pytest.mark.parametrize(("top", "count"), [(100, 2), (290, 1)])
def test_ink_is_cut_only_between_two_tall_pieces(top, count):
    page = np.full((500, 600), 245, np.uint8)
    page[100:400, 200:225] = page[top:400, 400:425] = page[330:345, 200:425] = 20
    vars(dislikes_the_first).clear()
    assert len(photograph.digits(page, dislikes_the_first)) == count


def test_another_way_must_be_much_better_to_show_another_digit(digits, monkeypatch):
    three, seven = digits[0][[3]], digits[0][[7]]

    def note(images, score):
        ways = [photograph.Way(three, -1.2, ""), photograph.Way(images, score, "")]
        monkeypatch.setattr(photograph, "_ways", lambda sheet, judge: iter(ways))
        return photograph.read(np.zeros((9, 9), np.uint8), lambda views: [0.0] * len(views)).note

    assert note(seven, -0.9) == photograph.UNSURE
    assert note(np.concatenate([three, three]), -0.9) == photograph.UNSURE
    assert note(seven, 0.0) == note(three, -0.9) == ""


@pytest.mark.parametrize("side", [64, 120])
def test_a_digit_from_edge_to_edge_of_a_small_picture_is_read(side, answer):
    page = Image.new("L", (120, 120), 255)
    draw = ImageDraw.Draw(page)
    line = [(25, 30), (40, 5), (75, 5), (85, 35), (20, 115), (100, 115)]
    draw.line(line, fill=0, width=12, joint="curve")
    assert answer(np.asarray(page.resize((side, side)))) == ("2", "")


def test_a_box_that_runs_out_of_the_picture_is_no_digit(digits, answer):
    page = page_with(digits[0][3])
    page[60:64, 150:450] = page[60:, 150:154] = page[60:, 446:450] = 0.2
    assert answer(grey(page)) == ("3", "")
