"""Torch modules instantiated from the declared layers (`designspace.layers.bottleneck`).

One fold, as in `designspace.layers.complexity`: the same records that are counted there become
modules here, so a count and the network that is trained can't drift apart.

Source: arXiv 2003.13678, figure 4; initialisation of its authors' code (normal, He et al. 2015
with fan out for convolutions, std 0.01 for the classifier).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from designspace.layers.bottleneck import repeated_layers
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
from designspace.networks.network import Network


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

    def __init__(self, layer: Excite) -> None:
        super().__init__()
        self.gate = sequence(layer.gate)

    def forward(self, x: Tensor) -> Tensor:
        gate: Tensor = self.gate(x.mean((2, 3), keepdim=True))
        return x * gate


class ResidualModule(nn.Module):
    """main(x) + shortcut(x); the shortcut is the identity unless the block projects."""

    def __init__(self, layer: Residual) -> None:
        super().__init__()
        self.main = sequence(layer.main)
        self.shortcut = sequence(layer.projection) if layer.projects else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        main: Tensor = self.main(x)
        return main.add_(self.shortcut(x))


class GlobalPoolModule(nn.Module):
    """Mean over positions: (n, width, side, side) -> (n, width)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1).mean((1, 2))  # so that its gradient is channels last


def build(network: Network, channels: int, classes: int) -> nn.Sequential:
    """The network from images, shape (n, channels, side, side), to logits, shape (n, classes).

    Weights are drawn from torch's global generator, and lie in memory as channels_last: on a
    CPU that takes about three quarters of the time.
    """
    model = sequence(
        layer
        for layers, times in repeated_layers(network, channels, classes)
        for _ in range(int(times))
        for layer in layers
    )
    model.apply(initialise)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def sequence(layers: Iterable[Layer]) -> nn.Sequential:
    """The layers' modules, one after the other."""
    return nn.Sequential(*map(module, layers))


def module(layer: Layer) -> nn.Module:
    """One declared layer as a torch module."""
    match layer:
        case Conv():
            return convolution(layer)
        case BatchNorm(width):
            return batch_norm(int(width))
        case ReLU():
            return nn.ReLU(inplace=True)
        case Sigmoid():
            return nn.Sigmoid()
        case MaxPool(kernel, stride):
            return nn.MaxPool2d(kernel, stride, padding=kernel // 2)
        case GlobalPool():
            return GlobalPoolModule()
        case Linear(w_in, w_out):
            return nn.Linear(int(w_in), w_out)
        case Excite():
            return ExciteModule(layer)
        case Residual():
            return ResidualModule(layer)


def convolution(conv: Conv) -> nn.Conv2d:
    """A padded convolution of w_in / group width groups."""
    w_in, w_out = int(conv.w_in), int(conv.w_out)
    pointwise = conv.kernel == 1 and conv.group_width is None
    return (PointwiseConvolution if pointwise else nn.Conv2d)(
        w_in,
        w_out,
        conv.kernel,
        conv.stride,
        padding=conv.kernel // 2,
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
