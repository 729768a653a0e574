"""Which drug is meant by a name or an identifier: one, or several, or none, and never a guess."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

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
from app.api.label_products import ProductOnLabel, product_on_label
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
from app.models.product import Product, ProductName
from app.names.distinctions import distinctions
from app.names.name_reader import (
    KnownIngredient,
    KnownName,
    NameReader,
    PossibleDrug,
    ResolveMatch,
    synonymous,
)
from app.names.normalization import name_key
from app.names.product_numbers import is_of_a_monograph, ndc_in
from app.names.product_words import ERROR_PRONE
from app.names.qualifiers import Qualifier
from app.search.query import listed, one_of, unplanned

router = resource("Search")

AT_ONCE = 50
"""How many names or identifiers are resolved at once."""

AT_ONCE_POSTED = 1000
"""How many names are resolved at once that stand in a body."""

MOST_SUGGESTIONS = 10
SHORTEST_BEGINNING = 3
"""The shortest name that is taken to be the beginning of others, for suggestions."""


class Stripped(Shape):
    """What stood beside the name, and was left out to find it."""

    kind: Qualifier = Field(
        description="What it is. `dose`: how much is given of a product. `name`: what stands in "
        "brackets, and is the same drug's, or else a candidate's, or can only be a code or an "
        "abbreviation of it. `study`: what registries of trials write beside a drug. "
        "`diluent`: what it is diluted in. `note`: what an order, a line or a list of products "
        "says beside it: that it is a home medicine, how it is taken, its DEA schedule. "
        "`not_understood`: other words of such a line, none of them a drug's name; or a brand in "
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
        "names. `form`: it is what a form of the drug is called: a salt, an ester, a hydrate. "
        "`identifier`: it is the drug's, or of what `substance` names, or the number of its "
        "products or labels. `labelled`: it is "
        "the name of the drug with a label, such as a radioactive atom, and not the drug's. "
        "`ingredients`: it names each ingredient of the combination, and no other. `product`: it "
        "is the name of a product of the drug, as RxNorm writes it. "
        "`ambiguous`: it is that of several drugs, or so short a synonym that another may be meant "
        "by it, and none is chosen; a monograph's number always "
        "is, and so is an abbreviation that has been taken for another drug (`MS`, `AZT`). "
        "`none`: nothing has it.",
        examples=["brand"],
    )
    drug: Link | None = Field(
        description="The drug that is meant; null where that is not sure.",
        examples=[{"id": "baclofen", "name": "baclofen"}],
    )
    product: ProductLink | None = Field(
        description="The product that an identifier (an RxCUI, an NDC) is of, or that a name is "
        "exactly that of, as RxNorm writes it, or one of its synonyms, or its brand with its "
        "strengths and its dose form; otherwise null.",
        examples=[None],
    )
    label_product: ProductOnLabel | None = Field(
        description="The product that an NDC is of as its label lists it, where RxNorm has no "
        "product with it and one label has; otherwise null. One that is not of its label's drug (a "
        "part of a kit, one of several products) is said, and no drug.",
        examples=[None],
    )
    stripped: list[Stripped] = Field(
        description="What stood beside the name, or the names of ingredients, and was left out: a "
        "salt, a strength, a dose form, a container, a dose, a route, a frequency, a diluent, "
        "instructions.",
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
            "what is left is exactly a name, or those of a combination's ingredients in any order. "
            "A National Drug Code leads to its product, as `identifier=ndc:…` does.",
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
    found = resolved_names(session, name) if name or not identifier else []
    found += resolved_identifiers(session, identifier) if identifier else []
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
    return MANY.dump_json(ManyResolutions(items=resolved_names(session, names)))


ANSWER = TypeAdapter(Resolutions)
MANY = TypeAdapter(ManyResolutions)


@dataclass(frozen=True)
class _ServedNames:
    """The names that are served."""

    session: ReadSession

    def with_keys(self, keys: set[str]) -> Iterator[KnownName]:
        """See `KnownNames`."""
        return map(_known, _looked_up(self.session, keys))

    def beginning_with(self, key: str) -> Iterator[KnownName]:
        """See `KnownNames`."""
        return map(_known, self.session.found(FAMILY, key=key, end=f"{key}\x7f"))

    def ingredients(self, drug_ids: list[str]) -> Iterator[KnownIngredient]:
        """See `KnownNames`."""
        ids = listed(self.session.dialect, drug_ids)
        return map(KnownIngredient._make, self.session.found(INGREDIENTS, ids=ids))


def _known(row: tuple[Any, ...]) -> KnownName:
    what, key, id_, generic, name, type_, _ = row
    return KnownName(key, id_, generic, name, NameType(type_) if what == NAME else None)


def _looked_up(session: ReadSession, keys: set[str]) -> list[tuple[Any, ...]]:
    """The names and aliases with these keys: rows of `NAMED`."""
    return session.found(NAMED, keys=listed(session.dialect, keys))


def resolved_names(
    session: ReadSession, names: list[str], *, suggest: bool = True
) -> list[Resolution]:
    """What each name means, in their order; of one that nothing has, what is spelt alike."""
    reader = NameReader(_ServedNames(session), names, ERROR_PRONE)
    products = _products_called(session, names)
    answers = {
        name: _resolved(session, reader, name, products.get(key_of(name)), suggest)
        for name in dict.fromkeys(names)
    }
    numbers = {name: ndc for name in answers if (ndc := ndc_in(name))}
    found = (
        resolved_identifiers(session, [f"ndc:{ndc}" for ndc in numbers.values()]) if numbers else []
    )
    for name, answer in zip(numbers, found, strict=True):
        if answers[name].match is ResolveMatch.NONE:
            answers[name] = answer.model_copy(update={"name": name, "identifier": None})
    return [answers[name] for name in names]


def _resolved(
    session: ReadSession,
    reader: NameReader,
    name: str,
    product: tuple[Any, ...] | None,
    suggest: bool,
) -> Resolution:
    """Which drug a name means; if it is a product's, the drug that RxNorm says is in it."""
    found = reader.found(name)
    beside: list[Stripped] = []
    if found is None:
        suggestions = [] if product or not suggest else _suggestions(session, reader.bare(name))
        answer = _answer([], name=name, suggestions=suggestions)
    else:
        beside = [Stripped(kind=what, text=text) for what, text in found.stripped]
        answer = _answer(found.candidates, found.is_disputed, name=name, stripped=beside)
    if product is None:
        return answer
    _, rxcui, called, id_, generic = product
    link = ProductLink(rxcui=rxcui, name=called)
    if id_ is None or (answer.drug and answer.drug.id == id_):
        return answer.model_copy(update={"product": link})
    own = PossibleDrug(id_, generic, ResolveMatch.PRODUCT, called)
    others = [each for each in answer.candidates if each.drug and each.drug.id != id_]
    meant = _answer([own], name=name, product=link, stripped=beside)
    return meant.model_copy(update={"also": others})


