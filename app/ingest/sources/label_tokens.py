"""A label's text as tokens: what counts in it, written in one way."""

import re
import unicodedata

DRUG = "<drug>"
"""Stands for the label's own drug. No text can hold it, for `<` is a token by itself."""
MAKER = "<maker>"
"""Stands for the label's manufacturer."""
CONTACT = "\ue000"
"""Stands for a telephone number or an address until it is taken out."""
END = "\x01"
"""Stands for the end of a sentence: where it is, a negation ends."""

_CHARACTERS = (
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\u25cf\u25cb\u25aa\u25ab\u25a0\u25a1\u25e6\u2023\u2043\u27a2\uf0b7", "•")
    | dict.fromkeys("®™℠©", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
    | dict.fromkeys("\u02da\u00ba", "°")
    | {"\u00d7": " x ", "\u201a": ",", "\u2032": "'", "\u22c5": "·"}
    | {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
    | {"\u00b5": "\u03bc", CONTACT: "\ufffd"}
)
"""Characters that are another in other clothes. Not among them: superscripts, fractions and the
minus sign (U+2212), which all have a meaning of their own."""

_CHARACTER = re.compile(f"[{''.join(_CHARACTERS)}]")
_SOFT_HYPHEN = re.compile("(?<=[0-9])\u00ad(?=[0-9])")
"""Between digits it may be all that is left of a range; elsewhere nobody sees it."""

_TOKEN = re.compile(
    r"""
      [A-Za-z]+ (?> [ ] [A-Za-z]+ )*+ [^\W\d_]*               # words: most of a text, so first
    | (?! [ ] ) (?:                                           # nothing else begins with a blank
      \d+ (?: [.,] \d+ )*                                     # a number
    | [^\w\s.,;:•"'*·!-]                                      # a sign, but those below
    | [^\W\d_]+                                               # a word, or a unit
    | ' (?<= [^\W\d_]' ) [^\W\d_]+                            # the s of a genitive
    | \. (?<! [\w.,)\]]\. ) \d+ (?: [.,] \d+ )*                 # a number without its nought
    | - (?<! [\w)\]%°]- ) (?: \. ? \d+ ) (?: [.,] \d+ )*       # a number below nought
    | [.,;:•"*·!] (?: (?<= \d. ) | (?<= \d[ ]. ) )            # whatever parts two numbers
      (?: [ .,;:•"*·!]* [.,;:•"*·!] )? (?= [ ]? \d )
    | [.,] (?= \d )                                           # perhaps a decimal point
    | [.,;:] (?i: (?<= \bno. ) | (?<= \bno[rt]. ) | (?<= \bnever. ) | (?<= \bwithout. ) )
                                                              # a pause that makes a `no` an answer
    | - (?<! [^\W\d_]- ) (?<! \d- ) (?<! [ ]- ) (?<! ^- )     # dashes: all but those
    | - (?<= [^\W\d_]- ) (?! [^\W\d_] ) (?! (?<= [a-z]{3}- ) [ ] [a-z] )
    | - (?<= \d- ) (?! [^\W\d_] )                              # between words, or of a list
    | - (?: (?<= [ ]- ) | (?<= ^- ) ) (?= [ ]? [\d.] | [^\W\d_] (?! [^\W\d_] ) )
    | \* (?<= [\w)%]\* )                                      # a footnote's mark
    | · (?<= \w· ) (?= \w )                                    # a product of units
    | ["'] (?: (?<= \d. ) | (?<= \d[ ]. ) )                    # feet, inches, minutes
    )
    """,
    re.VERBOSE,
)
"""The parts of a text that count; what none of them matches says nothing."""

ENDS = re.compile(
    r"""
    [.!;:•]
    (?= [ ] (?: [A-Z] | [ •"'(\[*·-]* [A-Z] | (?<! \d.[ ] ) [ •"'(\[*·-]* \d )
      | (?: (?<= • ) | (?<= [a-z][a-z]. ) ) [A-Z] )
    (?<! \.[A-Za-z]\. ) (?<! [ (]etc\. ) (?<! [ (](?: vs | al | D[Rr] | C[Oo] | S[Tt] )\. )
    """,
    re.VERBOSE,
)
"""What ends a sentence, as a capital or a number after it shows; less the stops of abbreviations,
and what parts two numbers, which is a token of its own."""

_SQUARED = re.compile(r"(?<![^\W\d_])m\u00b2")
"""The square metre, which as often is written m2 or m 2."""


def plain(text: str) -> str:
    """The text with one sign for what is written in several ways, and one blank between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if "\u00ad" in text:
            text = _SOFT_HYPHEN.sub("-", text).replace("\u00ad", "")
        if "m\u00b2" in text:
            text = _SQUARED.sub("m2", text)
        text = _CHARACTER.sub(lambda found: _CHARACTERS[found[0]], text)
    if text.isprintable() and "  " not in text:  # a blank is the only space that can be printed
        return text.strip()
    return " ".join(text.replace(END, " ").split())


def tokens_of(text: str) -> str:
    """What counts in a text, with blanks between, before and after."""
    tokens = f" {' '.join(_TOKEN.findall(text))} ".replace("[", "(").replace("]", ")")
    return tokens.replace(" & ", " and ")


def word_at(tokens: str, start: int) -> str:
    """The token after a blank, in lower case."""
    return tokens[start + 1 : tokens.find(" ", start + 1)].lower()
