"""BENCHMARKS.md: what was measured, on what, and whether it is what was aimed at."""

from collections.abc import Iterable, Iterator
from datetime import date
from statistics import median

from bench.load import Round, fault_of, rate, ratio
from bench.results import SQLITE, Comparison, Importing, Minute, Overload, Results, Soak, good
from bench.targets import targets

NONE = "-"

INTRODUCTION = """\
# Benchmarks

`./dev bench` wrote this on {day}, in one run. {how}

A figure is the median of its rounds, in which the contestants took turns; behind it stand the \
lowest and the highest round. A ratio is the median of the ratios within each round, so what \
slows the machine for a while slows both. Figures that fall short are written down as they are.
"""


def report(
    results: Results, day: date, machine: dict[str, str], versions: dict[str, str], how: str
) -> str:
    """The whole file."""
    parts = [INTRODUCTION.format(day=day.isoformat(), how=how), *_sections(results)]
    parts.append(_left_out(results))
    parts.append("## The machine\n\n" + _table(("what", "which"), machine.items()))
    parts.append("## Versions\n\n" + _table(("what", "version"), versions.items()))
    return "\n".join(part.strip("\n") + "\n" for part in parts if part)


def _sections(results: Results) -> Iterator[str]:
    yield _to_reach(results)
    if faults := results.faults():
        yield "## Figures that do not count\n\n" + "".join(f"- {fault}\n" for fault in faults)
    if results.comparisons:
        yield "## Side by side\n"
    for comparison in results.comparisons.values():
        yield _comparison(comparison)
    if results.notes:
        yield "".join(f"- {note}\n" for note in results.notes)
    if results.growth:
        yield _growth(results)
    if results.finding:
        yield _finding(results.finding)
    if results.overload:
        yield _overload(results.overload)
    if results.starts:
        rows = ((name, f"{median(s):.2f}", _span(s, ".2f")) for name, s in results.starts.items())
        head = ("from the command until it is ready", "seconds", "lowest to highest")
        yield "## Start\n\n" + _table(head, rows)
    if results.memory:
        rows_of_memory = ((name, f"{mb:.0f}") for name, mb in results.memory.items())
        yield "## Memory\n\n" + _table(("one process, the default cache", "MB"), rows_of_memory)
    if results.imports:
        yield _imports(results.imports)
    for engine, soak in results.soak.items():
        yield _soak(engine, soak)


def _to_reach(results: Results) -> str:
    rows = (
        (
            target.aim,
            f"at least {target.at_least:g}"
            if target.at_least is not None
            else f"at most {target.at_most:g}",
            NONE if target.figure is None else f"{target.figure:.2f}",
            target.verdict,
        )
        for target in targets(results)
    )
    return "## To reach\n\n" + _table(("what", "aim", "figure", ""), rows)


def _comparison(comparison: Comparison) -> str:
    baseline = comparison.rounds[comparison.baseline]
    rows = (
        (name, *_figures(rounds), _number(ratio(rounds, baseline), ".2f"), *_latencies(rounds))
        for name, rounds in comparison.rounds.items()
    )
    head = ("", "a second", "lowest to highest", f"of {comparison.baseline}", "p50 ms", "p99 ms")
    return f"### {comparison.title}\n\n{comparison.asked}.\n\n" + _table(head, rows)


def _growth(results: Results) -> str:
    smallest = min(results.sizes)
    rows = (
        (
            name,
            engine,
            f"{size:,}",
            *_figures(rounds),
            _number(ratio(rounds, by_database[engine, smallest]), ".2f"),
            _latencies(rounds)[1],
        )
        for name, by_database in results.growth.items()
        for (engine, size), rounds in by_database.items()
    )
    head = ("what", "engine", "drugs", "a second", "lowest to highest")
    return "## Growth\n\n" + _table((*head, f"of {smallest:,} drugs", "p99 ms"), rows)


def _finding(finding: dict[str, dict[str, list[Round]]]) -> str:
    rows = (
        (what, engine, *_latencies(rounds), *_figures(rounds))
        for what, by_engine in finding.items()
        for engine, rounds in by_engine.items()
    )
    head = ("what", "engine", "p50 ms", "p99 ms", "a second", "lowest to highest")
    asked = (
        "One request after the other, with nothing kept: names of a vocabulary of 20,000 drugs, "
        "and words in the facts of the catalogue nearest to 20,000 drugs, of eight facts each."
    )
    return f"## Finding\n\n{asked}\n\n" + _table(head, rows)


