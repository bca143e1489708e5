"""Trends, speed and importance over REST, of populations whose truth is known."""

import csv
import io

import httpx
import numpy as np
import pytest
from priced import WINDOWS, networks, whole
from published import referred
from served import Served

import netspace_client
from server.schemas.trends import TrendsRead
from services.comparing import sides, trends
from services.reading.snapshots import Snapshots

API = "/api/v1"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("trends") / "netspace.db")
    served.measured("sampled", *range(10, 40))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def lab(served):
    with netspace_client.connect(served.url) as lab:
        yield lab


@pytest.fixture
def http(served):
    with httpx.Client(base_url=f"{served.url}{API}", timeout=60) as http:
        yield http


@pytest.fixture(scope="module")
def chain(lab):
    """The ids of four populations, each of twice the flops of the one before."""
    return [lab.import_table(f"{a:g}", networks((a, b))).id for a, b in WINDOWS]


def test_what_stays_is_constant_and_what_moves_grows(http, chain):
    query = {"side": chain, "columns": "depth,wm"}
    found = http.get("/trends", params=query).json()
    depth, wm = found["trends"]
    assert (depth["parameter"], depth["verdict"]) == ("depth", "constant")
    assert (wm["parameter"], wm["verdict"]) == ("wm", "grows")
    assert wm["slope"]["lower"] < 2**0.3 - 1 < wm["slope"]["upper"]
    complexities = [at["complexity"] for at in wm["levels"]]
    assert all(a < c < b for (a, b), c in zip(WINDOWS, complexities, strict=True))
    for (a, b), at in zip(WINDOWS, wm["levels"], strict=True):
        assert a <= at["least"] < at["complexity"] < at["most"] <= b


def test_one_population_is_cut_into_levels(http, lab):
    made = lab.import_table("whole", whole())
    query = {"side": [made.id], "bins": 5, "columns": "wm"}
    [wm] = http.get("/trends", params=query).json()["trends"]
    assert wm["verdict"] == "grows"
    assert [at["n"] for at in wm["levels"]] == [320] * 5


def test_a_trend_of_two_populations_has_a_reason_and_no_verdict(http, chain):
    [depth] = http.get("/trends", params={"side": chain[:2], "columns": "depth"}).json()[
        "trends"
    ]
    assert depth["verdict"] == "not decided"
    assert depth["slope"]["reason"].startswith("needs 3 levels")


def test_trends_are_csv_a_row_a_parameter_and_level(http, chain):
    query = {"side": chain, "columns": "depth,wm", "format": "csv"}
    rows = list(csv.DictReader(io.StringIO(http.get("/trends", params=query).text)))
    assert [row["parameter"] for row in rows] == ["depth"] * 4 + ["wm"] * 4
    assert {row["verdict"] for row in rows[:4]} == {"constant"}


def test_points_are_the_networks_of_each_side_with_their_places(http, chain):
    sides = [chain[0], f"{chain[1]};depth=10..20"]
    query = {"side": sides, "columns": "depth,wm", "points": "true"}
    found = http.get("/trends", params=query).json()
    assert found["every"] == 1
    for window, one, some in zip(
        WINDOWS, found["points"], (slice(None), (10, 20)), strict=False
    ):
        told = networks(window)
        if isinstance(some, tuple):
            told = told[told["depth"].between(*some)]
        of = told.loc[one["ordinal"]]
        assert sorted(one["ordinal"]) == sorted(told.index)
        assert one["complexity"] == of["flops"].tolist()
        assert one["columns"]["depth"] == of["depth"].tolist()
        assert one["columns"]["wm"] == pytest.approx(of["wm"].tolist())
    rows = list(
        csv.DictReader(io.StringIO(http.get("/trends", params=query | {"format": "csv"}).text))
    )
    assert [int(row["id"]) for row in rows] == [
        id for one in found["points"] for id in one["id"]
    ]
    assert (
        http.get("/trends", params={"side": chain, "columns": "depth"}).json()["points"] is None
    )


def test_of_very_many_networks_every_so_manieth_is_a_point_which_is_said(
    served, chain, monkeypatch
):
    monkeypatch.setattr(trends, "MOST_VALUES", 2000)  # four hundred a side, of four numbers
    snapshots = Snapshots(served.database)
    found = trends.across([sides.side(snapshots, str(id)) for id in chain], columns=["wm"])
    some, every = trends.points(found)
    assert every == 4
    assert [one.ids.size for one in some] == [100] * 4
    assert TrendsRead.of(found, points=True).every == 4


@pytest.mark.parametrize("again", ["", ";depth=10..20"])
def test_networks_that_are_all_on_another_level_are_refused(http, chain, again):
    # Bootstrapped as if they were others, they would decide what their number can't.
    twice = [*chain, f"{chain[0]}{again}"]
    answer = http.get("/trends", params={"side": twice, "columns": "depth"})
    assert answer.status_code == 422
    [problem] = answer.json()["errors"]
    assert (problem["field"], problem["value"]) == ("side", twice[-1])
    assert f"({chain[0]})" in problem["message"]


