"""The sections of an SPL document: its own tree, each with its code, number, heading and text.

A section is what its LOINC code says. One that is unclassified, that has no code or none that is
known, is what the section is that it is nested in; so is one whose number goes on with that, for
then its code is a mistake, and one on a population that contraindications or a boxed warning have:
that women who are pregnant must not take it is no lesser warning. One without a title and a code of
its own is part of that section's text, or, behind other sections in it, a part of its own. One that
is but a title, and says something by that, has it as its text. Numbers are those printed before
titles.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.ingest.sources.label_headings import is_heading_alone
from app.ingest.sources.label_keys import (
    KEYS_BY_NUMBER,
    LEAFLETS,
    PARTS,
    SECTION_NUMBERS,
    TITLES,
    UNCLASSIFIED,
)
from app.ingest.sources.spl_documents import SPL
from app.ingest.sources.spl_text import SplText, plain, read_text
from app.models.label import PASSAGE
from app.models.label_section import SECTION_TYPES, SUBSECTIONS, SectionType

_BY_KEY = {section.key: section for section in SECTION_TYPES}
_BY_CODE = {section.code: section for section in reversed(SECTION_TYPES)}
_UNCLASSIFIED = _BY_KEY[UNCLASSIFIED]

RECENT_CHANGES = "43683-2"

SENTENCES = frozenset(("50570-1", "50569-3", "50568-5", "50567-7", "50566-9", "50565-1", "53414-9"))
"""The codes of sections of Drug Facts whose titles begin a sentence, by 21 CFR 201.66, such as
`Do not use`: they stand in the text as well, as its heading."""

NO_TEXT = frozenset(("48780-1", "48779-3"))
"""The codes of sections that are data of products."""


@dataclass(slots=True)
class SplSection:
    """A section with the text that is its own: not that of the sections within it."""

    type: SectionType
    code: str
    """What it counts as: its own code, or that of the section that it stands in."""
    name: str
    published_code: str | None
    """The code that the file gives it, where that is another."""
    number: str | None
    """As printed before its title, or before that of the section that it stands in."""
    heading: str | None
    """Its title, less its number."""
    title: str | None
    """Its title as printed."""
    text: SplText
    ids: list[str]
    """Those by which it is referred to."""
    within: "SplSection | None"
    major: int | None
    """The number of the main section that it is or is of, by the regulation."""
    highlights: list[etree._Element] = field(default_factory=list)
    spaced_title: str | None = None
    """Its title with blanks around scripts, as openFDA has it."""
    is_numbered: bool = False
    """Whether its number is printed before its own title."""
    population: str | None = None
    """The population that its code says it is on, where it counts as what it stands in."""
    has_title_in_text: bool = False
    """Whether its text begins with its title, or is that."""

    @property
    def main(self) -> "SplSection":
        """The section of the document itself that it is or is in."""
        section = self
        while section.within is not None:
            section = section.within
        return section


def sections_of(root: etree._Element) -> list[SplSection]:
    """The sections of a document in its order."""
    path = f"{SPL}component/{SPL}structuredBody/{SPL}component/{SPL}section"
    sections: list[SplSection] = []
    for element in root.iterfind(path):
        before = sections[-1].main if sections else None
        found = list(_read(element, None, before))
        if found[0].code not in NO_TEXT or found[0].text.statement or found[0].title:
            sections += found
    return sections


def _read(
    element: etree._Element, within: SplSection | None, before: SplSection | None = None
) -> Iterator[SplSection]:
    texts: list[etree._Element] = []
    ids: list[str] = []
    highlights: list[etree._Element] = []
    nested: list[etree._Element] = []
    _gather(element, texts, ids, highlights, nested)
    section = _section(element, within, before)
    if section.code in SENTENCES and texts:
        texts = [*element.iterfind(f"{SPL}title"), *texts]
        section.has_title_in_text = True
    section.text = read_text(texts)
    if section.heading and not nested and not section.text.statement and _says_it_all(section):
        block = {"type": "heading", "start": 0, "end": len(section.heading), "level": 0}
        section.text.statement, section.text.blocks = section.heading, [block]
        section.has_title_in_text = True
    if section.type.code == RECENT_CHANGES:  # which stand in Highlights, in most labels alone
        if section.text.statement != read_text(highlights).statement:
            section.text = read_text([*texts, *highlights])
        highlights = []
    section.ids = [*ids, *section.text.ids]
    section.highlights = highlights
    yield section
    for part in nested:
        yield from _read(part, section)


def _says_it_all(section: SplSection) -> bool:
    """Whether the title of a section is more than what such sections are called."""
    return _served(section.type) > 1 and not is_heading_alone(
        section.heading or "", section.type.key
    )


def _gather(
    element: etree._Element,
    texts: list[etree._Element],
    ids: list[str],
    highlights: list[etree._Element],
    nested: list[etree._Element],
) -> None:
    """What is a section's own, also in the sections within it that are but parts of its text."""
    if id_ := element.get("ID"):
        ids.append(id_)
    for child in element:
        tag = child.tag
        if tag == f"{SPL}id" and (root := child.get("root")):
            ids.append(root)
        elif tag == f"{SPL}text":
            texts.append(child)
        elif tag == f"{SPL}title" and (id_ := child.get("ID")):
            ids.append(id_)
        elif tag == f"{SPL}excerpt":
            highlights += child.iterfind(f"{SPL}highlight/{SPL}text")
        elif tag == f"{SPL}component":
            for part in child.iterfind(f"{SPL}section"):
                if _is_only_text(part) and not (nested and part.find(f"{SPL}text") is not None):
                    _gather(part, texts, ids, highlights, nested)
                else:
                    nested.append(part)


