"""Drugs@FDA: the applications that the FDA approved, their products and their submissions.

Format: a zip of tab-separated tables with a heading, of which four are read: `Applications.txt`,
`Products.txt`, `Submissions.txt` and, where it is there, `MarketingStatus.txt`; or these as files
of their own. Nothing is quoted. The text is UTF-8 in some tables, cp1252 in others.
Documented at https://www.fda.gov/drugs/drug-approvals-and-databases/drugsfda-data-files
Licence: CC0 1.0, https://open.fda.gov/license/; a work of the US government.
"""

import re
from collections.abc import Generator, Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

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
from app.models.drug import NameType
from app.names.normalization import normalized
from app.names.qualifiers import without_salt

SOURCE: dict[str, Any] = {
    "id": "drugs-at-fda",
    "title": "Drugs@FDA Data Files",
    "publisher": "US Food and Drug Administration",
    "url": "https://www.fda.gov/drugs/drug-approvals-and-databases/drugsfda-data-files",
    "licence": "CC0 1.0",
}

COLUMNS = {
    "Applications.txt": ("ApplNo", "ApplType"),
    "Products.txt": ("ApplNo", "DrugName", "ActiveIngredient"),
    "Submissions.txt": ("ApplNo", "SubmissionType", "SubmissionStatus", "SubmissionStatusDate"),
}
"""The tables that have to be there, and the columns of each that are read."""

MARKETING_STATUS = "MarketingStatus.txt", ("ApplNo", "MarketingStatusID")
TENTATIVE = "4"
"""The marketing status of products that are approved tentatively alone."""

NO_DATE = "1900-01-01"
"""How the database that the tables come from writes a date that it does not have."""

LONGEST_HEADING = 10_000
"""Bytes. The first line of another file may be the whole of it."""

TWO_TYPES = ""
"""Stands for the type of an application that is given two: which one is right is not known."""


