"""A condition that several records name is served once, whatever the order in which they came."""

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import httpx
import pytest

from app.settings import Settings
from tests.conftest import Save, on_sqlite_alone
from tests.ingest.loading import (
    chembl,
    drugbank,
    guide,
    interaction,
    ligand,
    load,
    served_in,
    studies,
    study,
    vocabulary,
)
from tests.writing import drug, fact, indication

Json = dict[str, Any]


@pytest.fixture
def known(database: Settings) -> Settings:
    """A database that knows the drug of all the studies."""
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Hustanol")))
    return database


def of(number: int, condition: str, *meshes: tuple[str, str]) -> Json:
    """A study of a condition, with the terms of MeSH that the registry found."""
    made = study(number, "Hustanol", conditions=(condition,))
    found = [{"id": code, "term": term} for code, term in meshes]
    made["derivedSection"]["conditionBrowseModule"] = {"meshes": found}
    return made


def condition(client: httpx.Client, id_: str) -> tuple[str, list[str]]:
    """A condition's name, and its codes."""
    served = client.get(f"/v1/conditions/{id_}").json()
    return served["name"], [code["code"] for code in served["codes"]]


@pytest.mark.slow
@pytest.mark.parametrize("seed_is_first", [True, False])
def test_a_target_of_the_seed_has_the_identifiers_that_other_sources_give_it(
    database: Settings, save: Save, client: httpx.Client, seed_is_first: bool
) -> None:
    given = [{"system": "gtopdb", "value": "242"}, {"system": "uniprot", "value": "Q9UBS5"}]
    target = {"id": "gaba-b-receptor", "name": "GABA-B receptor", "identifiers": given}
    of_seed = drug("hustanol", fact("mechanisms", "agonist", target=target["id"]))
    of_seed["targets"] = [target]
    row = interaction(7, "GABAB", "Agonist", target_id="242", target_uniprot="Q9UBS5|O75899")
    of_guide = guide([ligand(7, "hustanol")], [row])

    if seed_is_first:
        save(of_seed)
    load(database, "gtopdb", of_guide)
    if not seed_is_first:
        save(of_seed)

    served = client.get("/v1/drugs/hustanol/mechanisms").json()["items"]
    assert len(served) == 2
    for item in served:
        assert item["target"]["id"] == "gaba-b-receptor"
        assert item["target"]["identifiers"] == [*given, {"system": "uniprot", "value": "O75899"}]


@pytest.mark.slow
@pytest.mark.parametrize("guide_is_first", [True, False])
def test_one_protein_is_one_target_and_a_complex_is_none_of_its_parts(
    database: Settings, client: httpx.Client, guide_is_first: bool
) -> None:
    acts = [
        interaction(7, "COX-2", "Inhibitor", target_id="1376", target_uniprot="P35354"),
        interaction(7, "IL-6 receptor", "Agonist", target_id="9", target_uniprot="P08887|P40189"),
    ]
    targets = [
        {"tid": 1, "chembl_id": "CHEMBL230", "pref_name": "Cyclooxygenase-2"},
        {"tid": 2, "chembl_id": "CHEMBL2364155", "pref_name": "IL-6 receptor subunit alpha"},
    ]
    of_source = {
        "gtopdb": guide([ligand(7, "hustanol")], acts),
        "chembl": chembl(
            {"CHEMBL7": "HUSTANOL"},
            drug_mechanism=[{"mec_id": n, "molregno": 7, "tid": n} for n in (1, 2)],
            target_dictionary=[row | {"target_type": "SINGLE PROTEIN"} for row in targets],
            target_components=[{"tid": n, "component_id": n} for n in (1, 2)],
            component_sequences=[
                {"component_id": 1, "accession": "P35354"},
                {"component_id": 2, "accession": "P08887"},
            ],
        ),
    }

    for source in sorted(of_source, reverse=guide_is_first):
        load(database, source, of_source[source])

    served = client.get("/v1/drugs/hustanol/mechanisms").json()["items"]
    assert sorted(item["target"]["name"] for item in served) == [
        "COX-2",
        "COX-2",
        "IL-6 receptor",
        "IL-6 receptor subunit alpha",
    ]
    assert {"system": "chembl", "value": "CHEMBL230"} in next(
        item["target"]["identifiers"] for item in served if item["target"]["name"] == "COX-2"
    )


MESH = ("D000086382", "COVID-19")


@pytest.mark.slow
def test_a_condition_has_every_code_and_the_name_of_the_term(
    known: Settings, client: httpx.Client
) -> None:
    every = [
        of(1, "COVID 19"),
        of(2, "Covid-19", MESH),
        of(3, "covid-19", ("D00086382", "COVID-19")),
        of(4, "COVID 19"),
        of(5, "COVID-19", ("D000086383", "COVID-19")),
    ]

    load(known, "clinicaltrials", studies(*every))

    assert condition(client, "covid-19") == ("COVID-19", ["D000086382", "D000086383"])
    trials = client.get("/v1/trials").json()["items"]
    assert {c["name"] for trial in trials for c in trial["conditions"]} == {"COVID-19"}


@pytest.mark.parametrize(
    ("spellings", "name"),
    [
        (["PRE-DIABETES", "Pre-diabetes", "Pre-diabetes"], "Pre-diabetes"),
        (["Pre diabetes", "Pre-diabetes"], "Pre diabetes"),
    ],
)
@on_sqlite_alone
def test_a_condition_without_a_code_is_spelled_as_most_studies_do(
    known: Settings, client: httpx.Client, spellings: list[str], name: str
) -> None:
    named = [of(number, spelling) for number, spelling in enumerate(spellings, 1)]

    load(known, "clinicaltrials", studies(*named))

    assert condition(client, "pre-diabetes") == (name, [])


@pytest.mark.slow
def test_a_condition_does_not_depend_on_the_order_of_loading(
    new_on_sqlite: Callable[[], Settings],
) -> None:
    every = [of(1, "COVID 19"), of(2, "Covid-19", MESH), of(3, "covid-19")]
    outcomes = set()

    for order in permutations(every):
        database = new_on_sqlite()
        load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Hustanol")))
        for made in order:
            load(database, "clinicaltrials", studies(made))
        outcomes.add(served_in(database)["conditions", "covid-19"])

    assert [json.loads(outcome)["name"] for outcome in outcomes] == ["COVID-19"]


@on_sqlite_alone
def test_a_condition_is_named_anew_when_a_study_says_otherwise(
    known: Settings, client: httpx.Client
) -> None:
    load(known, "clinicaltrials", studies(of(1, "Covid-19", MESH), of(2, "covid 19")))

    newer = study(1, "Hustanol", updated="2024-01-01", conditions=("covid 19",))
    load(known, "clinicaltrials", studies(newer))

    assert condition(client, "covid-19") == ("covid 19", [])


@pytest.mark.slow
def test_what_a_person_wrote_of_a_condition_stays_and_codes_come_to_it(
    known: Settings, client: httpx.Client, save: Save
) -> None:
    load(known, "clinicaltrials", studies(of(1, "COUGH", ("D003371", "Cough")), of(2, "cough")))
    assert condition(client, "cough") == ("Cough", ["D003371"])

    save(drug("hustanol", indication("cough")))

    assert condition(client, "cough") == ("Cough", ["D003371"])
