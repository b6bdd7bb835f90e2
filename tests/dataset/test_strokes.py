"""Files of drawings: sound lines are read as they are, broken ones named."""

import gzip
import json

import numpy as np
import pytest

from dataset import DataError, strokes, text
from dataset.strokes import Drawing

SEVEN = '{"label": 7, "writer": 3, "strokes": [[[0, 0], [9, 0], [3.5, 12]], [[2, 6], [8, 6]]]}'


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["digits.jsonl", "digits.jsonl.gz"])
def test_a_file_is_read_plain_or_packed_whatever_it_is_called(tmp_path, name, pack):
    content = (SEVEN + "\n\n" + SEVEN.replace("7", "null", 1)).encode()
    path = tmp_path / name
    path.write_bytes(pack(content))
    seven, unknown = strokes.read(path)
    assert (seven.label, unknown.label) == (7, None)
    np.testing.assert_array_equal(seven.strokes[0], [[0, 0], [9, 0], [3.5, 12]])
    np.testing.assert_array_equal(seven.strokes[1], [[2, 6], [8, 6]])


def test_odd_drawings_are_drawings_all_the_same():
    lines = [
        '{"strokes": []}',
        '{"strokes": [[], [[1, 2]]]}',
        '{"strokes": [[[NaN, null], [Infinity, 1' + "0" * 400 + "], [3, 4, 0.5]]]}",
    ]
    empty, dot, holed = strokes.loads("\n".join(lines).encode())
    assert empty.strokes == []
    assert [len(stroke) for stroke in dot.strokes] == [0, 1]
    np.testing.assert_array_equal(holed.strokes[0], [[np.nan, np.nan], [np.inf, np.inf], [3, 4]])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "it is not JSON"),
        ("\xff", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", '"strokes" is missing'),
        ('{"strokes": 3}', '"strokes" is missing'),
        ('{"drawing": 3}', '"strokes" is missing'),
        (
            '{"strokes": [[[1, 2, 3, 4, 5, 6], [1, 2]]]}',
            "a point has 6 numbers: give [x, y] for each",
        ),
        ('{"strokes": [3]}', "a stroke is 3"),
        ('{"strokes": [[3]]}', "a point is 3"),
        ('{"strokes": [[[3]]]}', "a point is [3]"),
        ('{"strokes": [[["3", 4]]]}', "a coordinate is '3'"),
        ('{"strokes": [], "label": 10}', "\"label\" is '10': it must be a digit"),
        ('{"strokes": [], "label": true}', "\"label\" is 'True'"),
    ],
)
def test_a_broken_line_is_named(line, reason):
    content = f"{SEVEN}\n\n{line}\n{SEVEN}".encode("latin-1")
    with pytest.raises(DataError) as refusal:
        strokes.loads(content, "digits.jsonl")
    assert str(refusal.value).startswith(f"digits.jsonl, line 3: {reason}")


AXES = '{"label": 7, "strokes": [[[0, 9, 3.5, 3, 2, 1], [0, 0, 12, 1, 2, 3]], [[2, 8], [6, 6]]]}'
POINTS = (
    '{"label": 7, "strokes": '
    "[[[0, 0], [9, 0], [3.5, 12], [3, 1], [2, 2], [1, 3]], [[2, 6], [8, 6]]]}"
)


@pytest.mark.parametrize(
    "content",
    [
        AXES,
        AXES.replace("[0, 0, 12, 1, 2, 3]", "[0, 0, 12, 1, 2, 3], [1, 2, 3, 4, 5, 6]"),
        POINTS.replace("[0, 0]", '{"x": 0, "y": 0, "t": 1}'),
        POINTS.replace('"label": 7', '"label": "7"'),
        POINTS.replace('"label": 7', '"label": 7.0'),
        f"[{POINTS}]",
        POINTS.replace(", [", ",\n ["),
        "\ufeff" + POINTS,
    ],
    ids=["axes", "axes with a time", "dicts", "text", "float", "array", "several lines", "BOM"],
)
def test_other_ways_to_write_a_drawing_are_the_same_drawing(content):
    (expected,), (found,) = (strokes.loads(text.encode()) for text in (POINTS, content))
    assert found.label == expected.label == 7
    for one, other in zip(found.strokes, expected.strokes, strict=True):
        np.testing.assert_array_equal(one, other)


def test_utf_16_is_read_too():
    first, second = strokes.loads(f"{POINTS}\n{POINTS}\n".encode("utf-16"))
    np.testing.assert_array_equal(first.strokes[0], second.strokes[0])


