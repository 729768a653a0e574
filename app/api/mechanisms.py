"""Mechanisms: how a drug acts."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.facts import fact_routes, facts_listed
from app.http.parameters import Text
from app.models.mechanism import ActionType, Mechanism


@dataclass
class MechanismFilters:
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


LISTING = facts_listed(
    Mechanism,
    {
        "target": col(Mechanism.target_id) == sa.bindparam("target"),
        "action_type": col(Mechanism.action_type) == sa.bindparam("action_type"),
    },
)

router = fact_routes(
    Mechanism,
    LISTING,
    MechanismFilters,
    of_drug="How this drug acts, as far as each source knows or believes.",
    across_drugs="Mechanisms of every drug; filter by target or action.",
    one="One mechanism, by its id.",
)
