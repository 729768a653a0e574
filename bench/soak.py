"""An hour at half load, with an import every minute: `./dev bench --only soak`.

What is asked for is checked all the while beside the load: an answer has to have every byte that
the release it names gave at first, a server without a cache has to give the same, and no release
may come back once a newer one was seen.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

from bench.finding import vocabulary_database
from bench.generate import drug_name
from bench.generate_files import write_labels
from bench.load import Load, Round, ask, get
from bench.results import Minute, Results, Soak
from bench.servers import Server, inherited, medfacts, resident_mb

LABELS = 40
"""How many labels each import changes."""

SECONDS = 60
EVERY = 0.1
"""Seconds between what is checked."""

DRUGS = 4_000
"""How many drugs are asked for: with everything, more than the cache holds."""

WATCHED = (
    "/v1/drugs/baclofen?include=all",
    "/v1/drugs/baclofen/warnings",
    f"/v1/drugs/{drug_name(1)}?include=all",
    f"/v1/warnings?drug={drug_name(2)}&limit=100",
    "/v1/warnings?boxed=true&limit=100",
    f"/v1/resolve?name={drug_name(4)}",
    "/v1/search?q=renal&limit=50",
    "/v1/drugs?limit=50",
)


def measure_soak(
    results: Results,
    folder: Path,
    engines: list[str],
    minutes: int,
    data: Path | None,
    quick: bool,
) -> None:
    """Load a server for so many minutes, and import into its database at each."""
    labels = folder / "labels-to-soak.json"
    write_labels(labels, LABELS)
    for engine in engines:
        results.soak[engine] = _soaked(folder, engine, labels, minutes, data, quick)


def _soaked(
    folder: Path, engine: str, labels: Path, minutes: int, data: Path | None, quick: bool
) -> Soak:
    with (
        vocabulary_database(folder, engine, data, quick) as url,
        medfacts(folder, url) as us,
        medfacts(folder, url, cached=False) as uncached,
    ):
        _import(0, labels, url).communicate()
        load = Load(us.url, paths=_paths(folder, us))
        full = ask(load, 1 if quick else 10, count=True)
        soak = Soak(full.good_per_second)
        watch = _Watch(us, uncached, soak)
        with watch.running():
            for number in range(1, minutes + 1):
                importing = _import(number, labels, url)
                at_most = full.good_per_second / 2
                done = ask(load, 3 if quick else SECONDS, count=True, at_most=at_most)
                told = importing.communicate(timeout=10 * SECONDS)[0].strip()
                if importing.returncode or "release" not in told.lower():
                    soak.faults[f"import {number} failed: {told}"] += 1
                if fault := done.fault or (f"{done.shed} answers were 503" if done.shed else None):
                    soak.faults[f"minute {number}: {fault}"] += 1
                soak.minutes.append(_minute(done, us.pid))
    return soak


def _minute(done: Round, pid: int) -> Minute:
    process = Path(f"/proc/{pid}")
    files, threads = (len(list(process.joinpath(name).iterdir())) for name in ("fd", "task"))
    return Minute(done.good_per_second, done.p99_ms, resident_mb(pid), files, threads)


def _import(number: int, labels: Path, url: str) -> "subprocess.Popen[str]":
    """Import newer versions of the labels, in a process of its own."""
    changed = json.loads(labels.read_text())
    day = date(2026, 2, 1) + timedelta(days=number)
    changed["meta"]["last_updated"] = day.isoformat()
    for label in changed["results"]:
        label["version"] = str(int(label["version"]) + 1 + number)
        label["indications_and_usage"] = [f"Edition {number}. {label['indications_and_usage'][0]}"]
    labels.with_name("edition.json").write_text(json.dumps(changed))
    program = Path(sys.executable).with_name("medfacts")
    return subprocess.Popen(
        [program, "import", "openfda-label", labels.with_name("edition.json"), "--quiet"],
        env={**inherited(), "MEDFACTS_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _paths(folder: Path, us: Server) -> Path:
    """What is asked for: records, lists, names as they are typed, and whole names."""
    file = folder / "to-soak.txt"
    page: str | None = "/v1/drugs?limit=100&sort=id"
    turn = 0
    with file.open("w") as out:
        while page and turn < DRUGS:
            listed = json.loads(get(us.url, page).body)
            page = listed["next"]
            for drug in listed["items"]:
                name = quote(drug["name"])
                out.write(f"{WATCHED[turn % len(WATCHED)]}\n/v1/drugs/{drug['id']}?include=all\n")
                out.write(f"/v1/drugs?q={quote(drug['name'][: 2 + turn % 6])}\n")
                out.write(f"/v1/resolve?name={name}\n")
                turn += 1
    return file


@dataclass
class _Watch:
    """Asks for the same paths again and again, and compares every byte."""

    us: Server
    uncached: Server
    soak: Soak
    _seen: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _releases: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """As long as this lasts."""
        ended = threading.Event()
        thread = threading.Thread(target=self._run, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _run(self, ended: threading.Event) -> None:
        turn = 0
        while not ended.wait(EVERY):
            path = WATCHED[turn // 2 % len(WATCHED)]
            server = self.uncached if turn % 2 else self.us
            turn += 1
            try:
                self._hold(path, server)
            except OSError as error:
                self.soak.faults[f"{path}: {error}"] += 1

    def _hold(self, path: str, server: Server) -> None:
        answer = get(server.url, path)
        self.soak.checked += 1
        release = dict(answer.headers).get("data-release", "")
        if answer.status != 200 or not release:
            self.soak.faults[f"{path}: {answer.status}"] += 1
        elif self._seen.setdefault((release, path), answer.body) != answer.body:
            self.soak.faults[f"{path}: not what release {release} gave before"] += 1
        if server is self.us and release and release != (self._releases or [""])[-1]:
            if release in self._releases:
                self.soak.faults[f"{path}: release {release} came back"] += 1
            self._releases.append(release)
