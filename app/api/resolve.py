"""Which drug is meant by a name or an identifier: one, or several, or none, and never a guess."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query
from pydantic import Field, TypeAdapter
from pydantic_core import to_json
from rapidfuzz.distance import OSA
from sqlmodel import col

from app.api.drugs import IDENTIFIER
from app.api.names import BEGINS, CLOSE, Match, Matches, is_named
from app.api.reading import Reading, resource, with_release
from app.documents.checksums import STORED
from app.documents.records import Link
from app.http.parameters import Text
from app.http.problems import BadParameterError, documented
from app.models.base import Shape
from app.models.document import Document
from app.models.drug import Drug, DrugIdentifier, NameType
from app.models.lookup import (
    ClaimedIdentifier,
    ClaimedName,
    SearchedName,
)
from app.names.normalization import folded, name_key
from app.names.qualifiers import Beside, readings_of, without_salt
from app.names.qualifiers import Reading as NameReading
from app.search.index import drugs_named_with, listed, one_of, part

router = resource("Search")

AT_ONCE = 50
"""How many names or identifiers are resolved at once."""

MOST_SUGGESTIONS = 10
SHORTEST_BEGINNING = 3
"""The shortest name that is taken to be the beginning of others, for suggestions."""


class ResolveMatch(StrEnum):
    """How a name or an identifier was resolved, if it was."""

    EXACT = "exact"
    BRAND = "brand"
    SYNONYM = "synonym"
    IDENTIFIER = "identifier"
    LABELLED = "labelled"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


MATCH_OF = {
    NameType.GENERIC: ResolveMatch.EXACT,
    NameType.BRAND: ResolveMatch.BRAND,
    NameType.SYNONYM: ResolveMatch.SYNONYM,
}
TYPE_OF = {match: type_ for type_, match in MATCH_OF.items()}


class Stripped(Shape):
    """What stood beside the name, and was left out to find it."""

    kind: Beside = Field(description="What it is.", examples=["strength"])
    text: str = Field(description="The text, as it was given.", examples=["10 MG"])


class Candidate(Shape):
    """A drug that could be meant."""

    drug: Link | None = Field(
        description="The drug; null where a product has the name of which it is not known which "
        "drug it is.",
        examples=[{"id": "baclofen", "name": "baclofen"}],
    )
    match: ResolveMatch = Field(description="How it could be.", examples=["brand"])
    name: str | None = Field(
        description="The name that it has; null where an identifier was given, and where the name "
        "is not its own.",
        examples=["Lioresal"],
    )
    substance: str | None = Field(
        description="The salt of the drug that the identifier is of, or the drug with a label, "
        "such as a radioactive atom, as a source names it, or the substance of a product whose "
        "drug is not known; otherwise null.",
        examples=[None],
    )


class Suggestion(Shape):
    """A drug with a name that is spelt alike: a guess, which may be another drug altogether."""

    drug: Link = Field(description="The drug.", examples=[{"id": "baclofen", "name": "baclofen"}])
    name: str = Field(description="Its name that is close.", examples=["Lioresal"])
    type: NameType = Field(description="What kind of name it is.", examples=["brand"])
    distance: int = Field(
        description="How many letters it is away: left out, added, replaced, or swapped with its "
        "neighbour.",
        examples=[1],
    )


class Resolution(Shape):
    """Which drug a name or an identifier means."""

    name: str | None = Field(description="The name that was asked for.", examples=["Lioresal"])
    identifier: str | None = Field(
        description="The identifier that was asked for.", examples=[None]
    )
    match: ResolveMatch = Field(
        description="`exact`: it is the drug's generic name. `brand`, `synonym`: it is one of its "
        "names. `identifier`: it is the drug's, or of what `substance` names. `labelled`: it is "
        "the name of the drug with a label, such as a radioactive atom, and not the drug's. "
        "`ambiguous`: it is that of several drugs, and none is chosen. `none`: nothing has it.",
        examples=["brand"],
    )
    drug: Link | None = Field(
        description="The drug that is meant; null where that is not sure.",
        examples=[{"id": "baclofen", "name": "baclofen"}],
    )
    stripped: list[Stripped] = Field(
        description="What stood beside the name and was left out: a salt, a strength, a dose form.",
        examples=[[]],
    )
    candidates: list[Candidate] = Field(
        description="The drugs that it could mean: the one that it does, or each where it is "
        "ambiguous.",
        examples=[[]],
    )
    suggestions: list[Suggestion] = Field(
        description="Where there is none: drugs with a name that is a letter or two away, or that "
        "begins with it. They are guesses, for a person to look at, and never the answer.",
        examples=[[]],
    )


class Resolutions(Shape):
    """What each name and each identifier means, in the order in which they were asked for."""

    items: list[Resolution] = Field(
        description="One for each name, and then for each identifier, in their order.",
        max_length=2 * AT_ONCE,
    )


IdentifierText = Annotated[str, Query(min_length=3, max_length=200, pattern=IDENTIFIER)]


@router.get("/resolve", response_model=Resolutions, responses=documented(BadParameterError))
def resolve(
    reading: Reading,
    name: Annotated[
        list[Text],
        Query(
            description="A name as it stands on a box, in a list or in a letter; up to 50 times. "
            "Case, accents, punctuation and blanks do not matter; a salt, a strength or a dose "
            "form beside it is left out where what is left is exactly a name.",
            examples=[["Lioresal", "BACLOFEN 10 MG TABLET"]],
            max_length=AT_ONCE,
            default_factory=list,
        ),
    ],
    identifier: Annotated[
        list[IdentifierText],
        Query(
            description="An identifier: a system, a colon, and the value; up to 50 times. They are "
            "answered after the names.",
            examples=[["unii:H789N3FKE8"]],
            max_length=AT_ONCE,
            default_factory=list,
        ),
    ],
) -> str:
    """Which drug is meant by a name or an identifier, or by each of many; none is ever guessed."""
    found = _by_name(reading, name) if name or not identifier else []
    found += _by_identifier(reading, identifier) if identifier else []
    _hold(reading, found)
    return ANSWER.dump_json(Resolutions(items=found)).decode()


ANSWER = TypeAdapter(Resolutions)


def _hold(reading: Reading, resolutions: list[Resolution]) -> None:
    """Raise `DamagedError` unless each drug's record bears what the drug was found by.

    What is claimed stands in no record: names of salts, and identifiers of theirs.
    """
    named: list[tuple[Link, str | None, NameType | None, str | None]] = []
    for found in resolutions:
        for each in found.candidates:
            if each.drug is not None:
                own = len(found.candidates) == 1 and each.substance is None
                identifier = found.identifier if own else None
                named.append((each.drug, each.name, TYPE_OF.get(each.match), identifier))
        named += [(each.drug, each.name, each.type, None) for each in found.suggestions]
    if not named:
        return
    ids = listed(reading.dialect, {drug.id for drug, *_ in named})
    bodies = {
        id_: reading.opened("drugs", id_, tuple(stored), id_)
        for id_, *stored in reading.found(RECORDS, ids=ids)
    }
    for drug, name, type_, identifier in named:
        body = bodies.get(drug.id, "")
        bears = body.startswith(f"{{{to_json(drug).decode()[1:-1]},")
        if name is not None and type_ is not None:
            bears = bears and is_named(body, name, type_)
        if identifier is not None:
            bears = bears and _has(body, identifier)
        if not bears:
            raise reading.damaged(f"'{drug.id}' was found by what its record does not bear")


def _has(body: str, identifier: str) -> bool:
    """Whether a drug's record has an identifier."""
    system, _, value = identifier.partition(":")
    spelt = (to_json({"system": system, "value": each}).decode()[1:-1] for each in _spelt(value))
    return any(each in body for each in spelt)


