"""A run at one moment: recipe, changes, curves, scores and weights; from a job or from a file."""

import json
import platform
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from netcore import Model, Recipe
from ui.jobs.job import Job

COLUMNS = ("step", "loss", "accuracy")
SEED = " · seed "  # between the name and the seed of one run of several


@dataclass(frozen=True, eq=False)
class Run:
    """One run as it was at `when`. Recipe and changes are enough to repeat it."""

    id: str
    name: str
    recipe: Recipe
    changes: list  # [[step, {setting: value}], …]
    training: np.ndarray  # (T, 3): step, loss, accuracy of the batches; given as an array or rows
    validation: np.ndarray  # (V, 3)
    scores: dict = field(default_factory=dict)  # with test_accuracy if the run has finished
    model: Model | None = None  # None once its weights were dropped to save memory
    over: bool = True  # False: it can go on
    when: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self):
        for name in ("training", "validation"):
            rows = np.asarray(getattr(self, name), float).reshape(-1, len(COLUMNS))
            object.__setattr__(self, name, rows)

    @property
    def accuracy(self) -> float | None:
        """On the validation set, of the weights that are kept; None if never validated."""
        known = self.scores.get("validation_accuracy")
        return known if known is not None or not len(self.validation) else self.validation[-1, 2]

    @property
    def weights(self) -> int:
        """Bytes."""
        return self.model.theta.nbytes + self.model.buffers.nbytes if self.model else 0

    def named_model(self) -> Model:
        """The model under the run's name."""
        return replace(self.model, recipe=self.recipe.replace(name=self.name[:60]))

    def dumps(self) -> str:
        """The run as JSON, which `python -m netcore train --recipe` can repeat."""
        record = {
            "format": "netcore run",
            "version": 1,
            "name": self.name,
            "recipe": self.recipe.to_json(),
            "changes": self.changes,
            "scores": self.scores,
            "made": {
                "when": self.when.isoformat(timespec="seconds"),
                "python": platform.python_version(),
                "numpy": np.__version__,
                "machine": platform.machine(),
            },
            "columns": COLUMNS,
            "training": self.training.tolist(),
            "validation": self.validation.tolist(),
        }
        return json.dumps(record, indent=1)

    def curves(self) -> str:
        """All rows as CSV: run, split, step, loss, accuracy."""
        tables = [
            pd.DataFrame(rows, columns=COLUMNS).assign(run=self.name, split=split)
            for split, rows in (("training", self.training), ("validation", self.validation))
        ]
        return pd.concat(tables)[["run", "split", *COLUMNS]].to_csv(index=False)


def id_of(job: Job) -> str:
    """The id of the job's current run: each time the job goes back, another run begins."""
    return f"{job.id}:{job.rewinds}"


def of_job(job: Job) -> Run:
    """The job's current run as it is now."""
    view, model = job.view(), job.model()
    scores = {name: value for name, value in (view.scores or {}).items() if name != "confusion"}
    changes = model.changes
    if view.last and view.status == "paused":  # so that a replay ends here, too
        changes = [*changes, [view.last.step, {"steps": view.last.step}]]
    return Run(
        id_of(job),
        job.recipe.name,
        job.recipe,
        changes,
        view.training,
        view.validation,
        scores or {"steps": view.last.step if view.last else 0},
        model if np.isfinite(model.theta).all() else None,
        view.over,
    )
