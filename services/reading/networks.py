"""One network of a population, with everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import (
    DrawRow,
    EpochRow,
    EventRow,
    JobRow,
    NetworkRow,
    PopulationRow,
    RegimeRow,
    ResultRow,
    SampledRow,
    TableRow,
)
from designspace.lines.line import Line
from designspace.naming import members, written
from designspace.naming.exchange import Inexpressible
from designspace.naming.written import Form, Images
from designspace.networks.network import Network
from services import definitions, rows
from services.acting import permission
from services.errors import NotFound, Refused
from services.reading import blocks, layout
from services.reading.blocks import MARK
from services.work.wanting import measured_for


@dataclass(frozen=True)
class Event:
    """One line of a job's history."""

    at: int  # ms since 1970
    attempt: int
    what: str
    worker: str | None


@dataclass(frozen=True)
class EpochRecord:
    """One epoch of the learning curve."""

    epoch: int
    loss: float | None
    error: float | None  # percent
    seconds: float


@dataclass(frozen=True)
class JobRecord:
    """The measurement of a network: where it stands, why it failed, what it gave."""

    id: int
    state: str
    attempt: int
    worker: str | None
    failure: str | None
    detail: str | None
    quantities: dict[str, float]
    conditions: dict[str, str]
    epochs: list[EpochRecord]
    events: list[Event]


@dataclass(frozen=True)
class NetworkRecord:
    """A network as drawn, as built and as measured.

    The three widths of a block differ, and readers trip over it: u_j of the line, w_j quantised
    to the line's steps, and the width made compatible with the group width, which is built.
    """

    id: int
    hash: str
    ordinal: int
    multiplicity: int
    network: Network
    parameters: dict[str, float]
    flops: int
    params: int
    activations: int
    line: Line | None  # drawn from, or nearest to the widths; none of what is no line of blocks
    e_fit: float | None  # of the nearest line of the grid, which a drawn line need not be
    line_widths: list[float]  # u_j = w0 + wa * j
    quantised_widths: list[int]  # w_j of the line
    compatible_widths: list[int]  # of the blocks that are built
    forms: list[Form]  # that can say it
    name: str | None  # of a published network
    job: JobRecord


MEDIA_TYPES: dict[Form, str] = {
    "json": "application/json",
    "py": "text/x-python",
    "yaml": "application/yaml",
    "nb201": "text/plain",
    "nats": "text/plain",
    "nb101": "application/json",
    "ofa": "application/json",
}


@dataclass(frozen=True)
class File:
    """A network as text."""

    name: str
    media_type: str
    text: str


def get(session: Session, population_id: int, network_id: int) -> NetworkRecord:
    """A network of a population.

    Raises:
        NotFound: no such population, or no such network in it.
    """
    population, draw = _drawn(session, population_id, network_id)
    row = session.get_one(NetworkRow, network_id)
    network = definitions.network(row)
    found = definitions.fit(draw)
    line = found.line if found else None
    return NetworkRecord(
        id=row.id,
        hash=row.hash,
        ordinal=draw.ordinal,
        multiplicity=draw.multiplicity,
        network=network,
        parameters=draw.parameters,
        flops=draw.flops,
        params=draw.params,
        activations=draw.activations,
        line=line,
        e_fit=draw.e_fit,
        line_widths=[line.w0 + line.wa * j for j in range(network.depth)] if line else [],
        quantised_widths=line.widths(network.depth) if line else [],
        compatible_widths=network.block_widths,
        forms=written.forms(network),
        name=members.name_of(network),
        job=_job(session, population, network_id),
    )


def file(session: Session, population_id: int, network_id: int, form: Form) -> File:
    """A network of a population as a file for elsewhere, for the images of its regime, or those
    that a table's networks are of.

    Raises:
        NotFound: no such population, or no such network in it.
        Refused: the notation can't say this network.
    """
    table = rows.get(session, PopulationRow, population_id)
    if isinstance(table, TableRow):
        return as_file(_of_table(session, table, network_id), form, _images(table))
    population, _ = _drawn(session, population_id, network_id)
    network = definitions.network(session.get_one(NetworkRow, network_id))
    regime = definitions.regime(session.get_one(RegimeRow, population.regime_id))
    images = Images(regime.resolution, regime.channels, regime.classes)
    return as_file(network, form, images)


def _of_table(session: Session, table: TableRow, network_id: int) -> Network:
    """A network that is a row of a table, or NotFound."""
    ids = blocks.read(session, table.id, f"{MARK}network").to_numpy()
    if network_id not in ids:
        raise NotFound(f"network in population {table.id}:", network_id)
    return definitions.network(session.get_one(NetworkRow, network_id))


def _images(table: TableRow) -> Images:
    """The images of a table's networks; of a set of several kinds the usual ones."""
    images = layout.layout_of(table.layout).images
    return written.USUAL if images is None else Images(*images)


def as_file(network: Network, form: Form, images: Images) -> File:
    """A network as a file.

    Raises:
        Refused: the notation can't say it.
    """
    try:
        text = written.write(network, form, images)
    except Inexpressible as error:
        raise Refused("network", network.hash, str(error)) from None
    return File(f"network-{network.hash}.{form}", MEDIA_TYPES[form], text)


def _drawn(session: Session, population_id: int, network_id: int) -> tuple[SampledRow, DrawRow]:
    """A population and its draw of a network, or NotFound."""
    population = rows.get(session, SampledRow, population_id)
    draw = session.scalar(
        select(DrawRow).where(
            DrawRow.population_id == population_id, DrawRow.network_id == network_id
        )
    )
    if draw is None:
        raise NotFound(f"network in population {population_id}:", network_id)
    return population, draw


def _job(session: Session, population: SampledRow, network_id: int) -> JobRecord:
    job = session.scalars(
        select(JobRow).where(
            JobRow.network_id == network_id, measured_for(population), JobRow.kind == "train"
        )
    ).one()
    result = session.get(ResultRow, job.id)
    machines = permission.sees_machines(session)
    return JobRecord(
        id=job.id,
        state=job.state,
        attempt=job.attempt,
        worker=job.worker if machines else None,
        failure=job.failure,
        detail=job.detail,
        quantities=result.quantities if result else {},
        conditions=result.conditions if result else {},
        epochs=[
            EpochRecord(row.epoch, row.loss, row.error, row.seconds)
            for row in _rows_of(session, EpochRow, job.id, EpochRow.epoch)
        ],
        events=[
            Event(row.at, row.attempt, row.what, row.worker if machines else None)
            for row in _rows_of(session, EventRow, job.id, EventRow.id)
        ],
    )


def _rows_of(session: Session, table: Any, job_id: int, order: Any) -> Any:
    return session.scalars(select(table).where(table.job_id == job_id).order_by(order))
