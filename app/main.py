"""`create_app(settings)`: the one place where the parts are joined."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app import RELEASED, __version__
from app.api import (
    conditions,
    discrepancies,
    dosages,
    drugs,
    health,
    indications,
    interactions,
    labels,
    mechanisms,
    metrics,
    pharmacokinetics,
    products,
    releases,
    resolve,
    root,
    search,
    sources,
    trials,
    warnings,
)
from app.api.read_session import release_served
from app.cds_hooks import services
from app.cds_hooks.clients import clients_of
from app.database.reading import ConnectionPool
from app.fhir import rest
from app.http.access_log import AccessLog
from app.http.conditional_requests import NO_STORE, Representations
from app.http.cors import CORSMiddleware
from app.http.exchange import Exchange
from app.http.headers import VERSION, CommonHeaders, CurrentVersion
from app.http.load_shedding import LoadShedding
from app.http.outage import Outage
from app.http.problems import ServerErrorMiddleware, handle_errors
from app.http.request_body import RequestBody
from app.http.request_limits import Limits, RequestLimits
from app.http.request_metrics import POOL_IN_USE, POOL_SIZE
from app.http.response_cache import ResponseCache
from app.http.routing import Route
from app.http.timeout import Timeout
from app.logs import ACCESS, begin_logging
from app.openapi.docs_page import add_docs
from app.openapi.specification import INTRODUCTION, TAGS, complete_document
from app.openapi.well_known import add_well_known
from app.pages import browse, crawlers
from app.settings import Settings, read_settings
from app.tracing import Tracing, sending_traces, stop_sending, tracing_is_wanted

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVER = {"url": "/", "description": "This server, local or in production.", "x-internal": False}

ROUTERS = (
    drugs.router,
    warnings.router,
    browse.router,
    conditions.router,
    discrepancies.router,
    dosages.router,
    health.router,
    root.router,
    indications.router,
    interactions.router,
    labels.router,
    mechanisms.router,
    metrics.router,
    pharmacokinetics.router,
    products.router,
    releases.router,
    resolve.router,
    search.router,
    sources.router,
    trials.router,
    services.router,
    rest.router,
)
"""In the order in which routes are looked for, one after the other, and in which the document lists
those that it has: the drugs and their warnings, which are asked for most, come first, and then the
few of the pages: 0.1 ms sooner than behind all others."""


class Api(FastAPI):
    """FastAPI, and around it the layers that every request and every answer goes through."""

    layers: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the layers; the innermost is FastAPI itself."""
        await self.layers(scope, receive, send)

    @cached_property
    def routes_and_errors(self) -> ASGIApp:
        """The routes and the handlers of errors, without what else FastAPI puts around them.

        That answers for a bug in plain text, limits bodies, as `RequestBody` does, and costs as
        much as to find the route does.
        """
        return ExceptionMiddleware(self.router.app, handlers=self.exception_handlers)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as FastAPI does, and take note which route did."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        try:
            await self.routes_and_errors(scope, receive, send)
        finally:
            Exchange.of(scope).route = getattr(scope.get("route"), "path", None)

    def close(self) -> None:
        """Let go of the database."""
        self.state.pool.close()
        self.state.watcher.close()


def create_app(settings: Settings, traces: "TracerProvider | None" = None) -> Api:
    """The API over the database that the settings name. Nothing is read from it yet.

    With `traces` each request is a span, but for health.
    """

    @asynccontextmanager
    async def lifespan(api: Api) -> AsyncIterator[None]:
        yield
        api.close()
        if traces is not None:
            stop_sending(traces)

    api = Api(
        title="Medfacts",
        version=__version__,
        description=INTRODUCTION,
        openapi_tags=TAGS,
        servers=[SERVER],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    api.router.route_class = Route
    api.state.pool = ConnectionPool(settings)
    # Asked which release is served, also while all connections of the other are in use.
    api.state.watcher = ConnectionPool(settings.model_copy(update={"pool_size": 1}))
    api.state.public_url = settings.public_url
    api.state.address = settings.public_url or f"http://{settings.host}:{settings.port}"
    api.state.cds_cards = settings.cds_cards
    api.state.cds_clients = clients_of(settings.cds_issuers)
    api.state.tracer = traces.get_tracer("medfacts", __version__) if traces else None
    for router in ROUTERS:
        api.router.routes += router.routes
    outage = Outage()
    handle_errors(api, outage)
    add_docs(api)
    api.router.routes += crawlers.router.routes
    browse.add_assets(api)
    crawlers.add_texts(api)
    add_well_known(api, settings.security_contact)
    complete_document(api)
    api.layers = _layers(api, settings, outage)
    if api.state.tracer is not None:
        api.layers = Tracing(api.layers, api.state.tracer)
    _count_connections(api.state.pool.engine)
    return api


def _layers(api: Api, settings: Settings, outage: Outage) -> ASGIApp:
    """What a request goes through, from the last to the first."""
    data, release, docs = (
        f"max-age={seconds}, must-revalidate" if seconds else "no-cache"
        for seconds in (settings.max_age_data, settings.max_age_releases, settings.max_age_docs)
    )
    policies = {
        "cds-services": NO_STORE if settings.cds_issuers else docs,
        "health": NO_STORE,
        "metrics": NO_STORE,
        "": release,
        "releases": release,
        "docs": docs,
        "openapi.json": docs,
        ".well-known": docs,
        "*": data,
    }
    limits = Limits(settings.address_bytes, settings.header_bytes)
    at_once, longest_wait = api.state.pool.at_once, settings.longest_wait
    app: ASGIApp = CurrentVersion(api.answer, _resources())
    app = Representations(app, policies, RELEASED)
    app = LoadShedding(app, at_once=at_once, longest_wait=longest_wait)
    app = RequestBody(app)
    app = Timeout(app, seconds=settings.request_seconds)
    app = RequestLimits(app, limits)
    app = ServerErrorMiddleware(app)
    app = CORSMiddleware(app, settings.cors_origins)
    app = CommonHeaders(app)
    return ResponseCache(
        app,
        partial(release_served, api.state.watcher),
        max_bytes=settings.cache_bytes,
        holds=settings.cache_seconds,
        access_log=AccessLog(ACCESS) if settings.access_log else None,
        limits=limits,
        outage=outage,
    )


def _resources() -> frozenset[str]:
    """The first steps of the paths behind `/v1`, the empty one among them."""
    paths = [
        route.path for router in ROUTERS for route in router.routes if isinstance(route, Route)
    ]
    return frozenset(f"{path}/".split("/")[2] for path in paths if path.startswith(VERSION))


def _count_connections(engine: sa.Engine) -> None:
    """Have the metrics follow the connections of a pool."""
    pool: Any = engine.pool  # whose kind has a size
    POOL_SIZE.inc(pool.size())
    sa.event.listen(engine, "checkout", lambda *_: POOL_IN_USE.inc())
    sa.event.listen(engine, "checkin", lambda *_: POOL_IN_USE.dec())


def app_of_environment() -> ASGIApp:
    """For uvicorn, which makes an app in each process: over the environment's settings.

    It calls the layers themselves: to go by `Api.__call__` costs a cached answer a coroutine more.
    """
    settings = read_settings()
    begin_logging(settings)
    api = create_app(settings, sending_traces() if tracing_is_wanted() else None)
    metrics.forget_dead_processes()
    return api.layers
