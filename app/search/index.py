"""What drugs, conditions and facts are searched by, and how. This file alone knows how the engines
differ in that: SQLite searches by FTS5 and its trigrams, Postgres by full text and pg_trgm.

Both are given words and names that Python has spelt alike, and neither ranks: what is found comes
in the order of a number that each document has from what it says. So both give the same, in the
same order, and the first page of many hits costs no more than that of few.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from app.database.engines import POSTGRES, Row, table_of
from app.models.discrepancy import Discrepancy
from app.models.document import Document
from app.models.drug import NameType
from app.models.fact import fact_kinds
from app.models.lookup import SearchedName, SearchedPiece
from app.names.normalization import name_key, pieces_of, words_of

KINDS = ("drugs", "conditions", *fact_kinds())
"""The kinds of document that are searched."""

TITLES = (
    *("name", "names", "drug", "substance", "title", "condition", "conditions", "target"),
    *("category", "organ"),
)
"""The fields that say what a record is about."""

TEXTS = (
    "statement",
    "registry_ids",
    "section",
    "action_type",
    "mechanism_of_action",
    "process",
    "description",
    "classes",
    "codes",
    "question",
    "effect",
    "trigger",
    "population",
    "populations",
    "consequences",
    "advice",
    "comment",
    "note",
    "conclusions",
    "limitations",
    "why_stopped",
)
"""The fields whose text is searched beside them."""

MOST_WORDS, LONGEST_WORD = 16_000, 50
"""How many words of a document are searched, and how many letters of one: Postgres wants those of a
document to fit into a megabyte."""

BETWEEN = "_"
"""A word that nobody types, between two texts: no phrase begins in one and ends in the next."""
WORDS, PARTS = "searched_words", "searched_parts"
"""The tables of the index: words by document, and the names of drugs by any three letters."""

TITLE = "_"
"""What each word of a title begins with in SQLite's column of titles."""

SPELT = "searched_words_spelt"
"""On Postgres, the words in their order, for phrases: its vectors hold too few places of a word."""

HASH = 16_777_216
"""How many bytes of words FTS5 gathers before it writes them: by its own 1 MB, it merges a lot."""

MOST_COUNTED = 10_000
"""How many hits are counted: to count all of a common word takes longer than all else."""

LETTERS_AT_ONCE = 8_000_000
"""How many letters wait to be written. FTS5 wants them in the order of their numbers."""

KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 +-\n"
"""What a name's key is made of, and its end."""


def texts_of(kind: str, record: Row) -> tuple[list[str], list[str]]:
    """What a record is about, and what it says, as it is served."""
    titles, texts = _texts(record, TITLES), _texts(record, TEXTS)
    return titles[1:] if kind == "drugs" else titles, texts  # its name is among its names


def _texts(record: Row, fields: Iterable[str]) -> list[str]:
    texts: list[str] = []
    for field in fields:
        if value := record.get(field):
            _add_texts(value, texts)
    return texts


def _add_texts(value: Any, texts: list[str]) -> None:
    """Add the text of a field: its own, its `name`, or that of each of its items."""
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, dict):
        own = value.get("name") or value.get("statement") or value.get("text")
        if own:
            _add_texts(own, texts)
    elif isinstance(value, list):
        for item in value:
            _add_texts(item, texts)


def number_of(kind: str, id_: str, record: Row, titles: list[str], texts: list[str]) -> int:
    """A document's place among all that are searched, of 63 bits.

    Drugs come first, by their level, then conditions, then facts; of each the shorter before the
    longer, since more of it is about what was asked. The rest is a digest, so that the number
    follows from the document alone, whenever it was loaded.
    """
    if kind == "drugs":
        place = 85 * level_of(record) + _bucket(len(titles[0]), 84)
        of_kind = 0
    else:
        of_kind = 1 if kind == "conditions" else 2
        place = _bucket(sum(map(len, texts or titles)), 255)
    return of_kind << 61 | place << 53 | _digest_of(kind, id_)


def is_number_of(number: object, kind: str, id_: str) -> bool:
    """Whether a number is a document's, as far as it follows from its kind and id."""
    return isinstance(number, int) and number & (1 << 53) - 1 == _digest_of(kind, id_)


def _digest_of(kind: str, id_: str) -> int:
    digest = hashlib.sha256(f"{kind} {id_}".encode()).digest()
    return int.from_bytes(digest[:7], "big") >> 3


