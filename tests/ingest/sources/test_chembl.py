import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from app.ingest.sources.chembl import ChEMBL
from app.ingest.sources.interface import (
    InvalidRecord,
    Item,
    Record,
    SkippedRecord,
    SourceVersion,
    Statement,
    WrongFileError,
)
from app.models.drug import IdentifierSystem, NameType
from app.settings import Settings
from tests.conftest import Save
from tests.ingest.loading import Given, Json, chembl, drugbank, load, served_in, vocabulary
from tests.ingest.made_files import File
from tests.writing import drug

METFORMIN = {"CHEMBL1431": "METFORMIN", "CHEMBL1703": "METFORMIN HYDROCHLORIDE"}
SALT_OF_METFORMIN = [
    {"molregno": 1431, "parent_molregno": 1431},
    {"molregno": 1703, "parent_molregno": 1431},
]
COMPLEX_I = {
    "tid": 9,
    "chembl_id": "CHEMBL2363065",
    "pref_name": "Mitochondrial complex I",
    "target_type": "PROTEIN COMPLEX",
    "organism": "Homo sapiens",
}
GLYCEROPHOSPHATE = {
    "mec_id": 1,
    "molregno": 1703,
    "mechanism_of_action": "Mitochondrial complex I inhibitor",
    "tid": 9,
    "action_type": "INHIBITOR",
    "direct_interaction": 1,
    "molecular_mechanism": 1,
    "disease_efficacy": 0,
}


def items(files: list[Given], version: SourceVersion | None = None) -> list[Item]:
    parts = [part for file in files for part in file.parts()]
    return list(ChEMBL().read(parts, version or SourceVersion()))


def read(files: list[Given]) -> dict[str, Record]:
    found = items(files)
    records = [item for item in found if isinstance(item, Record)]
    assert len(records) == len(found), found
    return {record.id: record for record in records}


def stated(files: list[Given], id_: str) -> Statement:
    (statement,) = read(files)[id_].statements
    return statement


def refusal(*parts: Any) -> str:
    with pytest.raises(WrongFileError) as refused:
        list(ChEMBL().read([*parts], SourceVersion()))
    return str(refused.value)


def indicated(**said: Any) -> list[Json]:
    row = {"drugind_id": 5, "molregno": 701, "mesh_id": "D009128", "efo_id": "HP:0001257"}
    return [row | {"mesh_heading": "Muscle Spasticity", "efo_term": "Spasticity"} | said]


BACLOFEN = {"CHEMBL701": "BACLOFEN"}


def test_a_molecule_has_its_names_its_structure_and_its_atc_code() -> None:
    names = [
        {"molregno": 701, "syn_type": type_, "synonyms": name}
        for type_, name in (
            ("INN", "Baclofen"),
            ("USAN", "Baclofenum"),
            ("TRADE_NAME", "Lioresal"),
            ("RESEARCH_CODE", "BA-34647"),
            ("OTHER", "Baclomix"),
        )
    ]
    version = SourceVersion()

    (record,) = items(
        chembl(
            BACLOFEN,
            molecule_synonyms=names,
            compound_structures=[
                {"molregno": 701, "standard_inchi_key": "KPYSYYIEGFHWSV-UHFFFAOYSA-N"}
            ],
            molecule_atc_classification=[{"molregno": 701, "level5": "M03BX01"}],
        ),
        version,
    )

    assert isinstance(record, Record)
    assert record.names == [
        ("BACLOFEN", NameType.GENERIC),
        ("BA-34647", NameType.SYNONYM),
        ("Baclofenum", NameType.SYNONYM),
        ("Lioresal", NameType.BRAND),
    ]
    assert record.identifiers == [
        (IdentifierSystem.CHEMBL, "CHEMBL701"),
        (IdentifierSystem.INCHIKEY, "KPYSYYIEGFHWSV-UHFFFAOYSA-N"),
        (IdentifierSystem.ATC, "M03BX01"),
    ]
    assert record.substances[0].names == ("BACLOFEN", "Baclofen")
    assert record.substances[0].synonyms == ("Baclofenum",)
    assert version == SourceVersion("33", "2023-05-31", complete=True)


