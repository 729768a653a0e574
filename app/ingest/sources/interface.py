"""What an importer is: it reads a source's files and yields what each of their records says.

An importer knows its format, and nothing of the database, of other sources, or of which drug is
meant. It takes each text as it stands, and reads no meaning into prose. A record that it cannot
read it yields as `InvalidRecord`, and goes on; a file that is no file of its source it refuses, by
`WrongFileError`, before it yields anything.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from app.models.drug import ClassType, IdentifierSystem, NameType, RegulatoryStatus
from app.models.trial import DrugRole


class RefusedError(Exception):
    """Why something is not imported, in one sentence; nothing was written."""


class WrongFileError(RefusedError):
    """A file that cannot be used: which, and why, in one sentence."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")


SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
"""What separates the columns of tables."""


def refuse_other_separator(
    file: str, heading: str, wanted: str, is_heading: Callable[[list[str]], bool]
) -> None:
    """Raise `WrongFileError` for a table that is one of the source's, but with its columns
    separated by something else."""
    for separator, name in SEPARATORS.items():
        columns = [column.strip(' "') for column in heading.split(separator)]
        if separator != wanted and is_heading(columns):
            raise WrongFileError(
                file,
                f"its columns are separated by {name}; a table with {SEPARATORS[wanted]} between "
                "them was expected.",
            )


class InputPart(Protocol):
    """One file, or one member of a zip, that can be read from its beginning, more than once."""

    @property
    def name(self) -> str:
        """What to call it in a message: `labels.zip/drug-label-0001-of-0002.json`."""

    @property
    def date(self) -> str | None:
        """The date that a zip gives its member, `YYYY-MM-DD`; None for a plain file."""

    def path(self) -> Path | None:
        """Where it lies on the disk as it is, for a format that is read in place; None where it is
        packed."""

    def open(self) -> BinaryIO:
        """Its bytes, to be closed. Raises `WrongFileError` where a zip turns out to be corrupt."""


@dataclass(slots=True)
class Substance:
    """A substance as a source names it.

    `names` begins with what the source calls it, and goes on with other names that are as much its
    own; by them it may be found to be a drug that is known. By its `synonyms` others may be found
    to be the same, but not it to be another. A combination has the names of its
    `ingredients`, and their UNIIs, in no particular order, under `ingredient_uniis`, or else an
    identifier of each, in the order of their names, under `ingredient_identifiers`, None for one
    that has none. `of_one_name`: they are what one name was taken apart into, so it is a
    combination only if each is known. It has no
    `identifiers` of its own. `form_of` identifies the substance that the source says it is a form
    of: a salt, an ester, a hydrate; `form_if_unknown`, only if no source before it knows it as
    something else. `moieties` are the names of the active moieties, of a
    combination one for each ingredient, each with its identifier if it has one: what nobody knows
    as a drug of its own is a form of its moiety. `distinct`: the source distinguishes it from every
    other substance that it names, by an id of its own; two such are never one drug because they
    share an identifier.
    `radiolabelled`: the source says that it carries a label, such as a radioactive atom; the
    identifiers that it has may be those of the substance without.

    A source that makes no drug known says what is to be decided when it is known which there are:
    `part_of` is the name that this is part of, which counts if that is a list of drugs; this is to
    be taken `instead_of` interventions, each with its names, if one of them is no drug that is
    known, and if no name `beside` is another drug's. `role` is that of the substance in the record,
    and no part of what the substance is.
    """

    names: tuple[str, ...]
    identifiers: tuple[tuple[IdentifierSystem, str], ...] = ()
    synonyms: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    ingredient_uniis: tuple[str, ...] = ()
    ingredient_identifiers: tuple[tuple[IdentifierSystem, str] | None, ...] = ()
    of_one_name: bool = False
    form_of: tuple[IdentifierSystem, str] | None = None
    moieties: tuple[tuple[str, tuple[IdentifierSystem, str] | None] | None, ...] = ()
    distinct: bool = False
    radiolabelled: bool = False
    part_of: str | None = None
    instead_of: tuple[tuple[str, ...], ...] = ()
    beside: tuple[str, ...] = ()
    role: DrugRole | None = None
    form_if_unknown: bool = False


