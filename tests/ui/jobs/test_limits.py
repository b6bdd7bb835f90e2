"""The server's limits: one place, set from outside, and told in sentences."""

import pytest

from netcore import Recipe, RecipeError
from netcore.recipe import dense_layers
from ui.jobs.limits import Limits, size

WIDE = Recipe(layers=dense_layers([4096, 4096]))


def test_limits_come_from_the_environment_and_have_defaults():
    limits = Limits.from_environment({"PLAYGROUND_JOBS": "3", "PLAYGROUND_GRACE": "1.5"})
    assert (limits.jobs, limits.grace) == (3, 1.5)
    assert limits.parameters == Limits().parameters


@pytest.mark.parametrize("value", ["many", "0", "-3", "", "nan"])
def test_a_limit_that_is_no_number_is_named(value):
    with pytest.raises(ValueError, match="PLAYGROUND_JOBS must be"):
        Limits.from_environment({"PLAYGROUND_JOBS": value})


def test_a_network_that_is_too_large_is_refused_with_its_size_and_the_mend():
    with pytest.raises(RecipeError, match=r"20,037,642 parameters.*at most 4,000,000.*fewer units"):
        Limits().check(WIDE, (28, 28))


def test_a_run_that_takes_too_much_memory_is_refused():
    with pytest.raises(RecipeError, match=r"about [\d,]+ MB.*smaller batch"):
        Limits(run_megabytes=3).check(Recipe(), (28, 28))


def test_all_that_the_page_offers_and_all_shipped_recipes_have_room(recipes):
    for recipe in (*recipes, Recipe(layers=dense_layers([1024] * 4), optimizer="adam")):
        Limits().check(recipe, (28, 28))


def test_memory_grows_with_the_network():
    assert size(WIDE, (28, 28))[1] > 10 * size(Recipe(), (28, 28))[1]


@pytest.fixture
def recipes():
    from ui.session.shared import RECIPES

    return [Recipe.from_run(path.read_text())[0] for path in RECIPES.glob("*.json")]
