"""Warnings: what to know before, while and after taking a drug."""

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
from app.http.parameters import Flag
from app.models.warning import Severity, WarningCategory, WarningType
from app.models.warning import Warning as WarningTable

router = resource("Warnings")

KIND = FactKind(
    WarningTable,
    filters={
        "type": col(WarningTable.type) == sa.bindparam("type"),
        "category": col(WarningTable.category) == sa.bindparam("category"),
        "severity": col(WarningTable.severity) == sa.bindparam("severity"),
        "boxed": col(WarningTable.boxed) == sa.bindparam("boxed"),
    },
)


@dataclass
class Filters:
    """What warnings can be narrowed by."""

    type: Annotated[
        WarningType | None,
        Query(
            description="Only those of this type of FHIR's ClinicalUseDefinition.",
            examples=["warning"],
        ),
    ] = None
    category: Annotated[
        WarningCategory | None,
        Query(
            description="Only those about this. A label's section that is about several, such as "
            "`Use in Specific Populations`, has none, so this filter leaves it out.",
            examples=["withdrawal"],
        ),
    ] = None
    severity: Annotated[
        Severity | None,
        Query(
            description="Only those whose source gives this severity. Most sources give none, so "
            "this filter leaves most warnings out.",
            examples=["critical"],
        ),
    ] = None
    boxed: Annotated[
        Flag | None,
        Query(
            description="Only those that stand in a label's boxed warning, or, with `false`, only "
            "those of a label that do not. Warnings whose source is no label are neither.",
            examples=[True],
        ),
    ] = None


@dataclass
class FiltersAcross(Filters):
    """The same, and the drug."""

    drug: DrugFilter = None


@router.get("/drugs/{drug_id}/warnings", response_model=KIND.page_of_drug, responses=LIST_ERRORS)
def list_warnings_of_drug(
    reading: Reading,
    drug_id: DrugId,
    page: PageParams,
    filters: Filters,
    sort: FactSort = "id",
) -> str:
    """What to know before, while and after taking this drug, each with the passage that says so."""
    return KIND.list_of_drug(reading, drug_id, page, sort, filters)


@router.get("/warnings", response_model=KIND.page, responses=LIST_ERRORS)
def list_warnings(
    reading: Reading,
    page: PageParams,
    filters: FiltersAcross,
    sort: FactSort = "id",
) -> str:
    """Warnings of every drug; filter by type, category, severity or boxed."""
    return KIND.list_across(reading, page, sort, filters)


@router.get("/warnings/{fact_id}", response_model=KIND.record, responses=RECORD_ERRORS)
def get_warning(reading: Reading, fact_id: FactId) -> str:
    """One warning, by its id."""
    return KIND.get(reading, fact_id)
