"""What is asked and answered of a network that is only counted."""

from __future__ import annotations

from pydantic import Field

from designspace.naming.notations import LONGEST
from server.schemas.base import Body, Read

EXAMPLES = ["efficientnet_b1", "mobilenet_v2@1.3", "nats:8:16:8:24:64"]


class CountRequest(Body):
    """A network by a name or as it is written, and the images to count it on."""

    what: str = Field(
        min_length=1,
        max_length=LONGEST,
        examples=EXAMPLES,
        description="a published name; nb201:|op~0|+..; nats:8:8:8:8:8; nb101:{..}; ofa:{..}; "
        "a network as JSON; a configuration of pycls",
    )
    resolution: int | None = Field(None, ge=1, le=4096, description="none: as it is published")
    channels: int = Field(3, ge=1, le=64)
    classes: int | None = Field(None, ge=1, le=1_000_000, description="none: as published")


class CountRead(Read):
    hash: str
    params: int
    flops: int = Field(description="multiply-adds")
    activations: int
    resolution: int
    channels: int
    classes: int
    left_out: list[str] = Field(description="sections that say nothing of the network")


class PublishedList(Read):
    names: list[str]
