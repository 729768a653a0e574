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
from app.ingest.staging import upserting
from app.ingest.staging.upserting import content_number, content_of
from app.models.base import table_of
from app.models.source_record import RecordVersion, SourceRecord, SourceState
from app.settings import Settings
from tests.conftest import slow_on_postgres
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
    releases,
    served,
    served_in,
    statements,
    studies,
    study,
    vocabulary,
)
from tests.test_cli import change
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
        dated(of_version("s5", 1, "20190101"), name="d.json", updated="2023-02-01"),
    ],
}
"""Files of labels whose days go back while their versions rise, as in 6 of 95 real ones."""

HIGHEST = {
    "undated": {"s1": 6, "s2": 16, "s3": 10, "s4": 1},
    "dated": {"s1": 7},
    "complete": {"s1": 3, "s5": 1},
}


SUPERSEDED = {
    "undated": {"s1": ["5 of 2021-03-09"], "s2": ["15 of 2023-09-01", "14 of 2023-11-09"]}
    | {"s3": ["2 of 2024-05-01"], "s4": []},
    "dated": {"s1": ["6 of 2021-02-01", "5 of 2021-03-09"]},
    "complete": {"s1": ["2 of 2020-03-01", "1 of 2020-01-01"], "s5": []},
}
"""The earlier versions of each label, the newest first, whichever of them was read when."""


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


