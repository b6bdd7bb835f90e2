"""CSV files that were written in unusual ways, or hold more than labels and pixels."""

import io

import numpy as np
import pytest

from tests.dataset.tables import COLUMNS, HEADER, read, refuses, rows, text


def test_words_such_as_none_are_labels_among_words():
    values = rows().astype(object)
    for label in ("Null", "None", "NA"):
        values[:, 0] = [label if n % 2 else "Eins" for n in range(len(values))]
        assert label in read(text(values)).classes
        values[:, 0] = [label if n % 5 == 2 else n % 2 for n in range(len(values))]
        refuses(text(values), "has no label in row 3")


def test_columns_that_are_too_many_are_counted():
    values = np.insert(rows(), 1, 1000, axis=1)
    header = ",".join(f"column{n}" for n in range(786))
    refuses(text(values, header), "has 786 columns: 784 pixels, a label and 1 more. Remove")


def test_a_label_in_the_middle_needs_a_name():
    values = rows()
    values[:, [0, -1]] = 200
    refuses("\n".join(",".join(map(str, row)) for row in values), "has no column that stands out")


def test_every_column_that_is_left_out_is_named():
    values = np.insert(rows(), [1, 785], 7, axis=1)
    header = ",".join(["label", "writer", *COLUMNS[1:], "usage"])
    assert "The columns writer, usage were left out." in read(text(values, header)).notes


def test_arrays_of_numpy_are_named():
    file = io.BytesIO()
    np.savez(file, x=np.zeros(3), y=np.zeros(3))
    refuses(file.getvalue(), "is a file of NumPy, .npz")


def test_a_label_of_minus_one_everywhere_may_stand_for_none():
    values = rows()
    values[:, 0] = -1
    refuses(text(values), "everywhere (-1 often stands for no label)")


@pytest.mark.parametrize(
    "title", ["Digits of our class", "Digits, 28 of them", "Digits" + "," * 784]
)
@pytest.mark.parametrize("sign", [",", ";"])
def test_a_title_above_the_header_is_skipped_and_it_is_said(title, sign):
    values = rows()
    data = read((title + "\n" + text(values)).replace(",", sign))
    np.testing.assert_array_equal(data.train.images[3].ravel(), values[3, 1:])
    assert any("was skipped as a title" in note for note in data.notes)


@pytest.mark.parametrize("header", ["label,pixels", "label,image"])
def test_a_list_in_one_cell_is_read(header):
    values = rows()
    lines = [f'{label},"{list(map(int, pixels))}"' for label, *pixels in values]
    data = read("\n".join([header, *lines[:9], header, *lines[9:]]))
    np.testing.assert_array_equal(data.train.images[12].ravel(), values[12, 1:])


def test_a_header_in_the_second_line_once_more_is_skipped():
    values = rows()
    values[:, [0, 784]] = values[:, [784, 0]]
    values[:, 784] = np.arange(len(values)) % 10
    expected = read(text(values))
    again = read(HEADER + "\n" + text(values))
    np.testing.assert_array_equal(again.train.images, expected.train.images)
    assert again.notes == expected.notes


def test_colours_in_an_order_that_cannot_be_told_are_said_to_be_a_guess():
    noise = np.random.default_rng(1).integers(0, 256, (28, 3 * 64))
    noise[:, 0] = np.arange(28) % 10
    values = np.column_stack([noise[:, 0], noise])
    header = ",".join(["label", *(f"x{n}" for n in range(192))])
    assert any("which is a guess" in note for note in read(text(values, header)).notes)
