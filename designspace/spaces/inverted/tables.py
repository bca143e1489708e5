"""Tables of inverted blocks, as papers print them, and the networks that they are.

A row is a stage: kernel, expansion (or the inner width itself), width, repeats, stride of the
first. A multiplier scales widths, which are then divisible by eight and never below 90 %
(`eights`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Literal

import numpy as np

from designspace.networks.ends import ActiveStem, ConvHead
from designspace.networks.inverted import Gate, Inverted, InvertedStage
from designspace.networks.network import Network
from designspace.networks.numbers import Activation, eights

SqueezeRule = Literal["input", "inner"]
"""What SE squeezes a quarter of: the block's input, cut to a whole number (EfficientNet, on
purpose: tensorflow/tpu issue 616; MnasNet), or the inner width, by `eights` (MobileNetV3)."""


@dataclass(frozen=True)
class Row:
    """A stage: its blocks are alike, but that the first has the stride."""

    kernel: int
    expansion: float
    width: int
    depth: int
    stride: int
    squeeze: bool = False
    act: Activation | None = None  # None: the table's
    inner: int | None = None  # m, where a paper prints it in place of an expansion


@dataclass(frozen=True)
class Table:
    """A published network of inverted blocks."""

    stem: int
    rows: tuple[Row, ...]
    tail: int  # of the 1x1 before the pool
    act: Activation = "relu6"
    hidden: int = 0  # of the layer after the pool
    hidden_bias: bool = True
    squeeze_rule: SqueezeRule = "input"
    squeeze_act: Activation = "relu"
    gate: Gate = "sigmoid"
    tail_grows: Literal["never", "above 1", "always"] = "never"  # by the multiplier
    hidden_grows: bool = False
    residual: Literal["all", "not first", "none"] = "all"  # blocks that add their input
    expands: Literal["wider", "always"] = "wider"
    stem_stays_below: float = 0
    end: Activation = "none"  # after each block's last 1x1

    @property
    def stem_layer(self) -> ActiveStem:
        return ActiveStem(kind="active", width=self.stem, act=self.act)

    @property
    def head(self) -> ConvHead:
        return ConvHead(
            kind="conv",
            width=self.tail,
            hidden=self.hidden,
            hidden_bias=self.hidden_bias,
            act=self.act,
        )

    def scaled(self, multiplier: float) -> Table:
        """All widths times a multiplier; the stem stays where `stem_stays_below` it."""
        if multiplier == 1:
            return self
        rows = tuple(
            replace(
                row,
                width=eights(row.width * multiplier),
                inner=row.inner and eights(row.inner * multiplier),
            )
            for row in self.rows
        )
        grows = {"never": 1.0, "above 1": max(1.0, multiplier), "always": multiplier}
        return replace(
            self,
            stem=self.stem
            if multiplier < self.stem_stays_below
            else eights(self.stem * multiplier),
            rows=rows,
            tail=eights(self.tail * grows[self.tail_grows]),
            hidden=eights(self.hidden * multiplier) if self.hidden_grows else self.hidden,
        )

    def deeper(self, factor: float) -> Table:
        """All stages deeper by a factor, rounded up. Source: EfficientNet, arXiv 1905.11946."""
        rows = tuple(replace(row, depth=ceil(row.depth * factor)) for row in self.rows)
        return replace(self, rows=rows)

    def network(self) -> Network:
        """The network of the table."""
        stages, w_in = [], self.stem
        for i, row in enumerate(self.rows):
            stages.append(self.stage(row, w_in, i == 0))
            w_in = row.width
        return Network(stem=self.stem_layer, stages=tuple(stages), head=self.head)

    def stage(self, row: Row, w_in: int, first: bool = False) -> InvertedStage:
        """A row's blocks on `w_in` channels."""
        return InvertedStage(blocks=tuple(self._blocks(row, w_in, first)), **self.shared(row))

    def shared(self, row: Row) -> dict[str, Any]:
        """What all blocks of a row have alike."""
        return {
            "body": "inverted",
            "act": row.act or self.act,
            "squeeze_act": self.squeeze_act,
            "gate": self.gate,
            "end": self.end,
            "expands": self.expands,
        }

    def _blocks(self, row: Row, w_in: int, first: bool) -> Iterator[Inverted]:
        for j in range(row.depth):
            inner = row.inner or int(self.inner_width(w_in, row.expansion))
            yield Inverted(
                kernel=row.kernel,
                inner=inner,
                width=row.width,
                stride=row.stride if j == 0 else 1,
                squeeze=int(self.squeezed(w_in, inner)) if row.squeeze else 0,
                residual=self.adds(first),
            )
            w_in = row.width

    def adds(self, first: bool) -> bool:
        """Whether a block adds its input where stride and widths let it."""
        return self.residual == "all" or (self.residual == "not first" and not first)

    def inner_width(self, w_in: Any, expansion: Any) -> Any:
        """Channels of the depthwise convolution; those of MobileNetV3 by `eights`."""
        inner = np.rint(np.multiply(w_in, expansion)).astype(np.int64)
        return eights(np.multiply(w_in, expansion)) if self.squeeze_rule == "inner" else inner

    def squeezed(self, w_in: Any, inner: Any) -> Any:
        """Channels inside SE."""
        if self.squeeze_rule == "inner":
            return eights(np.asarray(inner) // 4)
        return np.maximum(1, np.floor(np.multiply(w_in, 0.25)).astype(np.int64))


def rows(text: str) -> tuple[Row, ...]:
    """Rows as papers print them: `k e o n s` each, perhaps `SE`, `RE`, `HS`; `|` between."""
    found = []
    for part in text.split("|"):
        kernel, expansion, width, depth, stride, *more = part.split()
        found.append(
            Row(
                int(kernel),
                float(expansion),
                int(width),
                int(depth),
                int(stride),
                squeeze="SE" in more,
                act=next((ACTS[word] for word in more if word in ACTS), None),
            )
        )
    return tuple(found)


def inner_rows(text: str) -> tuple[Row, ...]:
    """Rows of single blocks as MobileNetV3 prints them: `k m o SE|- RE|HS s`, `x2` for two."""
    found = []
    for part in text.split("|"):
        kernel, inner, width, squeeze, act, stride, *times = part.split()
        row = Row(
            int(kernel), 0, int(width), 1, int(stride), squeeze == "SE", ACTS[act], int(inner)
        )
        found += [row] * (int(times[0][1:]) if times else 1)
    return tuple(found)


ACTS: dict[str, Activation] = {"RE": "relu", "HS": "h_swish"}

MOBILENET_V1 = Table(
    32,
    rows("3 1 64 1 1 | 3 1 128 2 2 | 3 1 256 2 2 | 3 1 512 6 2 | 3 1 1024 2 2"),
    0,
    act="relu",
    end="relu",
    residual="none",
)
"""Source: arXiv 1704.04861, table 1."""

MOBILENET_V2 = Table(
    32,
    rows(
        "3 1 16 1 1 | 3 6 24 2 2 | 3 6 32 3 2 | 3 6 64 4 2 | 3 6 96 3 1 | 3 6 160 3 2"
        " | 3 6 320 1 1"
    ),
    1280,
    tail_grows="above 1",
)
"""Source: arXiv 1801.04381, table 2."""

MOBILENET_V3_LARGE = Table(
    16,
    inner_rows(
        "3 16 16 - RE 1 | 3 64 24 - RE 2 | 3 72 24 - RE 1 | 5 72 40 SE RE 2"
        " | 5 120 40 SE RE 1 x2 | 3 240 80 - HS 2 | 3 200 80 - HS 1 | 3 184 80 - HS 1 x2"
        " | 3 480 112 SE HS 1 | 3 672 112 SE HS 1 | 5 672 160 SE HS 2 | 5 960 160 SE HS 1 x2"
    ),
    960,
    act="h_swish",
    hidden=1280,
    squeeze_rule="inner",
    gate="h_sigmoid",
    tail_grows="always",
    hidden_grows=True,
)
"""Source: arXiv 1905.02244, table 1."""

MOBILENET_V3_SMALL = replace(
    MOBILENET_V3_LARGE,
    rows=inner_rows(
        "3 16 16 SE RE 2 | 3 72 24 - RE 2 | 3 88 24 - RE 1 | 5 96 40 SE HS 2"
        " | 5 240 40 SE HS 1 x2 | 5 120 48 SE HS 1 | 5 144 48 SE HS 1 | 5 288 96 SE HS 2"
        " | 5 576 96 SE HS 1 x2"
    ),
    tail=576,
    hidden=1024,
)
"""Source: arXiv 1905.02244, table 2; without the SE that it marks in the last 1x1."""

TIMM_V3_LARGE = replace(
    MOBILENET_V3_LARGE,
    rows=rows(
        "3 1 16 1 1 RE | 3 4 24 1 2 RE | 3 3 24 1 1 RE | 5 3 40 3 2 SE RE | 3 6 80 1 2"
        " | 3 2.5 80 1 1 | 3 2.3 80 2 1 | 3 6 112 2 1 SE | 5 6 160 3 2 SE"
    ),
    hidden_grows=False,
    stem_stays_below=0.75,
)
TIMM_V3_SMALL = replace(
    MOBILENET_V3_SMALL,
    rows=rows(
        "3 1 16 1 2 SE RE | 3 4.5 24 1 2 RE | 3 3.67 24 1 1 RE | 5 4 40 1 2 SE | 5 6 40 2 1 SE"
        " | 5 3 48 2 1 SE | 5 6 96 3 2 SE"
    ),
    hidden_grows=False,
    stem_stays_below=0.75,
)
"""timm's: inner widths by expansion, so that a multiplier meets the paper's own figures."""

MNASNET_B1 = Table(
    32,
    rows(
        "3 1 16 1 1 | 3 3 24 3 2 | 5 3 40 3 2 | 5 6 80 3 2 | 3 6 96 2 1 | 5 6 192 4 2"
        " | 3 6 320 1 1"
    ),
    1280,
    act="relu",
    residual="not first",
)
MNASNET_A1 = replace(
    MNASNET_B1,
    rows=rows(
        "3 1 16 1 1 | 3 6 24 2 2 | 5 3 40 3 2 SE | 3 6 80 4 2 | 3 6 112 2 1 SE"
        " | 5 6 160 3 2 SE | 3 6 320 1 1"
    ),
)
"""Source: arXiv 1807.11626, figure 7 (A1); its authors' code (B1)."""

EFFICIENTNET_B0 = Table(
    32,
    rows(
        "3 1 16 1 1 SE | 3 6 24 2 2 SE | 5 6 40 2 2 SE | 3 6 80 3 2 SE | 5 6 112 3 1 SE"
        " | 5 6 192 4 2 SE | 3 6 320 1 1 SE"
    ),
    1280,
    act="silu",
    squeeze_act="silu",
    tail_grows="always",
)
"""Source: arXiv 1905.11946, table 1."""

EFFICIENTNETS = {
    "b0": (1.0, 1.0, 224),
    "b1": (1.0, 1.1, 240),
    "b2": (1.1, 1.2, 260),
    "b3": (1.2, 1.4, 300),
    "b4": (1.4, 1.8, 380),
    "b5": (1.6, 2.2, 456),
    "b6": (1.8, 2.6, 528),
    "b7": (2.0, 3.1, 600),
    "b8": (2.2, 3.6, 672),
    "l2": (4.3, 5.3, 800),
}
"""Width, depth and resolution of each, from its authors' code."""


PROXYLESS = Table(
    32,
    rows(
        "3 1 16 1 1 | 3 6 24 4 2 | 3 6 40 4 2 | 3 6 80 4 2 | 3 6 96 4 1 | 3 6 192 4 2"
        " | 3 6 320 1 1"
    ),
    1280,
    residual="not first",
    tail_grows="above 1",
)
"""What the search code of arXiv 1812.00332 searches around; its published nets have widths of
their own (`proxyless`)."""

OFA_MOBILENET_V3 = replace(
    MOBILENET_V3_LARGE,
    rows=rows(
        "3 1 16 1 1 RE | 3 6 24 4 2 RE | 5 6 40 4 2 SE RE | 3 6 80 4 2 | 3 6 112 4 1 SE"
        " | 5 6 160 4 2 SE"
    ),
    hidden_bias=False,
)
OFA_PROXYLESS = replace(PROXYLESS, tail_grows="always")
"""Source: arXiv 1908.09791, and its authors' code."""

FBNET = Table(
    16,
    rows(
        "3 1 16 1 1 | 3 6 24 4 2 | 3 6 32 4 2 | 3 6 64 4 2 | 3 6 112 4 1 | 3 6 184 4 2"
        " | 3 6 352 1 1"
    ),
    1984,
    act="relu",
    expands="always",
)
"""Source: arXiv 1812.03443, table 1; its first stage is searched, too."""


def proxyless(stem: int, tail: int, text: str) -> Network:
    """A published ProxylessNAS: `KERNEL EXPANSION x WIDTH [: STRIDE]` of each block.

    Source: arXiv 1812.00332, figure 3, and its authors' configurations.
    """
    found = []
    for word in text.split():
        settings, _, stride = word.partition(":")
        form, _, width = settings.partition("x")
        found.append(Row(int(form[0]), float(form[1:]), int(width), 1, int(stride or 1)))
    return replace(PROXYLESS, stem=stem, rows=tuple(found), tail=tail).network()


PUBLISHED_PROXYLESS = {
    "proxylessnas_mobile": (
        32,
        1280,
        "31x16 53x32:2 33x32 73x40:2 33x40 53x40 53x40 76x80:2 53x80 53x80 53x80 56x96 53x96"
        " 53x96 53x96 76x192:2 76x192 73x192 73x192 76x320",
    ),
    "proxylessnas_mobile14": (
        48,
        1792,
        "31x24 53x40:2 33x40 73x56:2 33x56 53x56 53x56 76x112:2 53x112 53x112 53x112 56x136"
        " 53x136 53x136 53x136 76x256:2 76x256 73x256 73x256 76x448",
    ),
    "proxylessnas_gpu": (
        40,
        1728,
        "31x24 53x32:2 73x56:2 33x56 76x112:2 53x112 56x128 33x128 53x128 76x256:2 76x256"
        " 76x256 56x256 76x432",
    ),
    "proxylessnas_cpu": (
        40,
        1432,
        "31x24 36x32:2 33x32 33x32 33x32 36x48:2 33x48 33x48 53x48 36x88:2 33x88 56x104 33x104"
        " 33x104 33x104 56x216:2 53x216 53x216 33x216 56x360",
    ),
}


def efficientnet(name: str) -> Callable[[float], Network]:
    """EfficientNet-B0 to B7: another multiplier of widths comes on top of its own."""
    width, depth, _ = EFFICIENTNETS[name]
    return lambda times: EFFICIENTNET_B0.scaled(width * times).deeper(depth).network()
