"""Configurations of pycls, the code of the paper's authors, read as the networks that they are.

Written as people write them: sections of training are there, too, and numbers like 5e-5, which
YAML takes for words. What can't be said here is refused with its field.

Source: github.com/facebookresearch/pycls at 5c16371, pycls/core/config.py for fields and
defaults, pycls/models/anynet.py, regnet.py, resnet.py, effnet.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from designspace.lines.line import Line
from designspace.networks.ends import ActiveStem, AnyHead, ConvHead, PoolHead, Stem
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.numbers import DEEPEST, WIDEST, Activation
from designspace.networks.repeats import NO_BOTTLENECK, Block, Stage
from designspace.spaces import resnext
from designspace.spaces.base import Member
from designspace.spaces.regnet import RegNet

LONGEST = 100_000
"""Characters of a configuration."""


class NotPycls(ValueError):
    """A configuration that is none, or of what is no network here: the field, and why."""


DEFAULTS: dict[str, dict[str, Any]] = {
    "MODEL": {
        "TYPE": "",
        "DEPTH": 0,
        "NUM_CLASSES": 10,
        "LOSS_FUN": "cross_entropy",
        "ACTIVATION_FUN": "relu",
        "ACTIVATION_INPLACE": True,
        "SCALING_TYPE": "",
        "SCALING_FACTOR": 1.0,
    },
    "ANYNET": {
        "STEM_TYPE": "simple_stem_in",
        "STEM_W": 32,
        "BLOCK_TYPE": "res_bottleneck_block",
        "DEPTHS": [],
        "WIDTHS": [],
        "STRIDES": [],
        "BOT_MULS": [],
        "GROUP_WS": [],
        "HEAD_W": 0,
        "SE_ON": False,
        "SE_R": 0.25,
    },
    "REGNET": {
        "STEM_TYPE": "simple_stem_in",
        "STEM_W": 32,
        "BLOCK_TYPE": "res_bottleneck_block",
        "STRIDE": 2,
        "SE_ON": False,
        "SE_R": 0.25,
        "DEPTH": 10,
        "W0": 32,
        "WA": 5.0,
        "WM": 2.5,
        "GROUP_W": 16,
        "BOT_MUL": 1.0,
        "HEAD_W": 0,
    },
    "RESNET": {
        "TRANS_FUN": "basic_transform",
        "NUM_GROUPS": 1,
        "WIDTH_PER_GROUP": 64,
        "STRIDE_1X1": True,
    },
    "EN": {
        "DEPTHS": [],
        "WIDTHS": [],
        "EXP_RATIOS": [],
        "SE_R": 0.25,
        "STRIDES": [],
        "KERNELS": [],
        "HEAD_W": 1280,
        "STEM_W": 32,
        "DC_RATIO": 0.0,
    },
}
"""The sections that make a network, with the values of what is not said."""
IMAGES = {"TRAIN": {"DATASET": "", "IM_SIZE": 224}}

MOST_STAGES = 32
CHANNELS, STRIDE = (1, 8192), (1, 4)
ALLOWED: dict[str, tuple[float, float]] = {
    "MODEL.DEPTH": (8, 6 * DEEPEST + 2),
    "MODEL.NUM_CLASSES": (1, 1_000_000),
    "TRAIN.IM_SIZE": (1, 4096),
    "ANYNET.STEM_W": CHANNELS,
    "ANYNET.DEPTHS": (1, DEEPEST),
    "ANYNET.WIDTHS": (1, WIDEST),
    "ANYNET.STRIDES": STRIDE,
    "ANYNET.BOT_MULS": (1 / WIDEST, WIDEST),
    "ANYNET.GROUP_WS": (0, WIDEST),
    "ANYNET.HEAD_W": (0, 8192),
    "ANYNET.SE_R": (0, 1),
    "REGNET.STEM_W": CHANNELS,
    "REGNET.STRIDE": STRIDE,
    "REGNET.SE_R": (0, 1),
    "REGNET.DEPTH": (1, 512),
    "REGNET.W0": (1, 4096),
    "REGNET.WA": (0, 4096),
    "REGNET.WM": (1.001, 4),
    "REGNET.GROUP_W": CHANNELS,
    "REGNET.BOT_MUL": (0.01, 100),
    "REGNET.HEAD_W": (0, 8192),
    "RESNET.NUM_GROUPS": (1, 1024),
    "RESNET.WIDTH_PER_GROUP": CHANNELS,
    "EN.DEPTHS": (1, DEEPEST),
    "EN.WIDTHS": (1, WIDEST),
    "EN.EXP_RATIOS": (1 / WIDEST, WIDEST),
    "EN.SE_R": (0, 1),
    "EN.STRIDES": STRIDE,
    "EN.KERNELS": (1, 11),
    "EN.HEAD_W": (0, 8192),
    "EN.STEM_W": CHANNELS,
}
"""Least and most of every number that is read; asked before anything is made of it."""

STEMS: dict[str, tuple[Literal["simple", "resnet"], int]] = {
    "res_stem_cifar": ("simple", 1),
    "simple_stem_in": ("simple", 2),
    "simple_stem": ("simple", 2),
    "res_stem_in": ("resnet", 2),
}
BLOCKS: dict[str, Block] = {
    "res_bottleneck_block": "X",
    "res_bottleneck_linear_block": "Z",
    "res_basic_block": "B",
    "vanilla_block": "V",
}
ACTIVATIONS: dict[str, Activation] = {
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
    "gelu": "gelu",
}


class _Plain(yaml.SafeLoader):  # type: ignore[misc]
    """Plain YAML: no aliases, by which a few lines stand for a billion values."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)


