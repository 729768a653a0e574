"""HTTP/1.1 as uvicorn reads it with httptools, less what that leaves open.

httptools refuses Content-Length with Transfer-Encoding, bare LF and folded lines. Added here: a
bound on what a head may hold, a time within which a request has to arrive, trailers that are no
headers, no body for an upgrade, and the one shape of errors for what is no HTTP at all.
"""

import asyncio
import re
import socket
import termios
from array import array
from collections.abc import Callable
from contextlib import suppress
from fcntl import ioctl
from functools import partial
from http import HTTPMethod
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from app.http.conditional_requests import lines
from app.http.exchange import Exchange
from app.http.headers import HEALTH, WRITE
from app.http.problems import (
    LargeHeadersError,
    LongAddressError,
    MethodError,
    ProblemError,
    RequestError,
    TooManyError,
    TooSlowError,
)
from app.http.request_limits import Patience

SECONDS_TO_LINGER = 2
"""How long a client that is still sending may take to read why it was refused."""

SECONDS_TO_LEAVE = 0.3
"""How long an idle client's next request is still answered, once the server has to stop."""

SECONDS_BETWEEN_LOOKS = 0.05
"""How often a client that leaves is looked at."""

REQUEST_LINE = re.compile(rb"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) \S+ HTTP/1\.[01]\r\n")

FRAMING = (b"content-length", b"transfer-encoding")
KNOWN_METHODS = {method.encode() for method in HTTPMethod}


