"""Comparisons over REST: sides, verdicts, what is said when there is little to say."""

import asyncio
import contextlib
import functools
import re
import threading
from dataclasses import replace

import httpx
import kinds
import loops
import numpy as np
import pytest
from fastapi.testclient import TestClient
from scipy.stats import mannwhitneyu

from columns.units import ERRORS
from dashboard.pages.compare import matched, question, tables
from dashboard.pages.compare.chosen import halves
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Finished
from netspace.settings import Settings
from netspace.web import create_app
from population.population import Population
from services.comparing import adjusted, comparisons, sides
from services.defining import regimes, spaces
from services.reading.snapshots import Snapshots
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

API = "/api/v1"


@pytest.fixture
def database(sqlite):
    return sqlite


@contextlib.contextmanager
def opened(database):
    settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1:8050") as client:
        yield client


@pytest.fixture
def client(database):
    with opened(database) as client:
        yield client


def measure(database, errors):
    """Give the next networks, in the order of the queue, these errors."""
    with database.durable() as session:
        for error in errors:
            claim = leases.claim(session, "train", "a worker", 30)
            quantities = {"error": float(error), "loss": 0.5}
            results.record(session, claim, Finished(quantities=quantities, conditions={}))


@pytest.fixture
def record(database):
    return functools.partial(measure, database)


@pytest.fixture(scope="module", params=["sqlite"])
def lasting(request, tmp_path_factory):
    """A database for all tests of the two populations, which they leave as they are."""
    with kinds.kept(request, tmp_path_factory) as database:
        yield database


@pytest.fixture(scope="module")
def two(lasting):
    """Two populations of 24 networks: A has errors about 10, B about 20."""
    rng = np.random.default_rng(0)
    with lasting.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    ids = []
    for seed, (name, error, sd) in enumerate((("A", 10, 2), ("B", 20, 4))):
        window = {"flops": "100k..300k"}
        spec = Spec(name, space, regime, 24, window, seed, training_seed=seed)
        ids.append(populations.create(lasting, spec))
        measure(lasting, rng.normal(error, sd, 24))
    return ids


@pytest.fixture(scope="module")
def reader(lasting):
    """A client of the two."""
    with opened(lasting) as client:
        yield client


def columns(client, id) -> Population:
    rows = client.get(f"{API}/populations/{id}/networks?limit=100").json()["items"]
    names = ("error", "depth")
    return Population.from_columns(
        {name: [row["columns"][name] for row in rows] for name in names},
        multiplicity=[row["multiplicity"] for row in rows],
    )


def test_the_comparison_says_which_population_is_better(reader, two):
    a, b = two
    answer = reader.get(f"{API}/comparison?side={b}&side={a}").json()
    [pair] = answer["pairs"]
    assert pair["outcome"] == "B"  # the second of the two
    # Mann and Whitney's U of every draw, over the pairs: the chance that the first is lower.
    of = [columns(reader, id) for id in (b, a)]
    drawn = [np.repeat(one.error, one.multiplicity.astype(int)) for one in of]
    pairs = drawn[0].size * drawn[1].size
    theta = mannwhitneyu(drawn[1], drawn[0]).statistic / pairs
    assert pair["theta"]["estimate"] == pytest.approx(theta)
    assert theta < 0.1
    assert "A" in pair["verdict"]
    assert pair["decided"]["outcome"] == "B"
    assert [side["selection"]["n"] for side in answer["sides"]] == [24, 24]
    assert answer["sides"][0]["error"] == answer["sides"][1]["error"]
    assert answer["sides"][0]["band"]["name"] == "pointwise Clopper-Pearson 95 %"


def test_a_pair_is_told_from_its_better_side(lasting, two):
    a, b = two
    chosen = sides.sides(Snapshots(lasting), [str(b), str(a)], fewest=2)
    [pair] = comparisons.compared(chosen).pairs
    first = pair.oriented
    assert (first.a, first.b) == (1, 0)
    assert first.verdict.startswith("A is better")
    assert first.found.theta_interval.lo > 0.5
    assert first.found.medians.hi < 0 < first.found.area.lo
    assert first.decided.looks[-1].outcome == "A"
    assert first.decided.looks[-1].lower == pytest.approx(1 - pair.decided.looks[-1].upper)
    said = str(tables.details(first, 45, ERRORS, "A", "B"))
    assert "median error of A is lower by" in said


