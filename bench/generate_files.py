"""Made-up files in the publishers' formats, of any size and the same every time.

Nothing in them is real. Drug number 7 is the same drug in all of them, and in the catalogue that
`generate` fills: so what they say comes together. How many there are of each thing, and how long
its texts are, was counted in real files of 2019 to 2024.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import IO, Any
from uuid import UUID

from bench.generate import CLASSES, CONDITIONS, PHRASES, drug_name

SEED = 20260131
MADE = (2026, 1, 31, 0, 0, 0)
"""The date and time of the tables of Drugs@FDA."""

FAST = 1
"""How hard a zip is compressed: to make a large one well takes longer than to import it."""

VOCABULARY_DRUGS = 19_842
APPLICATIONS = 23_267
INTERACTIONS = 20_000
"""How many the real files hold."""

LABEL_BYTES = 142_000
"""What a label takes, on the average."""

SECTIONS: dict[str, tuple[int, int]] = {
    "spl_product_data_elements": (100, 500),
    "recent_major_changes_table": (33, 610),
    "boxed_warning": (38, 1900),
    "indications_and_usage": (100, 1400),
    "dosage_and_administration": (100, 5900),
    "dosage_and_administration_table": (60, 7300),
    "dosage_forms_and_strengths": (86, 380),
    "contraindications": (100, 440),
    "warnings_and_cautions": (84, 8900),
    "warnings_and_cautions_table": (8, 6600),
    "warnings": (14, 4600),
    "precautions": (14, 8500),
    "general_precautions": (10, 1900),
    "adverse_reactions": (100, 11300),
    "adverse_reactions_table": (83, 24400),
    "drug_interactions": (84, 2900),
    "drug_interactions_table": (21, 8500),
    "use_in_specific_populations": (86, 6300),
    "pregnancy": (94, 2500),
    "pediatric_use": (94, 960),
    "geriatric_use": (89, 710),
    "overdosage": (71, 1000),
    "description": (100, 1200),
    "clinical_pharmacology": (100, 7500),
    "clinical_pharmacology_table": (35, 9600),
    "mechanism_of_action": (85, 780),
    "pharmacodynamics": (72, 1000),
    "pharmacokinetics": (87, 5400),
    "pharmacokinetics_table": (28, 8300),
    "microbiology": (7, 5500),
    "nonclinical_toxicology": (85, 1600),
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility": (93, 1300),
    "animal_pharmacology_and_or_toxicology": (20, 890),
    "clinical_studies": (85, 11400),
    "clinical_studies_table": (74, 14500),
    "how_supplied": (100, 860),
    "how_supplied_table": (28, 1600),
    "information_for_patients": (95, 2700),
    "instructions_for_use": (14, 9000),
    "instructions_for_use_table": (10, 16100),
    "spl_medguide": (33, 10000),
    "spl_medguide_table": (28, 14900),
    "spl_patient_package_insert": (34, 7600),
    "spl_patient_package_insert_table": (29, 12300),
    "spl_unclassified_section": (51, 440),
    "package_label_principal_display_panel": (100, 850),
}
"""A label's sections: how many labels of a hundred have them, and how long they are there."""

LONGEST_SECTION = 160_000
POOL = 2_000_000
"""Letters of prose, of which every text is a piece: writing it anew would take longer."""

LABELS_OF_A_DRUG = 4
"""Of these every second is worded like the one before, as those of generics are."""

VOCABULARY_HEADING = (
    "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key\n"
)

TABLES = {
    "Applications.txt": "ApplNo\tApplType\tApplPublicNotes\tSponsorName",
    "Products.txt": "ApplNo\tProductNo\tForm\tStrength\tReferenceDrug\tDrugName\tActiveIngredient"
    "\tReferenceStandard",
    "Submissions.txt": "ApplNo\tSubmissionClassCodeID\tSubmissionType\tSubmissionNo"
    "\tSubmissionStatus\tSubmissionStatusDate\tSubmissionsPublicNotes\tReviewPriority",
}

