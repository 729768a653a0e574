"""The fields of a study as ClinicalTrials.gov's API gives them: read, or refused as malformed."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Any

from app.models.numbers import MOST, NUMBER, double_of

SHOWN_AS = {
    "80_CONFIDENCE_INTERVAL": "CONFIDENCE_80",
    "90_CONFIDENCE_INTERVAL": "CONFIDENCE_90",
    "95_CONFIDENCE_INTERVAL": "CONFIDENCE_95",
    "97_5_CONFIDENCE_INTERVAL": "CONFIDENCE_975",
    "99_CONFIDENCE_INTERVAL": "CONFIDENCE_99",
    "OTHER_CONFIDENCE_INTERVAL_LEVEL": "CONFIDENCE_OTHER",
    "GEOMETRIC_COEFFICIENT_OF_VARIATION": "GEOMETRIC_COEFFICIENT",
    "NOT_APPLICABLE": "NA",
    "N_A": "NA",
    "EARLY_PHASE_1": "EARLY_PHASE1",
    "PHASE_1": "PHASE1",
    "PHASE_2": "PHASE2",
    "PHASE_3": "PHASE3",
    "PHASE_4": "PHASE4",
    "NONE_OPEN_LABEL": "NONE",
    "SINGLE_GROUP_ASSIGNMENT": "SINGLE_GROUP",
    "PARALLEL_ASSIGNMENT": "PARALLEL",
    "CROSSOVER_ASSIGNMENT": "CROSSOVER",
    "FACTORIAL_ASSIGNMENT": "FACTORIAL",
    "SEQUENTIAL_ASSIGNMENT": "SEQUENTIAL",
    "ANTICIPATED": "ESTIMATED",
    "OBSERVATIONAL_PATIENT_REGISTRY": "OBSERVATIONAL",
    "UNKNOWN_STATUS": "UNKNOWN",
}
"""Values as the site shows them, where that is more than another way of writing them."""

_NUMBER = re.compile(rf"=?\s*({NUMBER.pattern})", re.ASCII)
_WHOLE = re.compile(r"\d+(\.0+)?", re.ASCII)

Object = dict[str, Any]


class MalformedError(Exception):
    """A study that is not as the API's document says: which part, and what was expected."""


def object_of(owner: Object, name: str) -> Object:
    """A part that is an object; empty where it is absent."""
    value = owner.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedError(f"expected an object as '{name}'")
    return value


def objects_of(owner: Object, name: str) -> list[Object]:
    """A part that is a list of objects; empty where it is absent."""
    value = owner.get(name)
    if value is None:
        return []
    if not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise MalformedError(f"expected a list of objects as '{name}'")
    return value


def text_of(owner: Object, name: str) -> str | None:
    """A text as published; None where it is absent or blank."""
    value = owner.get(name)
    return None if value is None else _fit(value, name)


def texts_of(owner: Object, name: str) -> list[str]:
    """A list of texts, less those that are blank."""
    value = owner.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedError(f"expected a list of texts as '{name}'")
    return [text for item in value if (text := _fit(item, name))]


def _fit(value: Any, name: str) -> str | None:
    if not isinstance(value, str):
        raise MalformedError(f"expected text as '{name}'")
    return value if value.strip() else None


@lru_cache(maxsize=1000)
def known_term(enum: type[StrEnum], published: str) -> str | None:
    """An enum's value, as the API or as the site writes it; None for one that is not known."""
    known = {member.value for member in enum}
    written = "_".join(re.findall("[A-Z0-9]+", published.upper()))
    terms = (term for term in (published, written, SHOWN_AS.get(written)) if term in known)
    return next(terms, None)


def term_of(enum: type[StrEnum], owner: Object, name: str) -> str | None:
    published = text_of(owner, name)
    return None if published is None else known_term(enum, published)


def whole_number(printed: Any) -> int | None:
    """A number of people or things; None for what is none, or is more than a column holds."""
    written = str(printed).strip()
    number = int(float(written)) if _WHOLE.fullmatch(written) and len(written) < 15 else None
    return None if number is None or number > MOST else number


def as_printed(printed: Any) -> str | None:
    """What to say of a number of people that is there and cannot be read; None for one that can."""
    is_there = printed is not None and str(printed).strip() != ""
    return f"As printed: {printed}" if is_there and whole_number(printed) is None else None


def put_number(
    fields: Object, name: str, printed: Any, *, whole: bool = False, is_percent: bool = False
) -> None:
    """Give a number as it is printed; one that cannot be read for certain is null beside that.

    `0.04` is for the entry to read. `= 0.04` is 0.04; but `<0.0001` is a bound, `1,234` may have a
    decimal comma, `1e-400` is no double and not 0, and `NA` and `0.05 (two-sided)` are no numbers.
    """
    if printed is None or isinstance(printed, bool) or not isinstance(printed, (str, int, float)):
        if printed is not None:
            raise MalformedError(f"expected a number as '{name}'")
        return
    written = printed if isinstance(printed, str) else str(printed)
    if _fit(written, name) is None:
        return
    plain = _NUMBER.fullmatch(written.strip().removesuffix("%" if is_percent else "").strip())
    number = double_of(plain[1]) if plain else None
    if whole:
        number = whole_number(written)
    if number is not None and plain and plain[1] == written:
        fields[name] = written
    else:
        fields[name] = number
        fields.setdefault("as_printed", {})[name] = written
