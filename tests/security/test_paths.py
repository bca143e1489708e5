"""Attack 10: files beside those that are served, by every spelling of "one folder up"
(MLflow CVE-2023-6831, CVE-2024-1560, CVE-2026-2033)."""

import re

import pytest
from places import ROOT
from wire import say

UPWARDS = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "..%5c",
    "..\\",
    "..%c0%af",
    "....//",
    "%00../",
]
FILES = ["etc/passwd", "app.py", "pyproject.toml"]
SECRET = re.compile(b"root:.*:0:0|application inside the web process|import-linter")


@pytest.fixture(scope="module")
def folders(served):
    """Below which files are served."""
    index = say(served.port, "/app/")[2].decode()
    [stamped] = set(re.findall(r"(/app/assets/\w+/)callbacks\.js", index))
    return [
        "/",
        "/app/",
        "/app/assets/",
        stamped,
        f"{stamped}base/",
        "/app/_dash-component-suites/dash/",
        "/app/_dash-component-suites/dash/dcc/",
        "/app/figures/",
        "/api/docs-files/",
        "/api/v1/networks/",
    ]


def test_what_the_secret_would_look_like():
    """The files that are tried are there, and would be known."""
    for file in (ROOT / "dashboard" / "app.py", ROOT / "pyproject.toml"):
        assert SECRET.search(file.read_bytes())


@pytest.mark.parametrize("up", UPWARDS)
def test_no_file_outside_of_a_folder_is_served(served, folders, up):
    for folder in folders:
        for file in FILES:
            for times in (1, 2, 3, 5, 12):
                status, _, body = say(served.port, folder + up * times + file)
                assert not SECRET.search(body), (folder, up, times)
                # As it was sent, no folder has it: what leaves a folder leads at most to `/`.
                assert 400 <= status < 500, (folder, up, times, status)


@pytest.mark.parametrize("up", ["..", "%2e%2e", "%252e%252e", "..%2f..", "..%5c.."])
def test_no_name_of_an_address_is_a_path(served, up):
    for path in (
        f"/api/v1/networks/{up}.json",
        f"/api/v1/populations/{up}",
        f"/api/v1/populations/1/{up}",
        f"/app/figures/{up}.html",
        f"/api/v1/archive/{up}",
    ):
        assert 400 <= say(served.port, path)[0] < 500, path


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "..\\x", "a/b", "..", "%2e%2e"])
def test_the_name_of_a_data_set_is_no_path(served, name):
    body = b'{"name": "r", "regime": {"data": "%s"}}' % name.replace("\\", "\\\\").encode()
    status, _, told = say(
        served.port,
        f"/api/v1/regimes\nContent-Type: application/json\nContent-Length: {len(body)}",
        body,
        method="POST",
    )
    assert status == 422
    assert b"data" in told
