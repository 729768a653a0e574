"""A drug label's sections taken apart: each piece of its text once, under its key and number.

openFDA repeats text. A section stands as one string, then its subsections stand once more: in the
same list, under keys of their own (`use_in_specific_populations` and `pregnancy`, `precautions`
and `general_precautions`), or, for want of a key, in `spl_unclassified_section`. Here a string
that stands within a longer one of its label is a part of it and cuts it: what is before, between
and after its parts stays with the longer one. A part that begins with a number is a subsection;
the text between parts is searched for the numbers of others (`label_numbers`).

A part without a number stays in the numbered subsection that it is in, and is told again if it is
another fact, such as a mechanism of action in the subsection on microbiology. Labels in the format
before 2006 have no numbers, and are cut into openFDA's strings alone.

Some labels publish one text under several keys. It is told under each that makes another fact of
it, such as an indication and a boxed warning, else under one: see `_telling`. openFDA's order of
the keys decides nothing, for it is arbitrary.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from app.ingest.sources.label_headings import (
    TitlesInReferences,
    begins_with_title,
    heading_of,
    is_bare,
    is_heading_alone,
    is_title,
    titles_in_highlights,
)
from app.ingest.sources.label_keys import (
    KEYS_BY_NUMBER,
    LEAFLETS,
    PARTS,
    PLACES_BEFORE,
    PLACES_OF_2006,
    PLACES_OF_OTC,
    SECTION_KEYS,
    SECTION_NUMBERS,
    UNCLASSIFIED,
)
from app.ingest.sources.label_numbers import (
    CERTAIN,
    Number,
    SubsectionNumber,
    Surroundings,
    number_of,
    numbers_in,
    numbers_referred_to,
    printed,
    rising,
)
from app.models.label import PASSAGE
from app.models.label_section import SECTION_TYPES, WARNING

_SHORT = 40
"""Letters that a text needs at least to be known for a part wherever it stands."""


@dataclass(slots=True)
class LabelPassage:
    """A piece of a label's text, with the section that it stands in."""

    key: str
    """openFDA's key of the section: `warnings_and_cautions`."""
    text: str
    """As published, less blanks around it."""
    number: str | None
    """As printed: `5.1`, or `5` outside of subsections; None where the label has no numbers."""
    heading: str | None
    """As printed; None where the text does not say where it ends."""


@dataclass(slots=True)
class PublishedSection:
    """A text of a label that is part of no other, and its pieces: put together, they are the text.

    A piece may be a heading alone.
    """

    key: str
    text: str
    pieces: tuple[LabelPassage, ...]


def passages_of(label: dict[str, Any]) -> list[LabelPassage]:
    """All that a label says, in its order, less headings that stand alone.

    Each text once, or once for each fact that it is published as. Sections are strings or lists of
    strings.
    """
    found: dict[tuple[str, str], LabelPassage] = {}
    keys: dict[str, list[str]] = defaultdict(list)
    for section in sections_of(label):
        for piece in section.pieces:
            known = piece.text, piece.key
            if known not in found and not is_heading_alone(*known):
                found[known] = piece
                keys[piece.text].append(piece.key)
    told = {text: _telling(text, of_text) for text, of_text in keys.items()}
    return _longest([piece for (text, key), piece in found.items() if key in told[text]])


_FACTS = {
    section.key: (section.kind, section.fields)
    for section in SECTION_TYPES
    if section.kind not in (None, PASSAGE)
}
_PLAIN = "warnings", WARNING
_TEXTS = {section.key for section in SECTION_TYPES if section.kind == PASSAGE}


def _telling(text: str, keys: list[str]) -> list[str]:
    """Of the keys that a text stands under, in the label's order, those that it is told under.

    One for each fact that they make of it; a boxed warning is a warning, and so is one on
    pregnancy, so a plain warning is none beside these. What is no fact under any key is told under
    the first. A few words, such as `None known.`, are another text under each.
    """
    if len(keys) == 1 or len(text) < _SHORT:
        return keys
    told: dict[str, None] = {}
    for key in sorted(keys, key=_precedence):
        if key in _FACTS and not any(_tells(other, key) for other in told):
            told[key] = None
    return list(told) or [min(keys, key=_precedence)]


