"""The sections of a configuration of pycls, as people write them: fields, defaults, limits.

Numbers like 5e-5, which YAML takes for words, are numbers; an empty value is the default.

Source: github.com/facebookresearch/pycls at 5c16371, pycls/core/config.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import yaml

from designspace.networks.numbers import DEEPEST, WIDEST

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


def sections(text: str) -> tuple[dict[str, Section], tuple[str, ...]]:
    """The sections that make a network and its images; the names of others, which say nothing.

    Raises:
        NotPycls: no YAML, no section `MODEL`, a field that there is none of.
    """
    if len(text) > LONGEST:
        raise NotPycls(f"a configuration has at most {LONGEST:,} characters, not {len(text):,}")
    try:
        said = _Plain(text).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotPycls(f"no YAML: {str(error).splitlines()[0][:200]}") from None
    if not isinstance(said, dict) or "MODEL" not in said:
        raise NotPycls("MODEL: needed; a configuration of pycls says the type of its model")
    known = DEFAULTS | IMAGES
    found = {name: Section(name, said.get(name) or {}, known[name]) for name in known}
    for name in DEFAULTS:
        found[name].refuse_unknown()
    return found, tuple(str(name)[:40] for name in said if name not in known)


class _Plain(yaml.SafeLoader):  # type: ignore[misc]
    """Plain YAML: no aliases, by which a few lines stand for a billion values."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)


class Section(Mapping[str, Any]):
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
