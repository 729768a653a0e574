"""Routes that refuse what they do not declare, and say when they are to go.

FastAPI makes them, and describes them in the document. But what comes in is read here, by the
fields that FastAPI made of a route's parameters: to solve its dependencies takes it several times
as long as SQLite takes to find a record.
"""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import fields, is_dataclass
from functools import cached_property, lru_cache
from inspect import Parameter, Signature, signature
from typing import Any, NamedTuple, Self, get_origin
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.types import Receive, Scope, Send

from app.http.deprecation import tell_lifecycle
from app.http.parameters import refuse_unknown
from app.http.problems import RequestError

SHORT_QUERY = 500
"""Bytes of a query up to which its parameters are remembered."""


class Route(APIRoute):
    """A route that takes the parameters it declares, each once, and no others."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, behind what every route does first."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            self.begin(request.scope)
            # FastAPI's handler wants it there, for the files of forms.
            async with AsyncExitStack() as files:
                request.scope["fastapi_middleware_astack"] = files
                return await handle(request)

        return strictly

    def begin(self, scope: Scope) -> list[tuple[str, str]]:
        """Do what every route does first; returns the query's parameters, not to be altered."""
        tell_lifecycle(scope, self.openapi_extra)
        query = scope["query_string"]
        if not query:
            return []
        return (self.given if len(query) > SHORT_QUERY else self._remembered)(query)

    @cached_property
    def _remembered(self) -> Callable[[bytes], list[tuple[str, str]]]:
        return lru_cache(maxsize=128)(self.given)

    def given(self, query: bytes) -> list[tuple[str, str]]:
        """The query's parameters; raises `BadParameterError` for those that it does not take."""
        given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        fields = self.dependant.query_params
        repeatable = {field.alias for field in fields if _is_list(field)}
        refuse_unknown(given, [field.alias for field in fields], repeatable)
        return given


class _Declared(NamedTuple):
    """A parameter that a route declares, and where it stands: in the path or in the query."""

    field: Any
    alias: str
    name: str
    part: str
    is_list: bool
    is_required: bool
    default: Any

    @classmethod
    def of(cls, field: Any) -> Self:
        """What FastAPI knows of a parameter, looked up once."""
        info = field.field_info
        default = None if info.is_required() else field.get_default()
        is_list, is_required = _is_list(field), info.is_required()
        return cls(field, field.alias, field.name, info.in_.value, is_list, is_required, default)


class WorkRoute(Route):
    """A route whose function does its work in a thread, and returns its answer's JSON.

    The function takes what `work` calls it with, and parameters of the path and the query, which
    may stand together in a dataclass.
    """

    def __init__(self, path: str, endpoint: Callable[..., bytes], **options: Any) -> None:
        declared, self._gathered = _flattened(endpoint)
        super().__init__(path, _described(endpoint, declared), **options)
        self._function = endpoint

    async def work(
        self, function: Callable[..., bytes], scope: Scope, given: dict[str, Any]
    ) -> Any:
        """The body of the answer, as bytes, and its headers; `given` are the parameters."""
        raise NotImplementedError

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that has this path."""
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)  # which says so
            return
        given = self._read(scope, self.begin(scope))
        if self.dependant.body_params:
            given |= self._read_body((await receive())["body"])
        body, headers = await self.work(self._function, scope, given)
        described = [*headers, (b"content-length", b"%d" % len(body))]
        start = {"type": "http.response.start", "status": 200, "headers": described}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    @cached_property
    def _declared(self) -> list[_Declared]:
        """The route's parameters: asked each time, FastAPI copies a default anew."""
        every = (*self.dependant.path_params, *self.dependant.query_params)
        return [_Declared.of(field) for field in every]

    def _read(self, scope: Scope, query: list[tuple[str, str]]) -> dict[str, Any]:
        """What the function's parameters are bound to; `RequestValidationError` if that is bad."""
        sent: dict[str, dict[str, Any]] = {"path": scope["path_params"], "query": dict(query)}
        bound: dict[str, Any] = {}
        errors: list[Any] = []
        for field, alias, name, part, is_list, is_required, default in self._declared:
            if alias in sent[part]:
                given = sent[part][alias]
                if is_list:
                    given = [value for each, value in query if each == alias]
                value, faults = field.validate(given, loc=(part, alias))
                errors += faults
                bound[name] = value
            elif is_required:
                place = (part, alias)
                errors.append({"type": "missing", "loc": place, "msg": "Is needed.", "input": None})
            else:
                bound[name] = default
        if errors:
            raise RequestValidationError(errors)
        for name, parameters in self._gathered.items():
            own = {each.name: bound.pop(each.name) for each in fields(parameters)}
            bound[name] = parameters(**own)
        return bound

    def _read_body(self, body: bytes) -> dict[str, Any]:
        """What the function's parameter for the body is bound to."""
        [field] = self.dependant.body_params
        try:
            sent = from_json(body)
        except ValueError:
            raise RequestError("The body is not JSON.") from None
        value, faults = field.validate(sent, loc=("body",))
        if faults:
            raise RequestValidationError(faults)
        return {field.name: value}


def _is_list(field: Any) -> bool:
    """Whether a parameter may be given more than once."""
    return get_origin(field.field_info.annotation) is list


def _flattened(endpoint: Callable[..., Any]) -> tuple[list[Parameter], dict[str, type[Any]]]:
    """A function's parameters, each dataclass replaced by what is in it; and the dataclasses."""
    flat: list[Parameter] = []
    gathered: dict[str, type[Any]] = {}
    for parameter in signature(endpoint).parameters.values():
        if isinstance(parameter.annotation, type) and is_dataclass(parameter.annotation):
            gathered[parameter.name] = parameter.annotation
            flat += signature(parameter.annotation).parameters.values()
        elif parameter.name != "session":
            flat.append(parameter)
    return [each.replace(kind=Parameter.KEYWORD_ONLY) for each in flat], gathered


def _described(endpoint: Callable[..., Any], parameters: list[Parameter]) -> Callable[..., Any]:
    """What FastAPI reads a route off: the function's name and docstring, and flat parameters."""

    async def described(**_: Any) -> None:
        raise NotImplementedError

    described.__name__, described.__doc__ = endpoint.__name__, endpoint.__doc__
    described.__signature__ = Signature(parameters)  # type: ignore[attr-defined] # FastAPI reads it
    return described


class Router(APIRouter):
    """The routes of one resource, each with its whole path and its function's name as its id."""

    def __init__(self, tag: str, prefix: str, route_class: type[Route]) -> None:
        super().__init__(
            prefix=prefix,
            tags=[tag],
            route_class=route_class,
            generate_unique_id_function=lambda route: route.name,
        )
