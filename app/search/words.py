"""The words that a document is searched by: those of what it is about, and of what it says.

Both engines are given words that Python has normalized alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.models.base import Row
from app.models.fact import fact_kinds
from app.names.normalization import word_list

KINDS = ("drugs", "conditions", *fact_kinds())
"""The kinds of document that are searched."""

TITLES = (
    *("name", "names", "drug", "substance", "title", "condition", "conditions", "target"),
    *("category", "organ"),
)
"""The fields that say what a record is about."""

TEXTS = (
    "statement",
    "summary",
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


@dataclass(frozen=True, slots=True)
class SearchedWords:
    """A document's number, and its words: of its titles, of its texts, and its facets."""

    number: int
    title: str
    text: str
    facets: str


def searched_words(
    number: int, facets: list[str], titles: list[str], texts: list[str]
) -> SearchedWords:
    """The words of a document's titles and texts."""
    return SearchedWords(number, _words(titles), _words(texts), " ".join(facets))


def texts_of(kind: str, record: Row) -> tuple[list[str], list[str]]:
    """What a record is about, and what it says, as it is served."""
    titles, texts = _texts(record, TITLES), _texts(record, TEXTS)
    is_named_twice = kind in ("drugs", "conditions")  # its name is among its names
    return titles[1:] if is_named_twice else titles, texts


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
        if "within" in value:  # of a section, whose title is not in its text
            _add_texts([*value["within"], value["heading"]], texts)
    elif isinstance(value, list):
        for item in value:
            _add_texts(item, texts)


def _words(texts: Iterable[str]) -> str:
    """The words of texts, with `BETWEEN` between them; what is too long for Postgres is cut."""
    words: list[str] = []
    for of_text in filter(None, map(word_list, texts)):
        words += [BETWEEN, *of_text] if words else of_text
    if len(words) > MOST_WORDS or max(map(len, words), default=0) > LONGEST_WORD:
        words = [word[:LONGEST_WORD] for word in words[:MOST_WORDS]]
    return " ".join(words)


def facets_of(kind: str | None, drug_id: str | None) -> list[str]:
    """The words, which no text has, by which a kind and a drug are found."""
    return [f"_k:{kind}"] * (kind is not None) + [f"_d:{drug_id}"] * (drug_id is not None)


def signed(sign: str, words: str) -> str:
    """Words, each with a sign before it."""
    return f"{sign}{f' {sign}'.join(words.split())}"
