"""Load shedding: as many requests at once as the database serves well, a short queue, and no more.

What would wait too long is refused at once: a client that is sent away costs a tenth of one
that is served, and one that waits for what it no longer wants costs as much.
"""

import asyncio
from collections import deque
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.exchange import Exchange
from app.http.headers import HEALTH
from app.http.problems import OverloadedError
from app.http.request_metrics import WAITING

WEIGHT = 0.1
"""How much the latest request counts in the mean of how long they take."""

AT_FIRST = 0.001
"""Seconds that a request is taken to last before any has: about what one does on SQLite."""


class LoadShedding:
    """Lets `at_once` requests in, has others wait in turn, and refuses what cannot be served soon.

    A request waits if it can expect its turn within `longest_wait` seconds, by how many wait before
    it and how long requests have been taking, and it waits no longer than twice that; else
    `OverloadedError` is raised. Health always passes. The app inside has to be done before anything
    is sent, or slow readers held places.
    """

    def __init__(self, app: ASGIApp, *, at_once: int, longest_wait: float) -> None:
        self.app = app
        self._at_once = at_once
        self._longest_wait = longest_wait
        self._inside = 0
        self._waiting: deque[asyncio.Future[bool]] = deque()
        self._seconds_each = AT_FIRST
        self._moved = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its turn, or have it answered with a 503."""
        is_free = scope["path"].startswith(HEALTH) if scope["type"] == "http" else True
        if is_free:
            await self.app(scope, receive, send)
            return
        if self._inside < self._at_once:
            self._inside += 1
        elif self._expected_wait() > self._longest_wait or not await self._turn():
            raise Exchange.of(scope).refuse(OverloadedError(OverloadedError.example))
        begun = self._moved = monotonic()
        try:
            await self.app(scope, receive, send)
        finally:
            # One that took very long says little of the next: a database that was away is back.
            took = min(monotonic() - begun, self._longest_wait)
            self._seconds_each += WEIGHT * (took - self._seconds_each)
            self._leave()

    def _expected_wait(self) -> float:
        """Seconds until a place; those inside take at least as long as none has come or gone."""
        each = max(self._seconds_each, monotonic() - self._moved)
        return (len(self._waiting) + 1) * each / self._at_once

    async def _turn(self) -> bool:
        """Wait until a request that leaves hands its place on; False if that takes too long."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        WAITING.inc()
        time_out = loop.call_later(2 * self._longest_wait, _settle, turn, False)
        try:
            return bool(await turn)
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self._leave()
            raise
        finally:
            WAITING.dec()
            time_out.cancel()

    def _leave(self) -> None:
        """Hand a place on to whoever waits longest, if anybody does."""
        self._moved = monotonic()
        while self._waiting:
            if _settle(self._waiting.popleft(), True):
                return
        self._inside -= 1


def _settle(turn: asyncio.Future[bool], outcome: bool) -> bool:
    """Tell one who waits whether its turn has come; False if it does not wait any more."""
    if turn.done():
        return False
    turn.set_result(outcome)
    return True
