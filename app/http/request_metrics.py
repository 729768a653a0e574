"""What is counted of requests: prometheus_client's own metrics, one set for the process.

Where several processes serve, its multiprocess mode has them in PROMETHEUS_MULTIPROC_DIR, and a
scrape of any process adds up all of them.
"""

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
    "Seconds until an answer was made, but for those that were cached and sent at once.",
    ["route", "cache"],
    registry=None,
    buckets=BOUNDS,
)
REFUSED = Counter("medfacts_refused", "Refused to protect the others.", ["reason"], registry=None)

FEEDBACK = Counter(
    "medfacts_cds_feedback",
    "Cards of CDS Hooks of which clients said what users did.",
    ["service", "outcome"],
    registry=None,
)


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

ALL = (
    REQUESTS,
    SECONDS,
    REFUSED,
    FEEDBACK,
    IN_PROGRESS,
    WAITING,
    POOL_SIZE,
    POOL_IN_USE,
    CACHE_BYTES,
)

REFUSALS: dict[type, str] = {OverloadedError: "overloaded", TookTooLongError: "took_too_long"}
"""How the counts call what is refused to protect the others."""

for _reason in REFUSALS.values():
    REFUSED.labels(_reason)


@lru_cache(maxsize=4096)
def requests(route: str | None, method: str, status: int, cache: str) -> Counter:
    """What counts the requests of these labels, which are looked up once."""
    method = method if method in METHODS else OTHER
    return REQUESTS.labels(route or OTHER, method, str(status), cache)


@lru_cache(maxsize=4096)
def _seconds(route: str | None, cache: str) -> Histogram:
    return SECONDS.labels(route or OTHER, cache)


def count(exchange: Exchange, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    method = exchange.method if exchange.method in METHODS else OTHER
    requests(exchange.route, method, status, exchange.cache).inc()
    _seconds(exchange.route, exchange.cache).observe(seconds)
    if (reason := REFUSALS.get(type(exchange.refusal))) is not None:
        REFUSED.labels(reason).inc()
