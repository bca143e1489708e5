"""`netspace backup` and `netspace restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from netspace.commands import checked_settings, fail, of_the_lab, plain_errors

if TYPE_CHECKING:
    from netspace.backups.manifest import Manifest

COUNTED = ("populations", "networks", "results", "users")
"""Tables whose numbers are said."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Path = typer.Argument(help="to be written: a tar, which only you can read"),
    verify: bool = typer.Option(False, "--verify", help="read all of it back and compare"),
    replace: bool = typer.Option(False, "--replace", help="also where the file is there"),
    data_sets: bool = typer.Option(True, help="whether those of the data folder are in it"),
) -> None:
    """Write the lab into one file: database, data sets, results not stored yet."""
    with plain_errors():
        settings = of_the_lab(checked_settings())
        from netspace.backups import saving

        saved = saving.save(settings, file, data_sets, replace)
        typer.echo(f"netspace: {file} has {saved.bytes:,} bytes: {said(saved.manifest)}")
        for one in saved.manifest.left_out:
            typer.echo(f"netspace: not in it: {one}")
        if verify:
            saving.verify(file)
            typer.echo("netspace: verified: read back, and as it was written")


def restore(
    file: Path = typer.Argument(help="that `netspace backup` wrote"),
    replace: bool = typer.Option(
        False, "--replace", help="in the place of what is there, which is lost"
    ),
    verify: bool = typer.Option(False, "--verify", help="only read and compare the file"),
) -> None:
    """Put a lab back as it was in a backup; a deleted population: `undelete`."""
    with plain_errors():
        settings = of_the_lab(checked_settings())
        from netspace.backups import restoring, saving

        if verify:
            if replace:
                fail("--verify only reads: leave out --replace", code=2)
            typer.echo(f"netspace: {file} is whole: {said(saving.verify(file))}")
            return
        manifest = restoring.restore(settings, file, replace)
        typer.echo(f"netspace: restored {said(manifest)}")


def said(manifest: Manifest) -> str:
    """What is in a backup, in a line."""
    counts = manifest.contents.counts
    tables = ", ".join(f"{counts.get(name, 0):,} {name}" for name in COUNTED)
    names = {one.name.split("/")[1] for one in manifest.below("datasets")}
    spooled = len(manifest.below("spool"))
    return (
        f"{tables}; {len(names)} data sets; {spooled} ends not stored yet; "
        f"made {manifest.made_at} by netspace {manifest.netspace}"
    )
