"""Sampling has an end, happens apart from the requests of others, and a few at once."""

import asyncio
import gc
import os
import threading

import loops
import pytest

from columns.constraints import parse_all
from designspace.regimes import DIGITS
from designspace.sampling import WINDOWS, TooFewNetworks
from designspace.spaces.presets import PRESETS
from services import processes
from services.errors import Busy
from services.sampling import samplers
from services.sampling.samplers import Samplers, here

SPACE = PRESETS["RegNetX small"]
SOME = parse_all({"flops": "100k..300k"}, WINDOWS)
NONE = parse_all({"flops": "1..2"}, WINDOWS)


async def stays():
    return False


@pytest.fixture
def opened():
    made = []

    def open(seconds):
        made.append(Samplers(seconds))
        return made[-1]

    yield open
    for one in made:
        one.close()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_apart_draws_what_this_one_would(opened):
    async def both():
        pool = opened(60)
        return [
            await pool.attend(stays, lambda sampler: sampler(SPACE, 20, 7, SOME, DIGITS))
            for _ in range(2)
        ]

    first, second = loops.run(both())
    assert first == second == here(SPACE, 20, 7, SOME, DIGITS)


def test_a_hopeless_window_is_given_up_and_says_what_refused(opened):
    async def ask():
        pool = opened(5)
        await pool.attend(stays, lambda sampler: sampler(SPACE, 100_000, 0, NONE, DIGITS))

    with pytest.raises(TooFewNetworks, match="0 distinct networks .* s.*flops") as few:
        loops.run(ask())
    assert few.value.sample.refused["flops"] > 0


def test_sampling_ends_when_its_asker_has_gone(opened):
    pids, ended = [], threading.Event()
    asked = 0

    async def gone():
        nonlocal asked
        asked += 1
        pids[:] = [child.pid for child in pool._processes._living]
        return asked > 3

    def work(sampler):
        try:
            sampler(SPACE, 100_000, 0, NONE, DIGITS)
        finally:
            ended.set()

    async def ask():
        faults = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: faults.append(told))
        with pytest.raises(Busy, match="nobody waits"):
            await pool.attend(gone, work)
        while not ended.is_set():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        gc.collect()
        return faults

    pool = opened(60)
    assert loops.run(ask()) == []  # nothing that would be logged as a fault
    assert pids
    assert not any(alive(pid) for pid in pids)


def test_a_few_are_sampled_at_once_and_others_are_told_to_come_again(opened, monkeypatch):
    monkeypatch.setattr(processes, "WAIT_SECONDS", 0.5)
    release, begun = threading.Event(), []

    def wait(_):
        begun.append(1)
        release.wait()

    async def ask():
        pool = opened(60)
        held = [
            asyncio.ensure_future(pool.attend(stays, wait)) for _ in range(samplers.AT_ONCE)
        ]
        while len(begun) < samplers.AT_ONCE:
            await asyncio.sleep(0.01)
        with pytest.raises(Busy, match="ask again soon"):
            await pool.attend(stays, lambda sampler: None)
        release.set()
        await asyncio.gather(*held)

    loops.run(ask())


def test_a_sampler_that_was_killed_is_replaced(opened):
    async def ask():
        pool = opened(60)
        await pool.attend(stays, lambda sampler: sampler(SPACE, 2, 0, SOME, DIGITS))
        [child] = pool._processes._living
        child.kill()
        child.wait()
        return await pool.attend(stays, lambda sampler: sampler(SPACE, 2, 0, SOME, DIGITS))

    assert len(loops.run(ask()).draws) == 2
