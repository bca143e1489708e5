"""The form of an answer: statistics as JSON and CSV that say the same, and no other form."""

import csv
import io
import json

import kinds
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from pyarrow import parquet as pq

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Epoch, Failed, Finished
from netspace.settings import Settings
from netspace.web import create_app
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

# Forms are of what services have read: rows alone, and errors of other seeds, have both.
lasting = kinds.lasting

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


@pytest.fixture(scope="module")
def retrained(reader, lasting):
    """A second population: the first one's networks by another seed, with learning curves."""
    again = Spec("again", 1, 1, 30, {"flops": "100k..300k"}, training_seed=5)
    populations.create(lasting, again)
    with lasting.durable() as session:
        while claim := leases.claim(session, "train", "a worker", 30):
            if claim.seed != 5:
                continue  # of the first population, where it stays
            for epoch in range(1, 4):
                told = Epoch(epoch=epoch, loss=1.0, error=60 / epoch, seconds=1.0)
                results.record_epoch(session, claim, told)
            quantities = {"error": 5 + claim.job_id % 31 / 3, "loss": 0.1}
            ended = Finished(quantities=quantities, conditions={})
            results.record_end(session, claim, ended, max_attempts=1)


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
    f"comparison/matched?{SIDES}&match=flops",
    f"efficiency?{SIDES}",
    "stability?side=1",
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


def test_a_matched_comparison_is_the_same_numbers_in_both_forms(reader):
    path = f"{API}/comparison/matched?{SIDES}&match=flops"
    told, table = reader.get(path).json(), rows(reader.get(path, headers=CSV))
    found = {(row["what"], row["of"]): row for row in table if row["what"] != "share"}

    def same(row, estimate):
        assert number(row["estimate"]) == estimate["estimate"]
        assert number(row["estimate_lower"]) == estimate["lower"]
        assert (row["reason"] or None) == estimate["reason"]

    same(found["theta", told["method"]], told["theta"])
    assert number(found["theta", told["method"]]["p"]) == told["p"]
    for way in told["ways"]:
        same(found["theta by way", way["name"]], way["theta"])
    same(found["difference of medians", ""], told["medians"])
    same(found["factor", "mean"], told["mean"]["factor"])
    for covariate in told["imbalance"]:
        for name in ("smd", "smd_weighted", "variance_ratio", "distance", "lo", "inside_b"):
            row = found[name, covariate["name"]]
            assert number(row["estimate"]) == covariate[name]
        assert found["smd", covariate["name"]]["warning"] == covariate["warning"]
    for side in told["sides"]:
        steps = [row for row in table if (row["what"], row["of"]) == ("share", side["side"])]
        assert [number(row["at"]) for row in steps] == side["error"]
        assert [number(row["estimate"]) for row in steps] == side["share"]
        assert number(found["worth", side["side"]]["estimate"]) == side["worth"]


def test_a_random_search_is_the_same_in_both_forms(reader):
    path = f"{API}/efficiency?{SIDES}&side=1;error=5..5.1"
    told, table = reader.get(path).json(), rows(reader.get(path, headers=CSV))
    for side in told:
        of = [row for row in table if row["side"] == side["side"]]
        by_k = {int(row["k"]): row for row in of if row["k"]}
        for best in side["best"]:
            for name in ("mean", "sd", "lower", "median", "upper"):
                assert number(by_k[best["k"]][f"best_{name}"]) == best[name]
        for enough in side["enough"]:
            for name in ("measured", "measured_limit", "expected", "limit"):
                assert number(by_k[enough["k"]][name]) == enough[name]
        assert {row["reason"] or None for row in of} == {side["reason"]}


