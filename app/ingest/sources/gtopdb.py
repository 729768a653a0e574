"""The Guide to Pharmacology: how ligands act on their targets, and which are approved.

Format: two CSV files in UTF-8, `ligands.csv` and `interactions.csv`, that belong together. Since
2020 each begins with a line such as `# GtoPdb Version: 2023.3 - published: 2023-12-08`; the names
of columns have changed with the releases, and names carry HTML. The documentation is
`file_descriptions.txt` beside the files: https://www.guidetopharmacology.org/download.jsp

Licence: CC BY-SA 4.0 for the contents (ODbL for the database), https://www.guidetopharmacology.org/about.jsp
"""

import csv
import html
import io
import re
import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from app.ingest.sources.interface import (
    InputPart,
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Statement,
    Substance,
    WrongFileError,
    refuse_other_separator,
)
from app.models.drug import IdentifierSystem, NameType, RegulatoryStatus
from app.models.mechanism import ActionType
from app.models.numbers import NUMBER, is_zero

LONGEST_FIELD = 2**20
"""The longest text that a field may hold: with a quote left open it would be the file's rest."""


NO_SPECIES = frozenset({"", "None", "Unknown"})
"""What stands in place of a species."""

UNNAMED = frozenset({"", "-"})
"""What stands in place of the quantity that was measured."""


class LigandRow(NamedTuple):
    """The columns that are read of a ligand."""

    ligand_id: str
    name: str
    approved: str
    withdrawn: str
    labelled: str
    radioactive: str
    pubchem_cid: str
    inn: str
    synonyms: str
    inchikey: str
    chembl_id: str
    cas: str


class InteractionRow(NamedTuple):
    """The columns that are read of an interaction; its target may itself be a ligand."""

    ligand_id: str
    target_id: str
    target: str
    target_uniprot: str
    target_ligand_id: str
    target_ligand: str
    target_ligand_uniprot: str
    target_species: str
    type: str
    action: str
    action_comment: str
    selectivity: str
    endogenous: str
    primary_target: str
    concentration_range: str
    affinity_units: str
    affinity_high: str
    affinity_median: str
    affinity_low: str
    original_affinity_units: str
    original_affinity_low_nm: str
    original_affinity_median_nm: str
    original_affinity_high_nm: str
    original_affinity_relation: str
    assay_description: str
    receptor_site: str
    ligand_context: str
    pubmed_id: str


OTHER_NAMES = {
    "cas": ("cas number", "cas registry number"),
    "labelled": ("labeled",),
    "pubmed_id": ("pubmed ids",),
    "target_ligand_uniprot": ("target ligand uniprot id", "target ligand uniprot ids"),
    "target_uniprot": ("target uniprot id", "target uniprot ids"),
}
"""What releases have called a column, beside its own name."""

NOT_IN_EVERY_RELEASE = {
    "action_comment",
    "assay_description",
    "cas",
    "chembl_id",
    "concentration_range",
    "ligand_context",
    "original_affinity_high_nm",
    "original_affinity_low_nm",
    "original_affinity_median_nm",
    "original_affinity_units",
    "receptor_site",
    "target_ligand_uniprot",
}

LABELLED_TEXTS = (
    ("Action comment", "action_comment"),
    ("Receptor site", "receptor_site"),
    ("Ligand context", "ligand_context"),
    ("Assay", "assay_description"),
    ("Concentration range", "concentration_range"),
)
"""What goes into a mechanism's `comment`, and what each text is called there."""

