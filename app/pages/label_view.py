"""What a label's page shows: its sections by depth, each passage in this label's own words."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.models.base import Row

DEEPEST = 2


class ShownSection(NamedTuple):
    """A section of a label: its anchor, how deep it stands, and the passages that are facts."""

    anchor: str
    depth: int
    row: Row
    passages: list[Row]
    is_boxed: bool
    is_frame: bool
    """Whether all of its text is that of the sections in it, which come next."""


def sections(label: Row, facts: Mapping[str, Row]) -> list[ShownSection]:
    """The sections of a label, with these facts where they became some."""
    depths = list(_depths(label["sections"]))
    made = []
    seen: set[str] = set()
    for place, (row, depth) in enumerate(zip(label["sections"], depths, strict=True)):
        passages = [facts[of["id"]] | {"kind": of["kind"]} for of in row["facts"]]
        # An anchor stands once on a page.
        shown = [fact for fact in passages if fact["id"] not in seen]
        seen.update(fact["id"] for fact in shown)
        is_boxed = any(fact.get("boxed") for fact in passages)
        is_frame = depths[place + 1 : place + 2] > [depth]
        made.append(ShownSection(f"section{place + 1}", depth, row, shown, is_boxed, is_frame))
    return made


def _depths(rows: list[Row]) -> Iterator[int]:
    """How deep each section stands: never more than one deeper than that before it."""
    last = -1
    for row in rows:
        depth = len(row["within"]) or (row["number"] or "").rstrip(".").count(".")
        last = min(depth, last + 1, DEEPEST)
        yield last


def needs_wordings(fact: Row, set_id: str) -> bool:
    """Whether the statement of a fact may be in the words of another label than this."""
    return fact["labels"]["stating"] > 1 and not _served(fact, set_id)


def in_own_words(fact: Row, wordings: Row | None, set_id: str) -> Row:
    """A fact as a label states it, cited to it; as it is served where no wording is the label's."""
    if served := _served(fact, set_id):
        return fact | {"citations": served}
    for wording in wordings["wordings"] if wordings else ():
        if own := [each for each in wording["labels"] if _is_of(each, set_id)]:
            said = {key: wording[key] for key in OF_WORDING}
            return fact | said | {"mentions": [], "citations": own}
    return fact


OF_WORDING = ("statement", "blocks", "tables", "cross_references")


def _served(fact: Row, set_id: str) -> list[Row]:
    """The citations of a fact to this label, if it is served in the label's words."""
    cited = [each for each in fact["citations"] if _is_of(each, set_id)]
    return [each for each in cited if each["wording"] != "differs"]


def _is_of(citation: Row, set_id: str) -> bool:
    locator: str = citation["locator"]
    return locator.lower().startswith(f"spl set id {set_id.lower()},")
