"""The packed form of a data set: a folder of arrays, and a manifest that says what they are.

DATA_DIR/datasets/NAME/ holds PART-pixels.npy, uint8 (n, side, side, channels), and
PART-labels.npy, int64 (n,), for the parts `train` and `test`; manifest.json holds their sizes,
SHA-256, the statistics of the train images, and what was skipped. A folder appears under its
name when all of it is on the disk: whoever finds a manifest finds the rest.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import Field, ValidationError

from designspace.regimes import DIGITS
from designspace.values import Frozen
from workers.disk import locks
from workers.disk.files import synchronise
from workers.packing.arrays import Arrays, Labels, PackingError, Pixels, statistics

FOLDER = "datasets"
PARTS = ("train", "test")


class Part(Frozen):
    """One part of a data set, as its two files have it."""

    images: int = Field(ge=1)
    side: int = Field(ge=1, description="pixels")
    channels: int = Field(ge=1)
    pixels_sha256: str
    labels_sha256: str


class Skipped(Frozen):
    """An image that could not be read."""

    image: str  # its path in the source
    why: str


class Manifest(Frozen):
    """What a packed data set is, and where it came from."""

    format: int = 1
    name: str
    source: str = Field(description="what was packed, in words")
    classes: tuple[str, ...] = Field(description="names, in the order of the labels")
    parts: dict[str, Part]
    mean: tuple[float, ...] = Field(description="of each channel over the train pixels")
    std: tuple[float, ...] = Field(description="likewise; 1 for a channel that never changes")
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = Field((), description="what else is not as the source has it")

    @property
    def digest(self) -> str:
        """What tells two data sets of one name apart, 16 hex digits."""
        sums = [(name, p.pixels_sha256, p.labels_sha256) for name, p in self.parts.items()]
        return hashlib.sha256(repr(sorted(sums)).encode()).hexdigest()[:16]


def place(data_dir: Path, name: str) -> Path:
    """The folder of a packed data set, there or not."""
    return data_dir / FOLDER / name


def pixels_file(folder: Path, part: str) -> Path:
    return folder / f"{part}-pixels.npy"


def labels_file(folder: Path, part: str) -> Path:
    return folder / f"{part}-labels.npy"


def save(
    data_dir: Path, name: str, source: str, classes: tuple[str, ...], arrays: Arrays
) -> Manifest:
    """Pack arrays that fit into memory."""
    with staging(data_dir, name) as folder:
        for part, (pixels, labels) in arrays.items():
            np.save(pixels_file(folder, part), pixels)
            np.save(labels_file(folder, part), labels.astype(np.int64))
        return finish(data_dir, name, source, classes)


@contextlib.contextmanager
def staging(data_dir: Path, name: str) -> Iterator[Path]:
    """The folder in which `name` is packed, this process's alone; a killed one's is kept.

    Raises:
        PackingError: another process packs it at the moment.
    """
    folder = data_dir / FOLDER / f".{name}.packing"
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        if not locks.take(lock):
            raise PackingError(f"{name} is being packed by another process")
        yield folder
    finally:
        os.close(lock)


def finish(
    data_dir: Path,
    name: str,
    source: str,
    classes: tuple[str, ...],
    skipped: tuple[Skipped, ...] = (),
    notes: tuple[str, ...] = (),
) -> Manifest:
    """Describe the arrays in the staging folder, and put it in its place."""
    folder = data_dir / FOLDER / f".{name}.packing"
    mean, std = statistics(np.load(pixels_file(folder, "train"), mmap_mode="r"))
    manifest = Manifest(
        name=name,
        source=source,
        classes=classes,
        parts={part: described(folder, part) for part in PARTS},
        mean=mean,
        std=std,
        skipped=skipped,
        notes=notes,
    )
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1))
    wanted = {file(folder, part).name for file in (pixels_file, labels_file) for part in PARTS}
    for file in folder.iterdir():
        if file.name in wanted | {"manifest.json"}:
            _synchronise(file)
        else:
            file.unlink()  # a journal
    synchronise(folder)
    folder.rename(place(data_dir, name))
    synchronise(data_dir / FOLDER)
    return manifest


def described(folder: Path, part: str) -> Part:
    """A part as its files are."""
    pixels = np.load(pixels_file(folder, part), mmap_mode="r")
    images, side, _, channels = pixels.shape
    return Part(
        images=images,
        side=side,
        channels=channels,
        pixels_sha256=sha256(pixels_file(folder, part)),
        labels_sha256=sha256(labels_file(folder, part)),
    )


def read(data_dir: Path, name: str) -> Manifest | None:
    """The manifest of a packed data set; None where there is none.

    Raises:
        PackingError: it can't be read.
    """
    file = place(data_dir, name) / "manifest.json"
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValidationError) as error:
        raise PackingError(f"{file} can't be read: {error}") from None


def every(data_dir: Path) -> list[Manifest]:
    """All packed data sets, by name."""
    folders = sorted((data_dir / FOLDER).glob("[!.]*/manifest.json"))
    found = (read(data_dir, file.parent.name) for file in folders)
    return [manifest for manifest in found if manifest is not None]


def present(data_dir: Path) -> list[str]:
    """Names of the data sets that a training would find here, the shipped one among them."""
    folder = data_dir / FOLDER
    packed = {file.parent.name for file in folder.glob("[!.]*/manifest.json")}
    arrays = {file.stem for file in folder.glob("*.npz")}
    return sorted(packed | arrays | {DIGITS.data})


def arrays_of(data_dir: Path, manifest: Manifest, part: str) -> tuple[Pixels, Labels]:
    """Pixels, mapped and not read, and labels of a part.

    Raises:
        PackingError: a file is missing or has not the size that the manifest says.
    """
    folder, about = place(data_dir, manifest.name), manifest.parts[part]
    shape = (about.images, about.side, about.side, about.channels)
    try:
        # Copy on write: torch wants to be able to write, and nobody does.
        pixels = np.load(pixels_file(folder, part), mmap_mode="c")
        labels = np.load(labels_file(folder, part))
    except (OSError, ValueError) as error:
        raise PackingError(f"{folder}: {part} can't be read: {error}") from None
    if pixels.shape != shape or labels.shape != shape[:1]:
        raise PackingError(f"{folder}: {part} should be {shape}, is {pixels.shape}")
    return pixels, labels


def wrong(data_dir: Path, manifest: Manifest) -> list[str]:
    """The files of a data set that are not what was packed."""
    folder = place(data_dir, manifest.name)
    expected = {
        file(folder, part): digest
        for part, about in manifest.parts.items()
        for file, digest in (
            (pixels_file, about.pixels_sha256),
            (labels_file, about.labels_sha256),
        )
    }
    return [
        file.name
        for file, digest in expected.items()
        if not file.exists() or sha256(file) != digest
    ]


def remove(data_dir: Path, name: str) -> None:
    """Remove a packed data set, if it is there."""
    shutil.rmtree(place(data_dir, name), ignore_errors=True)


def sha256(file: Path) -> str:
    """The checksum of a file, in hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _synchronise(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
