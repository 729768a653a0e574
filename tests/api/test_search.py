"""Search: words in drugs, conditions and facts."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.api import search as api_search
from app.search import query, ranking
from app.search.words import MOST_WORDS
from tests.conftest import Holding, Save
from tests.writing import CITE, brand, drug, fact, indication, warning


def hits(client: httpx.Client, q: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/search", params={"q": q, **asked})
    page = answer.raise_for_status().json()
    assert len(page["items"]) == page["total"] or page["next"]
    items: list[dict[str, Any]] = page["items"]
    return items


def found(client: httpx.Client, q: str, **asked: Any) -> list[str]:
    return [item["id"] for item in hits(client, q, **asked)]


def marked(hit: dict[str, Any]) -> str:
    return "".join(f"[{p['text']}]" if p["marked"] else p["text"] for p in hit["passage"])


@pytest.fixture(scope="session")
def pharmacy(holding: Holding) -> Iterator[httpx.Client]:
    """Two drugs with facts, and one without."""
    hustanol = drug(
        "hustanol",
        indication("cough", statement="Hustanol is approved for a dry cough."),
        indication("flu", status="not_effective", statement="Hustanol does nothing against flu."),
        warning("w1", statement="Stopping it suddenly can bring seizures; see β-blockers."),
        warning("w2", statement="In renal impairment, halve the dose of Hustanol."),
        warning("w3", statement="Impairment of vision; the renal dose is another."),
        fact("mechanisms", "m1", statement="It blocks the cough reflex.", target="gaba-b"),
    )
    hustanol["targets"] = [{"id": "gaba-b", "name": "GABA-B receptor"}]
    hustanol["drug"]["names"].append(brand("Hustex®"))
    hustanol["drug"]["description"] = "A medicine against coughing."
    hustanol["drug"]["cite"] = CITE
    placebin = drug("placebin", warning("w1", statement="It can bring a cough."))
    with holding(hustanol, placebin, drug("remedine")) as client:
        yield client


def test_what_is_about_the_words_comes_before_what_has_them(pharmacy: httpx.Client) -> None:
    assert found(pharmacy, "cough") == [
        "cough",
        "hustanol-indication-cough",
        "placebin-warning-w1",
        "hustanol-mechanism-m1",
        "hustanol",  # its description has the beginning of a word alone
    ]


def test_a_hit_says_what_it_is_and_where_the_words_are(pharmacy: httpx.Client) -> None:
    [hit] = hits(pharmacy, "seizures")

    assert hit == {
        "kind": "warnings",
        "id": "hustanol-warning-w1",
        "title": "hustanol",
        "drug": {"id": "hustanol", "name": "hustanol"},
        "status": None,
        "is_against": False,
        "passage": [
            {"text": "Stopping it suddenly can bring ", "marked": False},
            {"text": "seizures", "marked": True},
            {"text": "; see β-blockers.", "marked": False},
        ],
        "link": "/v1/warnings/hustanol-warning-w1",
    }
    assert pharmacy.get(hit["link"]).json()["id"] == hit["id"]


def test_a_finding_against_is_labelled_as_one(pharmacy: httpx.Client) -> None:
    labelled = {h["id"]: (h["status"], h["is_against"]) for h in hits(pharmacy, "hustanol")}

    assert labelled["hustanol-indication-flu"] == ("not_effective", True)
    assert labelled["hustanol-indication-cough"] == ("approved", False)
    assert labelled["hustanol"] == (None, False)


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("renal impairment", ["hustanol-warning-w3", "hustanol-warning-w2"]),
        ('"renal impairment"', ["hustanol-warning-w2"]),
        ('"impairment renal"', []),
        ('"Renal  IMPAIRMENT," hustanol', ["hustanol-warning-w2"]),
        ("seiz", ["hustanol-warning-w1"]),
        ("seiz suddenly", []),
        ("suddenly seiz", ["hustanol-warning-w1"]),
        ("suddenly seiz ", []),
        ('"seiz"', []),
        ("se", []),
        ("beta blockers", ["hustanol-warning-w1"]),
        ("β-Blockers", ["hustanol-warning-w1"]),
        ("gaba-b", ["hustanol-mechanism-m1"]),
        ("HUSTEX", ["hustanol"]),
        ("remedine", ["remedine"]),
        ("nothing-of-the-kind", []),
    ],
)
def test_words_phrases_and_a_beginning_at_the_end(
    pharmacy: httpx.Client, q: str, ids: list[str]
) -> None:
    assert found(pharmacy, q) == ids


@pytest.mark.parametrize(
    "q",
    [
        *('"', '""', '"""', 'a"b', "(", "*", "a*", "NEAR(a b)", "a AND", "NOT", "{a}", "title:a"),
        *("'", "\\", "%", "a:*", "!a", "a & | b", "<->", "^a", "_k:drugs", "💊", "日本語", "ﬁ"),
        *("a" * 200, "cough " * 33, "0x1f 1e5 1_000 ٣", "\u202e", "é" * 100, "_", "a _ b"),
    ],
)
def test_nothing_that_is_typed_is_an_error(pharmacy: httpx.Client, q: str) -> None:
    assert pharmacy.get("/v1/search", params={"q": q}).status_code == 200


