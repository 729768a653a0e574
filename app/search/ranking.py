"""The order of hits: each document has a number that follows from what it says.

Neither engine ranks: what is found comes in the order of these numbers. So both give the same, in
the same order, and the first page of many hits costs no more than that of few.
"""

import hashlib
import math
from typing import Any

from app.models.base import Row
from app.models.discrepancy import Discrepancy


def number_of(kind: str, id_: str, record: Row, titles: list[str], texts: list[str]) -> int:
    """A document's place among all that are searched, of 63 bits.

    Drugs come first, by their level, then conditions, then facts; of each the shorter before the
    longer, since more of it is about what was asked. The rest is a digest, so that the number
    follows from the document alone, whenever it was loaded.
    """
    if kind == "drugs":
        place = 85 * level_of(record) + _bucket(len(titles[0]), 84)
        of_kind = 0
    else:
        of_kind = 1 if kind == "conditions" else 2
        place = _bucket(sum(map(len, texts or titles)), 255)
    return of_kind << 61 | place << 53 | _digest_of(kind, id_)


def _digest_of(kind: str, id_: str) -> int:
    digest = hashlib.sha256(f"{kind} {id_}".encode()).digest()
    return int.from_bytes(digest[:7], "big") >> 3


def tier_of(number: int) -> int:
    """Which tier a number is in, of those that have `SIGNS`: the numbers of a lower one are lower.

    Postgres finds what matches in the order in which it was written. So its indexes have each word
    by tier, and those that a page is made of are looked at alone. Half a doubling of length is a
    tier of facts: what sources publish is spread over ten of them or more.
    """
    of_kind, place = number >> 61, number >> 53 & 0xFF
    if of_kind == 0:
        return place >> 4
    return 16 if of_kind == 1 else 17 + max(0, min(20, place // 6 - 10))


SIGNS = [f"{tier:02d}" for tier in range(38)]
"""What the words of each tier begin with, on Postgres."""


def tiers_after(number: int) -> list[str]:
    """The signs of the tiers that may have a higher number."""
    return SIGNS[tier_of(number) :] if number >= 0 else SIGNS


def _bucket(length: int, most: int) -> int:
    return min(most, int(12 * math.log2(1 + length)))


def level_of(drug: Row) -> int:
    """0 of a drug that was approved, 1 if a source says something else of it, 2 if none does."""
    if drug["approvals"] or drug["statuses"]:
        return 0
    searched = any(
        _status_of(coverage) != "not_searched"
        for kind, coverage in drug["coverage"].items()
        if kind != Discrepancy.kind_name  # which is covered wherever two sources name it
    )
    return 1 if searched else 2


def _status_of(coverage: Any) -> str:
    """The status of a coverage, as it is rendered or as it was stored."""
    status: str = coverage["status"] if isinstance(coverage, dict) else coverage.status
    return status
