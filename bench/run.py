"""What every measurement works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.databases import Databases
from bench.load import Load, Round, take_turns
from bench.report import Report

COLD_DRUGS = 20_000
LARGE = 1_000_000_000
QUICK = 20


@dataclass(frozen=True)
class Run:
    """What a measurement has to work with: databases, sizes of catalogues, and rounds."""

    report: Report
    folder: Path
    databases: Databases
    sizes: list[int]
    rounds: int
    seconds: float
    data: Path | None
    quick: bool

    def take_turns(self, loads: Mapping[str, Load]) -> dict[str, list[Round]]:
        """Rounds of each load."""
        return take_turns(loads, self.rounds, self.seconds)

    @property
    def cold_drugs(self) -> int:
        """The size of catalogue nearest to that for cold records."""
        return min(self.sizes, key=lambda size: abs(size - COLD_DRUGS))

    @property
    def large(self) -> int:
        """The bytes of labels by which size and memory are measured."""
        return LARGE // (QUICK if self.quick else 1)
