"""The root of the API: what is being served, and where."""

from pydantic import Field
from pydantic_core import to_json

from app.api.read_session import ReadSession, resource
from app.api.releases import current_release
from app.documents.records import record_of
from app.http.problems import BadParameterError, documented
from app.models.base import Shape
from app.models.fact import fact_kinds
from app.models.release import Release

router = resource("Index")

RESOURCES = (
    "drugs",
    *fact_kinds(),
    "labels",
    "products",
    "conditions",
    "sources",
    "releases",
    "interactions",
    "resolve",
    "search",
)


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


LINKS = to_json(
    {
        "resources": {name: f"/v1/{name}" for name in RESOURCES},
        "docs": "/docs",
        "openapi": "/openapi.json",
    }
)[1:]
"""The index's fields after the release."""


@router.get("", response_model=Index, responses=documented(BadParameterError))
def get_index(session: ReadSession) -> bytes:
    """The data release that is being served, and where each resource is."""
    return b'{"release":%b,%b' % (current_release(session), LINKS)
