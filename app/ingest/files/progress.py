"""How far something that takes long has come: a bar on a terminal, elsewhere a line now and then.

    with phase("Reading", total=690_000_000) as advance:
        advance(1_000_000)

All of it goes to standard error. When a phase has ended well, a line says how much that was, and
how fast; of one that fails, nothing stays on a terminal but the error.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeAlias

import tqdm

Advance: TypeAlias = Callable[[int], object]
"""Called at each step: so many bytes, or rows, more."""

SECONDS_BETWEEN_LINES = 10.0

BYTES = "B"

_BAR = (
    "{desc}: {percentage:3.0f} % |{bar}| {n_fmt} of {total_fmt}{unit}, {rate_fmt}, {remaining} left"
)
_BAR_WITHOUT_END = "{desc}: {n_fmt}{unit}, {rate_fmt}, {elapsed}"
_SIZES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B"))


@contextmanager
def phase(
    name: str,
    total: int | None = None,
    *,
    unit: str = BYTES,
    already: int = 0,
    quiet: bool = False,
    seconds_between_lines: float = SECONDS_BETWEEN_LINES,
) -> Iterator[Advance]:
    """Show how far a phase has come, from `already` to `total`; None: nobody knows how much it is.

    `unit` is `B`, which is shown as MB or what fits, or a plural: `rows`; "" for a phase that is
    only named, and not counted.
    """
    if quiet:
        yield lambda _: None
        return
    count = _Count(name, total, unit, already, seconds_between_lines)
    if _is_terminal():
        with _bar(count) as bar:
            yield bar.update
            count.done = int(bar.n)
    else:
        count.log_begin()
        yield count.advance
    count.log_end()


@contextmanager
def phases(*, quiet: bool = False) -> Iterator[Callable[..., Advance]]:
    """Phases one after another: `begin(name, total, …)` ends the one before it, as ended well."""
    with ExitStack() as current:

        def begin(name: str, total: int | None = None, **more: Any) -> Advance:
            current.close()
            return current.enter_context(phase(name, total, quiet=quiet, **more))

        yield begin


def log(line: str, quiet: bool = False) -> None:
    """Log something on the way, outside of a phase."""
    if not quiet:
        print(line, file=sys.stderr, flush=True)


class _Bar(tqdm.tqdm):  # type: ignore[type-arg] # it goes over nothing, so there is no item's type
    monitor_interval = 0  # no thread that wakes up to look at it


_Bar.set_lock(threading.RLock())  # tqdm's own would also hold among processes, and takes long


def _bar(count: "_Count") -> "_Bar":
    is_bytes = count.unit == BYTES
    bar_format = _BAR if count.total else _BAR_WITHOUT_END
    return _Bar(
        desc=count.name,
        total=count.total or None,
        initial=count.already,
        unit=BYTES if is_bytes else f" {count.unit}",
        unit_scale=is_bytes,
        bar_format=bar_format if count.unit else "{desc} …",
        leave=False,
        dynamic_ncols=True,
        file=sys.stderr,
    )


def _is_terminal() -> bool:
    """Whether standard error is a terminal that can write a line over."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class _Count:
    """How far a phase has come, in lines."""

    def __init__(self, name: str, total: int | None, unit: str, already: int, pause: float) -> None:
        self.name = name
        self.total = total
        self.unit = unit
        self.already = already
        self.done = already
        self._pause = pause
        self._begun = self._logged = time.monotonic()

    def advance(self, more: int) -> None:
        """Log it if nothing was logged for a while."""
        self.done += more
        now = time.monotonic()
        if now - self._logged >= self._pause:
            self._logged = now
            self._log(self._so_far(now - self._begun))

    def log_begin(self) -> None:
        """Log what is about to be done."""
        here = f", of which {self._amount(self.already)} are here" if self.already else ""
        self._log(f": {self._amount(self.total)}{here}." if self.total else ".")

    def log_end(self) -> None:
        """Log how much was done; of nothing, nothing."""
        seconds = time.monotonic() - self._begun
        if not self.unit:
            self._log(f": done in {_duration(seconds)}.")
        elif self.done > self.already:
            done = self._amount(self.done - self.already)
            self._log(f": {done} in {_duration(seconds)}, {self._rate(seconds)}.")

    def _so_far(self, seconds: float) -> str:
        if not self.total:
            return f": {self._amount(self.done)}, {self._rate(seconds)}."
        share = min(100, self.done * 100 // self.total)
        done = self._amount(self.done, self.total).split()[0]
        speed = (self.done - self.already) / seconds
        left = _duration(max(0, self.total - self.done) / speed) if speed else "unknown time"
        of = f"({done} of {self._amount(self.total)})"
        return f": {share} % {of}, {self._rate(seconds)}, {left} left."

    def _rate(self, seconds: float) -> str:
        speed = (self.done - self.already) / max(seconds, 0.001)
        return f"{self._amount(round(speed))}/s"

    def _amount(self, amount: int | None, scale: int | None = None) -> str:
        """An amount with its unit; bytes in the unit that `scale`, or else the amount, asks for."""
        amount = amount or 0
        if self.unit != BYTES:
            return f"{amount:,} {self.unit}"
        scale = amount if scale is None else scale
        size, name = next((s for s in _SIZES if scale >= s[0]), _SIZES[-1])
        scaled = amount / size
        return f"{scaled:.1f} {name}" if scaled < 10 and size > 1 else f"{scaled:.0f} {name}"

    def _log(self, rest: str) -> None:
        log(self.name + rest)


def _duration(seconds: float) -> str:
    """A time in words: `0.4 s`, `12 s`, `3 min 20 s`, `1 h 5 min`."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