@kinds.of(kinds.BOTH, "lasting")
def test_stability_is_the_same_in_both_forms(reader, retrained):
    path = f"{API}/stability?side=2"
    [told], table = reader.get(path).json(), rows(reader.get(path, headers=CSV))
    assert told["epochs"]
    assert told["retrained"]
    assert told["noise"]["by_error"]
    found = {(row["against"], row["what"]): row for row in table}
    for ranking in told["epochs"] + told["retrained"]:
        for name in ("spearman", "in_order", "spearman_best", "found"):
            row = found[ranking["what"], name]
            assert number(row["estimate"]) == ranking[name]["estimate"]
            assert number(row["estimate_upper"]) == ranking[name]["upper"]
        by_chance = found[ranking["what"], "found_by_chance"]
        assert number(by_chance["estimate"]) == ranking["found_by_chance"]
    noise = {row["what"]: row for row in table if row["group"] == "noise"}
    assert number(noise["ratio"]["estimate"]) == told["noise"]["ratio"]["estimate"]
    assert [
        number(row["estimate"]) for what, row in noise.items() if what.startswith("noise of")
    ] == [third["noise"]["estimate"] for third in told["noise"]["by_error"]]


def test_what_was_trained_once_has_columns_and_no_rows(reader):
    answer = reader.get(f"{API}/stability?side=1;depth=100..", headers=CSV)
    assert answer.text.startswith("side,group,against,what,estimate,")
    assert rows(answer) == []


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
        ("populations/1/networks.parquet", "text/csv", "application/vnd.apache.parquet"),
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


@kinds.of(kinds.BOTH, "lasting")
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


PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.file"
READERS = {
    "parquet": (PARQUET, pq.read_table),
    "arrow": (ARROW, lambda file: pa.ipc.open_file(file).read_all()),
}


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("query", ["", "?depth=4..&sort=-wm&columns=wm,depth,error"])
def test_rows_are_the_same_in_every_form_of_file(reader, suffix, query):
    media_type, read = READERS[suffix]
    answer = reader.get(f"{API}/populations/1/networks.{suffix}{query}")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].endswith(f'.{suffix}"')
    table = read(io.BytesIO(answer.content))
    expected = rows(reader.get(f"{API}/populations/1/networks.csv{query}"))
    assert table.column_names == list(expected[0])
    marks = {"status", "failure"}
    for got, row in zip(table.to_pylist(), expected, strict=True):
        for name, value in got.items():
            assert value == ((row[name] or None) if name in marks else number(row[name]))


@pytest.mark.parametrize("suffix", READERS)
def test_parquet_and_arrow_say_where_they_are_from_in_their_metadata(reader, suffix):
    path = f"{API}/populations/1/networks.{suffix}"
    _, read = READERS[suffix]
    plain = read(io.BytesIO(reader.get(path).content))
    told = read(io.BytesIO(reader.get(f"{path}?provenance=1").content))
    assert b"netspace" not in (plain.schema.metadata or {})
    notes = json.loads(told.schema.metadata[b"netspace"])
    assert (notes["asked"], notes["networks"]) == (f"{path}?provenance=1", 30)


@pytest.mark.parametrize(
    ("given", "suffix"),
    [
        ({"headers": CSV}, "csv"),
        ({"headers": {"Accept": PARQUET}}, "parquet"),
        ({"params": {"format": "arrow"}, "headers": CSV}, "arrow"),
    ],
)
def test_networks_are_a_file_where_one_is_accepted_and_it_has_all_of_them(
    reader, given, suffix
):
    answer = reader.get(f"{API}/populations/1/networks", **given)
    file = reader.get(f"{API}/populations/1/networks.{suffix}")
    assert answer.content == file.content
    assert answer.headers["content-type"] == file.headers["content-type"]
    assert answer.headers["vary"].split(",")[0] == "Accept"


@pytest.mark.parametrize("query", ["limit=5", "after=1~2", "cursor=1~2", "fields=id"])
def test_a_file_of_networks_has_no_pages(reader, query):
    answer = reader.get(f"{API}/populations/1/networks?{query}&format=parquet")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["field"] == query.partition("=")[0]


def test_a_file_of_networks_that_the_client_has_is_not_sent_again(reader):
    for suffix in ("csv", *READERS):
        path = f"{API}/populations/1/networks.{suffix}"
        kept = {"If-None-Match": reader.get(path).headers["etag"]}
        assert reader.get(path, headers=kept).status_code == 304
