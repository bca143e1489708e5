"""The provider of OpenID Connect: another server that says who somebody is.

Authorization code with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9207). What
comes back is believed where it answers this browser's question: state, nonce and verifier all
follow from one random secret, which the browser alone keeps, in a cookie. So no process has to
remember anything, and there is no key to sign with.
"""

from __future__ import annotations

import base64
import hmac
import logging
import re
import secrets
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

import httpx2
from authlib.integrations.starlette_client import OAuthError, StarletteOAuth2App
from joserfc.errors import JoseError

from services.people.providers import Claims, Terms
from services.turns import Turns

log = logging.getLogger(__name__)

SECONDS = 10.0
"""That an answer of the provider may take."""
METADATA_SECONDS = 3_600.0
"""After which the provider is asked again where its addresses and keys are."""
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures of ID tokens by a provider's private key; it may offer others, and none."""
ADDRESSES = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
LONGEST_NEXT = 2_000
"""Characters of the page that was asked for, which the cookie has to hold."""
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Away(RuntimeError):
    """The provider does not answer, or not as one."""


class Untrusted(ValueError):
    """What came back is no answer to what this browser has asked."""


@dataclass(frozen=True)
class Registration:
    """What provider and server know each other by.

    Args:
        issuer: what the provider calls itself, an https address.
        name: what people call it.
        groups: the claim in which it tells groups.
    """

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    name: str
    groups: str = "groups"


