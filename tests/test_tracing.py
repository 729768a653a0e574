"""Traces: sent by OTLP where OpenTelemetry's variables ask for it, and nothing of it otherwise."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app.settings import ROOT
from tests.processes import running_server, seeded_file, until
from tests.test_cli import run_alone

BACLOFEN = "/v1/drugs/baclofen"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "100"}


class Collector(ThreadingHTTPServer):
    """Takes what is sent to it by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.spans: list[Span] = []
        self.services: set[str] = set()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class Receiver(BaseHTTPRequestHandler):
    """Decodes one delivery."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                own = {each.key: each.value.string_value for each in resource.resource.attributes}
                self.server.services.add(own["service.name"])
                for scope in resource.scope_spans:
                    self.server.spans.extend(scope.spans)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on loopback."""
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The project's own seed."""
    return seeded_file(tmp_path_factory.mktemp("served"))


def attributes(span: Span) -> dict[str, str | int]:
    """What a span says of itself."""
    return {a.key: a.value.string_value or a.value.int_value for a in span.attributes}


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_each_request_is_a_span_and_its_reading_another_within(
    url: str, collector: Collector, workers: str
) -> None:
    asked = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": "mine"}
    wanted = SOON | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with running_server(url, "--workers", workers, environment=wanted) as server:
        with httpx.Client(base_url=server.url) as client:  # one connection: one worker
            first = client.get(BACLOFEN, headers=asked)
            hit = client.get(BACLOFEN)
            unknown = client.get("/v1/drugs/nothing-of-the-kind")
            client.get("/health/live")
        assert server.stop() == 0  # and sends what is left
        until(lambda: len(collector.spans) >= 5)

    by_id = {attributes(s).get("medfacts.request_id"): s for s in collector.spans}
    own, again, missing = (
        by_id[answer.headers["x-request-id"]] for answer in (first, hit, unknown)
    )
    assert (first.status_code, hit.content) == (200, first.content)
    assert own.name == again.name == missing.name == "GET /v1/drugs/{drug_id}"
    assert (own.trace_id.hex(), own.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes(own) | {
        "http.route": "/v1/drugs/{drug_id}",
        "http.response.status_code": 200,
        "http.request.method": "GET",
        "url.path": BACLOFEN,
        "medfacts.cache": "miss",
        "medfacts.request_id": "mine",
    } == attributes(own)
    assert attributes(again)["medfacts.cache"] == "hit"
    assert attributes(missing)["http.response.status_code"] == 404
    reads = [span for span in collector.spans if span.name == "read"]
    assert {s.parent_span_id for s in reads} == {own.span_id, missing.span_id}
    assert {attributes(s)["db.system.name"] for s in reads} == {"sqlite"}
    assert len(collector.spans) == 5  # none of health
    assert collector.services == {"medfacts"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "switch", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}]
)
def test_what_is_switched_off_sends_nothing(
    url: str, collector: Collector, switch: dict[str, str]
) -> None:
    wanted = SOON | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url} | switch
    with running_server(url, environment=wanted) as server:
        assert httpx.get(server.url + BACLOFEN).status_code == 200
        server.stop()

    assert collector.spans == []


@pytest.mark.slow
def test_unless_asked_for_nothing_of_it_is_loaded(url: str) -> None:
    story = (
        "import sys; from app import cli\n"
        "sys.modules['opentelemetry.sdk'] = None\n"
        "sys.modules['opentelemetry.exporter'] = None\n"
        "sys.argv[0] = 'medfacts'; cli.main()"
    )
    with running_server(url, program=("-c", story)) as server:
        assert httpx.get(server.url + BACLOFEN).status_code == 200
        assert server.stop() == 0


@pytest.mark.slow
def test_a_collector_that_is_away_holds_nobody_up(url: str) -> None:
    wanted = SOON | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    with running_server(url, environment=wanted) as server:
        assert httpx.get(server.url + BACLOFEN, timeout=8).status_code == 200
        assert server.stop() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("OTEL_TRACES_EXPORTER", "zipkin", "expected otlp or none, found 'zipkin'."),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "expected http/protobuf, found 'grpc'."),
    ],
)
def test_what_cannot_be_sent_is_reported(url: str, name: str, value: str, message: str) -> None:
    wanted = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", name: value}

    failed = run_alone("serve", "--port", "0", url=url, seed=ROOT / "seed", **wanted)

    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == f"medfacts: {name} cannot be used: {message}\n"


@pytest.mark.slow
def test_what_is_asked_for_and_not_installed_is_reported(url: str) -> None:
    story = "import sys; sys.modules['opentelemetry.sdk'] = None; from app import cli; cli.main()"

    failed = subprocess.run(
        [sys.executable, "-c", story, "serve", "--port", "0"],
        env=os.environ | {"MEDFACTS_DATABASE_URL": url, "OTEL_TRACES_EXPORTER": "otlp"},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (failed.returncode, failed.stdout) == (1, "")
    assert "`pip install 'medfacts[otel]'` does" in failed.stderr
    assert failed.stderr.count("\n") == 1
