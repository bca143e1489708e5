"""The pages inside the web process: Dash corrected, scripts, the drawer, the form, exports."""

import asyncio
import csv
import inspect
import json
import os
import re
import shutil
import time

import httpx
import loops
import numpy as np
import pytest
from dash import no_update
from fastapi import FastAPI
from fastapi.testclient import TestClient

import dashboard.app
from dashboard import exports, scripts
from dashboard.pages.create import arrival, asking, listing, plan, refine
from dashboard.pages.network import drawer
from dashboard.scripts import ASSETS
from dashboard.sources import Sources
from db.session import Database
from designspace.laws.laws import Choice
from designspace.networks.network import Network
from designspace.regimes import DIGITS
from designspace.spaces.cells.nasbench201 import NasBench201
from designspace.spaces.presets import PRESETS
from designspace.spaces.regnet import RegNet
from jobs.messages import Epoch, Failed, Finished
from jobs.queue import Queue
from netspace.settings import Settings
from netspace.web import create_app
from services.defining import regimes, spaces
from services.errors import Refused
from services.processes import Processes
from services.reading import networks
from services.reading.snapshots import Snapshots
from services.sampling import populations, records
from services.sampling.populations import Spec
from services.sampling.samplers import Samplers
from services.turns import Turns
from services.work import leases, results

UPDATE = "/app/_dash-update-component"
STUDY = 1
"""The id of the study's population."""


def sources_of(database):
    queue = Queue("redis://127.0.0.1:1/0")
    printers = Processes("figures are written", 1)
    turns = Turns("statistics")
    return Sources(database, Snapshots(database), queue, Samplers(20), turns, printers)


@pytest.fixture
def database(sqlite):
    """Pages are of one shape on either database; what they ask is tested on both."""
    return sqlite


@pytest.fixture
def sources(database):
    """A database of the test's own, to write to."""
    sources = sources_of(database)
    yield sources
    sources.queue.close()


@pytest.fixture(scope="module")
def study(migrated, tmp_path_factory):
    """Thirty networks of errors 5 .. 34, the third failed, the fourth diverged; to read."""
    file = tmp_path_factory.mktemp("study") / "netspace.db"
    file.write_bytes(migrated.read_bytes())
    study = sources_of(Database(f"sqlite:///{file}"))
    with study.database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    spec = Spec("study", space, regime, 30, {"flops": "100k..300k"})
    assert populations.create(study.database, spec) == STUDY
    with study.database.durable() as session:
        for i in range(30):
            record(session, i)
    yield study
    study.queue.close()
    study.database.dispose()


def record(session, i):
    claim = leases.claim(session, "train", "a worker", 30)
    results.record_epoch(session, claim, Epoch(epoch=1, loss=2, error=50, seconds=0.5))
    if i == 2:
        failed = Failed(failure="out_of_memory", detail="needs 3 GB\nhas 2 GB")
        results.record_failure(session, claim, failed, False, 1)
    else:
        quantities = {"diverged": 1.0} if i == 3 else {"error": 5.0 + i}
        finished = Finished(quantities=quantities, conditions={"device": "cpu"})
        results.record(session, claim, finished)


def application(database):
    """REST and pages, without a broker."""
    return create_app(Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0"))


@pytest.fixture(scope="module")
def client(study):
    with TestClient(
        application(study.database), "http://127.0.0.1:8050", follow_redirects=False
    ) as client:
        yield client


def body_of(known, output, **given):
    """What the browser sends to call a callback; inputs that are not given are empty."""
    [callback] = [
        one for one in known if output in one["output"] and not one["clientside_function"]
    ]
    outputs = [
        dict(zip(("id", "property"), one.split("@")[0].rsplit(".", 1), strict=True))
        for one in callback["output"].strip(".").split("...")
    ]
    several = callback["output"].startswith("..")
    filled = {
        part: [one | {"value": given.get(one["id"])} for one in callback[part]]
        for part in ("inputs", "state")
    }
    return filled | {
        "output": callback["output"],
        "outputs": outputs if several else outputs[0],
        "changedPropIds": [f"{one['id']}.{one['property']}" for one in callback["inputs"]],
    }


def ask(client, output, **given):
    """The answer of a callback."""
    known = client.get("/app/_dash-dependencies").json()
    return client.post(UPDATE, json=body_of(known, output, **given))


# ---------------------------------------------------------------- the corrections


@pytest.mark.parametrize("path", ["/api/nope", "/api/v1/nope", "/nope"])
def test_an_unknown_path_of_the_api_is_a_json_404_with_the_pages_mounted(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    ["nope", "new/nope", "figures/nope.html", "_dash-nope", "_dash-nope/x", "assets/nope.js"],
)
def test_an_unknown_path_below_the_pages_is_not_found(client, path):
    assert client.get(f"/app/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/app/", "/app/new", "/app/new?space=1"])
