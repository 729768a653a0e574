"""Drug labels, as openFDA publishes them in bulk.

Format: JSON, `{"meta": …, "results": [label, …]}`, in one or many parts, each in a zip. A label's
sections are lists of strings, each under openFDA's name for the section's LOINC code.
Documented at https://open.fda.gov/apis/drug/label/, and downloaded from
https://open.fda.gov/apis/drug/label/download/.
Licence: CC0 1.0, https://open.fda.gov/license/. openFDA asks that nobody rely on it for decisions
on medical care, and calls its data unvalidated.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from app.ingest.files.json_records import JsonRecords
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
from app.ingest.sources.label_facts import (
    CommonFields,
    approvals_of,
    category_of,
    fact_of,
    is_in_calendar,
    passage_of,
    precedence_of,
    section_of,
    status_of,
)
from app.ingest.sources.label_keys import KEYS_BY_NUMBER, SECTION_KEYS, UNCLASSIFIED
from app.ingest.sources.label_names import LabelNames
from app.ingest.sources.label_sections import LabelPassage, passages_of
from app.ingest.sources.label_substances import SEVERAL, UNII, brands_of, distinct
from app.ingest.sources.label_table_places import TABLE, PlacedTables, place_tables
from app.ingest.sources.label_wording import compared
from app.models.drug import ClassType, IdentifierSystem, NameType
from app.models.indication import IndicationStatus
from app.models.label import PASSAGE
from app.models.label_section import SECTION_TYPES, SectionType
from app.names.normalization import normalized

SOURCE: dict[str, Any] = {
    "id": "openfda-label",
    "title": "openFDA drug labels",
    "publisher": "US Food and Drug Administration",
    "url": "https://open.fda.gov/apis/drug/label/",
    "licence": "CC0 1.0",
    "note": "Labels are as their manufacturers submitted them; openFDA has not validated them.",
}

SECTIONS = {section.key: section for section in SECTION_TYPES}
"""By openFDA's keys."""

WITH_TABLES = [
    key for key, section in SECTIONS.items() if section.kind is not None or key == UNCLASSIFIED
]
"""The sections whose tables are kept. They have keys of their own, and repeat as HTML what stands
in the text."""

READ = SECTION_KEYS | {f"{key}{TABLE}" for key in WITH_TABLES}
"""The keys whose values are texts."""

CLASSES = {
    "pharm_class_epc": ClassType.EPC,
    "pharm_class_moa": ClassType.MOA,
    "pharm_class_pe": ClassType.PE,
    "pharm_class_cs": ClassType.CS,
}

LOOKED_AT = 10
"""Labels at the beginning of a file, of which one has a set id if it is a file of labels."""


