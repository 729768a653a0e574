"""Where sources disagree about the same field of the same thing, both values stand, by rule."""

import json
from typing import Any

import pytest

from app.documents.records import Passage
from app.ingest.publishing.comparing import Compared, discrepancies, trial_account
from app.settings import Settings
from tests.conftest import Save
from tests.ingest.loading import (
    approvals,
    drugbank,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    served_in,
    studies,
    study,
    vocabulary,
)
from tests.writing import CITE, drug, fact

HUSTANOL, OTHER = "AAAAAAAAA1", "AAAAAAAAA2"
KIND = "discrepancies"


@pytest.fixture
def database(on_sqlite: Settings) -> Settings:
    """On SQLite alone; that Postgres holds the same is shown in `test_importing_orders`."""
    return on_sqlite


def said_of(
    *identifiers: tuple[str, str, str], dates: tuple[tuple[str, str], ...] = ()
) -> Compared:
    """What sources say: of identifiers the source, system and value; of an approval the date."""
    said = Compared()
    for source, system, value in identifiers:
        said.identifiers[system][value].append((source, Passage(source, f"where {source} says so")))
    for source, date in dates:
        said.approvals["NDA000001"][date].append(
            (source, Passage(source, f"where {source} says so"))
        )
    return said


def found_in(said: Compared) -> dict[str, list[str]]:
    return {
        entry["key"]: [value["value"] for value in entry["values"]]
        for entry in discrepancies("Hustanol", said)
    }


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (said_of(("a", "cas", "1"), ("b", "cas", "1")), {}),
        (said_of(("a", "cas", "1"), ("b", "cas", "2")), {"identifier-cas": ["1", "2"]}),
        (said_of(("a", "cas", "1"), ("a", "cas", "2")), {}),
        (said_of(("a", "cas", "1"), ("a", "cas", "2"), ("b", "cas", "2")), {}),
        (said_of(("a", "cas", "1"), ("b", "unii", "2")), {}),
        (said_of(("a", "ndc", "1"), ("b", "ndc", "2")), {}),
        (said_of(("a", "atc", "1"), ("b", "atc", "2")), {}),
        (said_of(("a", "spl_set_id", "1"), ("b", "spl_set_id", "2")), {}),
        (said_of(dates=(("a", "1977-11"), ("b", "1977-11-22"))), {}),
        (said_of(dates=(("a", "1977"), ("b", "1977-11-22"))), {}),
        (
            said_of(dates=(("a", "1977-12"), ("b", "1977-11-22"))),
            {"approval-nda000001": ["1977-12", "1977-11-22"]},
        ),
    ],
)
def test_values_differ_where_neither_source_gives_the_others(
    said: Compared, expected: dict[str, list[str]]
) -> None:
    assert found_in(said) == expected


def trial(*ids: str, enrolled: int | None = None, **fields: Any) -> dict[str, Any]:
    enrollment = None if enrolled is None else {"count": enrolled, "type": None}
    return {
        "id": "-".join(ids).lower(),
        "registry_ids": list(ids),
        "enrollment": enrollment,
    } | fields


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (trial("NCT1", enrolled=84), trial("NCT1", enrolled=84), []),
        (trial("NCT1", enrolled=84), trial("NCT1", enrolled=86), ["/enrollment/count"]),
        (trial("NCT1", enrolled=84), trial("NCT2", enrolled=86), []),
        (trial("NCT1", enrolled=0), trial("NCT1", enrolled=86), ["/enrollment/count"]),
        (trial("NCT1", enrolled=84), trial("NCT1"), []),
        (trial("NCT1", start_date="2003-10"), trial("NCT1", start_date="2003-10-01"), []),
        (
            trial("NCT1", start_date="2003-10"),
            trial("NCT1", start_date="2003-11-01"),
            ["/start_date"],
        ),
        (
            trial("NCT1", start_date="2003-10", start_date_type="ACTUAL"),
            trial("NCT1", start_date="2003-11", start_date_type=None),
            ["/start_date"],
        ),
        (
            trial("NCT1", completion_date="2031", completion_date_type="ESTIMATED"),
            trial("NCT1", completion_date="2032", completion_date_type="ESTIMATED"),
            ["/completion_date"],
        ),
        (
            trial("NCT1", start_date="2003-10", start_date_type="ACTUAL"),
            trial("NCT1", start_date="2003-11", start_date_type="ESTIMATED"),
            [],
        ),
        (
            trial("NCT1", completion_date="2031", completion_date_type="ESTIMATED"),
            trial("NCT1", completion_date="2030"),
            [],
        ),
        (
            trial("NCT1", start_date="2003-10", completion_date_type="ESTIMATED"),
            trial("NCT1", start_date="2003-11"),
            ["/start_date"],
        ),
        (
            trial("NCT1", "EU9", masking="DOUBLE", allocation="RANDOMIZED"),
            trial("EU9", masking="NONE", allocation="RANDOMIZED"),
            ["/masking"],
        ),
    ],
)
def test_accounts_of_one_trial_are_compared_field_by_field(
    one: dict[str, Any], other: dict[str, Any], expected: list[str]
) -> None:
    said = Compared()
    said.trials += [
        trial_account("a", one, [Passage("a", "p. 1")]),
        trial_account("b", other, [Passage("b", "x")]),
    ]

    found = list(discrepancies("Hustanol", said))

    assert [entry["field"] for entry in found] == expected
    assert [entry["subject"] for entry in found] == [other["id"]] * len(expected)


