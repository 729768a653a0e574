"""The migrations make the tables that the models describe, and the database holds to them."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import SQLModel

from app.database import migrating
from app.database.engines import migration_engine, read_engine, write_engine
from app.database.migrating import OUTSIDE_MODELS, is_of_a_model, migrate, newest_schema, schema_of
from app.models.base import Part, table_of
from app.models.source_record import SourceRecord, SourceState
from app.settings import ROOT, Settings
from tests.conftest import Save, load_drugs, slow_on_postgres
from tests.writing import CITE, drug, indication, warning

Structure = dict[str, dict[str, Any]]


@pytest.fixture
def migrated(database: Settings) -> Iterator[sa.Engine]:
    """An engine that may change an empty, migrated database."""
    engine = migration_engine(database)
    yield engine
    engine.dispose()


DRUGS = (
    drug(
        "hustanol",
        warning("drowsiness"),
        indication("cough"),
        identifiers=[{"system": "cas", "value": "50-00-0", "cite": CITE}],
    ),
    drug("placebin", identifiers=[{"system": "unii", "value": "PPPPPPPPP1", "cite": CITE}]),
)
"""Two drugs, one with a fact of two kinds."""


@pytest.fixture
def written(database: Settings, save: Save) -> Iterator[sa.Engine]:
    """An engine that may write to a database of two drugs."""
    save(*DRUGS)
    engine = write_engine(database)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def unchanged(
    new_database: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A database of two drugs, for statements that it refuses."""
    with new_database() as settings:
        load_drugs(settings, tmp_path_factory.mktemp("seed"), *DRUGS)
        yield settings


@pytest.fixture
def refusing(unchanged: Settings) -> Iterator[sa.Engine]:
    """An engine that may write to it."""
    engine = write_engine(unchanged)
    yield engine
    engine.dispose()


def downgrade(settings: Settings) -> None:
    """Undo every migration."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["settings"] = settings
    command.downgrade(config, "base")


def tables(engine: sa.Engine) -> set[str]:
    """The tables that are made of models: not those of the indexes of words."""
    names = sa.inspect(engine).get_table_names()
    return {name for name in names if not name.startswith(OUTSIDE_MODELS)}


def structure(engine: sa.Engine) -> Structure:
    """Every table as the database itself describes it, Alembic's own aside."""
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        return {
            table: {
                "columns": {
                    column["name"]: (repr(column["type"]), column["nullable"], column["default"])
                    for column in inspector.get_columns(table)
                },
                "primary key": inspector.get_pk_constraint(table),
                "foreign keys": _sorted(inspector.get_foreign_keys(table)),
                "uniques": _sorted(inspector.get_unique_constraints(table)),
                "checks": _sorted(inspector.get_check_constraints(table)),
                "indexes": _sorted(inspector.get_indexes(table)),
            }
            for table in tables(engine) - {"alembic_version"}
        }


def _sorted(constraints: Any) -> list[Any]:
    return sorted(constraints, key=lambda constraint: str(constraint["name"]))


def test_parts_are_found_by_their_owners(migrated: sa.Engine) -> None:
    """A key that begins with the position would have an owner's parts found by reading them all."""
    keys = {
        str(mapper.class_.__tablename__): [*mapper.class_.owner, "position"]
        for mapper in SQLModel._sa_registry.mappers
        if issubclass(mapper.class_, Part)
    }
    inspector = sa.inspect(migrated)
    found = {table: inspector.get_pk_constraint(table)["constrained_columns"] for table in keys}

    assert len(keys) == 8
    assert found == keys


@pytest.mark.slow
def test_up_down_and_up_again_ends_where_it_began(database: Settings, migrated: sa.Engine) -> None:
    before = structure(migrated)

    downgrade(database)
    assert tables(migrated) == {"alembic_version"}
    assert (sa.inspect(migrated).get_view_names(), _sequences(migrated)) == ([], [])
    migrate(database)

    assert tables(migrated) == {"alembic_version", *SQLModel.metadata.tables}
    assert structure(migrated) == before


def _sequences(engine: sa.Engine) -> list[str]:
    return sa.inspect(engine).get_sequence_names() if engine.name == "postgresql" else []


@pytest.mark.slow
def test_down_takes_the_data_along(database: Settings, written: sa.Engine) -> None:
    downgrade(database)
    migrate(database)

    with written.connect() as connection:
        counts = [
            connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in SQLModel.metadata.tables.values()
        ]
    assert set(counts) == {0}


def test_migrating_what_is_migrated_changes_nothing(database: Settings, written: sa.Engine) -> None:
    migrate(database)

    with written.connect() as connection:
        assert schema_of(connection) == newest_schema()
        assert connection.scalar(sa.text("SELECT count(*) FROM fact")) == 2


