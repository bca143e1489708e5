"""What the stacks are made of: `up` for a laptop, `lab` for a shared machine.

up     broker | worker, web process
lab    PostgreSQL, broker | migrations | web processes behind one address, workers

Whatever dies is started again.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from netspace.settings import ROLES, SECRETS, Settings, connecting, variable
from netspace.stack import cores, numbers, ports, postgres, valkey
from netspace.stack.supervisor import Part

WEBS = 2
WORKERS = 3


@dataclass(frozen=True)
class Stack:
    """Waves of parts, and what is said when all are ready."""

    waves: Sequence[Sequence[Part]]
    announcement: str


@contextmanager
def up(settings: Settings) -> Iterator[Stack]:
    """A broker of its own unless it was told of one, then worker and web process.

    The address is bound here, so a connection waits while the web process is started again. The
    caller has found it to be free.
    """
    with ExitStack() as stack:
        free = stack.enter_context(ports.reserve()).getsockname()[1]
        page = stack.enter_context(ports.bind(settings.host, settings.port)).fileno()
        broker_url, broker = _broker(settings, free)
        environment = {variable("broker_url"): broker_url}
        of_web, of_worker = _connections(settings.database, settings.roles)
        worker = Part("worker", _command("worker"), environment | of_worker)
        web = _web("web", settings, page, environment | of_web)
        yield Stack(
            _waves(_coming_back(broker), _coming_back([worker, web])), _announcement(settings)
        )


@contextmanager
def lab(settings: Settings) -> Iterator[Stack]:
    """PostgreSQL and a broker unless it was told of them, then web processes and workers.

    The web processes take connections from one socket, bound here: whichever dies, the other
    answers, and while none lives a connection waits. The caller has found the address to be
    free. The workers share the cores: a third of them is each one's slots, at least one.
    """
    slots = settings.slots or max(1, cores.usable() // WORKERS)
    share = f"{slots} slot" if slots == 1 else f"{slots} slots"
    with ExitStack() as stack:
        free = [stack.enter_context(ports.reserve()).getsockname()[1] for _ in range(2)]
        page = stack.enter_context(ports.bind(settings.host, settings.port)).fileno()
        database_url, roles, database = _database(settings, free[0])
        broker_url, broker = _broker(settings, free[1])
        environment = {variable("broker_url"): broker_url, variable("slots"): str(slots)}
        of_web, of_worker = _connections(database_url, roles)
        kept = stack.enter_context(numbers.folder())
        several = _webs(settings, WEBS, page, environment | of_web, kept)
        of_owner = {variable("database_url"): database_url}
        of_owner |= dict(zip(map(variable, ROLES), roles or (), strict=False))
        workers = [
            Part(name, _command("worker", f"--name={name}"), environment | of_worker)
            for name in (f"worker{i}" for i in range(1, WORKERS + 1))
        ]
        yield Stack(
            _waves(
                _coming_back([*database, *broker]),
                [Part("prepare", _command("prepare"), environment | of_owner, task=True)],
                _coming_back([*several, *workers]),
            ),
            _announcement(settings, f"{WEBS} web processes, {WORKERS} workers of {share}  "),
        )


@contextmanager
def webs(settings: Settings, processes: int) -> Iterator[Stack]:
    """Web processes behind one address, alone: what a container of a lab runs.

    Raises:
        CannotStart: the address can't be listened on.
    """
    ports.require_free(settings.host, settings.port)
    with ports.bind(settings.host, settings.port) as page, numbers.folder() as kept:
        parts = _webs(settings, processes, page.fileno(), {}, kept)
        said = _announcement(settings, f"{processes} web processes  ")
        yield Stack([_coming_back(parts)], said)


def _webs(
    settings: Settings, processes: int, page: int, environment: Mapping[str, str], kept: Path
) -> list[Part]:
    """Several of them, which add up their numbers in the folder `kept`."""
    own = {**environment, numbers.VARIABLE: str(kept)}
    return [
        replace(_web(f"web{i}", settings, page, own), ended=partial(numbers.forget, kept))
        for i in range(1, processes + 1)
    ]


def _web(name: str, settings: Settings, page: int, environment: Mapping[str, str]) -> Part:
    """A web process that takes connections from the socket `page`, a file descriptor."""
    command = _command("web", f"--fd={page}")
    return Part(
        name,
        command,
        environment,
        ready=_page(settings),
        inherits=(page,),
        leave_signal=signal.SIGHUP,
    )


def _coming_back(parts: Sequence[Part]) -> list[Part]:
    return [replace(part, comes_back=True) for part in parts]


def _waves(*waves: Sequence[Part]) -> list[Sequence[Part]]:
    return [wave for wave in waves if wave]


def _database(
    settings: Settings, free_port: int
) -> tuple[str, tuple[str, str] | None, list[Part]]:
    """Where its owner and its roles find the database, and its server unless there is one."""
    if settings.database_url:
        return settings.database_url, settings.roles, []
    folder = settings.data_dir / "postgres"
    url = postgres.url(folder, free_port)
    web, worker = (postgres.url(folder, free_port, role) for role in postgres.ROLES)
    server = Part(
        "postgres",
        _command("postgres", f"--port={free_port}"),
        ready=lambda: postgres.answers(url),
        stop_signal=signal.SIGINT,  # after SIGTERM it would wait for its clients
    )
    return url, (web, worker), [server]


def _connections(
    owner: str, roles: tuple[str, str] | None
) -> tuple[dict[str, str], dict[str, str]]:
    """The environments by which web processes and workers find the database, as themselves."""
    web, worker = roles or (owner, owner)
    # A worker lets nobody in, so it is told no secret of logins.
    return connecting(web), connecting(worker) | {variable(name): "" for name in SECRETS}


def _broker(settings: Settings, free_port: int) -> tuple[str, list[Part]]:
    """Where the broker is, and its server unless there is one."""
    if settings.broker_url:
        return settings.broker_url, []
    url = valkey.url(settings.data_dir / "broker", free_port)
    server = Part(
        "broker",
        _command("broker", f"--port={free_port}"),
        ready=lambda: valkey.answers(url),
    )
    return url, [server]


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "netspace", *arguments]


def _page(settings: Settings) -> Callable[[], bool]:
    return lambda: ports.answers(settings.host, settings.port)


def _announcement(settings: Settings, what: str = "") -> str:
    return f"netspace is at {settings.address}  (API: /api/docs)  {what}Ctrl-C stops"
