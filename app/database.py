"""Engines, and how requests read. What reads cannot write, by construction, on either engine."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url

from app.settings import Settings

T = TypeVar("T")

Row = dict[str, Any]
"""A row by its columns' names."""

SQLITE_READERS = 2
"""Measured with ten, two and one: ten took twice as long, waiting for the interpreter's lock."""

READERS_WAIT = 0.4
"""Seconds that a reader waits for a lock on SQLite: none is held for long, or for good."""

LOADERS_WAIT = 60
"""Seconds that a loader waits for another on SQLite."""

MIGRATIONS_WAIT = 500
"""Milliseconds that a migration waits for a lock on Postgres: readers queue behind it meanwhile."""

WRITE_CACHE = 48_000
"""Kilobytes of pages that a loader keeps on SQLite."""

POSTGRES = "postgresql"


def database_url(settings: Settings) -> URL:
    """The database's URL. A plain `postgresql://` means psycopg 3."""
    return make_url(settings.database_url)


def read_engine(settings: Settings, *, autocommit: bool = False) -> Engine:
    """An engine whose connections refuse every write and read one snapshot per transaction.

    SQLite files are opened `mode=ro`, which also never creates a missing one. On Postgres every
    transaction is read-only, even a superuser's, and sees one state of the data.

    With `autocommit` on Postgres each statement is a transaction of its own, in one round trip.
    """
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        return sa.create_engine(
            url,
            isolation_level="AUTOCOMMIT" if autocommit else "REPEATABLE READ",
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=2,
            connect_args={
                "options": "-c default_transaction_read_only=on "
                f" -c statement_timeout={int(settings.request_seconds * 1000)}"
                # To begin with workers or a compiler costs more than a request's statement.
                " -c max_parallel_workers_per_gather=0 -c jit=off",
                "connect_timeout": 2,
            },
        )
    return _sqlite_engine(url, "ro", pool_size=settings.pool_size)


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
        options = f"-c lock_timeout={MIGRATIONS_WAIT}ms"
        return sa.create_engine(
            url, poolclass=sa.NullPool, connect_args={"connect_timeout": 5, "options": options}
        )
    return _sqlite_engine(url, "rwc", foreign_keys=False)


def _sqlite_engine(url: URL, mode: str, *, foreign_keys: bool = True, pool_size: int = 1) -> Engine:
    path = Path(url.database or "").absolute()
    one_file = _OneFile(path)

    def connect() -> sqlite3.Connection:
        state = one_file.to_open() if mode == "ro" else ()
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            check_same_thread=False,
            timeout=READERS_WAIT if mode == "ro" else LOADERS_WAIT,
            isolation_level=None,  # transactions are begun below, for reads too
            factory=_FileConnection,
        )
        connection.state = state
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        if mode != "ro":
            connection.execute("PRAGMA journal_mode = WAL")  # readers go on while it writes
            # A power cut may undo the last release, whole; a kill does not. Pages that many rows
            # change are written once, not each time.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{WRITE_CACHE}")
        return connection

    engine = (
        sa.create_engine(
            "sqlite://",
            creator=connect,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=2,
            poolclass=sa.QueuePool,
            paramstyle="named",
        )
        if mode == "ro"
        else sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)
    )

    if mode == "ro":
        sa.event.listen(engine, "checkout", one_file.hold)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if mode == "ro" else "BEGIN IMMEDIATE")

    return engine


class _FileConnection(sqlite3.Connection):
    """A connection that knows which state of which file it reads."""

    state: tuple[int, ...] = ()
    is_new = True


class _OneFile:
    """Has connections read the file that is at a path now, and no other one's log.

    A file that is replaced or gone stays open, and would be read from on: so each connection is of
    one state of one file, and is let go of when that is another. An import's checkpoint is another
    too, and costs each connection once what it takes to open it.
    """

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._file: int | None = None
        self._log: int | None = None

    def state(self) -> tuple[int, ...]:
        """What tells a file and its state from others; `OperationalError` if there is none."""
        try:
            found = os.stat(self._path)
        except OSError as error:
            raise sqlite3.OperationalError(f"unable to open {self._path}") from error
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def to_open(self) -> tuple[int, ...]:
        """The state of the file that is opened now; `OperationalError` if its log is another's."""
        state, (log, size) = self.state(), self._log_there()
        is_another = self._file not in (None, state[1])
        if is_another and size and log == self._log:
            raise sqlite3.OperationalError(
                f"{self._path} was replaced, and {self._path}-wal is of the file before it; "
                "remove it, and -shm beside it"
            )
        self._file, self._log = state[1], log
        return state

    def _log_there(self) -> tuple[int | None, int]:
        with suppress(OSError):
            found = os.stat(f"{os.path.realpath(self._path)}-wal")
            return found.st_ino, found.st_size
        return None, 0

    def hold(self, connection: _FileConnection, *_: Any) -> None:
        """Have a connection replaced that is of another state; a new one is, if of this file."""
        state = self.state()
        as_opened = state[:2] == connection.state[:2] if connection.is_new else False
        connection.is_new = False
        if not as_opened and state != connection.state:
            raise sa.exc.DisconnectionError
        if self._log is None:
            self._log = self._log_there()[0]


