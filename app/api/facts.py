"""What the resources of every kind of fact share."""

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Path, Query
from pydantic import Field, create_model
from sqlmodel import Session, col

from app.api.records import CITATIONS, CitationRecord, Link, Row, SourceLink, fields_of, records
from app.database import table_of
from app.http.errors import (
    BadParameterError,
    ReleaseChangedError,
    UnknownIdError,
    documented,
)
from app.http.pages import Listing, PageParams, page_of
from app.http.parameters import Text
from app.models.base import Shape
from app.models.drug import Coverage, Drug
from app.models.fact import Detail, Fact, FactFields, fact_kinds
from app.models.source import Source

DrugId = Annotated[
    Text,
    Path(
        description="The drug's id, as `/v1/drugs` lists it. Ids are never guessed at.",
        examples=["baclofen"],
    ),
]

FactId = Annotated[
    Text,
    Path(
        description="The fact's id.",
        examples=["baclofen-warning-withdrawal"],
    ),
]

DrugFilter = Annotated[
    Text | None,
    Query(
        description="Only facts about this drug, by its id. An unknown drug is a 404, for an empty "
        "list would read as if nothing were known of it.",
        examples=["baclofen"],
    ),
]

FactSort = Annotated[
    Literal["id", "-id"],
    Query(
        description="The order, by id: `-id` is backwards.",
        examples=["id"],
    ),
]

LIST_ERRORS = documented(UnknownIdError, BadParameterError, ReleaseChangedError)
RECORD_ERRORS = documented(UnknownIdError, BadParameterError)


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


class FactKind:
    """A kind of fact: its records, and the lists they are served in.

    `filters` name the conditions that a list can be narrowed by, each on a bound parameter of
    the filter's own name.
    """

    def __init__(
        self, table: type[Detail], filters: Mapping[str, sa.ColumnElement[bool]] | None = None
    ) -> None:
        self.table = table
        self.name = table.kind_name
        fact, detail = table_of(Fact).c, table_of(table).c
        own = [column for column in detail if column.name not in ("id", "kind")]
        self.listing = Listing(
            rows=sa.select(
                fact.id,
                fact.statement,
                fact.certainty,
                fact.evidence_id,
                fact.drug_id,
                table_of(Drug).c.name.label("drug_name"),
                *own,
            )
            .join_from(table_of(Fact), table_of(table), fact.id == detail.id)
            .join(table_of(Drug), table_of(Drug).c.id == fact.drug_id),
            filters={
                "drug": fact.drug_id == sa.bindparam("drug"),
                "id": fact.id == sa.bindparam("id"),
                **(filters or {}),
            },
            orders={"id": (fact.id,)},
        )

    @cached_property
    def record(self) -> type[Shape]:
        """One fact as it is served."""
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
        fields = every | fields_of(self.table) | {"citations": (list[CitationRecord], CITATIONS)}
        doc = (self.table.__doc__ or "").strip().splitlines()[0]
        return create_model(self.table.__name__, __base__=Shape, __doc__=doc, **fields)

    @cached_property
    def page(self) -> Any:
        """A page of these facts across drugs."""
        return page_of(self.record)

    @cached_property
    def page_of_drug(self) -> Any:
        """A page of one drug's facts, with how far the sources were searched for them."""
        coverage = Field(
            description="How far the sources were searched: an empty list alone never means that "
            "nothing is known.",
            examples=[{"status": "partial", "as_of": "2026-11-23", "sources": []}],
        )
        return create_model(
            f"{self.table.__name__}PageOfDrug",
            __base__=self.page,
            __doc__=f"One page of a drug's {self.name}, and how far they were searched for.",
            coverage=(CoverageRecord, coverage),
        )

    def list_across(
        self, session: Session, release: Row, page: PageParams, sort: str, filters: Any
    ) -> Row:
        """A page of these facts across drugs, narrowed by the filters that are given."""
        asked = vars(filters)
        if asked.get("drug") is not None:
            known_drug(session, asked["drug"])
        rows, total, following = self.listing.page_of(session, release["id"], page, asked, sort)
        return {"items": self._served(session, rows), "total": total, "next": following}

    def list_of_drug(
        self,
        session: Session,
        release: Row,
        drug_id: str,
        page: PageParams,
        sort: str,
        filters: Any,
    ) -> Row:
        """A page of one drug's facts, with how far they were searched; a 404 if it is not there."""
        known_drug(session, drug_id)
        asked = vars(filters) | {"drug": drug_id}
        rows, total, following = self.listing.page_of(session, release["id"], page, asked, sort)
        coverage = coverage_of(session, [drug_id])[drug_id][self.name]
        return {
            "items": self._served(session, rows),
            "total": total,
            "next": following,
            "coverage": coverage,
        }

    def get(self, session: Session, id_: str) -> Row:
        """One fact, or a 404 that says so."""
        rows = self._rows(session, id=id_)
        if not rows:
            raise UnknownIdError(
                f"There is no {self.table.singular} '{id_}'. /v1/{self.name} lists those there are."
            )
        return self._served(session, rows)[0]

    def all_of_drug(self, session: Session, drug_id: str) -> list[Row]:
        """Every fact of this kind about one drug, for the drug's own record."""
        return self._served(session, self._rows(session, drug=drug_id))

    def _rows(self, session: Session, **asked: str) -> list[Row]:
        statement = self.listing.all_where(frozenset(asked))
        return [dict(row) for row in session.execute(statement, asked).mappings()]

    def _served(self, session: Session, rows: list[Row]) -> list[Row]:
        served = records(session, self.table, rows)
        return [
            {
                "id": row["id"],
                "drug": {"id": row["drug_id"], "name": row["drug_name"]},
                "statement": row["statement"],
                "certainty": row["certainty"],
                **record,
            }
            for row, record in zip(rows, served, strict=True)
        ]


