"""What a label's page shows: its sections by depth, in the label's own words."""

from collections.abc import Iterator
from typing import NamedTuple

from app.models.base import Row
from app.models.label_section import BOXED_WARNING

DEEPEST = 2


class ShownSection(NamedTuple):
    """A section of a label: its anchor, how deep it stands, and the fact that it became, if any."""

    anchor: str
    depth: int
    row: Row
    fact: Row | None
    """What it takes to link to it and to cite it."""
    is_frame: bool
    """Whether all of its text is that of the sections in it, which come next."""

    @property
    def is_boxed(self) -> bool:
        """Whether it is a boxed warning."""
        return bool(self.row["code"] == BOXED_WARNING)


def sections(label: Row) -> list[ShownSection]:
    """The sections of a label with its text."""
    depths = list(_depths(label["sections"]))
    made = []
    seen: set[str] = set()
    for place, (row, depth) in enumerate(zip(label["sections"], depths, strict=True)):
        row |= {"blocks": _less_heading(row)}
        fact = _fact(label, row) if row["facts"] else None
        if fact and fact["id"] not in seen:  # an anchor stands once on a page
            row |= {"id": fact["id"]}
            seen.add(fact["id"])
        is_frame = depths[place + 1 : place + 2] > [depth]
        made.append(ShownSection(f"section{place + 1}", depth, row, fact, is_frame))
    return made


def _less_heading(row: Row) -> list[Row] | None:
    """The parts of a section's text, less its heading where that stands above it already."""
    blocks: list[Row] | None = row["blocks"]
    if blocks and blocks[0]["type"] == "heading":
        first = row["text"][blocks[0]["start"] : blocks[0]["end"]]
        if first == row["heading"] and len(blocks) > 1:
            return blocks[1:]
    return blocks


def _depths(rows: list[Row]) -> Iterator[int]:
    """How deep each section stands: never more than one deeper than that before it."""
    last = -1
    for row in rows:
        depth = len(row["within"]) or (row["number"] or "").rstrip(".").count(".")
        last = min(depth, last + 1, DEEPEST)
        yield last


def _fact(label: Row, section: Row) -> Row:
    """The fact that a section of a label became, cited to the label."""
    [cited] = label["citations"]
    number = f"{section['number']}, " if section["number"] else ""
    locator = f"{cited['locator']}, section {number}{section['code']} {section['name']}"
    return {
        **section["facts"][0],
        "drug": label["drug"],
        "citations": [cited | {"locator": locator}],
    }
