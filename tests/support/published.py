"""Published data sets as files, and tiny ones of the same form.

The real ones are never part of the project: tests that want them look in ../shared/data, or
where SHARED_DATA says, and are skipped elsewhere.
"""

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from places import ROOT

SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))


def shared(name):
    """The path of something in the shared folder; the test is skipped where it is not."""
    if not (SHARED / name).exists():
        pytest.skip(f"no {SHARED / name}")
    return SHARED / name


def write_idx(file, array):
    """An IDX file of bytes, compressed where its name ends in .gz."""
    header = b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    content = header + array.tobytes()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)


def fashion_arrays(train=40, test=20):
    """Random images of 28 x 28 in 10 classes, by the names of their files."""
    rng = np.random.default_rng(0)
    return {
        "train-images-idx3-ubyte": rng.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        "train-labels-idx1-ubyte": (np.arange(train) % 10).astype(np.uint8),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        "t10k-labels-idx1-ubyte": (np.arange(test) % 10).astype(np.uint8),
    }


def write_fashion(folder, ending=".gz", **sizes):
    """The four files of a small Fashion-MNIST."""
    folder.mkdir(exist_ok=True)
    for name, array in fashion_arrays(**sizes).items():
        write_idx(folder / f"{name}{ending}", array)
    return folder


def referred(name):
    """A file of the reference folder beside that of data; the test is skipped without it."""
    file = SHARED.parent / "reference" / name
    if not file.exists():
        pytest.skip(f"no {file}")
    return file
