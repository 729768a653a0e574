"""Small files of every source, and imports that are held to leave the data whole.

Each function that is named for a source gives the files of one import of it, in the source's own
format, with no more in them than a test is about.
"""

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app.documents.compression import decompress
from app.ingest.importing import ImportReport, import_files
from app.ingest.integrity import faults_of
from app.ingest.sources.gtopdb import InteractionRow, LigandRow
from app.ingest.sources.interface import InputPart
from app.models.base import table_of
from app.models.document import Document
from app.models.fact import fact_kinds
from app.models.release import Release
from app.settings import Settings
from tests.ingest.made_files import File
from tests.writing import writing

Json = dict[str, Any]


@dataclass
class Given:
    """A file that a test imports."""

    name: str
    content: bytes
    date: str | None = "2024-01-15"
    modified: str = "2024-01-15"
    sha256: str = field(init=False)
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.bytes = len(self.content)

    def parts(self) -> list[InputPart]:
        return [File(self.name, self.content, self.date)]


each_is_checked = True
"""Not where the slow tests are left out: to check takes longer than to import."""


def load(database: Settings, source: str, files: list[Given], **options: Any) -> ImportReport:
    """Import files, and hold the database to be whole afterwards."""
    with writing(database) as engine:
        report = import_files(engine, source, list(files), **options)
        assert not each_is_checked or faults_in(engine) == []
    return report


def counted(report: ImportReport) -> dict[str, int]:
    """What an import counted of records."""
    return {name: count for name, count in report.counts.items() if count}


def faults_in(engine: Engine) -> list[str]:
    """What is wrong with the data: what `medfacts check` finds, and rows that nothing needs."""
    with engine.connect() as connection:
        return [
            *faults_of(connection),
            *(
                f"{what}: {', '.join(map(str, row))}"
                for what, statement in NEEDED_BY_NOTHING.items()
                for row in connection.execute(sa.text(statement))
            ),
        ]


NEEDED_BY_NOTHING = {
    "a statement that no record makes": "SELECT digest FROM source_statement WHERE digest "
    "NOT IN (SELECT digest FROM record_statement)",
    "a record's statement that is not kept": "SELECT record_id, digest FROM "
    "record_statement WHERE digest NOT IN (SELECT digest FROM source_statement)",
    "a substance that no record names": "SELECT source_id, key FROM source_substance s WHERE "
    "NOT EXISTS (SELECT 1 FROM record_substance r WHERE r.source_id = s.source_id AND "
    "r.substance_key = s.key)",
    "a record's substance that is not kept": "SELECT source_id, record_id FROM "
    "record_substance r WHERE NOT EXISTS (SELECT 1 FROM source_substance s WHERE "
    "r.source_id = s.source_id AND r.substance_key = s.key)",
    "a substance of a drug that is not there": "SELECT source_id, key, drug_id FROM "
    "source_substance WHERE drug_id IS NOT NULL AND drug_id NOT IN (SELECT id FROM drug)",
    "a candidate for a drug that is named as one": "SELECT source_id, key FROM "
    "source_substance WHERE drug_id IS NOT NULL AND quarantined IS NOT NULL",
    "a drug that no substance is": "SELECT id FROM drug WHERE id NOT IN (SELECT drug_id FROM "
    "source_substance WHERE drug_id IS NOT NULL)",
    "a condition that nothing names": "SELECT id FROM condition WHERE id NOT IN "
    "(SELECT id FROM source_reference WHERE noun = 'condition')",
}
"""What would be wrong, and the rows of which it is true."""


@contextmanager
def reading(database: Settings) -> Iterator[sa.Connection]:
    """A connection that reads one state of the data."""
    with writing(database) as engine, engine.connect() as connection:
        yield connection


def releases(database: Settings) -> list[str]:
    """The ids of the releases that a database has had, the first first."""
    release = table_of(Release).c
    with reading(database) as connection:
        return list(connection.execute(sa.select(release.id).order_by(release.number)).scalars())


