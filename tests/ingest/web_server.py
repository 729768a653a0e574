"""A publisher's web server on loopback: it has one file, and may fail in every way that one can."""

import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Fault = Callable[["Request"], None]


@dataclass
class Publisher:
    """What it publishes, and what it was asked; `faults` answer the next requests instead of it."""

    url: str
    content: bytes = b""
    etag: str | None = '"1"'
    modified: str | None = None
    takes_ranges: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    """Of each request: the path, and the headers that say which bytes of what are wanted."""


class Request(BaseHTTPRequestHandler):
    """One request to a publisher."""

    protocol_version = "HTTP/1.1"
    publisher: Publisher

    def do_GET(self) -> None:
        publisher = self.publisher
        wanted = ("Range", "If-Range", "If-None-Match", "If-Modified-Since", "Authorization")
        headers = {name: self.headers[name] for name in wanted if name in self.headers}
        publisher.asked.append({"path": self.path, **headers})
        if publisher.faults:
            publisher.faults.pop(0)(self)
        else:
            self.answer()

    def answer(self, only: int | None = None) -> None:
        """As a good server does; `only` so many bytes of the body, after which it hangs up."""
        publisher, size = self.publisher, len(self.publisher.content)
        version = {"ETag": publisher.etag, "Last-Modified": publisher.modified}
        headers = {name: value for name, value in version.items() if value} | publisher.headers
        known = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        range_ = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range") in (publisher.etag, publisher.modified)
        if (publisher.etag and known[0] == publisher.etag) or (
            publisher.modified and known[1] == publisher.modified
        ):
            self.send(304, headers)
        elif publisher.takes_ranges and range_ and same:
            start = int(range_[1])
            if start >= size:
                self.send(416, {"Content-Range": f"bytes */{size}", "Content-Length": "0"})
                return
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
            self.send(206, headers, publisher.content[start:], only)
        else:
            self.send(200, headers, publisher.content, only)

    def send(
        self, status: int, headers: dict[str, str], body: bytes = b"", only: int | None = None
    ) -> None:
        """An answer; if `only` a part of the body is sent, the connection is closed after it."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:only])
        if only is not None:
            self.hang_up()

    def hang_up(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- so it is called
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is no error; all others are told of."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as it came


def breaks_off_after(count: int) -> Fault:
    return lambda request: request.answer(only=count)


def hangs_up(request: Request) -> None:
    request.hang_up()


def answers(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Fault:
    return lambda request: request.send(status, headers or {}, body)


@contextmanager
def publishing(content: bytes) -> Iterator[Publisher]:
    """A running publisher of a file."""
    publisher = Publisher("", content)
    handler = type("Request", (Request,), {"publisher": publisher})
    with _Server(("127.0.0.1", 0), handler) as server:
        publisher.url = f"http://127.0.0.1:{server.server_port}/files/labels.json"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield publisher
        finally:
            server.shutdown()
            thread.join()
