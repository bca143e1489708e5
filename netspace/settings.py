"""Settings: everything that can be set, each from the environment as NETSPACE_NAME, or by its
name in a file (`netspace/configured.py`).

They are read and checked once, at start; only the package `netspace` knows them, the others
are handed plain values. A wrong value is told in one line that names the variable, the value
and what is allowed.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from netspace import addresses, configured
from netspace.configured import WrongSettings as WrongSettings
from netspace.stack.lifeline import SUPERVISOR
from netspace.stack.ports import reachable
from netspace.stack.readiness import TELLS

PREFIX = "NETSPACE_"
URL, TOKEN = "NETSPACE_URL", "NETSPACE_TOKEN"
"""Of the server that commands ask: no settings of one."""

ROLES = ("web_database_url", "worker_database_url")
"""Addresses of the database by the roles of its parts; each part has its own alone."""

ADDRESSES = ("database_url", "broker_url", *ROLES)
"""Settings that may hold a password."""
SECRETS = ("oidc_client_secret",)
"""Settings that are one."""
MAY_BE_FILES = (*ADDRESSES, *SECRETS)
"""Each may stand in a file of its own, which NETSPACE_NAME_FILE names."""
DATA_DIR = Path("var")
EVERYWHERE = {"0.0.0.0", "::"}  # nosec B104
"""Addresses to listen on that nobody reaches a server by."""
ALLOWED = re.compile(r"@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|group:.+", re.IGNORECASE)
"""Somebody whom a provider's word lets in: a domain or a group."""


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _absolute_or_none(path: Path | None) -> Path | None:
    return path and _absolute(path)


