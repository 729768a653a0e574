"""Which web pages may read the API, as a browser would ask."""

from collections.abc import Iterator

import anyio.from_thread
import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from tests.conftest import AppTransport, Save
from tests.writing import drug

PAGE = {"Origin": "https://page.example"}
PREFLIGHT = PAGE | {"Access-Control-Request-Method": "GET"}


@pytest.mark.parametrize("path", ["/v1/drugs/baclofen", "/v1/drugs/x", "/nothing", "/v1?x=1"])
@pytest.mark.parametrize("headers", [PAGE, {}])
def test_any_page_may_read_everything_errors_too(
    seeded: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    answer = seeded.get(path, headers=headers)

    # Also where no origin is named: a shared cache may give the same answer to a page.
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"ETag", "Link", "Data-Release", "Retry-After", "X-Request-Id"} <= set(exposed)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH"])
def test_a_preflight_grants_reading_and_no_writing(seeded: httpx.Client, method: str) -> None:
    asked = PREFLIGHT | {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "if-none-match,x-request-id",
    }

    answer = seeded.options("/v1/drugs/baclofen", headers=asked)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["access-control-allow-headers"] == "*, Authorization"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/resolve", "/resolve", "/v1/resolve?name=a"])
def test_a_preflight_grants_the_post_that_only_asks(seeded: httpx.Client, path: str) -> None:
    answer = seeded.options(path, headers=PREFLIGHT | {"Access-Control-Request-Method": "POST"})

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(("path", "status"), [("/v1/drugs?q=%00", 400), ("/%ff", 400)])
def test_a_preflight_passes_no_refusal(seeded: httpx.Client, path: str, status: int) -> None:
    assert seeded.options(path, headers=PREFLIGHT).status_code == status


@pytest.fixture
def restricted(
    database: Settings, save: Save, portal: anyio.from_thread.BlockingPortal
) -> Iterator[httpx.Client]:
    """Asks an app that lets two pages read it."""
    save(drug("a"))
    origins = ["https://page.example", "https://other.example"]
    app = create_app(database.model_copy(update={"cors_origins": origins}))
    with httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts") as client:
        yield client
    app.close()


def test_the_pages_that_may_read_it_can_be_named(restricted: httpx.Client) -> None:
    named = restricted.get("/v1/drugs/a", headers=PAGE)
    unnamed = restricted.get("/v1/drugs/a", headers={"Origin": "https://evil.example"})
    none = restricted.get("/v1/drugs/a")
    preflight = restricted.options(
        "/v1/drugs", headers=PREFLIGHT | {"Origin": "https://evil.example"}
    )

    assert named.headers["access-control-allow-origin"] == "https://page.example"
    for answer in (unnamed, none, preflight):
        assert "access-control-allow-origin" not in answer.headers
    for answer in (named, unnamed, none):
        assert answer.headers["vary"] == "Accept-Encoding, Origin"
    assert "evil" not in unnamed.text + str(unnamed.headers)
