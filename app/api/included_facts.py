"""The facts in a drug's record: all that were asked for, or as many as leave it small enough."""

from collections.abc import Mapping

from app.documents.drug_records import FactsLeftOut

LARGEST_RECORD = 500_000
"""Bytes of a drug's record with facts. Only boxed warnings may make it larger."""

FRAME = 500
"""Bytes at most that a record takes for a kind of fact, beside the facts: its name, and what is
said where some are left out."""

BOXED = b'"boxed":true'
"""Stands in a boxed warning, and in no text: there, quotes are escaped."""


def within(room: int, facts: Mapping[str, list[bytes]]) -> Mapping[str, list[bytes]]:
    """As many facts of each kind as there is room for, in bytes; each is whole, and in its place.

    Every boxed warning is kept. The rest of the room is shared equally among the kinds: what a
    smaller kind does not need goes to the larger ones. A kind has its first facts, up to the one
    that does not fit.
    """
    room -= FRAME * len(facts)
    if sum(map(_size, facts.values())) <= room:
        return facts
    boxed = [fact for fact in facts.get("warnings", ()) if BOXED in fact]
    room -= _size(boxed)
    kept: dict[str, list[bytes]] = {}
    for kind in sorted(facts, key=lambda kind: _size(facts[kind])):
        share = room // (len(facts) - len(kept))
        always = set(boxed) if kind == "warnings" else set()
        kept[kind] = _first(facts[kind], share, always)
        room -= _size([fact for fact in kept[kind] if fact not in always])
    return kept


def _first(facts: list[bytes], room: int, always: set[bytes]) -> list[bytes]:
    """Those that are kept always, and of the others the first that there is room for."""
    kept = []
    for fact in facts:
        if fact not in always:
            room -= _size([fact])
        if fact in always or room >= 0:
            kept.append(fact)
    return kept


def left_out(
    drug_id: str, facts: Mapping[str, list[bytes]], kept: Mapping[str, list[bytes]]
) -> list[FactsLeftOut]:
    """The kinds of which some facts are not kept."""
    return [
        FactsLeftOut(
            kind=kind,
            included=len(kept[kind]),
            total=len(every),
            all=f"/v1/drugs/{drug_id}/{kind}",
        )
        for kind, every in facts.items()
        if len(kept[kind]) < len(every)
    ]


def _size(facts: list[bytes]) -> int:
    """Bytes of facts and the commas between them."""
    return sum(map(len, facts)) + len(facts)
