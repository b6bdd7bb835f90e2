"""The worker of a job: it trains in a thread that lives only while there is something to do.

The thread never calls Streamlit. It trains in short slices and waits for its turn in the pool
before each. It shares with the pages only the `JobState`, whose lock it never holds while it trains
or copies weights. A run that rests keeps no trainer, only snapshots.
"""

import logging
import math
import threading
import time
from collections.abc import Callable

import numpy as np

from netcore import Divergence, RecipeError, Trainer
from ui.jobs import memory
from ui.jobs.job_state import JobState
from ui.jobs.learner import Learner
from ui.jobs.pool import Pool, Ticket

POLL = 0.25  # seconds between two checks of whether a run that waits for a place is still wanted

log = logging.getLogger(__name__)


class Worker:
    """Works on the run that `state` describes; `test` is (images, targets) of the test set."""

    def __init__(
        self,
        name: str,
        state: JobState,
        pool: Pool,
        megabytes: float,
        new_trainer: Callable[[], Trainer],
        test: tuple[np.ndarray, np.ndarray],
    ):
        self._name, self._state, self._pool = name, state, pool
        self._megabytes, self._new_trainer, self._test = megabytes, new_trainer, test

    def start(self) -> tuple[threading.Thread, Ticket]:
        """Start a thread that works on the run; also returns its ticket in the pool.

        The state calls this with its lock held, so the thread waits until the state knows it.
        """
        ticket = self._pool.enter(self._megabytes)
        thread = threading.Thread(
            target=self._work, args=(ticket,), name=f"job {self._name}", daemon=True
        )
        thread.start()
        return thread, ticket

    def _work(self, ticket):
        state = self._state
        try:
            while state.is_wanted():
                if ticket.admitted.wait(POLL):
                    self._train(ticket)
        except RecipeError as error:
            state.fail(str(error))
        except Divergence as error:
            with self._pool.turn():  # the advice is tried out in short runs
                message = str(error)
            state.fail(message)
        except MemoryError:
            state.fail("The server ran out of memory. Take a smaller network or a smaller batch.")
        except Exception:  # shown to the visitor and logged, not lost with the thread
            log.exception("a training job failed")
            state.fail("The run stopped because of an internal error. Press Reset and start again.")
        finally:
            self._pool.leave(ticket)
            memory.give_back()

    def _train(self, ticket):
        """Train until the run rests, or until its place is needed by another run."""
        trainer, start = self._state.take_trainer()
        with self._pool.turn():
            learner = Learner(trainer or self._new_trainer(), start)
        while self._train_slice(learner):
            if self._pool.yield_place(ticket, self._state.eta() or math.inf):
                self._state.yield_at(learner.snapshot())
                return

    def _train_slice(self, learner):
        """Train for one turn; False when the run rests, or when the state has dropped us."""
        state, started = self._state, time.perf_counter()
        result = stopped_at = None
        with self._pool.turn():
            changes = state.take_changes()
            if changes is None:
                return False
            task = state.next_task(learner, learner.change(changes))
            if task is None:
                return False
            if task.stopping:
                stopped_at = learner.stop()
            done = learner.learn(task, state.interrupts)
            if learner.finished:
                result = learner.test(*self._test)
        seconds = time.perf_counter() - started
        if not state.log(learner, done, seconds, learner.recent_model()):
            return False
        if learner.error:
            raise learner.error
        if result:
            state.finish(stopped_at or learner.snapshot(), *result)
            return False
        return state.has_work() or not state.pause_at(learner.snapshot())
