"""The answers that the docs show as examples: `python -m tests.examples` writes them anew.

They are what the API says of baclofen by the project's seed, whatever other drugs it holds.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio
import httpx
from fastapi import FastAPI

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.ingest.seed.loading import load_seed
from app.main import create_app
from app.openapi.specification import EXAMPLES
from app.settings import ROOT, Settings

VALUES = {
    "drug_id": "baclofen",
    "condition_id": "muscle-spasticity",
    "source_id": "what-is-baclofen",
    "get_indication": "baclofen-indication-rheumatic-disorders",
    "get_mechanism": "baclofen-mechanism-gaba-b-agonist",
    "get_pharmacokinetics_fact": "baclofen-pharmacokinetics-liver-metabolism",
    "get_trial": "baclofen-trial-alcohol-cirrhosis-paper",
    "get_warning": "baclofen-warning-withdrawal",
    "get_discrepancy": "baclofen-discrepancy-alcohol-cirrhosis-odds-ratio-interval",
}
"""What stands in each path: by its own name, or for `fact_id` by the operation's."""

QUERIES = {
    "list_drugs": "?q=lioresal",
    "resolve": "?name=Lioresal&name=BACLOFEN%2010%20MG%20TABLET&name=baclofin",
    "search": "?q=rheumatic",
    "get_drug": "?include=warnings",
    "list_sources": "?limit=2",
}


def baclofen_alone(folder: Path) -> Path:
    """A seed of what the project's seed says of baclofen, and nothing else."""
    (folder / "drugs").mkdir(parents=True)
    for name in ("sources.yaml", "drugs/baclofen.yaml"):
        shutil.copy(ROOT / "seed" / name, folder / name)
    return folder


def path_of(operation: dict[str, Any], template: str) -> str:
    """The path by which an operation is shown."""
    id_ = operation["operationId"]
    values = {**VALUES, "fact_id": VALUES.get(id_, "")}
    return template.format(**values) + QUERIES.get(id_, "")


async def answers(app: FastAPI) -> dict[str, Any]:
    """What the app answers to each operation, by the operation's id."""
    transport = httpx.ASGITransport(app)
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://medfacts") as client:
        for template, methods in app.openapi()["paths"].items():
            operation = methods["get"]
            answer = await client.get(path_of(operation, template))
            found[operation["operationId"]] = answer.raise_for_status().json()
    return found


def main() -> None:
    """Write the examples anew."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(
            database_url=f"sqlite:///{name}/medfacts.db",
            seed_dir=baclofen_alone(Path(name, "seed")),
        )
        migrate(settings)
        load_seed(write_engine(settings), settings.seed_dir)
        found = anyio.run(answers, create_app(settings))
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    EXAMPLES.write_text(text, encoding="utf-8")
    sys.stdout.write(f"Wrote {EXAMPLES}.\n")


if __name__ == "__main__":
    main()
