"""What importing costs: each import by a process of its own, into a database of its own."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.ingest.seed.loading import load_seed
from app.settings import ROOT, Settings
from bench.generate_files import (
    APPLICATIONS,
    INTERACTIONS,
    LABEL_BYTES,
    VOCABULARY_DRUGS,
    write_drugs_at_fda,
    write_gtopdb,
    write_labels,
    write_studies,
    write_vocabulary,
)
from bench.load import BenchError
from bench.results import HASHING, PARSING, POSTGRES, Importing, Ran, Results
from bench.servers import SERVER_CORE, as_a_server, inherited
from tests.postgres import PostgresServer, running_postgres

LABELS = 288
STUDIES = 300
LARGE = 1_000_000_000
"""Bytes of the label part by which memory is measured."""

AGAIN = 3
"""How often the large one is imported again, unchanged."""

SMALLER = 20
"""How many times less of everything `--quick` makes."""

MOST_SECONDS = 900
"""How long one import may take."""

MADE_UP, REAL = "made up", "real"

IN_FOLDER: dict[str, tuple[str, ...]] = {
    "drugbank-vocabulary": ("drugbank/*vocabulary*",),
    "drugs-at-fda": ("drugsatfda/*.zip",),
    "gtopdb": ("gtopdb/interactions.csv", "gtopdb/ligands.csv"),
    "openfda-label": ("openfda/drug-label-*",),
    "clinicaltrials": ("clinicaltrials/*.json",),
}
"""Where a folder of real files has those of each source."""

Files = Mapping[str, list[Path]]
"""The files of each source."""

Imports = tuple[tuple[str, list[Path]], ...]
"""Sources with files of theirs, in the order in which they are imported."""


@dataclass(frozen=True)
class Case:
    """An import: of what, after what, and what is aimed at, as `Importing` has it."""

    title: str
    source: str
    files: list[Path]
    after: Imports = ()
    seconds: float | None = None
    times: float | None = None


def measure_imports(
    results: Results,
    folder: Path,
    engines: list[str],
    data: Path | None,
    rounds: int,
    quick: bool,
) -> None:
    """Every source's import on every engine, made up and real, and that of a large label part."""
    home = folder / "imports"
    home.mkdir()
    made = _made_files(home, SMALLER if quick else 1)
    cases = _cases(made, MADE_UP)
    if data is None:
        results.left_out.append("Imports of real files: neither --data nor BENCH_DATA names any.")
    else:
        cases += _cases(_real_files(data, results), REAL)
    with _databases(home, engines) as databases:
        for case in cases:
            _measure(results, databases, case, rounds)
        for suffix in (".json", ".json.zip"):
            _measure_large(results, databases, home, suffix, LARGE // (SMALLER if quick else 1))


def _made_files(folder: Path, smaller: int) -> Files:
    vocabulary, labels = folder / "vocabulary.csv", folder / "drug-label-0001-of-0001.json.zip"
    products, studies = folder / "drugsatfda.zip", folder / "studies.json"
    write_vocabulary(vocabulary, VOCABULARY_DRUGS // smaller)
    write_drugs_at_fda(products, APPLICATIONS // smaller)
    write_labels(labels, LABELS // smaller)
    write_studies(studies, STUDIES // smaller)
    return {
        "drugbank-vocabulary": [vocabulary],
        "drugs-at-fda": [products],
        "gtopdb": write_gtopdb(folder, INTERACTIONS // smaller),
        "openfda-label": [labels],
        "clinicaltrials": [studies],
    }


def _real_files(data: Path, results: Results) -> Files:
    files = {}
    for source, patterns in IN_FOLDER.items():
        files[source] = sorted(path for pattern in patterns for path in data.glob(pattern))
        if not files[source]:
            results.left_out.append(f"Real files of {source}: there are none in the folder.")
    return files


def _cases(files: Files, which: str) -> list[Case]:
    vocabulary = files["drugbank-vocabulary"]
    known = (("drugbank-vocabulary", vocabulary),)
    products, interactions = files["drugs-at-fda"], files["gtopdb"]
    labels, studies = files["openfda-label"], files["clinicaltrials"]
    beside = "beside the vocabulary"
    cases = [
        Case(f"vocabulary, {which}", "drugbank-vocabulary", vocabulary, seconds=3),
        Case(f"Drugs@FDA, {which}", "drugs-at-fda", products, seconds=6),
        Case(f"interactions, {which}", "gtopdb", interactions, seconds=3),
        Case(f"interactions {beside}, {which}", "gtopdb", interactions, known, seconds=3),
        Case(f"labels, {which}", "openfda-label", labels, times=4),
        Case(f"studies {beside}, {which}", "clinicaltrials", studies, known),
    ]
    return [case for case in cases if case.files and all(paths for _, paths in case.after)]


def _measure(results: Results, databases: "_Databases", case: Case, rounds: int) -> None:
    """The contestants of one case, taking turns; who begins a round changes."""
    names = [*databases.engines, *([PARSING] if case.times else [])]
    ran: dict[str, list[Ran]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            if name == PARSING:
                ran[name].append(_run("parse", case.source, case.files))
            else:
                with databases.fresh(name, case.after) as url:
                    ran[name].append(_run("import", case.source, case.files, url))
    size = _bytes_of(case.files)
    results.imports[case.title] = Importing(size, ran, case.seconds, case.times)


def _measure_large(
    results: Results, databases: "_Databases", folder: Path, suffix: str, size: int
) -> None:
    """A large label part: once into SQLite, and then again, unchanged."""
    file = folder / f"drug-label-large-0001-of-0001{suffix}"
    write_labels(file, max(1, size // LABEL_BYTES))
    form = "in a zip" if file.suffix == ".zip" else "plain"
    title = f"{size / 1e6:,.0f} MB of labels, {form}"
    engine = databases.engines[0]
    files = [file]
    first: dict[str, list[Ran]] = {PARSING: [], engine: []}
    again: dict[str, list[Ran]] = {HASHING: [], engine: []}
    with databases.fresh(engine, ()) as url:
        first[PARSING].append(_run("parse", "openfda-label", files))
        first[engine].append(_run("import", "openfda-label", files, url))
        for _ in range(AGAIN):
            again[HASHING].append(_run("hash", "openfda-label", files))
            again[engine].append(_run("import", "openfda-label", files, url))
    size = _bytes_of(files)
    results.imports[title] = Importing(size, first, times=4, megabytes=400)
    results.imports[f"{title}, imported again"] = Importing(size, again, times=1.5)
    file.unlink()


def _run(what: str, source: str, files: list[Path], url: str = "") -> Ran:
    """What it took, by a new process on the servers' core."""
    command = [sys.executable, "-m", "bench.one_import", what, source, *map(str, files)]
    settings = {"PYTHONPATH": str(ROOT), **({"MEDFACTS_DATABASE_URL": url} if url else {})}
    begun = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=inherited() | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            preexec_fn=partial(as_a_server, SERVER_CORE),
        )
    except subprocess.TimeoutExpired:
        return Ran(fault=f"it took more than {MOST_SECONDS} s")
    took = time.perf_counter() - begun
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Ran(fault=f"it failed: {last.rstrip('.')}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Ran(told["seconds"], took, told["peak_mb"])


class _Databases:
    """Databases to import into: copies of such as were migrated, seeded and filled once.

    `engines` are their names in the report.
    """

    def __init__(self, folder: Path, engines: list[str], server: PostgresServer | None) -> None:
        self.engines = engines
        self._folder = folder
        self._server = server
        self._templates: dict[tuple[str, tuple[str, ...]], str] = {}

    @contextmanager
    def fresh(self, engine: str, after: Imports) -> Iterator[str]:
        """The URL of a database that holds the seed, and what was to be imported before."""
        template = self._template(engine, after)
        copy = self._copy(engine, template)
        try:
            yield self._url(engine, copy)
        finally:
            self._drop(engine, copy)

    def _template(self, engine: str, after: Imports) -> str:
        key = engine, tuple(str(path) for _, files in after for path in files)
        if key not in self._templates:
            made = self._copy(engine, self._template(engine, ()) if after else None)
            url = self._url(engine, made)
            if not after:
                _seed(url)
            for source, files in after:
                if fault := _run("import", source, files, url).fault:
                    raise BenchError(f"{source} could not be imported: {fault}")
            self._templates[key] = made
        return self._templates[key]

    def _copy(self, engine: str, template: str | None) -> str:
        if engine == POSTGRES:
            assert self._server
            return self._server.create_database(*filter(None, [template]))
        path = self._folder / f"{uuid4().hex}.db"
        if template is not None:
            shutil.copyfile(template, path)
        return str(path)

    def _url(self, engine: str, name: str) -> str:
        return (
            self._server.url(name) if self._server and engine == POSTGRES else f"sqlite:///{name}"
        )

    def _drop(self, engine: str, name: str) -> None:
        if engine == POSTGRES:
            assert self._server
            self._server.drop_database(name)
        else:
            for suffix in ("", "-wal", "-shm"):
                Path(name + suffix).unlink(missing_ok=True)


@contextmanager
def _databases(folder: Path, engines: list[str]) -> Iterator[_Databases]:
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres()) if POSTGRES in engines else None
        yield _Databases(folder, engines, server)


def _seed(url: str) -> None:
    settings = Settings(database_url=url)
    migrate(settings)
    engine = write_engine(settings)
    load_seed(engine, settings.seed_dir)
    engine.dispose()


def _bytes_of(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files)
