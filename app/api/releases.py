"""Releases: which state of the data is being served, and which came before it."""

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import col

from app.api.records import Row, record_of, records
from app.database import ReadSession, table_of
from app.http.errors import BadParameterError, NoDataError, ReleaseChangedError, documented
from app.http.headers import announce
from app.http.pages import Listing, Paging, page_of
from app.http.representations import modified_at
from app.models.release import Release

router = APIRouter(tags=["Releases"])

Record = record_of(Release)
LATEST = sa.select(*table_of(Release).c).order_by(col(Release.number).desc()).limit(1)


def served_release(session: ReadSession, request: Request) -> Row:
    """The release that a request reads, named in `Data-Release`; an error before the first."""
    release = session.execute(LATEST).mappings().one_or_none()
    if release is None:
        raise NoDataError("No data has been loaded yet; `medfacts seed` loads it.")
    announce(request, "Data-Release", release["id"])
    modified_at(request, release["loaded_at"])
    return dict(release)


ServedRelease = Annotated[Row, Depends(served_release)]
"""The release that a request reads."""

RELEASES = Listing(
    rows=sa.select(*table_of(Release).c),
    filters={},
    orders={"number": (col(Release.number),)},
)


@router.get(
    "/releases",
    response_model=page_of(Record),
    responses=documented(BadParameterError, ReleaseChangedError),
)
def list_releases(
    session: ReadSession,
    release: ServedRelease,
    page: Paging,
    sort: Annotated[
        Literal["number", "-number"],
        Query(
            description="The order: oldest first, or newest first.",
            examples=["-number"],
        ),
    ] = "-number",
) -> Any:
    """The data releases that this database has held, the newest first."""
    rows, total, following = RELEASES.page_of(session, release["id"], page, {}, sort)
    return {"items": records(session, Release, rows), "total": total, "next": following}


@router.get("/releases/current", response_model=Record, responses=documented(BadParameterError))
def get_current_release(session: ReadSession, release: ServedRelease) -> Any:
    """The data release that is being served: from which files, and how many facts it holds."""
    return records(session, Release, [release])[0]
