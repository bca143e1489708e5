"""Results: what a job measured, stored exactly once.

Every write is fenced by the lease's token. One exception keeps work from being thrown away: a
complete result that comes after its lease was lost is taken where the job has none yet.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.insert import insert_for
from db.models import EpochRow, JobRow, NetworkRow, RegimeRow, ResultRow
from jobs.messages import PASSING, Claim, Epoch, Failed, Finished
from jobs.states import CANCELLED, DONE, FAILED, FINAL, Ending
from services import definitions
from services.work import leases, transitions


def record_epoch(session: Session, claim: Claim, epoch: Epoch) -> None:
    """One epoch of the learning curve; nothing where the lease is lost."""
    if session.scalar(select(JobRow.id).where(leases.held(claim))) is None:
        return
    values = epoch.model_dump(exclude={"epoch"})
    insert = insert_for(session, EpochRow).values(
        job_id=claim.job_id, epoch=epoch.epoch, **values
    )
    session.execute(
        insert.on_conflict_do_update(index_elements=["job_id", "epoch"], set_=values)
    )


def record(session: Session, claim: Claim, finished: Finished) -> bool:
    """Store the job's result; False where it has one, or ended in another way.

    A result may come from a disk, after years: another database's job of the same number is
    not the one that was measured, and gets none.
    """
    job = session.scalar(
        select(JobRow)
        .join(NetworkRow, NetworkRow.id == JobRow.network_id)
        .where(
            JobRow.id == claim.job_id,
            JobRow.seed == claim.seed,
            JobRow.kind == claim.kind,
            JobRow.state.not_in(FINAL),
            NetworkRow.hash == claim.network.hash,
        )
        .with_for_update(of=JobRow)
    )
    if job is None:
        return False
    regime = session.get_one(RegimeRow, job.regime_id)
    if not definitions.is_same(definitions.regime, regime, claim.regime):
        return False
    session.add(
        ResultRow(
            job_id=job.id,
            attempt=claim.attempt,
            quantities=finished.quantities,
            conditions=finished.conditions,
        )
    )
    # A power cut may have forgotten the claim; a late result is not of the last attempt.
    job.attempt = max(job.attempt, claim.attempt)
    transitions.end(session, job, DONE, attempt=claim.attempt)
    return True


def record_failure(
    session: Session, claim: Claim, failed: Failed, retry: bool, max_attempts: int
) -> None:
    """End the job without a result, or queue it once more; nothing where the lease is lost."""
    job = session.scalar(select(JobRow).where(leases.held(claim)).with_for_update())
    if job is None:
        return
    attempts = job.attempt - job.forgiven
    if retry and attempts < max_attempts:
        said = f"retried: {failed.failure}"
        transitions.log(session, job.id, job.attempt, said, job.worker)
        leases.give_back(session, job, delay_ms=leases.RETRY_DELAY_MS * attempts)
        return
    state: Ending = CANCELLED if failed.failure == "cancelled" else FAILED
    transitions.end(session, job, state, failed.failure, failed.detail)


def is_final(claim: Claim, end: Finished | Failed, max_attempts: int) -> bool:
    """Whether the job is over; else it is tried again."""
    attempts = claim.attempt - claim.forgiven
    return isinstance(end, Finished) or end.failure not in PASSING or attempts >= max_attempts


def record_end(
    session: Session, claim: Claim, end: Finished | Failed, max_attempts: int
) -> None:
    """Store how an attempt ended, whichever way."""
    match end:
        case Finished():
            record(session, claim, end)
        case Failed():
            retry = not is_final(claim, end, max_attempts)
            record_failure(session, claim, end, retry, max_attempts)
