"""Tracing: a span for each request, sent by OTLP where OpenTelemetry's own variables ask for it.

The packages that send are an extra (`medfacts[otel]`); nothing of them is loaded unless asked for.
"""

import os
import threading
from typing import TYPE_CHECKING

from opentelemetry import propagate, trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import __version__
from app.http.exchange import Exchange
from app.http.headers import HEALTH
from app.settings import BadSettingError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"

SECONDS_TO_SEND = 1
"""How long a server that stops waits for what is not sent yet."""


def tracing_is_wanted() -> bool:
    """Whether the environment asks for traces.

    Raises `BadSettingError` if it asks for what is not installed or cannot be done.
    """
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if is_off or exporter == "none" or not (exporter or any(map(os.environ.get, ENDPOINTS))):
        return False
    if exporter not in ("", "otlp"):
        raise BadSettingError(
            f"OTEL_TRACES_EXPORTER cannot be used: expected otlp or none, found '{exporter}'."
        )
    protocol = next(filter(None, map(os.environ.get, PROTOCOLS)), SPOKEN)
    if protocol != SPOKEN:
        name = next(name for name in PROTOCOLS if os.environ.get(name))
        raise BadSettingError(f"{name} cannot be used: expected {SPOKEN}, found '{protocol}'.")
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError:
        raise BadSettingError(
            "The environment asks for traces (OTEL_…), and what sends them is not installed; "
            "`pip install 'medfacts[otel]'` does, or OTEL_SDK_DISABLED=true goes without."
        ) from None
    return True


def sending_traces() -> "TracerProvider":
    """What makes spans and sends them, in a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = {SERVICE_NAME: "medfacts", SERVICE_VERSION: __version__}
    named_by_hand = "OTEL_SERVICE_NAME" in os.environ or SERVICE_NAME in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    if named_by_hand:
        del ours[SERVICE_NAME]
    traces = TracerProvider(resource=Resource.create(ours), shutdown_on_exit=False)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return traces


def stop_sending(traces: "TracerProvider") -> None:
    """Send what is left, if that does not take long."""
    sending = threading.Thread(target=traces.shutdown, daemon=True)
    sending.start()
    sending.join(SECONDS_TO_SEND)


class Tracing:
    """Makes each request a span of the trace that it came with, but for health."""

    def __init__(self, app: ASGIApp, tracer: trace.Tracer) -> None:
        self.app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within a span that says how it was answered."""
        if scope["type"] != "http" or scope["path"].startswith(HEALTH):
            await self.app(scope, receive, send)
            return
        exchange = Exchange.of(scope)
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        attributes = {
            "http.request.method": exchange.method,
            "url.path": exchange.path,
            "url.scheme": scope["scheme"],
        }
        with self._tracer.start_as_current_span(
            exchange.method,
            context=propagate.extract(headers),
            kind=trace.SpanKind.SERVER,
            attributes=attributes,
        ) as span:

            async def watch(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(trace.StatusCode.ERROR)
                await send(message)

            await self.app(scope, receive, watch)
            span.set_attribute("medfacts.request_id", exchange.request_id)
            span.set_attribute("medfacts.cache", exchange.cache)
            if exchange.route is not None:
                span.set_attribute("http.route", exchange.route)
            span.update_name(f"{exchange.method} {exchange.route or 'other'}")
