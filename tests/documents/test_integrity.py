"""`medfacts check` names what is stored and not as it was written."""

import random
from pathlib import Path

from app.database.engines import write_engine
from app.ingest.integrity import faults_of
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from tests.conftest import Save
from tests.documents.test_corruption import pages_of
from tests.test_cli import change
from tests.writing import drug, indication, warning

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


def test_imports_leave_nothing_to_find(database: Settings, save: Save) -> None:
    save(*DRUGS)
    save(DRUGS[1], drug("novum", warning("rash"), indication("cough")))
    save(drug("novum", warning("thirst")))

    assert faults_in(database) == []


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
