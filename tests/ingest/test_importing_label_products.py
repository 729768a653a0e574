"""Labels of DailyMed lead to the drug of their moiety, and their products to RxNorm's."""

from hashlib import sha256
from itertools import permutations

import httpx
import pytest

from app.settings import Settings
from tests.conftest import slow_on_postgres
from tests.ingest.loading import (
    counted,
    documents,
    drugbank,
    load,
    rxnorm,
    vocabulary,
)
from tests.ingest.made_spl import section, spl
from tests.ingest.made_spl_products import (
    NDC,
    TABLET,
    approval,
    indexing,
    ingredient,
    listed,
    package,
    product,
    strength,
)

DAILYMED, RXNORM = "dailymed", "rxnorm"
HUSTANOL = ("HUSTANOL", "AAAAAAAAA1")


def salt(name: str, unii: str, value: str = "10", ndc: str = "12345-678") -> str:
    """A tablet of a salt of hustanol."""
    return product(
        f'<code code="{ndc}" codeSystem="{NDC}"/><name>Hustex</name>{TABLET}'
        + ingredient(name, unii, HUSTANOL, "ACTIM", strength(value, "mg"))
        + package(f"{ndc}-01", "BOTTLE", "30"),
        approval("NDA000001", "NDA"),
    )


def told(*products: str, set_id: str = "s1") -> bytes:
    """A label of these products with a warning of its own."""
    warned = section("WARNINGS", f"Careful with {set_id}.", code="34071-1")
    return spl(warned, set_id=set_id, products=listed(*products))


SODIUM = salt("HUSTANOL SODIUM", "AAAAAAAAA9")
POTASSIUM = salt("HUSTANOL POTASSIUM", "AAAAAAAAA8", ndc="12345-679")

PRODUCTS = rxnorm(
    {
        "1": ("IN", "hustanol"),
        "2": ("IN", "placebin"),
        "11": ("SCDC", "hustanol 10 MG"),
        "12": ("SCDC", "placebin 2 MG"),
        "21": ("SCD", "hustanol 10 MG Oral Tablet"),
        "22": ("SCD", "placebin 2 MG Oral Tablet"),
    },
    [
        ("11", "has_ingredient", "1"),
        ("12", "has_ingredient", "2"),
        ("21", "consists_of", "11"),
        ("22", "consists_of", "12"),
    ],
    [("21", "12345067801"), ("22", "12345067901")],
)


@slow_on_postgres
def test_a_salts_label_is_its_moietys_though_no_other_source_knows_either(
    database: Settings, client: httpx.Client
) -> None:
    load(database, DAILYMED, documents(told(SODIUM), told(POTASSIUM, set_id="s2")))

    drug = client.get("/v1/drugs/hustanol").json()
    assert [(name["name"], name["type"]) for name in drug["names"]] == [
        ("HUSTANOL SODIUM", "form"),
        ("Hustex", "brand"),
        ("HUSTANOL POTASSIUM", "form"),
        ("HUSTANOL", "generic"),
    ]
    assert [each["value"] for each in drug["identifiers"]] == ["AAAAAAAAA1"]
    assert [
        (form["id"], [each["value"] for each in form["identifiers"]]) for form in drug["forms"]
    ] == [("hustanol-potassium", ["AAAAAAAAA8"]), ("hustanol-sodium", ["AAAAAAAAA9"])]

    (warning,) = client.get("/v1/drugs/hustanol/warnings?form=hustanol-sodium").json()["items"]
    assert warning["statement"] == "Careful with s1."
    assert warning["substance"] == {
        "name": "HUSTANOL SODIUM",
        "matched_by": "form",
        "form": "hustanol-sodium",
    }
    assert client.get("/v1/drugs/hustanol/warnings").json()["total"] == 2


