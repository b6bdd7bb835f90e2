"""Dense layers: every output is a weighted sum of all inputs plus a bias."""

import numpy as np

from netcore.initializers import check_initializer
from netcore.layers.base import Layer, Shape
from netcore.speed import blas


class Dense(Layer):
    """y = x W + b, with W: (in_features, out_features) and b: (out_features,).

    x: (N, in_features) → y: (N, out_features). Backward, by the chain rule: dW = xᵀ dy,
    db = Σ_n dy, dx = dy Wᵀ. W lies as in Keras, and is the transpose of PyTorch's. It starts normal
    by the `initializer`, b at 0; PyTorch draws both uniformly from ±1 / √in_features.
    """

    def __init__(self, out_features: int, initializer: str = "he") -> None:
        super().__init__()
        if not isinstance(out_features, int) or out_features < 1:
            raise ValueError(f"out_features must be a whole number from 1, not {out_features!r}")
        self.out_features = out_features
        self.weight_init = check_initializer(initializer)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ValueError(f"takes a flat input (D,) but gets {input_shape}: put Flatten before")
        return (self.out_features,)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        return {"W": (input_shape[0], self.out_features), "b": (self.out_features,)}

    def fans(self, shape: Shape) -> tuple[int, int]:
        fan_in, fan_out = shape
        return fan_in, fan_out

    @blas.single_thread
    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        self.x = x
        y = self.workspace("y", (len(x), self.out_features), x.dtype)
        blas.matmul(x, self.params["W"], y, self.workspace)
        y += self.params["b"]
        return y

    @blas.single_thread
    def backward(self, dy: np.ndarray) -> np.ndarray | None:
        blas.matmul(self.x.T, dy, self.grads["W"], self.workspace)
        dy.sum(axis=0, out=self.grads["b"])
        if not self.needs_dx:
            return None
        dx = self.workspace("dx", self.x.shape, dy.dtype)
        return blas.matmul(dy, self.params["W"].T, dx, self.workspace)
