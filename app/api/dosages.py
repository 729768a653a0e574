"""Dosages: how a drug is given, and in what forms and strengths it comes."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import fact_routes, facts_listed
from app.models.dosage import Dosage, DosageType


@dataclass
class DosageFilters:
    """What dosages can be narrowed by."""

    type: Annotated[
        DosageType | None,
        Query(
            description="Only how the drug is given, or only its dose forms and strengths.",
            examples=["dosage-and-administration"],
        ),
    ] = None


LISTING = facts_listed(Dosage, {"type": col(Dosage.type) == sa.bindparam("type")})

router = fact_routes(
    Dosage,
    LISTING,
    DosageFilters,
    of_drug="How this drug is given and how much of it, then its dose forms and strengths, as its "
    "labels say.",
    across_drugs="Dosages of every drug; filter by type.",
    one="One dosage, by its id.",
)
