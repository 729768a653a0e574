"""The server: uvicorn, with the protocol and the limits that the contract needs."""

import gc
import socket
from collections.abc import Callable

import uvicorn

from app.floor import Floor
from app.http.protocol import StrictProtocol
from app.http.tally import Tally
from app.logs import begin_logging
from app.main import Api, create_app
from app.settings import Settings
from app.workers import Workers, told_to_stop

SECONDS_TO_FINISH = 8
"""How long requests under way may take once the server has been told to stop."""


def serve(settings: Settings, listener: socket.socket) -> int:
    """Serve until told to stop, in as many processes as the settings say; returns the exit code."""
    begin_logging(settings)
    floor, tally = Floor(settings.workers), Tally(settings.workers)

    def work(place: int, may_go_on: Callable[[], bool]) -> None:
        floor.belongs_to(place)
        tally.belongs_to(place)
        app = create_app(settings, floor, tally)
        served = server(settings, app)

        async def look() -> None:
            app.tell_gauges(connections=len(served.server_state.connections))
            served.should_exit = served.should_exit or not may_go_on()

        served.config.callback_notify, served.config.timeout_notify = look, 0  # every second
        served.run(sockets=[listener])

    if settings.workers > 1:
        return Workers(settings.workers, work, on_stop=listener.close).run()
    told = told_to_stop()
    work(0, lambda: not told)
    return 0


def server(settings: Settings, app: Api | None = None) -> uvicorn.Server:
    """A server of the API; `run(sockets=[…])` serves until it is told to stop."""
    app = app or create_app(settings)
    # The garbage collector need not look at the program again and again: 14 % of a cold answer.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app,
        http=StrictProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    return uvicorn.Server(config)
