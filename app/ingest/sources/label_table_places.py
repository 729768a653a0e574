"""Where the tables of a label stand: each in the passage whose text it repeats."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from app.ingest.sources.label_keys import PARTS, SECTION_NUMBERS, UNCLASSIFIED
from app.ingest.sources.label_sections import LabelPassage
from app.ingest.sources.label_tables import read_table

TABLE = "_table"
"""What openFDA's keys of tables end with, behind the section's key."""

_SHORT = 40
"""Letters that a table needs at least to be known wherever they stand."""

_IN_NUMBER = re.compile("[0-9.,]{2}")

Tables = list[dict[str, Any]]


@dataclass(slots=True)
class PlacedTables:
    """The tables of a label, each once in a passage or in its section."""

    of_passages: dict[int, Tables]
    """By the places of the passages that have all their text."""
    of_sections: dict[str, Tables]
    """By the keys of sections, where not exactly one passage has it."""
    sections_after: dict[int, list[str]]
    """Their keys, by the place of the section's last passage; behind all where it has none."""


def place_tables(
    label: dict[str, Any], passages: list[LabelPassage], keys: Iterable[str]
) -> PlacedTables:
    """Where the tables of these sections stand among the passages.

    A table is found by its letters in their order, whatever the white space. One without text, of
    pictures alone, is left out.
    """
    texts = _PassageTexts(passages)
    placed: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    rest: list[tuple[str, str, dict[str, Any]]] = []
    for key in keys:
        for html in dict.fromkeys(_strings(label, f"{key}{TABLE}")):
            read = read_table(html)
            if not read.letters:
                continue
            having = [at for at in texts.of_section(key) if texts.have(at, read.letters)]
            if len(having) == 1:
                placed[having[0]][html] = read.table
            else:
                rest.append((key, html, read.table))
    known = {html for tables in placed.values() for html in tables}
    of_sections: dict[str, Tables] = defaultdict(list)
    for key, html, table in rest:
        if html not in known:  # a section's are its subsection's too
            known.add(html)
            of_sections[key].append(table)
    after: dict[int, list[str]] = defaultdict(list)
    for key in of_sections:
        after[max(texts.of_section(key), default=len(passages))].append(key)
    of_passages = {at: list(tables.values()) for at, tables in placed.items()}
    return PlacedTables(of_passages, of_sections, after)


def _strings(label: dict[str, Any], key: str) -> list[str]:
    value = label.get(key, [])
    return [value] if isinstance(value, str) else value


class _PassageTexts:
    """The texts of passages without white space, made when they are asked for."""

    def __init__(self, passages: list[LabelPassage]) -> None:
        self._passages = passages
        self._texts: dict[int, tuple[str, set[int]]] = {}

    def of_section(self, key: str) -> Iterator[int]:
        """The places of the passages of a section, of its parts, and of its number."""
        keys = {key, *_parts_of(key)}
        number = str(SECTION_NUMBERS.get(key))
        for at, passage in enumerate(self._passages):
            own = (passage.number or "").partition(".")[0]
            if key == UNCLASSIFIED or passage.key in keys or own == number:
                yield at

    def have(self, at: int, letters: str) -> bool:
        """Whether a passage has these letters in a row, as whole words.

        Some labels have no blank between a table and the words around it; a long text that cuts no
        number is no word's beginning.
        """
        text, ends = self._of(at)
        start = text.find(letters)
        while start >= 0:
            edges = [at for at in (start, start + len(letters)) if at not in ends]
            if not edges or (
                len(letters) >= _SHORT
                and not any(_IN_NUMBER.fullmatch(text[at - 1 : at + 1]) for at in edges)
            ):
                return True
            start = text.find(letters, start + 1)
        return False

    def _of(self, at: int) -> tuple[str, set[int]]:
        if at not in self._texts:
            words = self._passages[at].text.split()
            self._texts[at] = "".join(words), {0, *accumulate(map(len, words))}
        return self._texts[at]


def _parts_of(key: str) -> Iterator[str]:
    for part in PARTS.get(key, ()):
        yield part
        yield from _parts_of(part)