class Settings(BaseSettings):
    """Settings of web process, worker and supervisor; an empty variable is an unset one."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        env_ignore_empty=True,
        validate_default=True,
    )

    host: str = Field(
        "127.0.0.1", min_length=1, description="address the web process listens on"
    )
    port: int = Field(8050, ge=1, le=65_535, description="port the web process listens on")
    auth: Literal["none", "key", "accounts"] | None = Field(
        None,
        description="how people come in: none (whoever has an account on this machine), key (a "
        "printed link), accounts; unless set, none on a loopback address and accounts else",
    )
    insecure: bool = Field(
        False, description="serve without logins beyond this machine: 1 or 0"
    )
    public: bool = Field(
        False, description="who has not logged in may read what is public: 1 or 0"
    )
    public_url: str | None = Field(
        None,
        description="address that browsers reach this server by, where a proxy stands before "
        "it: https://lab.example, or below a path: https://lab.example/netspace",
    )
    proxies: str = Field(
        "",
        pattern=r"^[0-9A-Fa-f.:/, ]*$",
        description="addresses of proxies whose X-Forwarded headers are believed, by comma",
    )
    requests_per_minute: int = Field(
        6_000,
        ge=0,
        description="that one person may send to a web process, where there are logins; 0: any",
    )
    allowed_hosts: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._:\[\]*, -]*$",
        description="names this server is reached by beside those of loopback, by comma: "
        "lab.example; `*`: any, where a proxy checks them",
    )
    oidc_issuer: str | None = Field(
        None,
        description="address of a provider of OpenID Connect that people log in by, as it "
        "calls itself: https://login.lab.example/realms/lab",
    )
    oidc_client_id: str | None = Field(
        None, max_length=500, description="what the provider calls this server"
    )
    oidc_client_secret: str | None = Field(
        None, repr=False, description="the secret that the provider gave this server"
    )
    oidc_secret_file: Annotated[Path | None, AfterValidator(_absolute_or_none)] = Field(
        None, description="file that holds that secret, in place of the variable"
    )
    oidc_name: str | None = Field(
        None,
        max_length=50,
        description='what "Log in with" says; the issuer\'s host unless set',
    )
    oidc_allowed: str = Field(
        "",
        description="whom of its people the server lets in, by comma: @lab.example (verified "
        "e-mail addresses), group:netspace; all of them unless set",
    )
    oidc_groups: str = Field(
        "groups", min_length=1, description="the claim in which the provider tells groups"
    )
    oidc_admins: str = Field("", description="groups whose people are administrators, by comma")
    oidc_members: str = Field("", description="groups whose people are members, by comma")
    oidc_role: Literal["viewer", "member"] = Field(
        "viewer", description="what the provider's other people are: viewer or member"
    )
    oidc_only: bool = Field(
        False, description="people log in by the provider alone, not by password: 1 or 0"
    )
    sampling_seconds: float = Field(
        60,
        gt=0,
        le=3600,
        description="longest that sampling one population may take, seconds",
    )
    data_dir: Annotated[Path, AfterValidator(_absolute)] = Field(
        DATA_DIR, description="folder of database, broker, spool and own data sets"
    )
    database_url: str | None = Field(
        None,
        repr=False,
        description="sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME; "
        "netspace.db in the data folder unless set",
    )
    web_database_url: str | None = Field(
        None,
        repr=False,
        description="the same for web processes, by a role of PostgreSQL that may do what they "
        "need; `migrate` makes it; NETSPACE_DATABASE_URL unless set",
    )
    worker_database_url: str | None = Field(
        None,
        repr=False,
        description="the same for workers, by a role that reads no accounts",
    )
    broker_url: str | None = Field(
        None,
        repr=False,
        description="redis://[:PASSWORD@]HOST:PORT/DB; `up` starts its own broker unless set",
    )
    demo: bool = Field(
        True,
        description="queue the demo study in an empty database, import the reference studies: "
        "1 or 0",
    )
    reference_dir: Annotated[Path | None, AfterValidator(_absolute_or_none)] = Field(
        None,
        description="folder of archives that a first start imports; reference/ beside the code "
        "unless set",
    )
    slots: int | None = Field(
        None,
        ge=1,
        le=1024,
        description="training processes of a worker; one a core unless set",
    )
    least_free_percent: float = Field(
        5,
        ge=0,
        lt=100,
        description="of the data folder's disk: below it a worker takes no new job, percent",
    )
    lease_seconds: float = Field(
        30, ge=1, le=3600, description="how long a silent worker keeps its job, seconds"
    )
    heartbeat_seconds: float = Field(
        5,
        gt=0,
        description="between two heartbeats of a job, seconds; at most half a lease",
    )
    max_attempts: int = Field(
        3, ge=1, le=100, description="attempts at a job before it is dead"
    )
    job_timeout_seconds: float = Field(
        3600,
        gt=0,
        description="longest epoch of a training, and longest benchmark, seconds: a job that "
        "says nothing for so long is ended",
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)
    ] = Field("info", description="least severe line that is logged")
    log_format: Annotated[Literal["text", "json"], BeforeValidator(str.lower)] = Field(
        "text", description="text, or json: one object a line"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[Any, ...]:
        """What is given here wins over the environment, and that over files."""
        return init_settings, env_settings, _from_files

    @field_validator("database_url", *ROLES)
    @classmethod
    def _database_is_supported(cls, url: str | None) -> str | None:
        return url and addresses.database(url)

    @field_validator("public_url")
    @classmethod
    def _people_can_go_there(cls, url: str | None) -> str | None:
        return url and addresses.public(url)

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_is_an_address(cls, url: str | None) -> str | None:
        return url and addresses.issuer(url)

    @field_validator("oidc_allowed")
    @classmethod
    def _domains_or_groups_are_allowed(cls, text: str) -> str:
        for one in listed(text):
            if not ALLOWED.fullmatch(one):
                raise ValueError("should be @DOMAIN or group:NAME, by comma")
        return text

    @field_validator("broker_url")
    @classmethod
    def _broker_is_redis(cls, url: str | None) -> str | None:
        return url and addresses.broker(url)

    @field_validator("data_dir")
    @classmethod
    def _can_be_part_of_an_address(cls, path: Path) -> Path:
        try:
            str(path).encode()
        except UnicodeEncodeError:
            raise ValueError("should be named in UTF-8") from None
        return path

    @field_validator("heartbeat_seconds")
    @classmethod
    def _a_lease_outlives_a_lost_heartbeat(cls, seconds: float, info: ValidationInfo) -> float:
        lease = info.data.get("lease_seconds", 2 * seconds)  # absent where it was wrong itself
        if seconds > lease / 2:
            raise ValueError(f"should be at most half of {PREFIX}LEASE_SECONDS ({lease:g})")
        return seconds

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the server."""
        behind_proxy = bool(self.proxies) or self.public_url is not None
        return addresses.is_loopback(self.host) and not behind_proxy

    @property
    def way_in(self) -> Literal["none", "key", "accounts"]:
        """How people come in."""
        return self.auth or ("none" if self.is_local else "accounts")

    @property
    def address(self) -> str:
        """The address that people reach the server by."""
        return self.public_url or self.here

    @property
    def origin(self) -> str:
        """The address without its path, as browsers call the origin of our pages."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def root(self) -> str:
        """The path that everything lies below for browsers: "", or "/netspace"."""
        return urlsplit(self.address).path

    @property
    def here(self) -> str:
        """The address that this machine reaches it by."""
        host = reachable(self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server by TLS."""
        return self.public_url is not None and self.public_url.startswith("https:")

    @property
    def hosts(self) -> frozenset[str]:
        """Names in a request's Host that are answered, beside those of loopback."""
        own = {self.host} - EVERYWHERE
        if self.public_url is not None:
            own |= {urlsplit(self.public_url).hostname or ""}
        names = {name.strip() for name in self.allowed_hosts.split(",")} | own
        return frozenset(
            f"[{name}]" if name.count(":") > 1 and name[0] != "[" else name
            for name in names - {""}
        )

    @property
    def provider(self) -> str | None:
        """What people call the provider of OpenID Connect, if there is one."""
        return self.oidc_issuer and (self.oidc_name or urlsplit(self.oidc_issuer).hostname)

    @property
    def oidc_secret(self) -> str | None:
        """The provider's secret, from the variable or its file.

        Raises:
            WrongSettings: the file can't be read, or is empty.
        """
        if self.oidc_secret_file is None:
            return self.oidc_client_secret
        try:
            secret = self.oidc_secret_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "no text"
            raise WrongSettings(
                _about("oidc_secret_file", self, f"can't be read: {why}")
            ) from None
        if not secret:
            raise WrongSettings(_about("oidc_secret_file", self, "is empty"))
        return secret

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or addresses.sqlite(self.data_dir / "netspace.db")

    @property
    def on_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def roles(self) -> tuple[str, str] | None:
        """The addresses by which web processes and workers connect, where they have roles.

        Raises:
            WrongSettings: only one of them has, or the database has no roles.
        """
        web, worker = self.web_database_url, self.worker_database_url
        if not web and not worker:
            return None
        names = " and ".join(map(variable, ROLES))
        if not web or not worker or web == worker:
            raise WrongSettings(f"{names} should be two addresses, or neither be set")
        if any(url.startswith("sqlite") for url in (self.database, web, worker)):
            raise WrongSettings(f"{names} are of PostgreSQL: SQLite has no roles")
        return web, worker

    @property
    def broker(self) -> str:
        """The broker's URL: where Redis listens by default, unless told otherwise."""
        return self.broker_url or "redis://127.0.0.1:6379/0"


