"""Several processes that serve at one port, and what becomes of them."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.http.raw import Connection
from tests.processes import Server, is_running, running_server, seeded_file, until

BACLOFEN = "/v1/drugs/baclofen"
ASKED = f"GET {BACLOFEN} HTTP/1.1\r\nHost: medfacts\r\n\r\n".encode()


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


def cpu_of(pid: int) -> tuple[int, int]:
    """The processor time that a process has used, in hundredths of a second."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(parts[11]), int(parts[12])


def files_of(pid: int) -> int:
    """How many files and connections a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_connections_are_spread_over_the_workers(three: Server) -> None:
    with ExitStack() as clients:
        for _ in range(12):  # each worker has begun, and has its connections to the database
            clients.enter_context(Connection(three.port)).send(ASKED)
        time.sleep(1.2)  # the numbers of others are up to a second old
        before = {worker: files_of(worker) for worker in three.workers()}
        for _ in range(60):
            client = clients.enter_context(Connection(three.port))
            client.send(ASKED)
            assert client.answer()[0] == 200
        gained = [files_of(worker) - before[worker] for worker in before]

    assert sum(gained) >= 60
    assert min(gained) >= 5  # of 20: others may have been kept waiting by the machine


def test_a_server_that_can_open_no_more_files_lets_clients_in_again_later(url: str) -> None:
    story = (
        "import resource, sys; from app import cli; resource.setrlimit(resource.RLIMIT_NOFILE, "
        "(60, 60)); sys.argv[0] = 'medfacts'; cli.main()"
    )
    with running_server(url, program=("-c", story)) as server:
        httpx.get(server.url + BACLOFEN)
        with ExitStack() as clients:
            for _ in range(80):
                clients.enter_context(Connection(server.port))
            until(lambda: any("nobody can be let in" in line for line in server.told))
            before = sum(cpu_of(server.process.pid))
            time.sleep(1)
            spent = sum(cpu_of(server.process.pid)) - before
        until(lambda: httpx.get(server.url + BACLOFEN, timeout=5).status_code == 200)

    assert spent < 50  # hundredths of a second: it does not spin


def test_a_killed_worker_costs_its_own_requests_alone_and_is_replaced(
    three: Server,
) -> None:
    truth = httpx.get(f"{three.url}{BACLOFEN}?include=all").content
    killed = three.workers()[1]

    with Asking(three, clients := 6) as asking:
        until(lambda: len(asking.answers) > 60)
        os.kill(killed, signal.SIGKILL)
        until(lambda: killed not in three.workers() and len(three.workers()) == 3, seconds=3)
        asked = len(asking.answers)
        until(lambda: len(asking.answers) > asked + 60)

    lost = [answer for answer in asking.answers if isinstance(answer, Exception)]
    assert len(lost) <= clients  # at most one request on each connection was under way
    assert {answer for answer in asking.answers if isinstance(answer, bytes)} == {truth}
    until(lambda: any("was ended by SIGKILL and is replaced" in line for line in three.told))


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_all_end_well(three: Server, which: signal.Signals) -> None:
    workers = three.workers()

    assert three.stop(which) == 0
    assert not any(is_running(pid) for pid in workers)
    assert sum("Finished server process" in line for line in three.told) == 3


def test_workers_do_not_outlive_the_process_that_made_them(three: Server) -> None:
    workers = three.workers()

    three.process.kill()

    until(lambda: not any(is_running(pid) for pid in workers), seconds=8)


def test_workers_that_end_again_and_again_are_started_ever_more_slowly(three: Server) -> None:
    seen: set[int] = set()
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        for pid in set(three.workers()) - seen:
            seen.add(pid)
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)

    assert 6 <= len(seen) <= 18  # each place: at once, after 0.25 s, 0.5 s, 1 s; not 25 times


def test_a_worker_that_hangs_is_replaced(url: str) -> None:
    story = (
        "import sys; from app import cli, workers; workers.SECONDS_TO_HANG = 1.5;"
        "sys.argv[0] = 'medfacts'; cli.main()"
    )
    with running_server(url, "--workers", "2", program=("-c", story)) as server:
        httpx.get(f"{server.url}{BACLOFEN}")
        until(lambda: len(server.workers()) == 2)
        stuck = server.workers()[0]
        os.kill(stuck, signal.SIGSTOP)
        until(lambda: stuck not in server.workers() and len(server.workers()) == 2, seconds=8)

        assert httpx.get(f"{server.url}{BACLOFEN}").status_code == 200
    assert any("hangs and is replaced" in line for line in server.told)
