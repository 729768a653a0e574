"""What labels of drugs say of each other, as it is asked for."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.settings import Settings
from tests.conftest import Holding, slow_on_postgres
from tests.ingest.loading import Given, approvals, drugbank, label, labels, load, vocabulary
from tests.ingest.sources.test_fda_cyp import STRONG, page

SAID = (
    "7 DRUG INTERACTIONS Aspirin raises the risk of bleeding. Avoid other drugs, e.g. Coumadin. "
    "Strong CYP3A4 inhibitors raise it."
)
SOURCES = {
    "drugbank-vocabulary": vocabulary(
        drugbank(1, "Warfarin", unii="AAAAAAAAA1"),
        drugbank(2, "Hustanol", unii="AAAAAAAAA2"),
        drugbank(3, "Acetylsalicylic acid", "Aspirin", "Twinol", unii="AAAAAAAAA3"),
        drugbank(4, "Placebin", "Twinol", unii="AAAAAAAAA4"),
    ),
    "drugs-at-fda": approvals(
        ("NDA000001", "COUMADIN", "WARFARIN", "1999-01-02"),
        ("NDA000002", "DUOTOL", "HUSTANOL; PLACEBIN", "2001-01-02"),
    ),
    "openfda-label": labels(
        label(
            "s1",
            "HUSTANOL",
            unii="AAAAAAAAA2",
            application_number=["NDA000009"],
            route=["ORAL"],
            drug_interactions=SAID,
            boxed_warning="WARNING: Warfarin and Hustanol. Never with warfarin.",
            adverse_reactions="6 ADVERSE REACTIONS Seen with Duotol.",
        ),
        label("s2", "HUSTANOL", unii="AAAAAAAAA2", route=["ORAL"], drug_interactions=SAID),
        label("s3", "WARFARIN", unii="AAAAAAAAA1", warnings="It bleeds."),
    ),
    "fda-cyp": [Given("cyp.html", page(("placebin", {STRONG: "3A strong inhibitor"})))],
}


@pytest.fixture(scope="module")
def pharmacy(holding: Holding) -> Iterator[httpx.Client]:
    """Drugs of which one's labels name others."""
    with holding(files=SOURCES) as client:
        yield client


def asked(client: httpx.Client, drugs: str) -> Any:
    """What the labels of some drugs say of each other."""
    return client.get("/v1/interactions", params={"drugs": drugs}).raise_for_status().json()


