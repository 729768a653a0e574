"""Golden documents, committed, for changes to be noticed: what the project's seed is rendered as,
and in `golden/of_labels` small labels of two drugs, for what the seed has nothing of.

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
from app.ingest.importing import import_files
from app.ingest.seed.loading import load_seed
from app.models.base import table_of
from app.models.document import Document
from app.settings import Settings
from tests.ingest.loading import Json, documents, label, labels
from tests.ingest.made_spl import WARNINGS, section, spl
from tests.writing import writing

GOLDEN = Path(__file__).parent / "golden"

OF_LABELS = GOLDEN / "of_labels"

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


FIRST, SECOND, THIRD, OF_ANOTHER = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2, 3, 4))

DOSES = "<table><tr><th>Adults</th><td>5 mg<footnote>Daily.</footnote></td></tr></table>"


def a_label(set_id: str, warnings: str, *, version: int) -> Json:
    """A label with sections that become facts, with and without numbers, and one that does not."""
    made = label(
        set_id,
        "HUSTANOL",
        unii="AAAAAAAAA1",
        version=version,
        description="11 DESCRIPTION It is white.",
        warnings=warnings,
        indications_and_usage="1 INDICATIONS AND USAGE It is for coughs.",
        dosage_and_administration="2 DOSAGE AND ADMINISTRATION 2.1 Doses Adults 5 mg Daily.",
        product_type=["HUMAN PRESCRIPTION DRUG"],
        application_number=["NDA000001"],
        manufacturer_name=["Hustan Inc."],
        product_ndc=["0091-3351"],
        route=["ORAL"],
    )
    return made | {"dosage_and_administration_table": [DOSES]}


def a_document() -> bytes:
    """A label of DailyMed, with Highlights, a list, a table, a link, and a part of a subsection."""
    doses = (
        "<list><item>Adults: see <linkHtml href='#falls'>5.1</linkHtml></item></list>"
        "<table><tr><td>5 mg</td></tr></table>"
    )
    falls = section("5.1 Falls", "Rise slowly.", section("Night", "Sit up."), id_="falls")
    return spl(
        section("2 DOSAGE AND ADMINISTRATION", None, section("2.1 Doses", doses), code="34068-7"),
        section("5 WARNINGS", None, falls, code=WARNINGS, highlights="Falls: rise slowly. (5.1)"),
        section("11 DESCRIPTION", "White: <linkHtml href='#falls'>5.1</linkHtml>.", code="34089-3"),
        set_id=THIRD,
    )


def load_labels(settings: Settings) -> None:
    """Import two labels that warn in wordings that differ, one in a second version, one of
    DailyMed, and one of another drug that names theirs."""
    with writing(settings) as engine:
        for version in (1, 2):
            first = a_label(FIRST, "Do not drive.", version=version)
            second = a_label(SECOND, "DO NOT  DRIVE.", version=1)
            third = label(
                OF_ANOTHER,
                "PLACEBIN",
                unii="AAAAAAAAA2",
                application_number=["NDA000002"],
                drug_interactions="7 DRUG INTERACTIONS Avoid hustanol. It raises hustanol.",
            )
            import_files(engine, "openfda-label", list(labels(first, second, third)))
        import_files(engine, "dailymed", list(documents(a_document())))


def main() -> None:
    """Write them anew."""
    with tempfile.TemporaryDirectory() as folder:
        seed, of_labels = (
            Settings(database_url=f"sqlite:///{folder}/{name}.db") for name in ("seed", "labels")
        )
        for settings in (seed, of_labels):
            migrate(settings)
        with writing(seed) as engine:
            load_seed(engine, seed.seed_dir)
        load_labels(of_labels)
        for settings, to in ((seed, GOLDEN), (of_labels, OF_LABELS)):
            for kind, text in rendered(settings).items():
                (to / f"{kind}.json").write_text(text)
    VERSION.write_text(json.dumps(version(), indent=2) + "\n")


if __name__ == "__main__":
    main()
