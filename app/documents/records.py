"""Rows as records: with their parts, and what they refer to, in a fixed number of queries.

What a table's rows are served as follows from the table: its own fields, a list for each of its
parts, `citations` for its evidence, and the row itself where it refers to one (`condition` for
`condition_id`). Owners' keys and positions stay inside.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo
from sqlmodel import SQLModel, col

from app.database.engines import Row, key_of, table_of
from app.documents.statistics import DERIVED, EffectMeasures, derive_effects
from app.documents.subjects import SUBJECT, Subject, name_subject
from app.models.base import Part, Shape
from app.models.condition import Code, Condition
from app.models.discrepancy import Discrepancy
from app.models.fact import Detail
from app.models.mechanism import Target
from app.models.source import Citation, Source
from app.models.trial import Trial, TrialOutcome

INSIDE = {
    "kind",
    "position",
    "folded_name",
    "evidence_id",
    "drug_id",
    "subject_id",
    "loaded_at",
    "document_version",
    "checksum",
}
"""Columns that serve the database and are not served."""


class Link(Shape):
    """Something by its id and name."""

    id: str = Field(description="Its id.", examples=["baclofen"])
    name: str = Field(description="Its name.", examples=["baclofen"])


class SourceLink(Shape):
    """A source by its id, its title and where to read it."""

    id: str = Field(description="The source's id.", examples=["what-is-baclofen"])
    title: str = Field(description="Its title.", examples=["What is Baclofen?"])
    url: str = Field(
        description="Where a person can read it.",
        examples=["https://www.wisegeek.net/what-is-baclofen.htm"],
    )


class CitationRecord(Shape):
    """A passage that says so."""

    source: SourceLink = Field(
        description="The source.",
        examples=[
            {
                "id": "what-is-baclofen",
                "title": "What is Baclofen?",
                "url": "https://www.wisegeek.net/what-is-baclofen.htm",
            }
        ],
    )
    locator: str = Field(
        description="Where in the source the passage stands.", examples=["paragraph 6"]
    )


class ConditionLink(Shape):
    """A condition by its id, name and codes."""

    id: str = Field(description="The condition's id.", examples=["muscle-spasticity"])
    name: str = Field(description="What the sources call it.", examples=["Muscle spasticity"])
    codes: list[Code] = Field(description="Codes for it, where a source gives them.", examples=[[]])


CITATIONS = Field(description="The passages that say so.")


@cache
def record_of(table: type[SQLModel]) -> type[Shape]:
    """What a table's row is served as."""
    return create_model(table.__name__, __base__=Shape, __doc__=_doc(table), **fields_of(table))


def fields_of(table: type[SQLModel]) -> dict[str, Any]:
    """The fields that a table's row is served with."""
    fields: dict[str, Any] = {}
    for name in _own_fields(table):
        field = table.model_fields[name]
        fields[name] = (field.annotation, _required(field))
    for column in _links_of(table):
        served = column.removesuffix("_id")
        description = f"The {served}; null where the source names none."
        fields[served] = (
            _link_to(column) | None,
            Field(description=description),
        )
    for name, part in _parts(table).items():
        item: Any = _scalar_type(part) if part.scalar else record_of(part)
        description = _doc(part) + " In the source's order."
        fields[name] = (list[item], Field(description=description, examples=part.examples))
    if "evidence_id" in table.model_fields:
        fields["citations"] = (list[CitationRecord], CITATIONS)
    return fields | COMPUTED_FIELDS.get(table, {})


def records(connection: sa.Connection, table: type[SQLModel], rows: list[Row]) -> list[Row]:
    """The rows as they are served: with parts, citations, conditions and targets."""
    if rows:
        _attach_parts(connection, table, rows, [row[key_of(table)[0]] for row in rows])
    found = Found.of(connection, table, rows)
    return [found.served(table, row) for row in rows]


COMPUTED_FIELDS: dict[type[SQLModel], dict[str, Any]] = {
    TrialOutcome: {"derived": (EffectMeasures | None, DERIVED)},
    Discrepancy: {"subject": (Subject, SUBJECT)},
}
"""Fields that no column holds."""

COMPLETIONS: dict[type[SQLModel], Callable[[Row, Row], None]] = {
    Trial: derive_effects,
    Discrepancy: name_subject,
}
"""What gives a record its computed fields, in place, from the record and its row."""

LINKED: dict[str, type[SQLModel]] = {"condition_id": Condition, "target_id": Target}
"""Columns that refer to a row which is served in their place."""


@cache
def _links_of(table: type[SQLModel]) -> tuple[str, ...]:
    owner = getattr(table, "owner", ())
    return tuple(name for name in LINKED if name in table.model_fields and name not in owner)


def _link_to(column: str) -> type[Shape]:
    return ConditionLink if LINKED[column] is Condition else record_of(LINKED[column])


