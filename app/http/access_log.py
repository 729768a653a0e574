"""The access log: a line for each request, where that is asked for."""

import logging

from starlette.types import Scope

LONGEST_TEXT = 400
"""Characters of what a client sent that a line repeats."""


class AccessLog:
    """Writes a line for each request to a logger."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def write(
        self,
        scope: Scope,
        *,
        method: str,
        request_id: str,
        route: str | None,
        status: int,
        size: int,
        cache: str,
        release: str,
        seconds: float,
    ) -> None:
        """Write the line of a request that is answered with so many bytes."""
        path, query = scope["raw_path"], scope["query_string"]
        target = _text(path + b"?" + query if query else path)
        headers = dict(scope["headers"])
        client = scope.get("client")
        fields = {
            "request_id": request_id,
            "method": method,
            "path": target,
            "route": route or "other",
            "status": status,
            "ms": round(seconds * 1000, 3),
            "bytes": size,
            "cache": cache,
            "release": release or None,
            "client": client[0] if client else None,
            "forwarded_for": _text(headers.get(b"x-forwarded-for", b"")) or None,
            "user_agent": _text(headers.get(b"user-agent", b"")) or None,
        }
        self._logger.info("%s %s %d", method, target, status, extra={"fields": fields})


def _text(sent: bytes) -> str:
    """What a client sent, as far as it is worth repeating."""
    return sent[:LONGEST_TEXT].decode("latin-1")
