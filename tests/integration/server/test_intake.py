"""What may come in: no text, number or size of a request is a fault of the server."""

import contextlib
import gzip
import itertools
import json
import re

import kinds
import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from netspace.settings import Settings
from netspace.web import create_app, ready_app
from server.gate import intake
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec

# Most is refused before a database is asked. What one can't hold (numbers, texts) has both.
database = kinds.database
lasting = kinds.lasting

API = "/api/v1"
JSON = {"content-type": "application/json"}

NUMBERS = [
    "-1",
    str(2**31),
    str(2**63),
    "9" * 4_400,
    "1e5",
    "NaN",
    "inf",
    "true",
    "٣",
    "%ED%A0%80",
]
TEXTS = [
    "",
    "%20",
    "a" * 5_000,
    "1..2..3",
    "-" + "9" * 4_400,
    "1;depth=..8;depth=1",
    "0~" + "9" * 30,
]
WORDS = ["%00", "%ff", "%ed%a0%80", "%0B", "a" * 9_000, "..%2f..%2fx"]
BODIES = [
    "",
    "null",
    "[]",
    '"x"',
    "0",
    "{",
    "NaN",
    '{"a":1,"a":2}',
    "[" * 100_000,
    '{"x":' * 40 + "1" + "}" * 40,
    '{"name":"\\ud800"}',
    '{"n":1e999,"name":"x"}',
    f'{{"n":{"9" * 5_000}}}',
    "{" + ",".join(f'"k{i}":1' for i in range(501)) + "}",
    f'{{"shared":[{",".join(["1"] * 5_001)}]}}',
    "\xff",
]


@contextlib.contextmanager
def opened(database):
    """The application on a database with a population of three networks."""
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    populations.create(database, Spec("three", space, regime, 3, {"flops": "100k..300k"}))
    settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1", follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def client(lasting):
    """One for all: what is refused changes nothing."""
    with opened(lasting) as client:
        yield client


@pytest.fixture
def writer(database):
    """The test's own, to write to."""
    with opened(database) as client:
        yield client


def routes(client):
    """(method, path, names of query parameters) of every route but the endless one."""
    documented = client.app.openapi()["paths"]
    for path, methods in documented.items():
        for method, route in methods.items():
            if not path.endswith("/events"):
                given = route.get("parameters", [])
                yield (
                    method.upper(),
                    path,
                    [one["name"] for one in given if one["in"] == "query"],
                )


def is_said(answer):
    """An error of ours, or no error."""
    assert answer.status_code < 500, (answer.request.url, answer.text)
    if answer.status_code >= 400:
        detail = answer.json()["detail"]
        assert 1 <= len(detail) <= 20
        assert all(one["message"] for one in detail)
        assert len(answer.content) < 60_000
    return answer.status_code


def test_every_route_is_walked(client):
    known = {route.path for route in iter_route_contexts(client.app.routes)}
    assert len(known) > 40
    assert sum(1 for _ in routes(client)) >= 30


@kinds.of(kinds.BOTH, "lasting")
def test_no_id_of_a_path_is_a_fault(client):
    for method, path, _ in routes(client):
        for number in NUMBERS if "{" in path else ():
            address = path.replace("{form}", "json")
            for name in ("population", "network", "space", "regime", "job", "watch"):
                address = address.replace(f"{{{name}_id}}", number)
            assert is_said(client.request(method, address)) in (404, 422), address


SPELLINGS = ["1_0", "%2B1", "%201", "1%20", "1.0", "1e0", "0x1", "٣", "１", "1%0A", "-0"]
"""What Python, pydantic or a browser might take for 1 or 10."""


def filled(path, number):
    """A route's address with a number for every id."""
    address = path.replace("{form}", "json")
    for name in ("population", "network", "space", "regime", "job", "watch"):
        address = address.replace(f"{{{name}_id}}", number)
    return address


