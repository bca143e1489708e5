"""What a whole stack logs as JSON: every line is one object, and tells what it is about."""

import json
import signal
import threading

import httpx
import pytest
from stacks import PYTHON, environment
from waiting import until

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS

GIVEN = {"x-request-id": "a-click.1"}


@pytest.fixture
def stack(started, port, tmp_path):
    """A running `netspace up`, a client of it, and what it says."""
    own = {"NETSPACE_PORT": str(port), "NETSPACE_LOG_FORMAT": "json", "NETSPACE_SLOTS": "1"}
    process = started([PYTHON, "-m", "netspace", "up"], env=environment(tmp_path, **own))
    lines, ready = [], threading.Event()

    def listen():
        for line in process.stdout:
            lines.append(line)
            if "netspace is at" in line:
                ready.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert ready.wait(120), lines
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30) as api:
        yield api, lines
    process.send_signal(signal.SIGINT)
    process.wait(60)
    listener.join()


def create(api):
    """A population of one network, asked for under an id."""
    regime = DIGITS.model_copy(update={"epochs": 1}).model_dump(mode="json")
    space = PRESETS["RegNetX small"].model_dump(mode="json")
    ids = {}
    for kind, body in (("space", space), ("regime", regime)):
        made = api.post(f"/{kind}s", json={"name": "logged", kind: body})
        ids[f"{kind}_id"] = made.json()["id"]
    wanted = {"name": "logged", "n": 1, "windows": {"flops": "100k..300k"}, **ids}
    made = api.post("/populations", json=wanted, headers=GIVEN)
    assert made.status_code == 201, made.text
    assert made.headers["x-request-id"] == GIVEN["x-request-id"]
    return made.json()["id"]


@pytest.mark.timeout(300)
def test_a_population_is_followed_from_a_click_to_its_result(stack):
    api, lines = stack
    population = create(api)

    def done():
        return api.get(f"/populations/{population}").json()["progress"]["done"] == 1

    assert until(done, seconds=120), lines
    assert until(lambda: any('"job": ' in line for line in lines), seconds=20), lines
    said = [json.loads(line) for line in lines]
    assert all({"time", "level", "logger", "message"} <= one.keys() for one in said)
    assert {one.get("part") for one in said} >= {"netspace", "web", "worker"}

    [deed] = [one for one in said if one.get("request") == GIVEN["x-request-id"]]
    assert (deed["part"], deed["population"]) == ("web", population)
    listed = api.get("/jobs", params={"population": population, "group": "done"}).json()
    [job] = listed["items"]
    [end] = [one for one in said if "job" in one]
    assert (end["part"], end["job"], end["attempt"]) == ("worker", job["id"], 1)