@dataclass(frozen=True)
class Read:
    """A network, and the sections that say nothing of it."""

    member: Member
    left_out: tuple[str, ...]


class _Section(Mapping[str, Any]):
    """A section's fields, each of the type of its default; an empty value is the default."""

    def __init__(self, name: str, said: Any, defaults: dict[str, Any]) -> None:
        if not isinstance(said, dict):
            raise NotPycls(f"{name}: should be a section of fields, not {said!r:.80}")
        self.name, self.defaults = name, defaults
        self._said = {key: value for key, value in said.items() if value is not None}

    def __getitem__(self, key: str) -> Any:
        default = self.defaults[key]
        if key not in self._said:
            return default
        value, field = self._said[key], f"{self.name}.{key}"
        if isinstance(default, list):
            if not isinstance(value, list):
                raise NotPycls(f"{field}: should be a list, not {value!r:.80}")
            return [allowed(field, number(field, one)) for one in value]
        if isinstance(default, bool | str):
            if not isinstance(value, type(default)):
                raise NotPycls(f"{field}: should be {_kind(default)}, not {value!r:.80}")
            return value
        read = number if isinstance(default, float) else whole
        return allowed(field, read(field, value))

    def __iter__(self) -> Any:
        return iter(self.defaults)

    def __len__(self) -> int:
        return len(self.defaults)

    def refuse_unknown(self) -> None:
        """A field that its code has not, which would else be left out without a word."""
        for key in self._said:
            if key not in self.defaults:
                there = ", ".join(self.defaults)
                raise NotPycls(f"{self.name}.{key!s:.80}: no such field; there are {there}")


def _kind(default: Any) -> str:
    return "true or false" if isinstance(default, bool) else "a word"


