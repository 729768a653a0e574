"""The facts of drugs and their documents: made of what the records state, and written if changed.

Records that state the same make one fact, which cites each of them. Labels may state it in several
wordings: that of one is served, and the others stand in a document of their own. With the facts go
the labels that state them: the document of a label names the facts that its sections became.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from app.documents.compression import decompress
from app.documents.drug_records import drug_as_served
from app.documents.fact_records import (
    WORDINGS,
    Searched,
    coverage,
    fact_as_served,
    wording_of,
)
from app.documents.interaction_records import NAMES_FOUND_IN
from app.documents.label_records import label_as_served, section_as_served
from app.documents.lookup_rows import rows_of
from app.documents.records import Passage, passages
from app.documents.rendering import document_of
from app.documents.trial_events import ADVERSE_EVENTS, events_by_term
from app.ingest.bulk_insert import Tables, among, chunks, select_in
from app.ingest.mentions.after_import import MentionsAfterImport
from app.ingest.publishing.comparing import discrepancies, trial_account
from app.ingest.publishing.descriptions import Account, Description
from app.ingest.publishing.interaction_writer import (
    InteractionDocuments,
    StatedBy,
    is_of_reference,
)
from app.ingest.publishing.label_copies import RecordKey, other_copies
from app.ingest.publishing.mechanism_joining import (
    StatedMechanism,
    actions_at_targets,
    add_mechanism,
    joined_mechanisms,
)
from app.ingest.publishing.product_writer import PRODUCTS, ProductDocuments, ProductsByNdc
from app.ingest.publishing.references import SEED, References
from app.ingest.sources import OF_LABELS
from app.ingest.staging.preparing import NO_FACT
from app.models.base import Row, table_of
from app.models.discrepancy import Discrepancy
from app.models.document import Document
from app.models.fact import Detail, Fact, fact_kinds
from app.models.indication import Indication
from app.models.label import Label
from app.models.mechanism import Mechanism
from app.models.product import Product
from app.models.source_record import (
    JOINED,
    RecordStatement,
    RecordSubstance,
    RecordVersion,
    SourceRecord,
    SourceStatement,
    SourceSubstance,
)
from app.models.trial import Trial, TrialCondition
from app.names.slugs import shortened

NOT_SEARCHED = {kind: coverage([]) for kind in fact_kinds()}

RECORDS_AT_ONCE = 1_000
"""About how many records' statements are made into facts together."""

FACTS_AT_ONCE = 100
LETTERS_AT_ONCE = 4_000_000
"""How many facts, and letters of their documents, wait to be written: a trial may have hundreds of
thousands of letters."""

LABELS_AT_ONCE = 100
"""How many labels are made together: their texts are in memory then."""

LABELS = "labels"

ON_THEIR_OWN = (LABELS, PRODUCTS)
"""Kinds of document that are there whether or not their drug is known."""


MOST_CITED = 5
"""How many of the labels that state a fact it cites; its wordings have all."""


@dataclass(slots=True)
class OfLabel:
    """That a label states a fact: in which wording, by the digest, and where."""

    account: Account
    digest: str
    passage: Passage
    label: "LabelInMaking"


@dataclass(slots=True)
class FactInMaking:
    """A fact, as the records that state it give it.

    `stated` are the labels that do, where they may differ in their wording: first the one whose
    wording is served.
    """

    id: str
    drug_id: str
    digest: str
    source_id: str
    substance: Row | None
    role: str | None = None
    passages: list[Passage] = field(default_factory=list)
    stated: list[OfLabel] = field(default_factory=list)
    joined: list["FactInMaking"] = field(default_factory=list)
    """What other sources state of the same."""
    is_coded_mechanism: bool = False
    """It is a mechanism that no label and no person states."""
    of_labels: int = 0
    """How many labels there are for the same routes."""

    @property
    def digests(self) -> list[str]:
        """The digests of all its wordings, that of the one that is served first."""
        others = [*(of.digest for of in self.stated), *(of.digest for of in self.joined)]
        return list(dict.fromkeys([self.digest, *others]))


Statements = dict[RecordKey, list[tuple[Any, ...]]]
"""The statements of records, in the order of each: position, digest, name, locator and `cite`."""


