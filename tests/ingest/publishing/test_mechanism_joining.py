"""A mechanism that the Guide and ChEMBL state is one fact, and what they say otherwise is shown."""

from itertools import permutations
from typing import Any

import httpx
import pytest

from app.ingest.publishing.mechanism_joining import actions_differ
from app.ingest.publishing.rehearsing import faults_of_release
from app.settings import Settings
from tests.conftest import slow_on_postgres
from tests.ingest.loading import (
    Given,
    chembl,
    guide,
    interaction,
    ligand,
    load,
    reading,
    served_in,
)

Json = dict[str, Any]

GABA_B = ["O75899", "Q9UBS5"]


def of_guide(*actions: str, **columns: str) -> list[Given]:
    """Hustanol's interactions with the GABA-B receptor, in man unless it is said."""
    accessions = {"target_uniprot": "|".join(GABA_B)} | columns
    rows = [interaction(7, "GABA<sub>B</sub> receptor", action, **accessions) for action in actions]
    return guide([ligand(7, "hustanol")], rows)


def of_chembl(
    action: str,
    accessions: list[str] = GABA_B,
    target_type: str = "PROTEIN COMPLEX",
    **columns: Any,
) -> list[Given]:
    """Hustanol's mechanism at a target with these components."""
    mechanism = {
        "mec_id": 1,
        "molregno": 7,
        "tid": 1,
        "action_type": action,
        "mechanism_of_action": "GABA-B receptor agonist",
        "direct_interaction": 1,
        "mechanism_comment": "Binds both.",
    }
    return chembl(
        {"CHEMBL7": "HUSTANOL"},
        drug_mechanism=[mechanism | columns],
        target_dictionary=[
            {
                "tid": 1,
                "chembl_id": "CHEMBL2111463",
                "pref_name": "GABA-B receptor",
                "target_type": target_type,
                "organism": "Homo sapiens",
            }
        ],
        target_components=[{"tid": 1, "component_id": i} for i, _ in enumerate(accessions)],
        component_sequences=[
            {"component_id": i, "accession": accession} for i, accession in enumerate(accessions)
        ],
    )


def mechanisms(client: httpx.Client) -> list[Json]:
    found: list[Json] = client.get("/v1/drugs/hustanol/mechanisms").json()["items"]
    return found


def disagreements(client: httpx.Client) -> list[Json]:
    found: list[Json] = client.get("/v1/drugs/hustanol/discrepancies").json()["items"]
    return found


def test_a_mechanism_of_the_guide_and_of_chembl_is_one_fact_that_cites_both(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "gtopdb", of_guide("Agonist", affinity_units="pKi", affinity_median="6"))
    load(database, "chembl", of_chembl("AGONIST"))

    [served] = mechanisms(client)

    assert [c["source"]["id"] for c in served["citations"]] == ["gtopdb", "chembl"]
    assert served["statement"].startswith("Hustanol is recorded as an agonist of")
    assert served["mechanism_of_action"] == "GABA-B receptor agonist"
    assert served["affinity"]["value"] == 6
    assert served["direct_interaction"] is True
    assert served["comment"] == "Mechanism: Binds both."
    assert served["target"]["type"] == "PROTEIN COMPLEX"
    assert {"system": "chembl", "value": "CHEMBL2111463"} in served["target"]["identifiers"]
    assert disagreements(client) == []


@slow_on_postgres
def test_other_actions_at_one_target_stand_apart_and_are_a_discrepancy(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "gtopdb", of_guide("Antagonist", type="Antagonist"))
    load(database, "chembl", of_chembl("AGONIST"))

    found = mechanisms(client)
    [discrepancy] = disagreements(client)

    assert {item["action_type"] for item in found} == {"AGONIST", "ANTAGONIST"}
    assert discrepancy["statement"] == (
        "Sources give different actions of hustanol at GABAB receptor (Human)."
    )
    assert discrepancy["subject"]["fact"] in [item["id"] for item in found]
    assert discrepancy["subject"]["field"] == "/action_type"
    assert {
        value["value"]: [c["source"]["id"] for c in value["citations"]]
        for value in discrepancy["values"]
    } == {"ANTAGONIST": ["gtopdb"], "AGONIST": ["chembl"]}


@slow_on_postgres
@pytest.mark.parametrize(
    "of",
    [
        of_chembl("AGONIST", ["Q9UBS5"], "SINGLE PROTEIN"),
        of_chembl("AGONIST", GABA_B, "PROTEIN FAMILY"),
        of_chembl("AGONIST", [*GABA_B, "P00001"]),
    ],
    ids=["a subunit", "a family", "a larger complex"],
)
def test_a_target_that_is_made_of_others_is_another(
    database: Settings, client: httpx.Client, of: list[Given]
) -> None:
    load(database, "gtopdb", of_guide("Agonist"))
    load(database, "chembl", of)

    assert len({item["target"]["id"] for item in mechanisms(client)}) == 2
    assert disagreements(client) == []


@slow_on_postgres
def test_a_mechanism_of_another_species_stays_apart(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "gtopdb", of_guide("Agonist", target_species="Rat"))
    load(database, "chembl", of_chembl("AGONIST"))

    assert len(mechanisms(client)) == 2
    assert disagreements(client) == []


@slow_on_postgres
def test_another_selectivity_parts_no_mechanism_and_both_are_said(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "gtopdb", of_guide("Agonist", selectivity="Selective"))
    load(database, "chembl", of_chembl("AGONIST", selectivity_comment="Non-selective"))

    [served] = mechanisms(client)

    assert served["selectivity"] == "Selective; Non-selective"
    assert [c["source"]["id"] for c in served["citations"]] == ["gtopdb", "chembl"]
    assert disagreements(client) == []


def test_mechanisms_are_joined_alike_in_every_order(new_on_sqlite: Any) -> None:
    files = {"gtopdb": of_guide("Agonist", "Antagonist"), "chembl": of_chembl("AGONIST")}
    outcomes = set()

    for order in permutations(files):
        database = new_on_sqlite()
        for source in order:
            load(database, source, files[source])
        outcomes.add(tuple(sorted(served_in(database).items())))
        with reading(database) as connection:
            assert list(faults_of_release(connection)) == []

    assert len(outcomes) == 1


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("AGONIST", "ANTAGONIST", True),
        ("AGONIST", "INVERSE AGONIST", True),
        ("OPENER", "BLOCKER", True),
        ("POSITIVE ALLOSTERIC MODULATOR", "INHIBITOR", True),
        ("AGONIST", "PARTIAL AGONIST", False),
        ("OPENER", "ACTIVATOR", False),
        ("BLOCKER", "INHIBITOR", False),
        ("ANTAGONIST", "INVERSE AGONIST", False),
        ("NEGATIVE ALLOSTERIC MODULATOR", "INHIBITOR", False),
        ("MODULATOR", "ANTAGONIST", False),
        ("OTHER", "AGONIST", False),
        ("BINDING AGENT", "INHIBITOR", False),
        ("SUBSTRATE", "INHIBITOR", False),
    ],
)
def test_only_actions_of_opposite_directions_disagree(one: str, other: str, differ: bool) -> None:
    assert actions_differ(one, other) is differ
    assert actions_differ(other, one) is differ
