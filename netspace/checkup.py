"""The checkup: what a set-up is like, a finding a line, each with how to mend what is wrong.

Nothing is made or changed by it, and no check waits for long. What it looks at is what this
process sees: on another machine of the lab it may be another.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.error import URLError
from urllib.request import urlopen

from netspace import addresses, configured, way_in
from netspace.settings import (
    DATA_DIR,
    MAY_BE_FILES,
    PREFIX,
    ROLES,
    Settings,
    WrongSettings,
    misspelt,
    variable,
)
from netspace.stack import ports
from netspace.stack.errors import CannotStart

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

State = Literal["ok", "note", "wrong"]

SCARCE = 2
"""Times the free space below which workers take no job: below this, nearly."""
APART_MS = 2_000
"""Milliseconds that this clock and the database's may differ by."""
TORCH_SECONDS = 90.0
SECONDS = 3.0
TORCH = """
import json, torch
gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
found = {"version": torch.__version__, "gpus": gpus, "threads": torch.get_num_threads()}
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. A `note` is worth knowing, and nothing is wrong with it."""

    about: str
    state: State
    said: str
    mend: str = ""


def findings(settings: Settings) -> Iterator[Finding]:
    """All of them, as they are found."""
    checks: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
        ("Python", _python),
        ("torch", _torch),
        ("settings", _settings),
        ("data folder", _data_folder),
        ("address", _address),
        ("database", _database),
        ("broker", _broker),
    )
    for about, check in checks:
        try:
            yield from check(settings)
        except Exception as error:  # one that fails is a finding, and the others go on
            yield Finding(about, "wrong", f"can't be looked at: {_line(error)}")


def _python(_: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))  # an older one can't read this file
    if sys.maxsize < 2**32:
        yield Finding("Python", "wrong", f"{version}, 32 bits", "use a Python of 64 bits")
    else:
        yield Finding("Python", "ok", version)


