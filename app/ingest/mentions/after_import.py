"""The names by which texts name drugs after an import, and whose texts it may have changed.

What is stored is of before the import: of the drugs that it changed, their descriptions say more.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import sqlalchemy as sa

from app.documents.interaction_records import NAMES_FOUND_IN
from app.ingest.bulk_insert import among, select_in
from app.ingest.mentions.class_phrases import is_followed, phrases_of
from app.ingest.mentions.finder import MentionFinder
from app.ingest.mentions.lexicon import Lexicon, NamedDrug
from app.ingest.mentions.tokens import words_in
from app.ingest.publishing.descriptions import Description
from app.models.base import table_of
from app.models.document import Document
from app.models.drug import Drug, DrugClass, DrugIngredient, NameType
from app.models.lookup import NAME_TYPE, SearchedName
from app.search.index import drugs_saying


class _Named(NamedTuple):
    """The names of some drugs, and the classes that they are of, by id and name."""

    drugs: set[NamedDrug]
    classes: set[tuple[str, str]]


class MentionsAfterImport:
    """Finds what texts name, by all names that there are after an import."""

    def __init__(
        self,
        connection: sa.Connection,
        drug_ids: Iterable[str],
        described: Mapping[str, Description],
    ) -> None:
        self._connection = connection
        self._drug_ids = drug_ids
        self._described = described

    @cached_property
    def finder(self) -> MentionFinder:
        """What finds them; made when the first text is read."""
        unchanged = sorted(set(self._drug_ids) - self._described.keys())
        named = _stored(self._connection, unchanged)
        changed = _described(self._described)
        classes = phrases_of(named.classes | changed.classes)
        return MentionFinder(Lexicon(named.drugs | changed.drugs, classes))

    def drugs_that_name_others(self, affected: Iterable[str]) -> set[str]:
        """The drugs whose texts may name others than before, after these were affected."""
        document = table_of(Document).c
        any_text = sa.select(document.id).where(document.kind.in_(NAMES_FOUND_IN)).limit(1)
        if self._connection.scalar(any_text) is None:
            return set()
        before = _stored(self._connection, sorted(affected))
        after = _described(self._described)
        changed = before.drugs ^ after.drugs
        phrases = {words_in(drug.name) for drug in changed}
        if combined := {id_ for drug in changed for id_ in drug.ingredients}:
            # joined by a slash, the names of what a new combination is made of are its own
            ingredients = _stored(self._connection, sorted(combined)).drugs | {
                drug for drug in after.drugs if drug.id in combined
            }
            phrases |= {words_in(drug.name) for drug in ingredients}
        phrases |= {words_in(phrase) for phrase in phrases_of(before.classes ^ after.classes)}
        phrases.discard(())
        return drugs_saying(self._connection, phrases, NAMES_FOUND_IN)


def _described(described: Mapping[str, Description]) -> _Named:
    drugs, classes = set(), set()
    for id_, description in described.items():
        record = description.record
        ingredients = _ingredients(item["drug"] for item in record["ingredients"])
        drugs |= {
            NamedDrug(id_, record["name"], NameType(name["type"]), name["name"], ingredients)
            for name in record["names"]
        }
        classes |= {
            (each["id"], each["name"])
            for each in record["classes"]
            if is_followed(each["name"], each["type"])
        }
    return _Named(drugs, classes)


def _stored(connection: sa.Connection, drug_ids: list[str]) -> _Named:
    ingredients: dict[str, list[str]] = {}
    for drug_id, ingredient in select_in(connection, INGREDIENTS, drug_ids):
        ingredients.setdefault(drug_id, []).append(ingredient)
    made_of = {id_: _ingredients(of) for id_, of in ingredients.items()}
    drugs = {
        NamedDrug(drug_id, called, NameType(type_), name, made_of.get(drug_id, ()))
        for drug_id, called, name, type_ in select_in(connection, NAMES, drug_ids)
    }
    classes = {
        (id_, name)
        for id_, name, type_ in select_in(connection, CLASSES_OF, drug_ids)
        if is_followed(name, type_)
    }
    return _Named(drugs, classes)


def _ingredients(drug_ids: Iterator[str | None] | list[str]) -> tuple[str, ...]:
    return tuple(sorted({id_ for id_ in drug_ids if id_}))


_name, _drug, _class, _made_of = (
    table_of(model).c for model in (SearchedName, Drug, DrugClass, DrugIngredient)
)

NAMES = (
    sa.select(_name.drug_id, _drug.name, _name.name, NAME_TYPE)
    .join_from(table_of(SearchedName), table_of(Drug), _drug.id == _name.drug_id)
    .where(among(_name.drug_id))
)
INGREDIENTS = sa.select(_made_of.drug_id, _made_of.drug).where(
    among(_made_of.drug_id), _made_of.drug.is_not(None)
)
CLASSES_OF = sa.select(_class.id, _class.name, _class.type).where(among(_class.drug_id)).distinct()
