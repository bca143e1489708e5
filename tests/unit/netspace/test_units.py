"""The units of systemd that are shipped."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from netspace.cli import app

UNITS = sorted(Path("ops/systemd").iterdir())
PROGRAM = "/opt/netspace/.venv/bin/netspace"


@pytest.fixture
def units(tmp_path):
    """Copies whose program is one that is there."""
    for unit in UNITS:
        text = unit.read_text().replace(PROGRAM, shutil.which("true"))
        (tmp_path / unit.name).write_text(text)
    return sorted(tmp_path.iterdir())


def test_there_is_a_target_of_a_web_and_a_worker_unit():
    names = {unit.name for unit in UNITS}
    assert names == {"netspace.target", "netspace-web.service", "netspace-worker.service"}
    wanted = re.search(r"^Wants=(.*)$", Path("ops/systemd/netspace.target").read_text(), re.M)
    assert {*wanted[1].split()} == {name for name in names if name.endswith(".service")}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_commands_that_there_are(unit):
    commands = {one.name or one.callback.__name__ for one in app.registered_commands}
    for words in re.findall(rf"(?m)^Exec\w+={PROGRAM} (.*)$", unit.read_text()):
        assert words.split()[0] in commands


def test_systemd_can_read_them(units):
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt install systemd)")
    said = subprocess.run(
        [analyse, "verify", "--man=no", *units], capture_output=True, text=True
    )
    ours = [line for line in said.stderr.splitlines() if "netspace" in line]
    assert not ours
    assert said.returncode == 0, said.stderr
