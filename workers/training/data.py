"""Data sets: small enough to lie in memory as tensors, so a batch is one indexing operation.

`digits` ships with scikit-learn; any other name is packed in DATA_DIR/datasets/NAME
(`workers.packing`), or is a file DATA_DIR/datasets/NAME.npz with the arrays x_train, y_train,
x_test, y_test. Pixels stay uint8, channels last, as the files have them; a batch becomes
float32 and is normalised when it is drawn.
"""

from __future__ import annotations

import functools
import importlib.util
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from columns.arrays import Ints
from designspace.regimes import Regime
from workers.packing import store
from workers.packing.arrays import PackingError
from workers.packing.store import Manifest
from workers.training import stratified

DIGITS_TRAIN = 1200
"""Of scikit-learn's 1,797 digits; the other 597 are the test images."""

SPLIT_SEED = 0

RESIDENT_BYTES = 4 << 30
"""Pixels of more bytes stay mapped on the host; a batch is read when it is drawn."""

COMMANDS = {
    "fashion-mnist": "fashion-mnist PATH",
    "fashion-14": "fashion-mnist PATH",
    "fashion-validation": "fashion-mnist PATH",
    "cifar10": "cifar10 PATH",
    "cifar10-validation": "cifar10 PATH",
    "cifar100": "cifar100 PATH",
    "imagenet": "folder PATH --name imagenet",
}
"""What packs the data sets that ready-made regimes name."""


class DataError(ValueError):
    """The data set is missing, unreadable, or does not fit the regime."""


@dataclass(frozen=True)
class Images:
    """n labelled images: pixels uint8 (n, side, side, channels), labels int64 (n,)."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def on_host(self) -> bool:
        """Whether they are too many to lie in memory, and are read as they are asked for."""
        return self.pixels.nbytes > RESIDENT_BYTES

    def to(self, device: torch.device) -> Images:
        pixels = self.pixels if self.on_host else self.pixels.to(device)
        return Images(pixels, self.labels.to(device))


@dataclass(frozen=True)
class DataSet:
    """Images to train on and to test on; mean and std of each channel over the former."""

    name: str
    train: Images
    test: Images
    mean: Tensor  # float32, shape (channels,), in units of a pixel's value
    std: Tensor
    digest: str = ""  # of a packed one: which images these are

    def to(self, device: torch.device) -> DataSet:
        return DataSet(
            self.name,
            self.train.to(device),
            self.test.to(device),
            self.mean.to(device),
            self.std.to(device),
            self.digest,
        )

    def normalise(self, pixels: Tensor) -> Tensor:
        """uint8 (n, side, side, channels) -> float32 (n, channels, side, side), channels_last.

        The permuted view is what makes grey images channels_last: with one channel,
        `contiguous(memory_format=...)` changes nothing and convolutions fall back to planes.
        """
        return ((pixels - self.mean) / self.std).permute(0, 3, 1, 2)


def load(name: str, data_dir: Path) -> DataSet:
    """The data set `name`.

    Raises:
        DataError: no such file, or not the arrays that it should have.
    """
    if name == "digits":
        return digits()
    try:
        manifest = store.read(data_dir, name)
        return from_arrays(name, data_dir) if manifest is None else packed(data_dir, manifest)
    except PackingError as error:
        raise DataError(str(error)) from None


def packed(data_dir: Path, manifest: Manifest) -> DataSet:
    """A packed data set; its pixels are mapped, and read when they are asked for."""
    train, test = (
        images(manifest.name, part, *store.arrays_of(data_dir, manifest, part))
        for part in store.PARTS
    )
    mean, std = torch.tensor(manifest.mean), torch.tensor(manifest.std)
    return DataSet(manifest.name, train, test, mean, std, manifest.digest)


def from_arrays(name: str, data_dir: Path) -> DataSet:
    """The data set of a file DATA_DIR/datasets/NAME.npz."""
    file = data_dir / "datasets" / f"{name}.npz"
    wanted = [f"{axis}_{part}" for part in ("train", "test") for axis in "xy"]
    try:
        with np.load(file, allow_pickle=False) as stored:
            x_train, y_train, x_test, y_test = (stored[array] for array in wanted)
    except FileNotFoundError:
        raise DataError(f"no data set {name!r}: {file} does not exist{how(name)}") from None
    except KeyError as missing:
        raise DataError(f"{file}: {missing.args[0]}; wanted are {wanted}") from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{file} can't be read: {error}") from None
    return data_set(
        name, images(name, "train", x_train, y_train), images(name, "test", x_test, y_test)
    )


def how(name: str) -> str:
    """How to get a data set that is known and not there."""
    command = COMMANDS.get(name)
    return f", nor is it packed: python -m netspace data pack {command}" if command else ""


@functools.cache
def digits() -> DataSet:
    """scikit-learn's 8x8 grey digits, every class split alike. Loaded once a process."""
    file = _scikit_learn() / "datasets" / "data" / "digits.csv.gz"
    rows = np.loadtxt(file, np.uint8, delimiter=",")
    pixels, labels = (
        rows[:, :-1].reshape(-1, 8, 8),
        rows[:, -1].astype(np.int64),
    )  # 0 .. 16, 0 .. 9
    train, test = stratified.split(labels, DIGITS_TRAIN, SPLIT_SEED)
    return data_set(
        "digits",
        images("digits", "train", pixels[train], labels[train]),
        images("digits", "test", pixels[test], labels[test]),
    )


