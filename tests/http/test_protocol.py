"""A real server on a socket: what it does with bytes that are no HTTP, and with silence."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.http import protocol
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from tests.http.raw import Connection
from tests.http.serving import serving

HOST = b"Host: medfacts\r\n"
END = b"\r\n"
LIVE = b"GET /health/live HTTP/1.1\r\n" + HOST
LENGTH = b"Content-Length: 5\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
WEB_SOCKET = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def get(target: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1") -> bytes:
    """A request for a target as it stands."""
    return method + b" " + target + b" " + version + b"\r\n" + HOST + END


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The project's own seed."""
    folder = tmp_path_factory.mktemp("served")
    settings = Settings(database_url=f"sqlite:///{folder}/medfacts.db")
    migrate(settings)
    engine = write_engine(settings)
    load_seed(engine, settings.seed_dir)
    engine.dispose()
    return settings


@pytest.fixture(scope="module")
def port(settings: Settings) -> Iterator[int]:
    """The port of a server over the project's own seed."""
    with serving(settings) as port:
        yield port


@pytest.fixture(scope="module")
def strict(settings: Settings) -> Iterator[int]:
    """The port of one that has little patience and small limits."""
    limits = {
        "arrive_seconds": 0.3,
        "idle_seconds": 0.4,
        "unread_seconds": 0.3,
        "address_bytes": 1000,
        "header_bytes": 1500,
        "connections": 10,
    }
    with serving(settings.model_copy(update=limits)) as port:
        yield port


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET /v1 HTTP/1.1\r\n\r\n", 400, id="no host"),
        pytest.param(b"GET /v1 HTTP/1.0\r\n\r\n", 200, id="no host in 1.0"),
        pytest.param(b"GET /v1 HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 400, id="two hosts"),
        pytest.param(LIVE + LENGTH + CHUNKED + b"\r\n0\r\n\r\n", 400, id="CL and TE"),
        pytest.param(LIVE + LENGTH * 2 + b"\r\nabcde", 400, id="two lengths"),
        pytest.param(LIVE + b"Content-Length: +1\r\n\r\na", 400, id="length with a sign"),
        pytest.param(LIVE + b"Transfer-Encoding: gzip\r\n\r\n", 400, id="unknown transfer coding"),
        pytest.param(LIVE + CHUNKED + b"\r\nzz\r\n", 400, id="bad chunk"),
        pytest.param(b"GET /v1 HTTP/1.1\nHost: a\n\n", 400, id="bare LF"),
        pytest.param(LIVE + b"X: a\r\n b\r\n\r\n", 400, id="folded line"),
        pytest.param(LIVE + b"X : a\r\n\r\n", 400, id="blank before colon"),
        pytest.param(LIVE + b"X: a\x00b\r\n\r\n", 400, id="NUL in a header"),
        pytest.param(get("/v1/drugs/é".encode()), 400, id="raw UTF-8"),
        pytest.param(get(b"/v1/drugs?q=\xff"), 400, id="raw bytes"),
        pytest.param(get(b"/v1/drugs?q=%ff"), 400, id="invalid UTF-8"),
        pytest.param(get(b"/v1/drugs/%00"), 400, id="NUL"),
        pytest.param(get(b"/v1#x"), 400, id="fragment"),
        pytest.param(get(b"v1"), 400, id="no slash"),
        pytest.param(get(b"/a b"), 400, id="blank in the path"),
        pytest.param(get(b"/v1", version=b"HTTP/2.0"), 400, id="HTTP/2.0"),
        pytest.param(get(b"/v1", version=b"HTTP/9.9"), 400, id="HTTP/9.9"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, id="TLS"),
        pytest.param(get(b"a:80", b"CONNECT"), 400, id="CONNECT"),
        pytest.param(get(b"/v1", b"FOO"), 405, id="unknown method"),
        pytest.param(get(b"/v1", b"get"), 405, id="method in lower case"),
        pytest.param(get(b"/v1", b"TRACE"), 405, id="TRACE"),
        pytest.param(get(b"/v1", b"PROPFIND"), 405, id="PROPFIND"),
        pytest.param(get(b"*", b"OPTIONS"), 204, id="OPTIONS *"),
        pytest.param(get(b"/nothing", b"OPTIONS"), 404, id="OPTIONS of nothing"),
        pytest.param(get(b"http://evil.example/v1"), 200, id="absolute form"),
        pytest.param(get(b"/v1/drugs/" + b"a" * 8192), 414, id="8 kB path"),
        pytest.param(get(b"/v1?q=" + b"a" * 8192), 414, id="8 kB query"),
        pytest.param(get(b"/" + b"a" * 200_000), 414, id="200 kB path"),
        pytest.param(LIVE + b"X: " + b"a" * 40_000 + b"\r\n\r\n", 431, id="40 kB of headers"),
        pytest.param(LIVE + b"X: a\r\n" * 6000 + b"\r\n", 431, id="many headers"),
        pytest.param(LIVE + b"X: " + b"a" * 3_000_000, 431, id="a header without end"),
        pytest.param(b"GET /" + b"a" * 3_000_000, 414, id="a path without end"),
        pytest.param(get(b"/v1/drugs/a/../baclofen"), 404, id="dots"),
        pytest.param(get(b"//evil.example/v1"), 404, id="two slashes"),
        pytest.param(get(b"/v1/"), 404, id="slash at the end"),
        pytest.param(get(b"/v1").replace(b"medfacts", b"evil.example"), 200, id="any host"),
    ],
)  # fmt: skip
def test_every_request_gets_one_answer_of_the_one_shape(
    port: int, request_: bytes, status: int
) -> None:
    with Connection(port) as connection:
        connection.send(request_)
        found, headers, body = connection.answer()

    assert found == status
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-request-id"]
    assert "server" not in headers
    assert b"evil.example" not in body + str(headers).encode() or b"//evil" in request_
    if status >= 400:
        assert headers["content-type"] == "application/problem+json"
        problem = json.loads(body)
        assert problem["status"] == status
        assert problem["request_id"] == headers["x-request-id"]
        assert b"Traceback" not in body
    if status == 405:
        assert headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(LIVE + LENGTH + b"\r\nabcde", id="a body on GET"),
        pytest.param(LIVE + CHUNKED + b"\r\n3\r\nabc\r\n0\r\n\r\n", id="chunks"),
        pytest.param(LIVE + b"Content-Length: 200000\r\n\r\n" + b"a" * 200_000, id="a large body"),
        pytest.param(get(b"/v1", b"POST")[:-2] + LENGTH + b"\r\nabcde", id="POST"),
        pytest.param(get(b"/v1/drugs/%00"), id="an error"),
        pytest.param(get(b"/nothing"), id="a 404"),
        pytest.param(LIVE + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", id="an upgrade"),
        pytest.param(LIVE + WEB_SOCKET + END, id="a web socket"),
        pytest.param(b"\r\n" + LIVE + b"\r\n", id="an empty line"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("together", [True, False])
def test_the_connection_stays_in_step(port: int, first: bytes, *, together: bool) -> None:
    second = get(b"/v1/drugs/baclofen")

    with Connection(port) as connection:
        connection.send(first + second if together else first)
        connection.answer()
        if not together:
            connection.send(second)
        status, _, body = connection.answer()

    assert (status, json.loads(body)["id"]) == (200, "baclofen")


def test_head_is_answered_without_a_body_and_in_step(port: int) -> None:
    with Connection(port) as connection:
        connection.send(get(b"/v1/nothing", b"HEAD") + LIVE + b"\r\n")
        status, headers, _ = connection.answer("HEAD")
        assert (status, int(headers["content-length"]) > 100) == (404, True)
        assert connection.answer()[2] == b'{"status":"ok"}'


def test_an_address_without_a_path_is_told_so_after_a_right_request(port: int) -> None:
    for pause in (0, 0.1):
        with Connection(port) as connection:
            connection.send(get(b"/v1/drugs/baclofen"))
            time.sleep(pause)
            connection.send(get(b"http://m"))
            assert [connection.answer()[0] for _ in range(2)] == [200, 400]
            assert connection.is_closed()


def test_a_refusal_waits_for_the_answers_before_it(port: int) -> None:
    with Connection(port) as connection:
        connection.send((get(b"/v1")) * 3 + b"what?\r\n\r\n")
        statuses = [connection.answer()[0] for _ in range(4)]

        assert statuses == [200, 200, 200, 400]
        assert connection.is_closed()


def test_a_304_has_no_body_and_keeps_the_connection(port: int) -> None:
    conditional = b"GET /v1 HTTP/1.1\r\n" + HOST + b"If-None-Match: *\r\n\r\n"
    with Connection(port) as connection:
        connection.send(conditional * 2)
        assert [connection.answer()[0] for _ in range(2)] == [304, 304]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"", None, id="silence"),
        pytest.param(b"GET /v1 HT", 408, id="half a line"),
        pytest.param(LIVE + b"X: ", 408, id="half a head"),
        pytest.param(LIVE + b"Content-Length: 9\r\n\r\nab", 200, id="half a body"),
        pytest.param(LIVE + b"\r\n", 200, id="nothing more"),
    ],
)
def test_a_silent_client_is_let_go(
    strict: int, monkeypatch: pytest.MonkeyPatch, sent: bytes, status: int | None
) -> None:
    monkeypatch.setattr(protocol, "SECONDS_TO_LINGER", 0.1)

    with Connection(strict) as connection:
        connection.send(sent)
        if status is not None:
            assert connection.answer()[0] == status
        assert connection.is_closed()


