"""Conditions by one of their names, the id that it makes, or a code: `mesh:D000437`."""

from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.read_session import with_release
from app.http.problems import UnknownIdError
from app.models.condition import ConditionCode
from app.names.slugs import slug
from app.names.terminologies import code_key

OR_BY_CODE = (
    "by one of its names, the id that a name makes, or all those that have a code, which may be "
    "several: the terminology, a colon and the code (`mesh:D000437`, `efo:0003829`, "
    "`mondo:0005147`). `/v1/conditions?q=` tells which there are: of another the list is empty, "
    "which says nothing of it"
)

CODED = sa.select(col(ConditionCode.condition_id)).where(
    col(ConditionCode.code) == sa.bindparam("condition")
)
"""The conditions that are found by an id or a code."""

_found = CODED.order_by(col(ConditionCode.condition_id)).limit(1).subquery("found")
FOUND = with_release(_found, *_found.c)
"""The first condition that is found by an id or a code."""

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
    """A name, an id or a code as conditions are looked up by it."""
    if asked is None:
        return None
    return code_key(asked) if ":" in asked and " " not in asked else slug(asked)


def unknown_condition(asked: str) -> UnknownIdError:
    """The 404 for a condition that is not there."""
    return UnknownIdError(
        f"There is no condition '{asked}'. /v1/conditions?q= finds conditions by a part of a name."
    )
