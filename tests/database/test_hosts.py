"""Several Postgres hosts in one URL: which of them is read, and what a request sees of a fault."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.database.reading import CompiledSelect, ConnectionPool
from app.settings import Settings
from tests.cluster import Node, running_cluster, url_of
from tests.conftest import load_drugs
from tests.writing import drug, warning

PROCESS = CompiledSelect(sa.select(sa.text("pg_backend_pid()")))
PORT = CompiledSelect(sa.select(sa.text("inet_server_port()")))
ASLEEP = CompiledSelect(
    sa.select(sa.text("inet_server_port(), (SELECT max(number) FROM release), pg_sleep(0.6)"))
)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """A primary and a standby with one release, which no test changes."""
    with running_cluster(standbys=1) as nodes:
        settings = Settings(database_url=url_of(*nodes))
        migrate(settings)
        seed: Path = tmp_path_factory.mktemp("seed")
        load_drugs(settings, seed, drug("hustanol", warning("drowsiness")))
        nodes[1].catch_up(nodes[0])
        yield nodes


@pytest.mark.parametrize(
    ("written", "hosts", "ports"),
    [
        ("postgresql://user:p%40,w@a:5432,b,c:5433/medfacts", "a,b,c", "5432,,5433"),
        ("postgresql+psycopg://user:p%40,w@a,b:1/medfacts?sslmode=require", "a,b", ",1"),
        ("postgresql://user:p%40,w@[::1]:1,[::2]:2/medfacts", "::1,::2", "1,2"),
    ],
)
def test_a_url_takes_several_hosts_as_libpq_does(written: str, hosts: str, ports: str) -> None:
    url = make_url(Settings(database_url=written).database_url)

    assert (url.query["host"], url.query["port"]) == (hosts, ports)
    assert (url.username, url.password, url.database) == ("user", "p@,w", "medfacts")
    assert url.query.get("sslmode") == ("require" if "sslmode" in written else None)


def test_a_url_of_one_host_stays_as_it_is() -> None:
    written = "postgresql://user:a,b@one:5432/medfacts?host=/run/postgres"

    assert Settings(database_url=written).database_url == written


@pytest.mark.slow
@pytest.mark.parametrize(
    "more", ["", "?target_session_attrs=prefer-standby&load_balance_hosts=random"]
)
def test_readers_ask_a_standby_and_writers_the_primary(nodes: list[Node], more: str) -> None:
    primary, standby = nodes
    settings = Settings(database_url=url_of(*nodes) + more)
    pool, writer = ConnectionPool(settings), write_engine(settings)
    with writer.connect() as connection:
        written_to = connection.scalar(sa.text("SELECT inet_server_port()"))

    assert pool.rows(PORT, {}) == [(standby.port,)]
    assert written_to == primary.port
    pool.close()
    writer.dispose()


@pytest.mark.slow
def test_the_url_may_say_otherwise(nodes: list[Node]) -> None:
    url = url_of(*nodes) + "?target_session_attrs=primary"
    pool = ConnectionPool(Settings(database_url=url))

    assert pool.rows(PORT, {}) == [(nodes[0].port,)]
    pool.close()


@pytest.mark.slow
def test_all_statements_of_a_request_go_to_one_host(nodes: list[Node]) -> None:
    url = url_of(*nodes) + "?target_session_attrs=any&load_balance_hosts=random"
    pool = ConnectionPool(Settings(database_url=url, pool_size=20))  # of both hosts, but for chance

    async def story() -> list[set[object]]:
        await asyncio.gather(*[pool.run(lambda: pool.rows(ASLEEP, {})) for _ in range(20)])

        def ports() -> set[object]:
            return {port for _ in range(5) for (port,) in pool.rows(PORT, {})}

        return [await pool.run(ports) for _ in range(20)]

    asked = asyncio.run(story())

    assert {len(ports) for ports in asked} == {1}
    assert set().union(*asked) == {node.port for node in nodes}
    pool.close()


@pytest.mark.slow
def test_a_statement_that_a_standby_cancels_is_run_once_more(nodes: list[Node]) -> None:
    primary, standby = nodes
    pool = ConnectionPool(Settings(database_url=url_of(*nodes)))
    assert pool.rows(PORT, {}) == [(standby.port,)]
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(pool.rows(ASLEEP, {})[0]))

    thread.start()
    time.sleep(0.3)
    with primary.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE release IN ACCESS EXCLUSIVE MODE")  # standbys replay it
        connection.execute("SELECT pg_switch_wal()")
    thread.join()

    assert found[1] == 1
    pool.close()


@pytest.mark.slow
def test_out_of_connections_at_a_host_leaves_those_that_there_are(nodes: list[Node]) -> None:
    primary = nodes[0]
    pool = ConnectionPool(Settings(database_url=url_of(primary)))
    one = pool.rows(PROCESS, {})
    kept: list[psycopg.Connection[tuple[object, ...]]] = []
    with suppress(psycopg.OperationalError):
        while len(kept) < 100:
            kept.append(primary.connect())

    with (
        pool.engine.connect(),
        pytest.raises(psycopg.OperationalError, match="too many clients"),
    ):
        pool.rows(PROCESS, {})  # on a connection beside the one that is busy
    assert pool.rows(PROCESS, {}) == one
    for connection in kept:
        connection.close()
    pool.close()


@pytest.mark.slow
def test_a_thread_that_waits_for_a_frozen_server_is_free_once_it_is_cancelled(
    nodes: list[Node],
) -> None:
    settings = Settings(database_url=url_of(nodes[0]))
    pool = ConnectionPool(settings.model_copy(update={"pool_size": 1}))
    assert pool.rows(PORT, {}) == [(nodes[0].port,)]

    async def story() -> str:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await pool.run(lambda: pool.rows(PORT, {}))
        async with asyncio.timeout(30):
            return await pool.run(lambda: "free")

    with nodes[0].frozen():
        assert asyncio.run(story()) == "free"
    assert pool.rows(PORT, {}) == [(nodes[0].port,)]
    pool.close()


@pytest.mark.slow
def test_a_standby_that_freezes_costs_one_time_out_and_then_the_others_are_read(
    nodes: list[Node],
) -> None:
    primary, standby = nodes
    pool = ConnectionPool(Settings(database_url=url_of(*nodes)))
    assert pool.rows(PORT, {}) == [(standby.port,)]

    async def story() -> list[tuple[object, ...]]:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await pool.run(lambda: pool.rows(PORT, {}))
        async with asyncio.timeout(30):
            return await pool.run(lambda: pool.rows(PORT, {}))

    with standby.frozen():
        assert asyncio.run(story()) == [(primary.port,)]
    pool.close()
