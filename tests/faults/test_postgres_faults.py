"""What a server answers while something is wrong with its Postgres, and after.

Real servers: a primary, two standbys, and Medfacts in processes of its own, which clients ask all
the time. Each fault begins and ends under them. Whatever was answered is compared with the release
that it names, byte by byte; anything else is a 503, within three seconds; a second after the end of
the cause there are answers again, without a restart.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from app.database.migrating import migrate
from app.main import create_app
from app.settings import Settings
from tests.cluster import Node, running_cluster, url_of
from tests.conftest import load_drugs
from tests.faults.test_file_faults import SOON, Client
from tests.http.raw import asked_of
from tests.processes import Server, running_server, until
from tests.writing import disconnect, drug, warning

pytestmark = pytest.mark.slow

PATHS = ("/v1/drugs/hustanol/warnings", "/v1/drugs", "/v1/search?q=hustanol")

Truth = dict[tuple[str, str], bytes]
"""Bodies by release and path."""


class Cluster:
    """A primary, two standbys, and what their releases say."""

    def __init__(self, nodes: list[Node], folder: Path) -> None:
        self.nodes = nodes
        self.truth: Truth = {}
        self._folder = folder
        self._releases = 0

    def load(self) -> str:
        """Load another release, by the URL of all, note what it says and return its id."""
        self._releases += 1
        facts = [warning(f"drowsiness-{n}") for n in range(self._releases)]
        settings = Settings(database_url=url_of(*self.nodes))
        load_drugs(settings, self._folder / "seed", drug("hustanol", *facts))
        disconnect(settings)  # or it would count among the readers
        primary = [node for node in self.nodes if node.is_ready() and not node.is_standby()]
        app = create_app(Settings(database_url=url_of(*primary)))
        for path in PATHS:
            status, headers, body = asyncio.run(asked_of(app, path.encode()))
            assert status == 200
            self.truth[headers["data-release"], path] = body
        app.close()
        return headers["data-release"]

    def hold(self, clients: list[Client]) -> None:
        """Compare what clients saw with what the release that it names says."""
        for client in clients:
            assert client.broken == []
            for seen in client.seen:
                if seen.status == 503:
                    assert seen.headers["content-type"] == "application/problem+json"
                    assert int(seen.headers["retry-after"]) > 0
                    assert seen.took < SOON, seen
                    continue
                assert seen.status == 200, seen
                release = seen.headers["data-release"]
                assert seen.body == self.truth[release, seen.path]


@contextmanager
def made(standbys: int, folder: Path) -> Iterator[Cluster]:
    """A cluster with its first release."""
    with running_cluster(standbys) as nodes:
        migrate(Settings(database_url=url_of(*nodes)))
        cluster = Cluster(nodes, folder)
        cluster.load()
        yield cluster


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One server, which every test leaves as it was."""
    with made(0, tmp_path_factory.mktemp("alone")) as cluster:
        yield cluster


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Cluster]:
    """A primary and two standbys."""
    with made(2, tmp_path) as cluster:
        yield cluster


@contextmanager
def asking(cluster: Cluster, server: Server, number: int = 3) -> Iterator[list[Client]]:
    """Clients that ask all the time, whose answers are held to the truth at the end."""
    clients = [Client(server.url, list(PATHS)) for _ in range(number)]
    with ExitStack() as all_of_them:
        for client in clients:
            all_of_them.enter_context(client)
        until(lambda: all(len(client.seen) > len(PATHS) for client in clients))
        yield clients
    cluster.hold(clients)


# One server


@contextmanager
def stopped(node: Node) -> Iterator[None]:
    node.end()
    yield
    node.start()


@contextmanager
def killed(node: Node) -> Iterator[None]:
    node.end(signal.SIGKILL)
    yield
    node.start()


@contextmanager
def frozen(node: Node) -> Iterator[None]:
    with node.frozen():
        yield


@contextmanager
def out_of_connections(node: Node) -> Iterator[None]:
    kept = [node.connect()]
    until(lambda: _takes_all(node, kept))
    yield
    for connection in kept:
        connection.close()


def _takes_all(node: Node, kept: list[psycopg.Connection[tuple[object, ...]]]) -> bool:
    kept[0].execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND application_name <> 'the test'"
    )
    with suppress(psycopg.OperationalError):
        while True:
            kept.append(node.connect())
    others = "backend_type = 'client backend' AND application_name <> 'the test'"
    found = kept[0].execute(f"SELECT count(*) FROM pg_stat_activity WHERE {others}").fetchone()
    return found == (0,)


@contextmanager
def locked(node: Node) -> Iterator[None]:
    with node.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE release, document IN ACCESS EXCLUSIVE MODE")
        yield


@contextmanager
def renamed(node: Node) -> Iterator[None]:
    node.run("ALTER TABLE release RENAME COLUMN checksum TO was_checksum")
    yield
    node.run("ALTER TABLE release RENAME COLUMN was_checksum TO checksum")


