"""Golden documents: what the project's seed is rendered as, committed, for changes to be noticed.

`.venv/bin/python -m tests.documents.golden_documents` writes them.
"""

import hashlib
import json
import tempfile
from pathlib import Path

import sqlalchemy as sa

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.documents.compression import DICTIONARY, decompress
from app.documents.rendering import DOCUMENT_VERSION
from app.ingest.seed.loading import load_seed
from app.models.base import table_of
from app.models.document import Document
from app.settings import Settings

GOLDEN = Path(__file__).parent / "golden"

VERSION = GOLDEN / "version.json"
"""Of which document version they are, and with which dictionary such are compressed."""


def version() -> dict[str, object]:
    """The program's document version, and a digest of the dictionary."""
    dictionary = hashlib.sha256(DICTIONARY.read_bytes()).hexdigest()
    return {"document_version": DOCUMENT_VERSION, "dictionary": dictionary}


def rendered(settings: Settings) -> dict[str, str]:
    """By kind, what a database holds of all but releases: a JSON array, a document a line."""
    document = table_of(Document).c
    of = sa.select(document.kind, document.body).where(document.kind != "releases")
    engine = write_engine(settings)
    with engine.connect() as connection:
        rows = connection.execute(of.order_by(document.kind, document.id)).all()
    engine.dispose()
    by_kind: dict[str, list[str]] = {}
    for kind, body in rows:
        by_kind.setdefault(kind, []).append(decompress(body).decode())
    return {kind: "[\n" + ",\n".join(bodies) + "\n]\n" for kind, bodies in by_kind.items()}


def main() -> None:
    """Write them anew."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/medfacts.db")
        migrate(settings)
        engine = write_engine(settings)
        load_seed(engine, settings.seed_dir)
        engine.dispose()
        for kind, text in rendered(settings).items():
            (GOLDEN / f"{kind}.json").write_text(text)
    VERSION.write_text(json.dumps(version(), indent=2) + "\n")


if __name__ == "__main__":
    main()
