"""Which drug is meant by a name or an identifier: one, or several, or none, and never a guess."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query
from pydantic import Field, TypeAdapter
from rapidfuzz.distance import OSA
from sqlmodel import col

from app.api.identifiers import (
    ALIAS,
    IDENTIFIER,
    LED_TO,
    NAME,
    NULL,
    OF_PRODUCTS,
    identifier_bound_to,
    keys_of,
)
from app.api.read_session import ReadSession, resource, with_release
from app.api.suggestions import BEGINS, CLOSE, NameMatch, NameMatches
from app.database.reading import CompiledSelect
from app.documents.records import Link
from app.http.parameters import Text
from app.http.problems import BadParameterError, documented
from app.models.base import Shape
from app.models.drug import Drug, NameType
from app.models.lookup import NAME_TYPE, NameAlias, SearchedName
from app.names.distinctions import distinctions
from app.names.normalization import name_key, normalized
from app.names.product_numbers import is_of_a_monograph
from app.names.qualifiers import Qualifier, StrippedName, stripped_names, without_salt
from app.search.query import listed, one_of

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
    RADIOLABELLED = "labelled"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


MATCH_OF = {
    NameType.GENERIC: ResolveMatch.EXACT,
    NameType.BRAND: ResolveMatch.BRAND,
    NameType.SYNONYM: ResolveMatch.SYNONYM,
}


class Stripped(Shape):
    """What stood beside the name, and was left out to find it."""

    kind: Qualifier = Field(description="What it is.", examples=["strength"])
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
        "names. `identifier`: it is the drug's, or of what `substance` names, or the number of its "
        "products or labels. `labelled`: it is "
        "the name of the drug with a label, such as a radioactive atom, and not the drug's. "
        "`ambiguous`: it is that of several drugs, and none is chosen; a monograph's number always "
        "is. `none`: nothing has it.",
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
    also: list[Candidate] = Field(
        description="Where it is what one drug is called, the other drugs that have it beside "
        "their own name, and are not meant.",
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
    session: ReadSession,
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
            f"answered after the names. {OF_PRODUCTS}",
            examples=[["unii:H789N3FKE8"]],
            max_length=AT_ONCE,
            default_factory=list,
        ),
    ],
) -> bytes:
    """Which drug is meant by a name or an identifier, or by each of many; none is ever guessed."""
    found = _by_name(session, name) if name or not identifier else []
    found += _by_identifier(session, identifier) if identifier else []
    return ANSWER.dump_json(Resolutions(items=found))


ANSWER = TypeAdapter(Resolutions)


@dataclass(frozen=True)
class _Named:
    """A drug's name as it is stored."""

    drug: Link
    name: str
    type: NameType


