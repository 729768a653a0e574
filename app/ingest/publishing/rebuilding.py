"""Rebuilding everything that is served from the source records, for another document version."""

from collections import Counter

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from app.documents.rendering import DOCUMENT_VERSION, documents_of
from app.ingest.bulk_insert import Tables
from app.ingest.publishing.fact_writer import records_of_labels
from app.ingest.publishing.publish import publish
from app.ingest.publishing.references import SEED
from app.ingest.publishing.release_writer import (
    counts_after,
    current_release,
    with_checksum,
    write_alone,
)
from app.ingest.staging.upserting import Changes
from app.models.base import table_of
from app.models.release import Release, ReleaseFile
from app.models.source_record import (
    QuarantinedRecord,
    RecordStatement,
    RecordSubstance,
    RecordVersion,
    SourceRecord,
    SourceReference,
    SourceState,
    SourceStatement,
    SourceSubstance,
)
from app.search.index import SearchIndex

STAYING = {
    table_of(model)
    for model in (
        SourceState,
        SourceRecord,
        SourceSubstance,
        SourceStatement,
        SourceReference,
        RecordSubstance,
        RecordStatement,
        RecordVersion,
        QuarantinedRecord,
        Release,
        ReleaseFile,
    )
}
"""What documents are rebuilt from, and the releases."""


def rebuild_documents(engine: sa.Engine) -> bool:
    """Rebuild what is served if its documents are of another version; says if they were."""
    with engine.connect() as connection:
        if not _is_of_another_version(connection):
            return False
    with engine.begin() as connection:
        write_alone(connection)
        bring_up_to_date(connection)
    return True


def bring_up_to_date(connection: sa.Connection) -> None:
    """Have what an import builds on be of this document version."""
    if _is_of_another_version(connection):
        _rebuild(connection)


def _is_of_another_version(connection: sa.Connection) -> bool:
    release = current_release(connection)
    return release is not None and release.document_version != DOCUMENT_VERSION


def _rebuild(connection: sa.Connection) -> None:
    SearchIndex(connection).clear()
    for table in reversed(SQLModel.metadata.sorted_tables):
        if table not in STAYING:
            connection.execute(table.delete())
    reference = table_of(SourceReference).c
    changes = Changes(SEED)
    said = connection.execute(sa.select(reference.noun, reference.id).distinct())
    changes.references.update((noun, id_) for noun, id_ in said)
    changes.labels = records_of_labels(connection)
    count = sa.select(sa.func.count()).select_from(table_of(SourceRecord))
    changes.counts["changed"] = connection.scalar(count) or 0
    tables = Tables(connection)
    publish(connection, tables, changes)
    _write_releases(connection, tables.documents)
    numbers = connection.execute(sa.select(col(Release.number)).order_by(col(Release.number)))
    for document in documents_of(connection, "releases", [*numbers.scalars()]):
        tables.add_document(document)
    tables.finish()


def _write_releases(connection: sa.Connection, documents: Counter[str]) -> None:
    """Have all releases be of this document version, and the newest count what there is now."""
    releases = table_of(Release)
    rows = connection.execute(sa.select(*releases.c).order_by(releases.c.number)).mappings().all()
    for row in rows:
        changed = dict(row) | {"document_version": DOCUMENT_VERSION}
        if row is rows[-1]:
            changed["counts"] = counts_after({}, documents)
        connection.execute(
            releases.update().where(releases.c.number == row["number"]), with_checksum(changed)
        )
