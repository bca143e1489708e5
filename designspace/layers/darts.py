"""The layers of DARTS cells, which take the two cells before: all of a body is one graph.

Source: arXiv 1806.09055, and its authors' code, `operations.py` and `model.py`.
"""

from __future__ import annotations

from functools import lru_cache

from designspace.layers.records import (
    Act,
    AvgPool,
    BatchNorm,
    Conv,
    Graph,
    Layers,
    MaxPool,
    Node,
    Shift,
)
from designspace.networks.darts import NODES, DartsStage, Operation


def darts_body(stage: DartsStage) -> Layers:
    """All cells."""
    nodes: list[Node] = []

    def add(node: Node) -> int:
        nodes.append(node)
        return len(nodes)

    before, last, halved = 0, 0, False
    if stage.halves:
        second = (Act("relu"), Conv(3, stage.channels, 2), BatchNorm())
        last, halved = add(Node((0,), second)), True
    width = stage.channels
    for i in range(stage.cells):
        reduces = i in stage.reductions
        width *= 2 if reduces else 1
        first = factorized(width) if halved else pointwise(width)
        states = [add(Node((before,), first)), add(Node((last,), pointwise(width)))]
        cell = stage.reduce if reduces else stage.normal
        for k in range(NODES):
            made = [
                add(Node((states[state],), operation(name, width, stride(reduces, state))))
                for name, state in cell[2 * k : 2 * k + 2]
            ]
            states.append(add(Node(tuple(made))))
        before, last = last, add(Node(tuple(states[2:]), join="concat"))
        halved = reduces
    return (Graph(tuple(nodes)),)


def stride(reduces: bool, state: int) -> int:
    """Of an operation of a cell: that on its inputs halves the side, if it reduces."""
    return 2 if reduces and state < 2 else 1


@lru_cache(1024)  # the same layers are counted once
def operation(name: Operation, width: int, stride: int) -> Layers:
    """One operation from `width` channels to as many."""
    match name:
        case "max_pool_3x3":
            return (MaxPool(3, stride),)
        case "avg_pool_3x3":
            return (AvgPool(3, stride),)
        case "skip_connect":
            return factorized(width) if stride > 1 else ()
        case "sep_conv_3x3" | "sep_conv_5x5":
            kernel = int(name[-1])
            return (*separable(kernel, width, stride), *separable(kernel, width, 1))
        case "dil_conv_3x3" | "dil_conv_5x5":
            return separable(int(name[-1]), width, stride, dilation=2)


def separable(kernel: int, width: int, stride: int, dilation: int = 1) -> Layers:
    """ReLU, each channel by itself, all 1x1, batch norm."""
    return (
        Act("relu"),
        Conv(kernel, width, stride, group_width=1, dilation=dilation),
        Conv(1, width),
        BatchNorm(),
    )


@lru_cache(1024)
def pointwise(width: int) -> Layers:
    """ReLU, 1x1, batch norm."""
    return (Act("relu"), Conv(1, width), BatchNorm())


@lru_cache(1024)
def factorized(width: int) -> Layers:
    """Half the side: two 1x1 of stride 2, the second one pixel further, side by side."""
    return (
        Graph(
            (
                Node((0,), (Act("relu"),)),
                Node((1,), (Conv(1, width // 2, 2),)),
                Node((1,), (Shift(), Conv(1, width - width // 2, 2))),
                Node((2, 3), (BatchNorm(),), join="concat"),
            )
        ),
    )
