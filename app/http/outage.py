"""What is logged of a database that fails: its first failure, one a minute, and when it is back."""

import logging
from time import monotonic

logger = logging.getLogger("medfacts")

SECONDS_BETWEEN = 60


class Outage:
    """The failures of one process's database, of which few are logged."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._logged = 0.0
        self._failures = 0

    def failed(self, error: object, request_id: str | None = None) -> None:
        """Take note of a failure."""
        now = monotonic()
        self._failures += 1
        if self._began is None:
            self._began = self._logged = now
            logger.error("the database fails: %s", error, extra={"request_id": request_id})
        elif now - self._logged >= SECONDS_BETWEEN:
            self._logged = now
            lasts = now - self._began
            logger.error(
                "the database has failed for %.0f s, %d times: %s", lasts, self._failures, error
            )

    def ended(self) -> None:
        """Take note that the database answered."""
        if self._began is not None:
            lasted = monotonic() - self._began
            logger.warning(
                "the database answers again, after %.0f s and %d failures", lasted, self._failures
            )
            self._began, self._failures = None, 0
