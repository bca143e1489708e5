"""Turns: a few at a time, and nobody waits for ever or in vain."""

import asyncio
import gc
import threading

import loops
import pytest

from services import turns
from services.errors import Busy


def test_no_garbage_is_looked_for_in_a_turn():
    whole = []

    def see(phase, info):
        if phase == "start" and info["generation"] == 2:
            whole.append(info)

    def much():
        kept = [[[] for _ in range(500)] for _ in range(1_000)]
        return len(kept) and len(whole)

    async def both():
        gc.freeze()  # beside what other tests leave, these would be too few
        gc.collect()
        whole.clear()
        return await turns.Turns("something is done").take(much), much()

    gc.callbacks.append(see)
    tests_own = gc.get_threshold()
    gc.set_threshold(700, 10, 10)  # Python's own
    try:
        in_turn, otherwise = loops.run(both())
    finally:
        gc.set_threshold(*tests_own)
        gc.callbacks.remove(see)
        gc.unfreeze()
    assert (in_turn, otherwise > 0) == (0, True)


def test_a_turn_that_does_not_come_is_told(monkeypatch):
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.1)
    ends = threading.Event()

    async def both():
        one = turns.Turns("something is done")
        first = asyncio.create_task(one.take(lambda: ends.wait(20)))
        await asyncio.sleep(0.1)
        with pytest.raises(Busy, match="something is done for others"):
            await one.take(lambda: None)
        ends.set()
        return await first, await one.take(lambda: "the next")

    assert loops.run(both()) == (True, "the next")


def test_two_of_many_are_at_work_at_once_and_the_others_follow_in_their_order():
    at_work, order = [], []

    async def work(one, n):
        async with one.turn():
            at_work.append(n)
            order.append((n, len(at_work)))
            await asyncio.sleep(0.01)
            at_work.remove(n)

    async def all_of_them():
        one = turns.Turns("something is done", at_once=2)
        await asyncio.gather(*(work(one, n) for n in range(6)))

    loops.run(all_of_them())
    assert [n for n, _ in order] == list(range(6))
    assert max(together for _, together in order) == 2


def test_who_has_gone_gives_up_the_place(monkeypatch):
    monkeypatch.setattr(turns, "TICK_SECONDS", 0.01)

    async def gone():
        return True

    async def three():
        one = turns.Turns("something is done")
        async with one.turn():
            with pytest.raises(Busy, match="nobody waits"):
                async with one.turn(gone):
                    pass
        return await one.take(lambda: "the next")

    assert loops.run(three()) == "the next"


def test_there_is_a_place_for_so_many_and_no_more():
    async def three():
        one = turns.Turns("something is done", most=2)
        async with one.inside(), one.inside():
            with pytest.raises(Busy, match="something is done for 2 others"):
                async with one.inside():
                    pass
        async with one.inside():
            return "there is one again"

    assert loops.run(three()) == "there is one again"
