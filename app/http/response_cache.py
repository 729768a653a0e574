"""A cache of whole answers in front of everything else, each fresh while its release is served.

It does what any shared cache does (RFC 9111): it stores an answer by its target and by the request
headers that `Vary` names, and sends it again with the new request's id. Only its freshness is its
own: not an age, but that the release which the answer was made from is still the one served.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Self

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http import request_metrics
from app.http.access_log import AccessLog
from app.http.conditional_requests import (
    METADATA,
    NO_STORE,
    Answer,
    Header,
    answer_of,
    conditioned,
    preferred_coding,
)
from app.http.exchange import KEY, REQUEST_ID, Exchange, request_id
from app.http.headers import HEALTH
from app.http.outage import Outage
from app.http.problems import PreconditionError
from app.http.request_limits import Limits, headers_refusal, target_of
from app.http.request_metrics import CACHE_BYTES, IN_PROGRESS

logger = logging.getLogger("medfacts")

OVERHEAD = 1450
"""Bytes that an entry takes beside its body, its headers and its key; a test measures it."""

SPELLING_OVERHEAD = 350
"""Bytes that each remembered spelling takes beside its text."""

LONGEST_KEY = 4000
"""Bytes of a target and of the headers that an answer varies by; with more it is not stored."""

LONGEST_SPELLING = 500
"""Bytes of what is remembered of how a request was written."""

LONGEST_CHECK = 0.25
"""Seconds for which a request waits to learn which release is served."""

LONGEST_ANSWER = 2.5
"""Seconds after which a database that has not answered is asked again."""

CONDITIONS = {b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since"}

Release = tuple[Any, ...]
"""What identifies a release; its number comes first."""

Key = tuple[bytes, ...]
"""A target in its one spelling, and what an answer depends on in the headers that it varies by."""

Spelling = tuple[bytes | None, ...]
"""Path, query, Host and the headers that answers vary by, as a client sent them."""

MOST_SPELLINGS = 8
"""How many of an entry are remembered."""

Hit = tuple[Message, Message]


@dataclass(slots=True)
class CacheEntry:
    """An answer that is stored, with what is sent of it made beforehand."""

    key: Key
    answer: Answer
    route: str | None
    etag: bytes
    release: str
    id_at: int
    """Where among the headers the request's id stands."""
    body: Message
    known: list[Header]
    """The headers of a 304."""
    known_id_at: int
    count_hit: Callable[[], None]
    count_revalidated: Callable[[], None]
    size: int
    """How many bytes it takes, near enough."""
    spellings: list[Spelling] = field(default_factory=list)
    """How requests that this answers were written."""

    @classmethod
    def of(cls, key: Key, answer: Answer, route: str | None) -> Self:
        """The entry of an answer to a GET."""
        known = [header for header in answer.headers if header[0] not in METADATA]
        headers = sum(len(name) + len(value) for name, value in answer.headers)
        return cls(
            key,
            answer,
            route,
            answer.header(b"etag") or b"",
            (answer.header(b"data-release") or b"").decode("latin-1"),
            _place_of_id(answer.headers),
            {"type": "http.response.body", "body": answer.body},
            known,
            _place_of_id(known),
            request_metrics.requests(route, "GET", 200, "hit").inc,
            request_metrics.requests(route, "GET", 304, "revalidated").inc,
            _length(key) + headers + len(answer.body) + OVERHEAD,
        )

    def with_id(self, id_: bytes) -> list[Header]:
        """The headers of a 200 to the request with this id."""
        headers = self.answer.headers.copy()
        headers[self.id_at] = (REQUEST_ID, id_)
        return headers


NOTHING: Message = {"type": "http.response.body", "body": b""}


