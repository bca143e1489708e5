"""What the database itself refuses: workers that read accounts, a changed audit, no password.

Attacks 4, 22, 23 and 28 of the list in docs/threat-model.md; 3 is in
tests/integration/workers/test_worker.py.
"""

import re
import subprocess
import time

import psycopg
import pytest
import redis
from migrated import migrated
from places import ROOT
from sqlalchemy import make_url, text
from sqlalchemy.exc import DatabaseError
from stacks import PYTHON, environment

import db.models  # noqa: F401  # all its tables
from db import grants, probe
from db.base import Base
from db.grants import GRANTS, Roles
from db.session import Database
from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Epoch, Failed, Finished
from netspace.stack import ports, valkey
from services.acting import audit
from services.acting.actor import Role
from services.comparing import sides, watches
from services.defining import regimes, spaces
from services.people import links, users
from services.reading.snapshots import Snapshots
from services.sampling import populations, records
from services.sampling.populations import Spec
from services.work import leases, results, roster, schedule

TABLES = sorted([*Base.metadata.tables, "alembic_version"])
ACCOUNTS = ("users", "links", "sessions", "tokens", "attempts", "audit")
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
REFUSED = "permission denied"
FOUND = Finished(quantities={"error": 10.0, "loss": 1.0}, conditions={})


def as_role(url, role):
    address = make_url(url).set(username=f"a_{role}", password="of-its-own:%/@'")
    return address.render_as_string(hide_password=False)


@pytest.fixture
def urls(postgres_server):
    """The addresses of owner, web and worker of one database."""
    with postgres_server.migrated() as url:
        web, worker = as_role(url, "web"), as_role(url, "worker")
        grants.grant_to(url, web, worker)
        yield url, web, worker


@pytest.fixture
def opened(urls):
    databases = [Database(url) for url in urls]
    yield databases
    for one in databases:
        one.dispose()


@pytest.fixture
def owner(opened):
    return opened[0]


@pytest.fixture
def web(opened):
    return opened[1]


@pytest.fixture
def worker(opened):
    return opened[2]


@pytest.fixture
def sqlite(tmp_path):
    database = Database(migrated(tmp_path / "netspace.db"))
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "owner"])
def either(request):
    """A database of either kind, as its owner has it."""
    return request.getfixturevalue(request.param)


def create(database, n=4, **given):
    """A population of n networks, made by web."""
    with database.durable() as session:
        space = spaces.define(session, "RegNetX small", PRESETS["RegNetX small"])
        regime = regimes.define(session, "digits", DIGITS)
    spec = {"name": f"population of {n}", "windows": {"flops": "100k..300k"}} | given
    return populations.create(database, Spec(n=n, space_id=space, regime_id=regime, **spec))


def do(database, statement):
    with database.durable() as session:
        return session.execute(text(statement))


def refused(database, statement, why=REFUSED):
    with pytest.raises(DatabaseError, match=why):
        do(database, statement)


# Who may do what


def test_every_table_says_what_web_and_workers_may_do():
    assert sorted(GRANTS) == TABLES


def declared(role):
    """(table, right, column or None) of all that a role may do as `GRANTS` has it."""
    right = re.compile(r"(\w+)(?: \(([^)]*)\))?")
    return {
        (table, name, column)
        for table, grant in GRANTS.items()
        for name, columns in right.findall(getattr(grant, role))
        for column in (columns.split(", ") if columns else [None])
    }


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_role_may_do_what_the_table_says_and_nothing_else(owner, role):
    with owner.read() as session:

        def answers(query):
            return session.execute(text(query), {"role": f"a_{role}"}).all()

        held = {
            (table, right, None)
            for table in TABLES
            for right in RIGHTS
            if answers(f"SELECT has_table_privilege(:role, '{table}', '{right}')")[0][0]
        }
        some = {
            (*one,)
            for one in answers(
                "SELECT table_name, privilege_type, column_name "
                "FROM information_schema.column_privileges WHERE grantee = :role"
            )
            if (one[0], one[1], None) not in held
        }
    assert held | some == declared(role)


def test_a_table_that_nobody_named_is_closed_and_so_is_what_a_role_had_of_it(
    urls, owner, worker
):
    do(owner, "CREATE TABLE later (secret text)")
    try:
        do(owner, "GRANT ALL ON later TO a_worker, PUBLIC")
        do(worker, "SELECT * FROM later")
        grants.grant(urls[0], Roles("a_web", "a_worker"))
        refused(worker, "SELECT * FROM later")
    finally:
        do(owner, "DROP TABLE later")


def test_granting_again_changes_nothing_and_keeps_the_passwords(urls):
    before = grants.sql(urls[0], Roles("a_web", "a_worker"))
    grants.grant_to(*urls)
    assert grants.sql(urls[0], Roles("a_web", "a_worker")) == before
    for url in urls[1:]:
        psycopg.connect(url.replace("+psycopg", "")).close()


