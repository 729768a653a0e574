"""The server: uvicorn, with the protocol and the limits that the contract needs."""

import asyncio
import gc
import logging
import os
import resource
import socket
import threading
from collections.abc import Callable
from time import monotonic

import uvicorn

from app import workers
from app.door import Door, turn_away
from app.floor import Floor
from app.http.protocol import StrictProtocol
from app.http.tally import Tally
from app.logs import begin_logging
from app.main import Api, create_app
from app.settings import Settings
from app.tracing import sending_traces, stop_sending
from app.workers import Workers, told_to_stop

logger = logging.getLogger("medfacts")

SECONDS_TO_FINISH = 6
"""How long requests under way may take once the server has been told to stop."""

OTHER_FILES = 100
"""Files that a process has open beside connections, at most."""

SECONDS_BETWEEN_LOOKS = 0.05

COLLECTED = (700, 10, 10)
"""How often garbage is looked for while serving: as Python does, and not as `app.cli` has it."""


class Server(uvicorn.Server):
    """uvicorn, with a door of our own, which resets nobody when it has to stop.

    `last_resort` begins to run then: it ends a process that something else holds, such as a thread
    that reads from a database which is frozen.
    """

    is_crowded: Callable[[], bool] = staticmethod(lambda: False)
    last_resort: threading.Timer | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and let clients in."""
        await super().startup(sockets=[])
        self._doors = [Door(each, self._connection, self.is_crowded) for each in sockets or []]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the door, serve those whom the system has let in by then, and finish."""
        if self.last_resort is not None:
            self.last_resort.start()
        for door in self._doors:
            await door.close()
        seeing_out = asyncio.create_task(self._see_out())
        await super().shutdown()
        await seeing_out

    async def _see_out(self) -> None:
        """End, after `SECONDS_TO_FINISH` or when told a second time, what does not end by itself.

        To cancel its task, which is all that uvicorn does, ends no answer that waits for a client.
        """
        end = monotonic() + SECONDS_TO_FINISH
        while self.server_state.connections and monotonic() < end and not self.force_exit:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)  # until they have been told

    def _connection(self) -> StrictProtocol:
        return StrictProtocol(self.config, self.server_state, self.lifespan.state)


def serve(settings: Settings, listener: socket.socket, *, traced: bool = False) -> int:
    """Serve until told to stop, in as many processes as the settings say; returns the exit code."""
    begin_logging(settings)
    _open_files(settings.connections + settings.pool_size)
    floor, tally = Floor(settings.workers), Tally(settings.workers)

    def work(place: int, may_go_on: Callable[[], bool]) -> None:
        floor.belongs_to(place)
        tally.belongs_to(place)
        traces = sending_traces() if traced else None
        app = create_app(settings, floor, tally, traces)
        served = server(settings, app)

        def is_crowded() -> bool:
            """Whether others have fewer connections; those are told of now, others every second."""
            own = len(served.server_state.connections)
            tally.set("connections", own)
            return own > min(tally.gauges("connections"))

        async def look() -> None:
            app.tell_gauges(connections=len(served.server_state.connections))
            served.should_exit = served.should_exit or not may_go_on()

        served.is_crowded = is_crowded
        served.config.callback_notify, served.config.timeout_notify = look, 0  # every second
        served.last_resort = threading.Timer(workers.SECONDS_TO_STOP, os._exit, (1,))
        served.last_resort.daemon = True
        served.run(sockets=[listener])
        if traces is not None:
            stop_sending(traces)

    if settings.workers > 1:

        def close() -> None:
            turn_away(listener)
            listener.close()

        return Workers(settings.workers, work, on_stop=close).run()
    told = told_to_stop()
    work(0, lambda: not told)
    return 0


def _open_files(wanted: int) -> None:
    """Have the system allow so many files and connections, or say that it does not."""
    wanted += OTHER_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < wanted:
        allowed = min(wanted, most) if most != resource.RLIM_INFINITY else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    if allowed < wanted:
        logger.warning(
            "the system allows %d open files; with more than %d connections nobody is let in",
            allowed,
            allowed - OTHER_FILES,
        )


def server(settings: Settings, app: Api | None = None) -> Server:
    """A server of the API; `run(sockets=[…])` serves until it is told to stop."""
    app = app or create_app(settings)
    # The garbage collector need not look at the program again and again: 14 % of a cold answer.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    config = uvicorn.Config(
        app,
        http=StrictProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=settings.idle_seconds,  # type: ignore[arg-type] # parts of a second too
        timeout_graceful_shutdown=SECONDS_TO_FINISH + 1,
    )
    return Server(config)
