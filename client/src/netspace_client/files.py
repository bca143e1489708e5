"""Files of rows: their forms by name, and files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, get_args

FileForm: TypeAlias = Literal["csv", "parquet", "arrow"]
FORMS: dict[str, FileForm] = {f".{form}": form for form in get_args(FileForm)}


def form_of(path: str | PathLike[str]) -> FileForm:
    """The form that a file's name ends in.

    Raises:
        ValueError: it ends in none.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMS:
        raise ValueError(f"path: should end in {', '.join(FORMS)}, got {str(path)!r}")
    return FORMS[suffix]


@contextmanager
def whole(path: str | PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write, which takes its name once it is whole; what had the name stays else."""
    target = Path(path)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
