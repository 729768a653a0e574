"""What tells two names apart though they are spelt alike: numerals, single letters, species.

`factor IX` is one letter from `factor X`, `vitamin D` from `vitamin K`; neither is ever a
misspelling of the other.
"""

import re
from collections import Counter

from app.names.normalization import words_of

ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")
NUMERALS = {roman: str(number) for number, roman in enumerate(ROMAN, 1)}
GREEK = frozenset(
    ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda"]
)
SPECIES = {
    "human": "human",
    "pork": "pork porcine pig swine",
    "beef": "beef bovine cattle cow",
    "horse": "horse equine",
    "sheep": "sheep ovine",
    "goat": "goat caprine",
    "rabbit": "rabbit",
    "mouse": "mouse murine",
    "rat": "rat",
    "chicken": "chicken avian",
    "salmon": "salmon",
}
SPECIES_OF = {word: species for species, words in SPECIES.items() for word in words.split()}
_DIGITS = re.compile("[0-9]+")
LONGEST_CODE = 4
"""Letters of a word that is a code where it has a digit: `B12`, `2a`."""


def distinctions(name: str) -> Counter[str]:
    """The words and numbers of a name that no misspelling changes, Roman numerals as numbers.

    A letter before a name (`(R)-baclofen`) is none: the name may be meant with it or without.
    """
    found: Counter[str] = Counter()
    for place, word in enumerate(words_of(name).split()):
        if word in NUMERALS:
            found[NUMERALS[word]] += 1
        elif word in GREEK or (len(word) == 1 and (place or word.isdigit())):
            found[word] += 1
        elif word == "alfa":
            found["alpha"] += 1
        elif word in SPECIES_OF:
            found[SPECIES_OF[word]] += 1
        elif numbers := _DIGITS.findall(word):
            found.update([word] if len(word) <= LONGEST_CODE else numbers)
    return found
