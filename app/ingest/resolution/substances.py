"""The substances that source records name, and the drugs that they were found to be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.ingest.bulk_insert import Tables, among, select_in
from app.ingest.resolution.interventions import match_interventions
from app.ingest.resolution.resolver import (
    Form,
    Identifier,
    Ingredient,
    Match,
    NamedSubstance,
    ResolvedDrug,
    resolve,
)
from app.ingest.sources.interface import Substance
from app.ingest.staging.upserting import Changes
from app.models.base import table_of
from app.models.drug import Drug, DrugForm, DrugIngredient
from app.models.fact import MatchedBy
from app.models.source_record import RecordSubstance, SourceSubstance
from app.names.name_reader import KnownNames
from app.names.slugs import slug

Key = tuple[str, str]
"""A substance's source, and its key there."""


class SubstanceRow(NamedTuple):
    """A row of `source_substance`; lists as JSON."""

    source_id: str
    key: str
    body: str
    name: str
    drug_id: str | None
    matched_by: str | None
    quarantined: str | None
    candidates: str
    form_id: str | None
    fact_slug: str | None
    ambiguous: str


@dataclass(frozen=True)
class ResolutionResult:
    """Which drugs there are after an import, and what that changes.

    `served` are the drugs that there were before. `affected` are those of which something else is
    said than before, or about something else. `moved`: a fact may be of one drug that was of
    another, by the same id.
    """

    drugs: Mapping[str, ResolvedDrug]
    ambiguous: Mapping[Identifier, list[str]]
    served: frozenset[str]
    affected: frozenset[str]
    moved: bool


def resolve_substances(
    connection: sa.Connection, tables: Tables, changes: Changes, order: Sequence[str]
) -> ResolutionResult:
    """Find which drugs the substances are of those sources that make drugs known, and store it."""
    served = _served(connection)
    if changes.source_id not in order:
        ambiguous = _ambiguous_before(connection)
        return ResolutionResult(served, ambiguous, frozenset(served), frozenset(), moved=False)
    stored = _Stored(connection, changes, order)
    named = stored.named()
    found = resolve(named, order)
    slugs = _fact_slugs(named, found.matches)
    affected, moved = stored.settle(named, found.matches, slugs, found.ambiguous)
    stored.write(tables)
    affected |= served.keys() - found.drugs.keys()
    affected |= {id_ for id_, drug in found.drugs.items() if served.get(id_) != drug}
    return ResolutionResult(
        found.drugs, found.ambiguous, frozenset(served), frozenset(affected), moved=moved
    )


def resolve_by_name(
    connection: sa.Connection,
    tables: Tables,
    changes: Changes,
    source_id: str,
    known: KnownNames,
    drugs: Mapping[str, ResolvedDrug],
) -> tuple[frozenset[str], bool]:
    """Find which drugs the substances are of a source that makes none known, and store it.

    `drugs` are all there are. An import of that source itself changes no names, so what it did not
    touch stays as it is. Says which drugs that affects, and whether facts may have moved: see
    `ResolutionResult`.
    """
    stored = _Stored(connection, changes, [source_id])
    if not stored.is_any:
        return frozenset(), False
    named = stored.named()
    matches = stored.settled() if changes.source_id == source_id else {}
    unsettled = [one for one in named if (one.source_id, one.key) not in matches]
    matches |= match_interventions(unsettled, known)
    for one in unsettled:
        match = matches[one.source_id, one.key]
        form = slug(name_of(one.substance))
        if match.drug_id and any(form == of.id for of in drugs[match.drug_id].forms):
            match.matched_by, match.form = MatchedBy.FORM, form
    affected, moved = stored.settle(named, matches, _fact_slugs(named, matches), {})
    stored.write(tables)
    return frozenset(affected), moved


