"""Leases: who may work on a job, and for how long.

The job is a row and a message only a wake-up. A claim is one statement that sets the attempt, a
random token and an expiry on the database's clock; whoever holds the token may write, until
the expiry passes unrenewed and `reap` gives the job back. Losing, doubling or delaying every
message costs time only.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    bindparam,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from db.among import among
from db.clock import now_ms
from db.json import text_at
from db.models import JobRow, NetworkRow, RegimeRow
from jobs import states
from jobs.messages import Claim, Kind
from services import definitions
from services.errors import Unreadable
from services.work import transitions
from services.work.transitions import log
from services.work.wanting import IN_ORDER

# Literals, not parameters: a prepared plan with a bound state would not use the partial index.
QUEUED: ColumnElement[str] = literal_column(f"'{states.QUEUED}'")
RUNNING: ColumnElement[str] = literal_column(f"'{states.RUNNING}'")

_jobs, _regimes = cast(Table, JobRow.__table__), cast(Table, RegimeRow.__table__)


def _claim_of(*able: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """The statement that takes the next job that the claimer is able to do."""
    head = (
        select(_jobs.c.id)
        .where(
            _jobs.c.state == QUEUED,
            _jobs.c.kind == bindparam("wanted"),
            _jobs.c.needs_gpu == bindparam("on_gpu"),
            _jobs.c.not_before <= now_ms(),
            *able,
        )
        .order_by(*IN_ORDER)
        .limit(literal_column("1"))
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        update(_jobs)
        .where(_jobs.c.id == head, _jobs.c.state == QUEUED)
        .values(
            state=states.RUNNING,
            attempt=_jobs.c.attempt + 1,
            lease_token=bindparam("token"),
            lease_expires_at=now_ms() + bindparam("lease_ms", type_=BigInteger),
            heartbeat_at=now_ms(),
            worker=bindparam("by"),
        )
        .returning(
            _jobs.c.id,
            _jobs.c.attempt,
            _jobs.c.forgiven,
            _jobs.c.lease_token,
            _jobs.c.network_id,
            _jobs.c.regime_id,
            _jobs.c.seed,
        )
    )


# NOT IN, so that both databases still walk the queue's index and stop at the first.
_without_images = select(_regimes.c.id).where(
    text_at(_regimes.c.definition, "data").not_in(bindparam("data_sets", expanding=True))
)
# Built once: building them takes longer than executing them, and the claim holds a lock.
CLAIM = _claim_of()
CLAIM_WITH_IMAGES = _claim_of(_jobs.c.regime_id.not_in(_without_images))
DESCRIPTION = (
    select(NetworkRow, RegimeRow)
    .join(JobRow, JobRow.network_id == NetworkRow.id)
    .join(RegimeRow, RegimeRow.id == JobRow.regime_id)
    .where(JobRow.id == bindparam("job"))
)

RETRY_DELAY_MS = 2_000
ENDED_AT_ONCE = 500
"""Jobs of a regime that can't be read, in the transaction of one claim."""


@dataclass(frozen=True)
class Pulse:
    """The answer to a heartbeat: the lease is renewed; `cancel` asks to end the work."""

    cancel: bool


def waiting(session: Session, kind: Kind, gpu: bool = False) -> bool:
    """Whether a worker, perhaps one with a GPU, could claim a job of a kind now."""
    due = select(JobRow.id).where(
        JobRow.state == QUEUED,
        JobRow.kind == kind,
        JobRow.needs_gpu.in_((gpu, False)),
        JobRow.not_before <= now_ms(),
    )
    return session.scalar(due.limit(1)) is not None


def claim(
    session: Session,
    kind: Kind,
    worker: str,
    lease_seconds: float,
    gpu: bool = False,
    data_sets: Sequence[str] | None = None,
) -> Claim | None:
    """Take the next queued job of a kind, or None. The claim is its first heartbeat.

    A worker with a GPU takes those that need one first: nobody else can. One that says which
    `data_sets` it has leaves the others' jobs to those who have them.
    """
    wanted: dict[str, Any] = {
        "wanted": kind,
        "token": secrets.token_hex(16),
        "lease_ms": int(lease_seconds * 1000),
        "by": worker,
    }
    statement = CLAIM
    if data_sets is not None:
        statement, wanted["data_sets"] = CLAIM_WITH_IMAGES, list(data_sets)
    job = session.execute(statement, wanted | {"on_gpu": gpu}).one_or_none()
    if job is None and gpu:
        job = session.execute(statement, wanted | {"on_gpu": False}).one_or_none()
    if job is None:
        return None
    log(session, job.id, job.attempt, "claimed", worker)
    network, regime = session.execute(DESCRIPTION, {"job": job.id}).one()
    try:
        return Claim(
            job_id=job.id,
            attempt=job.attempt,
            forgiven=job.forgiven,
            token=job.lease_token,
            kind=kind,
            network=definitions.network(network),
            regime=definitions.regime(regime),
            seed=job.seed,
        )
    except Unreadable as reason:
        # Written by another version, perhaps; it must not hold up all jobs behind it.
        _end_unreadable(session, session.get_one(JobRow, job.id), reason)
        _end_all_of(session, regime)
        return None


