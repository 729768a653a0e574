"""Products, and the numbers that lead to them and to their drugs."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.settings import Settings
from tests.conftest import Holding, slow_on_postgres
from tests.ingest.loading import (
    BACLOFEN,
    OF_BACLOFEN,
    concept,
    drugbank,
    label,
    labels,
    load,
    rxnorm,
    vocabulary,
)

PACK = "{7 (baclofen 10 MG Oral Tablet) / 3 (esmolol 5 MG Oral Tablet) } Pack"
CONCEPTS = BACLOFEN | {
    "49737": ("IN", "esmolol"),
    "203157": ("PIN", "esmolol hydrochloride"),
    "99": ("MIN", "baclofen / esmolol"),
    "202801": ("BN", "Duo"),
    "202802": ("BN", "Either"),
    "330002": ("SCDC", "esmolol hydrochloride 5 MG"),
    "400001": ("SCD", "esmolol 5 MG Oral Tablet"),
    "400002": ("SCD", "1 ML baclofen 10 MG / esmolol hydrochloride 5 MG Injection"),
    "400003": ("SBD", "1 ML baclofen 10 MG / esmolol hydrochloride 5 MG Injection [Duo]"),
    "400004": ("SBD", "baclofen 10 MG Oral Tablet [Either]"),
    "400005": ("SBD", "esmolol 5 MG Oral Tablet [Either]"),
    "500001": ("GPCK", PACK),
}
RELATIONS = [
    *OF_BACLOFEN,
    ("203157", "form_of", "49737"),
    ("99", "has_part", "1292"),
    ("99", "has_part", "49737"),
    ("330002", "has_ingredient", "49737"),
    ("330002", "has_precise_ingredient", "203157"),
    ("400001", "consists_of", "330002"),
    ("400002", "consists_of", "330001"),
    ("400002", "consists_of", "330002"),
    ("400003", "tradename_of", "400002"),
    ("400003", "has_ingredient", "202801"),
    ("400004", "tradename_of", "197391"),
    ("400004", "has_ingredient", "202802"),
    ("400005", "tradename_of", "400001"),
    ("400005", "has_ingredient", "202802"),
    ("500001", "contains", "197391"),
    ("500001", "contains", "400001"),
]
NDCS = [
    ("197391", "00172409660"),
    ("197391", "00172409680"),
    ("209001", "00028002301"),
    ("400003", "68084012301"),
    ("500001", "12345678901"),
]
BOTH = "baclofen-esmolol"


def ids(client: httpx.Client, path: str) -> list[str]:
    return [item["id"] for item in client.get(path).json()["items"]]


def resolved(client: httpx.Client, **asked: str) -> dict[str, Any]:
    [item] = client.get("/v1/resolve", params=asked).json()["items"]
    return dict(item)


PHARMACY = rxnorm(CONCEPTS, RELATIONS, NDCS)


@pytest.fixture(scope="module")
def pharmacy(holding: Holding) -> Iterator[httpx.Client]:
    """Products of two drugs and of both together, with their brands and NDCs."""
    with holding(files={"rxnorm": PHARMACY}) as client:
        yield client


def test_a_product_says_what_it_is_made_of_and_leads_to_its_drug(pharmacy: httpx.Client) -> None:
    baclofen = {"id": "baclofen", "name": "baclofen"}
    page = "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm=400003"

    assert pharmacy.get("/v1/products/400003").json() == {
        "id": "400003",
        "drug": {"id": BOTH, "name": "baclofen / esmolol"},
        "form": None,
        "rxcui": "400003",
        "name": "1 ML baclofen 10 MG / esmolol hydrochloride 5 MG Injection [Duo]",
        "synonyms": [],
        "tty": "SBD",
        "ingredients": [
            {
                "rxcui": "1292",
                "name": "baclofen",
                "strength": "10 MG",
                "precise": None,
                "drug": baclofen,
            },
            {
                "rxcui": "49737",
                "name": "esmolol",
                "strength": "5 MG",
                "precise": {"rxcui": "203157", "name": "esmolol hydrochloride"},
                "drug": {"id": "esmolol", "name": "esmolol"},
            },
        ],
        "quantity": "1 ML",
        "dose_form": "Injection",
        "brand": {"rxcui": "202801", "name": "Duo"},
        "ndcs": ["68084012301"],
        "contents": [],
        "links": {"self": "/v1/products/400003", "drug": f"/v1/drugs/{BOTH}"},
        "citations": [
            {
                "source": {
                    "id": "rxnorm",
                    "title": "RxNorm Current Prescribable Content",
                    "url": "https://www.nlm.nih.gov/research/umls/rxnorm/docs/prescribe.html",
                },
                "locator": "RXCUI 400003",
                "url": page,
                "date": None,
                "wording": None,
            }
        ],
    }
    assert pharmacy.get("/v1/products/1").status_code == 404
    assert pharmacy.get("/v1/products/400003?fields=name").json().keys() == {"id", "name"}


def test_a_drug_s_products_are_its_own_and_not_those_of_its_combinations(
    pharmacy: httpx.Client,
) -> None:
    links = pharmacy.get("/v1/drugs/baclofen").json()["links"]

    assert links["products"] == "/v1/drugs/baclofen/products"
    assert ids(pharmacy, "/v1/drugs/baclofen/products") == ["197391", "400004", "209001"]
    assert ids(pharmacy, f"/v1/drugs/{BOTH}/products") == ["400002", "400003", "500001"]
    assert pharmacy.get("/v1/drugs/x/products").status_code == 404


def test_a_drug_s_products_are_listed_with_its_combinations_where_asked(
    pharmacy: httpx.Client,
) -> None:
    page = pharmacy.get("/v1/drugs/esmolol/products?combinations=true&limit=2").json()

    assert ids(pharmacy, "/v1/drugs/esmolol/products") == ["400001", "400005"]
    assert (page["total"], len(page["items"])) == (5, 2)
    every = ids(pharmacy, "/v1/drugs/esmolol/products?combinations=true")
    assert every == ["400002", "400003", "400001", "400005", "500001"]
    assert ids(pharmacy, "/v1/drugs/esmolol/products?combinations=true&tty=SBD") == [
        "400003",
        "400005",
    ]
    assert pharmacy.get(page["next"]).json()["items"][0]["id"] == "400001"
    assert ids(pharmacy, "/v1/drugs/esmolol/products?combinations=false") == ["400001", "400005"]


def test_a_drug_s_products_are_narrowed_to_a_form_of_it(pharmacy: httpx.Client) -> None:
    of_form = "/v1/drugs/esmolol/products?form=esmolol-hydrochloride"

    refused = pharmacy.get("/v1/drugs/esmolol/products?form=esmolol-sulfate")

    assert ids(pharmacy, of_form) == ["400001", "400005"]
    assert pharmacy.get("/v1/products/400001").json()["form"] == "esmolol-hydrochloride"
    assert pharmacy.get("/v1/products/400002").json()["form"] is None  # of a combination
    assert pharmacy.get("/v1/products/197391").json()["form"] is None
    assert refused.status_code == 404
    assert refused.json()["detail"] == (
        "There is no form 'esmolol-sulfate' of esmolol; those there are: esmolol-hydrochloride."
    )


@pytest.mark.parametrize("asked", ["NDC 00172-4096-60", "00172409660", "ndc: 0172-4096-60"])
def test_a_code_on_a_box_leads_to_its_product_where_a_name_is_asked_for(
    pharmacy: httpx.Client, asked: str
) -> None:
    item = resolved(pharmacy, name=asked)
    found = pharmacy.get("/v1/drugs", params={"q": asked}).json()

    assert (item["name"], item["identifier"]) == (asked, None)
    assert (item["match"], item["drug"]["id"]) == ("identifier", "baclofen")
    assert item["product"] == {"rxcui": "197391", "name": "baclofen 10 MG Oral Tablet"}
    assert [drug["id"] for drug in found["items"]] == ["baclofen"]


def test_a_code_that_no_product_has_is_no_name(pharmacy: httpx.Client) -> None:
    item = resolved(pharmacy, name="NDC 00172-4096-61")

    assert (item["match"], item["drug"], item["product"]) == ("none", None, None)


def test_a_product_is_found_by_its_other_names_and_by_its_brand(
    database: Settings, client: httpx.Client
) -> None:
    """Pharmacies' systems have RxNorm's prescribable names, and brands before the strength."""
    more = [
        concept("197391", "PSN", "baclofen 10 MG oral tab"),
        concept("209001", "SY", "Lioresal ten"),
        concept("197391", "SY", "Shared 10"),
        concept("400001", "SY", "Shared 10"),
        concept("1292", "SY", "baclo"),
    ]
    load(database, "rxnorm", rxnorm(CONCEPTS, RELATIONS, NDCS, {"RXNCONSO": more}))

    record = client.get("/v1/products/197391").json()
    prescribable = resolved(client, name="Baclofen 10 mg ORAL TAB")
    branded = resolved(client, name="Lioresal 10 MG Oral Tablet")
    shared = resolved(client, name="Shared 10")

    assert record["synonyms"] == ["Shared 10", "baclofen 10 MG oral tab"]
    assert (prescribable["match"], prescribable["product"]["rxcui"]) == ("exact", "197391")
    assert (branded["match"], branded["product"]["rxcui"]) == ("brand", "209001")
    assert (shared["match"], shared["product"]) == ("none", None)
    assert resolved(client, name="baclo")["match"] == "none"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tty=GPCK", ["500001"]),
        ("brand=lioresal", ["209001"]),
        ("dose_form=INJECTION", ["400002", "400003"]),
        ("drug=esmolol", ["400001", "400005"]),
        ("ndc=0172-4096-60", ["197391"]),
        ("ndc=00172409660", ["197391"]),
        ("ndc=0172-4096-61", []),
        ("tty=SBD&sort=-id", ["400005", "400004", "400003", "209001"]),
    ],
)
def test_products_are_narrowed_and_ordered(
    pharmacy: httpx.Client, query: str, expected: list[str]
) -> None:
    assert ids(pharmacy, f"/v1/products?{query}") == expected


def test_products_are_paged_and_counted(pharmacy: httpx.Client) -> None:
    found, path = [], "/v1/products?limit=3"
    while path:
        page = pharmacy.get(path).json()
        found += [item["name"] for item in page["items"]]
        path = page["next"]

    assert (page["total"], len(found), found) == (8, 8, sorted(found, key=str.casefold))
    assert pharmacy.get("/v1").json()["release"]["counts"]["products"] == 8


@pytest.mark.parametrize(
    ("identifier", "drug", "product", "name"),
    [
        ("rxcui:1292", "baclofen", None, None),
        ("rxcui:99", BOTH, None, "baclofen / esmolol"),
        ("rxcui:202801", BOTH, None, "Duo"),
        ("rxcui:197391", "baclofen", "197391", None),
        ("rxcui:209001", "baclofen", "209001", None),
        ("rxcui:400002", BOTH, "400002", None),
        ("rxcui:500001", BOTH, "500001", None),
        ("ndc:0172-4096-60", "baclofen", "197391", None),
        ("ndc:00172-4096-60", "baclofen", "197391", None),
        ("ndc:00172409660", "baclofen", "197391", None),
        ("ndc:68084-123-01", BOTH, "400003", None),
        ("ndc:68084-0123-01", BOTH, "400003", None),
        ("ndc:12345-6789-1", BOTH, "500001", None),
    ],
)
def test_a_number_of_any_level_leads_to_the_drug_and_says_what_it_is_of(
    pharmacy: httpx.Client, identifier: str, drug: str, product: str | None, name: str | None
) -> None:
    answer = resolved(pharmacy, identifier=identifier)

    assert (answer["match"], answer["drug"]["id"]) == ("identifier", drug)
    assert (answer["product"] or {}).get("rxcui") == product
    assert answer["candidates"][0]["name"] == name
    assert ids(pharmacy, f"/v1/drugs?identifier={identifier}") == [drug]


@slow_on_postgres
def test_a_number_of_several_drugs_is_ambiguous(database: Settings, client: httpx.Client) -> None:
    load(database, "rxnorm", PHARMACY)
    load(database, "openfda-label", labels(label("s1", "ESMOLOL", package_ndc=["0172-4096-60"])))

    by_brand = resolved(client, identifier="rxcui:202802")
    by_ndc = resolved(client, identifier="ndc:0172-4096-60")

    for answer in (by_brand, by_ndc):
        assert (answer["match"], answer["drug"]) == ("ambiguous", None)
        assert [each["drug"]["id"] for each in answer["candidates"]] == ["baclofen", "esmolol"]


def test_a_name_that_is_exactly_a_product_s_says_the_product(pharmacy: httpx.Client) -> None:
    branded = resolved(pharmacy, name="Baclofen 10 MG oral tablet [Lioresal]")
    both = resolved(pharmacy, name=CONCEPTS["400003"][1])
    pack = resolved(pharmacy, name=PACK)
    other = resolved(pharmacy, name="baclofen 20 MG Oral Tablet")

    assert (branded["drug"]["id"], branded["product"]["rxcui"]) == ("baclofen", "209001")
    assert (both["drug"]["id"], both["product"]["rxcui"]) == (BOTH, "400003")
    assert (pack["match"], pack["drug"]["id"]) == ("product", BOTH)
    assert (other["drug"]["id"], other["product"]) == ("baclofen", None)


@slow_on_postgres
def test_a_product_s_own_name_means_the_drug_that_its_source_says_is_in_it(
    database: Settings, client: httpx.Client
) -> None:
    name = "hustanol acid 5 MG Oral Tablet"
    concepts = CONCEPTS | {"7": ("SCDC", "hustanol acid 5 MG"), "8": ("SCD", name)}
    relations = [*RELATIONS, ("7", "has_ingredient", "49737"), ("8", "consists_of", "7")]
    load(database, "rxnorm", rxnorm(concepts, relations, NDCS))
    load(database, "openfda-label", labels(label("s1", "HUSTANOL ACID")))

    answer = resolved(client, name=name)

    assert (answer["match"], answer["drug"]["id"]) == ("product", "esmolol")
    assert answer["product"] == {"rxcui": "8", "name": name}
    assert [each["drug"]["id"] for each in answer["also"]] == ["hustanol-acid"]


@slow_on_postgres
def test_a_product_whose_drug_is_not_known_is_served_nevertheless(
    database: Settings, client: httpx.Client
) -> None:
    uniis = [concept("1292", "SU", "A", f"AAAAAAAAA{n}", "MTHSPL") for n in (1, 2)]
    given = rxnorm(CONCEPTS, RELATIONS, NDCS, {"RXNCONSO": uniis})
    load(database, "rxnorm", given)
    before = resolved(client, identifier="ndc:00172409660")

    of_two = [drugbank(n, f"Drug {n}", unii=f"AAAAAAAAA{n}") for n in (1, 2)]
    load(database, "drugbank-vocabulary", vocabulary(*of_two))

    assert before["drug"]["id"] == "baclofen"
    answer = resolved(client, identifier="ndc:00172409660")
    assert (answer["drug"], answer["product"]["rxcui"]) == (None, "197391")
    product = client.get("/v1/products/197391").json()
    assert (product["drug"], product["links"]["drug"]) == (None, None)
    assert product["ingredients"][0]["drug"] is None
    assert ids(client, "/v1/products?ndc=00172409660") == ["197391"]
    assert resolved(client, name="baclofen 10 MG Oral Tablet")["product"]["rxcui"] == "197391"


def test_what_a_newer_release_has_no_more_is_gone(database: Settings, client: httpx.Client) -> None:
    newer = rxnorm(BACLOFEN, OF_BACLOFEN, NDCS[1:3], date="2024-02-07")

    load(database, "rxnorm", PHARMACY)
    load(database, "rxnorm", newer, complete=True)

    assert ids(client, "/v1/products?sort=id") == ["197391", "209001"]
    assert client.get("/v1/products/197391").json()["ndcs"] == ["00172409680"]
    assert resolved(client, identifier="ndc:00172409660")["match"] == "none"
    assert resolved(client, identifier="rxcui:202801")["match"] == "none"
