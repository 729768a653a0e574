"""Whether the data in a database is whole, beyond what its constraints hold."""

import sqlalchemy as sa
from sqlmodel import col

from app.database import table_of
from app.ingest.releases import NOUNS
from app.models.fact import Fact, fact_kinds
from app.models.release import Release


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
    return faults
