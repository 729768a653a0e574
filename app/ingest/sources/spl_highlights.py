"""The Highlights of a label in SPL: each statement with the sections that it is the short form of.

By 21 CFR 201.57(a) a statement names, in brackets, the numbers of the sections that say more. It
stands with them. A line that leads to others (`Renal Impairment:`) stands with each of these. What
names no section of the label stands with the one in whose Highlights it is, and so does all of a
boxed warning's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.ingest.sources.spl_sections import SplSection
from app.ingest.sources.spl_text import read_text

BOXED_WARNING = "34066-1"


@dataclass(slots=True)
class _Line:
    """A line of Highlights: what it says, the ids and numbers that it names, and how deep it is."""

    text: str
    ids: list[str]
    level: int
    is_item: bool
    numbers: list[str] = field(default_factory=list)


def summaries_of(sections: list[SplSection]) -> dict[int, str]:
    """The short forms of sections, by the places of these, as Highlights have them.

    A statement is given to the first of the passages of the section that it names; those of the
    section's own Highlights come first.
    """
    places = {id(section): place for place, section in enumerate(sections)}
    by_number: dict[str, SplSection] = {}
    by_id: dict[str, SplSection] = {}
    for section in sections:
        if section.is_numbered and section.number:
            by_number.setdefault(section.number, section)
        for id_ in section.ids:
            by_id.setdefault(id_, section)
    own: dict[int, list[str]] = {}
    others: dict[int, list[str]] = {}
    for section in sections:
        for text, named in _statements(section, by_number, by_id):
            for target in named:
                of = own if target.main is section.main else others
                of.setdefault(places[id(target)], []).append(text)
    return {
        place: "\n".join(dict.fromkeys([*own.get(place, ()), *others.get(place, ())]))
        for place in sorted({*own, *others})
    }


def _statements(
    section: SplSection, by_number: dict[str, SplSection], by_id: dict[str, SplSection]
) -> Iterator[tuple[str, list[SplSection]]]:
    """What a section's Highlights say, line by line, with the sections that each line is of."""
    lines = [line for text in section.highlights for line in _lines(text)]
    if section.type.code == BOXED_WARNING:
        yield from ((line.text, [section]) for line in lines)
        return
    named = [_named(line, by_number, by_id) for line in lines]
    leading: list[list[int]] = []
    leads_to: list[list[SplSection]] = [[] for _ in lines]
    open_: list[int] = []
    for place, line in enumerate(lines):
        while open_ and not _leads(lines[open_[-1]], line):
            open_.pop()
        for lead in open_:
            leads_to[lead] += named[place]
        leading.append([*open_])
        if not named[place] and _may_lead(lines, place):
            open_.append(place)
    for place, line in enumerate(lines):
        of = named[place] or leads_to[place]
        yield line.text, list({id(each): each for each in of}.values()) or [section]


def _may_lead(lines: list[_Line], place: int) -> bool:
    """Whether a line that names nothing leads to those after it."""
    following = lines[place + 1 : place + 2]
    return bool(following) and (
        lines[place].text.endswith(":") or following[0].level > lines[place].level
    )


def _leads(lead: _Line, line: _Line) -> bool:
    """Whether a line is among those that another leads to: deeper than it, or items after it."""
    return line.level > lead.level or (
        lead.text.endswith(":") and line.level == lead.level and not lead.is_item and line.is_item
    )


def _named(
    line: _Line, by_number: dict[str, SplSection], by_id: dict[str, SplSection]
) -> list[SplSection]:
    """The sections of the label that a line names, by their numbers or by links."""
    found = [by_number[number] for number in line.numbers if number in by_number]
    if not line.numbers:
        found = [by_id[id_] for id_ in line.ids if id_ in by_id]
    return list({id(section): section for section in found}.values())


def _lines(text: etree._Element) -> Iterator[_Line]:
    read = read_text([text])
    for block in read.blocks:
        start, end = block["start"], block["end"]
        for said in _rows(read.statement[start:end], block["type"] == "table"):
            inside = [r.id for r in read.references if start <= r.start and r.end <= end]
            yield _Line(
                said.strip(_MARKS),
                inside,
                block["level"],
                block["type"] == "list_item",
                _numbers(said),
            )


def _rows(text: str, is_table: bool) -> Iterable[str]:
    if not is_table:
        return [" ".join(text.split())]
    return [" ".join(row.split()) for row in text.split("\n") if row.strip()]


def _numbers(text: str) -> list[str]:
    """The numbers of sections in brackets, and nothing but numbers with them."""
    return [number for bracket in _BRACKETS.findall(text) for number in _NUMBER.findall(bracket)]


_MARKS = " \u2022\u00b7\u25aa\u25e6\u25cf\u25cb\u25a0"
_BRACKETS = re.compile(
    r"[(\[]\s*(?:see\s+)?((?:1[0-7]|[1-9])(?:\.[0-9]{1,2})*(?:\s*(?:,|;|and|to|-|\u2013)?\s*"
    r"(?:1[0-7]|[1-9])(?:\.[0-9]{1,2})*)*)\s*[)\]]"
)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*")
