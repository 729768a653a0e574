"""What drugs are found by: where a row of it is lost, that is seen, and no other drug is answered.

A row is lost from its table, as a hand would take it out, or from an index alone, as a page that is
damaged would: the engines then find nothing wrong.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from app.database.engines import migration_engine
from app.settings import Settings
from tests.conftest import AppTransport, Save, running, without_cache
from tests.ingest.loading import approvals, drugbank, faults_in, label, labels, load, vocabulary
from tests.ingest.loading import writing as writing_to
from tests.writing import drug, warning

VOCABULARY = (
    drugbank(1, "Hustanol", unii="HHHHHHHHH1"),
    drugbank(2, "Placebin", cas="50-00-2"),
    drugbank(3, "Levoplacebin", cas="50-00-2"),
    drugbank(4, "Onedrug", "shared", "sharer", "sharing"),
    drugbank(5, "Otherdrug", "shared", "sharer", "sharing"),
    drugbank(6, "Lonum"),
    drugbank(7, "Solitarium"),
    drugbank(8, "Solitarium acetate"),
    drugbank(9, "Onset", "beginner"),
    drugbank(10, "Midset", "unbeginning"),
    drugbank(11, "Zebra"),
)
LABELS = (
    label("a1", "HUSTANOL SULFATE", unii="SSSSSSSSS1", brand="Hustex", boxed_warning="Beware."),
)
PRODUCTS = (
    ("NDA000001", "COMBIHUST", "HUSTANOL", "1999-01-01"),
    ("NDA000002", "COMBIHUST", "HUSTANOL; SHARED", "1999-01-02"),
    ("NDA000003", "HUSTEX AF", "PLACEBIN", "1999-01-03"),
    ("NDA000004", "LONEX", "LONUM", "1999-01-04"),
    ("NDA000005", "LONEX AF", "PLACEBIN", "1999-01-05"),
)

NAME = "ix_searched_name_key_rank_drug_id"

LOST = {
    "a row of a name that two drugs have": (
        "DELETE FROM searched_name WHERE drug_id = 'otherdrug' AND key = 'shared'",
        ["/v1/resolve?name=Shared"],
    ),
    "a name that two drugs have, from its index": (
        (NAME, "searched_name", "drug_id = 'onedrug' AND key = 'sharer'"),
        ["/v1/resolve?name=sharer"],
    ),
    "a name that one drug has, from its index": (
        (NAME, "searched_name", "key = 'lonum'"),
        ["/v1/resolve?name=lonum", "/v1/drugs?q=lonum"],
    ),
    "a name that would be another's less its salt": (
        "DELETE FROM searched_name WHERE key = 'solitariumacetate'",
        ["/v1/resolve?name=solitarium%20acetate"],
    ),
    "a product of several of one brand": (
        "DELETE FROM claimed_name WHERE key = 'combihust'",
        ["/v1/resolve?name=Combihust"],
    ),
    "a brand that begins with another": (
        (NAME, "searched_name", "key = 'lonexaf'"),
        ["/v1/resolve?name=Lonex%20cream"],
    ),
    "a brand that begins with another, altogether": (
        "DELETE FROM searched_name WHERE key = 'hustexaf'",
        ["/v1/resolve?name=Hustex%20cream"],
    ),
    "an identifier that two drugs claim": (
        "DELETE FROM claimed_identifier WHERE value = '50-00-2' AND drug_id = 'placebin'",
        ["/v1/resolve?identifier=cas:50-00-2"],
    ),
    "whose salt it is": (
        "UPDATE claimed_identifier SET substance = 'HUSTANOL NITRATE' WHERE value = 'SSSSSSSSS1'",
        ["/v1/resolve?identifier=unii:SSSSSSSSS1"],
    ),
    "how many have a name": (
        "UPDATE shared_key SET number = 1 WHERE key = 'sharing'",
        ["/v1/resolve?name=sharing"],
    ),
    "a name that begins so": (
        (NAME, "searched_name", "key = 'beginner'"),
        ["/v1/drugs?q=begin", "/v1/drugs?q=beg&sort=id"],
    ),
    "a drug's place": (
        "UPDATE drug SET folded_name = 'aardvark' WHERE id = 'zebra'",
        ["/v1/drugs", "/v1/drugs?sort=-name"],
    ),
}
"""What is lost, how, and what then is a 503. The index alone loses what is named with its table."""

WHOLE = (
    "/v1/resolve?name=hustanol&name=placebin&name=Solitarium&identifier=unii:HHHHHHHHH1",
    "/v1/resolve?name=no-such-name",
    "/v1/drugs?sort=id",
    "/v1/drugs?q=midset",
    "/v1/drugs/onedrug",
)


def change(database: Settings, *statements: str) -> list[list[Any]]:
    """Write behind the program's back, by a connection of its own; gives the rows of each."""
    engine = migration_engine(database)
    with engine.begin() as connection:
        found = [connection.exec_driver_sql(statement) for statement in statements]
        rows = [[*result] if result.returns_rows else [] for result in found]
    engine.dispose()
    return rows


