"""The union of all families, and the named spaces."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, TypeAdapter

from designspace.laws import Choice, LogUniform, Uniform
from designspace.network import Stem
from designspace.spaces.anynet import AnyNet
from designspace.spaces.regnet import RegNet

DesignSpace: TypeAlias = Annotated[AnyNet | RegNet, Field(discriminator="family")]
"""Any design space. A new family joins here, and inherits the whole test suite."""

DESIGN_SPACE: TypeAdapter[AnyNet | RegNet] = TypeAdapter(DesignSpace)

SMALL_STEM, SMALL_STRIDES = Stem(width=16, stride=1), (1, 2, 2)

PRESETS: dict[str, AnyNet | RegNet] = {
    "AnyNetX_A": AnyNet(),
    "RegNetX": RegNet(
        depth=Uniform(lo=1, hi=63),
        w0=LogUniform(lo=8, hi=256, step=8),
        wa=LogUniform(lo=0.1, hi=256, step=0.1),
        wm=LogUniform(lo=1.5, hi=3, step=0.001),
        bottleneck_ratio=Choice(choices=(1, 2, 4)),
        group_width=Choice(choices=(1, 2, 4, 8, 16, 32)),
    ),
    "RegNetX (pycls ranges)": RegNet(),
    # Small images: both spaces with the same range of depths, so that depth confounds less.
    "AnyNetX_A small": AnyNet(
        stem=SMALL_STEM,
        strides=SMALL_STRIDES,
        depth=LogUniform(lo=1, hi=6),
        width=LogUniform(lo=8, hi=128, step=8),
        group_width=Choice(choices=(1, 2, 4, 8, 16)),
    ),
    "RegNetX small": RegNet(
        stem=SMALL_STEM,
        strides=SMALL_STRIDES,
        depth=Uniform(lo=3, hi=18),
        w0=LogUniform(lo=8, hi=64, step=8),
        wa=LogUniform(lo=4, hi=64, step=0.1),
        wm=LogUniform(lo=1.5, hi=3, step=0.001),
        bottleneck_ratio=Choice(choices=(1, 2, 4)),
        group_width=Choice(choices=(1, 2, 4, 8, 16)),
    ),
}
