"""ChEMBL: how drugs act, what they are used or tried for, and which were withdrawn, coded.

Format: the SQLite database of a release, `chembl_NN.db`, read in place, or the `.tar.gz` that has
it, which is unpacked into a temporary file first. Salts and hydrates are molecules of their own,
tied to their parent by `molecule_hierarchy`; what is said of a drug may stand on either, or both.
Documented at https://ftp.ebi.ac.uk/pub/databases/chembl/ChEMBLdb/latest/schema_documentation.txt
Licence: CC BY-SA 3.0, https://chembl.gitbook.io/chembl-interface-documentation/about
"""
# ruff: noqa: S608 -- the names of tables and columns in statements are this module's own

import json
import re
import sqlite3
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.ingest.sources.interface import (
    InputPart,
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Statement,
    Substance,
    WrongFileError,
)
from app.models.drug import IdentifierSystem, NameType
from app.models.indication import IndicationStatus
from app.models.mechanism import ActionType
from app.models.warning import WarningCategory, WarningType
from app.names.mesh import is_term, mesh_code
from app.names.qualifiers import is_salt_of
from app.names.slugs import slug

SOURCE: dict[str, Any] = {
    "id": "chembl",
    "title": "ChEMBL",
    "publisher": "European Molecular Biology Laboratory, European Bioinformatics Institute",
    "url": "https://www.ebi.ac.uk/chembl/",
    "licence": "CC BY-SA 3.0. Attribution: ChEMBL, https://www.ebi.ac.uk/chembl/",
    "note": "Read in its tables of drugs: molecules with a phase, a mechanism, an indication or a "
    "warning. A phase of 4 is the highest that ChEMBL gives, and by itself no approval.",
}

MOLECULES = {
    "molecule_dictionary": ("molregno", "chembl_id", "pref_name"),
    "molecule_synonyms": ("molregno", "synonyms", "syn_type"),
    "compound_structures": ("molregno", "standard_inchi_key"),
    "molecule_atc_classification": ("molregno", "level5"),
}

STATED = {
    "drug_mechanism": (
        *("mec_id", "molregno", "mechanism_of_action", "tid", "action_type", "direct_interaction"),
        *("molecular_mechanism", "disease_efficacy", "mechanism_comment", "selectivity_comment"),
        "binding_site_comment",
    ),
    "drug_indication": (
        *("drugind_id", "molregno", "max_phase_for_ind", "mesh_id", "mesh_heading", "efo_id"),
        "efo_term",
    ),
    "drug_warning": (
        *("warning_id", "molregno", "warning_type", "warning_class", "warning_description"),
        *("warning_country", "warning_year", "efo_id", "efo_term", "efo_id_for_warning_class"),
    ),
}
"""What is said of drugs; the first column is the row's own number."""

REFERENCES = {
    "drug_mechanism": "mechanism_refs",
    "drug_indication": "indication_refs",
    "drug_warning": "warning_refs",
}

TABLES = frozenset(
    {
        *MOLECULES,
        *STATED,
        *REFERENCES.values(),
        *("molecule_hierarchy", "target_dictionary", "target_components", "component_sequences"),
    }
)
"""What a release has. `molecule_dictionary` has to be there; a cut may lack others."""

OWN_NAMES = frozenset({"INN", "USAN", "BAN", "JAN", "FDA", "USP"})
"""Types of synonyms that authorities give; by these a drug that is known may be found."""

NOT_READ = frozenset({"OTHER"})
"""Types of synonyms that are none: under `OTHER` rosiglitazone has brands of its combinations."""

SQLITE = b"SQLite format 3\0"
AT_ONCE = 2**20

_NCT = re.compile(r"NCT\d{8}")
_INCHIKEY = re.compile("[A-Z]{14}-[A-Z]{10}-[A-Z]")
_CHEMBL_ID = re.compile(r"CHEMBL\d+")
_ATC = re.compile(r"[A-Z]\d\d[A-Z]{2}\d\d")
_CODE = re.compile(r"([A-Za-z]+)[:_](\S+)")
_ION = re.compile(r"\b(cation|anion|ion)\b", re.I)

UNKNOWN_PHASE = -1
"""What stands for a phase that ChEMBL cannot tell."""