_records = (
    sa.select(col(Document.id), *STORED)
    .where(col(Document.kind) == "drugs", one_of(col(Document.id), "ids"))
    .subquery("records")
)
RECORDS = with_release(_records, *_records.c)


@dataclass(frozen=True)
class _Named:
    """A drug's name as it is stored."""

    drug: Link
    name: str
    type: NameType


class _Stored:
    """What is stored under the keys of names."""

    def __init__(self, reading: Reading, rows: Iterable[tuple[Any, ...]]) -> None:
        self._names: dict[str, list[_Named]] = defaultdict(list)
        self._salts: dict[str, set[str]] = defaultdict(set)
        self._labelled: dict[str, list[Candidate]] = defaultdict(list)
        self._set_aside: dict[str, list[str]] = defaultdict(list)
        for what, key, id_, generic, name, type_ in rows:
            if what == NAME:
                _hold_key(reading, key, id_, generic, name, type_)
                drug = Link(id=id_, name=generic)
                self._names[key].append(_Named(drug, name, NameType(type_)))
            elif id_ is None:
                self._set_aside[key].append(name)
            elif generic is None:
                raise reading.damaged(f"'{id_}' has a name, and is not there")
            elif without_salt(folded(name)):
                self._salts[key].add(id_)
            else:
                drug = Link(id=id_, name=generic)
                labelled = Candidate(
                    drug=drug, match=ResolveMatch.LABELLED, name=None, substance=name
                )
                self._labelled[key].append(labelled)

    def candidates(self, read: NameReading) -> list[Candidate]:
        """The drugs that have what is left of a name; as it is written, if any has it so."""
        named = self._names.get(name_key(read.name), [])
        if read.salt is not None and not read.is_sure:
            known = self._salts.get(name_key(read.salt), set())
            named = [each for each in named if each.drug.id in known]
        as_written = [each for each in named if folded(each.name) == folded(read.name)]
        return _candidates(as_written or named)

    def labelled(self, read: NameReading) -> list[Candidate]:
        """The drugs of which something with a label has what is left of a name."""
        return [] if read.salt is not None else self._labelled.get(name_key(read.name), [])

    def set_aside(self, read: NameReading) -> list[Candidate]:
        """Of which nobody can say which drug they are: products that have it for a brand, and a
        salt that is called so."""
        own = folded(read.name)
        return [
            Candidate(
                drug=None,
                match=ResolveMatch.SYNONYM if folded(substance) == own else ResolveMatch.BRAND,
                name=read.name,
                substance=substance,
            )
            for substance in dict.fromkeys(self._set_aside.get(name_key(read.name), []))
        ]


