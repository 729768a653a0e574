"""Several processes that serve at one port, and what becomes of them."""

import os
import signal
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.processes import Server, is_running, running_server, seeded_file, until

pytestmark = pytest.mark.slow

BACLOFEN = "/v1/drugs/baclofen"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The project's own seed."""
    return seeded_file(tmp_path_factory.mktemp("served"))


@pytest.fixture
def three(url: str) -> Iterator[Server]:
    """A server with three workers."""
    with running_server(url, "--workers", "3") as server:
        httpx.get(f"{server.url}{BACLOFEN}")
        until(lambda: len(server.workers()) == 3)
        yield server


class Asking:
    """Asks a server all the time on connections of its own, and notes what it gets."""

    def __init__(self, server: Server, clients: int = 6) -> None:
        self._address = f"{server.url}{BACLOFEN}?include=all"
        self.answers: list[bytes | Exception] = []
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def _ask(self) -> None:
        client = httpx.Client()
        while not self._done.is_set():
            try:
                answer = client.get(self._address)
                self.answers.append(answer.content if answer.status_code == 200 else b"")
            except httpx.HTTPError as error:
                self.answers.append(error)
                client.close()
                client = httpx.Client()
        client.close()

    def __enter__(self) -> "Asking":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()


def test_a_killed_worker_costs_its_own_requests_alone_and_is_replaced(
    three: Server,
) -> None:
    truth = httpx.get(f"{three.url}{BACLOFEN}?include=all").content
    killed = three.workers()[1]

    with Asking(three, clients := 6) as asking:
        until(lambda: len(asking.answers) > 60)
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in three.workers() and len(three.workers()) == 3)
        asked = len(asking.answers)
        until(lambda: len(asking.answers) > asked + 60)

    lost = [answer for answer in asking.answers if isinstance(answer, Exception)]
    assert len(lost) <= clients  # at most one request on each connection was under way
    assert {answer for answer in asking.answers if isinstance(answer, bytes)} == {truth}


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_signalled_to_stop_all_end_well(three: Server, which: signal.Signals) -> None:
    workers = three.workers()

    assert three.stop(which) == 0
    assert not any(is_running(pid) for pid in workers)
    assert sum("Finished server process" in line for line in three.logged) == 3


def test_a_worker_that_hangs_is_replaced(url: str) -> None:
    with running_server(url, "--workers", "2") as server:
        httpx.get(f"{server.url}{BACLOFEN}")
        until(lambda: len(server.workers()) == 2)
        stuck = server.workers()[0]
        os.kill(stuck, signal.SIGSTOP)
        until(lambda: stuck not in server.workers() and len(server.workers()) == 2)

        assert httpx.get(f"{server.url}{BACLOFEN}").status_code == 200
