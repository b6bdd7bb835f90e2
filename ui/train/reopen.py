"""A recipe back in the set-up form, to be changed there, if the form can show all of it."""

import streamlit as st

from netcore import Recipe
from netcore.recipe import canonical
from ui.parts import adapt
from ui.parts.blueprint import Blueprint
from ui.session import datasets, link, runs, shared, state
from ui.train import form, offered
from ui.train.augmentation import WAYS


def base_of(recipe: Recipe) -> str | None:
    """The shipped recipe from which the form can be set to this one; None if there is none."""
    data = datasets.dataset(recipe.dataset)
    recipes = {name: adapt.to_data(base, data) for name, base in shared.recipes().items()}
    nearest = sorted(recipes, key=lambda name: name not in recipe.name)  # "fast" for "my fast"
    return next((name for name in nearest if _reaches(recipes[name], recipe)), None)


def _reaches(base: Recipe, recipe: Recipe) -> bool:
    """Whether the form, which starts at `base`, can be set to `recipe`."""
    free = Blueprint.of(base.layers) and Blueprint.of(recipe.layers)
    if not free and canonical(base.layers) != canonical(recipe.layers):
        return False
    if (base.beta2, base.eps) != (recipe.beta2, recipe.eps) or recipe.epochs < 0.1:
        return False
    start, wanted = link.form_values(base), link.form_values(recipe)
    images = len(datasets.dataset(recipe.dataset).train)
    return all(
        wanted[key] == start[key] or form.can_show(name, wanted[key], images)
        for name, key in form.KEYS.items()
    ) and all(wanted[key] <= max(start[key], WAYS[name].top) for name, key in state.AUGMENT.items())


def change(recipe: Recipe, base: str) -> None:
    """Set the form to the recipe, in place of the session's run and of the one that is offered."""
    runs.close_run()
    offered.RUN_OFFERED.clear()
    st.query_params.clear()
    state.RECIPE.set(base)
    state.DATASET.set(recipe.dataset)
    for key, value in link.form_values(recipe).items():
        key.set(value)
