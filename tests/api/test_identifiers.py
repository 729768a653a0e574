"""The numbers of products and labels lead to their drugs, and to no others."""

from collections.abc import Callable, Iterator
from typing import Any

import anyio.from_thread
import httpx
import pytest
import sqlalchemy as sa

from app.ingest.integrity import faults_of
from app.models.base import table_of
from app.models.drug import IdentifierSystem
from app.models.lookup import IdentifierAlias
from app.settings import Settings
from tests.conftest import AppTransport, Save, running, slow_on_postgres
from tests.ingest.loading import approvals, drugbank, label, labels, load, vocabulary
from tests.test_cli import change
from tests.writing import CITE, drug, writing

HUSTANOL, PLACEBIN = "AAAAAAAAA1", "AAAAAAAAA2"

NDCS: dict[str, Any] = {
    "product_ndc": ["0091-3351", "68084-123"],
    "package_ndc": ["0091-3351-01", "68084-123-01"],
}

FILES = {
    "drugbank-vocabulary": vocabulary(
        drugbank(1, "Hustanol", unii=HUSTANOL), drugbank(2, "Placebin", unii=PLACEBIN)
    ),
    "openfda-label": labels(
        label("0A1B", "HUSTANOL", unii=HUSTANOL, application_number=["NDA050495"], **NDCS),
        label(
            *("s2", "PLACEBIN"),
            unii=PLACEBIN,
            application_number=["ANDA050495", "M013"],
            product_ndc=["6808-4123"],
            package_ndc=["6808-4123-01"],
        ),
        label("s3", "HUSTANOL", "PLACEBIN", package_ndc=["55555-555-55"]),
        label("s4", application_number=["NDA000004"], package_ndc=["44444-444-44"]),
        label("s5", "HUSTANOL", unii=HUSTANOL, application_number=["BLA000005"]),
        label("s6", "PLACEBIN", unii=PLACEBIN, application_number=["BLA000005"]),
    ),
    "drugs-at-fda": approvals(("NDA777777", "HUSTEX", "HUSTANOL", "1980-01-01")),
}


@pytest.fixture(scope="module")
def shop(
    new_database: Callable[..., Any], portal: anyio.from_thread.BlockingPortal
) -> Iterator[httpx.Client]:
    """Labels of two drugs, of both together and of none that is known, and an approval."""
    with new_database() as settings:
        for source, files in FILES.items():
            load(settings, source, files)
        with running(settings) as app:
            transport = AppTransport(app, portal, again=True)
            with httpx.Client(transport=transport, base_url="http://medfacts") as client:
                yield client


BOTH = ["hustanol", "placebin"]


@pytest.mark.parametrize(
    ("identifier", "drugs"),
    [
        ("spl_set_id:0a1b", ["hustanol"]),
        ("spl_set_id:0A1B", ["hustanol"]),
        ("spl_set_id:s3", ["hustanol-placebin"]),
        ("spl_set_id:s4", []),
        ("ndc:0091-3351", ["hustanol"]),
        ("ndc:00091-3351", ["hustanol"]),
        ("ndc:0091-3351-01", ["hustanol"]),
        ("ndc:00091335101", ["hustanol"]),
        ("ndc:0091335101", ["hustanol"]),
        ("ndc:0091-3351-02", []),
        ("ndc:68084012301", ["hustanol"]),
        ("ndc:6808412301", BOTH),
        ("ndc:55555-0555-55", ["hustanol-placebin"]),
        ("ndc:44444-444-44", []),
        ("ndc:000913351", ["hustanol"]),
        ("ndc:680840123", ["hustanol"]),
        ("ndc:68084123", BOTH),
        ("ndc:00913351", ["hustanol"]),
        ("ndc:0091-335", []),
        ("application_number:NDA050495", ["hustanol"]),
        ("application_number:nda 050495", ["hustanol"]),
        ("application_number:ANDA050495", ["placebin"]),
        ("application_number:050495", BOTH),
        ("application_number:BLA000005", BOTH),
        ("application_number:NDA777777", ["hustanol"]),
        ("application_number:777777", ["hustanol"]),
        ("application_number:NDA000004", []),
        ("application_number:m013", ["placebin"]),
        ("spl_set_id:0091-3351", []),
        ("ndc:NDA050495", []),
        (f"unii:{HUSTANOL}", ["hustanol"]),
    ],
)
def test_a_number_leads_to_the_drugs_that_have_it_and_to_no_other(
    shop: httpx.Client, identifier: str, drugs: list[str]
) -> None:
    [found] = shop.get("/v1/resolve", params={"identifier": identifier}).json()["items"]
    listed = shop.get("/v1/drugs", params={"identifier": identifier, "sort": "id"}).json()

    sure = len(drugs) == 1 and not identifier.endswith("m013")
    assert found["match"] == ("identifier" if sure else "ambiguous" if drugs else "none")
    assert found["drug"] == (found["candidates"][0]["drug"] if sure else None)
    assert [candidate["drug"]["id"] for candidate in found["candidates"]] == drugs
    assert {candidate["substance"] for candidate in found["candidates"]} <= {None}
    assert [item["id"] for item in listed["items"]] == drugs
    assert listed["total"] == len(drugs)