def test_only_drugs_and_what_has_a_phase_are_read() -> None:
    others = [
        {"molregno": number, "chembl_id": f"CHEMBL{number}", "max_phase": phase}
        for number, phase in ((1, None), (2, 0), (3, 0.5), (4, -1))
    ]

    assert list(read(chembl({}, molecule_dictionary=others))) == ["CHEMBL3", "CHEMBL4"]


def test_a_salt_is_a_form_of_its_parent_and_no_salt_of_a_metal_is_one_of_its_ion() -> None:
    records = read(
        chembl(
            METFORMIN | {"CHEMBL5": "POTASSIUM CATION", "CHEMBL6": "POTASSIUM CHLORIDE"},
            molecule_hierarchy=[*SALT_OF_METFORMIN, {"molregno": 6, "parent_molregno": 5}],
        )
    )

    forms = {id_: record.substances[0].form_of for id_, record in records.items()}
    assert forms == {
        "CHEMBL5": None,
        "CHEMBL6": None,
        "CHEMBL1431": None,
        "CHEMBL1703": (IdentifierSystem.CHEMBL, "CHEMBL1431"),
    }


def test_a_mechanism_has_its_target_with_its_components_and_what_it_refers_to() -> None:
    record = read(
        chembl(
            METFORMIN,
            molecule_hierarchy=SALT_OF_METFORMIN,
            drug_mechanism=[GLYCEROPHOSPHATE | {"binding_site_comment": "Near ubiquinone"}],
            mechanism_refs=[
                {
                    "mec_id": 1,
                    "ref_type": "PubMed",
                    "ref_id": "24847880",
                    "ref_url": "http://europepmc.org/abstract/MED/24847880",
                },
                {"mec_id": 1, "ref_type": "ISBN", "ref_id": "978-0-443-06911-6"},
            ],
            target_dictionary=[COMPLEX_I],
            target_components=[{"tid": 9, "component_id": n} for n in (1, 2)],
            component_sequences=[
                {"component_id": 1, "accession": "P03886"},
                {"component_id": 2, "accession": "O00217"},
            ],
        )
    )["CHEMBL1703"]

    assert record.statements[0].fields == {
        "statement": "METFORMIN HYDROCHLORIDE is recorded with this mechanism of action: "
        "Mitochondrial complex I inhibitor; target: Mitochondrial complex I (Homo sapiens).",
        "certainty": "stated",
        "mechanism_of_action": "Mitochondrial complex I inhibitor",
        "action_type": "INHIBITOR",
        "target": "chembl2363065",
        "species": "Homo sapiens",
        "selectivity": None,
        "direct_interaction": True,
        "molecular_mechanism": True,
        "disease_efficacy": False,
        "comment": "Binding site: Near ubiquinone",
    }
    assert [statement.locator for statement in record.statements] == [
        "mec_id 1",
        "mec_id 1, ISBN 978-0-443-06911-6",
        "mec_id 1, PubMed 24847880, http://europepmc.org/abstract/MED/24847880",
    ]
    assert record.targets["chembl2363065"]["type"] == "PROTEIN COMPLEX"
    assert record.targets["chembl2363065"]["identifiers"] == [
        {"system": "chembl", "value": "CHEMBL2363065"},
        {"system": "uniprot", "value": "O00217"},
        {"system": "uniprot", "value": "P03886"},
    ]


def test_what_parent_and_salt_say_alike_is_said_once_of_the_parent() -> None:
    records = read(
        chembl(
            METFORMIN,
            molecule_hierarchy=SALT_OF_METFORMIN,
            drug_mechanism=[GLYCEROPHOSPHATE, GLYCEROPHOSPHATE | {"mec_id": 2, "molregno": 1431}],
            target_dictionary=[COMPLEX_I],
        )
    )

    of_parent = records["CHEMBL1431"].statements
    assert [s.locator for s in of_parent] == ["mec_id 2", "mec_id 1 (of CHEMBL1703)"]
    assert of_parent[0].fields["statement"].startswith("METFORMIN is recorded")
    assert records["CHEMBL1703"].statements == []


