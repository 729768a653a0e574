"""Documents: every record as it is served, made once, when a release is written.

A request reads documents and nothing else. So reading costs what the database costs; each record is
held to its schema once, when it is made, and one that breaks it cannot be loaded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import SQLModel

from app.database.engines import Row, table_of
from app.documents.checksums import checksum_of
from app.documents.drug_records import DrugRecord, drug_records
from app.documents.fact_records import fact_record, fact_records, fact_rows
from app.documents.records import record_of, records
from app.models.condition import Condition
from app.models.drug import Drug
from app.models.fact import Fact, fact_kinds
from app.models.release import Release
from app.models.source import Source

BATCH = 500
"""How many records are made at once: what they are made of is read in one query a table."""

DOCUMENT_VERSION = 1
"""In which form documents are, and how they are compressed: raise it when what is rendered of the
same rows changes, or the dictionary of `app.documents.compression`. `medfacts migrate` then renders
what is stored again."""


@dataclass(frozen=True)
class _Kind:
    """How the documents of one kind are made."""

    name: str
    rows: sa.Select[Any]
    key: sa.ColumnElement[Any]
    record: Any
    records: Callable[..., list[Row]]

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What holds a record to its schema, and makes it JSON."""
        return TypeAdapter(self.record)

    def made(self, connection: sa.Connection) -> Iterator[Row]:
        """Every document of this kind, in the order of their keys."""
        beginning = self.rows.order_by(self.key).limit(BATCH)
        further = beginning.where(self.key > sa.bindparam("after"))
        read = connection.execute(beginning)
        while rows := [dict(row) for row in read.mappings()]:
            yield from self.made_of(connection, rows)
            read = connection.execute(further, {"after": rows[-1][self.key.key or ""]})

    def made_of(self, connection: sa.Connection, rows: list[Row]) -> Iterator[Row]:
        """The documents of these rows."""
        for row, record in zip(rows, self.records(connection, rows=rows), strict=True):
            key = row[self.key.key or ""]
            drug_id = key if self.name == "drugs" else row.get("drug_id")
            yield self.document(str(key), drug_id, record)

    def document(self, id_: str, drug_id: str | None, record: Row) -> Row:
        """A record as a row of `document`, its body as plain JSON, with the `record` itself.

        Raises `ValidationError` if it breaks its schema.
        """
        body = self.adapter.dump_json(self.adapter.validate_python(record))
        return {
            "kind": self.name,
            "id": id_,
            "drug_id": drug_id,
            "body": body,
            "checksum": checksum_of(self.name, id_, drug_id, body),
            "record": record,
        }


@cache
def _kinds() -> tuple[_Kind, ...]:
    tables: dict[str, type[SQLModel]] = {
        "conditions": Condition,
        "sources": Source,
        "releases": Release,
    }
    nouns = [
        _Kind(
            name,
            sa.select(*table_of(table).c),
            next(iter(table_of(table).primary_key)),
            record_of(table),
            partial(records, table=table),
        )
        for name, table in tables.items()
    ]
    facts = [
        _Kind(
            name,
            fact_rows(table),
            table_of(Fact).c.id,
            fact_record(table),
            partial(fact_records, table=table),
        )
        for name, table in fact_kinds().items()
    ]
    drugs = sa.select(*table_of(Drug).c)
    return (*nouns, *facts, _Kind("drugs", drugs, table_of(Drug).c.id, DrugRecord, drug_records))


@cache
def _kind(name: str) -> _Kind:
    return next(kind for kind in _kinds() if kind.name == name)


def document_of(kind: str, id_: str, drug_id: str | None, record: Row) -> Row:
    """A record of a drug or a fact as a row of `document`, with it; raises `ValidationError`."""
    return _kind(kind).document(id_, drug_id, record)


def documents_of(connection: sa.Connection, kind: str, ids: list[Any]) -> Iterator[Row]:
    """The documents of some conditions, sources or releases, as the tables make them."""
    of = _kind(kind)
    for start in range(0, len(ids), BATCH):
        rows = connection.execute(of.rows.where(of.key.in_(ids[start : start + BATCH])))
        yield from of.made_of(connection, [dict(row) for row in rows.mappings()])


def documents(connection: sa.Connection) -> Iterator[Row]:
    """Every document that the other tables make, as rows of `document`."""
    for kind in _kinds():
        yield from kind.made(connection)
