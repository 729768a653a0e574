"""Whether the data in a database is whole, beyond what its constraints hold."""

from itertools import islice

import sqlalchemy as sa
from sqlmodel import col

from app.database import table_of
from app.ingest.releases import NOUNS
from app.models.document import Document
from app.models.fact import Fact, fact_kinds
from app.models.release import Release
from app.records.documents import BATCH, documents


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
    counts = connection.scalar(
        sa.select(col(Release.counts)).order_by(col(Release.number).desc()).limit(1)
    )
    for noun, model in NOUNS.items():
        there = connection.scalar(sa.select(sa.func.count()).select_from(table_of(model)))
        if there != (counts or {}).get(noun):
            faults.append(f"The release has {(counts or {}).get(noun)} {noun}; there are {there}.")
    for kind, table in fact_kinds().items():
        facts = connection.scalar(
            sa.select(sa.func.count()).select_from(Fact).where(col(Fact.kind) == kind)
        )
        details = connection.scalar(sa.select(sa.func.count()).select_from(table_of(table)))
        released = (counts or {}).get(kind)
        if not facts == details == released:
            faults.append(
                f"The release has {released} {kind}; there are {facts}, {details} of them whole."
            )
    return faults + _faults_of_documents(connection)


def _faults_of_documents(connection: sa.Connection) -> list[str]:
    """Which documents are not what the other tables make of them, and how many have no rows."""
    faults, made = [], 0
    every = documents(connection)
    while batch := list(islice(every, BATCH)):
        made += len(batch)
        for kind in {document["kind"] for document in batch}:
            wanted = {d["id"]: (d["drug_id"], d["body"]) for d in batch if d["kind"] == kind}
            rows = connection.execute(
                sa.select(col(Document.id), col(Document.drug_id), col(Document.body)).where(
                    col(Document.kind) == kind, col(Document.id).in_(list(wanted))
                )
            )
            stored = {row.id: (row.drug_id, row.body) for row in rows}
            faults += [
                f"The document of {kind} '{id_}' is not what the tables say."
                for id_ in wanted
                if stored.get(id_) != wanted[id_]
            ]
    there = connection.scalar(sa.select(sa.func.count()).select_from(table_of(Document)))
    if there != made:
        faults.append(f"The tables make {made} documents; there are {there}.")
    return faults
