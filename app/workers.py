"""Several processes that serve on one listening socket, and the one that sees to it that they do.

uvicorn has a supervisor. It starts each worker anew from nothing, which takes a second and shares
no memory; looks at them one after the other, five seconds at one that hangs; starts one that fails
again and again without a pause; and leaves them behind when it is killed.
"""

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from mmap import mmap
from types import FrameType
from typing import NoReturn

logger = logging.getLogger("medfacts")

SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_TO_HANG = 10
"""A worker that has not shown itself for so long is killed."""

SECONDS_TO_STOP = 9.5
"""A worker that has been told to stop and has not by then is killed."""

SECONDS_OF_A_GOOD_LIFE = 10
"""A worker that ends sooner is started again later each time, up to `LONGEST_PAUSE`."""

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0

STOPS = (signal.SIGTERM, signal.SIGINT)


@dataclass
class Place:
    """Where a worker runs, one after the other."""

    number: int
    pid: int = 0
    """0 while none runs."""
    began: float = 0
    beats: int = 0
    looks: int = 0
    """How often nothing new was seen of it; counted, so that a pause of the machine is none."""
    early_ends: int = 0
    begins: float = 0
    """When the next is to begin."""


class Workers:
    """Runs `work(place, may_go_on)` in so many processes forked from this one; replaces what ends.

    `work` serves until it gets SIGTERM or `may_go_on()`, which it calls every second, says no: it
    was told to stop before it could mind, or the process that made it is gone. `on_stop` is called
    when this process is told to stop.
    """

    def __init__(
        self,
        count: int,
        work: Callable[[int, Callable[[], bool]], None],
        on_stop: Callable[[], None],
    ) -> None:
        self._work = work
        self._on_stop = on_stop
        self._places = [Place(number) for number in range(count)]
        self._beats = memoryview(mmap(-1, 8 * count)).cast("Q")
        self._told = 0
        self._passed_on = 0
        self._kills_at = float("inf")
        self._has_served = False

    def run(self) -> int:
        """Keep them running until told to stop; returns the exit code: 1 if none could begin."""
        before = {which: signal.signal(which, self._tell) for which in STOPS}
        try:
            while True:
                self._look()
                if self._told > self._passed_on:
                    self._pass_on()
                if self._told and not any(place.pid for place in self._places):
                    return 0 if self._has_served else 1
                time.sleep(SECONDS_BETWEEN_LOOKS)
        finally:
            for which, handler in before.items():
                signal.signal(which, handler)

    def _tell(self, _: int, __: FrameType | None) -> None:
        self._told += 1

    def _pass_on(self) -> None:
        """Tell the workers to stop; told again, to leave requests under way."""
        if not self._passed_on:
            self._on_stop()
            self._kills_at = time.monotonic() + SECONDS_TO_STOP
        for place in self._places:
            if place.pid:
                os.kill(place.pid, signal.SIGINT if self._passed_on else signal.SIGTERM)
        self._passed_on = self._told

    def _look(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.pid:
                self._look_at(place, now)
            if not (place.pid or self._told) and now >= place.begins:
                self._begin(place)

    def _look_at(self, place: Place, now: float) -> None:
        ended, status = os.waitpid(place.pid, os.WNOHANG)
        if ended:
            self._ended(place, os.waitstatus_to_exitcode(status), now)
            return
        beats = self._beats[place.number]
        is_new = beats != place.beats
        self._has_served = self._has_served or is_new
        place.beats, place.looks = beats, 0 if is_new else place.looks + 1
        hangs = place.looks * SECONDS_BETWEEN_LOOKS > SECONDS_TO_HANG and not self._told
        if hangs:
            logger.error("worker %d hangs and is replaced", place.pid)
        if hangs or now > self._kills_at:
            os.kill(place.pid, signal.SIGKILL)

    def _ended(self, place: Place, code: int, now: float) -> None:
        pid, place.pid = place.pid, 0
        if self._told:
            return
        if not self._has_served and code > 0:
            logger.error("worker %d could not begin, and so ended the server", pid)
            self._told = 1
            return
        lived_well = now - place.began > SECONDS_OF_A_GOOD_LIFE
        place.early_ends = 0 if lived_well else place.early_ends + 1
        pauses = place.early_ends - 1
        place.begins = now + (min(FIRST_PAUSE * 2**pauses, LONGEST_PAUSE) if pauses > 0 else 0)
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        logger.error("worker %d %s and is replaced", pid, how)

    def _begin(self, place: Place) -> None:
        sys.stdout.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until the worker minds them itself
        parent = os.getpid()
        pid = os.fork()
        if not pid:
            self._be_worker(place.number, parent)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        place.pid, place.began = pid, time.monotonic()
        place.beats, place.looks = self._beats[place.number], 0

    def _be_worker(self, place: int, parent: int) -> NoReturn:
        code = 1
        beats = count(self._beats[place] + 1)

        def may_go_on() -> bool:
            self._beats[place] = next(beats)
            return os.getppid() == parent and not told

        try:
            told = told_to_stop()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            self._work(place, may_go_on)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def told_to_stop() -> list[int]:
    """From now on, the signals by which this process was told to stop, if it was.

    uvicorn minds them while it serves, and passes them on when it is done; they end nothing.
    """
    told: list[int] = []
    for which in STOPS:
        signal.signal(which, lambda which, _: told.append(which))
    return told