def test_nine_networks_of_a_side_show_no_difference_in_points(database, create, record):
    rng = np.random.default_rng(1)
    ids = [create(9, name=name, seed=place) for place, name in enumerate("AB")]
    record(rng.normal(10, 2, 9))
    record(rng.normal(20, 2, 9))
    chosen = sides.sides(Snapshots(database), [str(id) for id in ids], fewest=2)
    [pair] = comparisons.compared(chosen).pairs
    assert pair.found.outcome == "few"
    assert tables.points(pair.found.medians, ERRORS) == "fewer than 10 networks of either"
    assert tables.points(pair.found.area, ERRORS) == "fewer than 10 networks of either"


def test_a_side_has_constraints_of_its_own(reader, two):
    a, b = two
    answer = reader.get(
        f"{API}/comparison", params={"side": [f"{a};depth=..6", f"{a};depth=7.."]}
    ).json()
    of = columns(reader, a)
    shallow = int((of.columns["depth"] <= 6).sum())
    assert [side["selection"]["n"] for side in answer["sides"]] == [shallow, 24 - shallow]
    assert [side["label"] for side in answer["sides"]] == ["depth=..6", "depth=7.."]
    assert answer["pairs"][0]["shared"] == 0
    overlapping = reader.get(
        f"{API}/comparison", params={"side": [f"{a};depth=..6", f"{a}", f"{b}"]}
    ).json()
    assert overlapping["pairs"][0]["shared"] == shallow
    assert [side["label"] for side in overlapping["sides"]] == ["A · depth=..6", "A", "B"]
    said = " ".join(overlapping["warnings"])
    assert "overlap" in said
    assert "Holm over 3" in said
    assert "chosen by looking at these errors" in said
    for pair in overlapping["pairs"]:
        assert pair["adjusted"] == "Holm over 3"
        outside = not pair["theta"]["lower"] <= 0.5 <= pair["theta"]["upper"]
        assert outside == (pair["p"] is not None and pair["p"] < 0.05)
        assert "(Holm over 3)" in pair["verdict"] or pair["outcome"] in ("few", "same")


def test_populations_that_share_trainings_are_no_independent_samples(client, create, record):
    errors = np.random.default_rng(0).normal(10, 2, 24)
    whole = create(24, name="whole")
    record(errors)
    part = create(10, name="its first ten")
    again = create(24, name="trained again", training_seed=1)
    record(errors + 1)

    def compared(*sides):
        return client.get(f"{API}/comparison", params={"side": sides}).json()

    found = compared(str(whole), str(part))
    assert found["pairs"][0]["shared"] == 10
    assert "intervals and p assume independent samples" in " ".join(found["warnings"])
    # The same networks trained by another seed: their errors are other measurements.
    assert compared(str(whole), str(again))["pairs"][0]["shared"] == 0
    halves = compared(f"{whole};depth=..6", f"{part};depth=7..")
    assert halves["pairs"][0]["shared"] == 0
    assert "overlap" not in " ".join(halves["warnings"])


def test_a_side_may_be_a_part_of_the_launch_order(reader, two, lasting):
    a, _ = two
    halves = [f"{a};ordinal=..11", f"{a};ordinal=12.."]
    answer = reader.get(f"{API}/comparison", params={"side": halves}).json()
    assert [side["selection"]["n"] for side in answer["sides"]] == [12, 12]
    assert answer["pairs"][0]["shared"] == 0
    rows = reader.get(f"{API}/populations/{a}/networks?limit=100").json()["items"]
    by_launch = [
        one["columns"]["error"] for one in sorted(rows, key=lambda one: one["ordinal"])
    ]
    for half, first in zip(halves, (0, 12), strict=True):
        launched = sides.side(Snapshots(lasting), half).launched.error
        assert launched.tolist() == pytest.approx(by_launch[first : first + 12])
    refused = reader.get(f"{API}/comparison", params={"side": [f"{a};ordinal=x", f"{a}"]})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["field"] == "ordinal"


