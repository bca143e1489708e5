"""Commands that ask a running server, from here or elsewhere: what it says, in a terminal.

Where no address is given and none runs at the settings' own, the local database is read.
A side is a population's name or id, perhaps under constraints: `"RegNetX;depth=5..8"`.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import typer

from netspace import addresses, braille
from netspace.commands import checked_settings, fail, of_the_lab, opened, plain_errors
from netspace.settings import TOKEN, URL, load
from netspace.stack import ports

if TYPE_CHECKING:
    from netspace_client import Lab, Population
    from netspace_client.answers import Estimate, TableLook

SERVER = typer.Option(
    None,
    "--url",
    envvar=URL,
    help="where the server is; a path may follow. By default the one of NETSPACE_PORT here; "
    "without one the local database is read",
)
SHOWN = typer.Option(
    None, "--token", envvar=TOKEN, help="ns_..; others on this machine see what stands here"
)
AS_JSON = typer.Option(False, "--json", help="JSON as REST has it")
Form: TypeAlias = Literal["csv", "parquet", "arrow"]


def complete(incomplete: str) -> list[str]:
    """Names of populations that begin so, for a shell; none where no server says them."""
    from netspace_client import Retries, connect

    with suppress(Exception):  # a shell that completes has nobody to tell
        settings = load()
        url = os.environ.get(URL) or settings.here
        once = Retries(attempts=1)
        with connect(url, os.environ.get(TOKEN), timeout=1.0, retries=once) as lab:
            names = (one.name for one in lab.populations())
            return [name for name in names if name.startswith(incomplete)]
    return []


SIDE = typer.Argument(
    help='a name or an id, perhaps with constraints: "NAME;depth=5..8"', autocompletion=complete
)
SIDES = typer.Argument(
    help='two to six, each a name or an id: "NAME;depth=5..8"', autocompletion=complete
)
LINES = 12
WIDEST = 72


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (status, populations, edf, compare, watch):
        app.command()(command)
    app.command()(export)
    app.command("import")(import_file)


@contextmanager
def asking(url: str | None, token: str | None) -> Iterator[Lab]:
    """The lab at an address, or here; what it refuses ends the command with a line."""
    try:
        import netspace_client
    except ImportError:
        fail("the client is not installed: pip install ./client in a checkout", code=1)
    try:
        with plain_errors(), _reached(url, token) as lab:
            yield lab
    except (netspace_client.Error, TimeoutError) as error:
        fail(str(error), code=1)
    except ValueError as wrong:
        fail(str(wrong), code=2)


@contextmanager
def _reached(url: str | None, token: str | None) -> Iterator[Lab]:
    """The server at the address, that of the settings, or their database."""
    import netspace_client

    if url is not None:
        with netspace_client.connect(url, token) as lab:
            yield lab
        return
    settings = of_the_lab(checked_settings())
    if ports.answers(settings.host, settings.port):
        with netspace_client.connect(settings.here, token) as lab:
            yield lab
        return
    from netspace import local

    with (
        local.answering(settings) as way,
        netspace_client.connect(settings.here, token, transport=way) as lab,
    ):
        where = addresses.shown(settings.database)
        typer.echo(f"netspace: no server at {settings.here}: read from {where}", err=True)
        yield lab


def say(record: Any) -> None:
    """One line of JSON, at once."""
    from netspace_client.records import said

    typer.echo(json.dumps(said(record)))


def status(
    url: str | None = SERVER, token: str | None = SHOWN, as_json: bool = AS_JSON
) -> None:
    """How far a server is: its populations' networks, and its workers."""
    with asking(url, token) as lab:
        every, workers = lab.populations(), lab.workers()
    sums = {
        name: sum(getattr(one.progress, name) for one in every)
        for name in ("total", "done", "failed", "cancelled", "running", "queued", "paused")
    }
    if as_json:
        say({"url": lab.url, "populations": len(every), **sums, "workers": workers})
        return
    held = [f"{number} {what}" for what, number in sums.items() if number and what != "total"]
    typer.echo(f"{lab.url}: {len(every)} populations of {sums['total']} networks")
    typer.echo(", ".join(held) or "nothing trained yet")
    for one in workers:
        word = f"{len(one.jobs) + one.others} jobs" if one.alive else "silent"
        typer.echo(f"{one.name} ({one.device}): {word}, {one.jobs_per_minute:.1f} a minute")
    if not workers:
        typer.echo("no worker")


