"""netcore's layers, losses and optimizers pass the operator cases of the ONNX standard."""

from collections import Counter

import numpy as np
import pytest

from tests.foreign.onnx_cases import NotExpressible, cases, compute

PASSED = {  # as of onnx 1.23; later versions may add cases
    "Adam": 2, "AveragePool": 1, "BatchNormalization": 4, "Conv": 6, "Dropout": 5, "Flatten": 5,
    "Gemm": 10, "GlobalAveragePool": 2, "GlobalMaxPool": 2, "LeakyRelu": 3, "LogSoftmax": 7,
    "MatMul": 3, "MaxPool": 1, "Momentum": 3, "NegativeLogLikelihoodLoss": 6, "Relu": 1,
    "Sigmoid": 2, "Softmax": 7, "SoftmaxCrossEntropyLoss": 10, "Tanh": 2,
}  # fmt: skip
NOT_EXPRESSIBLE = {
    "weights of classes": 25,
    "one or three spatial axes": 12,
    "padding in a pooling layer": 11,
    "a class that is ignored": 11,
    "windows that overlap or leave gaps": 7,
    "other padding on one side than on the other": 4,
    "a mask or the places of maxima as a second output": 4,
    "random numbers of another generator": 4,
    "more than one axis for the examples": 4,
    "several matrix products at once": 4,
    "dilation": 2,
    "a bias for each example": 1,
}
CASES = cases()


def reason(case):
    """Why a case cannot be expressed; "" if it can."""
    try:
        compute(case)
    except NotExpressible as why:
        return str(why)
    return ""


REASONS = {case.name: reason(case) for case in CASES}
EXPRESSIBLE = [case for case in CASES if not REASONS[case.name]]


@pytest.mark.parametrize("case", EXPRESSIBLE, ids=lambda case: case.name)
def test_a_case_of_the_standard(case):
    found, expected = compute(case)
    for mine, theirs in zip(found, expected, strict=True):
        assert np.shape(mine) == np.shape(theirs)
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def test_no_case_falls_out_unnoticed():
    passed = Counter(case.model.graph.node[0].op_type for case in EXPRESSIBLE)
    assert all(passed[name] >= count for name, count in PASSED.items())
    assert set(REASONS.values()) - {""} <= NOT_EXPRESSIBLE.keys()
