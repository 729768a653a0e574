"""Mechanisms: how a drug acts."""

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
from app.models.mechanism import ActionType, Mechanism

router = resource("Mechanisms")

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
    reading: Reading,
    drug_id: DrugId,
    page: PageParams,
    filters: Filters,
    sort: FactSort = "id",
) -> str:
    """How this drug acts, as far as each source knows or believes."""
    return KIND.list_of_drug(reading, drug_id, page, sort, filters)


@router.get("/mechanisms", response_model=KIND.page, responses=LIST_ERRORS)
def list_mechanisms(
    reading: Reading,
    page: PageParams,
    filters: FiltersAcross,
    sort: FactSort = "id",
) -> str:
    """Mechanisms of every drug; filter by target or action."""
    return KIND.list_across(reading, page, sort, filters)


@router.get("/mechanisms/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_mechanism(reading: Reading, fact_id: FactId) -> str:
    """One mechanism, by its id."""
    return KIND.get(reading, fact_id)
