"""Arrays of a data set: their form, and the statistics that normalise them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from columns.arrays import Ints

CHUNK = 4096
"""Images that are summed at once."""

Pixels: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = Ints
Arrays: TypeAlias = Mapping[str, tuple[Pixels, Labels]]
"""Pixels (n, side, side, channels) and labels (n,) of each part."""


class PackingError(ValueError):
    """The source is not what it should be, or the packed form not what was packed."""


def checked(
    name: str, part: str, pixels: NDArray[Any], labels: NDArray[Any]
) -> tuple[Pixels, Labels]:
    """Pixels with an axis for channels, and labels as int64.

    Raises:
        PackingError: another type or shape, or not as many labels as images.
    """
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1] != pixels.shape[2]:
        raise PackingError(
            f"{name}: {part} images should be uint8 and square, "
            f"are {pixels.dtype} of shape {pixels.shape}"
        )
    if labels.shape != pixels.shape[:1]:
        raise PackingError(f"{name}: {part} has {len(pixels)} images and {len(labels)} labels")
    return np.ascontiguousarray(pixels), labels.astype(np.int64)


def statistics(pixels: Pixels) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel, in units of a pixel's value.

    The sums are of whole numbers, so the result depends on no order.
    """
    total = np.zeros(pixels.shape[-1], np.int64)
    squares = np.zeros_like(total)
    for start in range(0, len(pixels), CHUNK):
        values = pixels[start : start + CHUNK].reshape(-1, pixels.shape[-1])
        for channel in range(values.shape[1]):
            counts = np.bincount(values[:, channel], minlength=256)
            total[channel] += counts @ np.arange(256)
            squares[channel] += counts @ np.arange(256) ** 2
    n = pixels.size // pixels.shape[-1]
    mean = total / n
    std = np.sqrt(np.maximum(squares / n - mean**2, 0))
    return tuple(mean.tolist()), tuple(np.where(std > 0, std, 1.0).tolist())
