"""Releases: which state of the data is being served, and which came before it."""

from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import Query
from sqlmodel import col

from app.api.lists import Listing
from app.api.read_session import LATEST, ReadSession, resource, with_release
from app.documents.checksums import STORED, verified
from app.documents.records import record_of
from app.http.pages import PageParams, page_of
from app.http.problems import BadParameterError, ReleaseChangedError, documented
from app.http.sparse_fields import fields_of_record
from app.models.document import Document
from app.models.release import Release

router = resource("Releases")

Record = record_of(Release)
ItemFields = fields_of_record(Record, "each item's fields")
RecordFields = fields_of_record(Record)

RELEASES = Listing(
    kind="releases",
    id=sa.cast(col(Release.number), sa.String),
    filters={},
    orders={"number": (col(Release.number),)},
)

_releases = (
    sa.select(col(Document.id), *STORED)
    .where(col(Document.kind) == "releases")
    .subquery("releases")
)
CURRENT = with_release(
    _releases,
    LATEST.c.number,
    _releases.c.drug_id,
    _releases.c.checksum,
    _releases.c.body,
    on=_releases.c.id == sa.cast(LATEST.c.number, sa.String),
)


@router.get(
    "/releases",
    response_model=page_of(Record),
    responses=documented(BadParameterError, ReleaseChangedError),
)
def list_releases(
    session: ReadSession,
    page: PageParams,
    sort: Annotated[
        Literal["number", "-number"],
        Query(
            description="The order: oldest first, or newest first.",
            examples=["-number"],
        ),
    ] = "-number",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The data releases that this database has held, the newest first."""
    return RELEASES.page_of(session, page, {}, sort, fields=fields)


@router.get("/releases/current", response_model=Record, responses=documented(BadParameterError))
def get_current_release(
    session: ReadSession,
    fields: RecordFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """The data release that is being served: from which files, and how many facts it holds."""
    return session.record(current_release(session), fields)


def current_release(session: ReadSession) -> bytes:
    """The release that is being served, as JSON."""
    [(number, *stored)] = session.rows(CURRENT)
    return verified("releases", str(number), *stored)
