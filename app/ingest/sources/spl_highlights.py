"""The Highlights of a label in SPL: each statement with the sections that it is the short form of.

By 21 CFR 201.57(a) a statement names, in brackets, the numbers of the sections that say more. It
stands with them, and so does what leads to it (`Renal Impairment:`) and what goes on with it: a
line that names nothing within the list, table or heading of one that does. Any other line stands
with the section in whose Highlights it is, and so do footnotes, and all of a boxed warning's, whose
headings stand nowhere else. What another section's Highlights say stands under that one's heading:
`Patients with hepatitis (4, 5.1)` says nothing without CONTRAINDICATIONS. A paragraph with bullets
in it is a list. The cells of a row are parted by `|`, the lines in a cell by `;`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.ingest.sources.spl_sections import SplSection
from app.ingest.sources.spl_text import read_text
from app.models.label_section import BOXED_WARNING


@dataclass(slots=True)
class _Line:
    """A line of Highlights: what it says, and where it stands."""

    text: str
    level: int
    is_item: bool
    is_footnote: bool
    table: int
    """Which table it is a row of; 0 of none."""
    is_first: bool
    """Whether it is the first row of a table, or its caption; of no table, it is."""
    ids: list[str]
    """What its links point at."""
    parent: "_Line | None" = None
    named: list[SplSection] = field(default_factory=list)
    """The sections that it names."""
    leads_to: dict[int, SplSection] = field(default_factory=dict)
    """Those that lines within it name, by identity."""

    @property
    def is_heading(self) -> bool:
        """Whether it is a paragraph that is no sentence."""
        said = _BRACKETS_AT_END.sub("", self.text)
        return not (self.is_item or self.table or said.endswith((".", ".)")))

    def governs(self, line: "_Line") -> bool:
        """Whether a line after it stands under it."""
        if self.table:
            return self.is_first and line.table == self.table
        if line.level > self.level:
            return self.is_item or self.is_heading
        if line.level < self.level:
            return False
        if self.is_item:  # a paragraph of its level is within it
            is_within = self.level > 0 and not (line.is_item or line.table)
            return is_within and (not line.named or self.text.endswith(":"))
        if line.is_item and self.parent and self.parent.is_item:
            return self.parent.level < line.level and self.is_heading
        return self.is_heading and not line.is_heading


def summaries_of(sections: list[SplSection]) -> dict[int, str]:
    """The short forms of sections, by the places of these, as Highlights have them.

    What stands in the section's own Highlights comes first, the others behind their headings.
    """
    places = {id(section): place for place, section in enumerate(sections)}
    known = _Known(sections)
    found: dict[int, dict[str | None, list[str]]] = defaultdict(lambda: {None: []})
    for section in sections:
        for text, named in _statements(section, known):
            for target in named:
                heading = None if target.main is section.main else section.main.heading
                found[places[id(target)]].setdefault(heading, []).append(text)
    return {
        place: "\n".join(line for of in found[place].items() for line in _under(*of))
        for place in sorted(found)
    }


def _under(heading: str | None, lines: list[str]) -> list[str]:
    return [heading, *lines] if heading else lines


class _Known:
    """The sections of a label by what they are named by."""

    def __init__(self, sections: list[SplSection]) -> None:
        self._by_number: dict[str, SplSection] = {}
        self._by_id: dict[str, SplSection] = {}
        for section in sections:
            if section.is_numbered and section.number:
                self._by_number.setdefault(section.number, section)
            for id_ in section.ids:
                self._by_id.setdefault(id_, section)

    def named(self, line: _Line) -> list[SplSection]:
        """The sections that a line names, by their numbers or else by links."""
        linked = [self._by_id[id_] for id_ in line.ids if id_ in self._by_id]
        by_link = {section.number for section in linked}
        for text in (_REFERENCE.sub("", line.text), line.text):
            numbers = _numbers(text, by_link)
            if found := [self._by_number[each] for each in numbers if each in self._by_number]:
                return _distinct(found)
            if numbers:
                return []
        return _distinct(linked)


def _statements(section: SplSection, known: _Known) -> Iterator[tuple[str, list[SplSection]]]:
    """What a section's Highlights say, line by line, with the sections that each line is of."""
    lines = [line for text in section.highlights for line in _lines(text)]
    is_boxed = section.type.code == BOXED_WARNING
    last_named: list[_Line | None] = []
    for line in lines:
        last_named.append(last_named[-1] if last_named else None)
        if named := known.named(line):
            line.named, last_named[-1] = named, line
    open_: list[_Line] = []
    before: _Line | None = None
    for line in lines:
        if not _leads(before, line):
            while open_ and not open_[-1].governs(line):
                open_.pop()
        line.parent = open_[-1] if open_ else None
        for around in open_:
            around.leads_to |= {id(named): named for named in line.named}
        open_.append(line)
        before = line
    for line, last in zip(lines, last_named, strict=True):
        of = line.named
        stays = line.is_footnote or (is_boxed and (line.is_heading or _SEE_ALL.match(line.text)))
        if not of and not stays:
            of = [*line.leads_to.values()] or _going_on(line, last)
        yield line.text, _distinct([section, *of]) if is_boxed or not of else of


def _leads(before: _Line | None, line: _Line) -> bool:
    """Whether the line before a table leads to it, in whatever list that line stands."""
    return (
        before is not None
        and line.table > 0
        and line.is_first
        and not before.table
        and before.text.endswith(":")
    )


