"""`create_app(settings)`: the one place where the parts are joined."""

import os
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from opentelemetry.trace import TracerProvider
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__
from app import api as resources
from app.api.metrics import Newest
from app.api.reading import release_served
from app.database.outage import Outage
from app.database.reading import ConnectionPool
from app.floor import Floor
from app.http.cache import Cache
from app.http.conditional_requests import NO_STORE, Representations
from app.http.cors import AnswerPreflights, ReadableByPages
from app.http.exchange import Exchange
from app.http.headers import (
    HEALTH,
    VERSION,
    WRITE,
    CommonHeaders,
    CurrentVersion,
    HeadAsGet,
)
from app.http.load_shedding import Admission
from app.http.observing import Observer
from app.http.problems import LastResort, handle_errors
from app.http.request_limits import Limits, Patience, RefuseMalformed
from app.http.routing import Route, Router
from app.http.tally import Tally
from app.http.timeout import Deadline
from app.logs import ACCESS
from app.openapi.docs_page import add_docs
from app.openapi.specification import INTRODUCTION, TAGS, complete_document
from app.openapi.well_known import add_well_known
from app.settings import ROOT, Settings, read_settings

SERVER = {"url": "/", "description": "This server, local or in production.", "x-internal": False}


class Api(FastAPI):
    """FastAPI, and around it the layers that every request and every answer goes through."""

    layers: ASGIApp
    patience: Patience
    """The limits of a client, which the server keeps."""
    admission: Admission
    cache: Cache
    hit: Callable[..., bool]
    """Answers at once what the cache has; the server asks it before it begins a task."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the layers; the innermost is FastAPI itself."""
        if self.state.tracer is None or scope["type"] != "http":
            await self.layers(scope, receive, send)
            return
        # FastAPI's own telemetry, around all layers: the innermost finds that it is at work.
        scope.get("extensions", {}).pop(WRITE, None)  # which it does not see
        await self._native_telemetry(app=self.layers, scope=scope, receive=receive, send=send)

    def tell_gauges(self, **more: float) -> None:
        """Tell the tally how this process stands now."""
        pool: Any = self.state.pool.engine.pool  # whose kind has a size
        stands = {
            "pid": os.getpid(),
            "in_progress": self.cache.in_progress,
            "waiting": self.admission.waiting,
            "pool_size": pool.size(),
            "pool_in_use": pool.checkedout(),
            "cache_bytes": self.cache.bytes,
        }
        for gauge, value in (stands | more).items():
            self.state.tally.set(gauge, value)

    def close(self) -> None:
        """Let go of the database."""
        self.state.pool.close()
        self.state.watcher.close()

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as FastAPI does, and leave word which route did."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            Exchange.of(scope).route = getattr(scope.get("route"), "path", None)


def create_app(
    settings: Settings,
    floor: Floor | None = None,
    tally: Tally | None = None,
    traces: TracerProvider | None = None,
) -> Api:
    """The API over the database that the settings name. Nothing is read from it yet.

    Processes that serve together share a `floor` and a `tally`. With `traces` each request
    is a span, but for health.
    """

    @asynccontextmanager
    async def lifespan(api: Api) -> AsyncIterator[None]:
        yield
        api.close()

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
        telemetry={
            "tracing": traces is not None,
            "tracer_provider": traces,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "exclude": lambda scope: scope["path"].startswith(HEALTH),
        },
    )
    api.router.route_class = Route
    api.state.floor = floor or Floor()
    api.state.outage = Outage()
    api.state.pool = ConnectionPool(settings)
    api.state.watcher = ConnectionPool(settings.model_copy(update={"pool_size": 1}))
    api.state.newest = Newest(api.state.watcher)
    api.state.tally = tally or Tally()
    api.state.tracer = traces.get_tracer("medfacts", __version__) if traces else None
    first_steps = {""}
    for name in _in_the_order_of_use():
        router: Router | None = getattr(import_module(f"app.api.{name}"), "router", None)
        if router is not None:
            api.router.routes += router.routes
            if router.prefix == VERSION:
                paths = [route.path for route in router.routes if isinstance(route, Route)]
                first_steps |= {path.split("/")[2] for path in paths if path != VERSION}

    handle_errors(api, api.state.outage)
    add_docs(api)
    add_well_known(api, settings.security_contact)
    complete_document(api)
    api.add_middleware(LastResort)  # within FastAPI, which would answer for a bug in plain text
    api.state.tally.name_routes([r.path for r in api.routes if isinstance(r, APIRoute)])
    _put_layers_around(api, settings, frozenset(first_steps))
    return api


def _put_layers_around(api: Api, settings: Settings, resources: frozenset[str]) -> None:
    """What a GET goes through, from the last line to the first."""
    data, releases, docs = (
        f"max-age={seconds}, must-revalidate" if seconds else "no-cache"
        for seconds in (settings.max_age_data, settings.max_age_releases, settings.max_age_docs)
    )
    policies = {
        "health": NO_STORE,
        "metrics": NO_STORE,
        "": releases,
        "releases": releases,
        "docs": docs,
        "openapi.json": docs,
        ".well-known": docs,
        "*": data,
    }
    app: ASGIApp = CurrentVersion(api.answer, resources)
    app = Representations(app, policies, program_changed())
    app = AnswerPreflights(app)
    limits = Limits(settings.address_bytes, settings.header_bytes)
    app = RefuseMalformed(app, limits)
    app = LastResort(app)
    app = ReadableByPages(app, settings.cors_origins)
    app = CommonHeaders(app)
    at_once, longest_wait = api.state.pool.at_once, settings.longest_wait
    api.admission = Admission(app, at_once=at_once, longest_wait=longest_wait)
    api.cache = Cache(
        Deadline(api.admission, seconds=settings.request_seconds, outage=api.state.outage),
        partial(release_served, api.state.watcher),
        most_bytes=settings.cache_bytes,
        holds=settings.cache_seconds,
        observer=Observer(
            api.state.tally,
            ACCESS if settings.access_log else None,
            traces=api.state.tracer is not None,
        ),
        limits=limits,
        floor=api.state.floor,
        outage=api.state.outage,
    )
    api.patience = Patience(
        limits, settings.arrive_seconds, settings.unread_seconds, settings.connections
    )
    api.layers = HeadAsGet(api.cache)
    api.hit = api.cache.hit if api.state.tracer is None else _no_hit


def _no_hit(*_: object) -> bool:
    """Where requests are traced: a span begins with the task that a hit spares."""
    return False


def program_changed() -> datetime:
    """When the program was last changed: what it answers may have changed with it."""
    files = (path for path in (ROOT / "app").rglob("*") if path.suffix in (".py", ".json"))
    newest = max(path.stat().st_mtime for path in files)
    return datetime.fromtimestamp(int(newest), UTC)


def __getattr__(name: str) -> Api:
    """`app.main:app`, for uvicorn: made when it is first asked for, from the environment."""
    if name == "app":
        return create_app(read_settings())
    raise AttributeError(name)


def _in_the_order_of_use() -> list[str]:
    """The files of `app.api`, those first that are asked most: routes are looked for in turn."""
    names = [module.name for module in pkgutil.iter_modules(resources.__path__)]
    return sorted(names, key=lambda name: name not in ("drugs", "warnings"))
