"""What leads to a drug without being its own: salts, contested identifiers, brands set aside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from anyio.from_thread import BlockingPortal

from app.ingest.publishing.rebuilding import rebuild_documents
from app.models.lookup import (
    IdentifierAlias,
    NameAlias,
    SearchedDrug,
    SearchedName,
    SearchedPiece,
)
from app.search.index import SearchIndex
from app.settings import Settings
from tests.conftest import AppTransport, always_asking, running, slow_on_postgres
from tests.ingest.loading import (
    approvals,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    reading,
    vocabulary,
)
from tests.writing import writing


@contextmanager
def asking(database: Settings, portal: BlockingPortal) -> Iterator[httpx.Client]:
    with running(always_asking(database)) as app:
        yield httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts")


def resolved(client: httpx.Client, **asked: str) -> dict[str, Any]:
    answer = client.get("/v1/resolve", params=asked).raise_for_status().json()
    item: dict[str, Any] = answer["items"][0]
    return item


def candidates(item: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    return [((c["drug"] or {}).get("id"), c["substance"]) for c in item["candidates"]]


def load_aliases(database: Settings) -> None:
    """A vocabulary, a label of a salt, and products of one brand, one of which cannot be known."""
    load(
        database,
        "drugbank-vocabulary",
        vocabulary(
            drugbank(1, "Hustanol", unii="HHHHHHHHH1", cas="50-00-1"),
            drugbank(2, "Placebin", cas="50-00-2"),
            drugbank(3, "Levoplacebin", cas="50-00-2"),
            drugbank(4, "One", "shared"),
            drugbank(5, "Other", "shared"),
        ),
    )
    load(
        database,
        "openfda-label",
        labels(
            label(
                "a1", "HUSTANOL SULFATE", unii="SSSSSSSSS1", brand="Hustex", boxed_warning="Beware."
            )
        ),
    )
    load(
        database,
        "drugs-at-fda",
        approvals(
            ("NDA000001", "COMBIHUST", "HUSTANOL", "1999-01-01"),
            ("NDA000002", "COMBIHUST", "HUSTANOL; SHARED", "1999-01-02"),
        ),
    )


@pytest.fixture(scope="module")
def aliases(new_database: Callable[..., Any], portal: BlockingPortal) -> Iterator[httpx.Client]:
    """Asks an app over `load_aliases`, for tests that only read."""
    with new_database() as database:
        load_aliases(database)
        with asking(database, portal) as client:
            yield client


def test_an_identifier_of_a_salt_is_the_drugs_and_says_so(aliases: httpx.Client) -> None:
    own, salt = (resolved(aliases, identifier=f"unii:{u}") for u in ("HHHHHHHHH1", "SSSSSSSSS1"))

    assert (own["match"], candidates(own)) == ("identifier", [("hustanol", None)])
    assert (salt["match"], candidates(salt)) == ("identifier", [("hustanol", "HUSTANOL SULFATE")])


def test_an_identifier_of_several_drugs_is_ambiguous(aliases: httpx.Client) -> None:
    item = resolved(aliases, identifier="cas:50-00-2")

    assert (item["match"], item["drug"]) == ("ambiguous", None)
    assert candidates(item) == [("levoplacebin", None), ("placebin", None)]


def test_what_may_be_an_ester_is_a_salt_where_a_source_has_it_as_one(aliases: httpx.Client) -> None:
    known = resolved(aliases, name="Hustanol sulfate 5 mg")
    unknown = resolved(aliases, name="Placebin sulfate")

    assert (known["match"], known["drug"]) == ("exact", {"id": "hustanol", "name": "Hustanol"})
    assert known["stripped"] == [
        {"kind": "salt", "text": "sulfate"},
        {"kind": "strength", "text": "5 mg"},
    ]
    assert (unknown["match"], unknown["drug"]) == ("none", None)


@slow_on_postgres
def test_a_brand_of_a_product_that_was_quarantined_is_ambiguous(aliases: httpx.Client) -> None:
    several, one = resolved(aliases, name="Combihust"), resolved(aliases, name="Hustex")

    assert (several["match"], several["drug"]) == ("ambiguous", None)
    assert candidates(several) == [("hustanol", None), (None, "HUSTANOL; SHARED")]
    assert (one["match"], one["drug"]["id"]) == ("brand", "hustanol")


@pytest.mark.slow
def test_a_salt_that_may_be_several_drugs_is_ambiguous_though_one_has_it_for_a_synonym(
    database: Settings, portal: BlockingPortal
) -> None:
    """As neomycin sulfate is a synonym of framycetin, and may be neomycin's."""
    both = vocabulary(drugbank(1, "Hustanol"), drugbank(2, "Framhustanol", "Hustanol"))
    load(database, "drugbank-vocabulary", both)
    known = [ligand(1, "framhustanol", synonyms="hustanol sulfate|hustanol oil")]
    load(database, "gtopdb", guide(known, [interaction(1, "GABA receptor", "Agonist")]))

    with asking(database, portal) as client:
        before = resolved(client, name="Hustanol sulfate")
        load(database, "openfda-label", labels(label("a1", "HUSTANOL SULFATE", warnings="A.")))
        after = resolved(client, name="Hustanol sulfate")
        oil = resolved(client, name="Hustanol oil")

    assert (before["match"], candidates(before)) == ("synonym", [("framhustanol", None)])
    assert (after["match"], after["drug"]) == ("ambiguous", None)
    assert candidates(after) == [("framhustanol", None), (None, "HUSTANOL SULFATE")]
    assert [c["match"] for c in after["candidates"]] == ["synonym", "synonym"]
    assert oil["match"] == "synonym"


