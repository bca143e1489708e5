"""Quantities: every column a population can have, declared once.

Tables, axes, sliders, exports and messages read words and units here. Values are stored in
base units; `prefix` says how they are shown (flops as multiply-adds, shown in M).
Per-stage columns are the same quantities with a stage number: `depth_1`, `group_width_3`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from columns.numbers import fixed

Kind = Literal["range", "choice"]
"""How a constraint on it is set: by two ends, or by picking among its few values."""

Role = Literal["parameter", "complexity", "fit", "result"]
"""Where a column comes from: drawn, counted, fitted to the drawn widths, or measured."""

PREFIXES = {"": 1.0, "M": 1e6, "m": 1e-3}
SYMBOLS = ("s", "B")
"""Units that a prefix is written before without a space: ms, MB."""

OF_STAGE = re.compile(r"(\w+)_([1-9]\d*)", re.ASCII)
OF_PART = re.compile(r"(\w+)_([1-9]\d*)_(\d+)", re.ASCII)

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Quantity:
    """What a column's numbers are, and how people read them."""

    name: str  # of the column
    symbol: str  # as equations write it; a short word where the field has no symbol
    label: str
    unit: str  # base unit, in which values are stored; "": a pure number
    role: Role
    prefix: str = ""  # shown in units of PREFIXES[prefix]
    decimals: int = 0  # of a shown value, at least
    log: bool = False  # axis
    kind: Kind = "range"
    spread: bool = False  # of another quantity: in exports, no column or control of its own

    @property
    def scale(self) -> float:
        """Stored value / shown value."""
        return PREFIXES[self.prefix]

    @property
    def shown_unit(self) -> str:
        return joined(self.prefix, self.unit)

    @property
    def title(self) -> str:
        """Of an axis: label and shown unit."""
        return f"{self.label} ({self.shown_unit})" if self.shown_unit else self.label

    @property
    def named(self) -> str:
        """Label and symbol, where that is a letter of the field: `latency of 1 image t₁`."""
        short = self.symbol.isalpha() and len(self.symbol) > 2  # a word: mem, loss
        spelt = self.symbol in self.label.split() or len(self.symbol) > 3 or short
        return self.label if spelt else f"{self.label} {self.symbol}"

    @property
    def word(self) -> str:
        """How sentences call it."""
        return "error" if self.name == "error" else self.label

    def decimals_for(self, values: ArrayLike) -> int:
        """Decimals for a whole column of stored values.

        A count that is shown in millions keeps three digits of its median, so networks for
        8-pixel images don't all read "0 M".
        """
        counts = np.asarray(values, dtype=np.float64)
        counts = counts[np.isfinite(counts) & (counts > 0)]
        if not self.prefix or not counts.size:
            return self.decimals
        digits = math.floor(math.log10(np.median(counts) / self.scale))
        return max(self.decimals, 2 - digits)

    def show(self, value: float, decimals: int | None = None) -> str:
        """A stored value as text in shown units, without the unit; "–" where it lacks."""
        return fixed(value / self.scale, self.decimals if decimals is None else decimals)


@dataclass(frozen=True)
class Name:
    """What a number of a column stands for, where its numbers only count: an operation."""

    full: str  # as its authors spell it
    short: str  # where there is little room


def joined(prefix: str, unit: str) -> str:
    """A prefix and a unit as they are written: ms, M multiply-adds."""
    return f"{prefix}{unit}" if unit in SYMBOLS else f"{prefix} {unit}".strip()


def table(*quantities: Quantity) -> dict[str, Quantity]:
    return {quantity.name: quantity for quantity in quantities}


def timings(name: str, symbol: str, label: str) -> tuple[Quantity, ...]:
    """A benchmark's time: the median of its runs, and its quartiles."""
    median = Quantity(name, symbol, label, "s", "result", prefix="m", decimals=2, log=True)
    quartiles = (
        replace(
            median,
            name=f"{name}_q{i}",
            symbol=f"{symbol} Q{i}",
            label=f"{label}, quartile {i}",
            spread=True,
        )
        for i in (1, 3)
    )
    return (median, *quartiles)