def test_a_mechanism_of_parent_and_salt_that_differs_in_comments_is_one_with_both() -> None:
    of_salt = {"mechanism_comment": "In the liver.", "selectivity_comment": "Selective"}
    of_parent = {"mec_id": 2, "molregno": 1431, "mechanism_comment": "Not fully known."}
    records = read(
        chembl(
            METFORMIN,
            molecule_hierarchy=SALT_OF_METFORMIN,
            drug_mechanism=[GLYCEROPHOSPHATE | of_salt, GLYCEROPHOSPHATE | of_parent],
            target_dictionary=[COMPLEX_I],
        )
    )

    first, other = records["CHEMBL1431"].statements
    assert first.fields == other.fields
    assert first.fields["comment"] == "Mechanism: Not fully known.\nMechanism: In the liver."
    assert first.fields["selectivity"] == "Selective"
    assert [s.locator for s in (first, other)] == ["mec_id 2", "mec_id 1 (of CHEMBL1703)"]


def test_what_is_no_salt_of_its_parent_says_itself_what_both_say_alike() -> None:
    rows = [
        {"mec_id": number, "molregno": number, "mechanism_of_action": "Proton pump inhibitor"}
        for number in (1, 2, 3)
    ]
    records = read(
        chembl(
            {
                "CHEMBL1": "OMEPRAZOLE",
                "CHEMBL2": "ESOMEPRAZOLE",
                "CHEMBL3": "OMEPRAZOLE MAGNESIUM",
            },
            molecule_hierarchy=[{"molregno": n, "parent_molregno": 1} for n in (1, 2, 3)],
            drug_mechanism=rows,
        )
    )

    said = {id_: [s.locator for s in record.statements] for id_, record in records.items()}
    assert said == {
        "CHEMBL1": ["mec_id 1", "mec_id 3 (of CHEMBL3)"],
        "CHEMBL2": ["mec_id 2"],
        "CHEMBL3": [],
    }
    is_loose = {id_: r.substances[0].form_if_unknown for id_, r in records.items()}
    assert is_loose == {"CHEMBL1": False, "CHEMBL2": True, "CHEMBL3": False}


def test_an_action_that_has_no_term_here_is_said_in_the_comment() -> None:
    row = GLYCEROPHOSPHATE | {"molregno": 701, "action_type": "TIME TRAVELLER"}

    said = stated(chembl(BACLOFEN, drug_mechanism=[row]), "CHEMBL701").fields

    assert (said["action_type"], said["comment"]) == (None, "Action type: TIME TRAVELLER")


@pytest.mark.parametrize(
    ("phase", "reference", "status", "jurisdiction", "served"),
    [
        (3, "FDA", "investigational", None, 3.0),
        (0.5, "ClinicalTrials", "investigational", None, 0.5),
        (4, "ClinicalTrials", "unknown", None, 4.0),
        (4, "ATC", "unknown", None, 4.0),
        (4, "DailyMed", "unknown", None, 4.0),
        (4, "FDA", "approved", "US", 4.0),
        (-1, "ATC", "unknown", None, None),
        (None, "FDA", "unknown", None, None),
    ],
)
def test_a_phase_of_four_is_no_approval_unless_it_refers_to_fdas_label(
    phase: float | None, reference: str, status: str, jurisdiction: str | None, served: float | None
) -> None:
    said = read(
        chembl(
            BACLOFEN,
            drug_indication=indicated(max_phase_for_ind=phase),
            indication_refs=[{"drugind_id": 5, "ref_type": reference, "ref_id": "x"}],
        )
    )["CHEMBL701"].statements[0]

    assert (said.fields["status"], said.fields["jurisdiction"]) == (status, jurisdiction)
    assert said.fields["max_phase"] == served