def _products_called(session: ReadSession, names: list[str]) -> dict[str, tuple[Any, ...]]:
    """The products that have these names, by their keys: rows of `CALLED`. Each has a number. What
    two have for a synonym is neither's name."""
    keys = {key_of(name) for name in names if _HAS_DIGIT.search(name)}
    if not keys:
        return {}
    rows = session.found(CALLED, keys=listed(session.dialect, sorted(keys)))
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[5]):
        if not found[row[0]] or row[5] == found[row[0]][0][5]:
            found[row[0]].append(row)
    return {key: rows[0][:5] for key, rows in found.items() if len(rows) == 1 or not rows[0][5]}


_HAS_DIGIT = re.compile("[0-9]")


def _answer(candidates: list[PossibleDrug], is_disputed: bool = False, **fields: Any) -> Resolution:
    match, drug = ResolveMatch.NONE, None
    also = [] if is_disputed else synonymous(candidates)
    candidates = [each for each in candidates if each not in also]
    if len(candidates) == 1 and not is_disputed:
        match, drug = candidates[0].match, _link(candidates[0])
    elif candidates:
        match = ResolveMatch.AMBIGUOUS
    given: dict[str, Any] = {"name": None, "identifier": None, "product": None, "stripped": []}
    given |= {"label_product": None, "suggestions": []} | fields
    return Resolution(
        match=match,
        drug=drug,
        candidates=[*map(_candidate, candidates)],
        also=[*map(_candidate, also)],
        **given,
    )