@slow_on_postgres
@pytest.mark.parametrize("order", [*permutations((DAILYMED, RXNORM))])
def test_a_labels_products_are_tied_to_those_of_rxnorm_of_its_drug_whichever_came_first(
    database: Settings, client: httpx.Client, order: tuple[str, str]
) -> None:
    files = {DAILYMED: documents(told(SODIUM, POTASSIUM)), RXNORM: PRODUCTS}
    for source in order:
        load(database, source, files[source])

    label = client.get("/v1/labels/s1").json()

    assert label["drug"]["id"] == "hustanol"
    assert [each["ndc"] for each in label["products"]] == ["12345-678", "12345-679"]
    assert [each["rxnorm_products"] for each in label["products"]] == [
        [
            {
                "rxcui": "21",
                "name": "hustanol 10 MG Oral Tablet",
                "links": {"self": "/v1/products/21"},
            }
        ],
        [],  # that NDC is of another drug there
    ]


def test_labels_are_found_by_the_ndcs_of_all_their_products_and_packages(
    database: Settings, client: httpx.Client
) -> None:
    load(database, DAILYMED, documents(told(SODIUM, POTASSIUM), told(set_id="s2")))

    for ndc in ("12345-678", "12345-679-01", "12345067901"):
        assert [item["id"] for item in client.get(f"/v1/labels?ndc={ndc}").json()["items"]] == [
            "s1"
        ]
    assert client.get("/v1/labels/s2").json()["products"] == []


def test_an_ndc_that_rxnorm_has_not_is_answered_with_the_product_of_its_label(
    database: Settings, client: httpx.Client
) -> None:
    part = (
        '<part><quantity><numerator value="7" unit="1"/></quantity><partProduct>'
        + ingredient("HUSTANOL SODIUM", "AAAAAAAAA9", HUSTANOL, amount=strength("5", "mg"))
        + "</partProduct></part>"
    )
    kit = product(
        f'<code code="12345-999" codeSystem="{NDC}"/><name>Hustex<suffix>Pack</suffix></name>{part}'
        + package("", "CARTON", "1", outer=package("12345-999-01", "CASE", "5"))
    )
    load(database, DAILYMED, documents(told(SODIUM), told(kit, set_id="s2")))
    load(database, RXNORM, PRODUCTS)

    first, second = (
        client.get(f"/v1/resolve?identifier=ndc:{ndc}").json()["items"][0]
        for ndc in ("12345-678-01", "12345099901")
    )

    assert first["product"]["rxcui"] == "21"
    assert first["label_product"] is None
    assert second["drug"]["id"] == "hustanol"
    assert second["product"] is None
    of_label = second["label_product"]
    assert [of_label[name] for name in ("label", "ndc", "name", "suffix", "form")] == [
        "s2",
        "12345-999",
        "Hustex",
        "Pack",
        None,
    ]
    assert [each["strength"]["numerator"] for each in of_label["active_ingredients"]] == [
        {"value": "5", "unit": "mg"}
    ]


CLASSES = indexing(
    "c1",
    "AAAAAAAAA1",
    "Antitussive [EPC]",
    "Cough Suppression [PE]",
    "Cough Receptor Agonists [MoA]",
    "Hustans [Chemical/Ingredient]",
    "Something else [XYZ]",
)


@slow_on_postgres
def test_an_ndc_of_a_product_that_is_not_of_its_labels_drug_leads_to_none(
    database: Settings, client: httpx.Client
) -> None:
    other = product(
        f'<code code="12345-111" codeSystem="{NDC}"/><name>Duotol</name>'
        + ingredient(*HUSTANOL, HUSTANOL)
        + ingredient("PLACEBIN", "AAAAAAAAA2")
        + package("12345-111-01", "BOTTLE", "30"),
        approval("NDA000009", "NDA"),
    )
    load(database, DAILYMED, documents(told(SODIUM, other)))

    alone, both = (
        client.get(f"/v1/resolve?identifier=ndc:{ndc}").json()["items"][0]
        for ndc in ("12345-678-01", "12345-111")
    )

    assert (alone["match"], alone["drug"]) == ("none", None)
    assert alone["label_product"]["name"] == "Hustex"
    assert both["drug"]["id"] == "hustanol-placebin"
    assert both["label_product"]["name"] == "Duotol"
    assert client.get("/v1/labels?ndc=12345-678").json()["total"] == 1
    assert client.get("/v1/drugs?identifier=ndc:12345-678").json()["total"] == 0
    drug = client.get("/v1/drugs/hustanol-placebin").json()
    assert [each["application_number"] for each in drug["approvals"]] == ["NDA000009"]


