"""The names of a label's substance: which are brands, and which name several."""

import re
from collections.abc import Iterable

from app.models.drug import NameType
from app.names.normalization import normalized
from app.names.qualifiers import without_salt

SEVERAL = re.compile(r"[,;/+&]|\b(?:and|with)\b", re.IGNORECASE)
"""What joins the names of several substances."""

UNII = re.compile(r"[0-9A-Z]{10}")
"""What a UNII looks like."""


def brands_of(names: Iterable[str], generic: Iterable[str]) -> list[tuple[str, NameType]]:
    """What a label gives as brand names, less those that are generic: they are repeated there.

    One that is a generic name less its salt is no brand either, but a synonym.
    """
    known = {normalized(name) for name in generic}
    less_salt = {stem for name in known for stem in without_salt(name)}
    return [
        (name, NameType.SYNONYM if normalized(name) in less_salt else NameType.BRAND)
        for name in names
        if normalized(name) not in known
    ]


def distinct(names: Iterable[str | None]) -> list[str]:
    """Names less those that are the same but for case and blanks, and what has none."""
    given = [name for name in names if name]
    return list({normalized(name): name for name in reversed(given)}.values())[::-1]
