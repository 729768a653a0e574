"""Representations: validators, caching and compression of what GET answers (RFC 9110, RFC 9111)."""

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import anyio.to_thread
import brotli
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.errors import PreconditionError, problem_response

NO_STORE = "no-store"
SMALLEST = 500
"""Bodies of fewer bytes are sent as they are: they fit a packet, and compression adds to them."""

COMPRESSIBLE = re.compile(r"(text/|application/([a-z0-9.+-]+\+)?(json|xml|javascript)\b)")
HTTP_DATE = re.compile(
    r"[A-Z][a-z]+, [0-9A-Za-z: -]+ GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}"
)
CODING = re.compile(r"\s*([A-Za-z0-9*_.-]+)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
REPRESENTATION_METADATA = ("content-length", "content-type", "content-encoding")

CODINGS = {
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
"""The content codings that are served, the preferred one first."""


class Representations:
    """Gives every 200 its validators, its freshness and its coding, and answers 304 and 412.

    `policies` give the `Cache-Control` for each first step of a path (behind `/v1`), `*` that of
    every other path. What a policy forbids to store is passed on as it is. `changed` is when the
    program itself was last changed, which can change any representation.
    """

    def __init__(self, app: ASGIApp, policies: Mapping[str, str], changed: datetime) -> None:
        self.app = app
        self.policies = policies
        self.changed = changed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a GET on, hold its answer back until it is whole, and send what was asked for."""
        policy = self._policy(scope)
        if scope["type"] != "http" or scope["method"] != "GET" or policy == NO_STORE:
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def hold(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await self._answer(scope, receive, send, start, body, policy)

        await self.app(scope, receive, hold)

    def _policy(self, scope: Scope) -> str:
        steps = scope.get("path", "").removeprefix("/v1").split("/")
        first = steps[1] if len(steps) > 1 else ""
        return self.policies.get(first, self.policies["*"])

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        start: Message,
        body: bytes,
        policy: str,
    ) -> None:
        if start["status"] != 200:
            await send(start)
            await send({"type": "http.response.body", "body": body})
            return
        asked = Headers(scope=scope)
        headers = MutableHeaders(raw=list(start["headers"]))
        tag = hashlib.sha256(body).hexdigest()[:32]
        coding = _coding(asked, headers, body)
        if coding:
            body = await anyio.to_thread.run_sync(CODINGS[coding], body)
            headers["Content-Encoding"] = coding
            tag = f"{tag}-{coding}"
        modified = max(self.changed, scope["state"].get("modified", self.changed))
        headers["ETag"] = etag = f'"{tag}"'
        headers["Last-Modified"] = format_datetime(modified, usegmt=True)
        headers["Cache-Control"] = policy
        headers["Content-Length"] = str(len(body))
        headers.add_vary_header("Accept-Encoding")
        if _fails_precondition(asked, etag, modified):
            error = PreconditionError("What is served here now is not what the condition names.")
            await problem_response(Request(scope), error)(scope, receive, send)
            return
        status = 200
        if _is_known(asked, etag, modified):
            status, body = 304, b""
            for name in REPRESENTATION_METADATA:
                del headers[name]
        await send({**start, "status": status, "headers": headers.raw})
        await send({"type": "http.response.body", "body": body})


def modified_at(request: Request, moment: datetime) -> None:
    """Say when what this request reads was last modified; kept to the second, as HTTP has it."""
    request.scope["state"]["modified"] = moment.astimezone(UTC).replace(microsecond=0)


def _is_known(asked: Headers, etag: str, modified: datetime) -> bool:
    """Whether the client has it already; `If-None-Match` decides where it is given."""
    if "if-none-match" in asked:
        known = _listed(asked, "if-none-match")
        return known == ["*"] or etag in [tag.removeprefix("W/") for tag in known]
    since = _moment(asked.get("if-modified-since"))
    return since is not None and modified <= since


def _fails_precondition(asked: Headers, etag: str, modified: datetime) -> bool:
    """Whether the client wants another representation; `If-Match` compares strongly."""
    if "if-match" in asked:
        wanted = _listed(asked, "if-match")
        return wanted != ["*"] and etag not in wanted
    since = _moment(asked.get("if-unmodified-since"))
    return since is not None and modified > since


def _listed(asked: Headers, name: str) -> list[str]:
    """The items of a header, also of several lines; no `ETag` of ours has a comma."""
    return [item.strip() for item in ",".join(asked.getlist(name)).split(",")]


def _moment(date: str | None) -> datetime | None:
    """An HTTP date in any of its three forms; what is none is to be ignored."""
    if not HTTP_DATE.fullmatch(date or ""):
        return None
    try:
        moment = parsedate_to_datetime(date or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _coding(asked: Headers, headers: Headers, body: bytes) -> str | None:
    """The coding to send a body in: the client's favourite, or else ours; None for none."""
    if len(body) < SMALLEST or not COMPRESSIBLE.match(headers.get("content-type", "")):
        return None
    accepted = dict(_accepted(",".join(asked.getlist("accept-encoding"))))
    rest = accepted.get("*", 0.0)
    quality = {coding: accepted.get(coding, rest) for coding in CODINGS}
    best = max(quality, key=lambda coding: quality[coding])
    wanted = quality[best] > 0 and quality[best] >= accepted.get("identity", 0.0)
    return best if wanted else None


def _accepted(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(","):
        if found := CODING.fullmatch(item):
            yield found[1].lower(), float(found[2] or 1)
