"""Representations: validators, caching and compression of what GET answers (RFC 9110, RFC 9111)."""

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

import anyio.to_thread
import brotli
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.exchange import Exchange
from app.http.problems import PreconditionError

NO_STORE = "no-store"
SHORT_HEADER = 200
"""Bytes of a header up to which what was found out about it is remembered."""

SMALLEST = 500
"""Bodies of fewer bytes are sent as they are: they fit a packet, and compression adds to them."""

COMPRESSIBLE = re.compile(rb"(text/|application/([a-z0-9.+-]+\+)?(json|xml|javascript)\b)")
HTTP_DATE = re.compile(
    r"[A-Z][a-z]+, [0-9A-Za-z: -]+ GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}"
)
CODING = re.compile(r"\s*([A-Za-z0-9*_.-]+)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
Header = tuple[bytes, bytes]

METADATA = (b"content-type", b"content-encoding", b"content-length")
"""Headers that describe a body. They come first, and a 304 has none of them."""

CODINGS = {
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
"""The content codings that are served, the preferred one first."""


class Answer(NamedTuple):
    """A whole answer; the names of its headers are in lower case."""

    status: int
    headers: list[Header]
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """The first header of a name."""
        return next((value for each, value in self.headers if each == name), None)

    def listed(self, name: bytes) -> list[bytes]:
        """The items of a header, in lower case."""
        items = b",".join(value for each, value in self.headers if each == name).split(b",")
        return [item.strip().lower() for item in items if item.strip()]

    async def send(self, send: Send) -> None:
        """Send it, which waits for slow readers."""
        start = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        await send(start)
        await send({"type": "http.response.body", "body": self.body})


async def answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """An app's answer, whole, while nothing is sent: so the app waits for no client."""
    start: Message = {}
    body = b""

    async def hold(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
        else:
            body += message.get("body", b"")

    await app(scope, receive, hold)
    return Answer(start["status"], list(start["headers"]), body)


def conditioned(answer: Answer, headers: list[Header]) -> Answer | PreconditionError:
    """The answer under the conditions that a request makes: 304, where the client has it already.

    Or the error, where the client wants another than this.
    """
    etag = answer.header(b"etag")
    if answer.status != 200 or etag is None:
        return answer
    asked, tag = Headers(raw=headers), etag.decode()
    modified = _moment((answer.header(b"last-modified") or b"").decode())
    if _fails_precondition(asked, tag, modified):
        return PreconditionError("What is served here now is not what the condition names.")
    if _is_known(asked, tag, modified):
        return Answer(304, [h for h in answer.headers if h[0] not in METADATA], b"")
    return answer


class Representations:
    """Gives every 200 to a GET its validators, its freshness and its coding.

    `policies` give the `Cache-Control` for each first step of a path (behind `/v1`), `*` that of
    every other path. What a policy forbids to store is passed on as it is. A new version of the
    program can change any representation: none was modified before `released`.
    """

    def __init__(self, app: ASGIApp, policies: Mapping[str, str], released: date) -> None:
        self.app = app
        self.policies = policies
        self.released = datetime.combine(released, time(), UTC)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and complete its answer."""
        policy = self._policy(scope)
        if scope["type"] != "http" or scope["method"] != "GET" or policy == NO_STORE:
            await self.app(scope, receive, send)
            return
        answer = await answer_of(self.app, scope, receive)
        if answer.status == 200:
            answer = await self._completed(answer, scope, policy)
        await answer.send(send)

    def _policy(self, scope: Scope) -> str:
        steps = scope.get("path", "").removeprefix("/v1").split("/", 2)
        first = steps[1] if len(steps) > 1 else ""
        return self.policies.get(first, self.policies["*"])

    async def _completed(self, answer: Answer, scope: Scope, policy: str) -> Answer:
        body = answer.body
        tag = hashlib.sha256(body).hexdigest()[:32]
        coding = ""
        content_type = answer.header(b"content-type") or b""
        if len(body) >= SMALLEST and COMPRESSIBLE.match(content_type):
            asked = [value for name, value in scope["headers"] if name == b"accept-encoding"]
            coding = preferred_coding(b",".join(asked)).decode()
        described = [(b"content-type", content_type)]
        if coding:
            body = await anyio.to_thread.run_sync(CODINGS[coding], body)
            described.append((b"content-encoding", coding.encode()))
            tag = f"{tag}-{coding}"
        described.append((b"content-length", b"%d" % len(body)))
        modified = max(self.released, Exchange.of(scope).modified or self.released)
        headers = [
            *described,
            *(header for header in answer.headers if header[0] not in (*METADATA, b"etag")),
            (b"etag", answer.header(b"etag") or f'"{tag}"'.encode()),
            (b"last-modified", _http_date(modified)),
            (b"cache-control", policy.encode()),
            (b"vary", b"Accept-Encoding"),
        ]
        return Answer(answer.status, headers, body)


@lru_cache(maxsize=64)
def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()


def _is_known(asked: Headers, etag: str, modified: datetime | None) -> bool:
    """Whether the client has it already; `If-None-Match` decides where it is given."""
    if "if-none-match" in asked:
        known = _listed(asked, "if-none-match")
        weak = [tag.removeprefix("W/") for tag in known]
        return known == ["*"] or etag.removeprefix("W/") in weak
    since = _moment(asked.get("if-modified-since"))
    return since is not None and modified is not None and modified <= since


def _fails_precondition(asked: Headers, etag: str, modified: datetime | None) -> bool:
    """Whether the client wants another representation; `If-Match` compares strongly."""
    if "if-match" in asked:
        wanted = _listed(asked, "if-match")
        return wanted != ["*"] and etag not in wanted
    since = _moment(asked.get("if-unmodified-since"))
    return since is not None and modified is not None and modified > since


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


def preferred_coding(accept_encoding: bytes) -> bytes:
    """The coding that a client wants a body in, of those that are served; nothing for none."""
    if len(accept_encoding) > SHORT_HEADER:
        return _preferred_coding(accept_encoding)
    return _remembered_coding(accept_encoding)


def _preferred_coding(accept_encoding: bytes) -> bytes:
    accepted = dict(_accepted(accept_encoding.decode("latin-1")))
    rest = accepted.get("*", 0.0)
    quality = {coding: accepted.get(coding, rest) for coding in CODINGS}
    best = max(quality, key=lambda coding: quality[coding])
    wanted = quality[best] > 0 and quality[best] >= accepted.get("identity", 0.0)
    return best.encode() if wanted else b""


_remembered_coding = lru_cache(maxsize=1024)(_preferred_coding)


def _accepted(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(","):
        if found := CODING.fullmatch(item):
            yield found[1].lower(), float(found[2] or 1)
