"""The ready-made spaces that RegNet is argued against, and theirs for small images.

A small one lists what was scaled: widths, depths, strides, heads. Of its candidates at least
one in fifty has 0.3 to 0.6 M multiply-adds on images of 14 pixels (tests).
"""

from __future__ import annotations

from typing import Any

from designspace.laws.laws import Choice, Uniform
from designspace.spaces import AnyFamily
from designspace.spaces.cells.darts import Darts
from designspace.spaces.cells.nasbench101 import NasBench101
from designspace.spaces.cells.nasbench201 import NasBench201
from designspace.spaces.cells.nats_size import NatsSize
from designspace.spaces.convnext import ConvNeXt
from designspace.spaces.inverted.fbnet import FBNet
from designspace.spaces.inverted.mbconv import MBConv
from designspace.spaces.inverted.mnasnet import MnasNet
from designspace.spaces.inverted.tables import EFFICIENTNET_B0
from designspace.spaces.ofa_resnet50 import OFAResNet50
from designspace.spaces.ray import Ray
from designspace.spaces.resized import Resized
from designspace.spaces.resnext import ResNeXt
from designspace.spaces.wired.randwire import RandWire


def among(*choices: float) -> Choice:
    """Any of the values, alike."""
    return Choice(choices=choices)


DEPTHS = among(1, 2, 3, 4, 6, 8, 12, 16, 24)
WIDTHS = among(16, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256)
"""Nine and twelve values "about even in log space": its paper prints the numbers of values
only, and these hold every example that its authors publish."""

STAGED: dict[str, Any] = {
    "drawn_by": "stage",
    "kernel": among(3, 5),
    "depth": among(1, 2, 3, 4),
}
"""What MnasNet and EfficientNet search: blocks of a stage are alike."""

V1: dict[str, Any] = STAGED | {
    "table": "mobilenet_v1",
    "kernel": among(3),
    "expansion": among(1),
    "depth": among(1, 2, 3, 4, 6),
    "width": among(0.25, 0.5, 0.75, 1),
}
"""Its paper varies one multiplier of all widths (and the resolution); here each stage has its
own, and a depth around the table's 1 2 2 6 2."""

SMALL: dict[str, Any] = {
    "multiplier": 0.25,
    "strides": (2, 1, 2, 1, 2, 1, 1, 1),
    "tail": 64,
    "hidden": 0,
}
SMALL_V3: dict[str, Any] = SMALL | {"strides": (2, 1, 2, 1, 2, 1, 1)}
"""A quarter of the widths, three halvings, a tail of 64 channels."""

TWO_HALVINGS = (1, 1, 2, 1, 2, 1, 1, 1)
"""Where three would leave the digits too little for what has few shortcuts or many blocks."""

