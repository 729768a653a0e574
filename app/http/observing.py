"""What is seen of every request: it is counted, and where that is wanted, a line is written."""

import logging
from typing import NamedTuple

from opentelemetry import trace
from starlette.types import Scope

from app.http.conditional_requests import Answer
from app.http.exchange import REQUEST_ID, Exchange
from app.http.problems import OverloadedError, TookTooLongError, TooManyError
from app.http.tally import Tally

Client = tuple[str, int] | None
"""Address and port at the other end of a connection."""

LONGEST_TEXT = 400
"""Characters of what a client sent that a line repeats."""


REFUSALS: dict[type, str] = {
    OverloadedError: "overloaded",
    TooManyError: "too_many_connections",
    TookTooLongError: "took_too_long",
}
"""How the counts call what is refused to protect the others."""


class Seen(NamedTuple):
    """A request and what was answered, as it is logged."""

    method: str
    path: bytes
    query: bytes
    headers: dict[bytes, bytes]
    id: bytes
    client: Client
    status: int
    bytes: int
    place: int
    cache: str
    release: str
    seconds: float


class Observer:
    """Counts every answer in `tally`, and writes a line for it to `log`, if that is given.

    With `traces` the request's span is told what only the cache and the layers know.
    """

    def __init__(
        self,
        tally: Tally | None = None,
        log: logging.Logger | None = None,
        *,
        traces: bool = False,
    ) -> None:
        self.tally = tally or Tally()
        self.log = log
        self._traces = traces

    def answered(self, scope: Scope, answer: Answer, seconds: float) -> None:
        """Take note of an answer that is about to be sent."""
        exchange = Exchange.of(scope)
        method, outcome, place = exchange.method, exchange.cache, self.tally.place(exchange.route)
        self.tally.count(place, method, answer.status, outcome, seconds)
        if (reason := REFUSALS.get(type(exchange.refusal))) is not None:
            self.tally.refused(reason)
        if self._traces:
            span, route = trace.get_current_span(), self.tally.route_at(place)
            span.set_attribute("medfacts.request_id", (answer.header(REQUEST_ID) or b"").decode())
            span.set_attribute("medfacts.cache", outcome)
            span.set_attribute("http.route", route)
            span.update_name(f"{method} {route}")
        if self.log is not None:
            seen = Seen(
                method,
                scope["raw_path"],
                scope["query_string"],
                dict(scope["headers"]),
                answer.header(REQUEST_ID) or b"",
                scope.get("client"),
                answer.status,
                0 if method == "HEAD" else len(answer.body),
                place,
                outcome,
                (answer.header(b"data-release") or b"").decode("latin-1"),
                seconds,
            )
            self.write(seen)

    def write(self, seen: Seen) -> None:
        """Write the line of a request."""
        if self.log is None:
            return
        target = _text(seen.path + b"?" + seen.query if seen.query else seen.path)
        fields = {
            "request_id": seen.id.decode("latin-1"),
            "method": seen.method,
            "path": target,
            "route": self.tally.route_at(seen.place),
            "status": seen.status,
            "ms": round(seen.seconds * 1000, 3),
            "bytes": seen.bytes,
            "cache": seen.cache,
            "release": seen.release or None,
            "client": seen.client[0] if seen.client else None,
            "forwarded_for": _text(seen.headers.get(b"x-forwarded-for", b"")) or None,
            "user_agent": _text(seen.headers.get(b"user-agent", b"")) or None,
        }
        self.log.info("%s %s %d", seen.method, target, seen.status, extra={"fields": fields})


def _text(sent: bytes) -> str:
    """What a client sent, as far as it is worth repeating."""
    return sent[:LONGEST_TEXT].decode("latin-1")