class Statement:
    """A select that is built and compiled once, and run by the driver itself.

    Core's own execution costs several times what SQLite takes for the work.
    """

    def __init__(self, select: sa.Select[*tuple[Any, ...]]) -> None:
        self._select = select
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def on(self, dialect: sa.Dialect) -> tuple[str, dict[str, Any]]:
        """The text for an engine, and the values of those parameters that are constants."""
        if dialect.name not in self._compiled:
            compiled = self._select.compile(dialect=dialect)
            constants = {
                name: value
                for bind, name in compiled.bind_names.items()
                if (value := bind.effective_value) is not None and not bind.required
            }
            self._compiled[dialect.name] = str(compiled), _plain(constants)
        return self._compiled[dialect.name]


class Reader:
    """Reads for requests: one statement each, so that each sees one state of the data.

    Each has a thread and a connection as long as it runs. On SQLite two are enough, for they
    compute in this process, and more of them would wait for one another. `at_once` is how many
    requests keep them busy: on SQLite two for each, so that none is idle while an answer is made.
    """

    def __init__(self, settings: Settings) -> None:
        self.engine = read_engine(settings, autocommit=True)
        is_sqlite = self.engine.dialect.name == "sqlite"
        threads = min(settings.pool_size, SQLITE_READERS) if is_sqlite else settings.pool_size
        self.at_once = 2 * threads if is_sqlite else threads
        self.system = self.engine.dialect.name
        self._threads = ThreadPoolExecutor(threads, "reader")
        self._of_thread = threading.local()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """What the work gives, done in a thread of the reader's.

        If nobody waits for it any more, its statement is interrupted on SQLite; Postgres ends it
        by itself.
        """
        running = _Running()

        def run() -> T:
            self._of_thread.running = running
            return work()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, run)
        except asyncio.CancelledError:
            running.give_up()
            raise

    def rows(self, statement: Statement, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of a statement, in the driver's own types.

        Raises the driver's errors. A connection that broke while it was idle is replaced, once.
        """
        text, constants = statement.on(self.engine.dialect)
        values = constants | _plain(values)
        try:
            try:
                return self._run(text, values)
            except _BrokenError:
                return self._run(text, values)
        except UnicodeDecodeError as error:  # bytes that were changed, in a row or in the schema
            is_sqlite = self.engine.dialect.name == "sqlite"
            kind = sqlite3.DatabaseError if is_sqlite else psycopg.DataError
            raise kind(f"what is stored is no text: {error}") from error

    def _run(self, text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        connection = self.engine.raw_connection()
        driver: Any = connection.driver_connection
        running: _Running = getattr(self._of_thread, "running", None) or _Running()
        try:
            with running.on(driver):
                rows: list[tuple[Any, ...]] = driver.execute(text, values).fetchall()
            return rows
        except sqlite3.DatabaseError as error:
            connection.invalidate(error)  # what it keeps in memory may be what is wrong
            raise
        except psycopg.OperationalError as error:
            if not driver.closed:
                raise
            connection.invalidate(error)
            self.engine.dispose()  # of those that are idle: they broke with it, most likely
            raise _BrokenError(*error.args) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of every connection and thread."""
        self._threads.shutdown(cancel_futures=True)  # waits for statements under way
        self.engine.dispose()


class _Running:
    """The work of one request in a thread: what its statement runs on, while it does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._driver: Any = None
        self._is_given_up = False

    @contextmanager
    def on(self, driver: Any) -> Iterator[None]:
        """Run a statement on a connection; not at all, if it has been given up."""
        with self._lock:
            if self._is_given_up:
                raise sqlite3.OperationalError("given up")
            self._driver = driver
        try:
            yield
        finally:
            with self._lock:
                self._driver = None

    def give_up(self) -> None:
        """Interrupt the statement, and begin no other."""
        with self._lock:
            self._is_given_up = True
            if isinstance(self._driver, sqlite3.Connection):
                self._driver.interrupt()


class _BrokenError(psycopg.OperationalError):
    """A connection that broke under a statement."""


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v.value if isinstance(v, Enum) else v for k, v in values.items()}


def key_of(model: Any) -> list[str]:
    """The columns of a table's primary key, a part's owner first and its position last."""
    return [column.name for column in table_of(model).primary_key.columns]


def table_of(model: Any) -> sa.Table:
    """The table behind a table class."""
    table: sa.Table = model.__table__
    return table
