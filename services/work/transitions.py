"""Transitions: the functions that write a job's state; a claim (`leases`) takes it to running.

wait: back to the queue, or held up      hold: as those who want it      end: for ever
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, select, update
from sqlalchemy.orm import Session

from db.clock import now_ms
from db.models import EventRow, JobRow, SampledRow
from jobs.messages import Failure
from jobs.states import CANCELLED, PAUSED, QUEUED, RUNNING, WAITING, Ending
from services.work import versions
from services.work.wanting import is_awaited_beside, of_job, waiting_state, wanted_by


def wait(job: JobRow, delay_ms: int = 0) -> None:
    """For whoever comes first, not before the delay; held up where all who want it are."""
    job.state = waiting_state()
    job.lease_token = job.lease_expires_at = job.heartbeat_at = job.worker = None
    job.not_before = now_ms() + delay_ms if delay_ms else 0


def wait_again(session: Session, which: ColumnElement[bool]) -> None:
    """Jobs that ended without a result, as new ones: attempts so far are forgiven."""
    _log_all(session, which, "asked for again")
    update_all(
        session,
        which,
        state=waiting_state(),
        priority=earliest(),
        forgiven=JobRow.attempt,
        retried_at=now_ms(),
        not_before=0,
        cancel_requested=False,
        worker=None,
        failure=None,
        detail=None,
        ended_at=None,
    )


def hold(session: Session, population: SampledRow) -> None:
    """Let a population's jobs that wait, locked before, be as those who want them."""
    mine, awaited = wanted_by(population), is_awaited_beside(population)
    update_all(session, mine & (JobRow.state == PAUSED) & awaited, state=QUEUED)
    update_all(session, mine & (JobRow.state == QUEUED) & ~awaited, state=PAUSED)


def end(
    session: Session,
    job: JobRow,
    state: Ending,
    failure: Failure | None = None,
    detail: str | None = None,
    attempt: int | None = None,
) -> None:
    """The job's last state, with its event and a new version of every population it is in.

    Args:
        attempt: that ended it; by default the last one.
    """
    job.state, job.failure, job.detail = state, failure, detail
    job.ended_at = now_ms()
    job.lease_token = job.lease_expires_at = None
    log(session, job.id, attempt or job.attempt, state, job.worker)
    session.flush()
    versions.raise_for_job(session, job)


def cancel(session: Session, which: ColumnElement[bool]) -> None:
    """End those that wait; one at work is told so, and ends with its next heartbeat."""
    waiting = which & JobRow.state.in_(WAITING)
    update_all(session, which & (JobRow.state == RUNNING), cancel_requested=True)
    _log_all(session, waiting, CANCELLED)
    update_all(
        session,
        waiting,
        state=CANCELLED,
        failure=CANCELLED,
        detail="cancelled before it ran",
        ended_at=now_ms(),
    )


def earliest() -> Any:
    """The priority of whoever wants the statement's job first."""
    return func.coalesce(
        of_job(func.min(SampledRow.priority)).scalar_subquery(), JobRow.priority
    )


def update_all(session: Session, which: ColumnElement[bool], **values: Any) -> None:
    """Update jobs in one statement; rows in the session stay as they were read."""
    session.execute(
        update(JobRow)
        .where(which)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def log(session: Session, job_id: int, attempt: int, what: str, worker: str | None) -> None:
    """One line of the job's history."""
    values = {"job_id": job_id, "attempt": attempt, "what": what, "worker": worker}
    session.execute(insert(EventRow).values(values))


def _log_all(session: Session, which: ColumnElement[bool], what: str) -> None:
    """One line of each job's history."""
    rows = select(JobRow.id, JobRow.attempt, literal(what)).where(which)
    session.execute(insert(EventRow).from_select(["job_id", "attempt", "what"], rows))
