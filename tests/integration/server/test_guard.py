"""Who may ask over HTTP, and what every answer carries."""

import re
import shutil

import pytest
from fastapi.testclient import TestClient

from netspace.settings import Settings
from netspace.web import create_app

API = "/api/v1"
HERE = "http://127.0.0.1:8050"
JSON = {"content-type": "application/json"}
UPDATE = "/app/_dash-update-component"


def opened(url, **given):
    settings = Settings(database_url=url, broker_url="redis://127.0.0.1:1/0", **given)
    return TestClient(create_app(settings), HERE, follow_redirects=False)


@pytest.fixture(scope="module")
def client(migrated, tmp_path_factory):
    """One for all: what is refused changes nothing, and nothing is there."""
    file = shutil.copy(migrated, tmp_path_factory.mktemp("guarded"))
    with opened(f"sqlite:///{file}") as client:
        yield client


UNSAFE = [("POST", f"{API}/jobs/1/cancel"), ("PATCH", f"{API}/populations/1"), ("POST", UPDATE)]


@pytest.mark.parametrize(("method", "path"), UNSAFE)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},  # another service of this machine
        {"origin": "null"},
        {"origin": "chrome-extension://127.0.0.1:8050"},
        {"origin": HERE + "/"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "same-origin", "origin": "http://evil.example"},
        {"cookie": "any=1"},  # a browser's, and it does not say of which page
    ],
)
def test_a_page_of_another_origin_changes_nothing(client, method, path, headers):
    answer = client.request(method, path, headers=headers | JSON, content="{}")
    assert answer.status_code == 403
    assert answer.json()["detail"][0]["field"] in ("origin", "sec-fetch-site")


@pytest.mark.parametrize(
    "headers",
    [
        {},  # curl, a script
        {"origin": HERE},
        {"origin": HERE, "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": HERE, "cookie": "any=1"},
        {"origin": HERE.upper()},
    ],
)
def test_our_own_pages_and_scripts_may(client, headers):
    assert client.post(f"{API}/jobs/1/cancel", headers=headers).status_code == 404


def test_behind_a_proxy_with_tls_a_page_without_is_another_s(sqlite):
    with opened(sqlite.url, auth="accounts", public_url="https://lab.example") as client:
        for origin, code in (("https://lab.example", 401), ("http://lab.example", 403)):
            headers = {"host": "lab.example", "origin": origin}
            assert client.post(f"{API}/jobs/1/cancel", headers=headers).status_code == code
        near = {"origin": HERE}  # on the machine itself
        assert client.post(f"{API}/jobs/1/cancel", headers=near).status_code == 401


def test_another_page_may_link_to_ours(client):
    cross = {"sec-fetch-site": "cross-site"}
    assert client.get("/app/", headers=cross).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8050",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "a/b?",
        "[::2]",
    ],
)
@pytest.mark.parametrize("path", ["/", "/app", "/app/", f"{API}/spaces", "/api/docs"])
def test_a_name_that_is_not_ours_is_not_served(client, host, path):
    answer = client.get(path, headers={"host": host})
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "127.1.2.3", "[::1]", "[::1]:8050"]
)
def test_names_of_this_machine_are_ours(client, host):
    assert client.get(f"{API}/spaces", headers={"host": host}).status_code == 200


def test_a_setting_names_others(sqlite):
    with opened(sqlite.url, allowed_hosts="lab.example, 10.0.0.1") as client:
        for host, code in {
            "lab.example": 200,
            "10.0.0.1:80": 200,
            "x.lab.example": 400,
        }.items():
            assert client.get(f"{API}/spaces", headers={"host": host}).status_code == code
        ours = {"host": "lab.example", "origin": "https://lab.example"}
        assert client.post(f"{API}/jobs/1/cancel", headers=ours).status_code == 404
    with opened(sqlite.url, host="10.0.0.2", auth="none", insecure=True) as client:
        assert client.get(f"{API}/spaces", headers={"host": "10.0.0.2"}).status_code == 200


@pytest.mark.parametrize(("method", "path"), UNSAFE)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]
)
def test_a_body_is_json(client, method, path, kind):
    answer = client.request(method, path, headers={"content-type": kind}, content="{}")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 415),
        ("text/plain", 415),
        ("", 415),
        ("Application/GZIP; of=netspace", 422),  # as far as the file, which is none
    ],
)
def test_a_body_of_an_archive_is_gzip(client, kind, status):
    answer = client.post(f"{API}/archive", headers={"content-type": kind}, content="{}")
    assert answer.status_code == status
    assert (answer.json()["detail"][0]["field"] == "content-type") == (status == 415)


@pytest.mark.parametrize(
    "path",
    ["/", "/app/", "/app/new", "/app/nope", f"{API}/spaces", f"{API}/events", "/api/docs"],
)
def test_head_is_get_without_a_body(client, path):
    answer = client.head(path)
    assert answer.content == b""
    if not path.endswith("events"):  # one would follow it
        got = client.get(path)
        assert answer.status_code == got.status_code
        kinds = [one.headers.get("content-type") for one in (answer, got)]
        assert kinds[0] == kinds[1]


@pytest.mark.parametrize("path", ["/app/", f"{API}/spaces", f"{API}/nope", "/api/docs"])
@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example"])
def test_no_answer_may_be_framed_or_guessed(client, path, host):
    headers = client.get(path, headers={"host": host}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"


def test_the_documentation_of_the_api_comes_from_here(client):
    page = client.get("/api/docs").text
    assert "https://" not in page
    files = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(files) == 3
    for file in files:
        assert client.get(file).status_code == 200


def test_a_file_of_no_component_is_not_found(client):
    for path in ("dash/..%2f..%2fx", "dash/nope.js", "nope/x.js", "os/path.py"):
        assert client.get(f"/app/_dash-component-suites/{path}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {
            "output": "nope.children",
            "outputs": {"id": "nope", "property": "children"},
            "inputs": [],
        },
        {"output": "problem.hidden", "outputs": [], "inputs": 5},
        {"output": ["x"], "outputs": [], "inputs": [], "state": {}},
    ],
)
def test_what_calls_no_callback_is_refused(client, body):
    assert client.post(UPDATE, json=body).status_code == 422


def test_a_call_with_other_arguments_is_refused(client):
    served = client.get("/app/_dash-dependencies").json()
    [one] = [one for one in served if "network-told" in one["output"]]
    outputs = [
        dict(zip(("id", "property"), name.rsplit(".", 1), strict=True))
        for name in one["output"].strip(".").split("...")
    ]
    call = {"output": one["output"], "outputs": outputs, "inputs": [], "changedPropIds": []}
    assert client.post(UPDATE, json=call).status_code == 422
