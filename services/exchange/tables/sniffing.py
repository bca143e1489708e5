"""Sniffing of a file: how it is written, and what its columns are likely to be."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa

from columns.arrays import Floats
from columns.quantities import declared
from services.errors import Refused
from services.exchange.tables import dialects, differences, formats, recognised, spellings
from services.exchange.tables.counting import counted
from services.exchange.tables.gathering import stored
from services.exchange.tables.limits import HEAD, LOOKED_AT
from services.exchange.tables.looked import Looked, looked_at
from services.exchange.tables.numerals import Numerals
from services.exchange.tables.opening import opened
from services.exchange.tables.plan import (
    ColumnPlan,
    Decimal,
    Encoding,
    Format,
    Kind,
    Plan,
    Quote,
    Repeats,
    Separator,
    Thousands,
)
from services.exchange.tables.recognised import RECOGNISERS, Networks
from services.exchange.tables.roles import BY_SIZE, COUNTS, Guess, guessed
from services.exchange.tables.sources.delimited import Dialect
from services.exchange.tables.sources.source import Data, Source, refuse_large

TEXT: frozenset[Format] = frozenset({"csv", "json", "jsonl", "sweep"})
TRIED: dict[Kind, int] = {
    "nas_bench_201": 1_000,
    "pycls": 300,
    "regnet": 300,
    "published": LOOKED_AT,
}
"""Rows whose networks are made, of each kind; the earlier kinds say more."""
SOME = 200
"""Of these that are counted."""
IMAGES = (
    (re.compile(r"cifar[-_ ]?100", re.IGNORECASE), 32, 100),
    (re.compile(r"imagenet[-_ ]?16[-_ ]?120", re.IGNORECASE), 16, 120),
    (re.compile(r"cifar", re.IGNORECASE), 32, 10),
    (re.compile(r"mnist", re.IGNORECASE), 28, 10),
)
"""Data sets by what names say of them: side and classes."""


@dataclass(frozen=True)
class Sniffed:
    """A plan, why each column is taken so, and the rows that it was sniffed from."""

    plan: Plan
    why: dict[str, str]  # by column
    columns: list[Looked]
    rows: list[int]  # of the file, from 0, that were looked at
    source: Source
    whole: bool  # whether all rows were looked at
    networks: Networks


def sniffed(path: Path, name: str, partial: bool = False) -> Plan:
    """The plan that a file seems to ask for.

    Args:
        name: of the file, a hint only.
        partial: only the file's beginning is here, so its last line may be cut; text formats.

    Raises:
        Refused: it is no table.
        TooLarge: it has more bytes or columns than are taken.
    """
    return sniff(path, name, partial).plan


@dataclass(frozen=True)
class Written:
    """How a file is written, as far as it is known; the rest is sniffed."""

    format: Format
    dialect: Dialect
    numerals: Numerals | None = None


def sniff(
    path: Path, name: str, partial: bool = False, written: Written | None = None
) -> Sniffed:
    """The same, with the rows and the reasons; `written`: as somebody says that it is."""
    head, whole = beginning(path, partial)
    format = written.format if written else formats.of(head, name)
    dialect = written.dialect if written else _dialect(head, format, path, whole)
    look = look_at(path, format, dialect, head, whole, partial)
    numerals = (written and written.numerals) or _numerals(look, dialect)
    columns = [replace(one, numerals=numerals) for one in look.columns]
    guesses = guessed(columns)
    kind, networks = _kind(columns, guesses)
    side, classes = _images(name, columns, guesses, kind)
    guesses = _counted_in(columns, guesses, networks, side, classes)
    plans = [guess.plan for guess in guesses]
    if all(plan.role == "ignored" for plan in plans):
        raise Refused(
            "file", ", ".join(look.source.names)[:80], "a table with numbers or names"
        )
    plan = Plan(
        format=format,
        encoding=cast(Encoding, dialect.encoding),
        separator=cast(Separator, dialect.separator),
        quote=cast(Quote, dialect.quote),
        decimal=cast(Decimal, numerals.decimal),
        thousands=cast(Thousands, numerals.thousands),
        header=dialect.header,
        skip=dialect.skip,
        columns=tuple(plans),
        networks=kind,
        resolution=side,
        classes=classes,
        repeats=_repeats(kind, plans),
    )
    why = {guess.plan.source: guess.why for guess in guesses}
    return Sniffed(plan, why, columns, look.rows, look.source, look.whole, networks)


def beginning(path: Path, partial: bool) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether they are all of it."""
    size = refuse_large(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
    return head, size <= HEAD and not partial


def _dialect(head: bytes, format: Format, path: Path, whole: bool) -> Dialect:
    """How text is written; of other formats nothing."""
    if format not in TEXT:
        return Dialect()
    encoding = formats.encoding(head)
    if encoding == "utf-8" and not whole and not _stays_utf8(path):
        encoding = "windows-1252"
    if format != "csv":
        return Dialect(encoding)
    text = head[: 2**18].decode(encoding, errors="replace").removeprefix("\ufeff")
    if len(head) > 2**18:
        text = text[: text.rfind("\n") + 1] or text
    return dialects.sniffed(text, encoding)


def _stays_utf8(path: Path) -> bool:
    """Whether all of a file is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(2**22):
                decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True)
class Look:
    """The first rows of a file."""

    source: Source
    columns: list[Looked]
    rows: list[int]
    whole: bool  # whether there are no others


def look_at(
    path: Path, format: Format, dialect: Dialect, head: bytes, whole: bool, partial: bool
) -> Look:
    """The first rows of a file as it is written, at most LOOKED_AT."""
    data: Data = path
    if format in TEXT and not whole:
        data = cut(head, format, dialect)
    source = opened(data, format, dialect, partial or not whole)
    blocks: list[dict[str, pa.Array]] = []
    rows: list[int] = []
    complete = True
    for block in source.blocks(set(source.names)):
        room = LOOKED_AT - len(rows)
        blocks.append({name: part.slice(0, room) for name, part in block.columns.items()})
        rows += block.rows[:room].tolist()
        if len(block) >= room:
            complete = len(block) == room and format not in TEXT
            break
    if not rows:
        _refuse_no_rows(source)
    numerals = Numerals()
    return Look(
        source,
        looked_at(source.names, blocks, numerals, whole and complete),
        rows,
        whole and complete,
    )


def _refuse_no_rows(source: Source) -> None:
    if source.refused.first:
        _, column, value, reason = source.refused.first[0]
        raise Refused(column or "file", value, f"a table with rows: {reason}")
    raise Refused("file", "no rows", "a table with at least one row")


def cut(head: bytes, format: Format, dialect: Dialect) -> bytes:
    """The beginning of a file without its last line, which may be cut."""
    if format in ("json", "sweep"):
        return head
    end = "\n".encode(dialect.encoding)
    if dialect.wide:
        head = head[: len(head) // 2 * 2]
        at = head.decode(dialect.encoding, errors="replace").rfind("\n") + 1
        return head[: 2 * at] if at else head
    at = head.rfind(end) + 1
    return head[:at] if at else head


def _numerals(look: Look, dialect: Dialect) -> Numerals:
    cells = (
        text
        for column in look.columns
        if not pa.types.is_floating(column.cells.type)
        for text in column.shown[:1000]
    )
    return dialects.numerals(cells, dialect.separator)


def _kind(columns: Sequence[Looked], guesses: Sequence[Guess]) -> tuple[Kind, Networks]:
    """What kind of networks the most of the first rows are, and these."""
    plans = [guess.plan for guess in guesses]
    best: tuple[Kind, Networks, float] = ("none", Networks(), 0.0)
    for kind in TRIED:
        found, tried = first_networks(kind, columns, plans)
        share = len(found.by_row) / max(1, tried)
        if share > best[2]:
            best = kind, found, share
    return best[:2]


def first_networks(
    kind: Kind, columns: Sequence[Looked], plans: Sequence[ColumnPlan]
) -> tuple[Networks, int]:
    """The networks of the first rows, if they are of a kind, and how many rows were tried."""
    found, rows = Networks(), TRIED.get(kind, 0)
    by_source = {column.source: column for column in columns}
    numbers = {
        plan.quantity: stored(by_source[plan.source].values[:rows], plan)
        for plan in plans
        if plan.role in ("parameter", "complexity") and plan.source in by_source
    }
    texts = {one.source: one.shown[:rows] for one in columns if one.share < 1}
    described = recognised.column_of(kind, texts)
    if kind == "none" or (kind != "regnet" and not described):
        return found, 0
    part = pa.array(texts[described], pa.string()) if described else None
    RECOGNISERS[kind]().read(found, 0, part, numbers)
    return found, min(rows, max(map(len, columns)))


def _images(
    name: str, columns: Sequence[Looked], guesses: Sequence[Guess], kind: Kind
) -> tuple[int, int]:
    """Side and classes of the images that the networks are for."""
    side, classes = (32, 10) if kind == "nas_bench_201" else (224, 1000)
    texts = [name, *(" ".join(one.texts[:1]) for one in columns if not one.numeric)]
    if kind != "nas_bench_201":
        found = [image for text in texts for image in IMAGES if image[0].search(text[:200])]
        side, classes = found[0][1:] if found else (side, classes)
    for column, guess in zip(columns, guesses, strict=True):
        called = _says(column)
        if "resolution" in (called, guess.plan.quantity):
            side = _usual(column, 4, 1024) or side
        if called == "classes":
            classes = _usual(column, 1, 1_000_000) or classes
    return side, classes


def _says(column: Looked) -> str:
    """What of the images a column of numbers says, if it does."""
    if not column.numeric:
        return ""
    words = spellings.words(spellings.parted(column.source)[1])
    if words.endswith("num_classes") or words in ("n_classes", "classes"):
        return "classes"
    return spellings.ours(words, False) or ""


def _usual(column: Looked, least: int, most: int) -> int | None:
    """The number that most rows have, if it may be one."""
    values, times = np.unique(column.finite, return_counts=True)
    if not len(values):
        return None
    usual = float(values[times.argmax()])
    return int(usual) if usual == int(usual) and least <= usual <= most else None


def _counted_in(
    columns: Sequence[Looked],
    guesses: Sequence[Guess],
    networks: Networks,
    side: int,
    classes: int,
) -> list[Guess]:
    """Units of counts by the networks of the rows, where names don't say them."""
    if not networks.by_row:
        return list(guesses)
    rows = list(networks.by_row)[:SOME]
    own = next(
        (
            column.values
            for column, guess in zip(columns, guesses, strict=True)
            if guess.plan.quantity == "resolution"
        ),
        None,
    )
    sides = [
        int(own[row]) if own is not None and 4 <= own[row] <= 1024 else side for row in rows
    ]
    ours = counted([networks.by_row[row] for row in rows], sides, 3, classes)
    return [
        _in_units(column, guess, rows, ours)
        for column, guess in zip(columns, guesses, strict=True)
    ]


def _in_units(column: Looked, guess: Guess, rows: list[int], ours: dict[str, Floats]) -> Guess:
    plan = guess.plan
    if plan.quantity not in ours or BY_SIZE not in guess.why:
        return guess
    factor = differences.unit(column.values[rows], ours[plan.quantity], (1e6, 1e9, 1.0, 1e3))
    if factor is None:
        return guess
    quantity = declared(plan.quantity)
    said = f" in {COUNTS[factor]}" if factor != 1 else ""
    return Guess(
        plan.model_copy(update={"factor": factor}),
        f"{quantity.label if quantity else ''}{said}, as the rows' networks are counted",
    )


def _repeats(kind: Kind, plans: Sequence[ColumnPlan]) -> Repeats:
    """Rows of one published name are trained in different ways: apart, as what has no name."""
    if any(plan.role == "seed" for plan in plans):
        return "mean"
    named = kind != "none" or any(plan.role == "name" for plan in plans)
    return "mean" if named and kind != "published" else "apart"
