"""A seed is loaded whole or not at all, and the same facts keep the same ids."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import psycopg
import pytest
import sqlalchemy as sa
import yaml
from sqlmodel import SQLModel

from app.database.engines import read_engine, write_engine
from app.documents.records import UncitedError
from app.ingest.bulk_insert import Tables
from app.ingest.publishing.release_writer import Loaded
from app.ingest.seed.loading import load_seed, seed_files, seed_schema
from app.ingest.seed.yaml_files import UnusableFilesError
from app.models.fact import fact_kinds
from app.settings import ROOT, Settings
from tests.conftest import on_sqlite_alone, slow_on_postgres
from tests.ingest.loading import served
from tests.writing import CITE, drug, indication, warning, write_seed

SEED = ROOT / "seed"


def load(database: Settings, folder: Path) -> Loaded:
    engine = write_engine(database)
    try:
        return load_seed(engine, folder)
    finally:
        engine.dispose()


def contents(database: Settings) -> dict[str, list[str]]:
    """Every row of every table."""
    engine = read_engine(database)
    with engine.connect() as connection:
        rows = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in SQLModel.metadata.tables.values()
        }
    engine.dispose()
    return rows


def statements(database: Settings) -> dict[str, str]:
    """Every fact's statement by its id."""
    engine = read_engine(database)
    with engine.connect() as connection:
        facts = [
            json.loads(body)
            for (kind, _), body in served(connection).items()
            if kind in fact_kinds()
        ]
    engine.dispose()
    return {fact["id"]: fact["statement"] for fact in facts}


def releases(database: Settings) -> list[int]:
    """The numbers of the releases that a database has had."""
    engine = read_engine(database)
    with engine.connect() as connection:
        numbers = connection.execute(sa.text("SELECT number FROM release ORDER BY number"))
        found = list(numbers.scalars())
    engine.dispose()
    return found


def test_loading_the_seed_again_changes_nothing(database: Settings) -> None:
    first = load(database, SEED)
    before = contents(database)

    again = load(database, SEED)

    assert (first.new, again.new) == (True, False)
    assert (again.id, again.files, again.counts) == (first.id, first.files, first.counts)
    assert contents(database) == before
    assert releases(database) == [1]


def test_a_changed_file_makes_the_next_release_and_replaces_the_facts(
    database: Settings, tmp_path: Path
) -> None:
    write_seed(tmp_path, drug("hustanol", warning("drowsiness"), warning("driving")))
    first = load(database, tmp_path)
    write_seed(tmp_path, drug("hustanol", warning("driving", statement="Do not drive.")))

    second = load(database, tmp_path)

    assert (second.new, second.counts["warnings"]) == (True, 1)
    assert second.id != first.id
    assert releases(database) == [1, 2]
    assert statements(database) == {"hustanol-warning-driving": "Do not drive."}


@on_sqlite_alone
def test_a_file_more_or_less_is_a_change(database: Settings, tmp_path: Path) -> None:
    write_seed(tmp_path, drug("hustanol", warning("drowsiness")), drug("placebin"))
    load(database, tmp_path)
    (tmp_path / "drugs" / "placebin.yaml").unlink()

    second = load(database, tmp_path)

    assert (second.new, second.counts["drugs"]) == (True, 1)
    assert [file.name for file in second.files] == ["drugs/hustanol.yaml", "shared.yaml"]


@slow_on_postgres
def test_the_same_files_make_a_release_of_the_same_id_anywhere(
    database: Settings, tmp_path: Path
) -> None:
    write_seed(tmp_path / "here", drug("hustanol", warning("drowsiness")))
    write_seed(tmp_path / "other", drug("hustanol", warning("driving")))
    first = load(database, tmp_path / "here")
    load(database, tmp_path / "other")

    third = load(database, tmp_path / "here")

    assert (third.new, third.id) == (True, first.id)
    assert releases(database) == [1, 2, 3]


