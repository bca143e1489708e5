"""Quotas: how much of the lab a person may use, asked before work is queued.

A population's owner pays for the jobs that nobody has paid for yet; who asks again for one that
ended pays for that. What is measured already, or paid by others, is free. Administrators and
the system have no quota unless one is set.

`paying` first locks the payer's row, so a hundred submits at once are counted one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Integer,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from columns.numbers import fixed
from db.accounting import ChargeRow, QuotaRow
from db.among import among
from db.clock import now_ms
from db.json import text_at
from db.models import DrawRow, EpochRow, EventRow, JobRow, PopulationRow, RegimeRow, ResultRow
from db.people import UserRow
from designspace.regimes import Regime
from jobs.messages import Kind
from jobs.states import CANCELLED, DONE, OPEN, RUNNING
from services import definitions
from services.errors import NotFound, Refused
from services.people import audit, permission, users
from services.people.actor import Role, who
from services.people.permission import Verb
from services.work.wanting import joins

DAYS = 30
WINDOW_MS = DAYS * 86_400_000
HOUR_MS = 3_600_000
SIMILAR = 500
"""Trainings that an estimate looks at, the last ones."""
CPU = "cpu"
"""The device of a result that used no GPU: `workers.training.train.conditions`."""


class What(StrEnum):
    """What a quota is of."""

    GPU_HOURS = "gpu_hours"  # in the last DAYS days, and about what waits
    QUEUED_JOBS = "queued_jobs"  # that have not ended
    COMPUTE = "compute"  # epochs x multiply-adds x networks asked for in the last DAYS days


UNITS = {
    What.GPU_HOURS: f"GPU hours of {DAYS} days",
    What.QUEUED_JOBS: "jobs that have not ended",
    What.COMPUTE: f"multiply-adds (epochs x flops) of {DAYS} days",
}


@dataclass(frozen=True)
class Quota:
    """A limit of a person, or of everybody of a role."""

    id: int
    user: str | None
    role: str | None
    what: str
    most: float | None  # None: none, also where the role has one


@dataclass(frozen=True)
class Allowance:
    """What somebody has used of something."""

    what: What
    used: float
    most: float | None  # None: as much as he likes

    def refuses(self, asked: float | None) -> bool:
        """Whether so much more would be too much; what nobody knows is let in."""
        return self.most is not None and bool(asked) and self.used + (asked or 0) > self.most

    def said(self, asked: float | None) -> str:
        """`38 of 40 GPU hours of 30 days used; this asks for about 5`."""
        most = "no limit" if self.most is None else _shown(self.what, self.most)
        used = f"{_shown(self.what, self.used)} of {most} {UNITS[self.what]} used"
        if asked is None:
            return f"{used}; nobody knows yet how many this asks for"
        about = "about " if self.what is What.GPU_HOURS else ""
        return f"{used}; this asks for {about}{_shown(self.what, asked)}"


@dataclass(frozen=True)
class Asked:
    """What some jobs are going to use."""

    jobs: int
    compute: float
    gpu_hours: float | None  # about; None: nothing like them was trained yet

    def of(self, what: What) -> float | None:
        return {
            What.GPU_HOURS: self.gpu_hours,
            What.QUEUED_JOBS: self.jobs,
            What.COMPUTE: self.compute,
        }[what]


# Who may use how much


def every(session: Session) -> list[Quota]:
    """All quotas, those of roles first."""
    found = session.execute(
        select(QuotaRow, UserRow.name)
        .outerjoin(UserRow, UserRow.id == QuotaRow.user_id)
        .order_by(QuotaRow.user_id.is_not(None), QuotaRow.role, UserRow.name, QuotaRow.what)
    )
    return [Quota(row.id, name, row.role, row.what, row.most) for row, name in found]


def put(
    session: Session, what: What, most: float | None, user: str | None, role: Role | None
) -> Quota:
    """Set a limit of a person or of a role; None: no limit, also where the role has one.

    Raises:
        NotFound: no such account.
        Refused: neither or both are named, or the limit is negative.
        Forbidden: whoever asks looks after no people.
    """
    permission.require(who(session), Verb.PEOPLE)
    if (user is None) == (role is None):
        raise Refused("user", user, "the name of an account, or a role, and not both")
    if most is not None and most < 0:
        raise Refused("most", most, "0 or more, or none")
    user_id = users.named(session, user).id if user is not None else None
    word = role.word if role is not None else None
    same = (QuotaRow.what == what) & QuotaRow.user_id.is_not_distinct_from(user_id)
    row = session.scalar(select(QuotaRow).where(same, QuotaRow.role.is_not_distinct_from(word)))
    if row is None:
        row = QuotaRow(user_id=user_id, role=word, what=what)
        session.add(row)
    row.most = most
    session.flush()
    who_has = user or word
    audit.record(session, "quota set", "quota", row.id, whose=who_has, of=what, most=most)
    return Quota(row.id, user, word, what, most)


def remove(session: Session, id: int) -> None:
    """Let a limit go: of a person, so that his role's holds again.

    Raises:
        NotFound: there is none.
        Forbidden: whoever asks looks after no people.
    """
    permission.require(who(session), Verb.PEOPLE)
    row = session.get(QuotaRow, id)
    if row is None:
        raise NotFound("quota", id)
    session.delete(row)
    audit.record(session, "quota removed", "quota", id, of=row.what)


def mine(session: Session) -> list[Allowance]:
    """What the transaction's actor has used, and may; nothing where he has no account."""
    id = who(session).id
    if id is None:
        return []
    most = limits(session, id)
    return [Allowance(what, _used(session, id, what), most[what]) for what in What]


