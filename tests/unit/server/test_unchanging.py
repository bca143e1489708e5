"""Answers that never change while a process lives: found once, given again as they left."""

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server import unchanging
from server.unchanging import Unchanging


@pytest.fixture
def found():
    """Every address that was looked up."""
    return []


@pytest.fixture
def client(found):
    def answer(request):
        path = request.path_params["path"]
        found.append(path)
        if path.endswith("none"):
            return PlainTextResponse("no such file", 404)
        if path.endswith("short"):
            return PlainTextResponse("short")
        return PlainTextResponse(f"{path} " * 1_000, headers={"etag": '"1"'})

    def stream(request):
        found.append("stream")
        return StreamingResponse(iter([b"one ", b"two"]))

    app = Starlette(routes=[Route("/files/stream", stream), Route("/{path:path}", answer)])
    app.add_middleware(GZipMiddleware, minimum_size=100)
    app.add_middleware(Unchanging, below=["/files/"])
    return TestClient(_stateful(app))


def _stateful(app):
    """Requests have a state, as behind `Traced`."""

    async def called(scope, receive, send):
        scope.setdefault("state", {})
        await app(scope, receive, send)

    return called


def test_what_was_found_is_given_again_as_it_left(client, found):
    first, again = client.get("/files/a?m=1"), client.get("/files/a?m=2")
    assert (again.content, again.headers) == (first.content, first.headers)
    assert found == ["files/a"]


def test_who_takes_no_compression_is_given_none(client, found):
    packed = client.get("/files/a")
    plain = client.get("/files/a", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert len(found) == 2


def test_what_comes_in_pieces_is_given_again_whole(client, found):
    first, again = client.get("/files/stream"), client.get("/files/stream")
    assert first.content == again.content == b"one two"
    assert found == ["stream"]


@pytest.mark.parametrize("header", ["If-None-Match", "Range"])
def test_an_answer_of_its_own_is_asked_for_anew(client, found, header):
    client.get("/files/a")
    client.get("/files/a", headers={header: "anything"})
    assert len(found) == 2


def test_what_is_not_there_may_be_there_later(client, found):
    assert client.get("/files/none").status_code == 404
    client.get("/elsewhere"), client.get("/elsewhere")
    client.get("/none"), client.get("/none")
    assert len(found) == 5


def test_what_was_not_asked_for_the_longest_goes_first(client, found, monkeypatch):
    plain = {"accept-encoding": "identity"}
    for name in "abc":
        client.get(f"/files/{name}", headers=plain)
    size = len(client.get("/files/a", headers=plain).content)
    monkeypatch.setattr(unchanging, "MOST_BYTES", 3 * (size + unchanging.AROUND + 20))
    client.get("/files/d", headers=plain)  # b goes
    found.clear()
    for name in "adcb":
        client.get(f"/files/{name}", headers=plain)
    assert found == ["files/b"]


def test_what_is_very_large_is_not_kept(client, found, monkeypatch):
    monkeypatch.setattr(unchanging, "LARGEST", 10)
    for _ in range(2):
        client.get("/files/a", headers={"accept-encoding": "identity"})
    assert len(found) == 2


def test_an_address_takes_room_too_however_small_what_is_there(client, found, monkeypatch):
    # One file has as many addresses as somebody writes: /files/./a, /files/x/../a ..
    monkeypatch.setattr(unchanging, "MOST_BYTES", 100_000)
    first, second = (f"/files/{letter * 60_000}/short" for letter in "ab")
    for path in (first, second, second, first):
        client.get(path)
    assert found == [path.removeprefix("/") for path in (first, second, first)]


def test_many_answers_of_nothing_take_room(client, found, monkeypatch):
    monkeypatch.setattr(unchanging, "MOST_BYTES", 10 * unchanging.AROUND)
    for _ in range(2):
        for number in range(20):
            client.get(f"/files/{number}/short")
    assert len(found) == 40
