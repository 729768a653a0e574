"""What each source says, record by record, as it was imported.

The tables that are served are made from these, whatever the order in which sources were loaded. So
a record whose drug is not known yet waits here until another source names it.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import JSON, KEY


class ImportedSource(SQLModel, table=True):
    """A source that something was imported from, and which state of it is loaded."""

    __tablename__ = "imported_source"

    id: str = Field(primary_key=True, sa_type=KEY)
    version: str | None = Field(default=None, description="The source's own name for it.")
    released: str | None = Field(default=None, description="Its date, where the files give one.")
    as_of: str = Field(description="The day as of which the records in it were read.")
    content: str = Field(description="A digest of every record, whatever their order.")
    complete: str | None = Field(
        default=None, description="The date of the last edition that was complete."
    )
    inputs: str = Field(description="Of the seed: a digest of its files. Else nothing.")
    row: dict[str, Any] = Field(sa_type=JSON, description="The row of `source`, if it is one.")


class ImportedRecord(SQLModel, table=True):
    """A record of a source: the newest version that was read of it."""

    __tablename__ = "imported_record"

    source_id: str = Field(primary_key=True, foreign_key="imported_source.id", sa_type=KEY)
    id: str = Field(primary_key=True, sa_type=KEY, description="As the source knows it.")
    version: str = Field(description="The record's own version, as text that orders.")
    released: str = Field(description="The date of the file that said it, or nothing.")
    gone: bool = Field(description="A newer and complete file has it no more.")
    digest: str = Field(description="Of what it says.")
    body: str = Field(description="What it says of the drug, and of which statements, as JSON.")


class ImportedSubstance(SQLModel, table=True):
    """A substance as a source names it, and the drug that it was found to be."""

    __tablename__ = "imported_substance"

    source_id: str = Field(primary_key=True, foreign_key="imported_source.id", sa_type=KEY)
    key: str = Field(primary_key=True, sa_type=KEY, description="A digest of what it is called.")
    body: str = Field(description="Its names, identifiers and ingredients, as JSON.")
    called: str = Field(description="What the source calls it.")
    drug_id: str | None = Field(
        default=None, index=True, sa_type=KEY, description="The drug that it is."
    )
    matched_by: str | None = Field(default=None, description="How that was found.")
    set_aside: str | None = Field(default=None, description="Why it is no drug's.")
    candidates: list[str] = Field(
        default_factory=list, sa_type=JSON, description="The drugs that it could be."
    )
    label: str | None = Field(
        default=None, description="What the ids of facts about it are made with."
    )
    contested: list[list[str]] = Field(
        default_factory=list,
        sa_type=JSON,
        description="Its identifiers that other drugs claim too: system, value, and those drugs.",
    )


class RecordSubstance(SQLModel, table=True):
    """That a record speaks of a substance."""

    __tablename__ = "imported_record_substance"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["imported_record.source_id", "imported_record.id"],
            name="fk_imported_record_substance_record",
            ondelete="CASCADE",
        ),
        sa.Index("ix_imported_record_substance_key", "source_id", "substance_key"),
    )

    source_id: str = Field(primary_key=True, sa_type=KEY)
    record_id: str = Field(primary_key=True, sa_type=KEY)
    position: int = Field(primary_key=True)
    substance_key: str = Field(sa_type=KEY)


class RecordStatement(SQLModel, table=True):
    """That a record makes a statement, and where in it that stands."""

    __tablename__ = "imported_record_statement"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["imported_record.source_id", "imported_record.id"],
            name="fk_imported_record_statement_record",
            ondelete="CASCADE",
        ),
    )

    source_id: str = Field(primary_key=True, sa_type=KEY)
    record_id: str = Field(primary_key=True, sa_type=KEY)
    position: int = Field(primary_key=True)
    digest: str = Field(index=True, sa_type=KEY, description="The statement's.")
    name: str = Field(description="What the fact's id is made with.")
    locator: str = Field(description="Where in the record it stands.")
    cite: dict[str, list[str]] | None = Field(
        default=None, sa_type=JSON, description="Its citations, where they are not the record's."
    )


class ImportedStatement(SQLModel, table=True):
    """A fact's content, kept once however many records say the same."""

    __tablename__ = "imported_statement"

    digest: str = Field(primary_key=True, sa_type=KEY)
    kind: str = Field(sa_type=KEY, description="The kind of fact.")
    body: str = Field(description="The fact's fields, as a seed's entry has them, as JSON.")


class ImportedMention(SQLModel, table=True):
    """That a record names a condition, a target or a source, and what it says of it."""

    __tablename__ = "imported_mention"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["source_id", "record_id"],
            ["imported_record.source_id", "imported_record.id"],
            name="fk_imported_mention_record",
            ondelete="CASCADE",
        ),
        sa.Index("ix_imported_mention_noun_id", "noun", "id"),
    )

    source_id: str = Field(primary_key=True, sa_type=KEY)
    record_id: str = Field(primary_key=True, sa_type=KEY)
    noun: str = Field(
        primary_key=True, sa_type=KEY, description="`condition`, `target` or `source`."
    )
    id: str = Field(primary_key=True, sa_type=KEY)
    body: str = Field(description="Its row, as JSON.")


class SetAside(SQLModel, table=True):
    """A record, or a claim, that was not taken in, for a person to look at."""

    __tablename__ = "set_aside"

    source_id: str = Field(primary_key=True, foreign_key="imported_source.id", sa_type=KEY)
    position: int = Field(primary_key=True)
    file: str = Field(description="The file that it stands in.")
    record: str = Field(description="The record, as the source knows it, or its place.")
    reason: str = Field(description="Why.")
