"""Below which release nobody goes: the highest number that any process of a server has served."""

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
