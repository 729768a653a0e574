"""The numbers of a label's subsections: which of those in a text begin one.

Numbers stand everywhere in a label: `5.1 mg`, `[see Warnings and Precautions (5.1)]`, `Table 5.2`,
`5.1% of patients`, and in tables. One begins a subsection by these rules, each of which would
rather take too few:

* It is one of its section, and a capital follows that begins no unit.
* A part, a sentence or the section's heading ends before it, and no bracket is open there. After
  anything else, as after a table or an item of a list, it also has to be the very next number, no
  row of a table may follow, and either the label refers to that number, or its title is the
  regulation's, or a title in capitals follows what is no plain word.
* Of the numbers that are left, those begin subsections that rise and are the most. So one that is
  repeated or out of order stays in the text before it.
* Two may be skipped; more, if the label refers to the one that follows; and any in sections 8, 9,
  12 and 13, where each number has its fixed topic.
* Deeper numbers (5.1.1) begin nothing.

A text is gone through once, and looked at for 160 letters around each number.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.ingest.sources.label_keys import KEYS_BY_NUMBER, LEAFLETS, SECTION_NUMBERS

Number = tuple[int, int]
"""5.1 is (5, 1), and 5 is (5, 0)."""

_FIRST_NUMBER = re.compile(
    r"\s*([1-9][0-9]?)(?:\.([1-9][0-9]?))?(?![0-9.]*[0-9])(?:\.|:)?(?=\s|[A-Z])"
)
_NUMBERS = {
    major: re.compile(rf"{major}\.(\s?)([1-9][0-9]?)(?:\.?(?=\s)|(?=[A-Z][a-z]{{3}}))")
    for major in KEYS_BY_NUMBER
}
"""The numbers of each section's subsections: one pattern each, for a text is searched faster for
what begins with known letters."""

_TORN_DIGIT = re.compile(r"\s([0-9])(?=\s+[A-Z])")
"""The last digit of a number that markup tears in two: `5.1 4 Phenylketonurics` is 5.14."""

_TITLE_START = re.compile(
    r"\s*[\"\u201c'(]?"
    # no unit: 2.1 mL, 5.1 Units
    r"(?!(?:MG|M[lL]|MCG|G|KG|L|IU|[Uu](?:nit|NIT)[sS]?|MM|CM|m?E[qQ]|MMOL|[kMG]?B[qQ]|[mM]?C[iI]"
    r"|GY|Hz|HR|H|m[LMVW]|k[PW]a?|[dk]L|[n\u00b5\u03bc]?M|pH)\b)"
    # Severe, iPLEDGE, alpha-2 in Greek, 5-Fluorouracil
    r"(?:[A-Z\u00c0-\u00de\u0391-\u03a9]|[a-z]{1,2}[A-Z]|[\u03b1-\u03c9]\s?[0-9-]"
    r"|[0-9]{1,2}-[A-Z])"
)
_SENTENCE_END = re.compile(
    r"[.!?][\s\"\u201d\u2019')\]*\u2020\u2021\u200b]*$|[^\d\s]\s?\][\s.*\u200b]*$"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:vs|approx|nos?|sect?|figs?|e\.g|i\.e|refs?|ca|cf|avg|al|vol|pp?)\.\s*$",
    re.IGNORECASE,
)
_NO_SUBSECTION_AFTER = frozenset(
    """a about above and are as at below between by equals exceed for from in is least of or over
    range ratio reached than the through to under was were with
    cycle fig figure grade level no part phase score sec section sections see stage study table
    type version visit x
    administration contraindications dependence description indications information interactions
    overdosage pharmacology populations precautions reactions strengths studies supplied toxicology
    usage warnings""".split()  # noqa: SIM905 - a list of words is read as text
)
"""Words after which a number is a quantity, or refers to a table or a subsection."""

_NO_SUBSECTION_AFTER_MARK = frozenset(",(-/+=<>~\u00b1\u00d7\u2013\u2014\u2264\u2265")
_TITLE_IN_CAPITALS = re.compile(
    r"\s+[A-Z][a-z]{2,}[A-Za-z-]*(?:\s(?:of|in|or|and|for|to|with|the))*\s[A-Z][A-Za-z-]{2,}"
)
_ROW = re.compile(r"\s+(?:\S+\s+){1,4}?[<>]?[0-9]+(?:\.[0-9]+)?%?(?=\s)")
_REFERENCE = re.compile(r"[(\[,]\s*([1-9][0-9]?\.[1-9][0-9]?)(?=\s*[)\],;])")

_AROUND = 160
"""Letters that are looked at before and after a number."""

_SKIPPED = 2
"""Numbers that may be skipped though nothing refers to the one that follows."""

_FIXED_TOPICS = frozenset((8, 9, 12, 13))
"""Sections whose subsections have their numbers by topic, so that labels skip some."""


def printed(number: Number) -> str:
    """A number as a label prints it: `5.1`, `5`."""
    return f"{number[0]}.{number[1]}" if number[1] else str(number[0])


def number_of(key: str, text: str) -> Number | None:
    """The number that a section's text begins with, if the regulation can have given it this."""
    match = None if key in LEAFLETS else _FIRST_NUMBER.match(text)
    if match is None or int(match[1]) not in KEYS_BY_NUMBER:
        return None
    major, minor = int(match[1]), int(match[2] or 0)
    if not minor and SECTION_NUMBERS.get(key) != major:
        return None
    torn = _TORN_DIGIT.match(text, match.end()) if 0 < minor < 10 else None
    if torn:
        return major, 10 * minor + int(torn[1])
    return (major, minor) if _TITLE_START.match(text, match.end()) else None


