"""`python -m netspace doctor`: what is wrong with a set-up, and how to mend it."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from netspace import checkup
from netspace.checkup import Finding
from netspace.commands import of_the_lab
from netspace.settings import WrongSettings, load

WIDTH = 12


def doctor(
    as_json: bool = typer.Option(False, "--json", help="one object: its list is `findings`"),
) -> None:
    """Look at this set-up, say what is wrong and how to mend it; exit code 1 if anything is."""
    found = []
    try:
        settings = of_the_lab(load())
    except WrongSettings as wrong:
        found = [
            Finding("settings", "wrong", line, "docs/operations.md lists all settings")
            for line in str(wrong).splitlines()
        ]
        if not as_json:
            for one in found:
                tell(one)
    else:
        for one in checkup.findings(settings):
            found.append(one)
            if not as_json:
                tell(one)
    wrong_ones = sum(one.state == "wrong" for one in found)
    if as_json:
        told = {"wrong": wrong_ones, "findings": [asdict(one) for one in found]}
        typer.echo(json.dumps(told, indent=2))
    else:
        typer.echo(
            f"\n{wrong_ones} of {len(found)} are wrong" if wrong_ones else "\nall is well"
        )
    if wrong_ones:
        raise typer.Exit(1)


def tell(one: Finding) -> None:
    """A line of what was found, and one of how to mend it."""
    colour = {"ok": typer.colors.GREEN, "note": typer.colors.YELLOW, "wrong": typer.colors.RED}
    state = typer.style(f"{one.state:<6}", fg=colour[one.state])
    typer.echo(f"{state} {one.about:<{WIDTH}} {one.said}")
    if one.mend:
        typer.echo(f"{'':<6} {'':<{WIDTH}} mend: {one.mend}")
