"""The form of an answer: statistics as JSON and CSV that say the same, and no other form."""

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Failed, Finished
from netspace.settings import Settings
from netspace.web import create_app
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

API = "/api/v1"
CSV = {"Accept": "text/csv"}


@pytest.fixture(scope="module")
def reader(lasting):
    """A population of 30 networks: 27 measured, one diverged, one failed, one to come."""
    with lasting.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    populations.create(lasting, Spec("=p", space, regime, 30, {"flops": "100k..300k"}))
    with lasting.durable() as session:
        for i in range(29):
            claim = leases.claim(session, "train", "a worker", 30)
            ended = Finished(quantities={"error": 5 + i / 3, "loss": 0.1 + i}, conditions={})
            if i == 1:
                ended = Finished(quantities={"error": 90.0, "diverged": 1.0}, conditions={})
            if i == 2:
                ended = Failed(failure="impossible", detail="=1+1")
            results.record_end(session, claim, ended, max_attempts=1)
    settings = Settings(database_url=lasting.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1:8050") as client:
        yield client


def rows(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def number(text):
    return float(text) if text else None


SIDES = "side=1;depth=..6&side=1;depth=7.."
STATISTICS = (
    "populations/1/edf?depth=3..",
    "populations/1/ranges",
    "quantiles?side=1",
    f"comparison?{SIDES}",
)


def test_an_edf_is_the_same_curve_in_both_forms(reader):
    path = f"{API}/populations/1/edf?depth=3..&points=all"
    told, table = reader.get(path).json(), rows(reader.get(path, headers=CSV))
    assert [number(row["error"]) for row in table] == told["error"]
    assert [number(row["share"]) for row in table] == told["share"]
    assert [number(row["lower"]) for row in table] == told["band"]["lower"]
    assert [number(row["upper"]) for row in table] == told["band"]["upper"]


def test_best_ranges_are_the_same_in_both_forms(reader):
    for query in ("", "?columns=wm,depth", "?error=5..6"):  # the last: too few networks
        path = f"{API}/populations/1/ranges{query}"
        told, table = reader.get(path).json()["ranges"], rows(reader.get(path, headers=CSV))
        assert [row["column"] for row in table] == list(told)
        for row in table:
            best = told[row["column"]] or {}
            for name in ("lo", "median", "hi", "n"):
                assert number(row[name]) == best.get(name)


def test_quantiles_are_the_same_in_both_forms(reader):
    path = f"{API}/quantiles?side=1&side=1;depth=5..&q=0.5,0.9&below=9"
    told, table = reader.get(path).json(), rows(reader.get(path, headers=CSV))
    assert len(table) == 2 * 3
    for side in told:
        of = [row for row in table if row["side"] == side["side"]]
        for row, at in zip(of, side["quantiles"], strict=False):
            assert (row["what"], float(row["at"])) == ("quantile", at["q"])
            assert number(row["estimate"]) == at["error"]["estimate"]
            assert number(row["estimate_upper"]) == at["error"]["upper"]
        assert (of[-1]["what"], float(of[-1]["at"])) == ("below", 9.0)
        assert number(of[-1]["estimate_lower"]) == side["below"]["lower"]


def test_a_comparison_is_a_row_a_pair_with_the_same_numbers(reader):
    path = f"{API}/comparison?{SIDES}&side=1"
    told, table = reader.get(path).json(), rows(reader.get(path, headers=CSV))
    assert len(table) == len(told["pairs"]) == 3
    for row, pair in zip(table, told["pairs"], strict=True):
        assert row["a"] == told["sides"][pair["a"]]["side"]
        assert (row["outcome"], row["verdict"]) == (pair["outcome"], pair["verdict"])
        for name in ("theta", "medians", "area"):
            assert number(row[name]) == pair[name]["estimate"]
            assert number(row[f"{name}_lower"]) == pair[name]["lower"]
        assert number(row["p"]) == pair["p"]


@pytest.mark.parametrize("path", STATISTICS)
def test_the_address_may_say_the_form_and_counts_more_than_what_is_accepted(reader, path):
    joint = "&" if "?" in path else "?"
    by_header = reader.get(f"{API}/{path}", headers=CSV)
    by_name = reader.get(f"{API}/{path}{joint}format=csv", headers={"Accept": "image/png"})
    assert by_name.text == by_header.text
    as_json = reader.get(f"{API}/{path}{joint}format=json", headers=CSV)
    assert as_json.json() == reader.get(f"{API}/{path}").json()
    wrong = reader.get(f"{API}/{path}{joint}format=xlsx")
    assert wrong.status_code == 422
    assert "'json' or 'csv'" in wrong.json()["detail"][0]["message"]


@pytest.mark.parametrize("path", STATISTICS)
def test_each_form_has_a_tag_of_its_own(reader, path):
    as_json, as_csv = reader.get(f"{API}/{path}"), reader.get(f"{API}/{path}", headers=CSV)
    assert as_json.headers["etag"] != as_csv.headers["etag"]
    for answer, form in ((as_json, {}), (as_csv, CSV)):
        assert "Accept" in answer.headers["vary"]
        kept = {"If-None-Match": answer.headers["etag"]}
        again = reader.get(f"{API}/{path}", headers=form | kept)
        assert (again.status_code, again.headers["vary"].split(",")[0]) == (304, "Accept")


@pytest.mark.parametrize(
    ("accepted", "form"),
    [
        # RFC 9110, 12.5.1
        ("*/*", "application/json"),
        ("text/csv, application/json;q=0.9", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/*", "text/csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),  # a browser's
        ("text/csv;q=0, */*", "application/json"),
        ("", "application/json"),
    ],
)
def test_the_form_that_is_accepted_most_is_sent(reader, accepted, form):
    answer = reader.get(f"{API}/populations/1/edf", headers={"Accept": accepted})
    assert answer.headers["content-type"].partition(";")[0] == form


@pytest.mark.parametrize(
    ("path", "accepted", "allowed"),
    [
        ("populations/1/edf", "image/png", "application/json or text/csv"),
        ("populations/1/edf", "*/*;q=0", "application/json or text/csv"),
        ("spaces", "text/csv", "application/json"),
        ("populations/1/networks.csv", "application/json", "text/csv"),
        ("populations/1/columns", "application/json", "application/vnd.netspace.columns"),
        ("events", "application/json", "text/event-stream"),
    ],
)
def test_a_form_that_there_is_none_of_is_refused_with_those_that_there_are(
    reader, path, accepted, allowed
):
    answer = reader.get(f"{API}/{path}", headers={"Accept": accepted})
    assert answer.status_code == 406
    [problem] = answer.json()["detail"]
    assert problem == {
        "field": "Accept",
        "value": accepted,
        "message": f"this address answers with {allowed}",
    }


def test_a_table_says_where_it_is_from_only_where_that_is_asked_for(reader):
    for path in (*STATISTICS, "populations/1/networks.csv"):
        joint = "&" if "?" in path else "?"
        plain = reader.get(f"{API}/{path}", headers=CSV)
        asked = reader.get(f"{API}/{path}{joint}provenance=1", headers=CSV)
        assert not plain.text.startswith("#")
        lines = asked.text.split("\r\n")
        notes = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
        assert json.loads(notes["asked"]) == f"{API}/{path}{joint}provenance=1".replace(
            " ", "%20"
        )
        assert "\r\n".join(line for line in lines if not line.startswith("# ")) == plain.text


def test_json_needs_no_provenance_and_pairs_are_no_table(reader):
    for query, field in (("provenance=1", "provenance"), ("format=csv&pairs=w0:wa", "pairs")):
        answer = reader.get(f"{API}/populations/1/ranges?{query}")
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["field"] == field


def test_rows_of_what_passes_have_every_digit_and_a_name(reader):
    answer = reader.get(f"{API}/populations/1/networks.csv")
    table = {row["id"]: row for row in rows(answer)}
    version = reader.get(f"{API}/populations/1").json()["version"]
    name = f'attachment; filename="population-1-version-{version}.csv"'
    assert answer.headers["content-disposition"] == name
    listed = reader.get(f"{API}/populations/1/networks").json()["items"]
    assert len(table) == len(listed) == 30
    for network in listed:
        row = table[str(network["id"])]
        assert (row["status"], row["failure"] or None) == (
            network["status"],
            network["failure"],
        )
        for column, value in network["columns"].items():
            assert number(row[column]) == value or row[column] == "inf"
    by_status = {row["status"]: row for row in table.values()}
    assert by_status["diverged"]["error"] == "inf"
    assert by_status["failed"]["failure"] == "impossible"
    assert by_status["pending"]["error"] == by_status["failed"]["error"] == ""


def test_rows_have_the_columns_that_are_named_in_that_order(reader):
    answer = reader.get(f"{API}/populations/1/networks.csv?columns=wm,depth")
    marks = ["id", "ordinal", "status", "failure", "multiplicity"]
    assert answer.text.split("\r\n")[0].split(",") == [*marks, "wm", "depth"]
    wrong = reader.get(f"{API}/populations/1/networks.csv?columns=wm,w9")
    assert wrong.status_code == 422
    [problem] = wrong.json()["detail"]
    assert (problem["field"], problem["value"]) == ("columns", "w9")
    assert "depth, w0" in problem["message"]
