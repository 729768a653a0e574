"""What happens when the catalogue grows: the same requests at each size, on each engine."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from json import loads
from pathlib import Path

from bench.cold import DRUGS
from bench.generate import spread_over
from bench.hot import HOT
from bench.load import Ask, BenchError, Load, asking, get
from bench.results import Results
from bench.servers import Server, medfacts
from bench.turns import take_turns

MOST_PAGES = 1000
MOST_SECONDS = 60
"""How many pages are walked to be deep in a list, and for how long at the most."""

Database = tuple[str, int]
"""Its engine and how many drugs it holds."""


def measure_growth(
    results: Results, folder: Path, urls: Mapping[Database, str], rounds: int, seconds: float
) -> None:
    """Each request, hot and cold, with every database taking its turn."""
    asks: dict[str, dict[Database, Ask]] = {}
    with ExitStack() as stack:
        for (engine, drugs), url in urls.items():
            hot = stack.enter_context(medfacts(folder, url))
            cold = stack.enter_context(medfacts(folder, url, cached=False))
            for name, load in _loads(folder, hot, cold, drugs).items():
                asks.setdefault(name, {})[engine, drugs] = asking(load)
        for name, by_database in asks.items():
            named = {f"{engine} {drugs}": ask for (engine, drugs), ask in by_database.items()}
            done = take_turns(named, rounds, seconds)
            results.growth[name] = dict(zip(by_database, done.values(), strict=True))


def _loads(folder: Path, hot: Server, cold: Server, drugs: int) -> dict[str, Load]:
    ids = spread_over(drugs, DRUGS)
    record, list_ = HOT["hot record"], HOT["hot list"]
    etag = dict(get(hot.url, record).headers).get("etag", "")
    records = _paths(folder / f"records-{drugs}.txt", ids, "?include=all")
    warnings = _paths(folder / f"warnings-{drugs}.txt", ids, "/warnings")
    return {
        "hot record": Load(hot.url, record),
        "hot list": Load(hot.url, list_),
        "304": Load(hot.url, record, status=304, headers={"If-None-Match": etag}),
        "cold record with everything": Load(cold.url, paths=records),
        "cold list of drugs, first page of 20": Load(cold.url, list_),
        "cold list of drugs, deep page of 20": Load(cold.url, _deep(cold, drugs)),
        "cold list of warnings of all drugs": Load(cold.url, "/v1/warnings"),
        "cold warnings of one drug": Load(cold.url, paths=warnings),
    }


def _deep(server: Server, drugs: int) -> str:
    """The path of a page of 20 in the middle of the list, or as deep as is walked."""
    path = "/v1/drugs?sort=id&limit=100"
    begun = time.monotonic()
    for _ in range(min(MOST_PAGES, drugs // 200)):
        if time.monotonic() - begun > MOST_SECONDS:
            break
        try:
            answer = get(server.url, path)
        except OSError:  # its rounds will not count, and say why
            break
        if answer.status != 200:
            raise BenchError(f"{path} was answered with {answer.status}")
        path = loads(answer.body)["next"] or path
    return path.replace("limit=100", "limit=20")


def _paths(file: Path, ids: list[str], rest: str) -> Path:
    file.write_text("".join(f"/v1/drugs/{id_}{rest}\n" for id_ in ids))
    return file
