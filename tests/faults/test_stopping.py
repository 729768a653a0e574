"""A server that is told to stop: it ends in time and well, and truncates no answer."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.processes import Server, running_server, seeded_file, until

pytestmark = pytest.mark.slow

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
    client.settimeout(60)
    try:
        client.connect(("127.0.0.1", server.port))
    except OSError:
        client.close()
        raise
    return client


def whole(client: socket.socket, request: bytes = b"", pause: float = 0) -> tuple[bytes, bytes]:
    """The head and the body of an answer, which has to be a whole 200; reads slowly, if asked.

    Raises `UnansweredError` if nothing of an answer comes.
    """
    try:
        client.sendall(request)
        got = client.recv(65536)
    except (ConnectionResetError, BrokenPipeError):
        got = b""
    if not got:
        raise UnansweredError
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


class UnansweredError(Exception):
    """A connection that was closed before an answer began: its request can be sent again."""


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
                except (ConnectionRefusedError, ConnectionResetError):
                    return
                try:
                    head, _ = whole(client, RECORD)
                except UnansweredError:
                    head = b"connection: close"
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
def test_every_answer_that_begins_is_whole(server: Server, connect: Connect) -> None:
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
    code = server.process.wait(30)
    took = time.monotonic() - begun
    for each in asking:
        each.join()

    assert [each.failure for each in asking if each.failure] == []
    assert len(body) > 400_000
    assert idle.recv(1) == b""
    assert code == 0
    assert took < 30


@pytest.mark.parametrize("server", ["1", "2"], indirect=True)
def test_a_client_that_does_not_read_keeps_nobody(server: Server, connect: Connect) -> None:
    stuck = connect(receives=4096)
    stuck.sendall(LARGE * 20)  # so much that no system holds it
    time.sleep(0.2)

    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 30
