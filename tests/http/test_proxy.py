"""The proxy of `deploy/`, a real Varnish before a real server: what it holds, and that it changes
no answer.

Debian's package `varnish` has it, as `.ci/run` installs it.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx
import pytest
import yaml

from app.settings import ROOT
from tests.conformance import PROBLEM_FIELDS
from tests.http.raw import Connection
from tests.processes import Server, running_server, seeded_file, until

pytestmark = pytest.mark.slow

BACLOFEN = "/v1/drugs/baclofen"
GET = f"GET {BACLOFEN} HTTP/1.1\r\nHost: medfacts\r\n".encode()
LENGTH = b"Content-Length: 5\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
POST = GET.replace(b"GET", b"POST")
ASK = b"POST /v1/resolve HTTP/1.1\r\nHost: medfacts\r\n"
VARNISHD = shutil.which("varnishd", path=f"{os.environ['PATH']}:/usr/sbin") or "varnishd"


@dataclass
class Proxy:
    """A Varnish, and the server of the API behind it."""

    port: int
    server: Server

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"


COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
AS_COMPOSED = COMPOSE["services"]["proxy"]
PARAMETERS = [part for part in AS_COMPOSED["command"] if part.startswith("-p")]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy before one server, for tests that leave both as they are."""
    with running_proxy(tmp_path_factory.mktemp("proxy")) as proxy:
        yield proxy


