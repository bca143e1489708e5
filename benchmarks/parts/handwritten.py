"""Networks of NAS-Bench-201 and RandWire as anybody writes them by hand, to compare ours with.

Plain modules and a `forward` that says the graph; torch's own layout and layers.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from designspace.networks.ends import ConvHead, DoubleStem
from designspace.networks.network import Network
from designspace.networks.wired import WiredStage
from designspace.spaces.cells.nasbench201 import from_string


def relu_conv_bn(w_in: int, width: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """What NAS-Bench-201 calls a convolution."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(w_in, width, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(width),
    )


def operation(name: str, width: int) -> nn.Module:
    """An edge's."""
    match name:
        case "nor_conv_1x1":
            return relu_conv_bn(width, width, 1)
        case "nor_conv_3x3":
            return relu_conv_bn(width, width, 3)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, 1, 1, count_include_pad=False)
    return nn.Identity()


class Cell(nn.Module):
    """Four nodes, each the sum of its edges; no edge is `none`."""

    def __init__(self, cell: str, width: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(operation(name, width) for name in from_string(cell))

    def forward(self, x: Tensor) -> Tensor:
        of_1, of_20, of_21, of_30, of_31, of_32 = self.edges
        one = of_1(x)
        two = of_20(x) + of_21(one)
        out: Tensor = of_30(x) + of_31(one) + of_32(two)
        return out


class Reduction(nn.Module):
    """A residual block of stride 2."""

    def __init__(self, w_in: int, width: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            *relu_conv_bn(w_in, width, 3, 2), *relu_conv_bn(width, width, 3)
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, 2, ceil_mode=True), nn.Conv2d(w_in, width, 1, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.main(x) + self.shortcut(x)
        return out


def nasbench201(cell: str, width: int, cells: int, channels: int, classes: int) -> nn.Module:
    """Three stages of a cell."""
    widths = (width, 2 * width, 4 * width)
    body: list[nn.Module] = [Cell(cell, width) for _ in range(cells)]
    for w_in, wide in pairwise(widths):
        body += [Reduction(w_in, wide), *(Cell(cell, wide) for _ in range(cells))]
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, 1, 1, bias=False),
        nn.BatchNorm2d(width),
        *body,
        nn.BatchNorm2d(widths[-1]),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(widths[-1], classes),
    )


class WiredNode(nn.Module):
    """A weighted sum, ReLU, a separable convolution."""

    def __init__(self, edges: int, w_in: int, width: int, stride: int) -> None:
        super().__init__()
        if edges > 1:
            self.weights = nn.Parameter(torch.zeros(edges))
        self.relu = nn.ReLU()
        self.depthwise = nn.Conv2d(w_in, w_in, 3, stride, 1, groups=w_in, bias=False)
        self.pointwise = nn.Conv2d(w_in, width, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, inputs: list[Tensor]) -> Tensor:
        x = inputs[0]
        if len(inputs) > 1:
            weights = torch.sigmoid(self.weights)
            x = weights[0] * x
            for i in range(1, len(inputs)):
                x = x + weights[i] * inputs[i]
        out: Tensor = self.norm(self.pointwise(self.depthwise(self.relu(x))))
        return out


class Wired(nn.Module):
    """A stage of random wiring."""

    def __init__(self, stage: WiredStage, w_in: int) -> None:
        super().__init__()
        self.before, self.ends = stage.inputs, stage.outputs
        self.nodes = nn.ModuleList(
            WiredNode(
                len(before),
                stage.width if before else w_in,
                stage.width,
                1 if before else stage.stride,
            )
            for before in self.before
        )

    def forward(self, x: Tensor) -> Tensor:
        outputs: list[Tensor] = []
        for node, before in zip(self.nodes, self.before, strict=True):
            outputs.append(node([outputs[i] for i in before] or [x]))
        return torch.stack([outputs[i] for i in self.ends]).mean(0)


def randwire(network: Network, channels: int, classes: int) -> nn.Module:
    """The small regime: a double stem, wired stages, a 1x1."""
    stem, head = network.stem, network.head
    assert isinstance(stem, DoubleStem)
    assert isinstance(head, ConvHead)
    half = stem.width // 2
    w_in, body = stem.width, list[nn.Module]()
    for stage in network.stages:
        assert isinstance(stage, WiredStage)
        body.append(Wired(stage, w_in))
        w_in = stage.width
    return nn.Sequential(
        nn.Conv2d(channels, half, 3, stem.stride, 1, bias=False),
        nn.BatchNorm2d(half),
        nn.ReLU(),
        nn.Conv2d(half, stem.width, 3, 2, 1, bias=False),
        nn.BatchNorm2d(stem.width),
        *body,
        nn.ReLU(),
        nn.Conv2d(w_in, head.width, 1, bias=False),
        nn.BatchNorm2d(head.width),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(head.width, classes),
    )
