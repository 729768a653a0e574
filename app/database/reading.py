"""How requests read: selects compiled once, run in threads over a pool of connections."""

import asyncio
import os
import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa

from app.database.engines import database_url, serving_engine
from app.models.base import POSTGRES
from app.settings import Settings

T = TypeVar("T")

SQLITE_THREADS = 2
"""Measured with ten, two and one: ten took twice as long, waiting for the interpreter's lock."""

CONFLICTS = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
)
"""What a standby cancels statements with that conflict with what it replays."""


class CompiledSelect:
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
            self._compiled[dialect.name] = str(compiled), constants
        return self._compiled[dialect.name]


class ConnectionPool:
    """Runs the work of requests in threads, each with a connection from its first statement on.

    A request's statements all go to that one, and so to one host: of standbys of which one lags,
    several might show it two releases in turn for as long as it asks.

    On SQLite two threads are enough, for they compute in this process, and more of them would wait
    for one another. `at_once` is how many requests keep them busy: on SQLite two for each, so that
    none is idle while an answer is made.
    """

    def __init__(self, settings: Settings) -> None:
        self.engine = serving_engine(settings)
        self.dialect = self.engine.dialect.name
        # As text, the bytes of a document would be twice as many, and parsed.
        self._result_format = {"binary": True} if self.dialect == POSTGRES else {}
        if self.dialect == POSTGRES:
            self._file = None
            threads = self.at_once = settings.pool_size
        else:
            self._file = DatabaseFile(str(database_url(settings).database))
            self._file_lock = threading.Lock()
            threads = min(settings.pool_size, SQLITE_THREADS)
            self.at_once = 2 * threads
        self._of_thread = _OfThread()
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run_tasks, name=f"reading-{i}", daemon=True)
            for i in range(threads)
        ]
        for thread in self._threads:
            thread.start()
        self.release: Any = None
        """What requests know of the release that is served: see `app.api.read_session`."""
        self.corruption_logged: dict[str, float] = {}
        """When it was last logged that something is corrupt, by what that is."""

    async def run(self, work: Callable[[], T]) -> T:
        """What the work gives, done in one of the pool's threads.

        If it is cancelled, its statement is interrupted on SQLite, and on Postgres its connection
        is cut: a server that is frozen would not answer a request to cancel.
        """
        task = _Task(work)
        self._tasks.put(task)
        try:
            outcome: T = await task.outcome
            return outcome
        except asyncio.CancelledError:
            task.cancel()
            raise

    def _run_tasks(self) -> None:
        while (task := self._tasks.get()) is not None:
            self._of_thread.task = task
            task.run()
            self._give_back()
            self._of_thread.task = task = None

    def rows(self, select: CompiledSelect, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of a select, in the driver's own types.

        Raises the driver's errors. If its connection breaks, it is run once more, on a new one.
        """
        text, constants = select.on(self.engine.dialect)
        values = constants | values
        try:
            return self._execute(text, values)
        except _BrokenConnectionError:
            return self._execute(text, values)

    def _execute(self, text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        task = self._of_thread.task
        if task is not None:
            task.raise_if_cancelled()
        connection = self._connection()
        driver: Any = connection.driver_connection
        try:
            if task is not None:
                task.begin(driver)
            rows: list[tuple[Any, ...]] = driver.execute(
                text, values, **self._result_format
            ).fetchall()
            return rows
        except (sqlite3.Error, psycopg.Error) as error:
            is_broken = isinstance(error, CONFLICTS) or (
                isinstance(driver, psycopg.Connection) and driver.closed
            )
            connection.invalidate(error)  # what it keeps in memory may be what is wrong
            if is_broken:
                self.engine.dispose()  # of those that are idle: they broke with it, most likely
                raise _BrokenConnectionError(*error.args) from error
            raise
        except UnicodeDecodeError as error:  # bytes that were changed, in a row or in the schema
            connection.invalidate(error)
            failure = psycopg.DataError if self.dialect == POSTGRES else sqlite3.DatabaseError
            raise failure(f"what is stored is no text: {error}") from error
        finally:
            is_cut = task is not None and task.end()
            if is_cut and connection.is_valid:
                connection.invalidate()
            if task is None or not connection.is_valid:
                self._give_back()

    def _connection(self) -> sa.PoolProxiedConnection:
        """This thread's connection, which it takes from the pool if it has none."""
        mine = self._of_thread
        if mine.connection is None:
            mine.pool = self._current_pool()
            mine.connection = mine.pool.connect()
        return mine.connection

    def _give_back(self) -> None:
        """Give this thread's connection back to the pool, if it has one."""
        mine = self._of_thread
        if mine.connection is not None:
            if mine.pool is not self.engine.pool and mine.connection.is_valid:
                mine.connection.invalidate()
            mine.connection.close()
            mine.connection = None

    def _current_pool(self) -> sa.Pool:
        """The engine's pool, once it holds no connection to a file that was replaced."""
        if self._file is not None:
            with self._file_lock:  # a second thread waits until the first has let go of them
                if self._file.has_changed():
                    self.engine.dispose()
        return self.engine.pool

    def close(self) -> None:
        """Let go of every connection and thread."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:  # waits for statements under way
            thread.join()
        self.engine.dispose()


class _BrokenConnectionError(psycopg.OperationalError):
    """A statement failed of its connection, or of the standby that it was run on."""


class _OfThread(threading.local):
    """What a thread of the pool works on, and its connection meanwhile."""

    task: "_Task | None" = None
    connection: sa.PoolProxiedConnection | None = None
    pool: sa.Pool | None = None
    """Where the connection comes from: another than the engine's, once that was disposed of."""


class _Task:
    """Work that a request waits for, and the connection that its statement runs on meanwhile.

    An executor's futures take several times as long to make and to hand over between threads.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Any] = self._loop.create_future()
        self._lock = threading.Lock()
        self._driver: Any = None
        self._is_cancelled = False

    def run(self) -> None:
        """Do the work, and hand its outcome to the request's loop."""
        try:
            settle = partial(self.outcome.set_result, self._work())
        except BaseException as error:
            settle = partial(self.outcome.set_exception, error)
        with suppress(RuntimeError):  # the loop is closed, and nobody waits
            self._loop.call_soon_threadsafe(self._settle, settle)

    def _settle(self, settle: Callable[[], None]) -> None:
        if not self.outcome.done():
            settle()

    def raise_if_cancelled(self) -> None:
        """Raise an error of the database if nobody waits for the work any more."""
        if self._is_cancelled:
            raise sqlite3.OperationalError("the request was cancelled")

    def begin(self, driver: Any) -> None:
        """Take note of the connection that a statement runs on."""
        with self._lock:
            self.raise_if_cancelled()
            self._driver = driver

    def end(self) -> bool:
        """Take note that the statement has ended; says whether its connection may have been cut."""
        with self._lock:
            self._driver = None
            return self._is_cancelled

    def cancel(self) -> None:
        """Interrupt the statement, and begin no other."""
        with self._lock:
            self._is_cancelled = True
            if isinstance(self._driver, sqlite3.Connection):
                self._driver.interrupt()
            elif self._driver is not None:
                _cut(self._driver)


def _cut(connection: psycopg.Connection[Any]) -> None:
    """End what another thread waits for on a connection, whether or not its server is alive."""
    with (
        suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(connection.fileno())) as same,
    ):
        same.shutdown(socket.SHUT_RDWR)


