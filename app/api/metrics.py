"""Metrics: what a Prometheus server reads every few seconds."""

import asyncio
import json
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from time import time
from typing import Any

import sqlalchemy as sa
from fastapi import Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlmodel import col

from app import __version__
from app.database.reading import CompiledSelect, ConnectionPool
from app.documents.checksums import moment_of
from app.http.routing import Route, Router
from app.http.tally import BOUNDS, Tally
from app.models.release import Release

router = Router("Health", "/metrics", Route)

SECONDS_TO_ASK = 0.5
"""How long a scrape waits for the database."""

NEWEST = CompiledSelect(
    sa.select(
        col(Release.number),
        col(Release.id),
        col(Release.loaded_at),
        col(Release.loader),
        col(Release.version),
        col(Release.counts),
    )
    .order_by(col(Release.number).desc())
    .limit(1)
)


@router.get("", include_in_schema=False)
async def get_metrics(request: Request) -> Response:
    """How the server does, all its processes together, in Prometheus's text format or OpenMetrics.

    It answers while the database is away, and says so. The format is Prometheus's, so the OpenAPI
    document, which clients are made from, leaves it out.
    """
    api = request.app
    api.tell_gauges(in_progress=api.cache.in_progress - 1)  # less the scrape itself
    release = await api.state.newest.asked()
    registry = CollectorRegistry()
    registry.register(Everything(api.state.tally, release))
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), media_type=content_type, headers={"Vary": "Accept"})


@dataclass
class Newest:
    """The newest release in the database, asked for once at a time: a scrape waits for no other."""

    pool: ConnectionPool
    _asking: asyncio.Future[Any] | None = field(default=None, init=False)

    async def asked(self) -> tuple[Any, ...] | None:
        """Its columns, as in `NEWEST`; nothing if there is none; None if the database is away."""
        if self._asking is None:
            read = self.pool.run(partial(self.pool.rows, NEWEST, {}))
            self._asking = asyncio.ensure_future(asyncio.wait_for(read, 4 * SECONDS_TO_ASK))
            self._asking.add_done_callback(self._asked)
        asking = self._asking
        await asyncio.wait([asking], timeout=SECONDS_TO_ASK)
        if not asking.done() or asking.cancelled() or asking.exception() is not None:
            return None
        rows = asking.result()
        return rows[0] if rows else ()

    def _asked(self, _: Any) -> None:
        self._asking = None


class Everything(Collector):
    """All metrics, as they are when they are asked for."""

    def __init__(self, tally: Tally, release: tuple[Any, ...] | None) -> None:
        self._tally = tally
        self._release = release

    def collect(self) -> Iterable[Metric]:
        """Each of them."""
        yield from self._requests()
        yield from self._load()
        yield from self._data()
        yield from self._processes()

    def _requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "medfacts_requests",
            "Requests that were answered.",
            labels=("route", "method", "status", "cache"),
        )
        durations = HistogramMetricFamily(
            "medfacts_request_seconds",
            "Seconds until an answer was made; how fast a client reads it does not count.",
            labels=("route", "cache"),
        )
        names = [*map(str, BOUNDS), "+Inf"]
        for counted in self._tally.routes():
            for method, status, total in counted.requests():
                shown = str(status or "other")
                requests.add_metric((counted.route, method, shown, counted.outcome), total)
            buckets, seconds = counted.durations()
            up_to = [sum(buckets[: i + 1]) for i in range(len(buckets))]
            labelled = (counted.route, counted.outcome)
            durations.add_metric(labelled, list(zip(names, up_to, strict=True)), seconds)
        yield requests
        yield durations
        refused = CounterMetricFamily(
            "medfacts_refused", "Refused to protect the others.", labels=("reason",)
        )
        for reason, total in self._tally.refusals().items():
            refused.add_metric((reason,), total)
        yield refused

    def _load(self) -> Iterator[Metric]:
        for name, meaning in {
            "in_progress": "Requests that are being answered; those answered at once never are.",
            "waiting": "Requests that wait for a place.",
            "connections": "Connections of clients.",
            "pool_size": "Connections to the database, at most.",
            "pool_in_use": "Connections to the database that read.",
            "cache_bytes": "Bytes of the answers that are kept.",
        }.items():
            value = sum(self._tally.gauges(name))
            yield GaugeMetricFamily(f"medfacts_{name}", f"{meaning} Of all workers.", value)

    def _data(self) -> Iterator[Metric]:
        is_up = self._release is not None
        yield GaugeMetricFamily("medfacts_database_up", "Whether the database answers.", is_up)
        if not self._release:
            return
        number, id_, loaded_at, loader, version, counts = self._release
        try:
            loaded = moment_of(loaded_at).timestamp()
            counted = dict(json.loads(counts) if isinstance(counts, str | bytes) else counts)
        except (ValueError, TypeError):  # changed in the database: data is a 503 meanwhile
            return
        names = {"id": id_, "loader": loader, "version": version or ""}
        yield InfoMetricFamily("medfacts_release", "The newest data release.", names)
        yield GaugeMetricFamily("medfacts_release_number", "Its number.", number)
        yield GaugeMetricFamily(
            "medfacts_release_loaded_timestamp_seconds", "When it was imported.", loaded
        )
        yield GaugeMetricFamily(
            "medfacts_release_age_seconds", "Since it was imported.", time() - loaded
        )
        records = GaugeMetricFamily(
            "medfacts_release_records", "Drugs, sources and facts in it.", labels=("kind",)
        )
        for kind, total in counted.items():
            records.add_metric((kind,), total)
        yield records

    def _processes(self) -> Iterator[Metric]:
        version = {"version": __version__, "python": platform.python_version()}
        yield InfoMetricFamily("medfacts_build", "The program.", version)
        families: dict[str, Metric] = {}
        for worker, pid in enumerate(map(int, self._tally.gauges("pid"))):
            for family in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                kept = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                for sample in family.samples:
                    kept.add_sample(sample.name, {"worker": str(worker)}, sample.value)
        yield from families.values()
