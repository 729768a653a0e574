"""What is stored is served as it was written, or not at all: bytes are changed behind its back."""

import itertools
import logging
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio.from_thread
import httpx
import pytest

from app.database.engines import write_engine
from app.ingest.integrity import faults_of
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from tests.conftest import AppTransport, Save, running, without_cache
from tests.test_cli import change
from tests.writing import drug, indication, warning

CAS = {"system": "cas", "value": "50-00-0", "cite": {"leaflet": "page 1"}}
DRUGS = (
    drug("hustanol", warning("drowsiness"), indication("cough"), identifiers=[CAS]),
    drug("placebin", warning("thirst")),
)

Asked = tuple[str, int]


def put(text: str, instead: str) -> str:
    return f"UPDATE document SET body = replace(body, '{text}', '{instead}')"


DAMAGE: dict[str, tuple[str, list[str], list[str]]] = {
    "a text": (
        put("drowsiness.", "wakefulness.") + " WHERE kind = 'warnings'",
        [
            "/v1/warnings/hustanol-warning-drowsiness",
            "/v1/warnings",
            "/v1/drugs/hustanol/warnings",
            "/v1/drugs/hustanol?include=warnings",
            "/v1/search?q=drowsiness",
        ],
        ["/v1/drugs/hustanol", "/v1/indications", "/v1/drugs/placebin/warnings", "/v1/drugs"],
    ),
    "a text and its digest's first letters": (
        "UPDATE document SET digest = '0000' || substr(digest, 5) WHERE id = 'hustanol'",
        [
            "/v1/drugs/hustanol",
            "/v1/drugs",
            "/v1/drugs/hustanol/warnings",
            "/v1/resolve?name=hustanol",
        ],
        ["/v1/drugs/placebin", "/v1/warnings"],
    ),
    "a record that is gone": (
        "DELETE FROM document WHERE id = 'hustanol-warning-drowsiness'",
        [
            "/v1/warnings/hustanol-warning-drowsiness",
            "/v1/drugs/hustanol/warnings",
            "/v1/drugs/hustanol?include=all",
            "/v1/warnings",
            "/v1/search?q=drowsiness",
        ],
        ["/v1/drugs/hustanol", "/v1/drugs/placebin?include=all"],
    ),
    "a drug's record that is gone": (
        "DELETE FROM document WHERE kind = 'drugs' AND id = 'hustanol'",
        [
            "/v1/drugs/hustanol",
            "/v1/drugs/hustanol/warnings",
            "/v1/drugs",
            "/v1/warnings?drug=hustanol",
        ],
        ["/v1/drugs/placebin", "/v1/warnings"],
    ),
    "a record of another drug": (
        "UPDATE document SET drug_id = 'placebin' WHERE id = 'hustanol-warning-drowsiness'",
        ["/v1/drugs/hustanol?include=warnings", "/v1/drugs/placebin?include=warnings"],
        ["/v1/drugs/hustanol", "/v1/drugs/placebin", "/v1/indications"],
    ),
    "a record by another's id": (
        "UPDATE document SET id = 'hustanol-warning-drowsinesz' "
        "WHERE id = 'hustanol-warning-drowsiness'",
        ["/v1/warnings/hustanol-warning-drowsinesz", "/v1/warnings/hustanol-warning-drowsiness"],
        ["/v1/drugs/placebin/warnings"],
    ),
    "a fact that lists do not find": (
        "DELETE FROM warning WHERE id = 'hustanol-warning-drowsiness'",
        ["/v1/warnings"],
        ["/v1/drugs/hustanol?include=all", "/v1/drugs/placebin/warnings"],
    ),
    "a fact that lists find for another drug": (
        "UPDATE fact SET drug_id = 'placebin' WHERE id = 'hustanol-warning-drowsiness'",
        ["/v1/drugs/hustanol/warnings", "/v1/drugs/placebin/warnings"],
        ["/v1/warnings", "/v1/drugs/placebin?include=all"],
    ),
    "a name of another drug": (
        "UPDATE searched_name SET drug_id = 'placebin', position = 7 WHERE key = 'hustanol'",
        ["/v1/resolve?name=hustanol", "/v1/drugs?q=hustanol"],
        ["/v1/resolve?name=placebin"],
    ),
    "a name that is looked up by another": (
        "UPDATE searched_name SET key = 'hustamol' WHERE key = 'hustanol'",
        ["/v1/resolve?name=hustamol"],
        ["/v1/resolve?name=placebin"],
    ),
    "an identifier of another drug": (
        "UPDATE drug_identifier SET drug_id = 'placebin' WHERE value = '50-00-0'",
        ["/v1/resolve?identifier=cas:50-00-0"],
        ["/v1/drugs/hustanol"],
    ),
    "what the release counts": (
        'UPDATE release SET counts = \'{"drugs": 1, "warnings": 1}\'',
        ["/v1/warnings", "/v1/drugs"],
        ["/v1/drugs/hustanol?include=all", "/v1/drugs/hustanol/warnings"],
    ),
    "the release's id": (
        "UPDATE release SET id = '2026-01-31-000000000000'",
        ["/v1", "/v1/drugs/hustanol", "/v1/warnings", "/health/ready"],
        ["/health/live"],
    ),
}


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

    for path in refused * 2:  # the second answer comes from no cache
        caplog.clear()
        answer = alone.get(path, headers={"X-Request-Id": "who-asked"})
        assert (answer.status_code, answer.json()["type"]) == (503, "/docs/problems#damaged"), path
        assert answer.headers["retry-after"] == "60"
        assert "who-asked" in caplog.text
        assert caplog.records[-1].levelno == logging.CRITICAL
    for path in served:
        answer = alone.get(path)
        assert (answer.status_code, answer.content) == (200, truth[path]), path
    assert faults_in(database) != []


