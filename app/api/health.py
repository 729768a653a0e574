"""Health: for the machines that run the API."""

import asyncio
import sqlite3
from functools import partial
from typing import Any, Literal

import psycopg
import sqlalchemy as sa
from fastapi import Request
from pydantic import Field

from app.api.read_session import ReadSession, read
from app.api.releases import current_release
from app.database.migrating import newest_schema
from app.database.reading import CompiledSelect, ConnectionPool
from app.http.problems import BadParameterError, UnavailableError, documented
from app.http.routing import Route, Router
from app.models.base import Shape

router = Router("Health", "/health", Route)

SECONDS_TO_LOOK = 2.5
"""After which the database counts as away: time for one host that is frozen, and for another."""

SCHEMA = CompiledSelect(
    sa.select(sa.column("version_num")).select_from(sa.table("alembic_version"))  # Alembic's own
)


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
async def get_readiness(request: Request) -> Any:
    """The database answers, its schema is the one expected, and a release is in it."""
    pool: ConnectionPool = request.app.state.pool

    def look(session: ReadSession) -> dict[str, str]:
        schema = _schema(pool)
        if schema != newest_schema():
            raise UnavailableError(
                f"The database has schema {schema or 'none'}, and this version needs "
                f"{newest_schema()}."
            )
        current_release(session)
        return {"status": "ok", "release": session.release, "db_schema": schema}

    try:
        async with asyncio.timeout(SECONDS_TO_LOOK):
            return await pool.run(partial(read, pool, request.scope, look))
    except TimeoutError:
        raise UnavailableError(UnavailableError.example) from None


def _schema(pool: ConnectionPool) -> str | None:
    """The schema's revision; None if there is none yet."""
    try:
        rows = pool.rows(SCHEMA, {})
    except psycopg.errors.UndefinedTable:
        return None
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return None
    return rows[0][0] if rows else None