def kinds() -> dict[str, FactKind]:
    """Every kind of fact by its name: each has a file here, named like it, with its `KIND`."""
    return {name: import_module(f"app.api.{name}").KIND for name in fact_kinds()}


def known_drug(session: Session, drug_id: str) -> None:
    """Do nothing if there is such a drug, else answer 404."""
    if session.execute(DRUG_NAMED, {"id": drug_id}).first() is None:
        raise unknown_drug(drug_id)


def unknown_drug(drug_id: str) -> UnknownIdError:
    """The 404 for a drug that is not there."""
    return UnknownIdError(
        f"There is no drug '{drug_id}'. /v1/drugs?q= finds drugs by name; none is ever guessed."
    )


def coverage_of(session: Session, drug_ids: list[str]) -> dict[str, dict[str, Row]]:
    """For each drug and each kind of fact, how far the sources were searched."""
    read: dict[tuple[str, str], list[Row]] = {}
    for row in session.execute(COVERAGE_OF, {"ids": drug_ids}).mappings():
        read.setdefault((row["drug_id"], row["kind"]), []).append(dict(row))
    return {
        id_: {kind: _coverage(read.get((id_, kind), [])) for kind in fact_kinds()}
        for id_ in drug_ids
    }


def _coverage(read: list[Row]) -> Row:
    if not read:
        return {"status": "not_searched", "as_of": None, "sources": []}
    return {
        "status": "complete" if any(row["complete"] for row in read) else "partial",
        "as_of": max(row["as_of"] for row in read),
        "sources": [{name: row[name] for name in ("id", "title", "url")} for row in read],
    }


DRUG_NAMED = sa.select(col(Drug.id)).where(col(Drug.id) == sa.bindparam("id"))

COVERAGE_OF = (
    sa.select(*table_of(Coverage).c, col(Source.id), col(Source.title), col(Source.url))
    .join_from(Coverage, Source, col(Source.id) == col(Coverage.source_id))
    .where(col(Coverage.drug_id).in_(sa.bindparam("ids", expanding=True)))
    .order_by(col(Coverage.drug_id), col(Coverage.kind), col(Coverage.source_id))
)


def _described(name: str) -> Any:
    field = FactFields.model_fields[name]
    return Field(description=field.description, examples=field.examples)
