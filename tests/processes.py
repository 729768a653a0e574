"""A server as people run it: `medfacts serve` in a process of its own, and what it starts."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.ingest.seed.loading import load_seed
from app.settings import ROOT, Settings

LONGEST = 300
"""Seconds after which a server is killed, whatever the test is doing."""


@dataclass
class Server:
    """A server that runs, where it is, and what it has written so far."""

    process: subprocess.Popen[str]
    url: str
    logged: list[str] = field(default_factory=list)
    """Its lines on stderr."""

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        return urlsplit(self.url).port or 0

    def workers(self) -> list[int]:
        """The processes that it has started and that serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [pid for pid in map(int, children.read_text().split()) if is_worker(pid)]

    def replace(self, worker: int) -> None:
        """Kill a worker, and wait until another has its place."""
        number = len(self.workers())
        os.kill(worker, signal.SIGKILL)
        until(lambda: worker not in self.workers() and len(self.workers()) == number)

    def stop(self, which: signal.Signals = signal.SIGTERM, seconds: float = 30) -> int:
        """Tell it to stop, and wait until it has; returns its exit code."""
        self.process.send_signal(which)
        return self.process.wait(seconds)


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def is_worker(pid: int) -> bool:
    """Whether it is one of multiprocessing's that runs, and not the one that tracks them."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes() and is_running(pid)
    return False


def until(holds: Callable[[], bool], seconds: float = 30) -> float:
    """Wait until something holds; returns how many seconds that took, or fails."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, f"It does not hold after {seconds} s."
        time.sleep(0.02)
    return time.monotonic() - begun


@contextmanager
def running_server(
    url: str,
    *arguments: str,
    program: tuple[str, ...] = ("-m", "app.cli"),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """`medfacts serve` over the database at this URL, as long as it is needed."""
    process = subprocess.Popen(
        [sys.executable, *program, "serve", "--port", "0", *arguments],
        env=os.environ | {"MEDFACTS_DATABASE_URL": url, **(environment or {})},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    overdue = threading.Timer(LONGEST, process.kill)
    overdue.start()
    server = Server(process, "")
    assert process.stdout is not None
    assert process.stderr is not None
    listening = threading.Thread(target=lambda: server.logged.extend(process.stderr or ()))
    listening.start()
    try:
        for line in process.stdout:
            if line.startswith("Medfacts is at "):
                server.url = line.split()[3].rstrip(",")
                break
        assert server.url, server.logged
        yield server
    finally:
        overdue.cancel()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with what it has started
        process.wait()
        listening.join()
        process.stdout.close()
        process.stderr.close()


def seeded_file(folder: Path) -> str:
    """The URL of a new SQLite database that holds the project's own seed."""
    settings = Settings(database_url=f"sqlite:///{folder / 'medfacts.db'}")
    migrate(settings)
    engine = write_engine(settings)
    load_seed(engine, settings.seed_dir)
    engine.dispose()
    return settings.database_url
