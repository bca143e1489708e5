"""Networks as people name or write them: what there is to count, to import, to build.

efficientnet_b1, mobilenet_v2@1.3        a published name, by torchvision's or timm's spelling
nb201:|nor_conv_3x3~0|+|..|+|..|         a cell of NAS-Bench-201; also without nb201:
{"arch_str": .., "C": .., "N": ..}       the same with other channels and cells
nats:8:16:8:24:64                        widths of the size space
nb101:{"matrix": .., "ops": ..}          a cell of NAS-Bench-101; also without nb101:
ofa:{"ks": .., "e": .., "d": ..}         a configuration of Once-for-All; also without ofa:
{"stages": ..}                           a network as JSON
MODEL: ..                                a configuration of pycls
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from designspace.layers.complexity import Complexity, complexity, least_side
from designspace.naming import members, pycls
from designspace.naming.exchange import NotANetwork, from_json
from designspace.networks.vertex_cells import VERTEX_OPERATIONS, Cell
from designspace.spaces.base import Member
from designspace.spaces.cells import nasbench101, nasbench201, nats_size
from designspace.spaces.inverted.ofa import Setting
from designspace.values import Definition

LONGEST = 100_000
"""Characters of a text."""


class NotDescribed(ValueError):
    """Text that names or describes no network: a line a mistake."""


@dataclass(frozen=True)
class Described:
    """A network, the images it is for, and what of the text says nothing of it."""

    member: Member
    left_out: tuple[str, ...] = ()

    def counted(self, resolution: int, channels: int, classes: int) -> Complexity:
        """What it costs.

        Raises:
            NotDescribed: the images are too small for it.
        """
        network = self.member.network
        if least_side(network, resolution, channels) < 1:
            raise NotDescribed(f"images of {resolution} x {resolution} are too small for it")
        return complexity(network, resolution, channels, classes)


def described(text: str) -> Described:
    """The network of a text.

    Raises:
        NotDescribed: there is none.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise NotDescribed(f"a name or 1 to {LONGEST:,} characters, not {len(text):,}")
    kind, _, rest = text.partition(":")
    try:
        if kind in NOTATIONS:
            return Described(NOTATIONS[kind](rest))
        if text.startswith("{"):
            return Described(_json(text))
        if text.startswith("|"):
            return Described(_nb201(text))
        if re.fullmatch(r"\d+(:\d+)+", text, re.ASCII):
            return Described(_nats(text))
        if "\n" in text or text.startswith("MODEL"):
            found = pycls.read(text)
            return Described(found.member, found.left_out)
        return Described(members.member(text))
    except ValidationError as error:
        raise NotDescribed("\n".join(map(_mistake, error.errors(include_url=False)))) from None
    except ValueError as error:
        raise NotDescribed(str(error)) from None


def _mistake(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "it"
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"[:300]


def _object(text: str) -> dict[str, Any]:
    """A JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotDescribed(f"no JSON: {str(error)[:200]}") from None
    if not isinstance(found, dict):
        raise NotDescribed("should be a JSON object")
    return found


def _json(text: str) -> Member:
    """A JSON object by what it holds."""
    found = _object(text)
    if "ks" in found:
        return _ofa(text)
    if "arch_str" in found:
        return _configured(found)
    if "matrix" in found or "module_adjacency" in found:
        return _nb101(text)
    try:
        return Member(from_json(text))
    except NotANetwork as error:
        raise NotDescribed(str(error)) from None


def _nb201(text: str) -> Member:
    return Member(nasbench201.network(nasbench201.from_string(text)), 32, 10)


def _configured(found: dict[str, Any]) -> Member:
    """What NATS-Bench's authors configure a network by."""
    config = Config.model_validate(found)
    operations = nasbench201.from_string(config.arch_str)
    return Member(nasbench201.network(operations, config.C, config.N), 32, config.num_classes)


class Config(Definition):
    """A cell with the channels and the cells of its stages."""

    model_config = ConfigDict(extra="ignore")

    arch_str: str = Field(max_length=500)
    C: int = Field(16, ge=1, le=1024)
    N: int = Field(5, ge=1, le=32)
    num_classes: int = Field(10, ge=1, le=1_000_000)


def _nats(text: str) -> Member:
    parts = text.strip().split(":")
    if len(parts) != 5 or not all(p.isascii() and p.isdecimal() and len(p) < 6 for p in parts):
        raise NotDescribed(f"five widths such as 8:16:8:24:64, not {text[:80]!r}")
    return Member(nats_size.sized([int(part) for part in parts]), 32, 10)


def _nb101(text: str) -> Member:
    found = _object(text)
    matrix = found.get("matrix", found.get("module_adjacency"))
    names = found.get("ops", found.get("module_operations"))
    if not isinstance(matrix, list) or not isinstance(names, list):
        raise NotDescribed("matrix, ops: needed, a list of rows and a list of names")
    rows = tuple(tuple(row) if isinstance(row, list) else () for row in matrix)
    inner = names[1:-1] if names and names[0] == "input" else names
    cell = Cell(rows, tuple(map(_operation, inner))).pruned()
    if cell is None:
        raise NotDescribed("matrix: there is no path from the input to the output")
    return Member(nasbench101.network(cell, *_skeleton(found)), 32, 10)


def _skeleton(found: dict[str, Any]) -> list[int]:
    """Channels, cells and stacks around the cells of NAS-Bench-101, if they are said."""
    sizes = []
    for name, usual, most in zip(nasbench101.SKELETON, (128, 3, 3), (2048, 5, 16), strict=True):
        given = found.get(name, usual)
        if type(given) is not int or not 1 <= given <= most:
            raise NotDescribed(f"{name}: a whole number from 1 to {most:,}, not {given!r:.40}")
        sizes.append(given)
    width, stacks, cells = sizes
    return [width, cells, stacks]


def _operation(name: Any) -> Any:
    short = str(name).removesuffix("-bn-relu")
    if short not in VERTEX_OPERATIONS:
        known = ", ".join(VERTEX_OPERATIONS)
        raise NotDescribed(f"ops: no operation {str(name)[:40]!r}; there are {known}")
    return short


def _ofa(text: str) -> Member:
    return Setting.model_validate(_object(text)).member()


NOTATIONS: dict[str, Callable[[str], Member]] = {
    "nb201": _nb201,
    "nats": _nats,
    "nb101": _nb101,
    "ofa": _ofa,
}
OF_FILES = ("nb101", "ofa")
"""Those whose text is long: a command takes a file of it."""