QUANTITIES = table(
    Quantity("error", "e", "top-1 error", "%", "result", decimals=2),
    Quantity("depth", "d", "depth", "blocks", "parameter"),
    Quantity("w0", "w₀", "initial width", "channels", "parameter", log=True),
    Quantity("wa", "wₐ", "slope", "channels per block", "parameter", decimals=1, log=True),
    Quantity("wm", "wₘ", "width multiplier", "", "parameter", decimals=2),
    Quantity("bottleneck_ratio", "b", "bottleneck ratio", "", "parameter", kind="choice"),
    Quantity(
        "group_width", "g", "group width", "channels", "parameter", log=True, kind="choice"
    ),
    Quantity(
        "effective_group_width",
        "g′",
        "effective group width",
        "channels",
        "parameter",
        log=True,
        kind="choice",
    ),
    Quantity("se_ratio", "SE", "SE ratio", "", "parameter", decimals=2, kind="choice"),
    Quantity("flops", "flops", "flops", "multiply-adds", "complexity", prefix="M", log=True),
    Quantity(
        "params", "params", "parameters", "", "complexity", prefix="M", decimals=2, log=True
    ),
    Quantity(
        "activations",
        "acts",
        "activations",
        "",
        "complexity",
        prefix="M",
        decimals=2,
        log=True,
    ),
    Quantity("fit_w0", "ŵ₀", "fitted initial width", "channels", "fit", log=True),
    Quantity("fit_wa", "ŵₐ", "fitted slope", "channels per block", "fit", decimals=1, log=True),
    Quantity("fit_wm", "ŵₘ", "fitted width multiplier", "", "fit", decimals=2),
    Quantity("e_fit", "e_fit", "fit error", "", "fit", decimals=4),
    Quantity("vertices", "|V|", "vertices of the cell", "", "parameter", kind="choice"),
    Quantity("edges", "|E|", "edges of the cell", "", "parameter", kind="choice"),
    Quantity("convolutions_3x3", "3x3", "3x3 of the cell", "", "parameter", kind="choice"),
    Quantity("convolutions_1x1", "1x1", "1x1 of the cell", "", "parameter", kind="choice"),
    Quantity("convolutions", "3x3", "convolutions of the stem", "", "parameter", kind="choice"),
    Quantity("half_width", "h", "first width of the stem", "channels", "parameter", log=True),
    Quantity("stem_width", "C", "width of the stem", "channels", "parameter", log=True),
    Quantity("wires", "wires", "wires", "", "parameter"),
    Quantity("neighbours", "K", "neighbours", "", "parameter", kind="choice"),
    Quantity("probability", "P", "probability", "", "parameter", decimals=2),
    Quantity("ties", "M", "ties", "", "parameter", kind="choice"),
    Quantity("max_pools", "pools", "max pools of the cell", "", "parameter", kind="choice"),
    Quantity("resolution", "r", "resolution", "pixels", "parameter", kind="choice"),
    Quantity("scale", "s", "scale", "times the flops", "parameter", decimals=2, log=True),
    Quantity("training_seconds", "t", "training time", "s", "result", decimals=1, log=True),
    Quantity(
        "training_cpu_seconds",
        "t_cpu",
        "training CPU time",
        "s",
        "result",
        decimals=1,
        log=True,
    ),
    Quantity("loss", "loss", "training loss", "", "result", decimals=3, log=True),
    *timings("latency", "t₁", "latency of 1 image"),
    *timings("latency_64", "t₆₄", "latency of 64 images"),
    *timings("train_step", "t_step", "training step"),
    Quantity(
        "peak_memory",
        "mem",
        "peak memory",
        "B",
        "result",
        prefix="M",
        decimals=1,
        log=True,
    ),
)
"""Columns of a whole network; `group_width` is as drawn, `effective_group_width` as built.

Both, and `bottleneck_ratio`, exist where all stages of the network agree. `e_fit` is the least
over the grid of lines (`designspace.lines.fits`) for every network; `fit_w0`, `fit_wa`,
`fit_wm` are the line a network was drawn from, or the grid's nearest where it was drawn from
none.
"""

