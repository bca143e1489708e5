"""Attack 26: clients that ask slowly, take slowly, or never leave. Others are answered."""

import asyncio
import contextlib
import itertools
import socket
import threading
import time

import pytest
from migrated import migrated
from wire import answer, ended, say

from netspace.settings import Settings
from netspace.stack import http
from netspace.web import create_app
from server import events
from server.gate import intake

API = "/api/v1"
SHORT = 0.4
"""Seconds that stand for the server's patience."""


@contextlib.contextmanager
def running(app):
    """The port of the server as netspace has it, in a thread of this process."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=2_048)
    made = http.config("", lifespan="on", log_config=None)
    made.app, made.factory = app, False
    server = http.Server(made)
    thread = threading.Thread(target=asyncio.run, args=(server.serve([listening]),))
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def port(tmp_path, monkeypatch):
    """The application, whose patience is short."""
    for module, name in (
        (http, "HEAD_SECONDS"),
        (http, "BODY_SECONDS"),
        (http, "STUCK_SECONDS"),
        (intake, "SECONDS"),
    ):
        monkeypatch.setattr(module, name, SHORT)
    url = migrated(tmp_path / "netspace.db")
    app = create_app(Settings(database_url=url, broker_url="redis://127.0.0.1:1/0"))
    with running(app) as port:
        yield port


def connected(port, text=b""):
    line = socket.create_connection(("127.0.0.1", port), timeout=20)
    line.sendall(text)
    return line


def drips(line, text, seconds=20 * SHORT):
    """Whether the server hangs up while a text comes a byte at a time, again and again."""
    end = time.monotonic() + seconds
    for byte in itertools.cycle(text):
        try:
            line.sendall(bytes([byte]))
            if ended(line, SHORT / 10):
                return True
        except OSError:
            return True
        if time.monotonic() > end:
            break
    return False


START = b"GET /api/v1/spaces HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = START.replace(b"GET", b"POST") + b"Content-Type: %b\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"", b"\r\n"),
        (b"GET /", b"a"),
        (START, b"X: a\r\n"),
        (START + b"\r\n", b"\r\n"),  # it has been answered once
        (POST % b"application/json", b" "),
        (POST % b"text/plain", b" "),
        (START + b"Content-Length: 1000\r\n\r\n", b" "),
        (START + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (
            START.replace(b"GET", b"POST") + b"Content-Length: 9\r\nExpect: 100-continue\r\n",
            b"",
        ),
    ],
    ids=["blanks", "address", "headers", "again", "json", "text", "unread", "chunks", "expect"],
)
def test_who_asks_a_byte_at_a_time_is_hung_up_on(port, begin, piece):
    with connected(port, begin) as line:
        assert drips(line, piece) if piece else ended(line, 20 * SHORT)
    assert say(port, f"{API}/spaces")[0] == 200


def test_who_asks_nothing_is_hung_up_on(port):
    with connected(port) as line:
        assert ended(line, 20 * SHORT)


def test_who_asks_in_time_is_answered_for_as_long_as_it_takes(port):
    with connected(port, START.replace(b"spaces", b"events") + b"\r\n") as line:
        assert not ended(line, 3 * SHORT)  # a stream of events lasts
    with connected(port) as line:
        for _ in range(3):  # and a connection, as long as it asks
            line.sendall(START + b"\r\n")
            time.sleep(SHORT / 2)
        line.sendall(START + b"Connection: close\r\n\r\n")
        assert answer(line)[0] == 200


def test_a_request_that_waits_behind_a_long_one_does_not_end_it(monkeypatch):
    async def slow(scope, receive, send):
        await asyncio.sleep(3 * SHORT if scope["path"] == "/slow" else 0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    monkeypatch.setattr(http, "HEAD_SECONDS", SHORT)
    monkeypatch.setattr(http, "BODY_SECONDS", SHORT)
    with running(slow_with_lifespan(slow)) as port, connected(port) as line:
        ask = b"GET /%b HTTP/1.1\r\nHost: x\r\n"
        line.sendall(ask % b"slow" + b"\r\n" + ask % b"slow" + b"Connection: close\r\n\r\n")
        assert line.makefile("rb").read().count(b"/slow") == 2


def slow_with_lifespan(app):
    async def both(scope, receive, send):
        if scope["type"] == "lifespan":
            for part in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{part}.complete"})
        else:
            await app(scope, receive, send)

    return both


def test_who_takes_nothing_of_an_answer_is_hung_up_on(monkeypatch):
    gone = threading.Event()

    async def endless(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not gone.is_set():
            await send({"type": "http.response.body", "body": b"a" * 2**20, "more_body": True})

    monkeypatch.setattr(http, "STUCK_SECONDS", SHORT)
    with running(slow_with_lifespan(endless)) as port, connected(port, START + b"\r\n") as line:
        time.sleep(10 * SHORT)
        gone.set()
        assert ended(line, 5)


def test_500_idle_listeners_hold_up_nobody(served):
    ask = f"GET {API}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(connected(served.port, ask)) for _ in range(500)]
        assert all(b"200 OK" in line.recv(100) for line in lines)
        began = time.monotonic()
        for path in ("/app/", f"{API}/populations", f"{API}/populations/1/edf"):
            assert say(served.port, path)[0] == 200
        assert time.monotonic() - began < 10
        with connected(served.port, ask) as one:
            one.settimeout(10)
            heard = b""
            while b"event: activity" not in heard:
                heard += one.recv(65_536)


def test_there_is_a_number_of_listeners_and_a_place_that_is_left_is_free(port, monkeypatch):
    monkeypatch.setattr(events, "MOST", 3)
    ask = START.replace(b"spaces", b"events") + b"\r\n"
    lines = [connected(port, ask) for _ in range(3)]
    assert all(b"200 OK" in line.recv(100) for line in lines)
    refused, headers, _ = say(port, f"{API}/events")
    assert (refused, headers["retry-after"]) == (503, "5")
    assert say(port, f"{API}/spaces")[0] == 200
    lines.pop().close()
    deadline = time.monotonic() + 20
    while True:
        with connected(port, ask) as line:
            if b"200 OK" in line.recv(100):
                break
        assert time.monotonic() < deadline
    for line in lines:
        line.close()


def test_there_is_a_number_of_connections(port, monkeypatch):
    monkeypatch.setattr(http, "HEAD_SECONDS", 60)
    monkeypatch.setattr(http, "CONNECTIONS", 20)
    idle = [connected(port) for _ in range(20)]
    time.sleep(SHORT)
    with connected(port) as line:
        assert answer(line)[0] == 503
    for line in idle:
        line.close()
    time.sleep(SHORT)
    assert say(port, f"{API}/spaces")[0] == 200


def test_a_server_leaves_itself_files_for_its_database(monkeypatch):
    monkeypatch.setattr(http.resource, "getrlimit", lambda _: (1_024, 1_024))
    assert http.most_connections() == 1_024 - http.OTHER_FILES
    asked = []
    monkeypatch.setattr(http.resource, "getrlimit", lambda _: (1_024, 2_048))
    monkeypatch.setattr(http.resource, "setrlimit", lambda _, limits: asked.append(limits))
    http.open_more_files()
    assert asked == [(2_048, 2_048)]
