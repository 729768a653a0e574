"""Pharmacokinetics: what the body does with a drug."""

from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query
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
from app.api.releases import ServedRelease
from app.database import ReadSession
from app.http.pages import Paging
from app.http.parameters import Text
from app.models.pharmacokinetics import Pharmacokinetics, Process

router = APIRouter(tags=["Pharmacokinetics"])

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
    session: ReadSession,
    release: ServedRelease,
    drug_id: DrugId,
    page: Paging,
    filters: Annotated[Filters, Depends()],
    sort: FactSort = "id",
) -> Any:
    """How the body takes up, spreads, changes and passes out this drug."""
    return KIND.list_of_drug(session, release, drug_id, page, sort, filters)


@router.get("/pharmacokinetics", response_model=KIND.page, responses=LIST_ERRORS)
def list_pharmacokinetics(
    session: ReadSession,
    release: ServedRelease,
    page: Paging,
    filters: Annotated[FiltersAcross, Depends()],
    sort: FactSort = "id",
) -> Any:
    """Pharmacokinetic facts of every drug; filter by process or organ."""
    return KIND.list_across(session, release, page, sort, filters)


@router.get("/pharmacokinetics/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_pharmacokinetics_fact(session: ReadSession, release: ServedRelease, fact_id: FactId) -> Any:
    """One pharmacokinetic fact, by its id."""
    return KIND.get(session, fact_id)