def test_every_page_has_a_deep_link(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "_dash-config" in answer.text


def test_the_root_leads_to_the_pages(client):
    assert client.get("/").headers["location"] == "/app/"


def test_every_callback_is_a_coroutine_function(study):
    # A plain def would run on the server's event loop and hold up every request.
    app = dashboard.app.mount(FastAPI(), study)
    served = {
        id: known["callback"] for id, known in app.callback_map.items() if "callback" in known
    }
    assert len(served) >= 6
    for id, callback in served.items():
        assert inspect.iscoroutinefunction(callback), id
        assert inspect.iscoroutinefunction(inspect.unwrap(callback)), id


def test_dash_is_set_up_at_start_not_by_the_first_person_s_request(study):
    app = dashboard.app.mount(FastAPI(), study)
    assert app._got_first_request["setup_server"]
    assert "network-told" in str(list(app.callback_map))


def test_what_fails_in_a_callback_is_told_at_the_page(client, caplog, monkeypatch):
    def fail(*_):
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(drawer.networks, "get", fail)
    answer = ask(client, "network-told", picked={"population": STUDY, "network": 1})
    assert answer.status_code == 200
    told = answer.json()["sideUpdate"]["problem"]
    assert told == {"children": "RuntimeError: the disk is on fire", "hidden": False}
    assert "a callback failed" in caplog.text


def test_a_network_that_is_not_there_is_told_in_its_drawer(client):
    answer = ask(client, "network-told", picked={"population": 99, "network": 1}).json()
    assert "sideUpdate" not in answer
    assert "no population 99" in str(answer["response"]["network-told"])


def test_a_callback_that_takes_long_does_not_hold_up_a_request(study, monkeypatch):
    asked = {"population": STUDY, "network": 1}
    read, began = drawer.networks.get, []

    def slow(*given):
        began.append(time.monotonic())
        time.sleep(1)
        return read(*given)

    monkeypatch.setattr(drawer.networks, "get", slow)

    async def both():
        transport = httpx.ASGITransport(application(study.every_database))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8050"
        ) as client:
            known = (await client.get("/app/_dash-dependencies")).json()
            body = body_of(known, "network-told", picked=asked)
            waiting = asyncio.create_task(client.post(UPDATE, json=body))
            while not began:
                await asyncio.sleep(0.01)
            await client.get("/app/_dash-dependencies")
            quick = time.monotonic()
            answer = await waiting
            return quick, time.monotonic(), answer

    quick, done, answer = loops.run(both())
    assert answer.status_code == 200
    assert done - began[0] >= 1
    assert quick < done - 0.3


# ---------------------------------------------------------------- the page's scripts


