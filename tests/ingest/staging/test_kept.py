"""What is kept of sources is held to its seals before anything is made of it."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine.interfaces import ReflectedColumn

from app.database.engines import migration_engine, table_of
from app.database.migrating import migrate
from app.ingest.importing import import_files
from app.ingest.publishing.rebuilding import renew_documents
from app.ingest.staging.kept import PARTS, SEALED, AlteredError, faults_of_kept, hold_kept
from app.ingest.staging.seals import content_number, content_of
from app.models.source_record import ImportedStatement
from app.settings import ROOT, Settings
from tests.conftest import Save
from tests.ingest.loading import (
    Given,
    approvals,
    counted,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    reading,
    releases,
    served_in,
    studies,
    study,
    vocabulary,
    writing,
)
from tests.test_cli import change
from tests.writing import drug, indication, warning

KEPT = [table_of(model).name for model in (*SEALED, *PARTS.values())]

A_LABEL = label("a1", "HUSTANOL", boxed_warning="Beware of drowsiness.")
ANOTHER_STUDY = study(2, "Hustanol", "Hustanol and Placebin", conditions=("Cough",))


@pytest.fixture
def loaded(database: Settings, save: Save) -> Settings:
    """A seed and a file of every source, of drugs that they share."""
    save(drug("hustanol", warning("drowsiness"), indication("cough")))
    every = {
        "drugbank-vocabulary": vocabulary(drugbank(2, "Placebin", unii="PPPPPPPPP1")),
        "gtopdb": guide([ligand(7, "hustanol")], [interaction(7, "GABA receptor", "Agonist")]),
        "drugs-at-fda": approvals(("NDA000001", "HUSTABIN", "HUSTANOL; PLACEBIN", "1999-01-01")),
        "openfda-label": labels(A_LABEL),
        "clinicaltrials": studies(study(1, "Hustanol", conditions=("Cough",))),
    }
    with writing(database) as engine:
        for source, files in every.items():
            import_files(engine, source, list(files))
    return database


@pytest.fixture
def meddling(loaded: Settings) -> Iterator[sa.Connection]:
    """A connection whose changes nothing holds to the keys, and which are taken back."""
    engine = migration_engine(loaded)
    with engine.connect() as connection:
        if engine.name == "postgresql":
            connection.execute(sa.text("SET session_replication_role = replica"))
        yield connection
        connection.rollback()
    engine.dispose()


def altered(column: ReflectedColumn) -> str:
    """Another value of a column, as SQL."""
    name, type_ = column["name"], column["type"]
    if isinstance(type_, sa.Boolean):
        return f"NOT {name}"
    if isinstance(type_, sa.Integer):
        return f"{name} + 7"
    if isinstance(type_, sa.JSON):
        return '\'{"x": "y"}\''
    return f"coalesce({name}, '') || 'x'"


def test_no_column_of_what_is_kept_can_change_unseen(meddling: sa.Connection) -> None:
    columns = [
        (table, column) for table in KEPT for column in sa.inspect(meddling).get_columns(table)
    ]
    assert len(columns) == 48
    assert list(faults_of_kept(meddling)) == []

    for table, column in columns:
        with meddling.begin_nested() as change_:
            key = sa.inspect(meddling).get_pk_constraint(table)["constrained_columns"]
            one = f"SELECT min({key[0]}) FROM {table}"
            changed = meddling.execute(
                sa.text(
                    f"UPDATE {table} SET {column['name']} = {altered(column)} "
                    f"WHERE {key[0]} = ({one})"
                )
            )
            assert changed.rowcount > 0
            assert list(faults_of_kept(meddling)) != [], (table, column["name"])
            with pytest.raises(AlteredError, match="Nothing was changed"):
                hold_kept(meddling)
            change_.rollback()


def test_no_row_of_what_is_kept_can_go_unseen(meddling: sa.Connection) -> None:
    rows = 0
    for table in KEPT:
        inspector = sa.inspect(meddling)
        key = ", ".join(inspector.get_pk_constraint(table)["constrained_columns"])
        for row in meddling.execute(sa.text(f"SELECT {key} FROM {table}")).all():
            rows += 1
            where = " AND ".join(f"{name} = :{name}" for name in row._fields)
            with meddling.begin_nested() as change_:
                meddling.execute(sa.text(f"DELETE FROM {table} WHERE {where}"), dict(row._mapping))
                assert list(faults_of_kept(meddling)) != [], (table, row)
                change_.rollback()
    assert rows > 30


IN_KEPT = {
    "a statement": "UPDATE imported_statement SET body = replace(body, 'drowsiness', 'happiness')",
    "which drug it is": "UPDATE imported_substance SET drug_id = 'placebin' WHERE source_id = "
    "'openfda-label'",
    "a seal": "UPDATE imported_statement SET seal = ''",
}


@pytest.mark.parametrize("what", IN_KEPT)
def test_nothing_is_made_of_what_has_changed(what: str, loaded: Settings) -> None:
    before = served_in(loaded)
    change(loaded, IN_KEPT[what])

    with writing(loaded) as engine:
        with pytest.raises(AlteredError, match="does not match its seal"):
            import_files(engine, "clinicaltrials", list(studies(ANOTHER_STUDY)))
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE release SET rendered_by = 'another'"))
        with pytest.raises(AlteredError, match="does not match its seal"):
            renew_documents(engine)
        assert any("does not match its seal" in fault for fault in faults_in(engine))
    assert served_in(loaded) == before


MADE = {
    "a statement": "UPDATE fact SET statement = 'Happiness.'",
    "a drug's name": "UPDATE drug SET name = 'bustanol' WHERE id = 'hustanol'",
    "a condition's name": "UPDATE condition SET name = 'Laughter'",
    "a target's name": "UPDATE target SET name = 'GAGA receptor'",
    "a source's title": "UPDATE source SET title = 'A lullaby' WHERE id = 'leaflet'",
    "where it stands": "UPDATE citation SET locator = 'page 2'",
    "how severe": "UPDATE warning SET type = 'contraindication'",
    "facts that are gone": "DELETE FROM fact WHERE kind = 'warnings'",
    "documents": "UPDATE document SET body = '{}'",
}


def test_migrating_makes_everything_of_what_is_kept(loaded: Settings) -> None:
    before = served_in(loaded)
    for what, damage in MADE.items():
        change(loaded, damage, "UPDATE release SET rendered_by = 'another'")

        with writing(loaded) as engine:
            assert faults_in(engine) != [], what
            assert renew_documents(engine)
            assert faults_in(engine) == [], what
            assert not renew_documents(engine)

        assert served_in(loaded) == before, what


def test_migrating_counts_what_it_makes_in_the_releases_record_too(loaded: Settings) -> None:
    """As another version of the program may make more of what is kept, or less."""
    before = served_in(loaded), released(loaded)
    change(loaded, """UPDATE release SET rendered_by = 'another', counts = '{"drugs": 7}'""")

    with writing(loaded) as engine:
        assert renew_documents(engine)
        assert faults_in(engine) == []

    assert (served_in(loaded), released(loaded)) == before


def released(database: Settings) -> list[str]:
    """The releases as they are served."""
    with reading(database) as connection:
        bodies = "SELECT body FROM document WHERE kind = 'releases' ORDER BY id DESC LIMIT 1"
        return list(connection.execute(sa.text(bodies)).scalars())


@pytest.mark.parametrize("what", [name for name in MADE if "'s " in name])
def test_an_import_takes_nothing_from_what_was_made_before(what: str, loaded: Settings) -> None:
    """It has it right, or refuses: where it makes something anew that shows it."""
    imports: dict[str, list[Given]] = {
        "clinicaltrials": studies(study(3, "Hustanol"), date="2024-03-01"),
        "openfda-label": labels(label("a2", "HUSTANOL", warnings="Yawning."), updated="2024-03-02"),
        "gtopdb": guide(
            [ligand(7, "hustanol")],
            [interaction(7, target, "Agonist") for target in ("GABA receptor", "Another")],
            published="2024-03-03",
        ),
    }
    change(loaded, MADE[what])

    for source, files in imports.items():
        with writing(loaded) as engine:
            if (what, source) == ("a drug's name", "clinicaltrials"):
                with pytest.raises(AlteredError, match="what is known of 'hustanol' was altered"):
                    import_files(engine, source, files)
            else:
                import_files(engine, source, files)
        for wrong in ("bustanol", "Laughter", "GAGA", "lullaby"):
            assert not any(wrong in body for body in served_in(loaded).values())


def test_a_name_by_which_drugs_are_found_is_held_to_be_what_it_was(loaded: Settings) -> None:
    change(loaded, "UPDATE drug_name SET folded_name = 'bustanol' WHERE drug_id = 'placebin'")

    with writing(loaded) as engine, pytest.raises(AlteredError, match="'Placebin', was altered"):
        import_files(engine, "clinicaltrials", list(studies(ANOTHER_STUDY)))


def test_what_was_kept_before_there_were_seals_is_sealed_and_made_anew(loaded: Settings) -> None:
    before = served_in(loaded)
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["settings"] = loaded
    command.downgrade(config, "0005")
    migrate(loaded)
    change(loaded, "UPDATE release SET rendered_by = 'another'")

    with writing(loaded) as engine:
        assert renew_documents(engine)
        assert faults_in(engine) == []

    assert served_in(loaded) == before
    load(loaded, "clinicaltrials", studies(ANOTHER_STUDY))
    assert len(releases(loaded)) == 7


LEARNT_SINCE = (
    "study_type",
    "observational_model",
    "time_perspective",
    "start_date_type",
    "completion_date_type",
    "first_posted_type",
)
"""What the program did not read of a study before schema 0008; of an outcome, see below."""


def make_of_before(database: Settings, nct_id: str) -> None:
    """Have the one study be kept as a program of before kept it: fewer fields, another digest."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["settings"] = database
    command.downgrade(config, "0005")
    statement = table_of(ImportedStatement)
    engine = migration_engine(database)
    with engine.begin() as connection:
        [text] = connection.execute(sa.select(statement.c.body)).scalars()
        body = json.loads(text)
        for name in LEARNT_SINCE:
            del body[name]
        for outcome in body["outcomes"]:
            del outcome["type_units_analyzed"]
            for result in outcome["results"]:
                del result["units_analyzed"]
        connection.execute(
            sa.text("UPDATE imported_statement SET body = :body, digest = 'of before'"),
            {"body": json.dumps(body)},
        )
        connection.execute(sa.text("UPDATE imported_record_statement SET digest = 'of before'"))
        connection.execute(
            sa.text("UPDATE imported_record SET digest = 'of before' WHERE id = :id"),
            {"id": nct_id},
        )
        content = content_of(content_number("clinicaltrials", nct_id, "of before"))
        connection.execute(
            sa.text("UPDATE imported_source SET content = :content WHERE id = 'clinicaltrials'"),
            {"content": content},
        )
        connection.execute(sa.text("UPDATE release SET rendered_by = 'another'"))
    engine.dispose()


