"""A stored document is served as it was written, or not at all: bytes are changed behind its back.

What is lost, or altered in the tables beside the documents, `medfacts check` names.
"""

import logging
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx
import pytest
import sqlalchemy as sa

from app.database.engines import write_engine
from app.documents.compression import compress
from app.ingest.seed.loading import load_seed
from app.models.base import table_of
from app.models.source_record import SourceStatement
from app.settings import Settings
from tests.conftest import AppTransport, Save, running, slow_on_postgres
from tests.ingest.loading import label, labels, load
from tests.test_cli import change
from tests.writing import drug, indication, warning

DRUGS = (
    drug("hustanol", warning("drowsiness"), indication("cough")),
    drug("placebin", warning("thirst")),
)

DAMAGE: dict[str, tuple[str, list[str], list[str]]] = {
    "a body": (
        "UPDATE document SET body = (SELECT body FROM document WHERE id = "
        "'placebin-warning-thirst') WHERE id = 'hustanol-warning-drowsiness'",
        [
            "/v1/warnings/hustanol-warning-drowsiness",
            "/v1/warnings",
            "/v1/drugs/hustanol/warnings",
            "/v1/drugs/hustanol?include=warnings",
            "/v1/search?q=drowsiness",
        ],
        ["/v1/drugs/hustanol", "/v1/indications", "/v1/drugs/placebin/warnings", "/v1/drugs"],
    ),
    "a checksum": (
        "UPDATE document SET checksum = checksum + 1 WHERE id = 'hustanol'",
        [
            "/v1/drugs/hustanol",
            "/v1/drugs",
            "/v1/drugs/hustanol/warnings",
        ],
        ["/v1/drugs/placebin", "/v1/warnings"],
    ),
    "a record of another drug": (
        "UPDATE document SET drug_id = 'placebin' WHERE id = 'hustanol-warning-drowsiness'",
        ["/v1/drugs/placebin?include=warnings", "/v1/warnings/hustanol-warning-drowsiness"],
        ["/v1/drugs/hustanol", "/v1/drugs/placebin", "/v1/indications"],
    ),
    "a record by another's id": (
        "UPDATE document SET id = 'hustanol-warning-drowsinesz' "
        "WHERE id = 'hustanol-warning-drowsiness'",
        ["/v1/warnings/hustanol-warning-drowsinesz"],
        ["/v1/drugs/placebin/warnings"],
    ),
    "what the release counts": (
        'UPDATE release SET counts = \'{"drugs": 1, "warnings": 1}\'',
        ["/v1/warnings", "/v1/drugs", "/v1"],
        ["/health/live"],
    ),
    "the release's id": (
        "UPDATE release SET id = '2026-01-31-000000000000'",
        ["/v1", "/v1/drugs/hustanol", "/v1/warnings", "/health/ready"],
        ["/health/live"],
    ),
}


@slow_on_postgres
@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE source_statement SET body = substr(body, 2)"],
        ["DELETE FROM record_statement WHERE position = 1"],
        [
            f"UPDATE record_statement SET position = {to}"
            for to in ("position + 10", "11 - position")
        ],
        ["UPDATE record_statement SET digest = (SELECT min(digest) FROM source_statement)"],
        *([compress(body)] for body in (b"[]", b"{}", b'{"section":{}}', b"no JSON", b"\xff")),
    ],
)
def test_the_text_of_a_label_that_is_not_what_was_written_is_a_503(
    alone: httpx.Client, database: Settings, statements: list[Any]
) -> None:
    made = label("s1", "HUSTANOL", warnings="Careful.", indications_and_usage="For coughs.")
    load(database, "openfda-label", labels(made))
    assert alone.get("/v1/labels/s1?include=text&fields=sections").status_code == 200
    if isinstance(statements[0], bytes):
        engine = write_engine(database)
        with engine.begin() as connection:
            connection.execute(sa.update(table_of(SourceStatement)).values(body=statements[0]))
        engine.dispose()
    else:
        change(database, *statements)

    answer = alone.get("/v1/labels/s1?include=text")

    assert (answer.status_code, answer.json()["type"]) == (503, "/docs/problems#damaged")
    assert alone.get("/v1/labels/s1").status_code == 200


@slow_on_postgres
@pytest.mark.parametrize("what", DAMAGE)
def test_what_is_not_what_was_written_is_a_503_and_the_rest_is_served(
    what: str,
    alone: httpx.Client,
    database: Settings,
    save: Save,
    caplog: pytest.LogCaptureFixture,
) -> None:
    statement, refused, served = DAMAGE[what]
    save(*DRUGS)
    truth = {path: alone.get(path).content for path in served}
    change(database, statement)

    caplog.clear()
    for path in refused * 2:  # the second answer comes from no cache
        answer = alone.get(path, headers={"X-Request-Id": "who-asked"})
        assert (answer.status_code, answer.json()["type"]) == (503, "/docs/problems#damaged"), path
        assert answer.headers["retry-after"] == "60"
    reported = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    # Of a release the cache is told too, which asks which one is served, on a pool of its own.
    assert 1 <= len(reported) <= (2 if "release" in what else 1)
    assert {vars(record)["request_id"] for record in reported} <= {"who-asked", None}
    for path in served:
        answer = alone.get(path)
        assert (answer.status_code, answer.content) == (200, truth[path]), path


