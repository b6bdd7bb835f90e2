"""Curves of a run, in a log of bounded length."""

MAX_ROWS = 500  # more than a chart shows


class Curve:
    """Each row is the mean over `steps_per_row` steps, which doubles when the log is full."""

    def __init__(self, limit: int = MAX_ROWS):
        self.limit, self.steps_per_row = limit, 1
        self.rows: list[tuple[float, ...]] = []  # (step, …)
        self._sum: list[float] = []
        self._count = 0

    def add(self, *values: float) -> None:
        sums = self._sum or [0.0] * len(values)
        self._sum = [a + b for a, b in zip(sums, values, strict=True)]
        self._count += 1
        if self._count < self.steps_per_row:
            return
        self.rows.append(tuple(value / self._count for value in self._sum))
        self._sum, self._count = [], 0
        if len(self.rows) == self.limit:
            pairs = zip(self.rows[::2], self.rows[1::2], strict=True)
            self.rows = [tuple((a + b) / 2 for a, b in zip(*pair, strict=True)) for pair in pairs]
            self.steps_per_row *= 2

    def cut(self, step: float) -> list[tuple[float, ...]]:
        """Drop the rows after this step; returns them, preceded by the last row that stays."""
        kept = sum(row[0] <= step for row in self.rows)
        gone = self.rows[max(kept - 1, 0) :] if kept < len(self.rows) else []
        self.rows = self.rows[:kept]
        self._sum, self._count = [], 0
        return gone
