"""RandAugment for batches: of each image a few operations, all of one magnitude.

The fourteen operations of arXiv 1909.13719, section 3. At magnitude 1 an image is turned by 30
degrees, sheared by 0.3, translated by 0.45 of its side, and its colour, contrast, brightness or
sharpness changed by a factor of 1 -+ 0.9; signs are drawn. What comes in from outside is black.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional as F

from columns.arrays import Floats, Ints
from workers.training.augmenting.batches import sent

GREY = (0.299, 0.587, 0.114)
"""Luma of red, green and blue (ITU-R BT.601)."""

Operation: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Images (m, channels, side, side), 0 to 255, and signed magnitudes (m, 1, 1, 1) -> images."""


def apply(images: Tensor, times: int, magnitude: float, rng: Generator) -> Tensor:
    """`times` operations of each image, drawn with replacement."""
    for _ in range(times):
        chosen = rng.integers(len(OPERATIONS), size=len(images))
        signed = magnitude * rng.choice((-1.0, 1.0), len(images))
        images = carried_out(images, chosen, signed)
    return images


def carried_out(images: Tensor, chosen: Ints, signed: Floats) -> Tensor:
    """Each image after the operation of its number."""
    result = images.clone()
    for number, operation in enumerate(OPERATIONS.values()):
        (which,) = np.nonzero(chosen == number)
        if which.size:
            place = sent(torch.from_numpy(which), images.device)
            by = sent(torch.from_numpy(signed[which]).float(), images.device)
            result[place] = operation(images[place], by[:, None, None, None])
    return result


def identity(images: Tensor, by: Tensor) -> Tensor:
    return images


def auto_contrast(images: Tensor, by: Tensor) -> Tensor:
    """Each channel from 0 to 255, but for one that never changes."""
    low, high = images.amin((2, 3), keepdim=True), images.amax((2, 3), keepdim=True)
    return torch.where(high > low, (images - low) * 255 / (high - low).clamp(min=1), images)


def equalise(images: Tensor, by: Tensor) -> Tensor:
    """Each channel's values spread until all are about equally frequent, as Pillow does it.

    A channel of fewer than 255 pixels beside its brightest ones stays: there is no step.
    """
    values = images.round().long().flatten(2)  # (m, channels, positions)
    counts = values.new_zeros(*values.shape[:2], 256)
    counts.scatter_add_(2, values, torch.ones_like(values))
    brightest = counts.gather(2, values.amax(2, keepdim=True))
    step = (values.shape[2] - brightest) // 255  # pixels a value is to have
    darker = counts.cumsum(2) - counts
    spread = ((darker + step // 2) // step.clamp(min=1)).clamp(max=255)
    equal = spread.gather(2, values).view(images.shape).to(images.dtype)
    return torch.where(step[..., None] > 0, equal, images)


def solarise(images: Tensor, by: Tensor) -> Tensor:
    """Bright pixels inverted, the more the lower the threshold."""
    return torch.where(images >= 256 * (1 - by.abs()), 255 - images, images)


def posterise(images: Tensor, by: Tensor) -> Tensor:
    """8 down to 4 bits a pixel."""
    step = 2 ** (4 * by.abs()).round()
    return (images / step).floor() * step


def colour(images: Tensor, by: Tensor) -> Tensor:
    """More or less colour; grey images stay."""
    return blended(grey(images), images, by) if images.shape[1] == 3 else images


def contrast(images: Tensor, by: Tensor) -> Tensor:
    """Further from or nearer to the mean."""
    return blended(grey(images).mean((2, 3), keepdim=True), images, by)


def brightness(images: Tensor, by: Tensor) -> Tensor:
    """Further from or nearer to black."""
    return blended(torch.zeros_like(images), images, by)


def sharpness(images: Tensor, by: Tensor) -> Tensor:
    """Further from or nearer to a smoothed image."""
    return blended(smooth(images), images, by)


def smooth(images: Tensor) -> Tensor:
    """The mean of each pixel, five times, and its eight neighbours; the rim stays."""
    channels = images.shape[1]
    kernel = images.new_ones(channels, 1, 3, 3)
    kernel[:, :, 1, 1] = 5
    smoothed = images.clone()
    smoothed[:, :, 1:-1, 1:-1] = F.conv2d(images, kernel / 13, groups=channels)
    return smoothed


def grey(images: Tensor) -> Tensor:
    """One channel: luma of three, else the mean."""
    if images.shape[1] != 3:
        return images.mean(1, keepdim=True)
    red, green, blue = images.unbind(1)
    return (GREY[0] * red + GREY[1] * green + GREY[2] * blue)[:, None]


def blended(base: Tensor, images: Tensor, by: Tensor) -> Tensor:
    """base + (1 + 0.9 by) (images - base), from 0 to 255."""
    return (base + (1 + 0.9 * by) * (images - base)).clamp(0, 255)


def moved(entries: Callable[[Tensor], tuple[Tensor | float, ...]]) -> Operation:
    """The operation whose affine map has the six `entries`, row by row, of a magnitude (m,)."""

    def operation(images: Tensor, by: Tensor) -> Tensor:
        flat = by.flatten()
        rows = [torch.as_tensor(e, device=flat.device).expand(len(flat)) for e in entries(flat)]
        maps = torch.stack(rows, 1).view(-1, 2, 3)
        grid = F.affine_grid(maps, list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, align_corners=False)

    return operation


OPERATIONS: dict[str, Operation] = {
    "identity": identity,
    "auto_contrast": auto_contrast,
    "equalise": equalise,
    "solarise": solarise,
    "posterise": posterise,
    "colour": colour,
    "contrast": contrast,
    "brightness": brightness,
    "sharpness": sharpness,
    "rotate": moved(
        lambda m: (
            (m * np.pi / 6).cos(),
            -(m * np.pi / 6).sin(),
            0.0,
            (m * np.pi / 6).sin(),
            (m * np.pi / 6).cos(),
            0.0,
        )
    ),
    "shear_x": moved(lambda m: (1.0, 0.3 * m, 0.0, 0.0, 1.0, 0.0)),
    "shear_y": moved(lambda m: (1.0, 0.0, 0.0, 0.3 * m, 1.0, 0.0)),
    # A coordinate of 2 is a side.
    "translate_x": moved(lambda m: (1.0, 0.0, 0.9 * m, 0.0, 1.0, 0.0)),
    "translate_y": moved(lambda m: (1.0, 0.0, 0.0, 0.0, 1.0, 0.9 * m)),
}