def _looked_up(reading: Reading, keys: set[str]) -> list[tuple[Any, ...]]:
    """The names and the claims that these keys are looked up by.

    Each is what it is, its key, drug, generic name, name and type; a claim has less.
    """
    rows = reading.found(NAMED, keys=listed(reading.dialect, keys))
    return [row[:6] for row in rows]


def _hold_key(
    reading: Reading, key: str, id_: str, generic: str | None, name: str | None, type_: str
) -> None:
    """Raise `DamagedError` unless what a drug is looked up by is what its name is spelt like."""
    if generic is None or name is None or name_key(name) != key or type_ not in list(NameType):
        raise reading.damaged(f"'{id_}' is looked up by '{key}', which is not its name")


def _by_name(reading: Reading, names: list[str]) -> list[Resolution]:
    readings = {name: list(readings_of(name)) for name in names}
    spelt = {each.name for of_one in readings.values() for each in of_one} | {
        each.salt for of_one in readings.values() for each in of_one if each.salt
    }
    keys = {name_key(name) for name in spelt} - {""}
    stored = _Stored(reading, _looked_up(reading, keys))
    answers = {name: _resolved(reading, name, readings[name], stored) for name in readings}
    return [answers[name] for name in names]


def _resolved(
    reading: Reading, name: str, readings: list[NameReading], stored: _Stored
) -> Resolution:
    for read in readings:
        candidates = stored.candidates(read) or stored.labelled(read)
        if not candidates:
            continue
        if all(candidate.match is ResolveMatch.BRAND for candidate in candidates):
            salts = [stored.candidates(each) for each in readings if each.salt == read.name]
            others = [*stored.set_aside(read), *(each for found in salts for each in found)]
            if any(what is Beside.DOSE_FORM for what, _ in read.stripped):
                others += _family(reading, read.name)
            candidates += [each for each in others if each.drug not in _drugs(candidates)]
        elif without_salt(folded(read.name)) and not _is_generic(candidates):
            candidates += stored.set_aside(read)
        return _answer(
            candidates,
            name=name,
            stripped=[Stripped(kind=what, text=text) for what, text in read.stripped],
        )
    return _answer([], name=name, suggestions=_suggestions(reading, readings))


def _is_generic(candidates: Iterable[Candidate]) -> bool:
    """Whether it is what a drug is called, or what has a label."""
    own = (ResolveMatch.EXACT, ResolveMatch.LABELLED)
    return any(candidate.match in own for candidate in candidates)


