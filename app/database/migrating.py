"""The database's schema: bringing it up to date, and telling whether it is.

Alembic is loaded only to change it: every command asks what it is, and most do no more.
"""

from functools import cache
from time import sleep

import psycopg
import sqlalchemy as sa

from app.settings import ROOT, Settings

MIGRATIONS = ROOT / "migrations" / "versions"
"""A file for each revision, named for it and numbered in their order."""

OUTSIDE_MODELS = ("searched_words", "searched_parts")
"""What the names of tables begin with that no model describes: indexes, each engine's own."""


ATTEMPTS, PAUSE = 60, 1.0
"""How often a migration asks for its locks, and seconds between: so readers go on."""


class BusyDatabaseError(Exception):
    """Somebody reads from the database for longer than a migration waits; nothing was changed."""


class UnknownSchemaError(Exception):
    """The database's schema is none that this program knows."""


@cache
def newest_schema() -> str:
    """The revision that this program is written for."""
    return max(path.name for path in MIGRATIONS.glob("[0-9]*_*.py")).partition("_")[0]


def schema_of(connection: sa.Connection) -> str | None:
    """The revision that a database is at; None if it has no schema yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def migrate(settings: Settings, revision: str = "head") -> None:
    """Bring the database's schema to a revision, whole or not at all.

    On Postgres a table is altered when nobody reads it, and whoever wants to read meanwhile waits
    behind the migration; so that waits for a moment only, lets them go first, and asks again.

    Raises `UnknownSchemaError` if it is at one that this program does not know, and
    `BusyDatabaseError` if it never had its turn.
    """
    for _ in range(ATTEMPTS):
        try:
            _upgrade(settings, revision)
            return
        except sa.exc.DBAPIError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
        sleep(PAUSE)
    raise BusyDatabaseError


def _upgrade(settings: Settings, revision: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["settings"] = settings
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise UnknownSchemaError(str(error)) from error


def is_of_a_model(
    item: object, name: str | None, kind: str, reflected: bool, other: object
) -> bool:
    """Whether Alembic is to compare something with the models."""
    table = name if kind == "table" else getattr(getattr(item, "table", None), "name", name)
    return not reflected or not str(table).startswith(OUTSIDE_MODELS)
