"""What is counted of requests: in memory that the workers of one server share.

Each worker counts in a part of its own, so nothing is locked, and a scrape of any of them adds up
all parts. One that is killed leaves its part, as it is, to the one that takes its place.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap

METHODS = ("GET", "HEAD", "OPTIONS", "other")
OUTCOMES = ("hit", "revalidated", "miss", "bypass")
"""What the cache did: sent what it has, or a 304 for it, or asked, or was not concerned."""

STATUSES = (200, 204, 304, 400, 404, 405, 408, 410, 412, 414, 422, 431, 500, 503, 0)
"""The last stands for every other."""

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""Seconds up to which a bucket of the histogram counts; one more counts the rest."""

OTHER_ROUTE = "other"
"""Every path that no route has: what clients make up names no series."""

MOST_ROUTES = 96

REFUSALS = ("overloaded", "too_many_connections", "took_too_long")
GAUGES = ("pid", "in_progress", "waiting", "pool_size", "pool_in_use", "connections", "cache_bytes")

_first_bound = BOUNDS[0]
_statuses = len(STATUSES)
_cells_of_durations = len(BOUNDS) + 2
_cells_of_outcome = len(METHODS) * _statuses + _cells_of_durations
_cells_of_route = len(OUTCOMES) * _cells_of_outcome
_first_route = len(GAUGES) + len(REFUSALS)
_cells = _first_route + MOST_ROUTES * _cells_of_route

_status_index = {status: index for index, status in enumerate(STATUSES)}
_method_index = {method: index for index, method in enumerate(METHODS)}
_hit_200, _hit_304 = (
    OUTCOMES.index(outcome) * _cells_of_outcome + STATUSES.index(status)
    for outcome, status in (("hit", 200), ("revalidated", 304))
)
_first_bucket = len(METHODS) * _statuses
_bucket_200, _bucket_304 = (_first_bucket - STATUSES.index(status) for status in (200, 304))


@dataclass(frozen=True)
class Counted:
    """What was counted of one route and one outcome, in all processes together."""

    route: str
    outcome: str
    cells: list[float]

    def requests(self) -> Iterator[tuple[str, int, float]]:
        """Method, status and how many, of those that there were any of."""
        for index, total in enumerate(self.cells[:_first_bucket]):
            if total:
                method, status = divmod(index, _statuses)
                yield METHODS[method], STATUSES[status], total

    def durations(self) -> tuple[list[float], float]:
        """How many in each bucket, and seconds in all."""
        *buckets, seconds = self.cells[_first_bucket:]
        return buckets, seconds


class Tally:
    """Counts requests by route, method, status and what the cache did, and how long they took."""

    def __init__(self, processes: int = 1) -> None:
        # Pages that nobody writes to take no memory, so there may be room for every series.
        self._all = memoryview(mmap(-1, 8 * _cells * processes)).cast("d")
        self._own = self._all[:_cells]
        self._routes: dict[str, int] = {}

    def belongs_to(self, process: int) -> None:
        """From now on count in the part of the process at this place, from 0."""
        self._own = self._all[process * _cells : (process + 1) * _cells]
        for gauge in GAUGES:
            self.set(gauge, 0)

    def name_routes(self, templates: Sequence[str]) -> None:
        """The routes' paths, in the same order in every process."""
        names = (OTHER_ROUTE, *templates)[:MOST_ROUTES]
        self._routes = {name: _first_route + n * _cells_of_route for n, name in enumerate(names)}

    def place(self, route: str | None) -> int:
        """Where a route is counted."""
        return self._routes.get(route or OTHER_ROUTE, _first_route)

    def route_at(self, place: int) -> str:
        """The path of the route that is counted there."""
        return list(self._routes)[(place - _first_route) // _cells_of_route]

    # What is counted

    def hit(self, place: int, status: int, seconds: float) -> None:
        """Count a GET that was answered at once, by 200 or 304: as fast as can be."""
        cells = self._own
        if status == 200:
            cell = place + _hit_200
            bucket = cell + _bucket_200
        else:
            cell = place + _hit_304
            bucket = cell + _bucket_304
        cells[cell] += 1
        cells[bucket if seconds < _first_bound else bucket + bisect_left(BOUNDS, seconds)] += 1
        cells[bucket + _cells_of_durations - 1] += seconds

    def count(self, place: int, method: str, status: int, outcome: str, seconds: float) -> None:
        """Count a request."""
        cells = self._own
        begin = place + OUTCOMES.index(outcome) * _cells_of_outcome
        line = begin + _method_index.get(method, len(METHODS) - 1) * _statuses
        cells[line + _status_index.get(status, _statuses - 1)] += 1
        bucket = begin + _first_bucket
        cells[bucket + bisect_left(BOUNDS, seconds)] += 1
        cells[bucket + _cells_of_durations - 1] += seconds

    def refused(self, reason: str) -> None:
        """Count a request, or a connection, that was refused to protect the others."""
        self._own[len(GAUGES) + REFUSALS.index(reason)] += 1

    def set(self, gauge: str, value: float) -> None:
        """Tell how something of this process stands now."""
        self._own[GAUGES.index(gauge)] = value

    # What is read, of all processes

    def gauges(self, gauge: str) -> list[float]:
        """How it stands, process by process."""
        return list(self._all[GAUGES.index(gauge) :: _cells])

    def refusals(self) -> dict[str, float]:
        """How many were refused, by reason."""
        firsts = enumerate(REFUSALS, len(GAUGES))
        return {reason: sum(self._all[first::_cells].tolist()) for first, reason in firsts}

    def routes(self) -> Iterator["Counted"]:
        """What was counted of each route and outcome that there was any request of."""
        parts = [self._all[at : at + _cells].tolist() for at in range(0, len(self._all), _cells)]
        for route, place in self._routes.items():
            for number, outcome in enumerate(OUTCOMES):
                begin = place + number * _cells_of_outcome
                pieces = [part[begin : begin + _cells_of_outcome] for part in parts]
                if any(map(any, pieces)):
                    yield Counted(route, outcome, list(map(sum, zip(*pieces, strict=True))))
