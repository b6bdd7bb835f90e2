"""Dense layers: every output is a weighted sum of all inputs plus a bias."""

from netcore.initializers import INITIALIZERS
from netcore.layers.base import Layer
from netcore.speed.blas import product


class Dense(Layer):
    """y = x W + b, with W: (in_features, out_features) and b: (out_features,).

    Backward, by the chain rule: dW = xᵀ dy, db = Σ_n dy, dx = dy Wᵀ.
    """

    def __init__(self, out_features, initializer="he"):
        super().__init__()
        if initializer not in INITIALIZERS:
            raise ValueError(f"unknown initializer {initializer!r}: use {', '.join(INITIALIZERS)}")
        if not isinstance(out_features, int) or out_features < 1:
            raise ValueError(f"out_features must be a whole number from 1, not {out_features!r}")
        self.out_features = out_features
        self.weight_init = initializer

    def output_shape(self, input_shape):
        if len(input_shape) != 1:
            raise ValueError(f"takes a flat input (D,) but gets {input_shape}: put Flatten before")
        return (self.out_features,)

    def parameter_shapes(self, input_shape):
        return {"W": (input_shape[0], self.out_features), "b": (self.out_features,)}

    def fans(self, shape):
        return shape

    def forward(self, x, training=False):
        self.x = x
        y = self.workspace("y", (len(x), self.out_features), x.dtype)
        product(x, self.params["W"], y, self.workspace)
        y += self.params["b"]
        return y

    def backward(self, dy):
        product(self.x.T, dy, self.grads["W"], self.workspace)
        dy.sum(axis=0, out=self.grads["b"])
        if not self.needs_dx:
            return None
        dx = self.workspace("dx", self.x.shape, dy.dtype)
        return product(dy, self.params["W"].T, dx, self.workspace)
