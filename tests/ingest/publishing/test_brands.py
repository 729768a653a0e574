"""Whose a brand is, where vocabularies and sources of products differ."""

import httpx
import pytest

from app.settings import Settings
from tests.conftest import slow_on_postgres
from tests.ingest.loading import (
    approvals,
    drugbank,
    guide,
    interaction,
    ligand,
    load,
    served_in,
    vocabulary,
)

LISTED = vocabulary(
    drugbank(1, "Sacubitril", "Entresto"),
    drugbank(2, "Valsartan", "Diovan"),
    drugbank(3, "Hydrochlorothiazide", "HCTZ"),
    drugbank(4, "Fluticasone", "Advair", "Aspirin"),
    drugbank(5, "Salmeterol", "Serevent"),
    drugbank(6, "Insulin pork"),
    drugbank(7, "Ibuprofen"),
)
APPROVED = (
    ("NDA207620", "ENTRESTO", "SACUBITRIL; VALSARTAN", "2015-07-07"),
    ("NDA021283", "DIOVAN", "VALSARTAN", "1996-12-23"),
    ("NDA020818", "DIOVAN HCT", "HYDROCHLOROTHIAZIDE; VALSARTAN", "1998-03-06"),
    ("NDA021077", "ADVAIR DISKUS 100/50", "FLUTICASONE; SALMETEROL", "2000-08-24"),
    ("NDA000001", "ASPIRIN AND SALMETEROL", "FLUTICASONE; SALMETEROL", "2000-08-24"),
    ("NDA017931", "REGULAR INSULIN", "INSULIN PORK", "1980-01-01"),
    ("NDA020516", "CHILDREN'S IBUPROFEN", "IBUPROFEN", "1995-06-16"),
)


def names(client: httpx.Client, drug: str) -> set[str]:
    return {name["name"] for name in client.get(f"/v1/drugs/{drug}").json()["names"]}


def meant(client: httpx.Client, name: str) -> str | None:
    [answer] = client.get("/v1/resolve", params={"name": name}).json()["items"]
    return answer["drug"] and str(answer["drug"]["id"])


@slow_on_postgres
@pytest.mark.parametrize("vocabulary_first", [True, False])
def test_a_brand_of_a_combination_is_none_of_an_ingredients(
    database: Settings, client: httpx.Client, vocabulary_first: bool
) -> None:
    loads = [("drugbank-vocabulary", LISTED), ("drugs-at-fda", approvals(*APPROVED))]
    for source, files in loads if vocabulary_first else loads[::-1]:
        load(database, source, files)

    assert names(client, "sacubitril") == {"Sacubitril"}
    assert meant(client, "Entresto") == "sacubitril-valsartan"
    assert names(client, "fluticasone") == {"Fluticasone", "Aspirin"}  # no more than what it names
    assert meant(client, "Advair") is None
    assert meant(client, "Advair Diskus") == "fluticasone-salmeterol"
    assert meant(client, "Diovan") == "valsartan"  # it has a product of its own
    assert meant(client, "Serevent") == "salmeterol"


@slow_on_postgres
def test_a_brand_that_is_part_of_what_its_drug_is_called_is_none(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", LISTED)
    load(database, "drugs-at-fda", approvals(*APPROVED))

    assert meant(client, "regular insulin") is None
    assert meant(client, "Children's Ibuprofen") == "ibuprofen"


def test_an_ingredient_has_its_name_again_when_the_combination_is_gone(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", LISTED)
    before = served_in(database)
    load(database, "drugs-at-fda", approvals(*APPROVED))
    assert "Entresto" not in names(client, "sacubitril")

    load(database, "drugs-at-fda", approvals(*APPROVED[1:2], newest="2024-02-05"), complete=True)

    assert names(client, "sacubitril") == {"Sacubitril", "Entresto"}
    assert served_in(database)[("drugs", "sacubitril")] == before[("drugs", "sacubitril")]


@slow_on_postgres
def test_what_is_never_given_alone_has_no_brand_of_a_list(
    database: Settings, client: httpx.Client
) -> None:
    ligands = [
        ligand(1, "benserazide", synonyms="Madopar&reg;|Ro 4-4602"),
        ligand(2, "gliclazide", synonyms="Diamicron&reg;"),
    ]
    load(database, "gtopdb", guide(ligands, [interaction(2, "SUR1", "Inhibitor")]))

    assert names(client, "benserazide") == {"benserazide", "Ro 4-4602"}
    assert meant(client, "Madopar") is None
    assert meant(client, "Diamicron") == "gliclazide"