def test_networks_on_several_levels_are_counted(http, chain):
    def shared(*sides):
        answer = http.get("/trends", params={"side": [*sides, *chain[1:]], "columns": "wm"})
        return answer.json()["shared"]

    first = chain[0]
    assert shared(f"{first};depth=..14", f"{first};depth=15..") == 0
    query = {"depth": "12..14", "limit": 1000}
    both = http.get(f"/populations/{first}/networks", params=query).json()["items"]
    assert shared(f"{first};depth=..14", f"{first};depth=12..") == len(both) > 0


def test_a_complexity_or_parameter_that_a_side_lacks_is_refused(http, chain):
    for query, field in (({"by": "params"}, "by"), ({"columns": "width_9"}, "columns")):
        answer = http.get("/trends", params={"side": chain} | query)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["field"] == field


def test_the_law_behind_the_times_predicts_best_or_is_not_decided_against(http, chain):
    found = http.get(f"/populations/{chain[0]}/speed", params={"points": "true"}).json()
    [under] = found["conditions"]
    mixed = next(one for one in under["fits"] if one["model"] == "a sqrt(f) + b A")
    assert not mixed["decided"]
    a, b = mixed["coefficients"]
    assert a["estimate"] == pytest.approx(1e-6, rel=0.3)
    assert b["estimate"] == pytest.approx(1e-8, rel=0.3)
    worst = next(one for one in under["fits"] if one["model"] == "a f")
    assert worst["decided"]
    assert "decided against" in under["statement"]
    assert len(under["points"]["id"]) == under["n"] == 400
    assert under["front"] == sorted(set(under["front"]), key=under["front"].index)


def test_where_no_time_was_measured_the_best_model_says_one_and_it_is_marked(http, lab):
    table = networks(WINDOWS[0], n=100, seed=5)
    table.loc[:29, "latency_64"] = np.nan
    made = lab.import_table("a part is timed", table)
    found = http.get(f"/populations/{made.id}/speed", params={"points": "true"}).json()
    [under] = found["conditions"]
    assert (under["n"], under["predicted"]) == (70, 30)
    points = under["points"]
    assert [time is None for time in points["time"]] == [False] * 70 + [True] * 30
    flops, acts = (np.array(points["x"][name][70:]) for name in ("flops", "activations"))
    law = 1e-6 * np.sqrt(flops) + 1e-8 * acts
    assert np.log(np.array(points["said"][70:]) / law) == pytest.approx(0, abs=0.1)
    asked = {"points": "true", "format": "csv"}
    text = http.get(f"/populations/{made.id}/speed", params=asked).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["time"] == "" for row in rows] == [row["measured"] != "True" for row in rows]
    made.remove()


def test_the_quantities_of_a_population_are_said_in_words(http, chain):
    found = http.get(f"/populations/{chain[0]}/quantities").json()["items"]
    by_name = {one["name"]: one for one in found}
    assert by_name["depth"]["label"] == "depth"
    assert by_name["flops"]["role"] == "complexity"
    assert by_name["latency_64"]["unit"] == "s"


def test_the_parameters_that_the_error_goes_with_tell_the_best(http, chain):
    found = http.get(f"/populations/{chain[0]}/importance").json()
    tells = {one["parameter"]: one["tells"] for one in found["importances"]}
    assert tells == {"depth": True, "wm": True}
    assert found["selection"]["n"] == 400


def test_a_sampled_population_says_which_device_measured_its_times(http):
    found = http.get("/populations/1/speed", params={"time": "error"}).json()
    assert found["passing"] == 30
    [under] = found["conditions"]
    assert under["condition"] == "unknown device, float32"
    assert http.get("/populations/1/importance").status_code == 200
    answer = http.get("/populations/1/speed")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["field"] == "time"


@pytest.mark.parametrize(
    ("file", "split", "better", "worse"),
    [
        ("timm_infer_rtx4090.csv", "infer_batch_size", "k A^p", "k f^p"),
        ("timm_infer_cpu_i7.csv", "", "k f^p", "k A^p"),
    ],
)
def test_on_an_accelerator_activations_tell_the_time_and_on_a_processor_flops(
    http, lab, file, split, better, worse
):
    made = lab.import_table(file, referred(file))
    address = f"/populations/{made.id}/speed"
    asked = {"time": "infer_step_time"}
    mixed = http.get(address, params=asked).json()
    assert any("split=" in note for note in mixed["notes"])
    parts = asked | ({"split": split} if split else {})
    found = http.get(address, params=parts).json()
    fits = {one["model"]: one for one in found["conditions"][0]["fits"]}
    assert fits[better]["r2"] > fits[worse]["r2"] + 0.05
    assert fits[worse]["decided"]
    answer = http.get(address, params=asked | {"split": "resolution"})
    assert answer.status_code == 422
    assert "at most 24 values" in answer.text
    made.remove()
