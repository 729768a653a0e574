"""Telling that a route will go: `Deprecation` (RFC 9745) and `Sunset` (RFC 8594)."""

from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from starlette.types import Scope

from app.http.exchange import Exchange

LIFECYCLE = "x-lifecycle"
"""Where a route has the headers; the document turns them into what OpenAPI knows."""


def deprecated(since: date, sunset: date | None = None, successor: str | None = None) -> Any:
    """Arguments for a route that is to go: `@router.get(..., **deprecated(date(2027, 1, 1)))`.

    Its answers then carry `Deprecation`, `Sunset` where a last day is given, and a link to the
    successor; its operation in the OpenAPI document says the same.
    """
    headers = {"Deprecation": f"@{int(_midnight(since).timestamp())}"}
    if sunset is not None:
        headers["Sunset"] = format_datetime(_midnight(sunset), usegmt=True)

    if successor is not None:
        headers["Link"] = f'<{successor}>; rel="successor-version"'
    return {"deprecated": True, "openapi_extra": {LIFECYCLE: headers}}


def tell_lifecycle(scope: Scope, extra: dict[str, Any] | None) -> None:
    """Have the answer say that its route is to go, if it is: every answer, errors too."""
    for name, value in (extra or {}).get(LIFECYCLE, {}).items():
        Exchange.of(scope).announce(name, value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