ROLES: dict[tuple[str, str], tuple[ActionType | None, str]] = {
    ("activator", ""): (ActionType.ACTIVATOR, "an activator"),
    ("activator", "activation"): (ActionType.ACTIVATOR, "an activator"),
    ("activator", "agonist"): (ActionType.AGONIST, ""),
    ("activator", "binding"): (ActionType.ACTIVATOR, ""),
    ("activator", "full agonist"): (ActionType.AGONIST, ""),
    ("activator", "partial agonist"): (ActionType.PARTIAL_AGONIST, ""),
    ("activator", "positive"): (ActionType.ACTIVATOR, ""),
    ("activator", "potentiation"): (ActionType.ACTIVATOR, ""),
    ("agonist", ""): (ActionType.AGONIST, "an agonist"),
    ("agonist", "agonist"): (ActionType.AGONIST, "an agonist"),
    ("agonist", "biased agonist"): (ActionType.AGONIST, "a biased agonist"),
    ("agonist", "binding"): (ActionType.AGONIST, ""),
    ("agonist", "full agonist"): (ActionType.AGONIST, "a full agonist"),
    ("agonist", "inverse agonist"): (ActionType.INVERSE_AGONIST, ""),
    ("agonist", "irreversible agonist"): (ActionType.AGONIST, "an irreversible agonist"),
    ("agonist", "partial agonist"): (ActionType.PARTIAL_AGONIST, "a partial agonist"),
    ("agonist", "unknown"): (ActionType.AGONIST, ""),
    ("allosteric modulator", ""): (None, "an allosteric modulator"),
    ("allosteric modulator", "antagonist"): (ActionType.ALLOSTERIC_ANTAGONIST, ""),
    ("allosteric modulator", "negative"): (
        ActionType.NEGATIVE_ALLOSTERIC_MODULATOR,
        "a negative allosteric modulator",
    ),
    ("allosteric modulator", "positive"): (
        ActionType.POSITIVE_ALLOSTERIC_MODULATOR,
        "a positive allosteric modulator",
    ),
    ("allosteric modulator", "potentiation"): (ActionType.POSITIVE_ALLOSTERIC_MODULATOR, ""),
    ("antagonist", ""): (ActionType.ANTAGONIST, "an antagonist"),
    ("antagonist", "antagonist"): (ActionType.ANTAGONIST, "an antagonist"),
    ("antagonist", "binding"): (ActionType.ANTAGONIST, ""),
    ("antagonist", "inhibition"): (ActionType.ANTAGONIST, ""),
    ("antagonist", "inverse agonist"): (ActionType.INVERSE_AGONIST, ""),
    ("antagonist", "irreversible inhibition"): (ActionType.ANTAGONIST, ""),
    ("antibody", "agonist"): (ActionType.AGONIST, ""),
    ("antibody", "antagonist"): (ActionType.ANTAGONIST, ""),
    ("antibody", "binding"): (ActionType.BINDING_AGENT, ""),
    ("antibody", "inhibition"): (ActionType.INHIBITOR, ""),
    ("channel blocker", ""): (ActionType.BLOCKER, "a channel blocker"),
    ("channel blocker", "antagonist"): (ActionType.BLOCKER, ""),
    ("channel blocker", "inhibition"): (ActionType.BLOCKER, ""),
    ("channel blocker", "pore blocker"): (ActionType.BLOCKER, "a pore blocker"),
    ("gating inhibitor", ""): (None, "a gating inhibitor"),
    ("gating inhibitor", "inhibition"): (ActionType.INHIBITOR, ""),
    ("gating inhibitor", "voltage-dependent inhibition"): (ActionType.INHIBITOR, ""),
    ("inhibitor", ""): (ActionType.INHIBITOR, "an inhibitor"),
    ("inhibitor", "binding"): (ActionType.INHIBITOR, ""),
    ("inhibitor", "competitive"): (ActionType.INHIBITOR, "a competitive inhibitor"),
    ("inhibitor", "feedback inhibition"): (ActionType.INHIBITOR, "a feedback inhibitor"),
    ("inhibitor", "inhibition"): (ActionType.INHIBITOR, "an inhibitor"),
    ("inhibitor", "irreversible inhibition"): (ActionType.INHIBITOR, "an irreversible inhibitor"),
    ("inhibitor", "non-competitive"): (ActionType.INHIBITOR, "a non-competitive inhibitor"),
    ("inhibitor", "unknown"): (ActionType.INHIBITOR, ""),
    ("subunit-specific", "inhibition"): (ActionType.INHIBITOR, ""),
    ("", "agonist"): (ActionType.AGONIST, "an agonist"),
    ("", "antagonist"): (ActionType.ANTAGONIST, "an antagonist"),
    ("", "binding"): (ActionType.BINDING_AGENT, ""),
    ("", "inhibition"): (ActionType.INHIBITOR, "an inhibitor"),
}
"""What a type and an action say together: ChEMBL's term, and the noun for a sentence.

Only what is certain. Where the two contradict each other (an antagonist that is a full agonist) or
leave it open (a modulator that is mixed), there is no term; where no noun says just what both say,
the sentence gives them as they are.
"""