def superseded(served: Served) -> dict[str, list[str]]:
    """The earlier versions that each label's record names."""
    records = {id_: json.loads(body) for (kind, id_), body in served.items() if kind == "labels"}
    return {
        id_: [f"{v['version']} of {v['effective_date']}" for v in record["superseded"]]
        for id_, record in records.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("editions", EDITIONS)
def test_editions_end_in_the_highest_version_of_each_label_whichever_comes_last(
    new_on_sqlite: Callable[[], Settings], editions: str
) -> None:
    files = EDITIONS[editions]
    orders = [files[at:] + files[:at] for at in range(4)]
    states = [served_after(new_on_sqlite(), *([file] for file in order)) for order in orders]

    assert versions_served(states[0]) == HIGHEST[editions]
    assert superseded(states[0]) == SUPERSEDED[editions]
    assert [state for state in states if state != states[0]] == []


@pytest.mark.slow
@pytest.mark.parametrize("editions", EDITIONS)
def test_and_so_does_any_order_of_them(
    new_on_sqlite: Callable[[], Settings], editions: str
) -> None:
    states = [
        served_after(new_on_sqlite(), *([file] for file in order))
        for order in permutations(EDITIONS[editions])
    ]

    assert versions_served(states[0]) == HIGHEST[editions]
    assert superseded(states[0]) == SUPERSEDED[editions]
    assert [state for state in states if state != states[0]] == []
    assert len(states) == 24


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def without_days(made: Json) -> Json:
    """A study that says neither when it was updated nor of what day the data are."""
    made["protocolSection"]["statusModule"] = {}
    return made | {"derivedSection": {}}


STUDIES = [
    *studies(study(1, "Alphadol", data_of="2026-01-05"), name="newest.json", date="2026-01-06"),
    *studies(
        study(1, "Alphadol", title="As it was", updated="2021-01-01", data_of="2022-03-04"),
        study(2, "Betadol", data_of="2022-03-04"),
        name="older.json",
        date="2022-03-05",
    ),
    *studies(study(2, "Betadol", data_of="2021-03-04"), name="oldest.json", date="2021-03-05"),
    *studies(
        without_days(study(3, "Gammadol")),
        without_days(study(4, "Alphadol")),
        name="undated.json",
        date="2020-05-06",
    ),
]
"""Files of studies, some in several versions, and one of studies that have no day."""


@pytest.mark.slow
def test_studies_are_as_of_their_own_days_in_any_order_of_the_files(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    drugs = [drugbank(n, f"{name}dol") for n, name in enumerate(("Alpha", "Beta", "Gamma"), 1)]
    states = []
    for order in permutations(STUDIES):
        database = new_on_sqlite()
        load(database, "drugbank-vocabulary", vocabulary(*drugs, date="2019-01-02"))
        for file in order:
            load(database, "clinicaltrials", [file])
        states.append((releases(database)[-1], served_in(database)))
        assert coverage_of(database, "alphadol", "trials") == "2026-01-05"
        assert coverage_of(database, "betadol", "trials") == "2022-03-04"
        assert coverage_of(database, "gammadol", "trials") == "2020-05-06"

    assert [state for state in states if state != states[0]] == []


@pytest.mark.slow
def test_both_engines_have_the_same_bytes_of_studies(
    new_database: Callable[[], AbstractContextManager[Settings]], on_sqlite: Settings
) -> None:
    load(on_sqlite, "drugbank-vocabulary", vocabulary(drugbank(1, "Gammadol")))
    load(on_sqlite, "clinicaltrials", STUDIES)
    with new_database() as database:
        for file in STUDIES[::-1]:
            load(database, "clinicaltrials", [file])
        load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Gammadol")))
        here = served_in(database)

    assert here == served_in(on_sqlite)


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


@slow_on_postgres
@pytest.mark.parametrize("at_once", [1, 500])
def test_a_label_names_the_earlier_versions_of_it_that_were_read(
    database: Settings, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(upserting, "AT_ONCE", at_once)
    of = {n: of_version("s1", n, f"20{n:02}0101") for n in range(1, 7)}
    lone = of_version("s2", 1, "20200101")

    def after(*versions: Json, name: str, updated: str = "2024-01-01") -> list[str]:
        load(database, "openfda-label", [dated(*versions, name=name, updated=updated)])
        return superseded(served_in(database))["s1"]

    assert after(of[3], lone, name="a.json") == []
    assert after(of[3], name="b.json", updated="2024-02-01") == []
    later = after(of[2], of[5], of[4], of[4], name="c.json")
    older = after(of[1], lone, name="d.json", updated="2020-01-01")
    read_again = after(of[1], of[5], name="e.json")

    assert later == ["4 of 2004-01-01", "3 of 2003-01-01", "2 of 2002-01-01"]
    assert older == read_again == [*later, "1 of 2001-01-01"]
    assert superseded(served_in(database))["s2"] == []


def test_an_older_version_is_a_release_once_and_changes_no_fact(on_sqlite: Settings) -> None:
    load(on_sqlite, "openfda-label", [undated(of_version("s1", 2, "20200101"), name="a.json")])
    facts = statements(on_sqlite)
    older = of_version("s1", 1, "20190101")

    first = load(on_sqlite, "openfda-label", [undated(older, name="b.json")])
    again = load(on_sqlite, "openfda-label", [undated(older, older, name="c.json")])

    assert counted(first) == {"read": 1, "older": 1}
    assert first.release is not None
    assert again.release is None
    assert statements(on_sqlite) == facts
    assert len(set(releases(on_sqlite))) == 2


@pytest.mark.slow
def test_a_label_that_was_removed_comes_back_with_what_it_superseded(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    """Those that were read while a release that is complete had it no more, too."""
    other = of_version("s2", 1, "20200101")
    files = [
        dated(of_version("s1", 1, "20200101"), name="a", updated="2021-01-01"),
        dated(other, name="b", updated="2022-01-01", complete=True),
        dated(of_version("s1", 2, "20210101"), name="c", updated="2021-06-01"),
        dated(of_version("s1", 3, "20220601"), name="d", updated="2023-01-01"),
    ]
    states = [
        served_after(new_on_sqlite(), *([file] for file in order))
        for order in (files, files[::-1], [*files[1:], files[0]])
    ]

    assert superseded(states[0])["s1"] == ["2 of 2021-01-01", "1 of 2020-01-01"]
    assert [state for state in states if state != states[0]] == []


def test_check_finds_a_version_that_is_no_longer_remembered(on_sqlite: Settings) -> None:
    for version in (1, 2):
        of = of_version("s1", version, "20200101")
        load(on_sqlite, "openfda-label", [undated(of, name=f"{version}.json")])

    change(on_sqlite, "DELETE FROM record_version WHERE version = '000001.20200101'")

    with writing(on_sqlite) as engine:
        faults = faults_in(engine)

    assert "The records of openfda-label are not those that were imported." in faults
    assert "The record of labels 's1' is not what its sources say." in faults


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


@pytest.mark.slow
def test_of_a_label_of_which_a_part_cannot_be_read_the_newest_version_is_served_in_any_order(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    whole = of_version("s1", 1, "20190101", boxed_warning="Of version 1.", warnings="Falls.")
    broken = of_version("s1", 2, "20200101", boxed_warning="Of version 2.") | {"warnings": {}}
    files = [
        dated(whole, name="a.json", updated="2019-02-01"),
        dated(broken, name="b.json", updated="2020-02-01"),
    ]

    states = [
        served_after(new_on_sqlite(), *imports)
        for imports in ([[file] for file in files], [[file] for file in reversed(files)], [files])
    ]
    database = new_on_sqlite()
    load(database, "openfda-label", files[:1])
    report = load(database, "openfda-label", files[1:])

    assert [versions_served(state) for state in states] == [{"s1": 2}] * 3
    assert states[0] == states[1] == states[2]
    assert counted(report) == {"read": 1, "changed": 1}
    assert report.of_quarantined == 1
    assert [(row.file, row.reason) for row in report.quarantined] == [
        ("b.json", "its warnings: lists of strings were expected; what else it says is taken.")
    ]


def test_labels_of_which_a_part_cannot_be_read_are_no_reason_to_refuse_a_file(
    on_sqlite: Settings,
) -> None:
    every = [of_version(f"s{n}", n, "20200101") | {"warnings_table": [None]} for n in (1, 2, 3)]

    report = load(on_sqlite, "openfda-label", [undated(*every, name="a.json")])

    assert counted(report) == {"read": 3, "new": 3}
    assert versions_served(served_in(on_sqlite)) == {"s1": 1, "s2": 2, "s3": 3}
    assert [row.record for row in report.quarantined] == [
        f"record {n}, SPL set id s{n}" for n in (1, 2, 3)
    ]


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ([ligand(1, "alphadol")], "they lack 1 of its records"),
        ([ligand(1, "alphadol", inn="x"), ligand(2, "betadol")], "1 read otherwise"),
    ],
)
def test_where_no_date_decides_nothing_is_replaced_until_both_have_one(
    on_sqlite: Settings, second: list[Json], reason: str
) -> None:
    both = [ligand(1, "alphadol"), ligand(2, "betadol")]
    first = guide_without_a_date(both)
    load(on_sqlite, "gtopdb", first)
    before = served_in(on_sqlite)

    def refused(files: list[Given], **options: str) -> str:
        with pytest.raises(RefusedError, match=reason) as error:
            load(on_sqlite, "gtopdb", files, **options)
        assert served_in(on_sqlite) == before
        return str(error.value)

    no_date = refused(guide_without_a_date(second))
    dated_now = refused(guide_without_a_date(second), released="2015-01-01")
    dated_itself = refused(guide(second, [interaction(1, "Cough receptor", "Agonist")]))
    more = [*both, ligand(3, "gammadol")]
    added = load(on_sqlite, "gtopdb", guide_without_a_date(more), dry_run=True)
    load(on_sqlite, "gtopdb", first, released="2019-05-01", again=True)
    older = load(on_sqlite, "gtopdb", guide_without_a_date(second), released="2015-01-01")
    then = statements(on_sqlite)
    newer = load(on_sqlite, "gtopdb", guide_without_a_date(second), released="2020-01-01")

    assert no_date.endswith("Say theirs by --released DATE.")
    assert "what is loaded has no date" in dated_now
    assert "what is loaded has no date" in dated_itself
    assert counted(added)["new"] == 1
    assert (older.counts["changed"], older.counts["removed"]) == (0, 0)
    assert then == statements(on_sqlite)
    assert newer.counts["changed"] + newer.counts["removed"] == 1


def test_files_that_are_all_there_is_replace_others_where_that_is_confirmed(
    on_sqlite: Settings,
) -> None:
    load(on_sqlite, "gtopdb", guide_without_a_date([ligand(1, "alphadol"), ligand(2, "betadol")]))

    report = load(on_sqlite, "gtopdb", guide_without_a_date([ligand(1, "alphadol")]), complete=True)

    assert report.counts["removed"] == 1


def test_a_file_that_was_imported_before_may_read_otherwise_by_a_newer_program(
    on_sqlite: Settings,
) -> None:
    file = undated(of_version("s1", 5, "20231109"), name="a.json")
    load(on_sqlite, "openfda-label", [file])
    with writing(on_sqlite) as engine, engine.begin() as connection:
        connection.execute(table_of(SourceRecord).update().values(digest="by another program"))
        connection.execute(table_of(RecordVersion).delete())
        digests = table_of(SourceState).update().where(table_of(SourceState).c.id != "seed")
        number = content_number("openfda-label", "s1", "by another program")
        connection.execute(digests.values(content=content_of(number)))

    again = load(on_sqlite, "openfda-label", [file], again=True)

    assert counted(again) == {"read": 1, "changed": 1}


def test_of_one_undated_version_with_other_content_neither_replaces_the_other(
    on_sqlite: Settings,
) -> None:
    one, other = (
        undated(of_version("s1", 5, "20231109", warnings=text), name=f"{text}.json")
        for text in ("One.", "Two.")
    )
    load(on_sqlite, "openfda-label", [one])

    with pytest.raises(RefusedError, match="1 read otherwise") as refused:
        load(on_sqlite, "openfda-label", [other])
    load(on_sqlite, "openfda-label", [one], released="2023-12-01", again=True)
    load(on_sqlite, "openfda-label", [other], released="2024-01-01")

    assert "(SPL set id s1, version 5 of 2023-11-09)" in str(refused.value)
    assert [text for _, text in statements(on_sqlite).values()] == ["Two."]


@pytest.mark.slow
def test_nor_where_both_are_imported_at_once_in_either_order(on_sqlite: Settings) -> None:
    both = [
        undated(of_version("s1", 5, "20231109", warnings=text), name=f"{text}.json")
        for text in ("One.", "Two.")
    ]

    for files in (both, both[::-1]):
        with pytest.raises(RefusedError, match="1 read otherwise"):
            load(on_sqlite, "openfda-label", files)

    assert served_in(on_sqlite) == {}
    load(on_sqlite, "openfda-label", [undated(of_version("s1", 6, "20240101"), name="newer.json")])
    assert load(on_sqlite, "openfda-label", both).counts["older"] == 1


@pytest.mark.slow
def test_an_undated_label_that_a_complete_release_lacks_is_neither_dropped_nor_removed_unasked(
    on_sqlite: Settings,
) -> None:
    whole = dated(of_version("s1", 1, "20230101"), name="w", updated="2024-01-15", complete=True)
    lone = undated(of_version("s2", 1, "20120101"), name="lone.json")
    load(on_sqlite, "openfda-label", [whole])
    added = load(on_sqlite, "openfda-label", [lone])
    later = dated(of_version("s1", 2, "20230201"), name="x", updated="2024-02-15", complete=True)

    with pytest.raises(RefusedError, match="they lack 1 of its records"):
        load(on_sqlite, "openfda-label", [later])
    load(on_sqlite, "openfda-label", [later], complete=False)
    both = versions_served(served_in(on_sqlite))
    load(on_sqlite, "openfda-label", [later], complete=True)

    assert counted(added) == {"read": 1, "new": 1}
    assert both == {"s1": 2, "s2": 1}
    assert versions_served(served_in(on_sqlite)) == {"s1": 2}


def test_a_newer_version_keeps_its_day_where_an_older_one_stands_twice_in_a_later_file(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upserting, "AT_ONCE", 1)
    load(
        on_sqlite,
        "openfda-label",
        [dated(of_version("s1", 6, "20231201"), name="a", updated="2024-01-15")],
    )

    older = of_version("s1", 5, "20230101")
    load(on_sqlite, "openfda-label", [dated(older, older, name="b", updated="2025-01-01")])

    assert coverage_of(on_sqlite, "alphadol", "warnings") == "2024-01-15"


def test_a_month_that_is_given_leaves_a_label_its_own_day(on_sqlite: Settings) -> None:
    load(
        on_sqlite,
        "openfda-label",
        [undated(of_version("s1", 1, "20060301"), name="a.json")],
        released="2006-05",
    )

    assert coverage_of(on_sqlite, "alphadol", "warnings") == "2006-03-01"


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
