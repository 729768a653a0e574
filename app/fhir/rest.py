"""The routes of FHIR's RESTful API: `metadata`, and reading and searching each type."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import Path
from pydantic import ConfigDict, Field
from pydantic_core import to_json
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app import RELEASED, __version__
from app.api.read_session import SERVED, DataRoute, ReadSession
from app.fhir.bundles import IGNORED, bundle, one_resource, served_of
from app.fhir.capabilities import MADE_OF, capability_statement
from app.fhir.datatypes import LONGEST_ID, FhirVersion
from app.fhir.search_parameters import PARAMETERS, Format, search_params
from app.http.exchange import Exchange
from app.http.headers import FHIR
from app.http.operation_outcomes import (
    FHIR_JSON,
    OperationOutcome,
    outcome_of,
    outcome_status,
)
from app.http.problems import (
    BadParameterError,
    InternalError,
    LargeBodyError,
    LargeHeadersError,
    LongAddressError,
    MethodError,
    NotFoundError,
    PreconditionError,
    ProblemError,
    ReleaseChangedError,
    RequestError,
    UnavailableError,
    UnknownIdError,
)
from app.http.routing import Router
from app.models.base import Shape

SEARCH = "/_search"
FORM = "application/x-www-form-urlencoded"


class FhirRoute(DataRoute):
    """A route of FHIR's: it reads forms, and ignores what it does not know if it is told to."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a version that is served."""
        version = scope["path_params"]["version"]
        if version not in list(FhirVersion):
            raise NotFoundError("FHIR is served as R5 and R4B: at /fhir/r5 and /fhir/r4b.")
        if scope["method"] != "POST" and scope["path"].endswith(SEARCH):
            raise HTTPException(MethodError.status)  # it is no id
        if scope["method"] == "POST" and scope["path"].endswith(SEARCH):
            scope = {**scope, "query_string": await _query_of_form(scope, receive)}
        if scope["query_string"] and _is_lenient(Headers(scope=scope)):
            scope = self._without_unknown(scope)
        await super().handle(scope, receive, send)

    def _without_unknown(self, scope: Scope) -> Scope:
        """A request less the parameters that are not known, and their names."""
        given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        known = {field.alias for field in self.dependant.query_params}
        ignored = list(dict.fromkeys(name for name, _ in given if name not in known))
        kept = urlencode([each for each in given if each[0] in known]).encode()
        return {**scope, "query_string": kept, IGNORED: ignored}


def _is_lenient(headers: Headers) -> bool:
    preferred = ",".join(headers.getlist("prefer")).replace(" ", "").lower()
    return "handling=lenient" in preferred.replace(";", ",").split(",")


async def _query_of_form(scope: Scope, receive: Receive) -> bytes:
    """The query of a search that is posted: its address's, and then its form's."""
    body: bytes = (await receive())["body"]
    sent = Headers(scope=scope).get("content-type", FORM).partition(";")[0].strip().lower()
    if body and sent != FORM:
        raise RequestError(f"A search is posted as {FORM}.")
    try:
        form = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        raise RequestError("The form cannot be read.") from None
    if any("\0" in part for pair in form for part in pair):
        raise RequestError("The form holds a NUL byte.")
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return urlencode([*query, *form]).encode()


class FhirResource(Shape):
    """A resource as the version of FHIR in the path defines it: see its specification."""

    model_config = ConfigDict(extra="allow")

    resourceType: str = Field(  # noqa: N815 -- FHIR's own name
        description="Which type of resource it is.", examples=["MedicationKnowledge"]
    )


Version = Annotated[
    Literal["r5", "r4b"],
    Path(description="The version of FHIR: R5 (5.0.0) or R4B (4.3.0).", examples=["r5"]),
]
ResourceId = Annotated[
    str,
    Path(
        description="The id of the resource.",
        examples=["baclofen"],
        pattern=f"^[A-Za-z0-9.-]{{1,{LONGEST_ID}}}$",
        max_length=LONGEST_ID,
    ),
]