_COMMENT = re.compile(r"#.*?version:\s*([^\s,;]+)(?:.*?published:\s*(\d{4}-\d\d-\d\d))?", re.I)
_TAG = re.compile(r"</?(?:a|b|br|em|font|i|p|small|span|strong|sub|sup|u)(?:\s[^<>]*)?/?[<>]", re.I)
_MARK = re.compile("&reg;", re.I)
_INCHIKEY = re.compile("[A-Z]{14}-[A-Z]{10}-[A-Z]")
_CHEMBL = re.compile(r"CHEMBL\d+")
_ISOTOPE = re.compile(r"(?<!\d)\d{1,3}m?[A-Z][a-z]?(?![A-Za-z])")
_CAS = re.compile(r"\d{2,7}-\d\d-\d")
_FLAGS = dict.fromkeys(("t", "true", "yes", "y", "1"), True) | dict.fromkeys(
    ("f", "false", "no", "n", "0"), False
)

LONGEST_HEADING = 10_000
"""Bytes. The first line of another file may be the whole of it."""

RowT = TypeVar("RowT", LigandRow, InteractionRow)
Targets = dict[str, dict[str, Any]]


class GuideToPharmacology:
    """Reads `ligands.csv` and `interactions.csv`, both of one release.

    The interactions are kept while the ligands are read, for they are in the order of targets: some
    30 MB for the 20,000 of a release.
    """

    source: dict[str, Any] = {  # noqa: RUF012 # the protocol's, and never changed
        "id": "gtopdb",
        "title": "IUPHAR/BPS Guide to PHARMACOLOGY",
        "publisher": "International Union of Basic and Clinical Pharmacology; "
        "British Pharmacological Society",
        "url": "https://www.guidetopharmacology.org/",
        "licence": "CC BY-SA 4.0 (database: ODbL). Attribution: IUPHAR/BPS Guide to PHARMACOLOGY, "
        "https://www.guidetopharmacology.org/",
        "note": "Read in its files of ligands and interactions.",
    }
    wanted = "ligands.csv and interactions.csv of one release"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """A record for each ligand, with a mechanism for each of its interactions."""
        ligands, interactions = _both(parts)
        source_version.complete = True
        source_version.version, source_version.released = ligands.release
        of_ligand: dict[str, dict[InteractionRow, str]] = defaultdict(dict)
        for place, interaction in interactions.rows():
            if isinstance(interaction, InvalidRecord):
                yield interaction
            elif (reason := _unfit(interaction)) is not None:
                yield InvalidRecord(interactions.name, place, reason, interaction.ligand_id)
            else:
                of_ligand[interaction.ligand_id].setdefault(interaction, place)
        if not of_ligand:
            raise WrongFileError(interactions.name, "holds no interaction that can be read.")
        targets = _targets(row for rows in of_ligand.values() for row in rows)
        seen: dict[str, int] = {}
        for place, ligand in ligands.rows():
            if isinstance(ligand, InvalidRecord):
                yield ligand
                continue
            id_ = ligand.ligand_id
            if not (id_.isascii() and id_.isdecimal()):
                yield InvalidRecord(
                    ligands.name, place, f"expected a ligand's id, found '{id_[:40]}'."
                )
            elif id_ in seen:
                yield (
                    SkippedRecord("ligands that the file repeats")
                    if seen[id_] == hash(ligand)
                    else InvalidRecord(
                        ligands.name, place, f"ligand {id_} stands here again, as another.", id_
                    )
                )
            elif not (name := _text(ligand.name)):
                yield InvalidRecord(ligands.name, place, f"ligand {id_} has no name.", id_)
                of_ligand.pop(id_, None)
            else:
                seen[id_] = hash(ligand)
                yield _record(ligand, name, of_ligand.pop(id_, {}), targets)
        if not seen:
            raise WrongFileError(ligands.name, "holds no ligand that can be read.")
        for id_, rows in of_ligand.items():
            for place in rows.values():
                yield InvalidRecord(
                    interactions.name,
                    place,
                    f"there is no ligand {id_[:40]} in {ligands.name}.",
                    id_,
                )


