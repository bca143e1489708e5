"""What a storm does, how often a round, and by what mechanism the program withstands it."""

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass

import acts

SQLITE, POSTGRESQL = KINDS = "SQLite", "PostgreSQL"

LEASE = "the lease expires, any worker's reaper gives the job back"
SPOOL = "the spool: any worker stores what was measured"
CRASHED = "its worker sees it end and queues the job once more"
POLL = "the row is the queue: slots look by themselves"
FENCE = "the lost token fences its writes; a late result counts where there is none"
INSIST = "statements are tried again; a result waits in the spool"

CALM_JOBS = 12
"""The last ones, after all has begun that strikes: they come by the points where it waits."""


@dataclass(frozen=True)
class Fault:
    """One kind of blow: a signal at a labelled point, or something that the storm does."""

    name: str
    mechanism: str
    point: str | None = None  # see `points`, and there what a signal and a victim are
    signal: str = "SIGKILL"
    victim: str = "child"
    act: Callable | None = None  # see `acts`
    on: str | None = None  # one such at a time; a storm that waits for its own lock is none
    times: int = 1  # a round
    only: str | None = None  # a database
    costly: bool = False  # a process that loads torch is started again


def at(name, point, mechanism, signal="SIGKILL", victim="child", times=1):
    costly = victim != "child" and signal != "SIGSTOP"
    return Fault(name, mechanism, point, signal, victim, times=times, costly=costly)


def outside(name, act, mechanism, on, only=None):
    return Fault(name, mechanism, act=act, on=on, only=only)


FAULTS = (
    at("worker killed after the claim", "claimed", LEASE, victim="worker"),
    at("worker killed in mid-epoch", "mid-epoch", LEASE, victim="worker"),
    at("worker killed with a result in hand", "measured", LEASE, victim="worker"),
    at("worker killed while it spools", "half spooled", LEASE, victim="worker"),
    at("worker killed before the transaction", "spooled", SPOOL, victim="worker"),
    at("worker killed before the commit", "recorded", SPOOL, victim="worker"),
    at(
        "worker killed after the commit",
        "committed",
        SPOOL + ", twice changes nothing",
        victim="worker",
    ),
    at(
        "worker asked to stop in mid-epoch",
        "mid-epoch",
        "the job is released, untried",
        "SIGTERM",
        "worker",
    ),
    at(
        "fork server killed",
        "started",
        CRASHED + "; the fork server comes back",
        victim="fork server",
    ),
    at("worker stopped past its lease after the claim", "claimed", FENCE, "SIGSTOP", "worker"),
    at("worker stopped past its lease in mid-epoch", "mid-epoch", FENCE, "SIGSTOP", "worker"),
    at(
        "worker stopped past its lease with a result in hand",
        "measured",
        FENCE,
        "SIGSTOP",
        "worker",
    ),
    at("child killed at its start", "started", CRASHED, times=2),
    at("child killed in mid-epoch", "mid-epoch", CRASHED, times=4),
    at("child killed with a result in hand", "computed", CRASHED, times=2),
    at(
        "child killed after it sent its result",
        "said",
        "what it said before it died comes first",
        times=2,
    ),
    at(
        "child stopped past the lease",
        "mid-epoch",
        "heartbeats come from the slot, not from the child",
        "SIGSTOP",
    ),
    outside(
        "broker killed, started again", acts.restart_broker(signal.SIGKILL), POLL, "broker"
    ),
    outside(
        "broker stopped, started again", acts.restart_broker(signal.SIGTERM), POLL, "broker"
    ),
    outside(
        "broker frozen",
        acts.freeze_broker,
        "publishing gives up after 0.3 s; " + POLL,
        "broker",
    ),
    outside("broker flushed", acts.flush_broker, POLL, "broker"),
    outside("every wake-up dropped", acts.deliver_wake_ups(0), POLL, "database"),
    outside(
        "every wake-up tripled",
        acts.deliver_wake_ups(3),
        "a wake-up rings a bell, and claims nothing",
        "database",
    ),
    outside(
        "PostgreSQL killed (SIGKILL)",
        acts.restart_database(signal.SIGKILL),
        INSIST + "; a lost claim is nobody's",
        "database",
        POSTGRESQL,
    ),
    outside(
        "PostgreSQL shut down at once (SIGQUIT)",
        acts.restart_database(signal.SIGQUIT),
        INSIST,
        "database",
        POSTGRESQL,
    ),
    outside("every connection cut", acts.cut_connections, INSIST, "database", POSTGRESQL),
    outside(
        "SQLite locked by a stranger past the lease",
        acts.lock_database,
        "writers wait; " + FENCE,
        "database",
        SQLITE,
    ),
)


def plan(kind, jobs, seed, rounds=1, costly=None):
    """What strikes a database of a kind, and after how many jobs are over, first things first.

    Args:
        costly: names of those costly faults that strike; all unless given.
    """
    chance = random.Random(seed)
    chosen = [
        fault
        for fault in FAULTS
        if fault.only in (None, kind)
        and (costly is None or not fault.costly or fault.name in costly)
        for _ in range(fault.times * rounds)
    ]
    chance.shuffle(chosen)
    whens = sorted(chance.uniform(0, jobs - CALM_JOBS) for _ in chosen)
    return list(zip(whens, chosen, strict=True))


def shares(seed, size=2):
    """A few of the costly faults for each kind of database, and others for each."""
    names = [fault.name for fault in FAULTS if fault.costly]
    random.Random(seed).shuffle(names)
    return [names[size * i : size * (i + 1)] for i in range(len(KINDS))]
