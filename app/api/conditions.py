"""Conditions: what indications and trials name."""

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query
from sqlmodel import col

from app.api.facts import RECORD_ERRORS
from app.api.records import record_of, records
from app.api.releases import ServedRelease
from app.database import ReadSession, table_of
from app.http.errors import BadParameterError, ReleaseChangedError, UnknownIdError, documented
from app.http.pages import Listing, Paging, page_of
from app.http.parameters import Text
from app.models.condition import Condition

router = APIRouter(tags=["Conditions"])

Record = record_of(Condition)

CONDITIONS = Listing(
    rows=sa.select(*table_of(Condition).c),
    filters={"id": col(Condition.id) == sa.bindparam("id")},
    orders={"id": (col(Condition.id),)},
)


@router.get(
    "/conditions",
    response_model=page_of(Record),
    responses=documented(BadParameterError, ReleaseChangedError),
)
def list_conditions(
    session: ReadSession,
    release: ServedRelease,
    page: Paging,
    sort: Annotated[
        Literal["id", "-id"],
        Query(
            description="The order, by id: `-id` is backwards.",
            examples=["id"],
        ),
    ] = "id",
) -> Any:
    """The conditions that indications and trials name."""
    rows, total, following = CONDITIONS.page_of(session, release["id"], page, {}, sort)
    return {"items": records(session, Condition, rows), "total": total, "next": following}


@router.get("/conditions/{condition_id}", response_model=Record, responses=RECORD_ERRORS)
def get_condition(
    session: ReadSession,
    release: ServedRelease,
    condition_id: Annotated[
        Text,
        Path(
            description="The condition's id.",
            examples=["muscle-spasticity"],
        ),
    ],
) -> Any:
    """One condition, by its id; what it is where a source says so."""
    statement = CONDITIONS.all_where(frozenset({"id"}))
    rows = session.execute(statement, {"id": condition_id}).mappings()
    found = records(session, Condition, [dict(row) for row in rows])
    if not found:
        raise UnknownIdError(
            f"There is no condition '{condition_id}'. /v1/conditions lists those there are."
        )
    return found[0]
