"""Runs trials in several processes, of this machine or of a Dask cluster, with joblib.

Each process loads the data once, unless they exist in this process only; then they are sent along.
Each trains one trial at a time with one thread, so a trial gives the same bits wherever it runs.
"""

import functools
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import joblib
import numpy as np
from joblib.externals.loky import get_reusable_executor

import dataset
from dataset import DataError
from dataset.variants import augment
from netcore.recipe import RecipeError
from netcore.search import sweep

PATIENCE = 10  # seconds to wait for a Dask scheduler


class Processes:
    """`with Processes(2) as processes: for result in processes.train(trials): …`.

    `jobs` is the number of processes on this machine; 1 is this process itself. `scheduler` is the
    address of a Dask scheduler, such as tcp://10.0.0.5:8786, whose workers are used instead;
    RecipeError if there is none. `data` is ((images, labels), (images, labels)) to train and to
    validate on; None loads the dataset that a trial's recipe names.
    """

    def __init__(self, jobs: int = 1, scheduler: str | None = None, data: Sequence | None = None):
        self.jobs, self.scheduler = jobs, scheduler
        self._data = [array for split in data or () for array in split]  # Dask sends each once
        self._stopped, self._stopping = threading.Event(), threading.Lock()
        self._client = connect(scheduler) if scheduler else None

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def train(self, trials: Iterable[sweep.Trial]) -> Iterator[sweep.Result]:
        """Yield each result as soon as it is there; fewer if `stop` is called meanwhile."""
        work = joblib.delayed(train)
        stop = self._stopped.is_set if self.jobs == 1 and not self.scheduler else None
        with self._backend():
            parallel = joblib.Parallel(return_as="generator_unordered", batch_size=cast(Any, 1))
            try:
                with self._stopping:  # so that `stop` sees all processes or none
                    if self._stopped.is_set():
                        return
                    results = parallel(work(trial, stop, *self._data) for trial in trials)
                for result in cast(Iterator[sweep.Result], results):
                    if self._stopped.is_set():
                        return
                    yield result
            except DataError:
                raise
            except Exception as error:  # of a process; errors of a trial are in its result
                if not self._stopped.is_set():
                    raise RecipeError(
                        f"a process of the sweep failed ({error!r}): use fewer if memory is "
                        "short, and put this project on the path of a cluster's workers"
                    ) from error

    def _backend(self) -> joblib.parallel_config:
        if self._client:
            return joblib.parallel_config(backend="dask", client=self._client)
        return joblib.parallel_config(
            backend="loky", n_jobs=self.jobs, initializer=_leave_interrupts_to_parent
        )

    def stop(self) -> None:
        """End all processes and their work at once. May be called from any thread."""
        with self._stopping:  # a second call waits, and then has nothing to do
            if self._stopped.is_set():
                return
            self._stopped.set()
            if self._client:
                self._client.close()
            elif self.jobs > 1:
                # joblib keeps one executor for the process
                executor = get_reusable_executor(reuse=cast(Any, True))
                executor.shutdown(wait=False, kill_workers=True)


def _leave_interrupts_to_parent() -> None:
    """A terminal sends Ctrl-C to the workers too; the parent process ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def train(
    trial: sweep.Trial, stop: Callable[[], bool] | None = None, *data: np.ndarray
) -> sweep.Result | None:
    """`sweep.train` on the data that the trial's recipe names, in any process.

    `data`, if given, are the training images and labels, then those of validation.
    """
    if data:
        train_images, train_labels, images, labels = data
        train, validation = (train_images, train_labels), (images, labels)
        make = augment.build
    else:
        train, validation = _data(trial.recipe.dataset)
        make = _augmentation(trial.recipe.dataset)
    return sweep.train(trial, train, validation, stop, augment=make)


def _data(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """What a trial may see: training and validation, never the test set."""
    data = _dataset(name)
    return [(split.images, split.labels) for split in (data.train, data.validation)]


def _augmentation(name: str) -> Callable:
    return augment.builder(_dataset(name))


@functools.lru_cache(maxsize=1)
def _dataset(name: str) -> dataset.Dataset:
    """Without its test split, so that no trial can look at it."""
    data = dataset.load(name)
    return replace(data, test=data.validation[:0])


def connect(scheduler: str) -> Any:
    """A client of the Dask scheduler at this address. RecipeError if there is none."""
    try:
        from distributed import Client
    except ImportError as error:
        message = "a Dask cluster needs Dask here too: pip install 'dask[distributed]'"
        raise RecipeError(message) from error
    try:
        return Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"no Dask scheduler answers at {scheduler}: start one with `dask scheduler`, and give "
            "the address that it prints"
        ) from error
