"""Which drug is meant by a name or an identifier: one, or several, or none, and never a guess."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, Self

import sqlalchemy as sa
from fastapi import Body, Query
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
    asked_of,
    keys_of,
)
from app.api.lists import bound_to
from app.api.read_session import ReadSession, resource, with_release
from app.api.suggestions import BEGINS, CLOSE, NameMatch, NameMatches
from app.database.reading import CompiledSelect
from app.documents.product_records import key_of
from app.documents.records import Link
from app.http.parameters import Text
from app.http.problems import BadParameterError, LargeBodyError, documented
from app.models.base import Shape
from app.models.drug import Drug, DrugIngredient, NameType
from app.models.lookup import NAME_TYPE, NameAlias, SearchedName
from app.models.product import Product
from app.names.distinctions import NUMERALS, distinctions
from app.names.normalization import name_key, normalized, words_of
from app.names.product_numbers import is_of_a_monograph
from app.names.product_words import ABBREVIATED_INGREDIENTS
from app.names.qualifiers import (
    SALT_WORDS,
    Qualifier,
    StrippedName,
    parts_of,
    stripped_names,
    without_salt,
)
from app.search.query import listed, one_of

router = resource("Search")

AT_ONCE = 50
"""How many names or identifiers are resolved at once."""

AT_ONCE_POSTED = 1000
"""How many names are resolved at once that stand in a body."""

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
    INGREDIENTS = "ingredients"
    PRODUCT = "product"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


MATCH_OF = {
    NameType.GENERIC: ResolveMatch.EXACT,
    NameType.BRAND: ResolveMatch.BRAND,
    NameType.SYNONYM: ResolveMatch.SYNONYM,
}


class Stripped(Shape):
    """What stood beside the name, and was left out to find it."""

    kind: Qualifier = Field(
        description="What it is. `dose`: how much is given of a product. `name`: what stands in "
        "brackets, and is the same drug's, or else a candidate's. `not_understood`: a brand in "
        "square brackets that nothing here has, behind a product as RxNorm writes it.",
        examples=["strength"],
    )
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
        description="The name that it has; of an identifier the brand or the combination that it "
        "is of; null where an identifier is the drug's own, and where the name is not.",
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


class ProductLink(Shape):
    """A product by its RxCUI and name."""

    rxcui: str = Field(description="Its RxCUI, by which /v1/products has it.", examples=["197391"])
    name: str = Field(
        description="Its name, which says its strengths and its dose form.",
        examples=["baclofen 10 MG Oral Tablet"],
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
        "`ingredients`: it names each ingredient of the combination, and no other. `product`: it "
        "is the name of a product of the drug, as RxNorm writes it. "
        "`ambiguous`: it is that of several drugs, and none is chosen; a monograph's number always "
        "is. `none`: nothing has it.",
        examples=["brand"],
    )
    drug: Link | None = Field(
        description="The drug that is meant; null where that is not sure.",
        examples=[{"id": "baclofen", "name": "baclofen"}],
    )
    product: ProductLink | None = Field(
        description="The product that an identifier (an RxCUI, an NDC) is of, or that a name is "
        "exactly that of, as RxNorm writes it; otherwise null.",
        examples=[None],
    )
    stripped: list[Stripped] = Field(
        description="What stood beside the name, or the names of ingredients, and was left out: a "
        "salt, a strength, a dose form, a container, a dose, a route, a frequency.",
        examples=[[]],
    )
    candidates: list[Candidate] = Field(
        description="The drugs that it could mean: the one that it does, or each where it is "
        "ambiguous.",
        examples=[[]],
    )
    also: list[Candidate] = Field(
        description="Where it is what one drug is called, the other drugs that have it beside "
        "their own name, and are not meant; where it is a product's name, the other drugs that "
        "what is in it could be called after.",
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


class ManyResolutions(Shape):
    """What each name means, in the order in which they were asked for."""

    items: list[Resolution] = Field(
        description="One for each name, in their order.", max_length=AT_ONCE_POSTED
    )


IdentifierText = Annotated[str, Query(min_length=3, max_length=200, pattern=IDENTIFIER)]


@router.get("/resolve", response_model=Resolutions, responses=documented(BadParameterError))
def resolve(
    session: ReadSession,
    name: Annotated[
        list[Text],
        Query(
            description="A name as it stands on a box, in a list, an order or a letter; up to 50 "
            "times. Case, accents, punctuation and blanks do not matter; what qualifies it (a "
            "salt, strength, dose form, container, dose, route or frequency) is left out where "
            "what is left is exactly a name, or those of a combination's ingredients in any order.",
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


@router.post(
    "/resolve",
    response_model=ManyResolutions,
    responses=documented(BadParameterError, LargeBodyError),
)
def resolve_many(
    session: ReadSession,
    names: Annotated[
        list[Text],
        Body(
            description="Up to 1,000 names, each as `name` of a GET.",
            examples=[["Lioresal", "BACLOFEN 10 MG TABLET"]],
            max_length=AT_ONCE_POSTED,
        ),
    ],
) -> bytes:
    """Which drug is meant by each of many names: more than an address holds. It changes nothing."""
    return MANY.dump_json(ManyResolutions(items=_by_name(session, names)))


ANSWER = TypeAdapter(Resolutions)
MANY = TypeAdapter(ManyResolutions)


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
        self.drugs: set[str] = set()
        for what, key, id_, generic, name, type_, _ in rows:
            if id_ is None:
                self._quarantined[key].append(name)
                continue
            drug = Link(id=id_, name=generic)
            self.drugs.add(id_)
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
    texts = _Texts(session, names)
    products = _products_called(session, names)
    answers = {
        name: _with_product(texts.resolved(name), products.get(key_of(name)))
        for name in dict.fromkeys(names)
    }
    return [answers[name] for name in names]


def _products_called(session: ReadSession, names: list[str]) -> dict[str, tuple[Any, ...]]:
    """The products that have these names, by their keys: rows of `CALLED`. Each has a number."""
    keys = {key_of(name) for name in names if _HAS_DIGIT.search(name)}
    if not keys:
        return {}
    rows = session.found(CALLED, keys=listed(session.dialect, sorted(keys)))
    return {row[0]: row for row in rows}


def _with_product(answer: Resolution, row: tuple[Any, ...] | None) -> Resolution:
    """The same, with the product of that name, whose drug it means: RxNorm says what is in it."""
    if row is None:
        return answer
    _, rxcui, name, id_, generic = row
    product = ProductLink(rxcui=rxcui, name=name)
    if id_ is None or (answer.drug and answer.drug.id == id_):
        return answer.model_copy(update={"product": product})
    drug = Link(id=id_, name=generic)
    own = Candidate(drug=drug, match=ResolveMatch.PRODUCT, name=name, substance=None)
    others = [each for each in answer.candidates if each.drug and each.drug.id != id_]
    found = _answer([own], name=answer.name, product=product, stripped=answer.stripped)
    return found.model_copy(update={"also": others})


@dataclass(frozen=True)
class _Ingredient:
    """An ingredient: which drug it is, where that is known, and the words of its name."""

    drug: str | None
    words: list[str]

    @classmethod
    def of(cls, name: str, drug: Link | None) -> Self:
        return cls(drug.id if drug else None, sorted(words_of(name).split()))


@dataclass(frozen=True)
class _MadeOf:
    """A combination, and its ingredients."""

    drug: Link
    ingredients: list[_Ingredient]

    def is_of(self, named: list[_Ingredient]) -> bool:
        """Whether it has just these: each the drug that is named, or called what it is called."""
        left = list(self.ingredients)
        for each in named:
            for own in left:
                if each.drug == own.drug if each.drug else each.words == own.words:
                    left.remove(own)
                    break
            else:
                return False
        return not left


@dataclass(frozen=True)
class _Found:
    """The drugs that a text may mean, and what stood beside."""

    candidates: list[Candidate]
    stripped: list[tuple[Qualifier, str]]
    is_disputed: bool = False

    @property
    def drug(self) -> Link | None:
        """The drug that it means, if it is one."""
        return None if self.is_disputed else _answer(self.candidates).drug


class _Texts:
    """Names that are asked for, and the texts in them: names of ingredients, and in brackets."""

    def __init__(self, session: ReadSession, names: list[str]) -> None:
        self._session = session
        self._readings: dict[str, list[StrippedName]] = {}
        self._parts: dict[str, list[tuple[str, ...]]] = {}
        unread = list(names)
        while unread:
            text = unread.pop()
            if text not in self._readings:
                unread += self._read(text)
        readings = [each for of_one in self._readings.values() for each in of_one]
        written = {each.name for each in readings} | {each.salt for each in readings if each.salt}
        keys = {name_key(name) for name in written} - {""}
        self._lookup = _Lookup(_looked_up(session, keys))

    def _read(self, text: str) -> list[str]:
        """Read a text; which others stand in it."""
        readings = self._readings[text] = list(stripped_names(text))
        ways = self._parts[text] = [
            tuple(ABBREVIATED_INGREDIENTS.get(normalized(part), part) for part in way)
            for way in parts_of(_bare(readings).name)
        ]
        asides = [_aside(read.name, aside) for read in readings for aside in read.asides]
        return [*asides, *(part for way in ways for part in way)]

    def resolved(self, name: str) -> Resolution:
        """Which drug a name means."""
        found = self._found(name)
        if found is None:
            sure = [r for r in self._readings[name] if r.ingredients == 1 and not r.is_numeral]
            suggestions = _suggestions(self._session, _bare(sure).name)
            return _answer([], name=name, suggestions=suggestions)
        stripped = [Stripped(kind=what, text=text) for what, text in found.stripped]
        return _answer(found.candidates, found.is_disputed, name=name, stripped=stripped)

    def _found(self, text: str) -> _Found | None:
        return self._named(text) or self._combination(text)

    def _named(self, text: str) -> _Found | None:
        """The drugs that have what is left of a text for a name: of the least stripped, if any."""
        readings = self._readings[text]
        for read in readings:
            if candidates := self._candidates(read, readings):
                return self._with_asides(read, candidates, read.stripped)
        return None

    def _candidates(self, read: StrippedName, readings: list[StrippedName]) -> list[Candidate]:
        lookup = self._lookup
        candidates = lookup.candidates(read) or lookup.radiolabelled(read)
        if read.ingredients > 1:
            of_all = {
                id_
                for id_, combination in self._combinations.items()
                if len(combination.ingredients) == read.ingredients
            }
            candidates = [each for each in candidates if each.drug and each.drug.id in of_all]
        if not candidates or (read.is_numeral and not self._is_route(read.name, candidates)):
            return []
        if all(candidate.match is ResolveMatch.BRAND for candidate in candidates):
            salts = [lookup.candidates(each) for each in readings if each.salt == read.name]
            others = [*lookup.quarantined(read), *(each for found in salts for each in found)]
            if any(_may_tell_brands_apart(*each) for each in read.stripped):
                others += self._siblings(read, candidates)
            return candidates + [each for each in others if each.drug not in _drugs(candidates)]
        if without_salt(normalized(read.name)) and not _is_generic(candidates):
            return candidates + lookup.quarantined(read)
        return candidates

    def _with_asides(
        self, read: StrippedName, candidates: list[Candidate], stripped: list[tuple[Qualifier, str]]
    ) -> _Found | None:
        """The same, if what stands beside it in brackets is the same drug; else it may be each.

        RxNorm writes a brand in square brackets behind a product with all its ingredients: it may
        be unknown here, or have other products too.
        """
        found = _Found(candidates, stripped)
        for aside in read.asides:
            other = self._found(_aside(read.name, aside))
            is_brand = aside[0] == "[" and _ends_with(aside[1:-1], stripped)
            if other is None and is_brand:
                of_none = (Qualifier.NOT_UNDERSTOOD, aside[1:-1])
                found = replace(found, stripped=[*found.stripped[:-1], of_none])
            elif other is None:
                return None
            elif found.drug is None or not (
                found.drug == other.drug or (is_brand and found.drug in _drugs(other.candidates))
            ):
                both = [*_less_also(found.candidates), *_less_also(other.candidates)]
                by_drug = {each.drug and each.drug.id: each for each in reversed(both)}
                found = _Found(list(by_drug.values())[::-1], stripped, is_disputed=True)
        return found

    def _combination(self, text: str) -> _Found | None:
        """The combinations that have exactly the ingredients that a text names."""
        read = _bare(self._readings[text])
        found: dict[str, Candidate] = {}
        stripped: list[tuple[Qualifier, str]] = []
        for way in self._parts[text]:
            named = [self._named(part) for part in way]
            parts = [
                _Ingredient.of(_bare(self._readings[part]).name, each.drug if each else None)
                for part, each in zip(way, named, strict=True)
            ]
            if read.ingredients not in (1, len(way)) or not any(part.drug for part in parts):
                continue
            for id_, combination in self._combinations.items():
                if id_ not in found and combination.is_of(parts):
                    found[id_] = Candidate(
                        drug=combination.drug,
                        match=ResolveMatch.INGREDIENTS,
                        name=None,
                        substance=None,
                    )
                    beside = [each.stripped if each else [] for each in named]
                    stripped = [*read.before, *chain.from_iterable(beside)]
        if not found:
            return None
        stripped += replace(read, before=()).stripped
        return self._with_asides(read, list(found.values()), stripped)

    @cached_property
    def _combinations(self) -> dict[str, _MadeOf]:
        """Combinations of drugs that are named, and those that are."""
        return self._made_of(self._lookup.drugs)

    def _made_of(self, drugs: Iterable[str]) -> dict[str, _MadeOf]:
        """Combinations by their ids: these, and those of these."""
        ids = listed(self._session.dialect, sorted(drugs))
        made_of: dict[str, _MadeOf] = {}
        for id_, generic, name, drug in self._session.found(INGREDIENTS, ids=ids):
            combination = made_of.setdefault(id_, _MadeOf(Link(id=id_, name=generic), []))
            combination.ingredients.append(_Ingredient(drug, sorted(words_of(name).split())))
        return made_of

    def _siblings(self, read: StrippedName, candidates: list[Candidate]) -> list[Candidate]:
        """The drugs of brands that begin with this one: less its dose form, it could be each.

        Lotrimin is a cream of clotrimazole; the powder is Lotrimin AF, of miconazole. But one
        strength is not that of a combination which has another ingredient too.
        """
        brands = _candidates(
            each for each in self._family(read.name) if each.type is NameType.BRAND
        )
        amounts = (text for what, text in read.stripped if what is Qualifier.STRENGTH)
        if not brands or not any(map(_HAS_DIGIT.search, amounts)):
            return brands
        meant = {each.drug.id for each in candidates if each.drug}
        made_of = self._made_of(each.drug.id for each in brands if each.drug)
        return [
            each
            for each in brands
            if each.drug is None
            or each.drug.id not in made_of
            or meant.isdisjoint(own.drug for own in made_of[each.drug.id].ingredients)
        ]

    def _family(self, name: str) -> list[_Named]:
        """The names that begin with this one and go on."""
        key = name_key(name)
        begins = re.compile(re.escape(normalized(name)) + r"\b")
        rows = self._session.found(FAMILY, key=key, end=f"{key}\x7f")
        return [
            _Named(Link(id=id_, name=generic), written, NameType(type_))
            for _, _, id_, generic, written, type_, _ in rows
            if begins.match(normalized(written))
        ]

    def _is_route(self, name: str, candidates: list[Candidate]) -> bool:
        """Whether `IV` behind a name is a route: of angiotensin, collagen, it is a numeral."""
        following = [words_of(each.name)[len(words_of(name)) :] for each in self._family(name)]
        is_numbered = any(words.split()[0] in NUMERALS for words in following if words.strip())
        return _is_generic(candidates) and not is_numbered


_HAS_DIGIT = re.compile("[0-9]")


def _bare(readings: list[StrippedName]) -> StrippedName:
    """The reading with the least that is left, but for a salt."""
    return next(read for read in reversed(readings) if read.salt is None and read.is_as_written)


def _aside(name: str, aside: str) -> str:
    """What stands in brackets beside a name; with the name, if it is a salt of it."""
    text = aside[1:-1].strip().removeprefix("as ")
    return f"{name} {text}" if SALT_WORDS.issuperset(normalized(text).split()) else text


def _may_tell_brands_apart(what: Qualifier, text: str) -> bool:
    """Whether brands can differ in it: Lotrimin is a cream, the powder is Lotrimin AF."""
    in_words = what is Qualifier.STRENGTH and not _HAS_DIGIT.search(text)
    return in_words or what in (Qualifier.DOSE_FORM, Qualifier.CONTAINER)


def _ends_with(brand: str, stripped: list[tuple[Qualifier, str]]) -> bool:
    """Whether a brand stands at the end of a product, with its strength and dose form."""
    kinds = {what for what, _ in stripped}
    return stripped[-1][1] == brand and kinds >= {Qualifier.STRENGTH, Qualifier.DOSE_FORM}


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


def _answer(candidates: list[Candidate], is_disputed: bool = False, **fields: Any) -> Resolution:
    match, drug = ResolveMatch.NONE, None
    also = [] if is_disputed else _synonymous(candidates)
    candidates = [each for each in candidates if each not in also]
    if len(candidates) == 1:
        match, drug = candidates[0].match, candidates[0].drug
    elif candidates:
        match = ResolveMatch.AMBIGUOUS
    given = {
        "name": None,
        "identifier": None,
        "product": None,
        "stripped": [],
        "suggestions": [],
    } | fields
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


def _less_also(candidates: list[Candidate]) -> list[Candidate]:
    also = _synonymous(candidates)
    return [each for each in candidates if each not in also]


def _suggestions(session: ReadSession, text: str) -> list[Suggestion]:
    """Drugs with a name that is like this one."""
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
    bound = bound_to(session.dialect, asked_of(*identifiers))
    products: dict[str, dict[str, ProductLink]] = defaultdict(dict)
    for _, key, id_, generic, substance, name, product in session.found(LED_TO, **bound):
        candidate = Candidate(
            drug=Link(id=id_, name=generic) if id_ else None,
            match=ResolveMatch.IDENTIFIER,
            name=None if product else name,
            substance=substance,
        )
        found[key].setdefault(id_ or "", candidate)
        if product:
            products[key][product] = ProductLink(rxcui=product, name=name)
    answers = []
    for identifier in identifiers:
        by_drug: dict[str, Candidate] = {}
        named: dict[str, ProductLink] = {}
        for key in keys_of(identifier):
            by_drug |= found.get(key, {})
            named |= products.get(key, {})
        candidates = [by_drug[id_] for id_ in sorted(by_drug)]
        product = next(iter(named.values())) if len(named) == 1 else None
        answer = _answer(candidates, identifier=identifier, product=product)
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


_called: Any = (
    sa.select(
        col(Product.key),
        col(Product.id),
        col(Product.name),
        col(Drug.id).label("drug_id"),
        col(Drug.name).label("generic"),
    )
    .join_from(Product, Drug, col(Drug.id) == col(Product.drug_id), isouter=True)
    .where(one_of(col(Product.key), "keys"))
    .subquery("called")
)
CALLED = with_release(_called, *_called.c)
"""The products of some names: key, RxCUI, name, and the drug's id and name."""

_asked = sa.select(col(DrugIngredient.drug_id)).where(one_of(col(DrugIngredient.drug), "ids"))
_made_of = (
    sa.select(
        col(DrugIngredient.drug_id),
        col(Drug.name).label("generic"),
        col(DrugIngredient.name),
        col(DrugIngredient.drug),
    )
    .join_from(DrugIngredient, Drug, col(Drug.id) == col(DrugIngredient.drug_id))
    .where(
        sa.or_(
            one_of(col(DrugIngredient.drug_id), "ids"),
            col(DrugIngredient.drug_id).in_(_asked),
        )
    )
    .subquery("made_of")
)
INGREDIENTS = with_release(_made_of, *_made_of.c)
"""The ingredients of drugs, and of the combinations of them."""
