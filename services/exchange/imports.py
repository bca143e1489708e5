"""Imports: an archive into the database, all of it or nothing, and nothing twice.

What is there already is used: a network by its hash, a regime by its definition, a space and a
population by name and content. A name that stands for something else here is imported with a
number behind it. Results belong to network, regime, seed and kind, so an imported one may
answer what a population of this database waits for; one that is there is never overwritten, and
a job that ended here without a result stays as it is. What had not ended when the archive was
written waits, paused, until a person lets the population go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.insert import insert_new
from db.models import (
    DesignSpaceRow,
    DrawRow,
    NetworkRow,
    PopulationRow,
    RegimeRow,
)
from db.session import Database
from designspace.regimes import Regime
from jobs.states import FINAL
from services import definitions
from services.defining import regimes, spaces
from services.errors import Conflict
from services.exchange import archives, imported_jobs
from services.exchange import checks as audits
from services.exchange.archives import Archive, ArchivedJob, ArchivedPopulation
from services.exchange.exports import DRAWN
from services.exchange.imported_jobs import Key, chunks
from services.exchange.report import Count, Report
from services.work import schedule

TRIES = 5
"""Others may store the same meanwhile, one after the other."""


def load(database: Database, file: bytes) -> Report:
    """Store what an archive has and this database lacks.

    Raises:
        TooLarge, WrongArchive: the file is refused, and nothing of it stored.
    """
    archive = archives.unpack(file)
    audits.audit(archive)
    digest = hashlib.sha256(file).hexdigest()
    for _ in range(TRIES):
        try:
            with database.durable() as session:
                return _Import(session, archive, digest).run()
        except (IntegrityError, Conflict) as error:
            met = error  # somebody has stored the same meanwhile, and all of this is undone
    raise Conflict("others import the same at this moment: try again") from met


def known(session: Session, file: bytes) -> bool:
    """Whether a population here came from this very file."""
    digest = hashlib.sha256(file).hexdigest()
    found = select(PopulationRow.id).where(PopulationRow.archive == digest).limit(1)
    return session.scalar(found) is not None


class _Import:
    """One archive on its way into one transaction."""

    def __init__(self, session: Session, archive: Archive, digest: str) -> None:
        self._session, self._archive, self._digest = session, archive, digest
        self._report = Report()

    def run(self) -> Report:
        """Everything, in the order of the line."""
        self._spaces = self._define_spaces()
        self._regimes = self._define_regimes()
        self._networks = self._store_networks()
        wanted = set(self._wanted_here())  # before the archive's own populations are
        self._populations: dict[str, int] = {}
        self._new: set[str] = set()  # names in the archive
        for population in self._archive.populations:
            self._populations[population.name] = self._population(population)
        self._report.population_ids = [*self._populations.values()]
        jobs = {self._key(job): job for job in self._archive.jobs}
        imported_jobs.store(self._session, jobs, wanted, self._report)
        for population in self._archive.populations:
            if population.name in self._new:
                self._hold_up(population)
        return self._report

    def _define_spaces(self) -> dict[str, int]:
        ids: dict[str, int] = {}
        for archived in self._archive.spaces:

            def same(row: Any, space: Any = archived.space) -> bool:
                return definitions.is_same(definitions.space, row, space)

            name, row = self._place(DesignSpaceRow, archived.name, same)
            self._report.spaces.see(row is None)
            parent = ids[archived.refined_from] if archived.refined_from else None
            ids[archived.name] = (
                row.id if row else spaces.define(self._session, name, archived.space, parent)
            )
        return ids

    def _define_regimes(self) -> dict[str, int]:
        ids: dict[str, int] = {}
        for archived in self._archive.regimes:

            def same(row: Any, regime: Regime = archived.regime) -> bool:
                return definitions.is_same(definitions.regime, row, regime)

            every = self._session.scalars(select(RegimeRow).order_by(RegimeRow.id))
            row = next((row for row in every if same(row)), None)
            self._report.regimes.see(row is None)
            if row is None:
                name, _ = self._place(RegimeRow, archived.name, same)
                ids[archived.name] = regimes.define(self._session, name, archived.regime)
            else:
                ids[archived.name] = row.id
        return ids

    def _store_networks(self) -> dict[str, int]:
        """The row id of each network that is drawn, by its hash."""
        drawn = {d.network for p in self._archive.populations for d in p.draws}
        rows = [
            {"hash": one.hash, "architecture": one.network.model_dump(mode="json")}
            for one in self._archive.networks
            if one.hash in drawn
        ]
        before = self._network_ids(drawn)
        insert_new(self._session, NetworkRow, [r for r in rows if r["hash"] not in before])
        self._report.networks = Count(len(rows) - len(before), len(before))
        return self._network_ids(drawn)

    def _network_ids(self, hashes: Iterable[str]) -> dict[str, int]:
        ids: dict[str, int] = {}
        for some in chunks(list(hashes)):
            found = select(NetworkRow.hash, NetworkRow.id).where(NetworkRow.hash.in_(some))
            ids |= dict(self._session.execute(found).all())
        return ids

    def _wanted_here(self) -> Iterator[tuple[int, int, int]]:
        """What populations that are here already want measured of these networks."""
        for some in chunks(list(self._networks.values())):
            rows = self._session.execute(
                select(DrawRow.network_id, PopulationRow.regime_id, PopulationRow.training_seed)
                .join(PopulationRow, PopulationRow.id == DrawRow.population_id)
                .where(DrawRow.network_id.in_(some))
            )
            yield from ((network, regime, seed) for network, regime, seed in rows)

    def _population(self, archived: ArchivedPopulation) -> int:
        """The id of an archived population here; stored unless it is there."""
        name, row = self._place(
            PopulationRow, archived.name, lambda row: self._is_same(row, archived)
        )
        self._report.populations.see(row is None)
        if row is None:
            self._new.add(archived.name)
            row = PopulationRow(
                name=name,
                space_id=self._spaces[archived.space],
                regime_id=self._regimes[archived.regime],
                n=len(archived.draws),
                windows=archived.windows,
                seed=archived.seed,
                training_seed=archived.training_seed,
                inherits=self._populations.get(archived.inherits or ""),
                inherited=archived.inherited,
                tried=archived.tried,
                refused=archived.refused,
                archive=self._digest,
                provenance=archived.provenance.model_dump(),
            )
            self._session.add(row)
            self._session.flush()
            draws = [self._draw(row.id, i, draw) for i, draw in enumerate(archived.draws)]
            self._session.execute(insert(DrawRow), draws)
        self._populations[archived.name] = row.id
        return row.id

    def _is_same(self, row: PopulationRow, archived: ArchivedPopulation) -> bool:
        """Whether a stored population is the archived one, or has grown out of it."""
        drawn = select(DrawRow.network_id).where(DrawRow.population_id == row.id)
        first = drawn.order_by(DrawRow.ordinal).limit(len(archived.draws))
        return (
            row.space_id == self._spaces[archived.space]
            and row.regime_id == self._regimes[archived.regime]
            and (row.seed, row.training_seed) == (archived.seed, archived.training_seed)
            and row.windows == archived.windows
            and list(self._session.scalars(first))
            == [self._networks[draw.network] for draw in archived.draws]
        )

    def _draw(self, population_id: int, ordinal: int, draw: Any) -> dict[str, Any]:
        given = {name: getattr(draw, name) for name in DRAWN}
        return given | {
            "population_id": population_id,
            "ordinal": ordinal,
            "network_id": self._networks[draw.network],
        }

    def _place(
        self, table: Any, name: str, same: Callable[[Any], bool]
    ) -> tuple[str, Any | None]:
        """The row of a name that is the same, or a name that is free for it and None."""
        wanted, number = name, 1
        while (row := self._session.scalar(select(table).where(table.name == wanted))) and (
            not same(row)
        ):
            number += 1
            ending = f" ({number})"
            wanted = name[: archives.LONGEST_NAME - len(ending)].rstrip() + ending
        if row is None and wanted != name:
            self._report.renamed[name] = wanted
        return wanted, row

    def _key(self, job: ArchivedJob) -> Key:
        return self._networks[job.network], self._regimes[job.regime], job.seed, job.kind

    def _hold_up(self, archived: ArchivedPopulation) -> None:
        """Trainings that have not ended wait, and with them a population that is new."""
        row = self._session.get_one(PopulationRow, self._populations[archived.name])
        mine = (self._networks[draw.network] for draw in archived.draws)
        keys = [(id, row.regime_id, row.training_seed, "train") for id in mine]
        here = imported_jobs.here(self._session, keys)
        waiting = [key[0] for key in keys if key not in here or here[key].state not in FINAL]
        if waiting:
            row.paused = True
            self._session.flush()
            schedule.queue_trainings(self._session, row, waiting)
            self._report.pending += len(waiting)
