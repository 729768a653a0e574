"""The index of words holds what the documents say: no word more, and none less."""

import pytest
import sqlalchemy as sa

from app.documents.checksums import CorruptDocumentError
from app.ingest.bulk_insert import Tables
from app.ingest.publishing.rebuilding import rebuild_documents
from app.ingest.sources.interface import RefusedError
from app.search.index import SearchIndex
from app.settings import Settings
from tests.conftest import Save
from tests.ingest.loading import faults_in
from tests.test_cli import change
from tests.writing import drug, indication, warning, writing

DRUGS = (
    drug("hustanol", warning("drowsiness"), indication("cough")),
    drug("placebin", warning("thirst")),
)


def test_what_is_removed_leaves_no_word_behind(database: Settings, save: Save) -> None:
    save(*DRUGS)
    with writing(database) as engine, engine.begin() as connection:
        index = SearchIndex(connection)
        for kind, ids in (
            ("drugs", ["hustanol", "placebin"]),
            ("conditions", ["cough"]),
            ("indications", ["hustanol-indication-cough"]),
            ("warnings", ["hustanol-warning-drowsiness", "placebin-warning-thirst"]),
        ):
            index.remove(kind, ids)

        assert words_in(connection) == []


def words_in(connection: sa.Connection) -> list[str]:
    """Every word of the index, and every part of a name."""
    if connection.dialect.name == "sqlite":
        for table in ("searched_words", "searched_parts"):
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE temp.words_of_{table} USING fts5vocab(main, {table}, row)"
            )
        select = "SELECT term FROM words_of_searched_words UNION SELECT term FROM "
        return list(connection.exec_driver_sql(f"{select} words_of_searched_parts").scalars())
    select = "SELECT words::text FROM searched_words UNION SELECT names FROM searched_parts"
    return list(connection.exec_driver_sql(select).scalars())


ALTERED = {
    "sqlite": [
        "INSERT INTO searched_words (searched_words, rowid, title, words, facets) "
        "SELECT 'delete', number, '', 'drowsiness', '' FROM document "
        "WHERE id = 'hustanol-warning-drowsiness'",
        "INSERT INTO searched_words (rowid, title, words, facets) VALUES (7, '', 'word', '')",
        "INSERT INTO searched_parts (searched_parts, rowid, names) "
        "SELECT 'delete', number, 'hustanol' FROM searched_drug WHERE drug_id = 'hustanol'",
    ],
    "postgresql": [
        "UPDATE searched_words SET words = ''",
        "UPDATE searched_words_text SET words = ''",
        "DELETE FROM searched_words_text WHERE title = (SELECT min(title) FROM "
        "searched_words_text)",
        "INSERT INTO searched_words VALUES (7, '', '')",
        "UPDATE searched_parts SET names = ''",
    ],
}
BOTH = [
    "DELETE FROM searched_piece WHERE key = 'hustanol'",
    "UPDATE searched_piece SET key = 'hustamol' WHERE key = 'hustanol'",
    "DELETE FROM searched_drug WHERE drug_id = 'hustanol'",
    "UPDATE searched_drug SET number = 70 WHERE drug_id = 'hustanol'",
    "UPDATE searched_name SET rank = 8 WHERE key = 'hustanol'",
    "UPDATE searched_name SET name = 'x' WHERE key = 'hustanol'",
    "DELETE FROM searched_name WHERE key = 'hustanol'",
    "UPDATE document SET number = number + 1 WHERE id = 'hustanol'",
]


@pytest.mark.slow
def test_check_finds_whatever_the_index_lacks_or_has_too_much(
    database: Settings, save: Save
) -> None:
    save(*DRUGS)
    with writing(database) as engine:
        assert faults_in(engine) == []
        for statement in [*ALTERED[engine.dialect.name], *BOTH]:
            change(database, statement)
            assert faults_in(engine) != [], statement
            with engine.begin() as connection:
                connection.execute(sa.text("UPDATE release SET document_version = 0"))
            assert rebuild_documents(engine)
            assert faults_in(engine) == [], statement


def test_a_document_that_is_corrupt_is_not_replaced_as_if_its_words_were_known(
    database: Settings, save: Save
) -> None:
    save(*DRUGS)
    change(database, "UPDATE document SET checksum = 7 WHERE id = 'hustanol-warning-drowsiness'")

    with writing(database) as engine, engine.begin() as connection:
        with pytest.raises(CorruptDocumentError, match="drowsiness"):
            SearchIndex(connection).remove("warnings", ["hustanol-warning-drowsiness"])
        with pytest.raises(
            RefusedError, match=r"drowsiness' does not match .* nothing was changed"
        ):
            Tables(connection).remove_documents("warnings", ["hustanol-warning-drowsiness"])
