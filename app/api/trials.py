"""Trials: what was tried, on whom, and what was found."""

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
from app.models.trial import Trial, TrialCondition, TrialRegistryId

router = resource("Trials")

KIND = FactKind(
    Trial,
    filters={
        "condition": col(Trial.id).in_(
            sa.select(col(TrialCondition.trial_id)).where(
                col(TrialCondition.condition_id) == sa.bindparam("condition")
            )
        ),
        "registry_id": col(Trial.id).in_(
            sa.select(col(TrialRegistryId.trial_id)).where(
                col(TrialRegistryId.registry_id) == sa.bindparam("registry_id")
            )
        ),
        "study": col(Trial.study) == sa.bindparam("study"),
    },
)


@dataclass
class Filters:
    """What trials can be narrowed by."""

    condition: Annotated[
        Text | None,
        Query(
            description="Only those whose participants had this condition, by its id.",
            examples=["alcohol-dependence"],
        ),
    ] = None
    registry_id: Annotated[
        Text | None,
        Query(
            description="Only those that give this registry number.",
            examples=["NCT00525252"],
        ),
    ] = None
    study: Annotated[
        Text | None,
        Query(
            description="Only accounts of this study, for each source's is a record of its own.",
            examples=["addolorato-2007"],
        ),
    ] = None


@dataclass
class FiltersAcross(Filters):
    """The same, and the drug."""

    drug: DrugFilter = None


@router.get("/drugs/{drug_id}/trials", response_model=KIND.page_of_drug, responses=LIST_ERRORS)
def list_trials_of_drug(
    reading: Reading,
    drug_id: DrugId,
    page: PageParams,
    filters: Filters,
    sort: FactSort = "id",
) -> str:
    """Each source's account of the trials of this drug, and of studies that only observed."""
    return KIND.list_of_drug(reading, drug_id, page, sort, filters)


@router.get("/trials", response_model=KIND.page, responses=LIST_ERRORS)
def list_trials(
    reading: Reading,
    page: PageParams,
    filters: FiltersAcross,
    sort: FactSort = "id",
) -> str:
    """Accounts of clinical trials of every drug; filter by condition, registry number or study."""
    return KIND.list_across(reading, page, sort, filters)


@router.get("/trials/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_trial(reading: Reading, fact_id: FactId) -> str:
    """One account of a trial, by its id."""
    return KIND.get(reading, fact_id)
