"""The command that counts any network: parameters, multiply-adds, activations."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from netspace.commands import fail

WHAT = typer.Argument(
    help="a published name (efficientnet_b1, mobilenet_v2@1.3), nb201:|op~0|+.., "
    "nats:8:8:8:8:8, nb101:FILE, ofa:FILE, or the file of a network: JSON, or a configuration "
    "of pycls"
)


def count(
    what: str = WHAT,
    resolution: int | None = typer.Option(None, min=1, max=4096, help="side of the images"),
    classes: int | None = typer.Option(None, min=1, max=1_000_000, help="of the classifier"),
    channels: int = typer.Option(3, min=1, max=64, help="of the images"),
    as_json: bool = typer.Option(False, "--json", help="one JSON object"),
) -> None:
    """Count a network: params, flops (multiply-adds) and activations of one image.

    Resolution and classes are those that its counts are published for, unless you say others.
    """
    from designspace.naming.notations import NotDescribed, described

    try:
        found = described(_text(what))
        member = found.member
        side, width = resolution or member.resolution, classes or member.classes
        counted = found.counted(side, channels, width)
    except NotDescribed as mistakes:
        fail(str(mistakes), code=2)
    for name in found.left_out:
        typer.echo(f"netspace: {name} says nothing of the network: left out", err=True)
    numbers = {
        "params": int(counted.params),
        "flops": int(counted.flops),
        "activations": int(counted.activations),
    }
    if as_json:
        images = {"resolution": side, "classes": width, "channels": channels}
        typer.echo(json.dumps(numbers | images))
        return
    for name, number in numbers.items():
        unit = " multiply-adds" if name == "flops" else ""
        typer.echo(f"{name:<12}{number:>20,}{unit}")
    typer.echo(f"images of {side} x {side}, channels {channels}, classes {width}")


def _text(what: str) -> str:
    """What is to be counted; of a file, what it says."""
    from designspace.naming.notations import LONGEST, OF_FILES

    kind, _, rest = what.partition(":")
    name = rest if kind in OF_FILES and not rest.lstrip().startswith("{") else what
    path = Path(name)
    try:
        if name is what and not path.is_file():
            return what
        if path.stat().st_size > LONGEST:
            fail(f"{name} has more than {LONGEST:,} bytes", code=2)
        text = path.read_text()
    except (OSError, ValueError) as error:
        fail(f"{name[:200]}: {getattr(error, 'strerror', None) or 'no text'}", code=2)
    return f"{kind}:{text}" if name is rest else text
