"""How soon the project serves, and how much memory it takes."""

from collections.abc import Mapping
from pathlib import Path

from bench.generate import drug_name
from bench.load import BenchError, Load, ask
from bench.results import FULL, Results
from bench.servers import medfacts, resident_mb

STARTS = 5
MOST_SECONDS = 60
"""How long the cache is filled for at the most."""


def measure_starts(
    results: Results, folder: Path, urls: Mapping[tuple[str, int], str], starts: int = STARTS
) -> None:
    """From the command to the first 200 of /health/ready: the seed, and each catalogue."""
    seeded = f"sqlite:///{folder}/seeded.db"
    with medfacts(folder, seeded, dev=True):
        pass  # it makes its environment and seeds; the next find both
    results.starts["`./dev serve`, the seed on SQLite"] = [
        _seconds(folder, seeded, dev=True) for _ in range(starts)
    ]
    for (engine, drugs), url in urls.items():
        name = f"`medfacts serve`, {drugs:,} drugs on {engine}"
        results.starts[name] = [_seconds(folder, url) for _ in range(starts)]


def measure_memory(results: Results, folder: Path, database_url: str, drugs: int) -> None:
    """Resident memory with the default cache: empty, and after more records than it holds."""
    paths = folder / "every.txt"
    with paths.open("w") as out:
        out.writelines(f"/v1/drugs/{drug_name(i)}?include=all\n" for i in range(drugs))
    with medfacts(folder, database_url) as us:
        results.memory["after its start"] = resident_mb(us.pid)
        asked, seconds, most = 0, 0, 0.0
        while seconds < MOST_SECONDS and asked < drugs:
            done = ask(Load(us.url, paths=paths), 5, first=asked)
            if done.fault:
                raise BenchError(f"the cache could not be filled: {done.fault}")
            asked += done.asked
            seconds += 5
            most = max(most, resident_mb(us.pid))
        what = f"after {min(asked, drugs):,} different records with everything"
        results.memory[what] = resident_mb(us.pid)
        results.memory[FULL] = most


def _seconds(folder: Path, url: str, dev: bool = False) -> float:
    with medfacts(folder, url, dev=dev) as us:
        return us.seconds_to_start
