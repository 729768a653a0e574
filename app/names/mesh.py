"""Codes of MeSH, the National Library of Medicine's thesaurus, as MeSH itself writes them.

Those of before May 2014 have six digits and newer ones nine. The numbers go on, so a number is one
concept: after D009710 would have come D000009711 (NLM Technical Bulletin 2013;391:e1). Some
downloads of ClinicalTrials.gov write all of them with nine: D000006973 is D006973.
"""

import re

from app.names.normalization import word_list

_CODE = re.compile(r"([DC])(\d{6}|\d{9})", re.ASCII)

LAST_OF_SIX_DIGITS = {"D": 66_298, "C": 585_539}
"""The highest numbers that we have seen with six digits (In Vitro Techniques; alpelisib), of
descriptors and of supplementary concepts: what is a little higher is left as it is printed."""


def is_term(term: str, name: str) -> bool:
    """Whether a name is a term of MeSH, which may be inverted (Hypertension, Pulmonary), in the
    plural (Neoplasms) or without the genitive of a person (Alzheimer Disease)."""
    inverted = " ".join(reversed(term.split(", ")))
    return _words(name) in (_words(term), _words(inverted))


def _words(name: str) -> list[str]:
    """The words of a name in the singular, as far as they are compared."""
    return [_PLURAL.sub("", word) for word in word_list(_GENITIVE.sub("", name))]


_GENITIVE = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}]s?\b")
_PLURAL = re.compile("(?<=[a-z]{3})s$")


def mesh_code(printed: str) -> str | None:
    """The code of a descriptor or a supplementary concept; None for what is none."""
    found = _CODE.fullmatch(printed.strip())
    if found is None:
        return None
    letter, number = found[1], int(found[2])
    return f"{letter}{number:06}" if number <= LAST_OF_SIX_DIGITS[letter] else found[0]
