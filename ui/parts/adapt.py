"""A recipe for another dataset: an output for each class, and only augmentation that suits it."""

from dataset import Dataset
from dataset.variants import augment
from netcore import Recipe
from netcore.layers import Entry

SIZES = {"Dense": "out_features", "Conv2d": "out_channels"}  # settings that say how many outputs


def to_data(recipe: Recipe, data: Dataset) -> Recipe:
    """The recipe, to be trained on `data`. It stays as it is if it was made for such data."""
    strengths = {
        name: strength
        for name, strength in (recipe.augment or {}).items()
        if name not in augment.unfit(data)
    }
    layers = with_outputs(recipe.layers, len(data.classes))
    return recipe.replace(dataset=data.name, layers=layers, augment=strengths or None)


def with_outputs(spec: tuple[Entry, ...], classes: int) -> tuple[Entry, ...]:
    """The same layers, but the last one with parameters has that many outputs."""
    for place in range(len(spec) - 1, -1, -1):
        entry = spec[place]
        if isinstance(entry, dict) and entry.get("layer") in SIZES:
            changed = {**entry, SIZES[entry["layer"]]: classes}
            return (*spec[:place], changed, *spec[place + 1 :])
    return spec