INTERACTIONS_HEADING = (
    "target,target_id,target_gene_symbol,target_uniprot,target_ensembl_gene_id,target_ligand,"
    "target_ligand_id,target_ligand_gene_symbol,target_ligand_ensembl_gene_id,"
    "target_ligand_uniprot,target_ligand_pubchem_sid,target_species,ligand,ligand_id,"
    "ligand_gene_symbol,ligand_species,ligand_pubchem_sid,type,action,action_comment,selectivity,"
    "endogenous,primary_target,concentration_range,affinity_units,affinity_high,affinity_median,"
    "affinity_low,original_affinity_units,original_affinity_low_nm,original_affinity_median_nm,"
    "original_affinity_high_nm,original_affinity_relation,assay_description,receptor_site,"
    "ligand_context,pubmed_id\n"
)

LIGANDS_HEADING = (
    '"Ligand id","Name","Species","Type","Approved","Withdrawn","Labelled","Radioactive",'
    '"PubChem SID","PubChem CID","UniProt id","IUPAC name","INN","Synonyms","SMILES","InChIKey",'
    '"InChI","GtoImmuPdb","GtoMPdb"\n'
)

STRUCTURES = 10_000_000
"""More than there are drugs: the first of the numbers for what is no drug of the vocabulary."""


def write_vocabulary(path: Path, drugs: int) -> None:
    """DrugBank's vocabulary, a CSV file: with two to three synonyms a drug."""
    chance = Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        file.write(VOCABULARY_HEADING)
        for number in range(drugs):
            name = drug_name(number)
            endings = ("um", "o", "e", " anhydrous", " acid", "é")
            synonyms = [
                name + end for end in chance.sample(endings, chance.choice((1, 1, 2, 2, 2, 3)))
            ]
            synonyms.append(f"Compound {number}")
            known = [chance.randrange(100) < share for share in (24, 66, 77, 92, 74)]
            fields = (f"BIOD{number:05}", _cas(number), _unii(number), " | ".join(synonyms))
            accession, cas, unii, names, key = (
                field if is_known else ""
                for field, is_known in zip((*fields, _inchikey(number)), known, strict=True)
            )
            id_ = f"DB{number:05}"
            rows.writerow((id_, accession, name.capitalize(), cas, unii, names, key))


