"""A cache of whole answers in front of everything else, each fresh while its release is served.

It does what any shared cache does (RFC 9111): it keeps an answer by its target and by the request
headers that `Vary` names, and sends it again with the new request's id. Only its freshness is its
own: not an age, but that the release which the answer was made from is still the one served.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self

from starlette.types import ASGIApp, Receive, Scope, Send

from app.database.outage import Outage
from app.floor import Floor
from app.http.conditional_requests import (
    METADATA,
    NO_STORE,
    Answer,
    Header,
    answer_of,
    conditioned,
    lines,
    preferred_coding,
)
from app.http.exchange import REQUEST_ID, Exchange, request_id
from app.http.headers import HEALTH, Write
from app.http.observing import Client, Observer, Seen
from app.http.problems import PreconditionError
from app.http.request_limits import Limits, headers_refusal, target_of

OVERHEAD = 600
"""Bytes that an answer takes beside its body, its head and its key; a test measures it."""

LONGEST_KEY = 4000
"""Bytes of a target and of the headers that an answer varies by; with more it is not kept."""

LONGEST_CHECK = 0.25
"""Seconds for which a request waits to be told which release is served."""

CONDITIONS = {b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since"}


Release = tuple[Any, ...]
"""What tells a release from every other; its number comes first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is kept: its head as it goes over the wire, in three parts, and its body.

    `described` are the lines that describe the body; the request's id comes between `before` and
    `after`. `counted_at` is the place of its route in the tally.
    """

    described: bytes
    before: bytes
    after: bytes
    etag: bytes
    body: bytes
    counted_at: int
    route: str | None

    @classmethod
    def of(cls, answer: Answer, counted_at: int, route: str | None) -> Self:
        """What is kept of an answer."""
        described = [header for header in answer.headers if header[0] in METADATA]
        others = answer.headers[len(described) :]
        place = [name for name, _ in others].index(REQUEST_ID)
        return cls(
            lines(described),
            lines(others[:place]),
            lines(others[place + 1 :]),
            answer.header(b"etag") or b"",
            answer.body,
            counted_at,
            route,
        )

    def head(self, status: int, id_: bytes) -> bytes:
        """The header lines of a 200 or a 304 to the request with this id."""
        described = self.described if status == 200 else b""
        return b"%b%bx-request-id: %b\r\n%b" % (described, self.before, id_, self.after)

    def answer(self, id_: bytes) -> Answer:
        """The answer to the request with this id."""
        head = self.head(200, id_).split(b"\r\n")[:-1]
        headers = [tuple(line.split(b": ", 1)) for line in head]
        return Answer(200, headers, self.body)  # type: ignore[arg-type] # each has two parts


class Cache:
    """Answers from what it keeps; of those who ask for the same, it lets one through.

    `check` asks the database which release is served. Its answer holds for `holds` seconds from
    when it was asked; while it fails, nothing that is kept is sent. `most_bytes` bounds what is
    kept: what was sent longest ago goes first. Conditions are looked at here, whether or not the
    answer was kept: it is always a whole one that they are held to. So the app inside is done
    before anything is sent, and waits for no client. `observer` is told of every answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        check: Callable[[], Awaitable[Release | None]],
        *,
        most_bytes: int,
        holds: float,
        observer: Observer | None = None,
        limits: Limits | None = None,
        floor: Floor | None = None,
        outage: Outage | None = None,
    ) -> None:
        self.app = app
        self.in_progress = self.bytes = 0
        self._observer = observer or Observer()
        self._limits = limits or Limits()
        self._floor = floor
        self._outage = outage or Outage()
        self._check = check
        self._most_bytes = most_bytes
        self._holds = holds
        self._release: Release | None = None
        self._confirmed = self._told = float("-inf")
        self._renewal: asyncio.Task[None] | None = None
        self._varies: tuple[bytes, ...] = ()
        self._forget()

    def hit(
        self,
        path: bytes,
        query: bytes,
        headers: list[Header],
        write: Write,
        client: Client = None,
    ) -> bool:
        """Send what is kept for a GET, if that can be told at once; False if nothing was sent.

        For a server that asks before it makes anything of a request of HTTP/1.1.
        """
        begun = monotonic()
        limits = self._limits
        if begun - self._confirmed >= self._holds / 2 or headers_refusal(headers, "1.1", limits):
            return False
        if self._floor is not None and self._is_below(self._floor):
            return False
        target = target_of(path, query, limits)
        if target is None:
            return False
        asked = _combined(headers)
        key = self._key(target, asked)
        kept = self._answers.get(key)
        if kept is None:
            return False
        status, body = 200, kept.body
        if not CONDITIONS.isdisjoint(asked):
            if not _is_plainly_known(kept, asked):
                return False
            status, body = 304, b""
        self._answers.move_to_end(key)
        id_ = request_id(asked.get(REQUEST_ID))
        if not write(status, kept.head(status, id_), body):
            return False
        seconds = monotonic() - begun
        self._observer.tally.hit(kept.counted_at, status, seconds)
        if self._observer.log is not None:
            outcome = "hit" if status == 200 else "revalidated"
            release = str((self._release or ("", ""))[1])
            sent = (status, len(body), kept.counted_at, outcome, release, seconds)
            self._observer.write(Seen("GET", path, query, asked, id_, client, *sent))
        return True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass the request on and keep its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange.of(scope)
        self.in_progress += 1
        try:
            target = _target(scope, self._limits)
            if target is None:
                answer = await answer_of(self.app, scope, receive)
            else:
                answer = await self._answer(target, scope, receive)
            self._observer.answered(scope, answer, monotonic() - exchange.began)
        finally:
            self.in_progress -= 1
        await answer.send(scope, send)

    async def _answer(self, target: bytes, scope: Scope, receive: Receive) -> Answer:
        asked = _combined(scope["headers"])
        exchange = Exchange.of(scope)
        kept = await self._found(target, asked) if self._most_bytes else None
        if kept is not None:
            answer = kept.answer(exchange.request_id.encode())
            exchange.cache = "hit"
            exchange.route = kept.route
        else:
            answer = await self._asked_for(target, asked, scope, receive)
            exchange.cache = "miss"
        if CONDITIONS.isdisjoint(asked):
            return answer
        outcome = conditioned(answer, scope["headers"])
        if kept is not None and outcome is not answer:
            exchange.cache = "revalidated"
        if isinstance(outcome, PreconditionError):
            exchange.refuse(outcome)
            return await answer_of(self.app, scope, receive)
        return outcome

    async def _found(self, target: bytes, asked: dict[bytes, bytes]) -> Kept | None:
        """What is kept for a request, once others who asked for it before have it."""
        if not await self._knows_release():
            return None
        key = self._key(target, asked)
        if flight := self._flights.get(key):
            await flight
            if not await self._knows_release():  # it may have taken long
                return None
            key = self._key(target, asked)
        kept = self._answers.get(key)
        if kept is not None:
            self._answers.move_to_end(key)
        return kept

    async def _asked_for(
        self, target: bytes, asked: dict[bytes, bytes], scope: Scope, receive: Receive
    ) -> Answer:
        """The answer of the app, after which it is kept if it may be."""
        key, flights = self._key(target, asked), self._flights
        begun = monotonic()
        flight = None
        if key not in flights:
            flight = flights[key] = asyncio.get_running_loop().create_future()
        try:
            answer = await answer_of(self.app, scope, receive)
            exchange = Exchange.of(scope)
            if release := exchange.release:
                self._confirm(release, begun)
                if self._most_bytes and release == self._release and may_be_kept(answer):
                    self._keep(target, asked, answer, exchange.route)
            return answer
        finally:
            if flight is not None:
                del flights[key]
                flight.set_result(None)

    # What is kept

    def _forget(self) -> None:
        self._answers: OrderedDict[tuple[bytes, ...], Kept] = OrderedDict()
        self._flights: dict[tuple[bytes, ...], asyncio.Future[None]] = {}
        self.bytes = 0

    def _key(self, target: bytes, asked: dict[bytes, bytes]) -> tuple[bytes, ...]:
        """By what an answer is kept: all that any answer so far depended on."""
        return (target, *[_selected(name, asked) for name in self._varies])

    def _keep(
        self, target: bytes, asked: dict[bytes, bytes], answer: Answer, route: str | None
    ) -> None:
        varies = {*self._varies, *answer.listed(b"vary")}
        if len(varies) > len(self._varies):
            self._varies = tuple(sorted(varies))
            self._forget()
        key, kept = (
            self._key(target, asked),
            Kept.of(answer, self._observer.tally.place(route), route),
        )
        if _size(key, kept) > self._most_bytes or _length(key) > LONGEST_KEY:
            return
        if key in self._answers:
            return
        self._answers[key] = kept
        self.bytes += _size(key, kept)
        while self.bytes > self._most_bytes:
            self.bytes -= _size(*self._answers.popitem(last=False))

    # How long it is fresh

    async def _knows_release(self) -> bool:
        """Whether the release that is kept is the one served: asked for again where need be."""
        now = monotonic()
        if self._floor is not None and self._is_below(self._floor):
            self._confirmed = float("-inf")
        age = now - self._confirmed
        if age >= self._holds / 2 and self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
        if age >= self._holds and self._renewal is not None:
            await asyncio.wait([self._renewal], timeout=LONGEST_CHECK)
        return self._confirmed >= now - self._holds

    def _is_below(self, floor: Floor) -> bool:
        """Whether another process has served a newer release than the one that is kept."""
        return self._release is not None and self._release[0] < floor.value

    async def _renew(self) -> None:
        begun = monotonic()
        try:
            self._confirm(await self._check(), begun)
        except TimeoutError:
            self._outage.doubted("the database is silent")
        except Exception as error:  # whoever asks the database next is told, and it is written down
            self._outage.doubted(error)
        finally:
            self._renewal = None

    def _confirm(self, release: Release | None, begun: float) -> None:
        """Take note of the release that was served at some moment between `begun` and now.

        Of two that were read at once the one with the higher number is the later. A lower number
        is only believed if it was read after the other had been told: the database was replaced.
        """
        if release == self._release:
            self._confirmed = max(self._confirmed, begun)
        elif begun >= self._told or (release or (0,))[0] > (self._release or (0,))[0]:
            self._release, self._confirmed = release, begun
            self._forget()
        else:
            return
        self._told = monotonic()


