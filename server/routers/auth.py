"""The way in and out: pages without scripts, which work before anything else does.

/auth/login   /auth/logout   /auth/link/SECRET (set up, join, new password, key)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from starlette.concurrency import run_in_threadpool

from columns.text import CONTROL
from server.dependencies import Parts, PartsDep
from server.gate.login import Doorman
from services.acting.actor import Role, asking
from services.errors import Conflict, Gone, NotFound, Refused, TooOften, Unknown
from services.people import links, sessions, users
from services.people.links import Link
from services.people.passwords import SHORTEST

router = APIRouter(prefix="/auth", include_in_schema=False)

FILES = Path(__file__).parents[1] / "templates"
pages = Jinja2Templates(FILES)

LARGEST_FORM = 8_192
"""Bytes."""
SECRETS = InPath(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")


@dataclass(frozen=True)
class Field:
    """An input of a form."""

    name: str
    label: str
    type: str = "text"
    autocomplete: str = "off"
    hint: str = ""
    value: str = ""


@dataclass(frozen=True)
class Way:
    """A link to another page of the way in."""

    text: str
    address: str


NAME = Field("name", "Name", autocomplete="username")
PASSWORD = Field("password", "Password", "password", "current-password")
NEW_PASSWORD = Field(
    "password",
    "New password",
    "password",
    "new-password",
    f"at least {SHORTEST} characters: a few words make a good one",
)


async def form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent.

    Raises:
        Refused: it is too large, or no text that anything is called by.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            raise Refused("body", len(body), f"at most {LARGEST_FORM:,} bytes")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict"
        )
    except ValueError:
        raise Refused("body", None, "a form in UTF-8") from None
    given = dict(pairs)
    if wrong := [name for name, value in given.items() if CONTROL.search(name + value)]:
        raise Refused(wrong[0], None, "text without control characters")
    return given


FormDep = Annotated[Mapping[str, str], Depends(form)]


@router.get("/style.css")
async def style() -> Response:
    """The pages' looks."""
    return Response((FILES / "auth.css").read_text(), media_type="text/css")


@router.get("/login")
async def login_page(request: Request, next: str = "/") -> Response:
    """The form; who is in already goes on."""
    if asking.get().role > Role.NOBODY:
        return gone_to(request, next)
    return _login(request)


@router.post("/login")
async def login(request: Request, given: FormDep, parts: PartsDep, next: str = "/") -> Response:
    """Begin a session by name and password."""
    if doorman(request).mode != "accounts":
        return _login(request)
    if not doorman(request).passwords:
        return _login(request, "passwords let nobody in here", code=403)
    name, password = given.get("name", "").strip().lower(), given.get("password", "")
    address = _address(request)
    try:
        async with parts.passwords.inside():
            id = await parts.passwords.take(
                lambda: users.authenticated(parts.database, name, password, address)
            )
    except Unknown as error:
        return _login(request, str(error), name, 401)
    except TooOften as error:
        answer = _login(request, str(error), name, 429)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    return await entered(request, parts, id, next)


