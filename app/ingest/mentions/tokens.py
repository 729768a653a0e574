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


class _Letters(dict[int, str]):
    """What letters and signs are read as, one for each: accents left out, dashes as hyphens."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        read = sign
        if not sign.isascii():
            base = unicodedata.normalize("NFKD", sign)[:1]
            is_dash = unicodedata.category(sign) == "Pd" and sign != "\N{EM DASH}"
            read = base if base.isascii() and base.isalnum() else "-" if is_dash else " "
            if sign == "\N{RIGHT SINGLE QUOTATION MARK}":
                read = "'"
        self[code] = read
        return read


_LETTERS = _Letters()


def words_in(name: str) -> tuple[str, ...]:
    """The words of a name."""
    return tuple(WORD.findall(plain(name)))
