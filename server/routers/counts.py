"""What any network costs, without storing it."""

from __future__ import annotations

from fastapi import APIRouter

from designspace.naming import members
from designspace.naming.notations import NotDescribed, described
from server.gate.doors import SEE
from server.problems import CHANGING
from server.schemas.counts import CountRead, CountRequest, PublishedList
from services.errors import Refused

router = APIRouter(tags=["networks"], dependencies=[SEE])


@router.post("/counts", responses=CHANGING)
def count(request: CountRequest) -> CountRead:
    """Parameters, multiply-adds and activations of a network, by a name or as it is written."""
    try:
        found = described(request.what)
        member = found.member
        side = request.resolution or member.resolution
        classes = request.classes or member.classes
        counted = found.counted(side, request.channels, classes)
    except NotDescribed as mistakes:
        raise Refused("what", request.what[:80], str(mistakes)[:500]) from None
    return CountRead(
        hash=member.network.hash,
        params=int(counted.params),
        flops=int(counted.flops),
        activations=int(counted.activations),
        resolution=side,
        channels=request.channels,
        classes=classes,
        left_out=list(found.left_out),
    )


@router.get("/published-networks")
def list_published() -> PublishedList:
    """The names of published networks that can be counted."""
    return PublishedList(names=members.names())
