"""Bodies, where a path takes any: read whole before the request has a place among others."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.headers import takes_body
from app.http.problems import LargeBodyError

LARGEST_BODY = 1_000_000
"""Bytes of a body that are taken."""


class RequestBody:
    """Reads the body of a POST that is answered, so that a slow client keeps no place.

    Raises `LargeBodyError` for one that is too large, and leaves those of other requests unread.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole body in one message."""
        is_posted = scope["type"] == "http" and scope["method"] == "POST"
        if not is_posted or not takes_body(scope["path"]):
            await self.app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > LARGEST_BODY:
                raise LargeBodyError(LargeBodyError.example)
            if not message.get("more_body"):
                break

        async def whole() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, whole, send)
