"""What several labels state in their own wordings is one fact."""

import json
from typing import Any

import httpx
import pytest

from app.settings import Settings
from tests.ingest.loading import Json, label, labels, load, served_in

UNII = "AAAAAAAAA1"


@pytest.fixture
def database(on_sqlite: Settings) -> Settings:
    return on_sqlite


def of(
    set_id: str,
    warnings: str,
    day: str = "20230101",
    number: str = "ANDA000001",
    route: str = "ORAL",
    substance: str = "HUSTANOL",
) -> Json:
    """A label with a warning."""
    made = label(set_id, substance, unii=UNII, warnings=warnings) | {"effective_time": day}
    made["openfda"] |= {"application_number": [number], "route": [route]}
    return made


def facts(database: Settings, kind: str = "warnings") -> list[Any]:
    return [
        json.loads(body) for (of_kind, _), body in served_in(database).items() if of_kind == kind
    ]


def cited(fact: Any) -> list[tuple[str, str | None]]:
    return [(c["locator"].split(",")[0].split()[-1], c["wording"]) for c in fact["citations"]]


def test_the_statement_is_the_wording_of_the_newest_label_with_a_new_drug_application(
    database: Settings,
) -> None:
    every = [
        of("s1", "Do not drive.", day="20200101", number="NDA000002"),
        of("s2", "DO NOT  DRIVE.", day="20210101", number="NDA000001"),
        of("s3", "do not drive.", day="20230101"),
        of("s4", "Do not drive.", day="20220101"),
    ]
    load(database, "openfda-label", labels(*every))

    [fact] = facts(database)
    [stored] = facts(database, "wordings")

    assert fact["statement"] == "DO NOT  DRIVE."
    assert fact["labels"] == {"stating": 4, "of": 4}
    assert cited(fact) == [("s2", "same"), ("s1", "differs"), ("s3", "differs"), ("s4", "differs")]
    assert [(w["statement"], [c["date"] for c in w["labels"]]) for w in stored["wordings"]] == [
        ("DO NOT  DRIVE.", ["2021-01-01"]),
        ("Do not drive.", ["2020-01-01", "2022-01-01"]),
        ("do not drive.", ["2023-01-01"]),
    ]


def test_labels_without_such_an_application_are_in_the_words_of_the_newest(
    database: Settings,
) -> None:
    every = [of("s1", "Do not drive."), of("s2", "DO NOT DRIVE.", day="20240101")]
    load(database, "openfda-label", labels(*every))

    assert [fact["statement"] for fact in facts(database)] == ["DO NOT DRIVE."]


@pytest.mark.parametrize(
    "other",
    [
        of("s2", "Do not drive for 2 hours."),
        of("s2", "Do drive."),
        of("s2", "Do not drive.", route="TOPICAL"),
        of("s2", "DO NOT drive.", substance="HUSTANOL SODIUM"),
    ],
)
def test_what_differs_in_more_is_another_fact(database: Settings, other: Json) -> None:
    load(database, "openfda-label", labels(of("s1", "Do not drive."), other))

    assert sorted(fact["labels"]["stating"] for fact in facts(database)) == [1, 1]
    assert facts(database, "wordings") == []


def test_labels_are_counted_for_each_route(database: Settings) -> None:
    every = [
        of("s1", "Do not drive."),
        of("s2", "Do not drive."),
        of("s3", "Wash it."),
        of("s4", "Wash it.", route="TOPICAL"),
    ]
    load(database, "openfda-label", labels(*every))

    found = {(f["statement"], f["route"]): f["labels"] for f in facts(database)}
    assert found == {
        ("Do not drive.", "ORAL"): {"stating": 2, "of": 3},
        ("Wash it.", "ORAL"): {"stating": 1, "of": 3},
        ("Wash it.", "TOPICAL"): {"stating": 1, "of": 1},
    }


def test_a_fact_cites_five_labels_at_most_and_its_wordings_all(database: Settings) -> None:
    every = [of(f"s{n}", "Do not drive.", day=f"2023010{n}") for n in range(1, 9)]
    load(database, "openfda-label", labels(*every))

    [fact] = facts(database)
    [stored] = facts(database, "wordings")

    assert [set_id for set_id, _ in cited(fact)] == ["s8", "s7", "s6", "s5", "s4"]
    assert fact["labels"] == {"stating": 8, "of": 8}
    assert [len(wording["labels"]) for wording in stored["wordings"]] == [8]


def test_a_fact_gives_its_wordings_where_they_are_asked_for(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "openfda-label", labels(of("s1", "Do not drive."), of("s2", "DO NOT DRIVE.")))
    [fact] = facts(database)
    [stored] = facts(database, "wordings")
    path = f"/v1/warnings/{fact['id']}"

    whole = client.get(f"{path}?include=wordings").json()
    sparse = client.get(f"{path}?include=wordings&fields=type").json()
    without = client.get(path).json()
    load(database, "openfda-label", labels(of("s3", "Wash it."), of("s3", "Wash it.")))
    [single] = [fact for fact in facts(database) if fact["labels"]["stating"] == 1]
    alone = client.get(f"/v1/warnings/{single['id']}?include=wordings").json()

    assert without == fact
    assert whole == fact | stored
    assert sparse == {"id": fact["id"], "type": "warning"} | stored
    own = {
        "statement": "Wash it.",
        "heading": None,
        "summary": None,
        "blocks": None,
        "tables": [],
        "cross_references": [],
        "labels": single["citations"],
    }
    assert alone["wordings"] == [own]
    assert client.get(f"{path}?include=all").status_code == 422


def test_what_no_label_states_has_no_wordings(seeded: httpx.Client) -> None:
    path = "/v1/warnings/baclofen-warning-withdrawal"

    assert seeded.get(f"{path}?include=wordings").json()["wordings"] == []


def test_a_fact_stays_when_a_label_of_it_comes_changes_or_goes(database: Settings) -> None:
    def imported(*every: Json, day: str) -> tuple[str, int]:
        load(database, "openfda-label", labels(*every, updated=day, complete=True))
        [fact] = facts(database)
        return fact["id"], fact["labels"]["stating"]

    first, second = of("s1", "Do not drive."), of("s2", "DO NOT DRIVE.")

    alone = imported(first, day="2024-01-01")
    both = imported(first, second, day="2024-02-01")
    other = imported(second, day="2024-03-01")

    assert (alone[0], both[0], other[0]) == (alone[0],) * 3
    assert (alone[1], both[1], other[1]) == (1, 2, 1)
    assert facts(database, "wordings") == []