def imported(entry):
    """A module and what it imports at once."""
    found, waiting = set(), [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            text = (ASSETS / name).read_text()
            for path in re.findall(r'(?:from|^import) "(.*?)";', text, re.MULTILINE):
                waiting.append(os.path.normpath(os.path.join(os.path.dirname(name), path)))
    return found


def preloaded(index):
    return re.findall(r'<link rel="modulepreload" href="/app/assets/\w+/(.*?)">', index)


def test_the_index_loads_the_entry_and_names_every_module_that_it_imports(client):
    index = client.get("/app/").text
    ours = re.findall(r'<script [^>]*src="/app/assets/\w+/(\w+.js)">', index)
    assert ours == ["trusted.js", "callbacks.js"]
    assert index.index("trusted.js") < index.index("_dash-component-suites")
    assert sorted(preloaded(index)) == sorted(imported("main.mjs"))


def test_a_page_begins_without_the_libraries_that_first_curves_do_not_need(client):
    index = client.get("/app/").text
    run = re.findall(r'<script src="[^"]*/_dash-component-suites/([^"]*)"', index)
    assert any("dash_mantine_components" in path for path in run)
    assert not [path for path in run if re.search("polyfill|dash_ag_grid|dash_table", path)]
    late = re.findall(r'<link rel="prefetch" as="script" href="([^"]*)">', index)
    assert [re.search(r"polyfill|dash_ag_grid", path)[0] for path in late] == [
        "polyfill",
        "dash_ag_grid",
    ]
    assert [client.get(path).status_code for path in late] == [200, 200]


def test_explore_alone_says_beforehand_what_it_asks_for_first(client):
    early = '<link rel="preload" as="fetch" crossorigin href="/api/v1/populations">'
    assert early in client.get("/app/").text
    assert early not in client.get("/app/queue").text


@pytest.mark.parametrize(
    ("page", "entry"), [("trends", "trends/view.mjs"), ("new", "create/form.mjs")]
)
def test_a_page_s_index_names_the_modules_of_its_own_too(client, page, entry):
    names = preloaded(client.get(f"/app/{page}").text)
    assert sorted(names) == sorted(imported("main.mjs") | imported(entry))
    assert not {entry} & imported("main.mjs")


def test_every_module_comes_with_a_page(client):
    pages = [client.get(f"/app/{page}").text for page in dashboard.app.PAGES]
    named = {name for index in pages for name in preloaded(index)}
    there = {path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*.mjs")}
    assert there - named == {"live/worker.mjs"}  # a browser's tabs share it


def test_a_module_is_read_once_and_another_version_of_any_lies_elsewhere(
    client, monkeypatch, tmp_path
):
    [path] = re.findall(r'href="(/app/assets/\w+)/base/format.mjs"', client.get("/app/").text)
    answer = client.get(f"{path}/base/format.mjs")
    assert "javascript" in answer.headers["content-type"]
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(f"{path}/style.css").status_code == 200
    assert "immutable" not in client.get("/app/assets/style.css").headers.get(
        "cache-control", ""
    )
    changed = shutil.copytree(ASSETS, tmp_path / "assets")
    monkeypatch.setattr(scripts, "ASSETS", changed)
    assert f'src="{path}/callbacks.js"' in scripts.mount(FastAPI(), "/app/assets").last
    (changed / "engine" / "slot.mjs").write_text("export const other = 1;")
    assert scripts.mount(FastAPI(), "/app/assets").at != path


def test_dash_calls_nothing_in_the_browser_but_what_the_entry_exports(client):
    called = [
        (one["clientside_function"]["namespace"], one["clientside_function"]["function_name"])
        for one in client.get("/app/_dash-dependencies").json()
        if one["clientside_function"]
    ]
    entry = (ASSETS / "main.mjs").read_text()
    names = ", ".join(re.findall(r"^export \{(.*?)\}", entry, re.MULTILINE)).split(", ")
    exported = {name.split(" as ")[-1].strip() for name in names}
    exported |= {*re.findall(r"^export const (\w+)", entry, re.MULTILINE)}
    assert {namespace for namespace, _ in called} == {"netspace"}
    assert {name for _, name in called} == exported


def test_no_script_of_the_page_adds_a_global():
    # What a module declares is its own; all that is set on the window is what Dash looks for.
    written = re.compile(r"(?:window|globalThis|self)\.(\w+)(?:\.\w+)? (?:\?\?)?= ")
    found = {
        (path.name, name)
        for path in ASSETS.rglob("*.*js")
        for name in written.findall(path.read_text())
    }
    assert found == {
        ("callbacks.js", "dash_clientside"),
        ("told.mjs", "dash_stores"),
        ("worker.mjs", "onconnect"),
    }
    assert sorted(path.name for path in ASSETS.rglob("*.js")) == ["callbacks.js", "trusted.js"]
    assert all(len(path.read_text().splitlines()) < 25 for path in ASSETS.rglob("*.js"))


# ---------------------------------------------------------------- the drawer


def sheet(sources, population, ordinal):
    drawn = sources.snapshots.get(population).population
    picked = {"population": population, "network": int(drawn.ids[ordinal])}
    return picked, drawer.contents(sources, "/", picked, "dark")


def words(component):
    """All text in components, in reading order."""
    if isinstance(component, str):
        return component
    if isinstance(component, list):
        return " ".join(" ".join(words(part) for part in component).split())
    return words(getattr(component, "children", None) or [])


def test_a_network_is_shown_with_its_error_line_widths_and_history(client, study):
    picked, shown = sheet(study, STUDY, 0)
    told = words(shown["told"])
    assert "5.00 %" in told
    assert "number 1 of the sampling order" in told
    record = client.get(shown["json"]).json()
    assert record["id"] == picked["network"]
    assert shown["title"][1].children == record["hash"]
    line, quantised, built = shown["widths"].data
    assert line.y.tolist() == record["line_widths"]
    assert quantised.y.tolist() == record["quantised_widths"]
    assert built.y.tolist() == record["compatible_widths"]
    assert shown["learning"].data[0].y == (50,)
    history = words(shown["record"])
    assert all(word in history for word in ("claimed", "done", "a worker", "cpu"))


def test_a_failed_network_says_why_and_a_diverged_one_how_it_counts(study):
    failed = words(sheet(study, STUDY, 2)[1]["told"])
    assert "out of memory" in failed
    assert "has 2 GB" in failed
    assert "infinite error" in words(sheet(study, STUDY, 3)[1]["told"])


def test_a_waiting_and_a_running_network_say_so(database, sources, create):
    id = create(2)
    with database.durable() as session:
        leases.claim(session, "train", "a worker", 30)
    assert "training now on a worker" in words(sheet(sources, id, 0)[1]["told"])
    waiting = sheet(sources, id, 1)[1]
    assert "waits in the queue" in words(waiting["told"])
    assert waiting["no_curve"]


def test_drawn_and_built_values_are_told_apart_where_they_differ(sources, create):
    id = create(60)
    drawn = sources.snapshots.get(id).population
    differ = drawn.columns["group_width"] != drawn.columns["effective_group_width_1"]
    [row, *_] = np.flatnonzero(differ)
    before, after = (
        int(drawn.columns[name][row]) for name in ("group_width", "effective_group_width_1")
    )
    assert f"{before} → " in words(sheet(sources, id, row)[1]["told"])
    assert after < before


# ---------------------------------------------------------------- New population


def form(**changed):
    fields = {
        "name": "mine",
        "space": "1",
        "json": plan.written(PRESETS["RegNetX small"]),
        "space_name": "",
        "regime": "1",
        "flops": "100k..300k",
        "params": "",
        "activations": "",
        "n": 5,
        "seed": 3,
        "training_seed": 0,
    }
    return fields | changed


def stored(sources):
    """How many spaces and populations there are."""
    with sources.database.read() as session:
        return len(spaces.every(session)), len(records.every(session))


def test_all_networks_of_a_small_space_are_counted_in_the_preview_and_created(sources, defined):
    cells = NasBench201(operation=Choice(choices=(2, 4)), width=4, cells=1)
    given = form(json=plan.written(cells), space_name="cells", take="all", flops="", n="")
    shown = asking.previewed(sources, given, "light")
    assert not any(shown["errors"].values())
    assert "64 of 64 networks of the space" in str(shown["acceptance"])
    begun = asking.started(sources, given)
    with sources.database.read() as session:
        made = records.get(session, begun["started"]["population"])
    assert (made.n, made.whole) == (64, True)


def test_all_networks_of_a_large_space_are_refused_at_the_choice(sources, defined):
    assert listing.choices(PRESETS["RegNetX small"])[1]["disabled"]
    assert "drawn, not listed" in listing.note(PRESETS["RegNetX small"])
    assert listing.choices(PRESETS["NATS size"])[1]["label"].startswith("all 32,768")
    for answer in (
        asking.previewed(sources, form(take="all"), "light"),
        asking.started(sources, form(take="all")),
    ):
        assert "give a number of them" in answer["errors"]["take"]


def test_a_chain_is_stored_link_by_link_and_says_which_was_refused(sources, defined):
    given = form(name="chained", flops="100k..400k", regimes=2)
    begun = asking.started(sources, given)
    with sources.database.read() as session:
        made = [records.get(session, id) for id in begun["started"]["chain"]]
    assert [one.windows["flops"] for one in made] == ["100k..200k", "200k..400k"]
    assert [one.seed for one in made] == [3, 4]
    asking.started(sources, form(name="taken · 200k..400k"))
    again = asking.started(sources, given | {"name": "taken"})
    assert again["message"].startswith("1 of 2 were stored, 200k..400k was not")
    assert "taken" in again["errors"]["name"]


def test_a_preview_is_a_real_sample_whose_networks_the_population_begins_with(sources, defined):
    before = stored(sources)
    shown = asking.previewed(sources, form(n=1000), "light")
    assert set(shown["errors"].values()) == {None}
    assert stored(sources) == before
    begun = asking.started(sources, form())
    id = begun["started"]["population"]
    with sources.database.read() as session:
        record = records.get(session, id)
    assert (record.n, record.seed, record.windows) == (5, 3, {"flops": "100k..300k"})
    assert record.tried == record.n + sum(record.refused.values())
    drawn = sources.snapshots.get(id).population
    assert [len(trace.y) for trace in shown["widths"].data[:5]] == drawn.columns[
        "depth"
    ].tolist()
    accepted, tried = re.search(
        r"accepted: ([\d,]+) of ([\d,]+) candidates", words(shown["acceptance"])
    ).groups()
    assert accepted == "100"
    rate = 100 / int(tried.replace(",", ""))
    assert 0.01 < rate < 0.1  # about 4.5 % of this space's candidates lie in this window


def test_an_edited_space_is_stored_with_its_population(sources, defined):
    edited = '{"family": "regnet", "strides": [1, 2, 2], "depth": [3, 12], "wm": [2, 3]}'
    before = stored(sources)
    begun = asking.started(
        sources, form(json=edited, space_name="shallow", flops="", name="new one")
    )
    assert stored(sources) == (before[0] + 1, before[1] + 1)
    with sources.database.read() as session:
        record = records.get(session, begun["started"]["population"])
        space = spaces.get(session, record.space_id)
    assert space.name == "shallow"
    assert space.space == RegNet(strides=(1, 2, 2), depth=[3, 12], wm=[2, 3])


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"flops": "5..3"}, "flops", "'5..3': the range is reversed"),
        ({"params": "lots"}, "params", "is not a number such as"),
        ({"flops": "1..2", "n": 3}, "n", "0 distinct networks in 200,000 candidates"),
        ({"n": 0}, "n", "'0': a whole number from 1 to 100,000"),
        ({"n": "many"}, "n", "'many': a whole number"),
        ({"n": 1.5}, "n", "whole number"),
        ({"seed": -1}, "seed", "'-1': a whole number from 0"),
        ({"training_seed": ""}, "training_seed", "whole number"),
        ({"name": " "}, "name", "a name of 1 to 100 characters"),
        ({"name": "study"}, "name", "population 'study' exists"),
        ({"regime": None}, "regime", "pick a regime"),
        ({"regime": "99"}, "regime", "no regime 99"),
        ({"json": "{"}, "json", "Invalid JSON"),
        (
            {"json": '{"family": "regnet", "colour": 1}'},
            "json",
            "colour: there is no such field",
        ),
        ({"json": '{"family": "regnet", "colour": 1}'}, "json", "only family, stem, strides"),
        ({"json": '{"family": "regnet", "depth": [9, 3]}'}, "json", "reversed range 9..3"),
        ({"json": '{"family": "nope"}'}, "json", "'anynet', 'regnet'"),
        ({"json": '{"family": "anynet"}'}, "space_name", "for the edited space"),
        (
            {"json": '{"family": "anynet"}', "space_name": "RegNetX small"},
            "space_name",
            "exists",
        ),
        (
            {"json": '{"family": "anynet"}', "space_name": "x", "name": "study"},
            "name",
            "exists",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_stored(study, changed, field, said):
    before = stored(study)
    answer = asking.started(study, form(**changed))
    assert said in answer["errors"][field]
    assert stored(study) == before
    assert answer["started"] is no_update


def test_a_preview_tells_a_wrong_window_and_a_window_that_nothing_passes(study):
    wrong = asking.previewed(study, form(flops="5..3"), "light")
    assert "the range is reversed" in wrong["errors"]["flops"]
    empty = asking.previewed(study, form(flops="1..2"), "light")
    assert "No network in 200,000 candidates" in words(empty["acceptance"])
    assert len(empty["widths"].data) == 0


def test_the_form_begins_like_the_link_s_space_and_with_a_seed_of_its_own(sources, create):
    empty = dict.fromkeys(arrival.FILLED)
    create(1, name="a")
    create(1, name="b", seed=1, windows={"flops": "150k..250k"})
    filled = arrival.filled(sources, "?space=1", empty)
    assert (filled["space"], filled["seed"], filled["flops"]) == ("1", 2, "150k..250k")
    other = arrival.filled(sources, "?space=2", empty | {"space": "1", "flops": "1k"})
    assert (other["space"], other["seed"], other["flops"]) == ("2", 0, "150k..250k")
    kept = arrival.filled(sources, "", empty | {"space": "1", "flops": "1k", "seed": 7})
    assert {kept[name] for name in ("space", "flops", "seed")} == {no_update}


@pytest.mark.parametrize("name", PRESETS)
def test_a_space_in_the_form_reads_back_as_itself(name):
    space = PRESETS[name]
    read = plan.read(form(json=plan.written(space)), space)
    assert read.space is None
    assert read.problems == {}


# ---------------------------------------------------------------- figures for download


@pytest.mark.parametrize("figure", ["edf", "scatters", "widths"])
def test_a_figure_is_a_page_that_works_offline(client, figure):
    answer = client.get(f"/app/figures/{figure}.html?population={STUDY}&theme=dark")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "plotly.js v" in answer.text
    assert "<script src=" not in answer.text
    assert "population-1-version-30-" in answer.headers["content-disposition"]


@pytest.mark.parametrize("width", ["one", "two"])
@pytest.mark.parametrize(
    "path",
    [
        "edf.json?population=1",
        "scatters.json?population=1&columns=depth,wa",
        "widths.json?population=1&best=4",
        "matters.json?population=1&gamma=0.3",
        "parallel.json?population=1&axes=depth,-wa,error&colour=flops&select=depth=..6",
        "parallel.json?population=1&depth=99..",
        "trends-ranges.json?side=1&bins=3&paper=members",
        "compare-edf.json?side=1&side=1;depth=5..",
        "compare-matched.json?side=1&side=1;depth=5..",
        "compare-efficiency.json?side=1&side=1;depth=5..",
        "network-widths.json?population=1&network=1",
    ],
)
def test_a_figure_for_a_paper_says_its_width_version_and_day(client, width, path):
    answer = client.get(f"/app/figures/{width}/{path}")
    assert answer.status_code == 200, answer.text
    about = answer.json()
    assert about["mm"] == {"one": 89, "two": 183}[width]
    assert about["figure"]["layout"]["width"] == about["width"]
    said = about["figure"]["layout"]["title"]["subtitle"]["text"].replace("<br>", " ")
    assert re.search(r"\d{4}-\d\d-\d\d · netspace · ", said)
    assert "scattergl" not in answer.text  # which the policy of pages lets draw nothing


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("three/edf.json?population=1", "width"),
        ("one/edf.xml?population=1", "form"),
        ("one/matters.json?population=1&gamma=2", "gamma"),
        ("one/parallel.json?population=1&axes=depth", "axes"),
        ("one/parallel.json?population=1&axes=depth,wings", "axes"),
        ("one/parallel.json?population=1&colour=wings", "colour"),
        ("one/parallel.json?population=1&select=wings=2", "wings"),
        ("one/parallel.json?population=1&lasso=wa,error;1,2;3,4", "lasso"),
        ("one/parallel.json?population=1&lasso=wa,wings;1,2;3,4;5,9", "lasso"),
        ("one/trends-ranges.json?side=1&bins=99", "bins"),
        ("one/speed-times.json?population=1&time=nope", "time"),
        ("one/compare-edf.json?side=1&side=1&method=x", "method"),
    ],
)
def test_a_wrong_figure_for_a_paper_names_the_field(client, path, field):
    answer = client.get(f"/app/figures/{path}")
    assert answer.status_code == 422
    assert field in [one["field"] for one in answer.json()["errors"]]


