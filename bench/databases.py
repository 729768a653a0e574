"""Databases of made-up drugs, filled by the project's own commands."""

import sys
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from bench.labels import write_short_labels
from bench.servers import run_medfacts
from tests.postgres import PostgresServer

SQLITE, POSTGRES = "SQLite", "Postgres"


class Databases:
    """Databases on every engine that takes part; what is large is made once."""

    def __init__(self, folder: Path, engines: list[str], postgres: PostgresServer | None) -> None:
        self.folder = folder
        self.engines = engines
        self._postgres = postgres
        self._catalogues: dict[tuple[str, int], str] = {}
        self._made = 0

    def new(self, engine: str, *, seed: bool = False) -> str:
        """The URL of a new database with the newest schema, and the seed if wanted."""
        self._made += 1
        if engine == POSTGRES and self._postgres:
            url = self._postgres.url(self._postgres.create_database())
        else:
            url = f"sqlite:///{self.folder}/{self._made}.db"
        run_medfacts(url, "migrate")
        if seed:
            run_medfacts(url, "seed")
        return url

    def drop(self, url: str) -> None:
        """Remove a database."""
        if self._postgres and not url.startswith("sqlite"):
            self._postgres.drop_database(make_url(url).database or "")
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)

    def catalogue(self, engine: str, drugs: int) -> str:
        """The URL of a database with so many made-up drugs of seven or eight facts each."""
        if (engine, drugs) not in self._catalogues:
            say(f"importing {drugs:,} made-up drugs into {engine}")
            labels = self.folder / f"short-labels-{drugs}.json"
            if not labels.exists():
                write_short_labels(labels, drugs)
            url = self.new(engine)
            run_medfacts(url, "import", "openfda-label", labels, "--quiet")
            if engine == POSTGRES:
                _vacuum(url)
            self._catalogues[engine, drugs] = url
        return self._catalogues[engine, drugs]


def megabytes(url: str) -> float:
    """The size of a SQLite database, in MB of a million bytes."""
    files = [Path(url.removeprefix("sqlite:///") + suffix) for suffix in ("", "-wal")]
    return sum(each.stat().st_size for each in files if each.exists()) / 1e6


def _vacuum(url: str) -> None:
    """Do what autovacuum does by and by."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def say(what: str) -> None:
    """Report progress."""
    sys.stderr.write(f"bench: {what}\n")
    sys.stderr.flush()
