"""Real servers for the judges: the program itself, over each engine, on a port of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM

from app.settings import ROOT
from contract.tools import JudgementError
from tests.postgres import LIBC, PR_SET_PDEATHSIG, running_postgres

SECONDS_TO_START = 60


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """The address of a server over the project's own seed, by the name of its engine."""
    with running_postgres() as postgres:
        databases = {
            "SQLite": f"sqlite:///{folder}/medfacts.db",
            "Postgres": postgres.url(postgres.create_database()),
        }
        with (
            _serving(databases["SQLite"], folder / "sqlite.log") as on_sqlite,
            _serving(databases["Postgres"], folder / "postgres.log") as on_postgres,
        ):
            yield {"SQLite": on_sqlite, "Postgres": on_postgres}


@contextmanager
def _serving(database_url: str, log: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "app.cli", "serve", "--prepare", "--port", "0"]
    environment = {**os.environ, "MEDFACTS_DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1"}
    with (
        log.open("wb") as output,  # not a pipe: nobody would empty it
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent,
        ) as server,
    ):
        try:
            yield _address(server, log)
        finally:
            server.terminate()


def _die_with_parent() -> None:
    # A killed command cannot stop its servers itself.
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, SIGTERM)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        if found := re.search(r"http://[^\s:]+:\d+", log.read_text()):
            return found[0]
        time.sleep(0.05)
    raise JudgementError(f"The server did not start:\n{log.read_text()}")