def _going_on(line: _Line, last: _Line | None) -> list[SplSection]:
    """The sections of the line that a line which names none goes on with: the last that names some,
    if it stands under that, or the only one that is named where it stands."""
    around = line.parent
    while around is not None:
        if around.named:
            return around.named if around is last else []
        if len(around.leads_to) == 1:
            return [*around.leads_to.values()]
        around = around.parent
    return []


def _distinct(sections: list[SplSection]) -> list[SplSection]:
    return list({id(section): section for section in sections}.values())


def _lines(text: etree._Element) -> Iterator[_Line]:
    read = read_text([text])
    references, breaks = iter(read.references), set(read.breaks)
    reference = next(references, None)
    tables = 0
    for block in read.blocks:
        start, end = block["start"], block["end"]
        is_table = block["type"] == "table"
        tables += is_table
        said = read.statement[start:end]
        rows = said.split("\n") if is_table else _NEXT_STATEMENT.split(said)
        is_list = not is_table and len(rows) > 1
        for place, row in enumerate(rows):
            ids = []
            while reference is not None and reference.start < start + len(row):
                ids.append(reference.id)
                reference = next(references, None)
            is_bullet = is_list and row[:1] in _BULLETS
            if line := _as_line(row, start, breaks).strip(_MARKS):
                yield _Line(
                    text=line,
                    level=block["level"] + is_bullet,
                    is_item=is_bullet or block["type"] == "list_item",
                    is_footnote=block["type"] == "footnote"
                    or (block["type"] == "paragraph" and bool(_FOOTNOTE.match(line))),
                    table=tables if is_table else 0,
                    is_first=place == 0 or not is_table,
                    ids=ids,
                )
            start += len(row) + 1


def _as_line(row: str, start: int, breaks: set[int]) -> str:
    """A line with its cells apart, and what stands on lines of its own in a cell."""
    if "\t" not in row and not breaks:
        return " ".join(row.split())
    letters = [
        ";" + letter
        if start + place in breaks and row[place - 1] not in ".,;:" and _BEGINS.match(row, place)
        else letter
        for place, letter in enumerate(row)
    ]
    cells = "".join(letters).split("\t")
    return " | ".join(" ".join(cell.split()) for cell in cells if cell.strip())


def _numbers(text: str, linked: set[str | None]) -> list[str]:
    """The numbers of sections that stand in brackets, with nothing else; of 5.1 to 5.3 all.

    A whole number in brackets may be one of tablets: it counts at the end of a sentence, unless a
    word before says it or the links of the line point elsewhere.
    """
    numbers: list[str] = []
    for found in _BRACKETS.finditer(text):
        each = list(_each(_TABLES.sub("", found[0])))
        if any("." in number for number in each) or linked.intersection(each):
            numbers += each
        elif not linked and _AT_END.match(text, found.end()):
            before = text[: found.start()].rsplit(None, 1)[-1:]
            if not (before and _SPELT.fullmatch(before[0])):
                numbers += each
    return numbers


def _each(bracket: str) -> Iterator[str]:
    for found in _RANGE.finditer(bracket):
        first, last = found["first"], found["last"] or found["first"]
        major, _, minor = first.partition(".")
        of, _, end = last.partition(".")
        if of == major and minor.isdigit() and end.isdigit():
            yield from (f"{major}.{number}" for number in range(int(minor), int(end) + 1))
        else:
            yield from dict.fromkeys((first, last))


_BULLETS = "\u2022\u25aa\u25e6\u25cf\u25cb\u25a0"
_MARKS = f" \u00b7{_BULLETS}"
_NEXT_STATEMENT = re.compile(rf"\s(?=[{_BULLETS}])|(?<=[0-9][)\]])\n|(?<=[0-9][)\]]\.)\n")
"""The blank before a bullet, or the line break behind the number of a section in brackets."""
_SECTION = r"(?:1[0-7]|[1-9])(?:\.[0-9]{1,2})*(?![0-9])"
_TO = r"(?:to|through|-|\u2013)"
_NEXT = rf"(?:\s*(?:[,;&]|and\b|or\b|{_TO})(?:\s*(?:and\b|or\b|&))?\s*|\s+)"
_TABLE = r"(?:tables?|figures?) [0-9]{1,2}"
_BRACKETS = re.compile(
    rf"[(\[]\s*(?:see )?(?:sections? |\u00a7 ?)?(?:{_TABLE}{_NEXT})?{_SECTION}"
    rf"(?:{_NEXT}(?:{_SECTION}|{_TABLE})){{0,40}}\s*[)\]]",
    re.IGNORECASE,
)
_TABLES = re.compile(_TABLE, re.IGNORECASE)
_AT_END = re.compile(r"\s*(?:[.;:]+(?:\s|$)|$|[|(\[])")
_SPELT = re.compile(
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"\s[A-Z0-9\u2022]")
_FOOTNOTE = re.compile(r"[*\u2020\u2021\u00a7\u00b6#]+ ?\w")
_SEE_ALL = re.compile("see full prescribing information", re.IGNORECASE)
_BRACKETS_AT_END = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_RANGE = re.compile(
    rf"(?P<first>[0-9]+(?:\.[0-9]+)*)(?:\s*{_TO}\s*(?P<last>[0-9]+(?:\.[0-9]+)*))?", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"[(\[]\s*see\b[^()\[\]]*(?:[(\[][^()\[\]]*[)\]][^()\[\]]*){0,20}[)\]]", re.IGNORECASE
)
"""A cross reference within a statement, which is not what that is the short form of."""