def write_drugs_at_fda(path: Path, applications: int) -> None:
    """Drugs@FDA's zip, with the three tables that are read: some 7 submissions an application."""
    chance = Random(SEED)
    tables = {name: [heading] for name, heading in TABLES.items()}
    every_drug = max(2, min(2000, applications // 8))
    for i in range(applications):
        id_ = f"{i + 1:06}"
        is_new = i < every_drug  # the others are generics
        number = i % every_drug
        name = drug_name(number).upper()
        ingredient = f"{name} HYDROCHLORIDE" if number % 3 == 0 else name
        brand = f"{drug_name(number).upper()} FORTE" if is_new else ingredient
        if number % 8 == 0:
            ingredient += f"; {drug_name((number + 1) % every_drug).upper()}"
        type_ = "NDA" if is_new else "ANDA"
        tables["Applications.txt"].append(f"{id_}\t{type_}\t\tMAKER {i % 300}")
        tables["Products.txt"] += [
            f"{id_}\t{n + 1:03}\tTABLET;ORAL\t{10 * n + 10}MG\t0\t{brand}\t{ingredient}\t0"
            for n in range(chance.choice((1, 1, 2, 3)))
        ]
        year = 1960 + number % 40 if is_new else 1985 + i % 35
        tables["Submissions.txt"] += [
            f"{id_}\t{3 if n else 1}\t{'SUPPL' if n else 'ORIG '}\t{n + 1}\tAP\t"
            f"{year + n // 2:04}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} 00:00:00"
            "\t\tSTANDARD"
            for n in range(chance.choice((2, 5, 8, 12)))
        ]
    with zipfile.ZipFile(path, "w") as zip_:
        for member, lines in tables.items():
            written = "\n".join([*lines, ""]).encode("cp1252")
            zip_.writestr(zipfile.ZipInfo(member, MADE), written, zipfile.ZIP_DEFLATED)


def write_gtopdb(folder: Path, interactions: int) -> list[Path]:
    """The Guide to Pharmacology's interactions and ligands; every sixth ligand is a drug."""
    chance = Random(SEED)
    ligands = max(1, interactions // 2)
    paths = [folder / "interactions.csv", folder / "ligands.csv"]
    columns = next(csv.reader([INTERACTIONS_HEADING]))
    kinds = (("Agonist", "Full agonist"), ("Inhibitor", "Inhibition"), ("Antagonist", "Antagonist"))

    def interaction(i: int) -> dict[str, str | int]:
        target = chance.randrange(1800)
        type_, action = kinds[i % 3]
        ligand = i % ligands
        affinity = chance.uniform(4, 10)
        return {
            "target": f"GABA<sub>B{target}</sub> receptor",
            "target_id": target,
            "target_gene_symbol": f"GENE{target}",
            "target_uniprot": f"P{target:05}",
            "target_ensembl_gene_id": f"ENSG{target:011}",
            "target_species": "Rat" if i % 5 == 0 else "Human",
            "ligand": _ligand(ligand),
            "ligand_id": ligand,
            "ligand_pubchem_sid": 200_000_000 + ligand,
            "type": type_,
            "action": action,
            "selectivity": "Selective",
            "endogenous": "t" if i % 12 == 0 else "f",
            "primary_target": "t" if i % 4 == 0 else "f",
            "affinity_units": "pIC50",
            "affinity_median": repr(affinity),
            "original_affinity_units": "IC50",
            "original_affinity_median_nm": f"{10 ** (9 - affinity):.0f}",
            "original_affinity_relation": "=",
            "assay_description": _prose(chance, 64) if i % 7 == 0 else "",
            "pubmed_id": "|".join(str(10_000_000 + i + n) for n in range(1 + i % 2)),
        }

    with paths[0].open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, columns, "", lineterminator="\n")
        file.write(INTERACTIONS_HEADING)
        rows.writerows(interaction(i) for i in range(interactions))
    with paths[1].open("w", encoding="utf-8", newline="") as file:
        file.write(LIGANDS_HEADING)
        all_ = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for i in range(ligands):
            drug = _drug_of(i)
            structure = STRUCTURES + i if drug is None else drug
            synonyms = f"compound {i} [PMID: {10_000_000 + i}]|BX-{i}"
            all_.writerow(
                (
                    *(i, _ligand(i), "", "Synthetic organic", "yes" if drug is not None else ""),
                    *("yes" if i % 120 == 0 else "", "", "", 200_000_000 + i, 300_000_000 + i),
                    *("", _prose(chance, 94), "" if drug is None else _ligand(i), synonyms),
                    *("C1CC" * 15, _inchikey(structure), "InChI=1S/" + "C1CC" * 40, "", ""),
                )
            )
    return paths


def write_labels(path: Path, labels: int) -> None:
    """A part of openFDA's labels, as JSON or in a zip: written label by label."""
    with _one_file(path) as write:
        write(
            '{\n  "meta": {\n    "disclaimer": "Made up.",\n    "last_updated": "2026-01-31",\n'
            f'    "results": {{\n      "skip": 0,\n      "limit": {labels},\n'
            f'      "total": {labels}\n    }}\n  }},\n  "results": ['
        )
        for number in range(labels):
            write((",\n    " if number else "\n    ") + _label(number, labels))
        write("\n  ]\n}\n")


def write_studies(path: Path, studies: int) -> None:
    """Studies as ClinicalTrials.gov's site downloads them: an array, one in ten with results."""
    chance = Random(SEED)
    with _one_file(path) as write:
        write("[\n")
        for number in range(studies):
            study = json.dumps(_study(number, chance), indent=1)
            write((",\n" if number else "") + study)
        write("\n]\n")


def _label(number: int, labels: int) -> str:
    drug = number // LABELS_OF_A_DRUG
    own = Random(f"{SEED} label {number}")
    wording = Random(f"{SEED} wording {number // 2}")
    name = drug_name(drug)
    members = []
    for section, (share, length) in SECTIONS.items():
        letters = min(LONGEST_SECTION, 40 + int(wording.expovariate(1 / length)))
        of = _table if section.endswith("_table") else _prose
        if wording.randrange(100) < share:
            members.append((section, [f"{name}: {of(wording, letters)}"]))
    set_id = str(UUID(int=own.getrandbits(128)))
    substance = f"{name} hydrochloride".upper() if drug % 3 == 0 else name.upper()
    ndc = f"{10_000 + number % 60_000}-{number % 1000:03}"
    openfda: dict[str, list[Any]] = {
        "application_number": [f"NDA{drug % 1_000_000:06}"],
        "brand_name": [name.capitalize() + " Forte" if number % 2 == 0 else name.capitalize()],
        "generic_name": [name.upper()],
        "manufacturer_name": [f"Maker {number % 300}"],
        "product_ndc": [ndc],
        "product_type": ["HUMAN PRESCRIPTION DRUG"],
        "route": ["ORAL"],
        "substance_name": [substance],
        "rxcui": [str(1_000_000 + number + n) for n in range(own.randint(1, 6))],
        "spl_id": [str(UUID(int=own.getrandbits(128)))],
        "spl_set_id": [set_id],
        "package_ndc": [f"{ndc}-{n:02}" for n in range(own.randint(1, 12))],
        "unii": [_unii(drug)],
    }
    if number % 2 == 0:
        openfda["pharm_class_epc"] = [CLASSES[drug % len(CLASSES)] + " [EPC]"]
    scalars = {
        "set_id": set_id,
        "id": openfda["spl_id"][0],
        "effective_time": f"20{10 + number % 16:02}{1 + number % 12:02}{1 + number % 28:02}",
        "version": str(1 + number % 20),
    }
    lines = [_list(key, texts, 6) for key, texts in members]
    lines += [f"      {json.dumps(key)}: {json.dumps(value)}" for key, value in scalars.items()]
    of_openfda = ",\n".join(_list(key, values, 8) for key, values in openfda.items())
    lines.append(f'      "openfda": {{\n{of_openfda}\n      }}')
    return "{\n" + ",\n".join(lines) + "\n    }"


def _list(key: str, values: Iterable[Any], indent: int) -> str:
    """A member with a list, indented as openFDA does; json's own indenting takes ten times it."""
    blanks = " " * indent
    items = ",\n".join(f"{blanks}  {json.dumps(value)}" for value in values)
    return f'{blanks}"{key}": [\n{items}\n{blanks}]'


def _study(number: int, chance: Random) -> dict[str, Any]:
    drug = drug_name(number % 5000)
    condition = CONDITIONS[number % len(CONDITIONS)]
    day = f"20{10 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}"
    outcomes = [
        {
            "measure": f"Outcome {n + 1}: {_prose(chance, 60)}",
            "description": _prose(chance, 300),
            "timeFrame": f"{12 + n} weeks",
        }
        for n in range(chance.randint(1, 8))
    ]
    groups = {"OG000": drug.capitalize(), "OG001": "Placebo"}
    study: dict[str, Any] = {
        "protocolSection": {
            "identificationModule": {
                "nctId": f"NCT{number:08}",
                "orgStudyIdInfo": {"id": f"STUDY-{number}"},
                "briefTitle": f"{drug.capitalize()} in {condition}",
                "officialTitle": f"A study of {drug} in people with {condition}, number {number}",
            },
            "statusModule": {
                "overallStatus": ("COMPLETED", "RECRUITING", "TERMINATED")[number % 3],
                "startDateStruct": {"date": day[:7]},
                "completionDateStruct": {"date": day, "type": "ACTUAL"},
                "studyFirstPostDateStruct": {"date": day, "type": "ACTUAL"},
                "lastUpdatePostDateStruct": {"date": day, "type": "ACTUAL"},
            },
            "descriptionModule": {
                "briefSummary": _prose(chance, 900),
                "detailedDescription": _prose(chance, 2000),
            },
            "conditionsModule": {"conditions": [condition]},
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "phases": ["PHASE2", "PHASE3"][: 1 + number % 2],
                "designInfo": {
                    "allocation": "RANDOMIZED",
                    "interventionModel": "PARALLEL",
                    "primaryPurpose": "TREATMENT",
                    "maskingInfo": {"masking": "DOUBLE"},
                },
                "enrollmentInfo": {"count": 84, "type": "ACTUAL"},
            },
            "armsInterventionsModule": {
                "armGroups": [
                    {
                        "label": label,
                        "type": "PLACEBO_COMPARATOR" if label == "Placebo" else "EXPERIMENTAL",
                        "description": _prose(chance, 200),
                        "interventionNames": [f"Drug: {label}"],
                    }
                    for label in groups.values()
                ],
                "interventions": [
                    {"type": "DRUG", "name": drug.capitalize(), "description": _prose(chance, 150)}
                ],
            },
            "outcomesModule": {"primaryOutcomes": outcomes[:1], "secondaryOutcomes": outcomes[1:]},
            "eligibilityModule": {"eligibilityCriteria": _prose(chance, 2500)},
            "contactsLocationsModule": {
                "locations": [{"city": f"City {number % 90 + n}", "country": "X"} for n in range(3)]
            },
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-01-31"}},
    }
    if number % 10 == 0:
        study["resultsSection"] = {
            "outcomeMeasuresModule": {
                "outcomeMeasures": [_measure(outcome, groups, chance) for outcome in outcomes]
            }
        }
    return study


def _measure(outcome: dict[str, str], groups: dict[str, str], chance: Random) -> dict[str, Any]:
    return {
        "type": "PRIMARY",
        "title": outcome["measure"],
        "description": outcome["description"],
        "timeFrame": outcome["timeFrame"],
        "paramType": "MEAN",
        "dispersionType": "Standard Deviation",
        "unitOfMeasure": "points",
        "groups": [{"id": id_, "title": title} for id_, title in groups.items()],
        "denoms": [
            {"units": "Participants", "counts": [{"groupId": id_, "value": "42"} for id_ in groups]}
        ],
        "classes": [
            {
                "title": f"Week {week}",
                "categories": [
                    {
                        "measurements": [
                            {
                                "groupId": id_,
                                "value": f"{chance.uniform(10, 90):.1f}",
                                "spread": f"{chance.uniform(1, 9):.2f}",
                            }
                            for id_ in groups
                        ]
                    }
                ],
            }
            for week in (4, 8, 12)
        ],
        "analyses": [{"groupIds": list(groups), "pValue": "<0.0001", "statisticalMethod": "ANOVA"}],
    }


def _ligand(number: int) -> str:
    drug = _drug_of(number)
    return f"BX{number}" if drug is None else drug_name(drug)


def _drug_of(ligand: int) -> int | None:
    return ligand // 6 if ligand % 6 == 0 else None


def _unii(number: int) -> str:
    return f"U{number:09}"


def _cas(number: int) -> str:
    return f"{100 + number // 1000}-{number // 10 % 100:02}-{number % 10}"


def _inchikey(number: int) -> str:
    letters = "".join(chr(ord("A") + number // 26**place % 26) for place in range(14))
    return f"{letters}-UHFFFAOYSA-N"


def _prose(chance: Random, letters: int) -> str:
    """A piece of the pool: half of the long ones hold a letter beyond ASCII, as in real labels."""
    start = chance.randrange(POOL - letters)
    return _pool()[start : start + letters].strip()


def _table(chance: Random, letters: int) -> str:
    row = '<tr styleCode="Botrule"><td styleCode="Lrule Rrule">{}</td><td>{}</td></tr>'
    cells = _prose(chance, min(letters, 2000)).split()
    rows = [row.format(cells[i % len(cells)], cells[-i % len(cells)]) for i in range(40)]
    text = "".join(rows)
    return '<table width="100%"><tbody>' + (text * (letters // len(text) + 1))[:letters]


@cache
def _pool() -> str:
    chance = Random(SEED)
    words = sorted({word.strip(".,") for phrase in PHRASES for word in phrase.split()})
    words += [drug_name(number) for number in range(3000)]
    words += [f"{number} mg" for number in range(5, 500, 5)]
    text = io.StringIO()
    while text.tell() < POOL:
        sentence = " ".join(chance.choices(words, k=chance.randint(6, 30)))
        mark = "• " if chance.randrange(8) == 0 else ""
        text.write(f"{mark}{sentence.capitalize()} [see Warnings ({chance.randint(1, 14)})]. ")
    return text.getvalue()


@contextmanager
def _one_file(path: Path) -> Iterator[Callable[[str], object]]:
    """What writes text to a file, or to the one member of a zip."""
    if path.suffix != ".zip":
        with path.open("wb") as file:
            yield _writer(file)
        return
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as zip_,
        zip_.open(path.stem, "w", force_zip64=True) as inside,
    ):
        yield _writer(inside)


def _writer(file: IO[bytes]) -> Callable[[str], object]:
    return lambda text: file.write(text.encode())
