"""What Prometheus reads: every request once, of all workers together, under a name of ours."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.http import request_metrics
from app.http.exchange import Exchange
from tests.processes import Server, running_server, seeded_file, until

BACLOFEN = "/v1/drugs/baclofen"
ROUTE = "/v1/drugs/{drug_id}"

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file of the test's own, with the project's own seed."""
    seeded_file(tmp_path)
    return tmp_path / "medfacts.db"


@pytest.fixture
def server(database: Path) -> Iterator[Server]:
    """A server with two workers, which have both begun."""
    with running_server(f"sqlite:///{database}", "--workers", "2") as server:
        until(lambda: total(scraped(server), "medfacts_pool_size") == 20, seconds=30)
        yield server


def scraped(server: Server, **headers: str) -> Series:
    """Every series of a scrape."""
    answer = httpx.get(f"{server.url}/metrics", headers=headers, timeout=10)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(s.name, frozenset(s.labels.items())): s.value for f in families for s in f.samples}


@pytest.mark.slow
def test_it_is_scraped_by_several_at_once_and_while_the_release_is_corrupt(
    server: Server, database: Path
) -> None:
    with ThreadPoolExecutor(6) as threads:
        assert len(list(threads.map(lambda _: scraped(server), range(120)))) == 120
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE release SET counts = 'x', loaded_at = x'00'")
    connection.close()

    assert ("medfacts_release_number", frozenset()) not in scraped(server)


def total(series: Series, name: str, **labels: str) -> float:
    """The sum of the series of a name that have these labels."""
    wanted = set(labels.items())
    return sum(value for (each, of), value in series.items() if each == name and wanted <= of)


@pytest.mark.slow
def test_every_request_is_counted_once_also_those_of_a_worker_that_is_gone(server: Server) -> None:
    for _ in range(12):  # each on a connection of its own, so that both workers get some
        httpx.get(server.url + BACLOFEN)
    etag = httpx.get(server.url + BACLOFEN).headers["etag"]
    httpx.get(server.url + BACLOFEN, headers={"If-None-Match": etag})
    httpx.head(server.url + BACLOFEN)
    httpx.post(server.url + BACLOFEN)
    httpx.get(f"{server.url}/nothing/{'x' * 30}")
    httpx.get(f"{server.url}/drugs?limit=0")

    def held() -> None:
        series = scraped(server)
        requests = "medfacts_requests_total"
        gets = {"route": ROUTE, "method": "GET"}
        assert total(series, requests, **gets, status="200") == 13
        assert total(series, requests, **gets, status="200", cache="miss") in (1, 2)
        assert total(series, requests, **gets, status="304") == 1
        assert total(series, requests, route=ROUTE, method="HEAD", status="200") == 1
        assert total(series, requests, route=ROUTE, method="other", status="405") == 1
        assert total(series, requests, route="/v1/drugs", status="422") == 1
        assert total(series, requests, route="other", status="404") == 1
        counted = total(series, requests, route=ROUTE)
        timed = total(series, "medfacts_request_seconds_count", route=ROUTE)
        assert counted == 16
        assert 3 <= timed <= 16  # a miss, HEAD and POST at least; hits are only counted
        assert total(series, "medfacts_request_seconds_bucket", route=ROUTE, le="+Inf") == timed
        assert 0 < total(series, "medfacts_request_seconds_sum", route=ROUTE) < 30

    held()
    for worker in server.workers():
        server.replace(worker)
    held()


@pytest.mark.slow
def test_a_scrape_tells_of_the_data_the_load_and_each_process(server: Server) -> None:
    release = httpx.get(f"{server.url}/v1").headers["data-release"]
    series = scraped(server)

    assert total(series, "medfacts_release_info", id=release, loader="seed") == 1
    assert total(series, "medfacts_release_number") == 1
    loaded = total(series, "medfacts_release_loaded_timestamp_seconds")
    assert 0 < time.time() - loaded < 60
    assert total(series, "medfacts_release_records", kind="drugs") >= 1
    assert total(series, "medfacts_database_up") == 1
    assert total(series, "medfacts_build_info") == 1
    assert total(series, "medfacts_pool_size") == 20
    assert total(series, "medfacts_cache_bytes") > 1000
    assert total(series, "medfacts_in_progress") == 0  # but for the scrape itself
    for worker in ("0", "1"):
        assert total(series, "process_open_fds", worker=worker) > 3
        assert total(series, "process_resident_memory_bytes", worker=worker) > 10_000_000
        assert total(series, "process_cpu_seconds_total", worker=worker) > 0


@pytest.mark.slow
def test_a_scrape_answers_while_the_database_is_away(server: Server, database: Path) -> None:
    assert httpx.get(server.url + BACLOFEN).status_code == 200
    aside = database.with_suffix(".aside")
    database.rename(aside)
    for more in ("-wal", "-shm"):
        database.with_name(database.name + more).unlink(missing_ok=True)
    database.write_bytes(b"no database" * 500)

    def is_up() -> float:
        return total(scraped(server), "medfacts_database_up")

    # What is open goes on: a process that begins only then finds no database.
    for worker in server.workers():
        server.replace(worker)
    assert is_up() == 0
    database.unlink()
    aside.rename(database)
    until(lambda: is_up() == 1)


@pytest.mark.slow
def test_it_is_never_cached_and_comes_in_the_format_that_is_asked_for(server: Server) -> None:
    plain = httpx.get(f"{server.url}/metrics")
    newer = httpx.get(f"{server.url}/metrics", headers={"Accept": "application/openmetrics-text"})
    head = httpx.head(f"{server.url}/metrics")

    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert newer.headers["content-type"].startswith("application/openmetrics-text")
    assert newer.text.endswith("# EOF\n")
    assert {a.headers["cache-control"] for a in (plain, newer, head)} == {"no-store"}
    assert (head.status_code, head.content) == (200, b"")
    assert httpx.get(f"{server.url}/metrics?x=1").status_code == 422


def test_what_clients_make_up_names_no_series() -> None:
    for made_up in ("BREW", "brew", "X" * 1000):
        request_metrics.requests(None, made_up, 405, "bypass").inc()

    samples = [sample for family in request_metrics.REQUESTS.collect() for sample in family.samples]
    assert {sample.labels["method"] for sample in samples} <= {"GET", "HEAD", "OPTIONS", "other"}


def test_a_request_is_counted_in_the_bucket_of_its_seconds() -> None:
    exchange = Exchange("an-id", "GET", "/of/this", route="/of/this/test", cache="miss")
    request_metrics.count(exchange, 200, 0.002)

    [family] = request_metrics.SECONDS.collect()
    own = {
        (sample.name, sample.labels.get("le")): sample.value
        for sample in family.samples
        if sample.labels["route"] == "/of/this/test"
    }
    assert own["medfacts_request_seconds_bucket", "0.001"] == 0
    assert own["medfacts_request_seconds_bucket", "0.0025"] == 1
    assert own["medfacts_request_seconds_count", None] == 1
    assert own["medfacts_request_seconds_sum", None] == 0.002
