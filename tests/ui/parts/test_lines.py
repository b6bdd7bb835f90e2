import pytest

from ui.parts import lines


def test_the_smoothed_line_does_not_lag_behind_a_steady_fall():
    rows = [(step, 100 - step) for step in range(60)]
    smooth = lines.smoothed(rows, 1)
    assert [step for step, _ in smooth] == list(range(60))
    assert [value for _, value in smooth[15:45]] == pytest.approx([100 - s for s in range(15, 45)])


def test_the_smoothed_line_takes_the_noise_away():
    noisy = [(step, 1 + 0.5 * (-1) ** step) for step in range(60)]
    assert all(abs(value - 1) < 0.05 for _, value in lines.smoothed(noisy, 1)[5:-5])


def test_a_run_without_points_or_with_one_is_smooth_as_it_is():
    assert lines.smoothed([], 1) == []
    assert lines.smoothed([(7, 2.5)], 1) == [(7, 2.5)]


def test_the_first_steps_are_dots_since_one_point_makes_no_line():
    assert lines.line("training", [[1, 2.3]])["showSymbol"]
    assert not lines.line("training", [[step, 2.3] for step in range(100)])["showSymbol"]