def test_short_strokes_are_lists_of_axes_only_where_others_are():
    short = '{"strokes": [[[1, 2, 3], [4, 5, 6]]]}'
    (alone,) = strokes.loads(short.encode())
    np.testing.assert_array_equal(alone.strokes[0], [[1, 2], [4, 5]])
    _, beside = strokes.loads(f"{AXES}\n{short}".encode())
    np.testing.assert_array_equal(beside.strokes[0], [[1, 4], [2, 5], [3, 6]])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"strokes": [[[0, 5, 2, 1], [0, 0, 5, 9]]]}', [[0, 0], [5, 0], [2, 5], [1, 9]]),
        (
            '{"strokes": [[[0, 5, 2, 1], [0, 0, 5, 9], [0, 1, 2, 3]]]}',
            [[0, 0], [5, 0], [2, 5], [1, 9]],
        ),
        ('{"strokes": [[[0, 5, 2], [0, 0, 5]], [[1, 2], [3, 4]]]}', [[0, 0], [5, 0], [2, 5]]),
        ('{"strokes": [[[0, 1, 9], [5, 6, 9]], [[1, 2, 9]]]}', [[0, 1], [5, 6]]),
        ('{"strokes": [[[0, 1], [5, 6]], [[1, 2], [3, 4]]]}', [[0, 1], [5, 6]]),
        ('{"strokes": [[[0, 1, 2, 3], [5, 6, 7, 8]], [[1, 2, 3, 4]]]}', [[0, 1], [5, 6]]),
        ('{"word": "7", "drawing": [[[0, 50, 25], [0, 10, 50]]]}', [[0, 0], [50, 10], [25, 50]]),
        ('{"drawing": [[[0, 50], [0, 10], [3, 4]]]}', [[0, 0], [50, 10]]),
        ('{"drawing": [[[0, 50], [0, 10], [3, 4], [5, 6]]]}', [[0, 50], [0, 10], [3, 4], [5, 6]]),
    ],
    ids=[
        "two lists of four", "three lists of four", "lists of many lengths", "points with a time",
        "lines of two points", "points with four values", "Quick, Draw!", "Quick, Draw! with times",
        "points by another name",
    ],
)  # fmt: skip
def test_the_whole_file_tells_lists_of_axes_from_points(content, expected):
    (found,) = strokes.loads(content.encode())
    np.testing.assert_array_equal(found.strokes[0], expected)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"[]", b" [\n]\n"])
def test_a_file_without_drawings_is_refused(content):
    with pytest.raises(DataError, match="holds no drawing: write one a line"):
        strokes.loads(content)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_however_they_end(end):
    content = end.join(["", SEVEN, " ", "", SEVEN, "{", SEVEN])
    with pytest.raises(
        DataError, match="^the file, line 6: it is not JSON from character 2 on: write one drawing"
    ):
        strokes.loads(content.encode())


MUCH = strokes.MAX_LISTS_AT_ONCE + 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"strokes":[' + ",".join(["[[]]"] * MUCH) + "]}", "line 1: it holds too much for one"),
        ("[" + ",".join(["[]"] * MUCH) + "]", "line 1: it holds too much for one"),
        ("\n[" + ",".join(["{}"] * MUCH) + "]", "line 2: it holds too much for one"),
        ("[" * MUCH, "line 1: it holds too much for one"),
        ("[" + ",\n".join([POINTS] * MUCH) + "]", "the file holds over 3,000,000 points"),
        (
            "[\n" + ",\n".join(["[]"] * MUCH) + "]",
            "line 1: it is not JSON from character 2 on: write one drawing in",
        ),
        ("1," * (strokes.MAX_BYTES_AT_ONCE // 2 + 1), "line 1: it holds too much for one"),
        ("[[]]\n" * (strokes.MAX_LISTS // 2 + 1), "the file holds over 3,000,000 points"),
    ],
    ids=["strokes", "lists", "objects", "depth", "points", "lines", "numbers", "many lines"],
)
def test_what_would_take_much_memory_is_refused_before_it_is_parsed(monkeypatch, content, reason):
    parsed = []

    def watched(written):
        parsed.append(len(written))
        return json.JSONDecoder().decode(written)

    monkeypatch.setattr(strokes.json, "loads", watched)
    with pytest.raises(DataError, match=reason):
        strokes.loads(content.encode())
    assert sum(parsed) <= 1


def test_lines_are_parsed_one_at_a_time_when_all_together_are_too_much(monkeypatch):
    monkeypatch.setattr(strokes, "MAX_LISTS_AT_ONCE", 20)
    found = strokes.loads(f"{SEVEN}\n{POINTS}\n{AXES}\n".encode())
    assert [drawing.label for drawing in found] == [7, 7, 7]
    np.testing.assert_array_equal(found[2].strokes[0], strokes.loads(POINTS.encode())[0].strokes[0])


def test_a_file_that_is_missing_or_damaged_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        strokes.read(tmp_path / "nothing.jsonl")
    path = tmp_path / "digits.jsonl.gz"
    path.write_bytes(text.GZIPPED + SEVEN.encode())
    with pytest.raises(DataError, match="cannot be read"):
        strokes.read(path)
    path.write_bytes(gzip.compress(SEVEN.encode() * 100)[:-20])
    with pytest.raises(DataError, match="truncated or damaged"):
        strokes.read(path)


def test_what_unpacks_to_more_than_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(strokes, "MAX_BYTES", 1000)
    path = tmp_path / "digits.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * 1001))
    with pytest.raises(DataError, match="split it up"):
        strokes.read(path)


def test_what_is_written_is_read_again():
    drawings = [Drawing([np.array([[1.5, 2], [np.nan, 3]]), np.zeros((0, 2))], 4), Drawing([])]
    first, second = strokes.loads(strokes.dumps(drawings).encode())
    assert first.label == 4 and second.label is None and second.strokes == []
    for before, after in zip(drawings[0].strokes, first.strokes, strict=True):
        np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n", "a picture: use a file of drawings"),
        (b"PK\x03\x04", "a zip file: unpack it"),
        (b"<html>", "a web page, perhaps one to sign in: download"),
        (b"label,x,y\n7,1,2\n", "a table: use a file of drawings"),
        (b"\0\0\x08\x03\0\0", "an IDX file: use a file of drawings"),
    ],
)
def test_a_file_of_another_kind_is_named(content, kind):
    with pytest.raises(DataError, match=f"^digits.jsonl is {kind}"):
        strokes.loads(content, "digits.jsonl")


def test_an_error_of_json_is_located():
    with pytest.raises(DataError, match="line 2: it is not JSON from character 17 on: write"):
        strokes.loads(f'{SEVEN}\n{{"strokes": [[1 2]]}}'.encode())
