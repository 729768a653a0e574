"""Sources: where facts come from."""

from typing import Annotated, Literal

from fastapi import Path, Query
from sqlmodel import col

from app.api.facts import RECORD_ERRORS
from app.api.lists import Listing
from app.api.read_session import ReadSession, resource
from app.documents.records import record_of
from app.http.pages import PageParams, page_of
from app.http.parameters import Text
from app.http.problems import BadParameterError, ReleaseChangedError, UnknownIdError, documented
from app.http.sparse_fields import fields_of_record
from app.models.source import Source

router = resource("Sources")

Record = record_of(Source)
ItemFields = fields_of_record(Record, "each item's fields")
RecordFields = fields_of_record(Record)

SOURCES = Listing(kind="sources", id=col(Source.id), filters={}, orders={"id": (col(Source.id),)})


@router.get(
    "/sources",
    response_model=page_of(Record),
    responses=documented(BadParameterError, ReleaseChangedError),
)
def list_sources(
    session: ReadSession,
    page: PageParams,
    sort: Annotated[
        Literal["id", "-id"],
        Query(
            description="The order, by id: `-id` is backwards.",
            examples=["id"],
        ),
    ] = "id",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """Where facts come from: title, author, publisher, dates, licence, and what was read."""
    return SOURCES.page_of(session, page, {}, sort, fields=fields)


@router.get("/sources/{source_id}", response_model=Record, responses=RECORD_ERRORS)
def get_source(
    session: ReadSession,
    source_id: Annotated[
        Text,
        Path(
            description="The source's id.",
            examples=["what-is-baclofen"],
        ),
    ],
    fields: RecordFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """One source, by its id."""
    found = session.document("sources", source_id)
    if found is None:
        raise UnknownIdError(
            f"There is no source '{source_id}'. /v1/sources lists those there are."
        )
    return session.record(found, fields)
