"""The listening socket as one process sees it: who is let in, and by which of the workers."""

import asyncio
import ctypes
import logging
import socket
import struct
import sys
from collections.abc import Callable

logger = logging.getLogger("medfacts")

SECONDS_TO_DEFER = 0.005
"""How long a worker leaves a client to others that have fewer; then it takes it all the same."""

MOST_AT_ONCE = 32
"""How many it then takes: as many as come at once must not wait for one after the other."""

UNSENT_BYTES = 131_072
"""What the system takes of answers before a client's system has room for them. It would take
megabytes; so what is begun, and not read, when the server has to stop is little, and finds room."""

SECONDS_TO_RECOVER = 0.5
"""How long nobody is let in when that has failed: most likely too many files are open."""


SO_ATTACH_FILTER = 26
"""Linux's number, which `socket` does not have."""


def turn_away(listener: socket.socket) -> None:
    """Have the system take nobody more, for whoever listens at it; those it has taken stay.

    One that comes between the last look at a socket and its end would be reset. What is dropped
    is sent again, and finds nobody. The filter is a program of one step: return 0.
    """
    step = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(step))
    if sys.platform == "linux":
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


class Door:
    """Lets in whoever comes, and makes each a connection by `protocol`.

    The system wakes whichever worker it likes, and with little to do that is always the same. So
    where `is_crowded()` says that others have fewer connections, they are given the time to take
    it.
    """

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        is_crowded: Callable[[], bool],
    ) -> None:
        self._listener = listener
        self._protocol = protocol
        self._is_crowded = is_crowded
        self._loop = asyncio.get_running_loop()
        self._coming: set[asyncio.Task[None]] = set()
        self._pause: asyncio.TimerHandle | None = None
        listener.setblocking(False)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)  # inherited
        self._open()

    async def close(self) -> None:
        """Let in those whom the system has taken already, and nobody after them."""
        self._loop.remove_reader(self._listener)
        while self._let_one_in():
            pass
        if self._pause is not None:
            self._pause.cancel()
        self._listener.close()
        await asyncio.gather(*self._coming)

    def _open(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listener, self._look)

    def _look(self) -> None:
        if self._is_crowded():
            self._wait(SECONDS_TO_DEFER, self._take)
        else:
            self._let_one_in()

    def _take(self) -> None:
        self._open()
        for _ in range(MOST_AT_ONCE):
            if not self._let_one_in():
                break

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._loop.remove_reader(self._listener)
        if self._pause is not None:
            self._pause.cancel()
        self._pause = self._loop.call_later(seconds, then)

    def _let_one_in(self) -> bool:
        """Whether there was one to let in."""
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        except OSError as error:
            logger.error("nobody can be let in: %s", error)
            self._wait(SECONDS_TO_RECOVER, self._open)
            return False
        coming = self._loop.create_task(self._connect(client))
        self._coming.add(coming)
        coming.add_done_callback(self._coming.discard)
        return True

    async def _connect(self, client: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, client)
        except OSError:  # it has gone already
            client.close()
