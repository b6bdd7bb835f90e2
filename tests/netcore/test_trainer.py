"""Training: it learns, repeats itself to the bit, can be steered, and says when it fails."""

import numpy as np
import pytest

from netcore import Divergence, Recipe, RecipeError, Trainer
from netcore.optim.optimizers import OPTIMIZERS
from netcore.recipe import dense_layers

RECIPE = Recipe(layers=dense_layers([12], dropout=0.1, classes=3), lr=0.5, batch_size=16, epochs=6)


def stripes(count, seed):
    """Three kinds of 6 × 6 images: a bright upper, middle or lower third, under noise."""
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, 3, count).astype(np.uint8)
    images = rng.integers(0, 120, (count, 6, 6))
    for image, target in zip(images, targets, strict=True):
        image[2 * target : 2 * target + 2] += 100
    return images.astype(np.uint8), targets


TRAIN, VALIDATION = stripes(200, 1), stripes(90, 2)


def trained(recipe=RECIPE, changes=()):
    trainer = Trainer(recipe, TRAIN, VALIDATION, changes)
    return trainer, list(trainer)


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_every_optimizer_learns_the_stripes(optimizer):
    lr = {"sgd": 0.5, "momentum": 0.1, "nesterov": 0.1}.get(optimizer, 0.01)
    _, records = trained(RECIPE.replace(optimizer=optimizer, lr=lr))
    assert records[-1].validation_accuracy > 0.95
    assert records[-1].loss < records[0].loss


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine", "one_cycle"])
def test_the_same_recipe_gives_the_same_weights_to_the_bit(schedule):
    recipe = RECIPE.replace(schedule=schedule, warmup=0.1, weight_decay=1e-4)
    assert np.array_equal(trained(recipe)[0].network.theta, trained(recipe)[0].network.theta)


def test_another_seed_gives_other_weights():
    other, _ = trained(RECIPE.replace(seed=1))
    assert not np.array_equal(other.network.theta, trained()[0].network.theta)


def test_an_epoch_shows_every_image_once_and_its_last_batch_may_be_smaller():
    trainer, records = trained()
    assert len(records) == 6 * 13 == RECIPE.total_steps(200)  # 12 batches of 16 and one of 8
    assert records[12].images == 200 and records[12].epoch == 1
    assert sorted(trainer.batches.order) == list(range(200))


def test_a_single_image_left_over_joins_the_batch_before_where_it_has_no_variance_alone():
    layers = ["Flatten", {"layer": "Dense", "out_features": 4}, "BatchNorm", "LogSoftmax"]
    recipe = RECIPE.replace(layers=layers, train_images=33, batch_size=16, epochs=2)
    assert [record.images for record in trained(recipe)[1]] == [16, 33, 49, 66]
    for change in ({"batch_size": 1}, {"train_images": 1}):
        with pytest.raises(RecipeError, match="a batch_size and train_images of 2 or more"):
            trained(recipe.replace(**change))


def test_validation_comes_once_an_epoch_or_as_often_as_asked_and_at_the_end():
    def validated(records):
        return [r.step for r in records if r.validation_accuracy is not None]

    assert validated(trained()[1]) == [13, 26, 39, 52, 65, 78]
    assert validated(trained(RECIPE.replace(eval_every=30))[1]) == [30, 60, 78]


def test_steps_count_instead_of_epochs_when_given():
    assert len(trained(RECIPE.replace(steps=20))[1]) == 20


def test_fewer_training_images_are_a_seeded_choice():
    first, _ = trained(RECIPE.replace(train_images=50))
    again, _ = trained(RECIPE.replace(train_images=50))
    other, _ = trained(RECIPE.replace(train_images=50, seed=1))
    assert len(set(first.batches.order)) == 50
    assert np.array_equal(first.batches.indices, again.batches.indices)
    assert not np.array_equal(first.batches.indices, other.batches.indices)


def steer(trainer):
    for record in trainer:
        if record.step == 10:
            trainer.change(lr=0.1, dropout=0.4)
        if record.step == 20:
            trainer.change(batch_size=50, weight_decay=0.01, momentum=0.5)
    return trainer


def test_a_steered_run_is_replayed_to_the_bit_from_recipe_and_changes():
    steered = steer(Trainer(RECIPE.replace(optimizer="momentum"), TRAIN, VALIDATION))
    assert [step for step, _ in steered.changes] == [10, 20]
    replayed, _ = trained(steered.recipe, steered.changes)
    assert replayed.changes == steered.changes
    assert np.array_equal(replayed.network.theta, steered.network.theta)


def test_a_knob_takes_effect_at_the_next_step():
    trainer = Trainer(RECIPE, TRAIN, VALIDATION)
    assert next(trainer).lr == 0.5
    trainer.change(lr=0.25, batch_size=5)
    record = next(trainer)
    assert record.lr == 0.25
    assert record.images == 16 + 5


def test_turning_a_knob_to_where_it_stands_leaves_no_mark():
    trainer = Trainer(RECIPE, TRAIN, VALIDATION)
    trainer.change(lr=RECIPE.lr, dropout=0.1)
    assert trainer.changes == []


def test_what_cannot_change_in_a_run_is_refused():
    trainer = Trainer(RECIPE, TRAIN, VALIDATION)
    with pytest.raises(RecipeError, match="seed is fixed once a run has begun"):
        trainer.change(seed=3)
    with pytest.raises(RecipeError, match="lr is -1"):
        trainer.change(lr=-1)
    assert trainer.changes == []


def test_a_finished_run_goes_on_when_given_more_epochs():
    trainer, records = trained()
    trainer.change(epochs=7)
    assert len(list(trainer)) == 13


def test_a_run_that_diverges_says_when_and_what_to_try():
    with pytest.raises(Divergence, match=r"at step \d+: .* Try a learning rate of .* 1000"):
        trained(RECIPE.replace(lr=1000.0, layers=dense_layers([12, 12, 12], classes=3)))


def test_a_network_with_the_wrong_number_of_classes_is_refused():
    with pytest.raises(RecipeError, match="out_features of at least 3"):
        trained(RECIPE.replace(layers=dense_layers([4], classes=2)))


def test_no_images_are_refused():
    with pytest.raises(RecipeError, match="no images"):
        Trainer(RECIPE, (TRAIN[0][:0], TRAIN[1][:0]), VALIDATION)
