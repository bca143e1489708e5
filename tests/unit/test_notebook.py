"""What docs/notebook.md shows does run, and prints what it says."""

import os
import subprocess
import sys

import pytest
from notebook_page import blocks


@pytest.fixture(scope="module")
def ran():
    """What each block that needs no server says that it prints, and prints."""
    names = {}
    return [(block.printed, block.run(names)) for block in blocks() if not block.server]


def test_the_page_prints_what_it_says(ran):
    assert len(ran) > 8
    for said, printed in ran:
        assert printed == (said or "")


def test_nothing_of_database_web_or_torch_is_imported_with_it():
    lines = [line for block in blocks() for line in block.code.splitlines()]
    code = "\n".join(line for line in lines if line.startswith(("import ", "from ")))
    names = ("sqlalchemy", "fastapi", "dash", "plotly", "celery", "torch", "services", "server")
    check = f"import sys\nassert not sys.modules.keys() & set({names!r})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(
        [sys.executable, "-c", f"{code}\n{check}"],
        check=True,
        capture_output=True,
        env=environment,
    )