def test_the_newest_schema_is_the_one_that_alembic_would_bring() -> None:
    scripts = ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml"))

    assert scripts.get_heads() == [newest_schema()]


@slow_on_postgres
def test_a_database_without_a_schema_has_none(database: Settings, migrated: sa.Engine) -> None:
    downgrade(database)

    with migrated.connect() as connection:
        assert schema_of(connection) is None


def test_alembic_finds_no_difference_from_the_models(migrated: sa.Engine) -> None:
    with migrated.connect() as connection:
        opts = {"compare_type": True, "include_object": is_of_a_model}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.slow
def test_the_constraints_are_those_that_the_models_make(
    database: Settings, migrated: sa.Engine
) -> None:
    by_migration = structure(migrated)
    downgrade(database)

    # A copy: making the tables on one engine changes how SQLAlchemy makes them on the next.
    models = sa.MetaData(naming_convention=SQLModel.metadata.naming_convention)
    for table in SQLModel.metadata.tables.values():
        table.to_metadata(models)
    models.create_all(migrated)

    by_models = structure(migrated)
    assert by_migration.keys() == by_models.keys()
    for name, described in by_models.items():
        assert by_migration[name] == described, name


def test_the_comparison_would_see_what_matters(migrated: sa.Engine) -> None:
    found = structure(migrated)

    [deferred] = [
        key for key in found["discrepancy"]["foreign keys"] if key["options"].get("deferrable")
    ]
    assert deferred["referred_columns"] == ["id"]
    assert deferred["options"]["initially"] == "DEFERRED"
    assert [c["name"] for c in found["warning"]["checks"]] == [
        "ck_warning_severity",
        "ck_warning_warning_category",
        "ck_warning_warning_type",
    ]
    [identifier] = found["drug_identifier"]["uniques"]
    assert identifier["column_names"] == ["system", "value"]
    assert "ix_fact_drug_id_kind_rank_id" in [index["name"] for index in found["fact"]["indexes"]]


FACT = "INSERT INTO fact (id, kind, drug_id) "
DETAIL = "INSERT INTO warning (id, type) "


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        pytest.param(f"{FACT} VALUES ('x', NULL, 'hustanol')", "kind", id="fact of no kind"),
        pytest.param("UPDATE warning SET type = 'hint'", "type", id="value outside its enum"),
        pytest.param(
            f"{DETAIL} VALUES ('hustanol-indication-cough', NULL)", "type", id="warning of no type"
        ),
        pytest.param(
            "INSERT INTO drug_identifier (drug_id, position, system, value) "
            "VALUES ('placebin', 7, 'cas', '50-00-0')",
            "system",
            id="identifier of another drug",
        ),
        pytest.param(
            "UPDATE condition SET description = 'A cough.'",
            "is_cited",
            id="description without a cite",
        ),
        pytest.param(
            "INSERT INTO source (id, title, url, licence, published) "
            "VALUES ('x', 'X', 'https://x.example/', 'CC0', 'May 2007')",
            "published",
            id="date in words",
        ),
    ],
)
def test_the_database_refuses_a_row_that_breaks_a_rule(
    refusing: sa.Engine, statement: str, broken: str
) -> None:
    with pytest.raises(IntegrityError, match=broken), refusing.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(
            f"{FACT} VALUES ('x', 'warnings', 'nostrum')", id="fact about a drug that is not there"
        ),
        pytest.param(f"{DETAIL} VALUES ('nothing', 'warning')", id="detail of no fact"),
        pytest.param("DELETE FROM condition", id="condition that an indication names"),
    ],
)
def test_the_database_refuses_to_lose_what_a_row_refers_to(
    refusing: sa.Engine, statement: str
) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), refusing.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_drug_takes_its_identifiers_along(written: sa.Engine) -> None:
    with written.begin() as connection:
        connection.execute(sa.text("DELETE FROM drug WHERE id = 'placebin'"))

        owners = connection.execute(sa.text("SELECT drug_id FROM drug_identifier")).scalars().all()
    assert owners == ["hustanol"]


WRITES = [
    "INSERT INTO target (id, name) VALUES ('x', 'X')",
    "UPDATE drug SET name = 'x'",
    "DELETE FROM warning",
    "CREATE TABLE intruder (id integer)",
    "DROP TABLE warning",
    "ALTER TABLE drug ADD COLUMN intruder integer",
    "CREATE INDEX intruder ON drug (name)",
]


