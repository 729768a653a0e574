"""More load than can be borne: what still gets a good answer, and whether the rest is told so."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.settings import ROOT
from bench.cold import DRUGS
from bench.generate import spread_over
from bench.load import Load, Round, ask, get
from bench.results import Overload, Results
from bench.servers import medfacts
from bench.turns import settle

FEW = (4, 8, 16, 32)
"""Numbers of connections among which the most that can be borne is looked for."""
MANY = (128, 256)


def measure_overload(
    results: Results, folder: Path, database_url: str, drugs: int, rounds: int, seconds: float
) -> None:
    """Records with everything and nothing kept, from a few connections and from far too many."""
    paths = folder / "overload.txt"
    ids = spread_over(drugs, DRUGS)
    paths.write_text("".join(f"/v1/drugs/{id_}?include=all\n" for id_ in ids))
    path = f"/v1/drugs/{ids[0]}?include=all"
    with medfacts(folder, database_url, cached=False) as us:
        load = Load(us.url, paths=paths)
        ask(load, 1, count=True)
        capacity = _by_connections(load, FEW, rounds, seconds)
        best = Overload(capacity, {}, {}, 0, []).best
        before = _milliseconds(us.url, path)
        many = tuple(dict.fromkeys((4 * best, *MANY)))
        log = folder / "liveness.json"
        with (
            log.open("wb") as output,
            subprocess.Popen(
                [sys.executable, "-m", "bench.liveness", us.url],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
            ) as watcher,
        ):
            try:
                afterwards: list[float] = []
                excess = _by_connections(
                    load,
                    many,
                    rounds,
                    seconds,
                    lambda: afterwards.append(_milliseconds(us.url, path)),
                )
            finally:
                watcher.terminate()
    liveness = json.loads(log.read_text())
    results.overload = Overload(capacity, excess, liveness, before, afterwards)


def _by_connections(
    load: Load,
    numbers: tuple[int, ...],
    rounds: int,
    seconds: float,
    after_each: Callable[[], None] = lambda: None,
) -> dict[int, list[Round]]:
    done: dict[int, list[Round]] = {number: [] for number in numbers}
    for _ in range(rounds):
        for number in numbers:
            done[number].append(ask(load, seconds, connections=number, count=True))
            after_each()
            settle()
    return done


def _milliseconds(url: str, path: str) -> float:
    """How long one answer takes; one that does not come counts for as long as it was waited for."""
    begun = time.monotonic()
    with suppress(OSError):
        get(url, path)
    return (time.monotonic() - begun) * 1000
