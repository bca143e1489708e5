"""Rows that could not be read are mended, and what they were is kept in `mended`.

Release 0.1 took numbers that are not finite (an infinite weight decay stopped every claim on
SQLite), laws that can't be tabled, and names with characters that nobody sees. A number becomes
the nearest one allowed, a law the nearest one that can be drawn from, a character its escape;
the name gets the mark ` (mended)`. Jobs that had not ended under such a regime end as failed and
say why: nothing is trained under another number than was asked for. Results stay as they are.

Revision: 0009
"""

from __future__ import annotations

import json
import math
import time
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOST = 30_000
MARK = " (mended)"
REGIME = {"lr": (1e-6, 100), "weight_decay": (0, 1), "crop_area": (1e-4, 1)}
# Least and largest value, and of how many to the unit each is a whole number.
LAWS: dict[str, dict[str, tuple[float, float, int]]] = {
    "anynet": {
        "depth": (1, 256, 1),
        "width": (1, 8192, 1),
        "bottleneck_ratio": (0.01, 100, 10_000),
        "group_width": (1, 8192, 1),
    },
    "regnet": {
        "depth": (1, 512, 1),
        "w0": (1, 4096, 1),
        "wa": (0.01, 4096, 100),
        "wm": (1.001, 4, 1000),
        "bottleneck_ratio": (0.01, 100, 10_000),
        "group_width": (1, 8192, 1),
    },
}
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}

_named = {
    name: sa.table(name, sa.column("id", sa.Integer), sa.column("name", sa.String), *more)
    for name, more in {
        "design_spaces": [sa.column("definition", sa.JSON)],
        "regimes": [sa.column("definition", sa.JSON)],
        "populations": [],
    }.items()
}


def upgrade() -> None:
    mended = op.create_table(
        "mended",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("row", sa.String(), nullable=False),  # table and id
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=True),  # as it was, character by character
        sa.Column("mended_at", sa.BigInteger(), nullable=False),
    )
    now = int(time.time() * 1000)
    mends: dict[str, Callable[[Any], Any]] = {
        "design_spaces": mended_space,
        "regimes": mended_regime,
        "populations": lambda nothing: nothing,
    }
    for kind, mend in mends.items():
        for id, name, text in _rows(kind):
            old = None if text is None else json.loads(text)
            new, plain = mend(old), seen(name)
            changed = not same(old, new)
            if not changed and plain == name:
                continue
            values: dict[str, Any] = {"name": _free(kind, plain + MARK)}
            if changed:
                values["definition"] = new
            table = _named[kind]
            op.execute(table.update().where(table.c.id == id).values(values))
            kept = {"row": f"{kind} {id}", "name": name, "definition": text, "mended_at": now}
            op.execute(mended.insert().values(kept))
            if kind == "regimes" and changed and old is not None:
                _end_jobs(id, differences(old, new), now)


def downgrade() -> None:
    op.drop_table("mended")


def _rows(kind: str) -> list[Any]:
    table = _named[kind]
    has = "definition" in table.c
    text = sa.cast(table.c.definition, sa.Text) if has else sa.null()
    query = sa.select(table.c.id, table.c.name, text).order_by(table.c.id)
    return list(op.get_bind().execute(query))


def _free(kind: str, name: str) -> str:
    """The name, with a number where it is taken."""
    table, wanted, number = _named[kind], name, 1
    taken = sa.select(table.c.id)
    while op.get_bind().execute(taken.where(table.c.name == wanted)).first():
        number += 1
        wanted = f"{name} ({number})"
    return wanted


