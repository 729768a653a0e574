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
from time import monotonic
from types import NoneType
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url

from app.database import hosts
from app.database.hosts import Host, Hosts, cut
from app.database.outage import Outage
from app.floor import Floor, LogSeen
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

READS = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
    "load_balance_hosts": "random",  # of the addresses of one name, too
}
"""How readers reach Postgres, where its URL says nothing else; the time-out is the least there is,
and is each host's own."""

WRITES = {"connect_timeout": 5}
"""How those reach it that write."""

PRIMARY = {"target_session_attrs": "read-write"}
"""And which of several hosts, whatever the URL says to readers."""

SILENT = 1.0
"""Seconds without a row, after which a statement is given up if another host can be asked."""

SERVER_ENDS = 0.9
"""When Postgres itself ends a statement, of the time that a request has."""


def database_url(settings: Settings) -> URL:
    """The database's URL. A plain `postgresql://` means psycopg 3."""
    return make_url(settings.database_url)


def read_engine(settings: Settings, log: LogSeen | None = None) -> Engine:
    """An engine whose connections refuse every write and read one snapshot per transaction.

    SQLite files are opened `mode=ro`, which also never creates a missing one. On Postgres every
    transaction is read-only, even a superuser's, and sees one state of the data; of several hosts
    the primary's comes first, which is the newest. `log` is what is known of a file's.
    """
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        return _postgres_reads(settings, url, autocommit=False)[0]
    return _sqlite_engine(url, "ro", pool_size=settings.pool_size, log=log)


def engines_of_hosts(settings: Settings) -> dict[str, Engine]:
    """An engine that reads as `read_engine`'s for each host that the URL names, by host and port.

    A statement may take as long as it does. For a file, or one host, that has no name.
    """
    settings = settings.model_copy(update={"request_seconds": 0})  # which for Postgres is no limit
    url = database_url(settings)
    if url.get_backend_name() != POSTGRES:
        return {"": read_engine(settings)}
    named = _postgres_reads(settings, url, autocommit=False)[1].all
    if len(named) == 1:
        return {"": read_engine(settings)}
    wanted = {"target_session_attrs": hosts.ANY}
    urls = {host: url.update_query_dict(host.parameters() | wanted) for host in named}
    return {
        str(host): _postgres_reads(settings, own, autocommit=False)[0] for host, own in urls.items()
    }


def _postgres_reads(
    settings: Settings, url: URL, *, autocommit: bool, lifetime: float | None = None
) -> tuple[Engine, Hosts]:
    """An engine, and the hosts that it reads from.

    With `autocommit` each statement is a transaction of its own, in one round trip, and of several
    hosts the standbys are asked first; without it, the primary.
    """
    limit = int(settings.request_seconds * 1000 * SERVER_ENDS)
    options = (
        f"{url.query.get('options', '')} -c default_transaction_read_only=on"
        f" -c statement_timeout={limit}"
        # To begin with workers or a compiler costs more than a request's statement.
        " -c max_parallel_workers_per_gather=0 -c jit=off"
    )
    engine = sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT" if autocommit else "REPEATABLE READ",
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=2,
        connect_args=_less_what_is_said(READS, url) | {"options": options},
    )
    parameters = dict(engine.dialect.create_connect_args(url)[1])
    to_ask = Hosts(
        parameters | _less_what_is_said(READS, url) | {"options": options},
        prefers_standby=autocommit,
        lifetime=lifetime or hosts.LIFETIME,
    )
    to_ask.listen(engine)
    return engine, to_ask


def _less_what_is_said(parameters: dict[str, Any], url: URL) -> dict[str, Any]:
    """How to connect, where a URL does not say it itself."""
    return {name: value for name, value in parameters.items() if name not in url.query}


def write_engine(settings: Settings) -> Engine:
    """An engine for the commands that load data; makes a missing SQLite file."""
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        return sa.create_engine(url, connect_args=_less_what_is_said(WRITES, url) | PRIMARY)
    return _sqlite_engine(url, "rwc")


def migration_engine(settings: Settings) -> Engine:
    """An engine for changing the schema, in one transaction on either engine.

    On SQLite foreign keys are off: a table is altered by copying and dropping it, and dropping
    a table whose keys are on would take the rows that refer to it along.
    """
    url = database_url(settings)
    if url.get_backend_name() == POSTGRES:
        more = {"options": f"{url.query.get('options', '')} -c lock_timeout={MIGRATIONS_WAIT}ms"}
        arguments = _less_what_is_said(WRITES, url) | PRIMARY | more
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)
    return _sqlite_engine(url, "rwc", foreign_keys=False)


def _sqlite_engine(
    url: URL,
    mode: str,
    *,
    foreign_keys: bool = True,
    pool_size: int = 1,
    log: LogSeen | None = None,
) -> Engine:
    path = Path(url.database or "").absolute()
    one_file = _OneFile(path, log or LogSeen())

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

    def __init__(self, path: Path, log: LogSeen) -> None:
        self._path = str(path)
        self._seen = log

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
        if log is not None and size and self._seen.is_of_another(state[1], log):
            raise sqlite3.OperationalError(
                f"{self._path} was replaced, and {self._path}-wal is of the file before it; "
                "remove it, and -shm beside it"
            )
        self._seen.note(state[1], log)
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
        if not self._seen.is_known:
            self._seen.note(state[1], self._log_there()[0])