def _precedence(key: str) -> int:
    """What says more of a text comes first: facts, plain warnings, texts, texts without a type."""
    if key in _FACTS:
        return _FACTS[key] == _PLAIN
    return 4 if key == UNCLASSIFIED else 2 if key in _TEXTS else 3


def _tells(key: str, other: str) -> bool:
    """Whether the fact that a key makes of a text is that of the other key, or says more."""
    fact, wanted = _FACTS.get(key), _FACTS[other]
    is_warning = fact is not None and fact[1].get("type") == WARNING["type"]
    return fact == wanted or (is_warning and wanted == _PLAIN)


def _longest(passages: list[LabelPassage]) -> list[LabelPassage]:
    """Passages less those that others of the same subsection begin with, and tell.

    A part may say more at its end than the whole does, such as when it was revised.
    """
    longest: dict[str, LabelPassage] = {}
    for passage in passages:
        if passage.number and "." in passage.number:
            text = longest.setdefault(passage.number, passage).text
            if len(passage.text) > len(text) and passage.text.startswith(text):
                longest[passage.number] = passage
    kept: dict[tuple[str, str], LabelPassage] = {}
    for passage in passages:
        last = longest.get(passage.number or "", passage)
        is_told = passage.key not in _FACTS or _tells(last.key, passage.key)
        whole = last if is_told and last.text.startswith(passage.text) else passage
        kept.setdefault((whole.text, whole.key), whole)
    return list(kept.values())


def sections_of(label: dict[str, Any]) -> list[PublishedSection]:
    """The texts of a label that are part of no other, in its order, each with its pieces.

    A text is there for each key that it is told under, and so is a part that is a fact which the
    pieces that have it are not.
    """
    published = _texts_of(label)
    places = _places(label, published)
    keys: dict[str, list[str]] = defaultdict(list)
    for key, text in sorted(published, key=lambda item: places[item[0]]):
        keys[text].append(key)
    texts: list[tuple[str, str]] = []
    again: list[tuple[str, str]] = []
    for text, of_text in keys.items():
        told = _telling(text, of_text)
        first = len(told) if len(text) < _SHORT else 1
        texts += [(key, text) for key in told[:first]]
        again += [(key, text) for key in told[first:]]
    roots = _nest(sorted(texts, key=lambda item: places[item[0]]))
    known = _Known([root.text for root in roots], places is PLACES_OF_2006)
    parts = {root.text: root.parts for root in roots}
    roots += [_Root(key, text, parts.get(text, [])) for key, text in again]
    sections: list[PublishedSection] = []
    for root in roots:
        cuts = _cuts_of(root, known)
        sections.append(PublishedSection(root.key, root.text, tuple(_pieces(root, cuts, known))))
        sections += _told_again(root, cuts, known)
    return sorted(sections, key=lambda section: _place(section, places))


def _texts_of(label: dict[str, Any]) -> list[tuple[str, str]]:
    """The strings of a label's sections with their keys, each once, less what is blank."""
    found: dict[tuple[str, str], None] = {}
    for key, value in label.items():
        if key in SECTION_KEYS:
            for text in [value] if isinstance(value, str) else value:
                if text and not text.isspace():
                    found[key, text.strip()] = None
    return list(found)


def _places(label: dict[str, Any], texts: list[tuple[str, str]]) -> dict[str, int]:
    """The order of a label's sections: by its format, for openFDA's own order is arbitrary.

    A label is in the format of 2006 if two of its sections begin with their numbers.
    """
    numbered = [key for key, text in texts if key in SECTION_NUMBERS and number_of(key, text)]
    if len(numbered) > 1:
        return PLACES_OF_2006
    return PLACES_OF_OTC if "active_ingredient" in label or "purpose" in label else PLACES_BEFORE


