"""What importing costs: time on each engine, memory, and the size of the database."""

from pathlib import Path
from statistics import median

from bench.databases import POSTGRES, SQLITE, megabytes
from bench.labels import LABEL_BYTES, write_labels
from bench.report import number, span
from bench.run import Run
from bench.servers import Took, run_medfacts

REAL_FILES: dict[str, tuple[str, ...]] = {
    "drugbank-vocabulary": ("drugbank/*vocabulary*",),
    "drugs-at-fda": ("drugsatfda/*.zip",),
    "openfda-label": ("openfda/drug-label-*",),
    "gtopdb": ("gtopdb/interactions.csv", "gtopdb/ligands.csv"),
    "rxnorm": ("rxnorm/*.zip",),
    "fda-cyp": ("fda-cyp/*.html",),
    "clinicaltrials": ("clinicaltrials/*.json",),
}
"""Where a folder of real files has those of each source, in the order of the imports."""

ROUNDS = 3
FIFTY = 50


def measure_imports(run: Run) -> None:
    """Every real file into one database, on each engine in turn."""
    files = {
        source: sorted(path for pattern in patterns for path in run.data.glob(pattern))
        for source, patterns in REAL_FILES.items()
        if run.data
    }
    if not any(files.values()):
        run.report.left_out.append("Imports of real files: neither --data nor BENCH_DATA has any.")
        return
    if run.quick:
        files = {"openfda-label": files["openfda-label"]}
    sources = [source for source in files if files[source]]
    rounds = min(run.rounds, ROUNDS)
    engines = run.databases.engines
    took: dict[tuple[str, str], list[Took]] = {}
    sizes: list[float] = []
    for _ in range(rounds):
        urls = {engine: run.databases.new(engine, seed=True) for engine in engines}
        for source in sources:
            for engine, url in urls.items():
                done = run_medfacts(url, "import", source, *files[source], "--quiet")
                took.setdefault((source, engine), []).append(done)
        if SQLITE in urls:
            sizes.append(megabytes(urls[SQLITE]))
        for url in urls.values():
            run.databases.drop(url)
    totals = {
        engine: [
            sum(each.seconds for each in round_)
            for round_ in zip(*(took[source, engine] for source in sources), strict=True)
        ]
        for engine in engines
    }
    if SQLITE in engines:
        run.report.aim("MB of SQLite after all real files", max(sizes), at_most=150)
        if POSTGRES in engines:
            pairs = zip(totals[POSTGRES], totals[SQLITE], strict=True)
            figure = median(one / other for one, other in pairs)
            run.report.aim("all real files, Postgres of SQLite", figure, at_most=1.3)
    rows = [
        (
            source,
            engine,
            f"{sum(file.stat().st_size for file in files[source]) / 1e6:.1f}",
            f"{median(t.seconds for t in some):.2f}",
            span([t.seconds for t in some], ".2f"),
            f"{median(t.cpu_seconds for t in some):.2f}",
            f"{max(t.peak_mb for t in some):.0f}",
        )
        for (source, engine), some in took.items()
    ]
    rows += [
        ("all", engine, "", f"{median(total):.2f}", span(total, ".2f"), "", "")
        for engine, total in totals.items()
    ]
    head = (
        "what",
        "engine",
        "MB of files",
        "seconds",
        "lowest to highest",
        "of its cpu",
        "peak MB",
    )
    text = (
        "Each is `medfacts import` with its start, into a database that holds the seed and what is "
        "above it. Postgres has a core of its own, and does not wait for the disk."
    )
    run.report.add("Imports of real files", text, head, rows)


def measure_sizes(run: Run) -> None:
    """A large part of made-up labels, once and again; and fifty labels beside it."""
    labels = max(FIFTY, run.large // LABEL_BYTES)
    large, fifty = run.folder / "large.json", run.folder / "fifty.json"
    write_labels(large, labels)
    write_labels(fifty, FIFTY, first=labels)
    bytes_of_labels = large.stat().st_size
    part = f"{bytes_of_labels / 1e6:,.0f} MB of labels"
    rows = []

    def imported(url: str, what: str, file: Path) -> Took:
        done = run_medfacts(url, "import", "openfda-label", file, "--partial", "--quiet")
        row = (f"{done.seconds:.2f}", f"{done.cpu_seconds:.2f}", f"{done.peak_mb:.0f}")
        rows.append((what, *row, f"{megabytes(url):,.0f}"))
        return done

    url = run.databases.new(SQLITE)
    first = imported(url, part, large)
    size = megabytes(url)
    imported(url, "the same again", large)
    beside = imported(url, "fifty more labels", fifty)
    alone = [imported(run.databases.new(SQLITE), "fifty labels alone", fifty) for _ in range(3)]
    large.unlink()
    share = size * 1e6 / bytes_of_labels
    run.report.aim(f"bytes of SQLite per byte of {part}", share, at_most=0.35)
    run.report.aim(f"MB at most, {part}", first.peak_mb, at_most=400)
    figure = beside.seconds / median(took.seconds for took in alone)
    run.report.aim(f"fifty labels beside {part}, of fifty alone", figure, at_most=1.1)
    text = f"Into one database on SQLite: {number(share, '.2f')} bytes for each of the labels'."
    head = ("what", "seconds", "of its cpu", "peak MB", "MB of database")
    run.report.add("Imports of made-up labels", text, head, rows)