def limits(session: Session, user_id: int) -> dict[What, float | None]:
    """The limits of somebody: his own, else his role's, else none."""
    role = select(UserRow.role).where(UserRow.id == user_id).scalar_subquery()
    found = session.execute(
        select(QuotaRow.what, QuotaRow.most)
        .where(or_(QuotaRow.user_id == user_id, QuotaRow.role == role))
        .order_by(QuotaRow.user_id.is_not(None))  # his own last: it is what counts
    )
    known = dict(found.all())
    return {what: known.get(what) for what in What}


# What is asked, and who pays


def lock(session: Session, user_id: int | None) -> None:
    """Let nobody else queue anything at somebody's cost until the transaction ends.

    Before anything else is locked: else two would wait crosswise. Rows that name him may be
    written meanwhile.
    """
    if user_id is not None:
        locked = select(UserRow.id).where(UserRow.id == user_id)
        session.execute(locked.with_for_update(key_share=True))


def charge(session: Session, population: PopulationRow, kind: Kind) -> None:
    """Let a population's owner pay for its jobs of a kind that nobody has paid for yet.

    Raises:
        Refused: more than he may use; nothing of the transaction is to stay.
    """
    if (payer := population.owner_id) is None:
        return
    compute, gpu_ms = _costs(session, population.regime_id, kind)
    paid = select(ChargeRow.id).where(ChargeRow.job_id == JobRow.id).exists()
    new = (
        select(
            JobRow.id, literal(payer), now_ms(), cast(DrawRow.flops, Double) * compute, gpu_ms
        )
        .join(DrawRow, joins(population))
        .where(JobRow.kind == kind, JobRow.state.in_(OPEN), ~paid)
    )
    with paying(session, payer):
        _pay(session, new)


def charge_again(session: Session, payer: int | None, job_ids: Sequence[int]) -> None:
    """Let somebody pay for jobs that ended without a result: inside `paying`."""
    if payer is None:
        return
    flops = select(func.max(DrawRow.flops)).where(
        DrawRow.network_id == JobRow.network_id,
        DrawRow.population_id == PopulationRow.id,
        PopulationRow.regime_id == JobRow.regime_id,
    )
    mine = among(JobRow.id, job_ids)
    found = session.execute(select(JobRow.regime_id, JobRow.kind).where(mine).distinct()).all()
    for regime_id, kind in found:
        compute, gpu_ms = _costs(session, regime_id, kind)
        each = cast(func.coalesce(flops.scalar_subquery(), 0), Double) * compute
        new = select(JobRow.id, literal(payer), now_ms(), each, gpu_ms).where(
            mine, JobRow.regime_id == regime_id, JobRow.kind == kind
        )
        _pay(session, new)


@contextmanager
def paying(session: Session, payer: int | None) -> Iterator[None]:
    """Refuse what the block lets wait at somebody's cost, where it goes beyond his limits.

    Whoever looks after people may go beyond those of others.

    Raises:
        Refused: more than he may use; nothing of the transaction is to stay.
    """
    lock(session, payer)
    actor = who(session)
    if payer is None or (actor.is_admin and actor.id != payer):
        yield
        return
    limited = _limited(session, payer)
    before = {what: _used(session, payer, what) for what in limited}
    last = session.scalar(select(func.max(ChargeRow.id)).where(ChargeRow.user_id == payer))
    yield
    asked = _asked(session, (ChargeRow.user_id == payer) & (ChargeRow.id > (last or 0)))
    for what, most in limited.items():
        allowance, more = Allowance(what, before[what], most), asked.of(what)
        if allowance.refuses(more):
            raise Refused("quota", round(more or 0, 2), allowance.said(more))