def test_the_numbers_of_parallel_coordinates_are_rest_s_with_what_is_selected(client):
    """Thirty networks of which one has failed: it has no error, and is there all the same."""
    rest = csv.DictReader(
        client.get("/api/v1/populations/1/networks.csv?depth=3..").text.split()
    )
    asked = "population=1&depth=3..&axes=depth,-wa,error&select=wa=..20&colour=flops"
    own = csv.DictReader(client.get(f"/app/figures/one/parallel.csv?{asked}").text.split())
    rows = list(own)
    named = ("id", "depth", "wa", "error", "flops")
    assert list(rows[0]) == [*named, "selected", "drawn"]
    told = {row["id"]: row for row in rest}
    assert sorted(told) == sorted(row["id"] for row in rows)
    for row in rows:
        assert [row[name] for name in named] == [told[row["id"]][name] for name in named]
        assert row["selected"] == str(int(float(row["wa"]) <= 20))
        assert row["drawn"] == "1"
    errors = [float(row["error"] or "nan") for row in rows]
    assert errors[:-1] == sorted(errors[:-1])
    assert np.isnan(errors[-1])


def test_a_lasso_in_a_link_selects_the_networks_inside_it(client):
    lasso = "lasso=wa:log,error;1,5.5;1000,5.5;1000,15.5;1,15.5"
    asked = f"population=1&axes=wa,error&{lasso}&select=wa=..20"
    rows = csv.DictReader(client.get(f"/app/figures/one/parallel.csv?{asked}").text.split())
    for row in rows:
        inside = row["error"] != "" and 5.5 < float(row["error"]) < 15.5
        inside &= float(row["wa"]) <= 20
        assert (row["selected"] == "1") == inside, row


