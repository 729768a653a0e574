"""Pharmacokinetics: what the body does with a drug."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import (
    LIST_ERRORS,
    RECORD_ERRORS,
    DrugFilter,
    DrugId,
    FactId,
    FactKind,
    FactSort,
)
from app.api.reading import Reading, resource
from app.http.pages import PageParams
from app.http.parameters import Text
from app.models.pharmacokinetics import Pharmacokinetics, Process

router = resource("Pharmacokinetics")

KIND = FactKind(
    Pharmacokinetics,
    filters={
        "process": col(Pharmacokinetics.process) == sa.bindparam("process"),
        "organ": col(Pharmacokinetics.organ) == sa.bindparam("organ"),
    },
)


@dataclass
class Filters:
    """What pharmacokinetics can be narrowed by."""

    process: Annotated[
        Process | None,
        Query(description="Only those about this process.", examples=["metabolism"]),
    ] = None
    organ: Annotated[
        Text | None,
        Query(
            description="Only those about this organ, as the source names it.",
            examples=["liver"],
        ),
    ] = None


@dataclass
class FiltersAcross(Filters):
    """The same, and the drug."""

    drug: DrugFilter = None


@router.get(
    "/drugs/{drug_id}/pharmacokinetics", response_model=KIND.page_of_drug, responses=LIST_ERRORS
)
def list_pharmacokinetics_of_drug(
    reading: Reading,
    drug_id: DrugId,
    page: PageParams,
    filters: Filters,
    sort: FactSort = "id",
) -> str:
    """How the body takes up, spreads, changes and passes out this drug."""
    return KIND.list_of_drug(reading, drug_id, page, sort, filters)


@router.get("/pharmacokinetics", response_model=KIND.page, responses=LIST_ERRORS)
def list_pharmacokinetics(
    reading: Reading,
    page: PageParams,
    filters: FiltersAcross,
    sort: FactSort = "id",
) -> str:
    """Pharmacokinetic facts of every drug; filter by process or organ."""
    return KIND.list_across(reading, page, sort, filters)


@router.get("/pharmacokinetics/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_pharmacokinetics_fact(reading: Reading, fact_id: FactId) -> str:
    """One pharmacokinetic fact, by its id."""
    return KIND.get(reading, fact_id)
