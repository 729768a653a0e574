"""Where facts come from, and the passages that say so."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.models.base import (
    Digest,
    PartialDate,
    Slug,
    WebAddress,
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