def _end_unreadable(session: Session, job: JobRow, reason: Unreadable) -> None:
    transitions.end(session, job, states.FAILED, "impossible", str(reason))


def _end_all_of(session: Session, regime: RegimeRow) -> None:
    """End what waits for a regime that can't be read: the queue would meet each of them."""
    try:
        definitions.regime(regime)
    except Unreadable as reason:
        waiting = JobRow.state.in_(states.WAITING) & (JobRow.regime_id == regime.id)
        some = select(JobRow).where(waiting).order_by(JobRow.id).limit(ENDED_AT_ONCE)
        for job in session.scalars(some.with_for_update(skip_locked=True)):
            _end_unreadable(session, job, reason)


def held(claim: Claim) -> ColumnElement[bool]:
    """The condition that the claim's lease is still the job's: the fence of every write."""
    return (
        (JobRow.id == claim.job_id)
        & (JobRow.lease_token == claim.token)
        & (JobRow.state == RUNNING)
    )


def heartbeat(session: Session, claim: Claim, lease_seconds: float) -> Pulse | None:
    """Renew the lease; None where it is lost, and the work with it."""
    cancel = session.execute(
        update(JobRow)
        .where(held(claim))
        .values(
            lease_expires_at=now_ms() + int(lease_seconds * 1000),
            heartbeat_at=now_ms(),
        )
        .returning(JobRow.cancel_requested)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return None if cancel is None else Pulse(cancel)


def release(session: Session, claim: Claim) -> None:
    """Give the job back, untried: its worker stops, which is no fault of the job's."""
    job = session.scalar(select(JobRow).where(held(claim)).with_for_update())
    if job is not None:
        log(session, job.id, job.attempt, "released", job.worker)
        job.forgiven += 1
        give_back(session, job)


def reap(session: Session, max_attempts: int) -> list[int]:
    """End expired leases: back to the queue, or `dead` after the last attempt. Their jobs."""
    expired = session.scalars(
        select(JobRow)
        .where(JobRow.state == RUNNING, JobRow.lease_expires_at < now_ms())
        .with_for_update(skip_locked=True)
    ).all()
    for job in expired:
        log(session, job.id, job.attempt, "expired", job.worker)
        attempts = job.attempt - job.forgiven
        if attempts < max_attempts:
            give_back(session, job)
        else:
            said = f"no sign of life in {attempts} attempts"
            transitions.end(session, job, states.DEAD, "lost", said)
    return [job.id for job in expired]


def ended(session: Session, job_ids: Sequence[int]) -> list[Claim]:
    """Those of some jobs that have ended, however they did, as claims that nobody holds."""
    rows = session.execute(
        select(JobRow, NetworkRow, RegimeRow)
        .join(NetworkRow, NetworkRow.id == JobRow.network_id)
        .join(RegimeRow, RegimeRow.id == JobRow.regime_id)
        .where(among(JobRow.id, job_ids), JobRow.state.in_(states.FINAL))
    )
    found = []
    for job, network, regime in rows:
        with suppress(Unreadable):  # it was never begun
            claim = Claim(
                job_id=job.id,
                attempt=job.attempt,
                token="",
                kind=cast(Kind, job.kind),
                network=definitions.network(network),
                regime=definitions.regime(regime),
                seed=job.seed,
            )
            found.append(claim)
    return found


def unknown(session: Session, job_ids: Sequence[int]) -> set[int]:
    """Those of some ids that no job has."""
    there = session.scalars(select(JobRow.id).where(among(JobRow.id, job_ids)))
    return {*job_ids} - {*there}


def give_back(session: Session, job: JobRow, delay_ms: int = 0) -> None:
    """Back to the queue, for whoever comes first.

    Not if somebody asked to cancel it; and it is held up where all who want it are paused.
    """
    if job.cancel_requested:
        said = "cancelled while it ran"
        transitions.end(session, job, states.CANCELLED, "cancelled", said)
    else:
        transitions.wait(job, delay_ms)
