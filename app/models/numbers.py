"""Numbers: what JSON says of a number that somebody printed, or that it cannot say it.

Nearly everybody who reads JSON's numbers takes them for doubles: some 16 digits, neither too large
nor too near to nought.
"""

import math
import re
import sys
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

MOST = 2**31 - 1
"""The most that a column of whole numbers holds on either engine."""

NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
"""A number as it is printed, with nothing beside it."""


def double_of(printed: str) -> float | None:
    """The double nearest to a number as `NUMBER` has it; None where that would be another number.

    None is nearest to one that is too large, to one so near to nought that digits are lost (1e-400
    is not 0), or to a whole number that it is not (9007199254740993). A fraction may lose digits
    after its 15th.
    """
    nearest = float(printed) or 0.0  # -0.0 is 0
    if is_zero(printed):
        return nearest
    if not math.isfinite(nearest) or nearest == 0:
        return None
    exact = Decimal(printed)
    has_its_digits = abs(nearest) >= sys.float_info.min
    is_fraction = exact != exact.to_integral_value()
    return nearest if (is_fraction and has_its_digits) or is_exact(nearest, printed) else None


def is_zero(printed: str) -> bool:
    """Whether a printed number is nought, whatever its sign and exponent."""
    return not re.search("[1-9]", re.split("[eE]", printed)[0])


def is_exact(number: float, printed: str) -> bool:
    """Whether a number is served as it was printed, to the last digit that is not a nought."""
    return number == 0 if is_zero(printed) else Decimal(repr(number)) == Decimal(printed)


def _held(given: Any) -> Any:
    if isinstance(given, str) and NUMBER.fullmatch(given.strip()):
        number = double_of(given.strip())
        if number is None or not is_exact(number, given.strip()):
            raise ValueError("a number that JSON can carry to its last digit")
        return number
    if isinstance(given, str) and "_" in given:  # which pydantic would read as none
        raise ValueError("a number with digits alone")
    if isinstance(given, int) and float(given) != given:
        raise ValueError("a number that JSON can carry to its last digit")
    return given


Number = Annotated[float, BeforeValidator(_held), AfterValidator(lambda number: number or 0.0)]
"""A number; in text, one that is served just as it was written. Without -0.0, which is 0."""
