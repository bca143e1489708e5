"""The command line: `python -m netspace up`, and a command for each of its parts.

A part's imports stand in its command: the supervisor and the broker need no web framework, and
the web process no torch.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import typer

from netspace import (
    clearing,
    configured,
    counting,
    data,
    doctor,
    logs,
    managing,
    people,
    preparation,
    stacks,
    terminal,
    way_in,
)
from netspace.backups import commands as backups
from netspace.commands import (
    checked_settings,
    fail,
    of_the_lab,
    opened,
    plain_errors,
    serving,
)
from netspace.settings import (
    DATA_DIR,
    PREFIX,
    Settings,
    connecting,
    load,
    shown,
    variable,
)
from netspace.stack import arenas, lifeline, locks, ports, postgres, valkey
from netspace.stack.errors import CannotStart
from netspace.stack.supervisor import Supervisor
from netspace.stacks import Stack

if TYPE_CHECKING:
    from netspace.studies.study import Part

app = typer.Typer(
    help="netspace: design spaces of networks, sampled, trained and compared.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(data.app, name="data")
app.add_typer(people.app, name="people")
app.add_typer(people.token_app, name="token")
app.add_typer(people.quota_app, name="quota")
app.command()(people.key)
app.command()(people.audit)


INSECURE = typer.Option(
    False,
    "--insecure",
    help="serve beyond this machine without logins: whoever reaches the address can start, "
    "cancel and read everything",
)


@app.command()
def up(insecure: bool = INSECURE) -> None:
    """Start broker, worker and web process, and keep them together until Ctrl-C."""
    let_in(insecure)
    with alone() as settings:
        preparation.prepare(settings)
        way_in.say(settings)
        # Beside the start of the others, and behind them where they want the cores.
        threading.Thread(
            target=preparation.import_behind, args=(settings,), daemon=True
        ).start()
        run(stacks.up(settings))


@app.command()
def lab(insecure: bool = INSECURE) -> None:
    """Start PostgreSQL, broker, two web processes and three workers; what dies comes back."""
    with plain_errors():
        if load().auth is None:
            os.environ[variable("auth")] = "accounts"  # its parts read it, too
    let_in(insecure)
    with alone() as settings:
        if not settings.database_url:
            postgres.require()
        run(stacks.lab(settings))


@app.command("prepare")
def run_prepare() -> None:
    """Migrate the database, queue the demo study in an empty one, import reference studies."""
    with plain_errors():
        settings = serving()
        preparation.prepare(settings)
        way_in.say(settings)
        preparation.import_reference(settings)


@app.command()
def migrate() -> None:
    """Bring the database to the newest version of its tables."""
    with plain_errors():
        preparation.upgrade(serving())


@app.command()
def grants(
    web: str = typer.Option(help="role that web processes connect as"),
    worker: str = typer.Option(help="role that workers connect as"),
    apply: bool = typer.Option(False, "--apply", help="do it, as NETSPACE_DATABASE_URL's user"),
) -> None:
    """Print the SQL that lets two roles of PostgreSQL do what they need and nothing else."""
    with plain_errors():
        settings = of_the_lab(checked_settings())
        if settings.database.startswith("sqlite"):
            fail("SQLite has no roles: NETSPACE_DATABASE_URL is none of PostgreSQL", code=2)
        from db import grants

        roles = grants.Roles(web, worker)
        with preparation.readable(settings):
            lines = grants.sql(settings.database, roles)
            if apply:
                grants.grant(settings.database, roles)
    if not apply:
        typer.echo(";\n".join(lines) + ";")


@app.command()
def web(
    fd: int | None = typer.Option(None, help="open socket to listen on, not host and port"),
    processes: int = typer.Option(1, min=1, help="share one address; what dies comes back"),
    insecure: bool = INSECURE,
) -> None:
    """Serve REST and pages."""
    let_in(insecure)
    with plain_errors():
        connect_as("web_database_url")
        settings = serving()
        way_in.require(settings)
        with preparation.readable(settings):
            preparation.require_migrated(settings)
        if fd is None:
            way_in.say(settings)
        if processes > 1:
            run(stacks.webs(settings, processes))
            return
        if fd is None:
            ports.require_free(settings.host, settings.port)
    lifeline.watch()
    arenas.keep_few()
    from netspace.stack.http import Server, config

    server = Server(
        config(
            "netspace.web:ready_app",
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level,
            access_log=settings.log_level == "debug",  # a page asks many times a second
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=settings.proxies,
            timeout_graceful_shutdown=2,
            **({"log_config": None} if logs.is_json() else {}),
        )
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises it again when all is stopped
        server.run([socket(fileno=fd)] if fd is not None else None)
    if not server.started:
        fail("the web process could not start", code=1)


@app.command()
def worker(name: str = typer.Option("celery", help="its name among Celery's workers")) -> None:
    """Train what is queued, one process for each slot."""
    with plain_errors():
        connect_as("worker_database_url")
        settings = serving()
        preparation.folder(settings)
        preparation.require_migrated(settings, patient=True)
    lifeline.watch()
    from netspace.worker import NoSlots
    from netspace.worker import app as celery

    # What root is warned of is pickled messages; ours are JSON, and nothing else is accepted.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")
    arguments = [
        "--quiet",
        "worker",
        f"--hostname={name}@%h",
        "--without-gossip",
        "--without-mingle",
        f"--loglevel={settings.log_level}",
    ]
    try:
        celery.worker_main(arguments)
    except NoSlots as reason:
        fail(str(reason), code=1)


@app.command()
def broker(port: int = typer.Option(help="port of 127.0.0.1 to listen on")) -> None:
    """Run the broker that comes in a wheel, with its data in the data folder."""
    with plain_errors():
        settings = checked_settings()
        preparation.folder(settings)
        valkey.run(settings.data_dir / "broker", port)


@app.command("postgres")
def run_postgres(port: int = typer.Option(help="port of 127.0.0.1 to listen on")) -> None:
    """Run the PostgreSQL that comes in a wheel, with its data in the data folder."""
    with plain_errors():
        settings = checked_settings()
        preparation.folder(settings)
        postgres.run(settings.data_dir / "postgres", port)


@app.command("settings")
def show_settings() -> None:
    """Print each setting: its variable, its value and what it is for."""
    with plain_errors():
        settings = checked_settings()
        if read := configured.file(PREFIX, DATA_DIR):
            typer.echo(f"# {read} is read; the environment wins")
    for name, about in Settings.model_fields.items():
        value = getattr(settings, name)
        typer.echo(
            f"{variable(name)}={'' if value is None else shown(value, name)}"
            f"  # {about.description}"
        )


app.command()(doctor.doctor)
app.command("count")(counting.count)
terminal.register(app)
managing.register(app)
backups.register(app)
clearing.register(app)

WAIT = typer.Option(False, "--wait", help="until workers have ended all of it")
OUTPUT = typer.Option(None, "-o", "--output", help="then export it there")
COMMIT = typer.Option(None, help="as of `export`")


@app.command("study")
def run_study(
    regime: str = typer.Option("fashion-14", help="ready-made regime"),
    window: str = typer.Option("300k..600k", help="multiply-adds of every network"),
    n: int = typer.Option(100, "-n", "--n", min=1, help="networks of each of the four spaces"),
    repeated: int = typer.Option(20, min=0, help="of AnyNetX_A and RegNetX: two more seeds"),
    longer: int = typer.Option(15, min=0, help="of them: four times the epochs"),
    all_longer: bool = typer.Option(False, help="those of all four spaces"),
    wait: bool = WAIT,
    output: Path | None = OUTPUT,
    commit: str | None = COMMIT,
) -> None:
    """Queue what lacks of the reference study: AnyNetX_A, C, E and RegNetX for small images."""
    from netspace.studies import study

    chain = study.Study(
        regime=regime,
        window=window,
        n=n,
        repeated=min(repeated, n),
        longer=min(longer, n),
        longer_of=study.CHAIN if all_longer else study.COMPARED,
    )
    run_parts(study.parts(chain), wait, output, commit)


@app.command("study-ranges")
def run_papers_ranges(
    wait: bool = WAIT, output: Path | None = OUTPUT, commit: str | None = COMMIT
) -> None:
    """Queue what lacks of the study of the paper's ranges: RegNetX of 12 to 28 blocks."""
    from netspace.studies import study

    run_parts(study.PAPERS_RANGES, wait, output, commit)