def _both(parts: list[InputPart]) -> tuple["_GuideTable[LigandRow]", "_GuideTable[InteractionRow]"]:
    """The file of ligands and that of interactions, known by their columns."""
    ligands: list[_GuideTable[LigandRow]] = []
    interactions: list[_GuideTable[InteractionRow]] = []
    for part in parts:
        refuse_other_separator(part.name, _first_line(part), ",", _is_heading)
        columns = _Heading.of(part)
        if "action" in columns.positions or "target id" in columns.positions:
            interactions.append(_GuideTable(part, columns, InteractionRow))
        elif "ligand id" in columns.positions:
            ligands.append(_GuideTable(part, columns, LigandRow))
        else:
            reason = "is neither the ligands nor the interactions of the Guide to Pharmacology."
            raise WrongFileError(part.name, reason)
    for found, what in ((ligands, "ligands"), (interactions, "interactions")):
        if len(found) > 1:
            raise WrongFileError(found[1].name, f"holds {what}, as {found[0].name} does.")
    if not (ligands and interactions):
        given, missing = (
            ("ligands", "interactions.csv") if ligands else ("interactions", "ligands.csv")
        )
        name = parts[0].name if parts else "nothing"
        reason = f"holds the {given} alone; give {missing} of the same release with it."
        raise WrongFileError(name, reason)
    one, other = ligands[0], interactions[0]
    if one.release[0] and other.release[0] and one.release != other.release:
        reason = f"is of version {other.release[0]}, and {one.name} of {one.release[0]}."
        raise WrongFileError(other.name, reason)
    if not one.release[0]:
        one.release = other.release
    return one, other


class _Heading(NamedTuple):
    """How a file begins: the version and date of its comment, where it has one, and its columns."""

    release: tuple[str | None, str | None]
    positions: dict[str, int]
    width: int
    last_line: int

    @classmethod
    def of(cls, part: InputPart) -> "_Heading":
        release: tuple[str | None, str | None] = (None, None)
        for number, cells, problem in _records(part):
            if problem:
                break
            if cells and cells[0].lstrip().startswith("#"):
                if said := _COMMENT.match(cells[0].strip()):
                    release = (said[1], said[2])
            elif any(cells):
                positions = {_plain(c): i for i, c in reversed(list(enumerate(cells)))}
                return cls(release, positions, len(cells), number)
        raise WrongFileError(part.name, "has no row of column names that can be read.")


def _plain(column: str) -> str:
    """A column's name, as it is written in every release: `Ligand ID` and `ligand_id` are one."""
    return " ".join(re.findall("[a-z0-9]+", column.lower()))


def _first_line(part: InputPart) -> str:
    """The first line that is no comment: the names of the columns."""
    with part.open() as file:
        for read in iter(lambda: file.readline(LONGEST_HEADING), b""):
            line = read.decode(errors="replace").strip("\ufeff\r\n")
            if line and not line.lstrip('"').startswith("#"):
                return line
    return ""


def _is_heading(columns: list[str]) -> bool:
    return "ligand id" in map(_plain, columns)


class _GuideTable(Generic[RowT]):
    """A file's rows; raises `WrongFileError` for one that lacks a column."""

    def __init__(self, part: InputPart, heading: _Heading, row: type[RowT]) -> None:
        self.name = part.name
        self.release = heading.release
        self._part = part
        self._after = heading.last_line
        self._row: type[RowT] = row
        self._id_at = heading.positions["ligand id"] if row is LigandRow else None
        self._width = heading.width
        self._pick = _picker(part, heading, row)

    def rows(self) -> Iterator[tuple[str, RowT | InvalidRecord]]:
        """Each row with its place; one that is broken is invalid, one that is cut off raises."""
        make: Callable[[Any], RowT] = self._row._make
        pick, width = self._pick, self._width
        for number, cells, problem in _records(self._part):
            if number <= self._after:
                continue
            place = f"line {number}"
            if problem is None and len(cells) == width:
                cells.append("")
                yield place, make(pick(cells))
            elif cells or problem:
                reason = problem or f"expected {width} columns, found {len(cells)}."
                yield place, InvalidRecord(self.name, place, reason, self._id_of(cells))

    def _id_of(self, cells: list[str]) -> str | None:
        """The ligand that a broken row of the ligands is of: what was known of it shall stay."""
        at = self._id_at
        found = cells[at] if at is not None and at < len(cells) else ""
        return found if found.isascii() and found.isdecimal() else None


