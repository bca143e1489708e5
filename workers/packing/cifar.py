"""CIFAR-10 and CIFAR-100: the official archives, in their python or binary version.

Python: pickled dictionaries of data, uint8 (n, 3072), and labels. Binary: for each image its
label (CIFAR-100: the coarse, then the fine one) and its 3,072 bytes. Both have an image's red,
green and blue planes one after the other.

Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009;
https://www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

import io
import pickle
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columns.arrays import Ints
from workers.packing.arrays import Arrays, PackingError, checked

SIDE, BYTES = 32, 3 * 32 * 32


@dataclass(frozen=True)
class Kind:
    """One of the two data sets, and what its archives call things."""

    name: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    labels: bytes  # key of the labels in a pickled dictionary
    classes: int
    label_bytes: int  # before each image of the binary version; the last one counts


CIFAR10 = Kind(
    "cifar10",
    tuple(f"data_batch_{i}" for i in range(1, 6)),
    ("test_batch",),
    b"labels",
    10,
    1,
)
CIFAR100 = Kind("cifar100", ("train",), ("test",), b"fine_labels", 100, 2)

CLASSES_10 = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def read(archive: Path, kind: Kind) -> Arrays:
    """The arrays of an official archive.

    Raises:
        PackingError: no archive, a file of it is missing, or not as it should be.
    """
    files = members(archive, {*kind.train, *kind.test})
    return {
        "train": joined(archive, kind, "train", kind.train, files),
        "test": joined(archive, kind, "test", kind.test, files),
    }


def class_names(kind: Kind) -> tuple[str, ...]:
    """Names of the classes; CIFAR-100's are numbers, in the order of its labels."""
    return CLASSES_10 if kind is CIFAR10 else tuple(map(str, range(kind.classes)))


def members(archive: Path, wanted: set[str]) -> dict[str, tuple[bool, bytes]]:
    """Of each wanted file, by its name without ending: whether it is binary, its content."""
    found = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                stream = tar.extractfile(member) if path.stem in wanted else None
                if stream is not None and path.suffix in ("", ".bin"):
                    found[path.stem] = (path.suffix == ".bin", stream.read())
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise PackingError(f"{archive} can't be read: {error}") from None
    return found


def joined(
    archive: Path,
    kind: Kind,
    part: str,
    names: tuple[str, ...],
    files: dict[str, tuple[bool, bytes]],
) -> tuple[NDArray[np.uint8], Ints]:
    """Pixels and labels of several files, in order."""
    images, labels = [], []
    for name in names:
        if name not in files:
            raise PackingError(f"{archive} holds no {name} of {kind.name}")
        binary, content = files[name]
        pixels, numbers = (from_binary if binary else from_pickle)(name, content, kind)
        images.append(pixels)
        labels.append(numbers)
    found = checked(kind.name, part, np.concatenate(images), np.concatenate(labels))
    lowest, highest = int(found[1].min()), int(found[1].max())
    if lowest < 0 or highest >= kind.classes:
        raise PackingError(
            f"{kind.name}: {part} labels should be 0 to {kind.classes - 1}, "
            f"are {lowest} to {highest}"
        )
    return found


def from_binary(name: str, content: bytes, kind: Kind) -> tuple[NDArray[np.uint8], Ints]:
    """Pixels and labels of a file of the binary version."""
    width = kind.label_bytes + BYTES
    if not content or len(content) % width:
        raise PackingError(f"{name}: {len(content)} bytes are no multiple of {width}")
    rows = np.frombuffer(content, np.uint8).reshape(-1, width)
    labels = rows[:, kind.label_bytes - 1].astype(np.int64)
    return planes_last(rows[:, kind.label_bytes :]), labels


def from_pickle(name: str, content: bytes, kind: Kind) -> tuple[NDArray[np.uint8], Ints]:
    """Pixels and labels of a file of the python version."""
    try:
        stored = Numbers(io.BytesIO(content), encoding="bytes").load()
        pixels, labels = np.asarray(stored[b"data"]), np.asarray(stored[kind.labels], np.int64)
        return planes_last(pixels.reshape(-1, BYTES)), labels
    except (KeyError, TypeError, ValueError, EOFError, IndexError, AttributeError) as error:
        raise PackingError(f"{name}: {error!r}") from None
    except pickle.UnpicklingError as error:
        raise PackingError(f"{name}: {error}") from None


class Numbers(pickle.Unpickler):
    """Unpickles numpy arrays and plain values: a pickle could name any function to call."""

    def find_class(self, module: str, name: str) -> Any:
        from numpy._core import multiarray

        allowed = {"_reconstruct": multiarray._reconstruct, "scalar": multiarray.scalar}
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name in allowed:
            return allowed[name]
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        if (module, name) == ("_codecs", "encode"):  # how newer pythons write bytes for older
            import codecs

            return codecs.encode
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a data set")


def planes_last(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(n, 3072), planes one after the other -> (n, 32, 32, 3)."""
    return rows.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
