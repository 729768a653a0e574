"""Labels of DailyMed are served section by section, and once where openFDA has them too."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import httpx
import pytest

from app.ingest.sources.interface import RefusedError
from app.settings import Settings
from tests.conftest import slow_on_postgres
from tests.ingest.loading import (
    Given,
    counted,
    documents,
    drugbank,
    label,
    labels,
    load,
    served_in,
    vocabulary,
)
from tests.ingest.made_spl import BOXED, UNCLASSIFIED, WARNINGS, product, section, spl

HUSTANOL, PLACEBIN = "AAAAAAAAA1", "AAAAAAAAA2"

KNOWN = vocabulary(
    drugbank(1, "Hustanol", unii=HUSTANOL),
    drugbank(2, "Placebin", unii=PLACEBIN),
)

DAILYMED, OPENFDA = "dailymed", "openfda-label"


def told(text: str, **fields: Any) -> bytes:
    """A label with one warning."""
    return spl(section("WARNINGS", text, code="34071-1"), **fields)


def of_openfda(text: str, version: int = 1) -> list[Given]:
    made = label("s1", "HUSTANOL", unii=HUSTANOL, version=version, warnings=text)
    made["openfda"]["pharm_class_epc"] = ["Antitussive [EPC]"]
    return labels(made)


def warnings(client: httpx.Client) -> dict[str, list[str]]:
    """The warnings of the drug, each with the sources that are cited for it."""
    items = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    return {w["statement"]: [c["source"]["id"] for c in w["citations"]] for w in items}


def test_a_warning_says_where_it_stands_what_it_is_in_short_and_where_it_leads(
    database: Settings, client: httpx.Client
) -> None:
    link = "<paragraph>Beware.</paragraph>See <linkHtml href='#falls'>Falls (5.1)</linkHtml>."
    falls = (
        "<list><item>Stand up slowly.</item></list>"
        "<table><caption>Falls</caption><tr><td>1</td></tr></table>"
    )
    made = spl(
        section("WARNING", link, code=BOXED),
        section(
            "5 WARNINGS AND PRECAUTIONS",
            None,
            section("5.1 Falls", falls, id_="falls"),
            code=WARNINGS,
            highlights="Falls: stand up slowly. (5.1)",
        ),
        section(
            "11 DESCRIPTION", "White. See <linkHtml href='#falls'>5.1</linkHtml>.", code="34089-3"
        ),
        set_id="s1",
    )

    load(database, "drugbank-vocabulary", KNOWN)
    load(database, DAILYMED, documents(made))

    boxed, warning = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    fact = {"kind": "warnings", "id": warning["id"]}
    assert boxed["cross_references"] == [
        {"start": 12, "end": 23, "number": "5.1", "heading": "Falls", "facts": [fact]}
    ]
    assert warning["statement"] == "Stand up slowly.\nFalls\n1"
    assert warning["summary"] == "Falls: stand up slowly. (5.1)"
    assert warning["section"] == {
        "code": WARNINGS,
        "name": "Warnings and cautions",
        "published_code": UNCLASSIFIED,
        "number": "5.1",
        "heading": "Falls",
        "within": ["5 WARNINGS AND PRECAUTIONS"],
        "part": 0,
    }
    assert warning["blocks"] == [
        {"type": "list_item", "start": 0, "end": 16, "level": 1},
        {"type": "table", "start": 17, "end": 24, "level": 0},
    ]
    assert warning["tables"] == [{"caption": "Falls", "rows": [[{"text": "1"}]], "footnotes": []}]
    found = client.get("/v1/labels/s1").json()
    assert found["title"] == "Hustex"
    assert [s["heading"] for s in found["sections"]] == [
        *("WARNING", "WARNINGS AND PRECAUTIONS", "Falls", "DESCRIPTION")
    ]
    assert found["sections"][2]["facts"] == [fact]
    description = found["sections"][3]
    assert description["text"] == "White. See 5.1."
    assert [r["facts"] for r in description["cross_references"]] == [[fact]]
    [sparse] = client.get("/v1/warnings?drug=hustanol&boxed=false&fields=summary").json()["items"]
    assert sparse == {"id": warning["id"], "summary": warning["summary"]}


def test_parts_of_a_subsection_are_listed_in_the_labels_order(
    database: Settings, client: httpx.Client
) -> None:
    parts = [section(f"Part {n}", f"Part {n} of it.") for n in range(12)]
    first = section("5.1 First", "First.", *parts)
    numbered = section("5 WARNINGS", None, first, section("5.2 Second", "Second."), code=WARNINGS)
    load(database, "drugbank-vocabulary", KNOWN)
    load(database, DAILYMED, documents(spl(numbered)))

    assert [*warnings(client)] == ["First.", *(f"Part {n} of it." for n in range(12)), "Second."]


ORDERS = [*permutations((DAILYMED, OPENFDA))]


@slow_on_postgres
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("version", "expected"), [(1, "openfda-label"), (2, "dailymed"), (3, "dailymed")]
)
def test_a_label_that_both_have_is_that_of_the_newest_version(
    database: Settings,
    client: httpx.Client,
    order: tuple[str, str],
    version: int,
    expected: str,
) -> None:
    files = {
        DAILYMED: documents(
            told("Of DailyMed.", set_id="s1", version=version, day=f"202301{version:02}")
        ),
        OPENFDA: of_openfda("Of openFDA.", version=2),
    }
    load(database, "drugbank-vocabulary", KNOWN)
    for source in order:
        load(database, source, files[source])

    text = "Of DailyMed." if expected == DAILYMED else "Of openFDA."
    assert warnings(client) == {text: [expected]}
    [item] = client.get("/v1/labels").json()["items"]
    assert item["version"] == max(version, 2)
    assert [c["source"]["id"] for c in item["citations"]] == [expected]
    superseded = client.get("/v1/labels/s1").json()["superseded"]
    assert [v["version"] for v in superseded] == ([] if version == 2 else [min(version, 2)])
    drug = client.get("/v1/drugs/hustanol").json()
    assert [c["name"] for c in drug["classes"]] == ["Antitussive"]
    [fact] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    assert fact["labels"] == {"stating": 1, "of": 1}


@slow_on_postgres
@pytest.mark.parametrize("order", ORDERS)
def test_a_label_goes_to_the_drug_that_its_newest_version_names(
    database: Settings,
    client: httpx.Client,
    order: tuple[str, str],
    new_on_sqlite: Callable[[], Settings],
) -> None:
    placebin = product("PLACEBIN", PLACEBIN)
    files = {
        DAILYMED: documents(told("Careful.", set_id="s1", version=2, products=placebin)),
        OPENFDA: of_openfda("Careful."),
    }
    load(database, "drugbank-vocabulary", KNOWN)
    for source in order:
        load(database, source, files[source])

    assert warnings(client) == {}
    [item] = client.get("/v1/drugs/placebin/labels").json()["items"]
    assert (item["id"], item["version"]) == ("s1", 2)
    assert client.get("/v1/drugs/hustanol").json()["classes"] != []


def test_a_label_that_openfda_has_no_more_is_dailymeds(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(database, DAILYMED, documents(told("Of DailyMed.", set_id="s1")))
    load(database, OPENFDA, of_openfda("Of openFDA.", version=2))
    assert [*warnings(client)] == ["Of openFDA."]

    load(
        database,
        OPENFDA,
        labels(label("s2", "HUSTANOL", unii=HUSTANOL), updated="2025-01-01", complete=True),
    )

    assert [*warnings(client)] == ["Of DailyMed."]


@slow_on_postgres
def test_equal_wordings_of_both_sources_are_one_fact(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(database, DAILYMED, documents(told("Careful: at night.", set_id="s2")))
    load(database, OPENFDA, of_openfda("WARNINGS Careful: at night."))

    [fact] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    assert fact["labels"] == {"stating": 2, "of": 2}
    assert {c["source"]["id"] for c in fact["citations"]} == {DAILYMED, OPENFDA}


@slow_on_postgres
def test_a_label_whose_drug_is_not_known_is_served_once(
    database: Settings, client: httpx.Client
) -> None:
    nothing = {"products": "", "set_id": "s1"}
    load(database, OPENFDA, labels(label("s1", warnings="Of openFDA.")))
    load(database, DAILYMED, documents(told("Of DailyMed.", **nothing)))

    [item] = client.get("/v1/labels").json()["items"]
    assert item["drug"] is None
    assert client.get("/v1/labels/s1").json()["citations"][0]["source"]["id"] == DAILYMED


@slow_on_postgres
def test_a_label_that_is_published_again_changes_nothing(database: Settings) -> None:
    load(database, DAILYMED, documents(told("Careful.")))
    before = served_in(database)

    report = load(database, DAILYMED, documents(told("Careful.") + b"\n", date="2024-02-07"))

    assert counted(report) == {"read": 1, "unchanged": 1}
    changed = {key for key, body in served_in(database).items() if body != before.get(key)}
    assert {kind for kind, _ in changed} <= {"drugs", "sources"}  # as of a later day


@slow_on_postgres
@pytest.mark.parametrize("order", ORDERS)
def test_the_products_of_an_earlier_version_are_not_those_of_a_newer(
    database: Settings, client: httpx.Client, order: tuple[str, str]
) -> None:
    files = {
        DAILYMED: documents(told("Of DailyMed.", set_id="s1")),
        OPENFDA: of_openfda("Of openFDA.", version=2),
    }
    for source in order:
        load(database, source, files[source])

    found = client.get("/v1/labels/s1").json()

    assert (found["version"], found["title"], found["products"]) == (2, None, None)


def with_highlights(text: str, highlights: str | None, **fields: Any) -> bytes:
    """A label with a warning that has a short form and a link."""
    linked = f"<paragraph>{text} <linkHtml href='#used'>For coughs</linkHtml>.</paragraph>"
    inner = section("5.1 Nights", linked)
    return spl(
        section("1 INDICATIONS AND USAGE", "For coughs.", code="34067-9", id_="used"),
        section("5 WARNINGS", None, inner, code=WARNINGS, highlights=highlights),
        **fields,
    )


@slow_on_postgres
def test_what_belongs_to_a_labels_own_wording_is_served_with_that(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    older = with_highlights("CAREFUL at night.", "Beware of nights. (5.1)", set_id="s1")
    newer = with_highlights("Careful at night.", None, set_id="s2", day="20250101")
    load(database, DAILYMED, documents(older, newer))

    [fact] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
    [served, own] = client.get(f"/v1/warnings/{fact['id']}?include=wordings").json()["wordings"]
    [first, second] = (
        client.get(f"/v1/labels/{id_}").json()["sections"][2] for id_ in ("s1", "s2")
    )

    assert fact["statement"] == served["statement"] == "Careful at night. For coughs."
    assert (fact["summary"], served["summary"]) == ("Beware of nights. (5.1)", None)
    assert (own["statement"], own["summary"]) == ("CAREFUL at night. For coughs.", fact["summary"])
    assert own["heading"] == "Nights"
    assert own["blocks"] == [{"type": "paragraph", "start": 0, "end": 29, "level": 0}]
    [link] = own["cross_references"]
    assert [to["kind"] for to in link["facts"]] == ["indications"]
    assert (first["summary"], first["blocks"]) == (own["summary"], own["blocks"])
    assert first["cross_references"] == own["cross_references"]
    assert (second["summary"], second["blocks"], second["cross_references"]) == (None, None, [])
    for id_, wording in (("s1", own), ("s2", served)):
        frame, text = client.get(f"/v1/labels/{id_}?include=text").json()["sections"][1:3]
        assert (frame["text"], frame["facts"]) == (None, [])
        assert text["text"] == wording["statement"]
        for of_text in ("blocks", "tables", "cross_references"):
            assert text[of_text] == wording[of_text]


@slow_on_postgres
def test_of_equal_precedence_the_wording_is_dailymeds(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(database, OPENFDA, of_openfda("CAREFUL: at night."))
    load(database, DAILYMED, documents(told("Careful: at night.", set_id="s2", day="20230101")))

    assert warnings(client) == {"Careful: at night.": [DAILYMED, OPENFDA]}


@slow_on_postgres
def test_of_few_documents_any_share_may_be_broken(database: Settings, client: httpx.Client) -> None:
    broken = [spl(set_id=f"s{n}")[:300] for n in range(2, 5)]

    report = load(database, DAILYMED, documents(told("Careful.", set_id="s1"), *broken))

    assert counted(report) == {"read": 4, "new": 1, "invalid": 3, "nameless": 3}
    assert report.of_quarantined == 3
    assert client.get("/v1/labels").json()["total"] == 1
    many = [spl(set_id=f"t{n}")[:300] for n in range(19)]
    with pytest.raises(RefusedError, match="19 of 20"):
        load(database, DAILYMED, documents(told("Careful.", set_id="s5"), *many))
    with pytest.raises(RefusedError, match="1 of 1"):
        load(database, DAILYMED, documents(broken[0] + b" "))
