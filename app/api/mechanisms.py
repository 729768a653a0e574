"""Mechanisms: how a drug acts."""

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
from app.models.mechanism import ActionType, Mechanism

router = APIRouter(tags=["Mechanisms"])

KIND = FactKind(
    Mechanism,
    filters={
        "target": col(Mechanism.target_id) == sa.bindparam("target"),
        "action_type": col(Mechanism.action_type) == sa.bindparam("action_type"),
    },
)


@dataclass
class Filters:
    """What mechanisms can be narrowed by."""

    target: Annotated[
        Text | None,
        Query(
            description="Only those that act on this target, by its id.",
            examples=["gaba-b-receptor"],
        ),
    ] = None
    action_type: Annotated[
        ActionType | None,
        Query(description="Only those of this action, in ChEMBL's terms.", examples=["AGONIST"]),
    ] = None


@dataclass
class FiltersAcross(Filters):
    """The same, and the drug."""

    drug: DrugFilter = None


@router.get("/drugs/{drug_id}/mechanisms", response_model=KIND.page_of_drug, responses=LIST_ERRORS)
def list_mechanisms_of_drug(
    session: ReadSession,
    release: ServedRelease,
    drug_id: DrugId,
    page: Paging,
    filters: Annotated[Filters, Depends()],
    sort: FactSort = "id",
) -> Any:
    """How this drug acts, as far as each source knows or believes."""
    return KIND.list_of_drug(session, release, drug_id, page, sort, filters)


@router.get("/mechanisms", response_model=KIND.page, responses=LIST_ERRORS)
def list_mechanisms(
    session: ReadSession,
    release: ServedRelease,
    page: Paging,
    filters: Annotated[FiltersAcross, Depends()],
    sort: FactSort = "id",
) -> Any:
    """Mechanisms of every drug; filter by target or action."""
    return KIND.list_across(session, release, page, sort, filters)


@router.get("/mechanisms/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_mechanism(session: ReadSession, release: ServedRelease, fact_id: FactId) -> Any:
    """One mechanism, by its id."""
    return KIND.get(session, fact_id)
