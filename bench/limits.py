"""The limits of one process: too much load, how soon it starts, and how much memory it takes."""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from bench.databases import SQLITE
from bench.labels import drug_name, names_across
from bench.load import PAUSE, BenchError, Load, Round, fault_of, get, write_paths
from bench.report import latencies, number, span
from bench.run import Run
from bench.servers import dev_serve, medfacts, resident_mb
from bench.serving import DIFFERENT

FEW, MANY = (4, 16, 32), (128, 256)
"""Connections among which capacity is looked for, and with which there are too many."""

STARTS = 5
SECONDS_TO_FILL = 60


def measure_overload(run: Run) -> None:
    """Cold records from few connections and from far too many, and liveness meanwhile."""
    ids = names_across(min(run.sizes), DIFFERENT)
    paths = [f"/v1/drugs/{id_}?include=all" for id_ in ids]
    file = write_paths(run.folder / "overload.txt", paths)
    url = run.databases.catalogue(SQLITE, min(run.sizes))
    done: dict[int, list[Round]] = {}
    lively: list[Round] = []
    with medfacts(run.folder, url, cached=False) as us, ThreadPoolExecutor(1) as beside:
        closing = {"Connection": "close"}  # a new connection each time, as an orchestrator's
        live = Load(us.url, "/health/live", headers=closing, connections=1, delay_ms=50)
        for connections in (*FEW, *MANY):
            load = Load(us.url, paths=file, connections=connections, count=True)
            for _ in range(run.rounds):
                watched = beside.submit(live.run, run.seconds) if connections in MANY else None
                done.setdefault(connections, []).append(load.run(run.seconds))
                lively += [watched.result()] if watched else []
                time.sleep(PAUSE)
        begun = time.monotonic()
        recovered = get(us.url, paths[0]).status == 200 and time.monotonic() - begun < 1
    good = {n: median(r.good_per_second for r in rounds) for n, rounds in done.items()}
    shed = sum(r.shed for rounds in done.values() for r in rounds)
    without = sum(r.without_retry_after for rounds in done.values() for r in rounds)
    share = min(good[n] for n in MANY) / max(good[n] for n in FEW)
    worst = None if fault_of(lively) else max(r.max_ms for r in lively)
    run.report.faults += [
        f"Overload, {n} connections: {fault}." for n in done if (fault := fault_of(done[n]))
    ]
    run.report.aim("good answers under too much load, of the most", share, at_least=0.8)
    if shed:
        run.report.aim("503s with Retry-After, of all 503s", 1 - without / shed, at_least=1)
    run.report.aim("ms at most that liveness takes meanwhile", worst, at_most=100)
    run.report.aim("a record is served within 1 s afterwards", float(recovered), at_least=1)
    rows = (
        (
            str(n),
            f"{good[n]:,.0f}",
            span([r.good_per_second for r in rounds], ",.0f"),
            f"{median(r.shed for r in rounds):,.0f}",
            *latencies(rounds),
        )
        for n, rounds in done.items()
    )
    text = (
        "The record with everything, no cache; latencies are of all answers, the 503s too. With "
        f"{' and '.join(map(str, MANY))} connections `/health/live` was requested up to 20 times a "
        f"second over new connections: {sum(r.requests for r in lively):,} answers, "
        f"{median(r.p50_ms for r in lively):.1f} ms in the median, {number(worst, '.0f')} at most."
    )
    head = ("connections", "good a second", "lowest to highest", "503s a round", "p50 ms", "p99 ms")
    run.report.add("Overload", text, head, rows)


def measure_start(run: Run) -> None:
    """From the command to the first 200 of /health/ready."""
    seeded = f"sqlite:///{run.folder}/seeded.db"
    with dev_serve(run.folder, seeded):
        pass  # makes its environment and seeds; the next find both
    large = run.databases.catalogue(SQLITE, max(run.sizes))
    starts: dict[str, list[float]] = {}
    for _ in range(min(run.rounds, STARTS)):
        with dev_serve(run.folder, seeded) as us:
            starts.setdefault("`./dev serve`, the seed", []).append(us.seconds_to_start)
        with medfacts(run.folder, large) as us:
            name = f"`medfacts serve`, {max(run.sizes):,} drugs"
            starts.setdefault(name, []).append(us.seconds_to_start)
    figure = median(starts["`./dev serve`, the seed"])
    run.report.aim("seconds until `./dev serve` is ready, seeded", figure, at_most=1.5)
    rows = ((name, f"{median(some):.2f}", span(some, ".2f")) for name, some in starts.items())
    text = "From the command until `/health/ready` says 200, on SQLite."
    run.report.add("Start", text, ("", "seconds", "lowest to highest"), rows)


def measure_memory(run: Run) -> None:
    """Resident memory with the default cache, after more different answers than it holds."""
    drugs = max(run.sizes)
    every = [f"/v1/drugs/{drug_name(number)}?include=all" for number in range(drugs)]
    file = write_paths(run.folder / "memory.txt", every)
    with medfacts(run.folder, run.databases.catalogue(SQLITE, drugs)) as us:
        begin = most = resident_mb(us.pid)
        requested, end = 0, time.monotonic() + SECONDS_TO_FILL
        while requested < drugs and time.monotonic() < end:
            done = Load(us.url, paths=file).run(5, first=requested)
            if done.fault:
                raise BenchError(f"the cache could not be filled: {done.fault}.")
            requested += done.requests
            most = max(most, resident_mb(us.pid))
    run.report.aim("MB resident, the default cache full", most, at_most=150)
    text = f"One process on SQLite, {min(requested, drugs):,} different records with everything."
    rows = [("after its start", f"{begin:.0f}"), ("at most", f"{most:.0f}")]
    run.report.add("Memory", text, ("", "MB"), rows)