def directions(pair: dict[str, Any]) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Of a pair, whose labels say what of whom."""
    return [
        (
            each["labels_of"]["id"],
            each["named"]["id"],
            each["status"],
            [(passage["part"], passage["sentence"]) for passage in each["passages"]],
        )
        for each in pair["directions"]
    ]


def test_sentences_that_name_a_drug_stand_in_the_order_of_labels(pharmacy: httpx.Client) -> None:
    answer = asked(pharmacy, "hustanol,warfarin")

    [pair] = answer["items"]
    assert directions(pair) == [
        (
            "hustanol",
            "warfarin",
            "named",
            [
                ("boxed_warning", "WARNING: Warfarin and Hustanol."),
                ("boxed_warning", "Never with warfarin."),
                ("interactions", "Avoid other drugs, e.g. Coumadin."),
            ],
        ),
        ("warfarin", "hustanol", "not_named", []),
    ]
    of_two = pair["directions"][0]["passages"][-1]
    assert of_two["labels"] == {"stating": 2, "of": 2}
    assert of_two["names"][0]["how"] == "brand"
    assert [label["id"] for label in answer["drugs"][0]["labels"]] == ["s2", "s1"]


def test_each_sentence_stands_in_its_fact_letter_for_letter(pharmacy: httpx.Client) -> None:
    for pair in asked(pharmacy, "hustanol,warfarin,aspirin,placebin")["items"]:
        for direction in pair["directions"]:
            for passage in direction["passages"]:
                for fact in passage["facts"]:
                    record = pharmacy.get(f"/v1/{fact['kind']}/{fact['id']}").json()
                    statement = record["statement"]
                    assert statement[fact["start"] : fact["end"]] == passage["sentence"]
                    assert not {"severity", "risk"} & passage.keys()
                for name in passage["names"]:
                    assert statement[name["start"] : name["end"]] == name["text"]


def test_a_class_is_followed_where_a_source_puts_the_drug_into_it(pharmacy: httpx.Client) -> None:
    [pair] = asked(pharmacy, "hustanol,placebin")["items"]

    [direction, _] = pair["directions"]
    [passage] = direction["passages"]
    assert passage["sentence"] == "Strong CYP3A4 inhibitors raise it."
    assert passage["names"][0] == {
        "how": "class",
        "text": "Strong CYP3A4 inhibitors",
        "start": SAID.index("Strong"),
        "end": SAID.index("Strong") + len("Strong CYP3A4 inhibitors"),
        "class": {"id": "strong-cyp3a-inhibitor", "name": "Strong CYP3A inhibitor"},
    }
    [membership] = direction["classes"]
    assert membership["citations"][0]["locator"] == "row 'placebin', copy of 2026-05-29"


@slow_on_postgres
def test_a_class_of_two_drugs_is_told_of_each_as_sources_have_it(
    database: Settings, client: httpx.Client
) -> None:
    for source in ("drugbank-vocabulary", "openfda-label"):
        load(database, source, SOURCES[source])
    also = "TRNSP INH"
    rows = (
        ("placebin", {STRONG: "3A strong inhibitor", also: "P-gp inhibitor"}),
        ("warfarin", {also: "P-gp inhibitor"}),
        ("aspirin", {STRONG: "3A strong inhibitor"}),
    )
    load(database, "fda-cyp", [Given("cyp.html", page(*rows))])
    said = "P-gp inhibitors and strong CYP3A inhibitors raise it."
    more = label("s4", "HUSTANOL", unii="AAAAAAAAA2", route=["ORAL"], drug_interactions=said)
    load(database, "openfda-label", labels(more))

    ids = "hustanol,placebin,warfarin,aspirin"
    pairs = {pair["id"]: pair for pair in asked(client, ids)["items"]}

    named = {}
    for other in ("placebin", "warfarin", "acetylsalicylic-acid"):
        passages = pairs[f"hustanol+{other}"]["directions"][0]["passages"]
        [passage] = [each for each in passages if each["sentence"] == said]
        named[other] = [name["text"] for name in passage["names"]]
    assert named == {
        "placebin": ["P-gp inhibitors", "strong CYP3A inhibitors"],
        "warfarin": ["P-gp inhibitors"],
        "acetylsalicylic-acid": ["strong CYP3A inhibitors"],
    }
    assert pairs["placebin+warfarin"]["note"].startswith("Both are of the class P-gp inhibitor: ")


def test_a_drug_without_labels_is_said_to_have_none(pharmacy: httpx.Client) -> None:
    answer = asked(pharmacy, "placebin,aspirin")

    assert [drug["labels"] for drug in answer["drugs"]] == [[], []]
    assert directions(answer["items"][0])[0][2] == "no_labels"
    assert "does not mean" in answer["notice"]


def test_what_does_not_resolve_is_not_checked(pharmacy: httpx.Client) -> None:
    answer = asked(pharmacy, "Coumadin,Twinol,Nonesuch,unii:AAAAAAAAA2")

    assert [(drug["id"], drug["asked"]) for drug in answer["drugs"]] == [
        ("warfarin", ["Coumadin"]),
        ("hustanol", ["unii:AAAAAAAAA2"]),
    ]
    assert [(each["asked"], each["reason"]) for each in answer["not_checked"]] == [
        ("Twinol", "ambiguous"),
        ("Nonesuch", "unknown"),
    ]
    candidates = answer["not_checked"][0]["candidates"]
    assert [each["drug"]["id"] for each in candidates] == ["acetylsalicylic-acid", "placebin"]
    assert len(answer["items"]) == 1


def test_the_same_drug_twice_is_one(pharmacy: httpx.Client) -> None:
    answer = asked(pharmacy, "warfarin,Coumadin")

    assert answer["drugs"][0]["asked"] == ["warfarin", "Coumadin"]
    assert answer["items"] == []


def test_a_combination_and_its_ingredient_are_said_to_be_that(pharmacy: httpx.Client) -> None:
    [pair] = asked(pharmacy, "hustanol,Duotol")["items"]

    assert pair["note"].startswith("Hustanol is an ingredient of ")
    assert pair["note"].endswith("so ask for hustanol, placebin too.")
    assert directions(pair)[0][2:] == ("not_named", [])


def test_a_list_can_be_posted(pharmacy: httpx.Client) -> None:
    posted = pharmacy.post("/v1/interactions", json=["hustanol", "warfarin"]).json()

    assert posted == asked(pharmacy, "hustanol,warfarin")


def test_those_of_one_drug_are_of_pairs_with_it(pharmacy: httpx.Client) -> None:
    answer = pharmacy.get("/v1/drugs/hustanol/interactions?with=warfarin,aspirin").json()

    assert [pair["id"] for pair in answer["items"]] == [
        "hustanol+warfarin",
        "hustanol+acetylsalicylic-acid",
    ]
    for other in ("nix", "Coumadin"):
        path = f"/v1/drugs/{other}/interactions?with=hustanol"
        assert pharmacy.get(path).status_code == 404


def test_fields_of_pairs_can_be_named(pharmacy: httpx.Client) -> None:
    answer = pharmacy.get("/v1/interactions?drugs=hustanol,warfarin&fields=note").json()

    assert answer["items"] == [{"id": "hustanol+warfarin", "note": None}]


@pytest.mark.parametrize("count", [1, 26])
def test_the_error_says_how_many_drugs_can_be_asked_for(pharmacy: httpx.Client, count: int) -> None:
    drugs = [f"drug{i}" for i in range(count)]

    got = pharmacy.get("/v1/interactions", params={"drugs": ",".join(drugs)})
    posted = pharmacy.post("/v1/interactions", json=drugs)

    assert got.status_code == posted.status_code == 422
    assert "2 to 25 drugs" in got.json()["detail"]


def test_warnings_are_found_by_whom_they_name(pharmacy: httpx.Client) -> None:
    found = pharmacy.get("/v1/warnings?mentions=warfarin").json()

    assert {item["drug"]["id"] for item in found["items"]} == {"hustanol"}
    assert found["total"] == 2
    [mention, *_] = found["items"][0]["mentions"]
    assert mention["drug"] is not None
    assert pharmacy.get("/v1/warnings?mentions=nix").status_code == 404


@slow_on_postgres
def test_other_sources_interactions_stand_beside(save: Any, client: httpx.Client) -> None:
    from tests.writing import drug, warning

    beside = warning("alcohol", type="interaction", statement="Placebin adds to drowsiness.")
    save(drug("hustanol", beside), drug("placebin"))

    [pair] = asked(client, "hustanol,placebin")["items"]

    [other] = pair["directions"][0]["others"]
    assert (other["statement"], other["certainty"]) == ("Placebin adds to drowsiness.", "stated")
    assert pair["directions"][0]["passages"] == []


def test_an_unknown_drug_to_be_named_is_told_of_before_a_cursor_of_another_list(
    pharmacy: httpx.Client,
) -> None:
    cursor = "WyIyMDI2LTExLTIzLTRmMWMwYTliZTJkNyIsImE0ZTgiLCJiYWNsb2ZlbiJd"

    assert pharmacy.get(f"/v1/warnings?mentions=nothing&cursor={cursor}").status_code == 404
    assert pharmacy.get(f"/v1/warnings?mentions=warfarin&cursor={cursor}").status_code == 422