@slow_on_postgres
@pytest.mark.parametrize("first", [DAILYMED, "drugbank-vocabulary"])
def test_an_indexing_file_gives_classes_to_the_drug_with_its_unii(
    database: Settings, client: httpx.Client, first: str
) -> None:
    files = {
        DAILYMED: documents(CLASSES),
        "drugbank-vocabulary": vocabulary(drugbank(1, "Hustanol", unii="AAAAAAAAA1")),
    }
    for source in sorted(files, key=lambda source: source != first):
        load(database, source, files[source])

    drug = client.get("/v1/drugs/hustanol").json()

    assert [(each["name"], each["type"]) for each in drug["classes"]] == [
        ("Antitussive", "EPC"),
        ("Cough Suppression", "PE"),
        ("Cough Receptor Agonists", "MoA"),
        ("Hustans", "CS"),
    ]
    assert drug["classes"][0]["citations"][0]["locator"].startswith("SPL set id c1")
    assert [name["name"] for name in drug["names"]] == ["Hustanol"]
    assert client.get("/v1/labels").json()["total"] == 0


@slow_on_postgres
def test_the_classes_of_a_form_are_its_drugs_and_its_name_is_that_of_its_label(
    database: Settings, client: httpx.Client
) -> None:
    files = [
        indexing(f"c{n}", unii, "Antitussive [EPC]")
        for n, unii in enumerate(("AAAAAAAAA8", "AAAAAAAAA9"))
    ]
    load(database, DAILYMED, documents(*files, told(SODIUM), told(POTASSIUM, set_id="s2")))

    found = client.get("/v1/resolve?identifier=unii:AAAAAAAAA8&identifier=unii:AAAAAAAAA9").json()[
        "items"
    ]

    assert [each["candidates"][0]["substance"] for each in found] == [
        "HUSTANOL POTASSIUM",
        "HUSTANOL SODIUM",
    ]
    assert [each["name"] for each in client.get("/v1/drugs/hustanol").json()["classes"]] == [
        "Antitussive"
    ]


@slow_on_postgres
def test_an_indexing_file_makes_no_drug_and_others_are_left(
    database: Settings, client: httpx.Client
) -> None:
    other = spl(set_id="c2", type_="INDEXING - SUBSTANCE", products="")
    of_a_class = indexing("c3", "", "Antitussive [EPC]")

    report = load(database, DAILYMED, documents(CLASSES, other, of_a_class))

    assert counted(report)["read"] == 3
    assert [row.name for row in report.quarantined] == ["HUSTANOL (AAAAAAAAA1)"]
    assert report.skipped["classes of another type: XYZ"] == 1
    assert client.get("/v1/drugs").json()["total"] == 0


def test_a_label_of_hundreds_of_substances_is_served(
    database: Settings, client: httpx.Client
) -> None:
    names = [sha256(str(number).encode()).hexdigest()[:40] for number in range(300)]
    many = [
        product(f"<name>Allergen {number}</name>" + ingredient(name, f"P{number:09}"))
        for number, name in enumerate(names)
    ]
    load(database, DAILYMED, documents(told(*many)))

    (drug,) = client.get("/v1/drugs").json()["items"]

    assert len(drug["ingredients"]) == 300
    assert client.get(f"/v1/drugs/{drug['id']}/warnings").json()["total"] == 1