router = Router("FHIR", FHIR, FhirRoute)

COMMON_ERRORS: tuple[type[ProblemError], ...] = (
    UnknownIdError,
    BadParameterError,
    PreconditionError,
    LongAddressError,
    LargeHeadersError,
    UnavailableError,
    InternalError,
)


def outcomes(*errors: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """`responses=` for the errors that a route of FHIR's can answer, each with an example.

    422 is FastAPI's own for a bad parameter, and left out of the document.
    """
    responses: dict[int | str, dict[str, Any]] = {422: {"description": ""}}
    for error in (*errors, *COMMON_ERRORS):
        responses[outcome_status(error)] = {
            "model": OperationOutcome,
            "description": f"{error.title}. {error.meaning}",
            "content": {FHIR_JSON: {"example": outcome_of(error.for_docs())}},
        }
    return responses


def _answer(session: ReadSession, version: str, body: bytes) -> bytes:
    """An answer in FHIR's media type, with the validator that FHIR has: weak, by the release."""
    session.media_type = FhirVersion(version).media_type
    if session.scope["method"] == "GET":
        session.headers.append((b"etag", f'W/"{session.release}"'.encode()))
    if session.scope.get(IGNORED):  # it is not the answer to this address
        Exchange.of(session.scope).release = None
        session.headers.append((b"vary", b"Prefer"))
    return body


@router.get("/{version}/metadata", response_model=FhirResource, responses=outcomes())
def get_capabilities(session: ReadSession, version: Version, _format: Format = "json") -> bytes:
    """What this server can do, as a CapabilityStatement."""
    session.rows(SERVED)
    served = served_of(session, FhirVersion(version))
    body = _answer(session, version, capability_statement(served))
    session.headers = [each for each in session.headers if each[0] != b"etag"]
    session.headers += [(b"etag", f'W/"{__version__}-{RELEASED}-{served.release}"'.encode())]
    return body


def _reader(type_: str) -> Callable[..., bytes]:
    def read(
        session: ReadSession, version: Version, resource_id: ResourceId, _format: Format = "json"
    ) -> bytes:
        found = one_resource(session, FhirVersion(version), type_, resource_id)
        if found is None:
            raise UnknownIdError(
                f"There is no {type_} '{resource_id}' in this release. No id is ever guessed: "
                "search for it."
            )
        return _answer(session, version, to_json(found))

    read.__name__ = f"get_{_name(type_)}"
    read.__doc__ = f"One {type_}. {MADE_OF[type_]}"
    return read


def _searcher(type_: str, how: str = "") -> Callable[..., bytes]:
    params_type: Any = search_params(type_)

    def search(session: ReadSession, version: Version, params: Any) -> bytes:
        return _answer(session, version, bundle(session, FhirVersion(version), type_, params))

    search.__annotations__["params"] = params_type
    search.__name__ = f"search_{_name(type_)}{how}"
    search.__doc__ = (
        f"Search for {type_}, as a Bundle. {MADE_OF[type_]} A parameter that is not known is an "
        "error, unless the header `Prefer: handling=lenient` is sent."
    )
    return search


def _name(type_: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in type_).strip("_")


for _type in PARAMETERS:
    _searched: Any = {
        "response_model": FhirResource,
        "responses": outcomes(ReleaseChangedError),
    }
    router.get(f"/{{version}}/{_type}", **_searched)(_searcher(_type))
    router.post(
        f"/{{version}}/{_type}{SEARCH}",
        response_model=FhirResource,
        responses=outcomes(ReleaseChangedError, LargeBodyError),
    )(_searcher(_type, "_by_form"))
    router.get(
        f"/{{version}}/{_type}/{{resource_id}}",
        response_model=FhirResource,
        responses=outcomes(),
    )(_reader(_type))
