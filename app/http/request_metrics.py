"""What is counted of requests: prometheus_client's own metrics, one set for the process.

Where several processes serve, its multiprocess mode keeps them in PROMETHEUS_MULTIPROC_DIR, and a
scrape of any process adds up all of them.
"""

from collections.abc import Callable
from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from app.http.exchange import Exchange
from app.http.problems import OverloadedError, TookTooLongError

disable_created_metrics()  # type: ignore[no-untyped-call]

METHODS = ("GET", "HEAD", "OPTIONS")
"""Those that are counted by their name; clients make up others."""

OTHER = "other"
"""The method of every other, and the route of every path that has none."""

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""Seconds up to which each bucket of the histogram counts."""

REQUESTS = Counter(
    "medfacts_requests",
    "Requests that were answered.",
    ["route", "method", "status", "cache"],
    registry=None,
)
SECONDS = Histogram(
    "medfacts_request_seconds",
    "Seconds until an answer was made; how fast a client reads it does not count.",
    ["route", "cache"],
    registry=None,
    buckets=BOUNDS,
)
REFUSED = Counter("medfacts_refused", "Refused to protect the others.", ["reason"], registry=None)


def _gauge(name: str, meaning: str) -> Gauge:
    meaning = f"{meaning} Of all workers."
    return Gauge(f"medfacts_{name}", meaning, registry=None, multiprocess_mode="livesum")


IN_PROGRESS = _gauge(
    "in_progress", "Requests that are being answered; those answered at once never are."
)
WAITING = _gauge("waiting", "Requests that wait for a place.")
POOL_SIZE = _gauge("pool_size", "Connections to the database, at most.")
POOL_IN_USE = _gauge("pool_in_use", "Connections to the database that read.")
CACHE_BYTES = _gauge("cache_bytes", "Bytes of the answers that are cached.")

ALL = (REQUESTS, SECONDS, REFUSED, IN_PROGRESS, WAITING, POOL_SIZE, POOL_IN_USE, CACHE_BYTES)

REFUSALS: dict[type, str] = {OverloadedError: "overloaded", TookTooLongError: "took_too_long"}
"""How the counts call what is refused to protect the others."""

for _reason in REFUSALS.values():
    REFUSED.labels(_reason)

Count = Callable[[float], None]


@lru_cache(maxsize=4096)
def counting(route: str | None, method: str, status: int, cache: str) -> Count:
    """What counts a request that took so many seconds; its labels are looked up once."""
    route = route or OTHER
    name = method if method in METHODS else OTHER
    add = REQUESTS.labels(route, name, str(status), cache).inc
    observe = SECONDS.labels(route, cache).observe

    def count(seconds: float) -> None:
        add()
        observe(seconds)

    return count


def count(exchange: Exchange, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    method = exchange.method if exchange.method in METHODS else OTHER
    counting(exchange.route, method, status, exchange.cache)(seconds)
    if (reason := REFUSALS.get(type(exchange.refusal))) is not None:
        REFUSED.labels(reason).inc()