def test_an_old_release_is_never_taken_for_the_newest(
    alone: httpx.Client, database: Settings, save: Save
) -> None:
    save(DRUGS[0])
    save(*DRUGS)
    change(database, "DELETE FROM release_file", "UPDATE release SET number = 9 WHERE number = 1")

    assert alone.get("/v1/drugs").status_code == 503


def test_an_import_does_not_seal_what_was_lost_before_it(database: Settings, save: Save) -> None:
    save(*DRUGS)
    change(database, "DELETE FROM document WHERE id = 'hustanol-warning-drowsiness'")
    save(*DRUGS, drug("novum", warning("rash")))

    assert any("their sum differs" in fault for fault in faults_in(database))


def test_imports_keep_the_sum_up(database: Settings, save: Save) -> None:
    save(*DRUGS)
    save(DRUGS[1], drug("novum", warning("rash"), indication("cough")))
    save(drug("novum", warning("thirst")))

    assert faults_in(database) == []


def faults_in(database: Settings) -> list[str]:
    engine = write_engine(database)
    try:
        with engine.connect() as connection:
            return faults_of(connection)
    finally:
        engine.dispose()


HELD = (
    "/v1",
    "/v1/drugs",
    "/v1/drugs/baclofen",
    "/v1/drugs/baclofen?include=all",
    "/v1/drugs/baclofen/warnings",
    "/v1/indications?drug=baclofen",
    "/v1/trials",
    "/v1/warnings/baclofen-warning-withdrawal",
    "/v1/conditions",
    "/v1/sources",
    "/v1/releases/current",
    "/v1/drugs/no-such-drug",
)
"""Paths whose answers no single byte may change, wherever in the file it is."""


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


@pytest.fixture
def asked_of_file(
    tmp_path: Path, portal: anyio.from_thread.BlockingPortal
) -> Iterator[Callable[..., dict[str, tuple[int, bytes]]]]:
    """Puts bytes in the place of a file that is served, and says what is answered then."""
    path = tmp_path / "medfacts.db"
    with running(without_cache(Settings(database_url=f"sqlite:///{path}"))) as app:
        transport = AppTransport(app, portal)
        with httpx.Client(transport=transport, base_url="http://medfacts") as client:

            def ask(content: bytes, paths: tuple[str, ...] = HELD) -> dict[str, tuple[int, bytes]]:
                new = tmp_path / "new"
                new.write_bytes(content)
                os.replace(new, path)
                headers = {"X-Request-Id": "same"}
                answers = {each: client.get(each, headers=headers) for each in paths}
                return {each: (a.status_code, a.content) for each, a in answers.items()}

            yield ask


