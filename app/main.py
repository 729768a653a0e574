"""`create_app(settings)`: the one place where the parts are joined."""

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from app import __version__
from app import api as resources
from app.database import read_engine
from app.docs import INTRODUCTION, TAGS, add_docs, add_examples
from app.http.errors import LastResort, handle_errors
from app.http.headers import AnswerOptions, CommonHeaders, CurrentVersion, HeadAsGet
from app.http.parameters import RefuseUnreadable, refuse_unknown_parameters
from app.settings import Settings, read_settings

UNVERSIONED = {"app.api.health"}


def create_app(settings: Settings) -> FastAPI:
    """The API over the database that the settings name. Nothing is read from it yet."""

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        yield
        api.state.read_engine.dispose()

    api = FastAPI(
        title="Medfacts",
        version=__version__,
        description=INTRODUCTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        dependencies=[Depends(refuse_unknown_parameters)],
        generate_unique_id_function=_operation_id,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    api.state.read_engine = read_engine(settings)
    first_steps = {""}
    for module in pkgutil.iter_modules(resources.__path__, "app.api."):
        router: APIRouter | None = getattr(import_module(module.name), "router", None)
        if router is None:
            continue
        versioned = module.name not in UNVERSIONED
        api.include_router(router, prefix="/v1" if versioned else "")
        if versioned:
            paths = [route.path for route in router.routes if isinstance(route, APIRoute)]
            first_steps |= {path.split("/")[1] for path in paths if path}

    handle_errors(api)
    add_docs(api)
    add_examples(api)
    # The last one added is the first to see a request.
    api.add_middleware(LastResort)
    api.add_middleware(CurrentVersion, resources=frozenset(first_steps))
    api.add_middleware(RefuseUnreadable)
    api.add_middleware(HeadAsGet)
    api.add_middleware(AnswerOptions)
    api.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["X-Request-Id"],
        expose_headers=["Content-Location", "Data-Release", "Link", "X-Request-Id"],
    )
    api.add_middleware(CommonHeaders)
    return api


def __getattr__(name: str) -> FastAPI:
    """`app.main:app`, for uvicorn: made when it is first asked for, from the environment."""
    if name == "app":
        return create_app(read_settings())
    raise AttributeError(name)


def _operation_id(route: APIRoute) -> str:
    return route.name
