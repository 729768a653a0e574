"""Labels are served as records: each once, of the drug it is of, whatever is imported when."""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from pydantic_core import from_json, to_json

from app.database.engines import migration_engine
from app.documents.compression import compress, decompress
from app.ingest.integrity import faults_of
from app.ingest.publishing.rebuilding import rebuild_documents
from app.models.base import table_of
from app.models.document import Document
from app.models.source_record import SourceRecord
from app.settings import Settings
from tests.conftest import Holding, on_sqlite_alone, slow_on_postgres
from tests.ingest.loading import (
    Given,
    drugbank,
    label,
    labels,
    load,
    reading,
    served_in,
    vocabulary,
)
from tests.test_cli import change
from tests.writing import drug, writing

HUSTANOL, PLACEBIN = "AAAAAAAAA1", "AAAAAAAAA2"

KNOWN = vocabulary(
    drugbank(1, "Hustanol", unii=HUSTANOL),
    drugbank(2, "Placebin", unii=PLACEBIN),
)

LABEL = "openfda-label"


def served_labels(client: httpx.Client, path: str = "/v1/labels") -> dict[str, str | None]:
    """The drug of each label of a list, which says how many there are."""
    page = client.get(path).json()
    assert page["total"] == len(page["items"])
    return {item["id"]: item["drug"] and item["drug"]["id"] for item in page["items"]}


def sections(client: httpx.Client, set_id: str) -> list[tuple[str, str | None, list[str]]]:
    """A label's sections: the code, the text, and the ids of the facts."""
    found = client.get(f"/v1/labels/{set_id}").json()["sections"]
    return [(s["code"], s["text"], [f["id"] for f in s["facts"]]) for s in found]


