"""Whose a brand is: that of a combination is none of its ingredients'.

Vocabularies list under each ingredient the brands of what it is part of. Where a source of products
has a combination under such a name, alone or with more behind it (`ADVAIR DISKUS 100/50`), and none
of the ingredient alone, the name is the combination's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from app.ingest.bulk_insert import among, select_in
from app.ingest.publishing.descriptions import Description
from app.ingest.publishing.references import SEED
from app.ingest.resolution.resolver import ResolvedDrug
from app.ingest.sources import OF_PRODUCTS
from app.models.base import Row, table_of
from app.models.drug import DrugIngredient, NameType
from app.models.lookup import NAME_TYPE, SearchedName
from app.names.normalization import normalized

Brands = dict[str, set[str]]
"""The brands of combinations, by the combinations' ids."""


def changed_brands(
    connection: sa.Connection,
    drugs: Mapping[str, ResolvedDrug],
    described: Mapping[str, Description],
    gone: Iterable[str],
) -> set[str]:
    """The ingredients of combinations whose brands are others than were served, or that are
    gone."""
    now = {id_: _brands_in(each.record) for id_, each in described.items() if each.drug.ingredients}
    before = _stored(connection, now)
    ingredients = {
        ingredient.drug_id
        for id_, brands in now.items()
        if brands != before.get(id_, set())
        for ingredient in drugs[id_].ingredients
        if ingredient.drug_id
    }
    ingredients.update(row[0] for row in select_in(connection, INGREDIENTS, sorted(gone)))
    return ingredients & drugs.keys()


def leave_to_combinations(
    connection: sa.Connection,
    drugs: Mapping[str, ResolvedDrug],
    described: Mapping[str, Description],
    which: Collection[str],
) -> None:
    """Take from the records of `which` of the described drugs, in place, the brands that are their
    combinations'."""
    combinations: dict[str, list[str]] = defaultdict(list)
    for drug in drugs.values():
        for ingredient in drug.ingredients:
            if ingredient.drug_id and ingredient.drug_id in which:
                combinations[ingredient.drug_id].append(drug.id)
    of_all = {id_ for ids in combinations.values() for id_ in ids}
    brands = _stored(connection, of_all - described.keys())
    brands |= {id_: _brands_in(described[id_].record) for id_ in of_all & described.keys()}
    for drug_id in described.keys() & which:  # others are gone
        record = described[drug_id].record
        theirs = {
            brand: words
            for id_ in combinations.get(drug_id, ())
            for brand in brands.get(id_, ())
            for words in (_words_of_ingredients(drugs[id_]),)
        }
        is_never_alone = normalized(record["name"]) in NEVER_ALONE
        if theirs or is_never_alone:
            record["names"] = [
                name
                for name in record["names"]
                if not _is_only_listed(name)
                or (
                    not (is_never_alone and name["type"] == NameType.BRAND)
                    and not _is_theirs(name, theirs)
                )
            ]


NEVER_ALONE = frozenset(
    {
        "avibactam",
        "benserazide",
        "cilastatin",
        "clavulanic acid",
        "durlobactam",
        "enmetazobactam",
        "relebactam",
        "sacubitril",
        "tazobactam",
        "tipiracil",
        "vaborbactam",
    }
)
"""What is given with another drug alone, to keep it in the body: what has such a brand has both."""


def _is_only_listed(name: Row) -> bool:
    """Whether a name may be a combination's: no source of products has it for the drug alone."""
    if name["type"] not in (NameType.BRAND, NameType.SYNONYM):
        return False
    sources = {citation["source"]["id"] for citation in name["citations"]}
    return sources.isdisjoint({SEED, *OF_PRODUCTS})


def _is_theirs(name: Row, brands: Mapping[str, set[str]]) -> bool:
    """Whether a name of an ingredient is the beginning of a brand of one of its combinations."""
    written = normalized(name["name"])
    for brand, ingredients in brands.items():
        if brand == written:
            return True
        is_longer = brand.startswith(f"{written} ") and len(written) >= SHORTEST
        # `Aspirin and caffeine` names what it is made of: it is no brand
        if is_longer and ingredients.isdisjoint(brand.removeprefix(written).split()):
            return True
    return False


SHORTEST = 4
"""Letters of the shortest name that is taken to be the beginning of a brand."""


def _words_of_ingredients(drug: ResolvedDrug) -> set[str]:
    names = (ingredient.name for ingredient in drug.ingredients)
    return {word for name in names for word in normalized(name).split()} | {"and", "with", "in"}


def _brands_in(record: Row) -> set[str]:
    names = record["names"]
    return {normalized(name["name"]) for name in names if name["type"] == NameType.BRAND}


def _stored(connection: sa.Connection, drug_ids: Iterable[str]) -> Brands:
    """The brands of drugs as they are served."""
    found: Brands = defaultdict(set)
    for drug_id, name in select_in(connection, BRANDS, sorted(drug_ids)):
        found[drug_id].add(normalized(name))
    return found


_name = table_of(SearchedName).c

_made_of = table_of(DrugIngredient).c

INGREDIENTS = sa.select(_made_of.drug).where(among(_made_of.drug_id), _made_of.drug.is_not(None))

BRANDS = sa.select(_name.drug_id, _name.name).where(
    among(_name.drug_id), NAME_TYPE.in_([NameType.BRAND.value])
)
