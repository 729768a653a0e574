"""A route that is to go says so in its answers and in the document."""

from datetime import date

import anyio.from_thread
import httpx
import pytest
from openapi_spec_validator import validate

from app.http.deprecation import deprecated
from app.http.problems import BadParameterError, documented
from app.main import create_app
from app.settings import Settings
from tests.conformance import contract
from tests.conftest import AppTransport


@pytest.mark.slow
def test_a_deprecated_route_says_so_in_both(
    portal: anyio.from_thread.BlockingPortal,
) -> None:
    app = create_app(Settings(database_url="sqlite:////nowhere.db"))

    @app.get(
        "/v1/old",
        response_model=dict[str, int],
        responses=documented(BadParameterError),
        **deprecated(date(2027, 1, 1), date(2028, 1, 1), "/v2/old"),
    )
    def get_old() -> dict[str, int]:
        """An old thing."""
        return {"a": 1}

    with httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts") as client:
        for answer in (client.get("/v1/old"), client.get("/v1/old?x=1"), client.head("/v1/old")):
            assert answer.headers["deprecation"] == "@1798761600"
            assert answer.headers["sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
            assert answer.headers["link"] == '</v2/old>; rel="successor-version"'
    app.close()

    document = app.openapi()
    operation = document["paths"]["/v1/old"]["get"]
    assert operation["deprecated"] is True
    assert "422" in operation["responses"]
    for response in operation["responses"].values():
        assert response["headers"]["Deprecation"]["example"] == "@1798761600"
        assert response["headers"]["Sunset"]["example"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    validate(document)


def test_no_other_route_says_so(seeded: httpx.Client) -> None:
    assert not any("deprecated" in operation for _, operation in contract().reads())
    assert "deprecation" not in seeded.get("/health/live").headers
