"""The answers that the docs show as examples: `python -m tests.examples` writes them anew.

They are what the API says of baclofen by the project's seed, whatever other drugs it holds. The
seed has no labels: theirs, and dosages, are of five sections of a real one, imported beside it; and
no products: these are two of RxNorm's. Interactions are of it and alcohol, as DrugBank names it.
"""

import json
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
from fastapi import FastAPI

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.ingest.importing import import_files
from app.ingest.seed.loading import load_seed
from app.main import create_app
from app.openapi.specification import EXAMPLES, OF_LABEL
from app.settings import ROOT, Settings
from tests.ingest.loading import drugbank, labels, rxnorm, vocabulary

VALUES = {
    "drug_id": "baclofen",
    "condition_id": "muscle-spasticity",
    "source_id": "what-is-baclofen",
    "set_id": "f133fe04-1550-4fa4-9dc4-652c27936bf2",
    "rxcui": "197391",
    "service_id": "medfacts-order-sign",
    "get_dosage": "baclofen-dosage-71a6f8e60437",
    "get_indication": "baclofen-indication-rheumatic-disorders",
    "get_mechanism": "baclofen-mechanism-gaba-b-agonist",
    "get_pharmacokinetics_fact": "baclofen-pharmacokinetics-liver-metabolism",
    "get_trial": "baclofen-trial-alcohol-cirrhosis-paper",
    "get_warning": "baclofen-warning-withdrawal",
    "version": "r5",
    "get_citation": "baclofen-trial-alcohol-cirrhosis-paper",
    "get_clinical_use_definition": "baclofen-indication-rheumatic-disorders",
    "get_evidence": "baclofen-trial-alcohol-cirrhosis-paper.1",
    "get_medication": "baclofen",
    "get_medication_knowledge": "baclofen",
    "get_discrepancy": "baclofen-discrepancy-alcohol-cirrhosis-odds-ratio-interval",
}
"""What stands in each path: by its own name, or for ids of facts and resources by the
operation's."""

UNII = "http://fdasis.nlm.nih.gov%7CH789N3FKE8"

QUERIES = {
    "list_drugs": "?q=lioresal",
    "resolve": "?name=Lioresal&name=BACLOFEN%2010%20MG%20TABLET&name=baclofin",
    "search": "?q=rheumatic",
    "get_drug": "?include=warnings",
    "list_sources": "?limit=2",
    "list_interactions": "?drugs=baclofen,alcohol",
    "list_interactions_of_drug": "?with=alcohol",
    "search_citation": "?identifier=NCT00525252&_count=1",
    "search_clinical_use_definition": "?subject=Medication/baclofen&type=indication&_count=1",
    "search_evidence": "?identifier=NCT00525252&_count=1",
    "search_medication": f"?code={UNII}",
    "search_medication_knowledge": f"?code={UNII}",
}


