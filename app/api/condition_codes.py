"""Conditions by an id that one of their names makes, or by a code: `mesh:D000437`."""

from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.models.condition import ConditionCode
from app.names.terminologies import code_key

OR_BY_CODE = (
    "by the id that one of its names makes, or all those that have a code, which may be several: "
    "the terminology, a colon and the code (`mesh:D000437`, `efo:0003829`, `mondo:0005147`)"
)

CODED = sa.select(col(ConditionCode.condition_id)).where(
    col(ConditionCode.code) == sa.bindparam("condition")
)
"""The conditions that are found by an id or a code."""


MaxPhase = Annotated[
    Literal["0.5", "1", "2", "3", "4"] | None,
    Query(
        description="Only those with this as the highest phase of development for the use, by "
        "ChEMBL: 0.5 is early phase 1, and 4 by itself no approval.",
        examples=["4"],
    ),
]
"""The filter by an indication's highest phase."""


def condition_key(asked: str | None) -> str | None:
    """An id or a code as conditions are looked up by it; an id as it is asked for."""
    return code_key(asked) if asked and ":" in asked else asked
