"""Discrepancies: where sources disagree."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import fact_routes, facts_listed
from app.http.parameters import Text
from app.models.discrepancy import Discrepancy


@dataclass
class DiscrepancyFilters:
    """What discrepancies can be narrowed by."""

    subject: Annotated[
        Text | None,
        Query(
            description="Only those about this fact, by its id.",
            examples=["baclofen-trial-alcohol-cirrhosis-registry"],
        ),
    ] = None


LISTING = facts_listed(
    Discrepancy,
    {
        "subject": col(Discrepancy.subject_id) == sa.bindparam("subject"),
    },
)

router = fact_routes(
    Discrepancy,
    LISTING,
    DiscrepancyFilters,
    of_drug="Where the sources disagree about this drug: every value, and on whose word.",
    across_drugs="Where sources disagree, about every drug; filter by the fact in question.",
    one="One discrepancy, by its id.",
)