def _candidate(each: PossibleDrug) -> Candidate:
    return Candidate(drug=_link(each), match=each.match, name=each.name, substance=each.substance)


def _link(each: PossibleDrug) -> Link | None:
    return Link(id=each.id, name=each.called) if each.id and each.called else None


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


def resolved_identifiers(session: ReadSession, identifiers: list[str]) -> list[Resolution]:
    """What each identifier means, in their order."""
    found: dict[str, dict[str, PossibleDrug]] = defaultdict(dict)
    bound = bound_to(session.dialect, asked_of(*identifiers))
    products: dict[str, dict[str, ProductLink]] = defaultdict(dict)
    labels: dict[str, set[str]] = defaultdict(set)
    for _, key, id_, generic, substance, name, product, label in session.found(LED_TO, **bound):
        if label:
            labels[key].add(label)
            if id_ is None:
                continue
        called = None if product else name
        candidate = PossibleDrug(id_, generic, ResolveMatch.IDENTIFIER, called, substance)
        found[key].setdefault(id_ or "", candidate)
        if product:
            products[key][product] = ProductLink(rxcui=product, name=name)
    answers = []
    for identifier in identifiers:
        by_drug: dict[str, PossibleDrug] = {}
        named: dict[str, ProductLink] = {}
        for key in keys_of(identifier):
            by_drug |= found.get(key, {})
            named |= products.get(key, {})
        candidates = [by_drug[id_] for id_ in sorted(by_drug)]
        product = next(iter(named.values())) if len(named) == 1 else None
        listing = {label for key in keys_of(identifier) for label in labels.get(key, ())}
        on_label = None
        if not named and len(listing) == 1:
            ndcs = [key.partition(":")[2] for key in keys_of(identifier)]
            on_label = product_on_label(session, listing.pop(), ndcs)
        answer = _answer(candidates, identifier=identifier, product=product, label_product=on_label)
        if candidates and is_of_a_monograph(*identifier.lower().split(":", 1)):
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
        col(SearchedName.key) > unplanned("key"), col(SearchedName.key) < unplanned("end")
    ).subquery("family")
)
"""Names that begin with a text and go on."""


_keys: Any = sa.union_all(
    sa.select(col(Product.key), col(Product.id), sa.literal_column("0").label("is_other")).where(
        one_of(col(Product.key), "keys")
    ),
    sa.select(col(ProductName.key), col(ProductName.product_id), sa.literal_column("1")).where(
        one_of(col(ProductName.key), "keys")
    ),
).subquery("keys")
_called: Any = (
    sa.select(
        _keys.c.key,
        col(Product.id),
        col(Product.name),
        col(Drug.id).label("drug_id"),
        col(Drug.name).label("generic"),
        _keys.c.is_other,
    )
    .join_from(_keys, Product, col(Product.id) == _keys.c.id)
    .join(Drug, col(Drug.id) == col(Product.drug_id), isouter=True)
    .subquery("called")
)
CALLED = with_release(_called, *_called.c)
"""The products of some names: key, RxCUI, name, the drug's id and name, and whether it is a
synonym."""

_asked = sa.select(col(DrugIngredient.drug_id)).where(
    sa.or_(one_of(col(DrugIngredient.drug), "ids"), one_of(col(DrugIngredient.drug_id), "ids"))
)
_made_of = (
    sa.select(
        col(DrugIngredient.drug_id),
        col(Drug.name).label("generic"),
        col(DrugIngredient.name),
        col(DrugIngredient.drug),
    )
    .join_from(DrugIngredient, Drug, col(Drug.id) == col(DrugIngredient.drug_id))
    .where(col(DrugIngredient.drug_id).in_(_asked))
    .subquery("made_of")
)
INGREDIENTS = with_release(_made_of, *_made_of.c)
"""The ingredients of drugs, and of the combinations of them."""