def _place(section: PublishedSection, places: dict[str, int]) -> tuple[int, int, int]:
    """Where a section stands: by its printed number, if it has one, else by its key."""
    number = section.pieces[0].number
    if number is None:
        return places[section.key], 0, 0
    major, _, minor = number.partition(".")
    return places[KEYS_BY_NUMBER[int(major)]], int(minor or 0), places[section.key]


class _Known:
    """What a label's texts say of its subsections, found out when it is asked for."""

    def __init__(self, texts: list[str], has_numbers: bool) -> None:
        self._texts = texts
        self.has_numbers = has_numbers
        referred_to = cache(lambda: numbers_referred_to(texts))  # no cycle: nobody collects it
        self.around_numbers = Surroundings(is_title, begins_with_title, referred_to)

    @cached_property
    def titles(self) -> TitlesInReferences:
        return TitlesInReferences(self._texts)


# Which text is part of which


def _served(key: str) -> int:
    """What becomes of a section's text: 2 for facts, 1 for text of the label, 0 for nothing."""
    return 2 if key in _FACTS else int(key in _TEXTS)


def _makes_less(key: str, host: str) -> bool:
    """Whether a key makes less of a text than that of the text around it, which has no such part:
    `5.9 Laboratory Tests`, or storage in how a drug is given."""
    return key not in PARTS.get(host, ()) and _served(key) < _served(host)


@dataclass(slots=True)
class _Part:
    """A string of the label within a longer one, from its start to its end there."""

    key: str
    start: int
    end: int
    number: Number | None


@dataclass(slots=True)
class _Root:
    """A string of the label that is part of no other, and those that are part of it."""

    key: str
    text: str
    parts: list[_Part] = field(default_factory=list)


def _nest(texts: list[tuple[str, str]]) -> list[_Root]:
    """The texts that are part of no other, in the order given, each with those within it."""
    roots: list[_Root] = []
    for key, text in sorted(texts, key=lambda item: -len(item[1].strip())):
        wanted = text.strip()
        start = wanted[:_SHORT]  # which is looked for faster, and seldom there
        hosts = [root for root in roots if start in root.text and wanted in root.text]
        if hosts:
            number = number_of(key, wanted)
            is_part = _insert_short if len(wanted) < _SHORT and not number else _insert_long
            if is_part(hosts, key, wanted, number):
                continue
        roots.append(_Root(key, text))
    place = {text: index for index, (_, text) in enumerate(texts)}
    return sorted(roots, key=lambda root: place[root.text])


def _insert_long(hosts: list[_Root], key: str, wanted: str, number: Number | None) -> bool:
    """Note a part in each section that it belongs to, else in one of those that have it."""
    hosts = sorted(hosts, key=lambda root: root.key in LEAFLETS)
    related = [root for root in hosts if _is_related(root, key, number)]
    if not related and key != UNCLASSIFIED and _makes_less(key, hosts[0].key):
        return _served(key) > 0  # it stays in a text that is served, and a leaflet is there beside
    noted = [_insert(root, key, wanted, number) for root in related or hosts[:1]]
    return any(noted) or key == UNCLASSIFIED


def _insert_short(hosts: list[_Root], key: str, wanted: str, number: Number | None) -> bool:
    """Note a part of a few words, such as `Purpose Antacid`, if there is no doubt where it stands.

    In a section that it belongs to it is a part in any case, for its words stand there.
    """
    related = [root for root in hosts if _is_related(root, key, number)]
    for root in related:
        if root.text.count(wanted) == 1:
            _insert(root, key, wanted, number)
    return bool(related) or key == UNCLASSIFIED


def _is_related(root: _Root, key: str, number: Number | None) -> bool:
    return (
        key == root.key
        or key in PARTS.get(root.key, ())
        or (number is not None and SECTION_NUMBERS.get(root.key) == number[0])
    )