def _end_jobs(regime: int, why: str, now: int) -> None:
    jobs = sa.table(
        "jobs",
        *map(sa.column, ("id", "regime_id", "state", "failure", "detail", "ended_at")),
        *map(sa.column, ("lease_token", "lease_expires_at", "attempt")),
    )
    events = sa.table("events", *map(sa.column, ("job_id", "attempt", "what", "at")))
    populations = sa.table("populations", sa.column("regime_id"), sa.column("version"))
    open_ones = (jobs.c.regime_id == regime) & jobs.c.state.in_(("queued", "paused", "running"))
    found = op.get_bind().execute(sa.select(jobs.c.id, jobs.c.attempt).where(open_ones)).all()
    for id, attempt in found:
        event = {"job_id": id, "attempt": attempt, "what": "failed", "at": now}
        op.execute(events.insert().values(event))
    op.execute(
        jobs.update()
        .where(open_ones)
        .values(
            state="failed",
            failure="impossible",
            detail=f"the regime could not be trained under: {why}",
            ended_at=now,
            lease_token=None,
            lease_expires_at=None,
        )
    )
    op.execute(
        populations.update()
        .where(populations.c.regime_id == regime)
        .values(version=populations.c.version + 1)
    )


def same(old: Any, new: Any) -> bool:
    """Whether two definitions are alike, character by character."""
    return json.dumps(old) == json.dumps(new)


def differences(old: dict[str, Any], new: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} was {json.dumps(value)}" for name, value in old.items() if value != new[name]
    )


def seen(name: str) -> str:
    """The name with what nobody sees as escapes."""
    letters = [
        letter.encode("unicode_escape").decode()
        if unicodedata.category(letter) in UNSEEN
        else letter
        for letter in name
    ]
    return "".join(letters).strip() or "unnamed"


def clamped(value: float, lo: float, hi: float) -> float:
    """The nearest number in lo .. hi; the same object where it lies there."""
    if math.isnan(value):
        return lo
    return value if lo <= value <= hi else lo if value < lo else hi


def mended_regime(regime: dict[str, Any]) -> dict[str, Any]:
    bounded = {
        name: clamped(regime[name], *bounds)
        for name, bounds in REGIME.items()
        if name in regime
    }
    return regime | bounded


def mended_space(space: dict[str, Any]) -> dict[str, Any]:
    laws = {
        name: mended_law(space[name], *bounds)
        for name, bounds in LAWS[space["family"]].items()
        if name in space
    }
    new = space | laws
    if "stem" in space:
        new["stem"] = space["stem"] | {
            "width": clamped(space["stem"].get("width", 32), 1, 8192)
        }
    if space.get("limits"):
        limits = dict(space["limits"])
        if "params" in limits:
            limits["params"] = [clamped(one, -1e6, 1e6) for one in limits["params"]]
        if "activations" in limits:
            limits["activations"] = clamped(limits["activations"], 1e-6, 1e6)
        new["limits"] = limits
    return new


def mended_law(law: Any, lo: float, hi: float, per: int) -> Any:
    """The nearest law that can be drawn from; the same one where that is it."""
    if not isinstance(law, dict) or _drawable(law, lo, hi, per):
        return law
    if law["law"] == "choice":
        values = {_rounded(clamped(one, lo, hi), per) for one in law["choices"]}
        return law | {"choices": [float(one) for one in sorted(values)]}
    if law["law"] == "power2_or_log_uniform":
        bounded = {
            name: 2 ** (int(clamped(law[name], 1, 8192)).bit_length() - 1)
            for name in ("lo", "hi", "step")
        }
        return law | bounded
    step = max(_rounded(clamped(law["step"], 1 / per, hi), per), Fraction(1, per))
    first, last = (Fraction(str(clamped(law[name], lo, hi))) for name in ("lo", "hi"))
    while (last - first) / step >= MOST:
        step *= 10
    first = -(-first // step) * step
    last = max(first, last // step * step)
    return law | {"lo": float(first), "hi": float(last), "step": float(step)}


def _rounded(value: float, per: int) -> Fraction:
    return Fraction(round(Fraction(str(value)) * per), per)


def _drawable(law: dict[str, Any], lo: float, hi: float, per: int) -> bool:
    values = law.get("choices") or [law["lo"], law["hi"], law["step"]]
    if not all(math.isfinite(value) for value in values):
        return False
    ends = law.get("choices") or [law["lo"], law["hi"]]
    exact = [Fraction(str(value)) for value in values]
    few = "choices" in law or (exact[1] - exact[0]) / exact[2] < MOST
    fine = all((value * per).denominator == 1 for value in exact)
    return lo <= min(ends) and max(ends) <= hi and few and fine
