"""Pharmacokinetics: what the body does with a drug."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import fact_routes, facts_listed
from app.http.parameters import Text
from app.models.pharmacokinetic import Pharmacokinetics, Process


@dataclass
class PharmacokineticsFilters:
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


LISTING = facts_listed(
    Pharmacokinetics,
    {
        "process": col(Pharmacokinetics.process) == sa.bindparam("process"),
        "organ": col(Pharmacokinetics.organ) == sa.bindparam("organ"),
    },
)

router = fact_routes(
    Pharmacokinetics,
    LISTING,
    PharmacokineticsFilters,
    of_drug="How the body takes up, spreads, changes and passes out this drug.",
    across_drugs="Pharmacokinetic facts of every drug; filter by process or organ.",
    one="One pharmacokinetic fact, by its id.",
    name_of_one="pharmacokinetics_fact",
)