def test_a_side_that_may_have_been_chosen_by_its_errors_offers_a_split(lasting, two):
    a, b = two
    snapshots = Snapshots(lasting)
    search = f"?side={a};depth=..6&side={b}&match=flops"
    asked = question.read(search)

    def links(sides_text, search, half=None):
        chosen = sides.sides(snapshots, sides_text, fewest=2, half=half)
        told = halves(chosen, search, half)
        return [one.href for p in told for one in p.children if hasattr(one, "href")]

    first, second = links(asked.sides, search)
    assert (first, second) == (f"{search}&half=first", f"{search}&half=second")
    assert [question.read(link).half for link in (first, second)] == ["first", "second"]
    assert links(asked.sides, first, "first") == [second]
    assert links(asked.sides, second, "second") == []
    assert links([str(a), str(b)], "?") == []
    assert links([f"{a};depth=..6;ordinal=12..", str(b)], "?") == []  # it has its part


def test_halves_of_the_launch_order_share_no_network_and_are_every_network(client, create):
    a = create(7)
    b = create(4, name="the other", seed=3)

    def asked(half):
        params = {"side": [f"{a};depth=1..", str(b)], "half": half}
        return client.get(f"{API}/comparison", params=params).json()["sides"]

    first, second = asked("first"), asked("second")
    assert [one["side"] for one in first] == [f"{a};depth=1..;ordinal=..3", f"{b};ordinal=..1"]
    assert [one["side"] for one in second] == [f"{a};depth=1..;ordinal=4..", f"{b};ordinal=2.."]
    assert [one["selection"]["passing"] for one in first + second] == [4, 2, 3, 2]


def test_every_question_about_sides_can_be_asked_of_one_half(reader, two):
    a, b = two
    for path in ("comparison", "comparison/matched", "efficiency", "quantiles", "stability"):
        params = {"side": [f"{a};depth=1..", f"{b};ordinal=3..5"], "half": "second"}
        answer = reader.get(f"{API}/{path}", params=params).json()
        sides_of = answer if isinstance(answer, list) else answer["sides"]
        assert [one["selection"]["n"] for one in sides_of] == [12, 3], path
        params["half"] = "third"
        refused = reader.get(f"{API}/{path}", params=params)
        assert refused.status_code == 422
        assert refused.json()["detail"][0]["field"] == "half"


def test_a_test_on_the_second_half_claims_no_choice_that_nobody_saw(reader, two):
    a, b = two

    def said(**more):
        params = {"side": [f"{a};depth=1..", str(b)]} | more
        return " ".join(reader.get(f"{API}/comparison", params=params).json()["warnings"])

    assert "the same networks have chosen and tested" in said()
    for half in ("first", "second"):
        assert "hold if no error that counts here" in said(half=half)
        assert "have chosen" not in said(half=half)
    unconstrained = reader.get(f"{API}/comparison?side={a}&side={b}&half=second").json()
    assert unconstrained["warnings"] == []


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (
            ["Study: RegNetX (digits)", "Study: AnyNetX_A, seed 1 (digits)"],
            ["RegNetX", "AnyNetX_A, seed 1"],
        ),
        (["RegNetX · digits", "AnyNetX_A · digits"], ["RegNetX", "AnyNetX_A"]),
        (["RegNetX · depth=..6", "RegNetX · depth=7.."], ["depth=..6", "depth=7.."]),
        (["RegNetX, b = 1", "RegNetX, b = 2"], ["RegNetX, b = 1", "RegNetX, b = 2"]),
    ],
)
def test_sides_are_told_apart_without_what_their_names_share(names, labels):
    assert sides.told_apart(names) == labels