class ResponseCache:
    """Answers from what it stores; of those who ask for the same, it lets one through.

    `check` asks the database which release is served. Its answer holds for `holds` seconds from
    when it was asked; while it fails, nothing that is stored is sent. `max_bytes` bounds what is
    stored: what was sent longest ago goes first. Conditions are looked at here, whether or not the
    answer was stored: it is always a whole one that they are evaluated against. HEAD is answered as
    GET, less the body. The app inside is done before anything is sent, and waits for no client.
    Every request is counted, and written to `access_log` if there is one.
    """

    def __init__(
        self,
        app: ASGIApp,
        check: Callable[[], Awaitable[Release | None]],
        *,
        max_bytes: int,
        holds: float,
        access_log: AccessLog | None = None,
        limits: Limits | None = None,
        outage: Outage | None = None,
    ) -> None:
        self.app = app
        self._bytes = 0
        self._access_log = access_log
        self._limits = limits or Limits()
        self._outage = outage or Outage()
        self._check = check
        self._max_bytes = max_bytes
        self._holds = holds
        self._release: Release | None = None
        self._confirmed = self._seen = float("-inf")
        self._check_at = self._fresh_until = float("-inf")
        self._checking: asyncio.Task[None] | None = None
        self._varies: tuple[bytes, ...] = ()
        self._entries: OrderedDict[Key, CacheEntry] = OrderedDict()
        self._by_spelling: dict[Spelling, CacheEntry] = {}
        self._flights: dict[Key, asyncio.Future[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is stored, or pass the request on and store its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self._by_spelling and (hit := self._hit(scope)) is not None:
            start, body = hit
            await send(start)
            await send(body)
        else:
            answer = await self._answered(scope, receive)
            await answer.send(send)

    def _hit(self, scope: Scope) -> Hit | None:
        """What to send for a GET, if that is known at once: this is what most requests cost.

        So it is only counted. An exchange that a layer outside has begun has to hold what this
        does not note.
        """
        now = monotonic()
        if now >= self._check_at:
            if now >= self._fresh_until:
                return None
            self._begin_check()
        sent = scope["headers"]
        asked: dict[bytes, bytes] = dict(sent)
        get = asked.get
        entry = self._by_spelling.get(
            (scope["raw_path"], scope["query_string"], get(b"host"), *map(get, self._varies))
        )
        if entry is None or scope["method"] != "GET" or KEY in scope or len(asked) < len(sent):
            return None
        size = len(b"".join((*asked, *asked.values()))) + 4 * len(asked)
        if size > self._limits.largest_headers:
            return None
        id_ = (REQUEST_ID, request_id(get(REQUEST_ID)))
        if CONDITIONS.isdisjoint(asked):
            status, headers, body = 200, entry.answer.headers.copy(), entry.body
            headers[entry.id_at] = id_
            entry.count_hit()
        elif _is_plainly_known(entry, asked):
            status, headers, body = 304, entry.known.copy(), NOTHING
            headers[entry.known_id_at] = id_
            entry.count_revalidated()
        else:
            return None
        self._entries.move_to_end(entry.key)
        if self._access_log is not None:
            self._access_log.write(
                scope,
                method="GET",
                request_id=id_[1].decode(),
                route=entry.route,
                status=status,
                size=len(body["body"]),
                cache="hit" if status == 200 else "revalidated",
                release=entry.release,
                seconds=monotonic() - now,
            )
        return {"type": "http.response.start", "status": status, "headers": headers}, body

    async def _answered(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to a request that may have to wait for it, counted and logged."""
        exchange = Exchange.of(scope)
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        target = _target(scope, self._limits)
        if target is None:
            answer = await answer_of(self.app, scope, receive)
        else:
            exchange.target = target
            IN_PROGRESS.inc()
            try:
                answer = await self._answer(target, scope, receive)
            finally:
                IN_PROGRESS.dec()
        if exchange.method == "HEAD":
            answer = Answer(answer.status, answer.headers, b"")
        seconds = monotonic() - exchange.began
        request_metrics.count(exchange, answer.status, seconds)
        if self._access_log is not None:
            self._access_log.write(
                scope,
                method=exchange.method,
                request_id=exchange.request_id,
                route=exchange.route,
                status=answer.status,
                size=len(answer.body),
                cache=exchange.cache,
                release=(answer.header(b"data-release") or b"").decode("latin-1"),
                seconds=seconds,
            )
        return answer

    async def _answer(self, target: bytes, scope: Scope, receive: Receive) -> Answer:
        asked = _combined(scope["headers"])
        exchange = Exchange.of(scope)
        entry = await self._found(target, asked) if self._max_bytes else None
        if entry is not None:
            self._remember(self._spelling(scope, asked), entry)
            headers = entry.with_id(exchange.request_id.encode())
            answer = Answer(200, headers, entry.answer.body)
            exchange.cache, exchange.route = "hit", entry.route
        else:
            answer = await self._asked_for(target, asked, scope, receive)
            exchange.cache = "miss"
        if CONDITIONS.isdisjoint(asked):
            return answer
        outcome = conditioned(answer, scope["headers"])
        if entry is not None and outcome is not answer:
            exchange.cache = "revalidated"
        if isinstance(outcome, PreconditionError):
            exchange.refuse(outcome)
            return await answer_of(self.app, scope, receive)
        return outcome

    async def _found(self, target: bytes, asked: dict[bytes, bytes]) -> CacheEntry | None:
        """What is stored for a request, once others who asked for it before have it."""
        if not await self._knows_release():
            return None
        key = self._key(target, asked)
        if flight := self._flights.get(key):
            await flight
            if not await self._knows_release():  # it may have taken long
                return None
            key = self._key(target, asked)
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    async def _asked_for(
        self, target: bytes, asked: dict[bytes, bytes], scope: Scope, receive: Receive
    ) -> Answer:
        """The answer of the app, after which it is stored if it may be."""
        key, flights = self._key(target, asked), self._flights
        begun = monotonic()
        flight = None
        if self._max_bytes and key not in flights:  # or nobody waits for it
            flight = flights[key] = asyncio.get_running_loop().create_future()
        try:
            answer = await answer_of(self.app, scope, receive)
            exchange = Exchange.of(scope)
            if release := exchange.release:
                self._confirm(release, begun)
                if self._max_bytes and release == self._release and may_be_stored(answer):
                    self._store(target, asked, answer, exchange.route)
            return answer
        finally:
            if flight is not None:
                del flights[key]
                flight.set_result(None)

    # What is stored

    def _forget(self) -> None:
        self._entries.clear()
        self._by_spelling.clear()
        self._flights = {}
        self._grow(-self._bytes)

    def _grow(self, bytes_: int) -> None:
        self._bytes += bytes_
        CACHE_BYTES.inc(bytes_)

    def _key(self, target: bytes, asked: dict[bytes, bytes]) -> Key:
        """By what an answer is stored: all that any answer so far depended on."""
        return (target, *[_selected(name, asked) for name in self._varies])

    def _spelling(self, scope: Scope, asked: dict[bytes, bytes]) -> Spelling:
        get = asked.get
        return (scope["raw_path"], scope["query_string"], get(b"host"), *map(get, self._varies))

    def _remember(self, spelling: Spelling, entry: CacheEntry) -> None:
        """Have the next request that is written so answered at once: this one was not refused.

        Without a Host it would be, but for HTTP/1.0.
        """
        length = sum(len(part) for part in spelling if part is not None)
        if spelling[2] is None or length > LONGEST_SPELLING or spelling in self._by_spelling:
            return
        if len(entry.spellings) < MOST_SPELLINGS:
            entry.spellings.append(spelling)
            self._by_spelling[spelling] = entry
            entry.size += length + SPELLING_OVERHEAD
            self._grow(length + SPELLING_OVERHEAD)
            self._evict()

    def _store(
        self, target: bytes, asked: dict[bytes, bytes], answer: Answer, route: str | None
    ) -> None:
        varies = {*self._varies, *answer.listed(b"vary")}
        if len(varies) > len(self._varies):
            self._varies = tuple(sorted(varies))
            self._forget()
        key = self._key(target, asked)
        entry = CacheEntry.of(key, answer, route)
        if entry.size > self._max_bytes or _length(key) > LONGEST_KEY or key in self._entries:
            return
        self._entries[key] = entry
        self._grow(entry.size)
        self._evict()

    def _evict(self) -> None:
        """Let go of what was sent longest ago, until the rest is within the bound."""
        while self._bytes > self._max_bytes:
            _, oldest = self._entries.popitem(last=False)
            self._grow(-oldest.size)
            for spelling in oldest.spellings:
                del self._by_spelling[spelling]

    # How long it is fresh

    async def _knows_release(self) -> bool:
        """Whether the release that is stored is the one served: asked for again where need be."""
        now = monotonic()
        if now >= self._check_at:
            checking = self._begin_check()
            if now >= self._fresh_until:
                await asyncio.wait([checking], timeout=LONGEST_CHECK)
        return self._confirmed >= now - self._holds

    def _begin_check(self) -> asyncio.Task[None]:
        """Ask which release is served, unless that is being asked."""
        if self._checking is None:
            self._checking = asyncio.create_task(self._check_release())
        return self._checking

    async def _check_release(self) -> None:
        began = monotonic()
        try:
            async with asyncio.timeout(LONGEST_ANSWER):
                release = await self._check()
            self._confirm(release, began)
        except Exception:  # a request is not answered from here then, and logs what it meets
            logger.debug("the release that is served is unknown", exc_info=True)
        finally:
            self._checking = None

    def _confirm(self, release: Release | None, began: float) -> None:
        """Take note of the release that was served at some moment between `began` and now.

        Of two that were read at once the one with the higher number is the later. A lower number
        is only believed if it was read after the other had been seen: the database was replaced.
        """
        self._outage.ended()
        if release == self._release:
            self._confirmed = max(self._confirmed, began)
        elif began >= self._seen or (release or (0,))[0] > (self._release or (0,))[0]:
            self._release, self._confirmed = release, began
            self._forget()
        else:
            return
        self._seen = monotonic()
        self._check_at = self._confirmed + self._holds / 2
        self._fresh_until = self._confirmed + self._holds


def may_be_stored(answer: Answer) -> bool:
    """Whether an answer may be sent again: errors may not, nor what forbids it itself."""
    forbids_it = NO_STORE.encode() in answer.listed(b"cache-control")
    return answer.status == 200 and not forbids_it and b"*" not in answer.listed(b"vary")


def _target(scope: Scope, limits: Limits) -> bytes | None:
    """What a request asks for; None if it is none that can be answered from here."""
    if scope["method"] != "GET" or scope["path"].startswith(HEALTH):
        return None
    if headers_refusal(scope["headers"], scope["http_version"], limits):
        return None
    return target_of(scope["raw_path"], scope["query_string"], limits)


def _length(key: Key) -> int:
    return sum(map(len, key))


def _place_of_id(headers: list[Header]) -> int:
    return [name for name, _ in headers].index(REQUEST_ID)


def _is_plainly_known(entry: CacheEntry, asked: dict[bytes, bytes]) -> bool:
    """Whether the one condition is that the client has just this: most conditions are that."""
    return (
        asked.get(b"if-none-match") == entry.etag
        and b"if-match" not in asked
        and b"if-unmodified-since" not in asked
    )


def _combined(headers: list[Header]) -> dict[bytes, bytes]:
    """Headers by name, those of several lines as the one line that they mean."""
    combined = dict(headers)
    if len(combined) < len(headers):
        combined = {}
        for name, value in headers:
            combined[name] = combined[name] + b", " + value if name in combined else value
    return combined


def _selected(name: bytes, asked: dict[bytes, bytes]) -> bytes:
    """What an answer that varies by a header depends on in it."""
    value = asked.get(name, b"")
    return preferred_coding(value) if name == b"accept-encoding" else value