APPROVED_PHASE = 4


class ChEMBL:
    """Reads a release of ChEMBL. A record is a molecule: a drug, or a form of one.

    What is said alike of a drug and of its forms is said once, of the drug, and cites each row.
    """

    source = SOURCE
    wanted = "ChEMBL's SQLite database, chembl_NN.db, or the tar.gz that has it"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What is said of each drug: those of one parent together, in the order of its number."""
        if len(parts) > 1:
            raise WrongFileError(parts[1].name, f"one file was expected, {self.wanted}.")
        with _database_in(parts[0]) as path:
            uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
            try:
                with closing(sqlite3.connect(uri, uri=True)) as connection:
                    yield from _Release(connection, parts[0].name).read(source_version)
            except sqlite3.DatabaseError as error:
                raise WrongFileError(parts[0].name, f"SQLite cannot read it: {error}.") from None


@contextmanager
def _database_in(part: InputPart) -> Iterator[Path]:
    """The database as a file on the disk: itself, or a temporary copy of what is packed."""
    path = part.path()
    with part.open() as file:
        begin = file.read(len(SQLITE))
    if path is not None and begin == SQLITE:
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="medfacts-", suffix=".db") as unpacked:
        with part.open() as file:
            packed = file if begin == SQLITE else _member(part.name, file)
            for block in _blocks(part.name, packed):
                try:
                    unpacked.write(block)
                except OSError as error:
                    reason = f"it cannot be unpacked into {tempfile.gettempdir()}: {error.strerror}"
                    raise WrongFileError(part.name, f"{reason}.") from None
        unpacked.flush()
        yield Path(unpacked.name)


def _member(name: str, file: Any) -> Any:
    """The database in a tar, as a stream."""
    try:
        tar = tarfile.open(fileobj=file, mode="r|")  # noqa: SIM115 -- the file is closed
        for member in tar:
            if member.isfile() and member.name.endswith((".db", ".sqlite")):
                return tar.extractfile(member)
    except tarfile.TarError:
        raise WrongFileError(name, f"it is neither {ChEMBL.wanted}.") from None
    raise WrongFileError(name, "it is a tar without a file that ends in .db.")


def _blocks(name: str, file: Any) -> Iterator[bytes]:
    try:
        while block := file.read(AT_ONCE):
            yield block
    except tarfile.TarError as error:
        raise WrongFileError(name, f"it is damaged: {error}.") from None


Row = sqlite3.Row


class _InOrder:
    """Rows in the order of their drugs, of which those of one drug after the other are taken."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def of(self, family: int) -> list[Row]:
        found = []
        while self._next is not None and self._next["family"] == family:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found


class _Molecule:
    """A molecule, with what the tables say of it."""

    def __init__(self, row: Row) -> None:
        self.molregno: int = row["molregno"]
        self.id: str = row["chembl_id"]
        self.pref_name: str = (row["pref_name"] or "").strip()
        self.synonyms: dict[tuple[str, str], None] = {}
        self.inchikeys: list[str] = []
        self.atc: list[str] = []
        self.statements: list[Statement] = []
        self.conditions: dict[str, dict[str, Any]] = {}
        self.targets: dict[str, dict[str, Any]] = {}

    @property
    def name(self) -> str:
        """Its preferred name or INN; of what has neither its id, as ChEMBL itself shows it."""
        return self.pref_name or next((n for n, type_ in self.synonyms if type_ == "INN"), self.id)

    @property
    def own_names(self) -> list[str]:
        """What it is called, and what authorities call it."""
        return [self.name, *(n for n, type_ in self.synonyms if type_ in OWN_NAMES)]

    def is_salt_of(self, parent: "_Molecule") -> bool:
        """Whether by a name of its own it is a salt of its parent, and not only by what ChEMBL
        takes for one: of omeprazole, esomeprazole."""
        of = parent.own_names
        return any(is_salt_of(name, drug) for name in self.own_names for drug in of)