@slow_on_postgres
def test_labels_are_answered_with_the_fields_that_are_named(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(database, LABEL, labels(label("s1", "HUSTANOL", unii=HUSTANOL, warnings="Careful.")))
    whole = client.get("/v1/labels/s1").json()

    sparse = {"id": "s1", "version": 1, "sections": whole["sections"]}
    for path in ("/v1/labels", "/v1/drugs/hustanol/labels"):
        assert client.get(f"{path}?fields=sections,version").json()["items"] == [sparse]
    assert client.get("/v1/labels/s1?fields=sections,version").json() == sparse
    assert client.get("/v1/labels/s1?fields=size").status_code == 422


def test_a_label_says_whose_it_is_and_which_facts_it_became(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    made = label(
        "0A1B",
        "HUSTANOL",
        unii=HUSTANOL,
        brand="Hustex",
        version=3,
        description="It is white.",
        boxed_warning="Beware.",
        spl_medguide="Read this.",
        clinical_pharmacology="12 CLINICAL PHARMACOLOGY It soothes.",
        mechanism_of_action="It soothes.",
        manufacturer_name=["Hustan Inc."],
        route=["ORAL"],
    )

    load(database, LABEL, labels(made))

    url = "https://open.fda.gov/apis/drug/label/"
    [warning] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    [mechanism] = client.get("/v1/drugs/hustanol/mechanisms").json()["items"]
    every: dict[str, Any] = {"number": None, "heading": None, "within": [], "tables": []}
    every |= {"summary": None, "blocks": None, "cross_references": [], "published_code": None}
    of_text = every | {"facts": []}
    became = every | {"text": None}
    assert client.get("/v1/labels/0a1B").json() == {
        "id": "0a1b",
        "drug": {"id": "hustanol", "name": "Hustanol"},
        "version": 3,
        "effective_date": "2023-01-03",
        "title": None,
        "brand_names": ["Hustex"],
        "generic_names": [],
        "manufacturers": ["Hustan Inc."],
        "product_types": [],
        "routes": ["ORAL"],
        "application_numbers": [],
        "marketing_categories": None,
        "product_ndcs": [],
        "package_ndcs": [],
        "substances": ["HUSTANOL"],
        "products": None,
        "superseded": [],
        "sections": [
            {
                "code": "34066-1",
                "name": "Boxed Warning",
                "facts": [{"kind": "warnings", "id": warning["id"]}],
            }
            | became,
            {"code": "34089-3", "name": "Description", "text": "It is white."} | of_text,
            {
                "code": "43679-0",
                "name": "Mechanism of Action",
                "facts": [{"kind": "mechanisms", "id": mechanism["id"]}],
            }
            | became
            | {"number": "12"},
            {"code": "42231-1", "name": "SPL Medguide", "text": None} | of_text,
        ],
        "url": url,
        "citations": [
            {
                "source": {"id": LABEL, "title": "openFDA drug labels", "url": url},
                "locator": "SPL set id 0A1B, version 3 of 2023-01-03",
                "url": url,
                "date": "2023-01-03",
                "wording": None,
            }
        ],
    }
    hustanol = client.get("/v1/drugs/hustanol?include=all").json()
    assert hustanol["links"]["labels"] == "/v1/drugs/hustanol/labels"
    assert "labels" not in hustanol
    assert served_labels(client, hustanol["links"]["labels"]) == {"0a1b": "hustanol"}
    index = client.get("/v1").json()
    assert (index["resources"]["labels"], index["release"]["counts"]["labels"]) == ("/v1/labels", 1)


@on_sqlite_alone
def test_a_label_opens_at_dailymed(database: Settings, client: httpx.Client) -> None:
    set_id = "002cc9d2-8b5a-4f6c-9d49-8a2a4a0f6a21"

    load(database, LABEL, labels(label(set_id, "HUSTANOL", unii=HUSTANOL)))

    url = f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={set_id}"
    assert client.get(f"/v1/labels/{set_id}").json()["url"] == url


@slow_on_postgres
def test_an_unknown_label_and_the_labels_of_an_unknown_drug_are_not_there(
    client: httpx.Client, database: Settings
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)

    answers = [client.get(path) for path in ("/v1/labels/x", "/v1/drugs/x/labels")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "There is no label 'x'. /v1/labels lists" in answers[0].json()["detail"]
    assert client.get("/v1/drugs/hustanol/labels").json()["items"] == []


@on_sqlite_alone
def test_the_facts_of_a_combination_s_label_are_the_combination_s(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    both = ("HUSTANOL", "PLACEBIN")

    load(
        database,
        LABEL,
        labels(label("s1", *both, unii=f"{HUSTANOL} {PLACEBIN}", boxed_warning="Beware.")),
    )

    [(_, combination)] = served_labels(client).items()
    [warning] = client.get(f"/v1/drugs/{combination}/warnings").json()["items"]
    assert combination not in (None, "hustanol", "placebin")
    assert sections(client, "s1") == [("34066-1", None, [warning["id"]])]
    assert served_labels(client, "/v1/drugs/hustanol/labels") == {}


UNKNOWN_LABEL = label("s1", boxed_warning="Beware.", description="White.")
NEWER_AND_KNOWN = label(
    "s1", "HUSTANOL", unii=HUSTANOL, version=2, boxed_warning="Beware.", description="White."
)


def test_a_label_of_nothing_known_is_served_with_its_whole_text(
    database: Settings, client: httpx.Client
) -> None:
    load(database, LABEL, labels(UNKNOWN_LABEL))

    assert served_labels(client) == {"s1": None}
    assert sections(client, "s1") == [("34066-1", "Beware.", []), ("34089-3", "White.", [])]
    assert client.get("/v1/warnings").json()["items"] == []


@on_sqlite_alone
def test_and_is_the_drug_s_once_a_newer_version_names_it(
    database: Settings, client: httpx.Client
) -> None:
    load(database, LABEL, labels(UNKNOWN_LABEL))

    load(database, LABEL, labels(NEWER_AND_KNOWN, updated="2024-01-05"))

    [warning] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    assert served_labels(client) == {"s1": "hustanol"}
    assert sections(client, "s1")[0] == ("34066-1", None, [warning["id"]])


@on_sqlite_alone
def test_a_drug_s_label_is_nobody_s_once_a_newer_version_names_nothing(
    database: Settings, client: httpx.Client
) -> None:
    load(database, LABEL, labels(label("s1", "HUSTANOL", unii=HUSTANOL), label("s2", "Hustanol")))

    load(database, LABEL, labels(label("s1", version=2), updated="2024-01-05"))

    assert served_labels(client) == {"s1": None, "s2": "hustanol"}
    assert client.get("/v1").json()["release"]["counts"]["labels"] == 2


@pytest.mark.parametrize(
    ("one", "other"), [("HUSTANOL", "PLACEBIN"), ("PLACEBIN", "HUSTANOL")], ids=["on", "back"]
)
@on_sqlite_alone
def test_a_label_moves_between_drugs_as_its_versions_say(
    database: Settings, client: httpx.Client, one: str, other: str
) -> None:
    """Whichever of the drugs is written first, and though both stay."""
    load(database, "drugbank-vocabulary", KNOWN)
    stay = [label("s2", "HUSTANOL", boxed_warning="Beware."), label("s3", "PLACEBIN")]
    load(database, LABEL, labels(label("s1", one, boxed_warning="Beware."), *stay))

    moved = label("s1", other, version=2, boxed_warning="Beware.")
    load(database, LABEL, labels(moved, updated="2024-01-05"))

    assert served_labels(client) == {"s1": other.lower(), "s2": "hustanol", "s3": "placebin"}
    assert "s1" in served_labels(client, f"/v1/drugs/{other.lower()}/labels")
    assert "s1" not in served_labels(client, f"/v1/drugs/{one.lower()}/labels")


@on_sqlite_alone
def test_a_label_becomes_ambiguous_and_known_again_by_what_other_sources_say(
    database: Settings, client: httpx.Client
) -> None:
    """Its record stays as it is; what it is of follows from all records."""
    load(database, LABEL, labels(label("s1", "Hustan", boxed_warning="Beware.")))
    assert served_labels(client) == {"s1": "hustan"}

    two = [drugbank(1, "Hustanol", "Hustan"), drugbank(2, "Placebin", "Hustan")]
    load(database, "drugbank-vocabulary", vocabulary(*two))
    assert served_labels(client) == {"s1": None}
    assert sections(client, "s1") == [("34066-1", "Beware.", [])]

    load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Hustanol", "Hustan"), date="2024-02-02"),
    )
    assert served_labels(client) == {"s1": "hustanol"}
    assert [facts for _, _, facts in sections(client, "s1")] != [[]]


@slow_on_postgres
def test_a_label_that_is_removed_is_gone(database: Settings, client: httpx.Client) -> None:
    every = [label("s1", "HUSTANOL", boxed_warning="Beware."), label("s2"), label("s3", "HUSTANOL")]
    load(database, LABEL, labels(*every, complete=True))

    load(database, LABEL, labels(every[2], updated="2024-01-05", complete=True))

    assert served_labels(client) == {"s3": "hustanol"}
    assert client.get("/v1/labels/s1").status_code == 404


@on_sqlite_alone
def test_a_newer_version_is_served_in_place_of_the_older(
    database: Settings, client: httpx.Client
) -> None:
    first = label("s1", "HUSTANOL", boxed_warning="Beware.", description="White.")
    second = label("s1", "HUSTANOL", version=2, boxed_warning="Take care.")
    load(database, LABEL, labels(second))

    load(database, LABEL, labels(first, updated="2024-01-05"))

    found = client.get("/v1/labels/s1").json()
    [warning] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    assert (found["version"], found["effective_date"]) == (2, "2023-01-02")
    assert sections(client, "s1") == [("34066-1", None, [warning["id"]])]


@on_sqlite_alone
def test_labels_that_state_one_fact_name_the_same(database: Settings, client: httpx.Client) -> None:
    """Also where its id has more to it, for the same text stands there with another route."""
    every = [
        label("s1", "HUSTANOL", boxed_warning="Beware.", route=["ORAL"]),
        label("s2", "HUSTANOL", boxed_warning="Beware.", route=["ORAL"]),
        label("s3", "HUSTANOL", boxed_warning="Beware.", route=["TOPICAL"]),
    ]

    load(database, LABEL, labels(*every))

    facts = {w["id"]: w["route"] for w in client.get("/v1/warnings").json()["items"]}
    named = {id_: sections(client, id_)[0][2] for id_ in ("s1", "s2", "s3")}
    assert named["s1"] == named["s2"] != named["s3"]
    assert {facts[id_] for id_ in named["s1"]} == {"ORAL"}
    assert {facts[id_] for id_ in named["s3"]} == {"TOPICAL"}


def documents_of_labels(database: Settings) -> dict[str, Any]:
    """Each label's document as it is stored, with its place in the table on SQLite."""
    document = table_of(Document).c
    with reading(database) as connection:
        place = "rowid" if connection.dialect.name == "sqlite" else "ctid::text"
        of = sa.select(document.id, sa.text(place)).where(document.kind == "labels")
        return {row[0]: row[1] for row in connection.execute(of)}


def test_a_label_that_reads_as_it_did_is_not_written_again(database: Settings) -> None:
    first = label("s1", "HUSTANOL", boxed_warning="Beware.")
    load(database, LABEL, labels(first, label("s2")))
    before = documents_of_labels(database)

    load(database, LABEL, labels(label("s3", "HUSTANOL"), label("s4"), updated="2024-01-05"))

    after = documents_of_labels(database)
    assert {id_: after[id_] for id_ in before} == before
    assert set(after) == {"s1", "s2", "s3", "s4"}


@slow_on_postgres
def test_a_record_of_before_labels_were_served_makes_none(
    database: Settings, client: httpx.Client
) -> None:
    """Until its file is imported again, with `--again`."""
    files = labels(label("s1", "HUSTANOL", boxed_warning="Beware."), label("s2"))
    load(database, LABEL, files)
    record = table_of(SourceRecord)
    with writing(database) as engine:
        with engine.begin() as connection:
            for id_, body in connection.execute(sa.select(record.c.id, record.c.body)).all():
                said = from_json(decompress(body))
                del said["label"]
                before = record.update().where(record.c.id == id_)
                connection.execute(before.values(body=compress(to_json(said)), digest="before"))
        change(database, "UPDATE release SET document_version = 0")
        rebuild_documents(engine)

    assert served_labels(client) == {}
    assert len(client.get("/v1/warnings").json()["items"]) == 1
    with writing(database) as engine, engine.connect() as connection:
        assert [fault for fault in faults_of(connection) if "digest" not in fault] == [
            "The records of openfda-label are not those that were imported."
        ]


FILES: dict[str, tuple[str, list[Given]]] = {
    "vocabulary": ("drugbank-vocabulary", KNOWN),
    "old": (
        LABEL,
        labels(
            label("s1", boxed_warning="Beware.", description="White."),
            label("s2", "PLACEBIN", boxed_warning="Beware."),
            label("s3", "Hustan", overdosage="Call."),
        ),
    ),
    "new": (
        LABEL,
        labels(
            label("s1", "HUSTANOL", version=2, boxed_warning="Beware.", description="White."),
            label("s2", version=3),
            updated="2024-01-05",
        ),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(FILES)), ids="-".join)
def test_the_labels_are_the_same_in_whatever_order_files_come(
    on_sqlite: Settings, order: tuple[str, ...]
) -> None:
    served_and_rebuilt_alike(on_sqlite, order)


def test_and_on_both_engines(database: Settings) -> None:
    served_and_rebuilt_alike(database, ("new", "old", "vocabulary"))


def served_and_rebuilt_alike(database: Settings, order: tuple[str, ...]) -> None:
    for name in order:
        load(database, *FILES[name])

    with writing(database) as engine:
        found = {key: body for key, body in served_in(database).items() if key[0] == "labels"}
        change(database, "UPDATE release SET document_version = 0")
        assert rebuild_documents(engine)

    again = {key: body for key, body in served_in(database).items() if key[0] == "labels"}
    drugs = {key[1]: '"drug":null' not in body for key, body in found.items()}
    assert drugs == {"s1": True, "s2": False, "s3": True}
    assert again == found


@pytest.fixture(scope="module")
def shelf(holding: Holding) -> Any:
    """Labels that every filter tells apart, of a drug and of none."""
    made = [
        label("c", "HUSTANOL", version=2, route=["ORAL"], manufacturer_name=["Straße  Pharma"]),
        label("a", "HUSTANOL", version=1, route=["ORAL", "TOPICAL"], application_number=["M013"]),
        label("d", version=4, route=["oral"], product_type=["HUMAN OTC DRUG"]),
        label("b", "HUSTANOL", version=3, application_number=["NDA000001", "ANDA000002"]),
    ]
    with holding(drug("hustanol"), files={"openfda-label": labels(*made)}) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "abcd"),
        ("sort=-id", "dcba"),
        ("sort=effective_date", "acbd"),
        ("sort=-effective_date", "dbca"),
        ("route=Oral", "acd"),
        ("route=oral&sort=-effective_date", "dca"),
        ("route=topical", "a"),
        ("manufacturer=STRASSE pharma", "c"),
        ("manufacturer=strasse", ""),
        ("application_number=anda000002", "b"),
        ("application_number=NDA000001", "b"),
        ("application_number=1", "b"),
        ("product_type=human otc drug", "d"),
        ("route=oral&product_type=human otc drug", "d"),
        ("route=topical&product_type=human otc drug", ""),
    ],
)
def test_labels_are_narrowed_and_ordered(shelf: httpx.Client, query: str, ids: str) -> None:
    whole = shelf.get(f"/v1/labels?{query}").json()
    paged = ""
    following = f"/v1/labels?{query}&limit=1".replace("?&", "?")
    while following:
        page = shelf.get(following).json()
        assert page["total"] == len(ids)
        paged += "".join(item["id"] for item in page["items"])
        following = page["next"]

    assert "".join(item["id"] for item in whole["items"]) == ids
    assert paged == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "bca"),
        ("sort=id", "abc"),
        ("route=ORAL", "ca"),
        ("route=oral&sort=effective_date", "ac"),
    ],
)
def test_a_drug_s_labels_begin_with_the_newest(shelf: httpx.Client, query: str, ids: str) -> None:
    page = shelf.get(f"/v1/drugs/hustanol/labels?{query}").json()

    assert "".join(item["id"] for item in page["items"]) == ids
    assert page["total"] == len(ids)


