"""Events: a result reaches a listener, by the broker's wake-up or, without one, by the poll."""

import asyncio
import json
import threading
import time

import httpx
import kinds
import pytest
import uvicorn
from loops import run

from jobs.messages import Epoch, Finished
from jobs.wakeups import PROGRESS, RESULTS, Wakeups
from netspace.settings import Settings
from netspace.web import create_app
from server.routers.events import TOGETHER
from services.keeping import notes
from services.sampling import managing
from services.work import leases, progress, results, schedule

NO_BROKER = "redis://127.0.0.1:1/0"

# What is told is read by services, whose tests have both.
database = kinds.database


@pytest.fixture
def serve(database):
    """Serves the application on the test's database, with a broker; returns its address."""
    servers = []

    def serve(broker_url):
        app = create_app(Settings(database_url=database.url, broker_url=broker_url))
        config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        servers.append((server, thread))
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    yield serve
    for server, thread in servers:
        server.should_exit = True
        thread.join()


def events(lines):
    """The data of each event, as it comes."""
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def finish(database):
    with database.durable() as session:
        claim = leases.claim(session, "train", "a worker", 30)
        results.record(session, claim, Finished(quantities={"error": 9.5}, conditions={}))


@kinds.of(kinds.BOTH)
def test_a_listener_hears_the_state_at_once_and_then_each_result(
    database, create, serve, broker_url
):
    id = create(3)
    wakeups = Wakeups(broker_url)
    with httpx.stream("GET", f"{serve(broker_url)}/api/v1/events", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = events(answer.iter_lines())
        first = next(heard)
        assert (first["population"], first["version"]) == (id, 0)
        for done in (1, 2):
            finish(database)
            wakeups.publish(RESULTS)
            event = next(heard)
            assert event["version"] == done
            assert event["progress"]["done"] == done
    wakeups.close()


def test_without_a_broker_results_are_heard_by_the_poll(database, create, serve):
    create(2)
    with httpx.stream("GET", f"{serve(NO_BROKER)}/api/v1/events", timeout=20) as answer:
        heard = events(answer.iter_lines())
        next(heard)
        finish(database)
        assert next(heard)["progress"]["done"] == 1


def test_epochs_of_a_running_job_are_heard(database, create, serve, broker_url):
    create(1)
    wakeups = Wakeups(broker_url)
    with httpx.stream("GET", f"{serve(broker_url)}/api/v1/events", timeout=20) as answer:
        heard = events(answer.iter_lines())
        next(heard)
        with database.write() as session:
            claim = leases.claim(session, "train", "a worker", 30)
            epoch = Epoch(epoch=1, loss=1.5, error=42.0, seconds=0.4)
            results.record_epoch(session, claim, epoch)
        wakeups.publish(PROGRESS)
        [running] = next(heard)["running"]
        assert (running["epoch"], running["epochs"], running["error"]) == (1, 10, 42.0)
    wakeups.close()


def test_a_listener_to_one_population_hears_no_other(database, create, serve):
    create(1, name="first")
    second = create(2, name="second", training_seed=1)
    address = f"{serve(NO_BROKER)}/api/v1/events?population={second}"
    with httpx.stream("GET", address, timeout=20) as answer:
        heard = events(answer.iter_lines())
        assert next(heard)["population"] == second
        for _ in range(3):
            finish(database)
        assert next(heard)["population"] == second


def test_who_follows_a_population_that_is_not_there_is_told(database, serve):
    answer = httpx.get(f"{serve(NO_BROKER)}/api/v1/events?population=9999", timeout=20)
    assert answer.status_code == 404
    assert "9999" in answer.json()["detail"][0]["message"]


def test_a_stream_on_which_nothing_happens_says_so_that_it_lives(
    database, create, serve, monkeypatch
):
    monkeypatch.setattr("server.events.PING_SECONDS", 0.05)
    create(1)
    with httpx.stream("GET", f"{serve(NO_BROKER)}/api/v1/events", timeout=20) as answer:
        lines = answer.iter_lines()
        named = (line for line in lines if line.startswith("event: "))
        assert next(named) == "event: activity"
        assert next(named) == next(named) == "event: ping"


def test_an_epoch_is_told_of_the_populations_that_want_its_job_and_of_no_other(
    database, create, serve, broker_url, monkeypatch
):
    read = []

    def noted(session, populations, jobs=()):
        found = activities(session, populations, jobs)
        read.append(set(found))
        return found

    activities = progress.activities
    monkeypatch.setattr("services.work.progress.activities", noted)
    still = create(2, name="still")
    moving = create(1, name="moving", training_seed=1)
    with database.write() as session:
        schedule.set_paused(session, still, True)
        claim = leases.claim(session, "train", "a worker", 30)
    wakeups = Wakeups(broker_url)
    with httpx.stream("GET", f"{serve(broker_url)}/api/v1/events", timeout=20) as answer:
        heard = events(answer.iter_lines())
        assert {next(heard)["population"], next(heard)["population"]} == {still, moving}
        with database.write() as session:
            epoch = Epoch(epoch=1, loss=1.5, error=42.0, seconds=0.4)
            results.record_epoch(session, claim, epoch)
        wakeups.publish(PROGRESS, claim.job_id)
        assert next(heard)["population"] == moving
    wakeups.close()
    assert read == [{still, moving}, {moving}]


def test_a_population_whose_rate_only_falls_is_not_told_with_each_epoch_of_another(
    database, create, serve, broker_url, monkeypatch
):
    monkeypatch.setattr("server.events.SLOWING_SECONDS", 60)
    slowing = create(3, name="slowing")
    for _ in range(2):
        finish(database)
    moving = create(1, name="moving", training_seed=1)
    with database.write() as session:
        schedule.set_paused(session, slowing, True)
        claim = leases.claim(session, "train", "a worker", 30)
    wakeups = Wakeups(broker_url)
    with httpx.stream("GET", f"{serve(broker_url)}/api/v1/events", timeout=20) as answer:
        heard = events(answer.iter_lines())
        first = {event["population"]: event for event in (next(heard), next(heard))}
        assert first[slowing]["progress"]["networks_per_minute"] > 0
        for number in range(1, 6):
            with database.write() as session:
                epoch = Epoch(epoch=number, loss=1.5, error=42.0, seconds=0.4)
                results.record_epoch(session, claim, epoch)
            wakeups.publish(PROGRESS, claim.job_id)
            assert next(heard)["population"] == moving
    wakeups.close()


def test_a_rate_that_falls_is_told_from_time_to_time(database, create, serve, monkeypatch):
    monkeypatch.setattr("server.events.SLOWING_SECONDS", 0.1)
    create(3)
    for _ in range(2):
        finish(database)
    with httpx.stream("GET", f"{serve(NO_BROKER)}/api/v1/events", timeout=20) as answer:
        heard = events(answer.iter_lines())
        rates = [next(heard)["progress"]["networks_per_minute"] for _ in range(4)]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > rates[-1] > 0


def told(lines):
    """The id, name and data of each event, as it comes."""
    found = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            found[name] = value
        elif "event" in found:
            yield found.get("id"), found["event"], json.loads(found["data"])
            found = {}


def listening(url, last=None):
    headers = {} if last is None else {"Last-Event-ID": last}
    return httpx.stream("GET", f"{url}/api/v1/events", headers=headers, timeout=20)


@kinds.of(kinds.BOTH)
def test_who_comes_back_is_told_once_what_changed_meanwhile_and_nothing_else(
    database, create, serve, monkeypatch
):
    monkeypatch.setattr("server.events.PING_SECONDS", 0.05)
    ids = [create(2, name=f"p{seed}", training_seed=seed) for seed in range(3)]
    urls = [serve(NO_BROKER), serve(NO_BROKER)]  # as the two web processes of a lab
    with listening(urls[0]) as answer:
        heard = told(answer.iter_lines())
        last = [next(heard) for _ in ids][-1][0]
    finish(database)
    # By the other one, and twice: what was told is not told again.
    for url, expected in ((urls[1], [(ids[0], 1)]), (urls[0], [])):
        with listening(url, last) as answer:
            heard, found = told(answer.iter_lines()), []
            for id, event, data in heard:
                if event == "ping":
                    if len(found) == len(expected):  # else it has yet to look
                        break
                    continue
                found.append((data["population"], data["version"]))
                last = id
            assert found == expected


def test_who_was_told_half_is_told_the_other_half(database, create, serve):
    ids = [create(2, name=f"p{seed}", training_seed=seed) for seed in range(4)]
    url = serve(NO_BROKER)
    with listening(url) as answer:
        heard = told(answer.iter_lines())
        (_, _, first), (last, _, second) = next(heard), next(heard)
    with listening(url, last) as answer:
        heard = told(answer.iter_lines())
        rest = [next(heard)[2]["population"] for _ in range(2)]
    assert sorted([first["population"], second["population"], *rest]) == ids


def test_who_was_told_of_a_population_is_told_that_it_is_gone_and_that_it_is_back(
    database, create, serve, monkeypatch
):
    monkeypatch.setattr("server.events.PING_SECONDS", 0.05)
    id = create(2)
    url, other = serve(NO_BROKER), serve(NO_BROKER)
    with listening(other) as answer:
        heard = told(answer.iter_lines())
        before, _, _ = next(heard)
        with database.durable() as session:
            managing.remove(session, id)
        last, event, data = next(one for one in heard if one[1] != "ping")
        assert (event, data["population"]) == ("gone", id)
        with database.durable() as session:
            managing.restore(session, id)
        assert next(one for one in heard if one[1] != "ping")[2]["population"] == id
        with database.durable() as session:
            managing.remove(session, id)
        next(one for one in heard if one[1] != "ping")
    # Who was away meanwhile, who was told before he left, and who comes for the first time.
    for known, expected in ((before, ["gone", "ping"]), (last, ["ping"]), (None, ["ping"])):
        with listening(url, known) as answer:
            heard = told(answer.iter_lines())
            assert [next(heard)[1] for _ in expected] == expected


def test_a_name_a_study_tags_and_an_archive_are_heard_as_lists_say_them(
    database, create, serve
):
    id = create(2)
    url = serve(NO_BROKER)
    changes = [
        lambda session: managing.rename(session, id, "another"),
        lambda session: managing.group(session, id, "depth"),
        lambda session: notes.write_of_population(session, id, "", ["talk", "a"]),
        lambda session: managing.archive(session, id, True),
    ]
    with listening(url) as answer:
        heard = told(answer.iter_lines())
        next(heard)
        for change in changes:
            with database.durable() as session:
                change(session)
            _, _, data = next(one for one in heard if one[1] == "activity")
    listed = httpx.get(f"{url}/api/v1/populations/{id}").json()
    said = ("name", "study", "archived_at", "owner", "visibility", "tags")
    assert {name: data[name] for name in said} == {name: listed[name] for name in said}
    assert (data["name"], data["study"], data["tags"]) == ("another", "depth", ["a", "talk"])


@pytest.mark.parametrize("last", ["1-0", "0123456789abcdef:1-0", ":", "x" * 3_000, ""])
def test_an_id_of_another_database_has_heard_nothing(database, create, serve, last):
    id = create(1)
    with listening(serve(NO_BROKER), last) as answer:
        assert next(told(answer.iter_lines()))[2]["population"] == id


async def left_after(database, enough, patience=0):
    """The pieces that one listener is sent until they are `enough`, when he takes no more and
    leaves, so many turns of the loop later."""
    app = create_app(Settings(database_url=database.url, broker_url=NO_BROKER))
    asked = {"path": "/api/v1/events", "headers": [(b"host", b"127.0.0.1")]}
    like = {"type": "http", "method": "GET", "scheme": "http", "http_version": "1.1"}
    scope = {"query_string": b"", "client": None, "state": {}, **like, **asked}
    pieces, stuck = [], asyncio.Event()

    async def receive():
        await stuck.wait()
        for _ in range(patience):
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(piece):
        pieces.append(piece)
        if enough(pieces):
            stuck.set()
            await asyncio.Event().wait()

    async with app.router.lifespan_context(app):
        await app(scope, receive, send)
    return pieces


def test_who_takes_nothing_and_leaves_while_much_is_to_be_told_is_no_error(database, create):
    for seed in range(8):
        create(1, name=f"population {seed}", seed=seed)
    # The head, that it is a stream, the first event. Then whoever passes events on has filled
    # what lies between.
    pieces = run(left_after(database, lambda pieces: len(pieces) == 3, patience=100))
    assert len(pieces) == 3


def test_all_that_is_told_at_first_leaves_in_pieces_of_few_events(database, create):
    many = 2 * TOGETHER + 1
    for seed in range(many):
        create(1, name=f"population {seed}", seed=seed)

    def events_in(pieces):
        return [piece.get("body", b"").count(b"event: activity") for piece in pieces]

    pieces = run(left_after(database, lambda pieces: sum(events_in(pieces)) == many))
    assert [n for n in events_in(pieces) if n] == [TOGETHER, TOGETHER, 1]
