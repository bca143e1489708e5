"""Files that are malformed: each is refused in words or read, and nothing else happens.

tests/long/test_tables.py has more of them.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from malformed import FILES, outcome, spoilt


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("malformed") / "table"


@pytest.mark.parametrize("i", range(len(FILES)))
def test_a_file_that_is_not_malformed_is_read(path, i):
    assert outcome(path, FILES[i]) == "read"


@given(st.integers(0, 2**31))
@settings(max_examples=300)
def test_a_malformed_file_is_refused_or_read(path, seed):
    assert outcome(path, spoilt(seed)) in ("refused", "read")


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_bytes_of_any_kind_are_refused_or_read(path, raw):
    assert outcome(path, raw) in ("refused", "read")


CELLS = st.one_of(
    st.text(max_size=8),
    st.floats(width=32).map(repr),
    st.sampled_from(["", "inf", "1,013.01", "1.013,01", "71 %", "NaN", "x", "-1", "101"]),
)


@given(
    st.lists(st.text(max_size=6), min_size=1, max_size=4),
    st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8),
    st.sampled_from(",;\t| "),
)
@settings(max_examples=200)
def test_text_with_a_separator_is_refused_or_read(path, header, rows, separator):
    lines = [separator.join(cells) for cells in [header, *rows]]
    raw = "\n".join(lines).encode(errors="replace")
    assert outcome(path, raw) in ("refused", "read")
