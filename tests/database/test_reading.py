"""How requests read: by statements compiled once, over connections that break and are replaced."""

import asyncio
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app.database.reading import CompiledSelect, ConnectionPool
from app.models.warning import Severity
from app.settings import Settings
from tests.postgres import PostgresServer
from tests.processes import until


@pytest.fixture
def pool(database: Settings) -> ConnectionPool:
    return ConnectionPool(database)


def test_a_select_takes_constants_and_values_of_every_type(pool: ConnectionPool) -> None:
    select = CompiledSelect(
        sa.select(
            sa.bindparam("text", type_=sa.String),
            sa.bindparam("number", type_=sa.Integer),
            sa.bindparam("kind", type_=sa.String),
            sa.literal("constant"),
        ).where(sa.literal("100%") == "100%")
    )
    values = {"text": "a'%:b", "number": 5, "kind": Severity.WARNING}

    for _ in range(2):
        assert pool.rows(select, values) == [("a'%:b", 5, "warning", "constant")]
    pool.close()


def test_nothing_can_be_written_through_it(pool: ConnectionPool) -> None:
    with pytest.raises(Exception, match=r"read.?only"):
        pool.rows(_written(sa.text("DELETE FROM drug RETURNING id")), {})
    pool.close()


def test_work_that_is_cancelled_is_interrupted_and_its_thread_is_free(database: Settings) -> None:
    pool = ConnectionPool(database.model_copy(update={"pool_size": 1}))
    endless = sa.text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )

    async def story() -> object:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await pool.run(lambda: pool.rows(_written(endless), {}))
        async with asyncio.timeout(30):
            return await pool.run(lambda: pool.rows(CompiledSelect(sa.select(sa.literal(1))), {}))

    assert asyncio.run(story()) == [(1,)]
    pool.close()


def test_connections_that_broke_while_they_were_idle_are_replaced(
    postgres: PostgresServer, postgres_template: str
) -> None:
    name = postgres.create_database(postgres_template)
    pool = ConnectionPool(Settings(database_url=postgres.url(name)))
    one = CompiledSelect(sa.select(sa.literal(1)))
    all_ten = threading.Barrier(10)

    def meet(*_: object) -> None:
        all_ten.wait(30)

    async def at_once() -> None:
        await asyncio.gather(*(pool.run(lambda: pool.rows(one, {})) for _ in range(10)))

    sa.event.listen(pool.engine, "checkout", meet)
    asyncio.run(at_once())
    sa.event.remove(pool.engine, "checkout", meet)
    until(lambda: pool.engine.pool.checkedin() == 10)  # type: ignore[attr-defined] # a QueuePool's
    _terminate(postgres, name)

    assert [pool.rows(one, {}) for _ in range(12)] == [[(1,)]] * 12
    pool.close()
    postgres.drop_database(name)


@pytest.mark.slow
def test_a_connection_that_breaks_under_a_statement_has_it_run_again(
    postgres: PostgresServer, postgres_template: str
) -> None:
    name = postgres.create_database(postgres_template)
    pool = ConnectionPool(Settings(database_url=postgres.url(name)))
    asleep = CompiledSelect(sa.select(sa.literal(1).label("one"), sa.func.pg_sleep(0.5)))
    found: list[list[tuple[object, ...]]] = []
    thread = threading.Thread(target=lambda: found.append(pool.rows(asleep, {})))
    thread.start()
    time.sleep(0.2)
    _terminate(postgres, name)
    thread.join()

    assert [row[0] for row in found[0]] == [1]
    pool.close()
    postgres.drop_database(name)


def _numbered(path: Path, number: int) -> Path:
    """A file with a table that holds this number, and nothing beside it."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE held (number INTEGER)")
        connection.execute("INSERT INTO held VALUES (?)", [number])
    connection.close()
    return path


HELD: Any = CompiledSelect(sa.text("SELECT number FROM held"))  # type: ignore[arg-type] # text


def test_a_file_that_replaces_another_is_read_at_once_and_a_missing_one_is_never_made(
    tmp_path: Path,
) -> None:
    path = _numbered(tmp_path / "medfacts.db", 1)
    pool = ConnectionPool(Settings(database_url=f"sqlite:///{path}"))
    assert pool.rows(HELD, {}) == [(1,)]

    _numbered(tmp_path / "new", 2).replace(path)
    assert pool.rows(HELD, {}) == [(2,)]

    path.unlink()
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        pool.rows(HELD, {})
    assert list(tmp_path.iterdir()) == []
    pool.close()


def test_no_thread_reads_from_a_replaced_file_while_another_lets_go_of_its_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _numbered(tmp_path / "medfacts.db", 1)
    pool = ConnectionPool(Settings(database_url=f"sqlite:///{path}"))
    dispose, both = pool.engine.dispose, threading.Barrier(2)

    def read() -> list[tuple[Any, ...]]:
        both.wait()
        return pool.rows(HELD, {})

    def slowly() -> None:
        time.sleep(0.1)
        dispose()

    async def reads() -> object:
        return await asyncio.gather(pool.run(read), pool.run(read))

    monkeypatch.setattr(pool.engine, "dispose", slowly)
    assert asyncio.run(reads()) == [[(1,)], [(1,)]]
    _numbered(tmp_path / "new", 2).replace(path)

    assert asyncio.run(reads()) == [[(2,)], [(2,)]]
    pool.close()


def test_a_file_beside_the_log_of_the_one_before_is_not_read(tmp_path: Path) -> None:
    path = _numbered(tmp_path / "medfacts.db", 1)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    pool = ConnectionPool(Settings(database_url=f"sqlite:///{path}"))
    writer.execute("UPDATE held SET number = 3")
    writer.commit()
    assert pool.rows(HELD, {}) == [(3,)]

    _numbered(tmp_path / "new", 2).replace(path)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="is of the file before it"):
            pool.rows(HELD, {})
    writer.close()
    Path(f"{path}-wal").unlink(missing_ok=True)
    Path(f"{path}-shm").unlink(missing_ok=True)
    assert pool.rows(HELD, {}) == [(2,)]
    pool.close()


def _written(statement: sa.TextClause) -> Any:
    """A statement that no select of ours is, as one."""
    return CompiledSelect(statement)  # type: ignore[arg-type] # text


def _terminate(server: PostgresServer, database: str) -> None:
    """End every connection to a database, as a restart of its server does."""
    url = make_url(server.url("postgres")).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
        )