def test_an_address_has_one_spelling(client):
    for method, path, _ in routes(client):
        for wrong in (f"{filled(path, '1')}/", f"/{filled(path, '1')}"):
            answer = client.request(method, wrong, json={})
            if method == "POST" and wrong == "/app/figures/pdf/":
                assert answer.status_code == 405  # of a page, which takes none
                continue
            assert answer.status_code == 404, (method, wrong)
            assert "There is no such page" in answer.text or is_said(answer)
    for page in ("new", "compare", "queue", "explore", "app"):
        assert client.get(f"/{page}/" if page != "app" else "/app//").status_code == 404
        moved = client.get(f"/{page}?population=1")
        assert (moved.status_code, moved.headers["location"]) == (
            307,
            f"/app/{page if page not in ('explore', 'app') else ''}?population=1",
        )


def test_a_number_of_an_address_is_written_in_the_digits_0_to_9(client):
    assert client.get(f"{API}/populations/1").status_code == 200
    with_id = [(method, path) for method, path, _ in routes(client) if "_id}" in path]
    assert len(with_id) > len(SPELLINGS)
    for (method, path), text in zip(with_id, itertools.cycle(SPELLINGS), strict=False):
        answer = client.request(method, filled(path, text), json={"n": 1, "paused": True})
        assert is_said(answer) in (404, 422), (method, path, text)
    for text in SPELLINGS:
        for query in (
            f"archive?population={text}",
            f"jobs?population={text}",
            f"jobs?limit={text}",
            f"jobs?offset={text}",
            f"comparison?side={text}&side=1",
            f"comparison?side=1&side=1;depth=..8&points={text}",
            f"comparison?side=1&side=1;depth=..8&planned={text}0",
            f"populations/1/networks?limit={text}",
            f"populations/1/networks?cursor=1~{text}",
            f"populations/1/edf?points={text}0",
            f"events?population={text}",
        ):
            assert is_said(client.get(f"{API}/{query}")) == 422, query
        for figure in ("population", "population=1&against", "population=1&best"):
            answer = client.get(f"/app/figures/widths.html?{figure}={text}")
            assert is_said(answer) == 422 or "against" in figure
        assert is_said(client.get(f"/app/figures/edf.html?population=1&against={text}")) == 422


@pytest.mark.parametrize("text", ["0.9_5", "%2B0.95", "%200.95", "٠.٩", "nan", "0x1", ""])
def test_a_level_is_a_plain_number(client, text):
    for query in (
        f"populations/1/edf?level={text}",
        f"comparison?side=1&side=1;depth=..8&level={text}",
        f"quantiles?side=1&q={text}",
        f"quantiles?side=1&below={text}",
    ):
        assert is_said(client.get(f"{API}/{query}")) == 422, query
    assert client.get(f"{API}/populations/1/edf?level=9.5e-1").status_code == 200


