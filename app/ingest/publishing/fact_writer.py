"""The facts of drugs and their documents: made of what the records state, and written if changed.

Records that state the same make one fact, which cites each of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from app.database.engines import Row, table_of
from app.documents.drug_records import drug_as_served
from app.documents.fact_records import Searched, coverage, fact_as_served
from app.documents.records import Found
from app.documents.rendering import document_of
from app.ingest.bulk_insert import Tables, among, chunks, select_in
from app.ingest.publishing.comparing import account_of, discrepancies
from app.ingest.publishing.descriptions import NAMED_BY, Description
from app.ingest.publishing.references import SEED, Mentions
from app.ingest.publishing.rows import Citing, Passage, nested, passages, write
from app.ingest.resolution.resolver import Identified
from app.models.discrepancy import Discrepancy
from app.models.document import Document
from app.models.drug import Drug
from app.models.fact import Detail, Fact, fact_kinds
from app.models.source_record import (
    ImportedStatement,
    ImportedSubstance,
    RecordStatement,
    RecordSubstance,
)
from app.models.trial import Trial
from app.names.slugs import shortened

NOT_SEARCHED = {kind: coverage([]) for kind in fact_kinds()}

CLAIMS_AT_ONCE = 500
"""About how many records' statements are made into facts together."""

FACTS_AT_ONCE = 500
LETTERS_AT_ONCE = 4_000_000
"""How many facts, and letters of their documents, wait to be written."""


@dataclass(slots=True)
class FactInMaking:
    """A fact, as the records that state it give it."""

    id: str
    drug_id: str
    digest: str
    source_id: str
    substance: Row | None
    passages: list[Passage] = field(default_factory=list)


@dataclass(slots=True)
class _Made:
    """What some drugs' facts and documents are now, beside what is stored of them.

    `stored` has each document's drug and checksum by its kind and id.
    """

    stored: dict[tuple[str, str], tuple[str, int]]
    there: set[tuple[str, str]] = field(default_factory=set)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    facts: list[tuple[type[Detail], Row]] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)

    def add(self, document: Row) -> bool:
        """Take a document; says whether it is new, or reads otherwise than what is stored."""
        key = _key(document)
        self.there.add(key)
        if self.stored.get(key) == (document["drug_id"], document["checksum"]):
            return False
        self.documents.append(document)
        return True


def _key(document: Row) -> tuple[str, str]:
    return document["kind"], document["id"]


