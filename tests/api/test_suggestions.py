"""The search box: drugs found as their names are typed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.main import Api
from tests.conftest import Holding, Save
from tests.writing import CITE, brand, drug, indication


def matched(client: httpx.Client, q: str, **asked: Any) -> list[tuple[str, str, str, int]]:
    items = client.get("/v1/drugs", params={"q": q, **asked}).raise_for_status().json()["items"]
    return [
        (item["id"], m["name"], m["how"], m["distance"])
        for item in items
        for m in [item["matched"]]
    ]


def ids(client: httpx.Client, q: str, **asked: Any) -> list[str]:
    return [id_ for id_, *_ in matched(client, q, **asked)]


def named(name: str, *facts: Any, names: tuple[tuple[str, str], ...] = (), **fields: Any) -> Any:
    file = drug(name, *facts, **fields)
    file["drug"]["names"] += [brand(n) | {"type": type_} for n, type_ in names]
    return file


@pytest.fixture(scope="session")
def pharmacy(holding: Holding) -> Iterator[httpx.Client]:
    """Drugs whose names are alike."""
    approval = {"authority": "FDA", "jurisdiction": "US", "cite": CITE}
    with holding(
        named("baclofen", names=(("Lioresal", "brand"), ("Baclofène", "synonym"))),
        named("arbaclofen"),
        named("bacitracin", approvals=[approval]),
        named("bacampicillin", indication("cough")),
        named("liothyronine", names=(("Lio", "brand"),)),
        named("metformin"),
        named("metformin-and-more", names=(("metformin", "synonym"),)),
    ) as client:
        yield client


def test_names_that_begin_with_the_text_come_before_those_that_have_it(
    pharmacy: httpx.Client,
) -> None:
    assert matched(pharmacy, "baclo") == [
        ("baclofen", "baclofen", "begins", 0),
        ("arbaclofen", "arbaclofen", "contains", 0),
    ]


def test_approved_drugs_come_before_those_of_which_something_is_known(
    pharmacy: httpx.Client,
) -> None:
    assert ids(pharmacy, "bac") == ["bacitracin", "bacampicillin", "baclofen", "arbaclofen"]


def test_the_name_itself_comes_first(pharmacy: httpx.Client) -> None:
    assert matched(pharmacy, "lio") == [
        ("liothyronine", "Lio", "begins", 0),
        ("baclofen", "Lioresal", "begins", 0),
    ]


def test_each_drug_is_there_once_by_its_best_name(pharmacy: httpx.Client) -> None:
    assert matched(pharmacy, "baclofen") == [
        ("baclofen", "baclofen", "begins", 0),
        ("arbaclofen", "arbaclofen", "contains", 0),
    ]
    assert matched(pharmacy, "metformin") == [
        ("metformin", "metformin", "begins", 0),
        ("metformin-and-more", "metformin", "begins", 0),
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("metfromin", [("metformin", 1), ("metformin-and-more", 1)]),
        ("baclofin", [("baclofen", 1)]),
        ("baklofin", [("baclofen", 2)]),
        ("bacloffene", [("baclofen", 1)]),
        ("lioresl", [("baclofen", 1)]),
        ("lorsal", []),
    ],
)
def test_a_letter_or_two_away_is_labelled(
    pharmacy: httpx.Client, typed: str, found: list[tuple[str, int]]
) -> None:
    close = [(id_, away) for id_, _, how, away in matched(pharmacy, typed) if how == "close"]

    assert close == found


def test_every_drug_with_a_close_name_is_found(client: httpx.Client, save: Save) -> None:
    """A drug whose id is spelt like the close name, and that has the text in another of its."""
    save(
        named("epinephrine", names=(("methylepinephrinea", "synonym"),)),
        named("adrenaline", names=(("epinephrine", "synonym"),)),
    )

    assert matched(client, "epinephrinea") == [
        ("epinephrine", "methylepinephrinea", "contains", 0),
        ("adrenaline", "epinephrine", "close", 1),
    ]


def test_letter_by_letter_the_drug_stays_until_it_cannot_be_meant(pharmacy: httpx.Client) -> None:
    for length in range(1, len("lioresal") + 1):
        assert "baclofen" in ids(pharmacy, "lioresal"[:length]), length
    assert ids(pharmacy, "lioresalx") == ["baclofen"]  # close
    assert ids(pharmacy, "lioresalxyz") == []


def test_a_letter_finds_what_begins_with_it_alone(pharmacy: httpx.Client) -> None:
    assert ids(pharmacy, "b") == ["bacitracin", "bacampicillin", "baclofen"]
    assert "arbaclofen" in ids(pharmacy, "ba")


@pytest.mark.parametrize("q", ["®", "--", "%", "💊", "  - "])
def test_what_has_no_letters_finds_nothing(pharmacy: httpx.Client, q: str) -> None:
    assert pharmacy.get("/v1/drugs", params={"q": q}).json() == {
        "items": [],
        "total": 0,
        "next": None,
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("q", ["a", "ba", "in", "ofe", "metfromin"])
def test_pages_give_each_drug_once_in_order(pharmacy: httpx.Client, q: str, limit: int) -> None:
    every = ids(pharmacy, q, limit=100)

    found: list[str] = []
    path = f"/v1/drugs?q={q}&limit={limit}"
    while path:
        page = pharmacy.get(path).json()
        assert page["total"] == len(every)
        found += [item["id"] for item in page["items"]]
        path = page["next"]

    assert found == every


@pytest.mark.parametrize(("sort", "order"), [("name", 1), ("-name", -1), ("id", 1), ("-id", -1)])
def test_an_order_that_is_asked_for_is_kept(pharmacy: httpx.Client, sort: str, order: int) -> None:
    assert (
        ids(pharmacy, "bac", sort=sort)
        == [
            "arbaclofen",
            "bacampicillin",
            "bacitracin",
            "baclofen",
        ][::order]
    )
    assert len(ids(pharmacy, "bac", sort=sort, limit=3)) == 3


def test_other_filters_narrow_what_is_found(pharmacy: httpx.Client) -> None:
    answer = pharmacy.get("/v1/drugs?q=bac&condition=cough").json()

    assert [item["id"] for item in answer["items"]] == ["bacampicillin"]
    assert answer["total"] == 1
    assert ids(pharmacy, "lio", condition="cough") == []


def test_without_a_text_nothing_is_said_to_match(pharmacy: httpx.Client) -> None:
    assert all("matched" not in item for item in pharmacy.get("/v1/drugs").json()["items"])


def test_an_answer_is_of_one_release(
    app: Api, alone: httpx.Client, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that comes between two selects has all of it read again."""
    save(drug("baclofen"))
    alone.get("/v1")  # what all answers say of that release is read once
    pool, asked = app.state.pool, []
    rows = pool.rows

    def with_a_release_between(select: Any, values: Any) -> Any:
        asked.append(select)
        found = rows(select, values)
        if len(asked) == 1:
            save(drug("baclo"), drug("baclofen"))
        return found

    monkeypatch.setattr(pool, "rows", with_a_release_between)
    answer = alone.get("/v1/drugs?q=baclo")

    assert [item["id"] for item in answer.json()["items"]] == ["baclo", "baclofen"]
    assert len(asked) == 5  # two that were not of one release, two that are, and what that is
    release = alone.get("/v1/releases/current").json()["id"]
    assert answer.headers.get_list("data-release") == [release]
