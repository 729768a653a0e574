"""What is served is rebuilt from the source records for another document version."""

import json

import pytest
import sqlalchemy as sa

from app.documents.compression import compress, decompress
from app.ingest.importing import import_files
from app.ingest.publishing.rebuilding import rebuild_documents
from app.models.base import table_of
from app.models.document import Document
from app.models.source_record import SourceStatement
from app.settings import Settings
from tests.conftest import Save, slow_on_postgres
from tests.ingest.loading import (
    approvals,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
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


@pytest.mark.slow
def test_migrating_counts_what_it_renders_in_the_releases_record_too(loaded: Settings) -> None:
    """As another version of the program may make more of the same records, or less."""
    before = served_in(loaded), newest_release(loaded)
    change(loaded, """UPDATE release SET document_version = 0, counts = '{"drugs": 7}'""")

    with writing(loaded) as engine:
        assert rebuild_documents(engine)
        assert faults_in(engine) == []

    assert (served_in(loaded), newest_release(loaded)) == before


@pytest.mark.slow
def test_a_trial_that_was_stored_before_it_had_groups_is_rendered(loaded: Settings) -> None:
    measure = {"title": "Sleep", "groups": [{"id": "OG000", "title": "Verum"}]}
    trial = study(2, "Hustanol")
    trial["protocolSection"]["armsInterventionsModule"]["armGroups"] = [{"label": "Verum"}]
    trial["resultsSection"] = {"outcomeMeasuresModule": {"outcomeMeasures": [measure]}}
    load(loaded, "clinicaltrials", studies(trial))
    before = served_in(loaded)

    with writing(loaded) as engine:
        with engine.begin() as connection:
            forget(connection, "trials", "groups", "group_descriptions")
        change(loaded, OF_ANOTHER_VERSION)
        assert rebuild_documents(engine)
        assert faults_in(engine) == []

    assert served_in(loaded) == before


@slow_on_postgres
def test_a_fact_that_was_stored_before_it_had_a_route_has_none(loaded: Settings) -> None:
    before = served_in(loaded)

    with writing(loaded) as engine:
        with engine.begin() as connection:
            forget(connection, "indications", "route")
        change(loaded, OF_ANOTHER_VERSION)
        assert rebuild_documents(engine)
        assert faults_in(engine) == []

    assert served_in(loaded) == before


def forget(connection: sa.Connection, kind: str, *names: str) -> None:
    """Take fields out of facts as they are stored, as if the program did not know them."""
    table = table_of(SourceStatement)
    of = sa.select(table.c.digest, table.c.body).where(table.c.kind == kind)
    for digest, body in connection.execute(of).all():
        fields = json.loads(decompress(body))
        for name in names:
            fields.pop(name, None)
            for outcome in fields.get("outcomes", ()):
                outcome.pop(name, None)
        stored = compress(json.dumps(fields).encode())
        connection.execute(table.update().where(table.c.digest == digest).values(body=stored))


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
