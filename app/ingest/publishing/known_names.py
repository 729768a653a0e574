"""The names that are known after an import, for what is found by its name alone.

What is stored is of before the import: of the drugs that it changed, their descriptions say more.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from app.ingest.bulk_insert import among, select_in
from app.ingest.publishing.descriptions import Description
from app.ingest.resolution.aliases import names_of_others
from app.ingest.resolution.resolver import ResolvedDrug, is_distinctive
from app.models.base import table_of
from app.models.drug import NameType
from app.models.lookup import NAME_TYPE, SearchedName
from app.names.distinctions import GREEK
from app.names.name_reader import KnownIngredient, KnownName
from app.names.normalization import name_key

SHORTEST = 4
"""Letters of the shortest name by which a drug is found that is called otherwise."""

NUMBERED = re.compile("[1-9][a-z]{2}")
"""A chemist's abbreviation, short and of one drug yet: an atom's place and two letters, as 5-FU and
6-MP. What begins with letters (T4, IL-2, GA2) has more meanings."""

CLASSES = frozenset(
    """
    antibody antihistamine anticoagulant antibiotic antibiotics corticosteroid corticosteroids
    estrogen estrogens gcsf glucocorticoid gmcsf interferon interferons mesenchymalstemcells
    mesenchymalstromalcells nsaid nsaids opioid platinum progestin statin steroid steroids vaccine
    """.split()  # noqa: SIM905 -- a list of strings would be read by nobody
)
"""Words for classes that a list of drugs has among the names of one of them; and platinum, which in
a trial is any of its compounds."""


class NamesAfterImport:
    """See `app.names.name_reader.KnownNames`.

    Names are left out by which others than the drug itself are meant: a brand that has a word in
    common with its drug's name (FDA calls a product of pork's insulin `REGULAR INSULIN`); a word
    for a class; and, unless the drug is called so, a Greek letter and a name of three letters or
    fewer, but for a chemist's such as 5-FU.
    """

    def __init__(
        self,
        connection: sa.Connection,
        drugs: Mapping[str, ResolvedDrug],
        described: Mapping[str, Description],
    ) -> None:
        self._connection = connection
        self._drugs = drugs
        self._described = described

    def with_keys(self, keys: set[str]) -> Iterator[KnownName]:
        """See `KnownNames`."""
        yield from self._unchanged(SAVED.where(among(_saved.key)), keys)
        for key in keys:
            yield from self._changed.get(key, ())
            yield from self._aliases.get(key, ())

    def beginning_with(self, key: str) -> Iterator[KnownName]:
        """See `KnownNames`."""
        end = f"{key}\x7f"
        rows = self._connection.execute(SAVED.where(_saved.key > key, _saved.key < end))
        yield from self._known(rows)
        start, stop = (bisect_left(self._changed_keys, bound) for bound in (key, end))
        for near in self._changed_keys[start:stop]:
            if near != key:
                yield from self._changed[near]

    def ingredients(self, drug_ids: list[str]) -> Iterator[KnownIngredient]:
        """See `KnownNames`."""
        combinations = {c for id_ in drug_ids for c in self._combinations_of.get(id_, ())}
        for id_ in sorted(combinations):
            drug = self._drugs[id_]
            for made_of in drug.ingredients:
                yield KnownIngredient(id_, drug.name, made_of.name, made_of.drug_id)

    def _unchanged(self, statement: sa.Select[Any], keys: set[str]) -> Iterator[KnownName]:
        return self._known(select_in(self._connection, statement, keys))

    def _known(self, rows: Iterable[Any]) -> Iterator[KnownName]:
        for key, drug_id, name, type_ in rows:
            if drug_id not in self._described and drug_id in self._drugs:
                yield from self._own(key, drug_id, name, NameType(type_))

    def _own(self, key: str, drug_id: str, name: str, type_: NameType) -> Iterator[KnownName]:
        called = self._drugs[drug_id].name
        is_short = len(key) < SHORTEST and not NUMBERED.fullmatch(key)
        is_vague = is_short or key in GREEK
        if key in CLASSES or (is_vague and key != name_key(called)):
            return
        if type_ is not NameType.BRAND or is_distinctive(name, called):
            yield KnownName(key, drug_id, called, name, type_)

    @cached_property
    def _changed(self) -> dict[str, list[KnownName]]:
        """The names of drugs that the import changed, by their keys."""
        found: dict[str, list[KnownName]] = defaultdict(list)
        for id_, description in self._described.items():
            for name in description.record["names"]:
                key = name_key(name["name"])
                found[key] += self._own(key, id_, name["name"], NameType(name["type"]))
        return found

    @cached_property
    def _changed_keys(self) -> list[str]:
        return sorted(self._changed)

    @cached_property
    def _aliases(self) -> dict[str, list[KnownName]]:
        """Names of salts, and those of what is quarantined."""
        found: dict[str, list[KnownName]] = defaultdict(list)
        for name, drug_id in names_of_others(self._connection, self._drugs):
            called = self._drugs[drug_id].name if drug_id else None
            found[name_key(name)].append(KnownName(name_key(name), drug_id, called, name, None))
        return found

    @cached_property
    def _combinations_of(self) -> dict[str, list[str]]:
        """The combinations that a drug is or is in."""
        found: dict[str, list[str]] = defaultdict(list)
        for id_, drug in self._drugs.items():
            if drug.ingredients:
                for each in {id_, *(of.drug_id for of in drug.ingredients if of.drug_id)}:
                    found[each].append(id_)
        return found


_saved = table_of(SearchedName).c

SAVED = sa.select(_saved.key, _saved.drug_id, _saved.name, NAME_TYPE)
"""Drugs' own names, as they were before the import."""
