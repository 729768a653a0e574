"""BENCHMARKS.md: what was measured, on what, and whether it is what was aimed at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from bench.load import Round, fault_of, ratio

NONE = "-"

INTRODUCTION = """\
# Benchmarks

`./dev bench` wrote this on {day}, of commit {commit}. {how}

A figure is the median of its rounds, in which the contestants took turns; beside it stand the \
lowest and the highest round. A ratio is the median of the ratios within each round, so what \
slows the machine for a while slows both. Figures that fall short are written down as they are.
"""


@dataclass(frozen=True)
class Aim:
    """What is aimed at: `at_least` or `at_most` a number, and the figure; None if there is none."""

    what: str
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

    @property
    def row(self) -> tuple[str, ...]:
        """Its line in the table of aims."""
        low, high = self.at_least, self.at_most
        wanted = f"at most {high:g}" if low is None else f"at least {low:g}"
        return self.what, wanted, number(self.figure, ".2f"), self.verdict


@dataclass
class Report:
    """What one run measured: filled by the measurements, section by section.

    `faults` are figures that do not count and measurements that broke off, `left_out` says what
    took no part and why.
    """

    aims: list[Aim] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def aim(
        self,
        what: str,
        figure: float | None,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """Add a line to the table of aims."""
        self.aims.append(Aim(what, figure, at_least, at_most))

    def add(
        self, title: str, text: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]
    ) -> None:
        """Add a section with one table."""
        self.sections.append(f"## {title}\n\n{text}\n\n{table(head, rows)}")

    def compare(
        self, title: str, text: str, rounds: Mapping[str, list[Round]], baselines: Mapping[str, str]
    ) -> None:
        """Add a section that compares contestants: each with its baseline, if it has one."""
        rows = []
        for name, some in rounds.items():
            to = baselines.get(name)
            if fault := fault_of(some):
                self.faults.append(f"{title}, {name}: {fault}.")
            shown = number(ratio(some, rounds[to]), ".2f") + f" of {to}" if to else NONE
            rows.append((name, *figures(some), shown, *latencies(some)))
        self.add(
            title, text, ("", "a second", "lowest to highest", "ratio", "p50 ms", "p99 ms"), rows
        )

    def text(self, commit: str, how: str, machine: Mapping[str, str]) -> str:
        """The whole file."""
        day = date.today().isoformat()
        parts = [INTRODUCTION.format(day=day, commit=commit, how=how)]
        rows = (aim.row for aim in self.aims)
        parts.append("## Aims\n\n" + table(("what", "aim", "figure", ""), rows))
        if self.faults:
            parts.append("## Figures that do not count\n\n" + _list(self.faults))
        parts += self.sections
        parts.append("## Left out\n\n" + (_list(self.left_out) or "Nothing.\n"))
        parts.append("## The machine and the versions\n\n" + table(("what", ""), machine.items()))
        return "\n".join(parts)


def figures(rounds: list[Round]) -> tuple[str, str]:
    """The median and the span of a contestant's requests per second, or why it has none."""
    if fault := fault_of(rounds):
        return "**does not count**", fault
    rates = [round_.per_second for round_ in rounds]
    return number(median(rates), ",.0f"), span(rates, ",.0f")


def latencies(rounds: list[Round]) -> tuple[str, str]:
    """The medians of p50 and p99, in milliseconds."""
    p50, p99 = median(r.p50_ms for r in rounds), median(r.p99_ms for r in rounds)
    return f"{p50:.2f}", f"{p99:.2f}"


def number(value: float | None, form: str) -> str:
    """A figure, or a dash where there is none."""
    return NONE if value is None else f"{value:{form}}"


def span(values: list[float], form: str) -> str:
    """From the lowest to the highest."""
    return f"{min(values):{form}} to {max(values):{form}}"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _list(items: list[str]) -> str:
    return "".join(f"- {item}\n" for item in items)