class DrugFacts:
    """Writes the facts and the documents of drugs that their records describe."""

    def __init__(
        self,
        connection: sa.Connection,
        tables: Tables,
        citing: Citing,
        found: Found,
        mentions: Mentions,
        *,
        sources: tuple[str, ...],
        served: Iterable[str],
        moved: bool,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._citing = citing
        self._found = found
        self._mentions = mentions
        self._rank = {source: i for i, source in enumerate(sources)}
        self._served = frozenset(served)
        self._moved = moved
        self.counts: Counter[str] = Counter()
        """How many facts are new, changed and removed."""
        self.unused: set[str | None] = set()
        """Evidence on which something rested that is gone."""

    def write(self, descriptions: Iterable[Description]) -> None:
        """Make the drugs' facts and documents, and write those that are not there already."""
        batch: dict[str, Description] = {}
        claims = 0
        for description in descriptions:
            batch[description.drug.id] = description
            claims += len(description.claims)
            if claims >= CLAIMS_AT_ONCE:
                self._write(batch)
                batch, claims = {}, 0
        self._write(batch)

    def remove(self, drug_ids: list[str]) -> None:
        """Remove all facts and documents of drugs."""
        rows = select_in(self._connection, STORED, drug_ids)
        keys = [(row.kind, row.id) for row in rows]
        self.counts["removed"] += sum(kind != "drugs" for kind, _ in keys)
        self._remove(drug_ids, keys)

    def _write(self, batch: dict[str, Description]) -> None:
        there = [id_ for id_ in batch if id_ in self._served]
        stored: dict[tuple[str, str], tuple[str, int]] = {
            (row.kind, row.id): (row.drug_id, row.checksum)
            for row in select_in(self._connection, STORED, there)
        }
        made = _Made(stored)
        for facts in chunks(self._in_making(batch), FACTS_AT_ONCE):
            for table, rows in self._rows(batch, facts).items():
                self._mentions.add_conditions(_conditions_of(rows), self._citing)
                self._found.find_linked(self._connection, table, rows)
                for row in rows:
                    self._make_fact(made, table, row)
            self._write_made(made, list(batch))
        for description in batch.values():
            if description.of_several_sources:
                drug = description.drug
                for entry in discrepancies(drug.name, description.said):
                    row = self._discrepancy_row(entry, description.drug)
                    self._make_fact(made, Discrepancy, row)
            self._make_drug(made, description)
        self._write_made(made, list(batch))
        removed = [key for key in made.stored if key not in made.there]
        self.counts["removed"] += sum(kind != "drugs" for kind, _ in removed)
        self._remove(list(batch), removed)

    def _rows(
        self, batch: dict[str, Description], facts: list[FactInMaking]
    ) -> dict[type[Detail], list[Row]]:
        """The facts' rows by their kinds' tables, and in the descriptions what may disagree."""
        digests = {fact.digest for fact in facts}
        bodies = {
            row.digest: (row.kind, row.body)
            for row in select_in(self._connection, BODIES, sorted(digests))
        }
        rows: dict[type[Detail], list[Row]] = defaultdict(list)
        for fact in facts:
            description = batch[fact.drug_id]
            kind, body = bodies[fact.digest]
            table = fact_kinds()[kind]
            row = self._fact_row(table, from_json(body), fact, description.drug)
            rows[table].append(row)
            if table is Trial:
                description.said.accounts.append(account_of(fact.source_id, row, fact.passages))
        return rows

    def _in_making(self, batch: dict[str, Description]) -> list[FactInMaking]:
        """The facts of drugs, each with every record that states it."""
        with_facts = [id_ for id_, drug in batch.items() if drug.has_statements]
        made: dict[str, dict[tuple[str, str], FactInMaking]] = defaultdict(dict)
        taken: set[tuple[str, str, str, str]] = set()
        rows = list(select_in(self._connection, STATEMENTS, with_facts))
        rank = self._rank
        rows.sort(key=lambda row: (rank[row[0]], *row[1:4]))
        for source_id, record_id, _, position, drug_id, digest, name, locator, cite in rows:
            claim = batch[drug_id].claims[source_id, record_id]
            statement = (drug_id, source_id, record_id, position)
            if statement in taken:  # two of a trial's interventions are this drug
                continue
            taken.add(statement)
            id_ = _fact_id(name, claim.label)
            fact = made[drug_id].get((id_, digest))
            if fact is None:
                substance = None
                if source_id != SEED:
                    substance = {"name": claim.called, "matched_by": claim.matched_by.value}
                fact = FactInMaking(id_, drug_id, digest, source_id, substance)
                made[drug_id][id_, digest] = fact
            if cite is not None:
                fact.passages += passages(cite)
            else:
                where = ", ".join(part for part in (claim.said["locator"], locator) if part)
                fact.passages.append((source_id, where))
        for facts in made.values():
            alike = Counter(id_ for id_, _ in facts)
            for (id_, digest), fact in facts.items():
                if alike[id_] > 1:  # the same sentence, with other fields beside it
                    fact.id = shortened(f"{id_}-{digest[:8]}")
        return [fact for facts in made.values() for fact in facts.values()]

    def _make_fact(self, made: "_Made", table: type[Detail], row: Row) -> None:
        record = fact_as_served(row, self._found.served(table, row))
        document = document_of(table.kind_name, row["id"], row["drug_id"], record)
        made.counts[row["drug_id"]][table.kind_name] += 1
        if made.add(document):
            made.facts.append((table, row))

    def _make_drug(self, made: "_Made", description: Description) -> None:
        id_ = description.drug.id
        searched = dict(NOT_SEARCHED)
        read: dict[str, list[Searched]] = defaultdict(list)
        for kind, source, complete, as_of in description.coverage:
            read[kind].append(Searched(self._mentions.sources[source], complete, as_of))
        for kind, by_source in read.items():
            searched[kind] = coverage(by_source)
        counts = {kind: made.counts[id_][kind] for kind in fact_kinds()}
        served = self._found.served(Drug, description.row)
        made.add(document_of("drugs", id_, id_, drug_as_served(served, counts, searched)))

    def _write_made(self, made: "_Made", drug_ids: list[str]) -> None:
        """Write what is new or reads otherwise, in place of what is there."""
        replaced = [key for document in made.documents if (key := _key(document)) in made.stored]
        changed = sum(kind != "drugs" for kind, _ in replaced)
        self.counts["changed"] += changed
        self.counts["new"] += len(made.facts) - changed
        self._remove(drug_ids, replaced)
        if self._moved and made.facts:  # a fact may be another drug's as yet
            self._remove(None, [(table.kind_name, row["id"]) for table, row in made.facts])
        for table, row in made.facts:
            self._tables.add(table_of(Fact), row)
            write(self._tables, table, row)
        for document in made.documents:
            self._tables.add_document(document)
        letters = sum(len(document["body"]) for document in made.documents)
        if letters > LETTERS_AT_ONCE:
            self._tables.write()
        made.facts.clear()
        made.documents.clear()
        self._citing.forget()

    def _fact_row(
        self, table: type[Detail], entry: Row, fact: FactInMaking, drug: Identified
    ) -> Row:
        if entry.get("target"):
            entry["target"] = self._mentions.target_ids[entry["target"]]
        where = fact.passages
        if table.cited_by is not None:
            where = [p for part in entry[table.cited_by] for p in passages(part["cite"])]
        keys = {
            "id": fact.id,
            "kind": table.kind_name,
            "drug_id": drug.id,
            "drug_name": drug.name,
            "statement": entry["statement"],
            "certainty": entry["certainty"],
            "substance": fact.substance,
            "evidence_id": self._citing.evidence(where),
        }
        return nested(table, entry, keys, self._citing)

    def _discrepancy_row(self, entry: Row, drug: Identified) -> Row:
        id_ = shortened(f"{drug.id}-discrepancy-{entry['key']}")
        fact = FactInMaking(id_, drug.id, "", "", None)
        return self._fact_row(Discrepancy, entry, fact, drug)

    def _remove(self, drug_ids: list[str] | None, keys: Iterable[tuple[str, str]]) -> None:
        """Remove documents, and the facts that they are of, if they are of one of these drugs."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, id_ in keys:
            by_kind[kind].append(id_)
        for kind, ids in by_kind.items():
            if kind in fact_kinds():
                self.drop_evidence(Fact, "id", ids)
                self._drop_evidence_of_parts(fact_kinds()[kind], ids)
                self._tables.delete(Fact, "id", ids, drug_id=drug_ids)
            self._tables.remove_documents(kind, ids, drug_ids)

    def drop_evidence(self, table: Any, column: str, ids: list[str]) -> None:
        """Note evidence that may be used no more."""
        of = table_of(table)
        statement = sa.select(of.c.evidence_id).where(among(of.c[column])).distinct()
        self.unused.update(row[0] for row in select_in(self._connection, statement, ids))

    def _drop_evidence_of_parts(self, table: type[Any], ids: list[str]) -> None:
        for part in table.parts.values():
            if "evidence_id" in part.model_fields:
                self.drop_evidence(part, part.owner[0], ids)


def _conditions_of(rows: list[Row]) -> set[str]:
    """The conditions that facts of one kind name, themselves or in a part."""
    own = {row["condition_id"] for row in rows if row.get("condition_id")}
    of_parts = {part["condition_id"] for row in rows for part in row.get("conditions", ())}
    return own | of_parts


def _fact_id(name: str, label: str) -> str:
    """A fact's id: a person's own, or made with what the substance is called."""
    if name.startswith("/"):
        return name[1:]
    if name.startswith("="):
        return shortened(f"{name[1:]}-{label}")
    return shortened(f"{label}-{name}")


_substance = table_of(ImportedSubstance).c
_link = table_of(RecordSubstance).c
_said = table_of(RecordStatement).c

STATEMENTS = (
    sa.select(
        _said.source_id,
        _said.record_id,
        _link.position,
        _said.position.label("place"),
        _substance.drug_id,
        _said.digest,
        _said.name,
        _said.locator,
        _said.cite,
    )
    .join_from(table_of(ImportedSubstance), table_of(RecordSubstance), NAMED_BY)
    .join(
        table_of(RecordStatement),
        sa.and_(_said.source_id == _link.source_id, _said.record_id == _link.record_id),
    )
    .where(among(_substance.drug_id))
)

_document = table_of(Document).c

_fact = table_of(Fact).c

STORED = (
    sa.select(_fact.drug_id, _fact.kind, _fact.id, _document.checksum)
    .join_from(
        table_of(Fact),
        table_of(Document),
        sa.and_(_document.kind == _fact.kind, _document.id == _fact.id),
        isouter=True,
    )
    .where(among(_fact.drug_id))
    .union_all(
        sa.select(_document.drug_id, _document.kind, _document.id, _document.checksum).where(
            _document.kind == "drugs", among(_document.id)
        )
    )
)

_statement = table_of(ImportedStatement).c

BODIES = sa.select(_statement.digest, _statement.kind, _statement.body).where(
    among(_statement.digest)
)
