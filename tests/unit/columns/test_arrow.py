"""Parquet and Arrow: what pyarrow's readers get back of a table, bit by bit."""

import io
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet as pq

from columns import arrow
from columns.arrow import AT_ONCE
from columns.quantities import quantity
from columns.table import Coded, Table

WRITTEN = (
    (arrow.parquet, pq.read_table),
    (arrow.feather, lambda file: pa.ipc.open_file(file).read_all()),
)


def read(form, table, **given):
    written, reader = form
    return reader(io.BytesIO(b"".join(written(table, **given))))


@pytest.mark.parametrize("form", WRITTEN)
@given(numbers=st.lists(st.floats(), min_size=1))
def test_numbers_keep_their_bits_and_what_is_none_is_null(form, numbers):
    column = np.array(numbers)
    back = read(form, Table({"error": column}))["error"]
    known = ~np.isnan(column)
    assert back.is_null().to_numpy().tolist() == (~known).tolist()
    bits = back.drop_null().to_numpy().view(np.int64)
    assert bits.tolist() == column[known].view(np.int64).tolist()


@pytest.mark.parametrize("form", WRITTEN)
def test_whole_numbers_are_whole_and_text_by_number_is_a_dictionary(form):
    table = Table(
        {
            "id": np.array([2**40, 7], np.int64),
            "status": Coded(np.array([1, -1], np.int8), ("done", "=1+1")),
        }
    )
    back = read(form, table)
    assert back["id"].type == pa.int64()
    assert pa.types.is_dictionary(back["status"].type)
    # A cell of a typed column is no formula: nothing stands before it.
    assert back.to_pylist() == [
        {"id": 2**40, "status": "=1+1"},
        {"id": 7, "status": None},
    ]


@pytest.mark.parametrize("form", WRITTEN)
def test_a_column_says_its_unit_and_a_table_its_notes_where_they_are_asked_for(form):
    columns = {"error": np.array([1.0]), "mine": np.array([2])}
    table = Table(columns, {"side": "x\r\n=1"}, {"error": quantity("error")})
    plain, told = read(form, table), read(form, table, notes=True)
    assert plain.schema.field("error").metadata[b"unit"] == b"%"
    assert not (plain.schema.field("mine").metadata or {}).keys() & {b"unit", b"label"}
    assert b"netspace" not in (plain.schema.metadata or {})
    assert json.loads(told.schema.metadata[b"netspace"]) == {"side": "x\r\n=1"}


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("n", [0, 1, AT_ONCE, 2 * AT_ONCE + 1])
def test_a_table_of_any_length_leaves_in_pieces_that_make_one_file(form, n):
    written, reader = form
    cause = Coded(np.arange(n) % 3 - 1, ("crashed", "timeout"))
    pieces = list(written(Table({"ordinal": np.arange(n), "cause": cause})))
    assert len(pieces) == -(-n // AT_ONCE) + 1
    back = reader(io.BytesIO(b"".join(pieces)))
    assert back["ordinal"].to_pylist() == list(range(n))
    assert back["cause"].null_count == -(-n // 3)
