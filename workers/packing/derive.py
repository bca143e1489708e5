"""Smaller data sets made of packed ones: fewer train images, and fewer pixels of each.

A derivation is stated and seeded. Its shuffle sorts the raw output of PCG64, which numpy never
changes, so the same images are taken everywhere and for ever.

The test images are all kept, or left out entirely: a set with `held_out` images is for
choosing (a learning rate, say), and shows other train images in their place. So what was
chosen can still be tested on images that had no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from columns.arrays import Ints
from workers.packing import store
from workers.packing.arrays import PackingError, Pixels
from workers.packing.store import Manifest


@dataclass(frozen=True)
class Derivation:
    """`train` images, the first of a shuffle, of which `pool` x `pool` pixels become one."""

    source: str  # name of a packed data set
    pool: int
    train: int
    seed: int
    held_out: int = 0  # train images, the next of the shuffle, in the place of the test images

    def __str__(self) -> str:
        pooled = f", {self.pool}x{self.pool} mean-pooled, rounded to nearest"
        test = f"the next {self.held_out:,} of the train images" if self.held_out else "all"
        return (
            f"{self.source}{pooled if self.pool > 1 else ''}; train: "
            f"the first {self.train:,} of a shuffle of seed {self.seed}; test: {test}"
        )


DERIVED = {
    "fashion-14": Derivation("fashion-mnist", pool=2, train=4000, seed=0),
    "fashion-validation": Derivation(
        "fashion-mnist", pool=1, train=50_000, seed=0, held_out=10_000
    ),
    "cifar10-validation": Derivation("cifar10", pool=1, train=45_000, seed=0, held_out=5000),
}
"""Data sets that are packed along with their source."""


def derive(data_dir: Path, name: str, derivation: Derivation) -> Manifest:
    """Pack the data set `name` as it is derived.

    Raises:
        PackingError: its source is not packed, or too small.
    """
    source = store.read(data_dir, derivation.source)
    if source is None:
        raise PackingError(f"{name} is made of {derivation.source}, which is not packed")
    pixels, labels = store.arrays_of(data_dir, source, "train")
    wanted = derivation.train + derivation.held_out
    if derivation.train < 1 or not 0 < wanted <= len(labels):
        raise PackingError(
            f"{name}: {wanted} train images wanted, {derivation.source} has 1 to {len(labels)}"
        )
    order = shuffled(len(labels), derivation.seed)
    taken, others = order[: derivation.train], order[derivation.train : wanted]
    tests, test_labels = store.arrays_of(data_dir, source, "test")
    if derivation.held_out:
        tests, test_labels = pixels[others], labels[others]
    arrays = {
        "train": (pooled(pixels[taken], derivation.pool), labels[taken]),
        "test": (pooled(tests, derivation.pool), test_labels),
    }
    return store.save(data_dir, name, str(derivation), source.classes, arrays)


def shuffled(n: int, seed: int) -> Ints:
    """0 .. n - 1 in an order that depends on the seed alone."""
    return np.argsort(np.random.PCG64(seed).random_raw(n), kind="stable")


def pooled(pixels: Pixels, by: int) -> Pixels:
    """Means of `by` x `by` pixels, rounded to nearest, half up.

    Raises:
        PackingError: the side, shape (n, side, side, channels), is no multiple of `by`.
    """
    n, side, _, channels = pixels.shape
    if by < 1 or side % by:
        raise PackingError(f"{by}x{by} pixels can't be pooled in images of {side} x {side}")
    tiles = pixels.reshape(n, side // by, by, side // by, by, channels)
    sums = tiles.sum((2, 4), dtype=np.uint32)
    means: Pixels = ((2 * sums + by * by) // (2 * by * by)).astype(np.uint8)
    return means