@pytest.mark.parametrize("statement", WRITES)
def test_what_is_opened_for_reading_cannot_write(unchanged: Settings, statement: str) -> None:
    engine = read_engine(unchanged)

    with (
        pytest.raises(DBAPIError, match=r"read-?only"),
        engine.connect() as connection,
    ):
        connection.execute(sa.text(statement))
    engine.dispose()


def test_a_refused_write_leaves_the_connection_unable_to_write(
    database: Settings, save: Save
) -> None:
    save(drug("hustanol", warning("drowsiness")))
    engine = read_engine(database)

    for statement in WRITES * 2:
        with (
            engine.connect() as connection,
            pytest.raises(DBAPIError, match=r"read-?only"),
        ):
            connection.execute(sa.text(statement))
    with engine.connect() as connection:
        name = connection.scalar(sa.text("SELECT name FROM drug"))
    engine.dispose()

    assert name == "hustanol"


def test_what_is_opened_for_reading_sees_one_state_until_it_ends(
    database: Settings, save: Save
) -> None:
    save(drug("hustanol", warning("drowsiness")))
    engine = read_engine(database)
    count = sa.text("SELECT count(*) FROM warning")

    with engine.connect() as connection:
        before = connection.scalar(count)
        save(drug("hustanol", warning("drowsiness"), warning("driving")))
        meanwhile = connection.scalar(count)
    with engine.connect() as connection:
        after = connection.scalar(count)
    engine.dispose()

    assert (before, meanwhile, after) == (1, 1, 2)


@slow_on_postgres
def test_versions_of_labels_are_ordered_by_their_number(
    database: Settings, migrated: sa.Engine
) -> None:
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["settings"] = database
    command.downgrade(config, "0001")
    columns = ("source_id", "id", "version", "released")
    table = sa.table("source_record", *map(sa.column, (*columns, "removed", "digest", "body")))
    same = {"removed": False, "digest": "", "body": b""}
    before = [
        ("openfda-label", "undated", "20210301.000005", ""),
        ("openfda-label", "dated", "20210201.000012", "2021-04-01"),
        ("openfda-label", "removed", "", "2021-04-01"),
        ("clinicaltrials", "NCT00000001", "2021-03-01", "2024-01-01"),
        ("gtopdb", "1", "", ""),
    ]
    with migrated.begin() as connection:
        for source in {row[0] for row in before}:
            state = {"id": source, "as_of": "", "content": "", "inputs": "", "row": {}}
            connection.execute(table_of(SourceState).insert(), state)
        for row in before:
            connection.execute(table.insert(), dict(zip(columns, row, strict=True)) | same)

    migrate(database)

    record = table_of(SourceRecord).c
    found = (record.source_id, record.id, record.version, record.released, record.as_of)
    with migrated.connect() as connection:
        rows = connection.execute(sa.select(*found)).all()
    assert {tuple(row) for row in rows} == {
        ("openfda-label", "undated", "000005.20210301", "", "2021-03-01"),
        ("openfda-label", "dated", "000012.20210201", "2021-04-01", "2021-04-01"),
        ("openfda-label", "removed", "", "2021-04-01", "2021-04-01"),
        ("clinicaltrials", "NCT00000001", "2021-03-01", "2021-03-01", "2021-03-01"),
        ("gtopdb", "1", "", "", ""),
    }


def test_a_missing_file_is_not_made_by_reading(tmp_path: Path) -> None:
    engine = read_engine(Settings(database_url=f"sqlite:///{tmp_path / 'missing.db'}"))

    with pytest.raises(OperationalError, match="unable to open"):
        engine.connect()
    engine.dispose()

    assert list(tmp_path.iterdir()) == []


NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{newest}"


def upgrade():
    op.add_column("release", sa.Column("remark", sa.String(), nullable=True))
"""
"""A migration as another version of the program may bring it."""


@pytest.mark.slow
def test_a_migration_lets_readers_go_on_while_another_reads_for_long(
    database: Settings, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    next_ = NEXT.replace("{newest}", newest_schema())
    (tmp_path / "migrations" / "versions" / "next_add_a_remark.py").write_text(next_)
    monkeypatch.setattr(migrating, "ROOT", tmp_path)
    reader = read_engine(database)
    with reader.connect() as slow:
        slow.execute(sa.text("SELECT * FROM release"))  # its transaction is open from now on
        thread = Thread(target=migrate, args=[database])
        thread.start()
        end = time.monotonic() + 2
        read = 0
        while time.monotonic() < end or read < 20:
            with reader.connect() as connection:
                connection.execute(sa.text("SELECT * FROM release"))
            read += 1
            time.sleep(0.01)
        if engine_name == "postgres":
            assert thread.is_alive()
        else:
            thread.join()
    thread.join()

    with reader.connect() as connection:
        assert schema_of(connection) == "next"
    reader.dispose()
