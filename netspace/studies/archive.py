"""Archives as files: what `netspace export` and `netspace import` do.

At a first start the archives of a folder come in, each once: finished studies beside the live
one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from db.session import Database
from netspace.settings import Settings
from netspace.stack.errors import CannotStart
from services.errors import Refused, TooLarge, WrongArchive
from services.exchange import archives, exports, imports
from services.exchange.report import Count, Report
from services.sampling import records

HERE = Path(__file__).parents[2] / "reference"


def export(
    database: Database, names: Sequence[str], file: Path, commit: str | None = None
) -> int:
    """Write populations, by name or id, to a file; its bytes.

    Raises:
        CannotStart: no such population, too many networks, or the file can't be written.
    """
    with database.read() as session:
        ids = {record.name: record.id for record in records.every(session)}
        known = {str(id): id for id in ids.values()} | ids
        for name in names:
            if name not in known:
                raise CannotStart(f"no population {name!r}; there are: {', '.join(ids)}")
        content = exports.archive(session, [known[name] for name in names], commit)
    try:
        packed = archives.pack(content)
    except TooLarge as error:
        raise CannotStart(str(error)) from None
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        partial.write_bytes(packed)
        partial.replace(file)
    except OSError as error:
        raise CannotStart(f"{file} can't be written: {error.strerror}") from None
    return len(packed)


def load(database: Database, file: Path) -> Report:
    """Import a file.

    Raises:
        CannotStart: it can't be read, or is refused: what is wrong, and where.
    """
    try:
        with file.open("rb") as opened:
            return imports.load(database, opened.read(archives.LARGEST_FILE + 1))
    except OSError as error:
        raise CannotStart(f"{file} can't be read: {error.strerror}") from None
    except (WrongArchive, Refused) as error:
        raise CannotStart(f"{file} is refused:\n{error}") from None


def said(report: Report) -> str:
    """The report in a few lines."""

    def line(what: str, count: Count) -> str:
        return f"{what:<12} {count.added:>7,} added, {count.there:>7,} already there"

    names = ("spaces", "regimes", "networks", "populations", "results", "failures")
    lines = [line(name, getattr(report, name)) for name in names]
    lines += [
        f"{name!r} is another one here: imported as {new!r}"
        for name, new in report.renamed.items()
    ]
    if report.pending:
        lines.append(f"{report.pending:,} jobs had not ended: they wait, paused")
    if report.kept:
        lines.append(f"{report.kept:,} results not taken: their jobs ended here without one")
    return "\n".join(lines)


def to_load(settings: Settings) -> list[Path]:
    """The archives of the reference folder, if the settings want a demo at all."""
    folder = settings.reference_dir or HERE
    return sorted(folder.glob(f"*{archives.SUFFIX}")) if settings.demo else []


def load_reference(database: Database, settings: Settings) -> list[str]:
    """Import those that are not here yet; a line about each. One refused stops nothing."""
    lines = []
    for file in to_load(settings):
        with database.read() as session:
            if imports.known(session, file.read_bytes()):
                continue
        try:
            report = load(database, file)
        except CannotStart as refused:
            lines.append(str(refused))
        else:
            lines.append(f"{file.name}: {report.results.added:,} results of a finished study")
    return lines
