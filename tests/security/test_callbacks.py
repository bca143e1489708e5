"""Attack 24: a callback asked with the handles of a background job, which earlier versions of
Dash took for the process to end and the file to read (Dash PR 3902)."""

import json
import subprocess
import sys

import pytest
from wire import say

HANDLES = ["job", "cacheKey", "oldJob", "cancelJob"]


@pytest.fixture
def victim():
    """A process of this machine."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
    yield process
    process.kill()
    process.wait()


def calls(served):
    """What the browser sends to each callback of the server; without values."""
    for one in json.loads(say(served.port, "/app/_dash-dependencies")[2]):
        if one["clientside_function"]:
            continue
        outputs = [
            dict(zip(("id", "property"), name.split("@")[0].rsplit(".", 1), strict=True))
            for name in one["output"].strip(".").split("...")
        ]
        yield {
            "output": one["output"],
            "outputs": outputs if one["output"].startswith("..") else outputs[0],
            "inputs": [given | {"value": None} for given in one["inputs"]],
            "state": [given | {"value": None} for given in one["state"]],
            "changedPropIds": [],
        }


@pytest.mark.parametrize("handle", HANDLES)
def test_a_callback_ends_no_process_and_reads_no_cache(served, victim, handle):
    asked = list(calls(served))
    assert len(asked) >= 6
    for call in asked:
        body = json.dumps(call).encode()
        path = f"/app/_dash-update-component?{handle}={victim.pid}&cacheKey=../netspace.db"
        head = f"{path}\nContent-Type: application/json\nContent-Length: {len(body)}"
        status, _, told = say(served.port, head, body, method="POST")
        assert status == 422, (call["output"], told)
    assert victim.poll() is None
    assert served.process.lives()


def test_no_callback_runs_in_the_background(served):
    for one in json.loads(say(served.port, "/app/_dash-dependencies")[2]):
        assert not one.get("background"), one["output"]
        assert not one.get("long"), one["output"]


@pytest.mark.parametrize("path", ["_mcp", "_dash-ws-callback", "_config"])
def test_dash_serves_none_of_what_we_do_not_use(served, path):
    assert say(served.port, f"/app/{path}")[0] == 404
    head = f"/app/{path}\nContent-Type: application/json\nContent-Length: 2"
    assert say(served.port, head, b"{}", method="POST")[0] in (404, 405)
