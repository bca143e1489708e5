"""The web process: REST, wired to one database and one broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

import dashboard.app
import dashboard.styles
import server.api
from dashboard.sources import Sources
from db.session import Database
from jobs.queue import Queue
from jobs.wakeups import Wakeups
from netspace import way_in
from netspace.settings import Settings
from netspace.stack import http, lifeline
from server import documentation, readiness
from server import uploads as multipart
from server.dependencies import Parts
from server.events import Hub
from server.forms import ARROW, PARQUET
from server.gate.guard import Guard
from server.gate.headers import Secured
from server.gate.health import Health
from server.gate.intake import Intake
from server.gate.login import Login
from server.gate.prefix import Prefix
from server.gate.rates import Rates
from server.gate.traced import Traced
from server.metrics.measured import Measured
from server.metrics.meters import Meters
from server.metrics.pulse import Pulse
from server.metrics.state import State
from server.problems import ALWAYS, MISSING
from server.remembered import Remembered
from server.routers import auth, metrics, tables
from server.standings import Standings
from server.unchanging import Unchanging
from services.exchange import archives
from services.people.credentials import Credentials
from services.processes import Processes
from services.reading import columns, identity
from services.reading.snapshots import Snapshots
from services.sampling.samplers import Samplers
from services.turns import Turns
from services.work import progress, versions
from services.work.progress import Activity

READERS = 1
"""Tables that are read at once: a large one takes a gigabyte for half a minute."""
LOOKERS = 2
"""Looks at tables at once, beside: they take a second."""
UPLOADS = 8
"""Tables that are sent or read at once, of 256 MiB on disk each."""

DOCUMENTATION_FILES = "/api/docs-files"
AS_THEY_ARE = (columns.MEDIA_TYPE, PARQUET, ARROW)


def ready_app() -> FastAPI:
    """The application for a server: its routes and its document are made before anybody asks.

    FastAPI makes them for the first request and the first reader, 0.7 s of the event loop's
    time together, in which nobody else would be answered.
    """
    app = create_app()
    app.openapi()
    return app


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; `ready_app` is what uvicorn calls in the web process."""
    settings = settings or Settings()
    way_in.require(settings)
    lifeline.watch()
    database = Database(settings.database)
    doorman = way_in.door(settings)
    credentials = Credentials(database)

    def read_versions() -> dict[int, int]:
        with database.read() as session:
            return versions.current(session)

    def read_activities(ids: Collection[int], jobs: Collection[int]) -> dict[int, Activity]:
        with database.read() as session:
            return progress.activities(session, ids, jobs)

    def read_born() -> str:
        with database.read() as session:
            return identity.born(session)

    def rename() -> None:
        with database.durable() as session:
            identity.renew(session)

    broker_url = settings.broker
    hub = Hub(broker_url, read_versions, read_activities, credentials.forget, read_born)
    samplers = Samplers(settings.sampling_seconds)
    printers = Processes("figures are written", 1)
    parts = Parts(
        database,
        Snapshots(database),
        Standings(database),
        Queue(broker_url),
        hub,
        samplers,
        readers=Processes("tables are read", READERS),
        lookers=Processes("tables are looked at", LOOKERS),
        uploads=Turns("tables are sent", most=UPLOADS),
        archives=Turns("archives are read"),
        analyses=Turns("statistics are computed", at_once=2, most=100),
        passwords=Turns("passwords are checked", at_once=2, most=20),
        credentials=credentials,
        wakeups=Wakeups(broker_url),
    )
    meters = Meters()
    pulse = Pulse(meters, hub, parts.snapshots)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(rename)
        await hub.start()
        await pulse.start()
        http.to_tell.append(hub.dismiss)
        warming = asyncio.create_task(run_in_threadpool(parts.snapshots.warm))
        yield
        await asyncio.gather(warming, return_exceptions=True)
        http.to_tell.remove(hub.dismiss)
        await pulse.stop()
        await hub.stop()
        samplers.close()
        printers.close()
        parts.readers.close()
        parts.lookers.close()
        parts.queue.close()
        parts.wakeups.close()
        database.dispose()

    app = FastAPIOffline(
        title="netspace",
        summary="Populations of networks from a design space, while they train.",
        lifespan=lifespan,
        docs_url=None,  # documentation.py
        redoc_url=None,
        static_url=DOCUMENTATION_FILES,
        openapi_url="/api/openapi.json",
        servers=[{"url": settings.root}] if settings.root else None,
        redirect_slashes=False,  # one address each; all else is 404, as the document says
    )
    app.root_path = settings.root  # of links; requests have it from server/gate/prefix.py
    app.state.parts = parts
    app.state.watch = metrics.Watch(meters, State(database, settings.data_dir))
    app.state.doorman = doorman
    # Columns travel as they are: gzip takes four times as long as encoding them, and Parquet is
    # compressed.
    app.add_middleware(
        GZipMiddleware,
        minimum_size=1_000,
        compresslevel=4,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *AS_THEY_ARE),
    )
    server.api.include(app)
    documentation.include(app, "/api/docs", DOCUMENTATION_FILES)
    app.state.pages = dashboard.app.mount(
        app,
        Sources(database, parts.snapshots, parts.queue, samplers, parts.analyses, printers),
        ALWAYS | MISSING,
    )

    @app.get("/", include_in_schema=False)
    async def index() -> RedirectResponse:
        return RedirectResponse(app.root_path + dashboard.app.PREFIX)

    app.include_router(auth.router)
    app.include_router(metrics.router)
    if settings.provider:
        way_in.include_provider(app, settings)

    # The last one added is the first one asked.
    app.add_middleware(Unchanging, below=dashboard.app.UNCHANGING)
    app.add_middleware(Remembered, prefix=f"{server.api.PREFIX}/", held=meters.held)
    uploads = {"/archive": archives.MEDIA_TYPE} | dict.fromkeys(
        tables.PATHS, multipart.MEDIA_TYPE
    )
    uploads = {server.api.PREFIX + path: media_type for path, media_type in uploads.items()}
    app.add_middleware(Intake, uploads=uploads)
    rates = Rates(settings.requests_per_minute)
    app.add_middleware(Login, doorman=doorman, credentials=credentials, rates=rates)
    ready = readiness.of(settings.database, settings.data_dir, broker_url)
    app.add_middleware(Health, look=ready.look)
    address = settings.origin if settings.public_url else None
    app.add_middleware(Guard, hosts=settings.hosts, address=address)
    app.add_middleware(Measured, meters=meters, prefix=server.api.PREFIX)
    app.add_middleware(Traced)
    app.add_middleware(Secured, styles=dashboard.styles.HASHES)
    app.add_middleware(Prefix, root=settings.root)
    return app
