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
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
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
    SampledRow,
)
from db.session import Database
from designspace.spaces.base import Family
from jobs.states import FINAL
from services import definitions, rows
from services.acting import audit, permission
from services.acting.actor import who
from services.acting.once import OFTEN, Once
from services.acting.permission import Verb, visible
from services.defining import regimes, spaces
from services.errors import Conflict
from services.exchange import archives, checks, imported_jobs
from services.exchange.archives import Archive, ArchivedJob, ArchivedPopulation
from services.exchange.exports import DRAWN
from services.exchange.imported_jobs import Key
from services.exchange.report import Count, Report
from services.sampling import populations, sharing
from services.work import quotas, schedule

TRIES = 5
"""Others may store the same meanwhile, one after the other."""


def load(database: Database, file: bytes, once: Once = OFTEN) -> Report:
    """Store what an archive has and this database lacks.

    Args:
        once: what is answered where the same was asked before.

    Raises:
        TooLarge, WrongArchive: the file is refused, and nothing of it stored.
        Refused: what it leaves to be trained is beyond the quota of whoever asks.
    """
    archive = archives.unpack(file)
    checks.audit(archive)
    digest = hashlib.sha256(file).hexdigest()
    for _ in range(TRIES):
        try:
            with database.durable() as session:
                once.begin(session)
                report = _store(session, archive, digest)
                once.end(session, report)
                return report
        except (IntegrityError, Conflict) as error:
            met = error  # somebody has stored the same meanwhile, and all of this is undone
    raise Conflict("others import the same at this moment: try again") from met


def known(session: Session, file: bytes) -> bool:
    """Whether a population here came from this very file."""
    digest = hashlib.sha256(file).hexdigest()
    found = select(SampledRow.id).where(SampledRow.archive == digest).limit(1)
    return session.scalar(found) is not None


@dataclass(frozen=True)
class Known:
    """The rows of what an archive names: spaces and regimes by name, networks by hash."""

    spaces: Mapping[str, int]
    regimes: Mapping[str, int]
    networks: Mapping[str, int]

    def key(self, job: ArchivedJob) -> Key:
        """What the job is unique by here."""
        return self.networks[job.network], self.regimes[job.regime], job.seed, job.kind

    def drawn(self, population: ArchivedPopulation) -> list[int]:
        """The networks of a population, in its order."""
        return [self.networks[draw.network] for draw in population.draws]


def _store(session: Session, archive: Archive, digest: str) -> Report:
    """Everything, in the order of the line."""
    permission.require(who(session), Verb.CREATE)
    quotas.lock(session, who(session).id)
    report = Report()
    known = Known(
        _spaces(session, archive, report),
        _regimes(session, archive, report),
        _networks(session, archive, report),
    )
    wanted = set(_wanted_here(session, known))  # before the archive's own populations are
    ids: dict[str, int] = {}
    new: list[ArchivedPopulation] = []
    for population in archive.populations:
        name, row = _place(
            session, PopulationRow, population.name, _is_it(session, known, population), report
        )
        report.populations.see(row is None)
        if row is None:
            new.append(population)
            row = _population(session, known, population, name, ids, digest)
        ids[population.name] = row.id
    report.population_ids = [*ids.values()]
    jobs = {known.key(job): job for job in archive.jobs}
    stored = imported_jobs.store(session, jobs, wanted, report)
    made = {population.name for population in new}
    for population in archive.populations:
        if population.name not in made:
            _tell(session, known, population, ids[population.name], stored)
    for population in new:
        _hold_up(session, known, population, ids[population.name], report)
        id = ids[population.name]
        audit.record(session, "imported", "population", id, name=population.name)
    return report


def _tell(
    session: Session,
    known: Known,
    archived: ArchivedPopulation,
    id: int,
    stored: Collection[Key],
) -> None:
    """Write down who answered jobs of a population that was here before."""
    row = session.get_one(SampledRow, id)
    mine = (
        (network_id, row.regime_id, row.training_seed, "train")
        for network_id in known.drawn(archived)
    )
    if answered := sum(key in stored for key in mine):
        audit.record(session, "results imported", "population", id, results=answered)


def _spaces(session: Session, archive: Archive, report: Report) -> dict[str, int]:
    """The row id of each space, by its name in the archive."""
    ids: dict[str, int] = {}
    for archived in archive.spaces:
        space: Family = archived.space
        same = partial(definitions.is_same, definitions.space, value=space)
        name, row = _place(session, DesignSpaceRow, archived.name, same, report)
        report.spaces.see(row is None)
        parent = ids[archived.refined_from] if archived.refined_from else None
        ids[archived.name] = (
            row.id if row else spaces.define(session, name, archived.space, parent)
        )
    return ids