class DrugsAtFda:
    """Reads Drugs@FDA. A record is the products of one application with the same ingredients."""

    source = SOURCE
    wanted = "the zip of Drugs@FDA's tables"

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What each application says, by number, in whatever order the tables' rows are.

        They are joined in memory, which grows by some hundred bytes an application.
        """
        applications, products, submissions = (
            _FdaTable(_part_named(name, parts), columns) for name, columns in COLUMNS.items()
        )
        types = yield from _application_types(applications)
        last_day = source_version.released or submissions.date or date.today().isoformat()
        approvals = yield from _approval_dates(submissions, last_day)
        tentative = yield from _tentative_applications(parts)
        drug_names = yield from _drug_names(products, types)
        source_version.released = approvals.newest
        source_version.complete = True
        for (number, ingredients), names in sorted(drug_names.items()):
            record = _record(types[number] + number, ingredients, names)
            if number in approvals.invalid:
                yield submissions.invalid(*approvals.invalid[number], record.id)
                continue
            if number in approvals.first:
                record.approvals.append(_approval(record, approvals.first[number]))
            elif number not in approvals.decided and number not in tentative:
                record.approvals.append(_approval(record, None))
            yield record


class _FdaTable:
    """One of the tables. Raises `WrongFileError` where it is not there, or lacks a column."""

    def __init__(self, part: InputPart, columns: tuple[str, ...]) -> None:
        self._part = part
        self._wanted = columns
        with self._part.open() as file:
            heading = file.readline(LONGEST_HEADING).removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
        line = heading.decode(errors="replace")
        refuse_other_separator(self._part.name, line, "\t", set(self._wanted).issubset)
        self._columns = line.split("\t")
        for column in self._wanted:
            if column not in self._columns:
                raise WrongFileError(
                    self._part.name,
                    f"it has no column {column}; {', '.join(self._wanted)} were expected.",
                )

    def rows(self) -> Iterator[tuple[int, list[str]] | InvalidRecord]:
        """The line and the wanted columns of each row, without the blanks around them."""
        width = len(self._columns)
        places = [self._columns.index(column) for column in self._wanted]
        with self._part.open() as file:
            next(file)
            for line, read in enumerate(file, 2):
                row = read.rstrip(b"\r\n").split(b"\t")
                # Some rows of 2019 have a tab too many, at their end: none of their columns moved.
                if len(row) < width or any(row[width:]):
                    if row == [b""]:
                        continue
                    if len(row) < width and not read.endswith(b"\n"):
                        raise WrongFileError(self._part.name, f"it is cut off in line {line}.")
                    yield self.invalid(line, f"it has {len(row)} columns; {width} were expected.")
                    continue
                if b"\0" in read:
                    yield self.invalid(line, "it holds a NUL character.")
                    continue
                try:
                    yield line, [_text(row[place]).strip() for place in places]
                except UnicodeDecodeError:
                    yield self.invalid(line, "its text is neither UTF-8 nor cp1252.")

    @property
    def date(self) -> str | None:
        return self._part.date

    def invalid(self, line: int, reason: str, id_: str | None = None) -> InvalidRecord:
        return InvalidRecord(self._part.name, f"line {line}", reason, id_)


def _parts_named(name: str, parts: list[InputPart]) -> list[InputPart]:
    return [part for part in parts if re.split(r"[/\\]", part.name)[-1].lower() == name.lower()]


def _part_named(name: str, parts: list[InputPart]) -> InputPart:
    found = _parts_named(name, parts)
    if len(found) == 1:
        return found[0]
    *tables, last = COLUMNS
    raise WrongFileError(
        found[1].name if found else parts[0].name.rpartition("/")[0] or parts[0].name,
        f"{f'a second {name}' if found else f'no {name}'} was found; the tables "
        f"{', '.join(tables)} and {last} were expected, each once.",
    )


def _text(field: bytes) -> str:
    try:
        return field.decode()
    except UnicodeDecodeError:
        return field.decode("cp1252")


def _application_types(table: _FdaTable) -> Generator[InvalidRecord, None, dict[str, str]]:
    """`NDA`, `ANDA` or `BLA` of each application, by its number."""
    types: dict[str, str] = {}
    for row in table.rows():
        if isinstance(row, InvalidRecord):
            yield row
            continue
        line, (number, type_) = row
        if not number.isdecimal():
            yield table.invalid(line, f"its ApplNo {number!r} is no number.")
        elif not type_.isalpha():
            yield table.invalid(line, f"its ApplType {type_!r} is none.")
        elif types.setdefault(number, type_) != type_:
            types[number] = TWO_TYPES
            yield table.invalid(line, f"application {number} has another ApplType as well.")
    return types


class _Approvals(NamedTuple):
    """When each application was first approved, by its number; None where the table does not say.

    `decided` are all whose original submission the table has, approved or not: of most applications
    before 1980 it has none. Of those that are `invalid`, the line and the reason. `newest` is the
    table's newest date.
    """

    first: dict[str, str | None]
    decided: set[str]
    invalid: dict[str, tuple[int, str]]
    newest: str | None


def _approval_dates(table: _FdaTable, last_day: str) -> Generator[InvalidRecord, None, _Approvals]:
    """The approvals that the table has: a tentative one is none.

    A day after `last_day` is an error, and not the table's newest.
    """
    first: dict[str, str | None] = {}
    decided: set[str] = set()
    invalid: dict[str, tuple[int, str]] = {}
    newest = ""
    for row in table.rows():
        if isinstance(row, InvalidRecord):
            yield row
            continue
        line, (number, type_, status, time) = row
        day = _day(time)
        reason = None
        if day is None:
            reason = f"its approval date '{time[:40]}' is no day such as 2019-07-01."
        elif day[: len(last_day)] > last_day:
            reason = f"its approval date {day} is after {last_day}, the last day it could be."
        else:
            newest = max(newest, day)
        if type_ != "ORIG":
            continue
        decided.add(number)
        if status != "AP":
            continue
        if reason is not None:
            invalid.setdefault(number, (line, reason))
        else:
            known = first.get(number)
            first[number] = min(day, known) if day and known else day or known or None
    return _Approvals(first, decided, invalid, newest or None)


def _tentative_applications(
    parts: list[InputPart],
) -> Generator[InvalidRecord, None, set[str]]:
    """The numbers of applications with a product that is approved tentatively alone."""
    name, columns = MARKETING_STATUS
    tentative = set()
    for part in _parts_named(name, parts):
        for row in _FdaTable(part, columns).rows():
            if isinstance(row, InvalidRecord):
                yield row
            elif row[1][1] == TENTATIVE:
                tentative.add(row[1][0])
    return tentative


@lru_cache(maxsize=50_000)
def _day(time: str) -> str | None:
    """The day of `2019-07-01 00:00:00`; nothing where there is none, None where it is no day."""
    day, _, _ = time.partition(" ")
    if day in ("", NO_DATE):
        return ""
    try:
        return day if date.fromisoformat(day).isoformat() == day else None
    except ValueError:
        return None


def _drug_names(
    table: _FdaTable, types: dict[str, str]
) -> Generator[InvalidRecord, None, dict[tuple[str, str], set[str]]]:
    """What the products are called, by their application's number and their ingredients."""
    names: dict[tuple[str, str], set[str]] = {}
    for row in table.rows():
        if isinstance(row, InvalidRecord):
            yield row
            continue
        line, (number, name, ingredients) = row
        type_ = types.get(number)
        if type_ is None:
            reason = f"its application {number!r} is not in Applications.txt."
            yield table.invalid(line, reason, f"{number} {ingredients}")
        elif type_ == TWO_TYPES:
            yield table.invalid(line, f"its application {number} has two ApplTypes.")
        elif not ingredients:
            reason = "its ActiveIngredient is empty."
            yield table.invalid(line, reason, f"{type_}{number}")
        else:
            of_ingredients = names.setdefault((number, ingredients), set())
            if name:
                of_ingredients.add(name)
    return names


