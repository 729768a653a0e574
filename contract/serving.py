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
from tests.examples import KEMSTRO, PRODUCTS
from tests.ingest.loading import labels, rxnorm
from tests.postgres import LIBC, PR_SET_PDEATHSIG, running_postgres

SECONDS_TO_START = 60

OF_LABEL = (
    *("set_id", "version", "effective_time", "openfda"),
    *("description", "dosage_and_administration"),
)


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """The address of a server over the seed, a label and products, by its engine's name."""
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
    program = [sys.executable, "-m", "app.cli"]
    command = [*program, "serve", "--prepare", "--port", "0"]
    environment = {**os.environ, "MEDFACTS_DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1"}
    label = {key: KEMSTRO[key] for key in OF_LABEL}  # no facts of the seed's kinds
    given = {"openfda-label": labels(label), "rxnorm": rxnorm(*PRODUCTS)}
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
            address = _address(server, log)
            for source, files in given.items():
                paths = [log.with_name(file.name) for file in files]
                for path, file in zip(paths, files, strict=True):
                    path.write_bytes(file.content)
                loading = [*program, "import", source, *map(str, paths)]
                subprocess.run(loading, cwd=ROOT, env=environment, check=True, capture_output=True)
            yield address
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
