"""`medfacts check` names what is stored and not as it was written."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from app.database.engines import migration_engine, write_engine
from app.ingest.importing import import_files
from app.ingest.integrity import faults_of
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from tests.conftest import Save
from tests.documents.test_corruption import pages_of
from tests.ingest.loading import (
    BACLOFEN,
    OF_BACLOFEN,
    approvals,
    chembl,
    drugbank,
    guide,
    interaction,
    label,
    labels,
    ligand,
    rxnorm,
    studies,
    study,
    vocabulary,
)
from tests.test_cli import change
from tests.writing import drug, indication, warning, writing

DRUGS = (
    drug("hustanol", warning("drowsiness"), indication("cough")),
    drug("placebin", warning("thirst")),
)


def faults_in(database: Settings) -> list[str]:
    """What `medfacts check` finds."""
    engine = write_engine(database)
    try:
        with engine.connect() as connection:
            return faults_of(connection)
    finally:
        engine.dispose()


def test_an_import_does_not_hide_what_was_lost_before_it(database: Settings, save: Save) -> None:
    save(*DRUGS)
    change(database, "DELETE FROM document WHERE id = 'hustanol-warning-drowsiness'")
    save(*DRUGS, drug("novum", warning("rash")))

    assert faults_in(database) != []


@pytest.mark.slow
def test_imports_leave_nothing_to_find(database: Settings, save: Save) -> None:
    save(*DRUGS)
    save(DRUGS[1], drug("novum", warning("rash"), indication("cough")))
    save(drug("novum", warning("thirst")))

    assert faults_in(database) == []


@pytest.fixture
def loaded(database: Settings, save: Save) -> Settings:
    """A seed and a file of every source, of drugs that they share: no table is left empty."""
    save(drug("hustanol", warning("drowsiness"), indication("cough")))
    salt = drugbank(3, "Hustanol sodium", unii="AAAAAAAAA1")
    units = {"units": "Participants", "counts": [{"groupId": "OG000", "value": "40"}]}
    measure = {
        "title": "Sight",
        "groups": [{"id": "OG000", "title": "All"}],
        "denoms": [units],
        "classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": "12"}]}]}],
    }
    trial = study(1, "Hustanol", conditions=("Cough",))
    trial["resultsSection"] = {"outcomeMeasuresModule": {"outcomeMeasures": [measure]}}
    every = {
        "drugbank-vocabulary": vocabulary(drugbank(2, "Placebin", unii="PPPPPPPPP1"), salt),
        "gtopdb": guide([ligand(7, "hustanol")], [interaction(7, "GABA receptor", "Agonist")]),
        "drugs-at-fda": approvals(("NDA000001", "HUSTABIN", "HUSTANOL; PLACEBIN", "1999-01-01")),
        "openfda-label": labels(
            label(
                "a1",
                "HUSTANOL",
                boxed_warning="Beware of drowsiness.",
                dosage_and_administration="Take one, without Placebin.",
                route=["ORAL"],
            ),
            label("a2", brand="Hustorin", boxed_warning="Of nothing that has a name."),
        ),
        "rxnorm": rxnorm(BACLOFEN, OF_BACLOFEN, [("197391", "00115101001")]),
        "clinicaltrials": studies(trial),
        "chembl": chembl(
            {"CHEMBL7": "HUSTANOL"},
            without=("warning_refs",),
            version=[{"name": "ChEMBL_36", "creation_date": "2036-01-01"}],
            drug_indication=[
                {"drugind_id": 1, "molregno": 7, "efo_id": "HP:1", "efo_term": "cough"}
            ],
        ),
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
        assert faults_of(connection) == []
        yield connection
        connection.rollback()
    engine.dispose()


def altered(column: ReflectedColumn) -> str:
    """Another value of a column, as SQL."""
    name, type_ = f'"{column["name"]}"', column["type"]
    if isinstance(type_, sa.Boolean):
        return f"CASE WHEN {name} THEN false ELSE true END"
    if isinstance(type_, sa.Integer | sa.Float):
        return f"coalesce({name}, 0) + 7"
    if isinstance(type_, sa.JSON):
        return '\'{"x": ["y"]}\''
    if isinstance(type_, sa.DateTime):
        return "'2001-01-01 00:00:00+00:00'"
    if isinstance(type_, sa.LargeBinary):
        return "'\\x00ff'" if column["type"].__class__.__name__ == "BYTEA" else "x'00ff'"
    return f"coalesce({name}, '') || 'x'"


PARTS_OF_RECORDS = ("record_statement", "record_substance", "source_reference")

UNCHECKED = {
    *(("quarantined_record", name) for name in ("position", "file", "record", "reason")),
    *(("source_state", name) for name in ("version", "released", "as_of", "inputs")),
    *(("source_record", name) for name in ("version", "released")),
    *((table, "position") for table in PARTS_OF_RECORDS),
}
"""Nothing that is served is made of these: what people look at, what the next import compares its
files with, and where among one a part stands."""

EMPTY = {"discrepancy", "drug_class", "pharmacokinetics"}
"""Tables that these files leave empty."""


@pytest.mark.slow
def test_no_column_can_change_unseen(meddling: sa.Connection) -> None:
    inspector = sa.inspect(meddling)
    unseen = set()
    for table in sorted(SQLModel.metadata.tables):
        key = inspector.get_pk_constraint(table)["constrained_columns"]
        first = f"SELECT {', '.join(key)} FROM {table} ORDER BY {', '.join(key)} LIMIT 1"
        row = meddling.execute(sa.text(first)).mappings().first()
        if row is None:
            unseen.add((table, "empty"))
            continue
        where = " AND ".join(f"{name} = :{name}" for name in key)
        for column in inspector.get_columns(table):
            update = f'UPDATE {table} SET "{column["name"]}" = {altered(column)} WHERE {where}'
            with meddling.begin_nested() as savepoint:
                if meddling.dialect.name == "sqlite":
                    meddling.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
                try:
                    assert meddling.execute(sa.text(update), dict(row)).rowcount == 1
                    is_seen = bool(faults_of(meddling))
                except IntegrityError:  # no such value can be stored
                    is_seen = True
                savepoint.rollback()
            if not is_seen:
                unseen.add((table, column["name"]))
    assert unseen == UNCHECKED | {(table, "empty") for table in EMPTY}


@pytest.mark.slow
def test_no_row_can_go_unseen(meddling: sa.Connection) -> None:
    unseen = set()
    for table in sorted(SQLModel.metadata.tables):
        key = sa.inspect(meddling).get_pk_constraint(table)["constrained_columns"]
        for row in meddling.execute(sa.text(f"SELECT {', '.join(key)} FROM {table}")).all()[:5]:
            where = " AND ".join(f"{name} = :{name}" for name in row._fields)
            with meddling.begin_nested() as savepoint:
                meddling.execute(sa.text(f"DELETE FROM {table} WHERE {where}"), dict(row._mapping))
                if not faults_of(meddling):
                    unseen.add(table)
                savepoint.rollback()
    assert unseen == {"quarantined_record"}


@pytest.mark.slow
def test_check_goes_on_where_a_file_cannot_be_read(sqlite_template: Path, tmp_path: Path) -> None:
    path, chance = tmp_path / "medfacts.db", random.Random(7)
    path.write_bytes(sqlite_template.read_bytes())
    settings = Settings(database_url=f"sqlite:///{path}")
    engine = write_engine(settings)
    load_seed(engine, settings.seed_dir)
    engine.dispose()
    content, pages = path.read_bytes(), pages_of(path, "document")
    for _ in range(5):
        changed = bytearray(content)
        page = chance.choice(pages)
        changed[page : page + 4096] = chance.randbytes(4096)
        path.write_bytes(changed)

        faults = faults_in(settings)

        assert any(
            fault.startswith("SQLite says: ") or "cannot be read" in fault for fault in faults
        )
        assert all(fault.endswith(".") and "\n" not in fault for fault in faults)
