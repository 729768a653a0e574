"""DrugBank's open vocabulary: drugs, what they are called, and their identifiers.

Format: CSV with a heading, a drug a line; synonyms are joined by ` | `. Absent values are empty.
Documented at https://go.drugbank.com/releases/help#open-data, and downloaded, in a zip, from
https://go.drugbank.com/releases/latest#open-data.
Licence: CC0 1.0.
"""

import csv
import re
from collections.abc import Iterator
from typing import Any

from app.ingest.sources.interface import (
    InputPart,
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Substance,
    WrongFileError,
    refuse_other_separator,
)
from app.models.drug import IdentifierSystem, NameType

SOURCE: dict[str, Any] = {
    "id": "drugbank-vocabulary",
    "title": "DrugBank Vocabulary",
    "publisher": "DrugBank",
    "url": "https://go.drugbank.com/releases/latest#open-data",
    "licence": "CC0 1.0",
}

ID = "DrugBank ID"
NAME = "Common name"
SYNONYMS = "Synonyms"
IDENTIFIERS = {
    "UNII": (IdentifierSystem.UNII, re.compile(r"[0-9A-Z]{10}")),
    "Standard InChI Key": (IdentifierSystem.INCHIKEY, re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]")),
    "CAS": (IdentifierSystem.CAS, re.compile(r"[0-9]{2,7}-[0-9]{2}-[0-9]")),
}
"""The columns of identifiers that others gave, and how these look."""

COLUMNS = (ID, NAME, SYNONYMS, *IDENTIFIERS)

LONGEST_HEADING = 10_000
"""Bytes. The first line of another file may be the whole of it."""

LONGEST_FIELD = 2**31 - 1
"""A field is within a line, so the csv module need not bound it."""

_DRUGBANK_ID = re.compile(r"DB[0-9]{5}")


class DrugBankVocabulary:
    """Reads DrugBank's vocabulary. A record is a line."""

    source = SOURCE
    wanted = "DrugBank's vocabulary, a CSV file or the zip that it comes in"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What each line says. A line with an identifier that cannot be one is not read at all."""
        tables = [_VocabularyTable(part) for part in parts]
        source_version.released = max((part.date for part in parts if part.date), default=None)
        source_version.complete = True
        csv.field_size_limit(LONGEST_FIELD)
        for table in tables:
            yield from table.records()


class _VocabularyTable:
    """The lines of the file. Raises `WrongFileError` where it lacks a column."""

    def __init__(self, part: InputPart) -> None:
        self._part = part
        with part.open() as file:
            line = self._text(file.readline(LONGEST_HEADING).removeprefix(b"\xef\xbb\xbf"), 1)
        refuse_other_separator(part.name, line, ",", set(COLUMNS).issubset)
        try:
            heading = _fields(line)
        except ValueError:
            heading = []
        for column in COLUMNS:
            if column not in heading:
                raise WrongFileError(
                    part.name,
                    f"it has no column '{column}'; a CSV file with {', '.join(COLUMNS)} was "
                    "expected.",
                )
        self._width = len(heading)
        self._id, self._name, self._synonyms, *_ = (heading.index(name) for name in COLUMNS)
        self._identifiers = [
            (heading.index(column), column, system, pattern)
            for column, (system, pattern) in IDENTIFIERS.items()
        ]

    def records(self) -> Iterator[Record | InvalidRecord]:
        with self._part.open() as file:
            next(file)
            for line, read in enumerate(file, 2):
                text = self._text(read, line)
                if not text:
                    continue
                id_ = None
                if not read.endswith(b"\n"):
                    raise WrongFileError(self._part.name, f"it is cut off in line {line}.")
                try:
                    row = _fields(text)
                    if self._id < len(row) and _DRUGBANK_ID.fullmatch(row[self._id]):
                        id_ = row[self._id]
                    if len(row) != self._width:
                        raise ValueError(f"it has {len(row)} columns; {self._width} were expected.")
                    id_ = _matching(_DRUGBANK_ID, row[self._id], ID)
                    yield self._record(id_, row)
                except ValueError as error:
                    yield InvalidRecord(self._part.name, f"line {line}", str(error), id_)

    def _record(self, id_: str, row: list[str]) -> Record:
        name = row[self._name].strip()
        if not name:
            raise ValueError(f"its '{NAME}' is empty.")
        names = dict.fromkeys([name, *map(str.strip, row[self._synonyms].split(" | "))])
        names.pop("", None)
        identifiers = [
            (system, _matching(pattern, row[place].strip(), column))
            for place, column, system, pattern in self._identifiers
            if row[place] and not row[place].isspace()
        ]
        identifiers.append((IdentifierSystem.DRUGBANK, id_))
        return Record(
            id=id_,
            locator=id_,
            substances=[Substance(tuple(names), tuple(identifiers), distinct=True)],
            names=[
                (known, NameType.GENERIC if known == name else NameType.SYNONYM) for known in names
            ],
            identifiers=identifiers,
        )

    def _text(self, read: bytes, line: int) -> str:
        try:
            return read.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise WrongFileError(
                self._part.name,
                f"byte {error.start + 1} of line {line} (0x{read[error.start]:02x}) is not UTF-8.",
            ) from None


def _fields(line: str) -> list[str]:
    """A line's fields. Each line is read by itself, so that a stray quote spoils no other."""
    if "\0" in line:
        raise ValueError("it holds a NUL character.")
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader((line,), strict=True))
    except csv.Error as error:
        raise ValueError(f"its quotes do not match: {error}.") from None


def _matching(pattern: re.Pattern[str], value: str, column: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"its {column} {value!r} cannot be one.")
    return value