@pytest.mark.parametrize("of", ["document", "any"])
def test_no_byte_of_a_file_that_changes_is_served_as_a_fact(
    seeded_file: Path, asked_of_file: Callable[[bytes], dict[str, tuple[int, bytes]]], of: str
) -> None:
    whole, chance = seeded_file.read_bytes(), random.Random(20260131)
    pages = pages_of(seeded_file, of)
    truth = asked_of_file(whole)
    assert {status for status, _ in truth.values()} == {200, 404}
    refused = 0
    for turn in range(200):
        changed = bytearray(whole)
        page = chance.choice(pages)
        if turn % 20 == 19:
            changed[page : page + 4096] = chance.randbytes(4096)
        else:
            used = [place for place in range(page, page + 4096) if whole[place]]
            changed[chance.choice(used)] ^= 1 << chance.randrange(8)
        for path, answer in asked_of_file(bytes(changed)).items():
            if answer != truth[path]:
                assert answer[0] == 503, (path, page, answer)
                refused += 1

    assert refused > 50


@pytest.mark.parametrize(
    "change", ["loaded_at = CAST(loaded_at AS BLOB)", "loaded_at = 5", "counts = 7", "seal = 1.5"]
)
def test_a_value_of_another_type_is_told_and_served_by_nobody(
    seeded_file: Path,
    asked_of_file: Callable[[bytes], dict[str, tuple[int, bytes]]],
    tmp_path: Path,
    change: str,
) -> None:
    truth = asked_of_file(seeded_file.read_bytes())
    path = tmp_path / "changed.db"
    path.write_bytes(seeded_file.read_bytes())
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE release SET {change}")
    connection.close()

    answers = asked_of_file(path.read_bytes())

    assert all(answer[0] == 503 or answer == truth[path] for path, answer in answers.items())
    assert 503 in {status for status, _ in answers.values()}
    told = faults_in(Settings(database_url=f"sqlite:///{path}"))
    assert any("release" in fault for fault in told)


FINDING = (
    "/v1/drugs",
    "/v1/drugs?q=aclof",
    "/v1/drugs?q=baclofin",
    "/v1/drugs?q=ba&sort=name",
    "/v1/drugs/baclofen?include=all",
    "/v1/drugs/baclofen/warnings",
    "/v1/warnings?limit=3",
    "/v1/resolve?name=BACLOFEN%2010%20MG%20TABLET",
    "/v1/resolve?name=baclofin",
    "/v1/search?q=spast",
    "/v1/releases/current",
)
"""Paths that read what the values of every type are put into."""

TYPED = {
    "drug": ("id", "name", "folded_name"),
    "searched_name": ("drug_id", "key", "rank", "name", "type", "position"),
    "document": ("kind", "id", "drug_id", "body", "digest", "number"),
    "release": ("id", "loaded_at", "counts", "seal", "rendered_by"),
    "fact": ("id", "drug_id"),
    "warning": ("id",),
}
VALUES = ("NULL", "7", "1.5", "'x'", "x'00ff'", "CAST({0} AS BLOB)")


@pytest.mark.parametrize("table", TYPED)
def test_a_value_of_any_type_in_any_column_is_the_truth_or_a_503(
    table: str,
    seeded_file: Path,
    asked_of_file: Callable[..., dict[str, tuple[int, bytes]]],
    tmp_path: Path,
) -> None:
    whole, path = seeded_file.read_bytes(), tmp_path / "changed.db"
    truth = asked_of_file(whole, FINDING)
    refused = 0
    for column, value in itertools.product(TYPED[table], VALUES):
        path.write_bytes(whole)
        put_into_all(path, table, f'"{column}" = {value.format(column)}')
        for asked, answer in asked_of_file(path.read_bytes(), FINDING).items():
            assert answer[0] == 503 or answer == truth[asked], (column, value, asked, answer)
            refused += answer[0] == 503

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


def pages_of(path: Path, of: str) -> list[int]:
    """Where the pages of a table and its indexes begin; or of all that are in one."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, pageno FROM dbstat").fetchall()
    connection.close()
    return [(number - 1) * 4096 for name, number in rows if of in ("any", name)]


def test_check_goes_on_where_a_file_cannot_be_read(seeded_file: Path, tmp_path: Path) -> None:
    path, chance = tmp_path / "medfacts.db", random.Random(7)
    whole, pages = seeded_file.read_bytes(), pages_of(seeded_file, "document")
    for _ in range(5):
        changed = bytearray(whole)
        page = chance.choice(pages)
        changed[page : page + 4096] = chance.randbytes(4096)
        path.write_bytes(changed)

        faults = faults_in(Settings(database_url=f"sqlite:///{path}"))

        assert any(
            fault.startswith("SQLite says: ") or "cannot be read" in fault for fault in faults
        )
        assert all(fault.endswith(".") and "\n" not in fault for fault in faults)