def test_a_trial_that_was_kept_with_fewer_fields_is_served_and_learnt_anew_from_its_file(
    database: Settings,
) -> None:
    design = {"studyType": "INTERVENTIONAL"}
    measure = {
        "title": "Sight",
        "typeUnitsAnalyzed": "Eyes",
        "groups": [{"id": "OG000", "title": "All"}],
        "denoms": [{"units": "Eyes", "counts": [{"groupId": "OG000", "value": "40"}]}],
        "classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": "12"}]}]}],
    }
    status = {
        "lastUpdatePostDateStruct": {"date": "2023-06-30"},
        "startDateStruct": {"date": "2031", "type": "ESTIMATED"},
    }
    one = study(1, "Placebin", designModule=design, statusModule=status)
    one["resultsSection"] = {"outcomeMeasuresModule": {"outcomeMeasures": [measure]}}
    load(database, "drugbank-vocabulary", vocabulary(drugbank(2, "Placebin")))
    load(database, "clinicaltrials", studies(one))
    key = ("trials", "nct00000001-placebin")
    as_read_now = served_in(database)[key]
    make_of_before(database, "NCT00000001")

    migrate(database)
    with writing(database) as engine:
        assert renew_documents(engine)
        assert faults_in(engine) == []

    of_before = json.loads(served_in(database)[key])
    assert [of_before[name] for name in LEARNT_SINCE] == [None] * len(LEARNT_SINCE)
    assert of_before["start_date"] == "2031"
    [outcome] = of_before["outcomes"]
    assert (outcome["type_units_analyzed"], outcome["derived"]) == (None, None)
    assert outcome["results"][0]["units_analyzed"] is None

    assert load(database, "clinicaltrials", studies(one)).release is None
    report = load(database, "clinicaltrials", studies(one), again=True)

    assert counted(report) == {"read": 1, "changed": 1}
    assert served_in(database)[key] == as_read_now
    assert json.loads(as_read_now)["start_date_type"] == "ESTIMATED"
    assert json.loads(as_read_now)["study_type"] == "INTERVENTIONAL"


def test_an_index_that_lost_a_row_is_seen_before_an_import(
    on_sqlite: Settings, sqlite_path: Path
) -> None:
    load(on_sqlite, "drugbank-vocabulary", vocabulary(drugbank(2, "Placebin")))
    index = "ix_imported_substance_drug_id"
    connection = sqlite3.connect(sqlite_path, isolation_level=None)
    [[sql]] = connection.execute(f"SELECT sql FROM sqlite_master WHERE name = '{index}'")
    partial = "UPDATE sqlite_master SET sql = ? WHERE name = ?"
    row = connection.execute("SELECT * FROM imported_substance").fetchone()
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(partial, (f"{sql} WHERE drug_id = 'nothing'", index))
    connection.execute("PRAGMA writable_schema = RESET")
    connection.execute("DELETE FROM imported_substance")
    connection.execute(f"REINDEX {index}")
    connection.execute(f"INSERT INTO imported_substance VALUES ({', '.join('?' * len(row))})", row)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(partial, (sql, index))
    connection.execute("PRAGMA writable_schema = RESET")
    connection.close()

    with writing(on_sqlite) as engine, pytest.raises(AlteredError, match=f"index {index}"):
        import_files(engine, "openfda-label", list(labels(label("a1", "PLACEBIN"))))
