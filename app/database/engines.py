"""Engines: for reading, writing and migrating. What reads cannot write, by construction."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url

from app.models.base import POSTGRES
from app.settings import Settings

READ_LOCK_WAIT = 0.4
"""Seconds that a reader waits for a lock on SQLite: none is held for long, or for good."""

WRITE_LOCK_WAIT = 60
"""Seconds that a command that loads data waits for another on SQLite."""

MIGRATION_LOCK_WAIT = 500
"""Milliseconds that a migration waits for a lock on Postgres: readers queue behind it meanwhile."""

WRITE_CACHE = 48_000
"""Kilobytes of pages that a command that loads data keeps in memory on SQLite."""

READ_PARAMETERS = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
"""How readers connect to Postgres, where the URL says nothing else; each host has its time-out."""

STANDBYS = {"target_session_attrs": "prefer-standby", "load_balance_hosts": "random"}
"""And which of several hosts requests are served from; a single one would be tried twice."""

WRITE_PARAMETERS = {"connect_timeout": 5}
"""How those connect that write."""

PRIMARY = {"target_session_attrs": "read-write"}
"""And to which of several hosts, whatever the URL says to readers."""

READ_ONLY = "default_transaction_read_only=on"

STATEMENT_SHARE = 0.9
"""When Postgres itself ends a statement, of the time that a request has."""

RECYCLE_SECONDS = 60
"""How old a connection may grow: so standbys that were away are read from again."""


def database_url(settings: Settings) -> URL:
    """The database's URL. A plain `postgresql://` means psycopg 3."""
    return make_url(settings.database_url)


def read_engine(settings: Settings) -> Engine:
    """An engine for commands, whose connections refuse every write.

    Each transaction reads one snapshot. Of several hosts the first that answers is read.
    """
    url = database_url(settings)
    if url.get_backend_name() != POSTGRES:
        return _sqlite_engine(url, "ro")
    options = _options(url, READ_ONLY)
    parameters = _unless_in_url(READ_PARAMETERS, url) | options
    return sa.create_engine(url, isolation_level="REPEATABLE READ", connect_args=parameters)


def serving_engine(settings: Settings) -> Engine:
    """An engine for requests, whose connections refuse every write.

    Each statement is a transaction of its own. SQLite files are opened `mode=ro`, which also never
    creates a missing one; on Postgres sessions are read-only, even a superuser's.
    """
    url = database_url(settings)
    if url.get_backend_name() != POSTGRES:
        return _sqlite_engine(url, "ro", pool_size=settings.pool_size)
    options = _options(
        url,
        READ_ONLY,
        f"statement_timeout={int(settings.request_seconds * 1000 * STATEMENT_SHARE)}",
        # To begin with workers or a compiler costs more than a request's statement.
        "max_parallel_workers_per_gather=0",
        "jit=off",
    )
    parameters = READ_PARAMETERS | (STANDBYS if _names_several_hosts(url) else {})
    return sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_recycle=RECYCLE_SECONDS,
        pool_reset_on_return=None,
        connect_args=_unless_in_url(parameters, url) | options,
    )


def write_engine(settings: Settings) -> Engine:
    """An engine for the commands that load data; makes a missing SQLite file."""
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        parameters = _unless_in_url(WRITE_PARAMETERS, url) | PRIMARY
        return sa.create_engine(url, connect_args=parameters)
    return _sqlite_engine(url, "rwc")


def migration_engine(settings: Settings) -> Engine:
    """An engine for changing the schema, in one transaction on either engine.

    On SQLite foreign keys are off: a table is altered by copying and dropping it, and dropping
    a table whose keys are on would take the rows that refer to it along.
    """
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        options = _options(url, f"lock_timeout={MIGRATION_LOCK_WAIT}ms")
        parameters = _unless_in_url(WRITE_PARAMETERS, url) | PRIMARY | options
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=parameters)
    return _sqlite_engine(url, "rwc", foreign_keys=False)


def _unless_in_url(parameters: dict[str, Any], url: URL) -> dict[str, Any]:
    """Connection parameters, without those that the URL gives itself."""
    return {name: value for name, value in parameters.items() if name not in url.query}


def _names_several_hosts(url: URL) -> bool:
    """Whether a URL names several hosts: libpq's way is a list in one parameter."""
    return "," in str(url.query.get("host", ""))


def _options(url: URL, *settings: str) -> dict[str, str]:
    """Settings of a Postgres session, after those of the URL."""
    given = str(url.query.get("options", ""))
    return {"options": " ".join([given, *(f"-c {setting}" for setting in settings)]).strip()}


def _sqlite_engine(
    url: URL, mode: str, *, foreign_keys: bool = True, pool_size: int | None = None
) -> Engine:
    """An engine of a file; with a `pool_size` its connections are pooled, for requests."""
    path = Path(url.database or "").absolute()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            check_same_thread=False,
            timeout=READ_LOCK_WAIT if mode == "ro" else WRITE_LOCK_WAIT,
            isolation_level=None,  # transactions are begun below, for reads too
        )
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        if mode != "ro":
            connection.execute("PRAGMA auto_vacuum = FULL")  # a release leaves no page that is free
            connection.execute("PRAGMA journal_mode = WAL")  # readers go on while it writes
            # A power cut may undo the last release, whole; a kill does not. Pages that many rows
            # change are written once, not each time.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{WRITE_CACHE}")
        return connection

    options: dict[str, Any] = {"poolclass": sa.NullPool}
    if mode == "ro":
        options["paramstyle"] = "named"
    if pool_size is not None:
        options |= {
            "poolclass": sa.QueuePool,
            "pool_size": pool_size,
            "max_overflow": 0,
            "pool_timeout": 2,
            "pool_reset_on_return": None,
        }
    engine = sa.create_engine("sqlite://", creator=connect, **options)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if mode == "ro" else "BEGIN IMMEDIATE")

    return engine
