"""CSV files by their meaning: names, order, text and ranges may differ, the dataset is the same."""

import gzip
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import DataError, table

SIDE, ROWS = 8, 20
PIXELS = SIDE * SIDE


def images():
    """(ROWS, PIXELS) uint8 with a 0 and a 255, and labels of four classes."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (ROWS, PIXELS), dtype=np.uint8)
    pixels[0, :2] = 0, 255
    return pixels, np.arange(ROWS) % 4


def read(content):
    return table.read(io.BytesIO(content), "mine.csv")


def lines(rows, separator=","):
    return "\n".join(separator.join(map(str, row)) for row in rows) + "\n"


def expect(data, pixels=None, labels=None):
    """The dataset holds these rows in their order, whatever was read."""
    standard = images()
    pixels = standard[0] if pixels is None else pixels
    labels = standard[1] if labels is None else labels
    found = np.concatenate([split.images for split in data.splits.values()])
    np.testing.assert_array_equal(found, pixels.reshape(found.shape))
    codes = np.concatenate([split.labels for split in data.splits.values()])
    assert [data.classes[code] for code in codes] == [str(label) for label in labels]


NAMES = {
    "from 0": lambda n: f"pixel{n}",
    "from 1": lambda n: f"Pixel{n + 1}",
    "rows and columns": lambda n: f"{n // SIDE + 1}x{n % SIDE + 1}",
    "r0c0": lambda n: f"r{n // SIDE}c{n % SIDE}",
    "like scikit-learn's": lambda n: f"pixel_{n // SIDE}_{n % SIDE}",
    "zero-padded": lambda n: f"p{n:04d}",
    "numbers": str,
}
UNNUMBERED = {
    "all the same": lambda n: "px",
    "none": lambda n: "",
    "letters": lambda n: "abc"[n % 3],
}
LABELS = ["label", "Label", "CLASS", "y", "target", "digit", "Labels"]
SCALES = {
    "0 … 255": lambda x: x,
    "decimals": lambda x: x.astype(float),
    "0 … 1": lambda x: np.round(x / 255, 6),
    "−1 … 1": lambda x: np.round(x / 127.5 - 1, 6),
    "−0.5 … 0.5": lambda x: np.round(x / 255 - 0.5, 6),
    "standardised": lambda x: np.round((x / 255 - 0.13) / 0.31, 6),
}
WAYS_TO_WRITE = {"plain": "{}", "spaced": " {} ", "quoted": '"{}"'}


@settings(max_examples=400, deadline=None)
@given(
    names=st.sampled_from([*NAMES, *UNNUMBERED, "no header"]),
    label=st.sampled_from(LABELS),
    last=st.booleans(),
    index=st.sampled_from([None, "", "id", "Unnamed: 0"]),
    order=st.one_of(st.none(), st.permutations(range(PIXELS))),
    scale=st.sampled_from(list(SCALES)),
    way=st.sampled_from(list(WAYS_TO_WRITE)),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    comma=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r", "\n\n", ",\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]),
    pack=st.sampled_from([bytes, gzip.compress]),
)
def test_names_order_text_and_range_may_differ(
    names, label, last, index, order, scale, way, separator, comma, end, encoding, pack
):
    pixels, labels = images()
    values = SCALES[scale](pixels)
    order = list(order) if order and names in NAMES else list(range(PIXELS))
    cells = [[str(value) for value in row[order]] for row in values]
    if comma and separator == ";":
        cells = [[cell.replace(".", ",") for cell in row] for row in cells]
    if names != "no header":
        name = (NAMES | UNNUMBERED)[names]
        cells = [[name(n) for n in order], *cells]
        labels = [label, *labels]
    rows = [
        [*row, str(k)] if last else [str(k), *row] for k, row in zip(labels, cells, strict=True)
    ]
    if index is not None:
        first = [] if names == "no header" else [index]
        rows = [[n, *row] for n, row in zip([*first, *map(str, range(ROWS))], rows, strict=True)]
    end = end.replace(",", separator)
    written = [[WAYS_TO_WRITE[way].format(cell) for cell in row] for row in rows]
    content = "".join(separator.join(row) + end for row in written)
    expect(read(pack(content.encode(encoding))))


def test_a_comment_a_hint_for_excel_and_the_header_once_more_are_read_over():
    pixels, labels = images()
    header = ["label", *(f"pixel{n}" for n in range(PIXELS))]
    rows = np.column_stack([labels, pixels])
    for first in ("# mine\n\n", "% mine\n", "sep=,\n"):
        content = first + lines([header]) + lines(rows[:9]) + lines([header]) + lines(rows[9:])
        expect(read(content.encode()))


def test_a_header_that_is_a_row_of_data_is_told_from_names_that_are_numbers():
    rows = np.column_stack([images()[1], images()[0]])
    seen: dict[str, int] = {}
    repeats = []
    for cell in ["7", *["0"] * PIXELS]:  # what pandas makes of a first row taken for the header
        seen[cell] = seen.get(cell, -1) + 1
        repeats.append(f"{cell}.{seen[cell]}" if seen[cell] else cell)
    for header in (repeats, range(PIXELS + 1)):
        expect(read((lines([header]) + lines(rows)).encode()))


def test_the_names_of_rows_as_r_writes_them_are_no_label():
    pixels, labels = images()
    header = ",".join(f'"{name}"' for name in ["label", *(f"V{n}" for n in range(PIXELS))])
    rows = [[f'"{n}"', k, *row] for n, (k, row) in enumerate(zip(labels, pixels, strict=True))]
    expect(read((header + "\n" + lines(rows)).encode()))


def test_a_list_of_pixels_in_one_cell_is_read_as_in_fer2013():
    pixels, labels = images()
    rows = [[k, " ".join(map(str, row)), "Training"] for k, row in zip(labels, pixels, strict=True)]
    data = read((lines([["emotion", "pixels", "Usage"]]) + lines(rows)).encode())
    expect(data)
    assert "The column emotion was taken for the label." in data.notes


@pytest.mark.parametrize(
    "content",
    [
        "label,pixels\n" + "1" * 399_999,
        "label,pixels\n3," + "1 " * 150_000 + "x",
        "label" + "_" * 399_000 + "!," + ",".join(map(str, range(PIXELS))) + "\n1",
    ],
    ids=["digits", "a list that is none", "a name of underscores"],
)
def test_long_lines_are_looked_through_once(content):
    """With the square of their length as many steps, each of these would take over an hour."""
    with pytest.raises(DataError, match=r"^mine.csv "):
        read(content.encode())


def test_a_table_in_a_zip_file_is_read():
    content = lines(np.column_stack([images()[1], images()[0]]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mine.csv", content)
        archive.writestr("__MACOSX/._mine.csv", "x")
    expect(read(packed.getvalue()))


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (
            ["train.csv", "test.csv"],
            "is a zip file of train.csv, test.csv: unpack it and choose one",
        ),
        (["xl/workbook.xml"], "is an Excel workbook: save it as CSV"),
    ],
)
def test_other_zip_files_are_refused(members, reason):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    with pytest.raises(DataError, match=reason):
        read(packed.getvalue())


@pytest.mark.parametrize("flags", [("0", "1"), ("False", "True"), ("0.0", "1.0")])
@pytest.mark.parametrize("header", ["label_{}", "y{}", "{}", None])
@pytest.mark.parametrize("last", [True, False])
def test_one_hot_labels_are_classes(flags, header, last):
    pixels, labels = images()
    rows = []
    for k, row in zip(labels, pixels, strict=True):
        one_hot = [flags[int(k == each)] for each in range(4)]
        rows.append([*row, *one_hot] if last else [*one_hot, *row])
    if header:
        names = [header.format(k) for k in range(4)]
        pixel_names = [f"pixel{n}" for n in range(PIXELS)]
        rows.insert(0, [*pixel_names, *names] if last else [*names, *pixel_names])
    data = read(lines(rows).encode())
    expect(data)
    assert any("one-hot" in note for note in data.notes)


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["3", "5", "8", "11"], ("3", "5", "8", "11")),
        (["7.0", "10.0", "9.0", "8"], ("7", "8", "9", "10")),
        (["-1", "1", "0", "2"], ("-1", "0", "1", "2")),
        (["shirt", "bag", "T-shirt", "coat"], ("T-shirt", "bag", "coat", "shirt")),
        (["Ä", "B", "c", "É"], ("B", "c", "Ä", "É")),
        (["a", "1", "B", "1_0"], ("1", "1_0", "B", "a")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_labels_of_any_kind_are_named_and_sorted(names, classes, encoding):
    pixels, labels = images()
    rows = [[names[k], *row] for k, row in zip(labels, pixels, strict=True)]
    header = ["label", *(f"pixel{n}" for n in range(PIXELS))]
    data = read(lines([header, *rows]).encode(encoding))
    assert data.classes == classes and not data.is_digits


def test_a_label_may_hold_the_separator_if_it_is_quoted():
    pixels, labels = images()
    rows = [[f'"boot, {k}"', *row] for k, row in zip(labels, pixels, strict=True)]
    assert read(lines(rows).encode()).classes == tuple(f"boot, {k}" for k in range(4))


@pytest.mark.parametrize("side", [5, 16, 28, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_square_images_of_any_size_are_read(side, channels):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (14, channels * side**2))
    data = read(lines(np.column_stack([np.arange(14) % 3, pixels])).encode())
    assert data.image_shape == ((side, side) if channels == 1 else (3, side, side))


def test_names_with_rows_and_columns_may_make_images_that_are_not_square():
    pixels = images()[0][:, :48]
    header = ["label", *(f"{n // 8 + 1}x{n % 8 + 1}" for n in range(48))]
    rows = np.column_stack([images()[1], pixels])
    data = read(lines([header, *rows]).encode())
    assert data.image_shape == (6, 8)
    np.testing.assert_array_equal(data.train.images[0].ravel(), pixels[0])


@pytest.mark.parametrize(
    ("arrange", "note"),
    [
        (lambda x: x, "holds the colours one by one"),
        (lambda x: x.transpose(0, 2, 3, 1), "red, green and blue of each pixel in turn"),
    ],
)
def test_the_order_of_colours_is_seen_in_the_images_and_said(arrange, note):
    down, right = np.indices((8, 8))
    smooth = np.stack([20 * down, 255 - 20 * right, 10 * down + 10 * right])
    pixels = np.clip(smooth + np.arange(ROWS)[:, None, None, None], 0, 255)
    rows = np.column_stack([images()[1], arrange(pixels).reshape(ROWS, -1)])
    data = read(lines(rows).encode())
    np.testing.assert_array_equal(data.train.images[3], pixels[3])
    assert any(note in each for each in data.notes)


@pytest.mark.parametrize(
    "name", ["{c}{n}", "pixel{n}_{c}", "{c} {row} {column}", "{row}_{column}_{c}"]
)
def test_names_may_say_the_colours(name):
    pixels = np.random.default_rng(0).integers(0, 256, (ROWS, 3, 8, 8))
    header, columns = ["label"], []
    for row in range(8):
        for column in range(8):
            for channel, colour in enumerate(("red", "g", "blue")):
                place = {"n": 8 * row + column, "row": row, "column": column}
                header.append(name.format(c=colour, **place))
                columns.append(pixels[:, channel, row, column])
    rows = np.column_stack([images()[1], *columns])
    np.testing.assert_array_equal(read(lines([header, *rows]).encode()).train.images[2], pixels[2])


def test_rows_sorted_by_label_are_shuffled_by_a_seed_and_it_is_said():
    pixels = np.random.default_rng(0).integers(0, 256, (280, 64))
    rows = np.column_stack([np.repeat(np.arange(4), 70), pixels])
    first, again = (read(lines(rows).encode()) for _ in range(2))
    assert "The images were sorted by label, so they were shuffled (seed 0)." in first.notes
    assert not first.verbatim
    np.testing.assert_array_equal(first.test.images, again.test.images)
    for split in first.splits.values():
        assert set(split.labels) == {0, 1, 2, 3}
