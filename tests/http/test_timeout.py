"""What takes too long is given up, with its statement, and the next request is answered."""

import asyncio
import json
import time
from typing import Any

import pytest
import sqlalchemy as sa

from app.database.reading import CompiledSelect, ConnectionPool
from app.main import create_app
from app.settings import Settings
from tests.conftest import Save
from tests.http.raw import Answer, asked_of
from tests.writing import drug


def slow_statement(pool: ConnectionPool) -> CompiledSelect:
    """One that would take a minute or more."""
    if pool.engine.dialect.name == "sqlite":
        n = sa.select(sa.literal(1).label("i")).cte("n", recursive=True)
        n = n.union_all(sa.select(n.c.i + 1).where(n.c.i < 500_000_000))
        return CompiledSelect(sa.select(sa.func.max(n.c.i)))
    return CompiledSelect(sa.select(sa.func.pg_sleep(60)))


@pytest.mark.slow
def test_what_takes_too_long_is_a_503_and_holds_nothing(database: Settings, save: Save) -> None:
    save(drug("hustanol"))
    hasty = {"request_seconds": 0.4, "pool_size": 1, "cache_bytes": 0}
    app = create_app(database.model_copy(update=hasty))
    pool: ConnectionPool = app.state.pool
    slow, rows = slow_statement(pool), pool.rows

    def slowly(select: CompiledSelect, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        rows(slow, {})
        return rows(select, values)

    async def story() -> tuple[Answer, float]:
        pool.rows = slowly  # type: ignore[method-assign] # a statement that a test can make slow
        begun = time.monotonic()
        try:
            refused = await asked_of(app, b"/v1/drugs/hustanol")
        finally:
            pool.rows = rows  # type: ignore[method-assign]
        took = time.monotonic() - begun
        async with asyncio.timeout(30):  # the one thread and the one connection are free
            while (await asked_of(app, b"/v1/drugs/hustanol"))[0] != 200:
                pass
        return refused, took

    (status, headers, body), took = asyncio.run(story())
    app.close()

    assert (status, headers["retry-after"]) == (503, "2")
    assert json.loads(body)["type"] in (
        "/docs/problems#took-too-long",
        "/docs/problems#unavailable",  # where Postgres's own time-out comes first
    )
    assert 0.3 < took < 30
