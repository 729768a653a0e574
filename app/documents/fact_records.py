"""Facts as they are served, and how far their sources were searched."""

from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import Field, create_model

from app.documents.records import (
    CITATIONS,
    CitationRecord,
    Link,
    RecordLinks,
    SourceLink,
    UncitedError,
    fields_of,
)
from app.models.base import Row, Shape
from app.models.fact import Detail, FactFields, SubstanceAsNamed


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
    every["substance"] = (SubstanceAsNamed | None, _described("substance"))
    fields = every | fields_of(table.content) | {"citations": (list[CitationRecord], CITATIONS)}
    doc = (table.__doc__ or "").strip().splitlines()[0]
    return create_model(table.__name__, __base__=Shape, __doc__=doc, **fields)


def fact_as_served(links: RecordLinks, table: type[Detail], fact: Row) -> Row:
    """A fact, from its entry with its id, drug, substance and passages.

    Raises `UncitedError` if it, or a part of it, cites none.
    """
    if not fact["passages"]:
        raise UncitedError(f"the fact {fact['id']} cites nothing")
    return {
        "id": fact["id"],
        "drug": fact["drug"],
        "statement": fact["statement"],
        "certainty": fact["certainty"],
        "substance": fact["substance"],
        **links.record(table.content, fact),
        "citations": links.citations(fact["passages"]),
    }


class Searched(NamedTuple):
    """That a source was read for a kind of fact: whether it claims to hold all, and when."""

    source: Row
    complete: bool
    as_of: str


def coverage(read: list[Searched]) -> Row:
    """How far these sources were searched."""
    if not read:
        return {"status": "not_searched", "as_of": None, "sources": []}
    return {
        "status": "complete" if any(searched.complete for searched in read) else "partial",
        "as_of": max(searched.as_of for searched in read),
        "sources": [searched.source for searched in read],
    }


def _described(name: str) -> Any:
    field = FactFields.model_fields[name]
    return Field(description=field.description, examples=field.examples)
