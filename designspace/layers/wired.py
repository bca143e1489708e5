"""The layers of a randomly wired stage.

Source: arXiv 1904.01569, section 3.2: aggregation by a weighted sum, then ReLU, a separable
convolution and batch norm; what goes out is the mean of the last nodes.
"""

from __future__ import annotations

from designspace.layers.records import Act, BatchNorm, Conv, Graph, Layers, Node
from designspace.networks.numbers import Count
from designspace.networks.wired import WiredStage


def wired_stage(stage: WiredStage, w_in: int) -> Layers:
    """The stage's graph; nodes that nothing comes before take the stage's input."""
    first = separable(w_in, stage.width, stage.stride)
    inner = separable(stage.width, stage.width)
    nodes = [
        Node(tuple(i + 1 for i in before), inner, "weighted") if before else Node((0,), first)
        for before in stage.inputs
    ]
    ends = tuple(i + 1 for i in stage.outputs)
    return (Graph((*nodes, Node(ends, join="mean"))),)


def separable(w_in: Count, width: int, stride: int = 1) -> Layers:
    """ReLU, each channel by itself 3x3, then all 1x1, batch norm."""
    depthwise = Conv(3, w_in, stride, group_width=1)
    return (Act("relu"), depthwise, Conv(1, width), BatchNorm())
