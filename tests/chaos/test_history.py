"""The checker finds each kind of violation, and none where there is none."""

import pytest
from history import Event, Job, Left, late_results, violations

LEASE = 2000


def history(*told):
    """Events of job 1, each "WHAT ATTEMPT" or "WHAT ATTEMPT at MILLISECONDS"; 10 s apart."""
    events = []
    for number, words in enumerate(told):
        said, _, at = words.partition(" at ")
        what, attempt = said.rsplit(" ", 1)
        events.append(Event(1, int(attempt), what, int(at) if at else 10_000 * number))
    return events


def left(**changed):
    """A storm over one job that left all as it should be."""
    return Left(**({"n": 1, "draws": 1, "jobs": [Job(1)], "results": [(1, 1)]} | changed))


def by_attempt(number, last=None):
    """What is left where an attempt has ended the job, and a later one may have had it."""
    return left(jobs=[Job(1, "done", last or number)], results=[(1, number)])


@pytest.mark.parametrize(
    ("told", "attempt", "last"),
    [
        (["claimed 1", "done 1"], 1, 1),
        (["claimed 1", "expired 1", "claimed 2", "done 2"], 2, 2),
        (["claimed 1", "retried: crashed 1", "claimed 2", "done 2"], 2, 2),
        (["claimed 1", "released 1", "claimed 2", "done 2"], 2, 2),
        (["claimed 1", "expired 1", "done 1"], 1, 1),  # late, and nobody has it
        (["claimed 1", "expired 1", "claimed 2", "done 1"], 1, 2),  # late, another has it
    ],
)
def test_a_history_that_keeps_all_promises_has_no_violation(told, attempt, last):
    assert violations(history(*told), by_attempt(attempt, last), LEASE) == []


@pytest.mark.parametrize(
    ("told", "attempt", "sentence"),
    [
        (
            ["claimed 1", "claimed 2", "done 2"],
            2,
            "job 1: attempt 2 claimed while attempt 1 holds it",
        ),
        (
            ["claimed 1", "expired 1", "claimed 1", "done 1"],
            1,
            "job 1: attempt 1 claimed after attempt 1",
        ),
        (
            ["claimed 1", "released 1", "claimed 1", "done 1"],
            1,
            "job 1: attempt 1 claimed after attempt 1",
        ),
        (["claimed 1", "done 1", "done 1"], 1, "job 1: done after it was done"),
        (["claimed 1", "done 1", "expired 1"], 1, "job 1: expired after it was done"),
        (["claimed 1", "done 1", "claimed 2"], 1, "job 1: claimed after it was done"),
        (
            ["claimed 1", "expired 1", "expired 1", "claimed 2", "done 2"],
            2,
            "job 1: attempt 1 expired while it holds no lease",
        ),
        (
            ["claimed 1", "expired 1", "claimed 2", "retried: crashed 1", "done 2"],
            2,
            "job 1: attempt 1 retried: crashed while it holds no lease",
        ),
        (
            ["claimed 1 at 0", "expired 1 at 300", "claimed 2", "done 2"],
            2,
            "job 1: expired 300 ms after a claim for 2000 ms",
        ),
        (["done 1"], 1, "job 1: done by attempt 1, which nobody claimed"),
        (["claimed 1", "lost 1", "done 1"], 1, "job 1: lost, which means nothing"),
        (["claimed 1"], 1, "job 1: done in the end, and by its history not over"),
    ],
)
def test_each_broken_promise_of_a_history_is_a_sentence(told, attempt, sentence):
    assert violations(history(*told), by_attempt(attempt), LEASE) == [sentence]


@pytest.mark.parametrize(
    ("told", "last", "sentence"),
    [
        (["claimed 1", "done 1"], 2, "job 1: ends as attempt 2, and by its history 1"),
        (
            ["claimed 1", "expired 1", "claimed 2", "done 1"],
            1,
            "job 1: ends as attempt 1, and by its history 2",
        ),
    ],
)
def test_a_row_whose_attempt_is_not_the_last_one_is_a_violation(told, last, sentence):
    assert violations(history(*told), by_attempt(1, last), LEASE) == [sentence]


@pytest.mark.parametrize("state", ["failed", "cancelled", "dead"])
def test_a_job_that_ends_in_another_way_than_done_is_a_violation(state):
    told = (
        ["claimed 1", "expired 1", "dead 1"] if state == "dead" else ["claimed 1", f"{state} 1"]
    )
    ended = left(jobs=[Job(1, state)])
    assert violations(history(*told), ended, LEASE) == [f"job 1: {state} in the end, not done"]


def test_a_failure_needs_the_lease_and_a_death_needs_that_nobody_has_it():
    failed = left(jobs=[Job(1, "failed")])
    assert "job 1: attempt 1 failed while it holds no lease" in violations(
        history("claimed 1", "expired 1", "failed 1"), failed, LEASE
    )
    dead = left(jobs=[Job(1, "dead")])
    assert "job 1: dead while attempt 1 holds it" in violations(
        history("claimed 1", "dead 1"), dead, LEASE
    )


def test_a_database_that_was_killed_may_have_forgotten_a_claim_and_nothing_else():
    assert violations(history("done 1"), left(), LEASE, forgetful=True) == []
    assert violations(history("done 1", "done 1"), left(), LEASE, forgetful=True)
    assert violations(history("expired 1", "done 1"), left(), LEASE, forgetful=True)


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({"results": []}, ["job 1: 0 results", "0 results of 1 networks"]),
        ({"results": [(1, 1), (1, 1)]}, ["job 1: 2 results", "2 results of 1 networks"]),
        ({"results": [(1, 2)]}, ["job 1: result of attempt 2, ended by 1"]),
        (
            {"results": [(1, 1), (7, 1)]},
            ["a result of job 7, which is none", "2 results of 1 networks"],
        ),
        ({"draws": 0}, ["0 draws of 1 networks"]),
        ({"n": 2, "draws": 2}, ["1 jobs of 2 networks", "1 results of 2 networks"]),
        ({"spool": ["1-1-abc.json"]}, ["left in the spool: 1-1-abc.json"]),
        ({"processes": [17]}, ["process 17 is still alive"]),
    ],
)
def test_what_is_left_that_should_not_be_is_a_violation(changed, sentences):
    assert violations(history("claimed 1", "done 1"), left(**changed), LEASE) == sentences


def test_jobs_that_nobody_wanted_are_found_by_their_events():
    stray = [*history("claimed 1", "done 1"), Event(9, 1, "claimed")]
    assert violations(stray, left(), LEASE) == ["event of job 9, which is none"]


@pytest.mark.parametrize(
    ("told", "late"),
    [
        (["claimed 1", "done 1"], 0),
        (["claimed 1", "expired 1", "done 1"], 1),
        (["claimed 1", "expired 1", "claimed 2", "done 1"], 1),
        (["claimed 1", "expired 1", "claimed 2", "done 2"], 0),
    ],
)
def test_a_late_result_is_one_of_a_lease_that_was_lost(told, late):
    assert late_results(history(*told)) == late
