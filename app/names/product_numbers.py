"""The numbers of products and labels, in every way in which they are written.

A National Drug Code has three segments: labeler, product and package. Their lengths are 4-4-2,
5-3-2 or 5-4-1, and on bills 5-4-2, filled up with a zero; a product's NDC is the first two. See
21 CFR 207.33.
"""

import re
from collections.abc import Iterator
from enum import StrEnum


class ProductNumber(StrEnum):
    """Numbers of products and labels, which lead to a drug and are none of its own."""

    NDC = "ndc"
    SPL_SET_ID = "spl_set_id"
    APPLICATION_NUMBER = "application_number"


def written_forms(system: str, value: str) -> list[str]:
    """How sources may write an identifier that was typed: in capitals, or without; and if it is a
    product's number, in its other layouts."""
    forms = [value.strip(), value.strip().upper(), value.strip().lower()]
    if system == ProductNumber.NDC:
        forms += _ndc_forms(value.strip())
    if system == ProductNumber.APPLICATION_NUMBER:
        forms += _application_forms(value)
    if system == ProductNumber.SPL_SET_ID and (parts := SET_ID.fullmatch(value.strip().lower())):
        forms += ["-".join(parts.groups()), "".join(parts.groups())]
    return list(dict.fromkeys(forms))


SET_ID = re.compile("([0-9a-f]{8})" + 3 * "-?([0-9a-f]{4})" + "-?([0-9a-f]{12})")
"""A label's SPL set id, in lower case: some are published without dashes."""

LAYOUTS = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
"""The lengths of the segments of an NDC of ten digits."""

FULL = (5, 4, 2)
"""Those of one of eleven."""


def ndc_in(text: str) -> str | None:
    """The National Drug Code that a text is, as it stands on a box: `NDC 0115-1010-01`.

    It has dashes, or ten or eleven digits: fewer may be any number.
    """
    found = _NDC_ALONE.fullmatch(text.strip())
    return found[1] if found and _NDC.fullmatch(found[1]) else None


_NDC_ALONE = re.compile(r"(?:ndc\W{0,3})?([0-9]+-[0-9-]+|[0-9]{10,11})", re.IGNORECASE)


def _ndc_forms(text: str) -> Iterator[str]:
    """An NDC with dashes and of all digits, and with them in each layout that it can have.

    Of ten digits without dashes, and of a product's eight, each layout is another number, and
    nothing says which is meant.
    """
    if not _NDC.fullmatch(text):
        return
    if "-" not in text and len(text) in (8, 10):
        for layout in LAYOUTS if len(text) == 10 else LAYOUTS[:2]:
            segments = _segments(text, layout)
            yield "-".join(segments)
            yield from _full(_filled(segments))
        return
    segments = _filled(text.split("-") if "-" in text else _segments(text, FULL))
    yield from _full(segments)
    for i, segment in enumerate(segments):
        if segment.startswith("0"):
            yield "-".join([*segments[:i], segment[1:], *segments[i + 1 :]])


def eleven_digits(ndc: str) -> str | None:
    """The NDC of a package, written with dashes, as RxNorm has it; None for any other text."""
    segments = ndc.split("-")
    if len(segments) != len(FULL) or not _NDC.fullmatch(ndc):
        return None
    return "".join(_filled(segments))


def _segments(digits: str, layout: tuple[int, ...]) -> list[str]:
    labeler, product, _ = layout
    parts = digits[:labeler], digits[labeler : labeler + product], digits[labeler + product :]
    return [part for part in parts if part]


def _filled(segments: list[str]) -> list[str]:
    return [segment.zfill(length) for segment, length in zip(segments, FULL, strict=False)]


def _full(segments: list[str]) -> Iterator[str]:
    yield "-".join(segments)
    yield "".join(segments)


def _application_forms(text: str) -> Iterator[str]:
    """An application's number as FDA writes it, of each type where none is given."""
    found = _application(text)
    if found is None:
        return
    type_, number = found.groups()
    for each in [type_] if type_ else ("NDA", "ANDA", "BLA"):
        yield f"{each}{number:0>6}"
        yield f"{each}{number:0>6}".lower()


def is_of_a_monograph(system: str, value: str) -> bool:
    """Whether it is no application's number, but of a rule for many drugs, whatever is known."""
    return system == ProductNumber.APPLICATION_NUMBER and _application(value) is None


def _application(text: str) -> re.Match[str] | None:
    return _APPLICATION.fullmatch(re.sub(r"[\s-]", "", text).upper())


_NDC = re.compile(
    r"[0-9]{8,11}"
    r"|[0-9]{4}-[0-9]{4}(?:-[0-9]{2})?"
    r"|[0-9]{5}-[0-9]{3}(?:-[0-9]{2})?"
    r"|[0-9]{5}-[0-9]{4}(?:-[0-9]{1,2})?"
)
_APPLICATION = re.compile(r"(NDA|ANDA|BLA)?([0-9]{1,6})")
