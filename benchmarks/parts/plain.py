"""A training loop as it is usually written, to compare ours with.

The exported PyTorch file of the network (contiguous, plain modules), a DataLoader over a
dataset whose items are augmented one by one, torch's SGD as it comes, and `loss.item()` after
each step. One process of one thread, like ours.
"""

from __future__ import annotations

import math
import random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

from designspace.layers.source import to_torch
from designspace.networks.network import Network
from designspace.regimes import Regime
from workers.training.data import DataSet


class Augmented(Dataset[tuple[Tensor, Tensor]]):
    """Images that become floats, are flipped, shifted and normalised one by one."""

    def __init__(self, data: DataSet, regime: Regime) -> None:
        planes = data.train.pixels.permute(0, 3, 1, 2).contiguous()
        self.stored = TensorDataset(planes, data.train.labels)
        self.mean, self.std = data.mean[:, None, None] / 255, data.std[:, None, None] / 255
        self.regime = regime

    def __len__(self) -> int:
        return len(self.stored)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        pixels, label = self.stored[index]
        image = pixels.float() / 255
        side, shift = self.regime.resolution, self.regime.shift
        if self.regime.flip and random.random() < 0.5:
            image = image.flip(-1)
        if shift:
            image = F.pad(image, (shift, shift, shift, shift))
            top, left = random.randint(0, 2 * shift), random.randint(0, 2 * shift)
            image = image[:, top : top + side, left : left + side]
        return (image - self.mean) / self.std, label


def model_of(network: Network, regime: Regime) -> nn.Module:
    """The module of the network's PyTorch file, as anybody would use it."""
    namespace: dict[str, Any] = {}
    source = to_torch(network, regime.channels, regime.classes)
    exec(compile(source, "exported.py", "exec"), namespace)
    model: nn.Module = namespace["build"]()
    return model


def sgd(model: nn.Module, regime: Regime) -> torch.optim.SGD:
    """SGD, not fused."""
    return torch.optim.SGD(
        model.parameters(),
        regime.lr,
        momentum=regime.momentum,
        weight_decay=regime.weight_decay,
        nesterov=True,
    )


def epoch(
    model: nn.Module, optimiser: torch.optim.SGD, regime: Regime, loader: DataLoader[Any]
) -> float:
    """The first epoch; the mean loss."""
    losses = []
    steps = regime.epochs * len(loader)
    for step, (images, labels) in enumerate(loader):
        optimiser.param_groups[0]["lr"] = regime.lr * (1 + math.cos(math.pi * step / steps)) / 2
        optimiser.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def loader_of(data: DataSet, regime: Regime) -> DataLoader[Any]:
    """Batches in another order each time."""
    return DataLoader(
        Augmented(data, regime), batch_size=regime.batch_size, shuffle=True, drop_last=True
    )