@pytest.fixture(scope="module")
def one_label(new_database: Callable[..., Any]) -> Iterator[sa.Engine]:
    """An engine of a database of one label, for what is rolled back; on SQLite without its keys."""
    with new_database() as settings:
        load(settings, LABEL, labels(label("s1", "HUSTANOL", route=["ORAL"])))
        engine = migration_engine(settings)
        yield engine
        engine.dispose()


@slow_on_postgres
@pytest.mark.parametrize(
    ("alter", "found"),
    [
        ("UPDATE label SET effective_date = '2020-01-01'", "A row of label for 's1'"),
        ("UPDATE label SET drug_id = NULL", "A row of label for 's1'"),
        ("DELETE FROM label_term", "A row of label_term for 's1' is missing."),
        ("UPDATE label_term SET value = 'topical'", "A row of label_term for 's1'"),
        ("DELETE FROM label", "The release has 1 labels; there are 0 rows, 1 documents."),
        ("DELETE FROM document WHERE kind = 'labels'", "The record of labels 's1' is not what"),
    ],
)
def test_check_finds_what_labels_are_no_longer_found_by(
    one_label: sa.Engine, alter: str, found: str
) -> None:
    with one_label.connect() as connection, connection.begin() as transaction:
        connection.execute(sa.text(alter))
        faults = faults_of(connection)
        transaction.rollback()

    assert any(fault.startswith(found) for fault in faults)


@slow_on_postgres
@pytest.mark.parametrize("of", ["HUSTANOL", None], ids=["of a drug", "of none"])
def test_check_finds_a_label_s_text_that_is_not_what_its_source_says(
    database: Settings, of: str | None
) -> None:
    """Nor its digest, nor its document."""
    said = label("s1", *([of] if of else []), description="White.")
    load(database, LABEL, labels(said))

    change(database, "UPDATE source_record SET body = (SELECT body FROM document LIMIT 1)")

    with writing(database) as engine, engine.connect() as connection:
        assert faults_of(connection) != []