@dataclass(slots=True)
class LabelInMaking:
    """A label: what is stored of its record, and of each of its statements the digest, and the fact
    that it became, if it became one."""

    id: str
    source_id: str
    body: bytes
    drug: Row | None = None
    is_reference: bool = False
    statements: list[tuple[str, FactInMaking | None]] = field(default_factory=list)
    products: ProductsByNdc | None = None

    def references(self, said: Row) -> list[Row]:
        """The links in one of its texts, with the facts that their places stand for."""
        return [
            reference
            | {
                "facts": [
                    {"kind": to["kind"], "id": fact.id}
                    for to in reference["facts"]
                    if (fact := self.statements[int(to["id"])][1])
                ]
            }
            for reference in said.get("cross_references", ())
        ]


WHOLE: Row = {
    "published_code": None,
    "number": None,
    "heading": None,
    "within": [],
    "part": 0,
}
"""What a section has of which its source says no more than what it is."""


@dataclass(slots=True)
class _Made:
    """What some drugs' facts and documents are now, beside what is stored of them.

    `stored` has each document's drug and checksum by its kind and id.
    """

    stored: dict[tuple[str, str], tuple[str, int]]
    there: set[tuple[str, str]] = field(default_factory=set)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    documents: list[Row] = field(default_factory=list)

    def add(self, document: Row) -> None:
        """Take a document, if it is new, or reads otherwise than what is stored."""
        key = _key(document)
        self.there.add(key)
        if self.stored.get(key) != (document["drug_id"], document["checksum"]):
            self.documents.append(document)


def _key(document: Row) -> tuple[str, str]:
    return document["kind"], document["id"]


