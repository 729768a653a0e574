"""Which web pages may read the API (CORS, as the Fetch standard has it).

Not Starlette's middleware: that one stays silent where a request names no origin, so a shared cache
would hand a page an answer which the page may not read; and it refuses a preflight as plain text.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.headers import ALLOW

EXPOSED = (
    "Allow, Content-Location, Data-Release, Deprecation, ETag, Link, Retry-After, Sunset, "
    "X-Request-Id"
)


class ReadableByPages:
    """Lets pages of the given origins read every answer, errors too, and write nothing."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say who may read its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        readable = self._readable_by(Headers(scope=scope).get("origin"))

        async def say_who(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(readable)
                if "*" not in self.origins:
                    headers.add_vary_header("Origin")
            await send(message)

        await self.app(scope, receive, say_who)

    def _readable_by(self, origin: str | None) -> dict[str, str]:
        if "*" in self.origins:
            allowed = "*"
        elif origin in self.origins:
            allowed = str(origin)
        else:
            return {}
        return {
            "Access-Control-Allow-Origin": allowed,
            "Access-Control-Expose-Headers": EXPOSED,
        }


PREFLIGHT = {
    "Allow": ALLOW,
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class AnswerPreflights:
    """Tells a browser that asks beforehand that reading is allowed, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; pass everything else on."""
        is_options = scope["type"] == "http" and scope["method"] == "OPTIONS"
        if is_options and "access-control-request-method" in Headers(scope=scope):
            await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
