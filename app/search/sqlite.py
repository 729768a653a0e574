"""The index on SQLite: FTS5, whose tables are contentless. They keep no text, so what is deleted
from them has to be given once more, as it was inserted.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from app.search.elements import PARTS, WORDS, Found, NumberOf, OneOf
from app.search.words import SearchedWords, signed

TITLE = "_"
"""What each word of a title begins with in the column of titles."""

HASH = 16_777_216
"""How many bytes of words FTS5 gathers before it writes them: by its own 1 MB, it merges a lot."""

KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 +-\n"
"""What a name's key is made of, and its end."""

WORD_COLUMNS = ("title", "words", "facets")

Parts = tuple[int, str]
"""A drug's number, and the keys of its names, a line each."""


class SqliteIndex:
    """Writes the index."""

    def __init__(self, connection: sa.Connection) -> None:
        self._driver: Any = connection.connection.driver_connection

    def write(self, words: list[SearchedWords], parts: list[Parts]) -> None:
        """Insert documents' words, and drugs' names."""
        many = self._driver.executemany
        many("INSERT INTO searched_words (searched_words, rank) VALUES ('hashsize', ?)", [(HASH,)])
        many(
            "INSERT INTO searched_words (rowid, title, words, facets) VALUES (?, ?, ?, ?)",
            _rows(words),
        )
        many("INSERT INTO searched_parts (rowid, names) VALUES (?, ?)", parts)

    def remove(self, words: list[SearchedWords], parts: list[Parts]) -> None:
        """Delete what was inserted."""
        many = self._driver.executemany
        many(
            "INSERT INTO searched_words (searched_words, rowid, title, words, facets) "
            "VALUES ('delete', ?, ?, ?, ?)",
            _rows(words),
        )
        many(
            "INSERT INTO searched_parts (searched_parts, rowid, names) VALUES ('delete', ?, ?)",
            parts,
        )

    def clear(self) -> None:
        """Delete everything."""
        self._driver.execute("INSERT INTO searched_words (searched_words) VALUES ('delete-all')")
        self._driver.execute("INSERT INTO searched_parts (searched_parts) VALUES ('delete-all')")


class SqliteIndexCheck:
    """Compares the index with what it should hold: by sums over all places of all its words."""

    def __init__(self, connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        self._words = _sums(driver, WORDS)
        self._parts = _sums(driver, PARTS)

    def differing(self, words: list[SearchedWords]) -> set[int]:
        """The numbers of documents that the index has other words of."""
        return {row[0] for row in _rows(words) if self._words.pop(row[0], 0) != _sum_of(row)}

    def differing_parts(self, parts: list[Parts]) -> set[int]:
        """The numbers of drugs that the index has other names of."""
        return {
            number
            for number, names in parts
            if self._parts.pop(number, 0)
            != sum(hash((names[i : i + 3], "names", i)) for i in range(len(names) - 2))
        }

    def left(self) -> int:
        """How many documents and drugs it has that were not compared."""
        return len(self._words) + len(self._parts)


def _sums(driver: Any, table: str) -> dict[int, int]:
    vocabulary = f"temp.{table}_vocabulary"
    driver.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {vocabulary} USING fts5vocab(main, {table}, instance)"
    )
    sums: dict[int, int] = defaultdict(int)
    select = f"SELECT term, doc, col, offset FROM {vocabulary}"  # noqa: S608 -- our tables
    for term, number, column, offset in driver.execute(select):
        sums[number] += hash((term, column, offset))
    return sums


def _sum_of(row: tuple[Any, ...]) -> int:
    return sum(
        hash((word, column, i))
        for column, text in zip(WORD_COLUMNS, row[1:], strict=True)
        for i, word in enumerate(text.split())
    )


def _rows(words: Iterable[SearchedWords]) -> Iterator[tuple[int, str, str, str]]:
    """Rows of the index: the words of a title have a sign of their own.

    FTS5 can look for a word in one column, but reads all places of a word to do so.
    """
    for each in words:
        yield each.number, signed(TITLE, each.title), each.text, each.facets


def query_values(
    phrases: tuple[tuple[str, ...], ...], beginning: str | None, facets: list[str]
) -> dict[str, Any]:
    """What the parameters of `hits` and `number_of_hits` are bound to."""
    only = [f'"{facet}"' for facet in facets]
    in_titles = [f'"{signed(TITLE, " ".join(phrase))}"' for phrase in phrases]
    anywhere = [
        f'({in_title} OR "{" ".join(phrase)}")'
        for phrase, in_title in zip(phrases, in_titles, strict=True)
    ]
    titles = " AND ".join([*in_titles, *only])
    exact = begun = " AND ".join([*anywhere, *only])
    if beginning is not None:
        begins = f'("{TITLE}{beginning}" * OR "{beginning}" *)'
        others = [
            each for phrase, each in zip(phrases, anywhere, strict=True) if phrase != (beginning,)
        ]
        begun = " AND ".join([*others, begins, *only])
    return {
        "titles": titles,
        "texts": f"({exact}) NOT ({titles})",
        "begun": f"({begun}) NOT ({exact})",
        "exact": exact,
    }


def part(key: str) -> str:
    """Two letters or more of a name's key as the parameter of `drugs_named_with`."""
    if len(key) > 2:
        return f'"{key}"'
    return " OR ".join(f'"{key}{letter}"' for letter in KEY_LETTERS)


def listed(values: Iterable[str]) -> str:
    """Values as the parameter of `one_of`."""
    return json.dumps(list(values))


@compiles(Found, "sqlite")
def _found(found: Found, compiler: Any, **_: Any) -> str:
    table = PARTS if found.how in ("names", "letters") else WORDS
    return f"{table} MATCH {compiler.process(found.bind)}"


@compiles(NumberOf, "sqlite")
def _number_of(number: NumberOf, *_: Any, **__: Any) -> str:
    return f"{number.table}.rowid"


@compiles(OneOf, "sqlite")
def _one_of(one_of: OneOf, compiler: Any, **_: Any) -> str:
    values = f"SELECT value FROM json_each({compiler.process(one_of.bind)})"  # noqa: S608 -- a parameter
    return f"{compiler.process(one_of.column)} IN ({values})"
