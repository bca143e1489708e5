"""/metrics: the server in numbers, for Prometheus.

It is for a token of the scope `metrics`, and for whoever the machine itself lets in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.gate.doors import METRICS, only_declared
from server.metrics import state
from server.metrics.meters import Meters
from server.metrics.state import State

PATH = "/metrics"

router = APIRouter(dependencies=[METRICS, Depends(only_declared)], include_in_schema=False)

_writing = CapacityLimiter(1)


class Watch:
    """What /metrics is read from."""

    def __init__(self, meters: Meters, state: State) -> None:
        self.meters, self.state = meters, state


class _Read(Collector):
    """What was read a moment ago."""

    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        yield from self._found


@router.get(PATH)
async def metrics(request: Request, accept: Annotated[str, Header()] = "") -> Response:
    """All numbers, in the form of Prometheus or of OpenMetrics."""
    watch: Watch = request.app.state.watch
    said = await watch.state.now()
    return await to_thread.run_sync(_written, watch.meters, said, accept, limiter=_writing)


def _written(meters: Meters, said: state.Said, accept: str) -> Response:
    registry = CollectorRegistry()
    registry.register(_Read([*meters.collect(), *state.families(said)]))
    encode, media_type = choose_encoder(accept)
    return Response(
        encode(registry), media_type=media_type, headers={"Cache-Control": "no-store"}
    )