def served(connection: sa.Connection) -> dict[tuple[str, str], str]:
    """Everything that the API has to serve but the releases, by kind and id: as bytes."""
    document = table_of(Document).c
    rows = connection.execute(
        sa.select(document.kind, document.id, document.body).where(document.kind != "releases")
    )
    return {(row.kind, row.id): decompress(row.body).decode() for row in rows}


def served_in(database: Settings) -> dict[tuple[str, str], str]:
    """Everything that a database has the API serve."""
    with reading(database) as connection:
        return served(connection)


def statements(database: Settings) -> dict[str, tuple[str, str]]:
    """Every fact's drug and statement, by the fact's id."""
    facts = [
        json.loads(body)
        for (kind, _), body in sorted(served_in(database).items())
        if kind in fact_kinds()
    ]
    return {fact["id"]: (fact["drug"]["id"], fact["statement"]) for fact in facts}


def vocabulary(*drugs: Json, date: str = "2024-01-02") -> list[Given]:
    """DrugBank's vocabulary, of drugs that `drugbank` makes."""
    columns = f"DrugBank ID,Common name,Synonyms,UNII,CAS,Standard InChI Key,{date}".split(",")
    return [Given("vocabulary.csv", _csv(columns, list(drugs)), date)]


def drugbank(
    number: int, name: str, *synonyms: str, unii: str = "", cas: str = "", inchikey: str = ""
) -> Json:
    """A line of DrugBank's vocabulary."""
    return {
        "DrugBank ID": f"DB{number:05}",
        "Common name": name,
        "Synonyms": " | ".join(synonyms),
        "UNII": unii,
        "CAS": cas,
        "Standard InChI Key": inchikey,
    }


def guide(
    ligands: list[Json], interactions: list[Json], published: str = "2024-01-03"
) -> list[Given]:
    """The Guide to Pharmacology's two files, of what `ligand` and `interaction` make."""
    comment = f"# GtoPdb Version: {published[:4]}.1 - published: {published}\n".encode()
    return [
        Given("ligands.csv", comment + _csv(list(LigandRow._fields), ligands), published),
        Given(
            "interactions.csv",
            comment + _csv(list(InteractionRow._fields), interactions),
            published,
        ),
    ]


def ligand(number: int, name: str, **columns: str) -> Json:
    """A row of the Guide's ligands."""
    return {"ligand_id": str(number), "name": name} | columns


def interaction(ligand_number: int, target: str, action: str, **columns: str) -> Json:
    """A row of the Guide's interactions; a target's number follows from its name."""
    number = str(sum(map(ord, target)))
    return {
        "ligand_id": str(ligand_number),
        "target": target,
        "target_id": number,
        "target_species": "Human",
        "type": action,
        "action": action,
    } | columns


def labels(
    *every: Json, updated: str = "2024-01-04", name: str = "labels.json", complete: bool = False
) -> list[Given]:
    """A file of openFDA's labels, of what `label` makes."""
    total = len(every) if complete else 50_000
    meta = {"last_updated": updated, "results": {"skip": 0, "limit": 100, "total": total}}
    return [Given(name, json.dumps({"meta": meta, "results": every}).encode(), updated)]


def label(
    set_id: str,
    *substances: str,
    unii: str = "",
    brand: str = "",
    version: int = 1,
    **texts: str | list[str],
) -> Json:
    """A label of these substances: `unii` is theirs, with blanks between; texts by section, and
    lists by what openFDA adds to labels."""
    openfda: Json = {"substance_name": list(substances), "unii": unii.split()}
    openfda |= {name: said for name, said in texts.items() if isinstance(said, list)}
    return {
        "set_id": set_id,
        "version": str(version),
        "effective_time": f"202301{version:02}",
        "openfda": openfda | ({"brand_name": [brand]} if brand else {}),
    } | {section: [text] for section, text in texts.items() if isinstance(text, str)}


