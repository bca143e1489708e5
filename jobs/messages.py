"""What travels between the database, a worker's slot and its child process: frozen values."""

from __future__ import annotations

from typing import Literal

from designspace.networks.network import Network
from designspace.regimes import Regime
from designspace.values import Frozen

Kind = Literal["train", "benchmark"]
"""What a job measures: error by training; latency and memory, alone on its device."""

Failure = Literal[
    "impossible",
    "out_of_memory",
    "data",
    "error",
    "crashed",
    "device",
    "timeout",
    "cancelled",
    "lost",
]
"""Why a job ended without a result. A diverged network is none of these: it has a result.

`impossible`: torch refuses the network; `data`: the data set is missing or does not fit the
regime; `error`: an exception; `crashed`: the child process died; `device`: the accelerator
failed; `lost`: no attempts left.
"""

PASSING: frozenset[Failure] = frozenset({"crashed", "device"})
"""Bad luck, perhaps: such a job is tried again. All others would fail in the same way."""


class Claim(Frozen):
    """A job as its worker holds it; `token` is the lease that fences everything it writes."""

    job_id: int
    attempt: int
    forgiven: int = 0  # attempts that no longer count: a person asked for the job again
    token: str
    kind: Kind
    network: Network
    regime: Regime
    seed: int


class Epoch(Frozen):
    """One epoch of a running job, as the child reports it."""

    epoch: int  # from 1
    loss: float | None  # mean training loss; None where it was not finite
    error: float | None  # top-1 error of the test images, percent; None where not evaluated
    seconds: float  # since the start of training, wall


class Finished(Frozen):
    """A job's result: quantities in base units (`error` in percent), and how they came about.

    A diverged network has `diverged` = 1 and no `error`.
    """

    quantities: dict[str, float]
    conditions: dict[str, str]


class Failed(Frozen):
    """A job's end without a result: its class and the last lines of what was said."""

    failure: Failure
    detail: str
