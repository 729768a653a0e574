"""A real server on a socket: what it does with bytes that are no HTTP.

What the HTTP parser refuses is its own plain 400; slow clients and odd framing are the proxy's, and
`test_proxy` tries them.
"""

import json
import time
from collections.abc import Iterator

import pytest

from app.database.engines import write_engine
from app.database.migrating import migrate
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
        "idle_seconds": 1,
        "address_bytes": 1000,
        "header_bytes": 1500,
    }
    with serving(settings.model_copy(update=limits)) as port:
        yield port


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET /v1 HTTP/1.1\r\n\r\n", 400, id="no host"),
        pytest.param(b"GET /v1 HTTP/1.0\r\n\r\n", 200, id="no host in 1.0"),
        pytest.param(b"GET /v1 HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 400, id="two hosts"),
        pytest.param(get(b"/v1/drugs?q=%ff"), 400, id="invalid UTF-8"),
        pytest.param(get(b"/v1/drugs/%00"), 400, id="NUL"),
        pytest.param(get(b"/v1", b"TRACE"), 405, id="TRACE"),
        pytest.param(get(b"/v1", b"PROPFIND"), 405, id="PROPFIND"),
        pytest.param(get(b"*", b"OPTIONS"), 204, id="OPTIONS *"),
        pytest.param(get(b"/nothing", b"OPTIONS"), 404, id="OPTIONS of nothing"),
        pytest.param(get(b"http://evil.example/v1"), 200, id="absolute form"),
        pytest.param(get(b"/v1/drugs/" + b"a" * 8192), 414, id="8 kB path"),
        pytest.param(get(b"/v1?q=" + b"a" * 8192), 414, id="8 kB query"),
        pytest.param(LIVE + b"X: " + b"a" * 40_000 + b"\r\n\r\n", 431, id="40 kB of headers"),
        pytest.param(LIVE + b"X: a\r\n" * 6000 + b"\r\n", 431, id="many headers"),
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
    "request_",
    [
        pytest.param(LIVE + LENGTH + CHUNKED + b"\r\n0\r\n\r\n", id="CL and TE"),
        pytest.param(LIVE + LENGTH * 2 + b"\r\nabcde", id="two lengths"),
        pytest.param(LIVE + b"Content-Length: +1\r\n\r\na", id="length with a sign"),
        pytest.param(LIVE + b"Transfer-Encoding: gzip\r\n\r\n", id="unknown transfer coding"),
        pytest.param(LIVE + CHUNKED + b"\r\nzz\r\n", id="bad chunk"),
        pytest.param(b"GET /v1 HTTP/1.1\nHost: a\n\n", id="bare LF"),
        pytest.param(LIVE + b"X: a\r\n b\r\n\r\n", id="folded line"),
        pytest.param(LIVE + b"X : a\r\n\r\n", id="blank before colon"),
        pytest.param(LIVE + b"X: a\x00b\r\n\r\n", id="NUL in a header"),
        pytest.param(get("/v1/drugs/é".encode()), id="raw UTF-8"),
        pytest.param(get(b"/v1/drugs?q=\xff"), id="raw bytes"),
        pytest.param(get(b"v1"), id="no slash"),
        pytest.param(get(b"/a b"), id="blank in the path"),
        pytest.param(get(b"/v1", version=b"HTTP/9.9"), id="HTTP/9.9"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", id="TLS"),
        pytest.param(get(b"a:80", b"CONNECT"), id="CONNECT"),
        pytest.param(get(b"/v1", b"FOO"), id="unknown method"),
        pytest.param(get(b"/v1", b"get"), id="method in lower case"),
        pytest.param(get(b"/" + b"a" * 200_000), id="200 kB path"),
    ],
)  # fmt: skip
def test_what_is_no_http_is_a_plain_400_and_the_end(port: int, request_: bytes) -> None:
    with Connection(port) as connection:
        connection.send(request_)
        status, headers, body = connection.answer()

        assert (status, body) == (400, b"Invalid HTTP request received.")
        assert "server" not in headers
        assert connection.is_closed()


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(LIVE + LENGTH + b"\r\nabcde", id="a body on GET"),
        pytest.param(LIVE + CHUNKED + b"\r\n3\r\nabc\r\n0\r\n\r\n", id="chunks"),
        pytest.param(LIVE + b"Content-Length: 200000\r\n\r\n" + b"a" * 200_000, id="a large body"),
        pytest.param(get(b"/v1", b"POST")[:-2] + LENGTH + b"\r\nabcde", id="POST"),
        pytest.param(get(b"/v1/drugs/%00"), id="an error"),
        pytest.param(get(b"/nothing"), id="a 404"),
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


@pytest.mark.parametrize("upgrade", [b"Connection: Upgrade\r\nUpgrade: h2c\r\n", WEB_SOCKET])
def test_who_asks_for_another_protocol_is_answered_in_this_one(port: int, upgrade: bytes) -> None:
    with Connection(port) as connection:
        connection.send(LIVE + upgrade + END)
        assert connection.answer()[0] == 200
        connection.send(LIVE + END)
        assert connection.answer()[0] == 200


def test_head_is_answered_without_a_body_and_in_step(port: int) -> None:
    with Connection(port) as connection:
        connection.send(get(b"/v1/nothing", b"HEAD") + LIVE + b"\r\n")
        status, headers, _ = connection.answer("HEAD")
        assert (status, int(headers["content-length"]) > 100) == (404, True)
        assert connection.answer()[2] == b'{"status":"ok"}'


def test_a_304_has_no_body_and_keeps_the_connection(port: int) -> None:
    conditional = b"GET /v1 HTTP/1.1\r\n" + HOST + b"If-None-Match: *\r\n\r\n"
    with Connection(port) as connection:
        connection.send(conditional * 2)
        assert [connection.answer()[0] for _ in range(2)] == [304, 304]


def test_blanks_around_a_header_are_none_of_it(port: int) -> None:
    with Connection(port) as connection:
        connection.send(b"GET /v1 HTTP/1.1\r\nHost: medfacts \t\r\nX-Request-Id:  mine \r\n\r\n")
        status, headers, _ = connection.answer()

    assert (status, headers["x-request-id"]) == (200, "mine")


def test_many_requests_at_once_are_not_one_large_head(port: int) -> None:
    with Connection(port) as connection:
        connection.send((LIVE + b"X: " + b"a" * 2000 + END + END) * 60)
        assert {connection.answer()[0] for _ in range(60)} == {200}


def test_the_limits_are_settings(strict: int) -> None:
    long, large = get(b"/v1?q=" + b"a" * 1000), LIVE + b"X: " + b"a" * 1500 + END + END
    for request, status, said in ((long, 414, b"1000"), (large, 431, b"1500")):
        with Connection(strict) as connection:
            connection.send(request)
            found, _, body = connection.answer()
        assert (found, said in body) == (status, True)


@pytest.mark.slow
def test_a_connection_that_is_not_used_is_closed(strict: int) -> None:
    with Connection(strict, seconds=30) as connection:
        connection.send(LIVE + END)
        assert connection.answer()[0] == 200
        begun = time.monotonic()
        assert connection.is_closed()
    assert time.monotonic() - begun > 0.2
