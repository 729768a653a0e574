"""Engines and sessions. Those that read cannot write, by construction, on either engine."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Request
from sqlalchemy.engine import URL, Engine, make_url
from sqlmodel import Session

from app.settings import Settings

POSTGRES = "postgresql"

THREADS = 40
"""How many requests a process reads for at once: as many as its thread pool has threads."""


def database_url(settings: Settings) -> URL:
    """The database's URL. A plain `postgresql://` means psycopg 3."""
    return make_url(settings.database_url)


def read_engine(settings: Settings) -> Engine:
    """An engine whose connections refuse every write and read one snapshot per transaction.

    SQLite files are opened `mode=ro`, which also never creates a missing one. On Postgres every
    transaction is read-only, even a superuser's, and sees one state of the data.
    """
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        return sa.create_engine(
            url,
            isolation_level="REPEATABLE READ",
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=2,
            pool_pre_ping=True,
            connect_args={
                "options": "-c default_transaction_read_only=on -c statement_timeout=3000",
                "connect_timeout": 2,
            },
        )
    return _sqlite_engine(url, "ro")


def write_engine(settings: Settings) -> Engine:
    """An engine for the commands that load data; makes a missing SQLite file."""
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        return sa.create_engine(url, connect_args={"connect_timeout": 5})
    return _sqlite_engine(url, "rwc")


def migration_engine(settings: Settings) -> Engine:
    """An engine for changing the schema, in one transaction on either engine.

    On SQLite foreign keys are off: a table is altered by copying and dropping it, and dropping
    a table whose keys are on would take the rows that refer to it along.
    """
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": 5})
    return _sqlite_engine(url, "rwc", foreign_keys=False)


def _sqlite_engine(url: URL, mode: str, *, foreign_keys: bool = True) -> Engine:
    path = Path(url.database or "").resolve()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            check_same_thread=False,
            timeout=2,
            isolation_level=None,  # transactions are begun below, for reads too
        )
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        if mode != "ro":
            connection.execute("PRAGMA journal_mode = WAL")  # readers go on while it writes
        return connection

    engine = (
        sa.create_engine(
            "sqlite://", creator=connect, pool_size=THREADS, max_overflow=0, poolclass=sa.QueuePool
        )
        if mode == "ro"
        else sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if mode == "ro" else "BEGIN IMMEDIATE")

    return engine


def _read_session(request: Request) -> Iterator[Session]:
    with Session(request.app.state.read_engine, autoflush=False) as session:
        yield session


# The session ends before the response is sent, so a slow reader holds no connection.
ReadSession = Annotated[Session, Depends(_read_session, scope="function")]
"""A session that cannot write; all that a request reads through it is of one release."""


def key_of(model: Any) -> list[str]:
    """The columns of a table's primary key, a part's owner first and its position last."""
    return [column.name for column in table_of(model).primary_key.columns]


def table_of(model: Any) -> sa.Table:
    """The table behind a table class."""
    table: sa.Table = model.__table__
    return table
