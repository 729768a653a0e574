"""What is kept of sources is held to its seals, before anything is made of it.

What is served is made of these rows: a drug's when an import touches it, and everything's when
another version of the program is to serve it. So a byte that changed in them would become a fact.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.database.engines import Row, table_of
from app.documents.checksums import digest_of, number_of, sum_of
from app.ingest.sources.interface import RefusedError
from app.ingest.staging.seals import (
    RECORD,
    STATEMENT,
    SUBSTANCE,
    content_number,
    content_of,
    record_number,
    source_seal,
)
from app.ingest.staging.upserting import SHOWN
from app.models.document import Document
from app.models.drug import Drug, DrugName
from app.models.fact import Fact
from app.models.lookup import SearchedName
from app.models.source_record import (
    ImportedMention,
    ImportedRecord,
    ImportedSource,
    ImportedStatement,
    ImportedSubstance,
    RecordStatement,
    RecordSubstance,
)

AT_ONCE = 2_000
"""How many rows are read together."""

PARTS: dict[str, type[SQLModel]] = {
    "substance": RecordSubstance,
    "statement": RecordStatement,
    "mention": ImportedMention,
}
"""The parts of a record, as its seal calls them."""

SEALED = (ImportedSource, ImportedRecord, ImportedSubstance, ImportedStatement)

READ = (*SEALED, *PARTS.values(), Drug, DrugName, SearchedName, Fact, Document)
"""What an import reads by an index, which SQLite can hold against the rows."""

Key = tuple[Any, ...]


class AlteredError(RefusedError):
    """What is kept is not what was written: nothing may be made of it."""


def keep_source(connection: sa.Connection, id_: str, **said: Any) -> None:
    """Keep what is known of a source itself: these columns are new, and others as they were."""
    table = table_of(ImportedSource)
    known = connection.execute(sa.select(*table.c).where(table.c.id == id_)).mappings().first()
    row = {"id": id_, **UNREAD, **(known or {}), **said}
    row["seal"] = source_seal(row)
    if known is None:
        connection.execute(table.insert(), row)
    else:
        connection.execute(table.update().where(table.c.id == id_), row)


UNREAD: Row = {
    "version": None,
    "released": None,
    "complete": None,
    "as_of": "",
    "content": "0",
    "inputs": "",
    "row": {},
}
"""What is kept of a source of which nothing was read yet."""


def hold_kept(connection: sa.Connection) -> None:
    """Raise `AlteredError` if anything that is kept is not what was written.

    What was kept before there were seals is sealed as it is.
    """
    if _is_unsealed(connection):
        _seal(connection)
        return
    try:
        faults = [*islice(_faults_of_indexes(connection), SHOWN)]
        faults = faults or [*islice(faults_of_kept(connection), SHOWN)]
    except (ValueError, TypeError, LookupError) as error:  # a value of another type
        faults = [f"What is kept cannot be read: {error}."]
    if faults:
        raise AlteredError(
            " ".join(faults) + " Nothing was changed. `medfacts check` tells what else is wrong; "
            "take the database from a copy, or import everything into a new one."
        )


def faults_of_kept(connection: sa.Connection) -> Iterator[str]:
    """Which rows of what is kept do not match their seals, and what is missing."""
    content: dict[str, int] = defaultdict(int)
    for (source_id, id_), seal, expected, gone, digest in _records(connection):
        if seal != expected:
            yield f"What is kept of record '{id_}' of {source_id} does not match its seal."
        if not gone:
            content[source_id] += content_number(source_id, id_, digest)
    for (id_,), seal, expected, known in _sources(connection):
        if seal != expected:
            yield f"What is kept of the source {id_} does not match its seal."
        if content_of(content.pop(id_, 0)) != known:
            yield f"The records of {id_} are not those that were imported."
    for id_ in content:
        yield f"There are records of {id_}, and nothing is kept of that source itself."
    for (source_id, key), seal, expected in _substances(connection):
        if seal != expected:
            yield f"What is kept of substance '{key}' of {source_id} does not match its seal."
    for (digest,), seal, expected in _statements(connection):
        if seal != expected:
            yield f"What is kept of statement {digest} does not match its seal."
    for what, of in MISSING.items():
        count = connection.scalar(sa.select(sa.func.count()).select_from(of.subquery()))
        if count:
            yield f"{count} {what}."


def _is_unsealed(connection: sa.Connection) -> bool:
    """Whether nothing was written since there are seals; a single one that is gone is a fault."""
    return not any(
        connection.scalar(sa.select(sa.func.max(table_of(model).c.seal))) for model in SEALED
    )


def _seal(connection: sa.Connection) -> None:
    """Seal every row as it is."""
    found: dict[type[SQLModel], Iterator[tuple[Any, ...]]] = {
        ImportedRecord: _records(connection),
        ImportedSource: _sources(connection),
        ImportedSubstance: _substances(connection),
        ImportedStatement: _statements(connection),
    }
    for model, rows in found.items():
        table = table_of(model)
        keys = [column.name for column in table.primary_key.columns]
        seals = [
            {f"of_{n}": v for n, v in zip(keys, row[0], strict=True)} | {"as": row[2]}
            for row in rows
        ]
        own = (table.c[name] == sa.bindparam(f"of_{name}") for name in keys)
        if seals:
            connection.execute(table.update().where(*own).values(seal=sa.bindparam("as")), seals)


def _faults_of_indexes(connection: sa.Connection) -> Iterator[str]:
    """What SQLite finds wrong in what an import reads; Postgres has its checksums."""
    if connection.dialect.name == "sqlite":
        for model in READ:
            check = f"PRAGMA integrity_check({table_of(model).name})"
            for sentence in connection.exec_driver_sql(check).scalars():
                if sentence != "ok":
                    yield f"SQLite says: {' '.join(sentence.split())}."


def _records(connection: sa.Connection) -> Iterator[tuple[Key, str, str, bool, str]]:
    """The records, each with its seal, what that should be, whether it is gone, and its digest."""
    parts: dict[Key, int] = defaultdict(int)
    for name, model in PARTS.items():
        for row in _read(connection, model, [column.name for column in table_of(model).columns]):
            parts[row[:2]] += number_of(name, *row)
    for row in _read(connection, ImportedRecord, [*RECORD, "released", "seal"]):
        said: Key = row[:-1]
        expected = sum_of(record_number(*said), parts.pop(row[:2], 0))
        yield row[:2], row.seal, expected, row.gone, row.digest
    for key in parts:
        yield key, "", "a record that is gone", True, ""


def _sources(connection: sa.Connection) -> Iterator[tuple[Key, str, str, str]]:
    for row in connection.execute(sa.select(*table_of(ImportedSource).c)).mappings():
        yield (row["id"],), row["seal"], source_seal(dict(row)), row["content"]


def _substances(connection: sa.Connection) -> Iterator[tuple[Key, str, str]]:
    for row in _read(connection, ImportedSubstance, [*SUBSTANCE, "seal"]):
        yield row[:2], row.seal, digest_of("substance", *row[:-1])


def _statements(connection: sa.Connection) -> Iterator[tuple[Key, str, str]]:
    for row in _read(connection, ImportedStatement, [*STATEMENT, "seal"]):
        yield row[:1], row.seal, digest_of("statement", *row[:-1])


def _read(
    connection: sa.Connection, model: type[SQLModel], names: list[str]
) -> Iterator[sa.Row[Any]]:
    """The rows of a table, in no order: some columns of each, JSON as its text."""
    columns = [
        sa.cast(column, sa.String) if isinstance(column.type, sa.JSON) else column
        for column in (table_of(model).c[name] for name in names)
    ]
    of = sa.select(*columns)
    with connection.execute(of, execution_options={"yield_per": AT_ONCE}) as read:
        for rows in read.partitions():
            yield from rows


_substance, _link = table_of(ImportedSubstance).c, table_of(RecordSubstance).c
_statement, _said = table_of(ImportedStatement).c, table_of(RecordStatement).c

MISSING = {
    "substances that records name are not there": sa.select(_link.record_id).where(
        ~sa.exists().where(
            _substance.source_id == _link.source_id, _substance.key == _link.substance_key
        )
    ),
    "statements that records make are not there": sa.select(_said.record_id).where(
        ~sa.exists().where(_statement.digest == _said.digest)
    ),
}
