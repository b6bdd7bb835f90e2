"""The benchmark of other hands changes drawings as it says."""

import numpy as np
import pytest

from bench import hands
from dataset.strokes import Drawing
from netcore.commands import read_model
from tests import handwriting

RNG = np.random.default_rng(0)
STEM, BAR = np.array([[5.0, 0], [5, 5], [5, 10]]), np.array([[0.0, 5], [10, 5]])


def changed(how, *strokes):
    return hands.CHANGES[how](list(strokes), RNG)


def top(strokes):
    points = np.concatenate(strokes)
    return points[points[:, 1].argmin()]


@pytest.mark.parametrize("kind", ["turned by 10°", "slanted by 0.3"])
def test_left_and_right_are_what_they_are_on_paper(kind):
    left, right = (
        hands.CHANGES[f"{kind} to the {side}"]([STEM], RNG) for side in ("left", "right")
    )
    assert top(left)[0] < -0.05 and top(right)[0] > 0.05


def test_widths_thinning_and_dots_change_what_they_say():
    wide, narrow = (
        hands.CHANGES[f"a quarter {how}"]([STEM, BAR], RNG) for how in ("wider", "narrower")
    )
    assert np.ptp(wide[1][:, 0]) == 1.25 and np.ptp(narrow[1][:, 0]) == 0.75
    long = np.linspace([0, 0], [9, 9], 90)
    thin = changed("twelve points a digit", long, long[:30])
    assert [len(part) for part in thin] == [9, 3] and (thin[0][[0, -1]] == long[[0, -1]]).all()
    *_, dot = changed("a stray dot beside the digit", STEM, BAR)
    assert dot.shape == (1, 2) and dot[0, 0] == 12


def test_the_share_of_drawings_read_right_is_told_for_each_change():
    drawings = [Drawing([np.array(s, float) for s in handwriting.SEVEN], 7), Drawing([], 3)]
    found = dict(hands.accuracies([read_model("lenet")], drawings))
    assert list(found) == list(hands.CHANGES)
    assert found["as they are"] == [0.5]
