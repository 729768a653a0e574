"""Making everything that is served anew, of what is kept: when another version is to serve it, or
what drugs are looked up by is not whole.
"""

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from app.database.engines import table_of
from app.documents.keys import faults_of_keys, faults_of_names
from app.documents.rendering import documents_of, renderer
from app.ingest.bulk_insert import Tables
from app.ingest.publishing.publish import publish
from app.ingest.publishing.references import SEED
from app.ingest.publishing.release_writer import (
    Loaded,
    counted,
    current_release,
    seal_newest,
    write_alone,
)
from app.ingest.sources.interface import RefusedError
from app.ingest.staging.kept import hold_kept
from app.ingest.staging.upserting import Changes
from app.models.release import Release, ReleaseFile
from app.models.source_record import ImportedMention, ImportedRecord, ImportedSource, SetAside
from app.search.index import Index

STAYING = {table_of(SetAside), table_of(Release), table_of(ReleaseFile)}


def renew_documents(engine: sa.Engine) -> bool:
    """Make all records anew if another version of the program made them; says if it did.

    Raises `AlteredError` if what they are made of is not what was written.
    """
    with engine.connect() as connection:
        if not _is_of_another_version(current_release(connection)):
            return False
    with engine.begin() as connection:
        write_alone(connection)
        be_up_to_date(connection)
    return True


def be_up_to_date(connection: sa.Connection) -> None:
    """Have an import find what it builds on as it was written, and made by this version.

    What drugs are looked up by is counted on from what there is, so it has to be whole.
    """
    hold_kept(connection)
    release = current_release(connection)
    if release is not None and (
        _is_of_another_version(release)
        or any(faults_of_names(connection))
        or faults_of_keys(connection)
    ):
        _make_anew(connection)


def _is_of_another_version(release: Loaded | None) -> bool:
    if release is None:
        return False
    return release.rendered_by != renderer() or not release.documents


def _make_anew(connection: sa.Connection) -> None:
    if not connection.scalar(sa.select(sa.func.count()).select_from(table_of(ImportedSource))):
        raise RefusedError(
            "this database is of a version that did not keep what its sources say, so nothing can "
            "be made of it; load the data into a new one."
        )
    Index(connection).clear()
    for table in reversed(SQLModel.metadata.sorted_tables):
        if not (table in STAYING or table.name.startswith("imported_")):
            connection.execute(table.delete())
    mention = table_of(ImportedMention).c
    changes = Changes(SEED)
    said = connection.execute(sa.select(mention.noun, mention.id).distinct())
    changes.mentions.update((noun, id_) for noun, id_ in said)
    count = sa.select(sa.func.count()).select_from(table_of(ImportedRecord))
    changes.counts["changed"] = connection.scalar(count) or 0
    tables = Tables(connection)
    publish(connection, tables, changes)
    releases = table_of(Release)
    newest = sa.select(sa.func.max(releases.c.number)).scalar_subquery()
    connection.execute(releases.update().values(rendered_by=renderer()))
    connection.execute(
        releases.update().where(releases.c.number == newest).values(counts=counted(connection))
    )
    numbers = connection.execute(sa.select(col(Release.number)).order_by(col(Release.number)))
    for document in documents_of(connection, "releases", [*numbers.scalars()]):
        tables.add_document(document)
    tables.finish()
    seal_newest(connection, str(tables.documents))
