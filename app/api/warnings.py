"""Warnings: what to know before, while and after taking a drug."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import fact_routes, facts_listed
from app.api.lists import drug_bound
from app.http.parameters import Flag, Text
from app.models.mention import FactMention
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
    mentions: Annotated[
        Text | None,
        Query(
            description="Only those whose statement names this drug, by its id, as their "
            "`mentions` say. An unknown drug is a 404.",
            examples=["ibuprofen"],
        ),
    ] = None


MENTIONED = drug_bound("mentions")

LISTING = facts_listed(
    WarningTable,
    {
        "type": col(WarningTable.type) == sa.bindparam("type"),
        "category": col(WarningTable.category) == sa.bindparam("category"),
        "severity": col(WarningTable.severity) == sa.bindparam("severity"),
        "boxed": col(WarningTable.boxed) == sa.bindparam("boxed"),
        "mentions": col(WarningTable.id).in_(
            sa.select(col(FactMention.fact_id)).where(col(FactMention.named) == MENTIONED)
        ),
    },
)

router = fact_routes(
    WarningTable,
    LISTING,
    WarningFilters,
    of_drug="What to know before, while and after taking this drug, each with the passage that "
    "says so.",
    across_drugs="Warnings of every drug; filter by type, category, severity, boxed or the drug "
    "that they mention.",
    one="One warning, by its id.",
)