def may_be_kept(answer: Answer) -> bool:
    """Whether an answer may be sent again: errors may not, nor what forbids it itself."""
    forbids_it = NO_STORE.encode() in answer.listed(b"cache-control")
    return answer.status == 200 and not forbids_it and b"*" not in answer.listed(b"vary")


def _target(scope: Scope, limits: Limits) -> bytes | None:
    """What a request asks for; None if it is none that can be answered from here."""
    if scope["method"] != "GET" or scope["path"].startswith(HEALTH):
        return None
    if Exchange.of(scope).refusal:
        return None
    if headers_refusal(scope["headers"], scope["http_version"], limits):
        return None
    return target_of(scope["raw_path"], scope["query_string"], limits)


def _length(key: tuple[bytes, ...]) -> int:
    return sum(map(len, key))


def _size(key: tuple[bytes, ...], kept: Kept) -> int:
    """How many bytes it takes to keep an answer, near enough."""
    head = len(kept.described) + len(kept.before) + len(kept.after)
    return _length(key) + head + len(kept.body) + OVERHEAD


def _is_plainly_known(kept: Kept, asked: dict[bytes, bytes]) -> bool:
    """Whether the one condition is that the client has just this: most conditions are that."""
    return (
        asked.get(b"if-none-match") == kept.etag
        and b"if-match" not in asked
        and (b"if-unmodified-since" not in asked)
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
