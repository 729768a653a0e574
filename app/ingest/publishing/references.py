"""The conditions, targets and sources that records name: one row for each, whoever names it.

Where several records describe the same, the first source's description is served, and within a
source the first in the order of text: so it does not depend on the order of loading.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import SQLModel, col

from app.database.engines import Row, table_of
from app.documents.records import SourceLink
from app.ingest.bulk_insert import Tables, among, select_in
from app.ingest.publishing.rows import Citing, nested, write
from app.ingest.seed.entries import parts_of
from app.ingest.staging.upserting import Changes
from app.models.condition import Condition
from app.models.fact import Fact
from app.models.indication import Indication
from app.models.mechanism import Mechanism, Target
from app.models.source import Source
from app.models.source_record import ImportedMention, ImportedSource, ImportedSubstance
from app.models.trial import TrialCondition
from app.names.slugs import shortened, slug

SEED = "seed"


class Mentions:
    """What is named beside drugs, kept as the records that are there name it."""

    def __init__(
        self, connection: sa.Connection, tables: Tables, changes: Changes, order: Sequence[str]
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._changes = changes
        self._rank = {source: i for i, source in enumerate(order)}
        self._gone: dict[type[SQLModel], list[str]] = {}
        self._conditions: set[str] = set()
        self.affected: set[str] = set()
        """Drugs whose facts show a condition, target or source that reads otherwise now."""
        self.changed: dict[str, list[str]] = {"conditions": [], "sources": []}
        """The ids of those whose documents have to be made anew."""
        self.unused: set[str | None] = set()
        """Evidence on which one of them rested, and may rest no more."""
        self.target_ids: dict[str, str] = {}
        """The target that each source's own id for one is."""
        self.sources: dict[str, SourceLink] = {}
        """Every source, as citations show it."""

    def write_sources(self) -> None:
        """Bring the sources up to date."""
        rows = {}
        imported = table_of(ImportedSource)
        for row in self._connection.execute(sa.select(*imported.c)).all():
            if row.row:
                rows[row.id] = row.row
        mention = table_of(ImportedMention)
        said = self._connection.execute(
            sa.select(mention.c.id, mention.c.body).where(mention.c.noun == "source")
        )
        rows |= {row.id: from_json(row.body) for row in said}
        before = self._served(Source)
        self._write(Source, rows, before, None)
        renamed = {
            id_
            for id_, row in rows.items()
            if id_ in before and any(before[id_][n] != row.get(n) for n in ("title", "url"))
        }
        self._gone[Source] = [id_ for id_ in before if id_ not in rows]
        self.sources = {
            id_: SourceLink(id=id_, title=row["title"], url=row["url"]) for id_, row in rows.items()
        }
        if renamed:  # what cites it says so too
            substance = table_of(ImportedSubstance)
            of = sa.select(substance.c.drug_id).where(
                substance.c.source_id == self._changes.source_id, substance.c.drug_id.is_not(None)
            )
            self.affected.update(self._connection.execute(of).scalars())

    def write_conditions(self, citing: Citing) -> None:
        """Bring the conditions up to date that the changed records name, and that are served."""
        touched = [id_ for noun, id_ in self._changes.mentions if noun == "condition"]
        if not touched:
            return
        described = self._described("condition", touched)
        before = self._served(Condition, touched)
        rows = {
            id_: row for (id_, source), row in described.items() if source == SEED or id_ in before
        }
        changed = self._write(Condition, rows, before, citing)
        known = [id_ for id_ in changed if id_ in before]
        self._affect(table_of(Indication).c.condition_id, table_of(Indication).c.id, known)
        named = table_of(TrialCondition).c
        self._affect(named.condition_id, named.trial_id, known)

    def add_conditions(self, ids: set[str], citing: Citing) -> None:
        """Have the conditions that a fact names be there, as their records describe them."""
        missing = ids - self._conditions
        self._conditions |= ids
        if not missing:
            return
        before = self._served(Condition, sorted(missing))
        described = self._described("condition", sorted(missing))
        self._write(Condition, {id_: row for (id_, _), row in described.items()}, before, citing)

    def remove_unnamed_conditions(self) -> None:
        """Remove the conditions that no fact names any more, unless a person wrote them down."""
        condition, mention = table_of(Condition), table_of(ImportedMention)
        unnamed = self._connection.execute(
            sa.select(condition.c.id, condition.c.evidence_id).where(
                ~sa.exists().where(col(TrialCondition.condition_id) == condition.c.id),
                ~sa.exists().where(col(Indication.condition_id) == condition.c.id),
                ~sa.exists().where(
                    mention.c.noun == "condition",
                    mention.c.id == condition.c.id,
                    mention.c.source_id == SEED,
                ),
            )
        ).all()
        self._gone[Condition] = [row.id for row in unnamed]
        self.unused.update(row.evidence_id for row in unnamed)

    def write_targets(self, citing: Citing) -> None:
        """Bring the targets up to date: one that several sources know is one."""
        described = self._described("target", None)
        rows = self._settle_targets(described)
        before = self._served(Target)
        changed = self._write(Target, rows, before, citing)
        self._gone[Target] = [id_ for id_ in before if id_ not in rows]
        known = [*(id_ for id_ in changed if id_ in before), *self._gone[Target]]
        self._affect(table_of(Mechanism).c.target_id, table_of(Mechanism).c.id, known)

    def remove_unnamed(self, *tables: type[SQLModel]) -> None:
        """Remove what no record names any more; to be done when nothing refers to it."""
        for table in tables:
            ids = self._gone.get(table, [])
            self._tables.delete(table, "id", ids)
            self._tables.remove_documents(f"{table_of(table).name}s", ids)

    def _described(self, noun: str, ids: Iterable[str] | None) -> dict[tuple[str, str], Row]:
        """The first source's description of each, by its id there and its source."""
        table = table_of(ImportedMention)
        statement = (
            sa.select(table.c.id, table.c.source_id, table.c.body)
            .where(table.c.noun == noun)
            .distinct()
        )
        found: Iterable[Any] = self._connection.execute(statement) if ids is None else ()
        if ids is not None:
            found = select_in(self._connection, statement.where(among(table.c.id)), ids)
        best: dict[str, tuple[int, str, str]] = {}
        for row in found:
            this = (self._rank[row.source_id], row.body, row.source_id)
            if row.id not in best or this < best[row.id]:
                best[row.id] = this
        return {(id_, source): from_json(body) for id_, (_, body, source) in sorted(best.items())}

    def _settle_targets(self, described: dict[tuple[str, str], Row]) -> dict[str, Row]:
        rows = {id_: row for (id_, source), row in described.items() if source == SEED}
        self.target_ids = {id_: id_ for id_ in rows}
        known = {(i["system"], i["value"]): id_ for id_, row in rows.items() for i in _own_of(row)}
        for (id_, source), row in described.items():
            if source == SEED:
                continue
            same = next((known[key] for i in _own_of(row) if (key := _key(i)) in known), None)
            if same is None:
                same = slug(row["name"])
                if same in rows:
                    same = shortened(f"{same}-{id_}")
                rows[same] = row | {"id": same}
            self.target_ids[id_] = same
        return rows

    def _served(self, table: type[SQLModel], ids: list[str] | None = None) -> dict[str, Row]:
        columns = table_of(table).c
        statement = sa.select(*columns)
        found: Iterable[Any] = self._connection.execute(statement) if ids is None else ()
        if ids is not None:
            found = select_in(self._connection, statement.where(among(columns.id)), ids)
        served = {row.id: dict(row._mapping) for row in found}
        for name, part in parts_of(table).items():
            of = table_of(part)
            for row in served.values():
                row[name] = []
            for item in self._connection.execute(
                sa.select(*of.c).order_by(of.c[part.owner[0]], of.c.position)
            ).mappings():
                served[item[part.owner[0]]][name].append(dict(item))
        return served

    def _write(
        self,
        table: type[SQLModel],
        rows: dict[str, Row],
        before: dict[str, Row],
        citing: Citing | None,
    ) -> list[str]:
        """Write those rows that are new or read otherwise, and say which."""
        changed = []
        for id_, entry in rows.items():
            row = _flat(table, entry)
            if citing is not None:
                row = nested(table, entry, {"id": id_}, citing)
            if row == before.get(id_):
                continue
            changed.append(id_)
            self.unused.add(before.get(id_, {}).get("evidence_id"))
            if id_ not in before:
                write(self._tables, table, row)
                continue
            parts = parts_of(table)
            self._connection.execute(
                table_of(table).update().where(table_of(table).c.id == id_),
                {name: value for name, value in row.items() if name not in parts},
            )
            for name, part in parts.items():
                self._tables.delete(part, part.owner[0], [id_])
                for item in row[name]:
                    write(self._tables, part, item)
        self._tables.write()
        noun = f"{table_of(table).name}s"
        if noun in self.changed:
            self.changed[noun] += changed
        return changed

    def _affect(self, column: sa.Column[Any], fact: sa.Column[Any], ids: list[str]) -> None:
        statement = (
            sa.select(col(Fact.drug_id))
            .join_from(Fact, column.table, fact == col(Fact.id))
            .where(among(column))
            .distinct()
        )
        self.affected.update(row[0] for row in select_in(self._connection, statement, ids))


def _flat(table: type[SQLModel], entry: Row) -> Row:
    return {column.name: entry.get(column.name) for column in table_of(table).columns}


def _key(identifier: Row) -> tuple[str, str]:
    return identifier["system"], identifier["value"]


def _own_of(row: Row) -> list[Row]:
    """A target's identifiers that no other target has: those of the registry of targets."""
    return [i for i in row.get("identifiers") or [] if i["system"] == "gtopdb"]
