"""Torch modules instantiated from the declared layers (`designspace.layers.body`).

One fold, as in `designspace.layers.complexity`: the same records that are counted there become
modules here, so a count and the network that is trained can't drift apart.

Source: arXiv 2003.13678, figure 4; initialisation of its authors' code (normal, He et al. 2015
with fan out for convolutions, std 0.01 for the classifier).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from designspace.layers.body import network_layers
from designspace.layers.inplace import free_after, in_turn
from designspace.layers.records import (
    Act,
    AvgPool,
    BatchNorm,
    Conv,
    Cut,
    EdgeWeights,
    Excite,
    GlobalPool,
    Graph,
    Layer,
    LayerNorm,
    Layers,
    Linear,
    MaxPool,
    Node,
    Residual,
    Resize,
    Scale,
    Shift,
    Shuffle,
    When,
    Zero,
    graph_widths,
    joined_width,
    padded,
    width_after,
)
from designspace.networks.network import Network
from designspace.networks.numbers import Function


class PointwiseConvolution(nn.Conv2d):
    """A 1x1 convolution as one matrix product over all positions of all images.

    The same numbers as its base class. In channels_last it needs no copy, and on small images
    on a CPU it spares the convolution's set-up: a whole training step takes 3 - 6 % less.
    """

    def forward(self, input: Tensor) -> Tensor:
        rows, columns = self.stride
        positions = input.permute(0, 2, 3, 1)
        if rows > 1 or columns > 1:
            positions = every_nth(positions, rows, columns)
        return F.linear(positions, self.weight.flatten(1), self.bias).permute(0, 3, 1, 2)


class EveryNth(torch.autograd.Function):
    """Every nth row and column of (n, height, width, channels).

    Slicing would do, but not its gradient, which torch lays out in planes, not channels last;
    all that it meets on its way back is then slow. The numbers are the same.
    """

    @staticmethod
    def forward(ctx: Any, positions: Tensor, rows: int, columns: int) -> Tensor:
        ctx.shape, ctx.steps = positions.shape, (rows, columns)
        return positions[:, ::rows, ::columns]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        rows, columns = ctx.steps
        whole = gradient.new_zeros(ctx.shape)
        whole[:, ::rows, ::columns] = gradient
        return whole, None, None


def every_nth(positions: Tensor, rows: int, columns: int) -> Tensor:
    """Typed; `apply` is not."""
    chosen: Tensor = EveryNth.apply(positions, rows, columns)  # type: ignore[no-untyped-call]
    return chosen


class ExciteModule(nn.Module):
    """Squeeze-and-excitation: x * gate(mean of x over positions)."""

    def __init__(self, gate: Layers, width: int) -> None:
        super().__init__()
        self.gate = sequence(gate, width)

    def forward(self, x: Tensor) -> Tensor:
        gate: Tensor = self.gate(x.mean((2, 3), keepdim=True))
        return x * gate


class ResidualModule(nn.Module):
    """main(x) + shortcut(x); the shortcut is the identity unless the block projects.

    The sum takes the place of main(x) where nobody else needs that.
    """

    def __init__(self, main: Layers, shortcut: Layers, width: int) -> None:
        super().__init__()
        self.main = sequence(main, width)
        self.free = free_after(main)
        beside = sequence(shortcut, width)
        self.shortcut = beside if len(beside) else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        main: Tensor = self.main(x)
        beside: Tensor = self.shortcut(x)
        return main.add_(beside) if self.free else main + beside


class NodeModule(nn.Module):
    """Layers on the joined outputs of earlier nodes."""

    def __init__(self, node: Node, width: int) -> None:
        super().__init__()
        self.inputs, self.join = node.inputs, node.join
        self.layers = sequence(node.layers, width, free=node.joins)
        if node.join == "weighted" and node.joins:
            self.weights = nn.Parameter(torch.zeros(len(node.inputs)))

    def forward(self, outputs: list[Tensor]) -> Tensor:
        inputs = [outputs[i] for i in self.inputs]
        joined: Tensor = self.layers(inputs[0] if len(inputs) == 1 else self._joined(inputs))
        return joined

    def _joined(self, inputs: list[Tensor]) -> Tensor:
        if self.join == "concat":
            return torch.cat(inputs, 1)
        if self.join == "weighted":
            weights = self.weights.sigmoid()
            inputs = [weight * x for weight, x in zip(weights, inputs, strict=True)]
        total = sum(inputs[1:], inputs[0])
        return total / len(inputs) if self.join == "mean" else total


class GraphModule(nn.Module):
    """Nodes 1, 2, .. after node 0, which goes in; the last goes out."""

    def __init__(self, graph: Graph, width: int) -> None:
        super().__init__()
        widths = graph_widths(graph, width)
        self.nodes = nn.ModuleList(
            NodeModule(node, int(joined_width(node, widths))) for node in graph.nodes
        )

    def forward(self, x: Tensor) -> Tensor:
        outputs = [x]
        for node in self.nodes:
            outputs.append(node(outputs))
        return outputs[-1]


class LayerNormModule(nn.LayerNorm):
    """Over the channels of each position: (n, width, side, side) or (n, width)."""

    def __init__(self, width: int) -> None:
        super().__init__(width, eps=1e-6)

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() == 2:
            return super().forward(input)
        return super().forward(input.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ScaleModule(nn.Module):
    """x times a weight of each channel, small at first."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((width, 1, 1), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