@pytest.mark.parametrize("query", ["", "?limit=5", "?q=", "?q=%20"])
def test_without_words_it_is_reported_that_they_are_needed(
    pharmacy: httpx.Client, query: str
) -> None:
    answer = pharmacy.get(f"/v1/search{query}")

    assert answer.status_code == 422
    assert [e["parameter"] for e in answer.json()["errors"]] == ["q"]


def test_no_sign_is_an_operator(pharmacy: httpx.Client) -> None:
    assert found(pharmacy, "-cough") == found(pharmacy, "cough") != []
    assert found(pharmacy, "cough OR seizures") == []
    assert found(pharmacy, "cough | seizures") == []
    assert found(pharmacy, "title:cough") == []
    assert found(pharmacy, "nothing against") == ["hustanol-indication-flu"]
    assert found(pharmacy, "nothing -against") == ["hustanol-indication-flu"]


def test_hits_are_narrowed_by_kind_and_drug(pharmacy: httpx.Client) -> None:
    assert found(pharmacy, "cough", kind="warnings") == ["placebin-warning-w1"]
    assert found(pharmacy, "cough", drug="placebin") == ["placebin-warning-w1"]
    assert found(pharmacy, "cough", drug="hustanol", kind="warnings") == []
    assert found(pharmacy, "cough", kind="conditions") == ["cough"]
    assert pharmacy.get("/v1/search?q=cough&drug=nothing").status_code == 404
    assert pharmacy.get("/v1/search?q=cough&kind=nothing").status_code == 422


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_give_each_hit_once_in_order(pharmacy: httpx.Client, limit: int) -> None:
    every = found(pharmacy, "cough")

    ids: list[str] = []
    path = f"/v1/search?q=cough&limit={limit}"
    while path:
        page = pharmacy.get(path).json()
        assert page["total"] == len(every)
        ids += [item["id"] for item in page["items"]]
        path = page["next"]

    assert ids == every


