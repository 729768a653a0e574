"""The headings of a label's sections, where the text itself says where they end.

openFDA's text has the heading and the prose in one line: `5.1 Severe Neutropenia Background
Clozapine can cause …`. What is taken for a heading is what the text begins with, and is one of:

* the title that the regulation gives a number or, in labels without numbers, a key;
* what stands before the first part of a subsection, if it is no sentence;
* the words before a reference to that very number: `Seizures [see Warnings and Precautions (5.5)]`;
* the words before a colon in the highlights' item that ends in that number: `Seizures: … (5.5)`;
* words that stand there twice in a row: `5.5 Seizures Seizures have been reported …`.

And what follows has to begin anew, as a sentence or another heading. All else is None.
"""

import re

from app.ingest.sources.label_keys import SECTION_KEYS, TITLES, TITLES_ANYWHERE, TITLES_BY_KEY
from app.ingest.sources.label_numbers import Number, end_of_number, printed

_BULLETS = "\u2022\u25cf\u25cb\u25a0\u25aa\u00b7*"
_DASHES = "\u2010-\u2015-"
_ANEW = re.compile(
    rf"\s*$|\s*:(?!//)|\.?\s+(?:[A-Z\u00c0-\u00de\[\"\u201c{_BULLETS}{_DASHES}]|[0-9]|\([0-9\s])"
)
_ITEM_END = re.compile(r"\(([\s0-9.,]+)\)\.?")
_REFERENCE = re.compile(
    r"[\[(]\s?see (?:also )?[A-Za-z][A-Za-z &,/]{2,60}"
    r"[\[(]\s*([1-9][0-9]?\.[1-9][0-9]?)\s*[\])]\s*\.?\s*[\])]",
    re.IGNORECASE,
)
_TITLE_BEGINS = re.compile(rf"(?:^|[:;.\]){_BULLETS}])\s*$")
_SENTENCE = re.compile(
    r"[.:;?!]|\b(?:is|are|was|were|has|have|can|may|not|should|none)\b", re.IGNORECASE
)
_WORD = re.compile(r"\S+")
_DIGITS = re.compile("[0-9]")
_DIGITS_OF_A_PHONE = 7
"""A number or a date beside a title says something: `Questions? 1-800-555-0194`."""

_NO_LETTERS = re.compile(r"[\W\d_]+")
_OPENERS = frozenset(("There", "If", "Because", "Based", "When", "Although", "Avoid", "Cases"))
"""Words that begin a sentence, and no word of a title."""

_JOINERS = frozenset(
    """a after an and associated at by due during following for from in including of on or the to
    under with without""".split()  # noqa: SIM905 - a list of words is read as text
)
"""Words in small letters within titles."""

_LONGEST_TITLE = 16
"""Words of a title at most."""


class TitlesInReferences:
    """What a label calls its subsections where it refers to them by number."""

    def __init__(self, texts: list[str]) -> None:
        self._before: dict[str, list[str]] = {}
        for text in texts:
            for match in _REFERENCE.finditer(text):
                before = text[max(0, match.start() - 140) : match.start()].rstrip()
                self._before.setdefault(match[1], []).append(before)

    def of(self, number: Number, body: str) -> str | None:
        """The longest title that a text begins with and that stands before a reference to it."""
        before = self._before.get(printed(number))
        if not before:
            return None
        for word in reversed(list(_WORD.finditer(body[:200]))[:_LONGEST_TITLE]):
            title = body[: word.end()]
            folded = title.lower()
            for text in before:
                if text.lower().endswith(folded) and _TITLE_BEGINS.search(text[: -len(title)]):
                    return title if _begins_anew(body[word.end() :]) else None
        return None


def titles_in_highlights(text: str, number: Number | None) -> dict[str, list[str]]:
    """The titles of the items that a section begins with, by the number that each ends in."""
    titles: dict[str, list[str]] = {}
    if number is None or number[1]:
        return titles
    text = text[end_of_number(text, number) :].strip()
    start = len(regulated_title(text, number) or "")
    for match in _ITEM_END.finditer(text):
        title, colon, _ = text[start : min(start + 120, match.start())].partition(":")
        title = title.strip(f" .-\u2013{_BULLETS}")
        start = match.end()
        if colon and title and not _SENTENCE.search(title):
            for one in match[1].split(","):
                titles.setdefault(one.strip(), []).append(title)
    return titles


