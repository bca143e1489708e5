"""Numbers of networks: one of a network, or a column of them for a batch."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from columns.arrays import Floats, Ints

Count: TypeAlias = int | Ints
"""A whole number, or one for each network of a batch, shape (n,)."""
Ratio: TypeAlias = float | Floats

Function: TypeAlias = Literal[
    "relu", "relu6", "silu", "h_swish", "gelu", "sigmoid", "h_sigmoid"
]
"""silu: x sigmoid(x); h_sigmoid: relu6(x + 3) / 6; h_swish: x h_sigmoid(x)."""
Activation: TypeAlias = Literal[Function, "none"]
"""A function, or none: then nothing stands there."""

WIDEST, DEEPEST = 2**20, 1024
"""Channels and blocks of a stage, at most: beyond them counts would leave 64 bits."""


def eights(width: Any) -> Any:
    """Divisible by 8, half up, and never below 90 %: 18 makes 24, 12 makes 16, 84 makes 88.

    Numbers or arrays of shape (n,). Source: the authors' code of MobileNetV2 (1801.04381).
    """
    width = np.asarray(width, dtype=float)
    near = np.maximum(8, np.floor((width + 4) / 8).astype(np.int64) * 8)
    rounded = np.where(near < 0.9 * width, near + 8, near)
    return rounded if rounded.ndim else int(rounded)