def _picker(
    part: InputPart, heading: _Heading, row: type[LigandRow] | type[InteractionRow]
) -> Callable[[list[str]], tuple[str, ...]]:
    """What takes the columns of such a row out of a file's; one that it lacks is blank."""
    picked, missing = [], []
    for column in row._fields:
        names = (column.replace("_", " "), *OTHER_NAMES.get(column, ()))
        position = next(
            (heading.positions[name] for name in names if name in heading.positions), None
        )
        if position is None and column not in NOT_IN_EVERY_RELEASE:
            missing.append(f"'{names[0]}'")
        picked.append(heading.width if position is None else position)
    if missing:
        raise WrongFileError(part.name, f"lacks the column {', '.join(missing)}.")
    return itemgetter(*picked)


class _LineReader:
    """A file's lines, numbered; those of a record that turned out to be broken are read again."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._again: list[str] = []
        self._number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._text)
        self._number += 1
        self.taken.append(line)
        return line

    @property
    def first(self) -> int:
        """The number of the first line that was taken."""
        return self._number - len(self.taken) + 1

    def give_back_all_but_first(self) -> None:
        self._again.extend(reversed(self.taken[1:]))
        self._number -= len(self.taken) - 1


def _records(part: InputPart) -> Iterator[tuple[int, list[str], str | None]]:
    """Each record with the number of its first line: its cells, and why it cannot be read.

    Raises `WrongFileError` where the file ends in the midst of a line: the publisher's do not, so
    it was cut off, and what is missing would be taken for gone.
    """
    csv.field_size_limit(LONGEST_FIELD)
    with part.open() as file:
        text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
        lines = _LineReader(text)
        reader = csv.reader(lines, strict=True)
        while True:
            lines.taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                first = lines.first
                if not lines.taken[0].endswith(("\n", "\r")):
                    raise WrongFileError(part.name, f"is cut off in line {first}.") from None
                lines.give_back_all_but_first()
                yield first, [], f"is no row of a CSV file: {error}."
                continue
            if not lines.taken[-1].endswith(("\n", "\r")):
                raise WrongFileError(part.name, f"is cut off in line {lines.first}.")
            written = "".join(lines.taken)
            if (written.isascii() and "\0" not in written) or _fit(cells):
                yield lines.first, cells, None
            else:
                yield lines.first, cells, "expected text in UTF-8, without NUL."


def _fit(cells: list[str]) -> bool:
    """Whether the text was UTF-8, and is such that a database can hold it."""
    return not any("\0" in cell or re.search("[\ud800-\udfff]", cell) for cell in cells)


@lru_cache(maxsize=50_000)
def _text(published: str) -> str:
    """A text without the tags and entities of HTML: `GABA<sub>B</sub>` is GABAB."""
    if "<" in published:
        published = _TAG.sub("", published)
    if "&" in published:
        published = html.unescape(_MARK.sub("®", published))
    return published.strip()


@lru_cache(maxsize=50_000)
def _number(printed: str) -> float | None:
    """A number without the noise of its storage: 6.19999980926514 is 6.2; raises `ValueError`.

    The publisher keeps numbers in single precision and prints them in double: a long one is the
    shortest number that is the same in single precision.
    """
    printed = printed.strip()
    if not printed:
        return None
    if not NUMBER.fullmatch(printed):
        raise ValueError(printed)
    if is_zero(printed):
        return 0.0
    value = float(printed)
    if not 1e-30 < abs(value) < 1e30:
        raise ValueError(printed)
    if len(printed) > 9:
        single = _single(value)
        for digits in range(6, 10):
            if _single(float(f"{value:.{digits}g}")) == single:
                return float(f"{value:.{digits}g}")
    return value


def _single(value: float) -> float:
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single


def _shown(number: float) -> str:
    return f"{number:.9g}"


@lru_cache(maxsize=100)
def _flag(published: str) -> bool | None:
    return _FLAGS.get(published.strip().lower())


@lru_cache(maxsize=50_000)
def _listed(published: str) -> tuple[str, ...]:
    """The items of a list that `|` divides."""
    return tuple(item for part in published.split("|") if (item := part.strip()))


def _unfit(row: InteractionRow) -> str | None:
    """Why an interaction makes no fact; None for one that does."""
    target_id = row.target_id or row.target_ligand_id
    if not target_id:  # measured on a whole organism, where it names one
        species = "" if row.target_species in NO_SPECIES else row.target_species
        names = f"the interaction of ligand {row.ligand_id[:40]} names neither target nor species."
        return None if species and not _text(row.target) else names
    if not (target_id.isascii() and target_id.isdecimal()):
        return f"expected a target's id, found '{target_id[:40]}'."
    if not _text(row.target if row.target_id else row.target_ligand):
        return f"target {target_id} has no name."
    for column in ("affinity_high", "affinity_median", "affinity_low"):
        try:
            _number(printed := getattr(row, column))
        except ValueError:
            return f"expected a number as {column.replace('_', ' ')}, found '{printed[:40]}'."
    return None


def _target_key(row: InteractionRow) -> str | None:
    """Ligands and other targets are numbered apart, so a ligand's key says that it is one.

    None where the row names no target, only the organism that was measured on.
    """
    if row.target_id:
        return f"gtopdb-{row.target_id}"
    return f"gtopdb-ligand-{row.target_ligand_id}" if row.target_ligand_id else None


def _targets(rows: Iterator[InteractionRow]) -> Targets:
    """Every target by its key, with the identifiers that it has in any species, human first."""
    said: dict[str, set[tuple[bool, str, str, str]]] = defaultdict(set)
    for row in rows:
        name, uniprot = (
            (row.target, row.target_uniprot)
            if row.target_id
            else (row.target_ligand, row.target_ligand_uniprot)
        )
        species = row.target_species
        if key := _target_key(row):
            said[key].add((species != "Human", species, name, uniprot))
    targets: Targets = {}
    for key, accounts in said.items():
        ordered = sorted(accounts)
        uniprot_ids = dict.fromkeys(id_ for *_, uniprot in ordered for id_ in _listed(uniprot))
        own = (
            []
            if "-ligand-" in key
            else [{"system": "gtopdb", "value": key.removeprefix("gtopdb-")}]
        )
        targets[key] = {
            "id": key,
            "name": _text(ordered[0][2]),
            "type": None,
            "identifiers": own + [{"system": "uniprot", "value": id_} for id_ in uniprot_ids],
        }
        if own:  # what it is made of in each species
            of_species = {tuple(sorted(_listed(uniprot))) for *_, uniprot in ordered if uniprot}
            if len({len(of) for of in of_species}) == 1:
                targets[key]["components"] = [list(of) for of in sorted(of_species)]
    return targets


def _record(
    ligand: LigandRow, name: str, interactions: dict[InteractionRow, str], targets: Targets
) -> Record:
    id_ = ligand.ligand_id
    radiolabelled = bool(_flag(ligand.labelled) or _flag(ligand.radioactive))
    names, inn = [(name, NameType.GENERIC)], _text(ligand.inn)
    if radiolabelled and _ISOTOPE.search(name) and not _ISOTOPE.search(inn):
        inn = ""  # of what was radiolabelled
    if inn and inn != name:
        names.append((inn, NameType.SYNONYM))
    for synonym in _listed(ligand.synonyms):
        written = _text(synonym)
        if "®" in written:
            names.append((written.replace("®", "").strip(), NameType.BRAND))
        else:
            names.append((written, NameType.SYNONYM))
    identifiers = _identifiers(ligand)
    statuses = [
        status
        for status, said in (
            (RegulatoryStatus.APPROVED, ligand.approved),
            (RegulatoryStatus.WITHDRAWN, ligand.withdrawn),
        )
        if _flag(said)
    ]
    subject = _at_the_beginning(name)
    keys = dict.fromkeys(key for row in interactions if (key := _target_key(row)))
    return Record(
        id=id_,
        locator=f"ligand {id_}",
        substances=[
            Substance(
                names=(name, inn) if inn and inn != name else (name,),
                identifiers=tuple(i for i in identifiers if i[0] != IdentifierSystem.PUBCHEM_CID),
                synonyms=tuple(n for n, type_ in names if type_ is NameType.SYNONYM and n != inn),
                distinct=not radiolabelled,
                radiolabelled=radiolabelled,
            )
        ],
        names=[said for said in dict.fromkeys(names) if said[0]],
        identifiers=identifiers,
        statuses=statuses,
        statements=[_mechanism(row, subject, targets) for row in interactions],
        kinds=("mechanisms",),
        targets={key: targets[key] for key in keys},
    )


def _identifiers(ligand: LigandRow) -> list[tuple[IdentifierSystem, str]]:
    """Those that are formed as they should be; a file may lack a column, or leave it blank."""
    found = [(IdentifierSystem.GTOPDB, ligand.ligand_id)]
    if (cid := ligand.pubchem_cid.strip()).isdecimal():
        found.append((IdentifierSystem.PUBCHEM_CID, cid))
    if _INCHIKEY.fullmatch(inchikey := ligand.inchikey.strip()):
        found.append((IdentifierSystem.INCHIKEY, inchikey))
    found += [
        (IdentifierSystem.CHEMBL, c) for c in _listed(ligand.chembl_id) if _CHEMBL.fullmatch(c)
    ]
    found += [(IdentifierSystem.CAS, c) for c in _listed(ligand.cas) if _CAS.fullmatch(c)]
    return found


def _at_the_beginning(name: str) -> str:
    """The name as a sentence may begin with it: a word in small letters gets a capital."""
    word = re.split("[ -]", name, maxsplit=1)[0]
    plain = word.isascii() and word.isalpha() and word.islower() and len(word) > 3
    return name[0].upper() + name[1:] if plain else name


def _mechanism(row: InteractionRow, subject: str, targets: Targets) -> Statement:
    key = _target_key(row)
    target: str = targets[key]["name"] if key else "an unnamed target"
    action_type, noun, otherwise = _role(row.type, row.action)
    species = "" if row.target_species in NO_SPECIES else row.target_species
    affinity = _affinity(row)
    original = _original_affinity(row, affinity)
    comments = [
        f"{label}: {said}"
        for label, column in LABELLED_TEXTS
        if (said := _text(getattr(row, column)))
    ]
    if row.affinity_units in UNNAMED and (
        number := _printed(row.affinity_median, row.affinity_low, row.affinity_high)
    ):
        comments.append(f"Affinity: {number} (it is not said of what)")
    if original:
        comments.append(f"Original affinity: {original}")
    the = "the " if target.endswith("receptor") else ""
    return Statement(
        "mechanisms",
        {
            "statement": f"{subject} is recorded "
            + (f"as {noun} of" if noun else "to interact with")
            + f" {the}{target}"
            + (f" ({species})" if species else "")
            + (f", {otherwise}" if otherwise else "")
            + _affinity_in_words(affinity, original)
            + ".",
            "certainty": "stated",
            "mechanism_of_action": None
            if key is None
            else f"{target} {noun.partition(' ')[2]}"
            if noun
            else f"{target}: {otherwise}"
            if otherwise
            else None,
            "action_type": action_type,
            "target": key,
            "affinity": affinity,
            "species": species or None,
            "selectivity": _text(row.selectivity) or None,
            "primary_target": _flag(row.primary_target),
            "endogenous": _flag(row.endogenous),
            "comment": "\n".join(comments) or None,
        },
        locator=_locator(row, species),
    )


@lru_cache(maxsize=1000)
def _role(type_: str, action: str) -> tuple[str | None, str, str]:
    """ChEMBL's term; the noun for a sentence, or without one what is said in its place."""
    said = [
        (label, _text(value))
        for label, value in (("type", type_), ("action", action))
        if _text(value).lower() not in ("", "none")
    ]
    known = dict(said)
    as_compared = (known.get("type", "").lower(), known.get("action", "").lower())
    action_type, noun = ROLES.get(as_compared, (None, ""))
    otherwise = "" if noun else ", ".join(f"{label} {value}" for label, value in said)
    return action_type.value if action_type else None, noun, otherwise


