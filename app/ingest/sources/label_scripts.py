"""Subscripts and superscripts of labels in plain text, so that neither is read as something else.

A subscript is joined to its word: `Cmax`, `AUC0-24`, `H2O`. An exponent gets a sign, `10^9/L`, and
that of a unit of length does without: `m2`. Any other superscript may be the mark of a footnote,
which is apart from a number: 5 mg with a note 1 are not 51 mg.
"""

import re

MARK = "\x06"
"""Stands, until a text is done, where a script was joined: no XML has it in its text."""

_LONGEST = 12
"""Letters of a script; a longer one is a text in small print."""


def joint(is_sub: bool, before: str, script: str, after: str) -> str | None:
    """What joins a script to the text before: nothing, or `^`; None where it stands apart."""
    script = script.strip()
    if not script or len(script) > _LONGEST:
        return None
    if is_sub:
        return "" if _WORD.search(before) and script[0].isalnum() else None
    if _UNIT.search(before) and script in ("2", "3"):
        return ""
    if _ORDINAL.fullmatch(before[-1:] + script) or (
        _CHARGE.fullmatch(script) and before[-1:].isalpha()
    ):
        return ""
    if _SIGNED.fullmatch(script) and before[-1:].isalnum():
        return "^"
    if script.isdecimal() and _TEN.search(before):
        return "^" if _TIMES.search(before) or _COUNTED.match(after) else None
    return None


def goes_on(is_sub: bool, script: str, after: str) -> bool:
    """Whether the text after a script is of its word, as in `H2O`."""
    return is_sub and script.strip()[-1:].isdecimal() and bool(_ELEMENT.match(after))


_WORD = re.compile(r"[^\W\d_] ?$")
_UNIT = re.compile(r"(?<![^\W\d_])[kcdm\u00b5\u03bcn]?m ?$")
_ORDINAL = re.compile("1st|2nd|3rd|[04-9]th|[123]th")
_CHARGE = re.compile("[1-4]?[+]|[1-4][-\u2212\u2013]")
_SIGNED = re.compile(r"[+\u2212\u2013\u2011-][0-9]{1,3}(?:\.[0-9]{1,3})?")
_TEN = re.compile(r"(?<![0-9.,])10 ?$")
_TIMES = re.compile(r"[xX\u00d7*\u2022\u00b7\u22c5] ?10 ?$")
_COUNTED = re.compile(
    r" ?(?:/|(?:cells|copies|cfu|pfu|tcid|vg|vector|viral|iu|units|particles|organisms|m?l)\b)",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"[A-Z](?![a-z]{2})")
