"""Discrepancies: where sources disagree."""

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
from app.models.discrepancy import Discrepancy

router = resource("Discrepancies")

KIND = FactKind(
    Discrepancy,
    filters={
        "subject": col(Discrepancy.subject_id) == sa.bindparam("subject"),
    },
)


@dataclass
class Filters:
    """What discrepancies can be narrowed by."""

    subject: Annotated[
        Text | None,
        Query(
            description="Only those about this fact, by its id.",
            examples=["baclofen-trial-alcohol-cirrhosis-registry"],
        ),
    ] = None


@dataclass
class FiltersAcross(Filters):
    """The same, and the drug."""

    drug: DrugFilter = None


@router.get(
    "/drugs/{drug_id}/discrepancies", response_model=KIND.page_of_drug, responses=LIST_ERRORS
)
def list_discrepancies_of_drug(
    reading: Reading,
    drug_id: DrugId,
    page: PageParams,
    filters: Filters,
    sort: FactSort = "id",
) -> str:
    """Where the sources disagree about this drug: every value, and on whose word."""
    return KIND.list_of_drug(reading, drug_id, page, sort, filters)


@router.get("/discrepancies", response_model=KIND.page, responses=LIST_ERRORS)
def list_discrepancies(
    reading: Reading,
    page: PageParams,
    filters: FiltersAcross,
    sort: FactSort = "id",
) -> str:
    """Where sources disagree, about every drug; filter by the fact in question."""
    return KIND.list_across(reading, page, sort, filters)


@router.get("/discrepancies/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_discrepancy(reading: Reading, fact_id: FactId) -> str:
    """One discrepancy, by its id."""
    return KIND.get(reading, fact_id)
