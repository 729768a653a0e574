"""Lists: their filters, order, pages, and what an empty one means."""

import re
import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.api import (
    discrepancies,
    dosages,
    indications,
    mechanisms,
    pharmacokinetics,
    trials,
    warnings,
)
from app.api.conditions import CONDITIONS
from app.api.drugs import DRUGS
from app.api.facts import listed_of_drug
from app.api.labels import LABELS, LABELS_OF_DRUG
from app.api.releases import RELEASES
from app.api.sources import SOURCES
from app.database.reading import ConnectionPool
from app.models.fact import fact_kinds
from app.settings import Settings
from tests.conftest import Holding, Save, slow_on_postgres
from tests.writing import CITE, brand, drug, indication, warning


def names(client: httpx.Client, path: str) -> list[str]:
    return [item["id"] for item in client.get(path).json()["items"]]


@pytest.fixture(scope="module")
def seven_warnings(holding: Holding) -> Iterator[httpx.Client]:
    """Two drugs, and seven warnings of theirs."""
    with holding(
        drug("a", *(warning(f"w{i}") for i in range(3))),
        drug("b", *(warning(f"w{i}") for i in range(4))),
    ) as client:
        yield client


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("sort", ["id", "-id"])
def test_following_next_gives_each_item_once_in_order(
    seven_warnings: httpx.Client, size: int, sort: str
) -> None:
    expected = [f"{d}-warning-w{i}" for d, n in (("a", 3), ("b", 4)) for i in range(n)]

    found, path, totals = [], f"/v1/warnings?limit={size}&sort={sort}", set()
    while path:
        answer = seven_warnings.get(path)
        body = answer.json()
        found += [item["id"] for item in body["items"]]
        totals.add(body["total"])
        assert len(found) <= len(expected)
        link = answer.headers.get("Link")
        assert link == (f'<{body["next"]}>; rel="next"' if body["next"] else None)
        path = body["next"]

    assert found == (expected if sort == "id" else expected[::-1])
    assert totals == {7}


BY_IMPORTANCE = [
    ("use", {"type": "contraindication"}),
    ("driving", {}),
    ("stopping", {"category": "withdrawal"}),
    ("alcohol", {"type": "interaction"}),
    ("kidneys", {"category": "renal"}),
    ("a-rash", {"type": "undesirable-effect"}),
    ("too-much", {"category": "overdosage"}),
]


@pytest.fixture(scope="module")
def by_importance(holding: Holding) -> Iterator[httpx.Client]:
    """A drug with a warning of each group, written in another order."""
    with holding(drug("a", *(warning(key, **of) for key, of in reversed(BY_IMPORTANCE)))) as client:
        yield client


def test_what_matters_first_stands_first_in_lists_of_a_drug_and_in_its_record(
    by_importance: httpx.Client,
) -> None:
    expected = [f"a-warning-{key}" for key, _ in BY_IMPORTANCE]
    of_drug = "/v1/drugs/a/warnings"

    found, path = [], f"{of_drug}?limit=2"
    while path:
        body = by_importance.get(path).json()
        found += [item["id"] for item in body["items"]]
        path = body["next"]
    included = by_importance.get("/v1/drugs/a?include=warnings").json()["warnings"]

    assert found == [item["id"] for item in included] == expected
    assert names(by_importance, f"{of_drug}?sort=-importance") == expected[::-1]
    assert names(by_importance, f"{of_drug}?sort=id") == sorted(expected)
    assert names(by_importance, f"{of_drug}?category=renal") == ["a-warning-kidneys"]
    assert names(by_importance, "/v1/warnings") == sorted(expected)
    assert by_importance.get("/v1/warnings?sort=importance").status_code == 422


def test_drugs_are_ordered_by_name_whatever_its_case(client: httpx.Client, save: Save) -> None:
    save(
        drug("zinc"),
        drug("a-drug") | {"drug": drug("Aspirin")["drug"] | {"id": "a-drug"}},
        drug("baclofen"),
    )

    assert names(client, "/v1/drugs") == ["a-drug", "baclofen", "zinc"]
    assert names(client, "/v1/drugs?sort=-name&limit=1") == ["zinc"]
    assert names(client, "/v1/drugs?sort=-id") == ["zinc", "baclofen", "a-drug"]


