"""netcore: neural networks in NumPy, small enough to read in an evening.

Reading order: functional, layers/dense, layers/activations, losses, network, optim/optimizers,
trainer.
"""

from netcore.checkpoint import Checkpoint
from netcore.checks import InputError
from netcore.model import Model, ModelError, load, loads
from netcore.network import Network
from netcore.recipe import Recipe, RecipeError
from netcore.record import Divergence, Record
from netcore.trainer import Trainer

__all__ = [
    "Checkpoint",
    "Divergence",
    "InputError",
    "Model",
    "ModelError",
    "Network",
    "Recipe",
    "RecipeError",
    "Record",
    "Trainer",
    "load",
    "loads",
]