class Statement:
    """A select that is built and compiled once, and run by the driver itself.

    Core's own execution costs several times what SQLite takes for the work.
    """

    def __init__(self, select: sa.Select[*tuple[Any, ...]]) -> None:
        self._select = select
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}
        self._types = [_read_as(column.type) for column in select.selected_columns]
        self._right: set[tuple[type, ...]] = set()

    def fits(self, rows: list[tuple[Any, ...]]) -> bool:
        """Whether each value of the rows is of its column's type, or null: SQLite keeps any."""
        for types in {tuple(map(type, row)) for row in rows} - self._right:
            for found, expected in zip(types, self._types, strict=True):
                if expected is not None and found is not expected and found is not NoneType:
                    return False
            self._right.add(types)
        return True

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


def _read_as(type_: sa.types.TypeEngine[Any]) -> type | None:
    """What a driver makes of a column of text or numbers; None of any other."""
    if isinstance(type_, sa.types.TypeDecorator):
        type_ = type_.impl_instance
    if isinstance(type_, sa.String):
        return str
    return int if isinstance(type_, sa.Integer) else None


class Reader:
    """Reads for requests: one statement each, so that each sees one state of the data.

    Each has a thread and a connection as long as it runs. On SQLite two are enough, for they
    compute in this process, and more of them would wait for one another. `at_once` is how many
    requests keep them busy: on SQLite two for each, so that none is idle while an answer is made.

    `floor` is told what is served. On Postgres nothing is read that is older. A file has no
    standbys, and if it is replaced by an older one, that is what is to be served.
    """

    def __init__(
        self,
        settings: Settings,
        floor: Floor | None = None,
        lifetime: float | None = None,
        outage: Outage | None = None,
    ) -> None:
        url = database_url(settings)
        is_sqlite = url.get_backend_name() != POSTGRES
        self._hosts: Hosts | None = None
        self.floor = floor or Floor()
        self._outage = outage or Outage()
        if is_sqlite:
            self.engine = read_engine(settings, self.floor.log)
        else:
            self.engine, self._hosts = _postgres_reads(
                settings, url, autocommit=True, lifetime=lifetime
            )
        self._holds_floor = not is_sqlite
        self._several = self._hosts is not None and len(self._hosts.all) > 1
        self._tries = 1 + len(self._hosts.all) if self._hosts else 1
        threads = min(settings.pool_size, SQLITE_READERS) if is_sqlite else settings.pool_size
        self.at_once = 2 * threads if is_sqlite else threads
        self.system = self.engine.dialect.name
        self._threads = ThreadPoolExecutor(threads, "reader")
        self._of_thread = threading.local()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """What the work gives, done in a thread of the reader's.

        If nobody waits for it any more, its statement is interrupted on SQLite, and on Postgres its
        connection is cut: a server that is frozen would not answer to anything else.
        """
        running = _Running()

        def run() -> T:
            self._of_thread.running = running
            return work()

        loop = asyncio.get_running_loop()
        look = None
        if self._several:
            look = loop.call_later(SILENT, running.look, loop)
        try:
            return await loop.run_in_executor(self._threads, run)
        except asyncio.CancelledError:
            running.give_up()
            raise
        finally:
            if look is not None:
                running.is_done = True
                look.cancel()

    async def within(self, seconds: float, work: Callable[[], T]) -> T:
        """The same; given up, with a `TimeoutError`, if it takes longer."""
        async with asyncio.timeout(seconds):
            return await self.in_thread(work)

    @property
    def read_from(self) -> set[Host]:
        """The hosts that this thread's work has read from, where there are several."""
        return set(self._running().read_from)

    def elsewhere(self, than: set[Host]) -> Iterator[Host]:
        """Each host that may do better than these did together.

        What this thread reads before the next is asked for is read from that host alone. Raises
        an error, as a statement does, once nobody waits for the work any more.
        """
        running = self._running()
        try:
            for host in self._hosts.others(than) if self._hosts else ():
                running.hold()
                running.alone = self._hosts.alone(host) if self._hosts else None
                yield host
        finally:
            running.alone = None

    def distrust(self, host: Host) -> None:
        """Read nothing more from a host, for a while, if another one is there."""
        if self._hosts:
            self._hosts.distrust(host)

    def rows(self, statement: Statement, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of a statement, in the driver's own types.

        Raises the driver's errors. A statement whose connection breaks is run again, and where
        there are several hosts, on another one.
        """
        return self._read(statement, values, 0)

    def rows_of_release(
        self, statement: Statement, values: dict[str, Any]
    ) -> list[tuple[Any, ...]]:
        """The same of a statement that begins with a release's number: of none below the floor.

        Raises `BehindError` if there is none, at any host.
        """
        return self._read(statement, values, self.floor.value if self._holds_floor else 0)

    def serves(self, number: int) -> None:
        """Take note that a release is served, so that no older one ever is again."""
        self.floor.raise_to(number)

    def _read(
        self, statement: Statement, values: dict[str, Any], at_least: int
    ) -> list[tuple[Any, ...]]:
        text, constants = statement.on(self.engine.dialect)
        values = constants | _plain(values)
        try:
            for _ in range(0 if self._running().alone else self._tries - 1):
                with suppress(_ElsewhereError):
                    return self._run(text, values, at_least)
            return self._run(text, values, at_least)
        except UnicodeDecodeError as error:  # bytes that were changed, in a row or in the schema
            is_sqlite = self.engine.dialect.name == "sqlite"
            kind = sqlite3.DatabaseError if is_sqlite else psycopg.DataError
            raise kind(f"what is stored is no text: {error}") from error

    def _running(self) -> "_Running":
        running: _Running | None = getattr(self._of_thread, "running", None)
        if running is None:  # in no thread of the reader's
            running = self._of_thread.running = _Running()
        return running

    def _run(self, text: str, values: dict[str, Any], at_least: int) -> list[tuple[Any, ...]]:
        running = self._running()
        running.hold()
        connection = self._connection(running.alone or self.engine)
        if self._several:
            running.read_from.add(connection.info["host"])
        driver: Any = connection.driver_connection
        try:
            with running.on(driver):
                rows: list[tuple[Any, ...]] = driver.execute(text, values).fetchall()
        except sqlite3.DatabaseError as error:
            connection.invalidate(error)  # what it keeps in memory may be what is wrong
            raise
        except psycopg.Error as error:
            if isinstance(error, ELSEWHERE) or driver.closed:
                self._give_up(connection, error)
                raise _ElsewhereError(*error.args) from error
            if not isinstance(error, psycopg.OperationalError):
                connection.invalidate(error)  # what it has prepared may be what is wrong
            raise
        else:
            if at_least and at_least > (found := rows[0][0] if rows else 0):
                behind = BehindError(f"release {at_least} was served, and here is {found}")
                self._give_up(connection, behind)
                raise behind
            if self._outage.is_on:
                self._outage.has_read()
            return rows
        finally:
            connection.close()

    def _connection(self, engine: Engine) -> sa.PoolProxiedConnection:
        try:
            return engine.raw_connection()
        except sa.exc.InvalidRequestError as error:  # what was just made was out of date again
            if self._hosts:
                raise _ElsewhereError(*error.args) from error
            raise sqlite3.OperationalError(*error.args) from error

    def _give_up(self, connection: Any, error: psycopg.Error) -> None:
        host: Host = connection.info["host"]
        connection.invalidate(error)
        if self._hosts:
            self._hosts.give_up(host, error)

    def close(self) -> None:
        """Let go of every connection and thread."""
        self._threads.shutdown(cancel_futures=True)  # waits for statements under way
        self.engine.dispose()


class _Running:
    """The work of one request in a thread: what its statement runs on, while it does."""

    def __init__(self) -> None:
        self.is_done = False
        self._lock = threading.Lock()
        self._driver: Any = None
        self._since = 0.0
        self._is_given_up = False
        self.read_from: set[Host] = set()
        self.alone: Engine | None = None
        """An engine of the one host that is to be read from, if it is to be one."""

    def hold(self) -> None:
        """Raise an error if it has been given up."""
        if self._is_given_up:
            raise sqlite3.OperationalError("given up")

    @contextmanager
    def on(self, driver: Any) -> Iterator[None]:
        """Run a statement on a connection; not at all, if it has been given up."""
        with self._lock:
            self.hold()
            self._driver, self._since = driver, monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._driver = None

    def give_up(self) -> None:
        """Interrupt the statement, and begin no other."""
        with self._lock:
            self._is_given_up = True
            self._interrupt()

    def look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Interrupt a statement that has been silent for too long, now and again."""
        with self._lock:
            if self.is_done:
                return
            if self._driver is not None and monotonic() - self._since >= SILENT:
                self._interrupt()
        loop.call_later(SILENT / 4, self.look, loop)

    def _interrupt(self) -> None:
        if isinstance(self._driver, sqlite3.Connection):
            self._driver.interrupt()
        elif self._driver is not None:
            cut(self._driver)


class _ElsewhereError(psycopg.OperationalError):
    """What a statement failed of is one host's, or one connection's."""


class BehindError(_ElsewhereError):
    """All that can be reached is older than what has been served."""


ELSEWHERE = (
    psycopg.errors.SerializationFailure,  # what is replayed conflicts with it, on a standby
    psycopg.errors.DeadlockDetected,
)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: v.value if isinstance(v, Enum) else v for k, v in values.items()}


def key_of(model: Any) -> list[str]:
    """The columns of a table's primary key, a part's owner first and its position last."""
    return [column.name for column in table_of(model).primary_key.columns]


def table_of(model: Any) -> sa.Table:
    """The table behind a table class."""
    table: sa.Table = model.__table__
    return table