def test_a_condition_is_efos_term_with_its_code_and_a_heading_of_mesh_is_related() -> None:
    record = read(chembl(BACLOFEN, drug_indication=indicated(max_phase_for_ind="4.0")))["CHEMBL701"]

    assert record.conditions == {
        "spasticity": {
            "id": "spasticity",
            "name": "Spasticity",
            "codes": [{"system": "hp", "code": "HP:0001257"}],
            "related_terms": [{"system": "mesh", "code": "D009128", "name": "Muscle Spasticity"}],
        }
    }
    assert record.statements[0].fields["statement"] == (
        "BACLOFEN is recorded for Spasticity (in MeSH: Muscle Spasticity), with 4 as the highest "
        "phase for it."
    )


@pytest.mark.parametrize(
    ("term", "heading", "related"),
    [
        ("muscle spasticity", "Muscle Spasticity", []),
        ("pulmonary hypertension", "Hypertension, Pulmonary", ["Hypertension, Pulmonary"]),
        ("neoplasm", "Neoplasms", ["Neoplasms"]),
        ("Alzheimer's disease", "Alzheimer Disease", ["Alzheimer Disease"]),
        (None, "Neoplasms", []),
    ],
)
def test_a_heading_of_mesh_that_is_the_same_name_gives_the_condition_its_code(
    term: str | None, heading: str, related: list[str]
) -> None:
    rows = indicated(efo_term=term, efo_id=None, mesh_heading=heading)

    (condition,) = read(chembl(BACLOFEN, drug_indication=rows))["CHEMBL701"].conditions.values()

    assert condition["codes"] == [{"system": "mesh", "code": "D009128"}]
    assert [term["name"] for term in condition["related_terms"]] == related


def test_a_condition_has_the_headings_of_all_rows_that_name_it() -> None:
    rows = [
        *indicated(mesh_id="D009128", mesh_heading="Muscle Spasticity"),
        *indicated(drugind_id=6, mesh_id="D010243", mesh_heading="Paralysis"),
    ]

    (condition,) = read(chembl(BACLOFEN, drug_indication=rows))["CHEMBL701"].conditions.values()

    assert condition["codes"] == [{"system": "hp", "code": "HP:0001257"}]
    assert [term["code"] for term in condition["related_terms"]] == ["D009128", "D010243"]


def test_a_code_without_a_name_has_the_one_that_another_row_gives() -> None:
    unnamed = {"efo_term": None, "mesh_heading": None, "max_phase_for_ind": 2}
    rows = [
        *indicated(),
        *indicated(drugind_id=6, **unnamed),
        *indicated(drugind_id=7, efo_id="EFO:1", **unnamed),
    ]

    record = read(chembl(BACLOFEN, drug_indication=rows))["CHEMBL701"]

    assert {s.locator: s.fields["condition"] for s in record.statements} == {
        "drugind_id 5": "spasticity",
        "drugind_id 6": "spasticity",
        "drugind_id 7": "muscle-spasticity",
    }
    mesh = {"system": "mesh", "code": "D009128"}
    assert record.conditions["muscle-spasticity"] == {
        "id": "muscle-spasticity",
        "name": "Muscle Spasticity",
        "codes": [mesh],
        "related_terms": [{"system": "efo", "code": "EFO:1", "name": None}],
    }


@pytest.mark.parametrize(
    ("phase", "said"), [(-1, "a phase that ChEMBL does not know"), (None, "no phase given")]
)
def test_a_phase_that_is_not_known_is_not_one_that_is_not_given(
    phase: float | None, said: str
) -> None:
    rows = indicated(max_phase_for_ind=phase, mesh_heading=None, mesh_id=None)

    statement = stated(chembl(BACLOFEN, drug_indication=rows), "CHEMBL701")

    assert statement.fields["statement"] == (
        f"BACLOFEN is recorded for Spasticity, with {said} for it."
    )


def test_each_trial_that_an_indication_refers_to_is_cited() -> None:
    statements = read(
        chembl(
            BACLOFEN,
            drug_indication=indicated(efo_id=None, efo_term=None),
            indication_refs=[
                {
                    "drugind_id": 5,
                    "ref_type": "ClinicalTrials",
                    "ref_id": "NCT00000001,NCT00000002",
                    "ref_url": "https://clinicaltrials.gov/search?id=%22NCT00000001%22",
                }
            ],
        )
    )["CHEMBL701"].statements

    assert [statement.locator for statement in statements] == [
        "drugind_id 5",
        *(
            f"drugind_id 5, ClinicalTrials {number}, https://clinicaltrials.gov/study/{number}"
            for number in ("NCT00000001", "NCT00000002")
        ),
    ]
    assert statements[0].fields["condition"] == "muscle-spasticity"


