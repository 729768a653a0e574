"""Whether the data in a database is whole, beyond what its constraints hold."""

from collections.abc import Iterator
from itertools import islice

import sqlalchemy as sa
from sqlmodel import col

from app.database import table_of
from app.ingest.releases import counted
from app.ingest.staging import content_of
from app.models.document import Document
from app.models.drug import Drug
from app.models.fact import fact_kinds
from app.models.imported import (
    ImportedRecord,
    ImportedSource,
    ImportedStatement,
    ImportedSubstance,
    RecordStatement,
    RecordSubstance,
)
from app.models.release import Release
from app.models.search import SearchedName
from app.models.spelling import pieces_of
from app.records.documents import BATCH, documents
from app.records.search import Index


def faults_of(connection: sa.Connection) -> list[str]:
    """What is wrong with the data, a sentence each; nothing if it is whole."""
    faults = []
    if connection.dialect.name == "sqlite":
        told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        faults += [f"SQLite says: {sentence}." for sentence in told if sentence != "ok"]
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        faults += [
            f"A row of {row[0]} refers to a row of {row[2]} that is not there." for row in broken
        ]
    released = connection.scalar(
        sa.select(col(Release.counts)).order_by(col(Release.number).desc()).limit(1)
    )
    for noun, there in counted(connection).items():
        promised = (released or {}).get(noun)
        details = there
        if noun in fact_kinds():
            table = table_of(fact_kinds()[noun])
            details = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        if not there == details == promised:
            whole = "" if there == details else f", {details} of them whole"
            faults.append(f"The release has {promised} {noun}; there are {there}{whole}.")
    return [*faults, *_faults_of_imports(connection), *_faults_of_documents(connection)]


def _faults_of_imports(connection: sa.Connection) -> Iterator[str]:
    """Which sources are not what was imported of them, and what is missing."""
    record, source = table_of(ImportedRecord).c, table_of(ImportedSource).c
    sources = connection.execute(sa.select(source.id, source.content)).all()
    for id_, content in sources:
        rows = connection.execute(
            sa.select(record.id, record.digest).where(record.source_id == id_, ~record.gone)
        )
        if content_of(id_, ((row.id, row.digest) for row in rows)) != content:
            yield f"The records of {id_} are not those that were imported."
    substance, link = table_of(ImportedSubstance).c, table_of(RecordSubstance).c
    statement, said = table_of(ImportedStatement).c, table_of(RecordStatement).c
    missing = {
        "substances that records name are not there": sa.select(link.record_id).where(
            ~sa.exists().where(
                substance.source_id == link.source_id, substance.key == link.substance_key
            )
        ),
        "statements that records make are not there": sa.select(said.record_id).where(
            ~sa.exists().where(statement.digest == said.digest)
        ),
        "statements are made by no record": sa.select(statement.digest).where(
            ~sa.exists().where(said.digest == statement.digest)
        ),
        "substances are a drug that is not there": sa.select(substance.key).where(
            substance.drug_id.is_not(None),
            ~sa.exists().where(table_of(Drug).c.id == substance.drug_id),
        ),
    }
    for what, of in missing.items():
        count = connection.scalar(sa.select(sa.func.count()).select_from(of.subquery()))
        if count:
            yield f"{count} {what}."


def _faults_of_documents(connection: sa.Connection) -> list[str]:
    """Which documents are not what the other tables make of them, and how many have no rows."""
    faults, made = [], 0
    index = Index(connection)
    every = documents(connection)
    while batch := list(islice(every, BATCH)):
        made += len(batch)
        numbers: dict[tuple[str, str], int | None] = {}
        for kind in {document["kind"] for document in batch}:
            wanted = {d["id"]: (d["drug_id"], d["body"]) for d in batch if d["kind"] == kind}
            rows = connection.execute(
                sa.select(
                    col(Document.id),
                    col(Document.drug_id),
                    col(Document.body),
                    col(Document.number),
                ).where(col(Document.kind) == kind, col(Document.id).in_(list(wanted)))
            ).all()
            stored = {row.id: (row.drug_id, row.body) for row in rows}
            numbers |= {(kind, row.id): row.number for row in rows}
            faults += [
                f"The document of {kind} '{id_}' is not what the tables say."
                for id_ in wanted
                if stored.get(id_) != wanted[id_]
            ]
        for document in batch:
            document["number"] = numbers.get((document["kind"], document["id"]))
        faults += index.faults_of(batch)
    faults += _faults_of_index(connection, index)
    there = connection.scalar(sa.select(sa.func.count()).select_from(table_of(Document)))
    if there != made:
        faults.append(f"The tables make {made} documents; there are {there}.")
    return faults


def _faults_of_index(connection: sa.Connection, index: Index) -> Iterator[str]:
    """Whether more is searched than there is."""
    document = table_of(Document).c
    searched = sa.select(sa.func.count()).where(document.number.is_not(None))
    keys = connection.execute(sa.select(col(SearchedName.key)).distinct()).scalars()
    there = (
        connection.scalar(searched) or 0,
        connection.scalar(searched.where(document.kind == "drugs")) or 0,
        sum(len(set(pieces_of(key))) for key in keys),
    )
    for noun, made, found in zip(
        ("documents", "drugs", "pieces of names"), there, index.size(), strict=True
    ):
        if made != found:
            yield f"{found} {noun} are searched; there are {made}."
