"""Facts as they are served, and how far their sources were searched."""

from functools import cache
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from pydantic import Field, create_model
from sqlmodel import col

from app.database.engines import Row, table_of
from app.documents.records import CITATIONS, CitationRecord, Link, SourceLink, fields_of, records
from app.models.base import Shape
from app.models.drug import Coverage, Drug
from app.models.fact import Detail, Fact, FactFields, SubstanceAsNamed, fact_kinds
from app.models.source import Source


class CoverageRecord(Shape):
    """How far the sources were searched: an empty list alone never means that nothing is known."""

    status: Literal["not_searched", "partial", "complete"] = Field(
        description="`not_searched`: no loaded source speaks of this kind of fact for this drug. "
        "`partial`: at least one does. `complete`: a source claims to hold every such fact.",
        examples=["partial"],
    )
    as_of: str | None = Field(
        description="The last day on which one of them was read; null where none was.",
        examples=["2026-11-23"],
    )
    sources: list[SourceLink] = Field(
        description="The sources that were read.",
        examples=[
            [
                {
                    "id": "what-is-baclofen",
                    "title": "What is Baclofen?",
                    "url": "https://www.wisegeek.net/what-is-baclofen.htm",
                }
            ]
        ],
    )


@cache
def fact_record(table: type[Detail]) -> type[Shape]:
    """What a fact of this kind is served as."""
    every: dict[str, Any] = {
        "id": (str, _described("id")),
        "drug": (
            Link,
            Field(
                description="The drug it is about.",
                examples=[{"id": "baclofen", "name": "baclofen"}],
            ),
        ),
        "statement": (str, _described("statement")),
        "certainty": (FactFields.model_fields["certainty"].annotation, _described("certainty")),
    }
    every["substance"] = (
        SubstanceAsNamed | None,
        Field(
            description=Fact.model_fields["substance"].description,
            examples=Fact.model_fields["substance"].examples,
        ),
    )
    fields = every | fields_of(table) | {"citations": (list[CitationRecord], CITATIONS)}
    doc = (table.__doc__ or "").strip().splitlines()[0]
    return create_model(table.__name__, __base__=Shape, __doc__=doc, **fields)


@cache
def fact_rows(table: type[Detail]) -> sa.Select[Any]:
    """Facts of this kind, each with the columns of its own table and its drug's name."""
    fact, detail, drug = table_of(Fact).c, table_of(table).c, table_of(Drug).c
    own = [column for column in detail if column.name not in ("id", "kind")]
    return (
        sa.select(
            fact.id,
            fact.statement,
            fact.certainty,
            fact.substance,
            fact.evidence_id,
            fact.drug_id,
            drug.name.label("drug_name"),
            *own,
        )
        .join_from(table_of(Fact), table_of(table), fact.id == detail.id)
        .join(table_of(Drug), drug.id == fact.drug_id)
    )


def fact_records(connection: sa.Connection, table: type[Detail], rows: list[Row]) -> list[Row]:
    """Facts as they are served, in a number of queries that does not grow with theirs."""
    served = records(connection, table, rows)
    return [fact_as_served(row, record) for row, record in zip(rows, served, strict=True)]


def fact_as_served(row: Row, record: Row) -> Row:
    """A fact, from its row with its drug's name, and from what its kind's row is served as."""
    return {
        "id": row["id"],
        "drug": {"id": row["drug_id"], "name": row["drug_name"]},
        "statement": row["statement"],
        "certainty": row["certainty"],
        "substance": row["substance"],
        **record,
    }


class Searched(NamedTuple):
    """That a source was read for a kind of fact: whether it claims to hold all, and when."""

    source: SourceLink
    complete: bool
    as_of: str


def coverage_of(
    connection: sa.Connection, drug_ids: list[str]
) -> dict[str, dict[str, CoverageRecord]]:
    """For each drug and each kind of fact, how far the sources were searched."""
    read: dict[tuple[str, str], list[Searched]] = {}
    for row in connection.execute(COVERAGE_OF, {"ids": drug_ids}):
        source = SourceLink(id=row.id, title=row.title, url=row.url)
        searched = Searched(source, row.complete, row.as_of)
        read.setdefault((row.drug_id, row.kind), []).append(searched)
    return {
        id_: {kind: coverage(read.get((id_, kind), [])) for kind in fact_kinds()}
        for id_ in drug_ids
    }


def coverage(read: list[Searched]) -> CoverageRecord:
    """How far these sources were searched."""
    if not read:
        return CoverageRecord(status="not_searched", as_of=None, sources=[])
    return CoverageRecord(
        status="complete" if any(searched.complete for searched in read) else "partial",
        as_of=max(searched.as_of for searched in read),
        sources=[searched.source for searched in read],
    )


COVERAGE_OF = (
    sa.select(*table_of(Coverage).c, col(Source.id), col(Source.title), col(Source.url))
    .join_from(Coverage, Source, col(Source.id) == col(Coverage.source_id))
    .where(col(Coverage.drug_id).in_(sa.bindparam("ids", expanding=True)))
    .order_by(col(Coverage.drug_id), col(Coverage.kind), col(Coverage.source_id))
)


def _described(name: str) -> Any:
    field = FactFields.model_fields[name]
    return Field(description=field.description, examples=field.examples)