class OpenFdaLabel:
    """Reads openFDA's labels. A record is a version of a label, known by its SPL set id."""

    source = SOURCE
    wanted = "a zip or JSON file of openFDA's drug labels"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What each label says, section by section, in the words of the label."""
        for part in parts:
            _refuse_what_holds_no_labels(part)
        count = 0
        totals = set()
        newest = ""
        for part in parts:
            labels = JsonRecords(part, ("results",))
            updated = None
            for number, label in enumerate(labels, 1):
                if number == 1:
                    updated, _ = _meta(labels.head)
                count += 1
                yield from _read(label, part, number, updated)
            updated, total = _meta(labels.head)
            totals.add(total)
            newest = max(newest, updated or "")
        source_version.released = source_version.version = newest or None
        by_names = _is_whole_set([part.name for part in parts])
        source_version.complete = totals == {count} if by_names is None else by_names


def _refuse_what_holds_no_labels(part: InputPart) -> None:
    records = JsonRecords(part, ("results",))
    has_labels = any(
        isinstance(record, dict) and "set_id" in record for record in islice(records, LOOKED_AT)
    )
    if records.list_name is None:
        raise WrongFileError(
            part.name, "it has no list 'results'; a file of openFDA's drug labels was expected."
        )
    if not has_labels:
        raise WrongFileError(
            part.name,
            "its results have no 'set_id'; a file of openFDA's drug labels was expected.",
        )


def _read(
    label: Any, part: InputPart, number: int, updated: str | None
) -> Iterator[Record | InvalidRecord]:
    """What a label says, after what of it is no text; `updated` is the day of its file."""
    set_id = None
    place = f"record {number}"
    try:
        if not isinstance(label, dict):
            raise ValueError("it is no object.")
        set_id = label.get("set_id")
        if not isinstance(set_id, str) or not set_id.strip():
            set_id = None
            raise ValueError("it has no set_id.")
        place = f"record {number}, SPL set id {set_id}"
        malformed = [key for key in label if key in READ and not _is_text(label[key])]
        readable = label | {key: _strings_in(label[key]) for key in malformed}
        record = _record(readable, set_id, updated)
    except ValueError as error:
        yield InvalidRecord(part.name, place, str(error), set_id and set_id.lower())
        return
    if malformed:
        keys = ", ".join(sorted(malformed))
        reason = f"its {keys}: lists of strings were expected; what else it says is taken."
        yield InvalidRecord(part.name, place, reason, record.id, in_part=True)
    yield record


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(text, str) for text in value)
    )


def _strings_in(value: Any) -> list[str]:
    """The strings of a list that holds others too."""
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _record(label: dict[str, Any], set_id: str, updated: str | None) -> Record:
    version, effective_time = str(label.get("version")), str(label.get("effective_time"))
    if not _VERSION.fullmatch(version):
        raise ValueError(f"its version {label.get('version')!r} is no number.")
    if not (_DAY.fullmatch(effective_time) and is_in_calendar(effective_time)):
        raise ValueError(
            f"its effective_time {label.get('effective_time')!r} is no day; YYYYMMDD was expected."
        )
    openfda = {} if label.get("openfda") is None else label["openfda"]
    if not isinstance(openfda, dict):
        raise ValueError("its openfda is no object.")
    effective = f"{effective_time[:4]}-{effective_time[4:6]}-{effective_time[6:]}"
    record = Record(
        id=set_id.lower(),
        locator=f"SPL set id {set_id}, version {version} of {effective}",
        version=f"{version:0>6}.{effective_time}",
        released=updated or "",
        dated=effective,
        substances=[],
        statements=_statements(label, openfda),
        approvals=approvals_of(_texts(openfda, "application_number")),
        precedence=precedence_of(_texts(openfda, "application_number"), effective),
        routes=_routes(openfda),
    )
    kinds = dict.fromkeys(statement.kind for statement in record.statements)
    record.kinds = tuple(kind for kind in kinds if kind != PASSAGE)
    record.label = _label(openfda, int(version), effective)
    _name_substance(record, openfda)
    for key, type_ in CLASSES.items():
        record.classes += [(_less_type(name), type_) for name in _texts(openfda, key)]
    return record


def _label(openfda: dict[str, Any], version: int, effective: str) -> dict[str, Any]:
    """What the label says of itself; openFDA gives neither its title nor marketing categories."""
    return {
        "version": version,
        "effective_date": effective,
        "title": None,
        "brand_names": _texts(openfda, "brand_name"),
        "generic_names": _texts(openfda, "generic_name"),
        "manufacturers": _texts(openfda, "manufacturer_name"),
        "product_types": _texts(openfda, "product_type"),
        "routes": _texts(openfda, "route"),
        "application_numbers": _texts(openfda, "application_number"),
        "marketing_categories": None,
        "product_ndcs": _texts(openfda, "product_ndc"),
        "package_ndcs": _texts(openfda, "package_ndc"),
        "substances": _texts(openfda, "substance_name"),
    }


_JOINERS = re.compile(r"\s*(?:[,;/+&]\s*(?:\band\b)?|\band\b|\bwith\b)\s*", re.IGNORECASE)


def _statements(label: dict[str, Any], openfda: dict[str, Any]) -> list[Statement]:
    common = CommonFields(_routes(openfda), _status(openfda))
    names = LabelNames.of(label)
    statements: list[Statement] = []
    passages = [passage for passage in passages_of(label) if passage.key in SECTIONS]
    tables = place_tables(label, passages, WITH_TABLES)
    for place, passage in enumerate(passages):
        type_ = _type_of(passage)
        section = section_of(type_, passage.number, passage.heading)
        in_passage = tables.of_passages.get(place, [])
        if type_.kind is None or type_.kind == PASSAGE:
            text = passage.text if type_.kind else None
            said = passage_of(section, text, in_passage)
            if text is not None or said not in statements:
                statements.append(said)
        else:
            fact = fact_of(type_, section, passage.text, in_passage, common)
            if type_.kind == "warnings":
                fact.fields |= category_of(passage.number, passage.text)
            fact.compared = compared(passage.text, names)
            statements.append(fact)
        statements += _of_sections(tables, place)
    return [*statements, *_of_sections(tables, len(passages))]


def _type_of(passage: LabelPassage) -> SectionType:
    """The section that a passage is of: of one without a code, that of its number."""
    if passage.key == UNCLASSIFIED and passage.number:
        return SECTIONS[KEYS_BY_NUMBER[int(passage.number.partition(".")[0])]]
    return SECTIONS[passage.key]


def _of_sections(tables: PlacedTables, place: int) -> Iterator[Statement]:
    """The tables that are in no passage, of the sections that end with that at this place."""
    for key in tables.sections_after.get(place, ()):
        yield passage_of(section_of(SECTIONS[key]), None, tables.of_sections[key])


def _routes(openfda: dict[str, Any]) -> str | None:
    """The routes of administration that the label is for, as published."""
    return ", ".join(sorted(_texts(openfda, "route"))) or None


def _status(openfda: dict[str, Any]) -> IndicationStatus:
    """Where the label's uses stand: of one whose product openFDA does not have it knows nothing."""
    numbers = _texts(openfda, "application_number")
    return status_of(numbers, is_known=bool(_texts(openfda, "product_type")))