def populations(
    search: str = typer.Argument("", help="words of names, studies, owners, notes and tags"),
    archived: bool = typer.Option(False, "--archived", help="those put away, too"),
    deleted: bool = typer.Option(False, "--deleted", help="instead those that are deleted"),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Populations, oldest first, with how far they are."""
    with asking(url, token) as lab:
        away = None if archived else False
        every = lab.deleted() if deleted else lab.populations(search or None, archived=away)
    if as_json:
        say(every)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from netspace_client.progress import words

    table = Table("id", "name", "space", "regime", "progress", box=None, pad_edge=False)
    for one in every:
        of = (one.space_name or one.kind, one.regime_name or "")
        facts = (str(one.id), one.name, *of, words(one.progress))
        table.add_row(*map(Text, facts))  # no markup of rich's in a name
    Console().print(table)


def edf(
    side: str = SIDE,
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """The error EDF of a population, drawn."""
    width = min(WIDEST, shutil.get_terminal_size().columns - 6)
    with asking(url, token) as lab:
        population, constraints = found(lab, side)
        answer = population.edf(constraints, points=2 * max(width, 10))
    if as_json:
        say(answer)
        return
    selection = answer.selection
    typer.echo(f"{side}: {selection.n} networks, {selection.diverged} of them diverged")
    if not selection.n:
        return
    drawn = braille.curve(answer.share.tolist(), LINES)
    labels = {0: "1.0", LINES // 2: "0.5", LINES - 1: "0.0"}
    for place, line in enumerate(drawn):
        typer.echo(f"{labels.get(place, ''):>3} ┤{line}")
    if answer.error.size:
        least, most = f"{answer.error[0]:.2f} %", f"{answer.error[-1]:.2f} % error"
        typer.echo(f"     {least}{most:>{max(len(drawn[0]) - len(least), 0)}}")
    for name in ("best", "median"):
        value = getattr(answer, name)
        typer.echo(f"{name} {'none' if value is None else f'{value:.2f} %'}")


def compare(
    sides: list[str] = SIDES,
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Which of two or more populations is better, by how much, and whether it is decided."""
    with asking(url, token) as lab:
        written = [f"{one.id}{text}" for one, text in (parted(lab, side) for side in sides)]
        answer = lab.compare(*written)
    if as_json:
        say(answer)
        return
    for side in answer.sides:
        typer.echo(f"{side.label}: {side.selection.n} networks, median {words(side.median)}")
    for pair in answer.pairs:
        typer.echo(
            f"{pair.verdict} (theta {words(pair.theta)}, decided: {pair.decided.outcome})"
        )
    for warning in answer.warnings:
        typer.echo(f"netspace: {warning}", err=True)


def watch(
    name: str = typer.Argument(help="of a population, or its id", autocompletion=complete),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Follow a population until no job of it is left; with --json an event a line."""
    with asking(url, token) as lab:
        population, _ = parted(lab, name)
        if not as_json:
            ended = population.wait()
            from netspace_client.progress import words

            typer.echo(f"{ended.name}: {words(ended.progress)}")
            return
        for activity in population.watch():
            say(activity)
            if activity.progress.ended:
                return


def export(
    side: list[str] = typer.Argument(
        None,
        help='a name or an id, perhaps with constraints: "NAME;depth=5..8", or NAME depth=5..8',
        autocompletion=complete,
    ),
    output: Path = typer.Option(..., "-o", "--output", help="file to write"),
    form: Form | None = typer.Option(
        None, "--format", help="of rows; by default what the file's name ends in"
    ),
    columns: str = typer.Option("", help="of rows: these alone, by comma"),
    sort: str | None = typer.Option(
        None, help="of rows: by a column; - in front: largest first"
    ),
    provenance: bool = typer.Option(
        False, "--provenance", help="of rows: say of what they are"
    ),
    population: list[str] = typer.Option(
        [],
        help="instead of rows: name or id, once for each; with all measurements, from the "
        "database to an archive NAME.json.gz",
    ),
    commit: str | None = typer.Option(
        None, help="of an archive: that measured them, where git can't tell"
    ),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Save a population's networks as CSV, Parquet or Arrow, or populations as an archive."""
    if bool(side) == bool(population):
        fail("what is exported? rows of one population, or --population and an archive", code=2)
    if population:
        written: dict[str, Any] = {"format": "archive"}
        with opened() as database:
            from netspace.studies import archive

            archive.export(database, population, output, commit)
    else:
        with asking(url, token) as lab:
            of, constraints = found(lab, ";".join(side))
            names = [name.strip() for name in columns.split(",") if name.strip()]
            with _writing(output):
                of.save(
                    output,
                    constraints,
                    form=form,
                    sort=sort,
                    columns=names,
                    provenance=provenance,
                )
            written = {"population": of.id, "format": form or output.suffix[1:].lower()}
    size = output.stat().st_size
    if as_json:
        say({"file": str(output), "bytes": size} | written)
    else:
        typer.echo(f"netspace: {output} has {size:,} bytes")


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        fail(f"{file} can't be written: {error.strerror}", code=1)


def import_file(
    file: Path = typer.Argument(
        help="CSV, TSV, JSON, Parquet, Arrow, sweep.json of pycls; or an archive of `export`"
    ),
    name: str = typer.Option("", help="of the population; by default the file's"),
    plan: Path | None = typer.Option(None, help="how it is read: JSON, as --look gives it"),
    look: bool = typer.Option(False, "--look", help="only say how it would be read"),
    visibility: Literal["private", "lab", "public"] = typer.Option("lab", help="who sees it"),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Somebody else's table as a population, and what became of its rows.

    Of an archive: what it has and the local database lacks.
    """
    if is_archive(file):
        with opened() as database:
            from netspace.studies import archive

            typer.echo(archive.said(archive.load(database, file)))
        return
    try:
        given = None if plan is None else json.loads(plan.read_text())
        with asking(url, token) as lab:
            if look:
                say_look(lab.look_at_table(file, given), as_json)
                return
            made = lab.import_table(name or file.stem, file, given, visibility=visibility)
            report = made.report()
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", code=2)
    if as_json:
        say({"population": made, "report": report})
        return
    typer.echo(f"population {made.id}, {made.name}: {report.taken} of {report.rows} rows")
    for reason, rows in report.refused_by_reason.items():
        typer.echo(f"  refused {rows}: {reason}")
    if report.networks:
        typer.echo(f"  {report.networks} of them are networks")
    for one in report.differences:
        said = f"{one.quantity} is {one.factor:g} times ours in {one.networks}"
        typer.echo(f"  {said}, as of {one.example}: {one.reason}")
    for note in report.notes:
        typer.echo(f"  {note}")


def is_archive(file: Path) -> bool:
    """Whether a file is one that `export --population` has written, or is named like one."""
    from services.exchange.archives import SUFFIX

    if file.name.endswith(SUFFIX):
        return True
    try:
        with gzip.open(file) as opened:
            return b'"netspace-archive"' in opened.read(100)
    except (OSError, EOFError, zlib.error):
        return False


def say_look(found: TableLook, as_json: bool) -> None:
    """How a table would be read; as JSON the plan alone, to be changed and given back."""
    if as_json:
        typer.echo(json.dumps(found.plan, indent=2))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns: Any = found.plan["columns"]
    roles = {one["source"]: (one["role"], one["quantity"]) for one in columns}
    table = Table("column", "is", "as", "first", "why", box=None, pad_edge=False)
    for one in found.columns:
        first = one.texts[0] if one.texts else ""
        role, quantity = roles.get(one.source, ("ignored", ""))
        table.add_row(*map(Text, (one.source, role, quantity, first, one.why)))
    Console().print(table)
    for note in (*found.problems, *found.notes):
        typer.echo(note)


def parted(lab: Lab, side: str) -> tuple[Population, str]:
    """The population of a side, and the rest of its text."""
    name, semicolon, rest = side.partition(";")
    id = int(name) if name.isascii() and name.isdecimal() else None
    return lab.population(name if id is None else id), semicolon + rest


def found(lab: Lab, side: str) -> tuple[Population, dict[str, str]]:
    """The population of a side, and its constraints by column."""
    population, rest = parted(lab, side)
    constraints: dict[str, str] = {}
    for part in filter(None, rest.split(";")):
        column, equals, text = part.partition("=")
        if not equals or column in constraints:
            raise ValueError(f"side: column=constraint, each column once, got {part!r}")
        constraints[column.strip()] = text.strip()
    return population, constraints


def words(number: Estimate) -> str:
    """`12.91 [12.39, 13.62]`; what is not known is left out."""
    if number.estimate is None:
        return number.reason or "unknown"
    ends = ["" if end is None else f"{end:.2f}" for end in (number.lower, number.upper)]
    return f"{number.estimate:.2f} [{', '.join(ends)}]"