_OF_LOGARITHM: dict[str | None, str] = {">": "<", "<": ">"}
"""The published relation is the concentration's, and a pKi falls as its Ki rises."""


def _affinity(row: InteractionRow) -> dict[str, Any] | None:
    """What was measured, on the publisher's scale of negative logarithms.

    Where it is not on that scale, the concentration as it was published, if it is said of what.
    """
    relation = row.original_affinity_relation or None
    on_scale = _measured(
        {"parameter": row.affinity_units, "relation": _OF_LOGARITHM.get(relation, relation)},
        row.affinity_median,
        row.affinity_low,
        row.affinity_high,
    )
    return on_scale or _measured(
        {
            "parameter": row.original_affinity_units,
            "unit": "nM",
            "relation": relation,
        },
        row.original_affinity_median_nm,
        row.original_affinity_high_nm,  # of the high affinity, so the low concentration
        row.original_affinity_low_nm,
    )


def _measured(of: dict[str, Any], median: str, low: str, high: str) -> dict[str, Any] | None:
    """What was measured, with its numbers; None where there are none, or nothing says of what."""
    try:
        value, lower, upper = _number(median), _number(low), _number(high)
    except ValueError:
        return None
    if of["parameter"] in UNNAMED or value is lower is upper is None:
        return None
    if lower is not None and upper is not None:
        lower, upper = sorted((lower, upper))
    return {**of, "value": value, "lower_limit": lower, "upper_limit": upper}


