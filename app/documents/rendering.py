"""Documents: every record as it is served, made once, when a release is written.

A request reads documents and nothing else, so reading costs what the database costs. What is said
was held to its schema when it was staged; `medfacts check` holds the documents to theirs.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlmodel import SQLModel

from app.documents.checksums import checksum_of
from app.documents.drug_records import DrugRecord
from app.documents.fact_records import WORDINGS, Wordings, fact_record
from app.documents.interaction_records import (
    INTERACTIONS,
    LABELS_READ,
    LabelsRead,
    NamedByOne,
)
from app.documents.label_records import LabelRecord
from app.documents.product_records import ProductRecord
from app.documents.records import RecordLinks, record_of, stored_entries
from app.documents.trial_events import ADVERSE_EVENTS, EventsByTerm
from app.models.base import Row
from app.models.condition import Condition
from app.models.fact import fact_kinds
from app.models.release import Release
from app.models.source import Source

BATCH = 500
"""How many rows are read at once."""

DOCUMENT_VERSION = 14
"""In which form documents are, and how they are compressed: raise it when what is rendered of the
same rows changes, or the dictionary of `app.documents.compression`. `medfacts migrate` then renders
what is stored again."""

NOUNS: dict[str, type[SQLModel]] = {
    "conditions": Condition,
    "sources": Source,
    "releases": Release,
}
"""Kinds of document that are a row of a table, with its parts."""


def document_of(kind: str, id_: str, drug_id: str | None, record: Row) -> Row:
    """A record as a row of `document`, its body as plain JSON, with the `record` itself."""
    body = to_json(record)
    return {
        "kind": kind,
        "id": id_,
        "drug_id": drug_id,
        "body": body,
        "checksum": checksum_of(kind, id_, drug_id, body),
        "record": record,
    }


def documents_of(
    connection: sa.Connection, kind: str, ids: list[Any], links: RecordLinks | None = None
) -> Iterator[Row]:
    """The documents of some conditions, sources or releases; `links` has the sources they cite.

    Raises `ValidationError` for one that breaks its schema: sources and conditions are described
    by importers, who are held to no schema.
    """
    table = NOUNS[kind]
    for start in range(0, len(ids), BATCH):
        for entry in stored_entries(connection, table, ids[start : start + BATCH]):
            record = (links or RecordLinks({})).record(table, entry)
            id_ = entry["number"] if table is Release else entry["id"]
            document = document_of(kind, str(id_), None, record)
            schema_of(kind).validate_json(document["body"])
            yield document


@cache
def schema_of(kind: str) -> TypeAdapter[Any]:
    """What the documents of a kind are held to."""
    if kind in NOUNS:
        return TypeAdapter(record_of(NOUNS[kind]))
    own: dict[str, Any] = {
        "drugs": DrugRecord,
        "labels": LabelRecord,
        "products": ProductRecord,
        WORDINGS: Wordings,
        ADVERSE_EVENTS: EventsByTerm,
        INTERACTIONS: NamedByOne,
        LABELS_READ: LabelsRead,
    }
    return TypeAdapter(own.get(kind) or fact_record(fact_kinds()[kind]))
