"""Checksums: by which a byte that changed in the database is seen before it is served.

They are against corruption, not against tampering. A document's covers all that decides what is
served of it and what it is found by, a release's its own row.
"""

from datetime import UTC, datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import col
from xxhash import xxh3_64, xxh3_64_intdigest

from app.documents.compression import CorruptTextError, decompress
from app.models.document import Document
from app.models.release import Release

STORED = (col(Document.drug_id), col(Document.checksum), col(Document.body))
"""The columns of a document that `verified` reads: its drug, its checksum and its body."""


class CorruptDocumentError(ValueError):
    """A document is not what was written; `what` names it, and says what is wrong."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def checksum_of(kind: str, id_: str, drug_id: str | None, body: bytes) -> int:
    """A document's checksum, of its JSON and of what it is found by: XXH3, as a signed integer."""
    checksum = xxh3_64_intdigest(f"{kind}\0{id_}\0{drug_id or ''}\0".encode() + body)
    return checksum if checksum < 1 << 63 else checksum - (1 << 64)


def verified(kind: str, id_: str, drug_id: str | None, checksum: int, stored: bytes) -> bytes:
    """A stored document's JSON. Raises `CorruptDocumentError` if it is not what was written."""
    try:
        body = decompress(stored)
        if checksum_of(kind, id_, drug_id, body) == checksum:
            return body
    except (CorruptTextError, UnicodeError):  # half of a surrogate pair in what it is found by
        pass
    raise CorruptDocumentError(f"the record of {kind} '{id_}' does not match its checksum")


RELEASE_ROW = (
    col(Release.number),
    col(Release.id),
    col(Release.loaded_at),
    col(Release.document_version),
    sa.cast(col(Release.counts), sa.Text).label("counts"),
    col(Release.checksum),
)
"""The columns of a release that `is_verified` reads."""


def release_checksum(
    number: int, id_: str, loaded_at: datetime | str, document_version: int, counts: str
) -> int:
    """A release's checksum; `counts` are JSON, as they are stored. Raises ValueError if no moment
    is given."""
    said = (number, id_, moment_of(loaded_at).isoformat(), document_version, counts)
    return int.from_bytes(
        xxh3_64("\0".join(map(str, said)).encode("utf-8", "replace")).digest(), signed=True
    )


@lru_cache(maxsize=8)
def is_verified(
    number: int,
    id_: str,
    loaded_at: datetime | str,
    document_version: int,
    counts: str,
    checksum: int,
) -> bool:
    """Whether a release's row is what was written."""
    try:
        return release_checksum(number, id_, loaded_at, document_version, counts) == checksum
    except ValueError:
        return False


def moment_of(stored: datetime | str) -> datetime:
    """A moment as Postgres's driver gives it, or as SQLite keeps it: without its zone, UTC.

    Raises ValueError if it is none.
    """
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    if not isinstance(moment, datetime):
        raise ValueError(f"{stored!r} is no moment")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
