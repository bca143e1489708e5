"""Thousands of requests with a viewer's token: whatever they ask, nothing is changed.

`FUZZ_SEED=n` repeats a run; `FUZZ_CASES=n` makes it longer or shorter.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import accounts
import pytest
from documented import operations
from stacks import PYTHON, environment

from db.migrations import upgrade
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace.stack import ports
from services.acting.actor import Role, Scope
from services.defining import regimes, spaces
from services.people import tokens
from services.sampling import populations
from services.sampling.populations import Spec

pytestmark = pytest.mark.alone

CASES = int(os.environ.get("FUZZ_CASES", "3000"))
CHECKS = "not_a_server_error,status_code_conformance"


@pytest.fixture
def database(tmp_path):
    """A lab with a space, a regime, a population and its jobs, and a viewer."""
    database = Database(f"sqlite:///{tmp_path / 'netspace.db'}")
    upgrade(database.url)
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    populations.create(database, Spec("p", space, regime, 20, {}))
    yield database
    database.dispose()


@pytest.fixture
def token(database):
    id = accounts.join(database, "vera", "viewer")
    with database.durable() as session:
        made = tokens.create(session, "fuzz", {Scope.READ}, None, id, Role.VIEWER)
    return made.secret


@pytest.fixture
def served(database, token, tmp_path):
    with ports.reserve() as reserved:
        port = reserved.getsockname()[1]
    own = environment(
        tmp_path,
        NETSPACE_PORT=str(port),
        NETSPACE_AUTH="accounts",
        NETSPACE_REQUESTS_PER_MINUTE="0",
    )
    with (tmp_path / "log").open("w") as log:
        web = subprocess.Popen(
            [PYTHON, "-m", "netspace", "web"], env=own, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            end = time.monotonic() + 60
            while not ports.answers("127.0.0.1", port):
                assert web.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            web.terminate()
            web.wait(30)


def content(folder):
    """Every row of the database but when the token was used last."""
    with sqlite3.connect(folder / "netspace.db") as connection:
        return [line for line in connection.iterdump() if 'INTO "tokens"' not in line]


def test_a_viewer_changes_nothing(served, token, tmp_path, measured):
    command = Path(sys.executable).parent / "schemathesis"
    if not shutil.which(command):
        pytest.skip("schemathesis is not installed")
    seed = int(os.environ.get("FUZZ_SEED", random.randrange(2**31)))
    before, report = content(tmp_path), tmp_path / "report.json"
    ran = subprocess.run(
        [
            *(command, "run", f"{served}/api/openapi.json", f"--seed={seed}"),
            *(f"--checks={CHECKS}", "--header", f"Authorization: Bearer {token}"),
            "--exclude-path=/api/v1/events",
            "--exclude-path-regex=^/api/v1/archive$",
            "--phases=examples,coverage,fuzzing",
            f"--max-examples={max(5, CASES // operations(served))}",
            *("--continue-on-failure", "--no-shrink", "--no-color", "--request-timeout=120"),
            *("--report=json", f"--report-json-path={report}"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    tail = "\n".join(line for line in ran.stdout.splitlines() if line.strip())[-6_000:]
    assert report.exists(), tail + ran.stderr
    said = json.loads(report.read_text())
    measured(f"a viewer's token, seed {seed}: {said['test_cases']['generated']} cases")
    assert said["test_cases"]["generated"] >= CASES, tail
    assert not said["failures"], tail
    assert not said["errors"], tail
    assert content(tmp_path) == before
