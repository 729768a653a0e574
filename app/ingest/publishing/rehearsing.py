"""Rehearsing a release: everything is made of the source records once more, and nothing is written.

What would be written is not what the source records say: `medfacts check` names it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app.ingest.bulk_insert import Tables
from app.ingest.mentions.after_import import MentionsAfterImport
from app.ingest.publishing.brands import leave_to_combinations
from app.ingest.publishing.fact_writer import FactWriter, records_of_labels
from app.ingest.publishing.publish import (
    NAMERS,
    ORDER,
    describe,
    resolve_rest_by_name,
    write_name_identifiers,
)
from app.ingest.publishing.references import SEED, References
from app.ingest.resolution.aliases import write_aliases
from app.ingest.resolution.substances import resolve_substances
from app.ingest.staging.upserting import Changes
from app.models.base import Row, table_of
from app.models.document import Document
from app.models.fact import Fact
from app.models.lookup import IdentifierAlias, NameAlias, NameIdentifier
from app.models.source_record import SourceReference

ALIASES = (IdentifierAlias, NameAlias, NameIdentifier)


def faults_of_release(connection: sa.Connection) -> Iterator[str]:
    """What is not what the source records make of it."""
    tables = _Rehearsal(connection)
    references = References(connection, tables, ORDER)
    changes = Changes(SEED)
    reference = table_of(SourceReference).c
    named = connection.execute(sa.select(reference.noun, reference.id).distinct()).all()
    changes.references.update((noun, id_) for noun, id_ in named)
    references.update_sources(changes)
    resolution = resolve_substances(connection, tables, changes, NAMERS)
    references.update_conditions(changes)
    references.update_targets(changes)
    described = describe(connection, references.links, resolution, sorted(resolution.drugs))
    leave_to_combinations(connection, resolution.drugs, described, described)
    resolve_rest_by_name(connection, tables, changes, resolution, described)
    drugs = [described[id_] for id_ in sorted(described)]
    write_aliases(connection, tables, sorted(resolution.drugs), resolution.drugs)
    write_name_identifiers(tables, sorted(resolution.drugs), drugs)
    facts = FactWriter(
        connection,
        tables,
        references,
        mentions=MentionsAfterImport(connection, resolution.drugs, described),
        served=resolution.served,
        moved=resolution.moved,
    )
    facts.write(drugs)
    facts.write_labels_of_no_drug(records_of_labels(connection))
    facts.write_products_of_no_drug()
    yield from tables.faults(connection)
    for id_ in sorted(resolution.served - resolution.drugs.keys()):
        yield f"No source record speaks of the drug '{id_}'."


class _Rehearsal(Tables):
    """Tables that are not written: what would be is noted."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        self._rows: dict[sa.Table, list[tuple[Any, ...]]] = defaultdict(list)  # type: ignore[assignment] # not written
        self._others: dict[tuple[str, str], None] = {}

    def add_document(self, document: Row) -> None:
        """Note it."""
        self._others[document["kind"], document["id"]] = None

    def remove_documents(
        self, kind: str, ids: Iterable[str], drug_ids: list[str] | None = None
    ) -> None:
        """Note them."""
        self._others |= {(kind, id_): None for id_ in ids}

    def add(self, table: sa.Table, row: dict[str, Any]) -> None:
        """Note it."""
        self._rows[table].append(tuple(row.get(column.name) for column in table.columns))

    def add_row(self, table: sa.Table, row: tuple[Any, ...]) -> None:
        """Note it."""
        self._rows[table].append(row)

    def add_all(self, table: sa.Table, tuples: Sequence[tuple[Any, ...]]) -> None:
        """Note them."""
        self._rows[table].extend(tuples)

    def delete(self, model: Any, column: str, values: Iterable[Any], **also: Any) -> int:
        """Delete nothing."""
        return 0

    def execute(self, statement: Any, values: Any = None) -> None:
        """Note what it would write; what it deletes is written again, where it is right."""
        if isinstance(statement, sa.Update):
            self._rows[statement.table].append(tuple(values.values()))  # type: ignore[index] # a table

    def write(self) -> None:
        """Write nothing."""

    def finish(self) -> None:
        """Write nothing."""

    def analyze(self, *models: Any) -> None:
        """Nothing was written."""

    def faults(self, connection: sa.Connection) -> Iterator[str]:
        """What would have been written, a sentence each."""
        for kind, id_ in self._others:
            yield f"The record of {kind} '{id_}' is not what its sources say."
        for model in ALIASES:
            table = table_of(model)
            made = set(self._rows.pop(table, ()))
            there = {tuple(row) for row in connection.execute(sa.select(*table.c))}
            for row in sorted(made ^ there, key=str):
                yield f"A row of {table.name}, '{row[0]}', is not what the sources say."
        for table, rows in self._rows.items():
            if table.name not in (table_of(Document).name, table_of(Fact).name):
                for row in rows:
                    yield f"A row of {table.name}, '{row[0]}', is not what the sources say."
