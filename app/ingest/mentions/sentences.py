"""Sentences of a label's text, at their letters."""

import re
from bisect import bisect_right

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
    """The sentences of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        for end in _END.finditer(text):
            if end[0] in _BULLETS:
                self._starts.append(end.start())
            elif not _ABBREVIATED.search(text, max(0, end.start() - 12), end.start() + 1):
                self._starts.append(end.end())
        self._starts.append(len(text))

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
