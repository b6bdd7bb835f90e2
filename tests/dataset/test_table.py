"""CSV files as Kaggle's Digit Recognizer has them, from a path or an upload."""

import gzip
import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dataset
from dataset import DataError, table
from tests.dataset.tables import COLUMNS, HEADER, read, refuses, rows, text


def with_cell(value, row=2, column=4):
    values = rows().astype(object)
    values[row, column] = value
    return text(values)


def test_the_rows_become_5_5_to_half_to_1_parts_in_their_order():
    values = rows(28)
    data = read(text(values))
    assert data.name == "train.csv"
    assert [len(split) for split in data.splits.values()] == [22, 2, 4]
    images = np.concatenate([split.images for split in data.splits.values()])
    labels = np.concatenate([split.labels for split in data.splits.values()])
    np.testing.assert_array_equal(images.reshape(28, 784), values[:, 1:])
    np.testing.assert_array_equal(labels, values[:, 0])
    assert images.dtype == labels.dtype == np.uint8
    assert not data.train.images.flags.writeable


def test_a_path_an_upload_and_a_gzipped_file_hold_the_same(tmp_path):
    content = text(rows()).encode()
    (tmp_path / "digits.csv").write_bytes(content)
    (tmp_path / "digits.csv.gz").write_bytes(gzip.compress(content))
    expected = read(content).train.images
    for name in ("digits.csv", "digits.csv.gz"):
        data = dataset.load(tmp_path / name)
        assert data.name == name
        np.testing.assert_array_equal(data.train.images, expected)


def test_an_upload_can_be_read_twice():
    upload = io.BytesIO(text(rows()).encode())
    table.read(upload, "train.csv")
    assert len(table.read(upload, "train.csv").train) == 22


@pytest.mark.slow
def test_pieces_join_without_a_seam(monkeypatch):
    whole = read(text(rows()))
    monkeypatch.setattr(table, "PIECE", 12_000)  # characters: five rows
    np.testing.assert_array_equal(read(text(rows())).train.images, whole.train.images)
    refuses(with_cell("x", row=17), "'x' in row 18")


def test_pieces_are_as_large_for_few_long_rows_as_for_many_short_ones(monkeypatch):
    monkeypatch.setattr(table, "PIECE", 100)
    for width in (1, 10, 300):
        pieces = list(table._pieces([("7", "0" * width)] * 1000))
        assert sum(map(len, pieces)) == 1000
        assert max(sum(len(line) for _, line in piece) for piece in pieces) < 100 + width


@pytest.mark.parametrize(
    "variant",
    [
        lambda content: "\ufeff" + content,
        lambda content: content.replace("\n", "\r\n"),
        lambda content: content.rstrip("\n"),
        lambda content: content.replace("\n", "\n\n"),
        lambda content: content.replace("label", '"label"'),
    ],
    ids=["BOM", "CRLF", "no last newline", "blank lines", "quoted header"],
)
def test_harmless_differences_are_read_over(variant):
    data = read(variant(text(rows())))
    np.testing.assert_array_equal(data.train.images, read(text(rows())).train.images)


def test_columns_may_stand_in_another_order():
    values = rows()
    data = read(text(values[:, ::-1], ",".join(COLUMNS[::-1])))
    np.testing.assert_array_equal(data.train.images, read(text(values)).train.images)


def test_whole_numbers_may_be_written_as_decimals():
    data = read(text(rows().astype(float)))
    np.testing.assert_array_equal(data.train.images, read(text(rows())).train.images)


@pytest.mark.parametrize(
    "value", ["256", "-1", "inf", "1e300", "9" * 30, "four", "True", "-inf", "0x10"]
)
def test_a_pixel_that_is_no_byte_is_refused_by_its_place(value):
    refuses(with_cell(value), "in row 3, column pixel3: use whole numbers from 0 to 255, or")


def test_one_bad_cell_is_looked_for_in_its_own_column_only(monkeypatch):
    converted = []
    convert = table.pd.to_numeric

    def watched(column, **options):
        converted.append(column.name)
        return convert(column, **options)

    monkeypatch.setattr(table.pd, "to_numeric", watched)
    values = rows().astype(object)
    values[3, 7] = values[20, 300] = "x"
    refuses(text(values), "'x' in row 4, column pixel6")
    assert converted == [6]


@pytest.mark.parametrize("value", ["", "nan", "NA", "null"])
def test_a_pixel_without_a_value_is_refused_by_its_place(value):
    refuses(with_cell(value), "in row 3, column pixel3: write 0 for a pixel without a value.")


def test_pixels_left_empty_everywhere_are_not_taken_for_a_column_too_many():
    values = rows().astype(object)
    values[:, -1] = ""
    refuses(text(values), "has an empty cell in row 1, column pixel783: write 0 for a pixel")


