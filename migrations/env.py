"""How Alembic reaches the database: one chain for SQLite and Postgres, in one transaction."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

import app.models  # noqa: F401 -- fills the metadata
from app.database.engines import migration_engine
from app.database.migrating import is_of_a_model
from app.settings import read_settings


def plain_type(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write SQLModel's own types as SQLAlchemy's: a migration outlives the library's names."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


settings = context.config.attributes.get("settings") or read_settings()

with migration_engine(settings).begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,  # SQLite cannot alter a table in place
        transactional_ddl=True,
        compare_type=True,
        render_item=plain_type,
        include_object=is_of_a_model,
    )
    context.run_migrations()
