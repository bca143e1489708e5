"""IDX files, as MNIST and Fashion-MNIST are published, compressed or not.

Two zero bytes, a byte for the type (8: unsigned), a byte for the number of axes, the length
of each as a big-endian number of four bytes, then the values.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database; Fashion-MNIST arXiv 1708.07747.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.packing.arrays import Arrays, PackingError, checked

NAME = "fashion-mnist"

PLACES = (Path("/usr/share/datasets/fashion-mnist"),)
"""Where Debian's package dataset-fashion-mnist puts the files."""

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def fashion_mnist(folder: Path | None) -> Arrays:
    """The arrays of the four files in `folder`, or where Debian has them.

    Raises:
        PackingError: a file is missing, broken, or doesn't fit the others.
    """
    folder = folder or next((place for place in PLACES if place.is_dir()), PLACES[0])
    arrays = {}
    for part, (images, labels) in FILES.items():
        found = checked(NAME, part, read(find(folder, images)), read(find(folder, labels)))
        highest = int(found[1].max())
        if highest >= len(CLASSES):
            raise PackingError(f"{NAME}: {part} labels should be 0 to 9, go to {highest}")
        arrays[part] = found
    return arrays


def find(folder: Path, name: str) -> Path:
    """The file, compressed or not.

    Raises:
        PackingError: neither is there.
    """
    files = [folder / f"{name}.gz", folder / name]
    for file in files:
        if file.is_file():
            return file
    raise PackingError(f"neither {files[0]} nor {files[1].name} beside it exists")


def read(file: Path) -> NDArray[np.uint8]:
    """The array of an IDX file.

    Raises:
        PackingError: no such format, or cut off.
    """
    try:
        content = file.read_bytes()
        if file.suffix == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise PackingError(f"{file} can't be read: {error}") from None
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise PackingError(
            f"{file}: an IDX file of bytes begins with 000008, not {content[:3].hex()}"
        )
    axes = content[3]
    try:
        shape = struct.unpack_from(f">{axes}I", content, 4)
    except struct.error:
        raise PackingError(f"{file}: cut off in its header") from None
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * axes)
    if values.size != math.prod(shape):
        raise PackingError(f"{file}: should hold {shape} bytes, holds {values.size}")
    return values.reshape(shape)
