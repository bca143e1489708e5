"""The states of a job: each is in one group, and the tables name no other."""

from __future__ import annotations

from typing import get_args

from db.models import JobRow
from jobs import states


def test_a_job_is_open_or_has_ended():
    assert sorted(states.OPEN + states.FINAL) == sorted(get_args(states.State))
    assert sorted(states.FINAL) == sorted(get_args(states.Ending))
    assert {*states.FINAL} - {*states.RESULTLESS} == {states.DONE}


def test_the_tables_know_the_states_by_the_same_words():
    table = JobRow.__table__
    conditions = {str(index.dialect_options["sqlite"]["where"]) for index in table.indexes}
    assert conditions == {f"state = '{states.QUEUED}'", f"state = '{states.RUNNING}'", "None"}
    assert table.c.state.server_default.arg == states.QUEUED
