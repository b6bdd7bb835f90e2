"""Tables of labelled images as CSV, and how they are read or refused."""

import io
import re

import numpy as np
import pytest

from dataset import DataError, table

COLUMNS = ["label", *(f"pixel{n}" for n in range(784))]
HEADER = ",".join(COLUMNS)


def rows(count=28):
    """(count, 785) values: the label, then the pixels."""
    values = np.random.default_rng(0).integers(0, 256, (count, 785))
    values[:, 0] = np.arange(count) % 10
    return values


def text(values, header=HEADER):
    return "\n".join([header, *(",".join(map(str, row)) for row in values)]) + "\n"


def read(content):
    content = content.encode() if isinstance(content, str) else content
    return table.read(io.BytesIO(content), "train.csv")


def refuses(content, reason):
    with pytest.raises(DataError, match="^train.csv .*" + re.escape(reason)) as refusal:
        read(content)
    assert "\n" not in str(refusal.value)