class Found:
    """What rows refer to: citations by their evidence, and rows by the column that refers to them.

    A loader that has just made the citations puts them in itself. They are held to their schema
    here, once, and not in each record that shows them.
    """

    def __init__(self) -> None:
        self.citations: dict[str, list[CitationRecord]] = {}
        self.linked: dict[str, dict[str, Row]] = defaultdict(dict)

    @classmethod
    def of(cls, connection: sa.Connection, table: type[SQLModel], rows: list[Row]) -> "Found":
        """What these rows refer to, each kind of it found in one query."""
        found = cls()
        wanted = found.find_linked(connection, table, rows)
        if wanted["evidence_id"]:
            found._find_citations(connection, wanted["evidence_id"])
        return found

    def find_linked(
        self, connection: sa.Connection, table: type[SQLModel], rows: list[Row]
    ) -> dict[str, set[str]]:
        """Find the conditions and targets that these rows refer to; says what they refer to."""
        wanted: dict[str, set[str]] = defaultdict(set)
        _collect(table, rows, wanted)
        for column, of in LINKED.items():
            if missing := wanted[column] - self.linked[column].keys():
                self.linked[column] |= self._find(connection, of, missing)
        return wanted

    def served(self, table: type[SQLModel], row: Row) -> Any:
        """A row as it is served."""
        return self._served(table, [row])[0]

    def _served(self, table: type[SQLModel], rows: list[Row]) -> list[Any]:
        if not rows:
            return []
        own, links, parts = _own_fields(table), _links_of(table), _parts(table)
        complete = COMPLETIONS.get(table)
        served = []
        for row in rows:
            record = {name: row[name] for name in own}
            for column in links:
                name = column.removesuffix("_id")
                record[name] = self.linked[column][row[column]] if row[column] else None
            for name, part in parts.items():
                items = self._served(part, row[name])
                record[name] = [item[part.scalar] for item in items] if part.scalar else items
            if "evidence_id" in row:
                evidence_id = row["evidence_id"]
                record["citations"] = self.citations[evidence_id] if evidence_id else []
            if complete is not None:
                complete(record, row)
            served.append(record)
        return served

    def _find_citations(self, connection: sa.Connection, ids: set[str]) -> None:
        self.citations |= {id_: [] for id_ in ids}
        for row in connection.execute(CITATIONS_OF, {"ids": list(ids)}).mappings():
            source = SourceLink(id=row["id"], title=row["title"], url=row["url"])
            citation = CitationRecord(source=source, locator=row["locator"])
            self.citations[row["evidence_id"]].append(citation)

    def _find(
        self, connection: sa.Connection, table: type[SQLModel], ids: set[str]
    ) -> dict[str, Row]:
        found = [
            dict(row) for row in connection.execute(_by_ids(table), {"ids": list(ids)}).mappings()
        ]
        if table is Condition:
            return {
                row["id"]: {name: row[name] for name in ConditionLink.model_fields} for row in found
            }
        _attach_parts(connection, table, found, list(ids))
        return {row["id"]: self.served(table, row) for row in found}


CITATIONS_OF = (
    sa.select(
        col(Citation.evidence_id),
        col(Citation.locator),
        col(Source.id),
        col(Source.title),
        col(Source.url),
    )
    .join(Source, col(Source.id) == col(Citation.source_id))
    .where(col(Citation.evidence_id).in_(sa.bindparam("ids", expanding=True)))
    .order_by(col(Citation.evidence_id), col(Citation.position))
)


@cache
def _by_ids(table: type[SQLModel]) -> sa.Select[Any]:
    columns = table_of(table).c
    return sa.select(*columns).where(columns.id.in_(sa.bindparam("ids", expanding=True)))


@cache
def _parts_of(part: type[Part]) -> sa.Select[Any]:
    """Parts by the keys of their outermost owners, in order."""
    columns = table_of(part).c
    return (
        sa.select(*columns)
        .where(columns[part.owner[0]].in_(sa.bindparam("owners", expanding=True)))
        .order_by(*(columns[name] for name in (*part.owner, "position")))
    )


def _attach_parts(
    connection: sa.Connection, table: type[SQLModel], rows: Iterable[Row], owners: list[Any]
) -> None:
    for name, part in _parts(table).items():
        found = [
            dict(row) for row in connection.execute(_parts_of(part), {"owners": owners}).mappings()
        ]
        _attach_parts(connection, part, found, owners)
        by_owner: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in found:
            by_owner[tuple(row[key] for key in part.owner)].append(row)
        for row in rows:
            row[name] = by_owner[tuple(row[key] for key in key_of(table))]


def _collect(table: type[SQLModel], rows: list[Row], wanted: Mapping[str, set[str]]) -> None:
    for column in ("evidence_id", *_links_of(table)):
        wanted[column].update(row[column] for row in rows if row.get(column))
    for name, part in _parts(table).items():
        _collect(part, [item for row in rows for item in row[name]], wanted)


@cache
def _own_fields(table: type[SQLModel]) -> tuple[str, ...]:
    inside = INSIDE | set(getattr(table, "owner", ())) | set(LINKED)
    if issubclass(table, Detail):
        inside |= {"id"} | ({"field"} if "subject_id" in table.model_fields else set())
    return tuple(name for name in table.model_fields if name not in inside)


def _parts(table: type[SQLModel]) -> dict[str, type[Part]]:
    parts: dict[str, type[Part]] = getattr(table, "parts", {})
    return parts


def _scalar_type(part: type[Part]) -> Any:
    scalar = str(part.scalar)
    linked = f"{scalar}_id"
    return _link_to(linked) if linked in LINKED else part.model_fields[scalar].annotation


def _required(field: FieldInfo) -> Any:
    return Field(description=field.description, examples=field.examples)


def _doc(table: type[BaseModel]) -> str:
    return (table.__doc__ or "").strip().splitlines()[0]
