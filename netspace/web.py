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
from netspace.stack import lifeline
from server import documentation
from server.dependencies import Parts
from server.events import Hub
from server.gate.guard import Guard
from server.gate.headers import Secured
from server.gate.intake import Intake
from server.gate.login import Login
from server.gate.rates import Rates
from server.problems import ALWAYS, MISSING
from server.routers import auth
from services.exchange import archives
from services.people.credentials import Credentials
from services.reading import columns, identity
from services.reading.snapshots import Snapshots
from services.sampling.samplers import Samplers
from services.turns import Turns
from services.work import progress, versions
from services.work.progress import Activity

DOCUMENTATION_FILES = "/api/docs-files"


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

    def rename() -> None:
        with database.durable() as session:
            identity.renew(session)

    broker_url = settings.broker
    hub = Hub(broker_url, read_versions, read_activities, credentials.forget)
    samplers = Samplers(settings.sampling_seconds)
    parts = Parts(
        database,
        Snapshots(database),
        Queue(broker_url),
        hub,
        samplers,
        archives=Turns("archives are read"),
        analyses=Turns("statistics are computed", at_once=2, most=100),
        passwords=Turns("passwords are checked", at_once=2, most=20),
        credentials=credentials,
        wakeups=Wakeups(broker_url),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(rename)
        await hub.start()
        warming = asyncio.create_task(run_in_threadpool(parts.snapshots.warm))
        yield
        await asyncio.gather(warming, return_exceptions=True)
        await hub.stop()
        samplers.close()
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
        redirect_slashes=False,  # one address each; all else is 404, as the document says
    )
    app.state.parts = parts
    app.state.doorman = doorman
    # Columns travel as they are: gzip takes four times as long as encoding them.
    app.add_middleware(
        GZipMiddleware,
        minimum_size=1_000,
        compresslevel=4,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, columns.MEDIA_TYPE),
    )
    server.api.include(app)
    documentation.include(app, "/api/docs", DOCUMENTATION_FILES)
    app.state.pages = dashboard.app.mount(
        app,
        Sources(database, parts.snapshots, parts.queue, samplers, parts.analyses),
        ALWAYS | MISSING,
    )

    @app.get("/", include_in_schema=False)
    async def index() -> RedirectResponse:
        return RedirectResponse(app.root_path + dashboard.app.PREFIX)

    app.include_router(auth.router)
    if settings.provider:
        way_in.include_provider(app, settings)

    # The last one added is the first one asked.
    uploads = {f"{server.api.PREFIX}/archive": archives.MEDIA_TYPE}
    app.add_middleware(Intake, uploads=uploads)
    rates = Rates(settings.requests_per_minute)
    app.add_middleware(Login, doorman=doorman, credentials=credentials, rates=rates)
    app.add_middleware(Guard, hosts=settings.hosts, address=settings.public_url)
    app.add_middleware(Secured, styles=dashboard.styles.HASHES)
    return app
