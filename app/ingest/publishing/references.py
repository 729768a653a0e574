"""The conditions, targets and sources that records refer to: one row for each, whoever names it.

Where several records describe the same, the first source's description is served, and within a
source the first in the order of text: so it does not depend on the order of loading. Targets of two
sources are one by an id of theirs, or where they are made of the same proteins. Conditions of
several names are one by their codes: see `condition_names`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import SQLModel, col

from app.documents.records import RecordLinks, condition_link, stored_entries
from app.ingest.bulk_insert import IN_ONE, Tables, among, chunks, select_in
from app.ingest.publishing.condition_names import Said, condition_row, same_conditions
from app.ingest.seed.entries import parts_of
from app.ingest.staging.upserting import Changes
from app.models.base import Row, table_of
from app.models.condition import Condition, ConditionCode
from app.models.fact import Fact
from app.models.indication import Indication
from app.models.mechanism import Mechanism, Target
from app.models.source import Source
from app.models.source_record import SourceReference, SourceState, SourceSubstance
from app.models.trial import TrialCondition
from app.names.slugs import shortened, slug

SEED = "seed"


@dataclass(frozen=True)
class Update:
    """What became of the sources, conditions or targets.

    `changed` are the ids of those that are new or read otherwise, `gone` of those that nothing
    names any more, `affected` are the drugs whose documents show them.
    """

    changed: Sequence[str] = ()
    gone: Sequence[str] = ()
    affected: frozenset[str] = frozenset()


class References:
    """What records refer to, as the sources describe it now."""

    def __init__(self, connection: sa.Connection, tables: Tables, order: Sequence[str]) -> None:
        self._connection = connection
        self._tables = tables
        self._rank = {source: i for i, source in enumerate(order)}
        self._sources = self._described_sources()
        self.links = RecordLinks(self._sources)

    def update_sources(self, changes: Changes) -> Update:
        """Bring the sources up to date."""
        before = self._stored(Source)
        changed = self._write(Source, self._sources, before)
        gone = [id_ for id_ in before if id_ not in self._sources]
        renamed = [
            id_
            for id_ in changed
            if id_ in before
            and any(before[id_][field] != self._sources[id_][field] for field in ("title", "url"))
        ]
        affected: frozenset[str] = frozenset()
        if renamed:  # what cites it says so too
            substance = table_of(SourceSubstance).c
            citing = {changes.source_id, SEED, *renamed}  # the seed may have described it as well
            of = sa.select(substance.drug_id).where(
                substance.source_id.in_(sorted(citing)), substance.drug_id.is_not(None)
            )
            affected = frozenset(self._connection.execute(of).scalars())
        return Update(changed, gone, affected)

    def update_conditions(self, changes: Changes) -> Update:
        """Bring the conditions up to date that changed records name, and that are served."""
        touched = {id_ for noun, id_ in changes.references if noun == "condition"}
        if not touched:
            return Update()
        touched |= self._joined_or_parted()
        ids = sorted(touched | {self.condition(id_) for id_ in touched})
        described = self._described_conditions(ids)
        before = self._stored(Condition, ids)
        rows = {
            id_: row for (id_, source), row in described.items() if source == SEED or id_ in before
        }
        changed = self._write(Condition, rows, before)
        gone = [id_ for id_ in before if self.condition(id_) != id_]
        known = [*(id_ for id_ in changed if id_ in before), *gone]
        indication, named = table_of(Indication).c, table_of(TrialCondition).c
        affected = self._drugs_with(indication.condition_id, indication.id, known)
        affected |= self._drugs_with(named.condition_id, named.trial_id, known)
        return Update(changed, gone, affected)

    def rank(self, source: str) -> int:
        """The place of a source in the order in which they are asked."""
        return self._rank[source]

    def condition(self, id_: str) -> str:
        """The condition that what a source names by this id is."""
        return self._same_conditions.get(id_, id_)

    def add_conditions(self, ids: set[str]) -> list[str]:
        """Have the conditions that facts name be there, and link to them; says which are new."""
        missing = sorted(ids - self.links.conditions.keys())
        if not missing:
            return []
        described = {id_: row for (id_, _), row in self._described_conditions(missing).items()}
        self.links.conditions |= {id_: condition_link(row) for id_, row in described.items()}
        return self._write(Condition, described, self._stored(Condition, missing))

    def unnamed_conditions(self, ids: Iterable[str]) -> list[str]:
        """Those of these that no fact names any more, unless a person wrote them down, and not
        as another name of one."""
        condition, reference = table_of(Condition).c, table_of(SourceReference).c
        of_seed = sa.exists().where(
            reference.noun == "condition",
            reference.id == condition.id,
            reference.source_id == SEED,
        )
        unnamed = sa.select(condition.id, of_seed).where(
            among(condition.id),
            ~sa.exists().where(col(TrialCondition.condition_id) == condition.id),
            ~sa.exists().where(col(Indication.condition_id) == condition.id),
        )
        return [
            id_
            for id_, is_of_seed in select_in(self._connection, unnamed, sorted(ids))
            if not is_of_seed or self.condition(id_) != id_
        ]

    def _joined_or_parted(self) -> set[str]:
        """The conditions that are served which are one with other names now than they were."""
        found_by = table_of(ConditionCode).c
        named = sa.select(found_by.code, found_by.condition_id).where(
            ~found_by.code.contains(":"),
            found_by.condition_id.in_(
                sa.select(found_by.condition_id)
                .where(~found_by.code.contains(":"))
                .group_by(found_by.condition_id)
                .having(sa.func.count() > 1)
            ),
        )
        before: dict[str, str] = {row[0]: row[1] for row in self._connection.execute(named)}
        return {
            id_
            for name in before.keys() | self._same_conditions.keys()
            if (was := before.get(name, name)) != (now := self.condition(name))
            for id_ in (was, now)
        }

    def update_targets(self, changes: Changes) -> Update:
        """Bring the targets up to date, if changed records name any."""
        if not any(noun == "target" for noun, _ in changes.references):
            return Update()
        rows, _ = self._targets
        before = self._stored(Target)
        changed = self._write(Target, rows, before)
        gone = [id_ for id_ in before if id_ not in rows]
        known = [*(id_ for id_ in changed if id_ in before), *gone]
        mechanism = table_of(Mechanism).c
        return Update(changed, gone, self._drugs_with(mechanism.target_id, mechanism.id, known))

    def target(self, id_: str) -> str:
        """The target that a source's own id of one is; it is linked to."""
        rows, same = self._targets
        if not self.links.targets:
            self.links.targets |= {
                target: self.links.record(Target, {"type": None, "identifiers": [], **row})
                for target, row in rows.items()
            }
        return same[id_]

    def remove(self, table: type[SQLModel], ids: Sequence[str]) -> None:
        """Remove what no record names any more; to be done when nothing refers to it."""
        self._tables.delete(table, "id", ids)
        self._tables.remove_documents(f"{table_of(table).name}s", ids)

    def _described_sources(self) -> dict[str, Row]:
        state, reference = table_of(SourceState).c, table_of(SourceReference).c
        own = self._connection.execute(sa.select(state.id, state.row).order_by(state.id)).all()
        rows = {id_: row for id_, row in own if row}
        named = sa.select(reference.id, reference.body).where(reference.noun == "source")
        for id_, body in self._connection.execute(named.order_by(reference.id)).all():
            rows[id_] = from_json(body)
        return rows

    def _described_conditions(self, ids: Iterable[str]) -> dict[tuple[str, str], Row]:
        """The first source's description of each, with every source's names and codes, by its id
        and its source; of one that is another's name there is none."""
        members: dict[str, list[str]] = defaultdict(list)
        for name, id_ in self._same_conditions.items():
            members[id_].append(name)
        named = {name for id_ in ids for name in members.get(id_, [id_])}
        said: dict[str, list[Said]] = defaultdict(list)
        statement = SAID_OF_CONDITIONS.where(among(col(SourceReference.id)))
        for row in select_in(self._connection, statement, sorted(named)):
            said[self.condition(row[0])].append(self._said(*row))
        return {
            (id_, min(of_one).source): condition_row(id_, sorted(of_one))
            for id_, of_one in sorted(said.items())
        }

    @cached_property
    def _same_conditions(self) -> dict[str, str]:
        """Of the names that are one condition with others, the condition's id."""
        coded = SAID_OF_CONDITIONS.where(col(SourceReference.body).contains('"codes":[{'))
        return same_conditions(self._said(*row) for row in self._connection.execute(coded))

    def _said(self, id_: str, source: str, body: str, times: int) -> Said:
        return Said(self._rank[source], body, source, times, id_)

    def _described_targets(self) -> dict[tuple[str, str], Row]:
        """The first source's description of each, by its id there and its source."""
        reference = table_of(SourceReference).c
        of = sa.select(reference.id, reference.source_id, reference.body)
        best: dict[str, tuple[int, str, str]] = {}
        for id_, source, body in self._connection.execute(
            of.where(reference.noun == "target").distinct()
        ):
            this = (self._rank[source], body, source)
            if id_ not in best or this < best[id_]:
                best[id_] = this
        return {(id_, source): from_json(body) for id_, (_, body, source) in sorted(best.items())}

    @cached_property
    def _targets(self) -> tuple[dict[str, Row], dict[str, str]]:
        """The targets, one that several sources know being one; and which each source's id is."""
        described = self._described_targets()
        rows = {id_: row for (id_, source), row in described.items() if source == SEED}
        same_as = {id_: id_ for id_ in rows}
        known = {(i["system"], i["value"]): id_ for id_, row in rows.items() for i in _own_of(row)}
        made_of: dict[frozenset[str], set[tuple[str, str]]] = defaultdict(set)
        for (id_, source), row in sorted(
            described.items(), key=lambda of: (self._rank[of[0][1]], of[0])
        ):
            if source == SEED:
                continue
            same = next((known[key] for i in _own_of(row) if (key := _key(i)) in known), None)
            components = _components(row)
            others = {
                id_ for of in components for id_, of_source in made_of[of] if of_source != source
            }
            if same is None and len(others) == 1:  # the same, though they call it otherwise
                (same,) = others
            if same is None:
                same = slug(row["name"])
                if same in rows:
                    same = shortened(f"{same}-{id_}")
                rows[same] = row | {"id": same}
            else:
                of_seed = rows[same].get("identifiers") or []
                more = [i for i in row.get("identifiers") or [] if i not in of_seed]
                type_ = rows[same].get("type") or row.get("type")
                rows[same] = rows[same] | {"type": type_, "identifiers": [*of_seed, *more]}
            same_as[id_] = same
            for of in components:
                made_of[of].add((same, source))
        return rows, same_as

    def _stored(self, table: type[SQLModel], ids: list[str] | None = None) -> dict[str, Row]:
        if ids is None:
            of = sa.select(next(iter(table_of(table).primary_key)))
            ids = list(self._connection.execute(of).scalars())
        return {
            row["id"]: row
            for chunk in chunks(ids, IN_ONE)
            for row in stored_entries(self._connection, table, chunk)
        }

    def _write(
        self, table: type[SQLModel], rows: Mapping[str, Row], before: Mapping[str, Row]
    ) -> list[str]:
        """Write those rows that are new or read otherwise, and say which."""
        changed = []
        columns, parts = table_of(table).columns, parts_of(table)
        for id_, entry in rows.items():
            row = {column.name: entry.get(column.name, _empty(column)) for column in columns}
            items = {
                name: [
                    {part.owner[0]: id_, "position": i, **item}
                    for i, item in enumerate(entry.get(name) or ())
                ]
                for name, part in parts.items()
            }
            if row | items == before.get(id_):
                continue
            changed.append(id_)
            if id_ in before:
                of = table_of(table).update().where(table_of(table).c.id == id_)
                self._tables.execute(of, row)
            else:
                self._tables.add(table_of(table), row)
            for name, part in parts.items():
                if id_ in before:
                    self._tables.delete(part, part.owner[0], [id_])
                for item in items[name]:
                    self._tables.add(table_of(part), item)
        self._tables.write()
        return changed

    def _drugs_with(
        self, column: sa.Column[Any], fact: sa.Column[Any], ids: list[str]
    ) -> frozenset[str]:
        statement = (
            sa.select(col(Fact.drug_id))
            .join_from(Fact, column.table, fact == col(Fact.id))
            .where(among(column))
            .distinct()
        )
        return frozenset(row[0] for row in select_in(self._connection, statement, ids))


def _empty(column: sa.Column[Any]) -> Any:
    return [] if isinstance(column.type, sa.JSON) and not column.nullable else None


def _key(identifier: Row) -> tuple[str, str]:
    return identifier["system"], identifier["value"]


def _components(row: Row) -> set[frozenset[str]]:
    """The proteins that a target is made of, in each species by itself."""
    if row.get("is_protein"):  # as importers said until they read components
        return {
            frozenset({i["value"]})
            for i in row.get("identifiers") or []
            if i["system"] == "uniprot"
        }
    return {frozenset(of) for of in row.get("components") or []}


def _own_of(row: Row) -> list[Row]:
    """A target's identifiers that no other target has: those of registries of targets."""
    return [i for i in row.get("identifiers") or [] if i["system"] in ("gtopdb", "chembl")]


_of = (col(SourceReference.id), col(SourceReference.source_id), col(SourceReference.body))

SAID_OF_CONDITIONS = (
    sa.select(*_of, sa.func.count()).where(col(SourceReference.noun) == "condition").group_by(*_of)
)
"""How sources describe conditions, and how many of their records do."""