FAULTS: dict[Callable[[Node], AbstractContextManager[None]], float] = {
    stopped: 1,
    killed: 1,
    frozen: 3.5,
    out_of_connections: 1,
    locked: 3.5,
    renamed: 1,
}
"""And for how many seconds each lasts: longer than a request may take, where nothing answers."""


def test_one_server_that_fails_is_503s_and_then_the_truth_again(alone: Cluster) -> None:
    primary = alone.nodes[0]
    environment = {"MEDFACTS_CACHE_SECONDS": "0.2"}
    with (
        running_server(url_of(primary), environment=environment) as server,
        asking(alone, server) as clients,
    ):
        for fault, seconds in FAULTS.items():
            with fault(primary):
                begun = time.monotonic()
                time.sleep(seconds)
                for client in clients:
                    client.wait_for_answers(since=begun + 0.3)
                assert httpx.get(f"{server.url}/health/live").status_code == 200
                ready = httpx.get(f"{server.url}/health/ready", timeout=60)
                assert (ready.status_code, "retry-after" in ready.headers) == (503, True), fault
                assert ready.elapsed.total_seconds() < SOON, fault
                ended = time.monotonic()
            until(lambda: all(c.seen[-1].status == 200 for c in clients), SOON)
            assert httpx.get(f"{server.url}/health/ready").status_code == 200, fault
            seen = [each for client in clients for each in client.seen]
            during = [s for s in seen if begun + 0.3 <= s.asked and s.asked + s.took < ended]
            assert {answer.status for answer in during} == {503}, fault
    refused = [s for client in clients for s in client.seen if s.status == 503]
    message = [line for line in server.logged if "the database" in line]
    assert len(FAULTS) <= len(message) <= 6 * len(FAULTS) < len(refused), message


def test_a_restart_with_idle_connections_fails_no_request(alone: Cluster) -> None:
    primary = alone.nodes[0]
    always = {"MEDFACTS_CACHE_BYTES": "0"}
    with running_server(url_of(primary), environment=always) as server:
        with asking(alone, server, 8):
            pass
        assert primary.readers() > 1
        primary.end()
        primary.start()

        with asking(alone, server) as clients:
            pass
        assert {seen.status for client in clients for seen in client.seen} == {200}


def test_a_server_that_starts_before_its_database_serves_once_that_is_there(
    alone: Cluster,
) -> None:
    primary = alone.nodes[0]
    primary.end()
    with running_server(url_of(primary)) as server:
        assert httpx.get(f"{server.url}{PATHS[0]}").status_code == 503
        assert httpx.get(f"{server.url}/health/ready").status_code == 503
        assert httpx.get(f"{server.url}/health/live").status_code == 200
        primary.start()

        until(lambda: httpx.get(f"{server.url}{PATHS[0]}").status_code == 200, SOON)
        assert httpx.get(f"{server.url}/health/ready").status_code == 200


# Several


def test_standbys_that_lag_die_freeze_and_are_promoted_cost_a_503_at_most(three: Cluster) -> None:
    primary, first, second = three.nodes
    environment = {"MEDFACTS_CACHE_SECONDS": "0.2"}
    with running_server(url_of(*three.nodes), environment=environment) as server:
        with asking(three, server, 4) as clients:

            def answered_since(moment: float) -> set[int]:
                for client in clients:
                    client.wait_for_answers(since=moment)
                return {s.status for c in clients for s in c.asked_since(moment)}

            # Standbys are asked, and the primary is not.
            until(lambda: first.readers() + second.readers() > 0)
            assert primary.readers() == 0

            # One lags by a release: an answer is of one or of the other, and says of which.
            first.run("SELECT pg_wal_replay_pause()")
            three.load()
            loaded = time.monotonic()
            assert answered_since(loaded) == {200}
            first.run("SELECT pg_wal_replay_resume()")

            # One dies: no request fails but those in flight.
            second.end(signal.SIGKILL)
            time.sleep(0.3)
            died = time.monotonic()
            assert answered_since(died) == {200}
            second.start()

            # The other one freezes: that costs its time-outs, and then the others answer.
            with first.frozen():
                time.sleep(6)
                gone = time.monotonic()
                assert answered_since(gone) == {200}
            until(lambda: httpx.get(f"{server.url}/health/ready").status_code == 200, SOON)

            # The primary is killed and the first standby promoted; imports go there.
            primary.end(signal.SIGKILL)
            first.run("SELECT pg_promote()")
            second.follow(first)
            newest = three.load()
            until(
                lambda: all(
                    client.seen[-1].headers.get("data-release") == newest for client in clients
                )
            )
        statuses = [seen.status for client in clients for seen in client.seen]
        assert statuses.count(503) < 30
