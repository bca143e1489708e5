"""The layers of inverted residual blocks.

Source: arXiv 1801.04381, figure 4; 1905.02244, figure 4 (SE); 1812.03443, figure 3 (groups);
1807.11626, section 4.1 (regular convolutions, pools beside a block).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from designspace.layers.records import (
    AvgPool,
    BatchNorm,
    Conv,
    Excite,
    Layers,
    Residual,
    Shuffle,
    When,
    act,
    where,
)
from designspace.networks.inverted import Inverted, InvertedBatch, InvertedStage
from designspace.networks.numbers import Count


def inverted_layers(
    block: Inverted | InvertedBatch, w_in: Count, stage: InvertedStage
) -> Layers:
    """One block from `w_in` channels to its width."""
    inner, width, groups, separate = block.inner, block.width, block.groups, block.separate
    grouped = np.any(np.greater(groups, 1))
    main = (
        When(
            (True if stage.expands == "always" else inner != w_in) & separate,
            (
                Conv(1, inner, group_width=w_in // groups if grouped else None),
                BatchNorm(),
                *act(stage.act),
                *((When(groups > 1, (Shuffle(groups),)),) if grouped else ()),
            ),
        ),
        Conv(block.kernel, inner, block.stride, group_width=where(separate, 1, w_in)),
        BatchNorm(),
        *when(separate, act(stage.act)),
        *excite(block, stage),
        *when(
            separate,
            (
                Conv(1, width, group_width=inner // groups if grouped else None),
                BatchNorm(),
                *act(stage.end),
            ),
        ),
    )
    if isinstance(block, InvertedBatch):
        return main  # what is added costs nothing
    # After a regular convolution the activation follows the sum, as in a ResNet.
    last = () if separate else act(stage.act)
    pools = block.skip == "pool"
    if not block.residual or (block.stride != 1 and not pools):
        return (*main, *last)
    pool = (AvgPool(3, block.stride),) if pools else ()
    return (Residual(main, pool, adds=width == w_in), *last)


def when(mask: Any, layers: Layers) -> Layers:
    """`layers`, by a mask only where it is not the same for all."""
    return layers if mask is True else (When(mask, layers),)


def excite(block: Inverted | InvertedBatch, stage: InvertedStage) -> Layers:
    """SE on the inner channels, where the block has one."""
    squeezes: Any = block.squeeze > 0
    if not np.any(squeezes):
        return ()
    gate = (
        Conv(1, where(squeezes, block.squeeze, 1), bias=True),
        *act(stage.squeeze_act),
        Conv(1, block.inner, bias=True),
        *act(stage.gate),
    )
    return (When(squeezes, (Excite(gate),)),)
