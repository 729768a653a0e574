"""What was measured: the one thing that the measurements fill and the report reads."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from bench.load import Round, fault_of, ratio

US = "medfacts"
BARE = "bare ASGI"
SAME_HEADERS = "bare ASGI, same headers"
NGINX = "nginx, a file"
TUTORIAL = "the tutorial way"
DATASETTE = "Datasette"
FULL = "the most seen meanwhile"
SQLITE, POSTGRES = "SQLite", "Postgres"
PARSING = "reading and parsing alone"
HASHING = "reading and hashing alone"


@dataclass(frozen=True)
class Comparison:
    """Contestants that took turns at the same thing; ratios are to `baseline`."""

    title: str
    asked: str
    baseline: str
    rounds: dict[str, list[Round]]

    def ratio(self, name: str, to: str | None = None, of: str = "per_second") -> float | None:
        """A contestant's ratio to another, by `load.ratio`; None if either did not take part."""
        to = to or self.baseline
        if name not in self.rounds or to not in self.rounds:
            return None
        return ratio(self.rounds[name], self.rounds[to], of)


@dataclass(frozen=True)
class Overload:
    """What good answers per second remain under more load than can be borne."""

    capacity: dict[int, list[Round]]
    excess: dict[int, list[Round]]
    liveness: dict[str, float]
    before_ms: float
    afterwards_ms: list[float]

    @property
    def best(self) -> int:
        """With how many connections it answered most."""
        return max(self.capacity, key=lambda number: good(self.capacity[number]))

    def kept(self, connections: int) -> float | None:
        """The good answers per second under that many connections, of the most there were."""
        most, rounds = good(self.capacity[self.best]), self.excess[connections]
        return good(rounds) / most if most and not fault_of(rounds) else None


@dataclass(frozen=True)
class Ran:
    """An import, or reading alone, by a process of its own: what it took, or why it took nothing.

    `seconds` are those of the work itself, `with_start` those of the whole process.
    """

    seconds: float = 0.0
    with_start: float = 0.0
    peak_mb: float = 0.0
    fault: str | None = None


@dataclass(frozen=True)
class Importing:
    """Contestants that took turns at the same files, of `size` bytes, and what is aimed at.

    On SQLite an import is to take at most so many `seconds`, so many `times` what reading alone
    takes, and so many `megabytes`; None where nothing was set.
    """

    size: int
    ran: dict[str, list[Ran]]
    seconds: float | None = None
    times: float | None = None
    megabytes: float | None = None

    @property
    def reading(self) -> str | None:
        """Which contestant reads alone, if one does."""
        return next((name for name in (PARSING, HASHING) if name in self.ran), None)

    def ratio(self, name: str, to: str) -> float | None:
        """The median of the ratios of seconds within each round; None if one did not take part."""
        if self.fault(name) or self.fault(to) or not (self.ran.get(name) and self.ran.get(to)):
            return None
        pairs = zip(self.ran[name], self.ran[to], strict=True)
        return float(median(one.seconds / other.seconds for one, other in pairs))

    def median(self, name: str, of: str) -> float | None:
        """The median of a contestant's figures; None if they do not count."""
        if self.fault(name) or not self.ran.get(name):
            return None
        return float(median(getattr(ran, of) for ran in self.ran[name]))

    def fault(self, name: str) -> str | None:
        """Why a contestant's figures do not count; None if they do."""
        return next((ran.fault for ran in self.ran.get(name, ()) if ran.fault), None)


@dataclass(frozen=True)
class Minute:
    """A minute of a soak: good answers, and at its end the server's memory, files and threads."""

    good_per_second: float
    p99_ms: float
    resident_mb: float
    descriptors: int
    threads: int


@dataclass
class Soak:
    """What came of long load: its minutes, how many answers were compared, and what was wrong."""

    full_per_second: float
    minutes: list[Minute] = field(default_factory=list)
    checked: int = 0
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Results:
    """Everything that one run measured; what was not measured is empty.

    `broken` says what ended a measurement, `left_out` what took no part and why.
    """

    comparisons: dict[str, Comparison] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    growth: dict[str, dict[tuple[str, int], list[Round]]] = field(default_factory=dict)
    finding: dict[str, dict[str, list[Round]]] = field(default_factory=dict)
    overload: Overload | None = None
    starts: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    imports: dict[str, Importing] = field(default_factory=dict)
    soak: dict[str, Soak] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Which figures do not count, and why."""
        every = [
            (f"{comparison.title}, {name}", rounds)
            for comparison in self.comparisons.values()
            for name, rounds in comparison.rounds.items()
        ] + [
            (f"{asked}, {engine}, {size:,} drugs", rounds)
            for asked, by_database in self.growth.items()
            for (engine, size), rounds in by_database.items()
        ]
        if self.overload:
            every += [
                (f"overload, {number} connections", rounds)
                for number, rounds in (self.overload.capacity | self.overload.excess).items()
            ]
        return (
            self.broken
            + [
                f"Soak, {name}: {fault}, {times} times."
                for name, soak in self.soak.items()
                for fault, times in soak.faults.items()
            ]
            + [f"{what}: {fault}." for what, rounds in every if (fault := fault_of(rounds))]
            + [
                f"{title}, {name}: {fault}."
                for title, importing in self.imports.items()
                for name in importing.ran
                if (fault := importing.fault(name))
            ]
        )


def good(rounds: list[Round]) -> float:
    """Good answers per second, the median of the rounds."""
    return median(round_.good_per_second for round_ in rounds)
