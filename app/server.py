"""The server: uvicorn, with the protocol and the limits that the contract needs."""

import gc

import uvicorn

from app.http.protocol import StrictProtocol
from app.main import create_app
from app.settings import Settings

SECONDS_TO_FINISH = 8
"""How long requests under way may take once the server has been told to stop."""


def server(settings: Settings) -> uvicorn.Server:
    """A server of the API; `run(sockets=[…])` serves until it is told to stop."""
    app = create_app(settings)
    # The garbage collector need not look at the program again and again: 14 % of a cold answer.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app,
        http=StrictProtocol,
        ws="none",
        log_level="info",
        access_log=settings.access_log,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    return uvicorn.Server(config)