class _Stored:
    """The substances of some sources: as they are stored, and as records name them now."""

    def __init__(self, connection: sa.Connection, changes: Changes, sources: Sequence[str]) -> None:
        source_id = changes.source_id
        self._before: dict[Key, SubstanceRow] = {
            (row[0], row[1]): SubstanceRow(*row)
            for row in connection.execute(ROWS.where(_c.source_id.in_(sources))).all()
        }
        self._bodies = {key: row.body for key, row in self._before.items()}
        self._unnamed: list[Key] = []
        self._touched: set[Key] = set()
        self._now: dict[Key, SubstanceRow] = {}
        if source_id in sources:
            self._touched = {(source_id, key) for key in changes.touched}
            self._bodies |= {(source_id, key): body for key, body in changes.substances.items()}
            for key in self._touched - _still_named(connection, source_id, changes.touched):
                if self._bodies.pop(key, None) is not None:
                    self._unnamed.append(key)
        self.is_any = bool(self._bodies or self._unnamed)

    def named(self) -> list[NamedSubstance]:
        """The substances as they are named now."""
        return [_named(key, body) for key, body in self._bodies.items()]

    def settled(self) -> dict[Key, Match]:
        """What was found of those substances before that the import did not touch."""
        return {
            key: Match(
                row.drug_id,
                MatchedBy(row.matched_by) if row.matched_by else None,
                row.quarantined,
                tuple(from_json(row.candidates)),
            )
            for key, row in self._before.items()
            if key not in self._touched
        }

    def settle(
        self,
        named: Iterable[NamedSubstance],
        matches: Mapping[Key, Match],
        slugs: Mapping[Key, str],
        ambiguous: Mapping[Identifier, list[str]],
    ) -> tuple[set[str], bool]:
        """Note what the substances were found to be; says which drugs that affects, and whether
        facts may have moved."""
        affected: set[str] = set()
        moved = False
        for key in self._touched:
            before = self._before.get(key)
            if before is not None and before.drug_id:
                affected.add(before.drug_id)
                moved |= key not in self._bodies
        for one in named:
            key = (one.source_id, one.key)
            match = matches[key]
            shared = [[*i, *ambiguous[i]] for i in one.substance.identifiers if i in ambiguous]
            now = SubstanceRow(
                *key,
                self._bodies[key],
                name_of(one.substance),
                match.drug_id,
                match.matched_by and str(match.matched_by),
                match.quarantined,
                _as_json(match.candidates),
                match.form,
                slugs.get(key),
                _as_json(shared),
            )
            before = self._before.get(key)
            if now == before:
                if key in self._touched and now.drug_id:
                    affected.add(now.drug_id)
                continue
            self._now[key] = now
            was = before.drug_id if before else None
            affected.update(drug for drug in (was, now.drug_id) if drug)
            if before is not None and was:
                moved |= was != now.drug_id or before.fact_slug != now.fact_slug
        return affected, moved

    def write(self, tables: Tables) -> None:
        """Write what is not as it was."""
        replaced: dict[str, list[str]] = defaultdict(list)
        for source_id, key in [*self._now, *self._unnamed]:
            if (source_id, key) in self._before:
                replaced[source_id].append(key)
        for source_id, keys in replaced.items():
            tables.delete(SourceSubstance, "key", keys, source_id=source_id)
        tables.add_all(table_of(SourceSubstance), list(self._now.values()))
        tables.write()


_c = table_of(SourceSubstance).c

ROWS = sa.select(
    *(sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column for column in _c)
)
"""The substances as rows of `SubstanceRow`."""


def _as_json(values: Sequence[Any]) -> str:
    return to_json(values).decode() if values else "[]"


def _still_named(connection: sa.Connection, source_id: str, keys: set[str]) -> set[Key]:
    table = table_of(RecordSubstance)
    statement = (
        sa.select(table.c.substance_key)
        .where(table.c.source_id == source_id, among(table.c.substance_key))
        .distinct()
    )
    return {(source_id, row[0]) for row in select_in(connection, statement, keys)}


