"""What is to be reached, and what was: what has no figure has not been reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from bench.load import Round, fault_of, ratio
from bench.results import BARE, DATASETTE, FULL, POSTGRES, SQLITE, TUTORIAL, US, Results


@dataclass(frozen=True)
class Target:
    """One aim: `at_least` or `at_most` a number, and the figure; None if there is none."""

    aim: str
    figure: float | None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def verdict(self) -> str:
        """In two words."""
        if self.figure is None:
            return "**no figure**"
        low = self.at_least is not None and self.figure < self.at_least
        high = self.at_most is not None and self.figure > self.at_most
        return "**falls short**" if low or high else "reached"


def targets(results: Results) -> list[Target]:
    """Every aim, in the order in which they were set."""
    smallest, large = min(results.sizes, default=0), max(results.sizes, default=0)
    cold = f"cold {smallest}"
    started = results.starts.get("`./dev serve`, the seed on SQLite")
    every_cold = [name for name in results.comparisons if name.startswith("cold ")]
    return [
        Target("hot record, of bare ASGI", _compared(results, "hot record"), 0.95),
        Target("hot list, of bare ASGI", _compared(results, "hot list"), 0.95),
        Target("304, of bare ASGI with the body", _compared(results, "304"), 1.2),
        *(
            Target(
                f"{results.comparisons[name].title}, of {other}",
                _compared(results, name, other),
                wanted,
            )
            for name in every_cold or [cold]
            if name in results.comparisons
            for other, wanted in ((TUTORIAL, 5.0), (DATASETTE, 1.5))
        ),
        Target("half of it missing the cache, of bare ASGI", _compared(results, "missing"), 0.2),
        Target(
            "p99 of a hot record, of bare ASGI's",
            _compared(results, "hot record", BARE, "p99_ms"),
            at_most=1.3,
        ),
        Target(
            "p99 of a hot list, of bare ASGI's",
            _compared(results, "hot list", BARE, "p99_ms"),
            at_most=1.3,
        ),
        *(
            Target(f"{name}, {engine}: {large:,} drugs, of {smallest:,}", figure, 0.9)
            for name, engine, figure in grown(results)
        ),
        Target(
            "seconds until `./dev serve` is ready, seeded",
            median(started) if started else None,
            at_most=1.5,
        ),
        Target(
            "MB resident, the default cache full",
            results.memory.get(FULL),
            at_most=150,
        ),
        *_finding(results),
        *_overload(results),
        *_imports(results),
    ]


def grown(results: Results) -> list[tuple[str, str, float | None]]:
    """Each request's rate at the largest size, of that at the smallest, by engine."""
    small, large = min(results.sizes, default=0), max(results.sizes, default=0)
    return [
        (name, engine, ratio(rounds[engine, large], rounds[engine, small]))
        for name, rounds in results.growth.items()
        for engine in dict.fromkeys(engine for engine, _ in rounds)
        if small != large
    ]


def _compared(
    results: Results, name: str, to: str | None = None, of: str = "per_second"
) -> float | None:
    comparison = results.comparisons.get(name)
    return comparison.ratio(US, to, of) if comparison else None


def _overload(results: Results) -> list[Target]:
    measured = results.overload
    if measured is None:
        return [Target("good answers at four times capacity, of the most", None, 0.8)]
    four_times = 4 * measured.best
    rounds = [round_ for each in measured.excess.values() for round_ in each]
    asked, answered = measured.liveness.get("asked", 0), measured.liveness.get("answered", 0)
    return [
        Target("good answers at four times capacity, of the most", measured.kept(four_times), 0.8),
        Target("503s with Retry-After, of all 503s under too much load", _told_to_retry(rounds), 1),
        Target("liveness answered meanwhile", answered / asked if asked else None, 1),
    ]


def _imports(results: Results) -> Iterator[Target]:
    """What importing is to cost; of the command with its start, and of the work alone in ratios."""
    if not results.imports:
        yield Target("seconds to import a vocabulary, SQLite", None, at_most=3)
    for title, importing in results.imports.items():
        if importing.seconds is not None:
            took = importing.median(SQLITE, "with_start")
            yield Target(f"seconds to import {title}, SQLite", took, at_most=importing.seconds)
        if importing.times is not None and importing.reading:
            figure = importing.ratio(SQLITE, importing.reading)
            yield Target(
                f"{title}, SQLite, of {importing.reading}", figure, at_most=importing.times
            )
        if importing.megabytes is not None:
            peak = importing.median(SQLITE, "peak_mb")
            yield Target(f"MB at the most, {title}, SQLite", peak, at_most=importing.megabytes)
        if POSTGRES in importing.ran and SQLITE in importing.ran:
            figure = importing.ratio(POSTGRES, SQLITE)
            yield Target(f"{title}, Postgres, of SQLite", figure, at_most=1)


def _finding(results: Results) -> Iterator[Target]:
    """What a request takes in the median, with nothing kept."""
    for what, by_engine in results.finding.items():
        for engine, rounds in by_engine.items():
            figure = None if fault_of(rounds) else median(round_.p50_ms for round_ in rounds)
            aim = 10 if what.startswith("search") else 3
            yield Target(f"ms in the median, {what}, {engine}", figure, at_most=aim)


def _told_to_retry(rounds: list[Round]) -> float | None:
    """The share of 503s with Retry-After; None if nothing was refused."""
    shed = sum(round_.shed for round_ in rounds)
    return 1 - sum(round_.without_retry_after for round_ in rounds) / shed if shed else None
