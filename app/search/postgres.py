"""The index on Postgres: full text, by tier, and pg_trgm."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from app.models.base import POSTGRES
from app.search.elements import PARTS, WORDS, Found, NumberOf, OneOf
from app.search.ranking import SIGNS, tier_of
from app.search.words import BETWEEN, SearchedWords, signed

TEXT = "searched_words_text"
"""The words in their order, for phrases: a vector holds too few places of a word."""

PENDING = "64MB"
"""How much Postgres's indexes gather before it is put in its place."""


class PostgresIndex:
    """Writes the index."""

    def __init__(self, connection: sa.Connection) -> None:
        self._driver: Any = connection.connection.driver_connection

    def write(self, words: list[SearchedWords], parts: list[tuple[int, str]]) -> None:
        """Insert documents' words, and drugs' names."""
        with self._driver.cursor() as cursor:
            cursor.execute(f"SET LOCAL gin_pending_list_limit = '{PENDING}'")
            cursor.execute(f"INSERT INTO searched_words {VECTORS}", _by_tier(words))
            copy_rows(cursor, TEXT, zip(*_in_order(words), strict=True))
            copy_rows(cursor, PARTS, parts)
            for index in (f"ix_{WORDS}_title", f"ix_{WORDS}_words", f"ix_{PARTS}_names"):
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", (index,))

    def remove(self, words: list[SearchedWords], parts: list[tuple[int, str]]) -> None:
        """Delete what was inserted."""
        numbers = [each.number for each in words]
        for table, of in ((WORDS, numbers), (TEXT, numbers), (PARTS, [n for n, _ in parts])):
            self._driver.execute(f"DELETE FROM {table} WHERE number = ANY(%s)", (of,))  # noqa: S608 -- our tables

    def clear(self) -> None:
        """Delete everything."""
        for table in (WORDS, TEXT, PARTS):
            self._driver.execute(f"DELETE FROM {table}")  # noqa: S608 -- our tables


class PostgresIndexCheck:
    """Compares the index with what it should hold."""

    def __init__(self, connection: sa.Connection) -> None:
        self._driver: Any = connection.connection.driver_connection
        self._compared = 0

    def differing(self, words: list[SearchedWords]) -> set[int]:
        """The numbers of documents that the index has other words of."""
        vectors = self._driver.execute(VECTORS_ALIKE, _by_tier(words)).fetchall()
        texts = self._driver.execute(TEXT_ALIKE, _in_order(words)).fetchall()
        self._compared += 2 * len(words)
        return {each.number for each in words} - ({n for (n,) in vectors} & {n for (n,) in texts})

    def differing_parts(self, parts: list[tuple[int, str]]) -> set[int]:
        """The numbers of drugs that the index has other names of."""
        numbers = [number for number, _ in parts]
        select = "SELECT number, names FROM searched_parts WHERE number = ANY(%s)"
        stored = dict(self._driver.execute(select, (numbers,)).fetchall())
        self._compared += len(parts)
        return {number for number, names in parts if stored.get(number) != names}

    def left(self) -> int:
        """How many rows it has that were not compared."""
        counts = [f"(SELECT count(*) FROM {table})" for table in (WORDS, TEXT, PARTS)]  # noqa: S608 -- our tables
        [(rows,)] = self._driver.execute(f"SELECT {' + '.join(counts)}").fetchall()
        return int(rows) - self._compared


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

TEXT_ALIKE = """
    SELECT number FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS made (number, title, words)
    JOIN searched_words_text AS stored USING (number)
    WHERE (made.title, made.words) = (stored.title, stored.words)
"""


def _by_tier(words: list[SearchedWords]) -> tuple[list[Any], ...]:
    """Numbers, titles, and titles with texts: every word, and every facet, begins with its tier."""
    rows = [
        (
            each.number,
            signed(SIGNS[tier_of(each.number)], f"{each.title} {each.facets}"),
            signed(SIGNS[tier_of(each.number)], f"{each.title} {each.text} {each.facets}"),
        )
        for each in words
    ]
    numbers, titles, texts = zip(*rows, strict=True) if rows else ((), (), ())
    return list(numbers), list(titles), list(texts)


def _in_order(words: list[SearchedWords]) -> tuple[list[Any], ...]:
    """Numbers, titles, and titles with texts; blanks are around every word."""
    return (
        [each.number for each in words],
        [f" {each.title} " for each in words],
        [f" {each.title} {BETWEEN} {each.text} " for each in words],
    )


def copy_rows(cursor: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def query_values(
    phrases: tuple[tuple[str, ...], ...], beginning: str | None, facets: list[str]
) -> dict[str, Any]:
    """What the parameters of `hits` and `number_of_hits` are bound to, as they read for one tier,
    whose sign `@` stands for."""
    only = [f"'@{facet}'" for facet in facets]
    words = {word: f"'@{word}'" for word in sorted({w for phrase in phrases for w in phrase})}
    exact = begun = " & ".join([*words.values(), *only])
    if beginning is not None:
        in_phrases = {word for phrase in phrases if len(phrase) > 1 for word in phrase}
        others = [words[w] for w in words if w != beginning or w in in_phrases]
        begun = " & ".join([*others, f"'@{beginning}':*", *only])
    return {
        "titles": exact,
        "texts": exact,
        "begun": f"{begun} & !({exact})",
        "exact": exact,
        "phrases": [f"% {' '.join(phrase)} %" for phrase in phrases if len(phrase) > 1],
    }


def part(key: str) -> str:
    """Two letters or more of a name's key as the parameter of `drugs_named_with`."""
    return f"%{key}%" if len(key) > 2 else key


def listed(values: Iterable[str]) -> list[str]:
    """Values as the parameter of `one_of`."""
    return list(values)


@compiles(Found, POSTGRES)
def _found(found: Found, compiler: Any, **_: Any) -> str:
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
    text_of = f"SELECT FROM {TEXT} AS text WHERE text.number = {WORDS}.number"
    has_all = f"EXISTS ({text_of} AND text.{column} LIKE ALL ({phrases}))"
    return f"(cardinality({phrases}) = 0 OR {has_all})"


@compiles(NumberOf, POSTGRES)
def _number_of(number: NumberOf, *_: Any, **__: Any) -> str:
    # An expression: in the order of its own index, it would read every row for the few that match.
    return f"({number.table}.number + 0)"


@compiles(OneOf, POSTGRES)
def _one_of(one_of: OneOf, compiler: Any, **_: Any) -> str:
    # Behind a select its length is no reason to plan anew, which takes longer than to look it up.
    values = f"(SELECT CAST({compiler.process(one_of.bind)} AS text[]))"
    return f"{compiler.process(one_of.column)} = ANY({values}::text[])"
