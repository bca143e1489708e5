"""What is asked and answered of a network that is only counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from designspace.naming.notations import LONGEST
from designspace.naming.written import Form
from server.schemas.base import Body, Read
from server.schemas.networks import FORMS
from services.reading.lookups import MOST, Asked, Drawn, Found

EXAMPLES = ["efficientnet_b1", "mobilenet_v2@1.3", "nats:8:16:8:24:64"]


class CountRequest(Body):
    """A network by a name or as it is written, and the images to count it on."""

    what: str = Field(
        min_length=1,
        max_length=LONGEST,
        examples=EXAMPLES,
        description="a published name; nb201:|op~0|+..; nats:8:8:8:8:8; nb101:{..}; ofa:{..}; "
        "a network as JSON; a configuration of pycls; what `/counts.FORM` writes",
    )
    resolution: int | None = Field(None, ge=1, le=4096, description="none: as it is published")
    channels: int = Field(3, ge=1, le=64)
    classes: int | None = Field(None, ge=1, le=1_000_000, description="none: as published")

    @property
    def asked(self) -> Asked:
        return Asked(**self.model_dump())


class DrawnRead(Read):
    population: int
    name: str
    network: int


class CountRead(Read):
    hash: str
    name: str | None = Field(description="of a published network")
    params: int
    flops: int = Field(description="multiply-adds")
    activations: int
    resolution: int
    channels: int
    classes: int
    left_out: list[str] = Field(description="sections that say nothing of the network")
    forms: list[Form] = Field(description=FORMS)
    drawn: list[DrawnRead] = Field(description=f"populations that have it, the newest {MOST}")

    @classmethod
    def of(cls, found: Found, drawn: Sequence[Drawn]) -> Self:
        return cls(
            hash=found.network.hash,
            name=found.name,
            params=int(found.complexity.params),
            flops=int(found.complexity.flops),
            activations=int(found.complexity.activations),
            resolution=found.images.resolution,
            channels=found.images.channels,
            classes=found.images.classes,
            left_out=list(found.left_out),
            forms=list(found.forms),
            drawn=[DrawnRead.model_validate(one) for one in drawn],
        )


class PublishedList(Read):
    names: list[str]
