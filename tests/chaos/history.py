"""The checker: which of a storm's promises the history of its jobs breaks, in sentences.

Pure: what was read in the end goes in, violations come out. A job's history is its events in
the order of their ids, which is the order of their commits: each is written under the lock of
the job's row.
"""

from collections import defaultdict
from dataclasses import dataclass, field

FINAL = ("done", "failed", "cancelled", "dead")
GIVEN_BACK = ("expired", "released", "retried")


@dataclass(frozen=True)
class Event:
    """A row of the events, times in milliseconds."""

    job: int
    attempt: int
    what: str
    at: int = 0

    @property
    def kind(self):
        """`retried` of `retried: crashed`."""
        return self.what.partition(":")[0]


@dataclass(frozen=True)
class Job:
    """A row of the jobs."""

    id: int
    state: str = "done"
    attempt: int = 1


@dataclass(frozen=True)
class Left:
    """What was there when the storm was over."""

    n: int  # of the population, as it was wanted
    draws: int
    jobs: list  # of Job
    results: list  # of (job, attempt)
    spool: list = field(default_factory=list)  # names of files
    processes: list = field(default_factory=list)  # ids


def violations(events, left, lease_ms, forgetful=False):
    """Every promise that was broken, as a sentence; none where all were kept.

    Args:
        events: in the order of their ids.
        lease_ms: of a claim.
        forgetful: whether the database was killed. It may then have forgotten a claim, which
            it doesn't write to disk before it answers, and a result comes from nobody.
    """
    lives = {job.id: Life(job.id, lease_ms, forgetful) for job in left.jobs}
    found = [
        f"event of job {event.job}, which is none" for event in events if event.job not in lives
    ]
    for event in events:
        if event.job in lives:
            lives[event.job].follow(event)
    for job in left.jobs:
        lives[job.id].end(job)
        found += lives[job.id].found
    ended = {id: life.last.attempt for id, life in lives.items() if life.last}
    return found + wrong_results(left, ended) + wrong_sizes(left) + leftovers(left)


class Life:
    """One job's history, followed event by event."""

    def __init__(self, job, lease_ms, forgetful):
        self.job, self.lease_ms, self.forgetful = job, lease_ms, forgetful
        self.attempt = 0  # as its row counts
        self.claimed_at = None  # None while nobody holds it
        self.claimed = set()  # attempts
        self.last = None  # the final event
        self.found = []

    def follow(self, event):
        """The job after one more event."""
        if self.last:
            self.say(f"{event.what} after it was {self.last.what}")
        elif event.kind == "claimed":
            self.claim(event)
        elif event.kind in GIVEN_BACK:
            self.give_back(event)
        elif event.kind in FINAL:
            self.finish(event)
        else:
            self.say(f"{event.what}, which means nothing")

    def claim(self, event):
        if self.claimed_at is not None:
            self.say(f"attempt {event.attempt} claimed while attempt {self.attempt} holds it")
        if event.attempt != self.attempt + 1:
            self.say(f"attempt {event.attempt} claimed after attempt {self.attempt}")
        self.attempt, self.claimed_at = event.attempt, event.at
        self.claimed.add(event.attempt)

    def give_back(self, event):
        self.require_holder(event)
        # Claim and event are two statements, so their times may differ by a little.
        if event.kind == "expired" and self.claimed_at is not None:
            held = event.at - self.claimed_at
            if held < self.lease_ms / 2:
                self.say(f"expired {held} ms after a claim for {self.lease_ms} ms")
        self.claimed_at = None

    def finish(self, event):
        if event.kind == "done":  # from whichever attempt: a late result counts
            if event.attempt not in self.claimed and not self.forgetful:
                self.say(f"done by attempt {event.attempt}, which nobody claimed")
        elif event.kind == "dead":
            if self.claimed_at is not None:
                self.say(f"dead while attempt {self.attempt} holds it")
        else:
            self.require_holder(event)
        self.claimed_at, self.last = None, event

    def require_holder(self, event):
        if self.claimed_at is None or event.attempt != self.attempt:
            self.say(f"attempt {event.attempt} {event.what} while it holds no lease")

    def end(self, job):
        """Compare the history with the job's row."""
        said = self.last.what if self.last else "not over"
        if job.state != "done":
            self.say(f"{job.state} in the end, not done")
        if job.state != said:
            self.say(f"{job.state} in the end, and by its history {said}")
        elif self.last and job.attempt != max(self.attempt, self.last.attempt):
            self.say(f"ends as attempt {job.attempt}, and by its history {self.attempt}")

    def say(self, sentence):
        self.found.append(f"job {self.job}: {sentence}")


def wrong_results(left, ended):
    """Each job has one result, of the attempt that `ended` it: by its history, else its row."""
    attempts = defaultdict(list)
    for job, attempt in left.results:
        attempts[job].append(attempt)
    jobs = {job.id: job for job in left.jobs}
    found = [f"a result of job {job}, which is none" for job in attempts if job not in jobs]
    for id, job in jobs.items():
        if len(attempts[id]) != 1:
            found.append(f"job {id}: {len(attempts[id])} results")
        elif attempts[id] != [by := ended.get(id, job.attempt)]:
            found.append(f"job {id}: result of attempt {attempts[id][0]}, ended by {by}")
    return found


def wrong_sizes(left):
    """A population of n has n draws, jobs and results."""
    sizes = {"draws": left.draws, "jobs": len(left.jobs), "results": len(left.results)}
    return [
        f"{size} {what} of {left.n} networks" for what, size in sizes.items() if size != left.n
    ]


def leftovers(left):
    return [f"left in the spool: {name}" for name in left.spool] + [
        f"process {pid} is still alive" for pid in left.processes
    ]


def late_results(events):
    """How many results came from a lease that was not the job's any more."""
    holders, late = {}, 0
    for event in events:
        if event.kind == "claimed":
            holders[event.job] = event.attempt
        elif event.kind == "done":
            late += holders.get(event.job) != event.attempt
        else:
            holders.pop(event.job, None)
    return late
