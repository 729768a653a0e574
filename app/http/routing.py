"""Routes that refuse what they do not declare, and say when they are to go."""

from collections.abc import Callable, Coroutine
from dataclasses import fields, is_dataclass
from inspect import Parameter, Signature, signature
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.http.lifecycle import tell_lifecycle
from app.http.parameters import refuse_unknown_parameters


class Route(APIRoute):
    """A route of this API.

    Not by FastAPI's dependencies, each of which costs as much as a small query.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, behind what every route does first."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            tell_lifecycle(request)
            refuse_unknown_parameters(request)
            return await handle(request)

        return strictly


def flattened(endpoint: Callable[..., Any]) -> tuple[Signature, dict[str, type[Any]]]:
    """A function's signature with each dataclass of parameters replaced by what is in it.

    And those dataclasses, by the names of the parameters that they stood for.
    """
    parameters: list[Parameter] = []
    gathered: dict[str, type[Any]] = {}
    for parameter in signature(endpoint).parameters.values():
        if isinstance(parameter.annotation, type) and is_dataclass(parameter.annotation):
            gathered[parameter.name] = parameter.annotation
            parameters += signature(parameter.annotation).parameters.values()
        else:
            parameters.append(parameter)
    keywords = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in parameters]
    return Signature(keywords), gathered


def regathered(arguments: dict[str, Any], gathered: dict[str, type[Any]]) -> dict[str, Any]:
    """Arguments for the function itself, each dataclass made of its own ones."""
    for name, parameters in gathered.items():
        own = {field.name: arguments.pop(field.name) for field in fields(parameters)}
        arguments[name] = parameters(**own)
    return arguments
