"""The layers of residual bottleneck blocks whose shortcut is pooled.

Source: arXiv 1812.01187, figure 2 (ResNet-D); 1908.09791, its authors' code.
"""

from __future__ import annotations

from designspace.layers.records import Act, AvgPool, BatchNorm, Conv, Layers, Residual, When
from designspace.networks.numbers import Count


def bottleneck_block(w_in: Count, inner: Count, width: Count, stride: int) -> Layers:
    """1x1, 3x3 of the inner width, 1x1 to the width; beside them a pool and a 1x1 at most."""
    main = (
        Conv(1, inner),
        BatchNorm(),
        Act("relu"),
        Conv(3, inner, stride),
        BatchNorm(),
        Act("relu"),
        Conv(1, width),
        BatchNorm(),
    )
    pool = (AvgPool(stride, stride),) if stride > 1 else ()
    shortcut = When((w_in != width) | (stride != 1), (*pool, Conv(1, width), BatchNorm()))
    return (Residual(main, (shortcut,)), Act("relu"))