class _Release:
    """The tables of one file."""

    def __init__(self, connection: sqlite3.Connection, file: str) -> None:
        connection.row_factory = sqlite3.Row
        # What is no UTF-8 is set aside with its record, which no database could hold.
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        self._connection = connection
        self._file = file
        master = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        self._tables = {row[0].lower() for row in connection.execute(master)}
        self._targets: dict[int, dict[str, Any]] = {}

    def read(
        self, source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What is said of each molecule that is a drug, or has a phase."""
        has = self._columns("molecule_dictionary")
        if not {"molregno", "chembl_id", "pref_name", "max_phase"} <= has:
            reason = "it has no table molecule_dictionary with ChEMBL's columns"
            raise WrongFileError(self._file, f"{reason}; {ChEMBL.wanted} was expected.")
        if "version" in self._tables:
            self._read_version(source_version)
        missing = sorted(TABLES - self._tables)
        source_version.complete = not missing
        if missing:
            yield SkippedRecord(f"part of a release, without the tables {', '.join(missing)}")
        self._choose_molecules()
        yield from self._strangers()
        molecules = {name: self._rows_of(name, columns) for name, columns in MOLECULES.items()}
        stated = {name: self._rows_of(name, columns) for name, columns in STATED.items()}
        references = {name: self._references_of(name) for name in STATED}
        every = "SELECT DISTINCT family FROM temp.drug ORDER BY family"
        for (family,) in self._connection.execute(every).fetchall():
            members = {
                row["molregno"]: _Molecule(row)
                for row in molecules["molecule_dictionary"].of(family)
            }
            for row in molecules["molecule_synonyms"].of(family):
                if (row["synonyms"] or "").strip() and row["syn_type"] not in NOT_READ:
                    named = (row["synonyms"].strip(), row["syn_type"])
                    members[row["molregno"]].synonyms[named] = None
            for row in molecules["compound_structures"].of(family):
                if _INCHIKEY.fullmatch(row["standard_inchi_key"] or ""):
                    members[row["molregno"]].inchikeys.append(row["standard_inchi_key"])
            for row in molecules["molecule_atc_classification"].of(family):
                if _ATC.fullmatch(row["level5"] or ""):
                    members[row["molregno"]].atc.append(row["level5"])
            for table in STATED:
                rows = stated[table].of(family)
                cited = references[table].of(family)
                yield from self._state(table, rows, cited, members, family)
            for molecule in sorted(members.values(), key=lambda m: (m.molregno != family, m.id)):
                if _CHEMBL_ID.fullmatch(molecule.id or ""):
                    yield _record(molecule, members.get(family))
                else:
                    reason = f"expected ChEMBL's id of a molecule, found '{molecule.id}'."
                    yield InvalidRecord(self._file, f"molregno {molecule.molregno}", reason)

    def _columns(self, table: str) -> set[str]:
        return {
            row["name"].lower() for row in self._connection.execute(f"PRAGMA table_info({table})")
        }

    def _read_version(self, source_version: SourceVersion) -> None:
        has = self._columns("version")
        if not {"name", "creation_date"} <= has:
            return
        for row in self._connection.execute("SELECT name, creation_date FROM version"):
            if found := re.fullmatch(r"ChEMBL_(\d+(?:\.\d+)?)", row["name"] or "", re.I):
                source_version.version = found[1]
                if day := re.match(r"\d{4}-\d\d-\d\d", str(row["creation_date"] or "")):
                    source_version.released = source_version.released or day[0]

    def _choose_molecules(self) -> None:
        """Note the molecules that are read, each with the molecule that it is a form of."""
        execute = self._connection.execute
        execute("CREATE TEMP TABLE chosen (molregno INTEGER PRIMARY KEY)")
        with_phase = "SELECT molregno FROM main.molecule_dictionary WHERE max_phase <> 0"
        execute(f"INSERT INTO chosen {with_phase}")
        for table in sorted(STATED.keys() & self._tables):
            of = f"SELECT molregno FROM main.{table} WHERE molregno IS NOT NULL"
            execute(f"INSERT OR IGNORE INTO chosen {of}")
        parent = "NULL"
        joined = ""
        if "molecule_hierarchy" in self._tables:
            parent = "h.parent_molregno"
            joined = "LEFT JOIN main.molecule_hierarchy h ON h.molregno = c.molregno"
            execute(
                "INSERT OR IGNORE INTO chosen SELECT h.parent_molregno FROM chosen c "
                "CROSS JOIN main.molecule_hierarchy h ON h.molregno = c.molregno "
                "WHERE h.parent_molregno IS NOT NULL"
            )
        execute("CREATE TEMP TABLE drug (molregno INTEGER PRIMARY KEY, family INTEGER)")
        execute(
            f"INSERT OR IGNORE INTO drug SELECT c.molregno, coalesce({parent}, c.molregno) "
            "FROM chosen c CROSS JOIN main.molecule_dictionary m ON m.molregno = c.molregno "
            f"{joined}"
        )
        # A form of what is not there is on its own.
        execute(
            "UPDATE drug SET family = molregno "
            "WHERE family NOT IN (SELECT molregno FROM drug WHERE family = molregno)"
        )

    def _strangers(self) -> Iterator[InvalidRecord]:
        """Rows that speak of no molecule that is there."""
        for table in sorted(STATED.keys() & self._tables):
            number = STATED[table][0]
            of = (
                f"SELECT {number}, molregno FROM main.{table} "
                "WHERE molregno IS NULL OR molregno NOT IN (SELECT molregno FROM temp.drug)"
            )
            for row in self._connection.execute(of):
                reason = f"there is no molecule {row[1]} in molecule_dictionary."
                yield InvalidRecord(self._file, f"{table}, {number} {row[0]}", reason)

    def _rows_of(self, table: str, columns: tuple[str, ...]) -> _InOrder:
        """A table's rows, of the molecules that are read; columns that it lacks are null."""
        if table not in self._tables:
            return _InOrder(())
        has = self._columns(table)
        given = ", ".join(f"t.{c}" if c in has else f"NULL AS {c}" for c in columns)
        return _InOrder(
            self._connection.execute(
                f"SELECT drug.family, {given} FROM temp.drug "
                f"CROSS JOIN main.{table} t ON t.molregno = drug.molregno "
                f"ORDER BY drug.family, drug.molregno, t.{columns[0]}, t.{columns[1]}"
            )
        )

    def _references_of(self, table: str) -> _InOrder:
        references, number = REFERENCES[table], STATED[table][0]
        if not {table, references} <= self._tables:
            return _InOrder(())
        return _InOrder(
            self._connection.execute(
                f"SELECT drug.family, r.{number} AS number, r.ref_type, r.ref_id, r.ref_url "
                f"FROM main.{references} r JOIN main.{table} t ON t.{number} = r.{number} "
                "JOIN temp.drug ON drug.molregno = t.molregno "
                f"ORDER BY drug.family, r.{number}, r.ref_type, r.ref_id, r.ref_url"
            )
        )

    def _state(
        self,
        table: str,
        rows: list[Row],
        references: list[Row],
        members: dict[int, _Molecule],
        family: int,
    ) -> Iterator[InvalidRecord]:
        """Add what the rows of a drug state to its molecules: what it and its salts have alike to
        the drug."""
        kind, number = _KINDS[table], STATED[table][0]
        of_row: dict[int, list[Row]] = defaultdict(list)
        for reference in references:
            of_row[reference["number"]].append(reference)
        alike: dict[tuple[int, str], list[tuple[Row, dict[str, Any]]]] = defaultdict(list)
        parent = members.get(family)
        drugs = {
            number: family if parent and molecule.is_salt_of(parent) else number
            for number, molecule in members.items()
        }
        for row in rows:
            try:
                fields = kind(self, row, of_row[row[number]])
            except ValueError as error:
                yield InvalidRecord(
                    self._file,
                    f"{table}, {number} {row[number]}",
                    str(error),
                    members[row["molregno"]].id,
                    in_part=True,
                )
                continue
            said = {name: value for name, value in fields.items() if name not in REMARKS}
            key = drugs[row["molregno"]], json.dumps(said, sort_keys=True)
            alike[key].append((row, fields))
        for same in alike.values():
            stated_by = {row["molregno"] for row, _ in same}
            owner = members[stated_by.pop() if len(stated_by) == 1 else family]
            fields = same[0][1]
            for name, between in REMARKS.items():
                if remarks := dict.fromkeys(f[name] for _, f in same if f.get(name)):
                    fields[name] = between.join(remarks)
            fields["statement"] = fields["statement"].replace(_NAME, owner.name)
            for id_, condition in fields.pop("conditions", {}).items():
                known = owner.conditions.setdefault(id_, condition)
                for name in ("codes", "related_terms"):
                    known[name] += [each for each in condition[name] if each not in known[name]]
            owner.targets |= fields.pop("targets", {})
            for row, _ in same:
                said_of = members[row["molregno"]]
                own = f"{number} {row[number]}"
                if said_of is not owner:
                    own += f" (of {said_of.id})"
                for where in _locators(own, of_row[row[number]]):
                    statement = Statement(_NOUNS[table], fields, locator=where)
                    owner.statements.append(statement)

    def mechanism(self, row: Row, references: list[Row]) -> dict[str, Any]:
        """A mechanism. Raises `ValueError` where it says nothing."""
        target = self._target(row["tid"]) if row["tid"] is not None else None
        action, known = _text(row["action_type"]), None
        if action in _ACTIONS:
            known = _ACTIONS[action]
        mechanism = _text(row["mechanism_of_action"])
        if not (mechanism or target):
            raise ValueError("it names neither a mechanism nor a target.")
        organism = target and target["organism"]
        at = f"{target['name']}{f' ({organism})' if organism else ''}" if target else ""
        how = mechanism or (action or "").lower()
        said = "; ".join(filter(None, (how, f"target: {at}" if at else "")))
        comments = [
            f"{label}: {text}"
            for label, text in (
                ("Action type", action if known is None else None),
                ("Mechanism", _text(row["mechanism_comment"])),
                ("Binding site", _text(row["binding_site_comment"])),
            )
            if text
        ]
        served = {name: said for name, said in (target or {}).items() if name != "organism"}
        return {
            "statement": f"{_NAME} is recorded with this mechanism of action: {said}.",
            "certainty": "stated",
            "mechanism_of_action": mechanism,
            "action_type": known,
            "target": target["id"] if target else None,
            "species": organism,
            "selectivity": _text(row["selectivity_comment"]),
            "direct_interaction": _flag(row["direct_interaction"]),
            "molecular_mechanism": _flag(row["molecular_mechanism"]),
            "disease_efficacy": _flag(row["disease_efficacy"]),
            "comment": "\n".join(comments) or None,
            "targets": {target["id"]: served} if target else {},
        }

    def indication(self, row: Row, references: list[Row]) -> dict[str, Any]:
        """An indication. Raises `ValueError` for one without a condition, or a phase that is none.

        A code without a name has that which another row gives with it.

        A phase below 4 is investigational. Of one of 4 only FDA's own label says that it is
        approved; the rest ChEMBL does not say.
        """
        phase = _number(row["max_phase_for_ind"], "max_phase_for_ind")
        is_unknown = phase == UNKNOWN_PHASE
        phase = None if is_unknown else phase
        heading = _text(row["mesh_heading"]) or self._names_of_codes.get(_text(row["mesh_id"]))
        term = _text(row["efo_term"]) or self._names_of_codes.get(_text(row["efo_id"]))
        name = term or heading
        if name is None:
            raise ValueError("it names no condition.")
        of_term, of_heading = _coded(row["efo_id"]), _mesh(row["mesh_id"])
        is_it = is_term(heading or "", name)
        codes = [
            code for code in (of_term if term else None, of_heading if is_it else None) if code
        ]
        related = [
            {**code, "name": called}
            for code, called in ((of_term, term), (of_heading, heading))
            if code and (called or "").casefold() != name.casefold()
        ]
        status, jurisdiction = IndicationStatus.UNKNOWN, None
        if phase is not None and phase < APPROVED_PHASE:
            status = IndicationStatus.INVESTIGATIONAL
        elif phase == APPROVED_PHASE and any(r["ref_type"] == "FDA" for r in references):
            status, jurisdiction = IndicationStatus.APPROVED, "US"
        in_mesh = f" (in MeSH: {heading})" if heading and heading.lower() != name.lower() else ""
        highest = "no phase given" if phase is None else f"{phase:g} as the highest phase"
        highest = "a phase that ChEMBL does not know" if is_unknown else highest
        condition = slug(name)
        return {
            "statement": f"{_NAME} is recorded for {name}{in_mesh}, with {highest} for it.",
            "certainty": "stated",
            "condition": condition,
            "status": status.value,
            "jurisdiction": jurisdiction,
            "max_phase": phase,
            "conditions": {
                condition: {
                    "id": condition,
                    "name": name,
                    "codes": codes,
                    "related_terms": related,
                }
            },
        }

    @cached_property
    def _names_of_codes(self) -> dict[str | None, str]:
        """What indications' rows call their codes; of several names, the first by text."""
        names: dict[str | None, str] = {}
        has = self._columns("drug_indication")
        for code, name in (("efo_id", "efo_term"), ("mesh_id", "mesh_heading")):
            if {code, name} <= has:
                every = f"SELECT DISTINCT {code}, {name} FROM main.drug_indication"
                for id_, called in sorted(map(tuple, self._connection.execute(every)), key=str):
                    if _text(id_) and _text(called):
                        names.setdefault(_text(id_), str(_text(called)))
        return names

    def warning(self, row: Row, references: list[Row]) -> dict[str, Any]:
        """A warning. Raises `ValueError` for a year that is none."""
        type_ = _text(row["warning_type"]) or "of no type"
        year = _number(row["warning_year"], "warning_year")
        countries = [c.strip() for c in (row["warning_country"] or "").split(";") if c.strip()]
        class_, described = _text(row["warning_class"]), _text(row["warning_description"])
        term = _text(row["efo_term"])
        said = "; ".join(dict.fromkeys(text for text in (class_, term, described) if text))
        is_withdrawn = type_.lower() == "withdrawn"
        is_boxed = type_.lower() == "black box warning"
        how = (
            "as withdrawn"
            if is_withdrawn
            else "with a boxed warning"
            if is_boxed
            else f"with a warning ({type_})"
        )
        where = ", ".join([*countries, *([f"{year:g}"] if year is not None else [])])
        codes = [
            code
            for code in (_coded(row["efo_id"]), _coded(row["efo_id_for_warning_class"]))
            if code
        ]
        content = f": {said}" if said else "" if is_withdrawn else "; ChEMBL gives no content of it"
        return {
            "statement": f"{_NAME} is recorded {how}{f' ({where})' if where else ''}{content}.",
            "certainty": "stated",
            "type": WarningType.WARNING.value,
            "category": WarningCategory.WITHDRAWN.value if is_withdrawn else None,
            "boxed": True if is_boxed else None,
            "warning_class": class_,
            "countries": countries,
            "year": None if year is None else int(year),
            "codes": [code for i, code in enumerate(codes) if code not in codes[:i]],
        }

    def _target(self, tid: int) -> dict[str, Any] | None:
        """A target with its components' accessions; what several drugs act on is read once."""
        if tid not in self._targets:
            self._targets[tid] = self._read_target(tid)
        return self._targets[tid] or None

    def _read_target(self, tid: int) -> dict[str, Any]:
        if "target_dictionary" not in self._tables:
            return {}
        columns = "chembl_id, pref_name, target_type, organism"
        of = f"SELECT {columns} FROM target_dictionary WHERE tid = ?"
        row = self._connection.execute(of, (tid,)).fetchone()
        if row is None or not _CHEMBL_ID.fullmatch(row["chembl_id"] or ""):
            return {}
        accessions: list[str] = []
        if {"target_components", "component_sequences"} <= self._tables:
            components = (
                "SELECT s.accession FROM target_components c JOIN component_sequences s "
                "ON s.component_id = c.component_id WHERE c.tid = ? AND s.accession IS NOT NULL "
                "ORDER BY s.accession"
            )
            accessions = [
                accession for (accession,) in self._connection.execute(components, (tid,))
            ]
        type_ = _text(row["target_type"])
        return {
            "id": row["chembl_id"].lower(),
            "name": _text(row["pref_name"]) or row["chembl_id"],
            "type": type_,
            "components": [sorted(set(accessions))]
            if type_ in MADE_OF_COMPONENTS and accessions
            else [],
            "organism": _text(row["organism"]),
            "identifiers": [
                {"system": "chembl", "value": row["chembl_id"]},
                *({"system": "uniprot", "value": value} for value in dict.fromkeys(accessions)),
            ],
        }


MADE_OF_COMPONENTS = frozenset({"SINGLE PROTEIN", "PROTEIN COMPLEX"})
"""Types of targets that are all of their components; those of a family are each one of it."""

REMARKS = {"selectivity": "; ", "comment": "\n"}
"""Fields of a mechanism that part no rows, and what stands between what several of them say."""

_NAME = "\0name\0"
"""What stands in a sentence for the drug's name, until it is known of which molecule it is said."""

_KINDS = {
    "drug_mechanism": _Release.mechanism,
    "drug_indication": _Release.indication,
    "drug_warning": _Release.warning,
}
_NOUNS = {
    "drug_mechanism": "mechanisms",
    "drug_indication": "indications",
    "drug_warning": "warnings",
}
_ACTIONS = {action.value: action.value for action in ActionType}


def _record(molecule: _Molecule, parent: _Molecule | None) -> Record:
    names: dict[tuple[str, NameType], None] = {}
    names[molecule.name, NameType.GENERIC] = None
    for name, type_ in molecule.synonyms:
        if name.casefold() != molecule.name.casefold():
            is_brand = type_ == "TRADE_NAME"
            names[name, NameType.BRAND if is_brand else NameType.SYNONYM] = None
    own = [n for n, type_ in molecule.synonyms if type_ == "INN"]
    own = list(dict.fromkeys([molecule.name, *own]))
    others = [n for n, type_ in molecule.synonyms if type_ in OWN_NAMES and n not in own]
    identifiers = [
        (IdentifierSystem.CHEMBL, molecule.id),
        *((IdentifierSystem.INCHIKEY, key) for key in molecule.inchikeys),
    ]
    form_of = None
    # A salt of a metal is no form of the bare ion: potassium chloride is not potassium's.
    if parent is not None and parent is not molecule and not _ION.search(parent.name):
        form_of = (IdentifierSystem.CHEMBL, parent.id)
    return Record(
        id=molecule.id,
        locator=molecule.id,
        substances=[
            Substance(
                names=tuple(own),
                identifiers=tuple(identifiers),
                synonyms=tuple(dict.fromkeys(others)),
                form_of=form_of,  # not distinct: two molecules are cisplatin
                form_if_unknown=bool(form_of and parent and not molecule.is_salt_of(parent)),
            )
        ],
        names=list(names),
        identifiers=[*identifiers, *((IdentifierSystem.ATC, code) for code in molecule.atc)],
        statements=molecule.statements,
        kinds=("indications", "mechanisms", "warnings"),
        conditions=molecule.conditions,
        targets=molecule.targets,
    )


def _locators(own: str, references: list[Row]) -> list[str]:
    """Where a row stands, and what it refers to, each with its address where it has one."""
    found = {own: None}
    for reference in references:
        type_, id_ = _text(reference["ref_type"]) or "reference", _text(reference["ref_id"]) or ""
        url = _text(reference["ref_url"]) or ""
        if trials := _NCT.findall(id_):
            for trial in trials:
                found[f"{own}, {type_} {trial}, https://clinicaltrials.gov/study/{trial}"] = None
            continue
        address = f", {url}" if re.fullmatch(r"https?://\S+", url) else ""
        found[f"{own}, {type_} {id_}".rstrip() + address] = None
    return list(found)


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None


def _flag(value: Any) -> bool | None:
    return {0: False, 1: True}.get(value)


def _number(value: Any, column: str) -> float | None:
    """A number, which a file may hold as text. Raises `ValueError` for what is none."""
    if value is None or value == "":
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"expected a number as {column}, found '{str(value)[:40]}'.") from None


def _coded(value: Any) -> dict[str, str] | None:
    """A term's code and its terminology: `EFO:0000275`, `MONDO:0005147`, `HP:0001945`."""
    found = _CODE.fullmatch(_text(value) or "")
    return {"system": found[1].lower(), "code": f"{found[1]}:{found[2]}"} if found else None


def _mesh(value: Any) -> dict[str, str] | None:
    code = mesh_code(_text(value) or "")
    return {"system": "mesh", "code": code} if code else None
