"""Which web pages may read the API (CORS, as the Fetch standard has it).

Not Starlette's middleware: that one stays silent where a request names no origin, so a shared cache
would hand a page an answer which the page may not read; and it refuses a preflight as plain text.
"""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.headers import allowed

EXPOSED = (
    b"access-control-expose-headers",
    b"Allow, Content-Location, Data-Release, Deprecation, ETag, Link, Retry-After, Sunset, "
    b"X-Request-Id",
)
BY_ALL = [(b"access-control-allow-origin", b"*"), EXPOSED]
PREFLIGHT = {
    "Access-Control-Allow-Headers": "*, Authorization",  # which the star does not stand for
    "Access-Control-Max-Age": "86400",
}


class CORSMiddleware:
    """Lets pages of the given origins read every answer, errors too, and write nothing.

    A browser that asks beforehand is answered by `preflight`, further inside: a preflight that is
    malformed is refused as any request is.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.origins = frozenset(origin.encode() for origin in origins)
        self._by_all = BY_ALL if b"*" in self.origins else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say who may read its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        readable = self._by_all or self._readable_by(scope)

        async def say_who(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *readable]}
            await send(message)

        await self.app(scope, receive, say_who)

    def _readable_by(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The headers that say so, where not all may read: they depend on the origin."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
        varies = (b"vary", b"Origin")
        if origin is None or origin not in self.origins:
            return [varies]
        return [(b"access-control-allow-origin", origin), EXPOSED, varies]


def preflight(scope: Scope) -> Response | None:
    """The answer to a browser that asks whether it may read; None to every other request."""
    if scope["method"] != "OPTIONS":
        return None
    if all(name != b"access-control-request-method" for name, _ in scope["headers"]):
        return None
    methods = allowed(scope["path"])
    granted = {"Allow": methods, "Access-Control-Allow-Methods": methods}
    return Response(status_code=204, headers=granted | PREFLIGHT)
