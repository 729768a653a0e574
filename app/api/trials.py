"""Trials: what was tried, on whom, and what was found."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.condition_codes import CODED, OR_BY_CODE, condition_key
from app.api.facts import fact_routes, facts_listed
from app.http.parameters import Text
from app.models.trial import Trial, TrialCondition, TrialRegistryId
from app.search.query import one_of


@dataclass
class TrialFilters:
    """What trials can be narrowed by."""

    condition: Annotated[
        Text | None,
        Query(
            description=f"Only those whose participants had this condition, {OR_BY_CODE}.",
            examples=["alcohol-dependence"],
        ),
    ] = None
    registry_id: Annotated[
        Text | None,
        Query(
            description="Only those that give this registry number, in any case.",
            examples=["NCT00525252"],
        ),
    ] = None
    study: Annotated[
        Text | None,
        Query(
            description="Only accounts of this study, in any case; each source's is a record of "
            "its own.",
            examples=["addolorato-2007"],
        ),
    ] = None

    def __post_init__(self) -> None:
        """Numbers are found in any case, and so are codes."""
        self.condition = condition_key(self.condition)
        for name in ("registry_id", "study"):
            if (value := vars(self)[name]) is not None:
                vars(self)[name] = sorted({value, value.upper(), value.lower()})


LISTING = facts_listed(
    Trial,
    {
        "condition": col(Trial.id).in_(
            sa.select(col(TrialCondition.trial_id)).where(
                col(TrialCondition.condition_id).in_(CODED)
            )
        ),
        "registry_id": col(Trial.id).in_(
            sa.select(col(TrialRegistryId.trial_id)).where(
                one_of(col(TrialRegistryId.registry_id), "registry_id")
            )
        ),
        "study": one_of(col(Trial.study), "study"),
    },
)

router = fact_routes(
    Trial,
    LISTING,
    TrialFilters,
    of_drug="Each source's account of the trials of this drug, and of studies that only observed.",
    across_drugs="Accounts of clinical trials of every drug; filter by condition, registry number "
    "or study.",
    one="One account of a trial, by its id.",
)
