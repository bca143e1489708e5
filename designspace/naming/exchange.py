"""A network as text for others: JSON, which comes back, and a configuration for pycls.

JSON is the network's own model, nothing lost. pycls is the code of the paper's authors; its
AnyNet takes stems, stages and heads by lists, and can't say every network that is drawn here.

Source: github.com/facebookresearch/pycls at 5c16371, pycls/models/anynet.py, and its
pycls/core/config.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from designspace.networks.bottlenecks import BottleneckStage
from designspace.networks.convnext import NextStage
from designspace.networks.darts import DartsStage
from designspace.networks.edge_cells import EdgeCells
from designspace.networks.ends import (
    ActiveStem,
    ConvHead,
    DeepStem,
    DoubleStem,
    NormedHead,
    NormHead,
    PatchStem,
    PoolHead,
    Stem,
)
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import REPEAT, Network
from designspace.networks.numbers import Activation
from designspace.networks.repeats import Block, Stage
from designspace.networks.vertex_cells import VertexCells
from designspace.networks.wired import WiredStage

STEMS = {
    ("simple", 1): "res_stem_cifar",
    ("simple", 2): "simple_stem_in",
    ("resnet", 2): "res_stem_in",
}
"""pycls's name of a stem by its kind and stride."""

COLOURS = 3
ACTIVATIONS = ("relu", "silu", "gelu")

PARTS: dict[str | int, type[BaseModel]] = {
    "simple": Stem,
    "active": ActiveStem,
    "double": DoubleStem,
    "deep": DeepStem,
    "patch": PatchStem,
    "conv": ConvHead,
    "norm": NormHead,
    "layer_norm": NormedHead,
    "pool": PoolHead,
    REPEAT: Stage,
    "inverted": InvertedStage,
    "edges": EdgeCells,
    "vertices": VertexCells,
    "wired": WiredStage,
    "next": NextStage,
    "darts": DartsStage,
    "bottlenecks": BottleneckStage,
}
"""What stands behind a tag of a union: pydantic names it among the fields of a place."""


class NotANetwork(ValueError):
    """Text that describes no network. A line a mistake: the field, and what is allowed."""


class Inexpressible(ValueError):
    """A network that pycls has no words for: which of its parts, and what it can say."""


def to_json(network: Network) -> str:
    """All fields, defaults included; ends in a newline."""
    return network.model_dump_json(indent=2) + "\n"


def from_json(text: str | bytes) -> Network:
    """The network that `to_json` wrote. No value is converted to another type.

    Raises:
        NotANetwork: no JSON, a field that is missing, unknown, not allowed, or unused.
    """
    try:
        network = Network.model_validate_json(text, strict=True)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise NotANetwork("\n".join(map(_mistake, _deepest(problems)))) from None
    if unused := "\n".join(_unused(network)):
        raise NotANetwork(unused)
    return network


def _unused(network: Network) -> Iterator[str]:
    """What no layer uses: else one architecture would have many descriptions, and hashes.

    Asked of what people write, not of what is stored: that is read as it was.
    """
    head, stages = network.head, network.stages
    repeated = any(isinstance(stage, Stage) for stage in stages)
    if network.act != "relu" and not repeated and not isinstance(network.stem, Stem):
        yield f"act: should be relu, which nothing uses here, not {network.act!r}"
    if isinstance(head, ConvHead) and not head.width and head.before != "none":
        yield f"head.before: should be none, where width is 0, not {head.before!r}"
    for i, stage in enumerate(stages):
        if not isinstance(stage, InvertedStage) or any(one.separate for one in stage.blocks):
            continue
        if stage.end != "none":
            yield f"stages.{i}.end: should be none, of regular convolutions, not {stage.end!r}"