@pytest.mark.parametrize("value", ["", "nan", "NULL"])
def test_a_row_without_a_label_is_refused_by_its_place(value):
    refuses(with_cell(value, row=27, column=0), "has no label in row 28: add it, or remove")


def test_a_label_that_is_no_whole_number_is_refused():
    refuses(with_cell(3.5, column=0), "has the label '3.5': use whole numbers or words")


def test_pixels_that_are_missing_are_counted_and_the_first_one_named():
    without = [0, *range(1, 6), *range(7, 785)]
    header = ",".join(COLUMNS[n] for n in without)
    refuses(text(rows()[:, without], header), "has 783 columns of pixels, but no pixel5: use n × n")
    refuses(text(rows()[:, :-1], HEADER.replace(",pixel783", "")), "has 783 columns of pixels: use")
    refuses(text(rows()[:, :2], "label,pixel0"), "is not a table of images")


def test_the_unlabelled_file_of_kaggle_is_recognised():
    unlabelled = HEADER.removeprefix("label,")
    refuses(text(rows()[:, 1:], unlabelled), "has 784 columns of pixels but no label, like Kaggle")


def test_a_pixel_twice_is_named():
    content = text(np.column_stack([rows(), rows()[:, 0]]), f"{HEADER},pixel5")
    refuses(content, "has the column 'pixel5' twice: remove one")


def test_a_row_too_short_or_too_long_is_refused():
    refuses(text(rows()) + "1,2,3\n", "has 3 values in row 29: every row must have 785")
    refuses(text(rows()) + "1" + ",0" * 785, "has 786 values in row 29")


def test_a_table_without_rows_is_refused():
    refuses(b"", "is empty")
    refuses(HEADER, "has 0 rows of pixels")
    refuses(HEADER + "\n\n", "has 0 rows of pixels")
    refuses(text(rows(13)), "has 13 rows of pixels: provide 14 or more")


@pytest.mark.parametrize(
    ("junk", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(9000), "is a picture: use a table of pixels"),
        (b"\xff" * 50_000, "is not a table of images: each row needs"),
        (b"hello;you\n1;2", "is not a table of images"),
        (b"\n <!doctype html>", "is a web page, perhaps one to sign in: download the data file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS, not the data"),
        (b"%PDF-1.7", "is a PDF"),
        (b"% digits\n@RELATION mnist\n", "is an ARFF file: save it as CSV"),
        (b'[{"label": 3}]', "is a JSON file: save it as CSV"),
        (b"5 153:3 154:18\n", "is a LIBSVM file: save it as CSV"),
        (b"\x93NUMPY\1\0", "is a file of Python or NumPy"),
        (b"PAR1\0\0", "is a file of another program"),
        (b"\0\0\x08\3\0\0\xea\x60", "is an IDX file: give the folder"),
        (b"BZh91AY", "is a packed file: unpack it"),
        (b"abc\0\0\0def", "is not a text file"),
    ],
)
def test_what_is_no_such_table_is_refused_as_what_it_is(junk, reason):
    refuses(junk, reason)
    refuses(gzip.compress(junk), reason)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"gone.csv cannot be read"):
        table.read(tmp_path / "gone.csv", "gone.csv")


def test_more_rows_or_bytes_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(table, "MAX_ROWS", 27)
    refuses(text(rows()), "has more than 27 rows")
    monkeypatch.setattr(table, "MAX_BYTES", 20_000)
    refuses(text(rows()), "holds more than")


def test_damaged_gzip_is_refused():
    content = gzip.compress(text(rows()).encode())
    refuses(content[:-20], "is damaged gzip")
    refuses(content[:500] + bytes(50) + content[550:], "is damaged gzip")


@pytest.mark.parametrize(
    "start, reason",
    [
        ("", "has over 12,488 columns"),
        (HEADER + "\n", "values in row 1"),
        (text(rows()), "values in row"),
    ],
)
def test_a_gzip_bomb_is_never_unpacked(start, reason):
    bomb = gzip.compress(start.encode() + b"1," * 30_000_000, compresslevel=1)
    tracemalloc.start()
    refuses(bomb, reason)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


@settings(max_examples=60, deadline=None)
@given(
    gzipped=st.booleans(),
    cut=st.floats(0, 1),
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=3)), max_size=4
    ),
)
def test_a_file_broken_anyhow_is_read_or_refused_with_a_sentence(gzipped, cut, edits):
    content = text(rows(15)).encode()
    content = bytearray(gzip.compress(content) if gzipped else content)
    for place, piece in edits:
        start = int(place * len(content))
        content[start : start + len(piece)] = piece
    try:
        data = read(bytes(content[: round(cut * len(content))]))
    except DataError as error:
        assert str(error).startswith("train.csv ")
    else:
        assert len(data.train) + len(data.validation) + len(data.test) in (14, 15)
        assert max(split.labels.max() for split in data.splits.values()) < len(data.classes)