def _regimes(session: Session, archive: Archive, report: Report) -> dict[str, int]:
    """The row id of each regime, by its name in the archive."""
    ids: dict[str, int] = {}
    for archived in archive.regimes:
        same = partial(definitions.is_same, definitions.regime, value=archived.regime)
        shown = select(RegimeRow).where(visible(session, RegimeRow))
        every = session.scalars(shown.order_by(RegimeRow.id))
        row = next((row for row in every if same(row)), None)
        report.regimes.see(row is None)
        if row is None:
            name, _ = _place(session, RegimeRow, archived.name, same, report)
            ids[archived.name] = regimes.define(session, name, archived.regime)
        else:
            ids[archived.name] = row.id
    return ids


def _networks(session: Session, archive: Archive, report: Report) -> dict[str, int]:
    """The row id of each network that is drawn, by its hash."""
    drawn = {draw.network for one in archive.populations for draw in one.draws}
    before = populations.network_ids(session, drawn)
    new = [
        {"hash": one.hash, "architecture": one.network.model_dump(mode="json")}
        for one in archive.networks
        if one.hash in drawn and one.hash not in before
    ]
    insert_new(session, NetworkRow, new)
    report.networks = Count(len(new), len(before))
    return populations.network_ids(session, drawn)


def _wanted_here(session: Session, known: Known) -> Iterator[tuple[int, int, int]]:
    """What populations that are here already want measured of these networks."""
    for some in rows.chunks(known.networks.values()):
        found = session.execute(
            select(DrawRow.network_id, SampledRow.regime_id, SampledRow.training_seed)
            .join(SampledRow, SampledRow.id == DrawRow.population_id)
            .where(DrawRow.network_id.in_(some))
        )
        yield from ((network, regime, seed) for network, regime, seed in found)


def _population(
    session: Session,
    known: Known,
    archived: ArchivedPopulation,
    name: str,
    before: Mapping[str, int],
    digest: str,
) -> SampledRow:
    """Store a population and its draws.

    Args:
        before: ids of the archive's populations that stand before it.
    """
    row = SampledRow(
        name=name,
        space_id=known.spaces[archived.space],
        regime_id=known.regimes[archived.regime],
        n=len(archived.draws),
        whole=archived.whole,
        windows=archived.windows,
        seed=archived.seed,
        training_seed=archived.training_seed,
        inherits=before.get(archived.inherits or ""),
        inherited=archived.inherited,
        tried=archived.tried,
        refused=archived.refused,
        archive=digest,
        provenance=archived.provenance.model_dump(),
        owner_id=who(session).id,
        visibility=sharing.widest(
            session, known.spaces[archived.space], known.regimes[archived.regime]
        ),
    )
    session.add(row)
    session.flush()
    draws = [
        {name: getattr(draw, name) for name in DRAWN}
        | {"population_id": row.id, "ordinal": ordinal, "network_id": network_id}
        for ordinal, (draw, network_id) in enumerate(
            zip(archived.draws, known.drawn(archived), strict=True)
        )
    ]
    session.execute(insert(DrawRow), draws)
    return row


def _is_it(
    session: Session, known: Known, archived: ArchivedPopulation
) -> Callable[[PopulationRow], bool]:
    """Whether a stored population is the archived one, or has grown out of it."""

    def same(row: PopulationRow) -> bool:
        if not isinstance(row, SampledRow):
            return False
        drawn = select(DrawRow.network_id).where(DrawRow.population_id == row.id)
        first = drawn.order_by(DrawRow.ordinal).limit(len(archived.draws))
        return (
            row.space_id == known.spaces[archived.space]
            and row.regime_id == known.regimes[archived.regime]
            and (row.seed, row.training_seed) == (archived.seed, archived.training_seed)
            and (row.windows, row.whole) == (archived.windows, archived.whole)
            and list(session.scalars(first)) == known.drawn(archived)
        )

    return same


def _place(
    session: Session, table: Any, name: str, same: Callable[[Any], bool], report: Report
) -> tuple[str, Any | None]:
    """The row of a name that is the same, or a name that is free for it and None."""
    wanted, number = name, 1
    kept = permission.is_kept(table)
    while (row := session.scalar(select(table).where(table.name == wanted, kept))) and not (
        rows.is_there(session, row) and same(row)
    ):
        number += 1
        ending = f" ({number})"
        wanted = name[: archives.LONGEST_NAME - len(ending)].rstrip() + ending
    if row is None and wanted != name:
        report.renamed[name] = wanted
    return wanted, row


def _hold_up(
    session: Session, known: Known, archived: ArchivedPopulation, id: int, report: Report
) -> None:
    """Trainings that have not ended wait, and with them a population that is new."""
    row = session.get_one(SampledRow, id)
    keys = [
        (network_id, row.regime_id, row.training_seed, "train")
        for network_id in known.drawn(archived)
    ]
    here = imported_jobs.here(session, keys)
    waiting = [key[0] for key in keys if key not in here or here[key].state not in FINAL]
    if waiting:
        row.paused = True
        session.flush()
        schedule.queue_trainings(session, row, waiting)
        report.pending += len(waiting)
