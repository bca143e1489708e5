"""Columns of a population as the client reads them; those of a real server are in
tests/integration/client."""

import json
import sys
from types import SimpleNamespace

import httpx
import numpy as np
import pytest

import netspace_client
from netspace_client import connection
from netspace_client.columns import STATUS, decode
from population.population import Status

HEADER = {
    "population": 1,
    "name": "A",
    "version": 7,
    "n": 4,
    "prefix": 3,
    "whole": False,
    "measured": ["error"],
    "causes": ["out_of_memory"],
    "columns": [
        {"name": name, "type": kind}
        for name, kind in (
            ("ordinal", "uint32"),
            ("status", "uint32"),
            ("cause", "uint32"),
            ("error", "float32"),
        )
    ],
}
NONE = 2**32 - 1
ROWS = {
    "ordinal": np.array([2, 0, 3, 1], "<u4"),
    "status": np.array([2, 3, 1, 0], "<u4"),
    "cause": np.array([NONE, NONE, 0, NONE], "<u4"),
    "error": np.array([9.5, np.inf, np.nan, np.nan], "<f4"),
}


def body(header=HEADER, rows=ROWS):
    """The bytes that services/reading/columns.py describes, made by hand."""
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    blocks = b"".join(block.tobytes() for block in rows.values())
    return len(text).to_bytes(4, "little") + text + blocks


def test_columns_are_the_arrays_that_were_sent():
    columns = decode(body())
    assert list(columns) == ["ordinal", "status", "cause", "error"]
    for name, sent in ROWS.items():
        np.testing.assert_array_equal(columns[name], sent)
    assert (columns.name, columns.version, columns.n, columns.prefix) == ("A", 7, 4, 3)
    assert columns.measured == ("error",)
    assert [*columns.failures] == [None, None, "out_of_memory", None]


def test_launch_order_is_that_of_the_ordinals():
    columns = decode(body()).in_launch_order()
    assert [*columns["ordinal"]] == [0, 1, 2, 3]
    assert [*columns["status"]] == [3, 0, 2, 1]


def test_an_empty_population_has_empty_columns():
    none = {name: values[:0] for name, values in ROWS.items()}
    columns = decode(body(HEADER | {"n": 0}, none))
    assert columns["error"].shape == (0,)
    assert [*columns.failures] == []


def test_a_status_is_called_as_in_a_population():
    assert list(STATUS) == [status.name.lower() for status in Status]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        body()[:-4],
        body() + b"\0\0\0\0",
        body(HEADER | {"columns": [{"name": "error", "type": "float64"}]}),
        body({"n": 4}),
        body(HEADER | {"n": "4"}),
    ],
)
def test_other_bytes_are_a_fault_and_no_numbers(data):
    with pytest.raises(netspace_client.Fault, match="columns that can't be read"):
        decode(data)


def test_a_frame_of_pandas_has_the_columns_with_words():
    frame = decode(body()).to_pandas()
    assert [*frame["status"]] == ["measured", "diverged", "failed", "pending"]
    assert frame["cause"].dropna().tolist() == ["out_of_memory"]
    assert frame["error"].dtype == np.float32
    assert frame.attrs == {"population": "A", "version": 7}


def test_a_frame_of_polars_is_made_of_the_same_columns(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", SimpleNamespace(DataFrame=dict))
    frame = decode(body()).to_polars()
    assert [*frame["status"]] == ["measured", "diverged", "failed", "pending"]
    np.testing.assert_array_equal(frame["error"], ROWS["error"])


def test_columns_that_the_server_says_are_still_right_come_from_memory():
    asked = []

    def answer(request):
        asked.append(request.headers.get("if-none-match"))
        tag = 'W/"b"' if len(asked) > 2 else 'W/"a"'
        if asked[-1] == tag:
            return httpx.Response(304, headers={"etag": tag})
        return httpx.Response(200, content=body(), headers={"etag": tag})

    lab = netspace_client.connect("http://a", transport=httpx.MockTransport(answer))
    first, again, changed = (
        lab.connection.kept("/populations/1/columns", decode) for _ in range(3)
    )
    assert again is first
    assert changed is not first
    assert asked == [None, 'W/"a"', 'W/"a"']


def test_memory_keeps_the_newest_answers_up_to_so_many_bytes(monkeypatch):
    monkeypatch.setattr(connection, "KEPT", 2 * len(body()))
    asked = []

    def answer(request):
        asked.append(request.headers.get("if-none-match"))
        return httpx.Response(200, content=body(), headers={"etag": 'W/"a"'})

    lab = netspace_client.connect("http://a", transport=httpx.MockTransport(answer))
    for id in (1, 2, 3, 1, 3):
        lab.connection.kept(f"/{id}/columns", decode)
    assert asked == [None, None, None, None, 'W/"a"']
