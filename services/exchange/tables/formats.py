"""Formats: what kind of file this is, by what it begins with; its name is a hint only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from services.errors import Refused
from services.exchange.tables.plan import Encoding, Format
from services.exchange.tables.sources import records, sweeps
from services.exchange.tables.sources.columnar import ARROW, FEATHER_1, PARQUET
from services.exchange.tables.sources.source import Data

STREAM = b"\xff\xff\xff\xff"
"""An Arrow stream's first message begins so."""
PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "a zip file (or a spreadsheet)",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of Excel",
    b"SQLite format 3": "a database of SQLite",
    b"%PDF": "PDF",
    b"\x89HDF": "HDF5",
}
READ = "CSV, TSV, JSON, JSON Lines, Parquet, Arrow, or a sweep.json of pycls; not packed"
BOMS: tuple[tuple[bytes, Encoding], ...] = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def of(head: bytes, name: str) -> Format:
    """The format of a file that begins so.

    Raises:
        Refused: it is none that is read.
    """
    if not head.strip():
        raise Refused("file", f"{len(head)} bytes", "a table with at least one row")
    if head.startswith(PARQUET):
        return "parquet"
    if head.startswith((ARROW, FEATHER_1, STREAM)):
        return "arrow"
    for begins, kind in PACKED.items():
        if head.startswith(begins):
            raise Refused("file", kind, READ)
    text = head.decode(encoding(head), errors="replace").removeprefix("\ufeff").lstrip()
    if text.startswith(("{", "[")):
        return _of_json(text, name)
    if "\x00" in text[:4096]:
        raise Refused("file", "bytes that are no text", READ)
    return "csv"


def encoding(head: bytes) -> Encoding:
    """How text is encoded: by its mark, by its zeros, or UTF-8 where it can be that."""
    for mark, found in BOMS:
        if head.startswith(mark):
            return found
    first = head[:4096]
    if len(first) > 3 and first[1::2].count(0) > 0.4 * len(first) / 2 > 2 * first[::2].count(0):
        return "utf-16-le"
    if len(first) > 3 and first[::2].count(0) > 0.4 * len(first) / 2 > 2 * first[1::2].count(0):
        return "utf-16-be"
    return "utf-8" if is_utf8(head) else "windows-1252"


def is_utf8(head: bytes) -> bool:
    """Whether bytes are UTF-8, the last character perhaps cut."""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.end >= len(head) - 1
    return True


def _of_json(text: str, name: str) -> Format:
    """JSON, a sweep, or a JSON object a line; CSV where it only begins so."""
    source = text.encode(errors="replace")
    if text.startswith("[") and _is_csv(text):
        return "csv"
    if text.startswith("{") and _goes_on(text):
        return "jsonl"
    first = next(_first(source), None)
    if isinstance(first, dict) and sweeps.is_sweep(first):
        return "sweep"
    if PurePath(name).suffix.lower() in (".jsonl", ".ndjson") and text.startswith("{"):
        return "jsonl"
    return "json"


def _first(source: Data) -> Iterator[object]:
    """The first record, if any can be read."""
    try:
        for _, record in records.of_document(source, "utf-8", partial=True):
            yield record
            return
    except Refused:
        return


def _goes_on(text: str) -> bool:
    """Whether another object follows the first on a line of its own."""
    try:
        _, end = records.DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        first, _, rest = text.partition("\n")
        return first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    rest = text[end:].lstrip(" \t\r")
    return rest.startswith("\n") and rest.lstrip().startswith("{")


def _is_csv(text: str) -> bool:
    """Whether a table's first cell only begins like a list."""
    first = text.lstrip("[ \t\r\n")[:1]
    return bool(first) and first not in '{["-0123456789tfnIN]'
