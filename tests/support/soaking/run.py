"""The order of a soak: warm-up, few listeners, many, few again; then each part is killed."""

import asyncio
import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass

from laboratory import wanted

from soaking import outcome
from soaking.asked import asking, opened
from soaking.lab import FLOPS, Lab
from soaking.listeners import Listener
from soaking.outcome import Failure, Outcome, Phase
from soaking.pollers import Poller

LISTENERS, CROWD, POLLERS = 20, 500, 10
CROWD_SECONDS = 60.0
NETWORKS, LEAST = 24, 10
"""Of each population, and how many jobs wait at least."""
KILLED = ("web1", "web2", "worker1", "broker", "postgres")
SAMPLE_SECONDS = 2.0
BACK, END, KNOWN = 120.0, 240.0, 30.0
"""Seconds in which a part is back, all jobs end, and every listener knows it."""


@dataclass(frozen=True)
class Plan:
    """Seconds of the phases before the restarts, but for the crowd's minute."""

    warm: float
    few: float
    again: float


SHORT, LONG = Plan(40, 20, 20), Plan(120, 240, 150)


class Soak:
    """One of them, in a folder."""

    def __init__(self, folder, plan):
        self._lab, self._plan = Lab(folder), plan
        self._listeners, self._tasks = [], []
        self._feeding, self._made = True, 0
        self._samples = []  # (when, memory)
        self.outcome = Outcome()

    def run(self):
        """What came of it.

        Raises:
            AssertionError: a part did not come back, or jobs did not end; or this was started
                by nohup, under which no lab is renewed.
        """
        assert signal.getsignal(signal.SIGHUP) != signal.SIG_IGN, "started by nohup"
        with self._lab.running():
            asyncio.run(self._run())
        return self.outcome

    async def _run(self):
        headers = asking(self._lab.port, self._lab.token)
        self._feeder = asyncio.create_task(self._feed(headers))
        self._start(self._sample())
        self._listen(headers, LISTENERS)
        for seed in range(POLLERS):
            poller = Poller(
                *(self._lab.port, headers, self._populations, self._answered, self._failed),
                self._asked_again,
                seed=seed,
            )
            self._start(poller.ask())
        plan = self._plan
        await self._pass("warm-up", LISTENERS, plan.warm)
        few = await self._pass(f"{LISTENERS} listeners", LISTENERS, plan.few)
        self._listen(headers, CROWD - LISTENERS)
        crowd = await self._pass(f"{CROWD} listeners", CROWD, CROWD_SECONDS)
        self._leave(CROWD - LISTENERS)
        again = await self._pass(f"{LISTENERS} listeners again", LISTENERS, plan.again)
        times = [(few.began, few.ended), (crowd.began, crowd.ended), (again.began, again.ended)]
        self.outcome.memory = outcome.memory(*(self._sampled(*both) for both in times))
        with self._phase(self.outcome.restarts_phase, LISTENERS):
            victims = self._lab.pids()
            for name in KILLED:
                await self._restart(name, victims[name])
            await self._renew()
        await asyncio.to_thread(self._tell_delays, self.outcome.phases[-1])
        await self._end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, *works):
        self._tasks += [asyncio.create_task(work) for work in works]

    def _listen(self, headers, n):
        listeners = [Listener(self._lab.port, headers, self._failed) for _ in range(n)]
        self._listeners += listeners
        self._start(*(listener.follow() for listener in listeners))

    def _leave(self, n):
        """The last that came, go."""
        for task in self._tasks[-n:]:
            task.cancel()
        del self._tasks[-n:], self._listeners[-n:]

    def _populations(self):
        return sorted(self._listeners[0].versions)

    async def _pass(self, name, listeners, seconds):
        with self._phase(name, listeners) as phase:
            await asyncio.sleep(seconds)
        await asyncio.to_thread(self._tell_delays, phase)
        return phase

    @contextlib.contextmanager
    def _phase(self, name, listeners):
        phase = Phase(name, listeners, began=time.time())
        self.outcome.phases.append(phase)
        before, heard = self._lab.cpu(), sum(len(one.heard) for one in self._listeners)
        yield phase
        phase.ended, after = time.time(), self._lab.cpu()
        phase.cpu = {name: after[name] - before.get(name, 0.0) for name in after}
        phase.load = os.getloadavg()[0]
        phase.events = sum(len(one.heard) for one in self._listeners) - heard

    def _tell_delays(self, phase):
        """From the end of each job in this time to the first event that counts it, of those
        that ended while the listener knew the population."""
        ends = self._lab.ends()
        for listener in list(self._listeners):
            counted, known = {}, {}
            for heard in list(listener.heard):
                times = ends.get(heard.population, [])
                since = max(phase.began, known.setdefault(heard.population, heard.at))
                for k in range(counted.get(heard.population, 0), min(heard.done, len(times))):
                    if since <= times[k] <= phase.ended - 1:
                        phase.delays.append(heard.at - times[k])
                counted[heard.population] = max(counted.get(heard.population, 0), heard.done)

    def _answered(self, answer):
        phase = self.outcome.phases[-1]
        phase.first.append(answer.first)
        phase.whole.append(answer.whole)

    def _asked_again(self):
        self.outcome.again += 1

    def _failed(self, path, status, error):
        why = f"{type(error).__name__}: {error}"
        self.outcome.failures.append(Failure(time.time(), path, status, why))

    def _sampled(self, began, ended):
        return [memory for at, memory in self._samples if began <= at <= ended]

    async def _sample(self):
        while True:
            self._samples.append((time.time(), self._lab.memory()))
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _feed(self, headers):
        """New populations, so that some jobs always wait."""
        while self._feeding:
            if sum(self._listeners[0].waiting.values()) < LEAST:
                await self._make(headers)
            await asyncio.sleep(0.5)

    async def _make(self, headers):
        name = f"soak {self._made + 1}"
        body = wanted(self._lab.ids, NETWORKS, FLOPS) | {"name": name, "seed": self._made}
        own = {"content-type": "application/json", "idempotency-key": f"soak-{self._made}"}
        status, made = 0, None
        try:
            async with opened(self._lab.port) as connection:
                answer = await connection.ask(
                    "POST", "/api/v1/populations", {**headers, **own}, json.dumps(body).encode()
                )
            status = answer.status
            if status != 201:
                raise ValueError(answer.body.decode(errors="replace"))
            made = json.loads(answer.body)["id"]
        except (OSError, ValueError) as error:
            self._failed("POST /populations", status, error)
            return
        self._made += 1
        for listener in self._listeners[:1]:
            listener.waiting.setdefault(made, NETWORKS)

    async def _restart(self, name, pid):
        began = time.time()
        self.outcome.restarts[name] = (began, float("inf"))
        os.kill(pid, signal.SIGKILL)
        await self._until(
            lambda: pid not in self._lab.pids().values() and self._lab.all_live(), name
        )
        await self._all_is_well(name)
        self.outcome.restarts[name] = (began, time.time())

    async def _renew(self):
        began, lines = time.time(), len(self._lab.said)
        self.outcome.restarts["renewal"] = (began, float("inf"))
        os.kill(self._lab.process.pid, signal.SIGHUP)
        await self._until(lambda: self._lab.said_again("all of them are new", lines), "renewal")
        await self._all_is_well("renewal")
        self.outcome.restarts["renewal"] = (began, time.time())

    async def _all_is_well(self, after):
        """Every stream is there, and each of several new connections finds all ready."""
        await self._until(lambda: all(one.listens for one in self._listeners), after)
        ready, end = 0, time.monotonic() + BACK
        while ready < 6:
            assert time.monotonic() < end, f"not ready after {after}"
            ready = ready + 1 if await self._is_ready() else 0
            await asyncio.sleep(0.2)

    async def _is_ready(self):
        try:
            async with opened(self._lab.port) as connection:
                asked = ("GET", "/readyz", {"host": "127.0.0.1"})
                answer = await connection.ask(*asked, patience=5)
        except OSError:
            return False
        return answer.status == 200 and set(json.loads(answer.body).values()) <= {"ok", True}

    async def _until(self, condition, after, seconds=BACK):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"{after}: {''.join(self._lab.said[-40:])}"
            await asyncio.sleep(0.1)

    async def _end(self):
        """All jobs end; then everybody who listens knows the last version of everything."""
        self._feeding = False
        await self._feeder  # what it asks for last may still be made
        self.outcome.phases.append(Phase("end", LISTENERS, began=time.time()))
        assert await asyncio.to_thread(self._lab.has_ended, END), self._lab.states()
        last, end = self._lab.versions(), time.monotonic() + KNOWN
        while time.monotonic() < end and any(one.versions != last for one in self._listeners):
            await asyncio.sleep(0.2)
        self.outcome.behind = [
            f"a listener knows {one.versions} of {last}"
            for one in self._listeners
            if one.versions != last
        ]
        self.outcome.broken = list(self._lab.broken_promises())
        self.outcome.jobs = sum(self._lab.states().values())
        self.outcome.tracebacks = [line for line in self._lab.said if "Traceback" in line]
