"""One table in every format: the same columns, whatever the file is."""

import io
import json
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet
import pytest
from written import chosen, column, file, sniffed, taken

from services.errors import Refused, TooLarge
from services.exchange.tables.preview import preview
from services.exchange.tables.reading import read

NAMES, ERRORS, PARAMS = ["a", "b", "c"], [10.5, 11.25, None], [1_013_010, 25_557_032, 5_288_548]
ROWS = [
    {"model": name, "top1_err": error, "params": params}
    for name, error, params in zip(NAMES, ERRORS, PARAMS, strict=True)
]
FRAME = pa.table({"model": NAMES, "top1_err": ERRORS, "params": PARAMS})


def of_text(separator, cell=str):
    lines = [list(ROWS[0]), *[["" if v is None else cell(v) for v in r.values()] for r in ROWS]]
    return "\n".join(separator.join(line) for line in lines).encode()


def german(value):
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def written(write):
    to = io.BytesIO()
    write(to)
    return to.getvalue()


def stream(to):
    with pa.ipc.new_stream(to, FRAME.schema) as writer:
        writer.write_table(FRAME)


def by_rows(rows):
    return {name: {str(i): row[name] for i, row in enumerate(rows)} for name in rows[0]}


FILES = {
    "comma.csv": ("csv", of_text(",")),
    "semicolon.csv": ("csv", of_text(";", german)),
    "tab.tsv": ("csv", of_text("\t")),
    "bar.txt": ("csv", of_text("|")),
    "mark.csv": ("csv", b"\xef\xbb\xbf" + of_text(",")),
    "windows.csv": ("csv", of_text(",").replace(b"\n", b"\r\n")),
    "mac.csv": ("csv", of_text(",").replace(b"\n", b"\r")),
    "wide.csv": ("csv", of_text(",").decode().encode("utf-16")),
    "title.csv": ("csv", b"Results of March\n# by hand\n\n" + of_text(",")),
    "rows.json": ("json", json.dumps(ROWS).encode()),
    "named.json": ("json", json.dumps({"source": ["x"], "n": 3, "rows": ROWS}).encode()),
    "columns.json": ("json", json.dumps({k: [r[k] for r in ROWS] for k in ROWS[0]}).encode()),
    "pandas.json": ("json", json.dumps(by_rows(ROWS)).encode()),
    "split.json": (
        "json",
        json.dumps({"columns": list(ROWS[0]), "data": [[*r.values()] for r in ROWS]}).encode(),
    ),
    "lists.json": ("json", json.dumps([[*ROWS[0]], *[[*r.values()] for r in ROWS]]).encode()),
    "rows.jsonl": ("jsonl", "\n".join(map(json.dumps, ROWS)).encode()),
    "rows.parquet": ("parquet", written(partial(pa.parquet.write_table, FRAME))),
    "rows.feather": ("arrow", written(partial(pa.feather.write_feather, FRAME))),
    "rows.arrows": ("arrow", written(stream)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_table_is_the_same_in_every_format_without_a_choice(tmp_path, name):
    format, raw = FILES[name]
    path = file(tmp_path, raw, "table")  # its name says nothing
    shown = preview(path, "table")
    assert shown.plan.format == format
    table = read(path, shown.plan)
    assert table.texts["model"].to_pylist() == NAMES
    np.testing.assert_array_equal(table.numbers["error"], [10.5, 11.25, np.nan])
    np.testing.assert_array_equal(table.numbers["params"], PARAMS)
    assert (table.report.rows, table.report.taken, shown.rows) == (3, 3, 3)


def test_lines_are_those_of_the_file(tmp_path):
    text = '# by hand\nmodel,note,error\n"a","of\ntwo lines",1\nb,,2\n\nc,,3\n'
    assert taken(tmp_path, text).lines.tolist() == [3, 5, 7]
    rows = '{"model": "a", "error": 1}\n\n{"model": "b", "error": 2}\n'
    assert taken(tmp_path, rows).lines.tolist() == [1, 3]
    listed = '[\n{"model": "a", "error": 1},\n\n{"model": "b", "error": 2}]'
    assert taken(tmp_path, listed).lines.tolist() == [2, 4]


def test_an_object_in_an_object_is_columns_of_both_names(tmp_path):
    rows = [{"model": "a", "cfg": {"optim": {"lr": 0.1}}, "acc": 70}] * 2
    assert "cfg.optim.lr" in [one.source for one in sniffed(tmp_path, json.dumps(rows)).columns]


def test_nan_and_infinity_that_python_writes_are_read(tmp_path):
    table = taken(tmp_path, '[{"m": "a", "error": NaN}, {"m": "b", "error": Infinity}]')
    np.testing.assert_array_equal(table.numbers["error"], [np.nan, np.inf])


def test_a_line_that_is_no_json_is_refused_and_the_others_taken(tmp_path):
    table = taken(tmp_path, '{"m": "a", "error": 1}\n{"m": \n[1]\n{"m": "b", "error": 2}\n')
    assert table.report.taken == 2
    assert [(one.line, one.reason) for one in table.report.refused] == [
        (2, "no JSON"),
        (3, "no object"),
    ]


def test_encodings_of_windows_are_seen_wherever_they_begin(tmp_path):
    text = "model,error\n" + "a,1\n" * 1_200_000 + "é,2\n"
    shown = sniffed(tmp_path, text, encoding="cp1252")
    assert shown.plan.encoding == "windows-1252"


def test_a_file_in_another_encoding_than_the_plans_is_refused_by_that_name(tmp_path):
    path = file(tmp_path, "model,error\né,1\n", encoding="cp1252")
    plan = preview(path, "x").plan.model_copy(update={"encoding": "utf-8"})
    with pytest.raises(Refused, match="encoding"):
        read(path, plan)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "0 bytes"),
        (b"   \n\n", "bytes"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"\x1f\x8b....", "gzip"),
        (b"PAR1....", "Parquet"),
        (b"ARROW1..", "Arrow"),
        (b"FEA1....", "version 2"),
        (b"\x00\x01\x02\x03,\x04\n", "CSV"),
        (b"[1, 2, 3]", "objects"),
        (b'{"a": 1}', "object"),
        (b"[" * 100_000, "levels"),
        (b'[{"a": 1}, {"a"', "JSON"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, raw, said):
    with pytest.raises(Refused) as refused:
        sniffed(tmp_path, raw)
    assert said in str(refused.value)


def test_the_beginning_of_a_file_is_enough_for_a_preview(tmp_path):
    text = "model,error\n" + "".join(f"n{i},{i % 90}\n" for i in range(1000))
    path = file(tmp_path, text[: len(text) // 2 + 1])
    shown = preview(path, "table.csv", partial=True)
    assert not shown.rows_known
    assert column(shown.plan, "error").role == "error"
    assert shown.problems == ()


def test_the_beginning_of_json_is_enough_for_a_preview(tmp_path):
    text = json.dumps(ROWS * 100)
    shown = preview(file(tmp_path, text[:1000]), "table.json", partial=True)
    assert [one.source for one in shown.columns] == list(ROWS[0])


def test_the_beginning_of_parquet_is_not(tmp_path):
    with pytest.raises(Refused, match="whole"):
        preview(file(tmp_path, FILES["rows.parquet"][1][:40]), "x", partial=True)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path):
    """A gigabyte of one number is some kilobytes of Parquet."""
    path = tmp_path / "bomb.parquet"
    same = pa.table({"error": pa.array(np.zeros(1_000_000))})
    with pa.parquet.ParquetWriter(path, same.schema, compression="zstd") as writer:
        for _ in range(3):
            writer.write_table(same)
    assert path.stat().st_size < 100_000
    with pytest.raises(TooLarge, match="rows"):
        preview(path, "bomb.parquet")


def test_one_long_text_of_all_rows_is_never_repeated(tmp_path):
    path = tmp_path / "bomb.parquet"
    long = pa.array(["x" * 10_000_000]).dictionary_encode().dictionary
    cells = pa.DictionaryArray.from_arrays(pa.array(np.zeros(200_000, dtype=np.int32)), long)
    table = pa.table({"model": cells, "error": pa.array(np.ones(200_000))})
    pa.parquet.write_table(table, path)
    assert path.stat().st_size < 2_000_000
    before = pa.total_allocated_bytes()
    plan = preview(path, "bomb.parquet").plan
    with pytest.raises(Refused, match="no row"):
        read(path, chosen(plan, "model", role="name", quantity="model"))
    assert pa.default_memory_pool().max_memory() - before < 500_000_000