def tier_of(number: int) -> int:
    """Which tier a number is in, of those that have `SIGNS`: the numbers of a lower one are lower.

    Postgres finds what matches in the order in which it was written. So its indexes have each word
    by tier, and those that a page is made of are looked at alone. Half a doubling of length is a
    tier of facts: what sources publish is spread over ten of them or more.
    """
    of_kind, place = number >> 61, number >> 53 & 0xFF
    if of_kind == 0:
        return place >> 4
    return 16 if of_kind == 1 else 17 + max(0, min(20, place // 6 - 10))


SIGNS = [f"{tier:02d}" for tier in range(38)]
"""What the words of each tier begin with, on Postgres."""


def tiers_after(number: int) -> list[str]:
    """The signs of the tiers that may have a higher number."""
    return SIGNS[tier_of(number) :] if number >= 0 else SIGNS


def _bucket(length: int, most: int) -> int:
    return min(most, int(12 * math.log2(1 + length)))


def level_of(drug: Row) -> int:
    """0 of a drug that was approved, 1 if a source says something else of it, 2 if none does."""
    if drug["approvals"] or drug["statuses"]:
        return 0
    searched = any(
        coverage.status != "not_searched"
        for kind, coverage in drug["coverage"].items()
        if kind != Discrepancy.kind_name  # which is covered wherever two sources name it
    )
    return 1 if searched else 2


def _words(texts: Iterable[str]) -> str:
    """The words of texts, with `BETWEEN` between them; what is too long for Postgres is cut."""
    words = f" {BETWEEN} ".join(filter(None, map(words_of, texts))).split(" ")
    if len(words) > MOST_WORDS or len(max(words, key=len)) > LONGEST_WORD:
        words = [word[:LONGEST_WORD] for word in words[:MOST_WORDS]]
    return " ".join(words)


def facets_of(kind: str | None, drug_id: str | None) -> list[str]:
    """The words, which no text has, by which a kind and a drug are found."""
    return [f"_k:{kind}"] * (kind is not None) + [f"_d:{drug_id}"] * (drug_id is not None)


class Index:
    """Writes what is searched, in the transaction of the connection, as documents come and go."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._is_postgres = connection.dialect.name == POSTGRES
        self._words: dict[int, tuple[str, str, str]] = {}
        self._names: dict[str, tuple[int, list[tuple[Any, ...]]]] = {}
        self._letters = 0

    def add(self, document: Row) -> None:
        """Take a document with its `record`, and give it its number if it is searched."""
        kind, record = document["kind"], document.pop("record")
        document["number"] = None
        if kind not in KINDS:
            return
        titles, texts = texts_of(kind, record)
        number = number_of(kind, document["id"], record, titles, texts)
        document["number"] = number
        title, words = _words(titles), _words(texts)
        facets = " ".join(facets_of(kind, document["drug_id"]))
        self._words[number] = (title, words, facets)
        self._letters += len(title) + len(words)
        if kind == "drugs":
            self._names[document["id"]] = (number, _name_rows(document["id"], record))

    @property
    def is_full(self) -> bool:
        """Whether enough waits to be written."""
        return self._letters > LETTERS_AT_ONCE

    def remove(self, kind: str, ids: Sequence[str], drug_ids: Sequence[str] | None = None) -> None:
        """Take out documents of a kind: those of these drugs, if any are given."""
        if kind not in KINDS:
            return
        document = table_of(Document).c
        of = sa.select(document.number).where(
            document.kind == kind, document.id.in_(ids), document.number.is_not(None)
        )
        if drug_ids is not None:
            of = of.where(document.drug_id.in_(drug_ids))
        numbers = list(self._connection.execute(of).scalars())
        for number in numbers:
            self._words.pop(number, None)
        self._delete(WORDS, numbers)
        if self._is_postgres:
            self._delete(SPELT, numbers)
        if kind == "drugs":
            for id_ in ids:
                self._names.pop(id_, None)
            self._delete(PARTS, numbers)
            self._remove_names(ids)

    def clear(self) -> None:
        """Take out everything."""
        tables = [WORDS, PARTS, *(table_of(t).name for t in (SearchedName, SearchedPiece))]
        for table in [*tables, SPELT] if self._is_postgres else tables:
            self._connection.execute(sa.table(table).delete())

    def write(self) -> None:
        """Write what waits. The drugs have to be there."""
        words = [(number, *self._words[number]) for number in sorted(self._words)]
        rows = [row for _, rows in self._names.values() for row in rows]
        keys = {row[2] for row in rows}
        pieces = sorted((piece, key) for key in keys for piece in pieces_of(key))
        parts = sorted((number, _within(rows)) for number, rows in self._names.values())
        self._words.clear()
        self._names.clear()
        self._letters = 0
        if self._is_postgres:
            self._write_to_postgres(words, rows, pieces, parts)
        else:
            self._write_to_sqlite(words, rows, pieces, parts)

    def _write_to_sqlite(self, words: Any, rows: Any, pieces: Any, parts: Any) -> None:
        many = self._driver.executemany
        many("INSERT INTO searched_words (searched_words, rank) VALUES ('hashsize', ?)", [(HASH,)])
        insert = "INSERT INTO searched_words (rowid, title, words, facets) VALUES (?, ?, ?, ?)"
        many(insert, map(_signed, words))
        many("INSERT INTO searched_parts (rowid, names) VALUES (?, ?)", parts)
        many("INSERT INTO searched_name VALUES (?, ?, ?, ?, ?, ?)", rows)
        many("INSERT OR IGNORE INTO searched_piece VALUES (?, ?)", pieces)

    def _write_to_postgres(self, words: Any, rows: Any, pieces: Any, parts: Any) -> None:
        with self._driver.cursor() as cursor:
            cursor.execute(f"SET LOCAL gin_pending_list_limit = '{PENDING}'")
            write_words(cursor, words)
            _copy(cursor, PARTS, parts)
            _copy(cursor, "searched_name", rows)
            cursor.execute(
                "INSERT INTO searched_piece SELECT * FROM unnest(%s::text[], %s::text[]) "
                "ON CONFLICT DO NOTHING",
                ([piece for piece, _ in pieces], [key for _, key in pieces]),
            )
            for index in (f"ix_{WORDS}_title", f"ix_{WORDS}_words", f"ix_{PARTS}_names"):
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", (index,))

    def faults_of(self, documents: list[Row]) -> Iterator[str]:
        """Which of these documents, each with its record, are searched by something else."""
        for document in documents:
            stored = document.get("number")
            self.add(document)
            if stored != document["number"]:
                yield f"The number of {document['kind']} '{document['id']}' is not its own."
        words = [(number, *entry) for number, entry in self._words.items()]
        of = {document["number"]: document for document in documents}
        for number in of.keys() - {None} - self._stored_alike(words):
            yield f"The words of {of[number]['kind']} '{of[number]['id']}' are not what it says."
        name, part = table_of(SearchedName).c, sa.table(PARTS, sa.column("names"))
        named: dict[str, list[tuple[Any, ...]]] = {id_: [] for id_ in self._names}
        for row in self._connection.execute(
            sa.select(*name).where(name.drug_id.in_(named)).order_by(name.position)
        ):
            named[row.drug_id].append(tuple(row))
        found = _Number(PARTS).in_([number for number, _ in self._names.values()])
        number_of_parts = sa.select(_Number(PARTS), part.c.names).select_from(part).where(found)
        within = {row[0]: row[1] for row in self._connection.execute(number_of_parts)}
        for id_, (number, rows) in self._names.items():
            if named[id_] != rows or within.get(number) != _within(rows):
                yield f"The names by which drug '{id_}' is found are not its own."
        self._words.clear()
        self._names.clear()

    def size(self) -> tuple[int, int, int]:
        """How many documents have words, how many drugs names, and how many pieces those have."""
        counted = [
            self._connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))
            for table in (WORDS, PARTS, table_of(SearchedPiece).name)
        ]
        return counted[0] or 0, counted[1] or 0, counted[2] or 0

    def _stored_alike(self, words: list[tuple[Any, ...]]) -> set[int]:
        """Those of these numbers of which these words are stored."""
        if self._is_postgres:
            vectors = self._driver.execute(VECTORS_ALIKE, _by_tier(words)).fetchall()
            spelt = self._driver.execute(SPELT_ALIKE, _spelt(words)).fetchall()
            return {row[0] for row in vectors} & {row[0] for row in spelt}
        stored = "SELECT title, words, facets FROM searched_words WHERE rowid = ?"
        return {
            number
            for number, *entry in map(_signed, words)
            if self._driver.execute(stored, (number,)).fetchone() == tuple(entry)
        }

    def _delete(self, table: str, numbers: list[int]) -> None:
        key = "number" if self._is_postgres else "rowid"
        mark = "%s" if self._is_postgres else "?"
        if numbers:
            self._driver.cursor().executemany(
                f"DELETE FROM {table} WHERE {key} = {mark}",  # noqa: S608 -- our tables
                [(number,) for number in numbers],
            )

    def _remove_names(self, drug_ids: Sequence[str]) -> None:
        """Take out drugs' names, and the pieces of those that are no other drug's."""
        name, piece = table_of(SearchedName), table_of(SearchedPiece)
        of_drugs = name.c.drug_id.in_(drug_ids)
        keys = set(self._connection.execute(sa.select(name.c.key).where(of_drugs)).scalars())
        self._connection.execute(name.delete().where(of_drugs))
        still = sa.select(name.c.key).where(one_of(name.c.key, "keys")).distinct()
        values = {"keys": listed(self._connection.dialect.name, sorted(keys))}
        gone = keys - set(self._connection.execute(still, values).scalars())
        pieces = [{"a": piece, "b": key} for key in sorted(gone) for piece in pieces_of(key)]
        if pieces:
            both = sa.and_(piece.c.piece == sa.bindparam("a"), piece.c.key == sa.bindparam("b"))
            self._connection.execute(piece.delete().where(both), pieces)


PENDING = "64MB"
"""How much Postgres's indexes gather before it is put in its place."""


def _name_rows(drug_id: str, record: Row) -> list[tuple[Any, ...]]:
    """The rows of `searched_name` of a drug."""
    types = list(NameType)
    level = len(types) * level_of(record)
    return [
        (drug_id, i, key, level + types.index(name["type"]), name["name"], str(name["type"]))
        for i, name in enumerate(record["names"])
        if (key := name_key(name["name"]))
    ]


def _within(rows: list[tuple[Any, ...]]) -> str:
    """The keys of a drug's names, a line each."""
    return "".join(f"{key}\n" for key in sorted({row[2] for row in rows}))


def _signed(entry: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of SQLite's index: the words of its title twice, in `title` with a sign of their own.

    FTS5 can look for a word in one column, but reads all places of a word to do so.
    """
    number, title, text, facets = entry
    return number, _with(TITLE, title), f"{title} {BETWEEN} {text}", facets


def _with(sign: str, words: str) -> str:
    return f"{sign}{f' {sign}'.join(words.split())}"


VECTORS = """
    SELECT number,
        array_to_tsvector(string_to_array(title, ' ')) AS title,
        array_to_tsvector(string_to_array(words, ' ')) AS words
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new (number, title, words)
"""
"""What Postgres makes of words as `_by_tier` gives them."""

VECTORS_ALIKE = f"""
    SELECT number FROM ({VECTORS}) AS made JOIN searched_words AS stored USING (number)
    WHERE (made.title, made.words) = (stored.title, stored.words)
"""  # noqa: S608 -- our own

SPELT_ALIKE = """
    SELECT number FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS made (number, title, words)
    JOIN searched_words_spelt AS stored USING (number)
    WHERE (made.title, made.words) = (stored.title, stored.words)
"""


def write_words(cursor: Any, words: list[tuple[Any, ...]]) -> None:
    """Have Postgres keep these numbers, titles, texts and facets, as SQLite keeps them."""
    cursor.execute(f"INSERT INTO searched_words {VECTORS}", _by_tier(words))
    _copy(cursor, SPELT, zip(*_spelt(words), strict=True))


def _by_tier(words: list[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    """Numbers, titles, and titles with texts: every word, and every facet, begins with its tier."""
    rows = [
        (
            number,
            _with(SIGNS[tier_of(number)], f"{title} {facets}"),
            _with(SIGNS[tier_of(number)], f"{title} {text} {facets}"),
        )
        for number, title, text, facets in words
    ]
    numbers, titles, texts = zip(*rows, strict=True) if rows else ((), (), ())
    return list(numbers), list(titles), list(texts)


def _spelt(words: list[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    """Numbers, titles, and titles with texts; blanks are around every word."""
    return (
        [number for number, *_ in words],
        [f" {title} " for _, title, _, _ in words],
        [f" {title} {BETWEEN} {text} " for _, title, text, _ in words],
    )


def _copy(cursor: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@dataclass(frozen=True)
class Query:
    """What a person typed: phrases of one word or more, all of which have to be there.

    `beginning` is the last word, where it stands open at the end: it may be the beginning of one.
    """

    phrases: tuple[tuple[str, ...], ...]
    beginning: str | None

    SHORTEST_BEGINNING = 3

    @classmethod
    def read(cls, text: str) -> "Query":
        """Whatever is typed: two quotes make a phrase, and nothing else is a sign."""
        parts = text.split('"')
        if len(parts) % 2 == 0:  # a quote that was not closed
            parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
        phrases: list[tuple[str, ...]] = []
        beginning = None
        for i, part in enumerate(parts):
            words = [word[:LONGEST_WORD] for word in words_of(part).split()]
            if i % 2:
                phrases += [tuple(words)] if words else []
                continue
            is_open = i == len(parts) - 1 and not part[-1:].isspace()
            if words and is_open and len(words[-1]) >= cls.SHORTEST_BEGINNING:
                beginning = words[-1]
            phrases += [(word,) for word in words]
        return cls(tuple(dict.fromkeys(phrases)), beginning)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word in it."""
        return frozenset(word for phrase in self.phrases for word in phrase)

    def values(self, dialect: str, facets: list[str]) -> dict[str, Any]:
        """What the parameters of `hits` and `number_of_hits` are bound to on an engine."""
        if dialect == POSTGRES:
            return self._on_postgres([f"'@{facet}'" for facet in facets])
        return self._on_sqlite([f'"{facet}"' for facet in facets])

    def _on_sqlite(self, facets: list[str]) -> dict[str, Any]:
        quoted = [f'"{" ".join(phrase)}"' for phrase in self.phrases]
        titles = " AND ".join(
            [f'"{_with(TITLE, " ".join(phrase))}"' for phrase in self.phrases] + facets
        )
        exact = begun = " AND ".join([*quoted, *facets])
        if self.beginning is not None:
            others = [each for each in quoted if each != f'"{self.beginning}"']
            begun = " AND ".join([*others, f'"{self.beginning}" *', *facets])
        return {
            "titles": titles,
            "texts": f"({exact}) NOT ({titles})",
            "begun": f"({begun}) NOT ({exact})",
            "exact": exact,
        }

    def _on_postgres(self, facets: list[str]) -> dict[str, Any]:
        """As they read for one tier, whose sign `@` stands for."""
        words = {word: f"'@{word}'" for word in sorted(self.words)}
        exact = begun = " & ".join([*words.values(), *facets])
        if self.beginning is not None:
            in_phrases = {word for phrase in self.phrases if len(phrase) > 1 for word in phrase}
            others = [words[w] for w in words if w != self.beginning or w in in_phrases]
            begun = " & ".join([*others, f"'@{self.beginning}':*", *facets])
        return {
            "titles": exact,
            "texts": exact,
            "begun": f"{begun} & !({exact})",
            "exact": exact,
            "phrases": [f"% {' '.join(phrase)} %" for phrase in self.phrases if len(phrase) > 1],
        }


class _Found(sa.ColumnElement[Any]):
    """That a row of an index has what a parameter asks for; see the engines' own below."""

    type = sa.types.NullType()  # SQLite has no booleans, and would compare it with 1
    inherit_cache = False

    def __init__(self, how: str, bind: str) -> None:
        self.how = how
        self.bind = sa.bindparam(bind, type_=sa.Text())


class _Number(sa.ColumnElement[int]):
    """The number of a row of an index."""

    type = sa.BigInteger()
    inherit_cache = False

    def __init__(self, table: str) -> None:
        self.table = table


class _OneOf(sa.ColumnElement[Any]):
    """That a column has one of the values of a parameter, which `listed` makes of them."""

    type = sa.types.NullType()  # SQLite has no booleans, and would compare it with 1
    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[str], bind: str) -> None:
        self.column = column
        self.bind: sa.BindParameter[Any] = sa.bindparam(bind)


@compiles(_Found, "sqlite")
def _found_on_sqlite(found: _Found, compiler: Any, **_: Any) -> str:
    table = PARTS if found.how in ("names", "letters") else WORDS
    return f"{table} MATCH {compiler.process(found.bind)}"


@compiles(_Found, POSTGRES)
def _found_on_postgres(found: _Found, compiler: Any, **_: Any) -> str:
    bind = compiler.process(found.bind)
    if found.how == "names":
        return f"{PARTS}.names LIKE {bind}"
    if found.how == "letters":  # no trigram has them: every row is read, and not the whole index
        return f"strpos({PARTS}.names, {bind}) > 0"
    column = "title" if found.how == "titles" else "words"
    query = f"CAST(replace({bind}, '@', tier.tier) AS tsquery)"
    matches = f"{WORDS}.{column} @@ {query} AND {_phrases(compiler, column)}"
    if found.how == "texts":
        about = f"{WORDS}.title @@ {query} AND {_phrases(compiler, 'title')}"
        matches += f" AND NOT ({about})"
    return matches


def _phrases(compiler: Any, column: str) -> str:
    """That a text has every phrase, if there are any."""
    phrases = f"CAST({compiler.process(sa.bindparam('phrases'))} AS text[])"
    spelt = f"SELECT FROM {SPELT} AS spelt WHERE spelt.number = {WORDS}.number"
    has_all = f"EXISTS ({spelt} AND spelt.{column} LIKE ALL ({phrases}))"
    return f"(cardinality({phrases}) = 0 OR {has_all})"


@compiles(_Number, "sqlite")
def _number_on_sqlite(number: _Number, *_: Any, **__: Any) -> str:
    return f"{number.table}.rowid"


@compiles(_Number, POSTGRES)
def _number_on_postgres(number: _Number, *_: Any, **__: Any) -> str:
    # An expression: in the order of its own index, it would read every row for the few that match.
    return f"({number.table}.number + 0)"


@compiles(_OneOf, "sqlite")
def _one_of_on_sqlite(one_of: _OneOf, compiler: Any, **_: Any) -> str:
    values = f"SELECT value FROM json_each({compiler.process(one_of.bind)})"  # noqa: S608 -- a parameter
    return f"{compiler.process(one_of.column)} IN ({values})"


@compiles(_OneOf, POSTGRES)
def _one_of_on_postgres(one_of: _OneOf, compiler: Any, **_: Any) -> str:
    values = f"CAST({compiler.process(one_of.bind)} AS text[])"
    return f"{compiler.process(one_of.column)} = ANY({values})"


def one_of(column: Any, bind: str) -> sa.ColumnElement[bool]:
    """That a column has one of the values that `listed` makes a parameter of."""
    return _OneOf(column, bind)


def listed(dialect: str, values: Iterable[str]) -> Any:
    """Values as the parameter of `one_of`."""
    return list(values) if dialect == POSTGRES else json.dumps(list(values))


def hits(dialect: str, how: str) -> Any:
    """The numbers of documents that have the words in one way: a page of them after one.

    `how` is `titles` (what they are about has every word), `texts` (they have them elsewhere too)
    or `begun` (a word of theirs begins with the last). Each leaves out what the one before finds.
    """
    number = _Number(WORDS)
    page_size = sa.bindparam("page_size", type_=sa.Integer())
    found = (
        sa.select(number.label("number"))
        .select_from(sa.table(WORDS))
        .where(_Found(how, how), number > sa.bindparam("after", type_=sa.BigInteger()))
        .order_by(number)
        .limit(page_size)
    )
    return _by_tiers(found).limit(page_size) if dialect == POSTGRES else found


def number_of_hits(dialect: str, how: str) -> sa.ScalarSelect[int]:
    """How many documents have the words in one way; one more than are counted, if so.

    `how` is as for `hits`, or `exact`: in `titles` or `texts`.
    """
    every = sa.select(_Number(WORDS).label("number")).select_from(sa.table(WORDS))
    found = every.where(_Found(how, how))
    counted = (_by_tiers(found) if dialect == POSTGRES else found).limit(MOST_COUNTED + 1)
    return sa.select(sa.func.count()).select_from(counted.subquery("counted")).scalar_subquery()


def _by_tiers(found: sa.Select[Any]) -> sa.Select[Any]:
    """What is found in one tier after the other, and no further than what is asked for."""
    signs = sa.cast(sa.bindparam("tiers"), sa.ARRAY(sa.Text()))
    tier = sa.func.unnest(signs).table_valued("tier", name="tier")
    in_tier = found.lateral("in_tier")
    return sa.select(in_tier.c.number).join_from(tier, in_tier, sa.true())


def drugs_named_with(*, two_letters: bool = False) -> sa.Select[Any]:
    """The numbers of the drugs that have a name with the parameter `part` in it."""
    return (
        sa.select(_Number(PARTS).label("number"))
        .select_from(sa.table(PARTS))
        .where(_Found("letters" if two_letters else "names", "part"))
    )


def part(dialect: str, key: str) -> str:
    """Two letters or more of a name's key as the parameter of `drugs_named_with`."""
    if len(key) > 2:
        return f"%{key}%" if dialect == POSTGRES else f'"{key}"'
    if dialect == POSTGRES:
        return key
    return " OR ".join(f'"{key}{letter}"' for letter in KEY_LETTERS)
