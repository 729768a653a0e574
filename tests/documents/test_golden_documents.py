"""What is rendered does not change unnoticed: a database in use holds documents of before."""

import json
from pathlib import Path

from app.documents.fact_records import WORDINGS
from app.documents.interaction_records import INTERACTIONS, LABELS_READ
from app.documents.rendering import NOUNS
from app.models.fact import fact_kinds
from app.settings import Settings
from tests.conftest import slow_on_postgres
from tests.documents.golden_documents import (
    GOLDEN,
    OF_LABELS,
    VERSION,
    load_labels,
    rendered,
    version,
)

RAISE = (
    "What is rendered has changed. If the data has not, raise DOCUMENT_VERSION in "
    "app/documents/rendering.py, so that `medfacts migrate` renders again what databases hold. "
    "Then run `.venv/bin/python -m tests.documents.golden_documents`, and commit what it writes."
)


def committed(folder: Path) -> dict[str, str]:
    """The golden documents of a folder, by their kind."""
    return {path.stem: path.read_text() for path in folder.glob("*.json") if path != VERSION}


def test_the_seed_is_rendered_as_it_was_in_this_document_version(seeded_database: Settings) -> None:
    assert rendered(seeded_database) == committed(GOLDEN), RAISE


@slow_on_postgres
def test_labels_are_rendered_as_they_were_in_this_document_version(database: Settings) -> None:
    load_labels(database)

    assert rendered(database) == committed(OF_LABELS), RAISE


def test_every_kind_has_a_golden_document() -> None:
    golden = committed(GOLDEN) | committed(OF_LABELS)

    of_labels = {"labels", WORDINGS, INTERACTIONS, LABELS_READ}
    assert golden.keys() == {*NOUNS, *fact_kinds(), "drugs", *of_labels} - {"releases"}


def test_the_document_version_is_that_of_the_golden_documents() -> None:
    assert json.loads(VERSION.read_text()) == version(), RAISE
