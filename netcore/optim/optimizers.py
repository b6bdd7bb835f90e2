"""Optimizers, in order of growing complexity.

Each updates one flat parameter vector `theta` (P,) from its gradient `grad` (P,) in place:
`step(theta, grad, lr)`. Since a network is one vector, each update reads like its equation.
`scratch` holds intermediate products, so that no step allocates.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import DTypeLike
from scipy.linalg.blas import get_blas_funcs


class Optimizer:
    """Base: the working memory. Attributes like `momentum` may be changed between steps."""

    state_vectors = 0  # how many vectors (velocity, mean square, …) the method keeps
    decoupled_decay = False  # True: weight decay shrinks the weights, apart from the gradient

    def __init__(
        self,
        size: int,
        dtype: DTypeLike = np.float32,
        momentum: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        self.momentum, self.beta2, self.eps = momentum, beta2, eps
        self.state = np.zeros((self.state_vectors, size), dtype)
        self.scratch = np.empty(size, dtype)
        self.steps = 0
        self._find_axpy()

    def _find_axpy(self) -> None:
        # y += a · x, in one pass over memory
        self.axpy = cast(Callable, get_blas_funcs("axpy", dtype=self.state.dtype))

    def __getstate__(self) -> dict[str, Any]:
        """For copy.deepcopy and pickle, which cannot copy a function of BLAS."""
        return {name: value for name, value in vars(self).items() if name != "axpy"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._find_axpy()

    def decay(
        self, weights: np.ndarray, dweights: np.ndarray, lr: float, weight_decay: float
    ) -> None:
        """Weight decay, before `step`: L2, the gradient of ½ · weight_decay · ‖W‖² in the loss.

        A trainer gives it the weights only. PyTorch and Keras also shrink biases, and the γ and β
        of batch normalisation, unless told otherwise; Keras's L2 regularizer has no ½.
        """
        scratch = self.scratch[: len(weights)]
        if self.decoupled_decay:
            weights *= 1 - lr * weight_decay
        else:
            dweights += np.multiply(weights, weight_decay, out=scratch)

    def step(self, theta: np.ndarray, grad: np.ndarray, lr: float) -> None:
        raise NotImplementedError


class SGD(Optimizer):
    """θ ← θ − lr · g. Robbins & Monro 1951. Momentum is an optimizer of its own here."""

    def step(self, theta: np.ndarray, grad: np.ndarray, lr: float) -> None:
        self.axpy(grad, theta, a=-lr)


class Momentum(Optimizer):
    """v ← μ v + g;  θ ← θ − lr · v. Polyak 1964, with lr outside the velocity, as in PyTorch.

    Keras has it inside, v ← μ v − lr · g: the same at a constant rate, but when the rate changes,
    its velocity still holds steps of the old one.
    """

    state_vectors = 1

    def step(self, theta: np.ndarray, grad: np.ndarray, lr: float) -> None:
        (v,) = self.state
        v *= self.momentum
        v += grad
        self.axpy(v, theta, a=-lr)


class Nesterov(Optimizer):
    """v ← μ v + g;  θ ← θ − lr · (g + μ v). Nesterov 1983.

    Nesterov takes the gradient at the point ahead, θ − lr · μ v. Here θ stands for that point, so
    that the gradient is taken where the weights are: Bengio, Boulanger-Lewandowski & Pascanu 2013,
    "Advances in optimizing recurrent networks", section 3.5, with lr outside the velocity.
    """

    state_vectors = 1

    def step(self, theta: np.ndarray, grad: np.ndarray, lr: float) -> None:
        (v,) = self.state
        v *= self.momentum
        v += grad
        np.multiply(v, self.momentum, out=self.scratch)
        self.scratch += grad
        self.scratch *= lr
        theta -= self.scratch


class RMSProp(Optimizer):
    """s ← β₂ s + (1 − β₂) g²;  θ ← θ − lr · g / (√s + ε). Tieleman & Hinton 2012.

    β₂ is the recipe's `beta2`, 0.999 by default as for Adam, while PyTorch's `alpha` is 0.99 and
    Keras's `rho` 0.9. s starts at 0 and is not corrected for it, as in both: the first step is
    1 / √(1 − β₂) times as long as later ones, 32 times at 0.999. ε is outside the root as in
    PyTorch; in Keras it is inside. There is no momentum and no centring.
    """

    state_vectors = 1

    def step(self, theta: np.ndarray, grad: np.ndarray, lr: float) -> None:
        (s,) = self.state
        s *= self.beta2
        np.multiply(grad, grad, out=self.scratch)
        self.scratch *= 1 - self.beta2
        s += self.scratch
        np.sqrt(s, out=self.scratch)
        self.scratch += self.eps
        np.divide(grad, self.scratch, out=self.scratch)
        self.scratch *= lr
        theta -= self.scratch


class Adam(Optimizer):
    """Averages of g and of g², both corrected for their start at zero. Kingma & Ba 2015.

    m ← β₁ m + (1 − β₁) g;  s ← β₂ s + (1 − β₂) g²
    θ ← θ − lr · m̂ / (√ŝ + ε),  m̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)

    `momentum` is β₁. The corrections are folded into two scalars: lr / (1 − β₁ᵗ) and √(1 − β₂ᵗ).
    ε is added to √ŝ, as in the paper and in PyTorch, and is 1e-8 by default; Keras adds its 1e-7 to
    √s, before the correction, which weighs more in the first steps.
    """

    state_vectors = 2

    def step(self, theta: np.ndarray, grad: np.ndarray, lr: float) -> None:
        self.steps += 1
        m, s = self.state
        beta1, beta2 = self.momentum, self.beta2
        m *= beta1
        m += np.multiply(grad, 1 - beta1, out=self.scratch)
        s *= beta2
        np.multiply(grad, grad, out=self.scratch)
        self.scratch *= 1 - beta2
        s += self.scratch
        np.sqrt(s, out=self.scratch)
        self.scratch /= np.sqrt(1 - beta2**self.steps).astype(theta.dtype)
        self.scratch += self.eps
        np.divide(m, self.scratch, out=self.scratch)
        self.scratch *= lr / (1 - beta1**self.steps)
        theta -= self.scratch


class AdamW(Adam):
    """Adam with decoupled weight decay: W ← W − lr · λ W, apart from the gradient.

    Loshchilov & Hutter 2019. λ is times lr, as in PyTorch and Keras; in the paper it is not. Its
    default is that of the recipe, 0, while PyTorch's is 0.01 and Keras's 0.004.
    """

    decoupled_decay = True


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}