@dataclass(slots=True)
class Statement:
    """A fact: its fields as an entry of the seed has them, less `key` and `cite`.

    `kind` names the kind of fact. Parts that are cited have their own `cite`: source id to
    locators. A statement with a `key` (a trial, by its number) is known by it, so that its id stays
    when its content changes; one without is known by its content, so that records which say the
    same say one fact. `compared` is what it is compared by, where that is less than its content:
    the records that state the same are one fact then, each with its own wording. `locator` says
    where in the record it stands, after the record's own locator.
    """

    kind: str
    fields: dict[str, Any]
    locator: str = ""
    key: str | None = None
    compared: str | None = None


@dataclass(slots=True)
class Record:
    """What one record says.

    `version` orders the versions of the record as text; "" where it has none. `released` is the day
    of the data that it was taken from, which orders what is of one version: "" where its file gives
    none, None where the version of the source has one for all. `dated` is its own day, where it has
    one: as of that day it says so, if its file gives none. `locator` names the
    record in citations: `SPL set id …, version 5`. The record speaks of its `substances`; names,
    identifiers, classes, approvals and statuses are of the one substance of a record that has one.
    `kinds` are the kinds of fact that this record was read for. `conditions` and `targets` are the
    rows, by id, of those that the statements name. A label says for which `routes` it is, and has a
    `precedence`: where several state the same, the wording of the highest is served.

    `left_out` counts what it names beside its substances that is no drug, by what it is.

    A label has what it says of itself as `label`: see `app.models.label.LabelFields`. Its
    statements stand in its own order; those of kind `PASSAGE` are text of it that is no fact.

    `leading` are identifiers of something else that lead to the drug, each with its name: of a
    brand, or of what it is a combination of. `products` are those of the drug: see
    `app.models.product.ProductFields`.
    """

    id: str
    locator: str
    substances: list[Substance]
    version: str = ""
    released: str | None = None
    dated: str = ""
    names: list[tuple[str, NameType]] = field(default_factory=list)
    identifiers: list[tuple[IdentifierSystem, str]] = field(default_factory=list)
    classes: list[tuple[str, ClassType | None]] = field(default_factory=list)
    approvals: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[RegulatoryStatus] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    kinds: tuple[str, ...] = ()
    conditions: dict[str, dict[str, Any]] = field(default_factory=dict)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    precedence: str = ""
    routes: str | None = None
    label: dict[str, Any] | None = None
    leading: list[tuple[IdentifierSystem, str, str]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class InvalidRecord:
    """A record that could not be read: where it stands, and why, in one sentence.

    `id` is the record's, where that much could be read: what was known of it before stays, even
    if the rest of the record can be read and is yielded after this. Without one, nothing is removed
    for not being in the files.

    `in_part`: what of it could be read follows as a record like any other, and replaces an older
    version of it; so the order of the files decides nothing.
    """

    file: str
    place: str
    reason: str
    id: str | None = None
    in_part: bool = False


@dataclass(slots=True)
class SkippedRecord:
    """A record that is right, and that this API has no use for: `reason` is counted, not listed.

    With its `id`, `version` and `released`, what an older version of it said is gone. `left_out` as
    of a `Record`.
    """

    reason: str
    id: str | None = None
    version: str = ""
    released: str | None = None
    left_out: Counter[str] = field(default_factory=Counter)


Item = Record | InvalidRecord | SkippedRecord
"""What an importer makes of a record."""


@dataclass(slots=True)
class SourceVersion:
    """What the files say of themselves; the importer fills it in as it reads.

    `complete`: the files are all that the source has, so what they do not hold is gone.
    """

    version: str | None = None
    released: str | None = None
    complete: bool = False


class Importer(Protocol):
    """Reads one source. Its module's docstring names the format, its documentation, its licence."""

    source: dict[str, Any]
    """The row of `source` that its facts are cited to: id, title, publisher, url, licence."""

    wanted: str
    """The files that it takes, for messages: `a zip or JSON file of drug labels`."""

    def read(
        self, parts: list[InputPart], source_version: SourceVersion
    ) -> Iterator[Record | InvalidRecord | SkippedRecord]:
        """What each record of these files says, in their order; memory does not grow with them.

        Raises `WrongFileError` for a file that is none of this source's, that is cut off, or that
        breaks off in the midst of its records.
        """
