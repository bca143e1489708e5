"""The ready-made spaces: those of the paper and theirs for small images, then their rivals."""

from __future__ import annotations

from typing import Any

from designspace.laws.laws import Choice, LogUniform, Uniform
from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.spaces import AnyFamily
from designspace.spaces.anynet import AnyNet
from designspace.spaces.ray import Ray
from designspace.spaces.regnet import RegNet
from designspace.spaces.resized import Resized
from designspace.spaces.rivals import RIVALS
from designspace.spaces.staged import Limits

REFINEMENTS: dict[str, dict[str, Any]] = {
    "A": {},
    "B": {"shared": ("bottleneck_ratio",)},
    "C": {"shared": ("bottleneck_ratio", "group_width")},
    "D": {"shared": ("bottleneck_ratio", "group_width"), "non_decreasing": ("width",)},
    "E": {
        "shared": ("bottleneck_ratio", "group_width"),
        "non_decreasing": ("depth", "width"),
    },
}
"""The paper's chain AnyNetX_A to E: what each adds to A. Source: 2003.13678, section 3.2."""

REGNETX = RegNet(
    depth=Uniform(lo=1, hi=63),
    w0=LogUniform(lo=8, hi=256, step=8),
    wa=LogUniform(lo=0.1, hi=256, step=0.1),
    wm=LogUniform(lo=1.5, hi=3, step=0.001),
    bottleneck_ratio=Choice(choices=(1, 2, 4)),
    group_width=Choice(choices=(1, 2, 4, 8, 16, 32)),
)
"""Source: 2003.13678, section 3.3: "d < 64, w0, wa < 256, 1.5 <= wm <= 3"; b, g as before."""

CONSTRAINED = REGNETX.model_copy(
    update={
        "depth": Uniform(lo=1, hi=40),
        "wm": LogUniform(lo=2, hi=3, step=0.001),
        "bottleneck_ratio": Choice(choices=(1,)),
        "limits": Limits(),
    }
)
"""Source: 2003.13678, section 4: b = 1, d <= 40, wm >= 2, limits on params and activations."""

SMALL: dict[str, Any] = {
    "stem": Stem(width=16, stride=1),
    "strides": (1, 2, 2),
    "group_width": Choice(choices=(1, 2, 4, 8, 16)),
}
"""For small images. Both families have the same range of depths: it confounds less."""

DEEP: dict[str, Any] = {
    "stem": Stem(width=16, stride=1),
    "strides": (1, 2, 2, 2),
    "bottleneck_ratio": Choice(choices=(1, 2)),
    "group_width": Choice(choices=(1, 2, 4, 8, 16)),
}
"""For small images, and as deep as the paper's networks: four stages of 12 to 28 blocks."""

REGNETX_SMALL = RegNet(
    **SMALL,
    depth=Uniform(lo=3, hi=18),
    w0=LogUniform(lo=8, hi=64, step=8),
    wa=LogUniform(lo=4, hi=64, step=0.1),
    wm=LogUniform(lo=1.5, hi=3, step=0.001),
    bottleneck_ratio=Choice(choices=(1, 2, 4)),
)

SCALED = Network(
    stem=Stem(width=16, stride=1),
    stages=(
        Stage(depth=1, width=16, stride=1, group_width=8),
        Stage(depth=2, width=24, group_width=8),
        Stage(depth=2, width=48, group_width=8),
    ),
)
"""A network of 1 M multiply-adds on images of 14 pixels."""

PRESETS: dict[str, AnyFamily] = {
    **{f"AnyNetX_{name}": AnyNet(**rules) for name, rules in REFINEMENTS.items()},
    "RegNetX": REGNETX,
    "RegNetX, w_a = w_0": REGNETX.model_copy(update={"wa": "w0"}),
    "RegNetX constrained": CONSTRAINED,
    "RegNetX section 5": CONSTRAINED.model_copy(update={"depth": Uniform(lo=12, hi=28)}),
    "RegNetX (pycls ranges)": RegNet(),
    **{
        f"AnyNetX_{name} small": AnyNet(
            **SMALL,
            **rules,
            depth=LogUniform(lo=1, hi=6),
            width=LogUniform(lo=8, hi=128, step=8),
        )
        for name, rules in REFINEMENTS.items()
    },
    "RegNetX small": REGNETX_SMALL,
    "RegNetX small, 8 to 20 px": Resized(
        space=REGNETX_SMALL, resolution=Choice(choices=(8, 10, 12, 14, 16, 20))
    ),
    "RegNetX small, scaled": Ray(
        network=SCALED, resolution=14, scale=Choice(choices=(0.5, 1, 2, 4, 8))
    ),
    "AnyNetX_A deep": AnyNet(
        **DEEP, depth=LogUniform(lo=3, hi=7), width=LogUniform(lo=8, hi=128, step=8)
    ),
    "RegNetX deep": RegNet(
        **DEEP,
        depth=Uniform(lo=12, hi=28),
        w0=LogUniform(lo=8, hi=24, step=8),
        wa=LogUniform(lo=3, hi=16, step=0.1),
        wm=LogUniform(lo=2, hi=3, step=0.001),
    ),
    **RIVALS,
}
