"""How requests read: by statements compiled once, over connections that break and are replaced."""

import asyncio
import sqlite3
import threading
import time

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app.database.engines import Reader, Statement
from app.models.warning import Severity
from app.settings import Settings
from tests.postgres import PostgresServer


@pytest.fixture
def reader(database: Settings) -> Reader:
    return Reader(database)


def test_a_statement_takes_constants_and_values_of_every_type(reader: Reader) -> None:
    statement = Statement(
        sa.select(
            sa.bindparam("text", type_=sa.String),
            sa.bindparam("number", type_=sa.Integer),
            sa.bindparam("kind", type_=sa.String),
            sa.literal("constant"),
        ).where(sa.literal("100%") == "100%")
    )
    values = {"text": "a'%:b", "number": 5, "kind": Severity.WARNING}

    for _ in range(2):
        assert reader.rows(statement, values) == [("a'%:b", 5, "warning", "constant")]
    reader.close()


def test_nothing_can_be_written_through_it(reader: Reader) -> None:
    insert = Statement(sa.select(sa.literal(1)))
    insert._compiled[reader.engine.dialect.name] = ("DELETE FROM drug RETURNING id", {})

    with pytest.raises(Exception, match=r"read.?only"):
        reader.rows(insert, {})
    reader.close()


def test_connections_that_are_never_good_are_an_error_of_the_database(reader: Reader) -> None:
    @sa.event.listens_for(reader.engine, "checkout")
    def refuse(*_: object) -> None:
        raise sa.exc.DisconnectionError

    with pytest.raises((sqlite3.OperationalError, psycopg.OperationalError)):
        reader.rows(Statement(sa.select(sa.literal(1))), {})
    reader.close()


def test_connections_that_broke_while_they_were_idle_are_replaced(
    postgres: PostgresServer, postgres_template: str
) -> None:
    name = postgres.create_database(postgres_template)
    reader = Reader(Settings(database_url=postgres.url(name)))
    one = Statement(sa.select(sa.literal(1)))
    asleep = Statement(sa.select(sa.literal(1).label("one"), sa.func.pg_sleep(0.2)))

    async def at_once() -> None:
        await asyncio.gather(
            *(reader.in_thread(lambda: reader.rows(asleep, {})) for _ in range(10))
        )

    asyncio.run(at_once())
    assert reader.engine.pool.checkedin() == 10  # type: ignore[attr-defined] # a QueuePool's
    _terminate(postgres, name)

    assert [reader.rows(one, {}) for _ in range(12)] == [[(1,)]] * 12
    reader.close()
    postgres.drop_database(name)


def test_a_connection_that_breaks_under_a_statement_has_it_run_again(
    postgres: PostgresServer, postgres_template: str
) -> None:
    name = postgres.create_database(postgres_template)
    reader = Reader(Settings(database_url=postgres.url(name)))
    asleep = Statement(sa.select(sa.literal(1).label("one"), sa.func.pg_sleep(0.5)))
    found: list[list[tuple[object, ...]]] = []
    thread = threading.Thread(target=lambda: found.append(reader.rows(asleep, {})))
    thread.start()
    time.sleep(0.2)
    _terminate(postgres, name)
    thread.join()

    assert [row[0] for row in found[0]] == [1]
    reader.close()
    postgres.drop_database(name)


def _terminate(server: PostgresServer, database: str) -> None:
    """End every connection to a database, as a restart of its server does."""
    url = make_url(server.url("postgres")).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
        )