def test_neither_role_makes_tables_or_changes_them(web, worker):
    for database in (web, worker):
        for statement in (
            "CREATE TABLE mine (x int)",
            "CREATE TEMPORARY TABLE mine (x int)",
            "CREATE ROLE another SUPERUSER",
            "SET ROLE netspace",
            "SET session_replication_role = replica",
            "COPY jobs TO PROGRAM 'cat'",
        ):
            refused(database, statement)
        for statement in ("DROP TABLE jobs", "ALTER TABLE audit DISABLE TRIGGER ALL"):
            refused(database, statement, "must be owner")
        refused(database, "UPDATE results SET quantities = '{}'")
        refused(database, "UPDATE networks SET hash = 'x'")
        refused(database, "UPDATE design_spaces SET definition = '{}'")
        refused(database, "DELETE FROM results")


# 22: a worker that was broken into


@pytest.mark.parametrize("table", ACCOUNTS)
def test_a_worker_reads_no_account_and_writes_none(worker, table):
    for statement in (
        f"SELECT 1 FROM {table}",
        f"INSERT INTO {table} (id) VALUES (1)",
        f"UPDATE {table} SET id = 1",
        f"DELETE FROM {table}",
        f"TRUNCATE {table}",
    ):
        refused(worker, statement)


def test_a_worker_gives_nobody_a_population_and_makes_none(worker):
    refused(worker, "UPDATE populations SET owner_id = 1")
    refused(worker, "UPDATE populations SET visibility = 'public'")
    refused(worker, "INSERT INTO jobs (id) VALUES (1)")
    refused(worker, "DELETE FROM jobs")
    refused(worker, "TRUNCATE jobs, results, epochs, events")


def test_a_worker_does_its_work(web, worker):
    id = create(web)
    with worker.write() as session:
        roster.report(session, "one", "a CPU", False, 1, ["digits"])
        assert leases.waiting(session, "train")
        first, second, third = (leases.claim(session, "train", "one", 30) for _ in range(3))
    with worker.write() as session:
        assert leases.heartbeat(session, first, 30).cancel is False
        results.record_epoch(session, first, Epoch(epoch=1, loss=1.0, error=50.0, seconds=1.0))
        results.record_epoch(session, first, Epoch(epoch=1, loss=0.9, error=40.0, seconds=1.0))
    with worker.durable() as session:
        assert results.record(session, first, FOUND)
        leases.release(session, second)
        results.record_end(session, third, Failed(failure="impossible", detail="no"), 3)
    with worker.write() as session:
        lost = leases.claim(session, "train", "one", 0.001)
    time.sleep(0.05)
    with worker.write() as session:
        assert leases.reap(session, 3) == [lost.job_id]
        assert leases.ended(session, [lost.job_id]) == []
        roster.leave(session, "one")
    with web.read() as session:
        progress = records.get(session, id).progress
    assert (progress.done, progress.failed, progress.queued) == (1, 1, 2)


def test_a_worker_ends_jobs_of_a_regime_that_it_can_not_read(owner, web, worker):
    create(web)
    do(owner, "UPDATE regimes SET definition = '{\"epochs\": -1}'")
    with worker.write() as session:
        assert leases.claim(session, "train", "one", 30) is None
    with web.read() as session:
        failed = session.scalar(text("SELECT count(*) FROM jobs WHERE state = 'failed'"))
    assert failed == 4


def test_a_worker_decides_a_watch_and_needs_no_audit_for_it(web, worker):
    size = 30
    a = create(web, size, name="A")
    with web.durable() as session:
        schedule.set_priority(session, a, -1)
    with web.durable() as session:
        space, regime = (
            records.get(session, a).__dict__[f"{k}_id"] for k in ("space", "regime")
        )
    b = populations.create(web, Spec("B", space, regime, size, {"flops": "100k..300k"}, 1, 1))
    snapshots = Snapshots(web)
    with web.durable() as session:
        watches.start(session, *(sides.side(snapshots, str(id)) for id in (a, b)))
        before = len(audit.found(session, audit.Search()))
    for k in range(size + 25):
        error = k * 0.1 + (5 if k < size else 50)
        with worker.durable() as session:
            claim = leases.claim(session, "train", "one", 30)
            results.record(
                session, claim, Finished(quantities={"error": error, "loss": 1}, conditions={})
            )
    (decided,) = watches.Watcher(worker).look()
    with web.read() as session:
        assert [one.paused for one in records.every(session)] == [True, True]
        assert [one.outcome for one in watches.every(session)] == ["A"]
        assert len(audit.found(session, audit.Search())) == before, "nobody's deed"
    assert decided.a == str(a)


def test_web_lets_people_in_and_writes_down_what_they_do(web):
    with web.durable() as session:
        secret = links.create(session, "setup")
        links.use(session, secret)
        id = users.create(session, "ann", Role.ADMIN, "five plain words in a row")
        users.set_role(session, id, Role.ADMIN)
    with web.read() as session:
        assert [one.what for one in audit.found(session, audit.Search())][
            0
        ] == "account created"


# 23: a result under another's lease


