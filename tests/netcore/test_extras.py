"""What makes a run end better: smoothed labels, clipped gradients, mean and best weights, and
images that look new each time."""

import numpy as np
import pytest

from netcore import Recipe, RecipeError, Trainer, functional, losses
from netcore.network import Network
from netcore.optim.averaging import EMA, EarlyStopping
from netcore.recipe import dense_layers
from tests.netcore.test_trainer import TRAIN, VALIDATION

RECIPE = Recipe(layers=dense_layers([12], classes=3), lr=0.3, batch_size=16, epochs=6)


def trained(recipe, **options):
    trainer = Trainer(recipe, TRAIN, VALIDATION, **options)
    return trainer, list(trainer)


def test_smoothed_labels_are_the_cross_entropy_with_the_smoothed_target():
    rng = np.random.default_rng(2)
    logits, targets = rng.normal(size=(9, 4)), rng.integers(0, 4, 9)
    dlogits = np.empty_like(logits)
    total, _ = losses.softmax_cross_entropy(logits, targets, dlogits, 9, smoothing=0.2)
    wanted = 0.8 * np.eye(4)[targets] + 0.05
    log_probs = functional.log_softmax(logits)
    assert total == pytest.approx(-(wanted * log_probs).sum())
    np.testing.assert_allclose(dlogits, (np.exp(log_probs) - wanted) / 9, atol=1e-8)


def test_smoothed_labels_keep_the_network_from_being_too_sure():
    sure = trained(RECIPE)[0].network.predict(VALIDATION[0]).max(axis=1)
    modest = trained(RECIPE.replace(label_smoothing=0.3))[0].network.predict(VALIDATION[0])
    assert modest.max(axis=1).mean() < sure.mean() - 0.1


def test_a_long_gradient_is_shortened_and_a_short_one_left_alone():
    grad = np.array([3.0, 4.0])
    functional.clip_norm(grad, 1.0)
    np.testing.assert_allclose(grad, [0.6, 0.8])
    functional.clip_norm(grad, 2.0)
    np.testing.assert_allclose(grad, [0.6, 0.8])


def test_with_clipping_no_step_is_longer_than_lr_times_the_limit():
    trainer = Trainer(RECIPE.replace(clip_norm=0.01), TRAIN, VALIDATION)
    before = trainer.network.theta.copy()
    next(trainer)
    assert np.linalg.norm(trainer.network.theta - before) == pytest.approx(0.003, rel=1e-4)


def test_the_average_of_the_weights_follows_its_formula():
    network = Network(dense_layers([2], classes=2), (3,))
    ema, slow = EMA(network, 0.5), network.theta.astype(np.float64)
    for t in range(1, 6):
        network.theta[...] = t
        ema.update()
        decay = min(0.5, (1 + t) / (10 + t))
        slow = decay * slow + (1 - decay) * t
    np.testing.assert_allclose(ema.averages[0], slow, rtol=1e-5)


def test_a_run_with_averaging_learns_as_without_and_ends_with_the_mean():
    plain, _ = trained(RECIPE)
    averaging = Trainer(RECIPE.replace(averaging=0.9), TRAIN, VALIDATION)
    ema = EMA(averaging.network, 0.9)
    for record in averaging:
        if record.step < averaging.recipe.total_steps(200):
            ema.update()
            last = averaging.network.theta.copy()
    assert not np.array_equal(averaging.network.theta, plain.network.theta)
    assert np.linalg.norm(averaging.network.theta - ema.averages[0]) < np.linalg.norm(
        averaging.network.theta - last
    )


def test_validation_and_a_snapshot_see_the_mean_while_the_run_goes_on_with_its_own_weights():
    trainer = Trainer(RECIPE.replace(averaging=0.99, steps=30), TRAIN, VALIDATION)
    for _ in range(20):
        next(trainer)
    own = trainer.network.theta.copy()
    snapshot = trainer.model()
    assert not np.array_equal(snapshot.theta, own)
    assert np.array_equal(trainer.network.theta, own)
    np.testing.assert_array_equal(snapshot.theta, trainer.ema.averages[0])


def test_patience_ends_a_run_that_no_longer_improves_and_gives_back_its_best_weights():
    recipe = RECIPE.replace(patience=3, epochs=200, lr=2.0)
    trainer, records = trained(recipe)
    scores = [r.validation_accuracy for r in records if r.validation_accuracy is not None]
    assert len(scores) < 200
    answers = trainer.network.log_probs(VALIDATION[0]).argmax(axis=1)
    assert np.mean(answers == VALIDATION[1]) == max(scores)
    assert records[-1].validation_accuracy == max(scores)


def test_the_best_is_remembered_until_a_better_one_comes():
    network, stopping = Network(dense_layers([2], classes=2), (3,)), EarlyStopping(patience=2)
    for weight, score in ((1, 0.5), (2, 0.9), (3, 0.7)):
        network.theta[...] = weight
        stopping.update(network, score)
    assert stopping.waited == 1 and not stopping.exhausted
    stopping.restore_best(network)
    assert (network.theta == 2).all()


def inversion(strengths):
    """An augmentation for tests: some images of the batch become their negatives."""
    share = strengths["invert"]
    return lambda x, targets, rng: np.where(rng.random(len(x))[:, None, None] < share, 255 - x, x)


def test_augmented_images_are_trained_on_and_the_run_repeats_itself_with_any_number_of_threads():
    recipe = RECIPE.replace(augment={"invert": 0.5})
    plain, _ = trained(RECIPE)
    runs = [trained(recipe, augment=inversion, threads=threads)[0] for threads in (1, 1, 2)]
    assert not np.array_equal(runs[0].network.theta, plain.network.theta)
    for run in runs[1:]:
        assert np.array_equal(run.network.theta, runs[0].network.theta)


def test_a_recipe_with_augmentation_asks_for_it():
    with pytest.raises(RecipeError, match="give the trainer `augment`"):
        trained(RECIPE.replace(augment={"shift": 2}))
