"""Configurations of pycls, the code of the paper's authors, read as the networks that they are.

Sections of training may be there, too, and are named. What can't be said here is refused with
its field.

Source: github.com/facebookresearch/pycls at 5c16371, pycls/models/anynet.py, regnet.py,
resnet.py, effnet.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from designspace.lines.line import Line
from designspace.naming.pycls_config import NotPycls, Section, sections, whole
from designspace.networks.ends import ActiveStem, AnyHead, ConvHead, PoolHead, Stem
from designspace.networks.inverted import Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.numbers import DEEPEST, Activation
from designspace.networks.repeats import NO_BOTTLENECK, Block, Stage
from designspace.spaces import resnext
from designspace.spaces.base import Member
from designspace.spaces.regnet import RegNet

MOST_STAGES = 32
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


@dataclass(frozen=True)
class Read:
    """A network, and the sections that say nothing of it."""

    member: Member
    left_out: tuple[str, ...]


def read(text: str) -> Read:
    """The network of a configuration, and the images that it is for.

    Raises:
        NotPycls: it is none, or says what there is no network for.
    """
    found, left_out = sections(text)
    model, images = found["MODEL"], found["TRAIN"]
    if model["SCALING_TYPE"]:
        raise NotPycls(f"MODEL.SCALING_TYPE: no scaling is read, got {model['SCALING_TYPE']!r}")
    make = TYPES.get(model["TYPE"])
    if make is None:
        raise NotPycls(f"MODEL.TYPE: should be {', '.join(TYPES)}, not {model['TYPE']!r:.80}")
    try:
        network = make(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise NotPycls(f"{model['TYPE']}: {place}: {first['msg'][:200]}") from None
    return Read(Member(network, images["IM_SIZE"], model["NUM_CLASSES"]), left_out)


def activation(said: Mapping[str, Section]) -> Activation:
    name = said["MODEL"]["ACTIVATION_FUN"]
    if name not in ACTIVATIONS:
        raise NotPycls(
            f"MODEL.ACTIVATION_FUN: should be {', '.join(ACTIVATIONS)}, not {name!r:.80}"
        )
    return ACTIVATIONS[name]


def stem(section: Section) -> Stem:
    kind = section["STEM_TYPE"]
    if kind not in STEMS:
        raise NotPycls(
            f"{section.name}.STEM_TYPE: should be {', '.join(STEMS)}, not {kind!r:.80}"
        )
    name, stride = STEMS[kind]
    return Stem(kind=name, width=section["STEM_W"], stride=stride)


def block(section: Section) -> Block:
    kind = section["BLOCK_TYPE"]
    if kind not in BLOCKS:
        raise NotPycls(
            f"{section.name}.BLOCK_TYPE: should be {', '.join(BLOCKS)}, not {kind!r:.80}"
        )
    return BLOCKS[kind]


def head(section: Section, act: Activation) -> AnyHead:
    width = section["HEAD_W"]
    return ConvHead(kind="conv", width=width, act=act) if width else PoolHead()


def se_ratio(section: Section, kind: Block) -> float:
    on = section["SE_ON"] and kind not in NO_BOTTLENECK
    return float(section["SE_R"]) if on else 0.0


def of_each_stage(section: Section, names: Sequence[str]) -> list[tuple[Any, ...]]:
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


def anynet(said: Mapping[str, Section]) -> Network:
    """MODEL.TYPE anynet."""
    section, act = said["ANYNET"], activation(said)
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


def regnet(said: Mapping[str, Section]) -> Network:
    """MODEL.TYPE regnet."""
    section, act = said["REGNET"], activation(said)
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


def resnet(said: Mapping[str, Section]) -> Network:
    """MODEL.TYPE resnet, for ImageNet or, where TRAIN.DATASET says so, for CIFAR-10."""
    section, depth = said["RESNET"], said["MODEL"]["DEPTH"]
    basic = section["TRANS_FUN"] == "basic_transform"
    if not basic and section["TRANS_FUN"] != "bottleneck_transform":
        raise NotPycls(
            "RESNET.TRANS_FUN: should be basic_transform or bottleneck_transform, not "
            f"{section['TRANS_FUN']!r:.80}"
        )
    if "cifar" in said["TRAIN"]["DATASET"]:
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


def effnet(said: Mapping[str, Section]) -> Network:
    """MODEL.TYPE effnet."""
    section, act = said["EN"], activation(said)
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
