"""Databases that hold made-up catalogues: a SQLite file for each size, and its copy in Postgres."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import make_url

from app.database.engines import read_engine
from app.database.migrating import OUTSIDE_MODELS, migrate, newest_schema, schema_of
from app.documents.rendering import DOCUMENT_VERSION
from app.ingest.publishing.release_writer import current_release
from app.search.index import BETWEEN, TITLE, write_words
from app.settings import Settings
from bench.generate import fill
from tests.postgres import PostgresServer

ROWS = 10_000
"""How many rows of words are copied at once."""

CACHE = -1_000_000
"""SQLite's page cache while it is filled, in KiB: indexes on digests are filled all over."""


def sqlite_file(folder: Path, drugs: int) -> Path:
    """The file that holds a catalogue, made unless it is there already."""
    path = folder / f"medfacts-{drugs}.db"
    if not _is_whole(path):
        path.unlink(missing_ok=True)
        unfinished = folder / f"unfinished-{drugs}.db"
        unfinished.unlink(missing_ok=True)
        migrate(Settings(database_url=f"sqlite:///{unfinished}"))
        _fill(unfinished, drugs)
        unfinished.rename(path)
    return path


def postgres_copy(server: PostgresServer, path: Path) -> str:
    """The URL of a new Postgres database that holds what a SQLite file holds, by COPY."""
    url = server.url(server.create_database())
    migrate(Settings(database_url=url))
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with (
        closing(sqlite3.connect(path)) as there,
        psycopg.connect(address, autocommit=True) as here,
        here.cursor() as cursor,
    ):
        cursor.execute("SET session_replication_role = replica")  # the keys hold in SQLite already
        cursor.execute("BEGIN")
        for table, columns in _tables(there).items():
            names = SQL(", ").join(Identifier(column) for column in columns)
            into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), names)
            quoted = ", ".join(f'"{column}"' for column in columns)
            with cursor.copy(into) as copy:
                for row in there.execute(f'SELECT {quoted} FROM "{table}"'):
                    copy.write_row(row)
        _copy_searched(there, cursor)
        cursor.execute("COMMIT")
        cursor.execute("VACUUM ANALYZE")  # as autovacuum would have done by and by
    return url


def _copy_searched(there: sqlite3.Connection, cursor: psycopg.Cursor) -> None:
    """Copy what is searched: each engine keeps it in tables of its own kind."""
    with cursor.copy("COPY searched_parts FROM STDIN") as copy:
        for row in there.execute("SELECT rowid, names FROM searched_parts"):
            copy.write_row(row)
    words = there.execute("SELECT rowid, title, words, facets FROM searched_words")
    while some := words.fetchmany(ROWS):
        write_words(cursor, [_as_given(*row) for row in some])


def _as_given(number: int, title: str, words: str, facets: str) -> tuple[int, str, str, str]:
    """What SQLite made a row of: its title without the signs, and its words without the title."""
    plain = title.replace(f" {TITLE}", " ").removeprefix(TITLE)
    return number, plain, words.removeprefix(f"{plain} {BETWEEN} "), facets


def _fill(path: Path, drugs: int) -> None:
    """Fill a migrated file without a journal: an unfinished one is thrown away anyway."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = {CACHE}"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.begin() as connection:
        fill(connection, drugs)
    with closing(sqlite3.connect(path, isolation_level=None)) as filled:
        broken = filled.execute("PRAGMA foreign_key_check").fetchone()
        filled.execute("PRAGMA journal_mode = WAL")  # as the project leaves it
        filled.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if broken:
        raise ValueError(f"a row of {broken[0]} refers to a row of {broken[2]} that is not there.")


def _is_whole(path: Path) -> bool:
    """Whether a kept file has the newest schema, and documents as they are made now."""
    if not path.exists():
        return False
    engine = read_engine(Settings(database_url=f"sqlite:///{path}"))
    with engine.connect() as connection:
        release = current_release(connection) if schema_of(connection) == newest_schema() else None
    engine.dispose()
    return release is not None and release.document_version == DOCUMENT_VERSION


def _tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Each table's columns, but for those that an engine has of its own."""
    named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    own = ("alembic_version", "sqlite_", *OUTSIDE_MODELS)
    names = [n for (n,) in named if not n.startswith(own)]
    return {
        name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        for name in names
    }