def test_a_pdf_is_written_of_a_figure_and_of_nothing_else(client):
    opened = '<svg xmlns="http://www.w3.org/2000/svg" width="89mm" height="50mm">'
    good = client.post("/app/figures/pdf", json={"svg": f"{opened}</svg>", "title": "EDF"})
    assert good.headers["content-type"] == "application/pdf"
    assert good.content.startswith(b"%PDF-")
    bad = client.post("/app/figures/pdf", json={"svg": f"{opened}<script/></svg>"})
    assert bad.status_code == 422
    assert "shapes and text" in bad.json()["errors"][0]["message"]


def test_the_exported_curve_has_the_numbers_of_rest(client, study):
    texts = {"depth": "3..6", "bottleneck_ratio": "1,2"}
    rest = client.get(f"/api/v1/populations/{STUDY}/edf", params=texts | {"points": "all"})
    passing, whole = exports.sets(study.snapshots.get(STUDY), texts)
    figure = exports.edf_figure(passing, whole)
    lower, upper, curve = figure.data[1:]
    assert curve.x[1:-1].tolist() == rest.json()["error"]
    assert curve.y[1:-1].tolist() == rest.json()["share"]
    assert lower.y[1:-1].tolist() == rest.json()["band"]["lower"]
    assert upper.y[1:-1].tolist() == rest.json()["band"]["upper"]
    selection = rest.json()["selection"]
    for said in (
        f"n = {selection['n']}",
        f"failed: {sum(selection['failed'].values())}",
        f"pending: {selection['pending']}",
        rest.json()["band"]["name"],
    ):
        assert said in figure.layout.title.subtitle.text


