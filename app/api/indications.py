"""Indications: what a drug is used for, tried for, or was found not to help with."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.condition_codes import CODED, OR_BY_CODE, MaxPhase, condition_key
from app.api.facts import fact_routes, facts_listed
from app.http.parameters import Text
from app.models.indication import Indication, IndicationStatus


@dataclass
class IndicationFilters:
    """What indications can be narrowed by."""

    condition: Annotated[
        Text | None,
        Query(
            description=f"Only those that name this condition, {OR_BY_CODE}. Findings against are "
            "among them: look at `status`.",
            examples=["muscle-spasticity"],
        ),
    ] = None
    status: Annotated[
        IndicationStatus | None,
        Query(
            description="Only those of this status; `not_effective` for findings against.",
            examples=["approved"],
        ),
    ] = None
    max_phase: MaxPhase = None

    def __post_init__(self) -> None:
        """A condition is found by a code in any case, and a phase is a number."""
        self.condition = condition_key(self.condition)
        vars(self)["max_phase"] = self.max_phase and float(self.max_phase)


LISTING = facts_listed(
    Indication,
    {
        "condition": col(Indication.condition_id).in_(CODED),
        "status": col(Indication.status) == sa.bindparam("status"),
        "max_phase": col(Indication.max_phase) == sa.bindparam("max_phase"),
    },
)

router = fact_routes(
    Indication,
    LISTING,
    IndicationFilters,
    of_drug="What this drug is used for, tried for, or was found not to help with "
    "(`not_effective`).",
    across_drugs="Indications of every drug, and findings against; filter by condition or status.",
    one="One indication, by its id.",
)
