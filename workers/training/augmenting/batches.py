"""Batches of one epoch: shuffled, shifted and flipped by index arithmetic.

A shift by (dy, dx) shows pixel (y + dy, x + dx) and a flip shows columns backwards: both only
say *which* pixels an image shows. So drawing a batch, shifting and flipping it is one gather
from the resident images. All of it is drawn from (seed, epoch): an epoch is the same wherever
the run was started, and no state of a generator needs to be kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from designspace.regimes import Regime
from workers.training.data import Images


def pad(images: Images, shift: int) -> Images:
    """Room to shift into: `shift` black pixels on each side."""
    return Images(F.pad(images.pixels, (0, 0, shift, shift, shift, shift)), images.labels)


def steps_per_epoch(n: int, regime: Regime) -> int:
    """Batches of an epoch over n images: whole ones only, or all n as one."""
    return max(1, n // regime.batch_size)


def batches(
    padded: Images, regime: Regime, seed: int, epoch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of an epoch, on the device of the labels.

    Args:
        padded: images with `regime.shift` more pixels on each side; those that are too many
            for the device stay on the host, unpadded.
        epoch: from 1.

    Yields:
        pixels uint8 (batch, side, side, channels) and labels int64 (batch,).
    """
    n, device = len(padded), padded.labels.device
    rng = generator(seed, epoch)
    order = torch.randperm(n, generator=rng)
    moves, there = Moves.drawn(n, regime, rng).to(device), order.to(device)
    side = regime.resolution if regime.crop_area == 1 else padded.pixels.shape[1]
    for step in range(steps_per_epoch(n, regime)):
        batch = slice(step * regime.batch_size, (step + 1) * regime.batch_size)
        rows, columns = moves[batch].shown(side)
        pixels, place = padded.pixels, there[batch]
        labels = padded.labels[place]
        if padded.on_host:
            some = Images(sent(pixels[order[batch]], device), labels)
            pixels = pad(some, regime.shift).pixels
            place = torch.arange(len(labels), device=device)
        yield pixels[place[:, None, None], rows[:, :, None], columns[:, None, :]], labels


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor of the host on the device, which the host doesn't wait for."""
    if device.type == "cpu":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)


def generator(seed: int, epoch: int) -> torch.Generator:
    """The source of an epoch's randomness: on the CPU, so it is the same on every device."""
    (state,) = np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state))


@dataclass(frozen=True)
class Moves:
    """How each of n images is shifted and whether it is mirrored, shape (n, 1) each."""

    top: Tensor
    left: Tensor
    mirrored: Tensor

    @classmethod
    def drawn(cls, n: int, regime: Regime, rng: torch.Generator) -> Moves:
        """As the regime has it."""
        top, left = torch.randint(0, 2 * regime.shift + 1, (2, n, 1), generator=rng)
        if regime.flip:
            return cls(top, left, torch.rand(n, 1, generator=rng) < 0.5)
        return cls(top, left, torch.zeros(n, 1, dtype=torch.bool))

    def to(self, device: torch.device) -> Moves:
        return Moves(self.top.to(device), self.left.to(device), self.mirrored.to(device))

    def __getitem__(self, batch: slice) -> Moves:
        return Moves(self.top[batch], self.left[batch], self.mirrored[batch])

    def shown(self, side: int) -> tuple[Tensor, Tensor]:
        """Rows and columns of its padded image that each image shows, (n, side) each."""
        along = torch.arange(side, device=self.top.device)
        columns = torch.where(self.mirrored, along.flip(0), along)
        return self.top + along, self.left + columns
