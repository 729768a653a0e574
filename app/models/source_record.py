"""What each source says, record by record, as it was imported.

The tables that are served are made from these, whatever the order in which sources were loaded. So
a record whose drug is not known yet waits here until another source names it.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from app.models.base import BY_KEY, JSON, KEY


def of_record(table: str) -> SchemaItem:
    """The record that a row belongs to, with which it goes."""
    return sa.ForeignKeyConstraint(
        ["source_id", "record_id"],
        ["source_record.source_id", "source_record.id"],
        name=f"fk_{table}_record",
        ondelete="CASCADE",
    )


JOINED = "~"
"""What the names of statements begin with that are one fact whatever their wordings. It parts the
digest of what they are compared by from that of their letters."""


class SourceState(SQLModel, table=True):
    """A source that something was imported from, and which state of it is loaded."""

    __tablename__ = "source_state"

    id: str = Field(primary_key=True, sa_type=KEY)
    version: str | None = Field(default=None, description="The source's own name for it.")
    released: str | None = Field(default=None, description="Its date, where the files give one.")
    as_of: str = Field(description="The day as of which the records in it were read.")
    content: str = Field(description="A digest of every record, whatever their order.")
    complete: str | None = Field(
        default=None, description="The date of the last version that was complete."
    )
    inputs: str = Field(description="Of the seed: a digest of its files. Else nothing.")
    row: dict[str, Any] = Field(sa_type=JSON, description="The row of `source`, if it is one.")


class SourceRecord(SQLModel, table=True):
    """A record of a source: the newest version that was read of it."""

    __tablename__ = "source_record"
    __table_args__ = BY_KEY

    source_id: str = Field(primary_key=True, foreign_key="source_state.id", sa_type=KEY)
    id: str = Field(primary_key=True, sa_type=KEY, description="As the source knows it.")
    version: str = Field(description="The record's own version, as text that orders.")
    released: str = Field(description="The day of the data that it was taken from, or nothing.")
    as_of: str = Field(
        sa_column_kwargs={"server_default": ""},
        description="The day as of which it says so: that, or else its own; or nothing.",
    )
    removed: bool = Field(description="A newer and complete file has it no more.")
    digest: str = Field(description="Of what it says.")
    body: bytes = Field(
        sa_type=sa.LargeBinary,
        description="What it says of the drug, as JSON, compressed as documents are.",
    )


class RecordVersion(SQLModel, table=True):
    """A version of a label that was read, or that another is said to have superseded.

    They stay whatever becomes of the record, so that it does not matter which was read first.
    """

    __tablename__ = "record_version"
    __table_args__ = BY_KEY

    source_id: str = Field(primary_key=True, foreign_key="source_state.id", sa_type=KEY)
    record_id: str = Field(primary_key=True, sa_type=KEY)
    version: str = Field(primary_key=True, sa_type=KEY, description="As that of the record.")


class SourceSubstance(SQLModel, table=True):
    """A substance as a source names it, and the drug that it was found to be."""

    __tablename__ = "source_substance"
    __table_args__ = BY_KEY

    source_id: str = Field(primary_key=True, foreign_key="source_state.id", sa_type=KEY)
    key: str = Field(primary_key=True, sa_type=KEY, description="A digest of what it is called.")
    body: str = Field(description="Its names, identifiers and ingredients, as JSON.")
    name: str = Field(description="What the source calls it.")
    drug_id: str | None = Field(
        default=None, index=True, sa_type=KEY, description="The drug that it is."
    )
    matched_by: str | None = Field(default=None, description="How that was found.")
    quarantined: str | None = Field(default=None, description="Why it is no drug's.")
    candidates: list[str] = Field(
        default_factory=list, sa_type=JSON, description="The drugs that it could be."
    )
    form_id: str | None = Field(
        default=None, sa_type=KEY, description="The form of the drug that it is, if it is one."
    )
    fact_slug: str | None = Field(
        default=None, description="What the ids of facts about it are made with."
    )
    ambiguous: list[list[str]] = Field(
        default_factory=list,
        sa_type=JSON,
        description="Its identifiers that other drugs have too: system, value, and those drugs.",
    )


class RecordSubstance(SQLModel, table=True):
    """That a record speaks of a substance."""

    __tablename__ = "record_substance"
    __table_args__ = (
        of_record("record_substance"),
        sa.Index("ix_record_substance_key", "source_id", "substance_key"),
        BY_KEY,
    )

    source_id: str = Field(primary_key=True, sa_type=KEY)
    record_id: str = Field(primary_key=True, sa_type=KEY)
    position: int = Field(primary_key=True)
    substance_key: str = Field(sa_type=KEY)


class RecordStatement(SQLModel, table=True):
    """That a record makes a statement, and where in it that stands."""

    __tablename__ = "record_statement"
    __table_args__ = (of_record("record_statement"), BY_KEY)

    source_id: str = Field(primary_key=True, sa_type=KEY)
    record_id: str = Field(primary_key=True, sa_type=KEY)
    position: int = Field(primary_key=True)
    digest: str = Field(index=True, sa_type=KEY, description="The statement's.")
    name: str = Field(description="What the fact's id is made with.")
    locator: str = Field(description="Where in the record it stands.")
    cite: dict[str, list[str]] | None = Field(
        default=None, sa_type=JSON, description="Its citations, where they are not the record's."
    )


class SourceStatement(SQLModel, table=True):
    """A fact's content, stored once however many records say the same."""

    __tablename__ = "source_statement"

    digest: str = Field(primary_key=True, sa_type=KEY)
    kind: str = Field(sa_type=KEY, description="The kind of fact.")
    body: bytes = Field(
        sa_type=sa.LargeBinary,
        description="The fact's fields, as a seed's entry has them, as JSON, compressed.",
    )


class SourceReference(SQLModel, table=True):
    """That a record names a condition, a target or a source, and what it says of it."""

    __tablename__ = "source_reference"
    __table_args__ = (
        of_record("source_reference"),
        sa.Index("ix_source_reference_noun_id", "noun", "id"),
        BY_KEY,
    )

    source_id: str = Field(primary_key=True, sa_type=KEY)
    record_id: str = Field(primary_key=True, sa_type=KEY)
    noun: str = Field(
        primary_key=True, sa_type=KEY, description="`condition`, `target` or `source`."
    )
    id: str = Field(primary_key=True, sa_type=KEY)
    position: int = Field(description="Its place among the record's, from 0.")
    body: str = Field(description="Its row, as JSON.")


class QuarantinedRecord(SQLModel, table=True):
    """A record that was not taken in, for a person to look at."""

    __tablename__ = "quarantined_record"

    source_id: str = Field(primary_key=True, foreign_key="source_state.id", sa_type=KEY)
    position: int = Field(primary_key=True)
    file: str = Field(description="The file that it stands in.")
    record: str = Field(description="The record, as the source knows it, or its place.")
    reason: str = Field(description="Why.")
