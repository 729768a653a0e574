"""Writing the index, by which documents are searched and drugs looked up, and comparing it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from app.documents.checksums import STORED, CorruptDocumentError, verified
from app.models.base import POSTGRES, Row, table_of
from app.models.document import Document
from app.models.drug import NameType
from app.models.lookup import SearchedDrug, SearchedName, SearchedPiece
from app.names.normalization import name_key, pieces_of
from app.search.postgres import PostgresIndex, PostgresIndexCheck, copy_rows
from app.search.query import listed, one_of
from app.search.ranking import SIGNS, level_of, number_of
from app.search.sqlite import SqliteIndex, SqliteIndexCheck
from app.search.words import KINDS, SearchedWords, facets_of, searched_words, texts_of

LETTERS_AT_ONCE = 8_000_000
"""How many letters wait to be written. FTS5 wants them in the order of their numbers."""

AT_ONCE = 500
"""How many drugs are looked up together."""

NameRow = tuple[str, int, str, int, str]
"""A row of `searched_name`."""


class SearchIndex:
    """Writes what is searched, in the transaction of the connection, as documents come and go."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._driver: Any = connection.connection.driver_connection
        self._of_engine: PostgresIndex | SqliteIndex
        self._of_engine = (PostgresIndex if self._dialect == POSTGRES else SqliteIndex)(connection)
        self._words: dict[int, SearchedWords] = {}
        self._names: dict[str, list[NameRow]] = {}
        self._letters = 0

    def add(self, document: Row) -> None:
        """Take a document with its `record`, and give it its number if it is searched."""
        record = document.pop("record")
        words = _searched(document, record)
        document["number"] = None
        if words is None:
            return
        document["number"] = words.number
        self._words[words.number] = words
        self._letters += len(words.title) + len(words.text)
        if document["kind"] == "drugs":
            self._names[document["id"]] = name_rows(document["id"], record)

    @property
    def is_full(self) -> bool:
        """Whether enough waits to be written."""
        return self._letters > LETTERS_AT_ONCE

    def remove(self, kind: str, ids: Sequence[str], drug_ids: Sequence[str] | None = None) -> None:
        """Take out documents of a kind: those of these drugs, if any are given.

        Raises `CorruptDocumentError` if one of them is not what was written: what it is searched by
        cannot be told then.
        """
        if kind not in KINDS:
            return
        document = table_of(Document).c
        of = sa.select(document.number, document.id, *STORED).where(
            document.kind == kind, document.id.in_(ids), document.number.is_not(None)
        )
        if drug_ids is not None:
            of = of.where(document.drug_id.in_(drug_ids))
        words: list[SearchedWords] = []
        names: dict[str, list[NameRow]] = {}
        for number, id_, *stored in self._connection.execute(of):
            if self._words.pop(number, None) is not None:  # it waits as yet
                self._names.pop(id_, None)
                continue
            record = from_json(verified(kind, id_, *stored))
            facets = facets_of(kind, stored[0])
            words.append(searched_words(number, facets, *texts_of(kind, record)))
            if kind == "drugs":
                names[id_] = name_rows(id_, record)
        numbers = self._numbers(list(names)) if names else {}
        if lost := names.keys() - numbers.keys():
            raise CorruptDocumentError(f"{', '.join(sorted(lost))}: a drug has no number")
        self._of_engine.remove(words, [(numbers[id_], parts_of(of)) for id_, of in names.items()])
        self._remove_names(list(names))

    def clear(self) -> None:
        """Take out everything."""
        self._of_engine.clear()
        for model in (SearchedName, SearchedPiece, SearchedDrug):
            self._connection.execute(table_of(model).delete())

    def write(self) -> None:
        """Write what waits. The drugs have to be there."""
        words = [self._words[number] for number in sorted(self._words)]
        rows = sorted(row for of_drug in self._names.values() for row in of_drug)
        pieces = sorted((p, key) for key in {row[0] for row in rows} for p in pieces_of(key))
        numbers = self._numbered(sorted(self._names)) if self._names else {}
        parts = sorted((numbers[id_], parts_of(of)) for id_, of in self._names.items())
        self._words.clear()
        self._names.clear()
        self._letters = 0
        self._of_engine.write(words, parts)
        if self._dialect == POSTGRES:
            self._copy_names(rows, pieces)
        else:
            many = self._driver.executemany
            many("INSERT INTO searched_name VALUES (?, ?, ?, ?, ?)", rows)
            many("INSERT OR IGNORE INTO searched_piece VALUES (?, ?)", pieces)

    def _copy_names(self, rows: list[NameRow], pieces: list[tuple[str, str]]) -> None:
        with self._driver.cursor() as cursor:
            copy_rows(cursor, "searched_name", rows)
            cursor.execute(
                "INSERT INTO searched_piece SELECT * FROM unnest(%s::text[], %s::text[]) "
                "ON CONFLICT DO NOTHING",
                ([piece for piece, _ in pieces], [key for _, key in pieces]),
            )

    def _numbers(self, drug_ids: Sequence[str]) -> dict[str, int]:
        """The numbers of those of these drugs that have one."""
        searched = table_of(SearchedDrug).c
        found: dict[str, int] = {}
        for start in range(0, len(drug_ids), AT_ONCE):
            some = drug_ids[start : start + AT_ONCE]
            of = sa.select(searched.drug_id, searched.number).where(searched.drug_id.in_(some))
            found |= {row.drug_id: row.number for row in self._connection.execute(of)}
        return found

    def _numbered(self, drug_ids: Sequence[str]) -> dict[str, int]:
        """The numbers of these drugs: those that have none are given the next."""
        numbers, table = self._numbers(drug_ids), table_of(SearchedDrug)
        last = self._connection.scalar(sa.select(sa.func.max(table.c.number))) or 0
        new = [id_ for id_ in drug_ids if id_ not in numbers]
        given = {id_: number for number, id_ in enumerate(new, last + 1)}
        if given:
            rows = [{"number": number, "drug_id": id_} for id_, number in given.items()]
            self._connection.execute(table.insert(), rows)
        return numbers | given

    def _remove_names(self, drug_ids: Sequence[str]) -> None:
        """Take out drugs' names, and the pieces of those that are no other drug's."""
        if not drug_ids:
            return
        name, piece = table_of(SearchedName), table_of(SearchedPiece)
        of_drugs = name.c.drug_id.in_(drug_ids)
        keys = set(self._connection.execute(sa.select(name.c.key).where(of_drugs)).scalars())
        self._connection.execute(name.delete().where(of_drugs))
        still = sa.select(name.c.key).where(one_of(name.c.key, "keys")).distinct()
        values = {"keys": listed(self._dialect, sorted(keys))}
        gone = keys - set(self._connection.execute(still, values).scalars())
        pieces = [{"a": piece, "b": key} for key in sorted(gone) for piece in pieces_of(key)]
        if pieces:
            both = sa.and_(piece.c.piece == sa.bindparam("a"), piece.c.key == sa.bindparam("b"))
            self._connection.execute(piece.delete().where(both), pieces)


