"""Somebody else's table over REST: looked at, imported, asked, removed."""

import csv
import io
import json
import os

import httpx
import numpy as np
import pytest
from published import referred
from served import Served
from wire import say

import netspace_client

API = "/api/v1"

THEIRS = "model;top-1 (%);Params (M);time (ms)\n" + "".join(
    f"net_{i};{70 + i / 10:.1f}".replace(".", ",") + f";{i + 1},5;{2 * i + 1},25\n"
    for i in range(30)
)
"""German: semicolons and decimal commas, and accuracies instead of errors."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("tables") / "netspace.db")
    served.measured("sampled", *range(10, 34))
    served.start()
    yield served
    served.close()


@pytest.fixture
def http(served):
    with httpx.Client(base_url=served.url, timeout=60) as http:
        yield http


@pytest.fixture
def lab(served):
    with netspace_client.connect(served.url) as lab:
        yield lab


@pytest.fixture
def theirs(tmp_path):
    file = tmp_path / "theirs.csv"
    file.write_text(THEIRS)
    return file


def test_a_look_stores_nothing_and_its_plan_can_be_changed(lab, theirs):
    before = [one.id for one in lab.populations()]
    look = lab.look_at_table(theirs)
    roles = {one["source"]: one["role"] for one in look.plan["columns"]}
    assert roles == {
        "model": "name",
        "top-1 (%)": "error",
        "Params (M)": "complexity",
        "time (ms)": "time",
    }
    assert (look.plan["separator"], look.plan["decimal"]) == (";", ",")
    assert look.columns[1].read[0] == 30
    columns = [
        one | {"role": "ignored", "quantity": "", "unit": ""}
        for one in look.plan["columns"][2:]
    ]
    changed = look.plan | {"columns": look.plan["columns"][:2] + columns}
    again = lab.look_at_table(theirs, changed)
    assert again.plan["columns"][2]["role"] == "ignored"
    assert [one.id for one in lab.populations()] == before


def test_a_table_is_a_population_until_it_is_removed(lab, theirs):
    made = lab.import_table("theirs", theirs)
    assert (made.kind, made.n, made.criterion, made.space_id) == ("table", 30, "error", None)
    assert made.report().taken == 30
    answer = made.edf({"params": "..10M"}, points="all")
    np.testing.assert_allclose(answer.error, np.sort([30 - i / 10 for i in range(9)]))
    columns = made.columns("params", of="params")
    np.testing.assert_allclose(columns["params"], 1e6 * (np.arange(30) + 1.5))
    made.remove()
    with pytest.raises(netspace_client.NotFound):
        made.refreshed()


def test_the_same_key_imports_once(lab, theirs):
    first = lab.import_table("once", theirs, key="import-of-theirs")
    again = lab.import_table("once", theirs, key="import-of-theirs")
    assert again.id == first.id
    first.remove()


def test_what_is_no_plan_is_refused_by_its_field(http, lab, theirs):
    plan = lab.look_at_table(theirs).plan
    plan["columns"][1]["factor"] = 0
    with pytest.raises(netspace_client.Refused) as error:
        lab.import_table("none", theirs, plan)
    assert error.value.field.startswith("plan.columns.1")
    assert "factor" in str(error.value)
    files = {"file": ("theirs.csv", THEIRS)}
    for data, field in (
        ({"name": "none", "plan": "{"}, "plan"),
        ({"name": "none", "plan": '{"columns": [NaN]}'}, "plan"),
        ({"name": "none", "visibility": "everyone"}, "visibility"),
        ({"name": " "}, "name"),
        ({"name": "none", "path": "/etc/passwd"}, "path"),
        ({}, "name"),
    ):
        answer = http.post(f"{API}/tables", data=data, files=files)
        assert answer.status_code == 422, data
        assert answer.json()["detail"][0]["field"].startswith(field), answer.text
    assert [one.name for one in lab.populations()] == ["sampled"]


def test_what_is_no_table_is_refused_with_what_is_allowed(http, lab, tmp_path):
    for name, content in (
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("empty.csv", b""),
        ("broken.parquet", b"PAR1 and nothing more PAR1"),
        ("deep.json", b"[" * 100_000),
        ("binary.csv", os.urandom(4_096)),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(netspace_client.Refused) as error:
            lab.import_table("none", file)
        assert error.value.field, name
        assert "internal" not in str(error.value).lower()
    assert [one.name for one in lab.populations()] == ["sampled"]


@pytest.mark.parametrize("path", ["tables", "tables/look"])
def test_a_request_without_a_body_is_told_what_to_send(http, path):
    answer = http.post(f"{API}/{path}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"
    assert "a form with a file" in answer.json()["errors"][0]["message"]


def test_a_form_without_a_file_or_with_two_is_refused(http):
    data = {"name": "none"}
    for files in ([("other", ("a.csv", "a,b\n1,2\n"))], [("file", ("a.csv", "1"))] * 2):
        answer = http.post(f"{API}/tables", data=data, files=files)
        assert answer.status_code == 422, answer.text
    assert http.post(f"{API}/tables", json=data).status_code == 415


def test_a_file_that_is_too_large_is_not_read_to_its_end(served):
    lines = "Content-Type: multipart/form-data; boundary=x\nContent-Length: 314572800"
    status, _, body = say(served.port, f"{API}/tables\n{lines}", b"--x\r\n", method="POST")
    assert status == 413
    assert json.loads(body)["detail"][0]["message"] == "at most 268,435,456 bytes"


def test_rows_leave_with_their_names_and_no_formula(http, lab, tmp_path):
    file = tmp_path / "formulas.csv"
    file.write_text("model,top1_acc\n=cmd(),70\n@sum,71\nplain,72\n")
    made = lab.import_table("formulas", file)
    text = http.get(f"{API}/populations/{made.id}/networks.csv?sort=ordinal").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["model"] for row in rows] == ["'=cmd()", "'@sum", "plain"]
    listed = http.get(f"{API}/populations/{made.id}/networks?limit=1").json()["items"]
    assert listed[0]["texts"] == {"model": "plain"}
    for form in ("parquet", "arrow"):
        answer = http.get(f"{API}/populations/{made.id}/networks.{form}")
        assert answer.status_code == 200, answer.text
    made.remove()


def test_the_id_of_what_was_removed_names_no_other(lab, theirs):
    first = lab.import_table("first", theirs)
    first.remove()
    second = lab.import_table("second", theirs)
    assert second.id > first.id
    second.remove()


def test_a_set_is_what_its_sides_have(lab):
    sampled = lab.population("sampled")
    kept = lab.create_set("best of them", sampled.where(error="..20"))
    assert kept.n == 11
    assert kept.edf(points="all").error.tolist() == list(range(10, 21))
    assert json.loads(json.dumps(kept.criterion)) == "error"
    kept.remove()


def test_a_set_may_name_two_thousand_networks_one_by_one(lab):
    sampled = lab.population("sampled")
    named = ",".join(map(str, [0, 2, 5, *range(10_000, 11_997)]))  # most are not there
    kept = lab.create_set("picked", sampled.where(ordinal=named))
    assert kept.n == 3
    kept.remove()


@pytest.mark.parametrize(
    ("file", "rows", "best", "other"),
    [
        ("timm_infer_rtx4090.csv", 1_627, ("activations", 0.966), ("flops", 0.933)),
        ("timm_infer_cpu_i7.csv", 1_440, ("flops", 0.978), ("activations", 0.938)),
    ],
)
def test_time_goes_with_activations_on_an_accelerator_and_with_flops_on_a_processor(
    lab, file, rows, best, other
):
    """log-log Pearson r of 1 / infer_samples_per_sec over all rows of timm's tables."""
    made = lab.import_table(file, referred(file))
    columns = made.columns("infer_samples_per_sec", "flops", "activations")
    assert made.n == rows
    for name, r in (best, other):
        known = (columns[name] > 0) & (columns["infer_samples_per_sec"] > 0)
        x, y = np.log(columns[name][known]), -np.log(columns["infer_samples_per_sec"][known])
        assert np.corrcoef(x, y)[0, 1] == pytest.approx(r, abs=0.0006)
    made.remove()
