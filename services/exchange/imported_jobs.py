"""The jobs of an archive: those that have ended come in with what they measured.

A result that is here is never overwritten, and a job that ended here without one stays as it
is. One that waits or runs here is answered: whoever holds it loses its lease, and stops.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.models import EpochRow, EventRow, JobRow, RegimeRow, ResultRow
from jobs.states import DONE, FINAL
from services import definitions, rows
from services.exchange.archives import PENDING, ArchivedJob
from services.exchange.report import Report
from services.work import transitions, versions

Key = tuple[int, int, int, str]
"""Network, regime, seed and kind: what a job is unique by."""


def store(
    session: Session,
    jobs: Mapping[Key, ArchivedJob],
    wanted: Collection[tuple[int, int, int]],
    report: Report,
) -> set[Key]:
    """Store those that have ended and are not known here; which those are.

    Args:
        jobs: all of the archive, pending ones, too.
        wanted: (network, regime, seed) that populations here wanted before.
        report: where it is counted.
    """
    ended = {key: job for key, job in jobs.items() if job.state != PENDING}
    known = here(session, ended)
    new = {key: job for key, job in ended.items() if key not in known}
    _insert(session, new, wanted)
    answered = {key: ended[key] for key, row in known.items() if _waits_for(row, ended[key])}
    for key, job in answered.items():
        _answer(session, known[key], job)
    ids = _store_results(session, new | answered)
    versions.raise_for_jobs(session, [ids[key] for key in new if key[:3] in wanted])
    for key, job in ended.items():
        added = key in new or key in answered
        if job.result is None:
            report.failures.see(added)
        elif added or known[key].state == DONE:
            report.results.see(added)
        else:
            report.kept += 1
    return {*new, *answered}


def here(session: Session, keys: Iterable[Key]) -> dict[Key, JobRow]:
    """The jobs of these keys that are here, locked as wherever a result is stored."""
    wanted = set(keys)
    found: dict[Key, JobRow] = {}
    for some in rows.chunks(sorted({network_id for network_id, *_ in wanted})):
        of_networks = select(JobRow).where(JobRow.network_id.in_(some))
        for row in session.scalars(of_networks.order_by(JobRow.id).with_for_update()):
            key = (row.network_id, row.regime_id, row.seed, row.kind)
            if key in wanted:
                found[key] = row
    return found


def _waits_for(row: JobRow, job: ArchivedJob) -> bool:
    return row.state not in FINAL and job.result is not None


def _insert(
    session: Session, jobs: Mapping[Key, ArchivedJob], wanted: Collection[tuple[int, int, int]]
) -> None:
    """Jobs as they ended, and when.

    Snapshots look for what ended lately: what somebody here waits for ends now.
    """
    now = session.scalars(select(now_ms())).one()
    gpu = {id: _needs_gpu(session, id) for id in {regime_id for _, regime_id, *_ in jobs}}
    rows = [
        {
            "network_id": network_id,
            "regime_id": regime_id,
            "seed": seed,
            "kind": kind,
            "needs_gpu": gpu[regime_id],
            "state": job.state,
            "attempt": job.attempt,
            "failure": job.failure,
            "detail": job.detail,
            "ended_at": now
            if (network_id, regime_id, seed) in wanted
            else min(job.ended_at or now, now),
        }
        for (network_id, regime_id, seed, kind), job in jobs.items()
    ]
    _insert_all(session, JobRow, rows)


def _needs_gpu(session: Session, regime_id: int) -> bool:
    return definitions.regime(session.get_one(RegimeRow, regime_id)).needs_gpu


def _answer(session: Session, row: JobRow, job: ArchivedJob) -> None:
    session.execute(delete(EpochRow).where(EpochRow.job_id == row.id))
    row.attempt, row.worker = max(row.attempt, job.attempt), None
    transitions.end(session, row, DONE)


def _store_results(session: Session, jobs: Mapping[Key, ArchivedJob]) -> dict[Key, int]:
    """Results, learning curves and a line of history of each job; the jobs' ids."""
    ids = {key: row.id for key, row in here(session, jobs).items()}
    measured = [(ids[key], job) for key, job in jobs.items()]
    results = [{"job_id": id, **job.result.model_dump()} for id, job in measured if job.result]
    epochs = [{"job_id": id, **e.model_dump()} for id, job in measured for e in job.epochs]
    history = [
        {"job_id": id, "attempt": job.attempt, "what": "imported", "worker": None}
        for id, job in measured
    ]
    _insert_all(session, ResultRow, results)
    _insert_all(session, EpochRow, epochs)
    _insert_all(session, EventRow, history)
    return ids


def _insert_all(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)
