"""Errors: one tree, one shape (RFC 9457 `application/problem+json`), from every origin.

ProblemError
├── RequestError            400  no request that can be read
├── UnauthorizedError       401  a CDS client that is not known
├── NotFoundError           404  no such path
│   └── UnknownIdError      404  no such drug, fact, condition, source
├── MethodError             405  something else than reading
├── ReleaseChangedError     410  the cursor's release has been replaced
├── PreconditionError       412  not the representation that If-Match named
├── PrefetchError           412  a CDS service was not given what it needs
├── LongAddressError        414  a path and query that are too long
├── BadParameterError       422  a parameter that is unknown, repeated or has a bad value
├── LargeBodyError          413  a body that is too large
├── LargeHeadersError       431  headers that are too large
├── InternalError           500  a bug
└── UnavailableError        503  the database is away
    ├── NoDataError         503  nothing has been loaded yet
    ├── CorruptDataError        503  what is stored is not what was written
    ├── TookTooLongError    503  reading for it took too long
    └── OverloadedError     503  more is asked for than can be answered
"""

import logging
import sqlite3
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.exchange import Exchange
from app.http.headers import FHIR, allowed
from app.http.operation_outcomes import FHIR_JSON, outcome_of, outcome_status
from app.http.outage import Outage
from app.models.base import Shape

PROBLEM_JSON = "application/problem+json"

PROBLEM_PAGE = "/docs/problems"

logger = logging.getLogger("medfacts")


class ParameterProblem(Shape):
    """What is wrong with one parameter."""

    parameter: str = Field(description="The parameter's name.", examples=["limit"])
    detail: str = Field(
        description="What is wrong, and what would do.",
        examples=["Expected a whole number from 1 to 100, found '0'."],
    )


class Problem(Shape):
    """An error, as RFC 9457 describes it."""

    type: str = Field(
        description="A page that explains this kind of error.",
        json_schema_extra={"format": "uri-reference"},
        examples=[f"{PROBLEM_PAGE}#unknown-id"],
    )
    title: str = Field(description="What kind of error it is.", examples=["Not found"])
    status: int = Field(description="The HTTP status, again.", examples=[404])
    detail: str = Field(
        description="What happened this time, and what would do.",
        examples=["There is no drug 'baclofin'."],
    )
    request_id: str = Field(
        description="The request's id, as in `X-Request-Id`: quote it when you report the error.",
        examples=["6f1c2f0e9a3b4c5d8e7f60718293a4b5"],
    )
    errors: list[ParameterProblem] = Field(
        default_factory=list,
        description="Each parameter that cannot be used; empty for other errors.",
        examples=[[]],
    )