def end_of_number(text: str, number: Number | None) -> int:
    """Where the number ends that a text begins with; 0 if it begins with another or none."""
    match = _FIRST_NUMBER.match(text) if number else None
    if match is None or number is None or int(match[1]) != number[0]:
        return 0
    torn = _TORN_DIGIT.match(text, match.end())
    if torn and 10 * int(match[2] or 0) + int(torn[1]) == number[1]:
        return torn.end()
    return match.end()


def numbers_referred_to(texts: list[str]) -> frozenset[str]:
    """The numbers of subsections in brackets anywhere: `(5.1)`, `[see … (5.1, 5.2)]`."""
    return frozenset(number for text in texts for number in _REFERENCE.findall(text))


@dataclass(slots=True)
class SubsectionNumber:
    """A number in a section's text that may begin a subsection."""

    start: int
    minor: int
    weight: int
    """How sure that is."""
    is_next: bool = False
    """Whether it can only be the very next number."""


CERTAIN, LIKELY, POSSIBLE = 1000, 10, 3
"""Weights: a string of the label begins here; a part or a sentence ends before it; all else."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a label when one of its texts is searched for numbers."""

    is_title: Callable[[str, Number], bool]
    """Whether a text is all of a section's heading, by its number."""
    begins_with_title: Callable[[str, Number], bool]
    """Whether a text begins with the title that the regulation gives a number."""
    referred_to: Callable[[], frozenset[str]]
    """The numbers that the label refers to."""


def numbers_in(
    text: str,
    major: int,
    start: int,
    ends: frozenset[int],
    is_open: Callable[[int], bool],
    known: Surroundings,
) -> Iterator[SubsectionNumber]:
    """The numbers in a text, from a place on, that may begin a subsection, in order.

    `ends` are where the text's parts end; `is_open` says of a place whether it is in none.
    """
    for match in _NUMBERS[major].finditer(text, start):
        if not _stands_alone(text, match.start()) or not is_open(match.start()):
            continue
        minor, end = int(match[2]), match.end()
        if match[1] and not known.begins_with_title(text[end : end + _AROUND], (major, minor)):
            continue  # `8. 2 Lactation`, but not `… a dose of 8. 2 Patients …`
        torn = _TORN_DIGIT.match(text, end) if minor < 10 else None
        if torn:
            minor, end = 10 * minor + int(torn[1]), torn.end()
        elif not _TITLE_START.match(text, end):
            continue
        weight = _weight(text, match.start(), end, (major, minor), known)
        if match.start() in ends or match.start() - 1 in ends:
            weight = LIKELY
        if weight:
            is_next = weight == POSSIBLE or torn is not None
            yield SubsectionNumber(match.start(), minor, weight, is_next)


def _stands_alone(text: str, start: int) -> bool:
    """Whether a blank is before a number, or a bracket or sentence that no blank follows."""
    before = text[start - 1 : start]
    if before == ".":
        before = text[start - 2 : start - 1]
        return before.isalpha() or before in (")", "]")
    return not before or before.isspace() or before in (")", "]")


def _weight(text: str, start: int, end: int, number: Number, known: Surroundings) -> int:
    """How sure it is that the number between two places begins a subsection; 0 if it does not."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    words = before.rsplit(None, 1)
    if not words or _has_open_bracket(before):
        return 0
    word = words[-1]
    if word[-1] == "." and _ABBREVIATION.search(before):
        return 0
    if _SENTENCE_END.search(before):
        return LIKELY
    if start < _AROUND and known.is_title(before, (number[0], 0)):
        return LIKELY
    if word[-1] in _NO_SUBSECTION_AFTER_MARK or _ROW.match(after):
        return 0
    if word.strip("()[],;:\u2022").lower() in _NO_SUBSECTION_AFTER:
        return 0
    if (
        known.begins_with_title(after, number)
        or (not word.islower() and _TITLE_IN_CAPITALS.match(after))
        or printed(number) in known.referred_to()
    ):
        return POSSIBLE
    return 0


def _has_open_bracket(before: str) -> bool:
    for opening, closing in ("()", "[]"):
        last = before.rfind(opening)
        if last > before.rfind(closing) and before.count(opening) > before.count(closing):
            return True
    return False


@dataclass(slots=True)
class _Chain:
    """Numbers that rise, from the last back to the first, and what they weigh together."""

    weight: int = 0
    last: SubsectionNumber | None = None
    before: "_Chain | None" = None


def rising(
    found: list[SubsectionNumber], major: int, known: Surroundings
) -> list[SubsectionNumber]:
    """Those of the numbers found, in order, that rise and weigh the most.

    Of two that weigh the same, the earlier; and the nearest to the one before it.
    """
    chains: dict[int, _Chain] = {0: _Chain()}
    for one in found:
        before = _best_before(one, chains, major, known)
        if before is None:
            continue
        weight = before.weight + one.weight
        if one.minor not in chains or weight > chains[one.minor].weight:
            chains[one.minor] = _Chain(weight, one, before)
    taken = []
    chain: _Chain | None = max(chains.values(), key=lambda chain: chain.weight)
    while chain is not None and chain.last is not None:
        taken.append(chain.last)
        chain = chain.before
    return taken[::-1]


def _best_before(
    one: SubsectionNumber, chains: dict[int, _Chain], major: int, known: Surroundings
) -> _Chain | None:
    """The heaviest chain that a number may go on, if there is one."""
    lowest = 0
    if one.weight != CERTAIN:
        if one.is_next:
            lowest = one.minor - 1
        elif major not in _FIXED_TOPICS and printed((major, one.minor)) not in known.referred_to():
            lowest = one.minor - 1 - _SKIPPED
    possible = [minor for minor in chains if lowest <= minor < one.minor]
    if not possible:
        return None
    return chains[max(possible, key=lambda minor: (chains[minor].weight, minor))]
