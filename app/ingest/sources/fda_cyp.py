"""FDA's table of substrates, inhibitors and inducers of CYP enzymes and transporters.

Format: the page as HTML, or its table alone: a row a drug, a column for each role and strength, in
which the enzymes stand. Notes are `sup` elements. The page gives its date as
`article:modified_time`.
Published at https://www.fda.gov/drugs/drug-interactions-labeling/drug-development-and-drug-interactions-table-substrates-inhibitors-and-inducers
Licence: public domain, a work of the US government.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from app.ingest.sources.interface import (
    InputPart,
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Substance,
    WrongFileError,
)
from app.models.drug import ClassType
from app.names.slugs import slug

SOURCE: dict[str, Any] = {
    "id": "fda-cyp",
    "title": "FDA's table of substrates, inhibitors and inducers",
    "publisher": "US Food and Drug Administration",
    "url": "https://www.fda.gov/drugs/drug-interactions-labeling/"
    "drug-development-and-drug-interactions-table-substrates-inhibitors-and-inducers",
    "licence": "Public domain",
    "note": "Examples that FDA gives to plan studies by; the table is not complete. Its notes are "
    "on the page.",
}

DRUG = "Drug or Other Substance"

COLUMNS = {
    "CYP Strg INH": "Strong {} inhibitor",
    "CYP Mod INH": "Moderate {} inhibitor",
    "CYP WK INH": "Weak {} inhibitor",
    "CYP Strg IND": "Strong {} inducer",
    "CYP Mod IND": "Moderate {} inducer",
    "CYP WK IND": "Weak {} inducer",
    "CYP SENS SUB": "Sensitive {} substrate",
    "CYP Mod SENS SUB": "Moderately sensitive {} substrate",
    "TRNSP INH": "{} inhibitor",
    "TRNSP SUB": "{} substrate",
}
"""The columns' headings, and what a drug is whose row has an enzyme or transporter there."""

_ENZYME = re.compile(r"\b(?:CYP\s?)?([1-4][A-Z][0-9]{0,2})\b")
_TRANSPORTER = re.compile(r"\b(P-gp|BCRP|OATP1B[13]|OATP2B1|OAT[1-4]|OCT[1-3]|MATE[12](?:-?2K)?)\b")
_MODIFIED = re.compile(r"\b([0-9]{2})/([0-9]{2})/([0-9]{4})\b")


class FdaCyp:
    """Reads FDA's table. A record is a drug, with all of its rows."""

    source = SOURCE
    wanted = "FDA's table of substrates, inhibitors and inducers, as an HTML file"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """Which inhibitor, inducer or substrate each drug is."""
        tables = [_Table(part) for part in parts]
        source_version.released = max((t.modified for t in tables if t.modified), default=None)
        source_version.complete = len(tables) == 1
        for table in tables:
            yield from table.records()


class _Table(HTMLParser):
    """The rows of the table, each cell's text without its notes."""

    def __init__(self, part: InputPart) -> None:
        super().__init__()
        self._part = part
        self.modified: str | None = None
        self._rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._is_note = False
        with part.open() as file:
            try:
                text = file.read().decode()
            except UnicodeDecodeError:
                raise WrongFileError(part.name, "it is not UTF-8.") from None
        self.feed(text)
        self.close()
        headings = [i for i, row in enumerate(self._rows) if row[:1] == [DRUG]]
        if not headings:
            raise WrongFileError(
                part.name, f"it has no table with a column '{DRUG}'; FDA's page was expected."
            )
        self._heading = self._rows[headings[0]]
        self._rows = self._rows[headings[0] + 1 :]
        if lacking := [column for column in COLUMNS if column not in self._heading]:
            raise WrongFileError(part.name, f"its table has no column '{lacking[0]}'.")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row, a cell or a note."""
        given = dict(attrs)
        if tag == "meta" and given.get("property") == "article:modified_time":
            found = _MODIFIED.search(given.get("content") or "")
            self.modified = f"{found[3]}-{found[1]}-{found[2]}" if found else None
        if tag == "tr":
            self._rows.append([])
        if tag in ("td", "th") and self._rows:
            self._cell = []
        self._is_note |= tag == "sup"

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a note."""
        if tag in ("td", "th") and self._cell is not None:
            self._rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
        if tag == "sup":
            self._is_note = False

    def handle_data(self, data: str) -> None:
        """Take what stands in a cell."""
        if self._cell is not None and not self._is_note:
            self._cell.append(data)

    def records(self) -> Iterator[Record | InvalidRecord]:
        """A record for each drug: its rows are joined."""
        found: dict[str, Record] = {}
        for number, row in enumerate(self._rows, 1):
            if len(row) != len(self._heading) or not row[0]:
                yield InvalidRecord(self._part.name, f"row {number}", "it has other columns.")
                continue
            id_ = slug(row[0])
            record = found.setdefault(id_, self._record(id_, row[0]))
            for heading, cell in zip(self._heading, row, strict=True):
                if cell and heading in COLUMNS:
                    named = list(_named(heading, cell))
                    if not named:
                        reason = f"its column '{heading}' has no enzyme or transporter: '{cell}'."
                        yield InvalidRecord(self._part.name, f"row {number}", reason, id_, True)
                    record.classes += [each for each in named if each not in record.classes]
        yield from found.values()

    def _record(self, id_: str, name: str) -> Record:
        copied = f", copy of {self.modified}" if self.modified else ""
        return Record(id=id_, locator=f"row '{name}'{copied}", substances=[Substance((name,))])


def _named(heading: str, cell: str) -> Iterator[tuple[str, ClassType | None]]:
    """The classes that a cell puts a drug into: one for each enzyme or transporter in it."""
    if heading.startswith("CYP"):
        for enzyme in _ENZYME.findall(cell):
            yield COLUMNS[heading].format(f"CYP{enzyme}"), None
    else:
        for transporter in _TRANSPORTER.findall(cell):
            yield COLUMNS[heading].format(transporter), None