def _insert(root: _Root, key: str, wanted: str, number: Number | None) -> bool:
    """Note where a part stands: the first place where it crosses no other and cuts no word.

    False if there is none.

    Some labels have no blank between a part and the next; a long text is no word's beginning.
    """
    start = -1
    for _ in range(8):
        start = root.text.find(wanted, start + 1)
        if start < 0:
            break
        end = start + len(wanted)
        around = root.text[max(0, start - 1) : start] + root.text[end : end + 1]
        cuts_word = len(wanted) < _SHORT and not all(letter.isspace() for letter in around)
        crosses = any(
            part.start < start < part.end < end or start < part.start < end < part.end
            for part in root.parts
        )
        if not cuts_word and not crosses:
            root.parts.append(_Part(key, start, end, number))
            return True
    return False


# Cutting


@dataclass(slots=True)
class _Cut:
    """A place where a piece begins, and what it is of."""

    start: int
    key: str
    number: Number | None


@dataclass(slots=True)
class _Nested:
    """A part that is a piece by itself, and the one that it stands in."""

    part: _Part
    host: _Part

    @property
    def is_subsection(self) -> bool:
        return self.part.number is not None and self.part.number[1] > 0

    @property
    def belongs(self) -> bool:
        return self.part.key in PARTS.get(self.host.key, ())


def _cuts_of(root: _Root, known: _Known) -> list[_Cut]:
    """Where a text's pieces begin: its parts, its numbered subsections, what is between them."""
    whole = _Part(root.key, 0, len(root.text), number_of(root.key, root.text))
    nested = _nested(root, whole)
    found = _subsections(root, whole, nested, known)
    return _cuts(root.text, whole, _less_those_in(found, nested), found)


def _ends(root: _Root, cuts: list[_Cut]) -> list[int]:
    return [*(cut.start for cut in cuts[1:]), len(root.text)]


def _told_again(root: _Root, cuts: list[_Cut], known: _Known) -> Iterator[PublishedSection]:
    """The text and its parts without numbers, where they are facts that none of the pieces is.

    A section is told by its own parts that are facts or subsections: warnings by what not to do.
    """
    text, ends = root.text, _ends(root, cuts)
    whole = _Part(root.key, 0, len(text), None)
    for part in (whole, *root.parts):
        if part.key not in _FACTS or part.number or part.end - part.start < _SHORT:
            continue
        own = PARTS.get(part.key, ())
        if not any(
            cut.start < part.end
            and end > part.start
            and (
                _tells(cut.key, part.key)
                or (cut.key in own and (cut.key in _FACTS or cut.number is not None))
            )
            and not is_heading_alone(text[cut.start : end].strip(), cut.key)
            for cut, end in zip(cuts, ends, strict=True)
        ):
            said = text[part.start : part.end].strip()
            heading = heading_of(said, part.key, None, None, known.titles, {})
            yield PublishedSection(part.key, said, (LabelPassage(part.key, said, None, heading),))


def _pieces(root: _Root, cuts: list[_Cut], known: _Known) -> Iterator[LabelPassage]:
    """A text's pieces in order."""
    ends = _ends(root, cuts)
    highlights = titles_in_highlights(root.text[: ends[0]], number_of(root.key, root.text))
    inner = sorted(part.start for part in root.parts if part.number is None)
    for cut, end in zip(cuts, ends, strict=True):
        text = root.text[cut.start : end].strip()
        if not text:
            continue
        at = bisect_right(inner, cut.start)
        before_part = (
            root.text[cut.start : inner[at]].strip() if inner[at:] and inner[at] < end else None
        )
        heading = heading_of(text, cut.key, cut.number, before_part, known.titles, highlights)
        yield LabelPassage(cut.key, text, printed(cut.number) if cut.number else None, heading)