@pytest.mark.parametrize(
    "names", [["RegNetX · digits"], ["RegNetX", "RegNetX · depth=..6"], ["a b", "a b"]]
)
def test_names_stay_whole_where_nothing_would_be_left_of_one(names):
    assert sides.told_apart(names) == names


def test_sides_of_other_regimes_are_warned_of(client, create, record, database):
    with database.durable() as session:
        longer = regimes.define(session, "longer", DIGITS.model_copy(update={"epochs": 20}))
    one = create(3, name="short")
    other = create(3, name="long", regime_id=longer)
    said = client.get(f"{API}/comparison?side={one}&side={other}").json()
    assert "different regimes (digits, longer)" in " ".join(said["warnings"])
    assert said["pairs"][0]["outcome"] == "few"
    assert said["pairs"][0]["verdict"].startswith("Too few networks")
    assert said["sides"][0]["share"] == []


WRONG = [
    ("side=1", "side"),
    ("side=1&side=x", "side"),
    ("side=1&side=1;depth", "side"),
    ("side=1&side=1;depth=4;depth=5", "side"),
    ("side=1&side=1;depth=9..4", "depth"),
    ("side=1&side=1;nothing=4", "nothing"),
    ("side=1&side=1&level=1.5", "level"),
    ("side=1&side=1&level=0.8&band=simultaneous", "level"),
    ("side=1&side=1&planned=3", "planned"),
    ("&".join(["side=1"] * 7), "side"),
]