def _drugs(candidates: Iterable[Candidate]) -> list[Link | None]:
    return [candidate.drug for candidate in candidates]


def _candidates(named: Iterable[_Named]) -> list[Candidate]:
    """The drugs that have a name, each once, by the best kind of it."""
    found: dict[str, Candidate] = {}
    for each in sorted(named, key=lambda n: (list(NameType).index(n.type), n.drug.id)):
        found.setdefault(
            each.drug.id,
            Candidate(drug=each.drug, match=MATCH_OF[each.type], name=each.name, substance=None),
        )
    return list(found.values())


def _family(reading: Reading, name: str) -> list[Candidate]:
    """The drugs of brands that begin with this one: less its dose form, it could be each.

    Lotrimin is a cream of clotrimazole; the powder is Lotrimin AF, of miconazole.
    """
    key = name_key(name)
    begins = re.compile(re.escape(folded(name)) + r"\b")
    within = part(reading.dialect, key) if len(key) > 2 else ""
    values = {"key": key, "end": f"{key}\x7f", "like": f"%{key}%", "part": within}
    rows = reading.found(FAMILY if within else SHORT_FAMILY, **values)
    found = [row[1:6] for row in rows if row[0] == NAME]
    for row in found:
        _hold_key(reading, *row)
    there = {(each, id_) for each, id_, *_ in found}
    for what, each, id_, *_ in rows:
        if what == PART and (each is None or (_begins(each, key) and (each, id_) not in there)):
            raise reading.damaged(f"a name of '{id_}' with '{key}' is not found where it should be")
    return _candidates(
        _Named(Link(id=id_, name=generic), written, NameType(type_))
        for _, id_, generic, written, type_ in found
        if type_ == NameType.BRAND and begins.match(folded(written))
    )


def _begins(key: str, beginning: str) -> bool:
    return key != beginning and key.startswith(beginning)


def _answer(candidates: list[Candidate], **fields: Any) -> Resolution:
    match, drug = ResolveMatch.NONE, None
    if len(candidates) == 1:
        match, drug = candidates[0].match, candidates[0].drug
    elif candidates:
        match = ResolveMatch.AMBIGUOUS
    given = {"name": None, "identifier": None, "stripped": [], "suggestions": []} | fields
    return Resolution(match=match, drug=drug, candidates=candidates, **given)


def _suggestions(reading: Reading, readings: list[NameReading]) -> list[Suggestion]:
    """What is spelt like the name less all that stands beside it."""
    text = next(read for read in reversed(readings) if read.salt is None).name
    key = name_key(text)
    matches = [
        match
        for match in Matches(reading, text, 10 * MOST_SUGGESTIONS, whole=True).found
        if match.tier == CLOSE or (match.tier == BEGINS and len(key) >= SHORTEST_BEGINNING)
    ]

    def distance(match: Match) -> tuple[int, Match]:
        return OSA.distance(key, match.key), match

    best = sorted(map(distance, matches))[:MOST_SUGGESTIONS]
    written: dict[tuple[str, str], tuple[Link, str, NameType]] = {}
    named = _looked_up(reading, {match.key for _, match in best})
    for what, spelt, id_, generic, name, type_ in reversed(named):
        if what == NAME:
            _hold_key(reading, spelt, id_, generic, name, type_)
            written[id_, spelt] = (Link(id=id_, name=generic), name, NameType(type_))
    suggestions = []
    for away, match in best:
        if (match.drug_id, match.key) not in written:
            raise reading.damaged(f"'{match.drug_id}' is close by a name that it does not have")
        drug, name, type_ = written[match.drug_id, match.key]
        suggestions.append(Suggestion(drug=drug, name=name, type=type_, distance=away))
    return suggestions


def _by_identifier(reading: Reading, identifiers: list[str]) -> list[Resolution]:
    asked = [tuple(identifier.split(":", 1)) for identifier in identifiers]
    systems = listed(reading.dialect, {system for system, _ in asked})
    values = listed(reading.dialect, {each for _, value in asked for each in _spelt(value)})
    found: dict[str, dict[str, Candidate]] = defaultdict(dict)
    rows = reading.found(IDENTIFIED, systems=systems, values=values)
    for _, key, id_, generic, substance in rows:
        if generic is None:
            raise reading.damaged(f"'{id_}' has an identifier, and is not there")
        candidate = Candidate(
            drug=Link(id=id_, name=generic),
            match=ResolveMatch.IDENTIFIER,
            name=None,
            substance=substance,
        )
        found[key].setdefault(id_, candidate)
    answers = []
    for identifier, (system, value) in zip(identifiers, asked, strict=True):
        by_drug: dict[str, Candidate] = {}
        for each in _spelt(value):
            by_drug |= found.get(f"{system}:{each}", {})
        candidates = [by_drug[id_] for id_ in sorted(by_drug)]
        answers.append(_answer(candidates, identifier=identifier))
    return answers


