"""The benchmark's own parts: what it makes up, what others serve of it, and what it reports."""

import csv
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.copies import copy_for_others
from bench.labels import drug_name, write_labels, write_short_labels
from bench.load import Round, get, ratio
from bench.report import Report
from bench.servers import medfacts, run_medfacts
from bench.serving import record_sql


def test_no_two_drugs_have_the_same_name() -> None:
    assert len({drug_name(number) for number in range(10_000)}) == 10_000


def test_a_larger_file_begins_with_the_same_labels(tmp_path: Path) -> None:
    small, large = tmp_path / "small.json", tmp_path / "large.json"

    write_short_labels(small, 5)
    write_short_labels(large, 50)

    assert _labels_in(large)[:5] == _labels_in(small)


@pytest.mark.slow
def test_every_made_up_label_is_imported(tmp_path: Path) -> None:
    url, labels, report = _migrated(tmp_path), tmp_path / "labels.json", tmp_path / "report.csv"
    write_labels(labels, 24)

    run_medfacts(url, "import", "openfda-label", labels, "--report", report)

    with report.open(newline="") as file:
        assert list(csv.DictReader(file)) == []
    with closing(sqlite3.connect(tmp_path / "medfacts.db")) as connection:
        drugs = connection.execute("SELECT count(*) FROM drug").fetchone()[0]
    assert drugs == 24 / 4


@pytest.mark.slow
def test_datasette_and_the_tutorial_have_the_records_that_the_project_serves(
    tmp_path: Path,
) -> None:
    url, labels = _migrated(tmp_path), tmp_path / "labels.json"
    write_short_labels(labels, 3)
    run_medfacts(url, "import", "openfda-label", labels)

    plain, tables, kinds = copy_for_others(tmp_path, url, 3)

    with medfacts(tmp_path, url) as server:
        served = json.loads(get(server.url, f"/v1/drugs/{drug_name(0)}?include=all").body)
    with closing(sqlite3.connect(plain)) as connection:
        row = connection.execute(record_sql(kinds), {"id": drug_name(0)}).fetchone()
    assert _in_order_of_ids(json.loads(row[0]), kinds) == _in_order_of_ids(served, kinds)
    with closing(sqlite3.connect(tables)) as connection:
        query = "SELECT statement FROM fact WHERE drug_id = ? ORDER BY statement"
        statements = [text for (text,) in connection.execute(query, (drug_name(0),))]
    assert statements == sorted(fact["statement"] for kind in kinds for fact in served[kind])


def _in_order_of_ids(record: dict[str, Any], kinds: Iterable[str]) -> dict[str, Any]:
    """A record whose facts are in one order: Datasette's copy does not know which matters first."""
    return record | {kind: sorted(record[kind], key=lambda fact: fact["id"]) for kind in kinds}


def test_a_ratio_is_the_median_of_those_within_each_round() -> None:
    assert ratio(_rounds(90, 80, 300), _rounds(100, 100, 100)) == 0.9


def test_the_report_says_which_figures_fall_short() -> None:
    report = Report()
    report.aim("hot record", 0.9, at_least=0.95)
    report.aim("memory", 143.8, at_most=150)
    report.aim("proxy", None, at_least=2)

    text = report.text("abc123", "It was a test.", {"cores": "2"})

    assert "of commit abc123. It was a test." in text
    assert "| hot record | at least 0.95 | 0.90 | **falls short** |" in text
    assert "| memory | at most 150 | 143.80 | reached |" in text
    assert "| proxy | at least 2 | - | **no figure** |" in text


def test_the_report_says_which_figures_do_not_count() -> None:
    report, fault = Report(), "3 of 90 answers were errors"
    rounds = {"medfacts": [Round(99, 1, 2, fault=fault)], "bare ASGI": _rounds(100)}

    report.compare("Hot record", "`GET /`", rounds, {"medfacts": "bare ASGI"})

    text = report.text("abc123", "It was a test.", {})
    assert f"| medfacts | **does not count** | {fault} | - of bare ASGI | 1.00 | 2.00 |" in text
    assert f"- Hot record, medfacts: {fault}." in text


def _migrated(folder: Path) -> str:
    url = f"sqlite:///{folder}/medfacts.db"
    run_medfacts(url, "migrate")
    return url


def _labels_in(file: Path) -> list[object]:
    labels: list[object] = json.loads(file.read_text())["results"]
    return labels


def _rounds(*rates: float) -> list[Round]:
    return [Round(rate, p50_ms=1, p99_ms=2) for rate in rates]