def _asked(session: Session, which: ColumnElement[bool]) -> Asked:
    """What the jobs of some charges are going to use."""
    sums = select(func.count(), func.sum(ChargeRow.compute), func.sum(ChargeRow.gpu_ms))
    jobs, compute, gpu_ms = session.execute(sums.where(which)).one()
    return Asked(jobs, compute or 0.0, None if gpu_ms is None else gpu_ms / HOUR_MS)


def _pay(session: Session, new: Any) -> None:
    columns = ["job_id", "user_id", "at", "compute", "gpu_ms"]
    session.execute(insert(ChargeRow).from_select(columns, new, include_defaults=False))


def foreseen(session: Session, regime_id: int, flops: float, n: int) -> list[tuple[str, bool]]:
    """What n trainings would ask of the actor's quotas, and whether it is too much.

    Args:
        flops: multiply-adds of a network, about.
    """
    id = who(session).id
    if id is None or not (limited := _limited(session, id)):
        return []
    regime = definitions.regime(session.get_one(RegimeRow, regime_id))
    hours = _gpu_ms(session, regime_id, regime)
    asked = Asked(n, flops * regime.epochs * n, None if hours is None else n * hours / HOUR_MS)
    return [
        (allowance.said(asked.of(what)), allowance.refuses(asked.of(what)))
        for what, most in limited.items()
        for allowance in [Allowance(what, _used(session, id, what), most)]
    ]


def _limited(session: Session, user_id: int) -> dict[What, float]:
    return {w: most for w, most in limits(session, user_id).items() if most is not None}


def _costs(session: Session, regime_id: int, kind: str) -> tuple[float, Any]:
    """Of a job: multiply-adds for each of its network's, and about how long a GPU takes, ms."""
    if kind != "train":
        return 0.0, literal(None, Double)
    regime = definitions.regime(session.get_one(RegimeRow, regime_id))
    return float(regime.epochs), literal(_gpu_ms(session, regime_id, regime), Double)


# What was used


def _used(session: Session, user_id: int, what: What) -> float:
    """What somebody has used of something."""
    count = {
        What.GPU_HOURS: _gpu_hours,
        What.QUEUED_JOBS: _open_jobs,
        What.COMPUTE: _compute,
    }
    return count[what](session, user_id)


def _open_jobs(session: Session, user_id: int) -> float:
    mine = select(ChargeRow.job_id).where(ChargeRow.user_id == user_id, ~_asked_again())
    found = select(func.count()).where(JobRow.id.in_(mine), JobRow.state.in_(OPEN))
    return float(session.scalars(found).one())


def _compute(session: Session, user_id: int) -> float:
    """Of what was asked for; a job that was cancelled before anybody took it cost nothing."""
    untouched = and_(JobRow.state == CANCELLED, JobRow.attempt == 0)
    found = (
        select(func.coalesce(func.sum(ChargeRow.compute), 0.0))
        .join(JobRow, JobRow.id == ChargeRow.job_id)
        .where(ChargeRow.user_id == user_id, ChargeRow.at > now_ms() - WINDOW_MS, ~untouched)
    )
    return float(session.scalars(found).one())


def _gpu_hours(session: Session, user_id: int) -> float:
    """Measured of attempts that have ended, estimated of jobs that have not."""
    spent = _spent(user_id)
    took = select(func.coalesce(func.sum(spent.c.ms), 0)).where(spent.c.gpu)
    waits = (
        select(func.coalesce(func.sum(ChargeRow.gpu_ms), 0.0))
        .join(JobRow, JobRow.id == ChargeRow.job_id)
        .where(ChargeRow.user_id == user_id, JobRow.state.in_(OPEN), ~_asked_again())
    )
    return sum(float(session.scalar(part) or 0) for part in (took, waits)) / HOUR_MS


def _asked_again() -> ColumnElement[bool]:
    """The condition that somebody asked later for the charge's job."""
    later = aliased(ChargeRow)
    same = (later.job_id == ChargeRow.job_id) & (later.id > ChargeRow.id)
    return select(later.id).where(same).correlate(ChargeRow).exists()


