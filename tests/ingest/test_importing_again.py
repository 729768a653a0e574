"""A source that is imported again: what it says now is served, and what it said before is not."""

import json
from collections.abc import Callable

import pytest

from app.ingest.import_command import summary
from app.ingest.sources.interface import RefusedError
from app.settings import Settings
from tests.ingest.loading import (
    Given,
    Json,
    counted,
    drugbank,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    releases,
    served_in,
    statements,
    studies,
    study,
    vocabulary,
)


@pytest.fixture
def database(on_sqlite: Settings) -> Settings:
    """On SQLite alone; `test_importing_whole` is about both engines."""
    return on_sqlite


def test_the_same_file_again_changes_nothing_and_makes_no_release(database: Settings) -> None:
    files = labels(label("s1", "ALPHADOL", warnings="Careful."))
    load(database, "openfda-label", files)
    before = served_in(database)

    again = load(database, "openfda-label", files)
    by_force = load(database, "openfda-label", files, again=True)

    assert (again.release, counted(again)) == (None, {})
    assert (by_force.release, counted(by_force)) == (None, {"read": 1, "unchanged": 1})
    assert served_in(database) == before
    assert len(releases(database)) == 1


def test_an_old_a_new_and_again_the_old_file(database: Settings) -> None:
    old = labels(
        label("s1", "ALPHADOL", warnings="Careful.", pregnancy="Ask.", version=1),
        label("s2", "ALPHADOL", warnings="Careful."),
        updated="2023-01-01",
    )
    new = labels(
        label("s1", "ALPHADOL", warnings="Very careful.", pregnancy="Ask.", version=2),
        updated="2024-01-01",
    )
    load(database, "openfda-label", old)
    facts_before = statements(database)
    second = load(database, "openfda-label", new)
    served_then = served_in(database)

    third = load(database, "openfda-label", old)
    by_force = load(database, "openfda-label", old, again=True)

    assert counted(second) == {"read": 1, "changed": 1}
    assert counted(by_force) == {"read": 2, "older": 1, "unchanged": 1}
    assert (third.release, by_force.release) == (None, None)
    assert served_in(database) == served_then
    kept = {id_: fact for id_, fact in statements(database).items() if id_ in facts_before}
    assert kept == facts_before
    assert {text for _, text in statements(database).values()} == {
        "Careful.",
        "Very careful.",
        "Ask.",
    }


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_newest_of_a_record_that_stands_twice_is_taken(
    database: Settings, newest_first: bool
) -> None:
    versions = [
        label("s1", "ALPHADOL", warnings="Careful.", version=1),
        label("s1", "ALPHADOL", warnings="Very careful.", version=2),
    ]

    report = load(
        database, "openfda-label", labels(*(versions[::-1] if newest_first else versions))
    )

    assert [text for _, text in statements(database).values()] == ["Very careful."]
    assert counted(report) == {"read": 2, "new": 1, "duplicates": 1}


@pytest.mark.parametrize("words", [("Careful.", "Careless."), ("Careless.", "Careful.")])
def test_a_record_that_stands_twice_and_says_two_things_is_reported(
    database: Settings, words: tuple[str, str]
) -> None:
    twice = labels(*(label("s1", "ALPHADOL", warnings=said) for said in words))

    report = load(database, "openfda-label", twice)

    assert [text for _, text in statements(database).values()] == ["Careless."]
    assert [(row.record, row.reason) for row in report.quarantined] == [
        ("s1", "another record with this id and of the same day says something else.")
    ]
    assert counted(report) == {"read": 2, "new": 1, "duplicates": 1}


