"""What a downgrade takes apart, `medfacts migrate` rebuilds."""

from collections.abc import Iterator
from typing import Any

import anyio
import anyio.from_thread
import httpx
import pytest
from alembic import command
from alembic.config import Config

from app.database.migrating import MIGRATIONS, migrate
from app.models.fact import fact_kinds
from app.settings import ROOT, Settings
from tests.conftest import AppTransport, Save, running, without_cache
from tests.ingest.loading import (
    BACLOFEN,
    OF_BACLOFEN,
    Json,
    approvals,
    chembl,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    rxnorm,
    served_in,
    studies,
    study,
    vocabulary,
)
from tests.test_cli import run
from tests.writing import CITE, drug, fact, indication, warning, writing

UNII = "AAAAAAAAA1"

Answers = dict[str, Any]


def seeded_facts() -> list[tuple[str, Json]]:
    """A fact of each kind that no file of a source below brings."""
    says = {"value": "two hours", "cite": CITE}
    values = [says, says | {"value": "four hours"}]
    return [
        warning("drowsiness"),
        indication("cough"),
        fact("pharmacokinetics", "half-life", process="excretion"),
        fact("discrepancies", "half-life", field="/name", values=values),
    ]


def of_label(set_id: str, warnings: str, number: str, version: int = 1) -> Json:
    """A label of everything that labels state, marketed under a number."""
    return label(
        set_id,
        "HUSTANOL",
        unii=UNII,
        version=version,
        warnings=warnings,
        indications_and_usage=f"For {set_id}.",
        dosage_and_administration="Take two.",
        description="It is white.",
        product_type=["HUMAN OTC DRUG"],
        application_number=[number] if number else [],
        product_ndc=["0091-3351"],
        route=["ORAL"],
    )


OLDER = labels(of_label("approved", "Do not.", "NDA000001"))

FILES = {
    "drugbank-vocabulary": vocabulary(drugbank(1, "Hustanol", unii=UNII)),
    "gtopdb": guide([ligand(7, "hustanol")], [interaction(7, "Cough receptor", "Agonist")]),
    "drugs-at-fda": approvals(("NDA000001", "HUSTABIN", "HUSTANOL", "1999-01-01")),
    "openfda-label": labels(
        of_label("approved", "Do not drive.", "NDA000001", version=2),
        of_label("monograph", "DO NOT DRIVE.", "M013"),
        of_label("unapproved", "Beware.", ""),
        of_label("unknown", "Beware.", "505G(a)(3)"),
        label("limited", "HUSTANOL", indications_and_usage="Limitations of Use: Not for colds."),
        label("of-nobody", "NOSTRUM", warnings="Careful.", dosage_and_administration="Rub it in."),
    ),
    "rxnorm": rxnorm(BACLOFEN, OF_BACLOFEN, [("197391", "00115101001")]),
    "clinicaltrials": studies(study(1, "Hustanol", conditions=("Cough",))),
    "chembl": chembl(
        {"CHEMBL7": "HUSTANOL"},
        drug_mechanism=[{"mec_id": 1, "molregno": 7, "tid": 1, "action_type": "CHELATING AGENT"}],
        target_dictionary=[{"tid": 1, "chembl_id": "CHEMBL1", "pref_name": "Iron"}],
        drug_indication=[
            {"drugind_id": 1, "molregno": 7, "max_phase_for_ind": 3, "efo_term": "cough"}
        ],
        drug_warning=[{"warning_id": 1, "molregno": 7, "warning_type": "Withdrawn"}],
    ),
}
"""A file of each source, in which labels of a drug state the same, differently and more."""


@pytest.fixture
def loaded(database: Settings, save: Save) -> Settings:
    """A database with data of every kind."""
    save(drug("hustanol", *seeded_facts()))
    load(database, "openfda-label", OLDER)
    for source, files in FILES.items():
        load(database, source, files)
    return database


ASKED = (
    *(f"/v1/{kind}" for kind in (*fact_kinds(), "labels", "products", "drugs", "conditions")),
    "/v1/sources",
    *(f"/v1/drugs/hustanol/{kind}?sort=importance" for kind in fact_kinds()),
    *(
        f"/v1/indications?status={s}"
        for s in ("approved", "otc_monograph", "unknown", "limitation_of_use")
    ),
    "/v1/dosages?type=dosage-and-administration",
    "/v1/labels?ndc=0091-3351",
    "/v1/labels?product_type=human otc drug",
    "/v1/resolve?identifier=ndc:0091-3351",
    "/v1/resolve?identifier=ndc:0115-1010-01",
    "/v1/resolve?identifier=rxcui:202800",
    "/v1/resolve?identifier=application_number:NDA000001",
    "/v1/search?q=take",
)


OLDER_SCHEMAS = sorted(path.name[:4] for path in MIGRATIONS.glob("[0-9]*_*.py"))[:-1]

LOST = "0005"
"""Below 0006 it is not known which versions of labels were read, and below 0002 not of which day
studies are: only their files say so."""


@pytest.fixture
def client(database: Settings, portal: anyio.from_thread.BlockingPortal) -> Iterator[httpx.Client]:
    """Asks an app without a cache, whose answers of before would be taken for those of after."""
    with running(without_cache(database)) as app:
        transport = AppTransport(app, portal)
        with httpx.Client(transport=transport, base_url="http://medfacts") as client:
            yield client


def answers(client: httpx.Client) -> Answers:
    """What is answered, by path."""
    return {path: client.get(path).raise_for_status().json() for path in ASKED}


def downgrade(settings: Settings, revision: str) -> None:
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["settings"] = settings
    command.downgrade(config, revision)


@pytest.mark.slow
@pytest.mark.parametrize("revision", OLDER_SCHEMAS)
def test_down_and_up_again_is_answered_as_before(
    loaded: Settings, client: httpx.Client, revision: str
) -> None:
    before, documents = answers(client), served_in(loaded)
    of_every_kind = {*fact_kinds(), "wordings", "labels", "products", "drugs", "conditions"}
    assert {kind for kind, _ in documents} == of_every_kind | {"sources", "labels_read"}

    downgrade(loaded, revision)
    migrate(loaded)
    unready = client.get("/health/ready")
    rebuilt = run("migrate", url=loaded.database_url)

    assert unready.status_code == 503
    assert "another version of the program" in unready.json()["detail"]
    assert rebuilt.stdout.startswith("Rebuilt every record")
    with writing(loaded) as engine:
        assert faults_in(engine) == []
    if revision <= LOST:
        for source in ("openfda-label", "clinicaltrials"):
            load(loaded, source, FILES[source], again=True)
        load(loaded, "openfda-label", OLDER, again=True)
    assert answers(client) == before
    assert served_in(loaded) == documents