def documents(*made: bytes, date: str = "2024-01-07") -> list[Given]:
    """Files of DailyMed, a document each."""
    return [Given(f"{number}.xml", content, date) for number, content in enumerate(made)]


def approvals(*products: tuple[str, str, str, str], newest: str = "2024-01-05") -> list[Given]:
    """Drugs@FDA's three tables: of each product the application, its name, what is in it, a day."""
    numbers = sorted({application for application, *_ in products})
    days = {application: day for application, _, _, day in products}
    applications = [f"{number[-6:]}\t{number[:-6]}" for number in numbers]
    rows = [f"{number[-6:]}\t{name}\t{of}" for number, name, of, _ in products]
    submissions = [f"{number[-6:]}\tORIG\tAP\t{days[number]} 00:00:00" for number in numbers]
    submissions += [f"{numbers[0][-6:]}\tSUPPL\tAP\t{newest} 00:00:00"]
    tables = {
        "Applications.txt": ["ApplNo\tApplType", *applications],
        "Products.txt": ["ApplNo\tDrugName\tActiveIngredient", *rows],
        "Submissions.txt": [
            "ApplNo\tSubmissionType\tSubmissionStatus\tSubmissionStatusDate",
            *submissions,
        ],
    }
    return [
        Given(name, "".join(f"{row}\r\n" for row in table).encode(), newest)
        for name, table in tables.items()
    ]


BACLOFEN = {
    "1292": ("IN", "baclofen"),
    "202800": ("BN", "Lioresal"),
    "330001": ("SCDC", "baclofen 10 MG"),
    "197391": ("SCD", "baclofen 10 MG Oral Tablet"),
    "209001": ("SBD", "baclofen 10 MG Oral Tablet [Lioresal]"),
}
OF_BACLOFEN = [
    ("202800", "tradename_of", "1292"),
    ("330001", "has_ingredient", "1292"),
    ("197391", "consists_of", "330001"),
    ("209001", "tradename_of", "197391"),
    ("209001", "has_ingredient", "202800"),
]
"""Concepts of RxNorm, by their RxCUIs, and how they are related."""


def rxnorm(
    concepts: dict[str, tuple[str, str]],
    relations: list[tuple[str, str, str]],
    ndcs: list[tuple[str, str]],
    more: dict[str, list[str]] | None = None,
    date: str = "2024-01-07",
) -> list[Given]:
    """RxNorm's three files: of these concepts, relations (of, name, to) and NDCs, and `more` rows
    of a file."""
    rows = {
        "RXNCONSO": [concept(rxcui, *said) for rxcui, said in concepts.items()],
        "RXNREL": [relation(*said) for said in relations],
        "RXNSAT": [attribute(*said) for said in ndcs],
    }
    return [
        Given(
            f"{name}.RRF",
            "".join(f"{row}\n" for row in (*own, *(more or {}).get(name, ()))).encode(),
            date,
        )
        for name, own in rows.items()
    ]


CHEMBL_TABLES = {
    "version": "name, creation_date",
    "molecule_dictionary": "molregno BIGINT PRIMARY KEY, pref_name, chembl_id, "
    "max_phase NUMERIC(2, 1)",
    "molecule_hierarchy": "molregno BIGINT PRIMARY KEY, parent_molregno, active_molregno",
    "molecule_synonyms": "molregno, syn_type, synonyms",
    "compound_structures": "molregno BIGINT PRIMARY KEY, molfile, standard_inchi_key",
    "molecule_atc_classification": "molregno, level5",
    "drug_mechanism": "mec_id, molregno, mechanism_of_action, tid, action_type, "
    "direct_interaction, molecular_mechanism, disease_efficacy, mechanism_comment, "
    "selectivity_comment, binding_site_comment",
    "mechanism_refs": "mec_id, ref_type, ref_id, ref_url",
    "target_dictionary": "tid, chembl_id, pref_name, target_type, organism",
    "target_components": "tid, component_id",
    "component_sequences": "component_id, accession",
    "drug_indication": "drugind_id, molregno, max_phase_for_ind NUMERIC(2, 1), mesh_id, "
    "mesh_heading, efo_id, efo_term",
    "indication_refs": "drugind_id, ref_type, ref_id, ref_url",
    "drug_warning": "warning_id, molregno, warning_type, warning_class, warning_description, "
    "warning_country, warning_year, efo_id, efo_term, efo_id_for_warning_class",
    "warning_refs": "warning_id, ref_type, ref_id, ref_url",
}


