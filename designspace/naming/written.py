"""A network as others write it, where their notation can say it.

What is written comes back by `designspace.naming.notations.described` with the same hash
(pycls: X of one group for R). A notation that would leave something out says nothing:
`Inexpressible` tells what. `forms` lists those that can say a network, for links and for REST.

nb201   |op~0|+|op~0|op~1|+|op~0|op~1|op~2|; with other channels or cells its authors' JSON
nats    five widths, 8:16:8:24:64
nb101   {"matrix": .., "ops": ..}, and its authors' names of channels, stacks and modules
ofa     {"ks": .., "e": .., "d": .., "w": .., "r": ..}
yaml    MODEL and ANYNET of pycls
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

import numpy as np
from pydantic import ValidationError

from designspace.layers.source import to_torch
from designspace.naming.exchange import Inexpressible, to_json, to_pycls
from designspace.networks.edge_cells import EdgeCells, to_string
from designspace.networks.ends import ConvHead
from designspace.networks.inverted import InvertedStage
from designspace.networks.network import Network
from designspace.networks.numbers import eights
from designspace.networks.vertex_cells import Cell, VertexCells
from designspace.spaces.cells import nasbench101, nasbench201, nats_size
from designspace.spaces.inverted import ofa, tables
from designspace.spaces.inverted.ofa import Setting
from designspace.spaces.inverted.tables import Table

Form = Literal["json", "py", "yaml", "nb201", "nats", "nb101", "ofa"]
"""Its own JSON and a PyTorch file, which every network has, and the notations of others."""
FORMS: tuple[Form, ...] = get_args(Form)

EVERY, OTHERS = FORMS[:2], FORMS[2:]

Body = TypeVar("Body", EdgeCells, VertexCells, InvertedStage)


@dataclass(frozen=True)
class Images:
    """What a network is written for, where a notation says it."""

    resolution: int = 224
    channels: int = 3
    classes: int = 1000


USUAL = Images()


def write(network: Network, form: Form, images: Images = USUAL) -> str:
    """The network in a form.

    Raises:
        Inexpressible: the notation can't say it; why.
    """
    return WRITERS[form](network, images)


def forms(network: Network) -> list[Form]:
    """Those that can say the network."""
    return [*EVERY, *(form for form in OTHERS if _says(network, form))]


def _says(network: Network, form: Form) -> bool:
    try:
        write(network, form)
    except Inexpressible:
        return False
    return True


def to_nb201(network: Network, images: Images) -> str:
    """The cell; as the JSON of its authors' configurations, where more is to be said."""
    cells = _stages(network, EdgeCells, "a cell with operations on its edges")
    first = cells[0]
    made = nasbench201.network(first.operations, first.width, first.depth)
    _require_same(network, made, "three stages of one cell with C, 2 C and 4 C channels")
    text = to_string(first.operations)
    if made == nasbench201.network(first.operations):
        return text + "\n"
    config = {"name": "infer.tiny", "C": first.width, "N": first.depth, "arch_str": text}
    return json.dumps(config | {"num_classes": images.classes}) + "\n"


def to_nats(network: Network, images: Images) -> str:
    """The five widths of the size space."""
    cells = _stages(network, EdgeCells, "a cell with operations on its edges")
    if len(cells) != 3:
        raise Inexpressible(f"stages: the size space has 3, not {len(cells)}")
    (a, b, c) = cells
    widths = (a.width, b.reduction, b.width, c.reduction, c.width)
    made = nats_size.sized(widths) if all(widths) else None
    _require_same(network, made, "the given cell, once a stage, between reductions")
    return ":".join(map(str, widths)) + "\n"


def to_nb101(network: Network, images: Images) -> str:
    """Matrix and operations; channels, stacks and modules by its authors' names, if others."""
    cells = _stages(network, VertexCells, "a cell with operations on its vertices")
    first = cells[0]
    cell = Cell(first.matrix, first.operations)
    made = nasbench101.network(cell, first.width, first.depth, len(cells))
    _require_same(network, made, "stacks of one cell, each twice as wide")
    ops = ["input", *(f"{one}-bn-relu" if one != POOL else one for one in first.operations)]
    config: dict[str, object] = {
        "matrix": [list(row) for row in first.matrix],
        "ops": [*ops, "output"],
    }
    own = (first.width, len(cells), first.depth)
    if made != nasbench101.network(cell):
        config |= dict(zip(nasbench101.SKELETON, own, strict=True))
    return json.dumps(config) + "\n"


