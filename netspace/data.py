"""`python -m netspace data`: pack data sets, list them, verify them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import typer

from netspace.settings import WrongSettings, load
from workers.packing import store
from workers.packing.store import Manifest, PackingError

app = typer.Typer(help="Pack, list and verify data sets.", no_args_is_help=True)
pack = typer.Typer(help="Pack a data set into the data folder, once.", no_args_is_help=True)
app.add_typer(pack, name="pack")


@pack.command("fashion-mnist")
def pack_fashion_mnist(
    path: Path | None = typer.Argument(
        None, help="folder of the IDX files [default: where Debian's package puts them]"
    ),
) -> None:
    """Pack Fashion-MNIST, and fashion-14 that is made of it."""
    from workers.packing import idx

    with plain_errors():
        data_dir = load().data_dir
        source = "Fashion-MNIST, IDX files, 28x28 grey (arXiv 1708.07747)"
        once(
            data_dir,
            idx.NAME,
            lambda: store.save(
                data_dir, idx.NAME, source, idx.CLASSES, idx.fashion_mnist(path)
            ),
        )
        pack_derived(data_dir, idx.NAME)


def pack_derived(data_dir: Path, source: str) -> None:
    """Pack the data sets that are made of a packed one."""
    from workers.packing.derive import DERIVED, derive

    for name, derivation in DERIVED.items():
        if derivation.source == source:
            once(data_dir, name, partial(derive, data_dir, name, derivation))


def once(data_dir: Path, name: str, packing: Callable[[], Manifest]) -> None:
    """Pack what is not packed yet, and say which it was."""
    manifest = store.read(data_dir, name)
    done = "packed" if manifest is None else "already packed:"
    tell(done, packing() if manifest is None else manifest)


@app.command("list")
def list_packed() -> None:
    """Print what is packed."""
    with plain_errors():
        for manifest in store.every(load().data_dir):
            tell("", manifest)


@app.command()
def verify(name: str | None = typer.Argument(None, help="[default: all]")) -> None:
    """Compare the packed files with their checksums."""
    with plain_errors():
        data_dir = load().data_dir
        found = [one for one in store.every(data_dir) if name in (None, one.name)]
        if name and not found:
            known = ", ".join(one.name for one in store.every(data_dir)) or "none"
            raise PackingError(f"{name} is not packed; packed are: {known}")
        broken = {one.name: store.wrong(data_dir, one) for one in found}
        for one, files in broken.items():
            typer.echo(f"{one}: {'wrong: ' + ', '.join(files) if files else 'as packed'}")
    if any(broken.values()):
        raise typer.Exit(1)


def tell(done: str, manifest: Manifest) -> None:
    """A line on a packed data set, and what had to be skipped."""
    parts = ", ".join(f"{part.images:,} {name}" for name, part in manifest.parts.items())
    train = manifest.parts["train"]
    typer.echo(
        f"{done} {manifest.name}: {parts} images of {train.side} x {train.side} x "
        f"{train.channels}, {len(manifest.classes)} classes, {manifest.digest}".lstrip()
    )
    for skipped in manifest.skipped:
        typer.echo(f"  skipped {skipped.image}: {skipped.why}")


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a person can mend ends the command with a line."""
    try:
        yield
    except WrongSettings as wrong:
        typer.echo(f"netspace: {wrong}", err=True)
        raise typer.Exit(2) from None
    except (PackingError, OSError) as error:
        typer.echo(f"netspace: {error}", err=True)
        raise typer.Exit(1) from None
