"""The index: what is being served, and where."""

import json

from pydantic import Field

from app.api.facts import kinds
from app.api.reading import Reading, resource
from app.api.releases import current_release
from app.documents.records import record_of
from app.http.problems import BadParameterError, documented
from app.models.base import Shape
from app.models.release import Release

router = resource("Index")

RESOURCES = ("drugs", *kinds(), "conditions", "sources", "releases", "resolve", "search")


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


WAYS = {
    "resources": {name: f"/v1/{name}" for name in RESOURCES},
    "docs": "/docs",
    "openapi": "/openapi.json",
}


@router.get("", response_model=Index, responses=documented(BadParameterError))
def get_index(reading: Reading) -> str:
    """The data release that is being served, and where each resource is."""
    ways = json.dumps(WAYS, separators=(",", ":"))
    return f'{{"release":{current_release(reading)},{ways[1:]}'
