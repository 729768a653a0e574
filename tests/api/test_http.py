"""What every response carries, and the same on either engine."""

from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from app.settings import Settings
from tests.conformance import contract
from tests.conftest import (
    AppTransport,
    Save,
    counted_queries,
    running,
    slow_on_postgres,
    without_cache,
)
from tests.examples import path_of
from tests.writing import brand, drug, indication, warning


def paths() -> list[str]:
    return [path_of(operation, template) for template, operation in contract().reads()]


@pytest.mark.parametrize(
    ("asked", "versioned"),
    [
        ("/drugs/baclofen/warnings", "/v1/drugs/baclofen/warnings"),
        ("/drugs?q=bac&limit=5", "/v1/drugs?limit=5&q=bac"),
        ("/releases/current", "/v1/releases/current"),
        ("/", "/v1"),
    ],
)
def test_a_path_without_the_version_is_that_of_v1(
    seeded: httpx.Client, asked: str, versioned: str
) -> None:
    answer, same = seeded.get(asked), seeded.get(versioned)

    assert answer.content == same.content
    assert answer.headers["content-location"] == versioned
    assert "content-location" not in same.headers


def test_every_response_says_its_release_and_its_request(seeded: httpx.Client) -> None:
    answer = seeded.get("/v1/drugs/baclofen", headers={"X-Request-Id": "mine-1"})

    assert answer.headers["data-release"] == seeded.get("/v1").json()["release"]["id"]
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    bad = seeded.get("/v1/drugs/baclofen", headers={"X-Request-Id": "<script>"})
    assert len(bad.headers["x-request-id"]) == 32


def test_options_says_what_may_be_asked(seeded: httpx.Client) -> None:
    for path in (
        "/",
        "/v1",
        "/v1/drugs",
        "/drugs/baclofen",
        "/health/live",
        "/docs",
        "/docs/start.js",
    ):
        answer = seeded.options(path)

        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert seeded.options("/nothing").status_code == 404


@slow_on_postgres
def test_the_host_header_is_never_reflected(seeded: httpx.Client) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    for path in [*paths(), "/v1/drugs/", "/docs", "/docs/", "/v1/drugs?limit=1"]:
        answer = seeded.get(path, headers=evil)
        assert "evil.example" not in answer.text + str(answer.headers)


def many(count: int) -> list[dict[str, Any]]:
    """Drugs with so many facts, names and citations each."""
    return [
        drug(
            name,
            *(warning(f"w{i}", cite={"leaflet": [f"page {i}", "page 99"]}) for i in range(count)),
            *(indication(f"c{i}") for i in range(count)),
            (
                "trials",
                {
                    "key": "t",
                    "statement": "A trial.",
                    "certainty": "stated",
                    "cite": {"leaflet": "page 1"},
                    "conditions": [f"c{i}" for i in range(count)],
                    "phases": ["PHASE1"],
                    "arms": [
                        {"id": f"arm{i}", "label": "Arm", "doses": [{"value": "1"}] * count}
                        for i in range(count)
                    ],
                    "outcomes": [
                        {
                            "measure": "m",
                            "statement": "s",
                            "certainty": "stated",
                            "cite": {"leaflet": f"page {i}"},
                            "results": [{"arm": "arm0", "value": "1"}] * count,
                        }
                        for i in range(count)
                    ],
                },
            ),
        )
        for name in ("a", "b")[: 1 if count == 1 else 2]
    ]


STATEMENTS = {
    "/v1": 1,
    "/v1/drugs/a": 1,
    "/v1/drugs/a?include=all": 1,
    "/v1/drugs/a/warnings": 1,
    "/v1/warnings?drug=a&limit=1": 1,
    "/v1/trials": 1,
    "/v1/warnings/a-warning-w0": 1,
    "/v1/releases/current": 1,
    "/v1/drugs?q=a": 2,  # what matches, and its documents
    "/v1/resolve?name=a&name=A&name=a%20tablet": 1,
    "/v1/resolve?identifier=cas:1": 1,
    "/v1/search?q=a&limit=1": 1,  # what is about the words
    "/v1/search?q=a&drug=a": 3,  # that the drug is there, and two kinds of hit
}
"""How many statements an answer takes, at most."""


@pytest.mark.slow
def test_an_answer_takes_few_statements_however_much_there_is(
    database: Settings, portal: BlockingPortal, save: Save
) -> None:
    """Of one drug with a fact of each kind, and of many."""
    with running(without_cache(database)) as app:
        client = httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts")
        for facts in (1, 9):
            save(*many(facts))
            client.get("/v1")  # the first answer of a release reads what all say of it
            for path, most in STATEMENTS.items():
                with counted_queries(app) as statements:
                    assert client.get(path).status_code == 200
                assert 1 <= len(statements) <= most, path


def test_a_brand_is_served_as_it_is_written(client: httpx.Client, save: Save) -> None:
    file = drug("a")
    file["drug"]["names"].append(brand("Ábrand <®>\u2028'\""))
    save(file)

    served = client.get("/v1/drugs/a").json()["names"]

    assert served[1]["name"] == "Ábrand <®>\u2028'\""
