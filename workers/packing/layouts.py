"""Which images of a folder are of which class, and what of it is no image of any.

    train/CLASS/*    val/CLASS/* (or test/)    ImageNet's; folders below a class belong to it
    train/CLASS/*    val/*, and a list         a file beside the images: FILE, CLASS a line

What begins with a dot, and what notebook servers, archives and file servers leave beside the
classes, is passed over. Whatever is left out is counted and named.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from workers.packing.arrays import PackingError
from workers.packing.pictures import is_image

PARTS = {"train": ("train",), "test": ("val", "test")}
"""The folders that may hold a part."""

WANTED = (
    "wanted are train/CLASS/* and val/CLASS/* (or test/), or in place of the latter images in "
    "val/ and beside them one list of FILE, CLASS a line (.txt, .csv or .tsv)"
)

LEFT_BY_OTHERS = frozenset(
    {
        "__macosx",
        "__pycache__",
        "desktop.ini",
        "ehthumbs.db",
        "lost+found",
        "thumbs.db",
        "system volume information",
        "$recycle.bin",
        "#recycle",
        "#snapshot",
        "@eadir",
        "@recently-snapshot",
        "@recycle",
        "@sharebin",
        "@tmp",
        "@transcode",
        "~snapshot",
    }
)
"""Names, in small letters, of what is beside people's data and none of it."""

Labelled: TypeAlias = list[tuple[Path, int]]
"""Images in order, each with the number of its class."""

LISTS = frozenset({".txt", ".csv", ".tsv"})

NAMED = 5
"""Of what is left out for one reason, so many are named."""

READING = 2
"""Raised when an image's pixels come out otherwise: what was begun before is begun anew."""


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
        told = json.dumps([READING, listed, self.labels, self.side])
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Layout:
    """What a folder holds."""

    classes: tuple[str, ...]
    sources: dict[str, Source]  # by part
    notes: tuple[str, ...]  # what was left out