def _served(connection: sa.Connection) -> dict[str, ResolvedDrug]:
    """The drugs that are served, what those that are combinations are made of, and their forms."""
    table = table_of(DrugIngredient)
    of = sa.select(table.c.drug_id, table.c.name, table.c.drug)
    made_of: dict[str, list[Ingredient]] = defaultdict(list)
    for drug_id, name, drug in connection.execute(of.order_by(*table.primary_key.columns)).all():
        made_of[drug_id].append(Ingredient(name, drug))
    form = table_of(DrugForm).c
    forms: dict[str, list[Form]] = defaultdict(list)
    for drug_id, id_, name in connection.execute(
        sa.select(form.drug_id, form.id, form.name).order_by(form.drug_id, form.position)
    ).all():
        forms[drug_id].append(Form(id_, name))
    drugs = connection.execute(sa.select(col(Drug.id), col(Drug.name))).all()
    return {
        id_: ResolvedDrug(id_, name, tuple(made_of.get(id_, ())), tuple(forms.get(id_, ())))
        for id_, name in drugs
    }


def _ambiguous_before(connection: sa.Connection) -> dict[Identifier, list[str]]:
    """The identifiers that several drugs have, as was found before."""
    stored = sa.select(_c.ambiguous).where(sa.cast(_c.ambiguous, sa.Text) != "[]")
    return {
        (system, value): drugs
        for ambiguous in connection.execute(stored).scalars()
        for system, value, *drugs in ambiguous
    }


def identifiers_of(body: str) -> list[Identifier]:
    """The identifiers of a stored substance."""
    return [(system, value) for system, value in from_json(body)["identifiers"]]


def _named(key: Key, body: str) -> NamedSubstance:
    """See `app.ingest.staging.preparing.stored_substance`."""
    said = from_json(body)
    substance = Substance(
        tuple(said["names"]),
        tuple([(system, value) for system, value in said["identifiers"]]),
        tuple(said.get("synonyms", ())),
        tuple(said["ingredients"]),
        tuple(said["ingredient_uniis"]),
        tuple([tuple(i) if i else None for i in said.get("ingredient_identifiers", ())]),
        said.get("of_one_name", False),
        tuple(said["form_of"]) if said.get("form_of") else None,
        tuple(
            [(m[0], tuple(m[1]) if m[1] else None) if m else None for m in said.get("moieties", ())]
        ),
        said["distinct"],
        said.get("labelled", False),
        part_of=said.get("part_of"),
        instead_of=tuple(map(tuple, said.get("instead_of", ()))),
        beside=tuple(said.get("beside", ())),
        form_if_unknown=said.get("form_if_unknown", False),
    )
    return NamedSubstance(*key, substance, said["drug_id"])


def name_of(substance: Substance) -> str:
    """What a source calls a substance; a combination by what it is made of."""
    if made_of := substance.ingredients or substance.ingredient_uniis:
        return "; ".join(made_of)
    if substance.names:
        return substance.names[0]
    identifier = substance.identifiers[0][1]
    return f"{substance.synonyms[0]} ({identifier})" if substance.synonyms else identifier


def _fact_slugs(named: Iterable[NamedSubstance], matches: Mapping[Key, Match]) -> dict[Key, str]:
    """What the ids of each substance's facts are made with: what its source calls it.

    So they stay, whatever the drug is called here. A source's own id of the substance is added
    where it has one, and the drug's where the source calls several drugs by one name.
    """
    found: dict[Key, str] = {}
    unsure: dict[Key, list[tuple[NamedSubstance, str]]] = defaultdict(list)
    for one in named:
        drug_id = matches[one.source_id, one.key].drug_id
        if drug_id is None:
            continue
        name = slug(name_of(one.substance))
        if one.substance.distinct:
            found[one.source_id, one.key] = f"{name}-{one.source_id}-{slug(one.key)}"
        else:
            unsure[one.source_id, name].append((one, drug_id))
    for (source_id, name), of_name in unsure.items():
        is_one = len({drug_id for _, drug_id in of_name}) == 1
        for one, drug_id in of_name:
            found[source_id, one.key] = name if is_one else f"{name}-of-{drug_id}"
    return found