def test_drugs_of_one_name_are_ordered_by_their_ids_and_each_is_on_one_page(
    client: httpx.Client, save: Save
) -> None:
    ids = ["a1", "b2", "c3", "d4"]
    save(*(drug(id_) | {"drug": drug("Äther & Öl")["drug"] | {"id": id_}} for id_ in ids[::-1]))

    found: list[str] = []
    path = "/v1/drugs?limit=1&q=%C3%A4ther%20%26%20%C3%B6"
    while path and len(found) <= len(ids):
        page = client.get(path).json()
        found += [item["id"] for item in page["items"]]
        path = page["next"]

    assert found == ids


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=lior", ["baclofen"]),
        ("q=LIORESAL", ["baclofen"]),
        ("q=ofen", ["baclofen"]),
        ("q=bacloféN", ["baclofen"]),
        ("q=pentazocine", []),
        ("q=%25", []),
        ("q=_", []),
        ("q=b_clof", []),
        ("q=%5C", []),
        ("q='%22;--", []),
        ("class=muscle-relaxant", ["baclofen"]),
        ("class=muscle", []),
        ("condition=muscle-spasticity", ["baclofen"]),
        ("condition=no-such-condition", []),
        ("identifier=unii:H789N3FKE8", ["baclofen"]),
        ("identifier=cas:H789N3FKE8", []),
        ("q=bac&class=antispasmodic&identifier=chembl:CHEMBL701", ["baclofen"]),
    ],
)
def test_drugs_are_found_by_what_is_asked_and_by_nothing_like_it(
    seeded: httpx.Client, asked: str, found: list[str]
) -> None:
    assert names(seeded, f"/v1/drugs?{asked}") == found


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("warnings?category=withdrawal", 1),
        ("warnings?category=renal&type=warning", 1),
        ("warnings?type=contraindication", 0),
        ("warnings?severity=critical", 0),
        ("warnings?boxed=true", 0),
        ("warnings?boxed=false", 0),
        ("indications?status=not_effective", 1),
        ("indications?condition=alcohol-dependence&status=approved", 0),
        ("mechanisms?action_type=AGONIST", 1),
        ("mechanisms?target=gaba-a-receptor", 0),
        ("pharmacokinetics?process=excretion", 1),
        ("pharmacokinetics?organ=liver", 2),
        ("trials?registry_id=NCT00525252", 2),
        ("trials?condition=liver-cirrhosis", 2),
        ("trials?study=addolorato-2007", 3),
        ("discrepancies?subject=baclofen-trial-alcohol-cirrhosis-paper", 2),
    ],
)
def test_facts_are_narrowed_alike_across_drugs_and_under_one(
    seeded: httpx.Client, path: str, count: int
) -> None:
    across = seeded.get(f"/v1/{path}&drug=baclofen").json()
    under = seeded.get(f"/v1/drugs/baclofen/{path}").json()

    assert across["total"] == len(across["items"]) == count
    assert under["items"] == across["items"]


@slow_on_postgres
def test_an_empty_list_says_whether_anyone_looked(client: httpx.Client, save: Save) -> None:
    searched = drug("searched") | {"coverage": [{"source": "leaflet", "kinds": ["warnings"]}]}
    whole = {"source": "leaflet", "kinds": ["warnings"], "complete": "true"}
    save(searched, drug("unsearched"), drug("whole") | {"coverage": [whole]})

    found = {
        name: client.get(f"/v1/drugs/{name}/warnings").json()
        for name in ("searched", "unsearched", "whole")
    }

    assert [body["items"] for body in found.values()] == [[], [], []]
    leaflet = {"id": "leaflet", "title": "A leaflet", "url": "https://leaflet.example/"}
    assert found["searched"]["coverage"] == {
        "status": "partial",
        "as_of": "2026-01-31",
        "sources": [leaflet],
    }
    assert found["unsearched"]["coverage"] == {
        "status": "not_searched",
        "as_of": None,
        "sources": [],
    }
    assert found["whole"]["coverage"]["status"] == "complete"


