"""How a fault strikes a lab: steps, each of which says how many seconds to pause after it."""

import contextlib
import os
import signal
import sqlite3

import psycopg
from redis import Redis

from db.outages import DATABASE_AWAY
from netspace.stack import postgres, valkey
from services.work import schedule

PAST_THE_LEASE = 3.0
"""Leases of a lab last two seconds."""

TRY_AGAIN = 0.2


def at_point(fault, label):
    """A signal for whoever comes by a point first; who was stopped goes on after a while."""

    def act(lab, chance):
        lab.points.arm(label, fault.signal, fault.victim)
        while (victim := lab.points.taken(label)) is None:
            yield 0
        if fault.signal == "SIGSTOP":  # until another has the job, or has done it
            yield PAST_THE_LEASE + chance.uniform(0, 3)
            with contextlib.suppress(ProcessLookupError):  # a child dies with its worker
                os.kill(victim, signal.SIGCONT)

    return act


def restart_broker(number):
    def act(lab, chance):
        yield from restart(lab.broker, number, chance)
        while not valkey.answers(lab.broker_url):
            yield TRY_AGAIN

    return act


def restart_database(number):
    def act(lab, chance):
        yield from restart(lab.server, number, chance)
        while not postgres.answers(lab.database_url):
            yield TRY_AGAIN
        yield 1  # until it has something to do

    return act


def restart(part, number, chance):
    part.down(number)
    yield chance.uniform(0.5, 2)
    part.up()


def freeze_broker(lab, chance):
    lab.broker.send(signal.SIGSTOP)
    yield chance.uniform(0.5, 2)
    lab.broker.send(signal.SIGCONT)


def flush_broker(lab, chance):
    with Redis.from_url(lab.broker_url) as broker:
        broker.flushall()
    yield 0


def deliver_wake_ups(copies):
    """Let the slots run out of jobs, and give them some again."""

    def act(lab, chance):
        lab.points.deliver(copies)
        yield from pause(lab, True)
        yield 0.5
        yield from pause(lab, False)
        lab.queue.wake()
        yield 1.5
        lab.points.deliver(1)

    return act


def pause(lab, paused):
    while True:
        try:
            with lab.database.durable() as session:
                return schedule.set_paused(session, lab.population, paused)
        except DATABASE_AWAY:
            yield TRY_AGAIN


def cut_connections(lab, chance):
    address = lab.database.url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    yield 0


def lock_database(lab, chance):
    file = lab.folder / "netspace.db"
    with contextlib.closing(sqlite3.connect(file, 30, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        yield PAST_THE_LEASE
        stranger.execute("ROLLBACK")