class _Lookup:
    """What is stored under the keys of names."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._names: dict[str, list[_Named]] = defaultdict(list)
        self._salts: dict[str, set[str]] = defaultdict(set)
        self._radiolabelled: dict[str, list[Candidate]] = defaultdict(list)
        self._quarantined: dict[str, list[str]] = defaultdict(list)
        for what, key, id_, generic, name, type_, _ in rows:
            if id_ is None:
                self._quarantined[key].append(name)
                continue
            drug = Link(id=id_, name=generic)
            if what == NAME:
                self._names[key].append(_Named(drug, name, NameType(type_)))
            elif without_salt(normalized(name)):
                self._salts[key].add(id_)
            else:
                match = ResolveMatch.RADIOLABELLED
                candidate = Candidate(drug=drug, match=match, name=None, substance=name)
                self._radiolabelled[key].append(candidate)

    def candidates(self, read: StrippedName) -> list[Candidate]:
        """The drugs that have what is left of a name; as it is written, if any has it so."""
        named = self._names.get(name_key(read.name), [])
        if read.salt is not None and not read.is_sure:
            known = self._salts.get(name_key(read.salt), set())
            named = [each for each in named if each.drug.id in known]
        as_written = [each for each in named if normalized(each.name) == normalized(read.name)]
        return _candidates(as_written or named)

    def radiolabelled(self, read: StrippedName) -> list[Candidate]:
        """The drugs whose radiolabelled form has what is left of a name."""
        return [] if read.salt is not None else self._radiolabelled.get(name_key(read.name), [])

    def quarantined(self, read: StrippedName) -> list[Candidate]:
        """Of which nobody can say which drug they are: products that have it for a brand, and a
        salt that is called so."""
        own = normalized(read.name)
        return [
            Candidate(
                drug=None,
                match=ResolveMatch.SYNONYM if normalized(substance) == own else ResolveMatch.BRAND,
                name=read.name,
                substance=substance,
            )
            for substance in dict.fromkeys(self._quarantined.get(name_key(read.name), []))
        ]


def _looked_up(session: ReadSession, keys: set[str]) -> list[tuple[Any, ...]]:
    """The names and aliases with these keys: rows of `NAMED`."""
    return session.found(NAMED, keys=listed(session.dialect, keys))


def _by_name(session: ReadSession, names: list[str]) -> list[Resolution]:
    readings = {name: list(stripped_names(name)) for name in names}
    written = {each.name for of_one in readings.values() for each in of_one} | {
        each.salt for of_one in readings.values() for each in of_one if each.salt
    }
    keys = {name_key(name) for name in written} - {""}
    lookup = _Lookup(_looked_up(session, keys))
    answers = {name: _resolved(session, name, readings[name], lookup) for name in readings}
    return [answers[name] for name in names]


def _resolved(
    session: ReadSession, name: str, readings: list[StrippedName], lookup: _Lookup
) -> Resolution:
    for read in readings:
        candidates = lookup.candidates(read) or lookup.radiolabelled(read)
        if not candidates:
            continue
        if all(candidate.match is ResolveMatch.BRAND for candidate in candidates):
            salts = [lookup.candidates(each) for each in readings if each.salt == read.name]
            others = [*lookup.quarantined(read), *(each for found in salts for each in found)]
            if any(what is Qualifier.DOSE_FORM for what, _ in read.stripped):
                others += _family(session, read.name)
            candidates += [each for each in others if each.drug not in _drugs(candidates)]
        elif without_salt(normalized(read.name)) and not _is_generic(candidates):
            candidates += lookup.quarantined(read)
        return _answer(
            candidates,
            name=name,
            stripped=[Stripped(kind=what, text=text) for what, text in read.stripped],
        )
    return _answer([], name=name, suggestions=_suggestions(session, readings))


def _is_generic(candidates: Iterable[Candidate]) -> bool:
    """Whether it is what a drug is called, or its radiolabelled form."""
    own = (ResolveMatch.EXACT, ResolveMatch.RADIOLABELLED)
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


def _family(session: ReadSession, name: str) -> list[Candidate]:
    """The drugs of brands that begin with this one: less its dose form, it could be each.

    Lotrimin is a cream of clotrimazole; the powder is Lotrimin AF, of miconazole.
    """
    key = name_key(name)
    begins = re.compile(re.escape(normalized(name)) + r"\b")
    return _candidates(
        _Named(Link(id=id_, name=generic), written, NameType(type_))
        for _, _, id_, generic, written, type_, _ in session.found(
            FAMILY, key=key, end=f"{key}\x7f"
        )
        if type_ == NameType.BRAND and begins.match(normalized(written))
    )


def _answer(candidates: list[Candidate], **fields: Any) -> Resolution:
    match, drug = ResolveMatch.NONE, None
    also = _synonymous(candidates)
    candidates = [each for each in candidates if each not in also]
    if len(candidates) == 1:
        match, drug = candidates[0].match, candidates[0].drug
    elif candidates:
        match = ResolveMatch.AMBIGUOUS
    given = {"name": None, "identifier": None, "stripped": [], "suggestions": []} | fields
    return Resolution(match=match, drug=drug, candidates=candidates, also=also, **given)


def _synonymous(candidates: list[Candidate]) -> list[Candidate]:
    """The drugs that have a name beside their own, where it is what one other is called."""
    called = [each for each in candidates if each.drug and _is_called(each.drug, each.name)]
    beside = (ResolveMatch.EXACT, ResolveMatch.SYNONYM)
    others = [each for each in candidates if each.drug and each.match in beside]
    if len(called) != 1 or len(others) != len(candidates):
        return []
    return [each for each in others if each not in called]


def _is_called(drug: Link, name: str | None) -> bool:
    return name is not None and name_key(name) == name_key(drug.name)


def _suggestions(session: ReadSession, readings: list[StrippedName]) -> list[Suggestion]:
    """Drugs with a name that is like this one less its qualifiers."""
    text = next(read for read in reversed(readings) if read.salt is None).name
    key = name_key(text)
    matches = [
        match
        for match in NameMatches(session, text, 10 * MOST_SUGGESTIONS, whole=True).found
        if match.tier == CLOSE or (match.tier == BEGINS and len(key) >= SHORTEST_BEGINNING)
    ]

    def distance(match: NameMatch) -> tuple[int, NameMatch]:
        return OSA.distance(key, match.key), match

    best = sorted(map(distance, matches))[: 2 * MOST_SUGGESTIONS]
    asked = distinctions(text)
    written: dict[tuple[str, str], tuple[Link, str, NameType]] = {}
    for what, near, id_, generic, name, type_, _ in _looked_up(session, {m.key for _, m in best}):
        if what == NAME:  # of names with one key, the first
            found = (Link(id=id_, name=generic), name, NameType(type_))
            written.setdefault((id_, near), found)
    suggestions = []
    for away, match in best:
        drug, name, type_ = written[match.drug_id, match.key]
        if asked <= distinctions(name):  # `factor I` is the beginning of `factor IX`
            suggestions.append(Suggestion(drug=drug, name=name, type=type_, distance=away))
    return suggestions[:MOST_SUGGESTIONS]


def _by_identifier(session: ReadSession, identifiers: list[str]) -> list[Resolution]:
    found: dict[str, dict[str, Candidate]] = defaultdict(dict)
    bound = identifier_bound_to(session.dialect, *identifiers)
    for _, key, id_, generic, substance in session.found(LED_TO, **bound):
        candidate = Candidate(
            drug=Link(id=id_, name=generic),
            match=ResolveMatch.IDENTIFIER,
            name=None,
            substance=substance,
        )
        found[key].setdefault(id_, candidate)
    answers = []
    for identifier in identifiers:
        by_drug: dict[str, Candidate] = {}
        for key in keys_of(identifier):
            by_drug |= found.get(key, {})
        candidates = [by_drug[id_] for id_ in sorted(by_drug)]
        answer = _answer(candidates, identifier=identifier)
        if candidates and is_of_a_monograph(*identifier.split(":", 1)):
            answer.match, answer.drug = ResolveMatch.AMBIGUOUS, None
        answers.append(answer)
    return answers


_names: Any = sa.select(
    sa.literal_column(str(NAME)).label("what"),
    col(SearchedName.key),
    col(SearchedName.drug_id),
    col(Drug.name).label("generic"),
    col(SearchedName.name),
    NAME_TYPE.label("type"),
    col(SearchedName.position).label("position"),
).join_from(SearchedName, Drug, col(Drug.id) == col(SearchedName.drug_id))
_aliases: Any = sa.select(
    sa.literal_column(str(ALIAS)),
    col(NameAlias.key),
    col(NameAlias.drug_id),
    col(Drug.name),
    col(NameAlias.substance),
    NULL,
    sa.literal_column("0"),
).join_from(NameAlias, Drug, col(Drug.id) == col(NameAlias.drug_id), isouter=True)


def _names_of(found: Any) -> CompiledSelect:
    order = (found.c.key, found.c.drug_id, found.c.position, found.c.name)
    return with_release(found, *found.c, order=order)


NAMED = _names_of(
    sa.union_all(
        _names.where(one_of(col(SearchedName.key), "keys")),
        _aliases.where(one_of(col(NameAlias.key), "keys")),
    ).subquery("named")
)
FAMILY = _names_of(
    _names.where(
        col(SearchedName.key) > sa.bindparam("key"), col(SearchedName.key) < sa.bindparam("end")
    ).subquery("family")
)
"""Names that begin with a text and go on."""