def _spelt(value: str) -> Iterator[str]:
    """An identifier as it was typed, and as registries write it: in capitals, or without."""
    yield from dict.fromkeys((value.strip(), value.strip().upper(), value.strip().lower()))


OWN, NAME, CLAIM, PART = range(4)
"""What a row that is looked up is: a drug's own identifier, a name, a claim to either, or that a
drug has a part of one."""

NULL: Any = sa.cast(sa.null(), sa.String())
NOTHING: Any = sa.literal_column("0")

_named: Any = sa.select(
    sa.literal_column(str(NAME)).label("what"),
    col(SearchedName.key),
    col(SearchedName.drug_id),
    col(Drug.name).label("generic"),
    col(SearchedName.name),
    sa.type_coerce(col(SearchedName.type), sa.String()).label("type"),
    col(SearchedName.position).label("number"),
).join_from(SearchedName, Drug, col(Drug.id) == col(SearchedName.drug_id), isouter=True)
_claimed: Any = sa.select(
    sa.literal_column(str(CLAIM)),
    col(ClaimedName.key),
    col(ClaimedName.drug_id),
    col(Drug.name),
    col(ClaimedName.substance),
    NULL,
    NOTHING,
).join_from(ClaimedName, Drug, col(Drug.id) == col(ClaimedName.drug_id), isouter=True)


def _also(what: int, key: Any, number: Any = NOTHING, drug_id: Any = NULL) -> Any:
    return sa.select(sa.literal_column(str(what)), key, drug_id, *[NULL] * 3, number)


_by_key = sa.union_all(
    _named.where(one_of(col(SearchedName.key), "keys")),
    _claimed.where(one_of(col(ClaimedName.key), "keys")),
).subquery("by_key")
_family_of = _named.where(
    col(SearchedName.key) > sa.bindparam("key"), col(SearchedName.key) < sa.bindparam("end")
)
_with_it = drugs_named_with().subquery("with_it")
_names_with_it = (
    _also(PART, col(SearchedName.key), drug_id=col(Document.id))
    .join_from(_with_it, Document, col(Document.number) == _with_it.c.number, isouter=True)
    .join(
        SearchedName,
        sa.and_(
            col(SearchedName.drug_id) == col(Document.id),
            col(SearchedName.key).like(sa.bindparam("like")),
        ),
        isouter=True,
    )
)


def _names_of(found: Any) -> Any:
    order = (found.c.key, found.c.drug_id, found.c.number, found.c.name)
    return with_release(found, *found.c, order=order)


NAMED = _names_of(_by_key)
SHORT_FAMILY = _names_of(_family_of.subquery("family"))
FAMILY = _names_of(sa.union_all(_family_of, _names_with_it).subquery("family"))
"""Names that begin with a text, and beside them those of the drugs that have it in one."""


def _identified(table: Any, what: int, substance: Any) -> Any:
    system, value = sa.type_coerce(col(table.system), sa.String()), col(table.value)
    return (
        sa.select(
            sa.literal_column(str(what)).label("what"),
            system.concat(sa.literal_column("':'")).concat(value).label("key"),
            col(table.drug_id),
            col(Drug.name).label("generic"),
            substance,
        )
        .join_from(table, Drug, col(Drug.id) == col(table.drug_id), isouter=True)
        .where(one_of(system, "systems"), one_of(value, "values"))
    )


_identified_by = sa.union_all(
    _identified(DrugIdentifier, OWN, NULL.label("name")),
    _identified(ClaimedIdentifier, CLAIM, col(ClaimedIdentifier.substance)),
).subquery("identified")
IDENTIFIED = with_release(
    _identified_by,
    *_identified_by.c,
    order=(_identified_by.c.drug_id, _identified_by.c.what),  # its own come first
)
