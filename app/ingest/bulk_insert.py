"""Writing many rows: by the driver, in the transaction of the connection, and on Postgres by COPY.

SQLAlchemy's own inserts cost several times what the database takes for the work.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.ext.compiler import compiles
from sqlmodel import SQLModel

from app.documents.checksums import CorruptDocumentError
from app.documents.compression import compress
from app.ingest.sources.interface import RefusedError
from app.models.base import POSTGRES, Row, table_of
from app.models.document import Document
from app.search.index import SearchIndex

T = TypeVar("T")

AT_ONCE = 20_000
"""How many rows wait to be written."""

IN_ONE = 1_000
"""How many values are looked up at once."""


class Tables:
    """Rows on their way into their tables; parents go before what refers to them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._waiting: dict[sa.Table, list[tuple[Any, ...]]] = defaultdict(list)
        self._rows = 0
        self._is_postgres = connection.dialect.name == POSTGRES
        self._index = SearchIndex(connection)
        self.documents: Counter[str] = Counter()
        """How many more documents of each kind there are, or fewer, than before."""

    def add_document(self, document: Row) -> None:
        """Take a document with its record, and what it is searched by."""
        self._index.add(document)
        self.documents[document["kind"]] += 1
        self.add(table_of(Document), document | {"body": compress(document["body"])})
        if self._index.is_full:
            self.finish()

    def remove_documents(
        self, kind: str, ids: Iterable[str], drug_ids: list[str] | None = None
    ) -> None:
        """Remove documents of a kind: those of these drugs, if any are given.

        Raises `RefusedError` if one is not what was written, for its words are not known then.
        """
        for chunk in chunks(ids, IN_ONE):
            try:
                self._index.remove(kind, chunk, drug_ids)
            except CorruptDocumentError as error:
                raise RefusedError(
                    f"{error.what}, so it cannot be replaced; nothing was changed. `medfacts "
                    "check` names what else is corrupt: take the database from a copy, or import "
                    "everything into a new one."
                ) from error
            gone = self.delete(Document, "id", chunk, kind=kind, drug_id=drug_ids)
            self.documents[kind] -= gone

    def finish(self) -> None:
        """Write what waits, and then what is searched."""
        self.write()
        self._index.write()

    def add(self, table: sa.Table, row: dict[str, Any]) -> None:
        """Take a row, of plain values: enums as text, and objects and lists as such."""
        self._waiting[table].append(_tuple_of(table)(row))
        self._rows += 1
        if self._rows >= AT_ONCE:
            self.write()

    def add_row(self, table: sa.Table, row: tuple[Any, ...]) -> None:
        """Take one row as `add_all` does."""
        self._waiting[table].append(row)
        self._rows += 1
        if self._rows >= AT_ONCE:
            self.write()

    def add_all(self, table: sa.Table, tuples: Sequence[tuple[Any, ...]]) -> None:
        """Take rows with a value for each column, in the order of the columns, JSON as text."""
        self._waiting[table].extend(tuples)
        self._rows += len(tuples)
        if self._rows >= AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what waits. Of shared rows (`SHARED`) those that are there already stay."""
        for table in SQLModel.metadata.sorted_tables:
            rows = self._waiting.pop(table, None)
            if rows:
                self._insert(table, rows)
        self._rows = 0

    def _insert(self, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        shared = table.name in SHARED
        if not self._is_postgres:
            values = ", ".join("?" * len(table.columns))
            verb = "INSERT OR IGNORE" if shared else "INSERT"
            self._driver.executemany(
                f'{verb} INTO "{table.name}" ({columns}) VALUES ({values})', rows
            )
            return
        into = f"new_{table.name}" if shared else table.name
        with self._driver.cursor() as cursor:
            if shared:
                cursor.execute(
                    f'CREATE TEMP TABLE IF NOT EXISTS "{into}" (LIKE "{table.name}") ON COMMIT DROP'
                )
            with cursor.copy(f'COPY "{into}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
            if shared:
                cursor.execute(
                    f'INSERT INTO "{table.name}" SELECT * FROM "{into}" ON CONFLICT DO NOTHING'  # noqa: S608 -- names of our tables
                )
                cursor.execute(f'TRUNCATE "{into}"')

    def execute(self, statement: Any, values: Any = None) -> None:
        """Run another statement that writes."""
        self._connection.execute(statement, values)

    def analyze(self, *models: Any) -> None:
        """Have Postgres plan by what the tables hold now: nobody else sees what was just written.

        Without that, how it reads them follows from what the last import left: it took twice as
        long, and at times ten times. SQLite has one way to read them.
        """
        if self._is_postgres:
            names = ", ".join(table_of(model).name for model in models)
            self._connection.execute(sa.text(f"ANALYZE {names}"))

    def delete(self, model: Any, column: str, values: Iterable[Any], **also: Any) -> int:
        """Delete the rows whose column has one of the values, and say how many there were.

        `also` narrows them by other columns: to a value, to one of a list, or by None not at all.
        """
        table = table_of(model)
        narrowed = [
            table.c[name].in_(value) if isinstance(value, list) else table.c[name] == value
            for name, value in also.items()
            if value is not None
        ]
        statement = table.delete().where(among(table.c[column]), *narrowed)
        return sum(
            self._connection.execute(statement, _values(self._connection, chunk)).rowcount
            for chunk in chunks(values, IN_ONE)
        )


SHARED = {"source_statement"}
"""Tables whose rows are known by what they hold: writing one again changes nothing."""


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def select_in(
    connection: sa.Connection, statement: Any, values: Iterable[str], size: int = IN_ONE
) -> Iterator[Any]:
    """The rows of a statement that has `among`, a chunk of its values at a time."""
    for chunk in chunks(values, size):
        yield from connection.execute(statement, _values(connection, chunk)).all()


class _Among(sa.sql.functions.FunctionElement[Any]):
    """See `among`: one parameter, so that the statement is the same however many values it has."""

    type = sa.types.NullType()  # SQLite has no booleans, and would compare it with 1
    inherit_cache = True


@compiles(_Among, "sqlite")
def _among_on_sqlite(among: _Among, compiler: Any, **_: Any) -> str:
    column, values = map(compiler.process, among.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 -- a parameter


@compiles(_Among, POSTGRES)
def _among_on_postgres(among: _Among, compiler: Any, **_: Any) -> str:
    column, values = map(compiler.process, among.clauses)
    return f"{column} = ANY(CAST({values} AS text[]))"


def among(column: Any) -> sa.ColumnElement[Any]:
    """That a column of text has one of the values that `select_in` binds."""
    return _Among(column, sa.bindparam("values", type_=sa.types.NullType()))


def _values(connection: sa.Connection, values: list[str]) -> dict[str, Any]:
    is_postgres = connection.dialect.name == POSTGRES
    return {"values": values if is_postgres else to_json(values).decode()}


@cache
def _tuple_of(table: sa.Table) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """What makes of a row the tuple that the driver takes."""
    names = [column.name for column in table.columns]
    values_of = itemgetter(*names)
    as_json = [i for i, column in enumerate(table.columns) if isinstance(column.type, sa.JSON)]
    if not as_json:
        return values_of

    def with_json(row: dict[str, Any]) -> tuple[Any, ...]:
        values = list(values_of(row))
        for i in as_json:
            if values[i] is not None:
                values[i] = to_json(values[i]).decode()
        return tuple(values)

    return with_json
