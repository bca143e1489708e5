"""README's lines with curl do what they say, against a server of today."""

import re
import subprocess

import httpx
import pytest
from places import ROOT
from stacks import PYTHON, environment

from netspace.settings import Settings
from netspace.studies import demo
from services.exchange import archives

README = ROOT / "README.md"
STUDIES = README.parent / "reference"


def lines():
    """The shell lines of README's indented blocks that ask the server, in their order."""
    text = README.read_text()
    blocks = [
        block
        for block in re.findall(r"(?:^    .*\n)+", text, re.M)
        if "$api" in block or "api=" in block
    ]
    return "".join(
        line.removeprefix("    ") for block in blocks for line in block.splitlines(True)
    )


@pytest.fixture
def served(started, port, sqlite, tmp_path):
    """A web process without a broker, on a database with the demo study."""
    demo.create_if_empty(sqlite)
    settings = {
        "NETSPACE_PORT": str(port),
        "NETSPACE_DATABASE_URL": sqlite.url,
        "NETSPACE_BROKER_URL": "redis://127.0.0.1:1/0",
    }
    web = started([PYTHON, "-m", "netspace", "web"], env=environment(tmp_path, **settings))
    assert any("startup complete" in line for line in web.stdout)
    return f"http://127.0.0.1:{port}"


def test_every_line_with_curl_is_answered(served, tmp_path):
    default = (
        f"http://127.0.0.1:{Settings.model_fields['port'].default}"  # whatever is set here
    )
    script = lines()
    assert script.count("curl ") >= 10
    script = script.replace(default, served)
    spaces = httpx.get(f"{served}/api/v1/spaces").json()["items"]
    populations = httpx.get(f"{served}/api/v1/populations").json()["items"]
    # The ids that README names are those of a database that nobody else has used, where the
    # finished studies have come in, too.
    files = [archives.unpack(one.read_bytes()) for one in STUDIES.glob("*.json.gz")]
    imported = sum(len(one.populations) for one in files)
    assert f'"space_id": {len(spaces) + 1}' in script
    assert f"\nid={len(populations) + imported + 1} " in script
    script = re.sub(r"^id=\d+", f"id={len(populations) + 1}", script, flags=re.M)
    script = re.sub(r"(curl .*)\$api/events", r"\1$api/events -m 3", script)
    script = re.sub(r"\bcurl -s", "curl -sw ' <- %{http_code}\\\\n' -s", script)
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    codes = re.findall(r"<- (\d+)$", ran.stdout, re.M)
    assert len(codes) == script.count("curl "), ran.stdout
    assert set(codes) <= {"200", "201"}, ran.stdout
    assert (tmp_path / "mine.json.gz").stat().st_size > 1_000
