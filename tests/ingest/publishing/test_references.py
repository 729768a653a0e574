"""A condition that several records name is served once, whatever the order in which they came."""

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.database.engines import write_engine
from app.ingest.publishing.rehearsing import faults_of_release
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from tests.conftest import Save, on_sqlite_alone, slow_on_postgres
from tests.ingest.loading import (
    Given,
    chembl,
    drugbank,
    guide,
    interaction,
    ligand,
    load,
    reading,
    served_in,
    studies,
    study,
    vocabulary,
)
from tests.writing import CITE, drug, fact, indication, write_seed

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
        "COX-2",  # ChEMBL says of no action
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


Coded = tuple[str, str | None, str | None, str | None]
"""What ChEMBL calls a condition: its term, with the code of EFO, and the code and heading of MeSH.
"""


def indicated(*conditions: Coded) -> list[Given]:
    """A file of ChEMBL in which hustanol is tried for these."""
    rows: list[Json] = [
        {
            "molregno": 1,
            "max_phase_for_ind": 2,
            "efo_term": term,
            "efo_id": efo,
            "mesh_id": mesh,
            "mesh_heading": heading,
        }
        for term, efo, mesh, heading in conditions
    ]
    numbered = [{"drugind_id": number, **row} for number, row in enumerate(rows, 1)]
    return chembl({"CHEMBL1": "HUSTANOL"}, drug_indication=numbered)


def named(client: httpx.Client) -> dict[str, list[str]]:
    """Every condition with its names."""
    items = client.get("/v1/conditions").json()["items"]
    return {item["id"]: item["names"] for item in items}


def ids(client: httpx.Client, path: str) -> list[str]:
    return [item["id"] for item in client.get(path).json()["items"]]


def test_a_heading_that_is_another_name_finds_a_condition_and_makes_it_one_with_no_other(
    known: Settings, client: httpx.Client
) -> None:
    nausea = ("D009325", "Nausea")
    resistant = ("D064129", "Prostatic Neoplasms, Castration-Resistant")
    load(
        known,
        "chembl",
        indicated(
            ("chemotherapy-induced nausea and vomiting", "EFO:0006911", *nausea),
            ("prostate cancer", "MONDO:0008315", *resistant),
            ("nausea", "HP:0002018", *nausea),
        ),
    )
    load(known, "clinicaltrials", studies(of(1, "Nausea", nausea), of(2, resistant[1], resistant)))

    assert named(client) == {
        "chemotherapy-induced-nausea-and-vomiting": ["chemotherapy-induced nausea and vomiting"],
        "nausea": ["Nausea"],
        "prostate-cancer": ["prostate cancer"],
        "prostatic-neoplasms-castration-resistant": [resistant[1]],
    }
    cancer = client.get("/v1/conditions/prostate-cancer").json()
    assert cancer["codes"] == [{"system": "mondo", "code": "MONDO:0008315"}]
    assert cancer["related_terms"] == [
        {"system": "mesh", "code": resistant[0], "name": resistant[1]}
    ]
    assert client.get("/v1/conditions/nausea").json()["related_terms"] == []
    both = ["prostate-cancer", "prostatic-neoplasms-castration-resistant"]
    assert ids(client, "/v1/conditions?q=castration-RES") == both
    assert ids(client, f"/v1/conditions?code=mesh:{resistant[0]}") == both
    found = client.get(f"/v1/indications?condition=mesh:{resistant[0]}").json()["items"]
    assert [item["condition"]["id"] for item in found] == ["prostate-cancer"]


@slow_on_postgres
def test_a_name_of_two_concepts_parts_none_that_are_one(
    known: Settings, client: httpx.Client
) -> None:
    nausea, vomiting = ("D009325", "Nausea"), ("D014839", "Vomiting")

    load(known, "chembl", indicated(("nauseas", "HP:0002018", *nausea)))
    load(
        known,
        "clinicaltrials",
        studies(
            of(1, "Nausea", nausea),
            of(2, "Queasiness", ("D009325", "Queasiness")),
            of(3, "Sickness", (nausea[0], "Sickness")),
            of(4, "Sickness", (vomiting[0], "Sickness")),
        ),
    )

    assert named(client) == {
        "nausea": ["Nausea", "Queasiness", "nauseas"],
        "sickness": ["Sickness"],
    }


@slow_on_postgres
def test_two_terms_of_an_ontology_that_have_a_code_part_no_names_that_have_it_alone(
    known: Settings, client: httpx.Client
) -> None:
    sars = ("D045169", "Severe Acute Respiratory Syndrome")

    load(
        known,
        "chembl",
        indicated(
            ("severe acute respiratory syndrome", "EFO:0000694", *sars),
            ("severe acute respiratory syndromes", "MONDO:0005091", *sars),
        ),
    )
    load(
        known,
        "clinicaltrials",
        studies(of(1, "SARS", (sars[0], "SARS")), of(2, "SARS-CoV", (sars[0], "SARS-CoV"))),
    )

    assert named(client) == {
        "sars": ["SARS", "SARS-CoV"],
        "severe-acute-respiratory-syndrome": ["severe acute respiratory syndrome"],
        "severe-acute-respiratory-syndromes": ["severe acute respiratory syndromes"],
    }


