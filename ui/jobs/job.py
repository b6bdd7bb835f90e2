"""Training in the background: one run, as its visitor starts, steers and rewinds it."""

import functools
import math
import secrets
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from netcore import Model, Recipe, RecipeError, Trainer
from netcore.recipe import build_augmentation
from netcore.trainer import CHANGEABLE
from ui.jobs import limits
from ui.jobs.history import OVER, JobView
from ui.jobs.job_state import JobState
from ui.jobs.pool import Pool
from ui.jobs.worker import Worker


class Job:
    """One run. Pages call these methods from any thread; only `join` waits for the worker.

    `test` is (images, targets) of the test set, `classes` are the names of its labels.
    """

    def __init__(
        self,
        trainer: Trainer,
        test: tuple[np.ndarray, np.ndarray],
        pool: Pool,
        classes: Sequence[str] = (),
        unfit: Sequence[str] = (),
    ):
        self.id = secrets.token_urlsafe(16)
        self.unfit = unfit  # names of augmentation that makes no sense for the images
        self.classes = classes  # kept here, since an uploaded data set may be replaced meanwhile
        self._named: Model | None = None  # the latest model, with the names of its classes
        self.recipe = trainer.recipe
        self.parameters = trainer.network.parameters
        # (images, labels) that choices may look at: (N, …), (N,)
        self.validation = trainer.validation
        self._make_augment = trainer.make_augment
        self._new_trainer = functools.partial(
            Trainer,
            trainer.recipe,
            trainer.train,
            trainer.validation,
            augment=trainer.make_augment,
        )
        self._state = JobState(trainer, pool)
        megabytes = limits.size(trainer.recipe, trainer.network.input_shape)[1]
        self._worker = Worker(self.id, self._state, pool, megabytes, self._new_trainer, test)

    def run(self, steps: float = math.inf) -> None:
        """Start or resume: to the end, for so many steps, or for the rest of an `EPOCH`."""
        self._state.run(steps, self._worker.start)

    def pause(self) -> None:
        """Rest after the current slice."""
        self._state.pause()

    def stop(self) -> None:
        """End the run here, and score what it has learned on the test set."""
        self._state.stop(self._worker.start)

    def change(self, **settings) -> None:
        """Change any of `CHANGEABLE` from the next step on; RecipeError if out of range."""
        if fixed := set(settings) - set(CHANGEABLE):
            raise RecipeError(f"{min(fixed)} is fixed once a run has begun")
        build_augmentation(self._make_augment, settings.get("augment"))
        self._state.change(settings)

    def rewind(self, step: float) -> None:
        """Go back to the latest of `JobView.snapshots` at or before `step`, and pause there.

        What came after it is kept as a branch. From there the same settings lead to the same
        weights. A run that was over can go on again; its test scores are discarded, and computed
        anew at the end.
        """
        self._state.rewind(step)

    def undo(self) -> None:
        """Go back to just before the last change, or take it back if it is not in effect yet."""
        self._state.undo()

    @property
    def rewinds(self) -> int:
        """How often the run has gone back."""
        return self._state.rewinds

    @property
    def settings_version(self) -> int:
        """Grows when settings change in another way than by `change`; widgets show them anew."""
        return self._state.settings_version

    @property
    def settings(self) -> Recipe:
        """The recipe with all changes, including those that wait for the next step."""
        return self._state.settings

    @property
    def running(self) -> bool:
        return self._state.status == "running"

    @property
    def over(self) -> bool:
        return self._state.status in OVER

    @property
    def undoable(self) -> bool:
        """Whether there is a change to undo."""
        return self._state.undoable

    def dry_run_trainer(self) -> Trainer | None:
        """A new trainer at the point where the run rests, to try its next steps on.

        None while the run does not rest.
        """
        resume_point = self._state.resume_point()
        if resume_point is None:
            return None
        checkpoint, pending = resume_point
        trainer = self._new_trainer()
        trainer.load_state(checkpoint)
        for settings in pending:
            trainer.change(**settings)
        return trainer

    def seen(self) -> None:
        """The visitor is here: called from time to time by every page."""
        self._state.seen()

    def view(self) -> JobView:
        return self._state.view()

    def model(self) -> Model:
        """The network as it was a moment ago; with its scores once the run is over.

        It knows the names of its classes, unless they are just numbers.
        """
        model, named = self._state.model(), self._named
        if all(name == str(k) for k, name in enumerate(self.classes)):
            return model
        if named is None or named.theta is not model.theta or named.scores is not model.scores:
            self._named = named = replace(model, classes=tuple(self.classes))
        return named

    def model_at(self, step: float) -> Model:
        """The network at the latest of `JobView.snapshots` at or before `step`. No copy: cheap."""
        return self._state.model_at(step)

    def start_model(self) -> Model:
        """The network before its first step."""
        return self._state.model_at(-math.inf)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the worker rests, at most `timeout` seconds. For tests and brief waits."""
        if thread := self._state.thread:
            thread.join(timeout)