@app.command("study-trends")
def run_trends(
    wait: bool = WAIT, output: Path | None = OUTPUT, commit: str | None = COMMIT
) -> None:
    """Queue what lacks of the study across flops: RegNetX in four windows of them."""
    from netspace.studies import study

    run_parts(study.ACROSS_FLOPS, wait, output, commit)


def run_parts(
    parts: Sequence[Part], wait: bool, output: Path | None, commit: str | None
) -> None:
    """Queue a study, and follow and export it if that is wanted."""
    with opened() as database:
        from netspace.studies import archive, study

        ids = study.queue(database, parts)
        from jobs.queue import Queue

        Queue(load().broker).wake()
        if wait or output:
            for line in study.follow(database, ids, pause=lambda: time.sleep(2)):
                typer.echo(f"netspace: {line}")
        if output:
            size = archive.export(database, [str(id) for id in ids], output, commit)
            typer.echo(f"netspace: {output} has {size:,} bytes")


@contextmanager
def alone() -> Iterator[Settings]:
    """Be the only stack of the settings' data folder and address."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))  # until the supervisor takes over
    with plain_errors():
        settings = serving()
        way_in.require(settings)
        with locks.alone(settings.data_dir) as one_was_killed:
            ports.require_free(settings.host, settings.port, wait=5 if one_was_killed else 0)
            yield settings


def run(planned: AbstractContextManager[Stack]) -> None:
    """Run a stack to its end."""
    with planned as stack:
        printer = logs.Printer() if logs.is_json() else None
        died = Supervisor(stack.waves, stack.announcement, printer=printer).run()
    if died:
        raise CannotStart(died)


def let_in(insecure: bool) -> None:
    """Let everybody in who reaches the server, if that is wanted; parts inherit it."""
    if insecure:
        os.environ[variable("insecure")] = "1"
        os.environ[variable("auth")] = "none"


def connect_as(field: str) -> None:
    """Connect to the database by the address of a role, where there is one; children, too."""
    if url := getattr(load(), field):
        os.environ.update(connecting(url))