@slow_on_postgres
def test_a_brand_that_is_another_drugs_salt_is_ambiguous(
    database: Settings, portal: BlockingPortal
) -> None:
    load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Hustanol"), drugbank(2, "Placebin")),
    )
    load(
        database,
        "drugs-at-fda",
        approvals(("NDA000001", "HUSTANOL SODIUM", "PLACEBIN", "1999-01-01")),
    )

    with asking(database, portal) as client:
        item = resolved(client, name="hustanol sodium")

    assert (item["match"], candidates(item)) == (
        "ambiguous",
        [("placebin", None), ("hustanol", None)],
    )


@slow_on_postgres
def test_what_is_radiolabelled_leads_to_the_drug_and_gives_it_nothing_but_facts(
    database: Settings, portal: BlockingPortal
) -> None:
    key = "AAAAAAAAAAAAAA-BBBBBBBBBB-N"
    load(
        database,
        "gtopdb",
        guide(
            [
                ligand(7, "hustanol", inchikey=key, pubchem_cid="70"),
                ligand(
                    8,
                    "[<sup>3</sup>H]hustanol",
                    inchikey=key,
                    pubchem_cid="80",
                    synonyms="tritiated hustanol|Hustrace&reg;",
                    labelled="yes",
                    radioactive="yes",
                    approved="yes",
                ),
            ],
            [interaction(number, "Cough receptor", "Agonist") for number in (7, 8)],
        ),
    )

    with asking(database, portal) as client:
        drug = client.get("/v1/drugs/hustanol?include=mechanisms").json()
        own, ligand_8 = (resolved(client, identifier=f"gtopdb:{n}") for n in (7, 8))
        both = resolved(client, identifier=f"inchikey:{key}")
        names = ("[3H]Hustanol", "tritiated hustanol", "Hustrace")
        by_name = [resolved(client, name=name) for name in names]

    assert [(name["name"], name["type"]) for name in drug["names"]] == [("hustanol", "generic")]
    assert [(i["system"], i["value"]) for i in drug["identifiers"]] == [
        ("gtopdb", "7"),
        ("pubchem_cid", "70"),
        ("inchikey", key),
    ]
    assert (drug["statuses"], drug["counts"]["mechanisms"]) == ([], 2)
    assert [fact["substance"] for fact in drug["mechanisms"]] == [
        {"name": "[3H]hustanol", "matched_by": "labelled", "form": None},
        {"name": "hustanol", "matched_by": "itself", "form": None},
    ]
    assert candidates(own) == candidates(both) == [("hustanol", None)]
    assert candidates(ligand_8) == [("hustanol", "[3H]hustanol")]
    assert [(item["match"], item["drug"]["id"], candidates(item)) for item in by_name] == [
        ("labelled", "hustanol", [("hustanol", "[3H]hustanol")])
    ] * 3


@pytest.mark.slow
def test_migrating_makes_all_that_is_searched(database: Settings) -> None:
    """As from a schema that had none of it."""
    load_aliases(database)
    tables = [
        *(sa.table(str(t.__tablename__)) for t in (SearchedDrug, SearchedName, SearchedPiece)),
        *(sa.table(str(t.__tablename__)) for t in (NameAlias, IdentifierAlias)),
    ]

    def counted() -> list[int]:
        with reading(database) as connection:
            of = (sa.select(sa.func.count()).select_from(table) for table in tables)
            return [connection.scalar(each) or 0 for each in of]

    before = counted()
    assert all(before)
    with writing(database) as engine:
        with engine.begin() as connection:
            SearchIndex(connection).clear()
            for table in tables:
                connection.execute(table.delete())
            connection.execute(sa.text("UPDATE document SET number = NULL"))
            connection.execute(sa.text("UPDATE release SET document_version = 0"))
        assert faults_in(engine) != []

        assert rebuild_documents(engine)

        assert faults_in(engine) == []
    assert counted() == before
