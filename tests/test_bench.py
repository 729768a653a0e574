"""The benchmark's own parts: what it makes up, and what its report says."""

import zipfile
from datetime import date
from pathlib import Path

from app.database.engines import read_engine, write_engine
from app.ingest.files.inputs import inputs_of
from app.ingest.importing import ImportReport, import_files
from app.ingest.integrity import faults_of
from app.settings import Settings
from bench.generate import drug_name, fill
from bench.generate_files import (
    write_drugs_at_fda,
    write_gtopdb,
    write_labels,
    write_studies,
    write_vocabulary,
)
from bench.load import Round
from bench.report import report
from bench.results import BARE, PARSING, POSTGRES, SQLITE, US, Comparison, Importing, Ran, Results


def test_a_made_up_catalogue_is_whole(database: Settings) -> None:
    engine = write_engine(database)
    with engine.begin() as connection:
        counts = fill(connection, 20)
    engine.dispose()

    engine = read_engine(database)
    with engine.connect() as connection:
        faults = faults_of(connection)
    engine.dispose()

    assert faults == []
    assert (counts["drugs"], counts["warnings"], counts["trials"]) == (20, 80, 2)


def test_no_two_drugs_have_the_same_name() -> None:
    assert len({drug_name(number) for number in range(10_000)}) == 10_000


def test_made_up_files_are_imported_with_nothing_set_aside(
    database: Settings, tmp_path: Path
) -> None:
    vocabulary, products = tmp_path / "vocabulary.csv", tmp_path / "drugsatfda.zip"
    labels, studies = tmp_path / "drug-label-0001-of-0001.json.zip", tmp_path / "studies.json"
    write_vocabulary(vocabulary, 40)
    write_drugs_at_fda(products, 60)
    write_labels(labels, 24)
    write_studies(studies, 20)

    reports = {
        "drugbank-vocabulary": _imported(database, "drugbank-vocabulary", vocabulary),
        "drugs-at-fda": _imported(database, "drugs-at-fda", products),
        "gtopdb": _imported(database, "gtopdb", *write_gtopdb(tmp_path, 80)),
        "openfda-label": _imported(database, "openfda-label", labels),
        "clinicaltrials": _imported(database, "clinicaltrials", studies),
    }

    assert [row for report in reports.values() for row in report.quarantined] == []
    assert not any(report.skipped for report in reports.values())
    assert {source: report.counts["new"] for source, report in reports.items()} == {
        "drugbank-vocabulary": 40,
        "drugs-at-fda": 60,
        "gtopdb": 40,
        "openfda-label": 24,
        "clinicaltrials": 20,
    }


def test_made_up_labels_in_a_zip_are_the_same_as_plain(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "labels.json", tmp_path / "labels.json.zip"

    write_labels(plain, 3)
    write_labels(zipped, 3)

    assert zipfile.ZipFile(zipped).read("labels.json") == plain.read_bytes()


def test_a_larger_made_up_file_begins_with_the_same_drugs(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"

    write_vocabulary(small, 5)
    write_vocabulary(large, 50)

    assert large.read_text().startswith(small.read_text())


def test_the_report_says_which_figures_fall_short() -> None:
    text = _report(_rounds(90, 80, 100), _rounds(100, 100, 100))

    assert "| hot record, of bare ASGI | at least 0.95 | 0.90 | **falls short** |" in text
    assert "| medfacts | 90 | 80 to 100 | 0.90 | 1.00 | 2.00 |" in text
    assert "| p99 of a hot record, of bare ASGI's | at most 1.3 | 1.00 | reached |" in text


def test_the_report_says_which_figures_do_not_count() -> None:
    fault = "3 of 90 answers were errors"

    text = _report([*_rounds(99), Round(99, 1, 2, fault)], _rounds(100, 100))

    assert "| hot record, of bare ASGI | at least 0.95 | - | **no figure** |" in text
    assert f"| medfacts | **does not count** | {fault} | - |" in text
    assert f"- Hot record, medfacts: {fault}." in text


def test_the_report_says_what_imports_cost() -> None:
    ran = {
        SQLITE: [Ran(6, 7, 200), Ran(8, 9, 300)],
        POSTGRES: [Ran(9, 9, 90), Ran(12, 12, 90)],
        PARSING: [Ran(2, 3, 50), Ran(2, 3, 50)],
    }
    imports = {"labels": Importing(5_000_000, ran, seconds=3, times=4, megabytes=400)}

    text = _said(Results(imports=imports))

    assert "| seconds to import labels, SQLite | at most 3 | 8.00 | **falls short** |" in text
    assert f"| labels, SQLite, of {PARSING} | at most 4 | 3.50 | reached |" in text
    assert "| MB at the most, labels, SQLite | at most 400 | 250.00 | reached |" in text
    assert "| labels, Postgres, of SQLite | at most 1 | 1.50 | **falls short** |" in text
    assert "| labels | 5.0 | SQLite | 7.00 | 6.00 to 8.00 | 8.00 | 250 | 3.50 |" in text


def test_an_import_that_failed_does_not_count() -> None:
    ran = {SQLITE: [Ran(6, 7, 200), Ran(fault="it failed: no space")]}

    text = _said(Results(imports={"labels": Importing(5_000_000, ran, seconds=3)}))

    assert "| seconds to import labels, SQLite | at most 3 | - | **no figure** |" in text
    assert "| labels | 5.0 | SQLite | **does not count** | it failed: no space | - |" in text
    assert "- labels, SQLite: it failed: no space." in text


def _imported(database: Settings, source: str, *paths: Path) -> ImportReport:
    engine = write_engine(database)
    try:
        with inputs_of(map(str, paths), downloads=paths[0].parent, quiet=True) as inputs:
            return import_files(engine, source, inputs)
    finally:
        engine.dispose()


def _rounds(*rates: float) -> list[Round]:
    return [Round(rate, p50_ms=1, p99_ms=2) for rate in rates]


def _report(ours: list[Round], bare: list[Round]) -> str:
    hot = Comparison("Hot record", "`GET /`", BARE, {US: ours, BARE: bare})
    return _said(Results({"hot record": hot}, sizes=[1000]))


def _said(results: Results) -> str:
    return report(results, date(2026, 1, 31), {"cores": "2"}, {"wrk": "4"}, "It was a test.")
