"""What the sources say, made into what is served: drugs, their facts, and the documents of both.

Everything follows from the source records, and only what an import changed is rebuilt: the drugs of
the substances whose records changed, and those that substances are found to be otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.documents.lookup_rows import drug_rows, rows_of
from app.documents.records import RecordLinks
from app.documents.rendering import documents_of
from app.ingest.bulk_insert import IN_ONE, Tables, among, chunks, select_in
from app.ingest.mentions.after_import import MentionsAfterImport
from app.ingest.publishing.brands import changed_brands, leave_to_combinations
from app.ingest.publishing.descriptions import Description, describe_drugs
from app.ingest.publishing.fact_writer import FactWriter
from app.ingest.publishing.known_names import NamesAfterImport
from app.ingest.publishing.label_copies import drugs_of_copies
from app.ingest.publishing.references import SEED, References
from app.ingest.resolution.aliases import write_aliases
from app.ingest.resolution.substances import ResolutionResult, resolve_by_name, resolve_substances
from app.ingest.sources import IMPORTERS, NAME_NO_DRUGS
from app.ingest.staging.upserting import AT_ONCE, Changes
from app.models.base import table_of
from app.models.condition import Condition, ConditionCode
from app.models.document import Document
from app.models.drug import Drug
from app.models.label import Label, LabelTerm
from app.models.lookup import (
    ApprovedApplication,
    NameIdentifier,
    SearchedName,
    SearchedPiece,
)
from app.models.mechanism import Target
from app.models.product import Product, ProductName, ProductNdc
from app.models.source import Source
from app.models.source_record import (
    RecordStatement,
    RecordSubstance,
    SourceRecord,
    SourceStatement,
    SourceSubstance,
)

ORDER = (SEED, *IMPORTERS)
"""The order in which sources are asked what a substance is: the most careful first."""

READ_SOON = (
    *(Drug, Document, SearchedName, SearchedPiece, NameIdentifier),
    *(Label, LabelTerm, Product, ProductName, ProductNdc),
)
"""Tables that are read by what a client asks for."""

NAMERS = tuple(source for source in ORDER if source not in NAME_NO_DRUGS)
"""The sources that make drugs known; the others only speak of drugs that are."""


def publish(connection: sa.Connection, tables: Tables, changes: Changes) -> Counter[str]:
    """Have what is served follow what an import changed; says how many facts that changed."""
    is_large = changes.counts.total() > AT_ONCE
    if is_large:
        tables.analyze(SourceRecord, RecordSubstance, RecordStatement, SourceStatement)
    references = References(connection, tables, ORDER)
    sources = references.update_sources(changes)
    resolution = resolve_substances(connection, tables, changes, NAMERS)
    if is_large:
        tables.analyze(SourceSubstance)
    conditions = references.update_conditions(changes)
    targets = references.update_targets(changes)

    affected = resolution.affected | sources.affected | conditions.affected | targets.affected
    copies = drugs_of_copies(connection, changes)
    affected |= _drugs_read_again(connection, changes) | copies
    described = describe(connection, references.links, resolution, affected)
    dropped = resolution.served - resolution.drugs.keys()
    further = changed_brands(connection, resolution.drugs, described, dropped) - described.keys()
    described |= describe(connection, references.links, resolution, further)
    affected |= further
    leave_to_combinations(connection, resolution.drugs, described, described)
    by_name, moved = resolve_rest_by_name(connection, tables, changes, resolution, described)
    described |= describe(connection, references.links, resolution, by_name)
    leave_to_combinations(connection, resolution.drugs, described, by_name)
    affected |= by_name

    drugs = [described[id_] for id_ in sorted(described)]
    mentions = MentionsAfterImport(connection, resolution.drugs, described)
    naming = mentions.drugs_that_name_others(affected) - described.keys()
    _write_drugs(connection, tables, affected & resolution.served, drugs)
    write_aliases(connection, tables, sorted(affected), resolution.drugs)
    write_name_identifiers(tables, sorted(affected), drugs)
    naming_others = describe(connection, references.links, resolution, sorted(naming))
    leave_to_combinations(connection, resolution.drugs, described | naming_others, naming)
    facts = FactWriter(
        connection,
        tables,
        references,
        mentions=mentions,
        served=resolution.served,
        moved=resolution.moved or moved or bool(copies),
    )
    facts.write([*drugs, *(naming_others[id_] for id_ in sorted(naming_others))])
    tables.write()
    gone = sorted((affected & resolution.served) - resolution.drugs.keys())
    facts.remove(gone)
    facts.write_labels_of_no_drug(changes.labels)
    facts.write_products_of_no_drug()
    tables.delete(Drug, "id", gone)

    named = {id_ for noun, id_ in changes.references if noun == "condition"}
    unnamed = references.unnamed_conditions(named | facts.conditions_dropped | set(conditions.gone))
    references.remove(Condition, unnamed)
    references.remove(Target, targets.gone)
    references.remove(Source, sources.gone)
    _remove_unstated(connection, tables, changes.dropped)
    written = {*conditions.changed, *facts.conditions_added} - set(unnamed)
    _write_documents(connection, tables, references.links, "conditions", sorted(written))
    _write_documents(connection, tables, references.links, "sources", sources.changed)
    tables.finish()
    if is_large:  # readers come before Postgres would do it by itself
        tables.analyze(*READ_SOON)
    return facts.counts


def write_name_identifiers(
    tables: Tables, drug_ids: Iterable[str], described: Iterable[Description]
) -> None:
    """Replace the identifiers of these drugs' names by those that they are described with."""
    tables.delete(NameIdentifier, "drug_id", drug_ids)
    for description in described:
        for (system, value), name in sorted(description.leading.items()):
            row = (description.drug.id, system, value, name)
            tables.add_row(table_of(NameIdentifier), row)


