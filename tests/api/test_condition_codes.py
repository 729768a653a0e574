"""Conditions by the codes that terminologies give them, and by their names."""

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Holding
from tests.ingest.loading import chembl, studies, study
from tests.writing import CITE, drug, indication

ALCOHOLISM = {"mesh_id": "D000437", "mesh_heading": "Alcoholism", "max_phase_for_ind": 3}
DEPENDENCE = {"efo_id": "EFO:0003829", "efo_term": "alcohol dependence"}


@pytest.fixture(scope="module")
def client(holding: Holding) -> Iterator[httpx.Client]:
    """Baclofen, by a person for alcohol dependence; by ChEMBL as well, with codes; and others."""
    file = drug("baclofen", indication("alcohol-dependence", status="investigational"))
    code = {"system": "mesh", "code": ALCOHOLISM["mesh_id"]}
    of_seed = {"id": "alcohol-dependence", "name": "Alcohol-dependence", "codes": [code]}
    file["conditions"] = [of_seed | {"cite": CITE}]
    rows = [
        {"drugind_id": 1, "molregno": 701, **ALCOHOLISM, **DEPENDENCE},
        {"drugind_id": 2, "molregno": 1276, **ALCOHOLISM},
        {"drugind_id": 3, "molregno": 1276, "mesh_heading": "Gout 100%", "mesh_id": "D006073"},
    ]
    molecules = {"CHEMBL701": "BACLOFEN", "CHEMBL1276": "NALTREXONE"}
    files = {
        "chembl": chembl(molecules, drug_indication=rows),
        "clinicaltrials": studies(study(1, "Baclofen", conditions=("Alcoholism",))),
    }
    with holding(file, files=files) as client:
        yield client


def found(client: httpx.Client, path: str) -> list[str]:
    return [item["id"] for item in client.get(path).json()["items"]]


@pytest.mark.parametrize("kind", ["mesh:D000437", "mesh:d000437"])
def test_a_code_finds_the_drugs_of_every_condition_that_has_it(
    client: httpx.Client, kind: str
) -> None:
    assert found(client, f"/v1/drugs?condition={kind}") == ["baclofen", "naltrexone"]
    assert len(found(client, f"/v1/indications?condition={kind}")) == 3
    assert len(found(client, f"/v1/drugs/baclofen/indications?condition={kind}")) == 2
    assert len(found(client, f"/v1/trials?condition={kind}")) == 1
    assert found(client, f"/v1/conditions?code={kind}") == ["alcohol-dependence"]


@pytest.mark.parametrize("code", ["efo:0003829", "EFO:0003829", "efo:EFO:0003829"])
def test_efos_code_is_found_with_its_system_and_without(client: httpx.Client, code: str) -> None:
    assert found(client, f"/v1/drugs?condition={code}") == ["baclofen", "naltrexone"]


@pytest.mark.parametrize("name", ["alcohol-dependence", "alcoholism"])
def test_a_condition_is_found_by_the_id_that_each_of_its_names_makes(
    client: httpx.Client, name: str
) -> None:
    answer = client.get(f"/v1/conditions/{name}")

    assert answer.json()["id"] == "alcohol-dependence"
    assert answer.headers.get("content-location") == (
        "/v1/conditions/alcohol-dependence" if name == "alcoholism" else None
    )
    assert found(client, f"/v1/drugs?condition={name}") == ["baclofen", "naltrexone"]
    assert len(found(client, f"/v1/indications?condition={name}")) == 3
    assert len(found(client, f"/v1/trials?condition={name}")) == 1


def test_a_drug_is_found_by_the_phase_of_its_very_use(client: httpx.Client) -> None:
    assert found(client, "/v1/drugs?condition=alcoholism&max_phase=3") == ["baclofen", "naltrexone"]
    assert found(client, "/v1/drugs?condition=gout-100&max_phase=3") == []
    assert found(client, "/v1/drugs?max_phase=3") == ["baclofen", "naltrexone"]
    assert found(client, "/v1/drugs?max_phase=4") == []
    assert len(found(client, "/v1/indications?max_phase=3")) == 2
    assert client.get("/v1/indications?max_phase=5").status_code == 422


@pytest.mark.parametrize("name", ["alcoholism", "Alcohol%20Dependence", " ALCOHOLISM"])
def test_a_condition_is_found_by_its_names_as_they_are_typed(
    client: httpx.Client, name: str
) -> None:
    assert found(client, f"/v1/drugs?condition={name}") == ["baclofen", "naltrexone"]
    assert len(found(client, f"/v1/trials?condition={name}")) == 1


@pytest.mark.parametrize(
    "asked",
    ["mesh:D00043", "mesh:%25", "mesh:_000437", "efo:D000437", ":", "mesh:", "Alcohol", "gout"],
)
def test_by_a_condition_that_nothing_names_nothing_is_found(
    client: httpx.Client, asked: str
) -> None:
    for path in ("drugs?", "drugs?max_phase=3&", "drugs?q=baclofen&", "indications?", "trials?"):
        assert found(client, f"/v1/{path}condition={asked}") == [], path


def test_a_condition_of_nothing_that_is_asked_for_is_an_empty_list(client: httpx.Client) -> None:
    for path in ("drugs?max_phase=4&", "drugs?q=cisplatin&", "indications?status=approved&"):
        answer = client.get(f"/v1/{path}condition=alcoholism").json()
        assert (answer["items"], answer["total"]) == ([], 0), path


def test_conditions_are_found_by_a_part_of_their_name(client: httpx.Client) -> None:
    assert found(client, "/v1/conditions?q=ALCOHOL") == ["alcohol-dependence"]
    assert found(client, "/v1/conditions?q=holism") == ["alcohol-dependence"]
    assert found(client, "/v1/search?q=alcoholism&kind=conditions") == ["alcohol-dependence"]
    assert found(client, "/v1/conditions?q=100%25") == ["gout-100"]
    assert found(client, "/v1/conditions?q=g%25t") == []


def test_the_articles_condition_chembls_and_the_trials_are_one(client: httpx.Client) -> None:
    condition = client.get("/v1/conditions/alcohol-dependence").json()

    assert condition["name"] == "Alcohol-dependence"
    assert condition["names"] == ["Alcohol-dependence", "Alcoholism"]
    assert condition["codes"] == [
        {"system": "mesh", "code": "D000437"},
        {"system": "efo", "code": "EFO:0003829"},
    ]