def test_another_population_is_constrained_by_the_columns_it_has_and_names_the_others(
    sources, create, defined
):
    other = sources.snapshots.get(create(3, space_id=defined["anynet"]))
    shown = exports.compared(other, {"depth": "1..99", "wm": "2..3"})
    assert shown.label == "population of 3, depth=1..99 (it has no wm)"
    assert shown.pending == 3
    with pytest.raises(Refused, match="reversed"):
        exports.compared(other, {"depth": "9..3"})


@pytest.mark.parametrize(
    ("path", "field", "value", "said"),
    [
        ("edf.html?population={id}&dept=4", "dept", "4", "did you mean depth"),
        ("edf.html?population={id}&depth=9..3", "depth", "9..3", "reversed"),
        ("edf.html?population={id}&depth=3&depth=4", "depth", "4", "a,b,c"),
        ("edf.html?depth=4", "population", None, "required"),
        ("edf.html?population={id}&theme=red", "theme", "red", "'light' or 'dark'"),
        ("scatters.html?population={id}&columns=w9", "columns", "w9", "depth, w0"),
        ("widths.html?population={id}&best=0", "best", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_figure_names_field_value_and_what_is_allowed(client, path, field, value, said):
    answer = client.get(f"/app/figures/{path.format(id=STUDY)}")
    assert answer.status_code == 422
    problem = {one["field"]: one for one in answer.json()["detail"]}[field]
    assert problem["value"] == value
    assert said in problem["message"]


def test_a_link_to_the_page_is_a_question_for_a_figure_too(client):
    query = f"population={STUDY}&depth=3..9&below=12&best=4&pin=depth=3..5&space=1"
    assert client.get(f"/app/figures/edf.html?{query}").status_code == 200
    assert client.get("/app/figures/edf.html?population=99").status_code == 404


# ---------------------------------------------------------------- refining


@pytest.fixture
def measured(sources, create):
    """The first population, all of it measured."""
    create(30, name="study")
    with sources.database.durable() as session:
        for i in range(30):
            record(session, i)
    return sources


def test_refine_fills_the_form_with_the_next_space(measured):
    empty = dict.fromkeys(arrival.FILLED)
    link = "?refine=1&bottleneck_ratio=1&flops=..250k&e_fit=..0.2"
    filled = arrival.filled(measured, link, empty)
    refinement = filled["refinement"]
    space = json.loads(refinement["json"])
    assert space["bottleneck_ratio"]["choices"] == [1]
    assert (filled["flops"], filled["inherits_hidden"]) == ("100000..250000", False)
    assert "b 1" in filled["space_name"]
    fields = form(json=refinement["json"], flops=filled["flops"])
    shown = asking.previewed(measured, fields, "light", refinement)
    assert re.match(r"begin with the \d+ networks", shown["inherits_label"])
    assert "No part of a space: e_fit ..0.2." in shown["inherits_note"]


def test_a_network_is_scaled_from_its_drawer_to_a_population_of_all_its_scales(measured):
    picked, shown = sheet(measured, 1, 0)
    link = "?" + shown["scale"].partition("?")[2]
    assert link == f"?scale=1.{picked['network']}"
    assert not shown["no_scale"]
    filled = arrival.filled(measured, link, dict.fromkeys(arrival.FILLED))
    ray = json.loads(filled["ray"]["json"])
    with measured.database.read() as session:
        network = networks.get(session, 1, picked["network"]).network
    assert (ray["family"], ray["resolution"]) == ("ray", DIGITS.resolution)
    assert Network.model_validate(ray["network"]) == network
    assert filled["take"] == listing.ALL
    fields = form(
        name="scaled",
        space=filled["space"],
        json=filled["ray"]["json"],
        space_name=filled["space_name"],
        take=filled["take"],
        flops=filled["flops"],
    )
    lineage = words(asking.previewed(measured, fields, "light")["lineage"])
    assert lineage.startswith(filled["space_name"]), "it refines nothing"
    begun = asking.started(measured, fields)
    drawn = measured.snapshots.get(begun["started"]["population"]).population
    assert sorted(drawn.columns["scale"]) == [1, 2, 4, 8]
    start = network.model_copy(update={"resolution": DIGITS.resolution})
    assert start.hash in {
        measured_network(measured, begun["started"]["population"], id).hash for id in drawn.ids
    }


def measured_network(sources, population, id):
    with sources.database.read() as session:
        return networks.get(session, population, int(id))


@pytest.mark.parametrize("asked", ["", "1", "1.x", "9.1", "1.99999"])
def test_a_link_that_scales_nothing_leaves_the_form_as_it_is(measured, asked):
    filled = arrival.filled(measured, f"?scale={asked}", dict.fromkeys(arrival.FILLED))
    assert filled["ray"] is None


def test_a_refined_population_begins_with_what_is_measured(measured):
    empty = dict.fromkeys(arrival.FILLED)
    filled = arrival.filled(measured, "?refine=1&bottleneck_ratio=1", empty)
    fields = form(
        name="refined",
        space=filled["space"],
        json=filled["refinement"]["json"],
        space_name="b = 1",
        flops=filled["flops"],
    )
    shown = asking.previewed(measured, fields, "light", filled["refinement"])
    inherited = int(re.search(r"\d+", shown["inherits_label"])[0])
    assert inherited > 0
    fields["n"] = 4
    shown = asking.previewed(measured, fields, "light", filled["refinement"])
    assert f"{inherited} measured + 4 new" in shown["inherits_label"]
    begun = asking.started(measured, fields, inherits=1, parent=1)
    assert begun["started"]["against"] == 1  # Explore opens it beside the one it refines
    with measured.database.read() as session:
        record = records.get(session, begun["started"]["population"])
        assert (record.inherits, record.inherited) == (1, inherited)
        assert (record.n, record.progress.queued) == (inherited + 4, 4)
        assert spaces.get(session, record.space_id).refined_from == int(filled["space"])


def test_a_wider_space_refines_nothing_and_inherits_nothing(measured):
    wide = '{"family": "regnet", "strides": [1, 2, 2], "depth": [3, 40]}'
    asked = form(json=wide, space_name="wide", name="wide", flops="")
    begun = asking.started(measured, asked, inherits=1)
    assert "law" in begun["errors"]["json"]
    begun = asking.started(measured, asked)
    with measured.database.read() as session:
        record = records.get(session, begun["started"]["population"])
        assert spaces.get(session, record.space_id).refined_from is None


@pytest.mark.parametrize("rule", refine.CHIPS)
def test_a_chip_adds_its_rule_to_the_definition_and_takes_it_away(rule):
    written = plan.written(PRESETS["AnyNetX_A small"])
    ruled = refine.ruled(written, [rule])
    assert refine.chips(refine.read(ruled)) == {rule}
    assert refine.ruled(ruled, []) == written
    assert refine.ruled(ruled, [rule]) is None  # it has it


def test_the_lineage_is_told_from_the_first_space_to_the_edited_one(measured):
    chain = refine.chain(measured, "1", None, None)
    told = words(refine.lineage(chain, PRESETS["AnyNetX_E"], "mine"))
    assert "RegNetX small" in told
    assert "mine · 8.2e11 settings" in told


def test_a_chip_changes_how_many_networks_are_inherited(sources, create, defined):
    create(40, name="AnyNets", space_id=defined["anynet"])
    with sources.database.durable() as session:
        for i in range(40):
            record(session, i)
    refinement = refine.proposal(sources, "?refine=1")
    written = refinement["json"]
    counts = []
    for rules in ([], ["shared bottleneck_ratio"]):
        fields = form(
            space=str(defined["anynet"]), json=refine.ruled(written, rules) or written
        )
        shown = asking.previewed(sources, fields, "light", refinement)
        counts.append(int(re.search(r"\d+", shown["inherits_label"])[0]))
    drawn = sources.snapshots.get(1).population.columns
    tied = np.isfinite(drawn["bottleneck_ratio"]).sum()  # all stages agree
    assert counts == [40, tied]
    assert 0 < tied < 40
    fields["json"] = refine.ruled(written, ["shared group_width"]).replace(
        '["group_width"]', '["group_width", "width"]'
    )
    nothing = asking.previewed(sources, fields, "light", refinement)
    assert nothing["inherits_none"]  # and Start asks for nothing to be inherited
    assert "Nothing measured can be taken over" in nothing["inherits_note"]
    assert not shown["inherits_none"]


WRONG = ([], {}, ["x"], {"a": [1]}, "x", 5, 1.5, True)
"""Values of every type; a page sends each of its own one only."""


def test_a_value_that_no_page_sends_is_no_fault_of_the_server(client, caplog):
    known = [
        one
        for one in client.get("/app/_dash-dependencies").json()
        if not one["clientside_function"]
    ]
    started = {"new-start": 1, "location": "/app/new", "population": "1"}
    statuses = set()
    for callback in known:
        for part in ("inputs", "state"):
            for i in range(len(callback[part])):
                for value in WRONG:
                    body = body_of(known, callback["output"], **started)
                    body[part][i]["value"] = value
                    statuses.add(client.post(UPDATE, json=body).status_code)
    assert statuses <= {200, 204, 422}
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
