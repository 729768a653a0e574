"""What is served, as it is served: each record as JSON, made when a release is written."""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import KEY


class Document(SQLModel, table=True):
    """A record as the API serves it: what is said stands here, and in the source records."""

    __table_args__ = (
        sa.Index("ix_document_drug_id_kind_id", "drug_id", "kind", "id"),
        sa.Index("ix_document_number", "number", unique=True),
    )

    kind: str = Field(
        primary_key=True,
        sa_type=KEY,
        description="The resource, as URLs name it: `drugs`, `warnings`, `sources`.",
    )
    id: str = Field(
        primary_key=True, sa_type=KEY, description="The record's id; a release's is its number."
    )
    drug_id: str | None = Field(
        default=None,
        foreign_key="drug.id",
        ondelete="CASCADE",
        sa_type=KEY,
        description="The drug that it is, or is about.",
    )
    body: bytes = Field(
        sa_type=sa.LargeBinary,
        description="The record as JSON without blanks, compressed; see "
        "`app.documents.compression`.",
    )
    checksum: int = Field(
        sa_type=sa.BigInteger,
        description="Of its kind, id, drug and JSON; see `app.documents.checksums`.",
    )
    number: int | None = Field(
        default=None,
        sa_type=sa.BigInteger,
        description="Its place among what is searched, where it is; see `app.search.index`.",
    )