def test_a_withdrawal_says_where_when_and_for_what() -> None:
    row = {
        "warning_id": 7,
        "molregno": 701,
        "warning_type": "Withdrawn",
        "warning_class": "Hepatotoxicity",
        "warning_country": "France; Spain",
        "warning_year": 1998,
        "efo_id": "EFO:0004228",
        "efo_term": "drug-induced liver injury",
        "efo_id_for_warning_class": "EFO:0011052",
    }

    assert stated(chembl(BACLOFEN, drug_warning=[row]), "CHEMBL701").fields == {
        "statement": "BACLOFEN is recorded as withdrawn (France, Spain, 1998): Hepatotoxicity; "
        "drug-induced liver injury.",
        "certainty": "stated",
        "type": "warning",
        "category": "withdrawn",
        "boxed": None,
        "warning_class": "Hepatotoxicity",
        "countries": ["France", "Spain"],
        "year": 1998,
        "codes": [
            {"system": "efo", "code": "EFO:0004228"},
            {"system": "efo", "code": "EFO:0011052"},
        ],
    }


def test_a_boxed_warning_of_no_class_says_that_it_has_no_content() -> None:
    row = {"warning_id": 7, "molregno": 701, "warning_type": "Black Box Warning"}

    said = stated(chembl(BACLOFEN, drug_warning=[row]), "CHEMBL701").fields

    assert said["statement"] == (
        "BACLOFEN is recorded with a boxed warning; ChEMBL gives no content of it."
    )
    assert (said["boxed"], said["category"], said["year"]) == (True, None, None)


def test_a_row_that_cannot_be_read_is_set_aside_and_the_others_are_taken() -> None:
    found = items(
        chembl(
            BACLOFEN,
            drug_indication=[
                *indicated(max_phase_for_ind="four"),
                *indicated(
                    drugind_id=6, efo_id="EFO:1", efo_term=None, mesh_id=None, mesh_heading=""
                ),
                *indicated(drugind_id=7),
                *indicated(drugind_id=8, molregno=99),
            ],
        )
    )

    faults = [(f.place, f.reason, f.id) for f in found if isinstance(f, InvalidRecord)]
    assert faults == [
        ("drug_indication, drugind_id 8", "there is no molecule 99 in molecule_dictionary.", None),
        (
            "drug_indication, drugind_id 5",
            "expected a number as max_phase_for_ind, found 'four'.",
            "CHEMBL701",
        ),
        ("drug_indication, drugind_id 6", "it names no condition.", "CHEMBL701"),
    ]
    (record,) = (item for item in found if isinstance(item, Record))
    assert [statement.locator for statement in record.statements] == ["drugind_id 7"]


def test_a_part_of_a_release_is_read_and_is_not_all_there_is() -> None:
    version = SourceVersion()
    files = chembl(BACLOFEN, without=("drug_mechanism", "molecule_hierarchy"))

    skipped, record = items(files, version)

    assert isinstance(skipped, SkippedRecord)
    assert isinstance(record, Record)
    assert skipped.reason == (
        "part of a release, without the tables drug_mechanism, molecule_hierarchy"
    )
    assert not version.complete