_NO_CODE = ("", _UNCLASSIFIED.code)
_POPULATIONS = PARTS["use_in_specific_populations"]
_GRAVEST = ("boxed_warning", "contraindications")
_NUMBERS = SECTION_NUMBERS | {
    part: number for key, number in SECTION_NUMBERS.items() for part in PARTS.get(key, ())
}
"""The number of the section, by the regulation, that each is or is a part of."""


def _is_only_text(element: etree._Element) -> bool:
    return _code(element)[0] in _NO_CODE and plain(element.find(f"{SPL}title")) is None


def _code(element: etree._Element) -> tuple[str, str]:
    code = element.find(f"{SPL}code")
    if code is None:
        return "", ""
    return code.get("code") or "", code.get("displayName") or ""


def _section(
    element: etree._Element, within: SplSection | None, before: SplSection | None
) -> SplSection:
    code, name = _code(element)
    printed = element.find(f"{SPL}title")
    title = plain(printed)
    own = _BY_CODE.get(code, _UNCLASSIFIED)
    goes_on = _goes_on(title, own, within)
    type_ = within.type if goes_on and within else _type(own, within)
    major = SECTION_NUMBERS.get(type_.key) or (within.major if within else None)
    number, heading = _numbered(title, major, within, before)
    if number and within is None and type_ is _UNCLASSIFIED:
        type_ = _BY_KEY[KEYS_BY_NUMBER[int(number.partition(".")[0])]]
        major = SECTION_NUMBERS[type_.key]
    is_own = code not in _NO_CODE and (own is type_ or own is _UNCLASSIFIED)
    counts_as = code if is_own else type_.code
    return SplSection(
        type=type_,
        code=counts_as,
        name=_name(code, name, type_) if is_own and own is _UNCLASSIFIED else type_.name,
        published_code=code if code and code != counts_as else None,
        number=number or (within.number if within else None),
        heading=heading,
        title=title,
        text=SplText(),
        ids=[],
        within=within,
        major=major,
        spaced_title=plain(printed, is_spaced=True),
        is_numbered=number is not None,
        population=own.fields["category"] if own is not type_ and own.key in _POPULATIONS else None,
    )


def _goes_on(title: str | None, own: SectionType, within: SplSection | None) -> bool:
    """Whether a title's number is one of the section around, and the code of another."""
    of = _NUMBERS.get(own.key)
    if within is None or within.major in (None, of) or of is None:
        return False
    if own.key not in SECTION_NUMBERS and _says_as_much(own, within.type):
        return False
    found = _NUMBER.match(title or "")
    return found is not None and found["number"].startswith(f"{within.major}.")


def _name(code: str, name: str, type_: SectionType) -> str:
    return SUBSECTIONS[code].name if code in SUBSECTIONS else name or type_.name


def _type(own: SectionType, within: SplSection | None) -> SectionType:
    """What a section is: by its own code, unless that makes less of it than where it stands."""
    if within is None:
        return own
    host = within.type
    makes_less = own.key not in PARTS.get(host.key, ()) and (
        _served(own) < _served(host) or (host.key in _GRAVEST and own.key in _POPULATIONS)
    )
    return host if own is _UNCLASSIFIED or makes_less or host.key in LEAFLETS else own


def _says_as_much(own: SectionType, host: SectionType) -> bool:
    """Whether what a part becomes is of the kind and type that the section around becomes."""
    return (own.kind, own.fields.get("type")) == (host.kind, host.fields.get("type"))


def _served(type_: SectionType) -> int:
    return 2 if type_.kind not in (None, PASSAGE) else int(type_.kind == PASSAGE)


def _numbered(
    title: str | None,
    major: int | None,
    within: SplSection | None,
    before: SplSection | None,
) -> tuple[str | None, str | None]:
    """The number that is printed before a title, and the rest of it.

    It is one of the section that the code says it is: `1.Endocrine Disorders` and `5 mg` are none.
    Where the code says nothing, it goes on with the section `before`, or has the title of the
    regulation.
    """
    found = _NUMBER.match(title or "")
    if not title or not found:
        return None, title
    number, rest = found["number"], found["title"]
    is_part, of = "." in number, int(number.partition(".")[0])
    if major is not None:
        is_known = of == major and (is_part or within is None)
    elif is_part:
        is_known = within is None and before is not None and before.major == of
    else:
        is_known = within is None and rest.casefold() in _TITLES.get(of, ())
    return (number, rest or None) if is_known else (None, title)


_TITLES = {number: [title.casefold() for title in TITLES[number, 0]] for number in KEYS_BY_NUMBER}
_NUMBER = re.compile(
    r"(?:section )?(?P<number>(?:1[0-7]|[1-9])(?:\.[0-9]{1,2}){0,3})(?![0-9])[.:)]?"
    r"\s*[-\u2013\u2014]?\s*(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
