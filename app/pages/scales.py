"""Axes of drawings: where values stand on them, in percent of their width, and which are printed.

Percent, and no units of a view box: letters then have their size on every screen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Protocol, Self

LOG_TICKS = (1, 2, 5)
MOST_TICKS = 7

ONE_LINE = 34
"""Letters that have room in a line of a drawing on the narrowest screen."""


class Labelled(Protocol):
    """A row of a drawing: what it is, and its value as text."""

    @property
    def label(self) -> str: ...

    @property
    def printed(self) -> str: ...


def lines(rows: Iterable[Labelled]) -> int:
    """The lines of text that each row of a drawing takes: its label and value in one, or in two."""
    return 1 if all(len(row.label) + len(row.printed) < ONE_LINE for row in rows) else 2


@dataclass(frozen=True)
class Axis:
    """An axis from a lowest to a highest value, linear or logarithmic."""

    low: float
    high: float
    is_log: bool = False

    @classmethod
    def linear(cls, values: list[float]) -> Self:
        """An axis that has these values and zero."""
        low, high = min(0.0, *values), max(0.0, *values)
        step = _step((high - low) or 1.0)
        start, end = floor(low / step) * step, ceil(high / step) * step
        return cls(start, end if end > start else start + step)

    @classmethod
    def log(cls, values: list[float]) -> Self:
        """An axis of ratios, which are above zero; it has the ratio of no effect."""
        return cls(min(1.0, *values) / 1.25, max(1.0, *values) * 1.25, is_log=True)

    def at(self, value: float) -> float:
        """Where a value stands, from 0 to 100; what is outside stands at the end."""
        low, high, value = (log10(v) if self.is_log else v for v in (self.low, self.high, value))
        place = 100 * (value - low) / (high - low)
        return round(min(max(place, 0.0), 100.0), 1)

    @property
    def ticks(self) -> list[tuple[float, float]]:
        """The values that are printed, each with its place."""
        if not self.is_log:
            step = _step(self.high - self.low)
            count = round((self.high - self.low) / step)
            values = [self.low + i * step for i in range(count + 1)]
        else:
            decades = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
            values = [
                value
                for decade in decades
                for tick in LOG_TICKS
                if self.low <= (value := tick * 10.0**decade) <= self.high
            ]
            if len(values) > MOST_TICKS:
                values = [value for value in values if round(log10(value), 9) % 1 == 0]
        return [(round(value, 10), self.at(value)) for value in values]


def _step(span: float) -> float:
    """A step of 1, 2 or 5 by ten, with which a span has some five ticks."""
    rough = span / 5
    power = 10.0 ** floor(log10(rough))
    return next(power * by for by in (1, 2, 5, 10) if power * by >= rough * 0.999)
