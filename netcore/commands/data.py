"""What the commands know of their data: datasets with their notes, and models that fit them."""

import numpy as np

import dataset
from dataset import DataError, Dataset, Split
from dataset.variants import augment
from netcore.model import Model, ModelError
from netcore.recipe import Recipe

DIGITS = dataset.CLASSES  # what a model of unknown origin with ten outputs reads


def open_dataset(name: str) -> Dataset:
    """Load a dataset, and print what is odd with it. Raises `DataError`."""
    data = dataset.load(name)
    for note in data.notes:
        print(f"note: {note}", flush=True)
    return data


def open_for(recipe: Recipe) -> tuple[Recipe, Dataset]:
    """The dataset of a recipe, and the recipe with one output for each of its classes.

    What is changed or left out is printed. RecipeError if the layers do not fit the images.
    """
    data = open_dataset(recipe.dataset)
    classes, layers = len(data.classes), list(recipe.layers)
    for place, entry in reversed(list(enumerate(layers))):
        if isinstance(entry, dict) and entry.get("layer") == "Dense":
            outputs = entry.get("out_features")
            # Ten outputs are what recipes for digits have; more than needed may be on purpose
            if outputs == len(DIGITS) != classes or type(outputs) is int and outputs < classes:
                layers[place] = {**entry, "out_features": classes}
                recipe = recipe.replace(layers=tuple(layers))
                print(f"note: The network gets {classes} outputs, one for each class.")
            break
    recipe.check_fit(data.image_shape, classes)
    if left_out := [name for name in augment.unfit(data) if (recipe.augment or {}).get(name)]:
        names = " and ".join(left_out)
        print(f"note: Augmentation leaves out {names}, which would not fit these images.")
    return recipe, data


def arrays(data: Dataset) -> list[tuple[np.ndarray, np.ndarray]]:
    """(images, labels) of the training, validation and test split."""
    return [(split.images, split.labels) for split in data.splits.values()]


def classes_of(model: Model) -> tuple[str, ...] | None:
    """What a model's outputs stand for, by its file or the dataset it was trained on; None if that
    is gone.
    """
    if model.classes:
        return model.classes
    if model.recipe.dataset == "mnist":
        return DIGITS
    try:
        return dataset.load(model.recipe.dataset).classes
    except DataError:
        return None


def split_for(model: Model, name: str | None, split: str) -> tuple[Dataset, Split]:
    """The dataset `name`, by default the model's own, and a split with the model's own labels.

    Classes are matched by their names. ModelError if the model takes other images or does not know
    a class.
    """
    own = name in (None, model.recipe.dataset)
    data = open_dataset(name or model.recipe.dataset)
    part, classes = data.splits[split], data.classes
    if tuple(model.input_shape) != data.image_shape:
        takes, has = (" × ".join(map(str, s)) for s in (model.input_shape, data.image_shape))
        raise ModelError(
            f"{model.name} takes images of {takes}, and those of {data.name} are {has}: choose a "
            "model that was trained on such images"
        )
    known = classes if own else classes_of(model) or classes
    if unknown := [each for each in classes if each not in known]:
        raise ModelError(
            f"{model.name} does not know the class {unknown[0][:40]!r} of {data.name}: choose a "
            f"model that was trained on the same classes, not on {model.recipe.dataset[-60:]}"
        )
    outputs = model.network().output_shape[0]
    if len(known) > outputs:
        raise ModelError(
            f"{model.name} has {outputs} outputs, too few for the {len(known)} classes of "
            f"{data.name}: train it again"
        )
    if known == classes:
        return data, part
    codes = np.array([known.index(each) for each in classes], np.uint8)
    return data, Split(part.images, codes[part.labels])