def _spent(user_id: int) -> Any:
    """(gpu, ms) of each attempt in the window that is at somebody's cost.

    An attempt takes from its claim to whatever came of it, or to now where it is at work and
    nobody knew how long it would take. It is the cost of who asked last before it. It used a
    GPU where the result says so; without one, where the regime needs one.
    """
    mine, attempts = _charged(user_id), _attempts(user_id)
    at_work = case((and_(JobRow.state == RUNNING, mine.c.gpu_ms.is_(None)), now_ms()))
    took = func.coalesce(attempts.c.ended, at_work) - attempts.c.begun
    device = text_at(ResultRow.conditions, "device")
    return (
        select(took.label("ms"), func.coalesce(device != CPU, JobRow.needs_gpu).label("gpu"))
        .select_from(mine)
        .join(attempts, attempts.c.job_id == mine.c.job_id)
        .join(JobRow, JobRow.id == mine.c.job_id)
        .outerjoin(ResultRow, ResultRow.job_id == JobRow.id)
        .where(
            mine.c.user_id == user_id,
            attempts.c.begun >= mine.c.at,
            or_(mine.c.until.is_(None), attempts.c.begun < mine.c.until),
            attempts.c.begun > now_ms() - WINDOW_MS,
        )
        .subquery()
    )


def _jobs_of(user_id: int) -> Any:
    return select(ChargeRow.job_id).where(ChargeRow.user_id == user_id)


def _charged(user_id: int) -> Any:
    """The charges of somebody's jobs, each until the next one."""
    later = func.lead(ChargeRow.at).over(partition_by=ChargeRow.job_id, order_by=ChargeRow.id)
    columns = (ChargeRow.job_id, ChargeRow.user_id, ChargeRow.at, ChargeRow.gpu_ms)
    return (
        select(*columns, later.label("until"))
        .where(ChargeRow.job_id.in_(_jobs_of(user_id)))
        .subquery()
    )


def _attempts(user_id: int) -> Any:
    """When each attempt at somebody's jobs was begun, and when something came of it."""
    ended = EventRow.what.not_in(("claimed", "asked for again", "imported"))
    return (
        select(
            EventRow.job_id,
            func.min(case((EventRow.what == "claimed", EventRow.at))).label("begun"),
            func.min(case((ended, EventRow.at))).label("ended"),
        )
        .where(EventRow.job_id.in_(_jobs_of(user_id)))
        .group_by(EventRow.job_id, EventRow.attempt)
        .subquery()
    )


def _gpu_ms(session: Session, regime_id: int, regime: Regime) -> float | None:
    """About how long a training has a GPU, by the last epochs under its regime, or else under
    those of the same images; None where there are none.
    """
    per_epoch = _epoch_ms(session, JobRow.regime_id == regime_id)
    if per_epoch is None:
        images = select(RegimeRow.id).where(
            text_at(RegimeRow.definition, "data") == regime.data,
            cast(text_at(RegimeRow.definition, "resolution"), Integer) == regime.resolution,
        )
        per_epoch = _epoch_ms(session, JobRow.regime_id.in_(images))
    return None if per_epoch is None else per_epoch * regime.epochs


def _epoch_ms(session: Session, which: ColumnElement[bool]) -> float | None:
    """How long an epoch has a GPU, over the last trainings of some; on a CPU it has none."""
    last = (
        select(JobRow.id, (text_at(ResultRow.conditions, "device") != CPU).label("gpu"))
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .where(which, JobRow.kind == "train", JobRow.state == DONE)
        .order_by(JobRow.ended_at.desc())
        .limit(SIMILAR)
        .subquery()
    )
    took = case((last.c.gpu, EpochRow.seconds), else_=0.0)
    mean = select(func.avg(took)).join(last, last.c.id == EpochRow.job_id)
    seconds = session.scalar(mean)
    return None if seconds is None else 1000 * float(seconds)


def _shown(what: What, value: float) -> str:
    if what is What.COMPUTE:
        steps = max(0, min(6, int(math.log10(max(value, 1)) // 3)))
        return (
            fixed(value / 1000**steps, 1 if steps else 0).removesuffix(".0")
            + " kMGTPE"[steps].strip()
        )
    return fixed(value, 1 if what is What.GPU_HOURS and value < 10 else 0).removesuffix(".0")
