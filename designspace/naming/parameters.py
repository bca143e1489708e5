"""A network by the parameters that others tell it by: a RegNet by its line."""

from __future__ import annotations

from designspace.lines.line import Line
from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.spaces.regnet import RegNet


def regnet(
    line: Line,
    depth: int,
    group_width: int,
    bottleneck_ratio: float,
    se_ratio: float = 0,
    stem_width: int = 32,
) -> Network:
    """The RegNet of a line; as many stages as its widths have, each of half the side, as pycls
    builds them.

    Raises:
        ValueError: the line skips a level, so no stage has that width.
    """
    stages = line.stages(depth)
    if len(stages) != max(line.levels(depth)) + 1:
        raise ValueError("its line skips a level: no stage has that width")
    return RegNet.network(
        depth=depth,
        w0=line.w0,
        wa=line.wa,
        wm=line.wm,
        group_width=group_width,
        bottleneck_ratio=bottleneck_ratio,
        se_ratio=se_ratio,
        stem=Stem(width=stem_width),
        strides=(2,) * len(stages),
    )
