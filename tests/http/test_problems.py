"""Errors: one shape from every origin, naming the thing and what would do."""

import base64
import json
import re
import socket
import sqlite3
import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.database.engines import write_engine
from app.database.migrating import newest_schema
from app.http.pages import _tag, listing_of
from app.http.problems import PROBLEMS, problem_of
from app.main import create_app
from app.settings import Settings
from tests.conformance import contract
from tests.conftest import AppTransport, Save
from tests.writing import drug


def problem(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "request_id", "errors"}
    assert (body["status"], body["type"]) == (status, f"/docs/problems#{slug}")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert str(body["detail"]).endswith(".")
    return body


def forged(release: str | None, total: object = 4) -> str:
    """A cursor of the warnings' list, but for its release."""
    tag = _tag(listing_of("/v1/warnings", {}, "id"), 4)
    mark = [release, tag, total, "baclofen-warning-dose-changes"]
    return base64.urlsafe_b64encode(json.dumps(mark).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "template", [t for t, _ in contract().reads() if "{" in t and "/fhir/" not in t]
)
def test_what_is_not_there_is_a_404_on_every_route(seeded: httpx.Client, template: str) -> None:
    asked = {"with": "baclofen"} if template.endswith("/interactions") else {}
    path = re.sub(r"{.*?}", "nothing", template)
    problem(seeded.get(path, params=asked), 404, "unknown-id")


@pytest.mark.parametrize("template", ["warnings", "trials", "indications", "mechanisms"])
@pytest.mark.parametrize("cursor", ["", f"&cursor={forged('2026')}", "&cursor=abc"])
def test_an_unknown_drug_is_a_404_as_a_filter_too(
    seeded: httpx.Client, template: str, cursor: str
) -> None:
    problem(seeded.get(f"/v1/{template}?drug=nothing{cursor}"), 404, "unknown-id")
    path = f"/v1/drugs/nothing/{template}?{cursor}".replace("?&", "?")
    problem(seeded.get(path), 404, "unknown-id")


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/v1/drugs/baclofin", "drug 'baclofin'"),
        ("/v1/drugs/Baclofen", "drug 'Baclofen'"),
        ("/v1/drugs/baclofin/warnings", "drug 'baclofin'"),
        ("/v1/warnings?drug=baclofin", "drug 'baclofin'"),
        ("/v1/warnings/nothing", "warning 'nothing'"),
        ("/v1/warnings/baclofen-indication-muscle-spasticity", "warning"),
        ("/v1/pharmacokinetics/nothing", "pharmacokinetics 'nothing'"),
        ("/v1/conditions/nothing", "condition 'nothing'"),
        ("/v1/sources/nothing", "source 'nothing'"),
    ],
)
def test_what_is_not_there_is_a_404_that_says_so(
    seeded: httpx.Client, path: str, named: str
) -> None:
    assert named in str(problem(seeded.get(path), 404, "unknown-id")["detail"])


@pytest.mark.parametrize("path", ["/v2/drugs", "/v1/drug", "/nothing", "/drugs/a/b/c"])
def test_a_path_that_leads_nowhere_is_a_404(seeded: httpx.Client, path: str) -> None:
    assert path in str(problem(seeded.get(path), 404, "not-found")["detail"])


