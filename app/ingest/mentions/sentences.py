"""Sentences of a label's text, at their letters."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

_BULLETS = "\u2022\u25cf\u25aa\u25a0\u25e6"

_END = re.compile(
    rf"""
      [.!?] [)\]"\u201d\u2019]{{0,2}} \s+ (?= [(\["\u201c]? [A-Z0-9{_BULLETS}] )
    | \n \s* \n         # a paragraph
    | [{_BULLETS}]       # an item of a list
    """,
    re.VERBOSE,
)

_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|dr|no|nos|fig|approx|st|mr|mrs|ms|inc|spp|sp|etc|al|resp)\.|"
    r"\b[A-Z]\.|(?:^|[\s(\[])(?:[0-9]{1,2}\.)+)$",
    re.IGNORECASE,
)
"""What ends with a full stop and no sentence: `e.g.`, an initial, a section's number."""

LONGEST = 1_500
"""Letters of the longest sentence that is quoted whole: a table that stands in a text as one line
has many thousands."""


class Sentences:
    """The sentences of a text. Where its blocks are known (see `app.models.label_text.TextBlock`),
    a table is apart, each row of it is one sentence, with the title above it, and a list ends with
    its last item."""

    def __init__(self, text: str, blocks: Sequence[dict[str, Any]] | None = None) -> None:
        self._text = text
        self._starts = [0]
        for end in _END.finditer(text):
            if end[0] in _BULLETS:
                self._starts.append(end.start())
            elif not _ABBREVIATED.search(text, max(0, end.start() - 12), end.start() + 1):
                self._starts.append(end.end())
        for block in blocks or ():
            if block["type"] == "table":
                start, end = block["start"], block["end"]
                outside = [place for place in self._starts if not start <= place <= end]
                self._starts = [*outside, *_rows(text, start, end), end]
        for before, block in pairwise(blocks or ()):
            if before["level"] and not block["level"]:
                self._starts.append(block["start"])
        self._starts = sorted({*self._starts, len(text)})

    def around(self, start: int, end: int) -> tuple[int, int]:
        """Where the sentence begins and ends that has these letters; of one that is longer than
        `LONGEST`, the words around them."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, max(start, end - 1))
        begin, stop = self._starts[first], self._starts[min(last, len(self._starts) - 1)]
        if stop - begin > LONGEST:
            begin = self._at_a_blank(max(begin, start - LONGEST // 2), begin)
            stop = self._at_a_blank(min(stop, end + LONGEST // 2), stop)
        while begin < stop and self._text[begin].isspace():
            begin += 1
        while stop > begin and self._text[stop - 1].isspace():
            stop -= 1
        return begin, stop

    def _at_a_blank(self, place: int, bound: int) -> int:
        if place == bound:
            return place
        blank = self._text.find(" ", place, place + 60)
        return place if blank < 0 else blank


def _rows(text: str, start: int, end: int) -> Iterator[int]:
    """Where the rows of a table begin: a line without cells, above one with cells, is its title."""
    is_title = False
    for line in text[start:end].split("\n"):
        has_cells = "\t" in line
        if not (is_title and has_cells):
            yield start
        is_title = not has_cells
        start += len(line) + 1
