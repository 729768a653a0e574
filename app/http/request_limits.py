"""Requests that are refused as they are, before any route is looked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.cors import preflight
from app.http.exchange import Exchange
from app.http.headers import ALLOW
from app.http.problems import (
    LargeHeadersError,
    LongAddressError,
    NotFoundError,
    ProblemError,
    RequestError,
)


@dataclass(frozen=True)
class Limits:
    """How large a request may be."""

    longest_address: int = 8000
    """Bytes of path and query, as many as RFC 9110 wants everybody to support."""
    largest_headers: int = 32_000
    """Bytes of all header names and values together."""


SHORT_ADDRESS = 500
"""Bytes of path and query up to which what was found out about them is remembered."""

BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
ENCODED_SLASH = re.compile(rb"%2[Ff]")
HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=:%\[\]-]*")


class RequestLimits:
    """Refuses what is no request, or none that both engines would answer alike.

    Answers what asks about no path: `OPTIONS *`, and a browser's preflight. What is passed on has
    its parameters in order, so that their order changes no answer.
    """

    def __init__(self, app: ASGIApp, limits: Limits | None = None) -> None:
        self.app = app
        self._limits = limits or Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it can be read, else answer what is wrong with it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        target = Exchange.of(scope).target  # what the response cache found out already
        if target is None:
            target = target_of(scope["raw_path"], scope["query_string"], self._limits)
            if refusal := headers_refusal(scope["headers"], scope["http_version"], self._limits):
                raise refusal
        if target is not None:
            query = target.partition(b"?")[2]
            app = preflight(scope) or self.app
            await app({**scope, "query_string": query}, receive, send)
        elif refusal := _target_refusal(scope, self._limits):
            raise refusal
        else:  # OPTIONS * asks about the whole server
            await Response(status_code=204, headers={"Allow": ALLOW})(scope, receive, send)


def target_of(path: bytes, query: bytes, limits: Limits) -> bytes | None:
    """A path and query, its parameters in order; None for what is refused as malformed."""
    length = len(path) + len(query)
    if length > SHORT_ADDRESS:
        return _target(path, query) if length <= limits.longest_address else None
    return remembered_target(path, query)


def headers_refusal(
    headers: Iterable[tuple[bytes, bytes]], http_version: str, limits: Limits
) -> ProblemError | None:
    """What is wrong with a request's headers, if anything is."""
    size, host, hosts = 0, b"", 0
    for name, value in headers:
        size += len(name) + len(value) + len(": \r\n")
        if name == b"host":
            host, hosts = value, hosts + 1
    if size > limits.largest_headers:
        most = limits.largest_headers
        return LargeHeadersError(f"The headers have {size} bytes; {most} are taken.")
    if hosts > 1 or (hosts == 0 and http_version == "1.1"):
        return RequestError(f"A request has one Host header; this one has {hosts}.")
    if not is_host(host.strip(b" \t")):
        return RequestError("The Host header names no host.")
    return None


def _target_refusal(scope: Scope, limits: Limits) -> ProblemError | None:
    """What is wrong with a request's path and query; nothing for `OPTIONS *`."""
    path, query = scope["raw_path"], scope["query_string"]
    length = len(path) + len(query)
    if length > limits.longest_address:
        most = limits.longest_address
        return LongAddressError(f"The path and query have {length} bytes; {most} are taken.")
    if refusal := _path_refusal(path) or _query_refusal(query):
        return refusal
    if (scope["method"], path) != ("OPTIONS", b"*"):
        return RequestError("The path does not begin with '/'.")
    return None


def _target(path: bytes, query: bytes) -> bytes | None:
    if not path.startswith(b"/"):
        return None
    if _path_refusal(path) or _query_refusal(query):
        return None
    return path + b"?" + _in_order(query)


remembered_target = lru_cache(maxsize=2048)(_target)


@lru_cache(maxsize=256)
def is_host(host: bytes) -> bool:
    """Whether a Host header may name a host."""
    return HOST.fullmatch(host) is not None


def _path_refusal(path: bytes) -> ProblemError | None:
    if fault := _fault(path):
        return RequestError(f"The path {fault}.")
    if ENCODED_SLASH.search(path):
        return NotFoundError("There is nothing here: '%2F' separates no steps, and no id has one.")
    return None


def _query_refusal(query: bytes) -> ProblemError | None:
    fault = _fault(query)
    return RequestError(f"The query {fault}.") if fault else None


def _in_order(query: bytes) -> bytes:
    """A query with its parameters in the order of their names, and one way of writing them."""
    if not query:
        return query
    parameters = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode(sorted(parameters, key=lambda parameter: parameter[0])).encode()


def _fault(encoded: bytes) -> str | None:
    """What is wrong with a percent-encoded text, if anything is."""
    if BAD_PERCENT.search(encoded):
        return "has a '%' that two hexadecimal digits do not follow"
    plain = unquote_to_bytes(encoded)
    if b"\0" in plain:
        return "holds a NUL byte"
    try:
        plain.decode()
    except UnicodeDecodeError:
        return "is not UTF-8"
    return None
