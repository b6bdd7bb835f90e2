"""From a recipe to a job that is ready to run."""

from collections.abc import Sequence

from dataset import Dataset
from dataset.variants import augment
from netcore import Recipe, Trainer
from ui.jobs.job import Job
from ui.jobs.pool import Pool


def job(recipe: Recipe, data: Dataset, pool: Pool, changes: Sequence = ()) -> Job:
    """A job for the recipe on `data`, its dataset; RecipeError if they do not fit together.

    `changes`, [(step, {setting: value}), …], are applied at their steps.
    """
    train, validation, test = ((part.images, part.labels) for part in data.splits.values())
    trainer = Trainer(recipe, train, validation, changes, augment=augment.builder(data))
    return Job(trainer, test, pool, data.classes, augment.unfit(data))
