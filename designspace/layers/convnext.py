"""The layers of ConvNeXt.

Source: arXiv 2201.03545, figure 4: 7x7 of each channel, layer norm, four times the channels and
back, a scale of each channel; its downsampling stands between the stages.
"""

from __future__ import annotations

from designspace.layers.records import Act, Conv, LayerNorm, Layers, Residual, Scale
from designspace.networks.numbers import Count


def next_block(width: Count) -> Layers:
    """One block; nothing comes after the sum."""
    return (
        Residual(
            (
                Conv(7, width, group_width=1, bias=True),
                LayerNorm(),
                Conv(1, 4 * width, bias=True),
                Act("gelu"),
                Conv(1, width, bias=True),
                Scale(),
            )
        ),
    )


def downsampling(width: Count) -> Layers:
    """Layer norm, then 2x2 of stride 2."""
    return (LayerNorm(), Conv(2, width, 2, bias=True, padding=0))
