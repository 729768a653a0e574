"""Whether the data in a database is whole, beyond what its constraints hold."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from pydantic_core import from_json
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel, col

from app.documents.checksums import (
    RELEASE_ROW,
    STORED,
    CorruptDocumentError,
    is_verified,
    verified,
)
from app.documents.compression import decompress
from app.documents.fact_records import WORDINGS
from app.documents.interaction_records import LABELS_READ
from app.documents.lookup_rows import rows_of
from app.documents.records import RecordLinks, stored_entries
from app.documents.rendering import BATCH, NOUNS, documents_of, schema_of
from app.documents.trial_events import ADVERSE_EVENTS
from app.ingest.publishing.rehearsing import faults_of_release
from app.ingest.staging.preparing import record_digest
from app.ingest.staging.upserting import content_number, content_of
from app.models.base import Row, table_of
from app.models.condition import Condition, ConditionCode
from app.models.document import Document
from app.models.drug import Drug
from app.models.fact import Fact, fact_kinds
from app.models.label import Label, LabelTerm
from app.models.lookup import ApprovedApplication
from app.models.mechanism import Target
from app.models.mention import FactMention
from app.models.product import Product, ProductName, ProductNdc
from app.models.release import Release
from app.models.source import Source
from app.models.source_record import (
    RecordStatement,
    RecordSubstance,
    RecordVersion,
    SourceRecord,
    SourceReference,
    SourceState,
    SourceStatement,
    SourceSubstance,
)
from app.names.normalization import normalized
from app.search.index import IndexCheck


def faults_of(connection: sa.Connection) -> list[str]:
    """What is wrong with the data, a sentence each; nothing if it is whole.

    What cannot be read at all is one of these sentences, and the rest is looked at.
    """
    faults: list[str] = []
    for what, look in LOOKS.items():
        try:
            with connection.begin_nested():
                for fault in look(connection):
                    faults.append(fault)
        except UNREADABLE as error:
            cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            reason = str(cause).strip() or type(cause).__name__
            faults.append(f"{what} cannot be read: {reason.splitlines()[0].rstrip('.')}.")
    return list(dict.fromkeys(faults))


UNREADABLE = (SQLAlchemyError, sqlite3.Error, ValueError, TypeError, LookupError, AttributeError)
"""What reading raises of rows that are not what was written."""


def _faults_of_the_file(connection: sa.Connection) -> Iterator[str]:
    """What SQLite itself finds wrong, and on either engine rows that refer to none."""
    if connection.dialect.name == "sqlite":
        for sentence in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
            if sentence != "ok":
                yield f"SQLite says: {' '.join(sentence.split())}."
    keys, lost = _rows_that_refer_to_none()
    for (table, of), count in zip(keys, connection.execute(lost).one(), strict=True):
        if count:
            yield f"A row of {table} refers to a row of {of} that is not there."


@cache
def _rows_that_refer_to_none() -> tuple[list[tuple[str, str]], sa.Select[Any]]:
    """Each foreign key's table and the one that it refers to, and a statement that counts rows."""
    keys, counts = [], []
    for table in SQLModel.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            name, of = key.referred_table.name, key.referred_table.alias("referred")
            pairs = [(each.parent, of.c[each.column.name]) for each in key.elements]
            lost = sa.select(sa.func.count()).where(
                *(own.is_not(None) for own, _ in pairs),
                ~sa.exists().where(*(own == referred for own, referred in pairs)),
            )
            keys.append((table.name, name))
            counts.append(lost.scalar_subquery())
    return keys, sa.select(*counts)


def _faults_of_checksums(connection: sa.Connection) -> Iterator[str]:
    """Which documents do not match their checksums, and which releases do not."""
    document = table_of(Document).c
    of = sa.select(document.kind, document.id, *STORED)
    for kind, id_, *stored in map(dict.values, _each(connection, of, (document.kind, document.id))):
        try:
            verified(kind, id_, *stored)
        except CorruptDocumentError:
            yield f"The record of {kind} '{id_}' does not match its checksum."
    for release in connection.execute(sa.select(*RELEASE_ROW)):
        if not is_verified(*release):
            yield f"The release {release.id} does not match its checksum."


def _each(
    connection: sa.Connection, of: sa.Select[tuple[object, ...]], key: tuple[sa.Column[str], ...]
) -> Iterator[Row]:
    """The rows of a table in the order of its key, a batch at a time."""
    beginning = of.order_by(*key).limit(BATCH)
    further = beginning.where(sa.tuple_(*key) > sa.tuple_(*(sa.bindparam(c.name) for c in key)))
    rows = connection.execute(beginning).mappings().all()
    while rows:
        yield from map(dict, rows)
        last = {column.name: rows[-1][column.name] for column in key}
        rows = connection.execute(further, last).mappings().all()


