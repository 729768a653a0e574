"""Query parameters: those that a route declares, each once, and no others."""

import re
from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BeforeValidator, Field
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.errors import BadParameterError, ParameterProblem, RequestError, problem_response

BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class RefuseUnreadable:
    """Refuses paths and queries that are no text, on which the two engines would differ."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its path and query are UTF-8 text without NUL bytes."""
        if scope["type"] == "http":
            for part in ("raw_path", "query_string"):
                if fault := _fault(scope[part]):
                    name = "path" if part == "raw_path" else "query"
                    error = RequestError(f"The {name} {fault}.")
                    await problem_response(Request(scope), error)(scope, receive, send)
                    return
        await self.app(scope, receive, send)


def _fault(encoded: bytes) -> str | None:
    """What is wrong with a percent-encoded text, if anything is."""
    if BAD_PERCENT.search(encoded):
        return "has a '%' that two hexadecimal digits do not follow"
    plain = unquote_to_bytes(encoded)
    if b"\0" in plain:
        return "holds a NUL byte"
    try:
        plain.decode()
    except UnicodeDecodeError:
        return "is not UTF-8"
    return None


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
    if isinstance(value, str) and not re.fullmatch(r"[1-9][0-9]?|100", value):
        raise ValueError("a whole number from 1 to 100")
    return value


PageSize = Annotated[int, Field(ge=1, le=100), BeforeValidator(_plain_digits)]
"""A whole number in plain digits: no sign, blank, point or underscore."""
