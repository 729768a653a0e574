"""Indications: what a drug is used for, tried for, or was found not to help with."""

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
from app.models.indication import Indication, IndicationStatus

router = resource("Indications")

KIND = FactKind(
    Indication,
    filters={
        "condition": col(Indication.condition_id) == sa.bindparam("condition"),
        "status": col(Indication.status) == sa.bindparam("status"),
    },
)


@dataclass
class Filters:
    """What indications can be narrowed by."""

    condition: Annotated[
        Text | None,
        Query(
            description="Only those that name this condition, by its id. Findings against are "
            "among them: look at `status`.",
            examples=["muscle-spasticity"],
        ),
    ] = None
    status: Annotated[
        IndicationStatus | None,
        Query(
            description="Only those of this status; `not_effective` for findings against.",
            examples=["approved"],
        ),
    ] = None


@dataclass
class FiltersAcross(Filters):
    """The same, and the drug."""

    drug: DrugFilter = None


@router.get("/drugs/{drug_id}/indications", response_model=KIND.page_of_drug, responses=LIST_ERRORS)
def list_indications_of_drug(
    reading: Reading,
    drug_id: DrugId,
    page: PageParams,
    filters: Filters,
    sort: FactSort = "id",
) -> str:
    """What this drug is used for, tried for, or was found not to help with (`not_effective`)."""
    return KIND.list_of_drug(reading, drug_id, page, sort, filters)


@router.get("/indications", response_model=KIND.page, responses=LIST_ERRORS)
def list_indications(
    reading: Reading,
    page: PageParams,
    filters: FiltersAcross,
    sort: FactSort = "id",
) -> str:
    """Indications of every drug, and findings against; filter by condition or status."""
    return KIND.list_across(reading, page, sort, filters)


@router.get("/indications/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_indication(reading: Reading, fact_id: FactId) -> str:
    """One indication, by its id."""
    return KIND.get(reading, fact_id)