MOST_PHRASES = 1_000
"""How many phrases are looked up; of more, most texts have one."""


def drugs_saying(
    connection: sa.Connection, phrases: Collection[tuple[str, ...]], kinds: Sequence[str]
) -> set[str]:
    """The drugs of which facts of these two kinds have one of the phrases."""
    document = table_of(Document).c
    of_kinds = sa.select(document.drug_id).where(document.kind.in_(kinds)).distinct()
    if len(phrases) > MOST_PHRASES:
        return set(connection.execute(of_kinds).scalars())
    driver: Any = connection.connection.driver_connection
    is_postgres = connection.dialect.name == POSTGRES
    select = POSTGRES_SAYING if is_postgres else SQLITE_SAYING
    found: set[str] = set()
    for phrase in sorted(phrases):
        words = " ".join(phrase)
        query = (_any_tier(phrase), f" {words} ") if is_postgres else (f'"{words}"',)
        found.update(row[0] for row in driver.execute(select, (*query, *kinds)).fetchall())
    return found


SQLITE_SAYING = (
    "SELECT DISTINCT drug_id FROM document WHERE number IN (SELECT rowid FROM searched_words "
    "WHERE searched_words MATCH ?) AND kind IN (?, ?)"
)
POSTGRES_SAYING = (
    "SELECT DISTINCT drug_id FROM document WHERE number IN (SELECT number FROM searched_words "
    "JOIN searched_words_text AS text USING (number) WHERE searched_words.words @@ CAST(%s AS "
    "tsquery) AND strpos(substr(text.words, length(text.title)), %s) > 0) AND kind IN (%s, %s)"
)
"""The texts stand behind the titles, and those have each fact's own drug."""


