"""Methods and addresses that are refused: what may be asked instead, and who reads it how."""

import html

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from netspace.settings import Settings
from netspace.web import create_app

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PAGE = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(migrated, tmp_path_factory):
    file = tmp_path_factory.mktemp("methods") / "netspace.db"
    file.write_bytes(migrated.read_bytes())
    settings = Settings(database_url=f"sqlite:///{file}", broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1", follow_redirects=False) as client:
        yield client


def taken(client):
    """The methods of every address, those of all its routes together."""
    found = {}
    for route in iter_route_contexts(client.app.routes):
        if route.methods:
            found.setdefault(route.path, set()).update(route.methods)
    return found


def test_a_method_that_an_address_does_not_take_is_told_all_that_it_takes(client):
    every = taken(client)
    assert len(every) > 40
    assert any(len(methods - {"HEAD"}) > 1 for methods in every.values())
    for path, methods in every.items():
        address = path.replace(":path", "")
        for name in ("population", "network", "space", "regime", "job", "watch"):
            address = address.replace(f"{{{name}_id}}", "1")
        if "{" in address:
            continue
        # Every address below /app/ is a page's, too, if there is one.
        reads = {"GET", "HEAD"} if "GET" in methods or path.startswith("/app/") else set()
        for method in {*METHODS} - methods - reads:
            answer = client.request(method, address)
            assert answer.status_code == 405, (method, address)
            said = answer.headers["allow"].split(", ")
            assert sorted(said) == sorted({*methods} | reads), (method, address)


def test_files_are_read(client):
    answer = client.post("/api/docs-files/swagger-ui.css")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "address", ["/app/?name=%00", "/app/%00", f"/app/?x={'a' * 9_000}", "/app/?a=%ff"]
)
def test_a_link_that_can_not_be_shown_is_a_page_to_who_reads_pages(client, address):
    page = client.get(address, headers=PAGE)
    plain = client.get(address)
    assert page.status_code == plain.status_code
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="/"' in page.text
    [problem] = plain.json()["detail"]
    assert problem["message"] in page.text
    assert len(page.content) < 2_000


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?population=x",
        "?population=1&theme=grey",
        f"?population={2**64}",
        "?population=999",
    ],
)
def test_a_link_to_a_figure_that_there_is_not_is_a_page_to_who_reads_pages(client, asked):
    address = f"/app/figures/edf.html{asked}"
    page, plain = client.get(address, headers=PAGE), client.get(address)
    assert page.status_code == plain.status_code >= 400
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert html.escape(plain.json()["detail"][0]["message"]) in page.text


def test_what_a_link_says_is_text_on_that_page(client):
    page = client.get("/app/?<script>alert(1)</script>=%00", headers=PAGE)
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_rest_is_json_to_everybody(client):
    answer = client.get("/api/v1/spaces?x=%00", headers=PAGE)
    assert answer.headers["content-type"] == "application/problem+json"
