"""The client against a real server: what it reads, makes and waits for."""

import threading

import httpx
import numpy as np
import pandas as pd
import pytest
from served import Served

import netspace_client
from population.population import Status

N = 24
ERRORS = [*np.random.default_rng(0).normal(10, 2, N - 2).round(2), float("inf"), None]


class Counted(httpx.HTTPTransport):
    """The way to the server, and each request and its status."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def handle_request(self, request):
        response = super().handle_request(request)
        self.asked.append((request.method, request.url.path, response.status_code))
        return response


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server with a measured population, A, and one that waits, B."""
    served = Served(tmp_path_factory.mktemp("client") / "netspace.db")
    served.measured("A", *ERRORS)
    served.create("B", 4, seed=9, training_seed=9)
    served.start()
    yield served
    served.close()


@pytest.fixture
def way():
    return Counted()


@pytest.fixture
def lab(served, way):
    with netspace_client.connect(served.url, transport=way) as lab:
        yield lab


@pytest.fixture
def a(lab):
    return lab.population("A")


def test_populations_are_listed_and_found_by_name_and_id(lab):
    listed = lab.populations()
    assert [one.name for one in listed][:2] == ["A", "B"]
    first = lab.population("A")
    assert lab.population(first.id).id == first.id == listed[0].id
    assert (first.n, first.progress.done, first.progress.failed) == (N, N - 1, 1)
    assert first.windows == {"flops": "100k..300k"}
    with pytest.raises(netspace_client.NotFound, match="no population 999"):
        lab.population(999)


def test_columns_are_one_request_and_then_one_that_moves_nothing(a, way):
    way.asked.clear()
    columns = a.columns()
    path = f"/api/v1/populations/{a.id}/columns"
    assert way.asked == [("GET", path, 200)]
    assert a.columns() is columns
    assert way.asked[1:] == [("GET", path, 304)]
    assert (columns.n, columns.name, columns.prefix) == (N, "A", N)


