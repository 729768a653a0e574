"""What every response carries, and how HEAD and the paths without `/v1` are answered."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.exchange import REQUEST_ID, Exchange

VERSION = "/v1"
ALLOW = "GET, HEAD, OPTIONS"
HEALTH = ("/health/", "/metrics")
"""Where health is: it is always answered, and never kept."""


COMMON = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
UNLESS_GIVEN = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


Write = Callable[[int, bytes, bytes], bool]
WRITE = "medfacts.write"
"""An ASGI extension: `scope["extensions"][WRITE](status, head, body)` sends a whole answer at once.

`head` are the header lines as they go over the wire. It spares an answer that was sent before to be
checked and put together again, and returns False where the client does not keep up with reading.
"""


class CommonHeaders:
    """A request id in and out, and the headers that keep a browser from mistaking the answer.

    Nothing may be kept by a cache unless a layer inside says so.
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


class HeadAsGet:
    """Answers HEAD as GET would be answered, less the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass HEAD on as GET, and drop what would follow the headers."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def drop_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        Exchange.of(scope)  # which is of a HEAD
        as_get = {**scope, "method": "GET", "extensions": {}}
        await self.app(as_get, receive, drop_body)


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
        path = VERSION + asked if asked != "/" else VERSION
        raw = VERSION.encode() + scope["raw_path"] if asked != "/" else VERSION.encode()
        location = raw
        if scope["query_string"]:
            location += b"?" + scope["query_string"]

        async def say_where(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                message["headers"] = [*message["headers"], (b"content-location", location)]
            await send(message)

        versioned = {**scope, "path": path, "raw_path": raw}
        await self.app(versioned, receive, say_where)
