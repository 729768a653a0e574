"""A loader that runs out of disk or memory leaves the old release whole, and says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT, Settings
from tests.conftest import load_drugs
from tests.ingest.loading import faults_in, releases, served_in
from tests.test_cli import environment
from tests.writing import drug, warning, write_seed, writing


def seeded_under(limit: str, database: Settings, seed: Path) -> subprocess.CompletedProcess[str]:
    """`medfacts seed` in a process of its own, which the shell gives a limit."""
    command = [sys.executable, "-m", "app.cli", "seed"]
    return subprocess.run(
        ["sh", "-c", f'{limit}; exec "$@"', "sh", *command],
        env=os.environ | environment(database.database_url, seed),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A seed of many drugs, of some megabytes."""
    drugs = [
        drug(f"drug-{i}", *(warning(f"w{j}", advice="Ask. " * 300) for j in range(3)))
        for i in range(150)
    ]
    write_seed(tmp_path / "many", *drugs)
    return tmp_path / "many"


@pytest.fixture
def loaded(tmp_path: Path, sqlite_template: Path) -> Settings:
    """A SQLite file that holds a release."""
    path = tmp_path / "medfacts.db"
    path.write_bytes(sqlite_template.read_bytes())
    settings = Settings(database_url=f"sqlite:///{path}")
    load_drugs(settings, tmp_path / "few", drug("hustanol", warning("drowsiness")))
    return settings


@pytest.mark.slow
def test_a_disk_that_is_full_leaves_the_old_release_whole(loaded: Settings, many: Path) -> None:
    before = served_in(loaded)
    size = Path(loaded.database_url.removeprefix("sqlite:///")).stat().st_size

    failed = seeded_under(f"ulimit -f {(size + 300_000) // 512}", loaded, many)

    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("medfacts: ")
    assert failed.stderr.count("\n") == 1
    assert failed.stderr.endswith(" Nothing was changed.\n")
    is_whole(loaded, before)
    assert seeded_under("true", loaded, many).returncode == 0
    assert len(releases(loaded)) == 2


def is_whole(database: Settings, before: object) -> None:
    """Hold a database to be whole, and what it was."""
    with writing(database) as engine:
        assert faults_in(engine) == []
    assert served_in(database) == before


@pytest.mark.slow
def test_memory_that_is_short_leaves_the_old_release_whole(loaded: Settings, many: Path) -> None:
    """Of any size: where it ends depends on the machine, and pydantic's core may hang as it panics
    for want of memory, which is then killed."""
    before = served_in(loaded)

    for megabytes in (60, 95, 105):
        limit = f'ulimit -v {megabytes * 1024}; set -- timeout -s KILL 5 "$@"'
        result = seeded_under(limit, loaded, many)
        if result.returncode == 0:
            break
        assert result.stdout == ""
        is_whole(loaded, before)

    assert megabytes > 60
    assert seeded_under("true", loaded, many).returncode == 0
    assert len(releases(loaded)) == 2
