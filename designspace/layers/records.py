"""The records of layers: what there is to count, to instantiate and to write.

Their numbers are ints, or int64 arrays of shape (n,) for a batch of networks; two choices make
that possible: a shortcut's projection carries a `projects` flag (a bool, or a mask over the
batch), and a group convolution is declared by its group *width*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from designspace.networks.network import Count


@dataclass(frozen=True)
class Conv:
    """A k x k convolution, padded by k // 2."""

    kernel: int
    w_in: Count
    w_out: Count
    stride: int = 1
    group_width: Count | None = None  # input channels per group; None: one group
    bias: bool = False


@dataclass(frozen=True)
class BatchNorm:
    width: Count


@dataclass(frozen=True)
class ReLU:
    pass


@dataclass(frozen=True)
class Sigmoid:
    pass


@dataclass(frozen=True)
class MaxPool:
    kernel: int
    stride: int
    width: Count


@dataclass(frozen=True)
class GlobalPool:
    """Mean over positions: the output side is 1."""


@dataclass(frozen=True)
class Linear:
    """Fully connected, with bias."""

    w_in: Count
    w_out: int


@dataclass(frozen=True)
class Excite:
    """Squeeze-and-excitation: multiply the input by `gate` of its global pool."""

    gate: tuple[Layer, ...]


@dataclass(frozen=True)
class Residual:
    """`main` plus the shortcut: identity, or `projection` where `projects`."""

    main: tuple[Layer, ...]
    projection: tuple[Layer, ...]
    projects: Any  # bool; for a batch a mask, shape (n,)


Layer: TypeAlias = (
    Conv | BatchNorm | ReLU | Sigmoid | MaxPool | GlobalPool | Linear | Excite | Residual
)
