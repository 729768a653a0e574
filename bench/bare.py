"""Bare ASGI: a fixed body and no framework. What uvicorn itself can do here.

BENCH_BODY names the file that holds the body.
"""

import os
from pathlib import Path

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()
LENGTH = str(len(BODY)).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", LENGTH)]
START = {"type": "http.response.start", "status": 200, "headers": HEADERS}
END = {"type": "http.response.body", "body": BODY}


async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Send the body."""
    await send(START)  # type: ignore[arg-type] # made once, not for each request
    await send(END)  # type: ignore[arg-type] # likewise
