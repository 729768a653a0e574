"""A route that is to go says so in its answers and in the document."""

from datetime import date

import anyio.from_thread
import httpx
from fastapi import FastAPI
from openapi_spec_validator import validate

from app.http.deprecation import deprecated
from app.http.problems import BadParameterError, documented
from app.main import create_app
from app.settings import Settings


def test_a_deprecated_route_says_so_in_both(
    app: FastAPI, alone: httpx.Client, portal: anyio.from_thread.BlockingPortal
) -> None:
    @app.get(
        "/v1/old",
        response_model=dict[str, int],
        responses=documented(BadParameterError),
        **deprecated(date(2027, 1, 1), date(2028, 1, 1), "/v2/old"),
    )
    def get_old() -> dict[str, int]:
        """An old thing."""
        return {"a": 1}

    for answer in (alone.get("/v1/old"), alone.get("/v1/old?x=1"), alone.head("/v1/old")):
        assert answer.headers["deprecation"] == "@1798761600"
        assert answer.headers["sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
        assert answer.headers["link"] == '</v2/old>; rel="successor-version"'

    document = app.openapi()
    operation = document["paths"]["/v1/old"]["get"]
    assert operation["deprecated"] is True
    assert "422" in operation["responses"]
    for response in operation["responses"].values():
        assert response["headers"]["Deprecation"]["example"] == "@1798761600"
        assert response["headers"]["Sunset"]["example"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    validate(document)


def test_no_other_route_says_so(client: httpx.Client) -> None:
    document = create_app(Settings(database_url="sqlite:////nowhere.db")).openapi()

    assert not any("deprecated" in path["get"] for path in document["paths"].values())
    assert "deprecation" not in client.get("/health/live").headers