def test_many_are_answered_each_by_its_own(shop: httpx.Client) -> None:
    asked = ["ndc:0091-3351-01", "ndc:6808-4123", "spl_set_id:6808-4123", "application_number:NDA1"]

    items = shop.get("/v1/resolve", params={"identifier": asked}).json()["items"]

    drugs = [item["drug"] and item["drug"]["id"] for item in items]
    assert drugs == ["hustanol", "placebin", None, None]


def test_numbers_of_products_are_no_identifiers_of_the_drug(shop: httpx.Client) -> None:
    drugs = shop.get("/v1/drugs").json()["items"]

    systems = {identifier["system"] for item in drugs for identifier in item["identifiers"]}
    assert systems == {"unii", "drugbank"}


def test_a_list_of_drugs_by_a_number_goes_on_by_its_cursor(shop: httpx.Client) -> None:
    asked = "/v1/drugs?identifier=ndc:6808412301&limit=1"

    first = shop.get(asked).json()
    second = shop.get(first["next"]).json()

    assert [item["id"] for page in (first, second) for item in page["items"]] == BOTH
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("ndc=0091-3351-01", ["0a1b"]),
        ("ndc=00091335101", ["0a1b"]),
        ("ndc=68084-123", ["0a1b"]),
        ("ndc=6808412301", ["0a1b", "s2"]),
        ("ndc=44444-444-44", ["s4"]),
        ("ndc=0091-3351-09", []),
        ("application_number=050495", ["0a1b", "s2"]),
        ("application_number=NDA 050495", ["0a1b"]),
        ("application_number=m013", ["s2"]),
        ("ndc=0091-3351&application_number=ANDA050495", []),
    ],
)
def test_labels_are_found_by_the_number_on_a_box(
    shop: httpx.Client, query: str, ids: list[str]
) -> None:
    page = shop.get(f"/v1/labels?{query}").json()

    assert [item["id"] for item in page["items"]] == ids


@pytest.mark.slow
def test_a_number_follows_its_label_to_another_drug(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", FILES["drugbank-vocabulary"])

    def found_after(version: int, *substances: str, **numbers: Any) -> list[str | None]:
        of = label("s1", *substances, version=version, **numbers)
        load(database, "openfda-label", labels(of, name=f"{version}.json"))
        asked = ["spl_set_id:s1", "ndc:0091-3351", "ndc:0091-3352", "application_number:NDA000001"]
        items = client.get("/v1/resolve", params={"identifier": asked}).json()["items"]
        return [item["drug"] and item["drug"]["id"] for item in items]

    first = {"product_ndc": ["0091-3351"], "application_number": ["NDA000001"]}
    assert found_after(1, "HUSTANOL", **first) == ["hustanol", "hustanol", None, "hustanol"]
    assert found_after(2, "PLACEBIN", **first) == ["placebin", "placebin", None, "placebin"]
    second = {"product_ndc": ["0091-3352"]}
    assert found_after(3, "PLACEBIN", **second) == ["placebin", None, "placebin", None]
    assert found_after(4, product_ndc=["0091-3351"]) == [None, None, None, None]


@slow_on_postgres
def test_numbers_that_a_source_has_of_products_are_aliases(
    database: Settings, client: httpx.Client
) -> None:
    """A source of products puts theirs beside those of salts: no label has to have them."""
    load(database, "drugbank-vocabulary", FILES["drugbank-vocabulary"])
    row = {"drug_id": "hustanol", "system": IdentifierSystem.NDC, "value": "00091335101"}
    with writing(database) as engine, engine.begin() as connection:
        connection.execute(sa.insert(table_of(IdentifierAlias)).values(substance=None, **row))

    for typed in ("0091-3351-01", "0091335101", "00091335101"):
        [found] = client.get(f"/v1/resolve?identifier=ndc:{typed}").json()["items"]
        assert found["drug"]["id"] == "hustanol"
        assert client.get(f"/v1/drugs?identifier=ndc:{typed}").json()["total"] == 1


@slow_on_postgres
@pytest.mark.parametrize(
    ("alter", "found"),
    [
        ("DELETE FROM approved_application", "A row of approved_application for 'hustanol' is "),
        (
            "UPDATE approved_application SET number = 'NDA000001'",
            "A row of approved_application for 'hustanol' is ",
        ),
        ("DELETE FROM label_term WHERE field = 'ndc'", "A row of label_term for 's1' is missing."),
    ],
)
def test_check_finds_a_number_that_no_longer_leads_to_its_drug(
    database: Settings, alter: str, found: str
) -> None:
    of = label("s1", "HUSTANOL", application_number=["NDA050495"], **NDCS)
    load(database, "openfda-label", labels(of))

    change(database, alter)

    with writing(database) as engine, engine.connect() as connection:
        assert any(fault.startswith(found) for fault in faults_of(connection))


@slow_on_postgres
def test_a_system_and_a_value_are_found_in_any_case(client: httpx.Client, save: Save) -> None:
    save(drug("a", identifiers=[{"system": "unii", "value": "H789N3FKE8", "cite": CITE}]))

    for identifier in ("unii:H789N3FKE8", "UNII:h789n3fke8"):
        [answer] = client.get("/v1/resolve", params={"identifier": identifier}).json()["items"]
        assert answer["drug"] == {"id": "a", "name": "a"}
        found = client.get("/v1/drugs", params={"identifier": identifier}).json()
        assert found["total"] == 1
