"""The substances that the imported records name, and the drugs that they were found to be."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.database.engines import table_of
from app.ingest.bulk_insert import Tables, among, select_in
from app.ingest.resolution.resolver import (
    Identified,
    Ingredient,
    Match,
    Named,
    find_by_name,
    identify,
)
from app.ingest.sources.interface import Substance
from app.ingest.staging.upserting import Changes
from app.models.drug import Drug, DrugIngredient
from app.models.source_record import ImportedSubstance, RecordSubstance
from app.names.slugs import slug

OUTCOME = ("called", "drug_id", "matched_by", "set_aside", "candidates", "contested", "label")
"""The columns that say what a substance was found to be."""

_outcome = attrgetter(*OUTCOME)


class Substances:
    """Every substance that is named, and what it was found to be before and after an import."""

    def __init__(self, connection: sa.Connection, changes: Changes) -> None:
        self._connection = connection
        self._changes = changes
        self._before: dict[tuple[str, str], Any] = {}
        self._bodies: dict[tuple[str, str], str] = {}
        self._dead: list[tuple[str, str]] = []
        self._outcomes: dict[tuple[str, str], tuple[Any, ...]] = {}
        self.drugs: dict[str, Identified] = {}
        self.contested: dict[tuple[str, str], list[str]] = {}
        self.served: dict[str, str] = {}
        self.affected: set[str] = set()
        """Drugs of which something else is said than before, or about something else."""
        self.moved = False
        """Whether a fact may be of one drug that was of another, by the same id."""

    def identify(self, order: Sequence[str]) -> None:
        """Find which drugs the substances are of those sources that make drugs known."""
        self._read_served()
        if self._changes.source_id not in order:
            self._recall()
            return
        self._load(order)
        named = [_named(key, self._bodies[key]) for key in self._bodies]
        identities = identify(named, order)
        self.drugs = identities.drugs
        self.contested = contested = identities.contested
        labels = _labels(named, identities.matches)
        for one in named:
            key = (one.source_id, one.key)
            claimed = [(*i, *contested[i]) for i in one.substance.identifiers if i in contested]
            self._settle(one, identities.matches[key], claimed, labels.get(key))
        self._compare_drugs()

    def find_by_name(
        self, source_id: str, drugs_by_name: Callable[[], dict[str, set[str]]]
    ) -> None:
        """Find which drugs the substances are of a source that makes none known, if it has any."""
        before = len(self._bodies)
        self._load([source_id])
        if len(self._bodies) == before and not self._dead:
            return
        keys = [key for key in self._bodies if key[0] == source_id]
        named = [_named(key, self._bodies[key]) for key in keys]
        matches = find_by_name(named, drugs_by_name())
        labels = _labels(named, matches)
        for one in named:
            key = (one.source_id, one.key)
            self._settle(one, matches[key], [], labels.get(key))

    def write(self, tables: Tables) -> None:
        """Write what was found, where it is not what it was."""
        table = table_of(ImportedSubstance)
        changed = [
            key
            for key, outcome in self._outcomes.items()
            if key not in self._before
            or outcome != _outcome(self._before[key])
            or self._before[key].body != self._bodies[key]
        ]
        by_source = defaultdict(list)
        for known in [*changed, *self._dead]:
            if known in self._before:
                by_source[known[0]].append(known[1])
        for source_id, keys in by_source.items():
            tables.delete(ImportedSubstance, "key", keys, source_id=source_id)
        for source_id, key in changed:
            row = dict(zip(OUTCOME, self._outcomes[source_id, key], strict=True))
            row |= {"source_id": source_id, "key": key, "body": self._bodies[source_id, key]}
            tables.add(table, row)
        tables.write()
        self._outcomes.clear()
        self._dead.clear()

    def _load(self, sources: Sequence[str]) -> None:
        """The substances of these sources: as they were, and as records name them now."""
        table = table_of(ImportedSubstance)
        rows = self._connection.execute(
            sa.select(*table.c).where(table.c.source_id.in_(sources))
        ).all()
        for row in rows:
            self._before[row.source_id, row.key] = row
            self._bodies[row.source_id, row.key] = row.body
        source_id = self._changes.source_id
        if source_id in sources:
            for key, body in self._changes.substances.items():
                self._bodies[source_id, key] = body
            for key in self._changes.touched - self._named_still(source_id):
                if self._bodies.pop((source_id, key), None) is not None:
                    self._dead.append((source_id, key))
            for key in self._changes.touched:
                before = self._before.get((source_id, key))
                if before is not None and before.drug_id:
                    self.affected.add(before.drug_id)
                    self.moved |= (source_id, key) not in self._bodies

    def _named_still(self, source_id: str) -> set[str]:
        table = table_of(RecordSubstance)
        statement = (
            sa.select(table.c.substance_key)
            .where(table.c.source_id == source_id, among(table.c.substance_key))
            .distinct()
        )
        return {row[0] for row in select_in(self._connection, statement, self._changes.touched)}

    def _settle(
        self,
        one: Named,
        match: Match,
        contested: Sequence[tuple[str, ...]],
        label: str | None,
    ) -> None:
        """Note what a substance was found to be, and which drugs that changes."""
        key = (one.source_id, one.key)
        outcome = (
            called(one.substance),
            match.drug_id,
            match.matched_by,
            match.set_aside,
            list(match.candidates),
            [list(identifier) for identifier in contested],
            label,
        )
        self._outcomes[key] = outcome
        before = self._before.get(key)
        was = None if before is None else before.drug_id
        touched = key[0] == self._changes.source_id and key[1] in self._changes.touched
        if touched or before is None or outcome != _outcome(before):
            self.affected.update(drug for drug in (was, match.drug_id) if drug)
        if before is not None and was and (was != match.drug_id or before.label != label):
            self.moved = True

    def _read_served(self) -> None:
        """The drugs that are served, and what those that are combinations are made of."""
        drugs = self._connection.execute(sa.select(col(Drug.id), col(Drug.name)))
        self.served = {row.id: row.name for row in drugs}
        table = table_of(DrugIngredient)
        made = self._connection.execute(
            sa.select(table.c.drug_id, table.c.name, table.c.drug).order_by(
                table.c.drug_id, table.c.position
            )
        )
        self._made: dict[str, tuple[Ingredient, ...]] = {}
        for row in made:
            ingredient = Ingredient(row.name, row.drug)
            self._made[row.drug_id] = (*self._made.get(row.drug_id, ()), ingredient)

    def _recall(self) -> None:
        """What was found before, where the import cannot have changed it."""
        self.drugs = {
            id_: Identified(id_, name, self._made.get(id_, ())) for id_, name in self.served.items()
        }
        table = table_of(ImportedSubstance)
        claimed = sa.select(table.c.contested).where(sa.cast(table.c.contested, sa.String) != "[]")
        self.contested = {
            (system, value): drugs
            for contested in self._connection.execute(claimed).scalars()
            for system, value, *drugs in contested
        }

    def _compare_drugs(self) -> None:
        """Drugs that are new, gone, or called or made otherwise than before."""
        self.affected.update(self.served.keys() - self.drugs.keys())
        for id_, drug in self.drugs.items():
            made = self._made.get(id_, ())
            if self.served.get(id_) != drug.name or made != drug.ingredients:
                self.affected.add(id_)


def _substance_of(said: dict[str, Any]) -> Substance:
    return Substance(
        tuple(said["names"]),
        tuple([(system, value) for system, value in said["identifiers"]]),
        tuple(said.get("synonyms", ())),
        tuple(said["ingredients"]),
        tuple(said["ingredient_uniis"]),
        said["distinct"],
        said.get("labelled", False),
    )


def _named(key: tuple[str, str], body: str) -> Named:
    said = from_json(body)
    return Named(key[0], key[1], _substance_of(said), said["drug_id"])


def called(substance: Substance) -> str:
    """What a source calls a substance; a combination by what it is made of."""
    if made_of := substance.ingredients or substance.ingredient_uniis:
        return "; ".join(made_of)
    return substance.names[0] if substance.names else substance.identifiers[0][1]


def _labels(
    named: Iterable[Named], matches: dict[tuple[str, str], Match]
) -> dict[tuple[str, str], str]:
    """What the ids of each substance's facts are made with: what its source calls it.

    So they stay, whatever the drug is called here. A source's own id of the substance is added
    where it has one, and the drug's where the source calls several drugs by one name.
    """
    found: dict[tuple[str, str], str] = {}
    unsure: dict[tuple[str, str], list[tuple[Named, str]]] = defaultdict(list)
    for one in named:
        drug_id = matches[one.source_id, one.key].drug_id
        if drug_id is None:
            continue
        name = slug(called(one.substance))
        if one.substance.distinct:
            found[one.source_id, one.key] = f"{name}-{one.source_id}-{slug(one.key)}"
        else:
            unsure[one.source_id, name].append((one, drug_id))
    for (source_id, name), of_name in unsure.items():
        is_one = len({drug_id for _, drug_id in of_name}) == 1
        for one, drug_id in of_name:
            found[source_id, one.key] = name if is_one else f"{name}-of-{drug_id}"
    return found