@router.post("/logout")
async def logout(request: Request, parts: PartsDep) -> Response:
    """End the session; every tab of it is out."""
    actor = asking.get()
    if actor.session is not None:
        await run_in_threadpool(_end, parts, actor.session)
    answer = RedirectResponse(f"{root(request)}/auth/login", 303)
    secure = doorman(request).secure  # a cookie `__Host-..` is let go of as it was set
    answer.delete_cookie(doorman(request).cookie, secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/link/{secret}")
async def link_page(
    request: Request, parts: PartsDep, secret: Annotated[str, SECRETS]
) -> Response:
    """What a link asks for. Opening it does not use it up: programs look at links, too."""
    try:
        link = await run_in_threadpool(_look, parts, secret)
    except Gone as error:
        return page(request, "This link does not work", problem=str(error), code=410)
    return _asked(request, parts, link)


@router.post("/link/{secret}")
async def follow_link(
    request: Request, given: FormDep, parts: PartsDep, secret: Annotated[str, SECRETS]
) -> Response:
    """Use a link: become the first administrator, join, choose a password, enter by key."""
    try:
        await run_in_threadpool(_look, parts, secret)  # who guesses holds up no writer
        async with parts.passwords.inside():
            id = await parts.passwords.take(lambda: _follow(parts, secret, given))
    except Gone as error:
        return page(request, "This link does not work", problem=str(error), code=410)
    except (Refused, Conflict) as error:
        link = await run_in_threadpool(_look, parts, secret)
        said = error.allowed if isinstance(error, Refused) else str(error)
        return _asked(request, parts, link, said, given.get("name", ""))
    await run_in_threadpool(parts.let_out)
    return await entered(request, parts, id, "/")


def _look(parts: Parts, secret: str) -> Link:
    with parts.database.read() as session:
        return links.look(session, secret)


def _follow(parts: Parts, secret: str, given: Mapping[str, str]) -> int | None:
    """Use a link up, and do what it is for: both, or neither."""
    password = given.get("password", "")
    with parts.database.durable() as session:
        link = links.use(session, secret)
        if link.purpose == "key":
            return None
        if link.purpose == "password":
            assert link.user_id is not None
            users.set_password(session, link.user_id, password)
            return link.user_id
        role = Role.ADMIN if link.purpose == "setup" else link.role
        assert role is not None
        return users.create(session, given.get("name", ""), role, password)


async def entered(request: Request, parts: Parts, user_id: int | None, next: str) -> Response:
    """A new session whatever the browser had, and on to where it was going."""
    agent = request.headers.get("user-agent", "")
    secret = await run_in_threadpool(_begin, parts, user_id, agent, _address(request))
    answer = gone_to(request, next)
    answer.set_cookie(
        doorman(request).cookie,
        secret,
        max_age=sessions.DAYS * 86_400,
        path="/",
        secure=doorman(request).secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def _begin(parts: Parts, user_id: int | None, agent: str, address: str) -> str:
    before = asking.get().session
    with parts.database.durable() as session:
        if before is not None:
            with suppress(NotFound):  # a new password has ended it
                sessions.end(session, before)
        return sessions.begin(session, user_id, agent, address)


def _end(parts: Parts, id: int) -> None:
    with parts.database.durable() as session:
        sessions.end(session, id)
    parts.let_out()


def _login(request: Request, problem: str = "", name: str = "", code: int = 200) -> Response:
    if doorman(request).mode == "accounts":
        named = Field(NAME.name, NAME.label, autocomplete=NAME.autocomplete, value=name)
        return page(
            request,
            "Log in",
            problem=problem,
            fields=[named, PASSWORD] if doorman(request).passwords else None,
            button="Log in",
            links=way_by_provider(request, request.query_params.get("next", "/")),
            code=code,
        )
    says = (
        "This server lets in by a link with a key. It was printed when the server started; "
        "`netspace key` prints another one."
    )
    return page(request, "A key is needed", says=says, code=401)


def _asked(
    request: Request, parts: Parts, link: Link, problem: str = "", name: str = ""
) -> Response:
    """The form of a link."""
    named = Field(NAME.name, NAME.label, autocomplete="username", value=name)
    code = 422 if problem else 200
    if link.purpose == "key":
        return page(request, "Come in", fields=[], button="Enter", code=code)
    if link.purpose == "password":
        title, fields = "Choose a new password", [NEW_PASSWORD]
    elif link.purpose == "setup":
        title, fields = "Become the first administrator", [named, NEW_PASSWORD]
    else:
        assert link.role is not None
        title, fields = f"Join as {link.role.word}", [named, NEW_PASSWORD]
    return page(request, title, problem=problem, fields=fields, button="Go on", code=code)


def page(
    request: Request,
    title: str,
    says: str = "",
    problem: str = "",
    fields: list[Field] | None = None,
    button: str = "",
    links: Sequence[Way] = (),
    code: int = 200,
) -> HTMLResponse:
    """A page of the way in: what it says, a form, and where else one can go."""
    shown: dict[str, Any] = {
        "title": title,
        "says": says,
        "problem": problem,
        "fields": fields,
        "button": button,
        "links": links,
        "root": root(request),
    }
    answer = pages.TemplateResponse(request, "auth.html", shown, status_code=code)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def gone_to(request: Request, next: str) -> RedirectResponse:
    """To a page of ours, whatever was asked for."""
    ours = next.startswith("/") and not next.startswith(("//", "/\\"))
    clean = ours and next.isprintable() and "\\" not in next
    return RedirectResponse(root(request) + (next if clean else "/"), 303)


def doorman(request: Request) -> Doorman:
    found: Doorman = request.app.state.doorman
    return found


def way_by_provider(request: Request, next: str) -> list[Way]:
    """The link to log in by the provider of OpenID Connect, if there is one.

    It names the server as the provider does, so that the cookie is there for who comes back.
    """
    known = doorman(request)
    if known.provider is None:
        return []
    address = f"{known.origin}{root(request)}/auth/oidc?next={quote(next, safe='')}"
    return [Way(f"Log in with {known.provider}", address)]


def root(request: Request) -> str:
    return str(request.scope.get("app_root_path", request.scope.get("root_path", "")))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
