"""Facts as they are served, and how far their sources were searched."""

from functools import cache
from typing import Any, Literal, NamedTuple, cast

from pydantic import Field, create_model

from app.documents.interaction_records import MENTIONS, NAMES_FOUND_IN, MentionRecord
from app.documents.records import (
    CITATIONS,
    CitationRecord,
    Link,
    RecordLinks,
    SourceLink,
    UncitedError,
    fields_of,
)
from app.documents.trial_events import ADVERSE_EVENTS, EventsByTerm
from app.models.base import Row, Shape
from app.models.fact import Detail, FactFields, LabelCount, SubstanceAsNamed
from app.models.label_table import LabelTable, tables
from app.models.label_text import CrossReference, TextBlock, blocks, cross_references, summary
from app.models.trial import Trial


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
    every["labels"] = (LabelCount | None, _described("labels"))
    fields = every | fields_of(table.content)
    if table.kind_name in NAMES_FOUND_IN:
        fields["mentions"] = (list[MentionRecord], MENTIONS)
    fields["citations"] = (list[CitationRecord], CITATIONS)
    doc = (table.__doc__ or "").strip().splitlines()[0]
    return create_model(table.__name__, __base__=Shape, __doc__=doc, **fields)


def fact_as_served(links: RecordLinks, table: type[Detail], fact: Row) -> Row:
    """A fact, from its entry with its id, drug, substance and passages.

    Raises `UncitedError` if it, or a part of it, cites none.
    """
    if not fact["passages"]:
        raise UncitedError(f"the fact {fact['id']} cites nothing")
    mentions = {"mentions": fact["mentions"]} if table.kind_name in NAMES_FOUND_IN else {}
    return {
        "id": fact["id"],
        "drug": fact["drug"],
        "statement": fact["statement"],
        "certainty": fact["certainty"],
        "substance": fact["substance"],
        "labels": fact["labels"],
        **links.record(table.content, fact),
        **mentions,
        "citations": links.citations(fact["passages"]),
    }


class Wording(Shape):
    """A wording in which labels state a fact, and what they have with it."""

    statement: str = Field(
        description="The text, as these labels have it.", examples=["Do not drive."]
    )
    heading: str | None = Field(
        description="The heading of its section in these labels; null where the source does not "
        "delimit one.",
        examples=[None],
    )
    summary: str | None = summary()
    blocks: list[TextBlock] | None = blocks("statement")
    tables: list[LabelTable] = tables("this wording")
    cross_references: list[CrossReference] = cross_references("statement")
    labels: list[CitationRecord] = Field(
        description="The labels that have it: those of an NDA or BLA first, then the others, the "
        "newest of each first.",
        examples=[[]],
    )


def wording_of(said: Row) -> Row:
    """The wording of what a label says, or a fact does, but for the links of a label."""
    return {
        "statement": said["statement"],
        "heading": (said.get("section") or {}).get("heading"),
        "summary": said.get("summary"),
        "blocks": said.get("blocks"),
        "tables": said.get("tables", []),
        "cross_references": said.get("cross_references", []),
    }


class Wordings(Shape):
    """The wordings of a fact that labels state."""

    wordings: list[Wording] = Field(
        description="Each wording, with the labels that have it: first the one that is served as "
        "`statement`, then those of most labels.",
        examples=[[]],
    )


WITH_WORDINGS = "WithWordings"
"""What the names of schemas end with of facts that have their wordings."""


@cache
def fact_with_wordings(table: type[Detail]) -> type[Shape]:
    """A fact of this kind, with its wordings where they are asked for, and of a trial its adverse
    events by term."""
    record = fact_record(table)
    wordings: Any = Field(
        default_factory=list,
        description="Where `include=wordings` asked for them, each wording in which labels state "
        "it, with the labels that have it: first that of `statement`, then those of most labels. "
        "Otherwise left out.",
        examples=[[]],
    )
    made: Any = create_model(
        f"{record.__name__}{WITH_WORDINGS}",
        __base__=record,
        __doc__=record.__doc__,
        wordings=(list[Wording], wordings),
        **(EVENTS_INCLUDED if table is Trial else {}),
    )
    made.model_config["json_schema_serialization_defaults_required"] = False
    return cast(type[Shape], made)


EVENTS_INCLUDED: dict[str, Any] = {
    name: (
        field.annotation,
        Field(
            default_factory=list,
            description=f"Where `include={ADVERSE_EVENTS}` asked for them. {field.description} "
            "Otherwise left out.",
            examples=field.examples,
        ),
    )
    for name, field in EventsByTerm.model_fields.items()
}
"""A trial's adverse events by term, in its record."""

WORDINGS = "wordings"
"""The kind of document that has the wordings of a fact, where several labels state it."""


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
