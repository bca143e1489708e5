"""Storing: what was read of a file becomes a population, all of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy.orm import Session

from columns.arrays import Ints
from db.insert import insert_new
from db.models import NetworkRow
from db.session import Database
from services.acting.once import OFTEN, Once
from services.acting.permission import Visibility
from services.exchange.tables.prepared import Prepared, network_column
from services.reading import blocks
from services.reading.blocks import MARK
from services.sampling import populations, tables
from services.sampling.tables import NewTable


@dataclass(frozen=True)
class File:
    """A file that somebody has sent."""

    path: Path
    name: str  # as it is called where it comes from

    @cached_property
    def digest(self) -> str:
        """SHA-256."""
        with self.path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()


def load(
    database: Database,
    name: str,
    file: File,
    prepared: Prepared,
    visibility: str = Visibility.LAB,
    once: Once = OFTEN,
) -> int:
    """Store what was read of a file as a population of that name; its id.

    Args:
        once: what is answered where the same was asked before.

    Raises:
        Conflict: the name is taken.
        Forbidden: whoever asks may create none.
    """
    size, plan = file.path.stat().st_size, prepared.plan.model_dump(mode="json")
    with database.durable() as session:
        once.begin(session)
        ids = _networks(session, prepared.networks)
        new = NewTable(
            name,
            prepared.layout,
            prepared.n,
            _columns(prepared, network_column(prepared.n, prepared.hashes, ids)),
            {"file": file.name, "bytes": size, "plan": plan},
            asdict(prepared.report),
            visibility,
            file.digest,
        )
        id = tables.store(session, new)
        once.end(session, id)
        return id


def _networks(session: Session, networks: Mapping[str, dict[str, Any]]) -> dict[str, int]:
    """The row id of each network, by its hash."""
    new = [{"hash": hash, "architecture": one} for hash, one in networks.items()]
    insert_new(session, NetworkRow, new)
    return populations.network_ids(session, networks)


def _columns(prepared: Prepared, networks: Ints) -> Iterator[tuple[str, Iterable[bytes]]]:
    for column, files in prepared.blocks:
        yield column, (file.read_bytes() for file in files)
    yield f"{MARK}network", blocks.packed(pa.array(networks))
