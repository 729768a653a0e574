"""The database's schema: bringing it up to date, and telling whether it is."""

from functools import cache

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from app.settings import ROOT, Settings


class UnknownSchemaError(Exception):
    """The database's schema is none that this program knows."""


@cache
def newest_schema() -> str:
    """The revision that this program is written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def schema_of(connection: sa.Connection) -> str | None:
    """The revision that a database is at; None if it has no schema yet."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(settings: Settings, revision: str = "head") -> None:
    """Bring the database's schema to a revision, whole or not at all.

    Raises `UnknownSchemaError` if it is at one that this program does not know.
    """
    config = _config()
    config.attributes["settings"] = settings
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise UnknownSchemaError(str(error)) from error


def _config() -> Config:
    return Config(toml_file=ROOT / "pyproject.toml")
