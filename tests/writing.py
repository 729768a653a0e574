"""Seed files as a test writes them: the least that each needs, and what the test is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import Engine

from app.database.engines import write_engine
from app.settings import Settings

SOURCE = {
    "id": "leaflet",
    "title": "A leaflet",
    "url": "https://leaflet.example/",
    "licence": "CC0 1.0",
}
CITE = {"leaflet": "page 1"}


def drug(name: str, *facts: tuple[str, dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """A drug's file, with the facts that `fact` makes; `fields` go into its `drug`."""
    file: dict[str, Any] = {
        "reviewed": "2026-01-31",
        "drug": {"id": name, "name": name, "names": [_name(name, "generic")]} | fields,
    }
    for kind, entry in facts:
        file.setdefault(kind, []).append(entry)
    return file


def _name(name: str, type_: str) -> dict[str, Any]:
    return {"name": name, "type": type_, "cite": CITE}


def brand(name: str) -> dict[str, Any]:
    """A brand name."""
    return _name(name, "brand")


def fact(kind: str, key: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    """A fact of a kind, stated and cited to the leaflet."""
    every = {"key": key, "statement": f"{key}.", "certainty": "stated"}
    cited = {} if kind == "discrepancies" else {"cite": CITE}
    return kind, every | cited | fields


def warning(key: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    """A warning."""
    return fact("warnings", key, **({"type": "warning"} | fields))


def indication(key: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    """An indication for the condition of the same name."""
    return fact("indications", key, **({"condition": key, "status": "approved"} | fields))


def write_seed(folder: Path, *drugs: dict[str, Any]) -> None:
    """Write a seed of these drugs, with the leaflet and every condition they name."""
    named = {entry["condition"] for file in drugs for entry in file.get("indications", [])} | {
        name for file in drugs for t in file.get("trials", []) for name in t.get("conditions", [])
    }
    named -= {own["id"] for file in drugs for own in file.get("conditions", [])}
    shared = {
        "sources": [SOURCE],
        "conditions": [{"id": id_, "name": id_.capitalize()} for id_ in sorted(named)],
    }
    write_yaml(folder / "shared.yaml", shared)
    for file in drugs:
        write_yaml(folder / "drugs" / f"{file['drug']['id']}.yaml", file)


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    """Write one file, and the folders it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


@contextmanager
def writing(database: Settings) -> Iterator[Engine]:
    """An engine that writes. On Postgres its connection stays, until `disconnect`: a new one reads
    the whole catalogue again."""
    yield _engine(database.database_url)


def disconnect(database: Settings) -> None:
    """Close what `writing` left open."""
    if database.database_url in ENGINES:
        ENGINES[database.database_url].dispose()


ENGINES: dict[str, Engine] = {}
MOST_ENGINES = 8


def _engine(url: str) -> Engine:
    """One for each URL: what SQLAlchemy compiled for it serves the next test's database too."""
    if url not in ENGINES:
        while len(ENGINES) >= MOST_ENGINES:
            ENGINES.pop(next(iter(ENGINES))).dispose()
        ENGINES[url] = write_engine(Settings(database_url=url))
    return ENGINES[url]