def _deepest(problems: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without those of a whole that has a wrong part: pydantic says that a valid one lacks."""
    places = [problem["loc"] for problem in problems]
    wholes = {place[:parts] for place in places for parts in range(len(place))}
    return (problem for problem in problems if problem["loc"] not in wholes)


def _mistake(problem: ErrorDetails) -> str:
    """`stages.0.depth: Input should be greater than or equal to 1, not 0`."""
    value = problem["input"]
    place = [part for part in problem["loc"] if part not in PARTS]
    where = ".".join(map(str, place)) or "network"
    if problem["type"] == "extra_forbidden":
        owner = _owner(problem["loc"])
        return f"{where}: no such field; there are {', '.join(owner.model_fields)}"
    said = f"{where}: {problem['msg'].removeprefix('Value error, ')}"
    return f"{said}, not {value!r}" if place and isinstance(value, str | int | float) else said


def _owner(place: tuple[int | str, ...]) -> type[BaseModel]:
    """Whose field the last of a place would be."""
    if "blocks" in place[:-1]:
        return Inverted
    tags = [part for part in place if part in PARTS]
    return PARTS[tags[-1]] if tags else Network


def to_pycls(network: Network, channels: int = 3, classes: int = 1000) -> str:
    """MODEL and ANYNET of a pycls configuration, as YAML.

    pycls takes colour images only; a comment says so where `channels` are others.
    X, Y and R blocks are its `res_bottleneck_block`. Its `vanilla_block` is two V blocks in a
    row, and its `res_basic_block` has two convolutions under one shortcut where VR has one.

    Raises:
        Inexpressible: VR blocks, V stages of odd depth, a stem that pycls doesn't have, a
            squeeze that it rounds to no channel, images resized by the network.
    """
    if network.resolution:
        raise Inexpressible(
            f"images resized to {network.resolution}: pycls has the side in TRAIN.IM_SIZE, for "
            "all networks of a run"
        )
    stem = network.stem
    if (stem.kind, stem.stride) not in STEMS:
        known = ", ".join(f"{kind} of stride {stride}" for kind, stride in STEMS)
        raise Inexpressible(f"{stem.kind} stem of stride {stem.stride}: pycls has {known} only")
    _refuse_other_ends(network)
    stages = repeated(network)
    block_type, depths, multipliers, group_widths = _blocks(network.block, stages)
    fields = {
        "STEM_TYPE": STEMS[stem.kind, stem.stride],
        "STEM_W": str(stem.width),
        "BLOCK_TYPE": block_type,
        "DEPTHS": _list(depths),
        "WIDTHS": _list(stage.width for stage in stages),
        "STRIDES": _list(stage.stride for stage in stages),
        "BOT_MULS": _list(map(_decimal, multipliers)),
        "GROUP_WS": _list(group_widths),
        "SE_ON": str(bool(network.se_ratio)).lower(),
    }
    if network.se_ratio:
        _refuse_no_squeeze(network)
        fields["SE_R"] = _decimal(network.se_ratio)
    lines = ["MODEL:", "  TYPE: anynet", f"  NUM_CLASSES: {classes}"]
    if network.act != "relu":
        lines.append(f"  ACTIVATION_FUN: {_activation(network.act)}")
    lines.append("ANYNET:")
    lines += [f"  {name}: {value}" for name, value in fields.items()]
    if channels != COLOURS:
        images = f"{channels}-channel images"
        lines.insert(0, f"# For {images}; the stems of pycls take {COLOURS} channels.")
    return "\n".join(lines) + "\n"


def _refuse_no_squeeze(network: Network) -> None:
    """pycls squeezes to int(round(w_in * SE_R)) channels, where we have at least one."""
    stages = network.stages
    inputs = [network.stem.width, *(s.width for s in stages[:-1])]
    inputs += [s.width for s in stages if s.depth > 1]
    narrowest = min(inputs)
    if not round(narrowest * network.se_ratio):
        raise Inexpressible(
            f"SE ratio {network.se_ratio:g} of {narrowest} channels: pycls rounds it to none"
        )


def repeated(network: Network) -> list[Stage]:
    """The stages, if each repeats one block.

    Raises:
        Inexpressible: one doesn't.
    """
    stages = [stage for stage in network.stages if isinstance(stage, Stage)]
    if len(stages) < len(network.stages):
        raise Inexpressible("blocks with settings of their own: pycls's AnyNet repeats one")
    return stages


def _refuse_other_ends(network: Network) -> None:
    """Stems and heads that its AnyNet has not."""
    if network.head != PoolHead():
        raise Inexpressible(f"{network.head.kind} head: pycls's AnyNet has a pool alone")


def _blocks(block: Block, stages: list[Stage]) -> tuple[str, list[int], list[float], list[int]]:
    """Type of block, depths in such blocks, bottleneck multipliers, group widths."""
    depths = [stage.depth for stage in stages]
    if block == "VR":
        raise Inexpressible("VR blocks: pycls has no residual around one 3x3 convolution")
    if block == "B":
        return "res_basic_block", depths, [], []
    if block == "V":
        if any(depth % 2 for depth in depths):
            raise Inexpressible(
                f"V blocks in stages of depths {_list(depths)}: pycls's vanilla_block is two "
                "of them, so depths must be even"
            )
        # It refuses a bottleneck and groups for these blocks.
        return "vanilla_block", [depth // 2 for depth in depths], [], []
    multipliers = [_multiplier(stage) for stage in stages]
    group_widths = [stage.group_width for stage in stages]
    linear = "linear_" if block == "Z" else ""
    return f"res_bottleneck_{linear}block", depths, multipliers, group_widths


def _activation(act: Activation) -> str:
    """Raises Inexpressible."""
    if act not in ACTIVATIONS:
        raise Inexpressible(f"activation {act}: pycls has {', '.join(ACTIVATIONS)} only")
    return str(act)


def _multiplier(stage: Stage) -> float:
    """1 / b, for which pycls's round(width * multiplier) is the inner width."""
    inverse = 1 / stage.bottleneck_ratio
    exact = round(stage.width * inverse) == stage.inner_width
    return inverse if exact else stage.inner_width / stage.width


def _list(values: Iterable[object]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _decimal(value: float) -> str:
    """Without an exponent: YAML takes 1e-05 for a word."""
    return np.format_float_positional(value, trim="0")