STAGE_QUANTITIES = table(
    QUANTITIES["depth"],
    Quantity("width", "w", "width", "channels", "parameter", log=True),
    Quantity("effective_width", "w′", "effective width", "channels", "parameter", log=True),
    QUANTITIES["bottleneck_ratio"],
    QUANTITIES["group_width"],
    QUANTITIES["effective_group_width"],
    Quantity("groups", "G", "groups", "", "parameter", log=True, kind="choice"),
    Quantity("kernel", "k", "kernel", "pixels", "parameter", kind="choice"),
    Quantity("expansion", "e", "expansion", "", "parameter", decimals=1, kind="choice"),
    Quantity("operation", "op", "operation", "", "parameter", kind="choice"),
    Quantity("squeeze", "se", "squeeze", "", "parameter", kind="choice"),
    Quantity("skip", "skip", "skip", "", "parameter", kind="choice"),
)
"""Columns that exist once per stage, named `NAME_i`, i = 1, 2, ..; `width` is as drawn."""

PART_QUANTITIES = table(
    STAGE_QUANTITIES["kernel"],
    STAGE_QUANTITIES["expansion"],
    STAGE_QUANTITIES["operation"],
)
"""Columns of parts, `NAME_i_j`: block j of stage i, or the edge of a cell to node i from j."""


def declared(name: str) -> Quantity | None:
    """The quantity of a column, per-stage names included; None if there is none."""
    if name in QUANTITIES:
        return QUANTITIES[name]
    match = OF_STAGE.fullmatch(name)
    if match and match[1] in STAGE_QUANTITIES:
        return of_stage(STAGE_QUANTITIES[match[1]], int(match[2]))
    part = OF_PART.fullmatch(name)
    if part and part[1] in PART_QUANTITIES:
        return of_part(PART_QUANTITIES[part[1]], int(part[2]), int(part[3]))
    return None


def quantity(name: str) -> Quantity:
    """The quantity of a column, per-stage names included.

    Raises:
        ValueError: no such column; the message lists names that come near.
    """
    if found := declared(name):
        return found
    match = OF_STAGE.fullmatch(name)
    stage = match[2] if match else "1"
    known = [*QUANTITIES, *(f"{base}_{stage}" for base in STAGE_QUANTITIES)]
    near = get_close_matches(name, known)
    listed = ", ".join(near or known)
    raise ValueError(f"no quantity {name!r}; {'near it' if near else 'there are'}: {listed}")


def described(name: str) -> Quantity:
    """The quantity of a column; one that nobody declared is measured, and shown as it is."""
    undeclared = Quantity(name, name, name.replace("_", " "), "", "result", decimals=3)
    return declared(name) or undeclared


def of_part(whole: Quantity, to: int, of: int) -> Quantity:
    """`whole` as it is said of a part: block `of` of stage `to`, the edge to it from `of`."""
    return replace(
        whole,
        name=f"{whole.name}_{to}_{of}",
        symbol=whole.symbol + f"{to},{of}".translate(SUBSCRIPTS),
        label=f"{whole.label} {to},{of}",
    )


def is_result(name: str) -> bool:
    """Whether a column is measured: neither drawn, counted nor fitted; unknown ones are."""
    return described(name).role == "result"


def of_stage(whole: Quantity, stage: int) -> Quantity:
    """`whole` as it is said of stage number `stage`, counted from 1."""
    return replace(
        whole,
        name=f"{whole.name}_{stage}",
        symbol=whole.symbol + str(stage).translate(SUBSCRIPTS),
        label=f"{whole.label} of stage {stage}",
    )
