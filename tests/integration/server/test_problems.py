"""Errors: each is a problem of RFC 9457, whichever part of the server refuses, and no more."""

import shutil

import accounts
import jsonschema_rs
import pytest
from fastapi.testclient import TestClient

from db.session import Database
from server.examples import EXAMPLES, address
from services.sampling import records

API = accounts.API
PROBLEM = "application/problem+json"
STRICT = {"accept": f"{PROBLEM}, application/json;q=0.9, */*;q=0.1"}
LONG = "x" * 9_000


@pytest.fixture(scope="module")
def app(migrated, tmp_path_factory):
    """An application with accounts, in whose database nothing is but those."""
    file = shutil.copy(migrated, tmp_path_factory.mktemp("problems"))
    database = Database(f"sqlite:///{file}")
    with accounts.people(database) as (app, browsers):
        app.state.admin, app.state.viewer = browsers["ann"], browsers["vera"]
        yield app
    database.dispose()


@pytest.fixture(scope="module")
def admin(app):
    return app.state.admin


@pytest.fixture(scope="module")
def document(app):
    return app.openapi()


def operations(document):
    """Method and path of every call, as documented."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def addressed(method, path):
    """An address of the call, for things that there are none of."""
    example = EXAMPLES.get(f"{method} {path.removeprefix(API)}")
    return (
        path
        if example is None
        else API + address(f"{method} {path.removeprefix(API)}", example)
    )


def test_every_error_of_the_document_is_a_problem(document):
    found = 0
    for method, path, operation in operations(document):
        for code, answer in operation["responses"].items():
            if code >= "400":
                assert [*answer["content"]] == [PROBLEM], (method, path, code)
                found += 1
    assert found > 500


def is_a_problem(answer, document, status):
    """Its body, which the document's own model holds to."""
    assert answer.status_code == status, (answer.request.url, answer.text)
    assert answer.headers["content-type"] == PROBLEM, answer.request.url
    said = answer.json()
    model = {"$ref": "#/components/schemas/Problems"}
    if "field" not in said["errors"][0]:
        model = {"$ref": "#/components/schemas/Words"}
    jsonschema_rs.validate(model | {"components": document["components"]}, said)
    assert (said["status"], said["type"]) == (status, "about:blank")
    assert "nternal" not in answer.text
    assert "Traceback" not in answer.text
    return said


REFUSED = {
    "an unknown parameter or column": (422, {"params": {"nonsense": "1"}}),
    "a parameter too long": (422, {"params": {"a": LONG}}),
    "a form that there is none of": (406, {"headers": {"accept": "image/png"}}),
    "another host": (400, {"headers": {"host": "evil.example"}}),
    "another page": (403, {"headers": {"origin": "http://evil.example"}}),
    "another media type": (415, {"content": "x", "headers": {"content-type": "text/plain"}}),
    "a body that is none": (
        422,
        {"content": "{", "headers": {"content-type": "application/json"}},
    ),
    "a body too large": (
        413,
        {"content": " " * (2**20 + 1), "headers": {"content-type": "application/json"}},
    ),
    "nobody": (401, {"headers": {"cookie": "", "authorization": "Bearer ns_none"}}),
}
OF_READS = {"a form that there is none of"}
OF_CHANGES = {"another page", "another media type", "a body that is none", "a body too large"}


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("accepted", [{}, STRICT])
def test_what_every_address_refuses_is_a_problem(admin, document, why, accepted):
    status, given = REFUSED[why]
    asked = 0
    for method, path, operation in operations(document):
        reads = method == "get"
        if not path.startswith(API) or why in (OF_CHANGES if reads else OF_READS):
            continue
        body = operation.get("requestBody", {}).get("content", ())
        if body and "application/json" not in body and given.get("content"):
            continue  # its body is a file
        options = given | {"headers": accepted | given.get("headers", {})}
        answer = admin.request(method, addressed(method, path).partition("?")[0], **options)
        # A column is of a population, and the form of a network's file is in its address: what
        # is looked at first is whether it is there.
        missing = answer.status_code == 404 and (
            why.startswith("an unknown") or "{form}" in path
        )
        said = is_a_problem(answer, document, 404 if missing else status)
        assert str(answer.status_code) in operation["responses"], (method, path)
        strict = accepted and "accept" not in given.get("headers", {})
        assert isinstance(said["detail"], str if strict else list)
        asked += 1
    assert asked > 20


def test_things_that_there_are_none_of_are_problems(admin, document):
    asked = 0
    for method, path, operation in operations(document):
        if method == "get" and "_id}" in path and "404" in operation["responses"]:
            is_a_problem(admin.get(addressed(method, path)), document, 404)
            asked += 1
    assert asked > 8


@pytest.mark.parametrize("path", ["/api", "/api/nope", f"{API}/", f"{API}/nope", "/nope"])
def test_addresses_that_there_are_none_of_are_problems(admin, document, path):
    is_a_problem(admin.get(path), document, 404)


def test_methods_that_an_address_does_not_take_are_problems_that_say_those_it_takes(
    admin, document
):
    every = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    for path, methods in document["paths"].items():
        if not path.startswith(API):
            continue
        taken = {method.upper() for method in methods}
        answer = admin.request(sorted(every - taken)[0], addressed(*[*methods][:1], path))
        is_a_problem(answer, document, 405)
        allowed = {*answer.headers["allow"].split(", ")}
        assert taken <= allowed <= taken | {"HEAD"}, path


def test_who_may_not_do_something_is_told_by_a_problem(app, document):
    answer = app.state.viewer.post(f"{API}/spaces", json={"name": "x", "space": {}})
    said = is_a_problem(answer, document, 403)
    assert said["errors"][0]["field"] == "permission"


def test_a_problem_says_field_value_and_what_is_allowed_in_both_of_its_forms(admin):
    path = f"{API}/populations?limit=0"
    plain, strict = admin.get(path).json(), admin.get(path, headers=STRICT).json()
    [problem] = plain["errors"]
    assert (problem["field"], problem["value"]) == ("limit", "0")
    assert plain["detail"] == plain["errors"] == strict["errors"]
    assert strict["detail"] == f"limit: {problem['message']}, got '0'"
    assert plain["title"] == strict["title"] == "Unprocessable Content"  # RFC 9110, 15.5.21
    refused = admin.get(path, headers={"accept": f"{PROBLEM};q=0, */*"})
    assert refused.json() == plain


def test_what_is_wrong_in_a_browser_is_a_page_outside_of_rest(admin):
    page = {"accept": "text/html,*/*;q=0.8"}
    assert admin.get("/nope", headers=page).headers["content-type"].startswith("text/html")
    assert admin.get(f"{API}/nope", headers=page).headers["content-type"] == PROBLEM


def test_a_fault_is_a_problem_without_anything_from_inside(app, document, monkeypatch):
    def fails(*_):
        raise RuntimeError("a secret from inside")

    monkeypatch.setattr(records, "every", fails)
    cookies = app.state.admin.cookies
    with_errors = TestClient(app, accounts.HERE, raise_server_exceptions=False, cookies=cookies)
    answer = with_errors.get(f"{API}/populations")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in answer.text
    assert answer.json()["status"] == 500
