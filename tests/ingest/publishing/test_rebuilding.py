"""What is served is rebuilt from the source records for another document version."""

import json

import pytest
import sqlalchemy as sa

from app.documents.compression import decompress
from app.ingest.importing import import_files
from app.ingest.publishing.rebuilding import rebuild_documents
from app.models.base import table_of
from app.models.document import Document
from app.settings import Settings
from tests.conftest import Save
from tests.ingest.loading import (
    approvals,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    reading,
    served_in,
    studies,
    study,
    vocabulary,
)
from tests.test_cli import change
from tests.writing import drug, indication, warning, writing

A_LABEL = label("a1", "HUSTANOL", boxed_warning="Beware of drowsiness.")

OF_ANOTHER_VERSION = "UPDATE release SET document_version = 0"


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


ALTERED = {
    "an action": "UPDATE mechanism SET action_type = 'ANTAGONIST'",
    "a drug's name": "UPDATE drug SET name = 'bustanol' WHERE id = 'hustanol'",
    "a condition's name": "UPDATE condition SET name = 'Laughter'",
    "a target's name": "UPDATE target SET name = 'GAGA receptor'",
    "a source's title": "UPDATE source SET title = 'A lullaby' WHERE id = 'leaflet'",
    "an identifier": "UPDATE drug_identifier SET value = 'QQQQQQQQQ1'",
    "how severe": "UPDATE warning SET type = 'contraindication'",
    "facts that are gone": "DELETE FROM fact WHERE kind = 'warnings'",
    "documents": "UPDATE document SET checksum = 7",
}


@pytest.mark.slow
def test_migrating_rebuilds_everything_from_the_source_records(loaded: Settings) -> None:
    before = served_in(loaded)
    for what, statement in ALTERED.items():
        change(loaded, statement, OF_ANOTHER_VERSION)

        with writing(loaded) as engine:
            assert faults_in(engine) != [], what
            assert rebuild_documents(engine)
            assert faults_in(engine) == [], what
            assert not rebuild_documents(engine)

        assert served_in(loaded) == before, what


def test_migrating_counts_what_it_renders_in_the_releases_record_too(loaded: Settings) -> None:
    """As another version of the program may make more of the same records, or less."""
    before = served_in(loaded), newest_release(loaded)
    change(loaded, """UPDATE release SET document_version = 0, counts = '{"drugs": 7}'""")

    with writing(loaded) as engine:
        assert rebuild_documents(engine)
        assert faults_in(engine) == []

    assert (served_in(loaded), newest_release(loaded)) == before


def newest_release(database: Settings) -> dict[str, object]:
    """The newest release as it is served."""
    document = table_of(Document).c
    of = sa.select(document.body).where(document.kind == "releases").order_by(document.id.desc())
    with reading(database) as connection:
        release: dict[str, object] = json.loads(
            decompress(connection.execute(of).scalars().all()[0])
        )
    return release


def test_an_import_renders_nothing_that_it_does_not_change(loaded: Settings) -> None:
    """It reads what it changes, and no more: what is corrupt elsewhere, `medfacts check` tells."""
    change(loaded, "UPDATE document SET checksum = 7 WHERE kind = 'warnings'")

    with writing(loaded) as engine:
        import_files(engine, "drugbank-vocabulary", list(vocabulary(drugbank(3, "Novum"))))
        assert any("does not match its checksum" in fault for fault in faults_in(engine))
