"""Optimizers, from the plainest to the cleverest.

Each moves one flat parameter vector `theta` (P,) against its gradient `grad` (P,) in place:
`step(theta, grad, lr)`. Since a network is one vector, each update reads like its equation.
`scratch` holds products on their way, so that no step allocates.
"""

import numpy as np
from scipy.linalg.blas import get_blas_funcs


class Optimizer:
    """Base: the working memory. Attributes like `momentum` may be moved between steps."""

    state_vectors = 0  # how many vectors of memory (velocity, mean square …) the method keeps
    decoupled_decay = False  # True: weight decay shrinks the weights, beside the gradient

    def __init__(self, size, dtype=np.float32, momentum=0.9, beta2=0.999, eps=1e-8):
        self.momentum, self.beta2, self.eps = momentum, beta2, eps
        self.state = np.zeros((self.state_vectors, size), dtype)
        self.scratch = np.empty(size, dtype)
        self.axpy = get_blas_funcs("axpy", dtype=dtype)  # y += a · x, in one pass over memory
        self.steps = 0

    def decay(self, weights, dweights, lr, weight_decay):
        """Pull the weights towards zero, before `step`: L2, ½ · weight_decay · ‖W‖² in the loss."""
        scratch = self.scratch[: len(weights)]
        if self.decoupled_decay:
            weights *= 1 - lr * weight_decay
        else:
            dweights += np.multiply(weights, weight_decay, out=scratch)

    def step(self, theta, grad, lr):
        raise NotImplementedError


class SteepestDescent(Optimizer):
    """θ ← θ − lr · g. Cauchy 1847."""

    def step(self, theta, grad, lr):
        self.axpy(grad, theta, a=-lr)


class Momentum(Optimizer):
    """v ← μ v + g;  θ ← θ − lr · v. Polyak 1964, in the form with lr outside the velocity."""

    state_vectors = 1

    def step(self, theta, grad, lr):
        (v,) = self.state
        v *= self.momentum
        v += grad
        self.axpy(v, theta, a=-lr)


class Nesterov(Optimizer):
    """v ← μ v + g;  θ ← θ − lr · (g + μ v). Nesterov 1983; this form Sutskever et al. 2013."""

    state_vectors = 1

    def step(self, theta, grad, lr):
        (v,) = self.state
        v *= self.momentum
        v += grad
        np.multiply(v, self.momentum, out=self.scratch)
        self.scratch += grad
        self.scratch *= lr
        theta -= self.scratch


class RMSProp(Optimizer):
    """s ← β₂ s + (1 − β₂) g²;  θ ← θ − lr · g / (√s + ε). Tieleman & Hinton 2012."""

    state_vectors = 1

    def step(self, theta, grad, lr):
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
    """Momentum and a mean square, both corrected for their start at zero. Kingma & Ba 2015.

    m ← β₁ m + (1 − β₁) g;  s ← β₂ s + (1 − β₂) g²
    θ ← θ − lr · m̂ / (√ŝ + ε),  m̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)

    `momentum` is β₁. The corrections are folded into two scalars: lr / (1 − β₁ᵗ) and √(1 − β₂ᵗ).
    """

    state_vectors = 2

    def step(self, theta, grad, lr):
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
    """Adam with the weight decay beside the gradient: W ← W − lr · λ W.

    Loshchilov & Hutter 2019.
    """

    decoupled_decay = True


OPTIMIZERS = {
    "sgd": SteepestDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}
