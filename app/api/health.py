"""Health: for the machines that run the API."""

from typing import Any, Literal

from fastapi import Request
from pydantic import Field

from app.api.reading import Reading
from app.api.releases import current_release
from app.database import Reader
from app.http.errors import BadParameterError, UnavailableError, documented
from app.http.routing import Route, Router
from app.models.base import Shape
from app.schema import newest_schema, schema_of

router = Router("Health", "/health", Route)


class Health(Shape):
    """How the server is."""

    status: Literal["ok"] = Field(
        description="Always `ok`; anything else is an error.", examples=["ok"]
    )


class Readiness(Health):
    """What the server is ready to serve."""

    release: str = Field(
        description="The data release that is served.", examples=["2026-11-23-4f1c0a9be2d7"]
    )
    db_schema: str = Field(description="The revision of the database's schema.", examples=["0001"])


@router.get("/live", response_model=Health, responses=documented(BadParameterError))
async def get_liveness() -> Any:
    """The process answers, whatever the state of its database."""
    return {"status": "ok"}


@router.get("/ready", response_model=Readiness, responses=documented(BadParameterError))
def get_readiness(request: Request) -> Any:
    """The database answers, its schema is the one expected, and a release is in it."""
    reader: Reader = request.app.state.reader
    try:
        with reader.engine.connect() as connection:
            schema = schema_of(connection)
    except UnicodeDecodeError:  # of bytes that were changed in the schema itself
        raise UnavailableError(UnavailableError.example) from None
    if schema != newest_schema():
        raise UnavailableError(
            f"The database has schema {schema or 'none'}, and this version needs {newest_schema()}."
        )
    reading = Reading(reader, request.scope)
    current_release(reading)
    return {"status": "ok", "release": reading.release, "db_schema": schema}