def number(field: str, value: Any) -> float:
    """A number, also one that YAML takes for a word: 5e-05."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotPycls(f"{field}: should be a number, not {value!r:.80}")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        raise NotPycls(f"{field}: should be a number, not {value!r:.80}") from None
    if not abs(found) < 1e12:
        raise NotPycls(f"{field}: should be a number below 1e12, not {value!r:.80}")
    return found


def whole(field: str, value: Any) -> int:
    """A whole number."""
    found = number(field, value)
    if found != int(found):
        raise NotPycls(f"{field}: should be a whole number, not {value!r:.80}")
    return int(found)


def allowed(field: str, value: float) -> float:
    """The same number, if it is one of those that the field may have."""
    least, most = ALLOWED.get(field, (-math.inf, math.inf))
    if not least <= value <= most:
        said = " to ".join(
            f"{end:,}" if end == int(end) else f"{end:g}" for end in (least, most)
        )
        raise NotPycls(f"{field}: should be {said}, not {value:,.12g}")
    return value


def read(text: str) -> Read:
    """The network of a configuration, and the images that it is for.

    Raises:
        NotPycls: it is none, or says what there is no network for.
    """
    if len(text) > LONGEST:
        raise NotPycls(f"a configuration has at most {LONGEST:,} characters, not {len(text):,}")
    try:
        said = _Plain(text).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotPycls(f"no YAML: {str(error).splitlines()[0][:200]}") from None
    if not isinstance(said, dict) or "MODEL" not in said:
        raise NotPycls("MODEL: needed; a configuration of pycls says the type of its model")
    sections = {
        name: _Section(name, said.get(name) or {}, defaults)
        for name, defaults in (DEFAULTS | IMAGES).items()
    }
    for name in DEFAULTS:
        sections[name].refuse_unknown()
    model, images = sections["MODEL"], sections["TRAIN"]
    if model["SCALING_TYPE"]:
        raise NotPycls(f"MODEL.SCALING_TYPE: no scaling is read, got {model['SCALING_TYPE']!r}")
    make = TYPES.get(model["TYPE"])
    if make is None:
        raise NotPycls(f"MODEL.TYPE: should be {', '.join(TYPES)}, not {model['TYPE']!r:.80}")
    try:
        network = make(sections)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NotPycls(f"{model['TYPE']}: {place}: {first['msg'][:200]}") from None
    left_out = tuple(str(name)[:40] for name in said if name not in DEFAULTS | IMAGES)
    return Read(Member(network, images["IM_SIZE"], model["NUM_CLASSES"]), left_out)


def activation(sections: Mapping[str, _Section]) -> Activation:
    name = sections["MODEL"]["ACTIVATION_FUN"]
    if name not in ACTIVATIONS:
        raise NotPycls(
            f"MODEL.ACTIVATION_FUN: should be {', '.join(ACTIVATIONS)}, not {name!r:.80}"
        )
    return ACTIVATIONS[name]


def stem(section: _Section) -> Stem:
    kind = section["STEM_TYPE"]
    if kind not in STEMS:
        raise NotPycls(
            f"{section.name}.STEM_TYPE: should be {', '.join(STEMS)}, not {kind!r:.80}"
        )
    name, stride = STEMS[kind]
    return Stem(kind=name, width=section["STEM_W"], stride=stride)


def block(section: _Section) -> Block:
    kind = section["BLOCK_TYPE"]
    if kind not in BLOCKS:
        raise NotPycls(
            f"{section.name}.BLOCK_TYPE: should be {', '.join(BLOCKS)}, not {kind!r:.80}"
        )
    return BLOCKS[kind]


def head(section: _Section, act: Activation) -> AnyHead:
    width = section["HEAD_W"]
    return ConvHead(kind="conv", width=width, act=act) if width else PoolHead()


def se_ratio(section: _Section, kind: Block) -> float:
    on = section["SE_ON"] and kind not in NO_BOTTLENECK
    return float(section["SE_R"]) if on else 0.0


def of_each_stage(section: _Section, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """The lists of a section, of one length, a tuple for each stage."""
    lists = {name: section[name] for name in names}
    n = len(lists[names[0]])
    for name, values in lists.items():
        if len(values) != n or not n:
            raise NotPycls(
                f"{section.name}.{name}: should have a value for each of {n} stages "
                f"(at least one), not {len(values)}"
            )
    if n > MOST_STAGES:
        raise NotPycls(
            f"{section.name}.{names[0]}: should have at most {MOST_STAGES} stages, not {n:,}"
        )
    return list(zip(*lists.values(), strict=True))


def anynet(sections: Mapping[str, _Section]) -> Network:
    """MODEL.TYPE anynet."""
    section, act = sections["ANYNET"], activation(sections)
    kind = block(section)
    names = ["DEPTHS", "WIDTHS", "STRIDES"]
    if kind not in NO_BOTTLENECK:
        names += ["BOT_MULS", "GROUP_WS"]
    stages = [
        _stage(section.name, kind, *settings) for settings in of_each_stage(section, names)
    ]
    return Network(
        stem=stem(section),
        stages=tuple(stages),
        se_ratio=se_ratio(section, kind),
        block=kind,
        act=act,
        head=head(section, act),
    )


def _stage(
    where: str,
    kind: Block,
    depth: float,
    width: float,
    stride: float,
    multiplier: float = 1,
    group_width: float = 0,
) -> Stage:
    d, w = whole(f"{where}.DEPTHS", depth), whole(f"{where}.WIDTHS", width)
    inner = round(w * multiplier)
    if inner < 1:
        raise NotPycls(f"{where}.BOT_MULS: {multiplier:g} leaves no channel of {w}")
    return Stage(
        depth=2 * d if kind == "V" else d,  # its vanilla block is two of V
        width=w,
        stride=whole(f"{where}.STRIDES", stride),
        bottleneck_ratio=w / inner,
        group_width=whole(f"{where}.GROUP_WS", group_width) or inner,
    )


def regnet(sections: Mapping[str, _Section]) -> Network:
    """MODEL.TYPE regnet."""
    section, act = sections["REGNET"], activation(sections)
    kind = block(section)
    if kind not in ("X", "Z"):
        raise NotPycls("REGNET.BLOCK_TYPE: should be a bottleneck block")
    depth, w0, wa, wm = (section[name] for name in ("DEPTH", "W0", "WA", "WM"))
    stages = Line(w0, wa, wm).stages(depth)
    network = RegNet.network(
        depth=depth,
        w0=w0,
        wa=wa,
        wm=wm,
        group_width=section["GROUP_W"],
        bottleneck_ratio=1 / section["BOT_MUL"],
        se_ratio=se_ratio(section, kind),
        stem=stem(section),
        strides=(section["STRIDE"],) * len(stages),
    )
    return Network.model_validate(
        network.model_copy(update={"block": kind, "act": act, "head": head(section, act)})
    )


def resnet(sections: Mapping[str, _Section]) -> Network:
    """MODEL.TYPE resnet, for ImageNet or, where TRAIN.DATASET says so, for CIFAR-10."""
    section, depth = sections["RESNET"], sections["MODEL"]["DEPTH"]
    basic = section["TRANS_FUN"] == "basic_transform"
    if not basic and section["TRANS_FUN"] != "bottleneck_transform":
        raise NotPycls(
            "RESNET.TRANS_FUN: should be basic_transform or bottleneck_transform, not "
            f"{section['TRANS_FUN']!r:.80}"
        )
    if "cifar" in sections["TRAIN"]["DATASET"]:
        if not basic or (depth - 2) % 6 or depth < 8:
            raise NotPycls(f"MODEL.DEPTH: for CIFAR-10 6 n + 2 of basic blocks, not {depth}")
        return resnext.cifar(depth)
    if depth not in resnext.DEPTHS:
        known = ", ".join(map(str, resnext.DEPTHS))
        raise NotPycls(f"MODEL.DEPTH: should be {known}, not {depth}")
    if basic:
        return resnext.imagenet(resnext.DEPTHS[depth], block="B")
    if section["STRIDE_1X1"]:
        raise NotPycls("RESNET.STRIDE_1X1: the stride is in the 3x3 here: should be false")
    groups, width = section["NUM_GROUPS"], section["WIDTH_PER_GROUP"]
    return resnext.imagenet(resnext.DEPTHS[depth], groups, width)


def effnet(sections: Mapping[str, _Section]) -> Network:
    """MODEL.TYPE effnet."""
    section, act = sections["EN"], activation(sections)
    rows = of_each_stage(section, ("DEPTHS", "WIDTHS", "STRIDES", "EXP_RATIOS", "KERNELS"))
    if (blocks_in_all := sum(section["DEPTHS"])) > DEEPEST:  # each is a value of its own
        raise NotPycls(
            f"EN.DEPTHS: should be at most {DEEPEST:,} blocks in all, not {blocks_in_all:,g}"
        )
    w_in, stages = section["STEM_W"], []
    for depth, width, stride, expansion, kernel in rows:
        blocks = []
        for j in range(whole("EN.DEPTHS", depth)):
            blocks.append(
                Inverted(
                    kernel=whole("EN.KERNELS", kernel),
                    inner=int(w_in * expansion),
                    width=whole("EN.WIDTHS", width),
                    stride=whole("EN.STRIDES", stride) if j == 0 else 1,
                    squeeze=int(w_in * section["SE_R"]),
                )
            )
            w_in = blocks[-1].width
        stages.append(
            InvertedStage(body="inverted", blocks=tuple(blocks), act=act, squeeze_act=act)
        )
    first = ActiveStem(kind="active", width=section["STEM_W"], act=act)
    return Network(stem=first, stages=tuple(stages), head=head(section, act))


TYPES = {"anynet": anynet, "regnet": regnet, "resnet": resnet, "effnet": effnet}
