"""The index: what is being served, and where."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from app.api.facts import kinds
from app.api.records import record_of, records
from app.api.releases import ServedRelease
from app.database import ReadSession
from app.http.errors import BadParameterError, documented
from app.models.base import Shape
from app.models.release import Release

router = APIRouter(tags=["Index"])

RESOURCES = ("drugs", *kinds(), "conditions", "sources", "releases")


class Index(Shape):
    """What is being served, and where."""

    release: record_of(Release) = Field(  # type: ignore[valid-type] # made from the table
        description="The data release that is being served."
    )
    resources: dict[str, str] = Field(
        description="The path of each resource.",
        examples=[{name: f"/v1/{name}" for name in RESOURCES}],
    )
    docs: str = Field(description="The page that explains the API.", examples=["/docs"])
    openapi: str = Field(description="The same for programs.", examples=["/openapi.json"])


@router.get("", response_model=Index, responses=documented(BadParameterError))
def get_index(session: ReadSession, release: ServedRelease) -> Any:
    """The data release that is being served, and where each resource is."""
    return {
        "release": records(session, Release, [release])[0],
        "resources": {name: f"/v1/{name}" for name in RESOURCES},
        "docs": "/docs",
        "openapi": "/openapi.json",
    }
