"""Where facts come from, and the passages that say so."""

from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import (
    KEY,
    Digest,
    Part,
    PartialDate,
    Slug,
    WebAddress,
    at_position,
    described,
    key,
    partial_date,
)


class Source(SQLModel, table=True):
    """A document, registry or database that facts are cited to."""

    __table_args__ = (
        partial_date("published"),
        partial_date("updated"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Slug = key("The source's id.", "what-is-baclofen", primary_key=True)
    title: str = described("Title, as the source gives it.", "What is Baclofen?")
    author: str | None = described("Who wrote it.", "K. Willis", default=None)
    publisher: str | None = described("Who published it.", "WiseGeek", default=None)
    published: PartialDate | None = described(
        "When it was first published, as precisely as it says.", "2007-12", default=None
    )
    updated: PartialDate | None = described(
        "When it was last updated, as precisely as it says.", "2024-05-17", default=None
    )
    version: str | None = described(
        "The publisher's own name for the version read.", "2019.5", default=None
    )
    url: WebAddress = described(
        "Where a person can read it.", "https://www.wisegeek.net/what-is-baclofen.htm"
    )
    licence: str = described(
        "On what terms its content may be used.",
        "Copyright of the publisher; only facts are taken, in our own words.",
    )
    sha256: Digest | None = described(
        "SHA-256 of the document that was read, where a whole document was kept.",
        "986f0e3f3d91fd29c9d76f1061b8dbf37471838a255e2127452984889c5e049e",
        default=None,
    )
    note: str | None = described(
        "What a reader should know of how it was read.",
        "Read from two copies of its abstract, which agree.",
        default=None,
    )


class Evidence(SQLModel, table=True):
    """What a row rests on: one or more citations, shared by all rows that rest on the same.

    The id is a digest of the citations. A row refers to its evidence and cannot be stored
    without it; evidence cannot be stored without a first citation: the key to it is checked
    when the transaction ends, for each of the two needs the other.
    """

    __table_args__ = (
        sa.CheckConstraint("first_position = 0", name="first_position"),
        sa.ForeignKeyConstraint(
            ["id", "first_position"],
            ["citation.evidence_id", "citation.position"],
            name="fk_evidence_first_citation",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
    )

    id: str = Field(primary_key=True, sa_type=KEY)
    first_position: int = Field(default=0)


class Citation(Part, table=True):
    """One passage of one source."""

    owner: ClassVar = ("evidence_id",)

    evidence_id: str = Field(primary_key=True, foreign_key="evidence.id", sa_type=KEY)
    position: int = at_position()
    source_id: str = Field(foreign_key="source.id", index=True, sa_type=KEY)
    locator: str = described("Where in the source the passage stands.", "paragraph 6")


def evidence() -> str:
    """The evidence that a row rests on; without it the row cannot be stored."""
    column: str = Field(foreign_key="evidence.id", index=True, sa_type=KEY)
    return column
