"""Which of a Postgres's hosts is asked, and that nothing older than the floor is answered."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app.api.reading import SERVED
from app.database.engines import BehindError, Reader, Statement, write_engine
from app.database.hosts import Host
from app.database.migrating import migrate
from app.floor import Floor
from app.main import create_app
from app.settings import Settings
from tests.cluster import NAME, Node, running_cluster, url_of
from tests.conftest import load_drugs
from tests.http.raw import asked_of
from tests.postgres import USER
from tests.test_cli import run
from tests.writing import drug, warning

PROCESS = Statement(sa.select(sa.text("pg_backend_pid()")))
ID = [(b"x-request-id", b"same")]
PORT = Statement(sa.select(sa.text("inet_server_port()")))


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what is loaded."""
    return tmp_path_factory.mktemp("seed")


@pytest.fixture(scope="module")
def nodes(seed: Path) -> Iterator[list[Node]]:
    """A primary and a standby with one release, which no test changes."""
    with running_cluster(standbys=1) as nodes:
        settings = Settings(database_url=url_of(*nodes))
        migrate(settings)
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


@pytest.mark.parametrize(
    "more", ["", "?target_session_attrs=prefer-standby&load_balance_hosts=random"]
)
def test_readers_ask_a_standby_and_writers_the_primary(nodes: list[Node], more: str) -> None:
    primary, standby = nodes
    settings = Settings(database_url=url_of(*nodes) + more)
    reader, writer = Reader(settings), write_engine(settings)
    with writer.connect() as connection:
        written_to = connection.scalar(sa.text("SELECT inet_server_port()"))

    assert reader.rows(PORT, {}) == [(standby.port,)]
    assert written_to == primary.port
    reader.close()
    writer.dispose()


def test_the_url_may_say_otherwise(nodes: list[Node]) -> None:
    url = url_of(*nodes) + "?target_session_attrs=primary"
    reader = Reader(Settings(database_url=url))

    assert reader.rows(PORT, {}) == [(nodes[0].port,)]
    reader.close()


def test_nothing_below_the_floor_is_answered_whoever_is_asked(nodes: list[Node]) -> None:
    floor = Floor()
    reader = Reader(Settings(database_url=url_of(*nodes)), floor)
    assert [row[0] for row in reader.rows_of_release(SERVED, {})] == [1]

    floor.raise_to(2)  # another worker has served it, of a server that is gone since

    with pytest.raises(BehindError, match="release 2 was served, and here is 1"):
        reader.rows_of_release(SERVED, {})
    reader.close()


def test_what_a_worker_keeps_is_not_sent_once_another_has_served_a_newer_release(
    nodes: list[Node],
) -> None:
    floor = Floor()
    app = create_app(Settings(database_url=url_of(*nodes), workers=2), floor)
    answers = [asyncio.run(asked_of(app, b"/v1/drugs"))[0]]
    hits = [app.hit(b"/v1/drugs", b"", [(b"host", b"medfacts")], lambda *_: True)]

    floor.raise_to(2)
    hits.append(app.hit(b"/v1/drugs", b"", [(b"host", b"medfacts")], lambda *_: True))
    answers.append(asyncio.run(asked_of(app, b"/v1/drugs"))[0])

    assert (answers, hits) == ([200, 503], [True, False])
    app.close()


def test_a_standby_that_cancels_a_statement_has_it_run_elsewhere(nodes: list[Node]) -> None:
    primary, standby = nodes
    reader = Reader(Settings(database_url=url_of(*nodes)))
    slow = asleep(reader, 0.6)
    assert reader.rows(PORT, {}) == [(standby.port,)]
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(reader.rows(slow, {})[0]))

    thread.start()
    time.sleep(0.3)
    with primary.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE release IN ACCESS EXCLUSIVE MODE")  # standbys replay it
        connection.execute("SELECT pg_switch_wal()")
    thread.join()

    assert found[:2] == [primary.port, 1]
    reader.close()


def test_out_of_connections_at_a_host_leaves_those_that_there_are(nodes: list[Node]) -> None:
    primary = nodes[0]
    reader = Reader(Settings(database_url=url_of(primary)))
    one = reader.rows(PROCESS, {})
    kept: list[psycopg.Connection[tuple[object, ...]]] = []
    with suppress(psycopg.OperationalError):
        while len(kept) < 100:
            kept.append(primary.connect())
    thread = threading.Thread(target=lambda: reader.rows(asleep(reader, 0.3), {}))
    thread.start()
    time.sleep(0.1)

    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        reader.rows(PROCESS, {})  # on a connection beside the one that is busy
    thread.join()
    assert reader.rows(PROCESS, {}) == one
    for connection in kept:
        connection.close()
    reader.close()


def test_a_thread_that_waits_for_a_frozen_server_is_free_once_it_is_given_up(
    nodes: list[Node],
) -> None:
    settings = Settings(database_url=url_of(nodes[0]))
    reader = Reader(settings.model_copy(update={"pool_size": 1}))
    assert reader.rows(PORT, {}) == [(nodes[0].port,)]

    async def story() -> str:
        with pytest.raises(TimeoutError):
            await reader.within(0.3, lambda: reader.rows(PORT, {}))
        return await reader.within(0.3, lambda: "free")

    with nodes[0].frozen():
        assert asyncio.run(story()) == "free"
    assert reader.rows(PORT, {}) == [(nodes[0].port,)]
    reader.close()


