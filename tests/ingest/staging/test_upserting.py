"""Versions of records: whatever the order of the files, the newest of each is served."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import permutations
from typing import Any

import pytest

from app.ingest.import_command import summary
from app.ingest.importing import ImportReport, import_files
from app.ingest.sources.interface import RefusedError
from app.settings import Settings
from tests.ingest.loading import (
    Given,
    Json,
    counted,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    served,
    served_in,
    studies,
    study,
    vocabulary,
)
from tests.writing import writing

Served = dict[tuple[str, str], str]


def of_version(set_id: str, version: int, day: str, **texts: str) -> Json:
    """A version of a label with the day on which it took effect, as `YYYYMMDD`."""
    texts = texts or {"warnings": f"Of version {version}."}
    return label(set_id, "ALPHADOL", version=version, **texts) | {"effective_time": day}


def undated(*every: Json, name: str) -> Given:
    """A file of labels that gives no day."""
    return Given(name, json.dumps({"results": every}).encode(), None)


def dated(*every: Json, name: str, updated: str, complete: bool = False) -> Given:
    [file] = labels(*every, name=name, updated=updated, complete=complete)
    return file


EDITIONS = {
    "undated": [
        undated(of_version("s1", 5, "20210309"), of_version("s2", 14, "20231109"), name="a.json"),
        undated(of_version("s1", 6, "20210201"), of_version("s3", 2, "20240501"), name="b.json"),
        undated(of_version("s2", 16, "20230930"), of_version("s4", 1, "20200101"), name="c.json"),
        undated(of_version("s2", 15, "20230901"), of_version("s3", 10, "20230101"), name="d.json"),
    ],
    "dated": [
        dated(of_version("s1", 5, "20210309"), name="a.json", updated="2021-04-01"),
        dated(of_version("s1", 6, "20210201"), name="b.json", updated="2021-05-01"),
        dated(of_version("s1", 6, "20210201"), name="c.json", updated="2022-05-01"),
        undated(of_version("s1", 7, "20210101"), name="d.json"),
    ],
    "complete": [
        dated(of_version("s1", 1, "20200101"), name="a.json", updated="2020-02-01"),
        dated(
            of_version("s1", 3, "20191201"),
            of_version("s2", 2, "20200201"),
            name="b.json",
            updated="2021-02-01",
            complete=True,
        ),
        dated(of_version("s1", 2, "20200301"), name="c.json", updated="2022-02-01", complete=True),
        undated(of_version("s2", 1, "20200101"), of_version("s5", 1, "20230101"), name="d.json"),
    ],
}
"""Files of labels whose days go back while their versions rise, as in 6 of 95 real ones."""

HIGHEST = {
    "undated": {"s1": 6, "s2": 16, "s3": 10, "s4": 1},
    "dated": {"s1": 7},
    "complete": {"s1": 3, "s5": 1},
}


def served_after(database: Settings, *imports: Sequence[Given]) -> Served:
    """What is served after these imports of labels, which leave the data whole."""
    with writing(database) as engine:
        for files in imports:
            import_files(engine, "openfda-label", list(files))
        assert faults_in(engine) == []
        with engine.connect() as connection:
            return served(connection)


def versions_served(served: Served) -> dict[str, int]:
    """The version of each label that a warning is served of."""
    facts = [json.loads(body) for (kind, _), body in served.items() if kind == "warnings"]
    said = {
        fact["citations"][i]["locator"] for fact in facts for i in range(len(fact["citations"]))
    }
    found = [locator.removeprefix("SPL set id ").split(", ")[:2] for locator in said]
    return {set_id: int(version.split()[1]) for set_id, version in found}


@pytest.mark.parametrize("editions", EDITIONS)
def test_any_order_of_editions_ends_in_the_highest_version_of_each_label(
    new_on_sqlite: Callable[[], Settings], editions: str
) -> None:
    states = [
        served_after(new_on_sqlite(), *([file] for file in order))
        for order in permutations(EDITIONS[editions])
    ]

    assert versions_served(states[0]) == HIGHEST[editions]
    assert [state for state in states if state != states[0]] == []
    assert len(states) == 24


def test_files_that_are_imported_together_end_in_the_same(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    states = [
        served_after(new_on_sqlite(), *groups)
        for order in permutations(EDITIONS["dated"])
        for groups in ([order], [order[:2], order[2:]])
    ]

    assert versions_served(states[0]) == HIGHEST["dated"]
    assert [state for state in states if state != states[0]] == []


def test_both_engines_order_versions_alike(
    new_database: Callable[[], AbstractContextManager[Settings]], on_sqlite: Settings
) -> None:
    there = served_after(on_sqlite, *([file] for file in EDITIONS["undated"]))
    with new_database() as database:
        here = served_after(database, *([file] for file in reversed(EDITIONS["undated"])))

    assert here == there


def coverage_of(database: Settings, drug: str, kind: str) -> str:
    found: Any = json.loads(served_in(database)["drugs", drug])
    day: str = found["coverage"][kind]["as_of"]
    return day


def test_labels_of_a_file_without_a_day_are_as_of_their_own(on_sqlite: Settings) -> None:
    files = [
        dated(of_version("s1", 1, "20180301"), name="a.json", updated="2019-06-01"),
        undated(label("s2", "BETADOL", warnings="Ask.", version=1), name="b.json"),
        undated(of_version("s3", 1, "20240501"), name="c.json"),
    ]
    load(on_sqlite, "openfda-label", files)

    assert coverage_of(on_sqlite, "alphadol", "warnings") == "2024-05-01"
    assert coverage_of(on_sqlite, "betadol", "warnings") == "2023-01-01"


def test_a_study_is_as_of_the_data_that_it_was_taken_from(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    files = [
        *studies(study(1, "Alphadol", data_of="2026-01-05"), name="a.json"),
        *studies(study(2, "Betadol", data_of="2022-03-04"), name="b.json"),
    ]
    states = []
    for order in (files, files[::-1]):
        database = new_on_sqlite()
        load(
            database,
            "drugbank-vocabulary",
            vocabulary(drugbank(1, "Alphadol"), drugbank(2, "Betadol")),
        )
        load(database, "clinicaltrials", order)
        assert coverage_of(database, "alphadol", "trials") == "2026-01-05"
        assert coverage_of(database, "betadol", "trials") == "2022-03-04"
        states.append(served_in(database))

    assert states[0] == states[1]


def test_a_label_that_was_removed_comes_back_in_no_older_version(on_sqlite: Settings) -> None:
    both = (of_version("s1", 3, "20200101"), of_version("s2", 1, "20200101"))
    load(on_sqlite, "openfda-label", [dated(*both, name="a", updated="2021-01-01", complete=True)])
    load(
        on_sqlite,
        "openfda-label",
        [dated(both[1], name="b", updated="2022-01-01", complete=True)],
    )

    report = load(
        on_sqlite,
        "openfda-label",
        [dated(of_version("s1", 2, "20190101"), name="c", updated="2023-01-01")],
    )

    assert counted(report) == {"read": 1, "older": 1}
    assert versions_served(served_in(on_sqlite)) == {"s2": 1}


def test_a_label_that_cannot_be_read_stops_no_other_version_of_it(on_sqlite: Settings) -> None:
    broken = of_version("s1", 1, "20190101") | {"effective_time": "spring"}
    load(on_sqlite, "openfda-label", [undated(of_version("s1", 2, "20200101"), name="a.json")])

    report = load(
        on_sqlite,
        "openfda-label",
        [undated(broken, of_version("s1", 3, "20210101"), name="b.json")],
        most_invalid=100,
    )

    assert counted(report) == {"read": 2, "invalid": 1, "changed": 1}
    assert versions_served(served_in(on_sqlite)) == {"s1": 3}


def test_an_import_names_the_records_that_it_leaves_as_older(on_sqlite: Settings) -> None:
    newest = [of_version(f"s{n}", 9, "20200101") for n in range(7)]
    load(on_sqlite, "openfda-label", [undated(*newest, name="a.json")])
    older = [of_version(f"s{n}", 8, "20210101") for n in range(7)]
    between = of_version("s0", 7, "20220101")

    report = load(on_sqlite, "openfda-label", [undated(*older, between, name="b.json")])

    assert counted(report) == {"read": 8, "older": 7, "duplicates": 1}
    assert {(row.file, row.record, row.name, row.reason) for row in report.older} == {
        (
            "b.json",
            "s0",
            "SPL set id s0, version 7 of 2022-01-01",
            "a newer version of it is in these files.",
        ),
        *(
            (
                "b.json",
                f"s{n}",
                f"SPL set id s{n}, version 8 of 2021-01-01",
                "a newer version of it is loaded.",
            )
            for n in range(7)
        ),
    }
    said = summary(report, dry_run=False, report=None)
    assert "and 3 others, which `--report FILE` lists." in said
    assert "SPL set id s0, version 7" in said


@pytest.mark.parametrize("older_last", [True, False])
def test_a_study_is_known_by_its_newest_version_though_that_is_of_no_drug(
    on_sqlite: Settings, older_last: bool
) -> None:
    older, newer = (study(1, "Alphadol", updated=day) for day in ("2020-01-01", "2024-01-01"))
    newer["protocolSection"]["armsInterventionsModule"]["interventions"][0]["type"] = "DEVICE"
    files = [studies(newer, name="newer.json"), studies(older, name="older.json")]
    load(on_sqlite, "drugbank-vocabulary", vocabulary(drugbank(1, "Alphadol")))

    for file in files if older_last else files[::-1]:
        load(on_sqlite, "clinicaltrials", file)

    assert not [kind for kind, _ in served_in(on_sqlite) if kind == "trials"]


def guide_without_a_date(ligands: list[Json]) -> list[Given]:
    files = guide(ligands, [interaction(1, "Cough receptor", "Agonist")])
    return [Given(file.name, file.content.split(b"\n", 1)[1], date=None) for file in files]


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ([ligand(1, "alphadol")], "lack 1 records and have 0 otherwise"),
        ([ligand(1, "alphadol", inn="x"), ligand(2, "betadol")], "lack 0 records and have 1"),
    ],
)
def test_files_without_a_date_replace_no_others_unless_theirs_is_given(
    on_sqlite: Settings, second: list[Json], reason: str
) -> None:
    both = [ligand(1, "alphadol"), ligand(2, "betadol")]
    load(on_sqlite, "gtopdb", guide_without_a_date(both))
    before = served_in(on_sqlite)

    with pytest.raises(RefusedError, match=reason) as refused:
        load(on_sqlite, "gtopdb", guide_without_a_date(second))
    after = served_in(on_sqlite)
    more = [*both, ligand(3, "gammadol")]
    added = load(on_sqlite, "gtopdb", guide_without_a_date(more), dry_run=True)
    given = load(on_sqlite, "gtopdb", guide_without_a_date(second), released="2025-01-01")

    assert "--released DATE" in str(refused.value)
    assert after == before
    assert counted(added)["new"] == 1
    assert given.release is not None


def names_of(report: ImportReport) -> list[tuple[str, str, int]]:
    return [(row.record, row.name, row.records) for row in report.quarantined]


def test_what_is_set_aside_is_of_the_records_of_this_import(on_sqlite: Settings) -> None:
    load(on_sqlite, "drugbank-vocabulary", vocabulary(drugbank(1, "Alphadol")))
    first = [study(1, "Water"), study(2, "Water", "Tea"), study(3, "Alphadol")]

    one = load(on_sqlite, "clinicaltrials", studies(*first, name="a.json"))
    other = load(on_sqlite, "clinicaltrials", studies(study(4, "Tea"), name="b.json"))
    again = load(on_sqlite, "clinicaltrials", studies(study(4, "Tea"), name="b.json"), again=True)

    assert sorted(names_of(one)) == [("NCT00000001", "Water", 2), ("NCT00000002", "Tea", 1)]
    assert names_of(other) == names_of(again) == [("NCT00000004", "Tea", 1)]
    assert "\n         2  set aside, whole or in part\n" in summary(one, dry_run=False, report=None)
    assert "\n         1  set aside" in summary(other, dry_run=False, report=None)
    assert "\n         1  set aside" in summary(again, dry_run=False, report=None)
