"""Opening of a file by its format: the source of its rows."""

from __future__ import annotations

from pathlib import Path

from services.errors import Refused
from services.exchange.tables.numerals import Numerals
from services.exchange.tables.plan import Format, Plan
from services.exchange.tables.sources.columnar import Arrow, Parquet
from services.exchange.tables.sources.delimited import Delimited, Dialect
from services.exchange.tables.sources.expanded import expanded
from services.exchange.tables.sources.objects import Objects
from services.exchange.tables.sources.source import Data, Source


def opened(data: Data, format: Format, dialect: Dialect, partial: bool = False) -> Source:
    """The rows of a file, or of the beginning of one of text.

    Raises:
        Refused: it is none of its format.
        TooLarge: it has more bytes or columns than are taken.
    """
    if format == "csv":
        return expanded(Delimited(data, dialect))
    if format in ("json", "jsonl", "sweep"):
        return Objects(data, format, dialect.encoding, partial)
    if isinstance(data, bytes):
        raise Refused("file", format, "the whole file, which this format needs")
    return Parquet(data) if format == "parquet" else Arrow(data)


def by_plan(path: Path, plan: Plan) -> Source:
    """The rows of a file as a plan says that it is written."""
    return opened(path, plan.format, dialect_of(plan))


def dialect_of(plan: Plan) -> Dialect:
    return Dialect(plan.encoding, plan.separator, plan.quote, plan.header, plan.skip)


def numerals_of(plan: Plan) -> Numerals:
    """How numbers are written; in JSON that are texts, as in text."""
    return Numerals(plan.decimal, plan.thousands)


def missing(plan: Plan, source: Source) -> list[str]:
    """Columns of the plan that the file lacks."""
    there = set(source.names)
    return [
        one.source for one in plan.columns if one.role != "ignored" and one.source not in there
    ]


def refuse_missing(plan: Plan, source: Source) -> None:
    """Raises Refused."""
    if lacking := missing(plan, source):
        listed = ", ".join(source.names[:20])
        raise Refused("columns", lacking[0], f"columns that the file has: {listed}"[:500])
