"""Accounts from the command line: for a lab's first hour, and for when nobody can log in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from netspace.commands import fail, opened
from netspace.settings import load

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

app = typer.Typer(help="Accounts: who may come in, and as what.", no_args_is_help=True)
token_app = typer.Typer(help="API tokens: what scripts show.", no_args_is_help=True)
quota_app = typer.Typer(help="Quotas: how much people may use.", no_args_is_help=True)


class RoleName(StrEnum):
    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"


class ScopeName(StrEnum):
    READ = "read"
    SUBMIT = "submit"
    WORKER = "worker"
    METRICS = "metrics"
    ADMIN = "admin"


class WhatName(StrEnum):
    GPU_HOURS = "gpu_hours"
    QUEUED_JOBS = "queued_jobs"
    COMPUTE = "compute"


Name = Annotated[str, typer.Argument(help="of the account")]


@app.command("list")
def list_accounts() -> None:
    """Print every account: its name, role, and how it enters."""
    from services.people import users

    with writing() as session:
        for user in users.every(session):
            shut = "  disabled" if user.disabled else ""
            typer.echo(f"{user.name}  {user.role}  {user.enters_by}{shut}")


@app.command()
def invite(role: RoleName = typer.Option(RoleName.MEMBER, help="of who joins by it")) -> None:
    """Print a link by which somebody makes an account; it works once."""
    from services.acting.actor import Role
    from services.people import links

    with writing() as session:
        secret = links.create(session, "invitation", Role.of(role))
    say_link(secret)


@app.command()
def password(name: Name) -> None:
    """Print a link by which somebody chooses another password; it works once."""
    from services.people import links, users

    with writing() as session:
        secret = links.create(session, "password", user_id=users.named(session, name).id)
    say_link(secret)


@app.command("role")
def change_role(name: Name, role: RoleName) -> None:
    """Make somebody a viewer, a member or an administrator; his sessions end."""
    from services.acting.actor import Role
    from services.people import users

    with writing() as session:
        users.set_role(session, users.named(session, name).id, Role.of(role))


@app.command()
def disable(name: Name) -> None:
    """Let somebody in no more; what he made stays."""
    set_disabled(name, True)


@app.command()
def enable(name: Name) -> None:
    """Let somebody in again."""
    set_disabled(name, False)


def set_disabled(name: str, disabled: bool) -> None:
    from services.people import users

    with writing() as session:
        users.set_disabled(session, users.named(session, name).id, disabled)


@token_app.command("create")
def create_token(
    name: str,
    user: str = typer.Option(..., help="whose it is"),
    scope: list[ScopeName] = typer.Option(..., help="once for each"),
    days: int = typer.Option(90, min=0, help="until it expires; 0: never"),
) -> None:
    """Print a new token; nobody can print it again."""
    from services.acting.actor import Role, Scope
    from services.people import tokens, users

    with writing() as session:
        owner = users.named(session, user)
        made = tokens.create(
            session,
            name,
            {*map(Scope, scope)},
            days or None,
            owner.id,
            Role.of(owner.role),
        )
    typer.echo(made.secret)


@token_app.command("list")
def list_tokens() -> None:
    """Print every token: its id, first letters, owner, scopes and end."""
    from services.people import tokens

    with writing() as session:
        for one in tokens.every(session):
            end = "revoked" if one.revoked else said(one.expires_at)
            scopes = ",".join(one.scopes)
            typer.echo(f"{one.id}  {one.prefix}..  {one.user}  {scopes}  {one.name}  {end}")


@token_app.command()
def revoke(id: int) -> None:
    """Let a token let nobody in any more."""
    from services.people import tokens

    with writing() as session:
        tokens.revoke(session, id)


@quota_app.command("list")
def list_quotas() -> None:
    """Print every quota: whose it is, of what, and how much."""
    from services.work import quotas

    with writing() as session:
        for one in quotas.every(session):
            whose = one.user or f"every {one.role}"
            typer.echo(f"{whose}  {one.what}  {'none' if one.most is None else one.most}")


@quota_app.command("set")
def set_quota(
    what: WhatName,
    most: str = typer.Argument(help="a number, or none: as much as he likes"),
    user: str | None = typer.Option(None, help="name of the account"),
    role: RoleName | None = typer.Option(None, help="or everybody of a role"),
) -> None:
    """Set how much a person or a role may use; a person's own counts, not his role's."""
    from services.acting.actor import Role
    from services.work import quotas, usage

    try:
        number = None if most == "none" else float(most)
    except ValueError:
        fail(f"most is {most!r}: a number, or none", code=2)
    with writing() as session:
        whose = None if role is None else Role.of(role)
        quotas.put(session, usage.What(what), number, user, whose)


def key() -> None:
    """Print a link that lets a browser in once, for NETSPACE_AUTH=key."""
    from services.people import links

    with writing() as session:
        secret = links.create(session, "key")
    say_link(secret)


def audit(
    actor: str | None = typer.Option(None, help="who did it"),
    what: str | None = typer.Option(None, help="as in: created"),
) -> None:
    """Print who did what, oldest first, a JSON object a line."""
    from services.acting import audit as deeds

    with writing() as session:
        for deed in deeds.every(session, deeds.Search(actor, what)):
            typer.echo(json.dumps(asdict(deed)))


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction of the settings' database, after which nobody is who he was.

    Web processes hear of it by the broker that is set; else within five seconds.
    """
    from jobs.wakeups import PEOPLE, Wakeups
    from services.errors import Conflict, Forbidden, NotFound, Refused

    with opened() as database:
        try:
            with database.durable() as session:
                yield session
        except (Conflict, Forbidden, NotFound, Refused) as error:
            fail(str(error), code=1)
        if (broker := load().broker_url) is not None:
            wakeups = Wakeups(broker)
            wakeups.publish(PEOPLE)
            wakeups.close()


def say_link(secret: str) -> None:
    typer.echo(f"{load().address}/auth/link/{secret}")


def said(ms: int | None) -> str:
    if ms is None:
        return "never expires"
    return f"until {datetime.fromtimestamp(ms / 1000, UTC).date()}"
