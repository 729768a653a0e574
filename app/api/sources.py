"""Sources: where facts come from."""

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
from app.models.source import Source

router = APIRouter(tags=["Sources"])

Record = record_of(Source)

SOURCES = Listing(
    rows=sa.select(*table_of(Source).c),
    filters={"id": col(Source.id) == sa.bindparam("id")},
    orders={"id": (col(Source.id),)},
)


@router.get(
    "/sources",
    response_model=page_of(Record),
    responses=documented(BadParameterError, ReleaseChangedError),
)
def list_sources(
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
    """Where facts come from: title, author, publisher, dates, licence, and what was read."""
    rows, total, following = SOURCES.page_of(session, release["id"], page, {}, sort)
    return {"items": records(session, Source, rows), "total": total, "next": following}


@router.get("/sources/{source_id}", response_model=Record, responses=RECORD_ERRORS)
def get_source(
    session: ReadSession,
    release: ServedRelease,
    source_id: Annotated[
        Text,
        Path(
            description="The source's id.",
            examples=["what-is-baclofen"],
        ),
    ],
) -> Any:
    """One source, by its id."""
    statement = SOURCES.all_where(frozenset({"id"}))
    rows = session.execute(statement, {"id": source_id}).mappings()
    found = records(session, Source, [dict(row) for row in rows])
    if not found:
        raise UnknownIdError(
            f"There is no source '{source_id}'. /v1/sources lists those there are."
        )
    return found[0]
