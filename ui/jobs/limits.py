"""What the server gives a run, in one place.

Each limit is set by an environment variable, PLAYGROUND_ and its name in capitals, such as
PLAYGROUND_JOBS=8. A line PLAYGROUND_JOBS = 8 at the top of Streamlit's secrets does the same, since
Streamlit makes environment variables of these.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TypeVar

from netcore import Recipe, RecipeError
from netcore.layers import BatchNorm
from netcore.layers.normalization import GHOST_BATCH
from netcore.network import MICROBATCH_SIZE, plan
from netcore.speed.parallel import REPLICAS

Settings = TypeVar("Settings")

MEGABYTE = 2**20
VECTORS = 10  # of the length of theta: gradients, an optimizer's and a mean's memory, copies
PASSES = 3  # how often a batch's intermediate results are kept: forward, backward, scratch


def from_environment(cls: type[Settings], prefix: str, environment: Mapping[str, str]) -> Settings:
    """A dataclass of numbers and texts, with the fields that variables `prefix` + NAME set.

    ValueError names a variable that is not a number, or not above 0.
    """
    values = {}
    for field in fields(cls):
        name = f"{prefix}{field.name.upper()}"
        if name not in environment:
            continue
        try:
            value = field.type(environment[name])
        except ValueError:
            raise ValueError(f"{name} must be a number") from None
        if field.type is not str and not value > 0:
            raise ValueError(f"{name} must be above 0")
        values[field.name] = value
    return cls(**values)


@dataclass(frozen=True)
class Limits:
    """The defaults suit a small server: two cores, and 1.5 GB for the process."""

    slots: int = os.cpu_count() or 1  # runs that compute at the same moment
    jobs: int = 16  # runs under way at once, which share the slots; more wait in line
    megabytes: int = 800  # memory of all runs under way
    stint: float = 60.0  # seconds a run keeps its place while others wait in line
    run_megabytes: int = 350  # memory of one run under way
    run_minutes: float = 60.0  # training time of one run
    parameters: int = 4_000_000  # of the largest network
    snapshot_megabytes: int = 24  # memory of the moments that a run can go back to
    grace: float = 90.0  # seconds a run goes on without its visitor being seen

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Limits":
        """The defaults, but for what is set; see `from_environment`."""
        return from_environment(cls, "PLAYGROUND_", environment)

    def check(self, recipe: Recipe, input_shape: tuple[int, ...]) -> None:
        """RecipeError, which says what to do, if this server has no room for such a run."""
        parameters, megabytes = size(recipe, input_shape)
        if parameters > self.parameters:
            raise RecipeError(
                f"This network has {parameters:,} parameters, and this server trains at most "
                f"{self.parameters:,}. Use fewer units or fewer layers."
            )
        if megabytes > self.run_megabytes:
            raise RecipeError(
                f"This run would take about {megabytes:,.0f} MB, and this server allows "
                f"{self.run_megabytes:,}. Use a smaller batch, or fewer units or channels."
            )


def size(recipe: Recipe, input_shape: tuple[int, ...]) -> tuple[int, float]:
    """(parameters, estimate of the megabytes) that a run of this recipe needs while it trains."""
    planned = plan(recipe.layers, input_shape)
    parameters = sum(layer.parameters for layer in planned)
    activation_size = sum(layer.activation_size for layer in planned)
    part = min(recipe.batch_size * activation_size, max(MICROBATCH_SIZE, activation_size))
    if any(isinstance(layer.layer, BatchNorm) for layer in planned):
        part = min(recipe.batch_size, 2 * GHOST_BATCH - 1) * activation_size
    return parameters, 4 * (VECTORS * parameters + PASSES * REPLICAS * part) / MEGABYTE
