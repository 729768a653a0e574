"""Bare ASGI: fixed bytes, and no framework. What uvicorn itself can do here.

BENCH_ANSWERS names a JSON file: an answer (status, headers, body) by path. A path that it does
not have gets the first of them.
"""

import json
import os
from pathlib import Path

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope


def _answers() -> dict[str, tuple[dict[str, object], dict[str, object]]]:
    written = json.loads(Path(os.environ["BENCH_ANSWERS"]).read_text())
    return {
        path: (
            {
                "type": "http.response.start",
                "status": answer["status"],
                "headers": [(name.encode(), value.encode()) for name, value in answer["headers"]],
            },
            {"type": "http.response.body", "body": answer["body"].encode()},
        )
        for path, answer in written.items()
    }


ANSWERS = _answers()
FIRST = next(iter(ANSWERS.values()))


async def app(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Send the answer."""
    start, body = ANSWERS.get(scope["path"], FIRST)
    await send(start)  # type: ignore[arg-type] # made once, not for each request
    await send(body)  # type: ignore[arg-type] # likewise
