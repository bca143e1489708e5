"""Files of tables that are malformed: good ones with bytes changed, cut, doubled or made up."""

import io
import json
import random

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

from services.errors import Refused
from services.exchange.tables.preview import preview
from services.exchange.tables.reading import read

PIECES = [
    b"\x00", b"\xff", b'"', b"'", b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf",
    b"inf", b"-inf", b"nan", b"1e999", b"[", b"]", b"{", b"}", b":", b"\\", b"\\ud800",
    b"error", b"acc", b"101", b"-1", b"0", b"\x1b[31m", "\u202e".encode(), b"\xed\xa0\x80",
    b"|nor_conv_3x3~0|+|", b"MODEL:", b"=cmd|' /C calc'!A0", b"9" * 400, b"[" * 3000,
    b'{"a":' * 2000, b"PAR1", b"ARROW1", b"#", b"%", b"ordinal", b"limit", b"\xff\xfe",
]  # fmt: skip


def good() -> list[bytes]:
    """One small file of each format."""
    rows = [
        {"model": name, "top1_err": 10.5 + i, "params": 1e6 * i, "img_size": 224, "note": None}
        for i, name in enumerate(("resnet50", "b", "regnetx_002"))
    ]
    table = pa.table({key: [row[key] for row in rows] for key in list(rows[0])[:-1]})
    parquet, feather, stream = io.BytesIO(), io.BytesIO(), io.BytesIO()
    pa.parquet.write_table(table, parquet)
    pa.feather.write_feather(table, feather, compression="lz4")
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    head = list(rows[0])
    csv = [head, *[[str(row[name]) for name in head] for row in rows]]
    line = "depth,w0,wa,wm,group_width,accuracy,seed\n13,24,36.44,2.49,8,0.68,1\n"
    sweep = [
        {
            "cfg": {
                "MODEL": {"TYPE": "regnet"},
                "REGNET": {"DEPTH": 13, "W0": 24, "WA": 36.44},
            },
            "log_file": f"/x/n{i}/stdout.log",
            "test_epoch": {"min_top1_err": [40.0, 30.0 + i]},
        }
        for i in range(3)
    ]
    return [
        *("\n".join(by.join(row) for row in csv).encode() for by in (",", ";", "\t")),
        line.encode(),
        "\n".join(",".join(row) for row in csv).encode("utf-16"),
        json.dumps(rows).encode(),
        json.dumps({"source": "x", "rows": rows}).encode(),
        json.dumps({key: [row[key] for row in rows] for key in head}).encode(),
        "\n".join(map(json.dumps, rows)).encode(),
        json.dumps(sweep).encode(),
        parquet.getvalue(),
        feather.getvalue(),
        stream.getvalue(),
    ]


def spoilt(seed: int) -> bytes:
    """A file that is likely to be wrong, always the same of one seed."""
    of = random.Random(seed)
    raw = bytearray(of.choice(FILES))
    for _ in range(of.choice((1, 1, 2, 5, 20))):
        at = of.randrange(len(raw) + 1)
        match of.randrange(7):
            case 0 if raw:
                raw[min(at, len(raw) - 1)] = of.randrange(256)
            case 1:
                raw[at:at] = of.choice(PIECES)
            case 2:
                del raw[at : at + of.choice((1, 4, 50))]
            case 3:
                del raw[at:]
            case 4:
                raw += raw[at : at + 200]
            case 5:
                raw[at : at + 4] = of.randbytes(4)
            case _:
                raw[at:at] = of.randbytes(of.randrange(40))
    return bytes(raw)


def outcome(path, raw: bytes) -> str:
    """What becomes of a file: how it is refused, or that it is read, and what it then is.

    Raises:
        anything but a refusal, which would be a fault.
    """
    path.write_bytes(raw)
    try:
        found = preview(path, "table")
        table = read(path, found.plan)
    except Refused as refused:
        said = refused
    else:
        check(table)
        return "read"
    assert said.field
    assert said.allowed
    assert "internal" not in str(said)
    return "refused"


def check(table) -> None:
    """What holds of every table that is read."""
    report = table.report
    assert report.rows == report.taken + report.merged + sum(report.refused_by_reason.values())
    assert all(len(values) == len(table) for values in table.numbers.values())
    assert all(len(values) == len(table) for values in table.texts.values())
    for name, values in table.numbers.items():
        if name == "error":
            assert not ((values < 0) | ((values > 100) & (values != float("inf")))).any()
        else:
            assert not (abs(values) == float("inf")).any()
    json.dumps([report.refused_by_reason, report.notes], allow_nan=False)


FILES = good()
