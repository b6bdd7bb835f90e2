"""What the tests of jobs share: a pool, and jobs in it."""

import pytest

from tests.ui.small_jobs import RECIPE, TEST, trainer_of
from ui.jobs.job import Job
from ui.jobs.limits import Limits
from ui.jobs.pool import Pool


@pytest.fixture
def pool():
    """The pool of `job_of`; a test may give it other limits."""
    return Pool(Limits(slots=2))


@pytest.fixture
def job_of(pool):
    """Make jobs, of a recipe or of a trainer; those that still run are paused after the test."""
    made = []

    def make(recipe=RECIPE, trainer=None):
        made.append(Job(trainer or trainer_of(recipe), TEST, pool))
        return made[-1]

    yield make
    for job in made:
        job.pause()
        job.join(10)