BODIES: dict[str, Any] = {
    "call_cds_service": {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/abc",
            "patientId": "1288992",
            "draftOrders": {
                "resourceType": "Bundle",
                "entry": [
                    {
                        "resource": {
                            "resourceType": "MedicationRequest",
                            "id": "1",
                            "status": "draft",
                            "medicationCodeableConcept": {"text": "Baclofen 10 mg tablet"},
                        }
                    }
                ],
            },
        },
        "prefetch": {"medications": None},
    },
    "send_cds_feedback": {
        "feedback": [{"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "accepted"}]
    },
}
"""Bodies of what is posted, where they are no list."""

OF_LABELS = ("CDS Hooks", "Dosages", "Labels", "Products")
"""The tags of operations on what the seed has nothing of."""

OF_TWO = ("Interactions",)
"""The tags of operations that take two drugs."""

KEMSTRO = {
    "set_id": VALUES["set_id"],
    "version": "1",
    "effective_time": "20060104",
    "openfda": {
        "brand_name": ["KEMSTRO"],
        "generic_name": ["baclofen tablet, orally disintegrating"],
        "manufacturer_name": ["Schwarz Pharma"],
        "substance_name": ["BACLOFEN"],
        "product_ndc": ["0091-3351", "0091-3352"],
    },
    "description": [
        "Description KEMSTRO™ (baclofen orally disintegrating tablets) is a muscle relaxant and "
        "antispastic. Baclofen USP is a white to off-white, odorless or practically odorless "
        "crystalline powder. It is slightly soluble in water, very slightly soluble in methanol, "
        "and insoluble in chloroform. Its chemical name is 4-amino-3-(4-chlorophenyl)-butanoic "
        "acid. The molecular weight of baclofen is 213.66 and the empirical formula is C 10 H 12 "
        "CINO 2 . The structural formula is represented below: KEMSTRO™ is available as 10 mg and "
        "20 mg orally disintegrating tablets. Each orally disintegrating tablet also contains as "
        "inactive ingredients: aspartame, colloidal silicon dioxide, crospovidone, magnesium "
        "stearate, mannitol, microcrystalline cellulose, natural and artificial orange flavor and "
        "povidone."
    ],
    "contraindications": [
        "Contraindications KEMSTRO™ is contraindicated in patients who are hypersensitive to any "
        "component of this product."
    ],
    "drug_interactions": [
        "Drug interactions The central nervous system depressant effects of baclofen may be "
        "additive to those of alcohol and other CNS depressants."
    ],
    "dosage_and_administration": [
        "Dosage and Administration The determination of optimal dosage requires individual "
        "titration. Start therapy at a low dosage and increase gradually until optimum effect is "
        "achieved (usually between 40-80 mg daily). The following dosage titration schedule is "
        "suggested: 5 mg three times a day for 3 days 10 mg three times a day for 3 days 15 mg "
        "three times a day for 3 days 20 mg three times a day for 3 days Thereafter additional "
        "increases may be necessary but the total daily dose should not exceed a maximum of 80 mg "
        "daily (20 mg four times a day). The lowest dose compatible with an optimal response is "
        "recommended. If benefits are not evident after a reasonable trial period, patients should "
        "be slowly withdrawn from the drug (see WARNINGS, Abrupt Drug Withdrawal ). Administration "
        "Using dry hands, the patient should be instructed to place the tablet on the tongue, "
        "where it will disintegrate and can then be swallowed with or without water. Patients with "
        "Renal Impairment Because baclofen is primarily excreted unchanged by the kidneys, it "
        "should be given with caution and it may be necessary to reduce the dosage in patients "
        "with impaired renal function ."
    ],
    "overdosage": [
        "Overdosage Signs and Symptoms Vomiting , muscular hypotonia , drowsiness , accommodation "
        "disorders , coma , respiratory depression , and seizures . Treatment In the alert "
        "patient, empty the stomach promptly by induced emesis followed by lavage. In the "
        "obtunded patient, secure the airway with a cuffed endotracheal tube before beginning "
        "lavage (do not induce emesis ). Maintain adequate respiratory exchange, do not use "
        "respiratory stimulants. It is unknown what effect hemodialysis or peritoneal dialysis "
        "has on the serum concentration of baclofen."
    ],
}
"""Five sections, each whole, of the label of Kemstro as FDA published it in 2006."""

PRODUCTS = (
    {
        "1292": ("IN", "baclofen"),
        "202996": ("BN", "Lioresal"),
        "317302": ("SCDC", "baclofen 10 MG"),
        "315456": ("SCDC", "baclofen 0.5 MG/ML"),
        "197391": ("SCD", "baclofen 10 MG Oral Tablet"),
        "308517": ("SCD", "20 ML baclofen 0.5 MG/ML Injection"),
        "805678": ("SBD", "20 ML baclofen 0.5 MG/ML Injection [Lioresal]"),
    },
    [
        ("317302", "has_ingredient", "1292"),
        ("315456", "has_ingredient", "1292"),
        ("197391", "consists_of", "317302"),
        ("308517", "consists_of", "315456"),
        ("805678", "tradename_of", "308517"),
        ("805678", "has_ingredient", "202996"),
    ],
    [("197391", "00115101001"), ("197391", "00115101003"), ("805678", "70121250101")],
)
"""Concepts of RxNorm as of October 2025, their relations, and some of their NDCs."""

VERQUVO = {
    "set_id": "17056d73-1b1b-4bf2-9c07-b7a9367f0d6d",
    "version": "13",
    "effective_time": "20260121",
    "openfda": {
        "application_number": ["NDA214377"],
        "brand_name": ["VERQUVO"],
        "generic_name": ["VERICIGUAT"],
        "manufacturer_name": ["Merck Sharp & Dohme LLC"],
        "product_ndc": ["0006-5028", "0006-5029", "0006-5030"],
        "product_type": ["HUMAN PRESCRIPTION DRUG"],
        "route": ["ORAL"],
        "substance_name": ["VERICIGUAT"],
    },
    "boxed_warning": [
        "WARNING: EMBRYO-FETAL TOXICITY Females of reproductive potential: Exclude pregnancy "
        "before the start of treatment. To prevent pregnancy, females of reproductive potential "
        "must use effective forms of contraception during treatment and for one month after "
        "stopping treatment. Do not administer VERQUVO to a pregnant female because it may cause "
        "fetal harm [see Dosage and Administration (2.2) , Warnings and Precautions (5.1) , and "
        "Use in Specific Populations (8.3) ] . WARNING: EMBRYO-FETAL TOXICITY See full "
        "prescribing information for complete boxed warning. Do not administer VERQUVO to a "
        "pregnant female because it may cause fetal harm. ( 4 , 5.1 , 8.1 ) Females of "
        "reproductive potential: Exclude pregnancy before the start of treatment. To prevent "
        "pregnancy, females of reproductive potential must use effective forms of contraception "
        "during treatment and for one month after stopping treatment. ( 2.2 , 5.1 , 8.3 )"
    ],
    "contraindications": [
        "4 CONTRAINDICATIONS VERQUVO is contraindicated in patients with concomitant use of "
        "other soluble guanylate cyclase (sGC) stimulators [see Drug Interactions (7.1) ] . "
        "VERQUVO is contraindicated in pregnancy [see Warnings and Precautions (5.1) and Use in "
        "Specific Populations (8.1) ]. Patients with concomitant use of other soluble guanylate "
        "cyclase (sGC) stimulators. ( 4 , 7.1 ) Pregnancy ( 4 )"
    ],
    "warnings_and_cautions": [
        "5 WARNINGS AND PRECAUTIONS 5.1 Embryo-Fetal Toxicity Based on data from animal "
        "reproduction studies, VERQUVO may cause fetal harm when administered to a pregnant "
        "woman. Advise females of reproductive potential of the potential risk to a fetus. "
        "Obtain a pregnancy test before the start of treatment. Advise females of reproductive "
        "potential to use effective contraception during treatment with VERQUVO and for at least "
        "one month after the final dose [see Dosage and Administration (2.2) and Use in Specific "
        "Populations (8.1 , 8.3) ]."
    ],
    "drug_interactions": [
        "7 DRUG INTERACTIONS PDE-5 Inhibitors: Concomitant use is not recommended. ( 7.2 ) 7.1 "
        "Other Soluble Guanylate Cyclase Stimulators VERQUVO is contraindicated in patients with "
        "concomitant use of other soluble guanylate cyclase (sGC) stimulators [see "
        "Contraindications (4) ] . 7.2 PDE-5 Inhibitors Concomitant use of VERQUVO with PDE-5 "
        "inhibitors is not recommended because of the potential for hypotension [see Clinical "
        "Pharmacology (12.2) ] ."
    ],
}
"""Four sections, each whole, of the label of Verquvo as openFDA published it in 2026."""


def baclofen_alone(folder: Path) -> Path:
    """A seed of what the project's seed says of baclofen, and nothing else."""
    (folder / "drugs").mkdir(parents=True)
    for name in ("sources.yaml", "drugs/baclofen.yaml"):
        shutil.copy(ROOT / "seed" / name, folder / name)
    return folder


def path_of(operation: dict[str, Any], template: str) -> str:
    """The path by which an operation is shown."""
    id_ = operation["operationId"]
    values = {**VALUES, "fact_id": VALUES.get(id_, ""), "resource_id": VALUES.get(id_, "")}
    return template.format(**values) + QUERIES.get(id_, "")


def body_of(operation: dict[str, Any]) -> Any:
    """The body with which an operation is shown."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return BODIES.get(operation["operationId"]) or schema["examples"][0]


def sent_with(operation: dict[str, Any]) -> dict[str, Any]:
    """The body with which an operation is shown, as httpx takes it."""
    if "application/json" in operation["requestBody"]["content"]:
        return {"json": body_of(operation)}
    return {"data": {"_count": "1"}}


async def answers(app: FastAPI, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the app answers to each operation with one of these tags, or to those that need no
    more than the seed."""
    transport = httpx.ASGITransport(app)
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://medfacts") as client:
        for template, methods in app.openapi()["paths"].items():
            for method, operation in methods.items():
                tag = operation["tags"][0]
                if tag not in tags if tags else tag in (*OF_LABELS, *OF_TWO):
                    continue
                path = path_of(operation, template)
                body = sent_with(operation) if method == "post" else {}
                answer = await client.request(method.upper(), path, **body)
                found[operation["operationId"]] = answer.raise_for_status().json()
    return found


def examples(folder: Path) -> dict[str, Any]:
    """What the docs show, by the operations' ids, of a database in a folder."""
    settings = Settings(
        database_url=f"sqlite:///{folder}/medfacts.db", seed_dir=baclofen_alone(folder / "seed")
    )
    migrate(settings)
    engine = write_engine(settings)
    load_seed(engine, settings.seed_dir)
    found = anyio.run(answers, create_app(settings))
    import_files(engine, "openfda-label", [*labels(KEMSTRO, updated="2026-11-23")])
    import_files(engine, "rxnorm", [*rxnorm(*PRODUCTS, date="2025-10-06")])
    found |= anyio.run(partial(answers, tags=OF_LABELS), create_app(settings))
    ethanol = drugbank(898, "Ethanol", "Alcohol", "Ethyl alcohol", unii="3K9958V90M")
    import_files(engine, "drugbank-vocabulary", [*vocabulary(ethanol)])
    found |= anyio.run(partial(answers, tags=OF_TWO), create_app(settings))
    import_files(engine, "openfda-label", [*labels(VERQUVO, updated="2026-11-23")])
    found["list_warnings_of_drug" + OF_LABEL] = anyio.run(of_label, create_app(settings))
    return found


async def of_label(app: FastAPI) -> Any:
    """The warnings of a drug as its label says them."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://medfacts") as client:
        return (await client.get("/v1/drugs/vericiguat/warnings")).raise_for_status().json()


def main() -> None:
    """Write the examples anew."""
    with tempfile.TemporaryDirectory() as name:
        found = examples(Path(name))
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    EXAMPLES.write_text(text, encoding="utf-8")
    sys.stdout.write(f"Wrote {EXAMPLES}.\n")


if __name__ == "__main__":
    main()