def chembl(
    molecules: dict[str, str], *, without: tuple[str, ...] = (), **rows: list[Json]
) -> list[Given]:
    """ChEMBL's database: of these molecules, by their ids, with the rows of its other tables.

    A molecule's number is that of its id, and its phase is 4 unless `molecule_dictionary` says.
    """
    given = {
        "version": [{"name": "ChEMBL_33", "creation_date": "2023-05-31 00:00:00"}],
        **rows,
        "molecule_dictionary": [
            {"molregno": int(id_[6:]), "chembl_id": id_, "pref_name": name, "max_phase": 4}
            for id_, name in molecules.items()
        ]
        + rows.get("molecule_dictionary", []),
    }
    with closing(sqlite3.connect(":memory:")) as database:
        for table, columns in CHEMBL_TABLES.items():
            if table not in without:
                database.execute(f"CREATE TABLE {table} ({columns})")
        for table, of_table in given.items():
            for row in of_table:
                values = ", ".join(f":{column}" for column in row)
                database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})", row)
        database.commit()
        return [Given("chembl_33.db", database.serialize())]


def concept(
    rxcui: str,
    type_: str,
    name: str,
    code: str = "",
    vocabulary: str = "RXNORM",
    suppress: str = "N",
) -> str:
    """A row of RXNCONSO.RRF."""
    of = f"{vocabulary}|{type_}|{code or rxcui}|{name}"
    return f"{rxcui}|ENG||||||1|1|{rxcui}||{of}||{suppress}|4096|"


def relation(of: str, name: str, to: str, vocabulary: str = "RXNORM", suppress: str = "N") -> str:
    """A row of RXNREL.RRF: `of` is so related `to`."""
    return f"{to}||CUI|RO|{of}||CUI|{name}|1||{vocabulary}||||{suppress}|4096|"


def attribute(
    rxcui: str, value: str, name: str = "NDC", vocabulary: str = "RXNORM", suppress: str = "N"
) -> str:
    """A row of RXNSAT.RRF."""
    return f"{rxcui}||||AUI|{rxcui}|AT1||{name}|{vocabulary}|{value}|{suppress}|4096|"


def studies(*every: Json, name: str = "studies.json", date: str = "2024-01-06") -> list[Given]:
    """A file of ClinicalTrials.gov's studies, of what `study` makes."""
    return [Given(name, json.dumps(every).encode(), date)]


def study(
    number: int,
    *drugs: str,
    title: str = "A trial",
    updated: str = "2023-06-30",
    data_of: str = "2024-01-06",
    conditions: tuple[str, ...] = (),
    enrolled: int | None = None,
    start: str | None = None,
    **modules: Json,
) -> Json:
    """A study of these drugs."""
    status: Json = {"lastUpdatePostDateStruct": {"date": updated}}
    if start:
        status["startDateStruct"] = {"date": start}
    design = {} if enrolled is None else {"enrollmentInfo": {"count": enrolled, "type": "ACTUAL"}}
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": title},
            "statusModule": status,
            "designModule": design,
            "conditionsModule": {"conditions": list(conditions)},
            "armsInterventionsModule": {
                "interventions": [{"type": "DRUG", "name": drug} for drug in drugs]
            },
        }
        | modules,
        "derivedSection": {"miscInfoModule": {"versionHolder": data_of}},
    }


def _csv(columns: list[str], rows: list[Json]) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()
