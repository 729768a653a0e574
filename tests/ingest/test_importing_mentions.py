"""Whom labels name, as imports change it: facts that are stored, and what is known of names."""

import json
from itertools import permutations
from typing import Any

import pytest

from app.settings import Settings
from tests.conftest import slow_on_postgres
from tests.ingest.loading import (
    Given,
    documents,
    drugbank,
    label,
    labels,
    load,
    served_in,
    vocabulary,
)
from tests.ingest.made_spl import section, spl
from tests.ingest.sources.test_fda_cyp import STRONG, page

HUSTANOL = label(
    "s1",
    "HUSTANOL",
    unii="AAAAAAAAA1",
    application_number=["NDA000001"],
    route=["ORAL"],
    drug_interactions="Avoid Placebin and\nNilol. Avoid strong CYP3A4 inhibitors.",
)
KINDS = ("warnings", "dosages")
AGAIN = HUSTANOL | {"set_id": "s2"}


def mentions_in(database: Settings) -> dict[str, list[tuple[str, str]]]:
    """By the fact's drug, the names in warnings, and whom they name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for (kind, _), body in sorted(served_in(database).items()):
        if kind == "warnings":
            record = json.loads(body)
            found.setdefault(record["drug"]["id"], []).extend(
                (each["text"], (each["drug"] or each["class"])["id"]) for each in record["mentions"]
            )
    return found


def passages_in(database: Settings) -> dict[str, list[Any]]:
    """What labels say of others, by pair."""
    return {
        id_: json.loads(body)["passages"]
        for (kind, id_), body in served_in(database).items()
        if kind == "interactions"
    }


def drugs(*names: tuple[int, str, str]) -> list[Given]:
    return vocabulary(*(drugbank(number, *called) for number, *called in names))


def cyp() -> list[Given]:
    return [Given("cyp.html", page(("placebin", {STRONG: "3A strong inhibitor"})))]


def test_names_that_come_later_are_found_in_labels_that_are_stored(database: Settings) -> None:
    load(database, "openfda-label", labels(HUSTANOL))
    assert mentions_in(database) == {"hustanol": []}

    load(database, "drugbank-vocabulary", drugs((1, "Placebin", "Nilol")))

    assert mentions_in(database) == {"hustanol": [("Placebin", "placebin"), ("Nilol", "placebin")]}


@slow_on_postgres
def test_a_name_that_becomes_ambiguous_names_nobody(database: Settings) -> None:
    load(database, "openfda-label", labels(HUSTANOL))
    load(database, "drugbank-vocabulary", drugs((1, "Placebin", "Nilol")))

    twins = drugs((1, "Placebin", "Nilol"), (2, "Twinol", "Nilol"))
    load(database, "drugbank-vocabulary", [Given("v.csv", twins[0].content, "2024-01-03")])

    assert mentions_in(database)["hustanol"] == [("Placebin", "placebin")]


@slow_on_postgres
def test_a_class_is_found_when_a_source_has_it(database: Settings) -> None:
    load(database, "openfda-label", labels(HUSTANOL))
    load(database, "drugbank-vocabulary", drugs((1, "Placebin", "Nilol")))

    load(database, "fda-cyp", cyp())

    assert mentions_in(database)["hustanol"][2:] == [
        ("strong CYP3A4 inhibitors", "strong-cyp3a-inhibitor")
    ]
    assert sorted(passages_in(database)) == [
        "hustanol/class/strong-cyp3a-inhibitor",
        "hustanol/placebin",
    ]


@slow_on_postgres
def test_the_sentence_of_several_labels_stands_once(database: Settings) -> None:
    load(database, "drugbank-vocabulary", drugs((1, "Placebin", "Nilol")))
    load(database, "openfda-label", labels(HUSTANOL, AGAIN))

    [passage] = passages_in(database)["hustanol/placebin"]

    assert passage["sentence"] == "Avoid Placebin and\nNilol."
    assert (passage["labels"], passage["reference"]) == ({"stating": 2, "of": 2}, True)
    assert [name["text"] for name in passage["names"]] == ["Placebin", "Nilol"]


def test_what_labels_said_goes_with_them(database: Settings) -> None:
    load(database, "drugbank-vocabulary", drugs((1, "Placebin", "Nilol")))
    load(database, "openfda-label", labels(HUSTANOL))

    newer = HUSTANOL | {"version": "2", "drug_interactions": ["None are known."]}
    load(database, "openfda-label", labels(newer, updated="2024-02-01"))

    assert passages_in(database) == {}


@pytest.mark.slow
def test_the_order_of_imports_changes_no_mention(database: Settings, new_database: Any) -> None:
    imports = {
        "openfda-label": labels(HUSTANOL, AGAIN),
        "drugbank-vocabulary": drugs((1, "Placebin", "Nilol")),
        "fda-cyp": cyp(),
    }
    outcomes = []
    for order in permutations(imports):
        with new_database("other") as other:
            for source in order:
                load(other, source, imports[source])
            outcomes.append(
                {key: body for key, body in served_in(other).items() if key[0] != "sources"}
            )

    assert all(outcome == outcomes[0] for outcome in outcomes)


@slow_on_postgres
def test_labels_of_dailymed_name_drugs_at_the_letters_of_their_statements(
    database: Settings,
) -> None:
    table = "<tr><td>Placebin</td><td>Avoid.</td></tr><tr><td>Twinol</td><td>It may.</td></tr>"
    text = f"<paragraph>H<sub>2</sub>O and Twinol.</paragraph><table>{table}</table>"
    nested = section("7.1 Others", text, section("By mouth", "Nilol raises it."))
    document = spl(section("7 DRUG INTERACTIONS", None, nested, code="34073-7"))
    load(database, "drugbank-vocabulary", drugs((1, "Placebin", "Nilol"), (2, "Twinol", "Gemin")))

    load(database, "dailymed", documents(document))

    facts = [json.loads(body) for (kind, _), body in served_in(database).items() if kind in KINDS]
    named = [(fact["statement"], each) for fact in facts for each in fact["mentions"]]
    assert sorted(each["text"] for _, each in named) == ["Nilol", "Placebin", "Twinol", "Twinol"]
    assert all(said[each["start"] : each["end"]] == each["text"] for said, each in named)
    found = passages_in(database)
    quoted = {id_: [each["sentence"] for each in of] for id_, of in found.items()}
    assert {id_: sorted(of) for id_, of in quoted.items()} == {
        "hustanol/placebin": ["Nilol raises it.", "Placebin\tAvoid."],
        "hustanol/twinol": ["H2O and Twinol.", "Twinol\tIt may."],
    }
    assert {each["section"]["number"] for of in found.values() for each in of} == {"7.1"}
    assert {each["reference"] for of in found.values() for each in of} == {None}
