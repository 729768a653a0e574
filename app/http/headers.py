"""What every response carries, and how the paths without `/v1` are answered."""

import re
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.exchange import REQUEST_ID, Exchange

VERSION = "/v1"
ALLOW = "GET, HEAD, OPTIONS"
POSTED = frozenset({"/interactions", "/resolve"})
"""Paths, without their version, that take a question as a body: a POST there reads, too."""
HEALTH = ("/health/", "/metrics")
"""Where health is: it is always answered, and never cached."""

COMMON = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
UNLESS_GIVEN = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


CDS = "/cds-services/"
"""Where EHRs post their calls of CDS Hooks."""


FHIR = "/fhir"
"""Where FHIR's versions are."""
FHIR_SEARCH = re.compile(f"{FHIR}/[^/]+/[^/]+/_search")


def takes_body(path: str) -> bool:
    """Whether a POST is answered at a path."""
    return path.removeprefix(VERSION) in POSTED or is_posted(path)


def is_posted(path: str) -> bool:
    """Whether nothing but a POST is answered at a path."""
    return path.startswith(CDS) or FHIR_SEARCH.fullmatch(path) is not None


def allowed(path: str) -> str:
    """The methods that a path answers."""
    if is_posted(path):
        return "OPTIONS, POST"
    return f"{ALLOW}, POST" if takes_body(path) else ALLOW


BROWSE = b"/browse"
"""Where a person is sent who asks for the root."""


NO_BODY = (b"content-length", b"0")


def prefers_html(accept: str | None) -> bool:
    """Whether a client names HTML as what it wants, and JSON as no better: as browsers do."""
    wanted: dict[str, float] = {}
    for item in (accept or "").lower().split(","):
        type_, *parameters = (part.strip() for part in item.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        with suppress(ValueError):
            wanted[type_] = float(quality)
    return wanted.get("text/html", 0) > wanted.get("application/json", 0)


class CommonHeaders:
    """A request id in and out, and the headers that keep a browser from mistaking the answer.

    Nothing may be stored by a cache unless a layer inside says so.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with an id, and add the headers to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange.of(scope)

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (REQUEST_ID, exchange.request_id.encode()), *COMMON]
                names = {name for name, _ in headers}
                headers += [header for header in UNLESS_GIVEN if header[0] not in names]
                headers += exchange.headers.items()
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, add)


class CurrentVersion:
    """Answers `/drugs/baclofen` as `/v1/drugs/baclofen`, and says so in `Content-Location`.

    `resources` are the first steps of the paths that it does this for.
    """

    def __init__(self, app: ASGIApp, resources: frozenset[str]) -> None:
        self.app = app
        self.resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a path that names a resource without a version on as that of `/v1`."""
        if scope["type"] != "http" or scope["path"].split("/")[1] not in self.resources:
            await self.app(scope, receive, send)
            return
        asked = scope["path"]
        is_get = scope["method"] == "GET"
        if asked == "/" and is_get and prefers_html(Headers(scope=scope).get("accept")):
            status, more = 307, [(b"location", BROWSE), (b"vary", b"Accept"), NO_BODY]
            await send({"type": "http.response.start", "status": status, "headers": more})
            await send({"type": "http.response.body", "body": b""})
            return
        path = VERSION + asked if asked != "/" else VERSION
        raw = VERSION.encode() + scope["raw_path"] if asked != "/" else VERSION.encode()
        location = raw
        if scope["query_string"]:
            location += b"?" + scope["query_string"]

        async def say_where(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                known = any(name == b"content-location" for name, _ in message["headers"])
                if not known:  # of a drug that a form's id led to
                    message["headers"] = [*message["headers"], (b"content-location", location)]
                if asked == "/":
                    message["headers"] = [*message["headers"], (b"vary", b"Accept")]
                    # Not cached here: each key of every other answer would have that header in it.
                    Exchange.of(scope).release = None
            await send(message)

        await self.app({**scope, "path": path, "raw_path": raw}, receive, say_where)
