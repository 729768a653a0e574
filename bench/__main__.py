"""`./dev bench`: measures everything in one run, and writes BENCHMARKS.md."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench.databases import POSTGRES, SQLITE, Databases, say
from bench.imports import measure_imports, measure_sizes
from bench.limits import measure_memory, measure_overload, measure_start
from bench.load import CONNECTIONS, BenchError, wrk
from bench.machine import commit, machine
from bench.report import Report
from bench.run import Run
from bench.servers import CORES, LOAD_CORE, ROOT, stay_on
from bench.serving import measure_cold, measure_growth, measure_hot, measure_proxy
from tests.postgres import running_postgres

FILE = ROOT / "BENCHMARKS.md"
REAL_FILES = ROOT.parent / "shared" / "data"
ENGINES = {"sqlite": SQLITE, "postgres": POSTGRES}

MEASUREMENTS: dict[str, Callable[[Run], None]] = {
    "hot": measure_hot,
    "proxy": measure_proxy,
    "cold": measure_cold,
    "growth": measure_growth,
    "overload": measure_overload,
    "start": measure_start,
    "memory": measure_memory,
    "imports": measure_imports,
    "sizes": measure_sizes,
}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--sizes", default="1000,20000,200000", show_default=True, help="Numbers of drugs.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(1), help="Of a round.")
@click.option("--engines", default=",".join(ENGINES), show_default=True)
@click.option(
    "--only", type=click.Choice(list(MEASUREMENTS)), multiple=True, help="Print just this."
)
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=lambda: REAL_FILES if REAL_FILES.is_dir() else None,
    help="A folder of real files to import as well: drugbank/, drugsatfda/, gtopdb/, openfda/, "
    "rxnorm/ and clinicaltrials/.  [default: ../shared/data, where that is; or BENCH_DATA]",
)
@click.option("--quick", is_flag=True, help="Rounds of a second, 200 drugs; writes no file.")
def main(
    sizes: str,
    rounds: int,
    seconds: int,
    engines: str,
    only: tuple[str, ...],
    data: Path | None,
    quick: bool,
) -> None:
    """Measure the project beside bare ASGI, Varnish, Datasette and the tutorial way."""
    if quick:
        sizes, rounds, seconds = "100,200", 1, 1
    chosen = _engines(engines)
    report, begun = Report(), time.monotonic()
    report.left_out += [
        f"{name}: --engines does not name it." for name in ENGINES.values() if name not in chosen
    ]
    if len(CORES) == 1:
        report.left_out.append("A core for wrk and Postgres: there is one, and all share it.")
    stay_on(LOAD_CORE)
    with ExitStack() as stack:
        try:
            wrk()
        except BenchError as error:
            raise click.ClickException(str(error)) from None
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        postgres = stack.enter_context(running_postgres()) if POSTGRES in chosen else None
        databases = Databases(folder, chosen, postgres)
        run = Run(report, folder, databases, _sizes(sizes), rounds, seconds, data, quick)
        for name in only or MEASUREMENTS:
            say(f"{(time.monotonic() - begun) / 60:.1f} min: {name}")
            try:
                MEASUREMENTS[name](run)
            except (BenchError, OSError) as error:  # the others are measured all the same
                report.faults.append(f"{name} broke off: {error}")
    text = report.text(commit(), _how(rounds, seconds, begun), machine())
    if only or quick:
        click.echo(text)
    else:
        FILE.write_text(text, encoding="utf-8")
        say(f"wrote {FILE.name}")
    if report.faults:
        raise click.ClickException("\n".join(["some figures do not count:", *report.faults]))


def _sizes(text: str) -> list[int]:
    if not all(size.isdecimal() and int(size) for size in text.split(",")):
        raise click.BadParameter("expected numbers of drugs, with commas between.")
    return sorted({int(size) for size in text.split(",")})


def _engines(text: str) -> list[str]:
    if not set(text.split(",")) <= set(ENGINES):
        raise click.BadParameter(f"expected some of {','.join(ENGINES)}.")
    return [ENGINES[engine] for engine in text.split(",")]


def _how(rounds: int, seconds: int, begun: float) -> str:
    minutes = (time.monotonic() - begun) / 60
    cores = "have one core; wrk and Postgres have another" if len(CORES) > 1 else "share one core"
    return (
        f"It took {minutes:.0f} minutes: rounds of {seconds} s, {rounds} of each, by wrk with "
        f"{CONNECTIONS} connections over loopback. Servers and imports {cores}."
    )


if __name__ == "__main__":
    main(prog_name="./dev bench")