def _torch(_: Settings) -> Iterator[Finding]:
    """In a process of its own: what is wrong with a driver may end it."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", TORCH], capture_output=True, text=True, timeout=TORCH_SECONDS
        )
    except subprocess.TimeoutExpired:
        said = f"not imported in {TORCH_SECONDS:g} s"
        yield Finding("torch", "wrong", said, "look at its drivers: python -c 'import torch'")
        return
    if done.returncode:
        last = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        mend = "install it: scripts/setup; a worker needs it, a web process doesn't"
        yield Finding("torch", "wrong", last[-1], mend)
        return
    found = json.loads(done.stdout.splitlines()[-1])
    devices = ", ".join(found["gpus"]) or f"no GPU, {found['threads']} threads"
    yield Finding("torch", "ok", f"{found['version']}: {devices}")


def _settings(settings: Settings) -> Iterator[Finding]:
    """What is set, where it contradicts itself."""
    fine = True
    for name, meant in misspelt().items():
        mend = f"{meant}?" if meant else "unset it"
        yield Finding("settings", "wrong", f"{name} is no setting", mend)
        fine = False
    checks: tuple[Callable[[], object], ...] = (
        lambda: way_in.require(settings),
        lambda: settings.roles,
    )
    for check in checks:
        try:
            check()
        except WrongSettings as wrong:
            yield Finding("settings", "wrong", str(wrong), "see `netspace settings`")
            fine = False
    for said, mend in _contradictions(settings):
        yield Finding("settings", "note", said, mend)
        fine = False
    if fine:
        yield Finding("settings", "ok", f"people come in by {settings.way_in}")


def _contradictions(settings: Settings) -> Iterator[tuple[str, str]]:
    for name in map(variable, MAY_BE_FILES):
        if os.environ.get(name) and os.environ.get(f"{name}_FILE"):
            yield f"{name} and {name}_FILE are set: the file is not read", "unset one of them"
    read = configured.file(PREFIX, DATA_DIR)
    if read is not None and read.stat().st_mode & 0o004:
        mode = stat.S_IMODE(read.stat().st_mode)
        mend = f"chmod o= {read}, or keep secrets in files of their own"
        yield f"{read} may be read by others ({mode:o})", mend
    if settings.proxies and settings.public_url is None:
        yield (
            f"{variable('proxies')} are believed, and {variable('public_url')} is unset",
            f"set {variable('public_url')} to the address that browsers use",
        )
    if settings.secure and not settings.proxies:
        yield (
            f"{variable('public_url')} is https, and no proxy is believed: everybody seems to "
            "come from the proxy's address",
            f"set {variable('proxies')} to the proxy's address",
        )
    if settings.public and settings.way_in == "none":
        yield (
            f"{variable('public')} has no effect: whoever reaches the server may do all",
            f"unset it, or set {variable('auth')}",
        )
    if settings.insecure and settings.way_in != "none":
        yield f"{variable('insecure')} is set, and there are logins", "unset it"
    if "*" in settings.allowed_hosts:
        yield (
            f"{variable('allowed_hosts')} is *: any name is answered",
            "name those of this server, unless a proxy checks them",
        )


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder, about = settings.data_dir, "data folder"
    if not folder.is_dir():
        above = next(one for one in folder.parents if one.exists())
        if folder.exists() or not os.access(above, os.W_OK | os.X_OK):
            mend = f"make the folder, or set {variable('data_dir')}"
            yield Finding(about, "wrong", f"{folder} can't be made", mend)
        else:
            yield Finding(about, "note", f"{folder} is not there; the first start makes it")
        return
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"netspace")
    except OSError as error:
        mend = f"let user {os.geteuid()} write there, or set {variable('data_dir')}"
        yield Finding(about, "wrong", f"{folder} can't be written: {error.strerror}", mend)
        return
    yield _private(folder)
    yield _disk(folder, settings.least_free_percent)
    yield _data_sets(folder)


def _disk(folder: Path, least: float) -> Finding:
    disk = shutil.disk_usage(folder)
    free = 100 * disk.free / disk.total
    said = f"{disk.free / 2**30:.1f} GiB free, {free:.0f} % of its disk"
    if free >= min(100, SCARCE * least):
        return Finding("data folder", "ok", said)
    mend = "make room: `netspace gc --dry-run` says what can go"
    if free >= least:
        return Finding("data folder", "note", said, mend)
    said = f"{said}: below {least:g} % workers take no jobs ({variable('least_free_percent')})"
    return Finding("data folder", "wrong", said, mend)


def _private(folder: Path) -> Finding:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022:
        said = f"{folder} may be written by others ({mode:o})"
        return Finding("data folder", "wrong", said, f"chmod go-w {folder}")
    if mode & 0o055:
        said = f"{folder} may be read by others ({mode:o})"
        return Finding("data folder", "note", said, f"chmod go= {folder}, if it is not meant")
    return Finding("data folder", "ok", f"{folder}, for this user alone")


def _data_sets(folder: Path) -> Finding:
    from workers.packing import store

    names = ", ".join(one.name for one in store.every(folder))
    if not names:
        return Finding("data sets", "note", "none but digits", "netspace data pack --help")
    return Finding("data sets", "ok", f"digits, {names}")


def _address(settings: Settings) -> Iterator[Finding]:
    here = f"{ports.reachable(settings.host)}:{settings.port}"
    try:
        ports.require_free(settings.host, settings.port)
    except CannotStart as reason:
        if _is_netspace(settings):
            yield Finding("address", "ok", f"netspace answers at {here}")
        else:
            said, _, mend = str(reason).partition(": ")
            yield Finding("address", "wrong", said, mend)
        return
    yield Finding("address", "ok", f"{here} is free: no server runs here")


def _is_netspace(settings: Settings) -> bool:
    try:
        with urlopen(f"{settings.here}/healthz", timeout=SECONDS) as answer:  # nosec B310
            return bool(json.load(answer) == {"alive": True})
    except (URLError, OSError, ValueError):
        return False


def _database(settings: Settings) -> Iterator[Finding]:
    from sqlalchemy.exc import DBAPIError

    from db import probe

    where = addresses.shown(settings.database)
    if settings.on_sqlite and not _sqlite_file(settings).exists():
        said = f"no file {_sqlite_file(settings)}; `netspace migrate` makes it"
        yield Finding("database", "note", said)
        return
    mend = f"start it, or mend {variable('database_url')}"
    try:
        newest = probe.is_newest(settings.database, SECONDS)
    except DBAPIError as error:
        yield Finding("database", "wrong", f"{where}: {_line(error)}", mend)
        return
    if not newest:
        yield Finding("database", "wrong", f"{where} is not migrated", "netspace migrate")
        return
    yield Finding("database", "ok", f"{where}, migrated")
    yield from _roles(settings)
    yield from _inside(settings)


def _sqlite_file(settings: Settings) -> Path:
    from sqlalchemy import make_url

    return Path(make_url(settings.database).database or "")


def _roles(settings: Settings) -> Iterator[Finding]:
    from sqlalchemy.exc import DBAPIError

    from db import probe

    for field in ROLES:
        if (url := getattr(settings, field)) and not settings.on_sqlite:
            try:
                probe.let_in(url, SECONDS)
                yield Finding("database", "ok", f"{variable(field)} is let in")
            except DBAPIError as error:
                said = f"{variable(field)}: {_line(error)}"
                yield Finding("database", "wrong", said, "netspace migrate makes the roles")


def _inside(settings: Settings) -> Iterator[Finding]:
    """What stands in a database that can be read."""
    from db.session import Database

    database = Database(settings.database)
    try:
        with database.read() as session:
            yield from _known(session)
            yield _clock(session, settings)
            yield from _workers(session)
    finally:
        database.dispose()


def _known(session: Session) -> Iterator[Finding]:
    from services.reading import identity

    if not identity.current(session):
        yield Finding("database", "note", "no web process has served it yet")


def _clock(session: Session, settings: Settings) -> Finding:
    from services.work import census

    began = time.time()
    there = census.clock(session)
    here = 500 * (began + time.time())  # the middle, in ms
    apart = abs(there - here)
    if apart > APART_MS:
        said = f"{apart / 1000:.1f} s from the database's"
        return Finding("clock", "wrong", said, "let both machines follow NTP")
    return Finding("clock", "ok", f"{apart / 1000:.2f} s from the database's")


def _workers(session: Session) -> Iterator[Finding]:
    from jobs.states import QUEUED
    from services.work import census, roster

    found = census.take(session)
    alive = [one for one in found.workers if one.alive]
    queued = sum(number for (_, state), number in found.jobs.items() if state == QUEUED)
    slots = sum(one.slots for one in alive)
    if alive:
        said = f"{len(alive)} of {slots} slots together, {queued:,} jobs wait"
        yield Finding("workers", "ok", said)
    elif queued:
        said = f"none speaks, and {queued:,} jobs wait"
        yield Finding("workers", "wrong", said, "netspace worker; where one runs, read its log")
    else:
        yield Finding("workers", "note", "none speaks, and nothing waits")
    for one in found.workers:
        if not one.alive:
            said = f"{one.name} is silent for {one.silent_ms / 1000:.0f} s"
            yield Finding("workers", "note", said, "start it again, or forget it in an hour")
    has = roster.alive(session)
    for data, number in census.awaited_data(session).items():
        if has.lacks(data):
            said = f"no worker has the data set {data}, which {number:,} jobs wait for"
            yield Finding("data sets", "wrong", said, "netspace data pack, where a worker runs")


def _broker(settings: Settings) -> Iterator[Finding]:
    from jobs import probe

    if settings.broker_url is None:
        yield Finding("broker", "ok", "`up` and `lab` start their own")
        return
    where = addresses.shown(settings.broker)
    if probe.answers(settings.broker, SECONDS):
        yield Finding("broker", "ok", where)
    else:
        mend = f"start it, or mend {variable('broker_url')}; until then workers look for jobs"
        yield Finding("broker", "wrong", f"{where} does not answer", f"{mend} by themselves")


def _line(error: Exception) -> str:
    """What went wrong, in a line and without what was asked."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