@slow_on_postgres
def test_names_that_share_their_only_codes_are_one_and_part_when_a_code_turns_out_to_be_of_more(
    known: Settings, client: httpx.Client
) -> None:
    heading = ("D002294", "Carcinoma, Squamous Cell")
    carcinoma = ("squamous cell carcinoma", "EFO:0000707", *heading)
    of_mesh = heading[::-1]
    load(known, "chembl", indicated(carcinoma))
    load(known, "clinicaltrials", studies(of(1, of_mesh[0], of_mesh[::-1])))
    together = named(client)
    found = client.get("/v1/indications?condition=carcinoma-squamous-cell").json()["items"]

    lung = ("squamous cell lung carcinoma", "EFO:0000708", *heading)
    load(known, "chembl", indicated(carcinoma, lung))
    beside_lung = named(client)
    others = ("squamous-cell carcinomas", "EFO:1000042", *heading)
    load(known, "chembl", indicated(carcinoma, others))

    assert together == {"carcinoma-squamous-cell": [of_mesh[0], carcinoma[0]]}
    assert beside_lung == together | {"squamous-cell-lung-carcinoma": [lung[0]]}
    assert [item["condition"]["id"] for item in found] == ["carcinoma-squamous-cell"]
    assert named(client) == {
        "carcinoma-squamous-cell": [of_mesh[0]],
        "squamous-cell-carcinoma": [carcinoma[0]],
        "squamous-cell-carcinomas": [others[0]],
    }
    assert client.get("/v1/indications?condition=carcinoma-squamous-cell").json()["total"] == 0
    with reading(known) as connection:
        assert list(faults_of_release(connection)) == []


def test_a_code_that_a_person_gave_joins_what_has_no_other(
    known: Settings, client: httpx.Client, save: Save
) -> None:
    mesh = "D000437"
    rows = [
        ("alcohol dependence", "EFO:0003829", mesh, "Alcoholism"),
        ("alcohol use disorder", "MONDO:0002046", mesh, "Alcoholism"),
    ]
    of_seed = drug("hustanol", indication("alcohol-dependence"))
    of_seed["conditions"] = [
        {
            "id": "alcohol-dependence",
            "name": "Alcohol dependence",
            "codes": [{"system": "mesh", "code": mesh}],
            "cite": CITE,
        }
    ]

    load(known, "clinicaltrials", studies(of(1, "Alcoholism", (mesh, "Alcoholism"))))
    load(known, "chembl", indicated(*rows))
    save(of_seed)

    assert named(client) == {
        "alcohol-dependence": ["Alcohol dependence", "Alcoholism"],
        "alcohol-use-disorder": ["alcohol use disorder"],
    }
    by_code = client.get(f"/v1/indications?condition=mesh:{mesh}").json()["items"]
    assert {item["condition"]["id"] for item in by_code} == {*named(client)}


@slow_on_postgres
def test_a_term_of_mesh_is_tied_to_a_condition_that_is_its_inversion_and_to_no_other(
    known: Settings, client: httpx.Client
) -> None:
    lupus = ("D008180", "Lupus Erythematosus, Systemic")

    load(
        known,
        "clinicaltrials",
        studies(
            of(1, "Systemic Lupus Erythematosus", lupus),
            of(2, "lupus erythematosus, systemic", lupus),
            of(3, "Refractory Lupus", lupus),
        ),
    )

    assert named(client) == {
        "lupus-erythematosus-systemic": [lupus[1], "Systemic Lupus Erythematosus"],
        "refractory-lupus": ["Refractory Lupus"],
    }


@pytest.mark.slow
def test_names_join_alike_in_every_order_of_the_sources(
    new_on_sqlite: Callable[[], Settings], tmp_path: Path
) -> None:
    hypertension = ("D006976", "Hypertension, Pulmonary")
    cough = ("D003371", "Cough")
    write_seed(tmp_path, drug("hustanol", indication("cough")))
    files = {
        "clinicaltrials": studies(of(1, hypertension[1], hypertension), of(2, "Cough", cough)),
        "chembl": indicated(
            ("pulmonary hypertension", "MONDO:0005149", *hypertension),
            ("coughs", "HP:0012735", *cough),
            ("heart failure", "EFO:0003144", *hypertension),
        ),
    }
    outcomes = set()

    for order in permutations([*files, "seed"]):
        database = new_on_sqlite()
        for source in order:
            if source == "seed":
                load_seed(write_engine(database), tmp_path)
            else:
                load(database, source, files[source])
        outcomes.add(tuple(sorted(served_in(database).items())))
        with reading(database) as connection:
            assert list(faults_of_release(connection)) == []

    [outcome] = outcomes
    conditions = [json.loads(body)["names"] for (kind, _), body in outcome if kind == "conditions"]
    assert conditions == [
        ["Cough", "coughs"],
        ["heart failure"],
        [hypertension[1], "pulmonary hypertension"],
    ]


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
