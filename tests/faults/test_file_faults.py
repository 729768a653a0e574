"""What a server over a SQLite file answers while something is wrong with the file, and after.

One real server; a client asks it all the time. Each fault begins and ends under it. As long as it
lasts there are 503s; after it ended, and without a restart, the truth: alone within three seconds
and one, and within `SOON` on a busy machine.
"""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import httpx
import pytest

from app.settings import ROOT, Settings
from tests.conftest import load_drugs
from tests.processes import until
from tests.test_cli import environment
from tests.writing import drug, warning

pytestmark = pytest.mark.slow

SOON = 30.0
"""Seconds within which all has to happen here, however busy the machine is."""

PATHS = ("/v1/drugs", "/v1/drugs/{drug}/warnings", "/v1/releases/current")


class Seen(NamedTuple):
    """An answer, when it had been asked for and how long it took."""

    path: str
    asked: float
    took: float
    status: int
    headers: httpx.Headers
    body: bytes


class Client:
    """Asks for the same paths again and again, on one connection, as long as it is needed."""

    def __init__(self, address: str, paths: list[str]) -> None:
        self.seen: list[Seen] = []
        self.broken: list[Exception] = []
        self._stop = Event()
        self._thread = Thread(target=self._ask, args=(address, paths), daemon=True)

    def _ask(self, address: str, paths: list[str]) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            while not self._stop.is_set():
                for path in paths:
                    asked = time.monotonic()
                    try:
                        answer = client.get(path)
                    except httpx.HTTPError as error:
                        self.broken.append(error)
                        break
                    took = time.monotonic() - asked
                    answered = (answer.status_code, answer.headers, answer.content)
                    self.seen.append(Seen(path, asked, took, *answered))
                time.sleep(0.02)

    def asked_since(self, moment: float) -> list[Seen]:
        """The answers that it had not asked for before this moment."""
        return [seen for seen in list(self.seen) if seen.asked >= moment]

    def wait_for_answers(self, since: float) -> None:
        """Wait until it has asked for each path since a moment, and was answered."""
        until(lambda: len(self.asked_since(since)) > len(PATHS), SOON)

    def __enter__(self) -> "Client":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@contextmanager
def serving(place: "Place") -> Iterator[str]:
    """The address of a server in a process of its own, whose log goes to a file."""
    log, url = place.folder.parent / "log", f"sqlite:///{place.path}"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", "0"],
            env=os.environ | environment(url, MEDFACTS_CACHE_SECONDS="0.2"),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while "Medfacts is at " not in log.read_text():
            assert server.poll() is None, log.read_text()
            time.sleep(0.02)
        yield log.read_text().split("Medfacts is at ")[1].split(",")[0]
    finally:
        server.kill()
        server.wait()


