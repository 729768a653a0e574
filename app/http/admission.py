"""Admission: as many requests at once as the database serves well, a short queue, and no more.

What would wait too long is refused at once: a client that is told to come back costs a tenth of one
that is served, and one that waits for what it no longer wants costs as much.
"""

import asyncio
from collections import deque
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.errors import OverloadedError

WEIGHT = 0.05
"""How much the latest request counts in the mean of how long they take."""


class Admission:
    """Lets `at_once` requests in, has others wait in turn, and refuses what cannot be served soon.

    A request waits if it can expect its turn within `longest_wait` seconds, by how many wait before
    it and how long requests have been taking. Health always passes.
    """

    def __init__(self, app: ASGIApp, *, at_once: int, longest_wait: float) -> None:
        self.app = app
        self._at_once = at_once
        self._longest_wait = longest_wait
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._seconds_each = 0.001

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on in its turn, or have it answered with a 503."""
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
            return
        if self._inside < self._at_once:
            self._inside += 1
        elif self._expected_wait() > self._longest_wait:
            scope["state"]["refusal"] = OverloadedError(OverloadedError.example)
            await self.app(scope, receive, send)
            return
        else:
            await self._turn()
        begun = monotonic()
        try:
            await self.app(scope, receive, send)
        finally:
            self._seconds_each += WEIGHT * (monotonic() - begun - self._seconds_each)
            self._leave()

    def _expected_wait(self) -> float:
        return (len(self._waiting) + 1) * self._seconds_each / self._at_once

    async def _turn(self) -> None:
        """Wait until a request that leaves hands its place on."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._inside -= 1
