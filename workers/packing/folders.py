"""Folders of images, in ImageNet's layout: train/CLASS/*, val/CLASS/* (or test/CLASS/*).

Each image becomes a square of one side: the shorter side is scaled to it, then the middle is
cut out. Pixels are appended to a file, and a journal beside it says after every few hundred
images how many of the source are done: after a kill at any moment packing goes on there. What
can't be read is skipped, and named in the journal and the manifest.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from workers import files
from workers.packing import store
from workers.packing.arrays import PackingError
from workers.packing.store import Manifest, Skipped

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".ppm"})
PARTS = {"train": ("train",), "test": ("val", "test")}
"""The folders that may hold a part."""

SIDES = (4, 1024)
BATCH = 256
"""Images between two entries in the journal: what a kill costs at most."""

HEADER = 128
"""Bytes before the pixels of an .npy file, whatever their number."""


@dataclass(frozen=True)
class Source:
    """The images of one part, in order, and the class of each."""

    root: Path
    images: tuple[Path, ...]
    labels: tuple[int, ...]
    side: int

    @property
    def digest(self) -> str:
        """Of the list: another one is another packing."""
        listed = [str(image.relative_to(self.root)) for image in self.images]
        return hashlib.sha256(json.dumps([listed, self.side]).encode()).hexdigest()


def pack(
    data_dir: Path,
    name: str,
    root: Path,
    side: int,
    advance: Callable[[str, int, int], None] = lambda part, done, of: None,
) -> Manifest:
    """Pack the images below `root`, or go on with it.

    Args:
        side: of a stored image, pixels.
        advance: is told the part, images done and images in all.

    Raises:
        PackingError: no images, or classes of the parts that differ.
    """
    if not SIDES[0] <= side <= SIDES[1]:
        raise PackingError(f"side {side} should be {SIDES[0]} to {SIDES[1]} pixels")
    classes, sources = listed(root, side)
    with store.staging(data_dir, name) as folder:
        skipped: list[Skipped] = []
        for part, source in sources.items():
            skipped += pack_part(folder, part, source, advance)
        about = f"images of {root.name}, middle square of side {side}"
        return store.finish(data_dir, name, about, classes, tuple(skipped))


def listed(root: Path, side: int) -> tuple[tuple[str, ...], dict[str, Source]]:
    """The classes, and the images of each part, by name."""
    folders = {part: folder_of(root, names) for part, names in PARTS.items()}
    classes = tuple(sorted(one.name for one in folders["train"].iterdir() if one.is_dir()))
    others = {one.name for one in folders["test"].iterdir() if one.is_dir()} - {*classes}
    if others:
        raise PackingError(f"{folders['test']}: classes that train lacks: {sorted(others)}")
    sources = {}
    for part, folder in folders.items():
        found = [(image, i) for i, one in enumerate(classes) for image in images(folder / one)]
        if not found:
            raise PackingError(f"{folder}: no images in folders of classes")
        files, labels = zip(*found, strict=True)
        sources[part] = Source(root, files, labels, side)
    return classes, sources


def folder_of(root: Path, names: tuple[str, ...]) -> Path:
    """The first of the folders that is there."""
    for name in names:
        if (root / name).is_dir():
            return root / name
    raise PackingError(f"{root} has no folder {' or '.join(names)}")


def images(folder: Path) -> Iterator[Path]:
    """Files whose ending is an image's, by name."""
    if folder.is_dir():
        yield from sorted(one for one in folder.iterdir() if one.suffix.lower() in ENDINGS)


def pack_part(
    folder: Path, part: str, source: Source, advance: Callable[[str, int, int], None]
) -> list[Skipped]:
    """Append what the journal does not have yet, then write the header and the labels."""
    journal, pixels = folder / f"{part}.journal", store.pixels_file(folder, part)
    done, skipped = resume(journal, source)
    pixels.touch()
    with pixels.open("rb+") as stream, ThreadPoolExecutor(os.cpu_count()) as pool:
        size = 3 * source.side**2
        stream.truncate(HEADER + (done - len(skipped)) * size)  # an unfinished batch goes
        stream.seek(0, os.SEEK_END)
        while done < len(source.images):
            batch = source.images[done : done + BATCH]
            for image, found in zip(batch, pool.map(decoder(source.side), batch), strict=True):
                if isinstance(found, bytes):
                    stream.write(found)
                else:
                    skipped.append(
                        Skipped(image=str(image.relative_to(source.root)), why=found.why)
                    )
            done += len(batch)
            synchronise(stream)
            note(journal, source, done, skipped)
            advance(part, done, len(source.images))
        write_header(stream, done - len(skipped), source.side)
        synchronise(stream)
    missing = {one.image for one in skipped}
    kept = [
        label
        for image, label in zip(source.images, source.labels, strict=True)
        if str(image.relative_to(source.root)) not in missing
    ]
    if not kept:
        raise PackingError(f"{part}: none of {done} images can be read")
    np.save(store.labels_file(folder, part), np.array(kept, np.int64))
    return skipped


def resume(journal: Path, source: Source) -> tuple[int, list[Skipped]]:
    """Images of the source that are done, and what was skipped; none of another list."""
    try:
        noted = json.loads(files.read(journal))
    except (FileNotFoundError, files.Corrupt):
        return 0, []
    if noted["source"] != source.digest:
        return 0, []
    return noted["done"], [Skipped.model_validate(one) for one in noted["skipped"]]


def note(journal: Path, source: Source, done: int, skipped: list[Skipped]) -> None:
    """Say how far it is, once the pixels are on the disk."""
    noted = {
        "source": source.digest,
        "done": done,
        "skipped": [one.model_dump() for one in skipped],
    }
    files.write(journal, json.dumps(noted).encode())


def synchronise(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def write_header(stream: BinaryIO, n: int, side: int) -> None:
    """Make an .npy file of it: uint8 (n, side, side, 3)."""
    header = io.BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (n, side, side, 3)}
    np.lib.format.write_array_header_1_0(header, about)
    assert len(header.getvalue()) == HEADER
    stream.seek(0)
    stream.write(header.getvalue())


@dataclass(frozen=True)
class Unreadable:
    why: str


def decoder(side: int) -> Callable[[Path], bytes | Unreadable]:
    """What makes the pixels, uint8 (side, side, 3), of an image file."""
    from PIL import Image, ImageOps  # here: who packs other data does without

    def decode(file: Path) -> bytes | Unreadable:
        try:
            with Image.open(file) as image:
                image.draft("RGB", (2 * side, 2 * side))  # JPEG: decoded smaller
                square = ImageOps.fit(
                    image.convert("RGB"), (side, side), Image.Resampling.BILINEAR
                )
                return square.tobytes()
        except Exception as error:  # a broken file may raise anything
            return Unreadable(f"{type(error).__name__}: {error}"[:200])

    return decode
