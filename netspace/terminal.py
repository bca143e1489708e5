"""Commands that ask a running server, from here or elsewhere: what it says, in a terminal.

A side is a population's name or id, perhaps under constraints: `"RegNetX;depth=5..8"`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from netspace import braille
from netspace.commands import fail
from netspace.settings import TOKEN, URL

if TYPE_CHECKING:
    from netspace_client import Lab, Population
    from netspace_client.answers import Estimate

SERVER = typer.Option(
    "http://127.0.0.1:8050", "--url", envvar=URL, help="where the server is; a path may follow"
)
SHOWN = typer.Option(
    None, "--token", envvar=TOKEN, help="ns_..; others on this machine see what stands here"
)
AS_JSON = typer.Option(False, "--json", help="JSON as REST has it")
SIDE = typer.Argument(help='a name or an id, perhaps with constraints: "NAME;depth=5..8"')
SIDES = typer.Argument(help='two to six, each a name or an id: "NAME;depth=5..8"')
LINES = 12
WIDEST = 72


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (status, populations, edf, compare, watch):
        app.command()(command)


@contextmanager
def asking(url: str, token: str | None) -> Iterator[Lab]:
    """The lab at an address; what it refuses ends the command with a line."""
    try:
        import netspace_client
    except ImportError:
        fail("the client is not installed: pip install ./client in a checkout", code=1)
    try:
        with netspace_client.connect(url, token) as lab:
            yield lab
    except (netspace_client.Error, TimeoutError) as error:
        fail(str(error), code=1)
    except ValueError as wrong:
        fail(str(wrong), code=2)


def say(record: Any) -> None:
    """One line of JSON, at once."""
    from netspace_client.answers import said

    typer.echo(json.dumps(said(record)))


def status(url: str = SERVER, token: str | None = SHOWN, as_json: bool = AS_JSON) -> None:
    """How far a server is: its populations' networks, and its workers."""
    with asking(url, token) as lab:
        every, workers = lab.populations(), lab.workers()
    sums = {
        name: sum(getattr(one.progress, name) for one in every)
        for name in ("total", "done", "failed", "cancelled", "running", "queued", "paused")
    }
    if as_json:
        say({"url": url, "populations": len(every), **sums, "workers": workers})
        return
    held = [f"{number} {what}" for what, number in sums.items() if number and what != "total"]
    typer.echo(f"{url}: {len(every)} populations of {sums['total']} networks")
    typer.echo(", ".join(held) or "nothing trained yet")
    for one in workers:
        word = f"{len(one.jobs) + one.others} jobs" if one.alive else "silent"
        typer.echo(f"{one.name} ({one.device}): {word}, {one.jobs_per_minute:.1f} a minute")
    if not workers:
        typer.echo("no worker")


def populations(url: str = SERVER, token: str | None = SHOWN, as_json: bool = AS_JSON) -> None:
    """All populations, oldest first, with how far they are."""
    with asking(url, token) as lab:
        every = lab.populations()
    if as_json:
        say(every)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from netspace_client.progress import words

    table = Table("id", "name", "space", "regime", "progress", box=None, pad_edge=False)
    for one in every:
        facts = (str(one.id), one.name, one.space_name, one.regime_name, words(one.progress))
        table.add_row(*map(Text, facts))  # no markup of rich's in a name
    Console().print(table)


def edf(
    side: str = SIDE,
    url: str = SERVER,
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
    url: str = SERVER,
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
    name: str = typer.Argument(help="of a population, or its id"),
    url: str = SERVER,
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
