"""Several web processes behind one address: one server, of which one stands in for another."""

import os
import re
import signal

import pytest
from webs import POPULATIONS, renew, running

from netspace.stack import numbers, ports

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def webs(tmp_path_factory):
    """Two of them for all tests, which leave two; the last one ends them."""
    with running(tmp_path_factory.mktemp("webs")) as webs:
        yield webs


def both(found):
    return found.get(("netspace_web_processes",)) == 2


def asked(found):
    of = ("method", "GET"), ("route", POPULATIONS), ("status", "2xx")
    return found.get(("netspace_http_requests_total", *of), 0)


def folder_of(webs):
    """Where they write their numbers."""
    [kept] = numbers.MEMORY.glob(f"netspace-metrics-{webs.process.pid}-*")
    return kept


def processes(kept):
    """Those that have written numbers."""
    assert kept.stat().st_mode & 0o077 == 0
    names = {file.stem.removeprefix("counter_") for file in kept.glob("counter_*.db")}
    return {int(name) for name in names - {"dead"}}


@pytest.mark.skipif(not numbers.MEMORY.is_dir(), reason="no place in memory")
def test_their_numbers_are_one_servers_also_when_one_after_the_other_is_killed(webs):
    webs.wait_for(both)
    for _ in range(40):
        assert webs.ask(POPULATIONS).status_code == 200
    assert {asked(webs.numbers()) for _ in range(6)} == {40}  # whichever is asked

    kept = folder_of(webs)
    first, second = sorted(processes(kept))
    os.kill(first, signal.SIGKILL)
    assert [webs.ask("/api/v1/spaces").status_code for _ in range(5)] == 5 * [200]
    webs.says("ended by itself (signal 9, Killed): starting it again")
    webs.wait_for(lambda found: found.get(("netspace_web_processes",)) == 1)
    os.kill(second, signal.SIGKILL)
    assert webs.ask("/api/v1/spaces", timeout=60).status_code == 200  # it waited
    found = webs.wait_for(both)
    assert asked(found) == 40  # what was counted stays
    assert not {first, second} & processes(kept)
    assert found["netspace_web_memory_bytes",] < 3e9


def test_they_are_renewed_under_load_and_no_request_fails(webs):
    webs.wait_for(both)
    before = webs.children()
    assert len(before) == 2
    said = len(webs.said)
    assert renew(webs, pause=0.1) == []
    after = webs.children()
    assert len(after) == 2
    assert not after & before
    assert not any(re.search(r"ended by itself|Traceback|ERROR", x) for x in webs.said[said:])


def test_a_signal_ends_them_and_what_they_kept(webs):
    kept = folder_of(webs) if numbers.MEMORY.is_dir() else None
    assert webs.stop() == 0
    assert kept is None or not kept.exists()
    assert not ports.answers("127.0.0.1", webs.port)
