"""Metrics: what a Prometheus server reads every few seconds."""

import asyncio
import json
import os
import platform
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import time
from typing import Any

import psycopg
import sqlalchemy as sa
from fastapi import Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from sqlmodel import col

from app import __version__
from app.database.reading import CompiledSelect, ConnectionPool
from app.documents.checksums import moment_of
from app.http import request_metrics
from app.http.routing import Route, Router
from app.models.release import Release

router = Router("Health", "/metrics", Route)

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client has processes that serve together count."""

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
    registry = CollectorRegistry()
    if SHARED in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for metric in request_metrics.ALL:
            registry.register(metric)
    registry.register(State(await _newest_release(request.app.state.watcher)))
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), media_type=content_type, headers={"Vary": "Accept"})


def forget_dead_processes() -> None:
    """Have what processes that have ended said of themselves count no more; their counts stay."""
    for pid in _processes():
        if not Path(f"/proc/{pid}").exists():
            mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _processes() -> list[int]:
    """The processes that serve together, and those before them."""
    if SHARED not in os.environ:
        return [os.getpid()]
    names = " ".join(os.listdir(os.environ[SHARED]))
    return sorted({int(pid) for pid in re.findall(r"_(\d+)\.db\b", names)})


async def _newest_release(pool: ConnectionPool) -> tuple[Any, ...] | None:
    """Its columns, as in `NEWEST`; nothing if there is none; None if the database is away."""
    with suppress(TimeoutError, sa.exc.SQLAlchemyError, sqlite3.Error, psycopg.Error):
        async with asyncio.timeout(SECONDS_TO_ASK):
            rows = await pool.run(partial(pool.rows, NEWEST, {}))
            return rows[0] if rows else ()
    return None


class State(Collector):
    """The data, the program and its processes, as they are when they are asked for."""

    def __init__(self, release: tuple[Any, ...] | None) -> None:
        self._release = release

    def collect(self) -> Iterable[Metric]:
        """Each metric of them."""
        yield from self._data()
        version = {"version": __version__, "python": platform.python_version()}
        yield InfoMetricFamily("medfacts_build", "The program.", version)
        yield from _resources_of_processes()

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


def _resources_of_processes() -> Iterator[Metric]:
    """What each process uses of memory, processor and files."""
    families: dict[str, Metric] = {}
    alive = [pid for pid in _processes() if Path(f"/proc/{pid}").exists()]
    for worker, pid in enumerate(alive):
        for family in ProcessCollector(pid=partial(int, pid), registry=None).collect():
            known = families.setdefault(
                family.name, Metric(family.name, family.documentation, family.type)
            )
            for sample in family.samples:
                known.add_sample(sample.name, {"worker": str(worker)}, sample.value)
    yield from families.values()