def test_a_load_that_breaks_off_at_its_last_table_leaves_the_old_release_whole(
    database: Settings, tmp_path: Path
) -> None:
    write_seed(tmp_path, drug("hustanol", warning("drowsiness")))
    load(database, tmp_path)
    before = contents(database)
    write_seed(tmp_path, drug("hustanol", warning("driving")))
    engine = write_engine(database)
    cut_off: list[str] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def cut(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("INSERT INTO release_file"):
            cut_off.append(statement)
            raise ConnectionResetError("The line is cut.")

    with pytest.raises(ConnectionResetError, match="cut"):
        load_seed(engine, tmp_path)
    engine.dispose()

    assert len(cut_off) == 1
    assert contents(database) == before


@pytest.mark.parametrize("wrong", ["a warning of no type", "an identifier twice"])
def test_a_row_that_the_database_refuses_leaves_the_old_release_whole(
    database: Settings, tmp_path: Path, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifiers = [{"system": "cas", "value": "50-00-0", "cite": CITE}]
    write_seed(tmp_path, drug("hustanol", warning("drowsiness"), identifiers=identifiers))
    load(database, tmp_path)
    before = contents(database)
    facts = [warning("driving", cite={"leaflet": "page 9"})]
    write_seed(tmp_path, drug("hustanol", *facts, identifiers=identifiers))
    add_row = Tables.add_row

    def add_badly(tables: Tables, table: sa.Table, row: tuple[Any, ...]) -> None:
        if table.name == "warning" and wrong == "a warning of no type":
            row = (row[0], "no-type", *row[2:])
        add_row(tables, table, row)
        if table.name == "drug_identifier" and wrong == "an identifier twice":
            add_row(tables, table, (row[0], 7, *row[2:]))

    monkeypatch.setattr(Tables, "add_row", add_badly)
    engine = write_engine(database)

    with pytest.raises((sa.exc.IntegrityError, sqlite3.IntegrityError, psycopg.IntegrityError)):
        load_seed(engine, tmp_path)
    engine.dispose()

    assert contents(database) == before


@slow_on_postgres
def test_what_cites_nothing_is_never_written(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_seed(tmp_path, drug("hustanol", warning("drowsiness")))
    load(database, tmp_path)
    before = contents(database)
    write_seed(tmp_path, drug("hustanol", warning("driving", cite={"leaflet": "page 9"})))
    monkeypatch.setattr("app.ingest.publishing.fact_writer.passages", lambda cite: [])
    engine = write_engine(database)

    with pytest.raises(UncitedError, match="hustanol-warning-driving cites nothing"):
        load_seed(engine, tmp_path)
    engine.dispose()

    assert contents(database) == before


@on_sqlite_alone
def test_a_second_drug_is_one_file(
    database: Settings, client: httpx.Client, tmp_path: Path
) -> None:
    folder = shutil.copytree(SEED, tmp_path / "seed")
    (folder / "drugs" / "hustanol.yaml").write_text(
        """
        reviewed: 2026-02-28
        sources:
          - {id: leaflet, title: A leaflet, url: https://leaflet.example/, licence: CC0 1.0}
        conditions:
          - {id: dry-cough, name: Dry cough}
        drug:
          id: hustanol
          name: hustanol
          names:
            - {name: hustanol, type: generic, cite: {leaflet: page 1}}
        indications:
          - key: dry-cough
            condition: dry-cough
            status: approved
            statement: Hustanol is used against a dry cough.
            certainty: stated
            cite: {leaflet: page 1}
        warnings:
          - key: drowsiness
            type: undesirable-effect
            category: dosing
            consequences: [drowsiness]
            statement: Hustanol may make drowsy.
            certainty: hedged
            cite: {leaflet: page 2}
        """
    )

    loaded = load(database, folder)

    assert (loaded.counts["drugs"], loaded.counts["warnings"]) == (2, 5)
    record = client.get("/v1/drugs/hustanol?include=warnings").json()
    assert (record["id"], record["names"][0]["name"]) == ("hustanol", "hustanol")
    [served] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    assert [served["id"]] == [w["id"] for w in record["warnings"]]
    assert {
        name: served[name] for name in ("id", "type", "statement", "certainty", "consequences")
    } == {
        "id": "hustanol-warning-drowsiness",
        "type": "undesirable-effect",
        "statement": "Hustanol may make drowsy.",
        "certainty": "hedged",
        "consequences": ["drowsiness"],
    }
    assert [(c["source"]["id"], c["locator"]) for c in served["citations"]] == [
        ("leaflet", "page 2")
    ]
    assert client.get("/v1/conditions/dry-cough").json()["name"] == "Dry cough"
    assert len(client.get("/v1/drugs/baclofen/warnings").json()["items"]) == 4


@on_sqlite_alone
def test_facts_keep_their_ids_in_another_order(database: Settings, tmp_path: Path) -> None:
    facts = [
        warning("drowsiness", statement="It makes drowsy."),
        warning("driving", statement="Do not drive."),
        indication("cough", statement="It helps."),
    ]
    write_seed(tmp_path, drug("hustanol", *facts), drug("another"))
    load(database, tmp_path)
    before = statements(database)
    write_seed(tmp_path, drug("hustanol", *reversed(facts)), drug("another"))

    second = load(database, tmp_path)

    assert second.new
    assert statements(database) == before
    assert before["hustanol-warning-drowsiness"] == "It makes drowsy."


@slow_on_postgres
def test_two_drugs_may_not_have_one_identifier(database: Settings, tmp_path: Path) -> None:
    identifiers = [{"system": "cas", "value": "50-00-0", "cite": CITE}]
    write_seed(
        tmp_path / "seed",
        drug("hustanol", identifiers=identifiers),
        drug("placebin", identifiers=identifiers),
    )

    with pytest.raises(UnusableFilesError) as refused:
        load(database, tmp_path / "seed")

    [problem] = refused.value.problems
    assert (problem.file, problem.field, problem.expected) == (
        "seed/drugs/placebin.yaml",
        "drug.identifiers[0].value",
        "cas 50-00-0 already identifies 'hustanol'.",
    )
    assert not any(contents(database).values())


@slow_on_postgres
def test_a_bad_file_keeps_the_good_ones_out_too(database: Settings, tmp_path: Path) -> None:
    write_seed(tmp_path, drug("hustanol", warning("drowsiness")))
    load(database, tmp_path)
    before = contents(database)
    write_seed(
        tmp_path,
        drug("hustanol", warning("driving")),
        drug("placebin", warning("none", certainty="sure")),
    )

    with pytest.raises(UnusableFilesError):
        load(database, tmp_path)

    assert contents(database) == before


@on_sqlite_alone
def test_nothing_is_written_to_an_empty_database_if_a_file_is_bad(
    database: Settings, tmp_path: Path
) -> None:
    write_seed(tmp_path, drug("hustanol", warning("drowsiness")), drug("placebin"))
    (tmp_path / "more.yaml").write_text("drug: 5\n")

    with pytest.raises(UnusableFilesError):
        load(database, tmp_path)

    assert not any(contents(database).values())


def test_the_editors_schema_is_current() -> None:
    assert (SEED / "schema.json").read_text(encoding="utf-8") == seed_schema()


class EditorLoader(yaml.SafeLoader):
    """Reads YAML as editors do, by YAML 1.2: a date is text, a whole number is a number."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, found) for tag, found in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [SEED / file.name for file in seed_files(SEED)], ids=lambda path: path.name
)
def test_the_editors_schema_finds_no_fault_with_the_seed(path: Path) -> None:
    schema = json.loads((SEED / "schema.json").read_text(encoding="utf-8"))
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=EditorLoader)

    jsonschema.Draft202012Validator.check_schema(schema)
    faults = jsonschema.Draft202012Validator(schema).iter_errors(content)

    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


def test_the_editors_schema_finds_a_misspelt_field_and_a_bad_value() -> None:
    schema = json.loads((SEED / "schema.json").read_text(encoding="utf-8"))
    content = drug("hustanol", warning("drowsiness", colour="red"), warning("x", type="danger"))

    faults = jsonschema.Draft202012Validator(schema).iter_errors(content)

    assert sorted(fault.json_path for fault in faults) == ["$.warnings[0]", "$.warnings[1].type"]