class ResizeModule(nn.Module):
    """Images at another side, bilinear."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] == self.side:
            return x
        sides = (self.side, self.side)
        return nn.functional.interpolate(x, sides, mode="bilinear", antialias=True)


class CutModule(nn.Module):
    """The first channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, x: Tensor) -> Tensor:
        return x[:, : self.width]


class ShiftModule(nn.Module):
    """One pixel up and to the left; zeros come in."""

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, 1:, 1:], (0, 1, 0, 1))


class ZeroModule(nn.Module):
    """Nothing but zeros."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 0


class GlobalPoolModule(nn.Module):
    """Mean over positions: (n, width, side, side) -> (n, width)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).mean((1, 2))  # so that its gradient is channels last


def build(network: Network, channels: int, classes: int) -> nn.Sequential:
    """The network from images, shape (n, channels, side, side), to logits, shape (n, classes).

    Weights are drawn from torch's global generator, and lie in memory as channels_last: on a
    CPU that takes about three quarters of the time.
    """
    found: list[nn.Module] = []
    width: int = channels
    for group in network_layers(network, channels, classes):
        for _ in range(int(group.times)):
            found += modules(group.layers, width)
            width = int(width_after(group.layers, width))
    model = nn.Sequential(*found)
    model.apply(initialise)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def sequence(layers: Layers, width: int, free: bool = False) -> nn.Sequential:
    """The layers' modules, one after the other, on `width` channels.

    The first may change what comes in where that is `free`.
    """
    return nn.Sequential(*modules(layers, width, free))


def modules(layers: Layers, width: int, free: bool = False) -> Iterator[nn.Module]:
    """Each layer that is there as a torch module."""
    for layer, inplace in in_turn(layers, free):
        yield module(layer, width, inplace)
        width = int(width_after((layer,), width))


def module(layer: Layer, width: int, inplace: bool) -> nn.Module:
    """One declared layer on `width` channels as a torch module, perhaps in place."""
    match layer:
        case Conv():
            return convolution(layer, width)
        case BatchNorm():
            return batch_norm(width)
        case Act(kind):
            return activation(kind, inplace)
        case LayerNorm():
            return LayerNormModule(width)
        case Scale():
            return ScaleModule(width)
        case MaxPool(kernel, stride):
            return nn.MaxPool2d(kernel, stride, padded(layer), ceil_mode=kernel % 2 == 0)
        case AvgPool(kernel, stride):
            return nn.AvgPool2d(kernel, stride, padded(layer), kernel % 2 == 0, False)
        case GlobalPool():
            return GlobalPoolModule()
        case Linear(w_out, bias):
            return nn.Linear(width, w_out, bias)
        case Shuffle(groups):
            return nn.ChannelShuffle(int(groups))
        case Resize(side):
            return ResizeModule(side)
        case Cut(w_out):
            return CutModule(int(w_out))
        case Shift():
            return ShiftModule()
        case Zero():
            return ZeroModule()
        case Excite(gate):
            return ExciteModule(gate, width)
        case Residual(main, shortcut):
            return ResidualModule(main, shortcut, width)
        case Graph():
            return GraphModule(layer, width)
        case When() | EdgeWeights():
            raise TypeError(f"{layer} stands for what is there, and is no module")


def activation(kind: Function, inplace: bool) -> nn.Module:
    """In place where it may and torch can."""
    match kind:
        case "relu":
            return nn.ReLU(inplace=inplace)
        case "relu6":
            return nn.ReLU6(inplace=inplace)
        case "silu":
            return nn.SiLU(inplace=inplace)
        case "h_swish":
            return nn.Hardswish(inplace=inplace)
        case "gelu":
            return nn.GELU()
        case "sigmoid":
            return nn.Sigmoid()
        case "h_sigmoid":
            return nn.Hardsigmoid()


def convolution(conv: Conv, w_in: int) -> nn.Conv2d:
    """A convolution of w_in / group width groups."""
    kernel = int(conv.kernel)
    pointwise = kernel == 1 and conv.group_width is None and not padded(conv)
    return (PointwiseConvolution if pointwise else nn.Conv2d)(
        w_in,
        int(conv.width),
        kernel,
        conv.stride,
        padding=padded(conv),
        dilation=conv.dilation,
        groups=1 if conv.group_width is None else w_in // int(conv.group_width),
        bias=conv.bias,
    )


def batch_norm(width: int) -> nn.BatchNorm2d:
    """Batch norm with a fixed momentum for the running statistics."""
    norm = nn.BatchNorm2d(width, eps=1e-5, momentum=0.1)
    # Only an average over all batches needs their number, and counting is an operation a step.
    norm.num_batches_tracked = None
    return norm


def initialise(module: nn.Module) -> None:
    """Conv N(0, sqrt(2 / (k^2 out))), linear N(0, 0.01), biases 0; BN stays 1 and 0."""
    match module:
        case nn.Conv2d():
            fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
            nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))
        case nn.Linear():
            nn.init.normal_(module.weight, std=0.01)
        case _:
            return
    if module.bias is not None:
        nn.init.zeros_(module.bias)