def test_of_two_records_of_one_day_the_same_stays_whichever_file_is_read_first(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    files = [labels(label("s1", "ALPHADOL", warnings=words)) for words in ("Careful.", "Careless.")]
    outcomes = []

    for order in (files, files[::-1], [*files, files[0]], [*files[::-1], files[1]]):
        database = new_on_sqlite()
        for file in order:
            load(database, "openfda-label", file)
        outcomes.append(served_in(database))

    assert [outcome for outcome in outcomes if outcome != outcomes[0]] == []


def test_a_file_that_is_part_of_a_source_removes_nothing(database: Settings) -> None:
    load(database, "openfda-label", labels(label("s1", "ALPHADOL", warnings="Careful.")))

    second = load(
        database,
        "openfda-label",
        labels(label("s2", "ZETADOL", warnings="Careful."), updated="2025-01-01"),
    )

    assert counted(second) == {"read": 1, "new": 1}
    assert sorted(drug for drug, _ in statements(database).values()) == ["alphadol", "zetadol"]


def test_an_older_complete_version_neither_removes_nor_adds(database: Settings) -> None:
    new = vocabulary(drugbank(1, "Alphadol"), drugbank(3, "Gammadol"), date="2024-01-01")
    old = vocabulary(drugbank(1, "Alfadol"), drugbank(2, "Betadol"), date="2023-01-01")
    load(database, "drugbank-vocabulary", new)
    before = served_in(database)

    report = load(database, "drugbank-vocabulary", old)

    assert counted(report) == {"read": 2, "older": 2}
    assert (report.release, report.older_than) == (None, "2024-01-01")
    said = summary(report, dry_run=False, report=None)
    assert "are older than the release of 2024-01-01" in said
    assert "Left, for what is there is newer: DB00001; DB00002." in said
    assert served_in(database) == before


@pytest.mark.slow
def test_more_than_a_fifth_and_a_hundred_records_go_only_if_that_is_confirmed(
    database: Settings,
) -> None:
    every = [drugbank(i, f"Drug {i}x") for i in range(1, 301)]
    load(database, "drugbank-vocabulary", vocabulary(*every))
    fewer = vocabulary(*every[:199], date="2024-02-01")

    with pytest.raises(RefusedError, match="101 records that are loaded are not in these files"):
        load(database, "drugbank-vocabulary", fewer)
    a_hundred = load(
        database, "drugbank-vocabulary", vocabulary(*every[:200], date="2024-02-01"), dry_run=True
    )
    confirmed = load(database, "drugbank-vocabulary", fewer, complete=True)

    assert counted(a_hundred)["removed"] == 100
    assert counted(confirmed)["removed"] == 101


def test_a_whole_set_of_labels_removes_those_it_has_no_more_and_an_older_set_brings_none_back(
    database: Settings,
) -> None:
    two = [label("s1", "ALPHADOL", warnings="Careful."), label("s2", "ALPHADOL", warnings="Ask.")]
    three = [*two, label("s3", "ALPHADOL", warnings="Call.")]
    load(database, "openfda-label", labels(*two, updated="2022-01-01", complete=True))

    newer = load(database, "openfda-label", labels(two[0], updated="2024-01-01", complete=True))
    older = load(database, "openfda-label", labels(*three, updated="2023-01-01", complete=True))
    a_part = load(database, "openfda-label", labels(*three, updated="2023-02-01"))

    assert counted(newer) == {"read": 1, "unchanged": 1, "removed": 1}
    assert counted(older) == {"read": 3, "unchanged": 1, "older": 2}
    assert counted(a_part) == {"read": 3, "unchanged": 1, "older": 2}
    assert [text for _, text in statements(database).values()] == ["Careful."]


def test_a_version_between_the_one_that_lost_a_record_and_the_last_does_not_bring_it_back(
    database: Settings,
) -> None:
    both = [drugbank(1, "Alphadol"), drugbank(2, "Betadol")]
    load(database, "drugbank-vocabulary", vocabulary(*both, date="2022-01-01"))
    load(database, "drugbank-vocabulary", vocabulary(both[0], date="2024-01-01"))

    report = load(database, "drugbank-vocabulary", vocabulary(*both, date="2023-01-01"))

    assert counted(report) == {"read": 2, "unchanged": 1, "older": 1}
    assert report.release is None


def test_a_facts_id_stays_when_other_facts_of_its_record_change(database: Settings) -> None:
    texts = {"warnings": "Careful.", "pregnancy": "Ask.", "overdosage": "Call."}
    load(database, "openfda-label", labels(label("s1", "ALPHADOL", version=1, **texts)))
    before = statements(database)

    second = load(
        database,
        "openfda-label",
        labels(
            label("s1", "ALPHADOL", version=2, boxed_warning="Deadly.", **texts, lactation="No."),
            name="newer.json",
        ),
    )

    after = statements(database)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2
    assert (second.facts["new"], second.facts["removed"]) == (2, 0)


def test_a_trial_keeps_its_id_when_its_record_changes(database: Settings) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Alphadol")))
    load(database, "clinicaltrials", studies(study(1, "Alphadol", title="A plan", enrolled=5)))
    before = statements(database)

    load(
        database,
        "clinicaltrials",
        studies(study(1, "Alphadol", title="A result", updated="2024-01-01", enrolled=4)),
    )

    assert before == {"nct00000001-alphadol": ("alphadol", "A plan")}
    assert statements(database) == {"nct00000001-alphadol": ("alphadol", "A result")}


def test_parts_of_a_source_may_come_in_any_order_or_at_once(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    old = labels(label("s1", "ALPHADOL", warnings="Careful."), updated="2023-01-01", name="a.json")
    new = labels(label("s2", "ALPHADOL", warnings="Careful."), updated="2024-01-01", name="b.json")
    found = []

    for order in ((old, new), (new, old), ([*old, *new],), ([*new, *old],)):
        database = new_on_sqlite()
        for files in order:
            load(database, "openfda-label", files)
        found.append((releases(database)[-1], served_in(database)))

    assert found[1:] == found[:1] * 3


def test_a_line_that_cannot_be_read_removes_nothing(database: Settings) -> None:
    drugs = (drugbank(1, "Alphadol"), drugbank(2, "Betadol"))
    load(database, "drugbank-vocabulary", vocabulary(*drugs))
    before = served_in(database).keys()
    [whole] = vocabulary(*drugs)
    heading, first, second = whole.content.decode().splitlines()
    with_id = f"{heading}\n{first}\n{second},more\n"
    without = f"{heading}\n{first}\n\0{second}\n"

    reports = [
        load(database, "drugbank-vocabulary", [Given(whole.name, text.encode(), date)])
        for text, date in ((with_id, "2025-01-30"), (without, "2025-01-31"))
    ]

    assert [report.counts["removed"] for report in reports] == [0, 0]
    assert [report.counts["invalid"] for report in reports] == [1, 1]
    after = served_in(database).keys()
    assert before <= after
    assert after - before <= {("releases", "2"), ("releases", "3")}


def test_a_study_that_is_of_no_drug_any_more_is_gone(database: Settings) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Alphadol")))
    load(database, "clinicaltrials", studies(study(1, "Alphadol", updated="2020-01-01")))
    [now] = studies(study(1, "Alphadol", updated="2024-01-01"))
    content = now.content.replace(b'"DRUG"', b'"BEHAVIORAL"')

    report = load(database, "clinicaltrials", [Given(now.name, content)])

    assert report.counts["changed"] == 1
    assert not [kind for kind, _ in served_in(database) if kind == "trials"]


def test_a_date_that_is_given_orders_versions_and_is_asked_for(database: Settings) -> None:
    new = [undated(drugbank(1, "Alphadol"), drugbank(3, "Gammadol"))]
    old = [undated(drugbank(1, "Alphadol"), drugbank(2, "Betadol"))]
    load(database, "drugbank-vocabulary", new, released="2025-06-01")
    before = served_in(database)

    with pytest.raises(RefusedError, match="--released DATE"):
        load(database, "drugbank-vocabulary", old)
    with pytest.raises(RefusedError, match="is no date"):
        load(database, "drugbank-vocabulary", old, released="banana")
    older = load(database, "drugbank-vocabulary", old, released="2024-01-01")
    served_then = served_in(database)
    newer = load(database, "drugbank-vocabulary", old, released="2026-01-01")

    assert (older.release, served_then) == (None, before)
    assert (newer.counts["new"], newer.counts["removed"]) == (1, 1)


def test_a_name_that_no_index_holds_is_quarantined(database: Settings) -> None:
    files = vocabulary(drugbank(1, "Alphadol"), drugbank(2, "B" * 160_000))

    report = load(database, "drugbank-vocabulary", files)

    assert counted(report) == {"read": 2, "new": 1, "invalid": 1}
    assert "160,000 characters" in report.quarantined[0].reason


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (label("s1", "BETADOL", warnings="x\0"), "a NUL character"),
        (label("s1", "BETADOL", warnings="x\ud800"), "half of a surrogate pair"),
        (label("s1", "\ud800"), "half of a surrogate pair"),
    ],
)
def test_a_text_that_no_database_holds_sets_its_record_aside(
    database: Settings, broken: Json, reason: str
) -> None:
    files = labels(broken, label("s2", "ALPHADOL", warnings="Careful."))

    report = load(database, "openfda-label", files, most_invalid=50)

    assert counted(report) == {"read": 2, "new": 1, "invalid": 1}
    assert report.quarantined[0].record == "s1"
    assert report.quarantined[0].reason == f"it holds {reason}, which is no text."