def test_the_database_is_read_in_place_and_out_of_a_tar(tmp_path: Path) -> None:
    (file,) = chembl(BACLOFEN)
    path = tmp_path / "chembl 33#1.db"
    path.write_bytes(file.content)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(path, "chembl_33/chembl_33_sqlite/chembl_33.db")

    class InPlace(File):
        def path(self) -> Path:  # type: ignore[override] # a file of a test has none
            return path

    for part in (InPlace("chembl.db", file.content), File("chembl.tar.gz", packed.getvalue())):
        (record,) = ChEMBL().read([part], SourceVersion())
        assert isinstance(record, Record)
        assert record.id == "CHEMBL701"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_file_of_something_else_is_refused() -> None:
    (whole,) = chembl(BACLOFEN)
    cut_off = whole.content[: len(whole.content) // 2]
    empty_tar = io.BytesIO()
    with tarfile.open(fileobj=empty_tar, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("README"))

    assert "neither" in refusal(File("labels.json", "{}" * 9999))
    assert "SQLite cannot read it" in refusal(File("cut.db", cut_off))
    assert "without a file that ends in .db" in refusal(File("a.tar", empty_tar.getvalue()))
    assert "one file was expected" in refusal(File("a.db", b"a"), File("b.db", b"b"))


def test_chembls_hierarchy_takes_no_drug_away_that_an_earlier_source_has(
    database: Settings,
) -> None:
    parents = {
        "LITHIUM CARBONATE": "CARBONIC ACID",
        "DIMENHYDRINATE": "DIPHENHYDRAMINE",
        "ESOMEPRAZOLE": "OMEPRAZOLE",
        "LEVOLEUCOVORIN": "LEUCOVORIN",
        "METFORMIN HYDROCHLORIDE": "METFORMIN",
    }
    ids = {name: number for number, name in enumerate({*parents, *parents.values()}, 1)}
    known = ["Lithium carbonate", "Dimenhydrinate", "Esomeprazole", "Metformin"]
    load(
        database,
        "drugbank-vocabulary",
        vocabulary(*(drugbank(number, name) for number, name in enumerate(known, 1))),
    )
    load(
        database,
        "chembl",
        chembl(
            {f"CHEMBL{number}": name for name, number in ids.items()},
            molecule_hierarchy=[
                {"molregno": number, "parent_molregno": ids[parents.get(name, name)]}
                for name, number in ids.items()
            ],
            drug_indication=[
                {"drugind_id": number, "molregno": number, "efo_term": "pain"}
                for number in ids.values()
            ],
        ),
    )

    served = served_in(database)
    found = [json.loads(served[key]) for key in served if key[0] == "indications"]
    of = {fact["statement"].partition(" is recorded")[0]: fact["drug"]["id"] for fact in found}
    assert of == {
        "LITHIUM CARBONATE": "lithium-carbonate",
        "CARBONIC ACID": "carbonic-acid",
        "DIMENHYDRINATE": "dimenhydrinate",
        "DIPHENHYDRAMINE": "diphenhydramine",
        "ESOMEPRAZOLE": "esomeprazole",
        "OMEPRAZOLE": "omeprazole",
        "LEVOLEUCOVORIN": "leucovorin",
        "LEUCOVORIN": "leucovorin",
        "METFORMIN": "metformin",
    }


def test_metformins_mechanism_is_the_drugs_though_it_stands_on_its_salt(
    database: Settings, save: Save
) -> None:
    save(drug("baclofen"))
    load(database, "drugbank-vocabulary", vocabulary(drugbank(331, "Metformin")))
    load(
        database,
        "chembl",
        chembl(
            METFORMIN,
            molecule_hierarchy=SALT_OF_METFORMIN,
            drug_mechanism=[GLYCEROPHOSPHATE],
            mechanism_refs=[
                {"mec_id": 1, "ref_type": "DOI", "ref_id": "x", "ref_url": "https://doi.org/x"}
            ],
            target_dictionary=[COMPLEX_I],
        ),
    )

    served = served_in(database)
    (mechanism,) = (json.loads(served[key]) for key in served if key[0] == "mechanisms")
    assert mechanism["drug"] == {"id": "metformin", "name": "Metformin"}
    assert mechanism["substance"] == {
        "name": "METFORMIN HYDROCHLORIDE",
        "matched_by": "form",
        "form": "metformin-hydrochloride",
    }
    assert mechanism["target"]["name"] == "Mitochondrial complex I"
    assert [citation["url"] for citation in mechanism["citations"]] == [
        "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1703",
        "https://doi.org/x",
    ]
