"""A real server on a socket, in a thread of the test's process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from app.cli import uvicorn_config
from app.main import create_app
from app.settings import Settings


@contextmanager
def serving(settings: Settings) -> Iterator[int]:
    """The port of a server over these settings, as long as it is needed."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn_config(settings, create_app(settings)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    port = listener.getsockname()[1]
    # FastAPI completes its routes at the first request, which no two apps of a process do at once.
    httpx.get(f"http://127.0.0.1:{port}/health/live")
    yield port
    server.should_exit = True
    thread.join()
    listener.close()
