"""`./dev bench`: measures everything in one run, and writes BENCHMARKS.md."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from app.settings import ROOT
from bench.cold import measure_cold
from bench.databases import postgres_copy, sqlite_file
from bench.finding import measure_finding
from bench.growth import Database, measure_growth
from bench.hot import measure_hot, measure_missing
from bench.imports import measure_imports
from bench.load import CONNECTIONS, BenchError, wrk
from bench.machine import machine, versions
from bench.overload import measure_overload
from bench.report import report
from bench.results import POSTGRES, SQLITE, Results
from bench.running import STARTS, measure_memory, measure_starts
from bench.servers import CORES, HOME, LOAD_CORE, LOCK, SERVER_CORE, stay_on
from bench.soak import measure_soak
from contract.tools import JudgementError, install_python
from tests.postgres import running_postgres

FILE = ROOT / "BENCHMARKS.md"
ENGINES = {"sqlite": SQLITE, "postgres": POSTGRES}
NAMES = ("hot", "cold", "missing", "growth", "overload", "finding", "start", "memory", "imports")
SOAK = "soak"

REAL_FILES = ROOT.parent / "shared" / "data"


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--sizes", default="1000,20000,200000", show_default=True, help="Numbers of drugs.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(1), help="Of a round.")
@click.option("--engines", default=",".join(ENGINES), show_default=True)
@click.option("--only", type=click.Choice((*NAMES, SOAK)), multiple=True, help="Print just this.")
@click.option("--keep", type=click.Path(path_type=Path), help="A folder for the SQLite files.")
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=lambda: REAL_FILES if REAL_FILES.is_dir() else None,
    help="A folder of real files to import as well: drugbank/, drugsatfda/, gtopdb/, openfda/ and "
    "clinicaltrials/.  [default: ../shared/data, where that is; or BENCH_DATA]",
)
@click.option("--minutes", default=60, show_default=True, type=click.IntRange(1), help="Of a soak.")
@click.option("--quick", is_flag=True, help="One round of a second at 200 drugs; writes nothing.")
def main(
    sizes: str,
    rounds: int,
    seconds: int,
    engines: str,
    only: tuple[str, ...],
    keep: Path | None,
    data: Path | None,
    minutes: int,
    quick: bool,
) -> None:
    """Measure the project beside bare ASGI, the tutorial way, Datasette and nginx."""
    if quick:
        sizes, rounds, seconds = "100,200", 1, 1
    results = Results(sizes=_numbers(sizes))
    begun = time.monotonic()
    try:
        chosen = _known(engines)
        serving = not set(only) <= {"imports", SOAK} or not only
        if serving:
            wrk()
        _prepare(results, chosen, serving)
        with _databases(results.sizes if serving else [], chosen, keep) as (folder, files, urls):
            measurements = _measurements(results, folder, files, urls, rounds, seconds, quick)
            measurements["finding"] = lambda: measure_finding(
                results,
                folder,
                [ENGINES[engine] for engine in chosen],
                urls,
                data,
                rounds,
                seconds,
                quick,
            )
            measurements["imports"] = lambda: measure_imports(
                results, folder, [ENGINES[engine] for engine in chosen], data, rounds, quick
            )
            measurements[SOAK] = lambda: measure_soak(
                results, folder, [ENGINES[engine] for engine in chosen], minutes, data, quick
            )
            for name, measure in measurements.items():
                if name in only or (not only and name != SOAK):
                    _say(f"{(time.monotonic() - begun) / 60:5.1f} min: {name}")
                    try:
                        measure()
                    except (BenchError, OSError) as error:  # the others are measured all the same
                        why = getattr(error, "strerror", None) or str(error)
                        results.broken.append(f"{name} came to an end: {why}.")
    except BenchError as error:
        raise click.ClickException(str(error)) from None
    how = _how(rounds, seconds, (time.monotonic() - begun) / 60)
    text = report(results, date.today(), machine(), versions(), how)
    if only or quick:
        click.echo(text)
    else:
        FILE.write_text(text, encoding="utf-8")
        _say(f"wrote {FILE.name}")
    if faults := results.faults():
        raise click.ClickException("\n".join(["some figures do not count:", *faults]))


def _numbers(sizes: str) -> list[int]:
    if not all(size.isdecimal() and int(size) for size in sizes.split(",")):
        raise click.BadParameter("expected numbers of drugs, with commas between.")
    return sorted({int(size) for size in sizes.split(",")})


def _known(engines: str) -> list[str]:
    if not set(engines.split(",")) <= set(ENGINES):
        raise click.BadParameter(f"expected some of {','.join(ENGINES)}.")
    return engines.split(",")


def _prepare(results: Results, engines: list[str], serving: bool) -> None:
    stay_on(LOAD_CORE)
    if len(CORES) == 1:
        results.left_out.append("A core for the load: the machine has one, and all share it.")
    for engine, name in ENGINES.items():
        if engine not in engines:
            results.left_out.append(f"{name}: --engines does not name it.")
    if not serving:
        return
    try:
        install_python(HOME, LOCK)
    except JudgementError as error:
        _say(str(error))
        results.left_out.append("Datasette: it could not be installed.")


@contextmanager
def _databases(
    sizes: list[int], engines: list[str], keep: Path | None
) -> Iterator[tuple[Path, dict[int, Path], dict[Database, str]]]:
    """A folder for the run, the SQLite file of each size, and the URL of every database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        files, urls = {}, {}
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
        for size in sizes:
            _say(f"a catalogue of {size:,} drugs on SQLite")
            files[size] = sqlite_file((keep or folder).resolve(), size)
            if "sqlite" in engines:
                urls[ENGINES["sqlite"], size] = f"sqlite:///{files[size]}"
        if "postgres" in engines and sizes:
            server = stack.enter_context(running_postgres())
            for size in sizes:
                _say(f"a catalogue of {size:,} drugs on Postgres")
                urls[ENGINES["postgres"], size] = postgres_copy(server, files[size])
        yield folder, files, urls


def _measurements(
    results: Results,
    folder: Path,
    files: dict[int, Path],
    urls: dict[Database, str],
    rounds: int,
    seconds: int,
    quick: bool,
) -> dict[str, Callable[[], None]]:
    small, large = min(files, default=0), max(files, default=0)
    on_small, on_large = f"sqlite:///{files.get(small)}", f"sqlite:///{files.get(large)}"

    def cold() -> None:
        for drugs, file in files.items():
            measure_cold(results, folder, file, drugs, rounds, seconds)

    return {
        "hot": lambda: measure_hot(results, folder, on_small, rounds, seconds),
        "cold": cold,
        "missing": lambda: measure_missing(results, folder, on_large, large, rounds, seconds),
        "growth": lambda: measure_growth(results, folder, urls, rounds, seconds),
        "overload": lambda: measure_overload(results, folder, on_small, small, rounds, seconds),
        "start": lambda: measure_starts(results, folder, urls, 1 if quick else STARTS),
        "memory": lambda: measure_memory(results, folder, on_large, large),
    }


def _how(rounds: int, seconds: int, minutes: float) -> str:
    cores = (
        "Each server is one process on one core; wrk and Postgres have another."
        if SERVER_CORE != LOAD_CORE
        else "Servers, wrk and Postgres share the one core there is."
    )
    return (
        f"It took {minutes:.0f} minutes: rounds of {seconds} s, {rounds} of each, by wrk with "
        f"{CONNECTIONS} connections over loopback. {cores}"
    )


def _say(what: str) -> None:
    sys.stderr.write(f"bench: {what}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(prog_name="./dev bench")