@pytest.mark.parametrize(
    ("lasting", "every"),
    [
        ("sqlite", 6),
        ("postgresql", 9),
        *(pytest.param(kind, 1, marks=pytest.mark.long) for kind in kinds.BOTH),
    ],
    indirect=["lasting"],
)
def test_no_query_is_a_fault(client, every):
    """A few of the texts for each parameter, the next one others; in the long run all."""
    all = [*NUMBERS, *TEXTS]
    texts = itertools.cycle(all)
    for method, path, names in routes(client):
        if method != "GET":
            continue
        address = path.replace("{form}", "json").replace("_id}", "}")
        for name in ("population", "network", "space", "regime", "job", "watch"):
            address = address.replace(f"{{{name}}}", "1")
        for name in [*names, "depth"]:
            for text in itertools.islice(texts, len(all) // every):
                is_said(client.get(f"{address}?{name}={text}"))


def walked(client):
    """(method, address, names of its parameters) of every route, the endless one, too."""
    for path, methods in client.app.openapi()["paths"].items():
        if not path.startswith(API):
            continue  # figures take what a link to a page holds
        address = re.sub(r"{\w+_id}", "1", path).replace("{form}", "json")
        for method, route in methods.items():
            given = {one["name"]: one for one in route.get("parameters", ())}
            query = {name: one for name, one in given.items() if one["in"] == "query"}
            yield method.upper(), address, query


def test_a_parameter_that_a_route_does_not_know_is_refused_with_those_that_it_knows(client):
    for method, address, query in walked(client):
        for name in {"dpeth", "points", "level", "sort", "seeds", "limit"} - {*query}:
            answer = client.request(method, f"{address}?{name}=8")
            assert answer.status_code == 422, (method, address, name)
            [told] = answer.json()["detail"]
            assert (told["field"], told["value"]) == (name, "8")
            known = ["depth"] if "constraints" in query else query
            assert all(one in told["message"] for one in known), (address, told)


def test_a_parameter_of_one_value_is_given_once(client):
    for method, address, query in walked(client):
        for name, one in query.items():
            if one["schema"].get("type") == "array" or name == "constraints":
                continue
            answer = client.request(method, f"{address}?{name}=1&{name}=2")
            assert answer.status_code == 422, (method, address, name)
            told = {each["field"]: each["message"] for each in answer.json()["detail"]}
            assert told[name] == "once"


def test_every_parameter_that_is_wrong_is_told_at_once(client):
    answer = client.get(f"{API}/jobs?limit=1&limit=2&colour=red&size=3")
    assert [one["field"] for one in answer.json()["detail"]] == ["limit", "colour", "size"]


@kinds.of(kinds.BOTH, "lasting")
def test_no_text_that_is_none_reaches_a_route(client):
    for word in WORDS:
        for query in (f"depth={word}", f"{word}=1", f"sort={word}", word):
            assert is_said(client.get(f"{API}/populations/1/networks?{query}")) == 422
        assert is_said(client.get(f"{API}/populations/{word}")) in (404, 422)
        page = client.get(f"/app/{word}")  # a page for people, or what the gate says
        assert page.status_code == 404
        assert "There is no such page" in page.text or is_said(page)


def test_no_body_is_a_fault(writer):
    for method, path, _ in routes(writer):
        if method in ("GET", "DELETE"):
            continue
        address = path.replace("{population_id}", "1").replace("{job_id}", "1")
        for body in BODIES:
            is_said(
                writer.request(method, address, content=body.encode("latin1"), headers=JSON)
            )
    for text in (b'{"version":1e999}', b"[" * 50_000, b'{"format":"\\ud800"}', b"NaN"):
        sent = writer.post(
            f"{API}/archive",
            content=gzip.compress(text),
            headers={"content-type": "application/gzip"},
        )
        assert is_said(sent) == 422


@kinds.of(kinds.BOTH, "lasting")
@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ('{"name":"x","space":{"family":"anynet","se_ratio":NaN}}', "space.se_ratio", "NaN"),
        ('{"name":"x","space":{"stem":{"width":1e999}}}', "space.stem.width", "1e999"),
        ('{"name":"x","name":"y"}', "name", None),
        ('{"name":"a\\u0000b"}', "name", "a\x00b"),
        ('{"name":"\\ud800"}', "name", "\\ud800"),
        ('{"n":18446744073709551616}', "n", "18446744073709551616"),
    ],
)
def test_what_is_wrong_with_a_body_is_told_with_its_place(client, body, field, value):
    answer = client.post(f"{API}/spaces", content=body, headers=JSON)
    assert answer.status_code == 422
    problems = {one["field"]: one["value"] for one in answer.json()["detail"]}
    assert problems[field] == value


SPACE = {"family": "anynet"}


@pytest.mark.parametrize(
    "name",
    ["", "   ", " x", "x\n", "a\u202eb", "a\u200bb", "a\u0007", "a" * 101, True, 5],
)
def test_a_name_can_be_read_and_told_apart(client, name):
    answer = client.post(f"{API}/spaces", json={"name": name, "space": SPACE})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["field"] == "name"


