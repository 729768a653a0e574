"""Query parameters: those that a route declares, each once, and no others."""

import re
from typing import Annotated

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BeforeValidator, Field

from app.http.errors import BadParameterError, ParameterProblem


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse what would otherwise be ignored: a misspelt filter answers as if there were none."""
    known = _declared(request.scope["route"].dependant)
    sent = [name for name, _ in request.query_params.multi_items()]
    problems = []
    for name in dict.fromkeys(sent):
        if name not in known:
            there_are = f"There are: {', '.join(known)}." if known else "This path takes none."
            problems.append(
                ParameterProblem(parameter=name, detail=f"There is no such parameter. {there_are}")
            )
        elif sent.count(name) > 1:
            problems.append(
                ParameterProblem(parameter=name, detail="Is given more than once; give it once.")
            )
    if problems:
        raise BadParameterError.of(*problems)


def _declared(dependant: Dependant) -> list[str]:
    names = [parameter.alias for parameter in dependant.query_params]
    for dependency in dependant.dependencies:
        names += _declared(dependency)
    return names


def _plain_digits(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError("a whole number from 1 to 100")
    return value


PageSize = Annotated[int, Field(ge=1, le=100), BeforeValidator(_plain_digits)]
"""A whole number in plain digits: no sign, blank, point or underscore."""
