"""Warnings: what to know before, while and after taking a drug."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import fact_routes, facts_listed
from app.http.parameters import Flag
from app.models.warning import Severity, WarningCategory, WarningType
from app.models.warning import Warning as WarningTable


@dataclass
class WarningFilters:
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


LISTING = facts_listed(
    WarningTable,
    {
        "type": col(WarningTable.type) == sa.bindparam("type"),
        "category": col(WarningTable.category) == sa.bindparam("category"),
        "severity": col(WarningTable.severity) == sa.bindparam("severity"),
        "boxed": col(WarningTable.boxed) == sa.bindparam("boxed"),
    },
)

router = fact_routes(
    WarningTable,
    LISTING,
    WarningFilters,
    of_drug="What to know before, while and after taking this drug, each with the passage that "
    "says so.",
    across_drugs="Warnings of every drug; filter by type, category, severity or boxed.",
    one="One warning, by its id.",
)
