"""Requests that no well-behaved client makes: straight to an app, and over a socket."""

import socket
from contextlib import suppress
from http.client import parse_headers
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI

Answer = tuple[int, dict[str, str], bytes]


async def asked_of(
    app: FastAPI,
    target: bytes,
    headers: list[tuple[bytes, bytes]] | None = None,
    host: bytes = b"medfacts",
) -> Answer:
    """What an app answers to a target that is sent as it stands."""
    path, _, query = target.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": unquote(path.decode(), errors="replace"),
        "raw_path": path,
        "query_string": query,
        "headers": [(b"host", host), *(headers or [])],
    }
    answer: dict[str, Any] = {}

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        answer.update(message)

    await app(scope, receive, send)
    sent = {name.decode().lower(): value.decode() for name, value in answer["headers"]}
    return answer["status"], sent, answer["body"]


class Connection:
    """A connection to a server, on which bytes are sent as they stand."""

    def __init__(self, port: int, seconds: float = 60, receives: int = 0) -> None:
        self.socket = socket.socket()
        if receives:  # as few bytes as the system takes before they are read
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        self.socket.settimeout(seconds)
        self.socket.connect(("127.0.0.1", port))
        self.stream = self.socket.makefile("rb")

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes; a server that has closed already has said why before."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def answer(self, method: str = "GET") -> Answer:
        """The next answer on the connection."""
        line = self.stream.readline()
        assert line.startswith(b"HTTP/1.1 "), line
        sent = {name.lower(): value for name, value in parse_headers(self.stream).items()}
        length = 0 if method == "HEAD" else int(sent.get("content-length", "0"))
        return int(line.split()[1]), sent, self.stream.read(length)

    def is_closed(self) -> bool:
        """Whether the server has closed it, or does within the time the connection has."""
        try:
            return self.stream.read(1) == b""
        except ConnectionResetError:
            return True
