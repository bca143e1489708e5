"""The layers of blocks that a stage repeats: X, Y, R, V, VR, B, Z.

Source: arXiv 2003.13678, figure 4 (X block), section 5 (Y block: X with SE), appendix D (R, V
and VR blocks); 1512.03385, figure 5 left (B); 2103.06877, and its authors' code (Z).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from designspace.layers.records import (
    Act,
    BatchNorm,
    Conv,
    Excite,
    Layers,
    Residual,
    When,
    act,
)
from designspace.networks.numbers import Activation, Count
from designspace.networks.repeats import Block, Stage, StageBatch


def block_layers(
    block: Block,
    w_in: Count,
    stage: Stage | StageBatch,
    stride: int,
    se_ratio: float,
    activation: Activation = "relu",
) -> Layers:
    """One block from `w_in` channels to the stage's."""
    resizes = (w_in != stage.width) | (stride != 1)
    if block in ("X", "R", "Z"):
        main = bottleneck(w_in, stage, stride, se_ratio, activation)
    else:
        main = (Conv(3, stage.width, stride), BatchNorm())
    if block == "V":
        return (*main, *act(activation))
    if block == "Z":
        return (Residual(main, adds=(w_in == stage.width) & (stride == 1)),)
    if block == "B":
        main = (*main, *act(activation), Conv(3, stage.width), BatchNorm())
    projection = When(resizes, (Conv(1, stage.width, stride), BatchNorm()))
    return (Residual(main, (projection,)), *act(activation))


def bottleneck(
    w_in: Count, stage: Stage | StageBatch, stride: int, se_ratio: float, activation: Activation
) -> Layers:
    """1x1 to the inner width, 3x3 in groups, perhaps SE, 1x1 to the stage's width."""
    inner = stage.inner_width
    return (
        Conv(1, inner),
        BatchNorm(),
        *act(activation),
        Conv(3, inner, stride, group_width=stage.group_width),
        BatchNorm(),
        *act(activation),
        *((excite(w_in, inner, se_ratio, activation),) if se_ratio else ()),
        Conv(1, stage.width),
        BatchNorm(),
    )


def excite(
    w_block: Count, inner: Count, se_ratio: float, activation: Activation = "relu"
) -> Excite:
    """SE on `inner` channels; the squeeze is a share of the *block's* input width `w_block`.

    At least one channel: the paper's authors round to none where that width is small, and fail.
    """
    squeeze: Any = np.maximum(np.rint(np.multiply(w_block, se_ratio)), 1).astype(np.int64)
    if not isinstance(squeeze, np.ndarray):
        squeeze = int(squeeze)
    return Excite(
        (
            Conv(1, squeeze, bias=True),
            *act(activation),
            Conv(1, inner, bias=True),
            Act("sigmoid"),
        )
    )
