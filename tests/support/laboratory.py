"""A lab of the tests' own: its processes, and what its first administrator does from outside.

He joins, and asks for work.
"""

import contextlib
import re
import signal
import subprocess
import threading
from pathlib import Path

import httpx
from stacks import PYTHON, environment

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace.stack import postgres

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


def database_url(supervisor, folder, role=postgres.NAME):
    """Where a lab's own PostgreSQL answers."""
    (server,) = named(supervisor, PARTS["postgres"])
    line = parts_of(supervisor)[server].split()
    return postgres.url(folder / "postgres", int(line[line.index("-p") + 1]), role)


@contextlib.contextmanager
def running(folder, **settings):
    """A lab that is ready, and the lines that it says; it has ended when the block has."""
    own = {f"NETSPACE_{name}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [PYTHON, "-m", "netspace", "lab"],
        env=environment(folder, **own),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said, ready = [], threading.Event()

    def listen():
        for line in process.stdout:
            said.append(line)
            if "netspace is at" in line:
                ready.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert ready.wait(60), said
        yield process, said
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
        listener.join()
        process.stdout.close()


def admitted(address, said):
    """A client of the first administrator's: he joins by the link that the lab has printed."""
    link = re.search(r"the first administrator joins by (\S+/link/[\w-]{43})", said)[1]
    assert httpx.get(f"{address}/api/v1/populations").status_code == 401
    with httpx.Client(headers={"origin": address}) as browser:
        form = {"name": "ann", "password": "five plain words in a row"}
        joined = browser.post(link, data=form)
        assert joined.status_code == 303, f"{joined.status_code}: {joined.text}"
        asked = {"name": "script", "scopes": ["read", "submit"]}
        made = browser.post(f"{address}/api/v1/me/tokens", json=asked)
    assert made.status_code == 201, made.text
    shown = {"authorization": f"Bearer {made.json()['secret']}"}
    anew = httpx.Limits(max_keepalive_connections=0)  # whoever held the last one may be dead
    return httpx.Client(base_url=f"{address}/api/v1", headers=shown, limits=anew, timeout=60)


def create(api, n):
    """A population of n networks that train for a few seconds each; its id."""
    made = api.post("/populations", json=wanted(defined(api), n))
    assert made.status_code == 201, made.text
    return made.json()["id"]


def defined(api):
    """The ids of a space and of a regime of one epoch, as a new population names them."""
    short = DIGITS.model_copy(update={"epochs": 1}).model_dump(mode="json")
    space = PRESETS["RegNetX small"].model_dump(mode="json")
    ids = {}
    for kind, body in (("space", space), ("regime", short)):
        made = api.post(f"/{kind}s", json={"name": "lab", kind: body})
        assert made.status_code == 201, made.text
        ids[f"{kind}_id"] = made.json()["id"]
    return ids


def wanted(ids, n, flops="100k..300k", **more):
    """What is posted to have a population."""
    return {"name": "lab", "n": n, "windows": {"flops": flops}, **ids, **more}