def test_a_result_under_anothers_lease_changes_nothing(web, worker):
    create(web)
    with worker.write() as session:
        mine, theirs = (leases.claim(session, "train", name, 30) for name in ("one", "two"))
    forged = theirs.model_copy(update={"token": mine.token})
    failed = Failed(failure="impossible", detail="forged")
    with worker.durable() as session:
        assert leases.heartbeat(session, forged, 30) is None
        results.record_epoch(session, forged, Epoch(epoch=1, loss=1, error=1, seconds=1))
        results.record_failure(session, forged, failed, False, 3)
        leases.release(session, forged)
        other = mine.model_copy(update={"job_id": theirs.job_id})
        assert not results.record(session, other, FOUND), "another network's"
    with web.read() as session:
        state, token = session.execute(
            text(f"SELECT state, lease_token FROM jobs WHERE id = {theirs.job_id}")
        ).one()
        assert (state, token) == ("running", theirs.token)
        assert session.scalar(text("SELECT count(*) FROM epochs")) == 0
        assert session.scalar(text("SELECT count(*) FROM results")) == 0


# 28: an audit that only grows


def test_the_audit_only_grows_whoever_asks(either):
    with either.durable() as session:
        audit.record(session, "tried")
    only = "only ever added"
    statements = ["UPDATE audit SET what = 'x'", "DELETE FROM audit"]
    if either.one_writer:
        again = "INTO audit (id, at, actor, what, detail) VALUES (1, 1, 'x', 'x', '{}')"
        statements += [f"INSERT OR REPLACE {again}", f"REPLACE {again}"]
        statements += [f"INSERT {again} ON CONFLICT (id) DO UPDATE SET what = 'x'"]
    else:
        statements += ["TRUNCATE audit", "TRUNCATE users CASCADE"]
    for statement in statements:
        refused(either, statement, only)
    with either.read() as session:
        assert [one.what for one in audit.found(session, audit.Search())] == ["tried"]


def test_web_itself_can_not_change_the_audit(web):
    with web.durable() as session:
        audit.record(session, "tried")
    for statement in ("UPDATE audit SET what = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        refused(web, statement)


# 4: servers that want a password


def listening(port):
    """The addresses that somebody listens on at a port."""
    found = set()
    for name in ("tcp", "tcp6"):
        for line in (ROOT / f"/proc/net/{name}").read_text().splitlines()[1:]:
            place, state = line.split()[1], line.split()[3]
            if state == "0A" and int(place.split(":")[1], 16) == port:
                found.add(place.split(":")[0])
    return found


LOOPBACK = {"0100007F"}


def test_postgresql_wants_a_password_of_everybody_and_listens_on_loopback_only(urls):
    for url in urls:
        address = make_url(url)
        for wrong in (None, "", "netspace", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(
                    host="127.0.0.1",
                    port=address.port,
                    user=address.username,
                    password=wrong,
                    dbname=address.database,
                    passfile="/dev/null",
                )
    assert listening(make_url(urls[0]).port) == LOOPBACK


def test_the_broker_wants_one_and_listens_on_loopback_only(tmp_path):
    with ports.reserve() as reserved:
        port = reserved.getsockname()[1]
    command = [PYTHON, "-m", "netspace", "broker", f"--port={port}"]
    process = subprocess.Popen(command, env=environment(tmp_path))
    try:
        url = valkey.url(tmp_path / "broker", port)
        while not valkey.answers(url):
            assert process.poll() is None
            time.sleep(0.05)
        for wrong in (None, "", "netspace"):
            with (
                redis.Redis(port=port, password=wrong) as nobody,
                pytest.raises(redis.exceptions.AuthenticationError),
            ):
                nobody.ping()
        assert listening(port) == LOOPBACK
    finally:
        process.terminate()
        process.wait()


# How they are set up


def test_the_command_prints_what_it_would_do_and_does_it_when_told(
    urls, owner, worker, tmp_path
):
    command = [PYTHON, "-m", "netspace", "grants", "--web=a_web", "--worker=a_worker"]
    settings = environment(tmp_path, NETSPACE_DATABASE_URL=urls[0])
    do(owner, "REVOKE SELECT ON jobs FROM a_worker")
    said = subprocess.run(command, env=settings, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert 'GRANT SELECT, UPDATE ON "jobs" TO "a_worker";\n' in said.stdout
    assert "PASSWORD" not in said.stdout
    refused(worker, "SELECT 1 FROM jobs")
    subprocess.run([*command, "--apply"], env=settings, check=True)
    do(worker, "SELECT 1 FROM jobs")


def test_a_migration_lets_the_roles_of_the_settings_in(postgres_server, tmp_path):
    with postgres_server.empty() as url:
        web, worker = as_role(url, "web"), as_role(url, "worker")
        settings = environment(
            tmp_path,
            NETSPACE_DATABASE_URL=url,
            NETSPACE_WEB_DATABASE_URL=web,
            NETSPACE_WORKER_DATABASE_URL=worker,
        )
        subprocess.run([PYTHON, "-m", "netspace", "migrate"], env=settings, check=True)
        for role in (web, worker):
            database = Database(role)
            do(database, "SELECT 1 FROM jobs")
            refused(database, "UPDATE audit SET what = 'x'")
            database.dispose()


def test_a_worker_sees_whether_it_can_read_the_database(urls):
    assert all(probe.is_newest(url) for url in urls)