@pytest.mark.parametrize(
    ("query", "parameter", "expected"),
    [
        ("limt=1", "limt", "There are: "),
        ("limit[]=1", "limit[]", "There are: "),
        ("limit=0", "limit", "whole number from 1 to 100"),
        ("limit=101", "limit", "whole number from 1 to 100"),
        ("limit=-1", "limit", "whole number from 1 to 100"),
        ("limit=+1", "limit", "whole number from 1 to 100"),
        ("limit=1.0", "limit", "whole number from 1 to 100"),
        ("limit=1_0", "limit", "whole number from 1 to 100"),
        ("limit=", "limit", "whole number from 1 to 100"),
        ("limit=9223372036854775808", "limit", "whole number from 1 to 100"),
        ("limit=1&limit=2", "limit", "more than once"),
        ("category=kidney", "category", "'renal'"),
        ("severity=", "severity", "'critical'"),
        ("boxed=perhaps", "boxed", "true or false"),
        ("sort=name", "sort", "'id' or '-id'"),
        ("cursor=abc", "cursor", "Is no cursor of this API"),
        ("cursor=", "cursor", "at least 1 character"),
        ("cursor=%C3%A9", "cursor", "text that matches"),
        ("cursor=W10", "cursor", "Is no cursor of this API"),
        (f"cursor={forged(chr(0xD800))}", "cursor", "Is no cursor of this API"),
        (f"cursor={forged('<b>')}", "cursor", "Is no cursor of this API"),
        (f"cursor={forged(None)}", "cursor", "Is no cursor of this API"),
        (f"cursor={forged('2026', -1)}", "cursor", "Belongs to another list"),
        (f"cursor={forged('2026', True)}", "cursor", "Belongs to another list"),
        (f"cursor={forged('2026', '4')}", "cursor", "Belongs to another list"),
        (f"cursor={forged('2026', 999)}", "cursor", "Belongs to another list"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named_with_what_would_do(
    seeded: httpx.Client, query: str, parameter: str, expected: str
) -> None:
    body = problem(seeded.get(f"/v1/warnings?{query}"), 422, "bad-parameter")

    [error] = body["errors"]
    assert error["parameter"] == parameter
    assert expected in error["detail"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/v1/drugs?identifier=H789N3FKE8", "identifier"),
        ("/v1/drugs?identifier=passport:1", "identifier"),
        ("/v1/drugs?q=%20", "q"),
        ("/v1/drugs/baclofen?include=side-effects", "include"),
        ("/v1/drugs/baclofen?includes=warnings", "includes"),
        ("/v1/warnings/baclofen-warning-withdrawal?limit=1", "limit"),
        ("/v1?x=1", "x"),
        ("/health/live?x=1", "x"),
    ],
)
def test_every_route_refuses_what_it_does_not_know(
    seeded: httpx.Client, path: str, parameter: str
) -> None:
    body = problem(seeded.get(path), 422, "bad-parameter")

    assert [e["parameter"] for e in body["errors"]] == [parameter]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writing_is_not_answered(seeded: httpx.Client, method: str) -> None:
    answer = seeded.request(method, "/v1/drugs/baclofen")

    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_what_takes_a_post_takes_no_other_writing(seeded: httpx.Client, method: str) -> None:
    answer = seeded.request(method, "/v1/resolve", json=["baclofen"])

    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert seeded.options("/v1/resolve").headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"", 400, "bad-request"),
        (b"[", 400, "bad-request"),
        (b"\xff", 400, "bad-request"),
        (b"{}", 422, "bad-parameter"),
        (b'"baclofen"', 422, "bad-parameter"),
        (b'["baclofen", 1]', 422, "bad-parameter"),
        (b'["baclofen", ""]', 422, "bad-parameter"),
        (b'["\\u0000"]', 422, "bad-parameter"),
        (b"[" + b'"a",' * 1000 + b'"a"]', 422, "bad-parameter"),
        (b"[" * 500_000, 400, "bad-request"),
        (b" " * 1_000_001, 413, "body-too-large"),
    ],
)
def test_a_body_that_is_no_list_of_names_is_refused(
    seeded: httpx.Client, body: bytes, status: int, slug: str
) -> None:
    assert len(problem(seeded.post("/v1/resolve", content=body), status, slug)["detail"]) < 2000


def test_a_database_without_a_release_says_so(client: httpx.Client) -> None:
    answer = client.get("/v1/drugs/baclofen/warnings")

    problem(answer, 503, "no-data")
    assert answer.headers["retry-after"] == "2"
    problem(client.get("/health/ready"), 503, "no-data")
    assert client.get("/health/live").json() == {"status": "ok"}


