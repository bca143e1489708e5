"""The layers of stems, blocks and heads, each declared once as records.

Counting folds over them (`designspace.layers.complexity`), torch instantiates them
(`workers.training.networks`), and `designspace.layers.source` writes them.

Source: arXiv 2003.13678, figure 4 (X block), section 5 (Y block: X with SE), appendix D (R, V
and VR blocks).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from designspace.layers.records import (
    BatchNorm,
    Conv,
    Excite,
    GlobalPool,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Residual,
    Sigmoid,
)
from designspace.networks.network import (
    Block,
    Count,
    Network,
    NetworkBatch,
    Stage,
    StageBatch,
    Stem,
)


def stem_layers(stem: Stem, channels: int) -> tuple[Layer, ...]:
    """Layers from the image's `channels` to the stem's width."""
    if stem.kind == "simple":
        return (Conv(3, channels, stem.width, stem.stride), BatchNorm(stem.width), ReLU())
    return (
        Conv(7, channels, stem.width, stem.stride),
        BatchNorm(stem.width),
        ReLU(),
        MaxPool(3, 2, stem.width),
    )


def excite(w_block: Count, inner: Count, se_ratio: float) -> Excite:
    """SE on `inner` channels; the squeeze is a share of the *block's* input width `w_block`.

    At least one channel: the paper's authors round to none where that width is small, and fail.
    """
    squeeze: Any = np.maximum(np.rint(np.multiply(w_block, se_ratio)), 1).astype(np.int64)
    if not isinstance(squeeze, np.ndarray):
        squeeze = int(squeeze)
    return Excite(
        (
            Conv(1, inner, squeeze, bias=True),
            ReLU(),
            Conv(1, squeeze, inner, bias=True),
            Sigmoid(),
        )
    )


def block_layers(
    block: Block, w_in: Count, stage: Stage | StageBatch, stride: int, se_ratio: float
) -> tuple[Layer, ...]:
    """One block from `w_in` channels to the stage's: X (Y where `se_ratio` > 0), R, V or VR."""
    w_out = stage.width
    if block in ("X", "R"):
        main = bottleneck(w_in, stage, stride, se_ratio)
    else:
        main = (Conv(3, w_in, w_out, stride), BatchNorm(w_out))
    if block == "V":
        return (*main, ReLU())
    return (
        Residual(
            main=main,
            projection=(Conv(1, w_in, w_out, stride), BatchNorm(w_out)),
            projects=(w_in != w_out) | (stride != 1),
        ),
        ReLU(),
    )


def bottleneck(
    w_in: Count, stage: Stage | StageBatch, stride: int, se_ratio: float
) -> tuple[Layer, ...]:
    """1x1 to the inner width, 3x3 in groups, perhaps SE, 1x1 to the stage's width."""
    w_out, inner = stage.width, stage.inner_width
    return (
        Conv(1, w_in, inner),
        BatchNorm(inner),
        ReLU(),
        Conv(3, inner, inner, stride, group_width=stage.group_width),
        BatchNorm(inner),
        ReLU(),
        *((excite(w_in, inner, se_ratio),) if se_ratio else ()),
        Conv(1, inner, w_out),
        BatchNorm(w_out),
    )


def head_layers(w_in: Count, classes: int) -> tuple[Layer, ...]:
    """Global average pool and classifier."""
    return (GlobalPool(), Linear(w_in, classes))


def repeated_layers(
    network: Network | NetworkBatch, channels: int, classes: int
) -> Iterator[tuple[tuple[Layer, ...], Count]]:
    """The whole network as (layers, how many times in a row), from image to logits."""
    yield stem_layers(network.stem, channels), 1
    w_in: Count = network.stem.width
    for stage in network.stages:
        yield block_layers(network.block, w_in, stage, stage.stride, network.se_ratio), 1
        again = block_layers(network.block, stage.width, stage, 1, network.se_ratio)
        yield again, stage.depth - 1
        w_in = stage.width
    yield head_layers(w_in, classes), 1