HUMAN_NPH = dict.fromkeys(
    (
        "insulin susp isophane recombinant human",
        "insulin susp isophane semisynthetic purified human",
    ),
    "insulin isophane, human",
)
"""Of suspensions of human isophane insulin, which Drugs@FDA alone names so, how others do."""


def _record(application: str, ingredients: str, drug_names: set[str]) -> Record:
    substances = _ingredients_of(ingredients)
    names = _names_of_products(ingredients, substances, drug_names)
    if len(substances) == 1:
        as_others_write = HUMAN_NPH.get(substances[0].lower())
        substance = Substance((*substances, as_others_write) if as_others_write else substances)
        names.insert(0, (substances[0], NameType.GENERIC))
    else:
        substance = Substance((), ingredients=substances)
    return Record(
        id=f"{application} {ingredients}",
        locator=application,
        substances=[substance],
        names=names,
    )


def _approval(record: Record, day: str | None) -> dict[str, Any]:
    brands = [name for name, type_ in record.names if type_ is NameType.BRAND]
    return {
        "authority": "US Food and Drug Administration (FDA)",
        "jurisdiction": "US",
        "date": day,
        "application_number": record.locator,
        "name": brands[0] if len(brands) == 1 else None,
    }


def _ingredients_of(ingredients: str) -> tuple[str, ...]:
    """`ASPIRIN; CAFFEINE` are two, `LIOTRIX (T4;T3)` is one: what it is made of is in its name."""
    names = (name.strip() for name in _BETWEEN_INGREDIENTS.split(ingredients))
    return tuple(dict.fromkeys(name for name in names if name)) or (ingredients,)


def _names_of_products(
    ingredients: str, substances: tuple[str, ...], drug_names: set[str]
) -> list[tuple[str, NameType]]:
    """Brand names, and synonyms: most generic products are called what they hold.

    They leave out the salt, or join what a combination holds by `and`. A product that is called by
    some of its ingredients only has no name of its own.
    """
    held = [{normalized(n), *without_salt(normalized(n))} for n in substances]
    generic = set().union(*held)
    repeated = {normalized(ingredients), normalized(substances[0])}
    names = []
    for name in sorted(drug_names):
        compared = normalized(name)
        said = {compared} if compared in generic else set(_BETWEEN_NAMES.split(compared)) - {""}
        if not said <= generic:
            names.append((name, NameType.BRAND))
        elif compared not in repeated and all(said & either for either in held):
            names.append((name, NameType.SYNONYM))
    return names


_BETWEEN_INGREDIENTS = re.compile(r";(?![^()]*\))")
_BETWEEN_NAMES = re.compile(r" ?(?:;|,? and |,? w/|,? with |,|/|&) ?")