def _original_affinity(row: InteractionRow, affinity: dict[str, Any] | None) -> str:
    """The concentration, where it is a bound or inexact, or `affinity` does not hold it for nothing
    says what it is; else nothing.
    """
    units = "" if row.original_affinity_units in UNNAMED else row.original_affinity_units
    relation = "" if row.original_affinity_relation == "=" else row.original_affinity_relation
    number = _printed(
        row.original_affinity_median_nm, row.original_affinity_low_nm, row.original_affinity_high_nm
    )
    if not (number if affinity is None else relation and "unit" not in affinity):
        return ""
    said = f"{number} nM" if number else "(no value)"
    return " ".join(filter(None, (units or "concentration", relation, said)))


def _printed(median: str, low: str, high: str) -> str:
    """A value, or else its limits, as they were published."""
    return _shorn(median) or " to ".join(filter(None, (_shorn(low), _shorn(high))))


def _shorn(printed: str) -> str:
    """A number as it was published, without the noise of its storage."""
    try:
        number = _number(printed)
    except ValueError:
        return printed
    return "" if number is None else _shown(number)


def _affinity_in_words(affinity: dict[str, Any] | None, original: str) -> str:
    if affinity is None:
        return ""
    limits = [
        _shown(affinity[at]) for at in ("lower_limit", "upper_limit") if affinity[at] is not None
    ]
    number = " to ".join(limits)
    if affinity["value"] is not None:
        number = _shown(affinity["value"]) + (f" ({number})" if number else "")
    relation = affinity["relation"] if affinity["relation"] != "=" else None
    number = " ".join(filter(None, (relation, number, affinity.get("unit"))))
    published = f" (published as {original})" if original else ""
    return f", {affinity['parameter']} {number}{published}"


def _locator(row: InteractionRow, species: str) -> str:
    target = f"target {row.target_id}" if row.target_id else f"target ligand {row.target_ligand_id}"
    if _target_key(row) is None:
        target = "no named target"
    papers = _listed(row.pubmed_id)
    return ", ".join(
        (
            f"interaction with {target}",
            *((species,) if species else ()),
            *((f"PubMed {', '.join(papers)}",) if papers else ()),
        )
    )