def lose(database: Settings, index: str, table: str, where: str) -> None:
    """Have an index alone lose rows: they are taken out, and put back while it is hidden."""
    rows = f"FROM {table} WHERE {where}"
    if database.database_url.startswith("sqlite"):
        schema, writable = (
            f"FROM sqlite_schema WHERE name = '{index}'",
            "PRAGMA writable_schema = on",
        )
        taken, hidden, *_ = change(database, f"SELECT * {rows}", f"SELECT * {schema}")
        change(database, writable, f"DELETE {rows}", f"DELETE {schema}")
        inserts = [f"INSERT INTO {table} VALUES {tuple(row)}" for row in taken]
        shown = f"INSERT INTO sqlite_schema VALUES {tuple(hidden[0])}"
        change(database, writable, *inserts, shown)
    else:
        ready = f"SET indisready = %s WHERE indexrelid = '{index}'::regclass"
        change(
            database,
            "SET allow_system_table_mods = on",
            f"CREATE TEMP TABLE taken AS SELECT * {rows}",
            f"DELETE {rows}",
            f"UPDATE pg_index {ready % 'false'}",
            f"INSERT INTO {table} SELECT * FROM taken",
            f"UPDATE pg_index {ready % 'true'}",
        )


@pytest.fixture
def loaded(database: Settings) -> Settings:
    load(database, "drugbank-vocabulary", vocabulary(*VOCABULARY))
    load(database, "openfda-label", labels(*LABELS))
    load(database, "drugs-at-fda", approvals(*PRODUCTS))
    return database


@pytest.fixture
def client(loaded: Settings, portal: BlockingPortal) -> Iterator[httpx.Client]:
    with running(without_cache(loaded)) as app:
        yield httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts")


def test_a_row_that_is_lost_is_a_503_and_told_and_the_rest_is_served(
    client: httpx.Client, loaded: Settings
) -> None:
    asked = [*WHOLE, *(path for _, paths in LOST.values() for path in paths)]
    truth = {path: client.get(path) for path in asked}
    assert {answer.status_code for answer in truth.values()} == {200}
    for what, (how, paths) in LOST.items():
        with writing_to(loaded) as engine:
            told = len(faults_in(engine))
        if isinstance(how, str):
            change(loaded, how)
        else:
            lose(loaded, *how)
        answers = [client.get(path) for path in paths]
        assert {answer.status_code for answer in answers} == {503}, what
        assert {answer.json()["type"] for answer in answers} == {"/docs/problems#damaged"}, what
        with writing_to(loaded) as engine:
            assert len(faults_in(engine)) > told or not isinstance(how, str), what
    for path in WHOLE:
        assert client.get(path).content == truth[path].content, path


def test_what_several_drugs_have_is_counted_as_they_come_and_go(
    loaded: Settings,
) -> None:
    others = (*VOCABULARY[:4], *VOCABULARY[5:], drugbank(12, "Third", "shared", "lonum"))
    load(loaded, "drugbank-vocabulary", vocabulary(*others, date="2024-02-02"))
    load(loaded, "drugbank-vocabulary", vocabulary(*VOCABULARY[:2], date="2024-03-02"))


def found(database: Settings, portal: BlockingPortal, path: str) -> tuple[int, str]:
    """The status of an answer, and how many drugs it leads to."""
    with running(without_cache(database)) as app:
        client = httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts")
        answer = client.get(path)
    items = answer.json().get("items") or [{"match": ""}]
    return answer.status_code, items[0]["match"]


def test_an_identifier_of_a_drug_and_of_a_salt_of_another_is_ambiguous_or_missed(
    database: Settings, save: Save, portal: BlockingPortal
) -> None:
    save(drug("hustanol", warning("drowsiness")))
    salt = drugbank(1, "Hustanol sodium", unii="AAAAAAAAA1")
    load(database, "drugbank-vocabulary", vocabulary(salt))
    other = label("s1", "OTHERIN", unii="AAAAAAAAA1", warnings="Careful.")
    load(database, "openfda-label", labels(other))
    path = "/v1/resolve?identifier=unii:AAAAAAAAA1"

    assert found(database, portal, path) == (200, "ambiguous")
    change(database, "DELETE FROM claimed_identifier WHERE value = 'AAAAAAAAA1'")
    assert found(database, portal, path) == (503, "")


@pytest.mark.parametrize("lost", ["onedrug", "otherdrug"])
@pytest.mark.parametrize("before", [("Sharer",), ()], ids=["two have it", "one has it"])
def test_an_import_finds_names_again_that_were_lost(
    database: Settings, portal: BlockingPortal, lost: str, before: tuple[str, ...]
) -> None:
    one = drugbank(1, "Onedrug", "Sharer")
    load(database, "drugbank-vocabulary", vocabulary(one, drugbank(2, "Otherdrug", *before)))
    change(database, f"DELETE FROM searched_name WHERE key IN ('sharer', '{lost}')")

    newer = vocabulary(one, drugbank(2, "Otherdrug", "Sharer", "New"), date="2024-02-02")
    load(database, "drugbank-vocabulary", newer)  # and holds it to be whole

    assert found(database, portal, "/v1/resolve?name=sharer") == (200, "ambiguous")