@dataclass(frozen=True)
class Attempt:
    """A login that a browser has begun, and the page that it was to lead to."""

    secret: str = field(repr=False)
    next: str = "/"

    @classmethod
    def begin(cls, next: str) -> Attempt:
        return cls(secrets.token_urlsafe(32), next if len(next) <= LONGEST_NEXT else "/")

    @classmethod
    def of(cls, cookie: str) -> Attempt | None:
        """The attempt that a browser shows."""
        secret, _, next = cookie.partition(".")
        return cls(secret, unquote(next)) if SECRET.fullmatch(secret) else None

    @property
    def cookie(self) -> str:
        return f"{self.secret}.{quote(self.next, safe='')}"

    @property
    def state(self) -> str:
        return self._derived("state")

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        return self._derived("verifier")

    def began(self, state: str) -> bool:
        """Whether it is this one that is answered."""
        return hmac.compare_digest(state.encode(), self.state.encode())

    def _derived(self, what: str) -> str:
        mac = hmac.digest(self.secret.encode(), what.encode(), "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


class Provider:
    """Leads people to the provider, and finds out who comes back."""

    def __init__(self, registration: Registration, terms: Terms) -> None:
        self.registration, self.terms = registration, terms
        self.turns = Turns(f"{registration.name} is asked", at_once=8, most=50)
        self._client = _Client(registration)

    async def address(self, attempt: Attempt, back: str) -> str:
        """Where a browser is sent to log in.

        Args:
            back: where the provider then leads it.

        Raises:
            Away: the provider does not say.
        """
        with _answers():
            asked: dict[str, str] = await self._client.create_authorization_url(
                back,
                scope=_scope(await self._client.load_server_metadata()),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return asked["url"]

    async def claims(
        self, attempt: Attempt, back: str, code: str, issuer: str | None
    ) -> Claims:
        """Who came back with a code, as the provider says when it is asked itself.

        Args:
            back: as it was for `address`.
            issuer: who gave the code, where the address says it.

        Raises:
            Away: the provider does not answer.
            Untrusted: it did not give this code, or to another browser, or speaks of another
                server, time or person.
        """
        with _answers():
            metadata = await self._client.load_server_metadata()
            _require_issuer(self.registration.issuer, issuer, metadata)
            token = await self._client.fetch_access_token(
                back, code=code, code_verifier=attempt.verifier
            )
            signed = await self._client.parse_id_token(
                token, attempt.nonce, self._client.expected()
            )
            if signed is None:
                raise Untrusted("no ID token")
            told = await self._client.userinfo(token=token)
        return believed(self.registration, signed, told)


def believed(
    registration: Registration, signed: Mapping[str, Any], told: Mapping[str, Any]
) -> Claims:
    """Who somebody is, by an ID token and by userinfo, where most providers tell more.

    Raises:
        Untrusted: of nobody, or of two.
    """
    subject = signed["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Untrusted("no subject")
    if told.get("sub") != subject:
        raise Untrusted("userinfo is of somebody else")  # Core 1.0, section 5.3.2
    every = {**signed, **told}
    email = _text(every.get("email"))
    verified = every.get("email_verified") in (True, "true")  # some say it as a text
    return Claims(
        registration.issuer,
        subject,
        _text(every.get("preferred_username")),
        email if verified and email.count("@") == 1 else "",
        _texts(every.get(registration.groups)),
    )


class _Client(StarletteOAuth2App):  # type: ignore[misc]  # Authlib has no types
    """Authlib's client, which believes a provider's metadata no more than is needed."""

    def __init__(self, registration: Registration) -> None:
        self._issuer, self._read_at = registration.issuer, -METADATA_SECONDS
        super().__init__(
            None,  # no framework keeps anything: see Attempt
            client_id=registration.client_id,
            client_secret=registration.secret,
            client_auth_methods=[("client_secret_basic", _basic)],
            client_kwargs={
                "code_challenge_method": "S256",
                "timeout": SECONDS,
                "leeway": 0,  # its access token is used once, at once
                "verify": _authorities(),
            },
        )

    async def load_server_metadata(self) -> dict[str, Any]:
        """Where the provider's addresses are, and what it can.

        Raises:
            Away: it does not say, or is another one.
        """
        now = time.monotonic()
        if now - self._read_at >= METADATA_SECONDS:
            self.server_metadata = await self._metadata()
            self._read_at = now
        found: dict[str, Any] = self.server_metadata
        return found

    def expected(self) -> dict[str, dict[str, Any]]:
        """What an ID token has to say beside its nonce and its times."""
        return {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self.client_id},
        }

    async def _metadata(self) -> dict[str, Any]:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        async with self._get_session() as session:
            answer = await session.request("GET", address, withhold_token=True)
        answer.raise_for_status()
        said = answer.json()
        if said.get("issuer") != self._issuer:  # Discovery 1.0, section 4.3
            raise Away(f"{address} is of another issuer")
        scheme = urlsplit(self._issuer).scheme
        if wrong := [
            one for one in ADDRESSES if urlsplit(said[one]).scheme not in ("https", scheme)
        ]:
            raise Away(f"{address} has a {wrong[0]} without TLS")
        offered = said.get("id_token_signing_alg_values_supported", [])
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return {one: said[one] for one in ("issuer", *ADDRESSES)} | {
            "id_token_signing_alg_values_supported": [
                one for one in SIGNATURES if one in offered
            ],
            "token_endpoint_auth_method": "client_secret_basic"
            if "client_secret_basic" in methods
            else "client_secret_post",
            "scopes_supported": said.get("scopes_supported", []),
            "names_itself": said.get("authorization_response_iss_parameter_supported") is True,
        }


@cache
def _authorities() -> ssl.SSLContext:
    """Whom certificates are believed of, as this machine does; 50 ms of a core to read."""
    return httpx2.create_ssl_context()


def _basic(client: Any, method: str, uri: str, headers: Any, body: Any) -> tuple[Any, ...]:
    """Name and secret as RFC 6749, section 2.3.1 wants them; Authlib leaves them bare."""
    login = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    return uri, headers, body


@contextmanager
def _answers() -> Iterator[None]:
    """What is wrong with the provider's answers, in the two words that matter."""
    try:
        yield
    except (Away, Untrusted):
        raise
    except (OAuthError, JoseError) as error:
        raise Untrusted(f"{type(error).__name__}: {error}") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Away(f"{type(error).__name__}: {error}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise Away(f"an answer that is none: {type(error).__name__}") from None


def _require_issuer(ours: str, said: str | None, metadata: Mapping[str, Any]) -> None:
    """Refuse what another provider has answered (RFC 9207, section 2.4)."""
    if said != ours and (said is not None or metadata["names_itself"]):
        raise Untrusted("another provider answers")


def _scope(metadata: Mapping[str, Any]) -> str:
    """What is asked of the provider: groups only where it knows that word."""
    groups = " groups" if "groups" in metadata["scopes_supported"] else ""
    return f"openid email profile{groups}"


def _text(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else ""


def _texts(value: object) -> frozenset[str]:
    every = value if isinstance(value, list) else [value]
    return frozenset(one for one in every if isinstance(one, str))
