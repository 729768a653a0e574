"""A primary and its standbys, at ports of 127.0.0.1, to be stopped, killed, frozen and promoted."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests.postgres import INITDB, TIMEOUT, USER, child_of, failure, owner, programs_for, running
from tests.processes import until

NAME = "medfacts"

OPTIONS = {
    "fsync": "off",  # no power is cut here
    "max_connections": 30,
    "max_standby_streaming_delay": 0,
    "wal_receiver_timeout": "2s",
    "wal_retrieve_retry_interval": "100ms",
}


class Node:
    """A server of a cluster, which may be down."""

    def __init__(self, folder: Path, programs: Path, name: str) -> None:
        self.name = name
        self.data = folder / name
        self._folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    @property
    def host(self) -> str:
        """Where it is, as a URL has it."""
        return f"127.0.0.1:{self.port}"

    def make(self) -> "Node":
        """Begin with no data."""
        with running(self._folder, self._programs / "initdb", "-D", self.name, *INITDB) as initdb:
            assert initdb.wait() == 0, failure("initdb", self._folder)
        return self.start()

    def copy(self, primary: "Node") -> "Node":
        """Begin as a standby of a primary."""
        options = ("-D", self.name, "-R", "-X", "stream", "-C", "-S", self.name, "-c", "fast")
        at = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", USER)
        with running(self._folder, self._programs / "pg_basebackup", *options, *at) as copying:
            assert copying.wait() == 0, failure("pg_basebackup", self._folder)
        return self.start()

    def start(self, **options: object) -> "Node":
        """Run, and wait until it takes connections."""
        given = [f"-c{name}={value}" for name, value in (OPTIONS | options).items()]
        at = ("-h", "127.0.0.1", "-p", str(self.port), "-k", "")
        deadline = time.monotonic() + TIMEOUT
        while not self.is_ready():
            if self._process is None or self._process.poll() is not None:  # what a kill left ends
                self._process = child_of(
                    self._folder, self._programs / "postgres", "-D", self.name, *at, *given
                )
            assert time.monotonic() < deadline, failure("postgres", self._folder)
            time.sleep(0.02)
        return self

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        with suppress(psycopg.OperationalError):
            self.run("SELECT 1", database="postgres")
            return True
        return False

    def connect(self, database: str = NAME) -> psycopg.Connection[Any]:
        """A connection of a superuser's, on which each statement is a transaction of its own."""
        at = f"host=127.0.0.1 port={self.port} user={USER} dbname={database} connect_timeout=2"
        return psycopg.connect(at, autocommit=True, application_name="the test")

    def run(self, statement: str, database: str = NAME) -> list[tuple[Any, ...]]:
        """Run a statement, and return its rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def is_standby(self) -> bool:
        """Whether it replays what another one writes."""
        return bool(self.run("SELECT pg_is_in_recovery()")[0][0])

    def readers(self) -> int:
        """How many connections others than the test have to the database."""
        others = "datname = current_database() AND application_name <> 'the test'"
        return int(self.run(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")[0][0])

    def send(self, which: signal.Signals, *, to_all: bool = False) -> None:
        """Send a signal to the server, or to all its processes."""
        assert self._process is not None
        if to_all:
            for pid in [self._process.pid, *_children(self._process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, which)
        else:
            self._process.send_signal(which)

    def end(self, which: signal.Signals = signal.SIGINT) -> None:
        """End it in an orderly way, or by another signal, and wait until it has ended."""
        if self._process is not None:
            self.send(signal.SIGCONT, to_all=True)
            self.send(which)
            self._process.wait(TIMEOUT)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all its processes, whose connections stay, and let them go on."""
        self.send(signal.SIGSTOP, to_all=True)
        try:
            yield
        finally:
            self.send(signal.SIGCONT, to_all=True)

    def catch_up(self, primary: "Node") -> None:
        """Wait until all is replayed that the primary has written."""
        [(written,)] = primary.run("SELECT pg_current_wal_lsn()")
        until(lambda: self.run(f"SELECT pg_last_wal_replay_lsn() >= '{written}'") == [(True,)])

    def follow(self, primary: "Node") -> None:
        """Be a standby of another primary from now on."""
        self.run("ALTER SYSTEM SET primary_slot_name = ''")
        at = f"host=127.0.0.1 port={primary.port} user={USER}"
        self.run(f"ALTER SYSTEM SET primary_conninfo = '{at}'")
        self.run("SELECT pg_reload_conf()")


def _children(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    return []


@contextmanager
def running_cluster(standbys: int = 2) -> Iterator[list[Node]]:
    """A primary and its standbys with an empty database; afterwards nothing is left of them."""
    with TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        os.chown(folder, *owner())
        programs = programs_for(folder)
        nodes = [Node(folder, programs, f"node{i}") for i in range(1 + standbys)]
        try:
            primary = nodes[0].make()
            primary.run(f"CREATE DATABASE {NAME}", database="postgres")
            for node in nodes[1:]:
                node.copy(primary)
            yield nodes
        finally:
            for node in reversed(nodes):
                node.end(signal.SIGQUIT)


def url_of(*nodes: Node) -> str:
    """The URL of several servers."""
    hosts = ",".join(node.host for node in nodes)
    return f"postgresql://{USER}@{hosts}/{NAME}"
