"""Augmentation of a batch on its device: what a regime asks for beyond shifts and flips.

Pixels are float32, 0 to 255, shape (n, channels, side, side). Each function takes a generator
on the host: what becomes of an image is drawn there, a few numbers each, and carried out for
the whole batch on the device, which nobody waits for. An epoch's draws come from its seed and
number, so an epoch is the same wherever a run was started.

Sources: random resized crop, arXiv 1409.4842 section 6; PCA lighting, Krizhevsky et al. 2012
section 4.1; label smoothing, arXiv 1512.00567 section 7; mixup, arXiv 1710.09412;
RandAugment, arXiv 1909.13719 (`randaugment` beside this says which of its operations).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional as F

from columns.arrays import Floats
from designspace.regimes import Regime
from workers.training.augmenting import randaugment
from workers.training.augmenting.batches import sent
from workers.training.data import DataSet

ASPECT = (3 / 4, 4 / 3)
"""Width over height of a random resized crop, log-uniform."""

EIGENVALUES = (0.2175, 0.0188, 0.0045)
EIGENVECTORS = (
    (-0.5675, 0.7192, 0.4009),
    (-0.5808, -0.0045, -0.8140),
    (-0.5836, -0.6948, 0.4203),
)
"""Of the covariance of ImageNet's red, green and blue, pixels from 0 to 1; a column each."""


def generator(seed: int, epoch: int) -> Generator:
    """The source of an epoch's augmentation; that of its order and shifts is another."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, epoch, 1))))


def augmented(
    data: DataSet, pixels: Tensor, labels: Tensor, regime: Regime, rng: Generator
) -> tuple[Tensor, Tensor]:
    """A batch as the network sees it.

    Args:
        pixels: uint8 (n, side, side, channels); labels int64 (n,).

    Returns:
        images float32 (n, channels, resolution, resolution), normalised, and targets: the
        labels, or with smoothing or mixup shares (n, classes) that sum to 1.
    """
    if regime.crop_area < 1 or regime.randaugment or regime.lighting:
        images = pixels.permute(0, 3, 1, 2).float()
        if regime.crop_area < 1:
            images = resized_crop(images, regime.resolution, regime.crop_area, rng)
        if regime.randaugment:
            images = randaugment.apply(images, regime.randaugment, regime.magnitude, rng)
        if regime.lighting:
            images = lit(images, regime.lighting, rng)
        pixels = images.permute(0, 2, 3, 1)
    images = data.normalise(pixels)
    if not regime.label_smoothing and not regime.mixup:
        return images, labels
    targets = smoothed(labels, regime.classes, regime.label_smoothing)
    return mixed(images, targets, regime.mixup, rng) if regime.mixup else (images, targets)


def resized_crop(images: Tensor, resolution: int, least: float, rng: Generator) -> Tensor:
    """A part of each image, of `least` to all of its area, in the side `resolution`.

    Bilinear and not smoothed before; what would stick out is cut to the image's size.
    """
    n = len(images)
    area = rng.uniform(least, 1, n)
    aspect = np.exp(rng.uniform(math.log(ASPECT[0]), math.log(ASPECT[1]), n))
    width, height = np.sqrt(area * aspect).clip(max=1), np.sqrt(area / aspect).clip(max=1)
    # In the coordinates of affine_grid an image reaches from -1 to 1.
    matrices = np.zeros((n, 2, 3))
    matrices[:, 0, 0], matrices[:, 1, 1] = width, height
    matrices[:, 0, 2] = rng.uniform(-1, 1, n) * (1 - width)
    matrices[:, 1, 2] = rng.uniform(-1, 1, n) * (1 - height)
    return warped(images, matrices, resolution, padding="border")


def warped(images: Tensor, matrices: Floats, side: int, padding: str = "zeros") -> Tensor:
    """Images as affine maps (n, 2, 3) of their coordinates show them: bilinear."""
    maps = sent(torch.from_numpy(matrices).float(), images.device)
    grid = F.affine_grid(maps, [len(images), images.shape[1], side, side], align_corners=False)
    shown = F.grid_sample(images, grid, padding_mode=padding, align_corners=False)
    return shown.contiguous(memory_format=torch.channels_last)


def lit(images: Tensor, deviation: float, rng: Generator) -> Tensor:
    """Each image in a light of another colour, along the main axes of colours."""
    weights = rng.normal(0, deviation, (len(images), 3)) * EIGENVALUES
    light = 255 * weights @ np.transpose(EIGENVECTORS)
    return images + sent(torch.from_numpy(light).float(), images.device)[:, :, None, None]


def smoothed(labels: Tensor, classes: int, smoothing: float) -> Tensor:
    """1 - smoothing for the label's class, and smoothing shared by all, shape (n, classes)."""
    shares = torch.full((len(labels), classes), smoothing / classes, device=labels.device)
    return shares.scatter_(1, labels[:, None], 1 - smoothing + smoothing / classes)


def mixed(
    images: Tensor, targets: Tensor, alpha: float, rng: Generator
) -> tuple[Tensor, Tensor]:
    """Images and targets, each lambda of itself and the rest of another; one lambda a batch."""
    share = rng.beta(alpha, alpha)
    other = sent(torch.from_numpy(rng.permutation(len(images))), images.device)
    return (
        share * images + (1 - share) * images[other],
        share * targets + (1 - share) * targets[other],
    )


def centre(pixels: Tensor, side: int, exact: bool = True) -> Tensor:
    """The middle of images (n, height, width, channels), `side` pixels a side.

    Not `exact`, images that are larger by one pixel are shown whole: what release 0.1 tested.
    """
    spare = pixels.shape[1] - side
    if spare == 0 or (spare == 1 and not exact):
        return pixels
    top = spare // 2
    return pixels[:, top : top + side, top : top + side]
