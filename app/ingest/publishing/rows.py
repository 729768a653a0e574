"""What is said, as rows of the tables: an entry, its parts, and the evidence that they rest on."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.database.engines import Row, table_of
from app.documents.records import CitationRecord, Found, SourceLink
from app.ingest.bulk_insert import Tables
from app.ingest.seed.entries import parts_of, refers_elsewhere
from app.models.base import Part
from app.models.source import Citation, Evidence
from app.names.normalization import normalized

Passage = tuple[str, str]
"""A source's id, and where in it."""

MOST_KNOWN = 50_000
"""Citations that are kept as they are served."""


class Citing:
    """Gives what is cited the evidence it rests on, and keeps in `found` how that is served."""

    def __init__(self, tables: Tables, found: Found, sources: Mapping[str, SourceLink]) -> None:
        self._tables = tables
        self._found = found
        self._sources = sources
        self._ids: dict[tuple[Passage, ...], str] = {}
        self._passing: list[tuple[tuple[Passage, ...], str]] = []
        self._known = 0

    def evidence(self, passages: Sequence[Passage]) -> str | None:
        """The id of the evidence that these passages make; null where there are none."""
        if not passages:
            return None
        citations = tuple(passages if len(passages) == 1 else dict.fromkeys(passages))
        if citations in self._ids:
            return self._ids[citations]
        id_ = evidence_id(citations)
        if id_ not in self._found.citations:
            self._tables.add_all(table_of(Evidence), [(id_, 0)])
            self._tables.add_all(
                table_of(Citation),
                [(id_, i, source, locator) for i, (source, locator) in enumerate(citations)],
            )
            self._found.citations[id_] = [
                CitationRecord(source=self._sources[source], locator=locator)
                for source, locator in citations
            ]
        self._ids[citations] = id_
        self._passing.append((citations, id_))
        self._known += len(citations)
        return id_

    def keep(self) -> None:
        """Have what was cited so far stay known: it will be served last."""
        self._passing.clear()
        self._known = 0

    def forget(self) -> None:
        """Let go of what was cited and served since, before it is too much."""
        if self._known > MOST_KNOWN:
            for citations, id_ in self._passing:
                del self._ids[citations]
                self._found.citations.pop(id_, None)
            self.keep()


def evidence_id(citations: Sequence[Passage]) -> str:
    """The id of the evidence that these passages make: a digest of them."""
    return hashlib.sha256(json.dumps(citations).encode()).hexdigest()[:20]


def passages(cite: Mapping[str, list[str]] | None) -> list[Passage]:
    """The passages that an entry's `cite` names."""
    return [(source, locator) for source, locators in (cite or {}).items() for locator in locators]


def nested(table: type[SQLModel], entry: Row, keys: Row, citing: Citing) -> Row:
    """An entry as its table's row, with the rows of its parts under their names.

    `keys` are the values that the entry does not write.
    """
    row = dict(keys)
    for column, value_of in _columns(table):
        if column not in row:
            row[column] = value_of(entry)
    if "evidence_id" in row and row["evidence_id"] is None:
        row["evidence_id"] = citing.evidence(passages(entry.get("cite")))
    for name, part in parts_of(table).items():
        own = {key: row[column] for key, column in _owner_keys(table, part)}
        row[name] = [
            nested(
                part,
                item if part.scalar is None else {part.scalar: item},
                {**own, "position": position},
                citing,
            )
            for position, item in enumerate(entry.get(name) or ())
        ]
    return row


def write(tables: Tables, table: type[SQLModel], row: Row) -> None:
    """Write a nested row, and the rows of its parts."""
    tables.add(table_of(table), row)
    for name, part in parts_of(table).items():
        for item in row[name]:
            write(tables, part, item)


@cache
def _columns(table: type[SQLModel]) -> tuple[tuple[str, Callable[[Row], Any]], ...]:
    return tuple((column.name, _value_of(column)) for column in table_of(table).columns)


def _value_of(column: sa.Column[Any]) -> Callable[[Row], Any]:
    name = column.name
    if name == "evidence_id":
        return lambda _: None
    if name == "folded_name":
        return lambda entry: normalized(entry["name"])
    if refers_elsewhere(column):
        name = name.removesuffix("_id")
    if isinstance(column.type, sa.JSON) and not column.nullable:
        empty: Any = {} if name == "as_printed" else []
        return lambda entry: entry.get(name, empty)
    return lambda entry: entry.get(name)


@cache
def _owner_keys(table: type[SQLModel], part: type[Part]) -> tuple[tuple[str, str], ...]:
    keys = [column.name for column in table_of(table).primary_key.columns]
    return tuple(zip(part.owner, keys, strict=True))
