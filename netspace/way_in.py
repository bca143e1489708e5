"""The way in: how people come in, by the settings, and what is refused of them at start.

What this imports of the web framework stands in its functions: the supervisor asks, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from netspace import logs, preparation
from netspace.settings import EVERYWHERE, Settings, WrongSettings, listed, variable

if TYPE_CHECKING:
    from fastapi import FastAPI

    from server.gate.login import Doorman
    from services.people.providers import Terms


def require(settings: Settings) -> None:
    """Refuse to let everybody in who reaches this machine, unless that is wanted.

    Raises:
        WrongSettings: no logins beyond this machine, or half a provider of logins.
    """
    _require_provider(settings)
    if settings.way_in == "none" and not settings.is_local and not settings.insecure:
        raise WrongSettings(
            f'{variable("auth")} is "none": whoever reaches {settings.host} could do '
            "everything; should be accounts or key there, or start with --insecure to risk that"
        )


def _require_provider(settings: Settings) -> None:
    """Refuse half a provider of OpenID Connect, or one that nobody would be led to.

    Raises:
        WrongSettings: what lacks, in a line.
    """
    secret = settings.oidc_secret
    given = {
        variable("oidc_issuer"): settings.oidc_issuer,
        variable("oidc_client_id"): settings.oidc_client_id,
        f"{variable('oidc_client_secret')} (or {variable('oidc_secret_file')})": secret,
    }
    if missing := [name for name, value in given.items() if not value]:
        if settings.oidc_only or len(missing) < len(given):
            raise WrongSettings(
                f"logging in by OpenID Connect needs {' and '.join(missing)}, too"
            )
        return
    if settings.way_in != "accounts":
        raise WrongSettings(
            f'{variable("oidc_issuer")} is set, and {variable("auth")} is "{settings.way_in}", '
            "which lets in without it: should be accounts"
        )
    if settings.oidc_secret_file and settings.oidc_client_secret:
        both = f"{variable('oidc_client_secret')} and {variable('oidc_secret_file')}"
        raise WrongSettings(f"{both} are set: should be one of them")
    if settings.public_url is None and settings.host in EVERYWHERE:
        raise WrongSettings(
            f"{variable('public_url')} is unset: should be the address that browsers reach "
            f"this server by, to which the provider ({variable('oidc_issuer')}) leads them"
        )


def say(settings: Settings) -> None:
    """Tell how people come in; where nobody can yet, by a new link that works once."""
    if settings.way_in == "none":
        where = (
            "reaches this address" if settings.insecure else "has an account on this machine"
        )
        logs.say(f"no logins: whoever {where} can use it ({variable('auth')})")
        return
    from db.session import Database
    from services.people import links

    purpose: links.Purpose
    database = Database(settings.database)
    try:
        with preparation.readable(settings), database.durable() as session:
            if settings.way_in == "key":
                said, purpose = "come in by", "key"
            elif links.any_admin(session):
                return
            else:
                said, purpose = "the first administrator joins by", "setup"
            secret = links.create(session, purpose)
    finally:
        database.dispose()
    logs.say(f"{said} {settings.address}/auth/link/{secret}")


def door(settings: Settings) -> Doorman:
    """Who stands at the web process's door."""
    from server.gate.login import Doorman

    return Doorman(
        settings.way_in,
        settings.secure,
        settings.public,
        settings.port,
        settings.provider,
        not settings.oidc_only,
        settings.origin,
    )


def include_provider(app: FastAPI, settings: Settings) -> None:
    """The way in by a provider of OpenID Connect: its libraries only where there is one."""
    from server.oidc import Provider, Registration
    from server.routers import oidc

    issuer, name = settings.oidc_issuer, settings.provider
    id, secret = settings.oidc_client_id, settings.oidc_secret
    if issuer and name and id and secret:  # all or none: `require_provider` has looked
        registration = Registration(issuer, id, secret, name, settings.oidc_groups)
        app.state.provider = Provider(registration, terms(settings))
        app.include_router(oidc.router)


def terms(settings: Settings) -> Terms:
    """Whom the provider's word lets in, and as what."""
    from services.acting.actor import Role
    from services.people.providers import Terms

    allowed = listed(settings.oidc_allowed)
    return Terms(
        frozenset(one.lower() if one.startswith("@") else one for one in allowed),
        frozenset(listed(settings.oidc_admins)),
        frozenset(listed(settings.oidc_members)),
        Role.of(settings.oidc_role),
    )
