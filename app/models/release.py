"""Data releases: what was loaded, when and from what."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import JSON, Part, PartialDate, at_position, described


class ReleaseFile(Part, table=True):
    """A file that a release was made from."""

    __tablename__ = "release_file"
    owner: ClassVar = ("release_number",)

    release_number: int = Field(primary_key=True, foreign_key="release.number", ondelete="CASCADE")
    position: int = at_position()
    name: str = described("The file's name.", "drugs/baclofen.yaml")
    sha256: str = described(
        "SHA-256 of its content.",
        "986f0e3f3d91fd29c9d76f1061b8dbf37471838a255e2127452984889c5e049e",
    )
    bytes: int = described("Its size in bytes.", 18954)


class Release(SQLModel, table=True):
    """One state of the data, whole: a reader sees one release or another, never between."""

    parts: ClassVar[dict[str, type[Part]]] = {"files": ReleaseFile}

    number: int = described(
        "Releases are numbered from 1 in each database.",
        1,
        primary_key=True,
        sa_column_kwargs={"autoincrement": False},
    )
    id: str = described(
        "The release's id, as in the header `Data-Release`: its date and a digest of all that its "
        "sources say. "
        "Equal ids mean equal data.",
        "2026-11-23-4f1c0a9be2d7",
    )
    as_of: str = described(
        "The latest day on which its content was checked against its sources.", "2026-11-23"
    )
    loader: str = described("What loaded it: the seed, or the source that was imported.", "seed")
    version: str | None = described(
        "The source's own name for the version that was read, where it has one.",
        "2019.5",
        default=None,
    )
    released: PartialDate | None = described(
        "The date of that version, where the source gives one.", "2024-01-15", default=None
    )
    counts: dict[str, int] = described(
        "How many drugs, conditions, sources and facts of each kind it holds.",
        {"drugs": 1, "warnings": 4},
        sa_type=JSON,
    )
    loaded_at: datetime = Field(description="When it was written to this database.")
    document_version: int = Field(
        description="In which form its documents are; see `app.documents.rendering`."
    )
    checksum: int = Field(
        sa_type=sa.BigInteger,
        description="Of its number, id, counts, document version and when it was loaded; see "
        "`app.documents.checksums`.",
    )