@pytest.mark.parametrize("counted", range(1, 7))
def test_no_more_hits_are_counted_than_it_says(
    pharmacy: httpx.Client, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    every = found(pharmacy, "cough")
    for module in (query, api_search):
        monkeypatch.setattr(module, "MOST_COUNTED", counted)
    api_search.page_of_hits.cache_clear()
    try:
        blanks = "+" * counted  # so that its answers are kept under a target of their own
        path, pages = f"/v1/search?q={blanks}cough&limit=2", []
        while path:
            pages.append(pharmacy.get(path).raise_for_status().json())
            path = pages[-1]["next"]
    finally:
        api_search.page_of_hits.cache_clear()
    assert [item["id"] for page in pages for item in page["items"]] == every
    is_less = counted < len(every)
    totals = {(page["total"], page["total_is"]) for page in pages}
    assert totals == {(counted, "at_least") if is_less else (len(every), "exact")}


def test_the_tiers_are_in_the_order_of_the_numbers() -> None:
    numbers = sorted(kind << 61 | place << 53 for kind in range(3) for place in range(256))
    tiers = [ranking.tier_of(number) for number in numbers]
    assert tiers == sorted(tiers)
    assert set(tiers) == set(range(len(ranking.SIGNS)))
    assert ranking.tiers_after(-1) == ranking.SIGNS == sorted(ranking.SIGNS)


def test_a_cursor_that_was_changed_is_refused(pharmacy: httpx.Client) -> None:
    following = pharmacy.get("/v1/search?q=cough&limit=1").json()["next"]
    path, _, cursor = following.partition("cursor=")
    *parts, way, number = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    for places in ([way, "abc"], [way, "9" * 40], [way, "-1"], [9, number], [way, "٣"], [way, ""]):
        changed = base64.urlsafe_b64encode(json.dumps([*parts, *places]).encode()).decode()
        answer = pharmacy.get(f"{path}cursor={changed.rstrip('=')}")
        assert answer.status_code == 422, places


def test_a_passage_is_of_the_text_around_the_words(client: httpx.Client, save: Save) -> None:
    before, after = "One two three. " * 60, " four five six." * 60
    save(drug("a", warning("w1", statement=f"{before}Here a naïve word stands.{after}")))

    [hit] = hits(client, "naive stands")

    text = marked(hit)
    assert "Here a [naïve] word [stands]. four" in text
    assert (text[0], text[-1]) == ("…", "…")
    assert len(text) < 350
    assert "".join(p["text"] for p in hit["passage"]).strip("…") in before + (
        f"Here a naïve word stands.{after}"
    )


def test_a_passage_has_most_of_the_words(client: httpx.Client, save: Save) -> None:
    save(drug("a", warning("w1", statement=f"Alpha. {'Filling words. ' * 50}Alpha and beta.")))

    [hit] = hits(client, "alpha beta")

    assert "[Alpha] and [beta]" in marked(hit)


@pytest.mark.slow
def test_very_long_texts_are_searched_and_found_fast(client: httpx.Client, save: Save) -> None:
    many = " ".join(f"word{i}" for i in range(MOST_WORDS + 10))
    save(
        drug(
            "a",
            warning("w1", statement=f"First {many} last"),
            warning("w2", statement="x" * 100_000 + " end"),
        )
    )

    began = time.perf_counter()
    assert found(client, "first word9000") == ["a-warning-w1"]
    assert found(client, "last") == []  # only so many words of a text are searched
    assert found(client, "x" * 200) == ["a-warning-w2"]
    assert time.perf_counter() - began < 30


def test_a_phrase_ends_where_its_text_does(client: httpx.Client, save: Save) -> None:
    save(
        drug(
            "a",
            warning("w1", statement="It ends so.", advice="Then rest."),
            indication("gout", statement="Gout is helped."),
        )
    )

    assert found(client, '"ends so"') == ["a-warning-w1"]
    assert found(client, '"so then"') == []
    assert found(client, '"a gout"') == []
    assert found(client, '"gout gout"') == []


def test_a_word_is_whatever_stands_between_blanks(client: httpx.Client, save: Save) -> None:
    """Postgres's own parser takes 2e8w for a number and a word."""
    save(drug("a", warning("w1", statement="See 2e8w, 1e40e4 and 0x1F.")))

    assert found(client, "2e8w") == found(client, "1e40e4 0x1f") == ["a-warning-w1"]
    assert found(client, "w") == []


def test_a_phrase_is_found_however_often_its_words_stand_before_it(
    client: httpx.Client, save: Save
) -> None:
    often = "the risk, of the; " * 300
    save(drug("a", warning("w1", statement=f"{often}so the β-risk of it is low.")))

    [hit] = hits(client, '"the beta risk of it"')

    assert "so [the] [β]-[risk] [of] [it] is low." in marked(hit)
