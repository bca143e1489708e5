"""What comes before a body: the address and the headers of a request, by a real socket."""

import asyncio
import socket
import threading

import pytest
import uvicorn

from netspace.stack.http import LONGEST_HEAD, Protocol, Server


async def answer(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


@pytest.fixture
def port():
    """A server that answers every request, until the test ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(uvicorn.Config(answer, http=Protocol, lifespan="off", log_config=None))
    thread = threading.Thread(target=asyncio.run, args=(server.serve([listening]),))
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()


def said(port, *parts):
    """The first line of the answer to what is sent; None where the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        try:
            for part in parts:
                line.sendall(part)
            return line.makefile("rb").readline().strip() or None
        except (ConnectionResetError, BrokenPipeError):
            return None


START, END = b"GET / HTTP/1.1\r\nHost: x\r\n", b"Connection: close\r\n\r\n"
OK, WRONG = b"HTTP/1.1 200 OK", b"HTTP/1.1 400 Bad Request"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET /", b"a" * 2**16),
        (START + b"X: ", b"a" * 2**16),
        (START, b"X: a\r\n" * 10_000),
    ],
    ids=["address", "header", "headers"],
)
def test_a_request_that_does_not_come_to_its_body_is_hung_up_on(port, begin, piece):
    assert said(port, begin, *[piece] * 200) in (WRONG, None)
    assert said(port, START, END) == OK


@pytest.mark.parametrize(("length", "status"), [(60_000, OK), (LONGEST_HEAD, WRONG)])
def test_what_came_as_a_whole_is_as_long_as_is_said(port, length, status):
    assert said(port, START + b"X: " + b"a" * length + b"\r\n" + END) == status


def test_a_large_body_is_no_part_of_a_head(port):
    body = b"a" * 500_000
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" + body
    assert said(port, sent) == OK


def test_a_head_is_as_long_as_is_said_for_each_request_of_a_connection(port):
    head = START + b"X: " + b"a" * 40_000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall((head + b"\r\n") * 2 + head + END)
        assert line.makefile("rb").read().count(OK) == 3
