"""netcore: neural networks in NumPy, small enough to read in an evening.

Reading order: functional, layers/dense, layers/activations, losses, network, optimizers, trainer.
"""

from netcore.checkpoint import Checkpoint
from netcore.model import Model, ModelError, freeze, load, loads
from netcore.network import Network
from netcore.recipe import Recipe, RecipeError
from netcore.trainer import Divergence, Record, Trainer

__all__ = [
    "Checkpoint",
    "Divergence",
    "Model",
    "ModelError",
    "Network",
    "Recipe",
    "RecipeError",
    "Record",
    "Trainer",
    "freeze",
    "load",
    "loads",
]
