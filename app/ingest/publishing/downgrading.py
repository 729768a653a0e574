"""What downgrades of the schema do to what is served, which `medfacts migrate` then rebuilds.

They are called by migrations: the tables may be those of any schema since they were added.
"""

import sqlalchemy as sa

from app.ingest.publishing.release_writer import with_checksum
from app.models.base import POSTGRES

NO_VERSION = 0
"""A document version that no program reads."""

document = sa.table("document", sa.column("kind"), sa.column("id"))
fact = sa.table("fact", sa.column("id"))
discrepancy = sa.table("discrepancy", sa.column("subject_id"))
release = sa.table(
    "release",
    sa.column("number"),
    sa.column("id"),
    sa.column("loaded_at"),
    sa.column("document_version"),
    sa.column("counts", sa.JSON),
    sa.column("checksum"),
)


def mark_for_rebuilding(connection: sa.Connection) -> None:
    """Have nothing be served until `medfacts migrate` has rebuilt all of it."""
    newest = sa.select(release).order_by(release.c.number.desc()).limit(1)
    for row in connection.execute(newest).mappings().all():
        marked = with_checksum(dict(row) | {"document_version": NO_VERSION})
        connection.execute(release.update().where(release.c.number == row["number"]), marked)


def remove_facts(connection: sa.Connection, kind: str, ids: sa.Select[tuple[str]]) -> None:
    """Remove facts of a kind and their documents, but for the rows of the kind's own table."""
    served = document.c.kind.in_((kind, "wordings", "adverse_events"))
    connection.execute(document.delete().where(served, document.c.id.in_(ids)))
    of = discrepancy.c.subject_id.in_(ids)
    connection.execute(discrepancy.update().where(of).values(subject_id=None))
    connection.execute(fact.delete().where(fact.c.id.in_(ids)))
    if connection.dialect.name == POSTGRES:  # which alters no table with checks that are pending
        connection.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