@kinds.of(kinds.BOTH)
def test_a_name_may_be_of_any_script(writer):
    for name in ("x", "RegNetX, b = 1 · Überprüft", "Ω 設計空間"):
        answer = writer.post(f"{API}/spaces", json={"name": name, "space": SPACE})
        assert (answer.status_code, answer.json()["name"]) == (201, name)


@kinds.of(kinds.BOTH)
def test_a_name_is_one_name_however_it_is_spelt(writer):
    for name in ("caf\u00e9 \u2764", "cafe\u0301 \u2764\ufe0f"):
        answer = writer.post(f"{API}/spaces", json={"name": name, "space": SPACE})
        assert answer.status_code == 201
        assert answer.json()["name"] == "caf\u00e9 \u2764"
    other = writer.post(f"{API}/spaces", json={"name": name, "space": SPACE | {"block": "R"}})
    assert other.status_code == 409


@pytest.mark.parametrize("n", [True, "5", 5.5, 1e300, -1, 0, 100_001])
def test_a_number_of_networks_is_a_number_in_bounds(client, n):
    body = {"name": "x", "space_id": 1, "regime_id": 1, "n": n}
    answer = client.post(f"{API}/populations", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["field"] == "n"


def test_a_body_that_is_too_large_is_not_read(client):
    body = json.dumps({"name": "x" * (intake.LARGEST + 1)})
    assert client.post(f"{API}/spaces", content=body, headers=JSON).status_code == 413
    pieces = (b" " * 65_536 for _ in range(20))  # of no announced length
    assert client.post(f"{API}/spaces", content=pieces, headers=JSON).status_code == 413


def test_a_thousand_mistakes_are_not_told_one_by_one(client):
    many = {f"k{i}": 1 for i in range(400)}
    answer = client.post(f"{API}/spaces", json={"name": "x", "space": SPACE | many})
    assert answer.status_code == 422
    assert len(answer.json()["detail"]) == 20


def test_one_covariate_many_times_is_refused(client):
    match = ",".join(["depth"] * 900)
    answer = client.get(f"{API}/comparison/matched?side=1&side=1&match={match}")
    assert answer.status_code == 422


def test_the_document_says_what_is_sent(client):
    document = client.app.openapi()
    problem = document["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"field", "value", "message"}
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            codes = set(route["responses"])
            assert {"400", "422", "503"} <= codes, (method, path)
            assert method == "get" or {"403", "413", "415"} <= codes, (method, path)
            assert "{" not in path or "404" in codes, (method, path)
            model = route["responses"]["422"]["content"]["application/problem+json"]["schema"][
                "$ref"
            ]
            assert model.endswith("/Problems")


def test_the_document_is_made_before_anybody_asks_so_that_nobody_waits_for_it(
    database, monkeypatch
):
    monkeypatch.setenv("NETSPACE_DATABASE_URL", database.url)
    monkeypatch.setenv("NETSPACE_BROKER_URL", "redis://127.0.0.1:1/0")
    app = ready_app()
    monkeypatch.delattr("fastapi.applications.get_openapi")
    assert TestClient(app, "http://127.0.0.1").get("/api/openapi.json").status_code == 200


def test_an_archive_that_is_announced_too_large_is_refused_before_it_comes(client):
    def body():
        raise AssertionError("it is not read")
        yield b""

    headers = {"content-type": "application/gzip", "content-length": str(200 * 10**6)}
    answer = client.post(f"{API}/archive", headers=headers, content=body())
    assert is_said(answer) == 413


def test_a_figure_takes_an_option_once(client):
    one = "/app/figures/widths.html?population=1"
    for doubled in (
        "population=2",
        "best=3&best=4",
        "depth=..8&depth=..9",
        "theme=dark&theme=light",
    ):
        answer = client.get(f"{one}&{doubled}")
        assert is_said(answer) == 422
        assert answer.json()["detail"][0]["field"] == doubled.partition("=")[0]
    assert client.get(f"{one}&pin=depth=..8&pin=depth=9..").status_code == 200  # as on the page