def _overload(overload: Overload) -> str:
    rows = (
        (
            str(number),
            what,
            f"{good(rounds):,.0f}",
            _span([round_.good_per_second for round_ in rounds], ",.0f"),
            f"{median(round_.shed_per_second for round_ in rounds):,.0f}",
            f"{sum(round_.without_retry_after for round_ in rounds):,}",
            *(_latencies(rounds)),
        )
        for what, by_connections in (
            ("what it can bear", overload.capacity),
            ("more than that", overload.excess),
        )
        for number, rounds in by_connections.items()
    )
    head = ("connections", "", "good a second", "lowest to highest", "503 a second")
    table = _table((*head, "503 without Retry-After", "p50 ms", "p99 ms"), rows)
    live, after = overload.liveness, overload.afterwards_ms
    return (
        "## Overload\n\nThe record with everything, nothing kept. Latencies are of all answers, "
        f"the 503s too.\n\n{table}\n"
        "Under too much load `/health/live`, asked 20 times a second over new connections, "
        f"answered {live['answered']:.0f} of {live['asked']:.0f} times, in {live['p50_ms']:.1f} ms "
        f"(median) and {live['max_ms']:.0f} ms at the most. One record took "
        f"{overload.before_ms:.1f} ms before the load; right after a round of it it took "
        f"{median(after):.1f} ms (median) and {max(after):.1f} ms at the most.\n"
    )


def _imports(imports: dict[str, Importing]) -> str:
    rows = (
        (
            title,
            f"{importing.size / 1e6:,.1f}",
            name,
            *_took(importing, name),
            _number(importing.median(name, "with_start"), ".2f"),
            _number(importing.median(name, "peak_mb"), ".0f"),
            _number(importing.ratio(name, importing.reading or SQLITE), ".2f"),
        )
        for title, importing in imports.items()
        for name in importing.ran
    )
    head = ("what", "MB of files", "", "seconds", "lowest to highest", "with its start", "peak MB")
    return (
        "## Imports\n\nEach is `medfacts import` as a process of its own, into a database that "
        "holds the seed, and the vocabulary where it says so. `with its start` is the whole of the "
        "process; the other seconds, and their ratios, are those of the work once its modules are "
        "loaded. A ratio is to reading alone, where that took turns with it, and to SQLite "
        "otherwise. As in every figure here, Postgres has a core beside the process's, and does "
        f"not wait for the disk.\n\n{_table((*head, 'ratio'), rows)}"
    )


def _soak(engine: str, soak: Soak) -> str:
    minutes, number = soak.minutes, len(soak.minutes)
    tenth = max(1, number // 10)
    rows = (
        (
            f"{first + 1} to {first + len(some)}",
            f"{median(m.good_per_second for m in some):,.0f}",
            f"{median(m.p99_ms for m in some):.1f}",
            *(_least_to_most(some, name) for name in ("resident_mb", "descriptors", "threads")),
        )
        for first in range(0, number, tenth)
        if (some := minutes[first : first + tenth])
    )
    head = ("minutes", "good a second", "p99 ms", "MB resident", "descriptors", "threads")
    faults = f"{soak.faults.total():,}, see above" if soak.faults else "none"
    full, checked = f"{soak.full_per_second:,.0f}", f"{soak.checked:,}"
    return (
        f"## Soak, {engine}\n\n{number} minutes with an import at the beginning of each, at half "
        f"of what the server bears ({full} a second). Meanwhile {checked} "
        "answers were compared with those of before, and with those of a server without a cache, "
        f"byte for byte and by their release. Faults: {faults}.\n\n{_table(head, rows)}"
    )


def _least_to_most(minutes: list[Minute], name: str) -> str:
    return _span([getattr(minute, name) for minute in minutes], ".0f")


def _took(importing: Importing, name: str) -> tuple[str, str]:
    if fault := importing.fault(name):
        return "**does not count**", fault
    seconds = [ran.seconds for ran in importing.ran[name]]
    return f"{median(seconds):.2f}", _span(seconds, ".2f")


def _left_out(results: Results) -> str:
    if not results.left_out:
        return "## Left out\n\nNothing.\n"
    return "## Left out\n\n" + "".join(f"- {why}\n" for why in results.left_out)


def _figures(rounds: list[Round]) -> tuple[str, str]:
    if fault := fault_of(rounds):
        return "**does not count**", fault
    return _number(rate(rounds), ",.0f"), _span([r.per_second for r in rounds], ",.0f")


def _latencies(rounds: list[Round]) -> tuple[str, str]:
    p50, p99 = median(r.p50_ms for r in rounds), median(r.p99_ms for r in rounds)
    return f"{p50:.2f}", f"{p99:.2f}"


def _number(value: float | None, form: str) -> str:
    return NONE if value is None else f"{value:{form}}"


def _span(values: list[float], form: str) -> str:
    return f"{min(values):{form}} to {max(values):{form}}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
