"""Commands that rename, group, put away and delete populations, and write down what they are.

They ask a running server, as those of `terminal` do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from netspace.terminal import AS_JSON, SERVER, SHOWN, asking, complete, parted, say

if TYPE_CHECKING:
    from netspace_client import Population

POPULATION = typer.Argument(help="its name or its id", autocompletion=complete)
NETWORK = typer.Option(None, "--network", help="of this one of its networks, by its id")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (rename, archive, delete, undelete, tag, note):
        app.command()(command)


def rename(
    population: str = POPULATION,
    name: str = typer.Argument(help="that it is to have"),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Give a population another name."""
    with asking(url, token) as lab:
        told(parted(lab, population)[0].rename(name), "has this name", as_json)


def archive(
    population: str = POPULATION,
    undo: bool = typer.Option(False, "--undo", help="take it out again"),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Put a population away: nothing of it runs, and no page offers it unless asked."""
    with asking(url, token) as lab:
        of = parted(lab, population)[0]
        if undo:
            told(of.unarchive(), "is taken out again", as_json)
        else:
            told(of.archive(), "is archived", as_json)


def delete(
    population: str = POPULATION,
    used: bool = typer.Option(
        False, "--used", help="also where others go by it: heirs, sets, watches"
    ),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Delete a population; `undelete` brings it back by its id."""
    with asking(url, token) as lab:
        of = parted(lab, population)[0]
        of.remove(used)
        told(of, f"is deleted; `netspace undelete {of.id}` brings it back", as_json)


def undelete(
    id: int = typer.Argument(help="of one that `netspace populations --deleted` lists"),
    name: str | None = typer.Option(None, help="another, where its own is taken"),
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Bring a deleted population back."""
    with asking(url, token) as lab:
        told(lab.restore(id, name), "is back", as_json)


def tag(
    population: str = POPULATION,
    tags: list[str] = typer.Argument(None, help="small letters, without blanks"),
    remove: bool = typer.Option(False, "--remove", help="take these from it instead"),
    network: int | None = NETWORK,
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Give a population, or a network of it, tags; without any: say which it has."""
    with asking(url, token) as lab:
        of = parted(lab, population)[0]
        now = of.written(network)
        if tags and remove:
            left = [one for one in now.tags if one not in {*tags}]
            now = of.annotate(tags=left, network=network)
        elif tags:
            now = of.annotate(tags=[*now.tags, *tags], network=network)
        if as_json:
            say(now)
        else:
            typer.echo(" ".join(now.tags) or "no tags")


def note(
    population: str = POPULATION,
    text: str | None = typer.Argument(None, help="plain text; empty: none any more"),
    network: int | None = NETWORK,
    url: str | None = SERVER,
    token: str | None = SHOWN,
    as_json: bool = AS_JSON,
) -> None:
    """Write the note of a population, or of a network of it; without a text: read it."""
    with asking(url, token) as lab:
        of = parted(lab, population)[0]
        now = of.written(network) if text is None else of.annotate(text, network=network)
        if as_json:
            say(now)
        else:
            typer.echo(now.text or "no note")


def told(population: Population, what: str, as_json: bool) -> None:
    """What became of a population."""
    if as_json:
        say(population)
    else:
        typer.echo(f"population {population.id}, {population.name}: {what}")