def test_a_condition_that_no_database_holds_sets_its_study_aside(database: Settings) -> None:
    files = studies(study(1, "Alphadol", conditions=("\ud800",)), study(2, "Alphadol"))

    report = load(database, "clinicaltrials", files, most_invalid=50)

    assert counted(report) == {"read": 2, "new": 1, "invalid": 1}
    assert report.quarantined[0].reason == "it holds half of a surrogate pair, which is no text."


def test_a_record_that_stands_in_two_files_is_no_news_when_both_are_read_again(
    database: Settings,
) -> None:
    one = labels(label("s1", "ALPHADOL", warnings="Careful."), name="one.json")
    other = labels(
        label("s1", "ALPHADOL", warnings="Careful."),
        label("s2", "ALPHADOL", warnings="Careful."),
        name="two.json",
    )
    load(database, "openfda-label", [*one, *other], complete=False)

    again = load(database, "openfda-label", [*one, *other], complete=False, again=True)

    assert again.release is None
    assert (again.counts["unchanged"], again.counts["duplicates"]) == (2, 1)


def undated(*drugs: Json) -> Given:
    """A vocabulary as a plain file, which gives no date."""
    [file] = vocabulary(*drugs)
    return Given(file.name, file.content, None)


def test_facts_written_a_few_at_a_time_keep_their_citations(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ingest.publishing.fact_writer.FACTS_AT_ONCE", 1)
    monkeypatch.setattr("app.ingest.publishing.fact_writer.RECORDS_AT_ONCE", 1)
    load(database, "drugbank-vocabulary", vocabulary(*(drugbank(i, f"Drug {i}") for i in range(9))))

    load(
        database,
        "openfda-label",
        labels(*(label(f"s{i}", f"DRUG {i % 9}", warnings=f"No. {i}") for i in range(30))),
    )

    cited = [
        cited
        for (kind, _), body in served_in(database).items()
        if kind in ("drugs", "warnings")
        for cited in (json.loads(body)["names"] if kind == "drugs" else [json.loads(body)])
    ]
    assert len(cited) == 9 + 30
    assert all(item["citations"] for item in cited)


def trial_in(status: str, updated: str) -> list[Given]:
    known = {"overallStatus": status, "lastUpdatePostDateStruct": {"date": updated}}
    return studies(study(1, "Alphadol", updated=updated, statusModule=known), date=updated)


def test_an_older_whole_set_removes_nothing_that_a_newer_part_brought(database: Settings) -> None:
    newer = labels(label("s1", "ALPHADOL", warnings="New."), updated="2024-06-01")
    whole = labels(label("s2", "ALPHADOL", warnings="Old."), updated="2024-01-01", complete=True)
    load(database, "openfda-label", newer)

    report = load(database, "openfda-label", whole)

    assert counted(report) == {"read": 1, "new": 1}
    assert sorted(said for _, said in statements(database).values()) == ["New.", "Old."]


@pytest.mark.parametrize("newer_first", [True, False])
def test_of_two_files_in_one_command_the_newer_counts(
    database: Settings, newer_first: bool
) -> None:
    files = [
        *labels(
            label("s1", "ALPHADOL", warnings="January."), updated="2024-01-01", name="jan.json"
        ),
        *labels(label("s1", "ALPHADOL", warnings="May."), updated="2024-05-01", name="may.json"),
    ]

    report = load(database, "openfda-label", files[::-1] if newer_first else files)

    assert [said for _, said in statements(database).values()] == ["May."]
    assert report.quarantined == []


def test_a_newer_version_that_says_what_an_old_one_said_is_newer_than_one_between(
    database: Settings,
) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Alphadol")))
    load(database, "clinicaltrials", trial_in("RECRUITING", "2024-01-01"))
    load(database, "clinicaltrials", trial_in("RECRUITING", "2024-06-01"))
    then = served_in(database)

    between = load(database, "clinicaltrials", trial_in("SUSPENDED", "2024-03-01"))

    assert counted(between) == {"read": 1, "older": 1}
    assert served_in(database) == then


def test_a_row_that_could_be_any_ligand_s_changes_nothing_that_is_known(database: Settings) -> None:
    acts = [interaction(1, "Target A", "Agonist"), interaction(2, "Target B", "Agonist")]
    ligands = [ligand(1, "alphadol"), ligand(2, "betanol")]
    load(database, "gtopdb", guide(ligands, acts))
    before = statements(database)
    broken = guide([*ligands, ligand(3, "gammol")], [*acts, interaction(3, "Target C", "Agonist")])
    lines = broken[1].content.split(b"\n")
    lines[2] += b",one column too many"
    files = [broken[0], Given("interactions.csv", b"\n".join(lines), broken[1].date)]

    load(database, "gtopdb", files)

    now = statements(database)
    assert {id_: now[id_] for id_ in before} == before
    assert [drug for id_, (drug, _) in now.items() if id_ not in before] == ["gammol"]


def test_what_is_said_to_be_complete_is_looked_at_again(database: Settings) -> None:
    both = labels(label("s1", "ALPHADOL", warnings="A."), label("s2", "ALPHADOL", warnings="B."))
    one = labels(label("s1", "ALPHADOL", warnings="A."), name="one.json", updated="2024-02-01")
    load(database, "openfda-label", both)
    load(database, "openfda-label", one)

    report = load(database, "openfda-label", one, complete=True)

    assert counted(report) == {"read": 1, "unchanged": 1, "removed": 1}
    assert [said for _, said in statements(database).values()] == ["A."]


def test_a_trial_that_was_of_no_drug_does_not_keep_its_name_from_one(database: Settings) -> None:
    doubtful = vocabulary(
        drugbank(1, "Alphan", "Alphol"), drugbank(2, "Deltol", "Alphol"), date="2024-01-01"
    )
    clear = vocabulary(drugbank(2, "Deltol", "Alphol sodium"), date="2024-02-01")
    load(database, "drugbank-vocabulary", doubtful)
    load(database, "clinicaltrials", studies(study(1, "Alphol sodium")))
    assert not any(kind == "trials" for kind, _ in served_in(database))

    load(database, "drugbank-vocabulary", clear)

    [trial] = [body for (kind, _), body in served_in(database).items() if kind == "trials"]
    assert json.loads(trial)["drug"]["id"] == "deltol"


@pytest.mark.parametrize("newer_first", [True, False])
def test_a_study_that_was_of_no_drug_before_is_known_by_its_newest_version(
    database: Settings, newer_first: bool
) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Hustanol")))
    older, newer = (study(1, "Hustanol", updated=day) for day in ("2020-01-01", "2024-01-01"))
    older["protocolSection"]["armsInterventionsModule"]["interventions"][0]["type"] = "DEVICE"
    files = [*studies(newer, name="newer.json"), *studies(older, name="older.json")]

    load(database, "clinicaltrials", files if newer_first else files[::-1])

    assert [id_ for kind, id_ in served_in(database) if kind == "trials"] != []
