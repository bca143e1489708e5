"""Waiting for a population with the client, and what is shown meanwhile."""

import io
import sys
from types import SimpleNamespace

import httpx
import pytest
from streamed import PROGRESS, activity, said

from netspace_client import progress
from netspace_client.answers import PopulationRecord, Progress
from netspace_client.connection import Connection
from netspace_client.populations import Population
from netspace_client.progress import Lines, bar, words
from netspace_client.records import hints_of
from netspace_client.retries import Retries


def of(**given):
    return Progress(**PROGRESS | given)


def record(**given):
    """A population as REST says it, of fields that don't matter."""
    return (
        dict.fromkeys(hints_of(PopulationRecord)) | {"id": 1, "name": "A", "tags": []} | given
    )


def population(*stream):
    """One whose events are these, and which then is trained."""

    def answer(request):
        if request.url.path.endswith("/events"):
            return httpx.Response(200, content=said(*stream))
        return httpx.Response(200, json=record(progress=PROGRESS | {"done": 4, "ended": True}))

    client = httpx.Client(base_url="http://a", transport=httpx.MockTransport(answer))
    connection = Connection(client, Retries(), lambda seconds: None)
    return Population.of(connection, record(progress=PROGRESS))


def test_waiting_ends_when_no_job_is_left(capsys):
    steps = (activity(1), activity(2, done=2), activity(3, done=3, failed=1, ended=True))
    assert population(*steps).wait().progress.ended
    shown = capsys.readouterr().err.splitlines()
    assert shown == ["A: 0 of 4", "A: 2 of 4", "A: 4 of 4, 1 failed"]


def test_waiting_says_nothing_where_nothing_is_to_be_shown(capsys):
    population(activity(1, ended=True)).wait(progress=False)
    assert capsys.readouterr() == ("", "")


def test_waiting_ends_with_its_time_too():
    with pytest.raises(TimeoutError, match="'A' is not trained after 0 s"):
        population(activity(1)).wait(progress=False, timeout=0)


def test_words_say_what_is_held_up_and_how_long_it_takes():
    said = words(of(done=1, failed=1, paused=2, networks_per_minute=3.21, seconds_left=40.4))
    assert said == "2 of 4, 1 failed, 2 paused, 3.2 a minute, 40 s left"


def test_a_terminal_has_one_line_that_is_written_over():
    file = io.StringIO()
    file.isatty = lambda: True
    with Lines("A", file) as lines:
        lines.show(of(done=1, failed=1))
        lines.show(of(done=4))
    assert file.getvalue() == "\rA: 2 of 4, 1 failed\rA: 4 of 4          \n"


def test_elsewhere_it_is_a_line_for_each_tenth():
    file = io.StringIO()
    with Lines("A", file) as lines:
        for done in range(101):
            lines.show(of(total=100, done=done))
    assert len(file.getvalue().splitlines()) == 11


def test_a_bar_of_tqdm_is_used_where_it_is_installed(monkeypatch):
    class Shown:
        def __init__(self, **given):
            self.given, self.closed = given, False

        def set_postfix_str(self, text, refresh):
            self.text = text

        def refresh(self):
            pass

        def close(self):
            self.closed = True

    monkeypatch.setitem(sys.modules, "tqdm", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "tqdm.auto", SimpleNamespace(tqdm=Shown))
    with bar("A") as found:
        assert isinstance(found, progress.Tqdm)
        found.show(of(done=2, failed=1))
        shown = found._shown
        assert (shown.total, shown.n, shown.text) == (4, 3, "1 failed")
    assert shown.closed