def heading_of(
    text: str,
    key: str,
    number: Number | None,
    before_part: str | None,
    references: TitlesInReferences,
    highlights: dict[str, list[str]],
) -> str | None:
    """The heading that a passage begins with, if the text says where it ends.

    `before_part` is what stands before the first part within it.
    """
    body = text[end_of_number(text, number) :].strip()
    if number is None:
        return _repeated(body) if key == "boxed_warning" else _first_of(TITLES_BY_KEY, key, body)
    title = regulated_title(body, number)
    if title or not number[1]:
        return title
    return (
        _title_before_part(before_part, number)
        or references.of(number, body)
        or _title_in_highlights(body, highlights.get(printed(number), []))
        or _repeated(body, stops_at_capital=True)
    )


def regulated_title(body: str, number: Number) -> str | None:
    """The regulation's title of a number, if a text begins with it and then anew."""
    body = body.lstrip()
    for title in (*TITLES.get(number, ()), *(TITLES_ANYWHERE if number[1] else ())):
        if body[: len(title)].lower() == title.lower() and _ANEW.match(body, len(title)):
            return body[: len(title)]
    return None


def begins_with_title(body: str, number: Number) -> bool:
    """Whether a text begins with the regulation's title of a number."""
    return regulated_title(body, number) is not None


def is_title(text: str, number: Number) -> bool:
    """Whether a text is all of a section's heading, with its number or without."""
    body = text[end_of_number(text, number) :].strip(" .:")
    return body.lower() in {title.lower() for title in TITLES[number]}


def is_heading_alone(text: str, key: str) -> bool:
    """Whether a text says no more than which section it is."""
    if len(text) > 90 or len(_DIGITS.findall(text)) >= _DIGITS_OF_A_PHONE:
        return False
    letters = _letters(text)
    return letters in _LETTERS_OF_KEYS.get(key, ()) or letters in _LETTERS_OF_TITLES


def is_bare(text: str, number: Number) -> bool:
    """Whether a numbered part has a heading and no text, so that what follows belongs to it."""
    return len(text) < 80 and not _SENTENCE.search(text[end_of_number(text, number) :])


def _first_of(titles: dict[str, tuple[str, ...]], key: str, body: str) -> str | None:
    for title in titles.get(key, ()):
        found = body[: len(title)]
        if found in (title, title.upper()) and _ANEW.match(body, len(title)):
            return None if body.startswith(" Category", len(title)) else found
    return None


def _title_before_part(before: str | None, number: Number) -> str | None:
    if not before:
        return None
    title = before[end_of_number(before, number) :].strip()
    return title if 0 < len(title) <= 100 and not _SENTENCE.search(title) else None


def _title_in_highlights(body: str, titles: list[str]) -> str | None:
    for title in sorted(titles, key=len, reverse=True):
        if body[: len(title)].lower() == title.lower() and _begins_anew(body[len(title) :]):
            return body[: len(title)]
    return None


def _repeated(body: str, *, stops_at_capital: bool = False) -> str | None:
    """Words of six letters at least that stand there twice in a row.

    Where a capital after them could go on with the title, there is none: `stops_at_capital`.
    """
    first = body[:400].split(None, 1)[:1]
    if not first or body.find(first[0], len(first[0]), 400 + len(first[0])) < 0:
        return None  # as of most: not even the first word stands there again
    words = list(_WORD.finditer(body[:400]))
    for count in range(min(len(words) // 2, 2 * _LONGEST_TITLE), 0, -1):
        title = body[: words[count - 1].end()]
        second = words[count].start()
        after = body[second + len(title) :][:3]
        if len(title) < 6 or not body.startswith(title, second) or after[:1].strip():
            continue
        return None if stops_at_capital and after.strip()[:1].isupper() else title
    return None


def _begins_anew(rest: str) -> bool:
    """Whether a sentence begins: a capital, then a small letter of a word that joins nothing."""
    words = rest[:80].split()
    if not words or words[0][0] in f":[{_BULLETS}":
        return True
    if not rest[0].isspace() or not words[0][0].isupper():
        return False
    if words[0] in _OPENERS:
        return True
    return len(words) > 1 and words[1][0].islower() and words[1] not in _JOINERS


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text.lower())


_LETTERS_OF_TITLES = frozenset(
    _letters(title) for titles in (*TITLES.values(), TITLES_ANYWHERE) for title in titles
)
_LETTERS_OF_KEYS = {
    key: frozenset((_letters(key), _letters(key).removesuffix("s"), _letters(key) + "section"))
    for key in SECTION_KEYS
    if key != "keep_out_of_reach_of_children"  # whose name is all that it says
}
