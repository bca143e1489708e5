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
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from columns.numbers import fixed
from db.accounting import ChargeRow, QuotaRow
from db.among import among
from db.clock import now_ms
from db.models import DrawRow, JobRow, RegimeRow, SampledRow
from db.people import UserRow
from jobs.messages import Kind
from jobs.states import OPEN
from services import definitions
from services.acting import audit, permission
from services.acting.actor import Role, who
from services.acting.permission import Verb
from services.errors import NotFound, Refused
from services.people import users
from services.work.usage import DAYS, HOUR_MS, What, gpu_ms, used
from services.work.wanting import joins

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
    return [Allowance(what, used(session, id, what), most[what]) for what in What]


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


def charge(session: Session, population: SampledRow, kind: Kind) -> None:
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
        DrawRow.population_id == SampledRow.id,
        SampledRow.regime_id == JobRow.regime_id,
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
    before = {what: used(session, payer, what) for what in limited}
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
    hours = gpu_ms(session, regime_id, regime)
    asked = Asked(n, flops * regime.epochs * n, None if hours is None else n * hours / HOUR_MS)
    return [
        (allowance.said(asked.of(what)), allowance.refuses(asked.of(what)))
        for what, most in limited.items()
        for allowance in [Allowance(what, used(session, id, what), most)]
    ]


def _limited(session: Session, user_id: int) -> dict[What, float]:
    return {w: most for w, most in limits(session, user_id).items() if most is not None}


def _costs(session: Session, regime_id: int, kind: str) -> tuple[float, Any]:
    """Of a job: multiply-adds for each of its network's, and about how long a GPU takes, ms."""
    if kind != "train":
        return 0.0, literal(None, Double)
    regime = definitions.regime(session.get_one(RegimeRow, regime_id))
    return float(regime.epochs), literal(gpu_ms(session, regime_id, regime), Double)


def _shown(what: What, value: float) -> str:
    if what is What.COMPUTE:
        steps = max(0, min(6, int(math.log10(max(value, 1)) // 3)))
        return (
            fixed(value / 1000**steps, 1 if steps else 0).removesuffix(".0")
            + " kMGTPE"[steps].strip()
        )
    return fixed(value, 1 if what is What.GPU_HOURS and value < 10 else 0).removesuffix(".0")
