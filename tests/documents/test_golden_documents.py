"""What is rendered does not change unnoticed: a database in use holds documents of before."""

import json

from app.settings import Settings
from tests.documents.golden_documents import GOLDEN, VERSION, rendered, version

RAISE = (
    "What is rendered has changed. If the seed has not, raise DOCUMENT_VERSION in "
    "app/documents/rendering.py, so that `medfacts migrate` renders again what databases hold. "
    "Then run `.venv/bin/python -m tests.documents.golden_documents`, and commit what it writes."
)


def test_the_seed_is_rendered_as_it_was_in_this_document_version(seeded_database: Settings) -> None:
    golden = {path.stem: path.read_text() for path in GOLDEN.glob("*.json") if path != VERSION}

    assert rendered(seeded_database) == golden, RAISE


def test_the_document_version_is_that_of_the_golden_documents() -> None:
    assert json.loads(VERSION.read_text()) == version(), RAISE