def _scikit_learn() -> Path:
    """Where it is installed; to import it would take a second."""
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise DataError("no data set 'digits': scikit-learn is not installed")
    return Path(found.origin).parent


def images(name: str, part: str, pixels: NDArray[np.uint8], labels: Ints) -> Images:
    """Arrays of a file as tensors; a missing channel axis is one channel.

    Raises:
        DataError: other shapes or types than uint8 (n, h, w[, c]) and whole numbers (n,).
    """
    if pixels.dtype != np.uint8 or pixels.ndim not in (3, 4):
        raise DataError(
            f"{name}: x_{part} should be uint8 of shape (n, h, w) or (n, h, w, channels), "
            f"is {pixels.dtype} of shape {pixels.shape}"
        )
    if labels.dtype.kind not in "iu" or labels.shape != pixels.shape[:1] or not labels.size:
        raise DataError(
            f"{name}: y_{part} should be one whole number for each of {len(pixels)} images, "
            f"is {labels.dtype} of shape {labels.shape}"
        )
    if labels.min() < 0:
        raise DataError(f"{name}: labels should count from 0, y_{part} has {labels.min()}")
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    return Images(
        torch.from_numpy(np.ascontiguousarray(pixels)),
        torch.from_numpy(labels.astype(np.int64)),
    )


def data_set(name: str, train: Images, test: Images) -> DataSet:
    """Train and test images with the statistics of the former."""
    pixels = train.pixels.flatten(0, 2).double()  # one row a position
    std = pixels.std(dim=0, correction=0)
    return DataSet(
        name,
        train,
        test,
        mean=pixels.mean(dim=0).float(),
        std=torch.where(std > 0, std, 1.0).float(),  # a channel that never changes says nothing
    )


def check_fit(data: DataSet, regime: Regime) -> None:
    """Refuse a data set whose images are not what the regime says.

    Raises:
        DataError: which number differs, the one expected, and the one found.
    """
    side, cropped = regime.resolution, regime.crop_area < 1
    for part, given in (("train", data.train), ("test", data.test)):
        found = tuple(given.pixels.shape[1:])
        fits = found[0] == found[1] and (found[0] >= side if cropped else found[0] == side)
        if not fits or found[2] != regime.channels:
            raise DataError(
                f"{data.name}: the regime expects images of {side} x {side} pixels "
                f"{'or more ' if cropped else ''}and "
                f"{regime.channels} channels, {part} has {found[0]} x {found[1]} and {found[2]}"
            )
    classes = int(data.train.labels.max()) + 1
    if classes != regime.classes:
        raise DataError(
            f"{data.name}: the regime expects {regime.classes} classes, "
            f"the train labels go from 0 to {classes - 1}"
        )
    if (highest := int(data.test.labels.max())) >= classes:
        raise DataError(
            f"{data.name}: train labels go up to {classes - 1}, test labels to {highest}"
        )
    trained, tested = (
        torch.bincount(part.labels, minlength=classes) for part in (data.train, data.test)
    )
    if strangers := torch.nonzero((trained == 0) & (tested > 0)).flatten().tolist():
        raise DataError(f"{data.name}: test images of classes {strangers}, and none to train")
