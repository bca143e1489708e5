"""One row of a table, with everything that is known about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from db.models import NetworkRow
from designspace.layers.complexity import complexity
from designspace.naming import members, written
from designspace.naming.written import Form
from designspace.networks.network import Network
from services import definitions
from services.errors import NotFound, Refused
from services.reading.listings import STATUSES
from services.reading.snapshots import Images, Snapshot


@dataclass(frozen=True)
class TableRowRecord:
    """A row, and the network that it is, if it is one."""

    id: int  # its place, from 1
    ordinal: int
    line: int
    status: str
    columns: dict[str, float]
    texts: dict[str, str | None]
    network_id: int | None
    network: Network | None
    hash: str | None
    name: str | None
    forms: list[Form]
    counted: dict[str, int]  # complexity, as counted here


def get(session: Session, snapshot: Snapshot, id: int) -> TableRowRecord:
    """The row `id` of a table.

    Raises:
        NotFound: it has no such row.
        Refused: the population is no table.
    """
    table = snapshot.table
    if table is None:
        allowed = f"a table; {snapshot.name} was sampled here, and has networks"
        raise Refused("population", snapshot.id, allowed)
    place = id - 1
    if not 0 <= place < len(snapshot.population):
        raise NotFound(f"row in population {snapshot.id}:", id)
    stored = session.get(NetworkRow, int(table.networks[place]))
    network = None if stored is None else definitions.network(stored)
    images = table.layout.images
    return TableRowRecord(
        id=id,
        ordinal=place,
        line=int(table.lines[place]),
        status=STATUSES[snapshot.population.status[place]],
        columns={name: float(value) for name, value in table.columns.at(place).items()},
        texts=table.texts.at(place),
        network_id=None if stored is None else stored.id,
        network=network,
        hash=None if stored is None else stored.hash,
        name=None if network is None else members.name_of(network),
        forms=[] if network is None else written.forms(network),
        counted={} if network is None or images is None else _counted(network, images),
    )


def _counted(network: Network, images: Images) -> dict[str, int]:
    return asdict(complexity(network, *images))
