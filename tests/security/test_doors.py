"""Every route and every callback names who may do what; one that names nothing is found here.

Attacks 1, 2, 11 and 13 of the list in docs/threat-model.md, over all addresses there are.
"""

import accounts
import pytest
from accounts import API
from fastapi import APIRouter, Depends
from fastapi.routing import iter_route_contexts
from migrated import migrated

from dashboard.callbacks import verb_of
from db.session import Database
from server.gate import doors
from server.routers import tables
from services.acting.actor import Role, Scope
from services.acting.permission import RULES, Verb
from services.exchange import archives

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
READS = {
    f"POST {API}/populations/{{population_id}}/refinement",
    f"POST {API}/counts",
    f"POST {API}/counts.{{form}}",
}
"""What is asked with a body and changes nothing."""
WAY_IN = "/auth/"
PAGES = (
    *("account", "compare", "explore", "import", "lookup", "new", "people", "queue"),
    *("speed", "trends", "views"),
)
SAME = {
    "/",
    "/api/docs",
    "/api/docs-files",
    "/api/openapi.json",
    "/app",
    "/app/",
    "/app/_dash-component-suites/{package_name}/{fingerprinted_path:path}",
    "/app/_dash-dependencies",
    "/app/_dash-layout",
    "/app/_dash-update-component",  # callbacks name their verbs
    "/app/_favicon.ico",
    "/app/_reload-hash",
    "/app/{path:path}",
    *(f"/{page}" for page in PAGES),
}
"""Addresses of pages and documentation: they tell nothing of anybody."""
VALUES = {
    "{path:path}": "queue",
    "{fingerprinted_path:path}": "dash.js",
    "{package_name}": "dash",
    "{form}": "json",
    "{secret}": "s" * 43,
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = Database(migrated(tmp_path_factory.mktemp("doors") / "netspace.db"))
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def here(database):
    with accounts.people(database) as (app, browsers):
        yield app, browsers


@pytest.fixture(scope="module")
def routes(here):
    """(method, path, route) of all there are."""
    return [
        (method, one.path, one)
        for one in iter_route_contexts(here[0].routes)
        for method in sorted(getattr(one, "methods", None) or {"GET"})
    ]


def asked(client, method, path, **given):
    """The answer to a request to a route, with values for what its path leaves open."""
    for name, value in VALUES.items():
        path = path.replace(name, value)
    while "{" in path:
        path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
    body = {"json": {}} if method in UNSAFE else {}
    if (method, path) == ("POST", f"{API}/archive"):
        body = {"content": b"x", "headers": {"content-type": archives.MEDIA_TYPE}}
        given = {"headers": body.pop("headers") | given.get("headers", {})}
    if method == "POST" and path.removeprefix(API) in tables.PATHS:
        body = {"files": {"file": b"x"}}
    return client.request(method, path, **body, **given)


def test_there_are_as_many_as_there_should_be(routes):
    assert sum(path.startswith(API) for _, path, _ in routes) > 50


def test_without_a_login_there_is_only_the_way_in(here, routes):
    nobody = accounts.browser(here[0])
    for method, path, _ in routes:
        if not path.startswith(WAY_IN):
            assert asked(nobody, method, path).status_code == 401, f"{method} {path}"


@pytest.mark.parametrize("shown", ["Bearer ns_" + "0" * 36, "Basic YTpi", "Bearer", ""])
def test_nor_with_what_lets_nobody_in(here, routes, shown):
    nobody = accounts.browser(here[0])
    for method, path, _ in routes:
        if not path.startswith(WAY_IN):
            answer = asked(nobody, method, path, headers={"authorization": shown})
            assert answer.status_code == 401, f"{method} {path}"


def test_every_route_of_rest_declares_what_is_done_behind_it(routes):
    for method, path, route in routes:
        if path.startswith(API):
            declared = doors.verbs(route)
            assert declared, f"{method} {path}"
            if method in UNSAFE and f"{method} {path}" not in READS:
                assert declared - {Verb.SEE}, f"{method} {path} changes something"


def test_every_callback_declares_it(here):
    ours = {
        output: one["callback"]
        for output, one in here[0].state.pages.callback_map.items()
        if "callback" in one
    }
    assert len(ours) >= 8
    for output, callback in ours.items():
        assert verb_of(callback) in Verb, output


@pytest.mark.parametrize(("who", "role"), [("vera", Role.VIEWER), ("max", Role.MEMBER)])
def test_a_role_that_is_too_small_is_refused_everywhere(here, routes, who, role):
    for method, path, route in routes:
        if path.startswith(API) and any(role < RULES[one].role for one in doors.verbs(route)):
            answer = asked(here[1][who], method, path)
            assert answer.status_code == 403, f"{method} {path}"


def test_nor_does_it_get_far_by_a_callback(here):
    seen = []
    for one in here[1]["vera"].get("/app/_dash-dependencies").json():
        known = here[0].state.pages.callback_map[one["output"]]
        verb = verb_of(known.get("callback"))
        if verb is None or RULES[verb].role <= Role.VIEWER:
            continue
        outputs = [
            dict(zip(("id", "property"), name.rsplit(".", 1), strict=True))
            for name in one["output"].strip(".").split("...")
        ]
        body = {"output": one["output"], "outputs": outputs, "changedPropIds": []}
        body |= {part: one[part] for part in ("inputs", "state")}
        answer = here[1]["vera"].post("/app/_dash-update-component", json=body)
        assert answer.status_code == 403, answer.text
        seen.append(verb)
    assert Verb.CREATE in seen


@pytest.mark.parametrize("scope", Scope)
def test_a_token_opens_what_its_scope_says_and_nothing_else(here, database, routes, scope):
    script = accounts.script(here[0], database, 1, scope)
    for method, path, route in routes:
        if path.startswith(API) and any(
            RULES[one].scope != scope for one in doors.verbs(route)
        ):
            answer = asked(script, method, path)
            assert answer.status_code == 403, f"{method} {path} with {scope}"
    figures = [(method, path) for method, path, _ in routes if path.startswith("/app/figures/")]
    assert len(figures) >= 3
    for method, path in figures:
        assert (asked(script, method, path).status_code == 403) == (scope != Scope.READ), path


def test_what_is_no_route_of_rest_is_a_figure_or_the_same_for_everybody(routes):
    """Whoever adds one asks for a verb there, or says here that it tells nothing of anybody."""
    named = (API, WAY_IN, "/app/figures/", "/app/assets", "/metrics")
    assert {path for _, path, _ in routes if not path.startswith(named)} == SAME


def test_a_route_that_declares_nothing_lets_nobody_in(tmp_path):
    url = migrated(tmp_path / "netspace.db")
    app = accounts.application(Database(url))
    accounts.join(Database(url), "ann", "admin")
    forgotten = APIRouter(prefix=API, dependencies=[Depends(doors.only_declared)])
    forgotten.add_api_route("/forgotten", lambda: {"secret": 1})
    app.include_router(forgotten)
    with accounts.browser(app):
        answer = accounts.logged_in(app, "ann").get(f"{API}/forgotten")
    assert answer.status_code == 403
    assert "declares no permission" in answer.text