@contextmanager
def running_proxy(folder: Path) -> Iterator[Proxy]:
    """A proxy before one server, as in docker-compose.yml, as long as it is needed."""
    with running_server(seeded_file(folder)) as server:
        vcl = (ROOT / "deploy" / "proxy" / "default.vcl").read_text()
        here = f'.host = "127.0.0.1"; .port = "{server.port}"'
        (folder / "default.vcl").write_text(
            re.sub(r'\.host = "api[123]"; \.port = "8000"', here, vcl)
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        own = [f"-n{folder}/varnish", f"-f{folder}/default.vcl", f"-a127.0.0.1:{port},HTTP"]
        varnish = subprocess.Popen(
            [VARNISHD, "-jnone", "-F", *own, "-Tnone", "-smalloc,64m", *PARAMETERS],
            env=os.environ | AS_COMPOSED["environment"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        proxy = Proxy(port, server)
        try:
            until(lambda: answers(proxy), seconds=30)
            yield proxy
        finally:
            varnish.terminate()
            varnish.wait()


def answers(proxy: Proxy) -> bool:
    """Whether it has begun, and found the server."""
    try:
        return httpx.get(f"{proxy.url}/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def hold_problem(answer: httpx.Response, status: int) -> None:
    """Fail if an answer is not an error of the one shape."""
    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert set(body) == PROBLEM_FIELDS
    assert body["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "server" not in answer.headers


def test_an_answer_is_the_servers_own_and_conditional_requests_are_answered(proxy: Proxy) -> None:
    with httpx.Client(base_url=proxy.url) as client:
        for path in (BACLOFEN, "/v1/warnings?limit=2", "/v1/drugs/none", "/docs", "/drugs?limit=0"):
            direct = httpx.get(proxy.server.url + path)
            for _ in range(2):
                answer = client.get(path)
                assert answer.status_code == direct.status_code
                assert answer.headers.get("etag") == direct.headers.get("etag")
                if direct.status_code == 200:
                    assert answer.content == direct.content
        hit = client.get(BACLOFEN)
        etag, modified = hit.headers["etag"], hit.headers["last-modified"]
        assert hit.headers["cache-status"] == "medfacts-proxy; hit"
        for name, value, status in (
            ("If-None-Match", etag, 304),
            ("If-None-Match", f'"a", W/{etag}', 304),
            ("If-None-Match", f"W/{etag}", 304),
            ("If-None-Match", "*", 304),
            ("If-None-Match", '"other"', 200),
            ("If-Match", etag, 200),
            ("If-Match", '"other"', 412),
            ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", 412),
            ("If-Modified-Since", modified, 304),
        ):
            assert client.get(BACLOFEN, headers={name: value}).status_code == status
        compressed = client.get(BACLOFEN, headers={"Accept-Encoding": "gzip"})
        assert (compressed.content, compressed.headers["etag"] != etag) == (hit.content, True)
        head = client.head(BACLOFEN)
        assert (head.status_code, head.headers["content-length"]) == (
            200,
            hit.headers["content-length"],
        )
        assert client.get("/metrics").status_code == 404
        assert client.get("/%6Detrics").status_code == 404
        posted = client.post(BACLOFEN, content=b"a body")
        hold_problem(posted, 405)
        assert client.delete(BACLOFEN).status_code == 405
        asked = client.post("/v1/resolve", json=["Lioresal"])
        assert (
            asked.content == httpx.post(f"{proxy.server.url}/v1/resolve", json=["Lioresal"]).content
        )
        assert (asked.status_code, asked.headers["cache-control"]) == (200, "no-store")
        hold_problem(client.post("/v1/resolve", content=b"1" * 1_100_000), 413)
        refused = client.put("/v1/resolve", content=b"[]")
        hold_problem(refused, 405)
        assert refused.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_fhir_is_cached_and_searched_by_form(proxy: Proxy) -> None:
    path = "/fhir/r5/MedicationKnowledge"
    with httpx.Client(base_url=proxy.url) as client:
        lenient = client.get(f"{path}?_sort=x", headers={"Prefer": "handling=lenient"})
        strict = client.get(f"{path}?_sort=x")
        read = [client.get(f"{path}/baclofen") for _ in range(2)][-1]
        known = client.get(f"{path}/baclofen", headers={"If-None-Match": read.headers["etag"]})
        found = client.post(f"{path}/_search", data={"code": "1292"})
        refused = client.put(f"{path}/_search", content=b"{}")

    assert (lenient.status_code, strict.status_code) == (200, 400)
    assert read.headers["cache-status"] == "medfacts-proxy; hit"
    assert read.headers["content-type"] == "application/fhir+json; fhirVersion=5.0"
    assert known.status_code == 304
    assert found.json()["entry"][0]["resource"] == read.json()
    assert (refused.status_code, refused.headers["allow"]) == (405, "OPTIONS, POST")
    assert refused.json()["resourceType"] == "OperationOutcome"


def test_calls_of_an_ehr_reach_the_server_and_are_not_cached(proxy: Proxy) -> None:
    path, bearer = "/cds-services/medfacts-patient-view", {"Authorization": "Bearer a.b.c"}
    context = {"userId": "Practitioner/abc", "patientId": "1"}
    call = {"hook": "patient-view", "hookInstance": str(uuid4()), "context": context}
    with httpx.Client(base_url=proxy.url) as client:
        called = client.post(path, json=call | {"prefetch": {"medications": None}}, headers=bearer)
        found = [client.get("/cds-services", headers=bearer) for _ in range(3)]
        refused = client.put(path, content=b"{}")

    assert (called.json(), called.headers["cache-control"]) == ({"cards": []}, "no-store")
    assert [answer.status_code for answer in found] == [200, 200, 200]
    assert "medfacts-proxy; hit" not in [answer.headers["cache-status"] for answer in found]
    hold_problem(refused, 405)
    assert refused.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("first", "more"),
    [
        pytest.param(b"", b"", id="silence"),
        pytest.param(b"GET /v1/dr", b"", id="half a line"),
        pytest.param(b"GET /v1/dr", b"a", id="a line byte by byte"),
        pytest.param(GET, b"X: a\r\n", id="headers one by one"),
        pytest.param(GET + b"Content-Length: 100\r\n\r\nab", b"", id="half a body"),
        pytest.param(GET + b"Content-Length: 100\r\n\r\nab", b"c", id="a body byte by byte"),
        pytest.param(POST + b"Content-Length: 100\r\n\r\nab", b"c", id="a body of a POST"),
        pytest.param(
            POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", id="chunk by chunk"
        ),
        pytest.param(ASK + b"Content-Length: 100\r\n\r\n[", b"", id="half a question"),
        pytest.param(ASK + b"Content-Length: 100\r\n\r\n[", b" ", id="a question byte by byte"),
        pytest.param(GET + b"\r\n", b"", id="idle after an answer"),
    ],
)
def test_slow_clients_are_let_go_and_hold_nobody_up(
    proxy: Proxy, first: bytes, more: bytes
) -> None:
    with ExitStack() as stack:
        client = stack.enter_context(httpx.Client(base_url=proxy.url, timeout=30))
        alone = median(seconds_of(client) for _ in range(15))
        slow = [stack.enter_context(Connection(proxy.port, seconds=30)) for _ in range(300)]
        begun = time.monotonic()
        for connection in slow:
            connection.send(first)
        waits: list[float] = []
        while time.monotonic() - begun < 3:
            waits.append(seconds_of(client))
            for connection in slow if more else ():
                connection.send(more)
            time.sleep(0.2)
        for connection in slow:
            while connection.socket.recv(65536) if not more else drained(connection):
                pass
        assert time.monotonic() - begun < 30
    assert median(waits) < 0.1 + 10 * alone


def seconds_of(client: httpx.Client) -> float:
    """How long an answer that the proxy has takes."""
    asked = time.monotonic()
    assert client.get(BACLOFEN).status_code == 200
    return time.monotonic() - asked


def drained(connection: Connection) -> bytes:
    """More of what a server sent, while a client sends on; nothing at the end."""
    connection.socket.settimeout(30)
    try:
        return connection.socket.recv(65536)
    except ConnectionResetError:
        return b""


def test_clients_that_do_not_read_hold_nobody_up(proxy: Proxy) -> None:
    large = b"GET /openapi.json HTTP/1.1\r\nHost: medfacts\r\n\r\n"
    with ExitStack() as stack:
        client = stack.enter_context(httpx.Client(base_url=proxy.url, timeout=30))
        alone = median(seconds_of(client) for _ in range(15))
        for _ in range(300):
            connection = stack.enter_context(Connection(proxy.port, receives=4096))
            connection.send(large * 10)
        waits: list[float] = []
        begun = time.monotonic()
        while time.monotonic() - begun < 2 or len(waits) < 15:
            waits.append(seconds_of(client))
            assert client.get("/health/live").status_code == 200
    assert median(waits) < 0.1 + 10 * alone


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(GET + LENGTH + CHUNKED + b"\r\n0\r\n\r\n", id="both"),
        pytest.param(f"GET {BACLOFEN} HTTP/1.1\r\n\r\n".encode(), id="no host"),
        pytest.param(GET + b"Host: other\r\n\r\n", id="two hosts"),
        pytest.param(b"GET " + BACLOFEN.encode() + b" HTTP/9.9\r\nHost: a\r\n\r\n", id="9.9"),
        pytest.param(GET + b"X: " + b"a" * 40_000 + b"\r\n\r\n", id="40 kB of headers"),
    ],
)  # fmt: skip
def test_odd_framing_is_refused(proxy: Proxy, request_: bytes) -> None:
    with Connection(proxy.port) as connection:
        connection.send(request_)
        try:
            line = connection.stream.readline()
        except ConnectionResetError:
            line = b""

    assert line == b"" or 400 <= int(line.split()[1]) < 500, line


def test_a_method_with_quotes_is_refused_as_json(proxy: Proxy) -> None:
    with Connection(proxy.port) as connection:
        connection.send(GET.replace(b"GET", b'A"B') + LENGTH + b"\r\nabcde")
        status, _, body = connection.answer()

    assert (status, json.loads(body)["status"]) == (405, 405)


def test_a_server_that_is_killed_is_a_503_of_the_one_shape_and_what_is_cached_goes_on(
    tmp_path: Path,
) -> None:
    with running_proxy(tmp_path) as proxy, httpx.Client(base_url=proxy.url) as client:
        cached = client.get(BACLOFEN)
        os.kill(proxy.server.process.pid, signal.SIGKILL)
        refused = client.get("/v1/drugs?limit=7")
        hold_problem(refused, 503)
        assert refused.json()["type"] == "/docs/problems#unavailable"
        again = client.get(BACLOFEN)
        assert (again.status_code, again.content) == (200, cached.content)


def test_a_server_that_is_frozen_is_a_503_once_it_was_asked_again(tmp_path: Path) -> None:
    with running_proxy(tmp_path) as proxy, httpx.Client(base_url=proxy.url, timeout=60) as client:
        os.kill(proxy.server.process.pid, signal.SIGSTOP)
        asked = time.monotonic()
        refused = client.get("/v1/drugs?limit=7")
        took = time.monotonic() - asked

    hold_problem(refused, 503)
    assert took < 30


@pytest.mark.parametrize("network", ["one", "many"])
def test_no_container_can_get_the_address_of_a_server(network: str) -> None:
    networks = [service.get("networks", {}) for service in COMPOSE["services"].values()]
    addresses = [each[network]["ipv4_address"] for each in networks if network in each]

    assert len(set(addresses)) == len(addresses) == {"one": 2, "many": 4}[network]


def test_readers_at_once_are_all_answered(proxy: Proxy) -> None:
    failures: list[object] = []

    def keep_asking(path: str) -> None:
        with httpx.Client(base_url=proxy.url) as client:
            for _ in range(40):
                answer = client.get(path)
                if answer.status_code != 200:
                    failures.append(answer)

    paths = [BACLOFEN, "/v1/warnings", "/v1/drugs", "/v1/trials?limit=1"] * 8
    threads = [threading.Thread(target=keep_asking, args=[path]) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