@slow_on_postgres
def test_a_finding_against_is_never_listed_as_a_use(client: httpx.Client, save: Save) -> None:
    save(drug("a", indication("gout", status="not_effective")), drug("b", indication("gout")))

    assert names(client, "/v1/drugs?condition=gout") == ["b"]
    assert names(client, "/v1/indications?condition=gout&status=approved") == ["b-indication-gout"]


def test_a_brand_finds_its_drug_once(client: httpx.Client, save: Save) -> None:
    file = drug("a")
    file["drug"]["names"] += [brand("Abrand"), brand("Abrand Forte")]
    save(file)

    body = client.get("/v1/drugs?q=abrand").json()

    assert (body["total"], [item["id"] for item in body["items"]]) == (1, ["a"])


@pytest.mark.slow
def test_a_cursor_outlives_no_release(client: httpx.Client, save: Save) -> None:
    save(drug("a", warning("w1"), warning("w2")))
    path = client.get("/v1/warnings?limit=1").json()["next"]

    save(drug("a", warning("w1"), warning("w2"), warning("w3")))
    answer = client.get(path)

    assert answer.status_code == 410
    assert answer.json()["type"] == "/docs/problems#release-changed"


@pytest.mark.slow
def test_a_walk_while_imports_commit_is_of_one_release_or_says_that_it_changed(
    alone: httpx.Client, save: Save
) -> None:
    """Each release has a number of warnings of its own, so pages of two would not add up."""

    def load(count: int) -> None:
        save(drug("a", *(warning(f"w{i}") for i in range(count))))

    def walk() -> list[str] | None:
        found: list[str] = []
        releases, path = set(), "/v1/drugs/a/warnings?limit=2"
        while path:
            answer = alone.get(path)
            if answer.status_code == 410:
                return None
            page = answer.json()
            releases.add(answer.headers["data-release"])
            found += [item["id"] for item in page["items"]]
            assert len(found) <= page["total"]
            path = page["next"]
        assert len(releases) == 1
        assert len(found) == page["total"]
        return found

    load(5)
    loader = threading.Thread(target=lambda: [*map(load, [6, 7, 8, 5] * 2)])
    loader.start()
    walks = []
    while loader.is_alive():
        walks.append(walk())
    loader.join()

    assert None in walks
    for found in [*filter(None, walks), walk()]:
        assert found == [f"a-warning-w{i}" for i in range(len(found or []))]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "/v1/indications?limit=1",
        "/v1/warnings?limit=1&type=warning",
        "/v1/warnings?limit=1&sort=-id",
        "/v1/drugs/baclofen/warnings?limit=1",
        "/v1/drugs?limit=1",
        "/v1/releases?limit=1",
    ],
)
def test_a_cursor_belongs_to_one_list(seeded: httpx.Client, elsewhere: str) -> None:
    following = seeded.get("/v1/warnings?limit=1").json()["next"]
    cursor = parse_qs(urlsplit(following).query)["cursor"][0]

    answer = seeded.get(f"{elsewhere}&cursor={cursor}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_a_record_embeds_what_is_asked_for_and_nothing_else(seeded: httpx.Client) -> None:
    bare = seeded.get("/v1/drugs/baclofen").json()
    some = seeded.get("/v1/drugs/baclofen?include=warnings,indications").json()
    everything = seeded.get("/v1/drugs/baclofen?include=all").json()

    assert set(some) - set(bare) == {"indications", "warnings"}
    assert set(everything) - set(bare) == set(bare["counts"])
    for kind in bare["counts"]:
        listed = seeded.get(f"/v1/drugs/baclofen/{kind}?limit=100").json()["items"]
        assert everything[kind] == listed
        assert len(listed) == bare["counts"][kind]
    bare.pop("combinations")
    assert seeded.get("/v1/drugs").json()["items"] == [bare]


def test_releases_say_from_what_they_were_made(client: httpx.Client, save: Save) -> None:
    save(drug("a", warning("w1")))
    save(drug("a", warning("w1")), drug("b", description="A drug.", cite=CITE))

    releases = client.get("/v1/releases").json()
    current = client.get("/v1/releases/current").json()

    assert [r["number"] for r in releases["items"]] == [2, 1]
    assert releases["items"][0] == current == client.get("/v1").json()["release"]
    assert [f["name"] for f in current["files"]] == [
        "drugs/a.yaml",
        "drugs/b.yaml",
        "shared.yaml",
    ]
    assert (current["counts"]["drugs"], current["counts"]["warnings"]) == (2, 1)


FACTS = (discrepancies, dosages, indications, mechanisms, pharmacokinetics, trials, warnings)
LISTS = {
    listing.kind: listing
    for listing in (
        *(DRUGS, CONDITIONS, LABELS, SOURCES, RELEASES),
        *(module.LISTING for module in FACTS),
    )
}
OF_A_DRUG = {"labels of a drug": LABELS_OF_DRUG} | {
    f"{kind} of a drug": listed_of_drug(fact_kinds()[kind], LISTS[kind]) for kind in fact_kinds()
}


def test_every_kind_of_fact_has_its_lists() -> None:
    assert set(fact_kinds()) <= set(LISTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*LISTS, *OF_A_DRUG])
