"""Query parameters: those that a route declares, each once, and no others."""

import re
from collections import Counter
from collections.abc import Collection
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.http.problems import BadParameterError, ParameterProblem, shortened

PLAIN_TEXT = "^[^\\x00-\\x1f\\x7f-\\x9f]+$"
"""Text without control characters, as a pattern that every dialect of them reads alike."""

Text = Annotated[str, Field(min_length=1, max_length=400, pattern=PLAIN_TEXT)]
"""An id, a name, or what else a client may look for."""

SOMETHING = "^[^\\x00-\\x1f\\x7f-\\x9f]*[^\\x00-\\x20\\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$"
"""The same, and not all blanks."""

MOST_PROBLEMS = 10
"""How many parameters an error names, so that it stays small."""


def refuse_unknown(
    given: list[tuple[str, str]], known: list[str], repeatable: Collection[str] = ()
) -> None:
    """Refuse what would otherwise be ignored: a misspelt filter answers as if there were none."""
    there_are = f"There are: {', '.join(known)}." if known else "This path takes none."
    problems = []
    for name, count in Counter(name for name, _ in given).items():
        if name not in known:
            detail = f"There is no such parameter. {there_are}"
        elif count > 1 and name not in repeatable:
            detail = "Is given more than once; give it once."
        else:
            continue
        problems.append(ParameterProblem(parameter=shortened(name), detail=detail))
    if problems:
        raise BadParameterError.of(*problems[:MOST_PROBLEMS])


def _plain_digits(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[1-9][0-9]?|100", value):
        raise ValueError("a whole number from 1 to 100")
    return value


PageSize = Annotated[int, Field(ge=1, le=100), BeforeValidator(_plain_digits)]
"""A whole number in plain digits: no sign, blank, point or underscore."""


def _plain_truth(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("true or false")
    return value


Flag = Annotated[bool, BeforeValidator(_plain_truth)]
"""`true` or `false`, and none of the other words that Pydantic would take for them."""