def test_a_body_that_does_not_come_is_waited_for_no_longer_on_a_used_connection(
    strict: int,
) -> None:

    with Connection(strict, seconds=2) as connection:
        for request in (LIVE + END, LIVE + LENGTH + END + b"ab"):
            connection.send(request)
            assert connection.answer()[0] == 200
        assert connection.is_closed()


def test_a_client_that_trickles_gains_nothing(strict: int) -> None:

    with Connection(strict) as connection:
        for byte in LIVE[:12]:
            connection.send(bytes([byte]))
            time.sleep(0.05)
        assert connection.answer()[0] == 408


@pytest.mark.parametrize("framing", [LENGTH + b"\r\nabcde", CHUNKED + b"\r\n0\r\n\r\n"])
def test_the_body_of_an_upgrade_is_never_read_as_a_request(port: int, framing: bytes) -> None:
    with Connection(port) as connection:
        connection.send(LIVE + b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + framing + get(b"/v1"))
        assert connection.answer()[0] == 400
        assert connection.is_closed()


def test_a_trailer_is_no_header(port: int) -> None:
    trailers = b"If-None-Match: *\r\nHost: evil.example\r\nX-Request-Id: trailer\r\n"
    with Connection(port) as connection:
        connection.send(get(b"/v1")[:-2] + CHUNKED + END + b"0\r\n" + trailers + END)
        status, headers, _ = connection.answer()

    assert (status, headers["x-request-id"] == "trailer") == (200, False)