def _faults_of_counts(connection: sa.Connection) -> Iterator[str]:
    """What there is more or less of than the release says."""
    released = connection.scalar(
        sa.select(col(Release.counts)).order_by(col(Release.number).desc()).limit(1)
    )
    kind = col(Document.kind)
    counted = connection.execute(sa.select(kind, sa.func.count()).group_by(kind)).all()
    documents = {row[0]: row[1] for row in counted}
    for noun, there in _counted(connection).items():
        promised = (released or {}).get(noun, 0)
        found = {"rows": there, "documents": documents.get(noun, 0)}
        if noun in fact_kinds():
            table = table_of(fact_kinds()[noun])
            details = connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            found["rows of their kind"] = details
        if {promised} != set(found.values()):
            said = ", ".join(f"{count} {what}" for what, count in found.items())
            yield f"The release has {promised} {noun}; there are {said}."


def _counted(connection: sa.Connection) -> dict[str, int]:
    """How many drugs, conditions, sources and facts of each kind the database holds."""
    every = {
        noun: connection.scalar(sa.select(sa.func.count()).select_from(table_of(table))) or 0
        for noun, table in COUNTED.items()
    }
    kinds = connection.execute(sa.select(col(Fact.kind), sa.func.count()).group_by(col(Fact.kind)))
    return every | dict.fromkeys(fact_kinds(), 0) | {row[0]: row[1] for row in kinds}


def _faults_of_imports(connection: sa.Connection) -> Iterator[str]:
    """Which sources are not what was imported of them, and what of it is no use."""
    yield from _faults_of_source_records(connection)
    substance = table_of(SourceSubstance).c
    statement, said = table_of(SourceStatement).c, table_of(RecordStatement).c
    useless = {
        "statements are made by no record": sa.select(statement.digest).where(
            ~sa.exists().where(said.digest == statement.digest)
        ),
        "substances are a drug that is not there": sa.select(substance.key).where(
            substance.drug_id.is_not(None),
            ~sa.exists().where(table_of(Drug).c.id == substance.drug_id),
        ),
    }
    for what, of in useless.items():
        count = connection.scalar(sa.select(sa.func.count()).select_from(of.subquery()))
        if count:
            yield f"{count} {what}."


def _faults_of_source_records(connection: sa.Connection) -> Iterator[str]:
    """Which source records do not match their digests, and which sources lack some."""
    content: dict[str, int] = defaultdict(int)
    record = table_of(SourceRecord).c
    columns = (record.source_id, record.id, record.removed, record.digest, record.body)
    every = _each(connection, sa.select(*columns), (record.source_id, record.id))
    while batch := list(islice(every, BATCH)):
        ids = sorted({row["id"] for row in batch})
        substances, statements, references = (
            _by_record(connection, of.where(column.in_(ids))) for of, column in PARTS_OF_RECORDS
        )
        for row in batch:
            if row["removed"]:
                continue
            key = (row["source_id"], row["id"])
            content[key[0]] += content_number(*key, row["digest"])
            said = (
                [body for (body,) in substances[key]],
                [tuple(part) for part in statements[key]],
                [tuple(part) for part in references[key]],
            )
            if record_digest(decompress(row["body"]), *said) != row["digest"]:
                yield f"The record '{row['id']}' of {row['source_id']} does not match its digest."
    version = table_of(RecordVersion).c
    every = _each(connection, sa.select(*version), tuple(version))
    for read in every:
        content[read["source_id"]] += content_number(*read.values())
    state = table_of(SourceState).c
    for id_, known in connection.execute(sa.select(state.id, state.content)):
        if content_of(content.pop(id_, 0)) != known:
            yield f"The records of {id_} are not those that were imported."
    for id_ in content:
        yield f"There are records of {id_}, which was not imported."


def _by_record(
    connection: sa.Connection, of: sa.Select[Any]
) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """Parts of records, by the records' keys."""
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for source_id, record_id, *part in connection.execute(of):
        found[source_id, record_id].append(tuple(part))
    return found


_link, _said, _reference = (
    table_of(model).c for model in (RecordSubstance, RecordStatement, SourceReference)
)
_is_named = sa.and_(
    table_of(SourceSubstance).c.source_id == _link.source_id,
    table_of(SourceSubstance).c.key == _link.substance_key,
)
PARTS_OF_RECORDS: list[tuple[sa.Select[Any], Any]] = [
    (
        sa.select(_link.source_id, _link.record_id, table_of(SourceSubstance).c.body)
        .join_from(table_of(RecordSubstance), table_of(SourceSubstance), _is_named)
        .order_by(_link.source_id, _link.record_id, _link.position),
        _link.record_id,
    ),
    (
        sa.select(
            *(_said.source_id, _said.record_id, _said.digest, _said.name, _said.locator),
            sa.cast(_said.cite, sa.Text),
        ).order_by(_said.source_id, _said.record_id, _said.position),
        _said.record_id,
    ),
    (
        sa.select(
            *(_reference.source_id, _reference.record_id, _reference.noun, _reference.id),
            _reference.body,
        ).order_by(_reference.source_id, _reference.record_id, _reference.position),
        _reference.record_id,
    ),
]
"""The parts of records in their order, as digests are made of them; and how they are found."""


