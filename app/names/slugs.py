"""Names of substances and conditions: how they are compared, and how they become ids."""

import hashlib
import re
import unicodedata
from functools import lru_cache

from app.models.base import LONGEST_SLUG
from app.names.normalization import MARKS


@lru_cache(maxsize=200_000)
def slug(name: str) -> str:
    """A readable id made of a name: `GABA-B receptor` becomes `gaba-b-receptor`.

    A Greek letter is spelt out, and so is a sign that says which of two things is meant: `HER2-`
    becomes `her2-minus`. Two names may give the same; one of other signs alone gives a digest.
    """
    signed = _SIGNS.sub(_spelt, name)
    plain = signed if signed.isascii() else "".join(_plain(c) for c in MARKS.sub("", signed))
    joined = "-".join(re.findall("[a-z0-9]+", plain.lower()))
    if joined:
        return shortened(joined)
    text = name.encode(errors="replace")  # what is no text gets its record refused later
    return "x-" + hashlib.sha256(text).hexdigest()[:12]


_SIGNS = re.compile(
    r"""
    [+±<>≤≥]+ (?: \s* / \s* [-\N{MINUS SIGN}] )?    # wherever one stands, and `+/-`
    | (?<=\() [-\N{MINUS SIGN}] (?=\))              # `(-)-`, an isomer
    | (?<=[0-9A-Za-z]) [-\N{MINUS SIGN}] (?= [\s/,;)\]] | $ )   # `HER2-`, but no hyphen
    """,
    re.VERBOSE,
)
_SPELT = {
    "+": "plus",
    "-": "minus",
    "\N{MINUS SIGN}": "minus",
    "±": "plus minus",
    "<": "less than",
    ">": "greater than",
    "≤": "at most",
    "≥": "at least",
}


def _spelt(signs: re.Match[str]) -> str:
    return f" {' '.join(_SPELT[sign] for sign in signs[0] if sign in _SPELT)} "


def shortened(id_: str) -> str:
    """An id no longer than ids may be: the end of a long one is replaced by a digest of it."""
    if len(id_) <= LONGEST_SLUG:
        return id_
    digest = hashlib.sha256(id_.encode()).hexdigest()[:12]
    return f"{id_[: LONGEST_SLUG - 13].rstrip('-')}-{digest}"


def _plain(character: str) -> str:
    if character.isascii():
        return character
    letters = "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii())
    if letters:
        return letters
    name = unicodedata.name(character, "")
    return name.rsplit(" ", 1)[-1].lower() if name.startswith("GREEK") else " "
