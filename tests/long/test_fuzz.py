"""Requests that nobody would write: no fault, no answer that isn't documented, nobody waits.

`FUZZ_SEED=n` repeats a run; `FUZZ_CASES=n` makes it longer or shorter.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from documented import operations
from stacks import PYTHON, environment

from netspace.stack import ports

pytestmark = pytest.mark.alone

CASES = int(os.environ.get("FUZZ_CASES", "3000"))
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance"
LONGEST = 1.0
"""Seconds that somebody else's GET /spaces may take meanwhile."""


@pytest.fixture(scope="module")
def seed():
    return int(os.environ.get("FUZZ_SEED", random.randrange(2**31)))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """`make up` with its demo study, as a person has it."""
    folder = tmp_path_factory.mktemp("fuzzed")
    with ports.reserve() as reserved:
        port = reserved.getsockname()[1]
    own = environment(
        folder,
        NETSPACE_PORT=str(port),
        NETSPACE_DEMO="1",
        NETSPACE_SLOTS="1",
        NETSPACE_SAMPLING_SECONDS="10",  # else hopeless windows take most of the hour
    )
    with (folder / "log").open("w") as log:
        up = subprocess.Popen(
            [PYTHON, "-m", "netspace", "up"], env=own, stdout=log, stderr=subprocess.STDOUT
        )
        url = f"http://127.0.0.1:{port}"
        try:
            end = time.monotonic() + 120
            while not ports.answers("127.0.0.1", port):
                assert up.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.1)
            time.sleep(15)  # the studies come in, and the worker starts
            yield url
        finally:
            up.terminate()
            up.wait(30)


class Bystander(threading.Thread):
    """Somebody else, who asks for the spaces again and again."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.waits, self.wrong, self.ends = url, [], [], threading.Event()

    def run(self):
        with httpx.Client(timeout=120) as client:
            while not self.ends.wait(0.05):
                at, began = time.time(), time.monotonic()
                answer = client.get(f"{self.url}/api/v1/spaces")
                self.waits.append((time.monotonic() - began, at))
                if answer.status_code != 200:
                    self.wrong.append(answer.text)

    @property
    def longest(self):
        """Seconds of the longest wait, and when it began."""
        return max(self.waits, default=(0, 0))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.join()


def served_between(har, began, ended):
    """The requests of a fuzz run that were served then, longest first."""
    served = []
    for entry in har["log"]["entries"]:
        at = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
        seconds = entry["time"] / 1_000
        if at < ended and at + seconds > began:
            request = entry["request"]
            served.append(f"{seconds:.2f} s {request['method']} {request['url'][:300]}")
    return sorted(served, key=lambda line: -float(line.split()[0]))


def most_measured(url):
    """The two populations with the most results: ids, largest first."""
    every = httpx.get(f"{url}/api/v1/populations", timeout=60).json()["items"]
    every.sort(key=lambda one: one["progress"]["done"], reverse=True)
    assert every[1]["progress"]["done"] >= 100
    return every[0]["id"], every[1]["id"]


def heavy(n, a, b):
    """Requests that cost the most of what is allowed, by what they are."""
    law = {"law": "log_uniform", "lo": 0.02, "hi": 300, "step": 0.01}
    fine = {"law": "uniform", "lo": 1.001, "hi": 4, "step": 0.001}
    space = {"family": "regnet", "wa": law, "wm": fine, "bottleneck_ratio": [0.5, 1, 2]}
    few = {"space_id": 1, "regime_id": 1, "n": 100_000, "windows": {"flops": "1..2"}}
    many = {"space_id": 1, "regime_id": 1, "n": 300}
    sides = f"side={a}&side={b}&side={a};depth=1..9&side={b};depth=1..9"
    held = "depth,flops,params,activations"
    pairs = "depth:flops,flops:params,params:activations,depth:params"
    yield "a space of large tables", "POST", "spaces", {"name": f"fine {n}", "space": space}
    yield "a hopeless population", "POST", "populations", {"name": f"none {n}", **few}
    yield "many networks", "POST", "populations", {"name": f"many {n}", **many}
    yield "a comparison", "GET", f"comparison?{sides}&points=10000&band=simultaneous", None
    yield (
        "a matched comparison",
        "GET",
        f"comparison/matched?side={a}&side={b}&match={held}",
        None,
    )
    yield "a search", "GET", f"efficiency?{sides}", None
    yield "trust in a ranking", "GET", f"stability?{sides}", None
    yield "ranges of pairs", "GET", f"populations/{a}/ranges?pairs={pairs}", None
    yield "an archive", "GET", f"archive?population={a}&population={b}", None


def test_nobody_waits_for_what_costs_most(served, measured):
    """Before the fuzzing, which deletes populations."""
    waits = {}
    a, b = most_measured(served)
    for n, (what, method, path, body) in enumerate(heavy(int(time.time()), a, b)):
        with Bystander(served) as other:
            while len(other.waits) < 10:
                answer = httpx.request(
                    method, f"{served}/api/v1/{path}", json=body, timeout=120
                )
        assert answer.status_code < 500 or answer.status_code == 503, (n, answer.text)
        waits[what] = round(other.longest[0], 2)
        measured(f"{what}: {answer.status_code}; somebody else waited {waits[what]} s at most")
    assert max(waits.values()) < LONGEST, waits


def test_no_case_is_a_fault_and_nobody_waits(served, seed, tmp_path, measured):
    command = Path(sys.executable).parent / "schemathesis"
    if not shutil.which(command):
        pytest.skip("schemathesis is not installed")
    report, har = tmp_path / "report.json", tmp_path / "report.har"
    with Bystander(served) as other:
        ran = subprocess.run(
            [
                *(
                    command,
                    "run",
                    f"{served}/api/openapi.json",
                    f"--seed={seed}",
                    f"--checks={CHECKS}",
                ),
                "--exclude-path=/api/v1/events",
                "--exclude-path-regex=^/api/v1/archive$",  # gzip: test_intake.py
                "--phases=examples,coverage,fuzzing",
                f"--max-examples={max(5, CASES // operations(served))}",
                *(
                    "--continue-on-failure",
                    "--no-shrink",
                    "--no-color",
                    "--request-timeout=120",
                ),
                *("--report=json,har", f"--report-json-path={report}"),
                f"--report-har-path={har}",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    tail = "\n".join(line for line in ran.stdout.splitlines() if line.strip())[-6_000:]
    assert report.exists(), tail + ran.stderr
    said = json.loads(report.read_text())
    slowest, began = other.longest
    measured(
        f"fuzzing, seed {seed}: {said['test_cases']['generated']} cases; somebody else asked "
        f"{len(other.waits)} times and waited {slowest:.2f} s at most"
    )
    assert said["test_cases"]["generated"] >= CASES, tail
    assert not said["failures"], tail
    assert not said["errors"], tail
    assert not other.wrong
    meanwhile = served_between(json.loads(har.read_text()), began, began + slowest)
    assert slowest < LONGEST, "\n".join(meanwhile[:5])