class StrictProtocol(HttpToolsProtocol):
    """One connection. What it refuses is answered by the app, which finds `state["refusal"]`."""

    _patience = Patience()
    _in_head = False
    _in_body = False
    _is_hit = False
    _head_bytes = 0
    _heads = 0
    _refused = False
    _leaves = False
    _ends = False
    """What was begun is the last that is sent; what more is asked is not read."""
    _begun: RequestResponseCycle | None = None
    _is_one_too_many = False
    _reading: asyncio.TimerHandle | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._patience = getattr(self.config.app, "patience", self._patience)
        self._is_one_too_many = len(self.connections) > self._patience.connections
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        if self._reading is not None:
            self._reading.cancel()
        if self._begun is not None:  # uvicorn tells the last that was asked for
            self._begun.disconnected = True
            self._begun.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what has arrived; nothing more of a connection that has been refused."""
        self._unset_keepalive_if_required()
        heads = self._heads
        while data and not (self._refused or self._ends):
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # No upgrade is offered here: what follows is HTTP still, unless it is a body, whose
                # end httptools does not look for any more.
                if any(name in FRAMING for name, _ in self.headers):
                    self._refuse(RequestError("A request to upgrade has no body."))
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's
                data = data[upgrade.args[0] :]
            except httptools.HttpParserError as error:
                self._refuse(_told(error, data))
            else:
                break
        if self._refused or self._ends:
            return
        if self._in_head and self._heads == heads:  # nothing of this chunk was another request's
            self._head_bytes += len(data)
            limits = self._patience.limits
            if self._head_bytes > limits.longest_address + limits.largest_headers:
                most = limits.largest_headers
                self._refuse(LargeHeadersError(f"The headers have over {most} bytes."))
        if self._deadline is None:
            is_idle = self.cycle is None or self.cycle.response_complete
            begins_none = is_idle and self._heads == heads  # a blank line, which stopped the timer
            if self._in_head or self._in_body or begins_none:
                self._wait_for_request()

    def shutdown(self) -> None:
        """Go as soon as what was asked is answered; uvicorn calls this when the server has to stop.

        A client that is idle may be sending its next request, which to close would reset.
        """
        self._leaves = True
        is_idle = self._begun is None or self._begun.response_complete
        if is_idle and not self.transport.get_write_buffer_size():
            self.loop.call_later(SECONDS_TO_LEAVE, self._leave)
        else:
            self._end()

    def _end(self) -> None:
        """Send what was begun, and nothing more: what was asked after it is not begun any more."""
        self._ends = True
        self._wait_no_more()
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        last = self._begun
        if last is None or last.response_complete:
            self._go()
        elif self.flow.write_paused and not last.response_started:
            last.disconnected, last.waiting_for_100_continue = True, False  # it sends nothing
            self._go()
        else:
            last.keep_alive = False
            if last.transport is self.transport:
                last.transport = _Lingering(self.transport, self._go)  # type: ignore[assignment] # as below
        self._hand_over()

    def _go(self) -> None:
        """Send nothing more, and close when the client's system has all of it.

        Until then what it sends is read, and left: to close with that unread is a reset, by which
        the system forgets what is on its way.
        """
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self.transport.write_eof()
        if self.transport.get_write_buffer_size() or _held(self._socket()):
            self.loop.call_later(SECONDS_BETWEEN_LOOKS, self._go)
        else:
            self.transport.close()

    def _hand_over(self) -> None:
        """Have the system take what is unsent: it sends that on when this process is gone."""
        own, unsent = self._socket(), self.transport.get_write_buffer_size()
        with suppress(OSError):
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, 0)  # see app/door.py
        if own.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) < 4 * unsent:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * unsent)

    def _socket(self) -> socket.socket:
        own: socket.socket = self.transport.get_extra_info("socket")
        return own

    def _leave(self) -> None:
        if self._ends:
            return
        if self._in_head:
            self._too_slow()
        elif self.cycle is None or self.cycle.response_complete:
            self._end()

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._heads += 1

    def on_url(self, url: bytes) -> None:
        """Take a part of the path and query."""
        super().on_url(url)
        most = self._patience.limits.longest_address
        if len(self.url) > most + len("?"):
            raise LongAddressError(f"The path and query have over {most} bytes.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header without the blanks around it; leave a trailer, which is no header."""
        if self._in_head:
            name, value = name.lower(), value.strip(b" \t")
            self.headers.append((name, value))
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        """Hand the request to the app."""
        if self._ends:
            return
        if self.parser.get_http_version() not in ("1.0", "1.1"):
            raise RequestError("The HTTP version is neither 1.0 nor 1.1.")
        if b"#" in self.url:
            raise RequestError("The address has a fragment ('#'), which is not to be sent.")
        self._is_hit = self._may_be_hit() and self._hit()
        if not self._is_hit:
            is_refused = self._is_one_too_many and not self.url.decode("latin-1").startswith(HEALTH)
            super().on_headers_complete()
            if is_refused:
                Exchange.of(self.scope).refuse(TooManyError(TooManyError.example))  # type: ignore[arg-type]
            self.cycle.keep_alive &= not is_refused
            if self._leaves:
                self._end()
        self._in_head, self._in_body, self._head_bytes = False, True, 0

    def on_message_complete(self) -> None:
        """The request has arrived."""
        self._in_body = False
        if self._deadline is not None:
            self._wait_no_more()
        if not self._is_hit:
            super().on_message_complete()

    def _may_be_hit(self) -> bool:
        """Whether a request is an ordinary GET that waits for none before it.

        One with a body is not: the rest of it may turn out to be no HTTP.
        """
        return (
            self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and self.url.startswith(b"/")
            and (self.cycle is None or self.cycle.response_complete)
            and not (self.flow.write_paused or self.transport.is_closing())
            and not (self._leaves or self._is_one_too_many)
            and not any(name in FRAMING for name, _ in self.headers)
        )

    def _hit(self) -> bool:
        """Have the app send what it has, before anything is made of the request."""
        hit = getattr(self.config.app, "hit", None)
        path, _, query = self.url.partition(b"?")
        return hit is not None and hit(path, query, self.headers, self._send_hit, self.client)

    def _send_hit(self, status: int, head: bytes, body: bytes) -> bool:
        own = lines(self.server_state.default_headers)
        self.transport.writelines([STATUS_LINE[status], own, head, b"\r\n", body])
        self.on_response_complete()
        return True

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Have a request answered by a task of its own."""
        self._begun = cycle
        cycle.scope["extensions"] = {WRITE: partial(_write, cycle)}  # type: ignore[dict-item] # ours
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Begin the next request, if there is to be one."""
        super().on_response_complete()
        if self._ends:
            self._unset_keepalive_if_required()

    def pause_writing(self) -> None:
        """See to it that the client reads on, now that much is unsent."""
        super().pause_writing()
        self._see_it_read()
        if self._ends:
            self._hand_over()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, which waits for what is unsent."""
        super().timeout_keep_alive_handler()
        self._see_it_read()

    def _see_it_read(self, untaken_before: int | None = None) -> None:
        """Let a client go that has not read anything meanwhile; look again later."""
        unsent = self.transport.get_write_buffer_size()
        untaken = unsent + _held(self._socket()) if unsent else 0
        if self._reading is not None:
            self._reading.cancel()
        if untaken and untaken == untaken_before:
            self.transport.abort()
        elif untaken:
            seconds = self._patience.unread_seconds
            self._reading = self.loop.call_later(seconds, self._see_it_read, untaken)

    def _wait_for_request(self) -> None:
        self._deadline = self.loop.call_later(self._patience.arrive_seconds, self._too_slow)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        if self._in_head or self.cycle is not None:
            most = f"{self._patience.arrive_seconds:g}"
            self._refuse(TooSlowError(f"The request did not arrive within {most} seconds."))
        else:
            self.transport.close()

    def _refuse(self, error: ProblemError) -> None:
        """Have the app answer with an error, in its turn, and read nothing more."""
        if self._ends:
            return
        self._refused = True
        self._wait_no_more()
        if self._in_head or self.cycle is None:
            self._answer_instead(error)
        elif self.cycle.response_complete:
            self.transport.close()
        else:  # The head was right. The app is told, if it has not looked at it yet.
            Exchange.of(self.cycle.scope).refuse(error)  # type: ignore[arg-type]
            self.cycle.keep_alive = False

    def _answer_instead(self, error: ProblemError) -> None:
        """Have the app answer a head that it could not be given."""
        if self.scope is None or not self._in_head:
            super().on_message_begin()
        is_head = self.parser.get_method() == b"HEAD"
        self.scope["method"] = "HEAD" if is_head else "GET"
        self.scope["path"], self.scope["raw_path"], self.scope["query_string"] = "/", b"/", b""
        Exchange.of(self.scope).refuse(error)  # type: ignore[arg-type]
        previous, transport = self.cycle, _Lingering(self.transport, self._linger)
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=transport,  # type: ignore[arg-type] # all of it that is used here
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        if previous is None or previous.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.pipeline.appendleft((self.cycle, self.app))

    def _linger(self) -> None:
        """Let the client read why it was refused."""
        self.transport.write_eof()
        self.loop.call_later(SECONDS_TO_LINGER, self.transport.close)


def _held(own: socket.socket) -> int:
    """How many bytes the system holds that the other end has not taken, the end itself counted."""
    bytes_ = array("i", [0])
    with suppress(OSError):
        ioctl(own.fileno(), termios.TIOCOUTQ, bytes_)
    return bytes_[0]


def _write(cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> bool:
    """Send a whole answer, as uvicorn's own cycle sends one in two parts."""
    if cycle.flow.write_paused:
        return False
    is_gone = cycle.disconnected or cycle.transport.is_closing()
    cycle.response_started = cycle.response_complete = True
    cycle.scope.pop("extensions", None)  # which refer to the cycle: garbage that only gc would find
    if is_gone:
        return True
    own = lines(cycle.default_headers)
    end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
    cycle.transport.writelines([STATUS_LINE[status], own, head, end, body])
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True


class _Lingering:
    """A transport that lets the client read the answer before the connection goes.

    To close it while the client is sending would be a reset, which can overtake the answer.
    """

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.writelines = transport.writelines
        self.is_closing = transport.is_closing
        self.close = close


def _told(error: httptools.HttpParserError, data: bytes) -> ProblemError:
    """What to tell of an error that httptools found, or that was raised while it read."""
    if isinstance(error.__context__, ProblemError):
        return error.__context__
    if isinstance(error, httptools.HttpParserCallbackError):
        return RequestError("The address cannot be read.")
    line = REQUEST_LINE.match(data)  # of the first request, if several arrived at once
    unknown = isinstance(error, httptools.HttpParserInvalidMethodError)
    if unknown and line and line[1] not in KNOWN_METHODS:
        return MethodError.of(line[1].decode())
    return RequestError(f"HTTP/1.1 does not allow it: {str(error).rstrip('.')}.")
