"""What tests of importing share."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.settings import Settings


@pytest.fixture(scope="session")
def sqlite_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where these tests have their SQLite database, one after the other."""
    return tmp_path_factory.mktemp("importing") / "medfacts.db"


@pytest.fixture
def new_on_sqlite(sqlite_template: Path, sqlite_path: Path) -> Callable[[], Settings]:
    """Makes the SQLite database anew: empty and migrated."""

    def new() -> Settings:
        for left in sqlite_path.parent.glob("medfacts.db-*"):
            left.unlink()
        shutil.copy(sqlite_template, sqlite_path)
        return Settings(database_url=f"sqlite:///{sqlite_path}")

    return new


@pytest.fixture
def on_sqlite(new_on_sqlite: Callable[[], Settings]) -> Settings:
    """An empty SQLite database, for what does not depend on the engine."""
    return new_on_sqlite()