def _from_files() -> dict[str, Any]:
    return configured.found(PREFIX, Settings.model_fields, MAY_BE_FILES, DATA_DIR)


def load() -> Settings:
    """The settings of this process.

    Raises:
        WrongSettings: values that are not allowed, all of them at once.
    """
    try:
        return Settings()
    except ValidationError as wrong:
        lines = [_complaint(error) for error in wrong.errors()]
        raise WrongSettings("\n".join(lines)) from None


def connecting(url: str) -> dict[str, str]:
    """The environment of a part that connects by one address, and knows no other."""
    return {variable("database_url"): url} | {variable(name): "" for name in ROLES}


def listed(text: str) -> list[str]:
    """What a setting lists by comma."""
    return [one for one in map(str.strip, text.split(",")) if one]


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def shown(value: object, field: str = "") -> str:
    """A setting's value for people: of an address, nothing that may be a password."""
    text = str(value)
    if field in SECRETS:
        return addresses.HIDDEN
    if field in ADDRESSES or "://" in text:
        return addresses.shown(text)
    return text.encode(errors="backslashreplace").decode()


def misspelt() -> dict[str, str]:
    """NETSPACE_ variables that are no setting, each with the one that was perhaps meant."""
    known = [variable(field) for field in Settings.model_fields]
    strange = {name for name in os.environ if name.startswith(PREFIX)} - {
        *known,
        SUPERVISOR,
        TELLS,
        URL,
        TOKEN,
        *configured.variables(PREFIX, MAY_BE_FILES),
    }
    return {name: next(iter(difflib.get_close_matches(name, known)), "") for name in strange}


def _about(field: str, settings: Settings, wrong: str) -> str:
    return f'{variable(field)} is "{shown(getattr(settings, field), field)}": {wrong}'


def _complaint(error: ErrorDetails) -> str:
    """`NETSPACE_PORT is "99999": should be ... (port the web process listens on)`."""
    field = str(error["loc"][0])
    said = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    about = Settings.model_fields[field].description
    return f'{variable(field)} is "{shown(error["input"], field)}": {said} ({about})'