POOL = "maxpool3x3"


def to_ofa(network: Network, images: Images) -> str:
    """The setting of a sub-network: blocks that a stage leaves out are written as its first."""
    stages = _stages(network, InvertedStage, "inverted blocks")
    if network.resolution:
        raise Inexpressible(
            f"images resized to {network.resolution}: its r is the side of a run's images"
        )
    for table, searched, usual in (
        (tables.OFA_MOBILENET_V3, 5, 1.0),
        (tables.OFA_PROXYLESS, 6, 1.3),
    ):
        if len(stages) != searched + 1:
            continue
        multiplier = _multiplier(network, table, usual)
        found = _setting(table.scaled(multiplier), stages, multiplier, images.resolution)
        if found is not None and found.member().network == network:
            said = found.model_dump(exclude={"w"} if multiplier == usual else set())
            said["e"] = [int(e) if e == int(e) else e for e in found.e]
            return json.dumps(said) + "\n"
    raise Inexpressible(
        "stages: Once-for-All says the MobileNetV3 and ProxylessNAS spaces of its authors, "
        "with their strides and heads, and their widths times one multiplier of 0.1 to 4"
    )


MULTIPLIERS = np.arange(1_000, 40_001) / 10_000
"""All that a setting may have, to four decimals."""


def _multiplier(network: Network, table: Table, usual: float) -> float:
    """By which the table has the network's widths: the usual one, else the roundest."""
    seen = [(table.stem, network.stem.width)]
    seen += [(row.width, s.width) for row, s in zip(table.rows, network.stages, strict=True)]
    if isinstance(head := network.head, ConvHead):
        seen.append((table.tail, head.width))  # it grows in both tables
        if table.hidden_grows:
            seen.append((table.hidden, head.hidden))
    agree = np.ones(len(MULTIPLIERS), dtype=bool)
    for width, scaled in seen:
        agree &= eights(width * MULTIPLIERS) == scaled
    found = MULTIPLIERS[agree].tolist()
    return usual if usual in found else min(found, key=lambda w: len(str(w)), default=usual)


def _setting(
    table: Table, stages: list[InvertedStage], multiplier: float, resolution: int
) -> Setting | None:
    """What the blocks would be set to, if they were of that table."""
    kernels: list[int] = []
    expansions: list[float] = []
    depths: list[int] = []
    w_in = stages[0].width
    for i, stage in enumerate(stages[1:]):
        room = ofa.MOST if i < 5 else 1
        own = []
        for block in stage.blocks:
            own.append((int(block.kernel), _expansion(table, block.inner, w_in)))
            w_in = block.width
        if len(own) > room:
            return None
        own += own[:1] * (room - len(own))
        kernels += [k for k, _ in own]
        expansions += [e for _, e in own]
        if room > 1:
            depths.append(stage.depth)
    try:
        return Setting(ks=kernels, e=expansions, d=depths, w=multiplier, r=resolution)
    except ValidationError:
        return None


def _expansion(table: Table, inner: int, w_in: int) -> float:
    """A usual one that makes that inner width; another number, where none does."""
    usual = (e for e in (3, 4, 6) if table.inner_width(w_in, e) == inner)
    return next(usual, inner / w_in)


def _stages(network: Network, body: type[Body], words: str) -> list[Body]:
    """The stages, if all are made of such a body."""
    found = [stage for stage in network.stages if isinstance(stage, body)]
    if len(found) < len(network.stages):
        raise Inexpressible(f"stages: each is {words}")
    return found


def _require_same(network: Network, made: Network | None, words: str) -> None:
    """Refuse what the notation would say otherwise."""
    if network != made:
        raise Inexpressible(f"stages: {words}, with the stem and the head of its space")


WRITERS: dict[Form, Callable[[Network, Images], str]] = {
    "json": lambda network, images: to_json(network),
    "py": lambda network, images: to_torch(network, images.channels, images.classes),
    "yaml": lambda network, images: to_pycls(network, images.channels, images.classes),
    "nb201": to_nb201,
    "nats": to_nats,
    "nb101": to_nb101,
    "ofa": to_ofa,
}
