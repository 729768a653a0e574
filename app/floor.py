"""What the processes of a server have in common: the highest release that any of them has served,
below which nobody goes, and whose log was beside the file that was read last."""

import threading
from mmap import mmap

NUMBER = 8
"""Bytes of a release's number."""


class Floor:
    """Never goes down. Processes that were forked from the one that made it have it in common.

    Each process writes a number of its own, so none can undo what another wrote, and one that takes
    the place of another begins with what that had served.
    """

    def __init__(self, processes: int = 1) -> None:
        self._numbers = memoryview(mmap(-1, NUMBER * processes)).cast("q")
        self._own = 0
        self.log = LogSeen()
        self._one_thread = threading.Lock()

    @property
    def value(self) -> int:
        """The highest number so far; 0 before the first."""
        return max(self._numbers)

    def raise_to(self, number: int) -> None:
        """Take note that this process serves the release of this number."""
        if number > self._numbers[self._own]:
            with self._one_thread:
                self._numbers[self._own] = max(number, self._numbers[self._own])

    def belongs_to(self, process: int) -> None:
        """From now on write the number of the process at this place, from 0."""
        self._own = process


class LogSeen:
    """A SQLite file and the log that was seen beside it, by their inodes; the last, by any process.

    One word, so that none reads half of what another writes, and 32 bits for each: enough to tell
    two files of one name from one another.
    """

    def __init__(self) -> None:
        self._both = memoryview(mmap(-1, 8)).cast("Q")

    @property
    def is_known(self) -> bool:
        """Whether there was a log."""
        return bool(self._both[0] & 0xFFFF_FFFF)

    def is_of_another(self, file: int, log: int) -> bool:
        """Whether this log was seen beside another file than this."""
        both = self._both[0]
        return both >> 32 not in (0, _short(file)) and both & 0xFFFF_FFFF == _short(log)

    def note(self, file: int, log: int | None) -> None:
        """Take note of a file, and of the log beside it, if there is one."""
        self._both[0] = _short(file) << 32 | (_short(log) if log is not None else 0)


def _short(inode: int) -> int:
    """An inode in 32 bits, and never 0."""
    return (inode ^ inode >> 32) & 0xFFFF_FFFF or 1