class Place:
    """A file that is served, what is whole, and another that is whole too."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder / "data"
        self.folder.mkdir()
        self.path = self.folder / "medfacts.db"
        self.whole = self._made(folder / "whole.db", template, "hustanol")
        self.other = self._made(folder / "other.db", template, "hustanol", "placebin")
        shutil.copy(self.whole, self.path)

    def _made(self, path: Path, template: Path, *names: str) -> Path:
        shutil.copy(template, path)
        drugs = [drug(name, warning(f"drowsiness-{len(names)}")) for name in names]
        load_drugs(Settings(database_url=f"sqlite:///{path}"), path.parent / "seed", *drugs)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return path

    def put(self, content: Path | bytes) -> None:
        """Put a file in the place of the one that is served, by a rename."""
        new = self.folder.parent / "new"
        new.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
        os.replace(new, self.path)

    def clear_log(self) -> None:
        """Remove what SQLite keeps beside the file."""
        for name in ("-wal", "-shm"):
            Path(f"{self.path}{name}").unlink(missing_ok=True)


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Place:
    return Place(tmp_path, sqlite_template)


@contextmanager
def deleted(place: Place) -> Iterator[None]:
    place.path.unlink()
    place.clear_log()
    yield
    assert not place.path.exists()
    place.put(place.whole)


@contextmanager
def without_its_folder(place: Place) -> Iterator[None]:
    away = place.folder.with_name("away")
    place.folder.rename(away)
    yield
    assert not place.folder.exists()
    away.rename(place.folder)


@contextmanager
def replaced_by(place: Place, content: bytes) -> Iterator[None]:
    place.clear_log()
    place.put(content)
    yield
    assert place.path.read_bytes() == content
    place.put(place.whole)


def no_database(place: Place) -> Any:
    return replaced_by(place, b"Not a database, but a letter.\n" * 1000)


def empty(place: Place) -> Any:
    return replaced_by(place, b"")


def of_random_bytes(place: Place) -> Any:
    return replaced_by(place, random.Random(7).randbytes(100_000))


@contextmanager
def truncated_in_place(place: Place) -> Iterator[None]:
    os.truncate(place.path, 8192)
    yield
    with place.path.open("r+b") as file:
        file.write(place.whole.read_bytes())


@contextmanager
def overwritten_in_place(place: Place) -> Iterator[None]:
    with place.path.open("r+b") as file:
        file.write(random.Random(8).randbytes(8192))
    yield
    with place.path.open("r+b") as file:
        file.write(place.whole.read_bytes())


@contextmanager
def locked(place: Place) -> Iterator[None]:
    place.clear_log()
    kept = place.folder.parent / "locked"
    shutil.copy(place.whole, kept)
    connection = sqlite3.connect(kept, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    os.replace(kept, place.path)
    yield
    connection.execute("ROLLBACK")
    connection.close()


FAULTS: tuple[Callable[[Place], Any], ...] = (
    deleted,
    without_its_folder,
    no_database,
    empty,
    of_random_bytes,
    truncated_in_place,
    overwritten_in_place,
    locked,
)


def test_while_something_is_wrong_with_the_file_there_are_503s_and_then_the_truth_again(
    place: Place,
) -> None:
    with serving(place) as address:
        paths = [path.format(drug="hustanol") for path in PATHS]
        truth = {path: httpx.get(address + path).content for path in paths}
        with Client(address, paths) as client:
            for fault in FAULTS:
                before = {path.name for path in place.folder.iterdir()}
                with fault(place):
                    begun = time.monotonic()
                    time.sleep(2 if fault is locked else 0.8)
                    client.wait_for_answers(since=begun + 0.3)
                    assert httpx.get(f"{address}/health/live").status_code == 200
                    ready = httpx.get(f"{address}/health/ready", timeout=60)
                    assert (ready.status_code, "retry-after" in ready.headers) == (503, True), fault
                    ended = time.monotonic()
                until(lambda: httpx.get(f"{address}/health/ready").status_code == 200, SOON)
                until(lambda: client.seen[-1].status == 200, SOON)
                back = time.monotonic()
                client.wait_for_answers(since=back)

                during = [s for s in client.asked_since(begun + 0.3) if s.asked + s.took < ended]
                after = client.asked_since(back)
                assert {s.status for s in during} == {503}, fault
                assert {s.status for s in after} == {200}, fault
                assert {path.name for path in place.folder.iterdir()} - before <= {
                    "medfacts.db-wal",
                    "medfacts.db-shm",
                }

    refused = [s for s in client.seen if s.status == 503]
    logged = [
        line
        for line in (place.folder.parent / "log").read_text().splitlines()
        if "the database" in line
    ]
    assert 2 <= len(logged) <= 3 * len(FAULTS) < len(refused), logged
    assert client.broken == []
    assert max(s.took for s in client.seen) < SOON
    for answer in client.seen:
        if answer.status == 200:
            assert answer.body == truth[answer.path]
        else:
            assert answer.status == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert "retry-after" in answer.headers


def test_who_asks_a_second_after_a_file_was_replaced_is_never_served_the_one_before(
    place: Place,
) -> None:
    with serving(place) as address:
        paths = [path.format(drug="hustanol") for path in PATHS]
        old = {path: httpx.get(address + path).content for path in paths}
        with Client(address, paths) as client:
            client.wait_for_answers(since=0)
            place.put(place.other)
            late = time.monotonic() + 0.5
            client.wait_for_answers(since=late)
        new = {path: httpx.get(address + path).content for path in paths}

    assert all(old[path] != new[path] for path in paths)
    assert client.broken == []
    for answer in client.seen:
        assert answer.status == 200
        assert answer.body in (old[answer.path], new[answer.path])
    assert all(s.body == new[s.path] for s in client.asked_since(late))


def test_a_file_beside_the_log_of_the_one_before_is_not_served_until_that_is_gone(
    place: Place,
) -> None:
    with serving(place) as address:
        assert httpx.get(f"{address}/v1/drugs").json()["total"] == 1
        settings = Settings(database_url=f"sqlite:///{place.path}")
        load_drugs(settings, place.folder.parent / "seed", drug("a"), drug("b"), drug("c"))
        until(lambda: httpx.get(f"{address}/v1/drugs").json().get("total") == 3, SOON)
        assert Path(f"{place.path}-wal").stat().st_size > 0
        place.put(place.other)

        until(lambda: httpx.get(f"{address}/v1/drugs").status_code == 503, SOON)
        time.sleep(0.8)
        assert httpx.get(f"{address}/v1/drugs").status_code == 503
        place.clear_log()
        until(lambda: httpx.get(f"{address}/v1/drugs").json().get("total") == 2, SOON)


def test_a_server_starts_without_a_file_and_serves_it_once_it_is_there(place: Place) -> None:
    place.path.unlink()
    with serving(place) as address:
        answer = httpx.get(f"{address}/v1/drugs")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert httpx.get(f"{address}/health/live").status_code == 200
        assert list(place.folder.iterdir()) == []

        place.put(place.whole)

        until(lambda: httpx.get(f"{address}/v1/drugs").status_code == 200, SOON)
    logged = (place.folder.parent / "log").read_text()
    assert (
        f"medfacts: there is no database of ours in {place.path}; run `medfacts migrate`." in logged
    )
    assert "UNTIL THEN EVERY ANSWER IS A 503" in logged