def _nested(root: _Root, whole: _Part) -> list[_Nested]:
    """The parts of a text that are pieces by themselves, in order.

    Those without a number are not within numbered subsections, nor those without a key. One whose
    key makes less of the text is as if it had none.
    """
    nested: list[_Nested] = []
    around = [whole]
    for part in sorted(root.parts, key=lambda part: (part.start, -part.end)):
        while around[-1].end <= part.start:
            around.pop()
        host = around[-1]
        is_unclassified = part.key == UNCLASSIFIED or _makes_less(part.key, host.key)
        if part.number is None and (is_unclassified or (host.number and host.number[1])):
            continue
        key = host.key if is_unclassified else part.key
        piece = _Part(key, part.start, part.end, part.number or host.number)
        nested.append(_Nested(piece, host))
        around.append(piece)
    return nested


def _subsections(root: _Root, whole: _Part, nested: list[_Nested], known: _Known) -> list[_Cut]:
    """The numbered subsections that no string of the label gives by itself, in order."""
    sections = [(whole, whole.number)]
    if whole.number is None and known.has_numbers and root.key in SECTION_NUMBERS:
        sections = [(whole, (SECTION_NUMBERS[root.key], 0))]
    sections += [
        (one.part, one.part.number)
        for one in nested
        if one.part.number and not one.part.number[1] and one.part.number != one.host.number
    ]
    cuts: list[_Cut] = []
    for section, number in sections:
        if number:
            inner = [one for one in nested if one.host is section]
            cuts += _subsections_of(root.text, section, number, inner, known)
    return sorted(cuts, key=lambda cut: cut.start)


def _subsections_of(
    text: str, section: _Part, number: Number, inner: list[_Nested], known: _Known
) -> Iterator[_Cut]:
    major, minor = number
    found = [
        SubsectionNumber(one.part.start, one.part.number[1], CERTAIN)
        for one in inner
        if one.part.number and one.part.number[1] and one.part.number[0] == major
    ]
    if minor:
        found.append(SubsectionNumber(section.start, minor, CERTAIN))
    closed = sorted(
        (one.part.start, one.part.end)
        for one in inner
        if one.is_subsection or one.belongs or one.part.number != section.number
    )

    def is_open(place: int) -> bool:
        at = bisect_right(closed, (place, len(text))) - 1
        return at < 0 or place >= closed[at][1]

    ends = frozenset(one.part.end for one in inner)
    known_numbers = known.around_numbers
    found += numbers_in(text[: section.end], major, section.start, ends, is_open, known_numbers)
    found.sort(key=lambda one: one.start)
    for one in rising(found, major, known_numbers):
        if one.weight != CERTAIN:
            yield _Cut(one.start, section.key, (major, one.minor))


def _less_those_in(found: list[_Cut], nested: list[_Nested]) -> list[_Nested]:
    """The parts, less those without a number in subsections that were found by their numbers."""
    by_number = [cut.start for cut in found]
    by_string = [one.part.start for one in nested if one.is_subsection]
    return [
        one
        for one in nested
        if one.part.number != one.host.number
        or one.belongs
        or _last_before(by_number, one.part.start) <= _last_before(by_string, one.part.start)
    ]


def _last_before(starts: list[int], place: int) -> int:
    """The last of some places that is before this one, or -1."""
    at = bisect_left(starts, place) - 1
    return starts[at] if at >= 0 else -1


def _cuts(text: str, whole: _Part, nested: list[_Nested], found: list[_Cut]) -> list[_Cut]:
    """Where pieces begin: at a part, after it, and at a number; at one place, the innermost."""
    cuts = {0: _Cut(0, whole.key, whole.number)}
    for one in sorted(nested, key=lambda one: (one.part.end, -one.part.start)):
        part, host = one.part, one.host
        if not (
            one.is_subsection and part.number and is_bare(text[part.start : part.end], part.number)
        ):
            cuts[part.end] = _Cut(part.end, host.key, host.number)
    for one in nested:
        cuts[one.part.start] = _Cut(one.part.start, one.part.key, one.part.number)
    cuts |= {cut.start: cut for cut in found}
    return [cuts[start] for start in sorted(cuts) if start < len(text)]