RIVALS: dict[str, AnyFamily] = {
    "ResNeXt-A": ResNeXt(),
    "ResNeXt-B": ResNeXt(width=among(64, 128, 256, 512, 1024), groups=among(1, 2, 4, 8, 16)),
    "ResNet": ResNeXt(block="B", depth=DEPTHS, width=WIDTHS),
    "Vanilla": ResNeXt(block="V", depth=among(*(2 * d for d in DEPTHS.choices)), width=WIDTHS),
    "MobileNetV1": MBConv(**V1),
    "MobileNetV2": MBConv(table="mobilenet_v2", expansion=among(3, 6), **STAGED),
    "MobileNetV3": MBConv(table="mobilenet_v3", **STAGED),
    "MnasNet": MBConv(
        table="mnasnet", expansion=among(3, 6), width=among(0.75, 1, 1.25), **STAGED
    ),
    "MnasNet factorized": MnasNet(),
    "EfficientNet": MBConv(
        table="efficientnet", expansion=among(1, 6), width=among(0.75, 1, 1.25), **STAGED
    ),
    "ProxylessNAS": MBConv(
        table="proxyless", expansion=among(3, 6), depth=among(4), leaves_out=True
    ),
    "OFA MobileNetV3": MBConv(),
    "OFA MobileNetV3 w1.2": MBConv(multiplier=1.2),
    "OFA ProxylessNAS w1.3": MBConv(table="ofa_proxyless", multiplier=1.3),
    "OFA ResNet-50": OFAResNet50(),
    "FBNet": FBNet(),
    "NAS-Bench-101": NasBench101(),
    "NAS-Bench-201": NasBench201(),
    "NATS size": NatsSize(),
    "RandWire WS(4, 0.75)": RandWire(),
    "RandWire ER(0.2)": RandWire(generator="er", probability=among(0.2)),
    "RandWire BA(5)": RandWire(generator="ba"),
    "RandWire WS(4, 0.75) C109": RandWire(regular=True, width=109),
    "DARTS": Darts(),
    "ConvNeXt": ConvNeXt(),
    "OFA MobileNetV3, 128 to 224 px": Resized(space=MBConv()),
    "EfficientNet-B0, scaled": Ray(
        network=EFFICIENTNET_B0.network(), by="dwr", scale=among(1, 2, 4, 8, 16, 32)
    ),
    "ResNeXt-A small": ResNeXt(depth=among(1, 2, 4, 8), width=among(8, 16, 32, 64)),
    "ResNeXt-B small": ResNeXt(
        depth=among(1, 2, 4), width=among(8, 16, 32, 64), groups=among(1, 2, 4, 8, 16)
    ),
    "ResNet small": ResNeXt(block="B", depth=among(1, 2, 3, 4), width=among(4, 6, 8, 12, 16)),
    "Vanilla small": ResNeXt(block="V", depth=among(2, 4, 6, 8), width=among(4, 6, 8, 12, 16)),
    "ConvNeXt small": ConvNeXt(
        stages=3,
        patch=2,
        depth=among(1, 2, 3),
        width=among(16, 24, 32, 48, 64),
    ),
    "MobileNetV1 small": MBConv(
        **V1 | {"depth": among(1, 2), "width": among(0.5, 0.75, 1)},
        multiplier=0.2,
        strides=(1, 1, 2, 1, 2, 1),
    ),
    "MobileNetV2 small": MBConv(
        table="mobilenet_v2", expansion=among(1, 3, 6), **STAGED, **SMALL
    ),
    "MobileNetV3 small": MBConv(
        table="mobilenet_v3", expansion=among(2, 3, 4, 6), **STAGED, **SMALL_V3
    ),
    "MnasNet small": MBConv(
        table="mnasnet",
        expansion=among(3, 6),
        width=among(0.75, 1, 1.25),
        **STAGED | {"depth": among(1, 2, 3)},
        **SMALL,
    ),
    "MnasNet factorized small": MnasNet(multiplier=0.1, strides=TWO_HALVINGS, tail=64),
    "EfficientNet small": MBConv(
        table="efficientnet",
        expansion=among(1, 6),
        width=among(0.75, 1, 1.25),
        **STAGED | {"depth": among(1, 2, 3)},
        **SMALL,
    ),
    "ProxylessNAS small": MBConv(
        table="proxyless",
        expansion=among(3, 6),
        depth=among(3),
        leaves_out=True,
        **SMALL | {"strides": (2, 1, 2, 1, 2, 1, 2, 1)},
    ),
    "OFA MobileNetV3 small": MBConv(**SMALL_V3),
    "OFA ProxylessNAS small": MBConv(
        table="ofa_proxyless", **SMALL | {"strides": (2, 1, 2, 1, 2, 1, 2, 1)}
    ),
    "OFA ResNet-50 small": OFAResNet50(
        multiplier=0.0625, blocks=among(1), strides=(1, 1, 2, 2, 1)
    ),
    "FBNet small": FBNet(multiplier=0.15, blocks=2, strides=TWO_HALVINGS, tail=64),
    "NAS-Bench-101 small": NasBench101(width=16, cells=1),
    "NAS-Bench-201 small": NasBench201(width=8, cells=1),
    "DARTS small": Darts(channels=4, cells=6),
    "NATS size small": NatsSize(width=Uniform(lo=4, hi=16, step=4)),
    "RandWire WS small": RandWire(
        neighbours=among(2, 4),
        probability=among(0.25, 0.5, 0.75, 1),
        nodes=12,
        width=24,
        stages=2,
        stem_stride=1,
        head=128,
    ),
}
"""By the names of their papers. Sources are in their families' files."""