@dataclass
class Notes:
    """What is to be said: what is left out, by reason, and other lines."""

    root: Path
    left_out: dict[str, list[Path]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def leave_out(self, why: str, path: Path) -> None:
        self.left_out.setdefault(why, []).append(path)

    def lines(self) -> tuple[str, ...]:
        left = sorted(self.left_out.items())
        return (*self.others, *(self._line(why, paths) for why, paths in left if paths))

    def _line(self, why: str, paths: list[Path]) -> str:
        names = ", ".join(escaped(path.relative_to(self.root)) for path in paths[:NAMED])
        more = f" and {len(paths) - NAMED:,} more" if len(paths) > NAMED else ""
        return f"left out {len(paths):,} ({why}): {names}{more}"


def read(root: Path, side: int) -> Layout:
    """The classes, and the images of each part, by name.

    Raises:
        PackingError: another layout, or a class without train images.
    """
    folders = {part: folder_of(root, names) for part, names in PARTS.items()}
    notes = Notes(root)
    train, classes = by_folder(folders["train"], None, notes)
    test = by_list(folders["test"], classes, notes)
    if test is None:
        test, _ = by_folder(folders["test"], classes, notes)
    sources = {}
    for part, found in (("train", train), ("test", test)):
        if not found:
            raise PackingError(f"{folders[part]}: no images in folders of classes; {WANTED}")
        images, labels = zip(*found, strict=True)
        sources[part] = Source(root, images, labels, side)
    if lost := lacking(classes, sources["train"].labels):
        raise PackingError(
            f"{folders['train']}: no images of {lost}: they would be tested and never trained. "
            f"Add some, or remove the class, from {folders['test'].name}, too"
        )
    return Layout(tuple(map(escaped, classes)), sources, notes.lines())


def lacking(classes: Sequence[str], labels: Iterable[int]) -> str:
    """The classes without a label, in words; empty where there are none."""
    found = set(labels)
    return ", ".join(escaped(one) for i, one in enumerate(classes) if i not in found)


def folder_of(root: Path, names: tuple[str, ...]) -> Path:
    """The first of the folders that is there."""
    for name in names:
        if (root / name).is_dir():
            return root / name
    raise PackingError(f"{root} has no folder {' or '.join(names)}; {WANTED}")


def by_folder(
    folder: Path, classes: tuple[str, ...] | None, notes: Notes
) -> tuple[Labelled, tuple[str, ...]]:
    """Images in folders of classes, each with its class, and the classes.

    Args:
        classes: those that there may be; None: all that there are.
    """
    below: dict[str, Path] = {}
    for entry in visible(folder, notes):
        path, name = Path(entry.path), normal(entry.name)
        if not entry.is_dir():
            notes.leave_out("in no folder of a class", path)
        elif other := below.get(name):
            raise PackingError(f"{folder}: two folders of one name, {other.name}")
        else:
            below[name] = path
    if classes is None:
        classes = tuple(sorted(one.name for one in below.values()))
        if not classes or classes == ("images",):
            raise PackingError(f"{folder}: no folders of classes; {WANTED}")
    known = {normal(one): i for i, one in enumerate(classes)}
    if others := sorted(one.name for name, one in below.items() if name not in known):
        raise PackingError(f"{folder}: classes that train lacks: {others}; {WANTED}")
    ordered = [(below[name], i) for name, i in known.items() if name in below]
    found = [(image, i, one) for one, i in ordered for image in images(one, notes)]
    if deeper := sum(image.parent != one for image, _, one in found):
        notes.others.append(f"{deeper:,} of {folder.name} lie in folders below their class")
    return [(image, i) for image, i, _ in found], classes


def by_list(folder: Path, classes: tuple[str, ...], notes: Notes) -> Labelled | None:
    """Images as a list beside them has them, each with its class; None where there is none.

    Raises:
        PackingError: several lists, or a row without a class that train has.
    """
    known = {normal(one): i for i, one in enumerate(classes)}
    if any(normal(one.name) in known for one in folder.iterdir() if one.is_dir()):
        return None
    aside = Notes(notes.root)
    present = list(images(folder, aside))
    named = {key: image for image in present for key in keys(image, folder)}
    lists = {file: rows(file) for file in lists_of(folder)}
    lists = {file: told for file, told in lists.items() if any(key in named for key, _ in told)}
    if len(lists) != 1:
        if lists:
            raise PackingError(f"{folder}: which is its list: {', '.join(map(str, lists))}?")
        return None
    [(listing, told)] = lists.items()
    labels: dict[Path, int] = {}
    strangers = 0
    for number, (key, label) in enumerate(told, 1):
        image = named.get(key)
        if image is None:
            strangers += number > 1  # the first may be the names of the columns
            continue
        words = [normal(label), *normal(label).split()[:1]]  # or a box follows
        i = next((known[word] for word in words if word in known), None)
        if i is None or labels.setdefault(image, i) != i:
            what = "a class that train lacks" if i is None else "a second class of one image"
            raise PackingError(f"{listing}, row {number}: {what}: {key!r}, {label!r}")
    for why, paths in aside.left_out.items():
        notes.left_out.setdefault(why, []).extend(one for one in paths if one != listing)
    for image in present:
        if image not in labels:
            notes.leave_out(f"not in {escaped(listing.name)}", image)
    if strangers:
        notes.others.append(
            f"{strangers:,} rows of {escaped(listing.name)} name no image of {folder.name}"
        )
    return [(image, labels[image]) for image in present if image in labels]


def lists_of(folder: Path) -> list[Path]:
    """Files that may be the list of a part: in its folder, or beside it by its name."""
    beside = [*folder.iterdir(), *folder.parent.glob(f"{folder.name}[._-]*")]
    return sorted(one for one in beside if one.suffix.lower() in LISTS and one.is_file())


def keys(image: Path, folder: Path) -> tuple[str, ...]:
    """What a list may call an image of a folder."""
    inside, beside = (image.relative_to(one).as_posix() for one in (folder, folder.parent))
    return (inside, beside, image.name, image.stem)


def images(folder: Path, notes: Notes, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """The images in a folder and in those below it, by name."""
    here = folder.resolve()
    if here in above:  # a link to what it lies in
        return
    for entry in visible(folder, notes):
        path = Path(entry.path)
        if entry.is_dir():
            yield from images(path, notes, above | {here})
        elif not entry.is_file():
            notes.leave_out("broken links, or no files", path)
        elif is_image(path):
            yield path
        else:
            ending = escaped(path.suffix) or "without an ending"
            notes.leave_out(f"no images: {ending}", path)


def visible(folder: Path, notes: Notes) -> Iterator[os.DirEntry[str]]:
    """What is in a folder, by name, but for what others leave there."""
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        if entry.name.startswith(".") or entry.name.lower() in LEFT_BY_OTHERS:
            notes.leave_out("hidden, or left by other programs", Path(entry.path))
        else:
            yield entry


def rows(listing: Path) -> list[tuple[str, str]]:
    """The first two fields of each row: separated by tabs, else commas, else blanks."""
    text = listing.read_bytes().decode("utf-8-sig", "surrogateescape")
    first = text.partition("\n")[0]
    delimiter = next((one for one in "\t,;" if one in first), " ")
    fields = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    return [(row[0].strip(), row[1].strip()) for row in fields if len(row) > 1]


def normal(name: str) -> str:
    """A name as all systems write it: some take accents apart."""
    return unicodedata.normalize("NFC", name)


def escaped(name: str | Path) -> str:
    """A name that can be shown and stored, whatever bytes it is made of."""
    text = os.fsencode(name).decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