def test_blanks_around_a_header_are_none_of_it(port: int) -> None:
    with Connection(port) as connection:
        connection.send(b"GET /v1 HTTP/1.1\r\nHost: medfacts \t\r\nX-Request-Id:  mine \r\n\r\n")
        status, headers, _ = connection.answer()

    assert (status, headers["x-request-id"]) == (200, "mine")


def test_many_requests_at_once_are_not_one_large_head(port: int) -> None:
    with Connection(port) as connection:
        connection.send((LIVE + b"X: " + b"a" * 2000 + END + END) * 60)
        assert {connection.answer()[0] for _ in range(60)} == {200}


def test_a_blank_line_after_an_answer_holds_no_connection(strict: int) -> None:

    with Connection(strict, seconds=3) as connection:
        connection.send(LIVE + END)
        connection.answer()
        connection.send(END)
        assert connection.is_closed()


def test_a_refused_client_that_is_still_sending_is_not_cut_off(port: int) -> None:
    with Connection(port) as connection:
        connection.send(b"what?\r\n\r\n")
        assert connection.answer()[0] == 400
        for _ in range(3):  # a closed socket would answer the first with a reset
            connection.socket.sendall(b"more")
            time.sleep(0.02)
        assert connection.stream.read(1) == b""


def test_the_limits_are_settings(strict: int) -> None:
    long, large = get(b"/v1?q=" + b"a" * 1000), LIVE + b"X: " + b"a" * 1500 + END + END
    for request, status, said in ((long, 414, b"1000"), (large, 431, b"1500")):
        with Connection(strict) as connection:
            connection.send(request)
            found, _, body = connection.answer()
        assert (found, said in body) == (status, True)


def test_a_connection_that_is_not_used_is_closed(strict: int) -> None:
    with Connection(strict, seconds=3) as connection:
        connection.send(LIVE + END)
        assert connection.answer()[0] == 200
        begun = time.monotonic()
        assert connection.is_closed()
    assert 0.2 < time.monotonic() - begun < 2


def test_a_client_that_reads_nothing_is_let_go_and_one_that_reads_slowly_is_not(
    strict: int,
) -> None:
    with Connection(strict, receives=4096) as stuck, Connection(strict, receives=4096) as slow:
        for connection in (stuck, slow):
            connection.send(get(b"/docs/assets/swagger-ui-bundle.js") * 5)
        got = 0
        until = time.monotonic() + 2
        while time.monotonic() < until:
            got += len(slow.socket.recv(100_000))
            time.sleep(0.02)
        taken = 0
        with suppress(ConnectionResetError):
            while some := stuck.socket.recv(1_000_000):
                taken += len(some)
        assert slow.socket.recv(1)
    with Connection(strict) as connection:
        connection.send(get(b"/docs/assets/swagger-ui-bundle.js", b"HEAD"))
        size = int(connection.answer("HEAD")[1]["content-length"])
    assert taken < 5 * size
    assert got > 100_000


def test_of_too_many_clients_the_last_are_told_so_at_once_and_health_answers(strict: int) -> None:
    with ExitStack() as clients:
        for _ in range(10):
            clients.enter_context(Connection(strict)).send(LIVE + END)
        last = clients.enter_context(Connection(strict))
        last.send(LIVE + END + get(b"/v1/drugs"))
        assert last.answer()[0] == 200
        status, headers, body = last.answer()

        assert (status, headers["retry-after"]) == (503, "1")
        assert json.loads(body)["type"] == "/docs/problems#overloaded"
        assert last.is_closed()