def test_a_comparison_that_can_t_be_made_says_what_is_wrong(client, create):
    create(3)
    for query, field in WRONG:
        answer = client.get(f"{API}/comparison?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["detail"][0]["field"] == field


def test_a_side_that_is_no_population_is_not_found(client, create):
    create(3)
    assert client.get(f"{API}/comparison?side=1&side=99").status_code == 404


def test_quantiles_and_the_chance_of_an_error_below_have_intervals(reader, two):
    a, _ = two
    [one] = reader.get(f"{API}/quantiles?side={a}&q=0.5,0.9&below=10").json()
    drawn = columns(reader, a)
    errors = np.repeat(drawn.error, drawn.multiplicity.astype(int))
    median = np.quantile(errors, 0.5, method="inverted_cdf")
    found = one["quantiles"][0]["error"]
    assert found["lower"] < found["estimate"] == median < found["upper"]
    assert one["below"]["estimate"] == pytest.approx(np.mean(errors < 10))
    assert one["selection"]["n"] == 24
    assert reader.get(f"{API}/quantiles?side={a}&q=1.2").status_code == 422


def test_a_matched_comparison_stands_beside_the_unmatched_one(reader, two):
    a, b = two
    answer = reader.get(f"{API}/comparison/matched?side={a}&side={b}&match=depth").json()
    [depth] = [row for row in answer["imbalance"] if row["name"] == "depth"]
    assert depth["smd_weighted"] == pytest.approx(0, abs=1e-6)  # overlap weights: exactly
    assert depth["variance_ratio_weighted"] == pytest.approx(1, abs=1e-6)
    assert depth["warning_weighted"] == ""
    assert answer["theta"]["estimate"] > 0.9
    assert answer["p"] < 0.05
    ways = {way["name"]: way["theta"] for way in answer["ways"]}
    assert list(ways) == ["overlap weights", "bins", "exact strata", "regression"]
    assert ways["overlap weights"] == answer["theta"]
    assert all(theta["estimate"] > 0.9 or theta["reason"] for theta in ways.values())
    assert 0 < answer["mean"]["factor"]["estimate"] < 1
    assert [side["worth"] <= 24 for side in answer["sides"]] == [True, True]
    binned = reader.get(
        f"{API}/comparison/matched?side={a}&side={b}&match=depth,flops&method=bins"
    ).json()
    assert binned["covariates"] == ["depth", "flops"]
    assert binned["bins_kept"] >= 1


def test_what_can_t_be_matched_on_is_refused_with_what_can(reader, two):
    a, b = two
    path = f"{API}/comparison/matched?side={a}&side={b}"
    for match in ("", "error", "depth,wm"):
        answer = reader.get(f"{path}&match={match}")
        assert answer.status_code == 422
        assert "depth, flops, params, activations" in answer.json()["detail"][0]["message"]
    assert reader.get(f"{path}&side={a}").status_code == 422


def test_random_search_starts_at_the_mean_and_ends_near_the_best(reader, two):
    a, _ = two
    [one] = reader.get(f"{API}/efficiency?side={a}").json()
    errors = columns(reader, a)
    mean = np.average(errors.error, weights=errors.multiplicity)
    assert one["best"][0]["k"] == 1
    assert one["best"][0]["mean"] == pytest.approx(mean)
    assert one["best"][-1]["mean"] < mean
    assert [row["k"] for row in one["enough"]] == [10]


def test_a_ranking_is_checked_by_other_seeds_of_the_same_networks(client, create, record):
    errors = np.arange(24.0) + 5
    a = create(24, name="seed 0")
    record(errors)
    create(24, name="seed 1", training_seed=1)
    record(errors[::-1])
    [one] = client.get(f"{API}/stability?side={a}").json()
    [again] = one["retrained"]
    assert again["what"] == "digits, seed 1"
    assert again["n"] == one["selection"]["n"]
    assert again["spearman"]["estimate"] == pytest.approx(-1)
    assert one["noise"]["seeds"] == 2


def test_a_further_training_at_or_above_chance_has_diverged_and_is_not_ranked(
    client, create, record
):
    # digits: guessing errs in 90 %. Twelve of 24 learn; the others are in no order.
    errors = np.append(np.arange(12.0) + 5, np.linspace(90, 95, 12))
    a = create(24, name="seed 0")
    record(errors)
    create(24, name="seed 1", training_seed=1)
    record(np.append(np.arange(12.0) + 5, np.linspace(95, 90, 12)))
    [one] = client.get(f"{API}/stability?side={a}").json()
    assert one["retrained"][0]["spearman"]["estimate"] == pytest.approx(1)


def test_an_edf_may_be_of_means_over_the_seeds_of_a_network(client, create, record):
    # Seeds 0, 1 and 2 of 24, 12 and 6 networks: 6 have three seeds, 6 two, 12 one.
    a = create(24, name="seed 0")
    record(np.arange(24.0) + 10)
    whole = client.get(f"{API}/populations/{a}/edf?points=all").json()
    kept = {
        "If-None-Match": client.get(f"{API}/populations/{a}/edf?seeds=mean").headers["etag"]
    }
    for seed, n in ((1, 12), (2, 6)):
        create(n, name=f"seed {seed}", training_seed=seed)
        record(np.arange(n) + 10 + 3.0 * seed)
    found = client.get(f"{API}/populations/{a}/edf?seeds=mean&points=all", headers=kept).json()
    assert found["seeds"]["networks"] == {"1": 12, "2": 6, "3": 6}
    assert found["seeds"]["awaited"] == 0
    assert "networks with one seed are left out" in found["seeds"]["convention"]
    assert found["selection"]["n"] == 12
    # Of three seeds e, e + 3, e + 6 the mean is e + 3; of two e + 1.5.
    of_each = sorted([*(np.arange(6) + 13.0), *(np.arange(6, 12) + 11.5)])
    assert found["error"] == sorted(set(of_each))
    assert found["best"] == 13
    again = client.get(f"{API}/populations/{a}/edf?points=all").json()
    assert (again["seeds"], again["error"]) == (None, whole["error"])
    assert client.get(f"{API}/populations/{a}/edf?seeds=mean", headers=kept).status_code == 200


def test_means_over_seeds_wait_for_the_first_network_that_is_trained_still(
    client, create, record
):
    a = create(24, name="seed 0")
    record(np.arange(24.0) + 10)
    create(8, name="seed 1", training_seed=1)
    record([30.0] * 3 + [95.0])  # digits: guessing errs in 90 %
    found = client.get(f"{API}/populations/{a}/edf?seeds=mean&points=all").json()
    assert found["selection"]["n"] == 4
    assert found["selection"]["diverged"] == 1
    assert found["seeds"]["awaited"] == 20
    assert found["error"] == [20, 20.5, 21]


def test_means_over_seeds_are_asked_for_by_name_and_of_an_edf(client, create):
    a = create(3)
    nothing = client.get(f"{API}/populations/{a}/edf?seeds=mean").json()
    assert (nothing["selection"]["n"], nothing["seeds"]["networks"]) == (0, {})
    for path in ("edf?seeds=median", "ranges?seeds=mean"):
        refused = client.get(f"{API}/populations/{a}/{path}")
        assert refused.status_code == 422
        assert refused.json()["detail"][0]["field"] == "seeds"


def test_noise_is_told_by_thirds_of_the_error(client, create, record):
    errors = np.geomspace(5, 50, 24)
    a = create(24, name="seed 0")
    record(errors)
    create(24, name="seed 1", training_seed=1)
    record(errors * np.exp(np.repeat([0.01, 0.02, 0.04], 8)))
    [one] = client.get(f"{API}/stability?side={a}").json()
    found = one["noise"]["by_error"]
    # Every difference of a third is equal: its robust sd is 1.4826 / sqrt(2) of it.
    for third, moved in zip(found, (0.01, 0.02, 0.04), strict=True):
        assert third["noise"]["estimate"] == pytest.approx(
            1.4826 / np.sqrt(2) * moved, rel=1e-3
        )
        assert third["noise"]["n"] == 8


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_p_of_a_matched_pair_is_that_of_the_interval_beside_it(lasting, two, pairs):
    a, b = two
    chosen = sides.sides(Snapshots(lasting), [str(a), str(b)], fewest=2)
    level = 1 - 0.05 / pairs
    found = adjusted.adjusted(*chosen, ["depth"], level=level)
    # One p on each side of .05, and between .05 / 3 and .05: there the two would disagree.
    for p, lo in ((0.01, 0.52), (0.03, 0.51 if pairs == 1 else 0.49), (0.2, 0.4)):
        theta = replace(found.matched.theta, value=0.66, lo=lo, hi=0.8, reason=None)
        told = replace(found, matched=replace(found.matched, theta=theta, p=p))
        said = str(matched.winner(told, "A", "B", (0, 1), pairs))
        adjusted_p = float(re.search(r"p = ([0-9.]+)", said)[1])
        assert (adjusted_p < 0.05) == (lo > 0.5), said
        assert ("one of 3 pairs: times 3" in said) == (pairs == 3)


def test_nothing_measured_has_answers_too(client, create):
    a = create(3)
    assert client.get(f"{API}/comparison/matched?side={a}&side={a}").json()["reason"]
    assert client.get(f"{API}/efficiency?side={a}").json()[0]["best"] == []
    assert client.get(f"{API}/stability?side={a}").json()[0]["noise"] is None


def test_fifty_comparisons_of_one_person_hold_up_nobody_else(lasting, two, monkeypatch):
    a, b = two
    at_work, goes_on = [], threading.Event()
    one, other = sides.sides(Snapshots(lasting), [str(a), str(b)], fewest=2)
    answer = adjusted.adjusted(one, other, ["depth"])

    def slowly(*given):
        at_work.append(given)
        assert goes_on.wait(20)
        return answer

    monkeypatch.setattr(adjusted, "adjusted", slowly)

    async def ask():
        settings = Settings(database_url=lasting.url, broker_url="redis://127.0.0.1:1/0")
        transport = httpx.ASGITransport(create_app(settings))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8050"
        ) as client:
            address = f"{API}/comparison/matched?side={a}&side={b}"
            matched = [asyncio.create_task(client.get(address)) for _ in range(50)]
            while len(at_work) < 2:
                await asyncio.sleep(0.01)
            others = await client.get(f"{API}/populations/{a}/edf")
            together = len(at_work)
            goes_on.set()
            return others, together, await asyncio.gather(*matched)

    others, together, matched = loops.run(ask())
    assert others.status_code == 200
    assert together == 2
    assert {one.status_code for one in matched} == {200}