def test_columns_are_what_was_measured(a):
    columns = a.columns().in_launch_order()
    measured = columns["status"] == Status.MEASURED
    assert measured.sum() == N - 2
    assert sorted(columns["error"][measured]) == pytest.approx(sorted(ERRORS[: N - 2]))
    assert [*columns.failures[columns["status"] == Status.FAILED]] == ["out_of_memory"]
    assert np.isinf(columns["error"][columns["status"] == Status.DIVERGED]).all()
    assert ((columns["flops"] >= 100e3) & (columns["flops"] <= 300e3)).all()
    assert isinstance(a.to_pandas(), pd.DataFrame)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("rows.csv", pd.read_csv),
        ("rows.parquet", pd.read_parquet),
        ("rows.ARROW", pd.read_feather),
    ],
)
def test_networks_are_saved_in_the_form_that_the_name_ends_in(a, tmp_path, name, read):
    path = a.save(tmp_path / name, {"error": "..11"}, sort="-error", columns=["error"])
    passing = sorted((e for e in ERRORS[: N - 2] if e <= 11), reverse=True)
    assert read(path)["error"].tolist() == passing
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_file_that_is_refused_leaves_what_was_there(a, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("mine")
    with pytest.raises(netspace_client.Refused, match="w9"):
        a.save(path, {"w9": 5})
    assert path.read_text() == "mine"
    assert [*tmp_path.iterdir()] == [path]
    with pytest.raises(ValueError, match=r"\.csv, \.parquet, \.arrow, got 'rows.xlsx'"):
        a.save("rows.xlsx")


def test_the_edf_is_the_fraction_of_networks_with_error_below_e(a):
    # arXiv 2003.13678, equation 1; a diverged network counts as infinitely wrong.
    edf = a.edf(points=11)
    finite = np.array(ERRORS[: N - 2])
    below = [(finite < e).sum() / (N - 1) for e in edf.error]
    # The first point is the least error and the last the largest: F from below there.
    assert edf.share == pytest.approx(below)
    assert edf.selection.n == N - 1
    assert (edf.selection.diverged, edf.selection.failed) == (1, {"out_of_memory": 1})
    assert (edf.band.lower <= edf.share).all()


def test_constraints_choose_networks_as_they_do_in_the_columns(a):
    depth = a.columns()["depth"]
    edf = a.edf({"depth": (None, float(np.median(depth)))}, points="all", level=0.9)
    assert edf.selection.passing == (depth <= np.median(depth)).sum()
    assert edf.band.level == 0.9


def test_best_ranges_of_columns_and_of_pairs(a):
    found = a.best_ranges({"depth": "1.."}, columns=["depth", "flops"], pairs=[("w0", "wa")])
    assert [*found.ranges] == ["depth", "flops"]
    depth = found.ranges["depth"]
    assert depth.lo <= depth.median <= depth.hi
    assert found.pairs["w0:wa"].n == depth.n
    assert a.best_ranges({"depth": 10**6}).ranges["depth"] is None  # below 20 networks


def test_sides_are_compared(lab, a):
    median = float(np.median(a.columns()["depth"]))
    found = lab.compare(a.where(depth=(None, median)), a, cut=20)
    (pair,) = found.pairs
    assert (pair.a, pair.b) == (0, 1)
    assert found.sides[1].selection.n == N - 1
    assert found.cut == 20
    assert pair.theta.lower <= pair.theta.estimate <= pair.theta.upper
    with pytest.raises(netspace_client.Refused) as error:
        lab.compare(a)
    assert error.value.field == "side"


def test_a_refusal_says_field_value_and_what_is_allowed(a):
    with pytest.raises(netspace_client.Refused) as error:
        a.edf({"depht": "5..8"})
    assert error.value.field == "depht"
    assert "depth" in error.value.allowed
    with pytest.raises(netspace_client.Refused) as error:
        a.edf(points=1)
    assert (error.value.field, error.value.value) == ("points", "1")
    with pytest.raises(ValueError, match="level is an option here"):
        a.edf({"level": "1"})


def test_a_population_is_made_once_for_a_key(lab):
    given = {"windows": {"flops": "100k..300k"}, "seed": 5, "training_seed": 5, "key": "once"}
    made, again = (
        lab.create_population("C", "RegNetX small", "digits", 3, **given) for _ in range(2)
    )
    assert made.id == again.id
    assert sum(one.name == "C" for one in lab.populations()) == 1
    assert made.extend(1).n == 4
    with pytest.raises(netspace_client.Conflict):
        lab.create_population("C", "RegNetX small", "digits", 3, seed=6)
    assert made.pause().progress.paused == 4
    assert made.resume().progress.queued == 4


def test_spaces_and_regimes_are_defined_by_what_was_read(lab):
    space, regime = lab.space("RegNetX small"), lab.regime("digits")
    mine = lab.create_space("mine", space.space, refined_from=space.id)
    assert (mine.space, mine.refined_from) == (space.space, space.id)
    assert lab.create_regime("also mine", regime.regime | {"epochs": 3}).regime["epochs"] == 3
    assert "mine" in [one.name for one in lab.spaces()]
    assert "also mine" in [one.name for one in lab.regimes()]


def test_waiting_ends_when_the_last_network_is_measured(served, lab, capsys):
    id = served.create("D", 3, seed=7, training_seed=7)
    population = lab.population(id)
    with pytest.raises(TimeoutError):
        population.wait(progress=False, timeout=0.5)
    trainer = threading.Thread(target=served.record, args=(9.0, 10.0, 11.0), kwargs={"of": id})
    trainer.start()
    ended = population.wait(timeout=60)
    trainer.join()
    assert (ended.progress.done, ended.progress.complete) == (3, True)
    assert capsys.readouterr().err.splitlines()[-1].startswith("D: 3 of 3")
    columns = population.columns()
    assert columns["error"] == pytest.approx([9, 10, 11])
    assert columns.version == ended.version


def test_who_waits_for_a_population_that_is_deleted_is_told(lab, served):
    population = lab.population(served.create("F", 2, seed=9, training_seed=9))
    deleting = threading.Timer(1, lab.connection.delete, [f"/populations/{population.id}"])
    deleting.start()
    with pytest.raises(netspace_client.NotFound, match="'F' was deleted"):
        population.wait(progress=False, timeout=60)
    deleting.join()


def test_events_tell_the_state_of_every_population_first(lab, served):
    told = {}
    for activity in lab.events():
        told[activity.population] = activity
        if len(told) >= 2:
            break
    assert told[lab.population("A").id].progress.ended


def test_who_watches_goes_on_through_a_server_that_starts_again(served, lab):
    id = served.create("E", 2, seed=8, training_seed=8)
    watched = lab.population(id).watch()
    assert next(watched).progress.done == 0
    served.stop()
    served.record(9.0, 10.0, of=id)
    served.start()
    assert next(watched).progress.done == 2
    assert lab.population(id).progress.ended
