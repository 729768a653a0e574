"""How names and words are compared, whoever wrote them: in Python alone, for SQLite's and
Postgres's own functions differ.
"""

import re
import unicodedata
from functools import lru_cache

MARKS = re.compile("[®™©℠]")
"""Signs that a name is a trade mark, and no part of it."""

_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE"}
    | {"œ": "oe", "Œ": "OE", "\N{PLUS-MINUS SIGN}": "+/-", "\N{MINUS-OR-PLUS SIGN}": "+/-"}
)
"""What Unicode does not take apart, as it is commonly typed."""

_WORDS = str.maketrans({chr(i): chr(i).lower() if chr(i).isalnum() else " " for i in range(128)})
"""Of ASCII text: letters in lower case, and a blank for what is neither letter nor digit."""

_SIGN = re.compile(
    r"""
    ([+-] \s* [,/]? \s* [+-] | [+-]) (?= \s* [)\]}] )                # before a closing bracket
    | (?: (?<=[0-9]) | (?<=^[a-z]) | (?<=^[a-z][a-z]) ) [+-] $       # after a number or a symbol
    | ^ [+-] (?=[0-9a-z])                                            # before the name itself
    """,
    re.VERBOSE,
)
"""A sign that belongs to a name: `(+)-`, `(-)-` and `(+/-)-` are three substances, and `Na+` is
not `NA`."""

_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[^0-9a-z]+(?=[0-9])")

SHORTEST_CLOSE = 4
"""The shortest text of which close names are looked for: of three letters, too many are."""
SHORTEST_CLOSE_BY_TWO = 8
"""The shortest text of which names two letters away are: of seven, one."""
LONGEST_CLOSE = 60
"""The longest: nobody types those that are longer."""


@lru_cache(maxsize=200_000)
def normalized(text: str) -> str:
    """Text without case, accents, marks of a trade name or doubled blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", MARKS.sub("", text))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def transliterated(text: str) -> str:
    """Text in lower case and ASCII: accents left out, Greek spelt out, other letters as numbers."""
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(lambda found: _transliterated(found[0]), text).lower()


_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


@lru_cache(maxsize=10_000)
def _transliterated(text: str) -> str:
    """What `transliterated` makes of some letters and signs, none of which is ASCII."""
    return "".join(
        c if c.isascii() else _named(c) for c in normalized(f"-{text.translate(_LETTERS)}-")[1:-1]
    )


def _named(character: str) -> str:
    if character == "\N{MINUS SIGN}" or unicodedata.category(character) == "Pd":
        return "-"
    if not character.isalnum():
        return " "
    name = unicodedata.name(character, "")
    if name.startswith("GREEK"):
        return name.split(" WITH ")[0].rsplit(" ", 1)[-1]
    return f"u{ord(character):x}"


def words_of(text: str) -> str:
    """The words of a text with blanks between: letters and digits of ASCII alone, in lower case."""
    return " ".join(word_list(text))


def word_list(text: str) -> list[str]:
    """The words of a text: letters and digits of ASCII alone, in lower case."""
    return transliterated(text).translate(_WORDS).split()


@lru_cache(maxsize=10_000)
def name_key(name: str) -> str:
    """A name as it is looked up: its letters and digits, whatever stands between them.

    A blank is kept between digits, since 1,25 is not 125, and the sign of an isomer or an ion.
    Nothing else is in it, so it can stand in a pattern as it is.
    """
    plain = transliterated(name).strip()
    if plain.isalnum():
        return plain
    kept: list[str] = []
    end = 0
    for sign in _SIGN.finditer(plain):
        kept += [_without_signs(plain[end : sign.start()]), _read(sign)]
        end = sign.end()
    return "".join([*kept, _without_signs(plain[end:])])


def _read(sign: re.Match[str]) -> str:
    signs = re.sub("[^+-]", "", sign[0])
    if sign[1] is None and sign.start() == 0:  # `-x` may be (-)-x, or an item of a list
        return signs * 2
    return signs if len(signs) == 1 else "+-"


def _without_signs(text: str) -> str:
    digits_apart = _BETWEEN_DIGITS.sub("|", text)
    return re.sub("[^0-9a-z|]+", "", digits_apart).replace("|", " ")


def most_letters_away(key: str) -> int:
    """How many letters a name may be away from this one to be close to it."""
    if not SHORTEST_CLOSE <= len(key) <= LONGEST_CLOSE:
        return 0
    return 1 if len(key) < SHORTEST_CLOSE_BY_TWO else 2


def pieces_of(key: str) -> list[str]:
    """The three pieces of a name, each with the name's length and its place.

    Of two names that differ by two letters at most, one at least of the three is whole in both, a
    letter or two to the left or right (Li, Deng, Wang, Feng, "Pass-Join", VLDB 2011).
    """
    length = len(key)
    if not 2 <= length <= LONGEST_CLOSE + 2:
        return []
    return [f"{length}{place}{key[start:end]}" for place, start, end in _thirds(length)]


def pieces_close_to(key: str) -> list[str]:
    """The pieces of which a name that is close to this one has at least one."""
    most = most_letters_away(key)
    found = set()
    for length in range(len(key) - most, len(key) + most + 1) if most else ():
        further = len(key) - length  # where the end of this is beside that of the name
        letters = 2 if further == 0 else most  # two neighbours swapped are two letters
        shifts = {
            "a": [0],
            "b": [s for s in range(-letters, letters + 1) if abs(s) + abs(further - s) <= letters],
            "c": [further],
        }
        for place, start, end in _thirds(length):
            for shift in shifts[place]:
                if start + shift >= 0 and end + shift <= len(key):
                    found.add(f"{length}{place}{key[start + shift : end + shift]}")
    return sorted(found)


def _thirds(length: int) -> list[tuple[str, int, int]]:
    first, second = length // 3, 2 * length // 3
    return [("a", 0, first), ("b", first, second), ("c", second, length)]
