"""The families of design spaces, and their union: what a stored definition may be.

A family is a file: a frozen model of its laws that draws networks. Laws, lines and networks may
be imported. No family knows another, and nobody outside this room knows one by name.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias, get_args

from pydantic import Field, TypeAdapter

from designspace.networks.network import Network
from designspace.spaces.anynet import AnyNet
from designspace.spaces.base import Family, Rule
from designspace.spaces.cells.darts import Darts
from designspace.spaces.cells.nasbench101 import NasBench101
from designspace.spaces.cells.nasbench201 import NasBench201
from designspace.spaces.cells.nats_size import NatsSize
from designspace.spaces.convnext import ConvNeXt
from designspace.spaces.inverted.fbnet import FBNet
from designspace.spaces.inverted.mbconv import MBConv
from designspace.spaces.inverted.mnasnet import MnasNet
from designspace.spaces.ofa_resnet50 import OFAResNet50
from designspace.spaces.ray import Ray
from designspace.spaces.regnet import RegNet
from designspace.spaces.resized import Resized
from designspace.spaces.resnext import ResNeXt
from designspace.spaces.wired.randwire import RandWire

OfStages: TypeAlias = AnyNet | RegNet | ResNeXt | ConvNeXt | OFAResNet50
OfOtherBodies: TypeAlias = (
    MBConv | FBNet | MnasNet | NasBench101 | NasBench201 | NatsSize | Darts | RandWire
)
OfOthers: TypeAlias = Ray | Resized
AnyFamily: TypeAlias = OfStages | OfOtherBodies | OfOthers
"""A new family joins here, and inherits the whole test suite."""

DesignSpace: TypeAlias = Annotated[AnyFamily, Field(discriminator="family")]
"""Any design space, by the name of its family."""

Resized.model_rebuild(
    _types_namespace={
        "Inner": Annotated[OfStages | OfOtherBodies, Field(discriminator="family")]
    }
)

DESIGN_SPACE: TypeAdapter[AnyFamily] = TypeAdapter(DesignSpace)

FAMILIES: tuple[type[Family], ...] = get_args(AnyFamily)
RULES: tuple[Rule, ...] = tuple(rule for family in FAMILIES for rule in family.rules)


def ray(network: Network, resolution: int) -> Family:
    """A network and what scaling makes of it.

    Args:
        resolution: side of the images that it is trained on, pixels.

    Raises:
        ValueError: its body is none that is scaled.
    """
    return Ray(network=network, resolution=network.resolution or resolution)