def _faults_of_documents(connection: sa.Connection) -> Iterator[str]:
    """Which documents break their schema, or are found by something else than what they say."""
    index = IndexCheck(connection)
    document = table_of(Document).c
    of = sa.select(document.kind, document.id, document.number, *STORED)
    stored = _each(connection, of, (document.kind, document.id))
    while batch := list(islice(stored, BATCH)):
        read = []
        found_by: dict[sa.Table, set[tuple[Any, ...]]] = defaultdict(set)
        for row in batch:
            kind, id_, drug_id = row["kind"], row["id"], row["drug_id"]
            try:
                body = verified(kind, id_, drug_id, row["checksum"], row["body"])
                record = schema_of(kind).validate_json(body) and from_json(body)
            except CorruptDocumentError:
                continue  # which is said already
            except ValidationError:
                yield f"The record of {kind} '{id_}' breaks its schema."
                continue
            read.append(row | {"record": record})
            for table, values in rows_of(kind, record):
                found_by[table].add(values)
        ids = [row["id"] for row in read if row["kind"] not in BESIDE_OTHERS]
        for table in FOUND_BY:
            key = next(iter(table.primary_key))
            stored_rows = connection.execute(table.select().where(key.in_(ids)))
            expected, there = found_by[table], {tuple(row) for row in stored_rows}
            for values in sorted(expected ^ there, key=str):
                state = "is missing" if values in expected else "is not what its record says"
                yield f"A row of {table.name} for '{values[0]}' {state}."
        yield from _faults_of_targets(connection, read)
        yield from index.faults_of(read)
    yield from index.faults()


def _faults_of_targets(connection: sa.Connection, documents: list[Row]) -> Iterator[str]:
    """Which of these documents show another target than is stored."""
    shown = [d for d in documents if d["record"].get("target")]
    ids = {document["record"]["target"]["id"] for document in shown}
    links = RecordLinks({})
    stored = {
        entry["id"]: links.record(Target, entry)
        for entry in stored_entries(connection, Target, sorted(ids))
    }
    for document in shown:
        target = document["record"]["target"]
        if stored.get(target["id"]) != target:
            yield f"The target '{target['id']}' is not what {document['kind']} show of it."


def _faults_of_nouns(connection: sa.Connection) -> Iterator[str]:
    """Which conditions, sources and releases are not what their documents say."""
    entries = _entries(connection, Source)
    links = RecordLinks({entry["id"]: entry for entry in entries})
    for kind, table in NOUNS.items():
        key = next(iter(table_of(table).primary_key))
        ids = list(connection.execute(sa.select(key)).scalars())
        document = table_of(Document).c
        of_kind = sa.select(document.id, document.checksum).where(document.kind == kind)
        stored = {row.id: row.checksum for row in connection.execute(of_kind)}
        for made in documents_of(connection, kind, ids, links):
            if stored.pop(made["id"], None) != made["checksum"]:
                yield f"The row of {kind} '{made['id']}' is not what its document says."
        for id_ in stored:
            yield f"The row of {kind} '{id_}' is not there."


def _entries(connection: sa.Connection, table: Any) -> list[Row]:
    ids = list(connection.execute(sa.select(next(iter(table_of(table).primary_key)))).scalars())
    return stored_entries(connection, table, ids)


def _faults_of_order(connection: sa.Connection) -> Iterator[str]:
    """Which drugs stand at another's place in the order by name."""
    drug = table_of(Drug).c
    for row in connection.execute(sa.select(drug.id, drug.name, drug.normalized_name)):
        if normalized(row.name) != row.normalized_name:
            yield f"The drug '{row.id}' stands at the place of '{row.normalized_name}'."


_tables: list[Any] = [Drug, *fact_kinds().values()]
FOUND_BY = [
    *(
        table_of(model)
        for model in (
            ConditionCode,
            Fact,
            Label,
            LabelTerm,
            ApprovedApplication,
            FactMention,
            Product,
            ProductName,
            ProductNdc,
        )
    ),
    *(table_of(model) for of in _tables for model in (of, *of.found_by_parts.values())),
]
"""What drugs, facts, labels, products and conditions are found by."""

BESIDE_OTHERS = {WORDINGS, ADVERSE_EVENTS, LABELS_READ}
"""Kinds of document that stand beside one of another kind, by the same id."""

COUNTED = {
    "drugs": Drug,
    "conditions": Condition,
    "sources": Source,
    "labels": Label,
    "products": Product,
}
"""What is counted beside the facts."""

LOOKS: dict[str, Callable[[sa.Connection], Iterable[str]]] = {
    "The file": _faults_of_the_file,
    "What the documents' checksums are of": _faults_of_checksums,
    "What the release counts": _faults_of_counts,
    "What was imported": _faults_of_imports,
    "What the records say": _faults_of_documents,
    "What conditions, sources and releases are": _faults_of_nouns,
    "What drugs are ordered by": _faults_of_order,
    "What the sources say": faults_of_release,
}
"""What is looked at, each for itself, and what it is called."""
