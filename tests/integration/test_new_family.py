"""A new family is one file and one name: a copy of the code gets one, and all works with it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

TOY = Path(__file__).parent / "toy"
CODE = (
    "columns", "designspace", "population", "db", "jobs", "services", "server", "dashboard",
    "workers", "netspace",
)  # fmt: skip
UNION = "designspace/spaces/__init__.py"


@pytest.fixture
def code(tmp_path):
    """The code with a family more: its file, its name in the union and its import."""
    for package in CODE:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(TOY / "plain.py", tmp_path / "designspace/spaces/plain.py")
    union = tmp_path / UNION
    text = union.read_text()
    named = text.replace("AnyNet | RegNet", "AnyNet | RegNet | Plain", 1)
    assert named != text
    first = "from designspace.spaces.regnet"
    union.write_text(
        named.replace(first, f"from designspace.spaces.plain import Plain\n{first}", 1)
    )
    return tmp_path


def test_a_family_is_defined_sampled_counted_trained_refined_shown_and_archived(code):
    environment = os.environ | {"PYTHONPATH": str(code), "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, TOY / "tour.py", code],
        cwd=code,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    saw = json.loads(ended.stdout.splitlines()[-1])
    assert all(0 <= error <= 100 for error in saw["errors"])
    assert len(saw["errors"]) == 2
    assert saw["counted"]
    assert saw["count"] == 2 * 2
    assert saw["refined"]["family"] == "plain"
    assert saw["refined"]["even"] == saw["ruled"] == ["depth"]
    assert saw["refused"] == 422  # a rule of another family
    assert saw["chips"]["even depth"] == "d even"
    assert saw["archived"] > 0
    assert saw["torch"]


def test_no_family_is_named_outside_of_its_room():
    for package in CODE:
        for file in (ROOT / package).rglob("*.py"):
            rooms = ("designspace/spaces", "designspace/naming")  # where families have names
            if any(file.is_relative_to(ROOT / room) for room in rooms):
                continue
            if "migrations" in file.parts:
                continue  # a migration is of its day
            text = file.read_text()
            for name in ("designspace.spaces.anynet", "designspace.spaces.regnet", '"anynet"'):
                assert name not in text, f"{file}: {name}"