def describe(
    connection: sa.Connection,
    links: RecordLinks,
    resolution: ResolutionResult,
    drug_ids: Iterable[str],
) -> dict[str, Description]:
    """The drugs of these ids that there are, as their records describe them."""
    drugs = [resolution.drugs[id_] for id_ in drug_ids if id_ in resolution.drugs]
    return describe_drugs(connection, links, ORDER, drugs, resolution.ambiguous)


def resolve_rest_by_name(
    connection: sa.Connection,
    tables: Tables,
    changes: Changes,
    resolution: ResolutionResult,
    described: Mapping[str, Description],
) -> tuple[frozenset[str], bool]:
    """Let sources find drugs that only speak of those which others name; says which drugs that
    affects, and whether facts may have moved."""

    known = NamesAfterImport(connection, resolution.drugs, described)
    affected: frozenset[str] = frozenset()
    moved = False
    for source in ORDER:
        if source not in NAMERS:
            found, may_have_moved = resolve_by_name(
                connection, tables, changes, source, known, resolution.drugs
            )
            affected, moved = affected | found, moved or may_have_moved
    return affected, moved


def _drugs_read_again(connection: sa.Connection, changes: Changes) -> frozenset[str]:
    """The drugs that a source speaks of, if it was read as a whole later than they say: whether or
    not it says more of them."""
    if not changes.is_newer:
        return frozenset()
    substance = table_of(SourceSubstance).c
    of = sa.select(substance.drug_id).where(
        substance.source_id == changes.source_id, substance.drug_id.is_not(None)
    )
    return frozenset(connection.execute(of).scalars())


def _write_drugs(
    connection: sa.Connection,
    tables: Tables,
    there: Iterable[str],
    described: Sequence[Description],
) -> None:
    """Write what drugs are found by, in place of what there is of these."""
    there = sorted(there)
    for part in (*Drug.found_by_parts.values(), ApprovedApplication):
        tables.delete(part, "drug_id", there)
    table = table_of(Drug)
    of = sa.select(*table.c).where(among(table.c.id))
    before = {row[0]: tuple(row) for row in select_in(connection, of, there)}
    rows_of_parts = []
    for description in described:
        row, rows = drug_rows(description.record)
        rows_of_parts += rows
        if row[0] not in before:
            tables.add_row(table, row)
        elif row != before[row[0]]:
            new = dict(zip(table.columns.keys(), row, strict=True))
            tables.execute(table.update().where(table.c.id == row[0]), new)
    tables.write()  # an ingredient may be any of them
    for part_table, row in rows_of_parts:
        tables.add_row(part_table, row)


def _remove_unstated(connection: sa.Connection, tables: Tables, digests: Iterable[str]) -> None:
    """Remove those of these statements that no record makes any more."""
    statement, made = table_of(SourceStatement).c, table_of(RecordStatement).c
    unstated = sa.select(statement.digest).where(
        among(statement.digest), ~sa.exists().where(made.digest == statement.digest)
    )
    gone = [row[0] for row in select_in(connection, unstated, digests)]
    tables.delete(SourceStatement, "digest", gone)


def _write_documents(
    connection: sa.Connection, tables: Tables, links: RecordLinks, kind: str, ids: Sequence[Any]
) -> None:
    for chunk in chunks(ids, IN_ONE):
        tables.remove_documents(kind, chunk)
        if kind == "conditions":
            tables.delete(ConditionCode, "condition_id", chunk)
        for document in documents_of(connection, kind, chunk, links):
            for table, row in rows_of(kind, document["record"]):
                tables.add_row(table, row)
            tables.add_document(document)
