"""Trials in several processes: of this machine, or of a Dask cluster. joblib does the sharing out.

Each process opens the data for itself, once, unless they exist in this process only; then they are
sent to the others. Each trains one trial at a time with one thread, so a trial gives the same bits
wherever it runs. Nothing here or below knows the interface.
"""

import functools
import threading

import joblib
from joblib.externals.loky import get_reusable_executor

import dataset
from dataset import DataError
from dataset.variants import augment
from netcore.recipe import RecipeError
from netcore.search import sweep

PATIENCE = 10  # seconds to wait for a Dask scheduler


class Processes:
    """`with Processes(2) as processes: for result in processes.train(trials): …`.

    `jobs` processes of this machine, 1 being this one itself, or all those of the Dask cluster
    whose `scheduler` has this address, such as tcp://10.0.0.5:8786. RecipeError if there is none.
    `data` is ((images, labels) to learn from, (images, labels) to validate on); None: those of the
    dataset that a trial's recipe names.
    """

    def __init__(self, jobs=1, scheduler=None, data=None):
        self.jobs, self.scheduler = jobs, scheduler
        self._data = [array for split in data or () for array in split]  # Dask sends each once
        self._stopped, self._stopping = threading.Event(), threading.Lock()
        self._client = connect(scheduler) if scheduler else None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def train(self, trials):
        """The results, each as soon as it is there; fewer if `stop` is called meanwhile."""
        work = joblib.delayed(train)
        stop = self._stopped.is_set if self.jobs == 1 and not self.scheduler else None
        with self._backend():
            parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1)
            try:
                with self._stopping:  # so that `stop` meets all processes or none
                    if self._stopped.is_set():
                        return
                    results = parallel(work(trial, stop, *self._data) for trial in trials)
                for result in results:
                    if self._stopped.is_set():
                        return
                    yield result
            except DataError:
                raise
            except Exception as error:  # of the processes: trials keep theirs in their results
                if not self._stopped.is_set():
                    raise RecipeError(
                        f"the processes of the sweep gave up ({error!r}): fewer of them need less "
                        "memory, and workers of a cluster need this project on their path"
                    ) from error

    def _backend(self):
        if self._client:
            return joblib.parallel_config(backend="dask", client=self._client)
        return joblib.parallel_config(backend="loky", n_jobs=self.jobs)

    def stop(self):
        """Let go of all processes at once, and of what they were doing. From any thread."""
        with self._stopping:  # who comes second waits, and then has nothing to do
            if self._stopped.is_set():
                return
            self._stopped.set()
            if self._client:
                self._client.close()
            elif self.jobs > 1:
                executor = get_reusable_executor(reuse=True)  # joblib keeps one for the process
                executor.shutdown(wait=False, kill_workers=True)


def train(trial, stop=None, *data) -> sweep.Result | None:
    """`sweep.train` on the data that the trial's recipe names; runs in any process.

    `data`, if given, are images and labels to learn from, then those to validate on.
    """
    train, validation = (data[:2], data[2:]) if data else _data(trial.recipe.dataset)
    return sweep.train(trial, train, validation, stop, augment=augment.build)


@functools.lru_cache(maxsize=1)
def _data(name):
    """What a trial may look at: training and validation, never the test set."""
    data = dataset.load(name)
    return [(split.images, split.labels) for split in (data.train, data.validation)]


def connect(scheduler):
    """A client of the Dask scheduler at this address. RecipeError if there is no such thing."""
    try:
        from distributed import Client
    except ImportError as error:
        message = "A Dask cluster needs Dask here too: pip install 'dask[distributed]'"
        raise RecipeError(message) from error
    try:
        return Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"no Dask scheduler answers at {scheduler}: start one with `dask scheduler`, and give "
            "the address that it prints"
        ) from error
