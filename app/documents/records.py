"""Records: what is said, as it is served.

What a model is served as follows from the model: its own fields, a list for each of its parts,
`citations` for what it cites, and the thing itself where it refers to one (`condition` for
`condition_id`). Owners' keys and positions stay inside.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo
from sqlmodel import SQLModel

from app.documents.citation_urls import page_of
from app.documents.statistics import DERIVED, EffectMeasures, derive_effects
from app.documents.subjects import SUBJECT, Subject, name_subject
from app.documents.trial_events import EVENT_TOTALS, total_events
from app.models.adverse_event import AdverseEventTotals
from app.models.base import Part, Row, Shape, table_of
from app.models.condition import Code, Condition
from app.models.discrepancy import DiscrepancyFields
from app.models.mechanism import Target
from app.models.trial import TrialFields, TrialOutcome

INSIDE = {
    "position",
    "normalized_name",
    "drug_id",
    "cite",
    "subject_id",
    "field",
    "loaded_at",
    "document_version",
    "checksum",
}
"""Fields that are not served as such."""


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
    url: str = Field(
        description="Where a person can read it: the page of the very record (the label, the "
        "application, the study) where the source has one, else the source's.",
        examples=["https://www.wisegeek.net/what-is-baclofen.htm"],
    )
    date: str | None = Field(
        description="Of a label's version, the day from which it is in effect; null where the "
        "source's records have no date of their own.",
        examples=[None],
    )
    wording: Literal["same", "differs"] | None = Field(
        description="Of label text that several labels state, whether this label has the very "
        "wording of `statement`, or differs in what manufacturers differ in; null elsewhere.",
        examples=[None],
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
    if getattr(table, "cites", None):
        fields["citations"] = (list[CitationRecord], CITATIONS)
    return fields | COMPUTED_FIELDS.get(table, {})


COMPUTED_FIELDS: dict[type[SQLModel], dict[str, Any]] = {
    TrialFields: {"adverse_events": (AdverseEventTotals | None, EVENT_TOTALS)},
    TrialOutcome: {"derived": (EffectMeasures | None, DERIVED)},
    DiscrepancyFields: {"subject": (Subject, SUBJECT)},
}
"""Fields that no source says, or that are served otherwise than they are written."""


def _complete_trial(trial: Row, entry: Row) -> None:
    derive_effects(trial, entry)
    total_events(trial, entry)


COMPLETIONS: dict[type[SQLModel], Callable[[Row, Row], None]] = {
    TrialFields: _complete_trial,
    DiscrepancyFields: name_subject,
}
"""What gives a record its computed fields, in place, from the record and what it is made of."""

LINKED: dict[str, type[SQLModel]] = {"condition_id": Condition, "target_id": Target}
"""Fields that refer to something which is served in their place."""


class Passage(NamedTuple):
    """A source's id, and where in it; of what several labels state, whether this one has the very
    wording that is served."""

    source: str
    locator: str
    wording: str | None = None


class UncitedError(ValueError):
    """Something is said on nobody's word."""


class RecordLinks:
    """What records refer to: sources, as citations show them, conditions and targets."""

    def __init__(self, sources: Mapping[str, Row]) -> None:
        self.sources = {
            id_: {"id": id_, "title": source["title"], "url": source["url"]}
            for id_, source in sources.items()
        }
        self.conditions: dict[str, Row] = {}
        self.targets: dict[str, Row] = {}

    def citations(self, passages: Iterable[Passage]) -> list[Row]:
        """Passages as they are served, each once."""
        citations = []
        for id_, locator, wording in dict.fromkeys(passages):
            source = self.sources[id_]
            page = page_of(source["url"], locator)
            citations.append(
                {
                    "source": source,
                    "locator": locator,
                    "url": page.url,
                    "date": page.date,
                    "wording": wording,
                }
            )
        return citations

    def cited(self, cite: Mapping[str, list[str]] | None) -> list[Row]:
        """The passages that an entry's `cite` names."""
        return self.citations(passages(cite)) if cite else []

    def record(self, content: type[SQLModel], said: Row) -> Row:
        """What is said, as it is served. `said` has every field, under the names of an entry."""
        return self._records(content, [said])[0]

    def _records(self, content: type[SQLModel], said: list[Row]) -> list[Row]:
        own, links, parts, cites = _shape_of(content)
        complete = COMPLETIONS.get(content)
        records = []
        for entry in said:
            record = {name: entry.get(name, default) for name, default in own}
            for name in links:
                record[name] = self._linked(name, entry.get(name))
            for name, part, is_link in parts:
                items = entry.get(name) or []
                if part.scalar is None:
                    items = self._records(part, items)
                elif is_link:
                    items = [self._linked(part.scalar, item) for item in items]
                record[name] = items
            if cites:
                record["citations"] = self.cited(entry.get("cite"))
                if cites == "always" and not record["citations"]:
                    raise UncitedError(f"{content.__name__} {entry} cites nothing")
            if complete is not None:
                complete(record, entry)
            records.append(record)
        return records

    def _linked(self, name: str, id_: str | None) -> Row | None:
        if id_ is None:
            return None
        return self.conditions[id_] if name == "condition" else self.targets[id_]


def passages(cite: Mapping[str, list[str]] | None) -> list[Passage]:
    """The passages that an entry's `cite` names."""
    return [
        Passage(source, locator)
        for source, locators in (cite or {}).items()
        for locator in locators
    ]


def condition_link(condition: Row) -> Row:
    """A condition as facts show it."""
    return {name: condition.get(name, []) for name in ConditionLink.model_fields}


def stored_entries(connection: sa.Connection, table: type[SQLModel], ids: list[Any]) -> list[Row]:
    """Rows of conditions, sources, targets or releases as entries, with their parts, by their ids
    in order."""
    columns = table_of(table).c
    key = next(iter(table_of(table).primary_key))
    of = sa.select(*columns).where(key.in_(ids)).order_by(key)
    rows = [dict(row) for row in connection.execute(of).mappings()]
    for name, part in _parts(table).items():
        of_part = table_of(part).c
        owner = of_part[part.owner[0]]
        by_owner: dict[Any, list[Row]] = {row[key.name]: [] for row in rows}
        for item in connection.execute(
            sa.select(*of_part).where(owner.in_(ids)).order_by(owner, of_part.position)
        ).mappings():
            by_owner[item[owner.name]].append(dict(item))
        for row in rows:
            row[name] = by_owner[row[key.name]]
    return rows


@cache
def _shape_of(content: type[SQLModel]) -> tuple[Any, Any, Any, str | None]:
    fields = content.model_fields
    own = tuple(
        (name, fields[name].get_default(call_default_factory=True)) for name in _own_fields(content)
    )
    links = tuple(name.removesuffix("_id") for name in _links_of(content))
    parts = tuple(
        (name, part, f"{part.scalar}_id" in LINKED) for name, part in _parts(content).items()
    )
    return own, links, parts, getattr(content, "cites", None)


@cache
def _links_of(table: type[SQLModel]) -> tuple[str, ...]:
    owner = getattr(table, "owner", ())
    return tuple(name for name in LINKED if name in table.model_fields and name not in owner)


def _link_to(column: str) -> type[Shape]:
    return ConditionLink if LINKED[column] is Condition else record_of(LINKED[column])


@cache
def _own_fields(table: type[SQLModel]) -> tuple[str, ...]:
    inside = INSIDE | set(getattr(table, "owner", ())) | set(LINKED)
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