def _any_tier(words: Iterable[str]) -> str:
    """The words, all in the same tier, whichever that is."""
    return " | ".join("(" + " & ".join(f"'{sign}{word}'" for word in words) + ")" for sign in SIGNS)


def _searched(document: Row, record: Row) -> SearchedWords | None:
    """What a document is searched by, with its number; None if it is not."""
    kind = document["kind"]
    if kind not in KINDS:
        return None
    titles, texts = texts_of(kind, record)
    number = number_of(kind, document["id"], record, titles, texts)
    return searched_words(number, facets_of(kind, document["drug_id"]), titles, texts)


def name_rows(drug_id: str, record: Row) -> list[NameRow]:
    """The rows of `searched_name` of a drug."""
    types = list(NameType)
    level = len(types) * level_of(record)
    return [
        (key, level + types.index(name["type"]), drug_id, i, name["name"])
        for i, name in enumerate(record["names"])
        if (key := name_key(name["name"]))
    ]


def parts_of(rows: list[NameRow]) -> str:
    """The keys of a drug's names, a line each."""
    return "".join(f"{key}\n" for key in sorted({row[0] for row in rows}))


class IndexCheck:
    """Compares the index with the documents."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._of_engine: PostgresIndexCheck | SqliteIndexCheck
        is_postgres = connection.dialect.name == POSTGRES
        self._of_engine = (PostgresIndexCheck if is_postgres else SqliteIndexCheck)(connection)
        self._names = self._drugs = 0
        self._pieces: set[tuple[str, str]] = set()

    def faults_of(self, documents: list[Row]) -> Iterator[str]:
        """Which of these documents, each with its record, are searched by something else."""
        words: dict[int, SearchedWords] = {}
        names: dict[str, list[NameRow]] = {}
        called: dict[int, str] = {}
        for document in documents:
            kind, id_ = document["kind"], document["id"]
            of = _searched(document, document["record"])
            if (of.number if of else None) != document["number"]:
                yield f"The number of {kind} '{id_}' is not its own."
            if of is not None:
                words[of.number], called[of.number] = of, f"{kind} '{id_}'"
            if kind == "drugs":
                names[id_] = name_rows(id_, document["record"])
        for number in sorted(self._of_engine.differing(list(words.values()))):
            yield f"The words by which {called[number]} is searched are not what it says."
        if names:
            yield from self._faults_of_names(names)

    def _faults_of_names(self, names: dict[str, list[NameRow]]) -> Iterator[str]:
        """Which of these drugs are looked up by other names than theirs."""
        name, drug = table_of(SearchedName).c, table_of(SearchedDrug).c
        stored: dict[str, list[tuple[Any, ...]]] = {id_: [] for id_ in names}
        for row in self._connection.execute(sa.select(*name).where(name.drug_id.in_(names))):
            stored[row.drug_id].append(tuple(row))
        of_drugs = sa.select(drug.drug_id, drug.number).where(drug.drug_id.in_(names))
        numbers = {row.drug_id: row.number for row in self._connection.execute(of_drugs)}
        parts = [(numbers.get(id_, -1), parts_of(rows)) for id_, rows in names.items()]
        differing = self._of_engine.differing_parts(parts)
        for id_, rows in names.items():
            self._names += len(rows)
            self._drugs += 1
            self._pieces |= {(piece, row[0]) for row in rows for piece in pieces_of(row[0])}
            if sorted(rows) != sorted(stored[id_]) or numbers.get(id_, -1) in differing:
                yield f"The names by which drug '{id_}' is found are not its own."

    def faults(self) -> Iterator[str]:
        """What is there beyond the documents that were compared, and which pieces are others."""
        if left := self._of_engine.left():
            yield f"{left} documents are searched that are not there."
        for model, there in ((SearchedName, self._names), (SearchedDrug, self._drugs)):
            table = table_of(model)
            found = self._connection.scalar(sa.select(sa.func.count()).select_from(table))
            if found != there:
                yield f"{table.name} has {found} rows; {there} were expected."
        piece = table_of(SearchedPiece).c
        pieces = {tuple(row) for row in self._connection.execute(sa.select(piece.piece, piece.key))}
        if wrong := len(pieces ^ self._pieces):
            yield f"{wrong} pieces of names are missing, or are of no name."
