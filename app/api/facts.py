"""What the resources of every kind of fact share."""

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Path, Query
from pydantic import Field, create_model
from sqlmodel import col

from app.api.lists import Listing
from app.api.reading import Reading
from app.database.engines import table_of
from app.documents.fact_records import CoverageRecord, fact_record
from app.http.pages import PageParams, page_of
from app.http.parameters import Text
from app.http.problems import (
    BadParameterError,
    ReleaseChangedError,
    UnknownIdError,
    documented,
)
from app.models.fact import Detail, Fact, fact_kinds

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
        self.record = fact_record(table)
        id_ = table_of(table).c.id
        of_drug = sa.select(col(Fact.id)).where(
            col(Fact.drug_id) == sa.bindparam("drug"), col(Fact.kind) == self.name
        )
        self.listing = Listing(
            kind=self.name,
            id=id_,
            filters={"drug": id_.in_(of_drug), **(filters or {})},
            orders={"id": (id_,)},
        )

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

    def list_across(self, reading: Reading, page: PageParams, sort: str, filters: Any) -> str:
        """A page of these facts across drugs, narrowed by the filters that are given."""
        return self.listing.page_of(reading, page, vars(filters), sort)

    def list_of_drug(
        self, reading: Reading, drug_id: str, page: PageParams, sort: str, filters: Any
    ) -> str:
        """A page of one drug's facts, with how far they were searched; a 404 if it is not there."""
        asked = vars(filters) | {"drug": drug_id}
        return self.listing.page_of(reading, page, asked, sort, coverage_of=self.name)

    def get(self, reading: Reading, id_: str) -> str:
        """One fact, or a 404 that says so."""
        found = reading.document(self.name, id_)
        if found is None:
            raise UnknownIdError(
                f"There is no {self.table.singular} '{id_}'. /v1/{self.name} lists those there are."
            )
        return found


def kinds() -> dict[str, FactKind]:
    """Every kind of fact by its name: each has a file here, named like it, with its `KIND`."""
    return {name: import_module(f"app.api.{name}").KIND for name in fact_kinds()}