class FactWriter:
    """Writes the facts and the documents of drugs that their records describe."""

    def __init__(
        self,
        connection: sa.Connection,
        tables: Tables,
        references: References,
        *,
        mentions: MentionsAfterImport,
        served: frozenset[str],
        moved: bool,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._references = references
        self._links = references.links
        self._products = ProductDocuments(connection, references.links)
        self._interactions = InteractionDocuments(mentions)
        self._served = served
        self._moved = moved
        self.counts: Counter[str] = Counter()
        """How many facts are new, changed and removed."""
        self.conditions_added: list[str] = []
        self.conditions_dropped: set[str] = set()
        """Conditions that facts named which are removed or changed."""
        self._labels_of_drugs: set[str] = set()
        self._labels_dropped: set[str] = set()
        """Labels that drugs had which are removed or changed."""

    def write(self, descriptions: Iterable[Description]) -> None:
        """Make the drugs' facts and documents, and write those that are not there already."""
        batch: dict[str, Description] = {}
        records = 0
        for description in descriptions:
            batch[description.drug.id] = description
            records += len(description.accounts)
            if records >= RECORDS_AT_ONCE:
                self._write(batch)
                batch, records = {}, 0
        self._write(batch)

    def remove(self, drug_ids: list[str]) -> None:
        """Remove all facts and documents of drugs."""
        rows = select_in(self._connection, STORED, drug_ids)
        keys = [(row.kind, row.id) for row in rows]
        self.counts["removed"] += sum(kind in fact_kinds() for kind, _ in keys)
        self._remove(drug_ids, keys)

    def write_labels_of_no_drug(self, changed: Iterable[str]) -> None:
        """Make the labels whose drug is not known, and write those that are not there already.

        `changed` are the records of labels that changed; those that drugs lost are known. To be
        called when the labels of all drugs are written.
        """
        ids = sorted({*changed, *self._labels_dropped} - self._labels_of_drugs)
        for chunk in chunks(ids, LABELS_AT_ONCE):
            made = _Made(
                {
                    (LABELS, id_): (drug_id, checksum)
                    for drug_id, id_, checksum in select_in(self._connection, LABELS_STORED, chunk)
                }
            )
            copies = other_copies(self._connection, chunk)
            labels = [
                LabelInMaking(id_, source_id, body)
                for source_id, id_, body in select_in(self._connection, OF_NO_DRUG, chunk)
                if from_json(decompress(body)).get("label")  # those of before have none
                and (source_id, id_) not in copies
            ]
            of_source: dict[str, set[str]] = defaultdict(set)
            for label in labels:
                of_source[label.source_id].add(label.id)
            statements = self._statements(of_source)
            for label in labels:
                said = statements.get((label.source_id, label.id), ())
                label.statements = [(digest, None) for _, digest, *_ in said]
            self._make_labels(made, labels)
            self._write_made(made, None)
            self._remove(None, [key for key in made.stored if key not in made.there])

    def write_products_of_no_drug(self) -> None:
        """Make the products whose drug is not known, and write those that are not there already.

        To be called when the products of all drugs are written.
        """
        of = sa.select(_document.drug_id, _document.id, _document.checksum).where(
            _document.kind == PRODUCTS, _document.drug_id.is_(None)
        )
        stored = self._connection.execute(of).all()
        made = _Made({(PRODUCTS, id_): (drug_id, checksum) for drug_id, id_, checksum in stored})
        for document in self._products.of_no_drug():
            made.add(document)
        self._write_made(made, None)
        self._remove(None, [key for key in made.stored if key not in made.there])

    def _write(self, batch: Mapping[str, Description]) -> None:
        there = [id_ for id_ in batch if id_ in self._served]
        made = _Made(
            {
                (kind, id_): (drug_id, checksum)
                for drug_id, kind, id_, checksum in select_in(self._connection, STORED, there)
            }
        )
        for description in batch.values():
            self._interactions.begin(description)
        in_making, labels = self._in_making(batch)
        in_making = self._join_mechanisms(batch, in_making)
        for facts in chunks(in_making, FACTS_AT_ONCE):
            entries = self._entries(batch, facts)
            conditions = {id_ for _, entry in entries for id_ in _conditions_of(entry)}
            self.conditions_added += self._references.add_conditions(conditions)
            for table, entry in entries:
                self._make_fact(made, table, entry)
                if entry["wordings"]:
                    record = self._wordings(entry["wordings"])
                    made.add(document_of(WORDINGS, entry["id"], entry["drug"]["id"], record))
                if table is Trial and (events := events_by_term(entry)):
                    made.add(document_of(ADVERSE_EVENTS, entry["id"], entry["drug"]["id"], events))
            self._write_made(made, list(batch))
        for description in batch.values():
            if description.of_several_sources:
                drug = description.drug
                for entry in discrepancies(drug.name, description.compared):
                    entry["id"] = shortened(f"{drug.id}-discrepancy-{entry['key']}")
                    cited = [p for value in entry["values"] for p in passages(value["cite"])]
                    self._add_common(entry, description, None, cited)
                    self._make_fact(made, Discrepancy, entry)
            self._make_drug(made, description)
        self._write_made(made, list(batch))
        for some in chunks(labels, LABELS_AT_ONCE):
            self._make_labels(made, some)
            self._write_made(made, list(batch))
        self._labels_of_drugs.update(label.id for label in labels)
        for description in batch.values():
            for document in self._interactions.documents(description):
                made.add(document)
            if len(made.documents) > FACTS_AT_ONCE:
                self._write_made(made, list(batch))
        for description in batch.values():
            of = {"id": description.drug.id, "name": description.drug.name}
            for account in description.accounts.values():
                if account.products:
                    for document in self._products.of(account.products, of):
                        made.add(document)
        self._write_made(made, list(batch))
        removed = [key for key in made.stored if key not in made.there]
        self.counts["removed"] += sum(kind in fact_kinds() for kind, _ in removed)
        self._remove(list(batch), removed)

    def _entries(
        self, batch: Mapping[str, Description], facts: list[FactInMaking]
    ) -> list[tuple[type[Detail], Row]]:
        """The facts as entries with what every fact has, and the tables of their kinds; what may
        disagree is noted in the descriptions."""
        digests = sorted({digest for fact in facts for digest in fact.digests})
        stored = {
            digest: (fact_kinds()[kind], body)
            for digest, kind, body in select_in(self._connection, BODIES, digests)
        }
        entries = []
        for fact in facts:
            table, body = stored[fact.digest]
            entry = from_json(decompress(body))
            if entry.get("target"):
                entry["target"] = self._references.target(entry["target"])
            if entry.get("condition"):
                entry["condition"] = self._references.condition(entry["condition"])
            if entry.get("conditions"):
                ids = map(self._references.condition, entry["conditions"])
                entry["conditions"] = list(dict.fromkeys(ids))
            for other in fact.joined:
                add_mechanism(entry, from_json(decompress(stored[other.digest][1])))
                fact.passages += other.passages
            cited = fact.passages
            if table.cited_by is not None:
                cited = [p for part in entry[table.cited_by] for p in passages(part["cite"])]
            entry["id"] = fact.id
            description = batch[fact.drug_id]
            entry["wordings"] = []
            if len(fact.stated) > 1:
                said_by = _stating(fact, stored)
                entry["wordings"] = _wordings_of(said_by)
                summaries = (said.get("summary") for _, said in said_by)
                entry["summary"] = next(filter(None, summaries), None)
                cited = [of.passage for of in fact.stated[:MOST_CITED]]
            self._add_common(entry, description, fact.substance, cited)
            if fact.role is not None:  # a person who writes a trial says it in the trial
                entry["role"] = fact.role
            if section := entry.get("section"):
                entry["section"] = {**WHOLE, **section}
            if fact.stated:
                entry["cross_references"] = fact.stated[0].label.references(entry)
                stating = len({of.account.record_id for of in fact.stated})
                entry["labels"] = {"stating": stating, "of": fact.of_labels}
            entry["stated_by"] = [
                StatedBy(of.account.record_id, is_of_reference(of.account.precedence))
                for of in fact.stated
            ]
            entries.append((table, entry))
            if table is Trial:
                account = trial_account(fact.source_id, entry, fact.passages)
                description.compared.trials.append(account)
        return entries

    def _join_mechanisms(
        self, batch: Mapping[str, Description], facts: list[FactInMaking]
    ) -> list[FactInMaking]:
        """Have mechanisms that several sources state be one fact; what they differ in is noted."""
        of_drug: dict[str, list[FactInMaking]] = defaultdict(list)
        for fact in facts:
            if fact.is_coded_mechanism:
                of_drug[fact.drug_id].append(fact)
        of_several = [of for of in of_drug.values() if len({fact.source_id for fact in of}) > 1]
        digests = sorted({fact.digest for of in of_several for fact in of})
        bodies = {row[0]: row[2] for row in select_in(self._connection, BODIES, digests)}
        joined: dict[str, str] = {}
        for of in of_several:
            stated = []
            for fact in of:
                entry = from_json(decompress(bodies[fact.digest]))
                if entry["target"]:
                    stated.append(self._stated_mechanism(fact, entry))
            actions = actions_at_targets(stated)
            batch[of[0].drug_id].compared.actions = actions
            joined |= joined_mechanisms(actions)
        by_id = {fact.id: fact for of in of_several for fact in of}
        for id_, first in joined.items():
            by_id[first].joined.append(by_id[id_])
        return [fact for fact in facts if fact.id not in joined]

    def _stated_mechanism(self, fact: FactInMaking, entry: Row) -> StatedMechanism:
        target = self._references.target(entry["target"])
        return StatedMechanism(
            fact.id,
            self._references.rank(fact.source_id),
            fact.source_id,
            self._links.targets[target]["name"],
            fact.substance["matched_by"] if fact.substance else None,
            entry | {"target": target},
            fact.passages,
        )

    def _add_common(
        self, entry: Row, description: Description, substance: Row | None, cited: list[Passage]
    ) -> None:
        """Give an entry what every fact has."""
        drug = description.drug
        entry["drug"] = {"id": drug.id, "name": drug.name}
        entry["substance"] = substance
        entry["passages"] = cited
        entry["labels"] = None

    def _wordings(self, wordings: list[Row]) -> Row:
        """The wordings of a fact as they are served."""
        return {
            "wordings": [
                wording | {"labels": self._links.citations(wording["labels"])}
                for wording in wordings
            ]
        }

    def _in_making(
        self, batch: Mapping[str, Description]
    ) -> tuple[list[FactInMaking], list[LabelInMaking]]:
        """The facts of drugs, each with every record that states it; and their labels."""
        of_source: dict[str, set[str]] = defaultdict(set)
        for description in batch.values():
            for (source_id, record_id), account in description.accounts.items():
                if account.has_statements:
                    of_source[source_id].add(record_id)
        statements = self._statements(of_source)
        made: list[FactInMaking] = []
        labels: list[LabelInMaking] = []
        for drug_id, description in batch.items():
            facts: dict[tuple[str, str], FactInMaking] = {}
            ids_by_letters = _ids_by_letters(description, statements)
            drug = {"id": drug_id, "name": description.drug.name}
            products = ProductsByNdc(a.products for a in description.accounts.values())
            for record, account in description.accounts.items():
                label = None
                if account.label:
                    label = LabelInMaking(
                        *record[::-1],
                        account.label,
                        drug,
                        is_reference=is_of_reference(account.precedence),
                        products=products,
                    )
                    labels.append(label)
                for _, digest, name, locator, cite in statements.get(record, ()):
                    if name == NO_FACT:
                        if label:
                            label.statements.append((digest, None))
                        continue
                    is_joined = name.startswith(JOINED)
                    id_ = _fact_id(name, account.fact_slug)
                    id_ = ids_by_letters.get(_letters(name), id_)
                    key = (id_, "" if is_joined else digest)
                    fact = facts.get(key)
                    if fact is None:
                        substance = _substance_of(account)
                        fact = FactInMaking(
                            id_, drug_id, digest, account.source_id, substance, account.role
                        )
                        fact.is_coded_mechanism = name.startswith(f"{Mechanism.singular}-")
                        facts[key] = fact
                    if label:
                        label.statements.append((digest, fact))
                    if cite is not None:
                        fact.passages += passages(cite)
                        continue
                    where = ", ".join(part for part in (account.locator, locator) if part)
                    passage = Passage(account.source_id, where)
                    fact.passages.append(passage)
                    if label and is_joined:
                        fact.stated.append(OfLabel(account, digest, passage, label))
            _choose_wordings(facts.values(), description)
            alike = Counter(id_ for id_, _ in facts)
            for (id_, digest), fact in facts.items():
                if alike[id_] > 1:  # the same sentence, with other fields beside it
                    fact.id = shortened(f"{id_}-{digest[:8]}")
            made += facts.values()
        return made, labels

    def _statements(self, records: Mapping[str, Iterable[str]]) -> Statements:
        """The statements of records, which are given by their sources."""
        statements: Statements = defaultdict(list)
        for source_id, ids in records.items():
            of = STATEMENTS.where(_said.source_id == source_id)
            for record_id, *statement in select_in(self._connection, of, ids):
                statements[source_id, record_id].append(tuple(statement))
        for of_record in statements.values():
            of_record.sort(key=itemgetter(0))
        return statements

    def _make_labels(self, made: _Made, labels: list[LabelInMaking]) -> None:
        """Make labels, each of their sections with its text, or with the fact that it became."""
        digests = {digest for label in labels for digest, _ in label.statements}
        stored = {
            digest: (kind, from_json(decompress(body)))
            for digest, kind, body in select_in(self._connection, BODIES, sorted(digests))
        }
        versions: dict[str, list[str]] = defaultdict(list)
        of_labels = [label.id for label in labels]
        for id_, version in select_in(self._connection, VERSIONS, of_labels):
            versions[id_].append(version)
        for label in labels:
            served = []
            for digest, fact in label.statements:
                kind, passage = stored[digest]
                section = passage["section"]
                if fact is None:
                    passage["cross_references"] = label.references(passage)
                    served.append(section_as_served(section, passage, ()))
                else:
                    own = {"summary": passage.get("summary")}
                    if digest != fact.digest:
                        own["blocks"] = passage.get("blocks")
                        own["cross_references"] = label.references(passage)
                    served.append(section_as_served(section, own, [(kind, fact.id)]))
            said = from_json(decompress(label.body))
            record = label_as_served(
                self._links,
                label.id,
                label.source_id,
                said,
                label.drug,
                versions[label.id],
                served,
                label.products.found if label.products and said["label"].get("products") else {},
            )
            drug_id = label.drug["id"] if label.drug else None
            if label.drug:
                self._interactions.add_label(record, label.is_reference)
            made.add(document_of(LABELS, label.id, drug_id, record))

    def _make_fact(self, made: _Made, table: type[Detail], entry: Row) -> None:
        if table.kind_name in NAMES_FOUND_IN:
            entry["mentions"] = self._interactions.mentions(entry["drug"], entry["statement"])
        record = fact_as_served(self._links, table, entry)
        if table.kind_name in NAMES_FOUND_IN:
            self._interactions.add(table.kind_name, record, entry["stated_by"])
        drug_id = entry["drug"]["id"]
        made.counts[drug_id][table.kind_name] += 1
        made.add(document_of(table.kind_name, entry["id"], drug_id, record))

    def _make_drug(self, made: _Made, description: Description) -> None:
        id_ = description.drug.id
        searched = dict(NOT_SEARCHED)
        read: dict[str, list[Searched]] = defaultdict(list)
        for (kind, source), (complete, as_of) in sorted(description.coverage.items()):
            read[kind].append(Searched(self._links.sources[source], complete, as_of))
        for kind, by_source in read.items():
            searched[kind] = coverage(by_source)
        counts = {kind: made.counts[id_][kind] for kind in fact_kinds()}
        made.add(
            document_of("drugs", id_, id_, drug_as_served(description.record, counts, searched))
        )

    def _write_made(self, made: _Made, drug_ids: list[str] | None) -> None:
        """Write what is new or reads otherwise, in place of what is there."""
        connection = self._connection
        replaced = [key for document in made.documents if (key := _key(document)) in made.stored]
        facts = [document for document in made.documents if document["kind"] in fact_kinds()]
        changed = sum(kind in fact_kinds() for kind, _ in replaced)
        self.counts["changed"] += changed
        self.counts["new"] += len(facts) - changed
        self._remove(drug_ids, replaced)
        if self._moved and facts:  # a fact may be another drug's as yet
            ids = [document["id"] for document in facts]
            moved = [(row[0], row[1]) for row in select_in(connection, MOVED, ids)]
            self._remove(None, [*moved, *((WORDINGS, id_) for _, id_ in moved)])
        keys = map(_key, made.documents)
        if new := [key for key in keys if key[0] in ON_THEIR_OWN and key not in made.stored]:
            self._remove(None, new)  # it may be another drug's as yet, or nobody's
        letters = 0
        for document in made.documents:
            if document["kind"] != "drugs":  # whose rows are written before
                for table, row in rows_of(document["kind"], document["record"]):
                    self._tables.add_row(table, row)
            letters += len(document["body"])
            self._tables.add_document(document)
        if letters > LETTERS_AT_ONCE:
            self._tables.write()
        made.documents.clear()

    def _remove(self, drug_ids: list[str] | None, keys: Iterable[tuple[str, str]]) -> None:
        """Remove documents, and the facts that they are of, if they are of one of these drugs."""
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, id_ in keys:
            by_kind[kind].append(id_)
        for kind, ids in by_kind.items():
            if kind in CONDITIONS_OF:
                named = select_in(self._connection, CONDITIONS_OF[kind], ids)
                self.conditions_dropped.update(row[0] for row in named if row[0])
            if kind in fact_kinds():
                self._tables.delete(Fact, "id", ids, drug_id=drug_ids)
            if kind == PRODUCTS:
                self._tables.delete(Product, "id", ids, drug_id=drug_ids)
            if kind == LABELS:
                self._labels_dropped.update(ids)
                self._tables.delete(Label, "id", ids, drug_id=drug_ids)
            self._tables.remove_documents(kind, ids, drug_ids)


def _conditions_of(entry: Row) -> set[str]:
    """The conditions that a fact names, itself or in a part."""
    own = {entry["condition"]} if entry.get("condition") else set()
    return own.union(entry.get("conditions", ()))


def _substance_of(account: Account) -> Row | None:
    """What a record calls the substance; a person who writes a fact writes it of the drug."""
    if account.source_id == SEED:
        return None
    return {"name": account.name, "matched_by": account.matched_by, "form": account.form_id}


def _choose_wordings(facts: Iterable[FactInMaking], description: Description) -> None:
    """Have each fact that labels state be in the words of the label with the highest precedence, of
    equal ones in those of the first of `OF_LABELS`."""
    for_routes = Counter(
        account.routes for account in description.accounts.values() if account.precedence
    )
    for fact in facts:
        if not fact.stated:
            continue
        fact.stated.sort(key=lambda of: (OF_LABELS.index(of.account.source_id), of.passage.locator))
        fact.stated.sort(key=lambda of: of.account.precedence, reverse=True)
        first = fact.stated[0]
        fact.digest, fact.substance = first.digest, _substance_of(first.account)
        fact.of_labels = for_routes[first.account.routes]


def _stating(
    fact: FactInMaking, stored: Mapping[str, tuple[type[Detail], bytes]]
) -> list[tuple[OfLabel, Row]]:
    """The labels that state a fact, each with what its own passage says."""
    entries = {digest: from_json(decompress(stored[digest][1])) for digest in fact.digests}
    return [(of, entries[of.digest]) for of in fact.stated]


def _wordings_of(stating: list[tuple[OfLabel, Row]]) -> list[Row]:
    """Each wording of a fact with what belongs to it, and the passages of the labels that have it:
    the one that is served first, and then those of most labels."""
    found: dict[bytes, Row] = {}
    served = stating[0][1]["statement"]
    for of, said in stating:
        own = wording_of(said) | {"cross_references": of.label.references(said)}
        of.passage = of.passage._replace(
            wording="same" if said["statement"] == served else "differs"
        )
        wording = found.setdefault(to_json(own), own | {"labels": []})
        wording["labels"].append(of.passage)
    first, *rest = found.items()
    rest.sort(key=lambda item: (-len(item[1]["labels"]), item[0]))
    return [wording for _, wording in (first, *rest)]


def _ids_by_letters(description: Description, statements: Statements) -> dict[str, str]:
    """The id of each text that labels compare by different names, or under different substances.

    Letter for letter one text is one fact: that of most labels. What each of them says otherwise
    stays apart, so no two join that none of the labels has as the same.
    """
    ids: dict[str, set[str]] = defaultdict(set)
    labels: Counter[str] = Counter()
    for record, account in description.accounts.items():
        for _, _, name, *_ in statements.get(record, ()):
            if letters := _letters(name):
                id_ = _fact_id(name, account.fact_slug)
                labels[id_] += 1
                ids[letters].add(id_)
    return {
        letters: min(of, key=lambda id_: (-labels[id_], id_))
        for letters, of in ids.items()
        if len(of) > 1
    }


def _letters(name: str) -> str:
    """The digest of the letters of what is compared by its wording; of others nothing."""
    return name.removeprefix(JOINED).partition(JOINED)[2]


def _fact_id(name: str, fact_slug: str) -> str:
    """A fact's id: a person's own, or made with what the substance is called."""
    name = name.removeprefix(JOINED).partition(JOINED)[0]
    if name.startswith("/"):
        return name[1:]
    if name.startswith("="):
        return shortened(f"{name[1:]}-{fact_slug}")
    return shortened(f"{fact_slug}-{name}")


_said = table_of(RecordStatement).c

STATEMENTS = sa.select(
    _said.record_id, _said.position, _said.digest, _said.name, _said.locator, _said.cite
).where(among(_said.record_id))

_version = table_of(RecordVersion).c

VERSIONS = sa.select(_version.record_id, _version.version).where(
    _version.source_id.in_(OF_LABELS), among(_version.record_id)
)

_document = table_of(Document).c

STORED = sa.select(_document.drug_id, _document.kind, _document.id, _document.checksum).where(
    among(_document.drug_id)
)

LABELS_STORED = sa.select(_document.drug_id, _document.id, _document.checksum).where(
    _document.kind == LABELS, among(_document.id)
)

_record, _link, _substance = (
    table_of(model).c for model in (SourceRecord, RecordSubstance, SourceSubstance)
)

OF_NO_DRUG = sa.select(_record.source_id, _record.id, _record.body).where(
    _record.source_id.in_(OF_LABELS),
    _record.removed.is_(False),
    among(_record.id),
    ~sa.exists().where(
        _link.source_id == _record.source_id,
        _link.record_id == _record.id,
        _substance.source_id == _link.source_id,
        _substance.key == _link.substance_key,
        _substance.drug_id.is_not(None),
    ),
)
"""The records of labels, by their ids, whose substance is no drug that is known."""


def records_of_labels(connection: sa.Connection) -> set[str]:
    """The ids of all records of labels."""
    of = sa.select(_record.id).where(_record.source_id.in_(OF_LABELS))
    return set(connection.execute(of).scalars())


_fact = table_of(Fact).c

MOVED = sa.select(_fact.kind, _fact.id).where(among(_fact.id))

_statement = table_of(SourceStatement).c

BODIES = sa.select(_statement.digest, _statement.kind, _statement.body).where(
    among(_statement.digest)
)

_indication, _named = table_of(Indication).c, table_of(TrialCondition).c

CONDITIONS_OF = {
    Indication.kind_name: sa.select(_indication.condition_id).where(among(_indication.id)),
    Trial.kind_name: sa.select(_named.condition_id).where(among(_named.trial_id)),
}
"""The conditions that facts of a kind name."""