def test_two_accounts_of_one_source_are_not_compared_with_each_other() -> None:
    said = Compared()
    said.trials += [
        trial_account("a", trial("NCT1", enrolled=84), [Passage("a", "p. 1")]),
        trial_account("a", trial("NCT1", enrolled=86), [Passage("a", "p. 2")]),
    ]

    assert list(discrepancies("Hustanol", said)) == []


def served_discrepancies(database: Settings) -> dict[str, Any]:
    every = served_in(database).items()
    return {id_: json.loads(body) for (kind, id_), body in every if kind == KIND}


@pytest.mark.slow
def test_disagreements_are_served_beside_those_that_a_person_wrote_and_go_when_they_end(
    database: Settings, save: Save
) -> None:
    approval = {
        "authority": "FDA",
        "jurisdiction": "US",
        "date": "1999-02",
        "application_number": "NDA000001",
        "cite": CITE,
    }
    by_hand = [
        {"value": "twice", "cite": {"leaflet": "page 2"}},
        {"value": "thrice", "cite": {"leaflet": "page 3"}},
    ]
    seeded = drug(
        "hustanol",
        fact(KIND, "doses", field="/name", values=by_hand),
        fact("trials", "first", registry_ids=["NCT00000001"], enrollment={"count": 84}),
        identifiers=[{"system": "unii", "value": HUSTANOL, "cite": CITE}],
        approvals=[approval],
    )
    save(seeded)
    by_person = "hustanol-discrepancy-doses"

    load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Hustanol", unii=HUSTANOL, cas="50-00-0")),
    )
    load(
        database,
        "gtopdb",
        guide([ligand(7, "hustanol", cas="50-00-1")], [interaction(7, "X receptor", "Agonist")]),
    )
    load(database, "drugs-at-fda", approvals(("NDA000001", "HUSTEX", "HUSTANOL", "1999-01-02")))
    load(database, "clinicaltrials", studies(study(1, "Hustanol", enrolled=86)))
    load(database, "openfda-label", labels(label("s1", "HUSTANOL", unii=OTHER, warnings="No.")))

    by_rule = served_discrepancies(database)

    assert sorted(by_rule) == [
        "hustanol-discrepancy-approval-nda000001",
        by_person,
        "hustanol-discrepancy-identifier-cas",
        "hustanol-discrepancy-identifier-unii",
        "hustanol-discrepancy-nct00000001-hustanol-and-hustanol-trial-first-enrollment-count",
    ]
    of_trial = by_rule[sorted(by_rule)[-1]]
    assert of_trial["subject"] == {
        "type": "fact",
        "fact": "nct00000001-hustanol",
        "field": "/enrollment/count",
    }
    assert [
        (side["value"], [(c["source"]["id"], c["locator"]) for c in side["citations"]])
        for side in of_trial["values"]
    ] == [("84", [("leaflet", "page 1")]), ("86", [("clinicaltrials", "NCT00000001")])]

    load(
        database,
        "clinicaltrials",
        studies(study(1, "Hustanol", enrolled=84, updated="2024-01-01")),
    )
    load(
        database,
        "drugs-at-fda",
        approvals(("NDA000001", "HUSTEX", "HUSTANOL", "1999-02-02"), newest="2024-02-02"),
    )
    load(
        database,
        "openfda-label",
        labels(label("s1", "HUSTANOL", unii=HUSTANOL, warnings="No.", version=2)),
    )

    assert sorted(served_discrepancies(database)) == [
        by_person,
        "hustanol-discrepancy-identifier-cas",
    ]
