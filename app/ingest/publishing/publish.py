"""What the sources say, made into what is served: drugs, their facts, and the documents of both.

Everything follows from the records that are there, and only what an import changed is made anew:
the drugs of the substances whose records changed, and those whose identity did.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.database.engines import table_of
from app.documents.records import Found
from app.documents.rendering import documents_of
from app.ingest.bulk_insert import IN_ONE, Tables, among, chunks, select_in
from app.ingest.publishing.descriptions import Description, Descriptions
from app.ingest.publishing.fact_writer import DrugFacts
from app.ingest.publishing.references import SEED, Mentions
from app.ingest.publishing.rows import Citing
from app.ingest.resolution.aliases import claimed_names, write_claims
from app.ingest.resolution.resolver import UNKNOWN, is_distinctive
from app.ingest.resolution.substances import Substances
from app.ingest.sources import IMPORTERS, NAME_NO_DRUGS
from app.ingest.staging.upserting import AT_ONCE, Changes
from app.models.condition import Condition
from app.models.document import Document
from app.models.drug import Coverage, Drug, DrugName, NameType
from app.models.lookup import SearchedName, SearchedPiece
from app.models.mechanism import Target
from app.models.source import Citation, Evidence, Source
from app.models.source_record import (
    ImportedRecord,
    ImportedSource,
    ImportedStatement,
    ImportedSubstance,
    RecordStatement,
    RecordSubstance,
)
from app.names.slugs import normalised

ORDER = (SEED, *IMPORTERS)
"""The order in which sources are asked what a substance is: the most careful first."""

NAMERS = tuple(source for source in ORDER if source not in NAME_NO_DRUGS)
"""The sources that make drugs known; the others only speak of drugs that are."""


def publish(connection: sa.Connection, tables: Tables, changes: Changes) -> Counter[str]:
    """Have what is served follow what an import changed; says how many facts that changed."""
    return _Publication(connection, tables, changes).publish()


class _Publication:
    """Makes what is served follow what an import changed."""

    def __init__(self, connection: sa.Connection, tables: Tables, changes: Changes) -> None:
        self._connection = connection
        self._tables = tables
        self._changes = changes
        self._substances = Substances(connection, changes)
        self._mentions = Mentions(connection, tables, changes, ORDER)

    def publish(self) -> Counter[str]:
        """Bring everything that is served up to date; says how many facts that changed."""
        substances, mentions, tables = self._substances, self._mentions, self._tables
        mentions.write_sources()
        found = Found()
        citing = Citing(tables, found, mentions.sources)
        is_large = self._changes.counts.total() > AT_ONCE
        if is_large:
            tables.analyze(ImportedRecord, RecordSubstance, RecordStatement, ImportedStatement)
        substances.identify(NAMERS)
        substances.write(tables)
        if is_large:
            tables.analyze(ImportedSubstance)
        mentions.write_conditions(citing)
        mentions.write_targets(citing)
        substances.affected |= mentions.affected | self._read_again()
        descriptions = Descriptions(self._connection, citing, ORDER)
        affected = self._describe(descriptions)
        affected |= self._find_by_name(descriptions)
        citing.keep()
        described = [descriptions.of[id_] for id_ in sorted(affected & descriptions.of.keys())]
        facts = DrugFacts(
            self._connection,
            tables,
            citing,
            found,
            mentions,
            sources=ORDER,
            served=substances.served,
            moved=substances.moved,
        )
        self._write_drugs(facts, affected, described)
        write_claims(self._connection, tables, sorted(affected), substances.drugs)
        facts.write(described)
        tables.write()
        gone = sorted(affected & substances.served.keys() - substances.drugs.keys())
        facts.remove(gone)
        tables.delete(Drug, "id", gone)
        mentions.remove_unnamed_conditions()
        mentions.remove_unnamed(Condition, Target)
        self._remove_unused(facts.unused | mentions.unused)
        mentions.remove_unnamed(Source)
        self._write_documents("conditions", mentions.changed["conditions"])
        self._write_documents("sources", mentions.changed["sources"])
        tables.finish()
        if is_large:  # readers come before Postgres would do it by itself
            tables.analyze(Drug, Document, SearchedName, SearchedPiece)
        return facts.counts

    def _describe(self, descriptions: Descriptions) -> set[str]:
        """Describe the drugs that are affected so far, and say which."""
        substances = self._substances
        descriptions.describe(substances.affected, substances.drugs, substances.contested)
        return substances.affected

    def _find_by_name(self, descriptions: Descriptions) -> set[str]:
        """Let sources find drugs that only speak of those which others name; says of which."""
        self._substances.affected = set()
        names = cache(partial(self._drugs_by_name, descriptions))
        for source in ORDER:
            if source not in NAMERS:
                self._substances.find_by_name(source, names)
        self._substances.write(self._tables)
        return self._describe(descriptions)

    def _drugs_by_name(self, descriptions: Descriptions) -> dict[str, set[str]]:
        """Every drug by each of its names, brands too, as they are after this import.

        A name that is also that of another's salt, or of a product that was set aside, is theirs
        as well, so that it is nobody's.
        """
        found: dict[str, set[str]] = defaultdict(set)
        drugs, served = self._substances.drugs, table_of(DrugName).c
        columns = (served.drug_id, served.name, served.type, served.folded_name)
        for drug_id, name, type_, folded_name in self._connection.execute(sa.select(*columns)):
            if drug_id in descriptions.of or drug_id not in drugs:
                continue
            if type_ != NameType.BRAND or is_distinctive(name, drugs[drug_id].name):
                found[folded_name].add(drug_id)
        for id_, description in descriptions.of.items():
            for name in description.row["names"]:
                is_brand = name["type"] == NameType.BRAND
                if not is_brand or is_distinctive(name["name"], description.drug.name):
                    found[name["folded_name"]].add(id_)
        for name, owner in claimed_names(self._connection, drugs):
            if normalised(name) in found:
                found[normalised(name)].add(owner or UNKNOWN)
        return found

    def _read_again(self) -> set[str]:
        """Drugs of which the source was read later than they say, whether or not it says more."""
        of = table_of(ImportedSource)
        source_id = self._changes.source_id
        complete = self._connection.scalar(sa.select(of.c.complete).where(of.c.id == source_id))
        searched = table_of(Coverage)
        statement = sa.select(searched.c.drug_id).where(
            searched.c.source_id == source_id, searched.c.as_of < (complete or "")
        )
        return set(self._connection.execute(statement).scalars())

    def _write_drugs(
        self, facts: DrugFacts, affected: set[str], described: Sequence[Description]
    ) -> None:
        """Write the drugs' own rows, with those of their parts and how far they were searched."""
        there = [id_ for id_ in affected if id_ in self._substances.served]
        for part in Drug.parts.values():
            facts.drop_evidence(part, "drug_id", there)
            self._tables.delete(part, "drug_id", there)
        facts.drop_evidence(Drug, "id", there)
        self._tables.delete(Coverage, "drug_id", there)
        table = table_of(Drug)
        statement = sa.select(*table.c).where(among(table.c.id))
        before = {
            row.id: dict(row._mapping) for row in select_in(self._connection, statement, there)
        }
        for description in described:
            row = description.row
            if row["id"] not in before:
                self._tables.add(table, row)
            elif other := {n: row[n] for n, was in before[row["id"]].items() if row[n] != was}:
                self._connection.execute(table.update().where(table.c.id == row["id"]), other)
        self._tables.write()  # an ingredient may be any of them
        for description in described:
            for name, part in Drug.parts.items():
                if description.row[name]:
                    self._tables.add_rows(table_of(part), description.row[name])
            searched = [(description.drug.id, *how) for how in description.coverage]
            self._tables.add_all(table_of(Coverage), searched)

    def _remove_unused(self, evidence_ids: set[str | None]) -> None:
        """Remove evidence on which nothing rests any more, and statements that nobody makes."""
        evidence = table_of(Evidence)
        resting = [
            table.c.evidence_id
            for table in evidence.metadata.tables.values()
            if "evidence_id" in table.c and table.name != "citation"
        ]
        unused = sa.select(evidence.c.id).where(
            among(evidence.c.id),
            *(~sa.exists().where(column == evidence.c.id) for column in resting),
        )
        ids = [row[0] for row in select_in(self._connection, unused, evidence_ids)]
        self._tables.delete(Citation, "evidence_id", ids)
        self._tables.delete(Evidence, "id", ids)
        statement = table_of(ImportedStatement)
        unmade = sa.select(statement.c.digest).where(
            among(statement.c.digest),
            ~sa.exists().where(col(RecordStatement.digest) == statement.c.digest),
        )
        digests = [row[0] for row in select_in(self._connection, unmade, self._changes.dropped)]
        self._tables.delete(ImportedStatement, "digest", digests)

    def _write_documents(self, kind: str, ids: list[Any]) -> None:
        for chunk in chunks(ids, IN_ONE):
            self._tables.remove_documents(kind, chunk)
            for document in documents_of(self._connection, kind, chunk):
                self._tables.add_document(document)