class DatabaseFile:
    """The SQLite file at a path, which may be deleted, or replaced by another by a rename.

    What is deleted or replaced stays open, and would be read from on; and the write-ahead log that
    it leaves would be taken for that of the file in its place.
    """

    def __init__(self, path: str) -> None:
        self._path = self._real_path = path
        self._file: tuple[int, ...] = ()
        self._log: int | None = None

    def has_changed(self) -> bool:
        """Whether it is another file, or was written to, since this was asked last.

        Raises `OperationalError` if there is none, or it lies beside another's log.
        """
        try:
            found = os.stat(self._path)
        except OSError as error:
            raise sqlite3.OperationalError(f"unable to open {self._path}") from error
        file = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        is_same, is_first = file[:2] == self._file[:2], not self._file
        if not is_same:
            self._real_path = os.path.realpath(self._path)
        log = self._inode_of_log()
        if log is not None and log == self._log and not is_same and not is_first:
            raise sqlite3.OperationalError(
                f"{self._path} was replaced, and {self._real_path}-wal is of the file before it; "
                "remove it, and -shm beside it"
            )
        has_changed = file != self._file
        self._file, self._log = file, log
        return has_changed

    def _inode_of_log(self) -> int | None:
        """The inode of the write-ahead log, if there is anything in it."""
        with suppress(OSError):
            found = os.stat(f"{self._real_path}-wal")
            return found.st_ino if found.st_size else None
        return None
