"""Digests: by which a byte that changed in the database is seen before it is served.

A document's covers all that decides what is served of it, and where it is found. A release's seal
covers its own columns, what it counts, and a sum over the digests of all documents, in any order,
so that one that is missing is seen, and one too many. The sum is kept up as documents come and go,
and never taken anew from what is there: so an import does not seal what was lost before it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
import xxhash
from sqlmodel import col

from app.models.document import Document

BYTES = 16
"""How long a digest is: nothing but chance is to be kept out."""

SEPARATOR = "\0"
"""Between what a digest is of: no text of ours holds it."""

WHOLE = 1 << (8 * BYTES)


def digest_of(*parts: object) -> str:
    """A digest of some values, in their order."""
    text = SEPARATOR.join(map(str, parts))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=BYTES).hexdigest()


def number_of(*parts: object) -> int:
    """A digest of some values, in their order, as a number: such may be added up."""
    text = SEPARATOR.join(map(str, parts))
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=BYTES).digest()
    return int.from_bytes(digest)


def document_digest(kind: str, id_: str, drug_id: str | None, body: str) -> str:
    """The digest of a document."""
    text = f"{kind}\0{id_}\0{drug_id or ''}\0{body}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=BYTES).hexdigest()


SEALED: sa.ColumnElement[str] = (
    sa.func.coalesce(col(Document.drug_id), sa.literal_column("''"))
    .concat(sa.literal_column("'\n'"))
    .concat(col(Document.digest))
    .concat(sa.literal_column("'\n'"))
    .concat(col(Document.body))
)
"""A document as it is read to be served: its drug, its digest and its body, a line each."""


def opened(kind: str, id_: str, sealed: object) -> tuple[str, str] | None:
    """The drug and the body of a `SEALED` document; None if they do not match its digest."""
    if not isinstance(sealed, str):
        return None
    drug_id, _, rest = sealed.partition("\n")
    digest, _, body = rest.partition("\n")
    return (drug_id, body) if document_digest(kind, id_, drug_id, body) == digest else None


class Sum:
    """A sum over documents' digests, in any order."""

    def __init__(self, start: str = "0") -> None:
        self._sum = _number(start)

    def add(self, digests: Iterable[str]) -> None:
        """Documents that came."""
        self._sum += sum(map(_number, digests))

    def remove(self, digests: Iterable[str]) -> None:
        """Documents that went."""
        self._sum -= sum(map(_number, digests))

    def plus(self, before: str) -> str:
        """The sum, where another was there before."""
        return str(Sum(f"{(_number(before) + self._sum) % WHOLE:x}"))

    def __str__(self) -> str:
        return sum_of(self._sum)


def sum_of(*numbers: int) -> str:
    """What numbers add up to, as long as a digest."""
    return f"{sum(numbers) % WHOLE:0{2 * BYTES}x}"


def _number(digest: object) -> int:
    """A digest as a number; one that cannot be read counts for nothing, and so is missed."""
    try:
        return int(str(digest), 16)
    except ValueError:
        return 0


def seal_of(
    number: Any, id_: Any, loaded_at: Any, rendered_by: Any, counts: Any, documents: str
) -> str:
    """A release's seal: digests of its columns and of its counts, and the sum of its documents."""
    counted = counts_digest(counts)
    own = _own_digest(number, id_, loaded_at, rendered_by, counted, documents)
    return f"{own}-{counted}-{documents}"


@lru_cache(maxsize=8)
def is_sealed(number: Any, id_: Any, loaded_at: Any, rendered_by: Any, seal: Any) -> bool:
    """Whether a release's columns are those that its seal is of."""
    own, counted, documents = parts_of(seal)
    try:
        return own == _own_digest(number, id_, loaded_at, rendered_by, counted, documents)
    except ValueError:
        return False


def parts_of(seal: Any) -> tuple[str, str, str]:
    """The three parts of a seal: of the release's columns, its counts and its documents."""
    parts = str(seal).split("-")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def counts_digest(counts: Mapping[str, int] | object) -> str:
    """A digest of what a release counts."""
    return digest_of(json.dumps(counts, sort_keys=True))


def _own_digest(
    number: Any, id_: Any, loaded_at: Any, rendered_by: Any, counts: str, documents: str
) -> str:
    return digest_of(number, id_, moment_of(loaded_at).isoformat(), rendered_by, counts, documents)


def moment_of(stored: datetime | str) -> datetime:
    """A moment as Postgres's driver gives it, or as SQLite keeps it: without its zone, UTC.

    Raises ValueError if it is none.
    """
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    if not isinstance(moment, datetime):
        raise ValueError(f"{stored!r} is no moment")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def checksum_of(kind: str, id_: str, drug_id: str | None, body: bytes) -> int:
    """A checksum of a document's JSON and of what it is found by: XXH3 as a signed 64-bit integer.

    Against corruption, not tampering: it takes half a microsecond where BLAKE2 took twenty.
    """
    checksum = xxhash.xxh3_64(f"{kind}\0{id_}\0{drug_id or ''}\0".encode())
    checksum.update(body)
    return int.from_bytes(checksum.digest(), signed=True)
