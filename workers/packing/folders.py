"""Folders of images, packed: `layouts` says which are of which class, `pictures` decodes them.

Pixels are appended to a file, and a journal beside it says after every few hundred
images how many of the source are done: after a kill at any moment packing goes on there. What
can't be read is skipped, and named in the journal and the manifest.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np

from workers.disk import files
from workers.packing import layouts, store
from workers.packing.arrays import PackingError
from workers.packing.layouts import Source, escaped, lacking
from workers.packing.pictures import decoder
from workers.packing.store import Manifest, Skipped

SIDES = (4, 1024)
BATCH = 256
"""Images between two entries in the journal: what a kill costs at most."""

HEADER = 128
"""Bytes before the pixels of an .npy file, whatever their number."""


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
        PackingError: no images, classes of the parts that differ, or a class without a train
            image that can be read.
    """
    if not SIDES[0] <= side <= SIDES[1]:
        raise PackingError(f"side {side} should be {SIDES[0]} to {SIDES[1]} pixels")
    layout = layouts.read(root, side)
    with store.staging(data_dir, name) as folder:
        skipped: list[Skipped] = []
        lost = {}
        for part, source in layout.sources.items():
            named, labels = pack_part(folder, part, source, advance)
            skipped += named
            lost[part] = lacking(layout.classes, labels)
            if lost["train"]:
                raise PackingError(
                    f"no train image of {lost['train']} can be read: they would be tested and "
                    f"never trained. First of {len(named):,}: {named[0].image}: {named[0].why}"
                )
        untested = (f"no test images of {lost['test']}",) if lost["test"] else ()
        about = f"images of {escaped(root.resolve().name)}, middle square of side {side}"
        return store.finish(
            data_dir, name, about, layout.classes, tuple(skipped), (*layout.notes, *untested)
        )


def pack_part(
    folder: Path, part: str, source: Source, advance: Callable[[str, int, int], None]
) -> tuple[list[Skipped], list[int]]:
    """Append what the journal does not have yet, then write the header and the labels.

    Returns:
        What was skipped, and the label of each image that was not.
    """
    journal, pixels = folder / f"{part}.journal", store.pixels_file(folder, part)
    done, skipped = resume(journal, source)
    pixels.touch()
    with pixels.open("rb+") as stream, ThreadPoolExecutor(os.cpu_count()) as pool:
        size = 3 * source.side**2
        stream.truncate(HEADER + (done - len(skipped)) * size)  # an unfinished batch goes
        stream.seek(0, os.SEEK_END)
        while done < len(source.images):
            batch = source.images[done : done + BATCH]
            for i, found in enumerate(pool.map(decoder(source.side), batch), done):
                if isinstance(found, bytes):
                    stream.write(found)
                else:
                    skipped[i] = found.why
            done += len(batch)
            synchronise(stream)
            note(journal, source, done, skipped)
            advance(part, done, len(source.images))
        write_header(stream, done - len(skipped), source.side)
        synchronise(stream)
    kept = [label for i, label in enumerate(source.labels) if i not in skipped]
    named = [
        Skipped(image=escaped(source.images[i].relative_to(source.root)), why=why)
        for i, why in skipped.items()
    ]
    if not kept:
        raise PackingError(
            f"{part}: none of {done} images can be read; {named[0].image}: {named[0].why}"
        )
    np.save(store.labels_file(folder, part), np.array(kept, np.int64))
    return named, kept


def resume(journal: Path, source: Source) -> tuple[int, dict[int, str]]:
    """Images of the source that are done, and why which were skipped; none of another list."""
    try:
        noted = json.loads(files.read(journal))
    except (FileNotFoundError, files.Corrupt):
        return 0, {}
    if noted["source"] != source.digest:
        return 0, {}
    return noted["done"], {int(i): why for i, why in noted["skipped"].items()}


def note(journal: Path, source: Source, done: int, skipped: dict[int, str]) -> None:
    """Say how far it is, once the pixels are on the disk."""
    noted = {"source": source.digest, "done": done, "skipped": skipped}
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