def test_no_page_of_a_list_reads_a_whole_table(sqlite_template: Path, name: str) -> None:
    """However many there are: an index leads to its first item, and on from there; the first of all
    is also that of a table that is stored in the order of its key."""
    pool = ConnectionPool(Settings(database_url=f"sqlite:///{sqlite_template}"))
    connection: Any = pool.engine.raw_connection().driver_connection
    listing = (LISTS | OF_A_DRUG)[name]
    *_, last = listing.orders[next(iter(listing.orders))]
    of_drug = ("drug",) if name in OF_A_DRUG else ()
    found_by = [of_drug, *({*of_drug, one} for one in listing.filters if one != "q")]
    for filters, order, further in product(found_by, listing.orders, (False, True)):
        for sort in (order, f"-{order}"):
            text, constants = listing._select(frozenset(filters), sort, further).on(
                pool.engine.dialect
            )
            names = re.findall(r":(\w+)", text)
            plan = connection.execute(
                f"EXPLAIN QUERY PLAN {text}", dict.fromkeys(names, 1) | constants
            ).fetchall()
            steps = [step for *_, step in plan]
            whole = [s for s in steps if s.startswith("SCAN") and " INDEX " not in s]
            in_order = set() if filters or further else {last.table.name}
            allowed = {"page", "found", "release"} | in_order
            assert {s.split()[1] for s in whole} <= allowed, steps
            sorted_ = [s for s in steps if "ORDER BY" in s]
            assert len(sorted_) <= (2 if filters else 1), steps
    pool.close()


@pytest.mark.slow
def test_a_page_has_fewer_items_than_may_be_where_they_are_large(holding: Holding) -> None:
    long = [warning(f"w{n}", statement=f"{n} " + 110_000 * "long ") for n in range(1, 3)]
    short = [warning(f"w{n}", statement=f"{n} short") for n in range(3, 8)]
    with holding(drug("a", *short, *long)) as client:
        sizes, ids, url = [], [], "/v1/drugs/a/warnings?sort=id&limit=3"
        while url:
            page = client.get(url)
            sizes.append(len(page.json()["items"]))
            ids += [item["id"] for item in page.json()["items"]]
            assert len(page.content) < 500_000 or sizes[-1] == 1
            url = page.json()["next"]
        sparse = client.get("/v1/drugs/a/warnings?sort=id&limit=3&fields=id").json()

    assert sizes == [1, 1, 3, 2]
    assert ids == [f"a-warning-w{n}" for n in range(1, 8)]
    assert len(sparse["items"]) == 3
