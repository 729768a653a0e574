"""Requests that are refused as they are, before any route is looked for."""

import re
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.errors import (
    LargeHeadersError,
    LongAddressError,
    NotFoundError,
    ProblemError,
    RequestError,
    problem_response,
)
from app.http.headers import ALLOW

LONGEST_ADDRESS = 8000
"""Bytes of path and query, as many as RFC 9110 wants everybody to support."""

LARGEST_HEADERS = 32_000
"""Bytes of all header names and values together."""

BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
ENCODED_SLASH = re.compile(rb"%2[Ff]")
HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=:%\[\]-]*")


class RefuseMalformed:
    """Refuses what is no request, or none that both engines would answer alike.

    `scope["state"]["refusal"]` holds an error that the server has found before; then that is it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it can be read, else answer what is wrong with it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif refusal := scope["state"].get("refusal") or _refusal(scope):
            await problem_response(Request(scope), refusal)(scope, receive, send)
        elif scope["path"] == "*":  # OPTIONS * asks about the whole server
            await Response(status_code=204, headers={"Allow": ALLOW})(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _refusal(scope: Scope) -> ProblemError | None:
    path, query = scope["raw_path"], scope["query_string"]
    length = len(path) + len(query)
    if length > LONGEST_ADDRESS:
        return LongAddressError(
            f"The path and query have {length} bytes; {LONGEST_ADDRESS} are taken."
        )
    size = sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])
    if size > LARGEST_HEADERS:
        return LargeHeadersError(f"The headers have {size} bytes; {LARGEST_HEADERS} are taken.")
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) > 1 or (not hosts and scope["http_version"] == "1.1"):
        return RequestError(f"A request has one Host header; this one has {len(hosts)}.")
    if not all(HOST.fullmatch(host) for host in hosts):
        return RequestError("The Host header names no host.")
    for name, part in (("path", path), ("query", query)):
        if fault := _fault(part):
            return RequestError(f"The {name} {fault}.")
    if ENCODED_SLASH.search(path):
        return NotFoundError("There is nothing here: '%2F' separates no steps, and no id has one.")
    if not scope["path"].startswith("/") and (scope["method"], path) != ("OPTIONS", b"*"):
        return RequestError("The path does not begin with '/'.")
    return None


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