def test_an_old_release_is_never_taken_for_the_newest(
    alone: httpx.Client, database: Settings, save: Save
) -> None:
    save(DRUGS[0])
    save(*DRUGS)
    change(database, "DELETE FROM release_file", "UPDATE release SET number = 9 WHERE number = 1")

    assert alone.get("/v1/drugs").status_code == 503


RECORDS = {
    ("drugs", "baclofen"): "/v1/drugs/baclofen",
    ("warnings", "baclofen-warning-withdrawal"): "/v1/warnings/baclofen-warning-withdrawal",
    ("conditions", "muscle-spasticity"): "/v1/conditions/muscle-spasticity",
    ("sources", "what-is-baclofen"): "/v1/sources/what-is-baclofen",
}


@pytest.fixture(scope="module")
def seeded_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the project's own seed, and no log beside it."""
    path = tmp_path_factory.mktemp("whole") / "medfacts.db"
    path.write_bytes(sqlite_template.read_bytes())
    settings = Settings(database_url=f"sqlite:///{path}")
    engine = write_engine(settings)
    load_seed(engine, settings.seed_dir)
    engine.dispose()
    return path


Ask = Callable[..., dict[str, tuple[int, bytes]]]


@pytest.fixture
def asked_of_file(tmp_path: Path, portal: anyio.from_thread.BlockingPortal) -> Iterator[Ask]:
    """Puts bytes in the place of a file that is served, and says what is answered then."""
    path = tmp_path / "medfacts.db"
    with running(Settings(database_url=f"sqlite:///{path}", cache_bytes=0)) as app:
        transport = AppTransport(app, portal)
        with httpx.Client(transport=transport, base_url="http://medfacts") as client:

            def ask(content: bytes, *paths: str) -> dict[str, tuple[int, bytes]]:
                new = tmp_path / "new"
                new.write_bytes(content)
                os.replace(new, path)
                headers = {"X-Request-Id": "same"}
                answers = {each: client.get(each, headers=headers) for each in paths}
                return {each: (a.status_code, a.content) for each, a in answers.items()}

            yield ask


@pytest.mark.parametrize("key", RECORDS)
def test_one_altered_byte_in_a_document_is_a_503_for_it(
    seeded_file: Path, asked_of_file: Ask, key: tuple[str, str]
) -> None:
    content, chance = seeded_file.read_bytes(), random.Random(20260131)
    with sqlite3.connect(seeded_file) as connection:
        of = "SELECT body FROM document WHERE kind = ? AND id = ?"
        [[body]] = connection.execute(of, key)
    connection.close()
    assert body[:1000] in content  # what is longer goes on in another page
    begin = content.index(body[:1000])
    for place in chance.sample(range(min(1000, len(body))), 20):
        changed = bytearray(content)
        changed[begin + place] ^= 1 << chance.randrange(8)

        [(status, _)] = asked_of_file(bytes(changed), RECORDS[key]).values()

        assert status == 503, place


@pytest.mark.slow
def test_no_byte_of_a_file_that_changes_is_served_as_a_fact(
    seeded_file: Path, asked_of_file: Ask
) -> None:
    """Wherever it is; a record that is not found any more is a 404."""
    content, chance = seeded_file.read_bytes(), random.Random(20260131)
    truth = asked_of_file(content, *RECORDS.values())
    refused = 0
    for turn in range(60):
        changed = bytearray(content)
        page = chance.choice(pages_of(seeded_file, "document"))
        if turn % 20 == 19:
            changed[page : page + 4096] = chance.randbytes(4096)
        else:
            used = [place for place in range(page, page + 4096) if content[place]]
            changed[chance.choice(used)] ^= 1 << chance.randrange(8)
        for path, answer in asked_of_file(bytes(changed), *RECORDS.values()).items():
            if answer != truth[path]:
                assert answer[0] in (503, 404), (path, page, answer)
                refused += 1

    assert refused > 10


TYPED = {
    "document": ("kind", "id", "drug_id", "body", "checksum"),
    "release": ("id", "loaded_at", "counts", "checksum", "document_version"),
}
VALUES = ("NULL", "7", "1.5", "'x'", "x'00ff'", "CAST({0} AS BLOB)")


@pytest.mark.slow
@pytest.mark.parametrize("table", TYPED)
def test_a_value_of_any_type_in_any_column_is_the_truth_or_an_error(
    table: str, seeded_file: Path, asked_of_file: Ask, tmp_path: Path
) -> None:
    content, path = seeded_file.read_bytes(), tmp_path / "changed.db"
    truth = asked_of_file(content, *RECORDS.values())
    refused = 0
    for column, value in product(TYPED[table], VALUES):
        path.write_bytes(content)
        put_into_all(path, table, f'"{column}" = {value.format(column)}')
        for asked, answer in asked_of_file(path.read_bytes(), *RECORDS.values()).items():
            if answer != truth[asked]:
                assert answer[0] in (503, 404), (column, value, asked, answer)
                refused += 1

    assert refused > 5


def put_into_all(path: Path, table: str, change: str) -> None:
    """Change a column of all rows of a table, whatever its constraints say."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA writable_schema = on")
        of_it = "SET sql = replace(sql, ' NOT NULL', '') WHERE name = ?"
        connection.execute(f"UPDATE sqlite_schema {of_it}", (table,))
    connection.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = on")
        connection.execute(f"UPDATE OR IGNORE {table} SET {change}")
    connection.close()


def pages_of(path: Path, table: str) -> list[int]:
    """Where the pages of a table begin."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ?", (table,)).fetchall()
    connection.close()
    return [(number - 1) * 4096 for (number,) in rows]
