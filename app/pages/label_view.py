"""What a label's page shows: its sections by depth, in the label's own words."""

from collections.abc import Iterator
from typing import NamedTuple

from app.models.base import Row
from app.models.label_section import BOXED_WARNING
from app.pages.statements import behind_heading

DEEPEST = 2


class ShownSection(NamedTuple):
    """A section of a label as it is drawn."""

    anchor: str
    depth: int
    row: Row
    """The section, its text without the heading that stands above it."""
    facts: list[Row]
    """The facts that it became: what it takes to link to each and to cite it."""
    link: str
    """The anchor of its text: that of the fact, where it stands here first."""
    is_frame: bool
    """Whether all of its text is that of the sections in it, which come next."""

    @property
    def is_boxed(self) -> bool:
        """Whether it is a boxed warning."""
        return bool(self.row["code"] == BOXED_WARNING)


def sections(label: Row) -> list[ShownSection]:
    """The sections of a label with its text."""
    depths = list(_depths(label["sections"]))
    anchors = [f"section{place}" for place in range(1, len(depths) + 1)]
    numbered: dict[str, str] = {}
    for row, anchor in zip(label["sections"], anchors, strict=True):
        if row["number"]:
            numbered.setdefault(row["number"], anchor)
    made = []
    seen: set[str] = set()
    for place, (row, anchor) in enumerate(zip(label["sections"], anchors, strict=True)):
        shown = row | _less_heading(row)
        shown["cross_references"] = [
            each | {"anchor": numbered.get(each["number"] or "")}
            for each in row["cross_references"]
        ]
        facts = [_fact(label, row, fact) for fact in row["facts"]]
        link = anchor
        if facts and facts[0]["id"] not in seen:  # an anchor stands once on a page
            link = shown["id"] = facts[0]["id"]
            seen.add(link)
        is_frame = depths[place + 1 : place + 2] > [depths[place]]
        made.append(ShownSection(anchor, depths[place], shown, facts, link, is_frame))
    return made


def _less_heading(row: Row) -> Row:
    """Where the text of a section begins behind its heading, which stands above it already."""
    heading, text, blocks = row["heading"] or row["name"], row["text"] or "", row["blocks"]
    if not blocks:
        return {"begins": behind_heading(text, heading)}
    first = text[blocks[0]["start"] : blocks[0]["end"]]
    is_heading = blocks[0]["type"] == "heading" and first == heading and len(blocks) > 1
    return {"blocks": blocks[1:] if is_heading else blocks}


def _depths(rows: list[Row]) -> Iterator[int]:
    """How deep each section stands: never more than one deeper than that before it."""
    last = -1
    for row in rows:
        depth = len(row["within"]) or (row["number"] or "").rstrip(".").count(".")
        last = min(depth, last + 1, DEEPEST)
        yield last


def _fact(label: Row, section: Row, fact: Row) -> Row:
    """A fact that a section of a label became, cited to the label."""
    [cited] = label["citations"]
    number = f"{section['number']}, " if section["number"] else ""
    locator = f"{cited['locator']}, section {number}{section['code']} {section['name']}"
    return fact | {"drug": label["drug"], "citations": [cited | {"locator": locator}]}
