"""Conditions: what indications and trials name."""

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Path, Query
from sqlmodel import col

from app.api.condition_codes import CODED, FOUND, unknown_condition
from app.api.facts import RECORD_ERRORS
from app.api.lists import Listing
from app.api.read_session import ReadSession, resource
from app.documents.records import record_of
from app.http.pages import PageParams, page_of
from app.http.parameters import Text
from app.http.problems import BadParameterError, ReleaseChangedError, documented
from app.http.sparse_fields import fields_of_record
from app.models.condition import Condition, ConditionCode
from app.names.terminologies import code_key

router = resource("Conditions")

Record = record_of(Condition)
ItemFields = fields_of_record(Record, "each item's fields")
RecordFields = fields_of_record(Record)

_NOTHING: Any = sa.literal_column("''")
_asked: Any = sa.bindparam("q", type_=sa.String())
_NAMED = sa.select(col(ConditionCode.condition_id)).where(
    sa.func.replace(col(ConditionCode.name), _asked, _NOTHING) != col(ConditionCode.name)
)

CONDITIONS = Listing(
    kind="conditions",
    id=col(Condition.id),
    filters={
        "q": col(Condition.id).in_(_NAMED),
        "code": col(Condition.id).in_(CODED),
    },
    orders={"id": (col(Condition.id),)},
)


@router.get(
    "/conditions",
    response_model=page_of(Record),
    responses=documented(BadParameterError, ReleaseChangedError),
)
def list_conditions(
    session: ReadSession,
    page: PageParams,
    q: Annotated[
        Text | None,
        Query(
            description="Only those with this text in one of their names, in capitals or not.",
            examples=["spastic"],
        ),
    ] = None,
    code: Annotated[
        str | None,
        Query(
            description="Only those with this code: the terminology, a colon and the code.",
            examples=["mesh:D000437"],
            min_length=3,
            max_length=200,
            pattern="^[A-Za-z]+:[A-Za-z0-9:]+$",
        ),
    ] = None,
    sort: Annotated[
        Literal["id", "-id"],
        Query(
            description="The order, by id: `-id` is backwards.",
            examples=["id"],
        ),
    ] = "id",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The conditions that indications and trials name, or those that a name or a code leaves."""
    return CONDITIONS.page_of(
        session,
        page,
        {"q": q and q.casefold(), "code": {"condition": code_key(code)} if code else None},
        sort,
        fields=fields,
    )


@router.get("/conditions/{condition_id}", response_model=Record, responses=RECORD_ERRORS)
def get_condition(
    session: ReadSession,
    condition_id: Annotated[
        Text,
        Path(
            description="The condition's id, or that which another of its names makes.",
            examples=["muscle-spasticity"],
        ),
    ],
    fields: RecordFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """One condition, by its id; what it is where a source says so."""
    found = session.document("conditions", condition_id)
    if found is None:
        for (id_,) in session.found(FOUND, condition=condition_id):
            found = session.document("conditions", id_)
            session.headers.append((b"content-location", f"/v1/conditions/{id_}".encode()))
    if found is None:
        raise unknown_condition(condition_id)
    return session.record(found, fields)