def test_a_schema_of_another_version_is_not_ready(
    app: FastAPI, client: httpx.Client, save: Save, database: Settings
) -> None:
    save(drug("a"))
    engine = write_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    assert "9999" in problem(client.get("/health/ready"), 503, "unavailable")["detail"]


def not_there(path: Path) -> None:
    """Leave it so."""


def not_a_database(path: Path) -> None:
    path.write_bytes(b"Dear reader, " * 1000)


def without_tables(path: Path) -> None:
    sqlite3.connect(path).close()


def locked(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE a (b)")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    return connection


@pytest.mark.slow
@pytest.mark.parametrize("harm", [not_there, not_a_database, without_tables, locked])
def test_a_database_file_that_cannot_be_read_is_a_503(
    tmp_path: Path, portal: anyio.from_thread.BlockingPortal, harm: Callable[[Path], Any]
) -> None:
    kept = harm(tmp_path / "some.db")
    before = [(path, path.stat().st_size) for path in tmp_path.iterdir()]

    unavailable(f"sqlite:///{tmp_path}/some.db", portal)

    assert [(path, path.stat().st_size) for path in tmp_path.iterdir()] == before
    if kept is not None:
        kept.close()


@pytest.mark.slow
def test_a_postgres_that_does_not_answer_is_a_503(
    tmp_path: Path, portal: anyio.from_thread.BlockingPortal, caplog: pytest.LogCaptureFixture
) -> None:
    unavailable(f"postgresql://medfacts@localhost/medfacts?host={tmp_path}", portal)
    logged = [each for each in caplog.records if vars(each).get("request_id") == "for-the-log"]
    assert logged
    assert all(each.getMessage().startswith("the database fails: ") for each in logged)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        unavailable(f"postgresql://medfacts@127.0.0.1:{port}/medfacts", portal)


def unavailable(database_url: str, portal: anyio.from_thread.BlockingPortal) -> None:
    """Hold an app to what it has to say when its database is away."""
    app = create_app(Settings(database_url=database_url))

    with httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts") as client:
        for path in ("/v1/drugs", "/health/ready"):
            begun = time.monotonic()
            answer = client.get(path, headers={"X-Request-Id": "for-the-log"})

            assert time.monotonic() - begun < 30
            detail = problem(answer, 503, "unavailable")["detail"]
            assert detail in (
                "The database does not answer. Please try again.",
                f"The database has schema none, and this version needs {newest_schema()}.",
            )
            assert answer.headers["retry-after"] == "2"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "medfacts@" not in answer.text
        assert client.get("/health/live").status_code == 200
        assert client.get("/openapi.json").status_code == 200
    app.close()


def test_a_bug_is_a_500_of_the_same_shape_and_the_next_request_is_answered(
    app: FastAPI, alone: httpx.Client, save: Save
) -> None:
    @app.get("/bug", include_in_schema=False)
    def bug() -> None:
        raise ZeroDivisionError("secret")

    save(drug("a"))
    answer = alone.get("/bug", headers={"Origin": "https://a.example"})

    detail = problem(answer, 500, "internal-error")["detail"]
    assert detail == "An unexpected error occurred. It has been written down."
    assert "secret" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert alone.get("/v1/drugs/a").status_code == 200


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_too_little_memory_is_a_503_and_the_next_request_is_answered(
    app: FastAPI, alone: httpx.Client, save: Save, error: Exception
) -> None:
    @app.get("/much", include_in_schema=False)
    def much() -> None:
        raise error

    save(drug("a"))
    answer = alone.get("/much")

    assert problem(answer, 503, "overloaded")["detail"].startswith("The server is short of memory")
    assert answer.headers["retry-after"] == "1"
    assert alone.get("/v1/drugs/a").status_code == 200


def test_the_docs_explain_every_kind_of_error(seeded: httpx.Client) -> None:
    for error in PROBLEMS:
        address = problem_of(error.for_docs(), "id").type
        page, anchor = address.split("#")
        explained = seeded.get(page).text.partition(f'id="{anchor}"')[2].partition("<h2")[0]

        assert str(error.status) in explained
        assert escape(error.meaning) in explained