def test_what_a_frozen_standby_does_not_answer_is_read_elsewhere(nodes: list[Node]) -> None:
    primary, standby = nodes
    reader = Reader(Settings(database_url=url_of(*nodes)))
    assert reader.rows(PORT, {}) == [(standby.port,)]

    with standby.frozen():
        begun = time.monotonic()
        found = asyncio.run(reader.within(2.7, lambda: reader.rows(PORT, {})))

    assert found == [(primary.port,)]
    assert time.monotonic() - begun < 2
    reader.close()


DAMAGED = (
    "/v1/warnings/hustanol-warning-drowsiness",
    "/v1/drugs/hustanol?include=all",
    "/v1/search?q=drowsiness",
)
IGNORED: dict[str, object] = {"ignore_checksum_failure": "on"}
SEES: dict[str, dict[str, object]] = {
    "does not match its digest": IGNORED,
    "invalid page in block": {},  # as Postgres itself says
}
"""What is said of a changed byte, and the settings of a Postgres that does so."""


@pytest.mark.parametrize("told", SEES)
def test_what_is_damaged_at_one_host_is_answered_from_another_and_told_once(
    nodes: list[Node], caplog: pytest.LogCaptureFixture, told: str
) -> None:
    primary, standby = nodes
    truth = answers_of([primary], *DAMAGED)
    assert {status for status, _ in truth} == {200}

    with standby.with_another_text(primary, b"drowsiness.", b"wakefulness", **SEES[told]):
        assert {status for status, _ in answers_of([standby], *DAMAGED)} == {503}
        for path, answer in zip(DAMAGED, truth, strict=True):
            caplog.clear()
            assert answers_of(nodes, path, path, "/health/ready")[:2] == [answer, answer]
            [line] = loud(caplog)
            assert f"request same: the data is damaged at {standby.host}: " in line
            assert told in line
            assert f"It was read at {primary.host}" in line


def test_check_looks_at_every_host_and_says_which_a_fault_is_of(
    nodes: list[Node], seed: Path
) -> None:
    primary, standby = nodes
    url = f"postgresql://{USER}:hunter22@127.0.0.1:1,{primary.host},{standby.host}/{NAME}"
    whole = run("check", url=url, seed=seed)

    with standby.with_another_text(primary, b"drowsiness.", b"wakefulness", **IGNORED):
        damaged = run("check", url=url, seed=seed)

    assert whole.exit_code == 0, whole.output
    assert [line[: line.index(" release")] for line in whole.stdout.splitlines()[1:3]] == [
        f"At {primary.host}",
        f"At {standby.host}",
    ]
    assert "hunter22" not in whole.output
    assert re.fullmatch(r"medfacts: 127.0.0.1:1 was not looked at: .+refused\.\n", whole.stderr)
    assert damaged.exit_code == 1
    told = damaged.stderr.splitlines()[1:]
    assert told[0] == "medfacts: the data is not whole:"
    assert {line.partition(": ")[0] for line in told[1:]} == {f"At {standby.host}"}
    assert "'hustanol-warning-drowsiness' does not match its digest." in damaged.stderr


def test_what_is_damaged_at_every_host_is_a_503_and_no_host_is_left_alone_for_it(
    nodes: list[Node], caplog: pytest.LogCaptureFixture
) -> None:
    primary, standby = nodes
    truth = answers_of(nodes, DAMAGED[0])
    primary.run("UPDATE document SET digest = reverse(digest)")
    standby.catch_up(primary)
    app = create_app(Settings(database_url=url_of(*nodes), cache_bytes=0))

    caplog.clear()
    status, headers, _ = asyncio.run(asked_of(app, DAMAGED[0].encode(), ID))
    asked_next = app.state.reader.rows(PORT, {})
    app.close()
    primary.run("UPDATE document SET digest = reverse(digest)")
    standby.catch_up(primary)

    assert (status, headers["retry-after"], asked_next) == (503, "60", [(standby.port,)])
    [line] = loud(caplog)
    assert "Nothing was answered from it" in line
    assert all(node.host in line for node in nodes)
    assert answers_of(nodes, DAMAGED[0]) == truth


def test_a_host_that_is_not_trusted_is_asked_if_no_other_is_there(nodes: list[Node]) -> None:
    primary, standby = nodes
    url = f"postgresql://{USER}@{primary.host},{standby.host},127.0.0.1:1/{NAME}"
    reader = Reader(Settings(database_url=url))
    named = {node: Host("127.0.0.1", str(node.port)) for node in nodes}
    asked = [reader.rows(PORT, {})]

    for node in (standby, primary):
        reader.distrust(named[node])
        asked.append(reader.rows(PORT, {}))

    assert asked == [[(standby.port,)], [(primary.port,)], [(standby.port,)]]
    reader.close()


def loud(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines that nobody is to miss."""
    return [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]


def answers_of(nodes: list[Node], *paths: str) -> list[tuple[int, bytes]]:
    """What an app without a cache answers that reads from these."""
    app = create_app(Settings(database_url=url_of(*nodes), cache_bytes=0))
    answers = [asyncio.run(asked_of(app, path.encode(), ID)) for path in paths]
    app.close()
    return [(status, body) for status, _, body in answers]


def asleep(reader: Reader, seconds: float) -> Statement:
    """One that takes so long, and tells the port and the release."""
    statement = Statement(sa.select(sa.literal(1)))
    text = f"SELECT inet_server_port(), (SELECT max(number) FROM release), pg_sleep({seconds})"
    statement._compiled[reader.engine.dialect.name] = (text, {})
    return statement
