"""`python -m netspace data`: pack data sets, list them, verify them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from designspace.regimes import DATA_NAME as NAME
from netspace.settings import WrongSettings, load
from workers.packing import store
from workers.packing.arrays import PackingError
from workers.packing.store import Manifest

if TYPE_CHECKING:
    from rich.progress import TaskID

    from workers.packing.cifar import Kind

SHOWN = 20
"""Of the images that were skipped; the manifest has all."""

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


@pack.command("cifar10")
def pack_cifar10(
    path: Path = typer.Argument(help="cifar-10-python.tar.gz, or -binary"),
) -> None:
    """Pack CIFAR-10, and cifar10-validation that is made of it."""
    from workers.packing.cifar import CIFAR10

    pack_cifar(path, CIFAR10)


@pack.command("cifar100")
def pack_cifar100(
    path: Path = typer.Argument(help="cifar-100-python.tar.gz, or -binary"),
) -> None:
    """Pack CIFAR-100, with its 100 fine classes."""
    from workers.packing.cifar import CIFAR100

    pack_cifar(path, CIFAR100)


def pack_cifar(path: Path, kind: Kind) -> None:
    from workers.packing import cifar

    with plain_errors():
        data_dir, name = load().data_dir, kind.name
        source, classes = f"official archive {path.name}", cifar.class_names(kind)
        once(
            data_dir,
            name,
            lambda: store.save(data_dir, name, source, classes, cifar.read(path, kind)),
        )
        pack_derived(data_dir, name)


@pack.command("folder")
def pack_folder(
    path: Path = typer.Argument(
        help="holds train/CLASS/* and val/CLASS/* (or test/), or val/* with a list of classes"
    ),
    name: str = typer.Option(help="what regimes call it: a-z, 0-9, _ and -"),
    side: int = typer.Option(256, help="of a stored image, pixels: 4 to 1024"),
) -> None:
    """Pack folders of images; killed, it goes on where it was."""
    from workers.packing import folders

    with plain_errors():
        data_dir = load().data_dir
        if not re.fullmatch(NAME, name) or name == "digits":
            raise PackingError(f"name {name!r} should be a-z, 0-9, _ and -, and not digits")
        with progress() as advance:
            once(data_dir, name, lambda: folders.pack(data_dir, name, path, side, advance))


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each part, as packing tells of it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bars: dict[str, TaskID] = {}
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress("{task.description}", *columns) as shown:

        def advance(part: str, done: int, images: int) -> None:
            if part not in bars:
                bars[part] = shown.add_task(part, total=images)
            shown.update(bars[part], completed=done)

        yield advance


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
    for skipped in manifest.skipped[:SHOWN]:
        typer.echo(f"  skipped {skipped.image}: {skipped.why}")
    if len(manifest.skipped) > SHOWN:
        typer.echo(f"  skipped {len(manifest.skipped):,} in all: see manifest.json")
    for note in manifest.notes:
        typer.echo(f"  {note}")


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a person can mend ends the command with a line."""
    try:
        yield
    except WrongSettings as wrong:
        typer.echo(f"netspace: {wrong}", err=True)
        raise typer.Exit(2) from None
    except (PackingError, OSError) as error:
        said = str(error).encode(errors="backslashreplace").decode()  # names may be any bytes
        typer.echo(f"netspace: {said}", err=True)
        raise typer.Exit(1) from None
