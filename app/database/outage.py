"""A database that fails again and again: told when it begins, once a minute, and when it ends."""

import logging
import threading
from time import monotonic

logger = logging.getLogger("medfacts")

SECONDS_BETWEEN = 60
"""How often it is told that it lasts."""

SECONDS_TO_END = 1
"""For how long nothing may have failed where something is read, for it to have ended."""

SECONDS_OF_DOUBT = 2
"""For how long the watcher has to fail, for that alone to be told; what is kept is sent for less,
and then a request fails."""

SECONDS_TO_FORGET = 10
"""After which it failed another time, not on and on."""

MOST_REASONS = 10
"""Reasons that are told at once, each when it first occurs."""


class Outage:
    """What one process has seen fail of its database, from the first failure to the last.

    Each reason is told once, with the request that met it; of the others there is only the number.
    """

    def __init__(self) -> None:
        self.is_on = False
        self._lock = threading.Lock()
        self._reasons: set[str] = set()
        self._began = self._told = self._failed = self._doubted = float("-inf")
        self._requests = self._untold = 0

    def failed(self, why: object, request_id: str | None = None) -> None:
        """Take note that a request failed, or something else, of which no request knows."""
        now, reason = monotonic(), str(why)
        with self._lock:
            if not self.is_on:
                self.is_on, self._began, self._told = True, now, now
                self._reasons, self._requests, self._untold = set(), 0, 0
            self._failed = now
            self._requests += request_id is not None
            if reason not in self._reasons and len(self._reasons) < MOST_REASONS:
                self._reasons.add(reason)
                logger.error("the database: %s", reason, extra={"request_id": request_id})
                return
            self._untold += request_id is not None
            self._tell_now_and_then(now, reason)

    def doubted(self, why: object) -> None:
        """Take note that the watcher failed: it is told if it does on and on, and no request."""
        now = monotonic()
        if self.is_on:
            with self._lock:
                self._failed = now
                self._tell_now_and_then(now, str(why))
        elif now - self._doubted > SECONDS_TO_FORGET:
            self._doubted = now
        elif now - self._doubted > SECONDS_OF_DOUBT:
            self.failed(f"which release is served cannot be told: {why}")

    def _tell_now_and_then(self, now: float, reason: str) -> None:
        if now - self._told < SECONDS_BETWEEN:
            return
        logger.error(
            "the database has failed for %.0f seconds; since the last line %d requests did: %s",
            now - self._began,
            self._untold,
            reason,
        )
        self._told, self._untold = now, 0

    def counted(self) -> None:
        """Take note of a request that was given up, if anything fails."""
        with self._lock:
            self._requests += self.is_on
            self._untold += self.is_on

    def has_read(self) -> None:
        """Take note that something was read; call it while `is_on`."""
        now = monotonic()
        with self._lock:
            if self.is_on and now - self._failed >= SECONDS_TO_END:
                self.is_on = False
                logger.warning(
                    "the database answers again: for %.0f seconds it failed, and %d requests did",
                    self._failed - self._began,
                    self._requests,
                )
