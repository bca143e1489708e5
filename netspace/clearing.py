"""`netspace gc`: what takes room and nobody comes back for, listed or removed."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from netspace.commands import checked_settings, opened


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("gc")(clear)


def clear(
    dry_run: bool = typer.Option(False, "--dry-run", help="only say what would go"),
) -> None:
    """Remove what nobody comes back for: files of ended jobs, rows of what is no more.

    What was measured stays, and so does what is deleted and can be restored.
    """
    data_dir = checked_settings().data_dir
    with opened() as database:
        from jobs.messages import Claim
        from services import clearing as of_rows
        from services.work import leases
        from workers.supervision import clearing

        def ended(ids: Sequence[int]) -> Sequence[Claim]:
            with database.read() as session:
                return leases.ended(session, ids)

        def unknown(ids: Sequence[int]) -> set[int]:
            with database.read() as session:
                return leases.unknown(session, ids)

        files = [*clearing.all_of(data_dir, clearing.Known(ended, unknown))]
        if dry_run:
            with database.read() as session:
                rows = of_rows.found(session)
        else:
            with database.durable() as session:
                rows = of_rows.clear(session)
        for file in files:
            typer.echo(f"{file.bytes:>14,}  {file.what}: {file.why}")
        for kind in rows:
            typer.echo(f"{kind.bytes:>14,}  {kind.rows:,} {kind.what}: {kind.why}")
        of_files = sum(one.bytes for one in files) if dry_run else clearing.clear(files)
        of_both = of_files + sum(one.bytes for one in rows)
        done = "would go" if dry_run else "are gone"
        typer.echo(f"{of_both:>14,}  bytes {done}; the database uses again what its rows took")