def _name_substance(record: Record, openfda: dict[str, Any]) -> None:
    """What the label is of: one substance, a combination, or, if openFDA does not know, nothing."""
    substances = distinct(_texts(openfda, "substance_name"))
    uniis = distinct(_texts(openfda, "unii"))
    generics = distinct(_texts(openfda, "generic_name"))
    brands = distinct(_texts(openfda, "brand_name"))
    for unii in uniis:
        if not UNII.fullmatch(unii):
            raise ValueError(f"its UNII {unii!r} cannot be one.")
    if len(substances) > 1 or len(uniis) > 1:
        record.substances = [
            Substance((), ingredients=tuple(substances), ingredient_uniis=tuple(uniis))
        ]
        record.names = [(name, NameType.SYNONYM) for name in generics]
        record.names += brands_of(brands, [*substances, *generics])
    elif substances or uniis:
        names = substances or (generics if len(generics) == 1 else [])
        record.identifiers = [(IdentifierSystem.UNII, unii) for unii in uniis]
        record.substances = [Substance(tuple(names), tuple(record.identifiers))]
        record.names = [(name, NameType.GENERIC) for name in names]
        record.names += [
            (name, NameType.SYNONYM)
            for name in generics
            if normalized(name) not in map(normalized, names) and not SEVERAL.search(name)
        ]
        record.names += brands_of(brands, [*names, *generics])
    elif len(generics) == 1 and not SEVERAL.search(generics[0]):
        record.substances = [Substance((generics[0],))]
        record.names = [(generics[0], NameType.GENERIC), *brands_of(brands, generics)]
    elif len(generics) == 1:
        parts = tuple(part for part in _JOINERS.split(generics[0]) if part.strip())
        record.substances = [Substance((), ingredients=parts, of_one_name=True)]
        record.names = [(generics[0], NameType.SYNONYM), *brands_of(brands, [*parts, *generics])]


def _texts(of: dict[str, Any], key: str) -> list[str]:
    """The strings under a name, as published, less those that are blank; a bare string is one."""
    texts = of.get(key, [])
    if isinstance(texts, str):
        texts = [texts]
    if not isinstance(texts, list):
        raise ValueError(f"its {key} is no list of strings.")
    for text in texts:
        if not isinstance(text, str):
            raise ValueError(f"its {key} is no list of strings.")
    return [text for text in texts if text and not text.isspace()]


def _less_type(name: str) -> str:
    """`Antirheumatic Agent [EPC]` less the type, which stands in its key too."""
    return _TYPE_OF_CLASS.sub("", name)


def _meta(head: dict[str, Any]) -> tuple[str | None, int | None]:
    """The day that the file was made, and how many labels there are in all files, by the file."""
    meta = head.get("meta")
    if not isinstance(meta, dict):
        return None, None
    updated, results = meta.get("last_updated"), meta.get("results")
    total = results.get("total") if isinstance(results, dict) else None
    return (
        updated if isinstance(updated, str) and _DATE.fullmatch(updated) else None,
        total if isinstance(total, int) else None,
    )


def _is_whole_set(names: list[str]) -> bool | None:
    """Whether the files are all of `…-0001-of-0013` to `…-0013-of-0013`, each once.

    None where their names do not say.
    """
    found = []
    for name in names:
        numbered = _NUMBERED.findall(name)
        if not numbered:
            return None
        found.append(numbered[-1])
    found.sort()
    stem, _, count = found[0]
    return found == [(stem, f"{part:04}", count) for part in range(1, int(count) + 1)]


_VERSION = re.compile(r"[0-9]{1,6}")
_DAY = re.compile(r"[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPE_OF_CLASS = re.compile(r" \[(?:EPC|MoA|PE|CS|Chemical/Ingredient)\]$")
_NUMBERED = re.compile(r"([^/\\]*)-([0-9]{4})-of-([0-9]{4})\.json")
