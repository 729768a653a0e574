"""Words of a text at their letters: as the search index has them, so that it finds whose text has
a name."""

import re
import unicodedata

WORD = re.compile("[a-z0-9]+")


def plain(text: str) -> str:
    """The text in lower case and without accents, letter for letter: its places stay the same."""
    if text.isascii():
        return text.lower()
    return text.translate(_LETTERS).lower()


MARKS = "\u2122\u00ae\u00a9"
"""Signs that may stand within a name; others part it, as arrows and bullets do."""


class _Letters(dict[int, str]):
    """What letters and signs are read as, one for each: accents left out, dashes as hyphens."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        read = sign
        if not sign.isascii():
            category = unicodedata.category(sign)
            base = [c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c)]
            read = "-" if category == "Pd" and sign != "\N{EM DASH}" else " "
            if len(base) == 1 and base[0].isascii() and base[0].isalnum():
                read = base[0]
            elif category in ("Sm", "So", "Po") and sign not in MARKS:
                read = "|"
            if sign == "\N{RIGHT SINGLE QUOTATION MARK}":
                read = "'"
        self[code] = read
        return read


_LETTERS = _Letters()


def words_in(name: str) -> tuple[str, ...]:
    """The words of a name."""
    return tuple(WORD.findall(plain(name)))
