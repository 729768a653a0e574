"""A server that is told to stop: it ends in time and well, and cuts nobody off."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from app.door import turn_away
from tests.processes import Server, running_server, seeded_file, until

Connect = Callable[..., socket.socket]

HOST = b"Host: medfacts\r\n"
LARGE = b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n"
RECORD = b"GET /v1/drugs/baclofen?include=all HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The project's own seed."""
    return seeded_file(tmp_path_factory.mktemp("served"))


@pytest.fixture
def server(url: str, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server with as many processes as the test says."""
    with running_server(url, "--workers", request.param) as server:
        with connected(server) as client:
            whole(client, RECORD)
        yield server


@pytest.fixture
def connect(server: Server) -> Iterator[Connect]:
    """Makes connections that end with the test."""
    with ExitStack() as clients:
        yield lambda receives=0: clients.enter_context(connected(server, receives))


def connected(server: Server, receives: int = 0) -> socket.socket:
    """A connection to the server, which may take as few bytes as this before it reads them."""
    client = socket.socket()
    if receives:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    client.settimeout(15)
    try:
        client.connect(("127.0.0.1", server.port))
    except OSError:
        client.close()
        raise
    return client


def whole(client: socket.socket, request: bytes = b"", pause: float = 0) -> tuple[bytes, bytes]:
    """The head and the body of an answer, which has to be a whole 200; reads slowly, if asked."""
    client.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        got += some(client)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        time.sleep(pause)
        body += some(client)
    return head, body


def some(client: socket.socket) -> bytes:
    got = client.recv(65536)
    assert got, "cut off"
    return got


class Asking(threading.Thread):
    """Asks on a connection, and on a new one where it is told to, until nobody lets it in."""

    def __init__(self, server: Server, *, anew: bool) -> None:
        super().__init__()
        self._server, self._anew = server, anew
        self.asked = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        client = None
        try:
            while True:
                try:
                    client = client or connected(self._server)
                except ConnectionRefusedError:
                    return
                head, _ = whole(client, RECORD)
                self.asked += 1
                if self._anew or b"connection: close" in head.lower():
                    client.close()
                    client = None
        except BaseException as failure:
            failure.add_note(f"anew: {self._anew}")
            self.failure = failure
        finally:
            if client is not None:
                client.close()


@pytest.mark.parametrize("server", ["1", "2"], indirect=True)
def test_all_who_were_let_in_get_whole_answers(server: Server, connect: Connect) -> None:
    asking = [Asking(server, anew=False) for _ in range(8)]
    asking += [Asking(server, anew=True) for _ in range(2)]
    for each in asking:
        each.start()
    slow = connect(receives=8192)
    slow.sendall(LARGE)
    half = connect()
    half.sendall(b"GET /v1 HT")
    idle = connect()
    until(lambda: all(each.asked > 20 for each in asking))

    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    _, body = whole(slow, pause=0.002)
    code = server.process.wait(12)
    took = time.monotonic() - begun
    for each in asking:
        each.join()

    assert [each.failure for each in asking if each.failure] == []
    assert len(body) > 400_000
    assert idle.recv(1) == b""
    assert code == 0
    assert took < 10


COLD = b"".join(b"GET /v1/trials?limit=%d HTTP/1.1\r\n%b\r\n" % (n, HOST) for n in range(1, 100))
PIPELINES = {
    "hits": RECORD * 500,
    "hits, very many": RECORD * 5000,
    "cold": COLD,
    "large": LARGE * 20,
}
"""So many requests at once that no system holds what is answered."""


@pytest.mark.parametrize("server", ["1"], indirect=True)
def test_clients_that_do_not_read_keep_nobody_and_read_whole_answers_afterwards(
    server: Server, connect: Connect
) -> None:
    one = [connect(receives=4096) for _ in range(3)]
    for client in one:
        client.sendall(RECORD)
    many = {name: connect(receives=4096) for name in PIPELINES}
    for name, client in many.items():
        client.settimeout(0.2)
        with suppress(TimeoutError):
            client.sendall(PIPELINES[name])
    time.sleep(0.3)

    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 10

    for client in one:
        assert whole(client)[1].startswith(b'{"id":"baclofen"')
    for name, client in many.items():
        client.settimeout(15)
        assert all_whole(client) >= 1, name


@pytest.mark.parametrize("server", ["1"], indirect=True)
def test_clients_that_ask_for_much_at_once_get_whole_answers_and_then_the_end(
    server: Server, connect: Connect
) -> None:
    slow, fast, asking = connect(receives=4096), connect(), connect(receives=4096)
    slow.sendall(RECORD * 500)
    fast.sendall(RECORD * 500)
    asking.sendall(RECORD * 500)

    with ThreadPoolExecutor(3) as threads:
        read = [
            threads.submit(all_whole, slow, pause=0.005),
            threads.submit(all_whole, fast, pause=0.001),
            threads.submit(all_whole, asking, more=RECORD),
        ]
        time.sleep(0.1)
        begun = time.monotonic()
        assert server.stop() == 0
        took = time.monotonic() - begun
        numbers = [each.result() for each in read]

    assert all(1 <= number < 500 for number in numbers)
    assert took < 5


def all_whole(client: socket.socket, pause: float = 0, more: bytes = b"") -> int:
    """How many answers come until the end, each of which has to be a whole 200.

    Reads slowly, if asked, or asks for more while it reads.
    """
    got, number = b"", 0
    while part := client.recv(16384):
        got += part
        while b"\r\n\r\n" in got:
            head, _, body = got.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            if len(body) < length:
                break
            got, number = body[length:], number + 1
        time.sleep(pause)
        if more:
            with suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(more)
    assert got == b"", "cut off"
    return number


@pytest.mark.parametrize("server", ["2"], indirect=True)
def test_told_twice_it_leaves_at_once(server: Server, connect: Connect) -> None:
    stuck = connect(receives=4096)
    stuck.sendall(LARGE * 20)  # so much that no system holds it

    begun = time.monotonic()
    server.process.send_signal(signal.SIGINT)
    time.sleep(1.2)
    assert server.process.poll() is None  # it waits for the one who reads slowly
    server.stop(signal.SIGINT)
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("number", ["1", "2"])
def test_what_holds_it_up_is_left_behind(url: str, number: str) -> None:
    story = (
        "import sys, time; from app import cli, database, workers; workers.SECONDS_TO_STOP = 1.5\n"
        "database.Reader.close = lambda self: time.sleep(30)\n"
        "sys.argv[0] = 'medfacts'; cli.main()"
    )
    with running_server(url, "--workers", number, program=("-c", story)) as server:
        with connected(server) as client:
            whole(client, RECORD)
        begun = time.monotonic()
        server.stop()

    assert 1 < time.monotonic() - begun < 5


def test_who_comes_to_a_closing_door_is_not_taken_in_and_who_was_taken_stays() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = socket.create_connection(listener.getsockname())
        turn_away(listener)

        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname(), timeout=0.2)
        accepted, _ = listener.accept()

    with taken, accepted:
        taken.sendall(b"still here")
        assert accepted.recv(100) == b"still here"
