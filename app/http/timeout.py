"""How long a request may take, from when it came until its answer is made."""

import asyncio
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.exchange import Exchange
from app.http.headers import HEALTH
from app.http.problems import TookTooLongError


class Timeout:
    """Cancels a request after so many seconds, and raises `TookTooLongError`.

    The app inside has to be done before anything is sent. Health always has its time.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self.app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; if that takes too long, cancel it."""
        if scope["type"] != "http" or scope["path"].startswith(HEALTH):
            await self.app(scope, receive, send)
            return
        exchange = Exchange.of(scope)
        waited = monotonic() - exchange.began
        try:
            async with asyncio.timeout(self._seconds - waited) as limit:
                await self.app(scope, receive, send)
        except TimeoutError:
            if not limit.expired():
                raise
            detail = f"It took over {self._seconds:g} seconds. Please try again, or ask for less."
            raise exchange.refuse(TookTooLongError(detail)) from None
