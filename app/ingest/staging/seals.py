"""How what is kept of sources is sealed: what each row's digest is of.

A record's seal is a sum over its own row and all its parts, in any order, so that a part which is
missing is seen as well; when it was last read is a summand of its own, for that changes alone.
"""

import hashlib
import json

from app.database.engines import Row
from app.documents.checksums import digest_of, number_of
from app.ingest.staging.preparing import json_text

SOURCE = ("id", "version", "released", "as_of", "content", "complete", "inputs", "row")
RECORD = ("source_id", "id", "version", "gone", "digest", "body")
SUBSTANCE = (
    *("source_id", "key", "body", "called", "drug_id", "matched_by", "set_aside", "candidates"),
    *("label", "contested"),
)
STATEMENT = ("digest", "kind", "body")
"""The columns that a seal is of, in the order of its parts."""

AS_JSON = ("candidates", "contested")
"""Those that are JSON: as the text that is stored."""


def source_seal(row: Row) -> str:
    """The seal of what is kept of a source itself."""
    said = [json.dumps(row["row"], sort_keys=True) if n == "row" else row[n] for n in SOURCE]
    return digest_of("source", *said)


def substance_seal(row: Row) -> str:
    """The seal of a substance and of what it was found to be."""
    said = [json_text(row[n]) if n in AS_JSON else row[n] for n in SUBSTANCE]
    return digest_of("substance", *said)


def record_number(
    source_id: str, id_: str, version: str, gone: bool, digest: str, body: str, released: str
) -> int:
    """What a record's own row adds to its seal; each part adds a `number_of` its columns."""
    own = number_of("record", source_id, id_, version, "gone" if gone else "", digest, body)
    return own + released_number(source_id, id_, released)


def released_number(source_id: str, id_: str, released: str) -> int:
    """The share that says when a record was last read."""
    return number_of("released", source_id, id_, released)


def content_number(source_id: str, id_: str, digest: str) -> int:
    """A record's share of the digest of all that a source says."""
    return int(hashlib.sha256(f"{source_id}\n{id_}\n{digest}".encode()).hexdigest(), 16)


def content_of(total: int) -> str:
    """A digest of all that a source says, whatever its order: what its records add up to."""
    return f"{total % 2**256:064x}"
