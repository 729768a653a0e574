"""Which substance a label in SPL is of, by the active ingredients of its products and their
moieties."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.ingest.sources.interface import Record, Substance
from app.ingest.sources.label_facts import approvals_of
from app.ingest.sources.label_substances import SEVERAL, UNII, brands_of, distinct
from app.ingest.sources.spl_products import full_name, marketed_under, with_parts
from app.models.drug import IdentifierSystem, NameType
from app.names.normalization import normalized

Product = dict[str, Any]
Ingredient = dict[str, Any]
Identifier = tuple[IdentifierSystem, str]

SWAB = "SWAB"
"""The dose form of what the skin is wiped with before an injection."""


def name_substance(record: Record, products: list[Product]) -> None:
    """Say what a label is of, the one substance of its products or the combination of all, and of
    each product and part whether it is of that.

    One that is not gives no names and no approvals. Without an active ingredient a label is of
    nothing.
    """
    groups = _grouped(each for product in products for each in _held(product))
    if not groups:
        return
    for product in with_parts(products):
        product["is_of_drug"] = groups.keys() == _grouped(_held(product)).keys()
    substances = [_substance(group) for group in groups.values()]
    is_one = len(substances) == 1
    whole = [product for product in with_parts(products) if product["is_of_drug"]]
    record.approvals = approvals_of(marketed_under(whole, "application_number"))
    generics = distinct(product["generic_name"] for product in whole)
    brands = distinct(full_name(product) for product in whole)
    of_ingredients = [
        name
        for substance in substances
        for name in (*substance.names, *(moiety[0] for moiety in substance.moieties if moiety))
    ]
    known = set(map(normalized, of_ingredients))
    if is_one:
        record.substances = substances
        record.identifiers = list(substances[0].identifiers)
        record.names = [(name, NameType.GENERIC) for name in substances[0].names]
        generics = [name for name in generics if not SEVERAL.search(name)]
        other = [name for name in generics if normalized(name) not in known]
    else:
        record.substances = [_combination(substances)]
        other = generics
    record.names += [(name, NameType.SYNONYM) for name in other]
    record.names += brands_of(brands, [*of_ingredients, *generics])


def own_of(products: list[Product]) -> list[list[Product]]:
    """Each product that is of a label's drug, with those of its parts that hold some of that: no
    swab, no solvent. All, if none is, as of a label of nothing."""
    return [
        [each for each in with_parts([product]) if _is_of(each, product)]
        for product in products
        if product["is_of_drug"]
    ] or [[*with_parts([product])] for product in products]


def _is_of(part: Product, product: Product) -> bool:
    held = _grouped(_held(part)).keys()
    return bool(held) and held <= _grouped(_held(product)).keys()


def _held(product: Product) -> list[Ingredient]:
    """The active ingredients of a product; of a kit those of its parts, less the swabs that its
    generic name does not name."""
    parts = product["parts"]
    named = normalized(product["generic_name"] or "")
    needed = [part for part in parts if part["form"] != SWAB or not named or _names(named, part)]
    if not any(_held(part) for part in needed):
        needed = parts
    return [*product["active_ingredients"], *(each for part in needed for each in _held(part))]


def _names(generic_name: str, part: Product) -> bool:
    """Whether a kit's generic name names what is in a part."""
    return any(
        normalized(called["name"] or "") in generic_name
        for ingredient in _held(part)
        for called in (ingredient, *ingredient["moieties"])
        if called["name"]
    )


def _grouped(ingredients: Iterable[Ingredient]) -> dict[str, list[Ingredient]]:
    """Ingredients by what they are one substance by: salts of a moiety by that."""
    groups: dict[str, list[Ingredient]] = {}
    for ingredient in ingredients:
        of = _moiety_of(ingredient)
        is_salt = of is not None and _begins_with(ingredient, of)
        key = _key(of if of is not None and is_salt else ingredient)
        group = groups.setdefault(key, [])
        if _key(ingredient) not in map(_key, group):
            group.append(ingredient)
    return {key: group for key, group in groups.items() if key}


def _substance(group: list[Ingredient]) -> Substance:
    """What a label is of that has these ingredients: several salts of a moiety are that."""
    ingredient = group[0]
    of = _moiety_of(ingredient)
    if of is not None and len(group) > 1:
        return Substance(_called(of), tuple(_identifiers(of)))
    if of is None or normalized(of["name"]) == normalized(ingredient["name"] or ""):
        return Substance(_called(ingredient), tuple(_identifiers(ingredient)))
    moiety = (of["name"], next(_identifiers(of), None))
    return Substance(_called(ingredient), tuple(_identifiers(ingredient)), moieties=(moiety,))


def _combination(substances: list[Substance]) -> Substance:
    return Substance(
        (),
        ingredients=tuple((each.names or each.identifiers[0][1:])[0] for each in substances),
        ingredient_identifiers=tuple(next(iter(each.identifiers), None) for each in substances),
        moieties=tuple(next(iter(each.moieties), None) for each in substances),
    )


def _moiety_of(ingredient: Ingredient) -> dict[str, Any] | None:
    """The one active moiety of an ingredient; None of several, or of one without a name."""
    moieties = ingredient["moieties"]
    return moieties[0] if len(moieties) == 1 and moieties[0]["name"] else None


def _begins_with(ingredient: Ingredient, moiety: dict[str, Any]) -> bool:
    """Whether an ingredient is its moiety, or is called so with more behind it."""
    if moiety["unii"] and moiety["unii"] == ingredient["unii"]:
        return True
    words, own = (normalized(of["name"] or "").split() for of in (ingredient, moiety))
    return words[: len(own)] == own


def _key(of: dict[str, Any]) -> str:
    return next((value for _, value in _identifiers(of)), normalized(of["name"] or ""))


def _identifiers(of: dict[str, Any]) -> Iterator[Identifier]:
    """Its UNII, if it has one that can be one."""
    if of["unii"] and UNII.fullmatch(of["unii"]):
        yield IdentifierSystem.UNII, of["unii"]


def _called(of: dict[str, Any]) -> tuple[str, ...]:
    return (of["name"],) if of["name"] else ()
