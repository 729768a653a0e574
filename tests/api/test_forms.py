"""Forms of drugs, as they are asked for: their addresses, their facts, the drugs' combinations."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Holding
from tests.ingest.loading import drugbank, label, labels, load, rxnorm, served_in, vocabulary

CONCEPTS = {
    "214354": ("IN", "candesartan"),
    "135481": ("PIN", "candesartan cilexetil"),
    "5487": ("IN", "hydrochlorothiazide"),
    "284628": ("MIN", "candesartan / hydrochlorothiazide"),
    "215458": ("BN", "Atacand"),
    "577775": ("SCDC", "candesartan cilexetil 16 MG"),
    "577776": ("SCD", "candesartan cilexetil 16 MG Oral Tablet"),
    "639539": ("SBD", "candesartan cilexetil 16 MG Oral Tablet [Atacand]"),
}
RELATIONS = [
    ("135481", "form_of", "214354"),
    ("284628", "has_part", "214354"),
    ("284628", "has_part", "5487"),
    ("577775", "has_ingredient", "214354"),
    ("577775", "has_precise_ingredient", "135481"),
    ("577776", "consists_of", "577775"),
    ("639539", "tradename_of", "577776"),
    ("639539", "has_ingredient", "215458"),
]
SOURCES = {
    "drugbank-vocabulary": vocabulary(
        drugbank(1, "Candesartan", unii="S8Q36MD2XX"),
        drugbank(2, "Candesartan cilexetil", unii="R85M2X0D68"),
        drugbank(3, "Hydrochlorothiazide", unii="0J48LPH2TH"),
    ),
    "openfda-label": labels(
        label("s1", "CANDESARTAN CILEXETIL", unii="R85M2X0D68", warnings="Fetal toxicity."),
        label("s2", "CANDESARTAN", unii="S8Q36MD2XX", warnings="Low blood pressure."),
        label(
            "s3",
            "CANDESARTAN CILEXETIL",
            "HYDROCHLOROTHIAZIDE",
            unii="R85M2X0D68 0J48LPH2TH",
            warnings="Of both.",
        ),
    ),
    "rxnorm": rxnorm(CONCEPTS, RELATIONS, [("577776", "00172409660")]),
}


@pytest.fixture(scope="module")
def pharmacy(holding: Holding) -> Iterator[httpx.Client]:
    """A drug, its form, and a combination of it, of which each source says something."""
    with holding(files=SOURCES) as client:
        yield client


def statements(answer: httpx.Response) -> list[str]:
    return sorted(item["statement"] for item in answer.json()["items"])


def test_facts_of_a_form_are_the_drugs_and_say_which_they_are_of(pharmacy: httpx.Client) -> None:
    drug = pharmacy.get("/v1/drugs/candesartan").json()
    answer = pharmacy.get("/v1/drugs/candesartan/warnings")
    of_form = pharmacy.get("/v1/drugs/candesartan/warnings?form=candesartan-cilexetil")

    assert statements(answer) == ["Fetal toxicity.", "Low blood pressure."]
    assert statements(of_form) == ["Fetal toxicity."]
    assert of_form.json()["items"][0]["substance"] == {
        "name": "CANDESARTAN CILEXETIL",
        "matched_by": "form",
        "form": "candesartan-cilexetil",
    }
    [form] = drug["forms"]
    assert (form["id"], form["name"]) == ("candesartan-cilexetil", "Candesartan cilexetil")
    assert {(i["system"], i["value"]) for i in form["identifiers"]} == {
        ("unii", "R85M2X0D68"),
        ("drugbank", "DB00002"),
        ("rxcui", "135481"),
    }
    assert {i["value"] for i in drug["identifiers"]} == {"S8Q36MD2XX", "DB00001", "214354"}
    assert {(n["name"], n["type"]) for n in drug["names"]} >= {
        ("Candesartan", "generic"),
        ("Candesartan cilexetil", "form"),
        ("Atacand", "brand"),
    }


def test_an_unknown_form_is_a_404_that_names_those_there_are(pharmacy: httpx.Client) -> None:
    answer = pharmacy.get("/v1/drugs/candesartan/warnings?form=candesartan-besylate")

    assert answer.status_code == 404
    assert "candesartan-cilexetil" in answer.json()["detail"]


@pytest.mark.parametrize(
    "below", ["", "?include=all", "/warnings", "/warnings?limit=1", "/labels", "/products"]
)
def test_the_address_of_a_form_answers_as_its_drug_does(pharmacy: httpx.Client, below: str) -> None:
    def without_next(answer: httpx.Response) -> dict[str, Any]:
        return {name: value for name, value in answer.json().items() if name != "next"}

    own = pharmacy.get(f"/v1/drugs/candesartan{below}")
    asked = pharmacy.get(f"/v1/drugs/candesartan-cilexetil{below}")

    assert asked.status_code == 200
    assert without_next(asked) == without_next(own)
    assert asked.headers["content-location"] == f"/v1/drugs/candesartan{below}"
    assert f'</v1/drugs/candesartan{below.partition("?")[0]}>; rel="canonical"' in (
        asked.headers.get_list("link")
    )
    assert "content-location" not in own.headers


def test_a_form_is_a_drug_wherever_one_is_asked_for(pharmacy: httpx.Client) -> None:
    for path in ("/v1/warnings", "/v1/labels", "/v1/products"):
        asked = pharmacy.get(path, params={"drug": "candesartan-cilexetil"}).json()
        assert asked["items"] == pharmacy.get(path, params={"drug": "candesartan"}).json()["items"]
        assert asked["items"]
    found = pharmacy.get("/v1/search?q=toxicity&drug=candesartan-cilexetil").json()
    assert [hit["drug"]["id"] for hit in found["items"]] == ["candesartan"]
    unversioned = pharmacy.get("/drugs/candesartan-cilexetil")
    assert unversioned.headers.get_list("content-location") == ["/v1/drugs/candesartan"]


def test_the_pages_of_a_forms_address_give_each_item_once(pharmacy: httpx.Client) -> None:
    path, seen = "/v1/drugs/candesartan-cilexetil/warnings?limit=1", []
    while path:
        page = pharmacy.get(path).json()
        seen += [item["statement"] for item in page["items"]]
        path = page["next"]

    assert sorted(seen) == ["Fetal toxicity.", "Low blood pressure."]


def test_combinations_are_counted_and_listed_where_asked(pharmacy: httpx.Client) -> None:
    drug = pharmacy.get("/v1/drugs/candesartan").json()
    answer = pharmacy.get("/v1/drugs/candesartan/warnings?combinations=true")
    own = pharmacy.get("/v1/drugs/candesartan/warnings?combinations=false")

    assert drug["combinations"]["drugs"] == 1
    assert drug["combinations"]["counts"]["warnings"] == 1
    assert drug["counts"]["warnings"] == 2
    assert statements(answer) == ["Fetal toxicity.", "Low blood pressure.", "Of both."]
    assert {item["drug"]["id"] for item in answer.json()["items"]} == {
        "candesartan",
        "candesartan-hydrochlorothiazide",
    }
    assert statements(own) == ["Fetal toxicity.", "Low blood pressure."]
    other = pharmacy.get("/v1/drugs/hydrochlorothiazide").json()
    assert other["combinations"]["drugs"] == 1


def test_a_cursor_of_the_one_list_is_none_of_the_other(pharmacy: httpx.Client) -> None:
    path = "/v1/drugs/candesartan/warnings?limit=1"
    following = pharmacy.get(path).json()["next"]

    assert pharmacy.get(following + "&combinations=true").status_code == 422


@pytest.mark.slow
def test_sources_in_any_order_make_the_same_of_forms(new_database: Any) -> None:
    orders = [[*SOURCES], [*SOURCES][::-1], ["openfda-label", "rxnorm", "drugbank-vocabulary"]]
    found = []
    for order in orders:
        with new_database() as settings:
            for source in order:
                load(settings, source, SOURCES[source])
            found.append(served_in(settings))

    assert found[0] == found[1] == found[2]
    assert ("drugs", "candesartan-cilexetil") not in found[0]


def test_an_unknown_form_is_told_of_before_a_cursor_of_another_list(pharmacy: httpx.Client) -> None:
    path = "/v1/drugs/candesartan/warnings"
    cursor = pharmacy.get(f"{path}?limit=1").json()["next"].partition("cursor=")[2]

    assert pharmacy.get(f"{path}?form=none&cursor={cursor}").status_code == 404
    known = pharmacy.get(f"{path}?form=candesartan-cilexetil&cursor={cursor}")
    assert known.status_code == 422