class ProblemError(Exception):
    """An error that a client gets."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]
    meaning: ClassVar[str]
    headers: ClassVar[dict[str, str]] = {}
    example: ClassVar[str]

    def __init__(self, detail: str, errors: Sequence[ParameterProblem] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)

    @classmethod
    def for_docs(cls) -> Self:
        """The example that the docs show."""
        return cls(cls.example)


class NotFoundError(ProblemError):
    """No route has this path."""

    status = 404
    slug = "not-found"
    title = "Not found"
    meaning = "No route of the API has this path. `/v1` lists the resources, `/docs` explains them."
    example = "There is nothing at '/v1/drug'. /v1 lists what there is."


class UnknownIdError(NotFoundError):
    """A drug, fact, condition or source that is not there."""

    slug = "unknown-id"
    title = "Not found"
    meaning = (
        "The path names a drug, fact, condition or source, or the filter `drug` names a drug, "
        "that is not in this release. "
        "That is not the same as an empty list, which says that nothing is known of a drug that is "
        "here. Ids are never guessed at: look the drug up with `/v1/drugs?q=`."
    )
    example = "There is no drug 'baclofin'. /v1/drugs?q= finds drugs by name."


class BadParameterError(ProblemError):
    """A parameter that cannot be used."""

    status = 422
    slug = "bad-parameter"
    title = "A parameter cannot be used"
    meaning = (
        "A query parameter is unknown, stands there twice, or has a value that cannot be used. "
        "`errors` names each, and says what would do."
    )
    example = "limit: Expected a whole number from 1 to 100, found '0'."

    @classmethod
    def of(cls, *errors: ParameterProblem) -> Self:
        """The error that names these parameters."""
        return cls(" ".join(f"{e.parameter}: {e.detail}" for e in errors), errors)

    @classmethod
    def for_docs(cls) -> Self:
        """The example that the docs show."""
        parameter, detail = cls.example.split(": ", 1)
        return cls.of(ParameterProblem(parameter=parameter, detail=detail))


class ReleaseChangedError(ProblemError):
    """The page belongs to a release that is no longer served."""

    status = 410
    slug = "release-changed"
    title = "The data has changed since this list was begun"
    meaning = (
        "A cursor holds for one data release. A newer one has replaced it, so the pages read so "
        "far and the next ones would not fit together. Begin the list again, without `cursor`, and "
        "with `Cache-Control: no-cache`, so that no cache on the way gives you its old first page."
    )
    example = "This cursor is of release 2026-11-23-4f1c0a9be2d7. Begin the list again."


class UnavailableError(ProblemError):
    """The database is away."""

    status = 503
    slug = "unavailable"
    title = "The data is out of reach"
    meaning = "The database does not answer at the moment. Ask again after `Retry-After` seconds."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}
    example = "The database does not answer. Please try again."


class NoDataError(UnavailableError):
    """The schema is there, and nothing in it."""

    slug = "no-data"
    title = "No data has been loaded"
    meaning = (
        "The database holds no release yet, so nothing can be said of any drug. Whoever runs this "
        "server loads one with `medfacts seed`."
    )
    example = "No data has been loaded yet."


class CorruptDataError(UnavailableError):
    """What is stored is not what was written."""

    slug = "damaged"
    title = "The data is damaged"
    meaning = (
        "What the database holds here is not what was written to it, by its digest: a disk or a "
        "hand has changed it. It is not served, for a fact that is altered is worse than none; "
        "other records may be whole. Whoever runs this server finds it in the log, and with "
        "`medfacts check`."
    )
    headers: ClassVar[dict[str, str]] = {"Retry-After": "60"}
    example = "What is stored here is not what was written. It is not served until it is mended."

    def __init__(self, what: str) -> None:
        super().__init__(self.example)
        self.what = what
        """What was found, for whoever runs the server."""


class OverloadedError(UnavailableError):
    """More is asked for than can be answered."""

    slug = "overloaded"
    title = "Too much is asked for at the moment"
    meaning = (
        "More requests are waiting than can be answered soon, or the server is short of memory, so "
        "this one was refused at once. Ask again after `Retry-After` seconds."
    )
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}
    example = "Too many requests are waiting. Please try again."


class TookTooLongError(UnavailableError):
    """A request took longer than it may."""

    slug = "took-too-long"
    title = "It took too long to answer"
    meaning = (
        "This request took longer than the server allows, so it was given up. Ask "
        "again after `Retry-After` seconds, or for less."
    )
    example = "It took over 2.7 seconds. Please try again, or ask for less."


class MethodError(ProblemError):
    """Something else than reading."""

    status = 405
    slug = "method-not-allowed"
    title = "The API can only be read"
    meaning = (
        "The API answers GET, HEAD and OPTIONS, and `/v1/resolve` and `/v1/interactions` a POST "
        "too, which changes nothing; calls of CDS Hooks and FHIR's `_search` are posted alone. "
        "`Allow` lists what this path answers."
    )
    example = "POST is not answered here; GET, HEAD and OPTIONS are."

    @classmethod
    def of(cls, method: str, path: str) -> Self:
        """The error for this method."""
        *first, last = allowed(path).split(", ")
        return cls(f"{shortened(method)} is not answered here; {', '.join(first)} and {last} are.")


class RequestError(ProblemError):
    """A request that is refused as a whole."""

    status = 400
    slug = "bad-request"
    title = "The request cannot be read"
    meaning = "The request is not one that the server can read; `detail` says why."
    example = "The path holds a NUL byte."


class UnauthorizedError(ProblemError):
    """A client of CDS Hooks that is not known, where clients have to be."""

    status = 401
    slug = "unauthorized"
    title = "The client is not known"
    meaning = (
        "This server answers CDS Hooks' clients alone whose token (a JWT) one of the issuers that "
        "it knows signed for this address."
    )
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}
    example = "A bearer token of a known issuer is needed."


class PrefetchError(ProblemError):
    """A service of CDS Hooks was not given what it needs, and looks nothing up itself."""

    status = 412
    slug = "prefetch-missing"
    title = "What the service needs was not looked up beforehand"
    meaning = (
        "A CDS client has to look up what `/cds-services` lists under `prefetch` and send it: this "
        "server never calls `fhirServer`."
    )
    example = "prefetch.medications is needed: null where the patient takes none."


class PreconditionError(ProblemError):
    """The representation is not the one that the client says it is."""

    status = 412
    slug = "precondition-failed"
    title = "It is not the representation that was named"
    meaning = (
        "`If-Match` names other representations than the one that is served, or it has been "
        "modified since the day in `If-Unmodified-Since`. Leave both headers out to get it."
    )
    example = "If-Match names none of what is served here now."


class LongAddressError(ProblemError):
    """A path and query that are too long."""

    status = 414
    slug = "address-too-long"
    title = "The address is too long"
    meaning = (
        "A path and its query may have 8000 bytes together, or what `detail` says. No address of "
        "the API needs more."
    )
    example = "The path and query have 9000 bytes; 8000 are taken."


class LargeBodyError(ProblemError):
    """A body that is too large."""

    status = 413
    slug = "body-too-large"
    title = "The body is too large"
    meaning = "A body may have 1000000 bytes. Ask for fewer names at once."
    example = "The body has over 1000000 bytes."


class LargeHeadersError(ProblemError):
    """Headers that are too large."""

    status = 431
    slug = "headers-too-large"
    title = "The headers are too large"
    meaning = (
        "A request's headers may have 32000 bytes together, or what `detail` says. Nothing here "
        "needs cookies."
    )
    example = "The headers have 40000 bytes; 32000 are taken."


class InternalError(ProblemError):
    """A bug."""

    status = 500
    slug = "internal-error"
    title = "Something went wrong here"
    meaning = "A fault of the server's, and written down in its log with the request's id."
    example = "An unexpected error occurred."


PROBLEMS: tuple[type[ProblemError], ...] = (
    NotFoundError,
    UnknownIdError,
    BadParameterError,
    RequestError,
    UnauthorizedError,
    MethodError,
    ReleaseChangedError,
    PreconditionError,
    PrefetchError,
    LongAddressError,
    LargeBodyError,
    LargeHeadersError,
    UnavailableError,
    NoDataError,
    CorruptDataError,
    OverloadedError,
    TookTooLongError,
    InternalError,
)
"""Every kind of error, in the order in which the docs explain them."""


def problem_response(request: Request, error: ProblemError) -> JSONResponse:
    """The response to a client: to one that speaks FHIR an OperationOutcome."""
    exchange = Exchange.of(request.scope)
    if exchange.path.startswith(f"{FHIR}/"):
        return JSONResponse(
            outcome_of(error),
            status_code=outcome_status(error),
            headers=error.headers,
            media_type=FHIR_JSON,
        )
    body = problem_of(error, exchange.request_id)
    return JSONResponse(
        body.model_dump(),
        status_code=error.status,
        headers=error.headers,
        media_type=PROBLEM_JSON,
    )


def problem_of(error: ProblemError, request_id: str) -> Problem:
    """The body of an error."""
    return Problem(
        type=f"{PROBLEM_PAGE}#{error.slug}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        request_id=request_id,
        errors=error.errors,
    )


def documented(*errors: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """`responses=` for the errors that a route can answer, each with an example."""
    responses: dict[int | str, dict[str, Any]] = {}
    every: tuple[type[ProblemError], ...] = (
        RequestError,
        *errors,
        PreconditionError,
        LongAddressError,
        LargeHeadersError,
        UnavailableError,
        InternalError,
    )
    for error in every:
        body = problem_of(error.for_docs(), "6f1c2f0e9a3b4c5d8e7f60718293a4b5").model_dump()
        responses[error.status] = {
            "model": Problem,
            "description": f"{error.title}. {error.meaning}",
            "content": {PROBLEM_JSON: {"example": body}},
        }
    return responses


def handle_errors(app: FastAPI, outage: Outage) -> None:
    """Give every error of the app the one shape; `outage` logs those of the database."""

    @app.exception_handler(ProblemError)
    async def problem(request: Request, error: ProblemError) -> JSONResponse:
        return problem_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def bad_parameter(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            ParameterProblem(parameter=str(e["loc"][-1]), detail=_expected(e))
            for e in error.errors()
        ]
        return problem_response(request, BadParameterError.of(*found))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == MethodError.status:
            path = request.scope["path"]
            Exchange.of(request.scope).announce("Allow", allowed(path))
            if request.method == "OPTIONS":
                return Response(status_code=204)
            return problem_response(request, MethodError.of(request.method, path))
        if error.status_code == NotFoundError.status:
            path = shortened(Exchange.of(request.scope).path)
            told = "metadata" if path.startswith(f"{FHIR}/") else "/v1"
            detail = f"There is nothing at '{path}'. {told} lists what there is."
            return problem_response(request, NotFoundError(detail))
        return problem_response(request, RequestError(str(error.detail)))

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeoutError)
    @app.exception_handler(sqlite3.Error)
    @app.exception_handler(psycopg.Error)
    async def database_away(request: Request, error: Exception) -> JSONResponse:
        outage.failed(error, Exchange.of(request.scope).request_id)
        if isinstance(error, psycopg.errors.QueryCanceled):  # by Postgres's own clock
            detail = "It took too long. Please try again, or ask for less."
            return problem_response(request, TookTooLongError(detail))
        return problem_response(request, UnavailableError(UnavailableError.example))


NO_THREAD = "can't start new thread"
"""What Python says, in a RuntimeError, where there is no memory for one."""


class ServerErrorMiddleware:
    """Answers for what is raised inside with the one shape, so that the connection stays usable.

    Where the memory is short, that is a 503: it is no bug, and the next request may be answered.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; if that raises before anything was sent, answer for it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if (refusal := Exchange.of(scope).refusal) is not None:
                raise refusal
            await self.app(scope, receive, watch)
        except Exception as cause:
            if begun:
                raise
            error: ProblemError
            if isinstance(cause, ProblemError):
                error = cause
            elif isinstance(cause, MemoryError) or NO_THREAD in str(cause):
                logger.error("there is not enough memory: %r", cause, extra=of_request(scope))
                error = OverloadedError("The server is short of memory. Please try again.")
            else:
                logger.exception("a request failed", extra=of_request(scope))
                error = InternalError("An unexpected error occurred. It has been written down.")
            await problem_response(Request(scope), error)(scope, receive, send)


def _expected(error: Any) -> str:
    """What would have been right, and what was sent instead."""
    if error["type"] == "missing":
        return "Is missing."
    shown = shortened(str(error["input"]))
    template = {
        "string_too_short": "at least {min_length} character(s)",
        "string_too_long": "at most {max_length} characters",
        "string_pattern_mismatch": "text that matches {pattern}",
    }.get(error["type"])
    if template is not None:
        return f"Expected {template.format(**error['ctx'])}, found '{shown}'."
    expected = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return f"Expected {expected[0].lower()}{expected[1:]}, found '{shown}'."


def of_request(scope: Scope) -> dict[str, Any]:
    """What a line in the log has of the request that it is about: `extra=` for a logger."""
    return {"request_id": Exchange.of(scope).request_id}


def shortened(text: str) -> str:
    """What a client sent, as far as it is worth repeating."""
    return text if len(text) <= 50 else f"{text[:50]}…"
