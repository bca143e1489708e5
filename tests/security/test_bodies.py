"""Attack 25: bodies that cost the server more than the sender. Its memory stays as it was."""

import functools
import gzip
import json
import zlib

import pytest
from wire import memory, say

API = "/api/v1"
MIB = 2**20
PATHS = [f"{API}/spaces", f"{API}/populations", "/app/_dash-update-component"]
JSON = "Content-Type: application/json"
ARCHIVE = f"{API}/archive\nContent-Type: application/gzip"
ROOM = 60 * MIB
"""Bytes that a process may grow by, whatever it was sent."""


@pytest.fixture(autouse=True)
def memory_stays(served):
    say(served.port, f"{API}/populations")
    before = memory(served.process.pid)
    yield
    assert memory(served.process.pid) - before < ROOM
    assert say(served.port, f"{API}/populations")[0] == 200


def chunks(size, piece=b"a" * 65_536):
    """A body that does not say how long it is."""
    for _ in range(size // len(piece)):
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("path", PATHS)
def test_60_megabytes_are_not_taken(served, path):
    head = f"{path}\n{JSON}\nContent-Length: {60 * MIB}"
    assert say(served.port, head, *[b"a" * MIB] * 60, method="POST")[0] in (413, 0)
    assert say(served.port, head, method="POST")[0] == 413  # nor waited for


@pytest.mark.parametrize("path", PATHS)
def test_60_megabytes_in_chunks_are_not_taken(served, path):
    head = f"{path}\n{JSON}\nTransfer-Encoding: chunked"
    assert say(served.port, head, *chunks(60 * MIB), method="POST")[0] in (413, 0)


def test_a_body_of_a_request_that_reads_is_not_kept(served):
    head = f"{API}/populations\nContent-Length: {60 * MIB}"
    assert say(served.port, head, *[b"a" * MIB] * 60)[0] in (200, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
        b"[" + b"1," * 400_000 + b"1]",
        b'{"a":"' + b"\\u0000" * 100_000 + b'"}',
        b"9" * MIB,
        b"[" + b"[]," * 300_000 + b"[]]",
    ],
    ids=["open", "deep", "long", "escaped", "number", "wide"],
)
@pytest.mark.parametrize("path", PATHS)
def test_json_without_bounds_is_not_read(served, path, body):
    head = f"{path}\n{JSON}\nContent-Length: {len(body)}"
    status, _, told = say(served.port, head, body, method="POST")
    assert status == 422
    assert len(told) < 20_000


@pytest.mark.parametrize("path", PATHS)
def test_many_lists_none_of_which_is_too_long_are_too_much_together(served, path):
    body = b"[" + b",".join([b"[" + b"1," * 4_000 + b"1]"] * 5) + b"]"
    head = f"{path}\n{JSON}\nContent-Length: {len(body)}"
    status, _, told = say(served.port, head, body, method="POST")
    assert status == 422
    assert b"at most 20,000 values" in told


@functools.cache
def bomb(size):
    """As many zero bytes, a thousandth of that in gzip."""
    made = zlib.compressobj(9, wbits=31)
    piece = b"\0" * MIB
    return b"".join(made.compress(piece) for _ in range(size // MIB)) + made.flush()


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_is_not_unpacked(served, layers):
    body = bomb(2_000 * MIB)
    for _ in range(layers - 1):
        body = gzip.compress(body)
    head = f"{ARCHIVE}\nContent-Length: {len(body)}"
    status, _, told = say(served.port, head, body, method="POST")
    assert status in (413, 422), told


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_no_body_is_unpacked_on_the_way(served, encoding):
    body = bomb(200 * MIB)
    head = f"{API}/spaces\n{JSON}\nContent-Encoding: {encoding}\nContent-Length: {len(body)}"
    assert say(served.port, head, body, method="POST")[0] in (415, 422)


@pytest.mark.parametrize("n", [10**9, 10**18, 10**30])
def test_a_thousand_million_networks_are_not_drawn(served, n):
    body = json.dumps(
        {"name": "all", "space_id": 1, "regime_id": 1, "n": n, "windows": {}}
    ).encode()
    head = f"{API}/populations\n{JSON}\nContent-Length: {len(body)}"
    status, _, told = say(served.port, head, body, method="POST")
    assert status == 422
    assert '"field":"n"' in told.decode()
