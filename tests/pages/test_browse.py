"""The pages, as a browser and a search engine read them."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from app.models.fact import fact_kinds
from app.pages.statements import behind_heading, brief, statement
from app.settings import Settings
from tests.conftest import Save, slow_on_postgres
from tests.ingest.loading import Given, label, labels, load
from tests.ingest.made_spl import BOXED, UNCLASSIFIED, WARNINGS, section, spl
from tests.writing import drug, indication, warning

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
MARKUP = "<script>alert(1)</script> & <b>bold</b>"
TRIAL = "baclofen-trial-alcohol-cirrhosis-paper"

PAGES = [
    "/browse",
    "/browse?q=liores",
    "/browse?q=nothing-like-it",
    "/browse/drugs/baclofen",
    *(f"/browse/drugs/baclofen/{kind}" for kind in (*fact_kinds(), "labels", "products")),
    f"/browse/trials/{TRIAL}",
    "/browse/interactions",
    "/browse/interactions?drugs=baclofen,alcohol,MS",
    "/browse/interactions?drugs=baclofen",
]


def read(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text)


def text_of(element: Any) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_loads_nothing_from_elsewhere(seeded: httpx.Client, path: str) -> None:
    answer = seeded.get(path)
    page = html.document_fromstring(answer.text)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "etag" in answer.headers
    assert "data-release" in answer.headers
    loaded = [*page.xpath("//script/@src"), *page.xpath("//link[@rel!='canonical']/@href")]
    assert all(each.startswith("/") for each in loaded)
    assert page.xpath("//@style | //script[not(@src)][not(@type='application/ld+json')]") == []
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for anchor in page.xpath("//a[starts-with(@href, '#')]/@href"):
        assert anchor[1:] in ids
    for each in page.xpath("//@aria-labelledby"):
        assert each in ids
    assert len(page.xpath("//h1")) == 1


@slow_on_postgres
@pytest.mark.parametrize("path", PAGES)
def test_every_page_that_a_page_links_is_there(seeded: httpx.Client, path: str) -> None:
    links = {link for link in read(seeded, path).xpath("//a/@href") if link.startswith("/")}

    assert {link: seeded.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_page_is_revalidated_by_its_etag(seeded: httpx.Client) -> None:
    tag = seeded.get("/browse/drugs/baclofen").headers["etag"]

    again = seeded.get("/browse/drugs/baclofen", headers={"if-none-match": tag})

    assert again.status_code == 304


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (BROWSER, 307),
        ("text/html", 307),
        ("text/html;q=0.5, application/json", 200),
        ("application/json", 200),
        ("*/*", 200),
        ("", 200),
        ("text/html;q=none", 200),
    ],
)
def test_a_browser_that_asks_for_the_root_is_sent_to_the_pages(
    seeded: httpx.Client, accept: str, status: int
) -> None:
    answer = seeded.get("/", headers={"accept": accept})

    assert answer.status_code == status
    assert "Accept" in answer.headers["vary"].split(", ")
    if status == 307:
        assert answer.headers["location"] == "/browse"
    else:
        assert answer.json()["docs"] == "/docs"


def test_a_drug_has_its_findings_against_beside_those_for(seeded: httpx.Client) -> None:
    page = read(seeded, "/browse/drugs/baclofen")

    [used], [against] = page.xpath("//*[@class='for']"), page.xpath("//*[@class='against']")
    assert "Muscle spasticity" in text_of(used)
    assert "not effective Rheumatic disorders" in text_of(against)
    assert "Rheumatic" not in text_of(used)


def test_a_fact_on_a_page_has_its_passage_and_its_anchor(seeded: httpx.Client) -> None:
    record = seeded.get("/v1/drugs/baclofen?include=all").json()
    page = read(seeded, "/browse/drugs/baclofen")
    said = text_of(page)

    for kind in ("indications", "warnings", "mechanisms", "discrepancies", "trials"):
        for fact in record[kind]:
            assert page.xpath(f"//*[@id='{fact['id']}']"), fact["id"]
    for fact in record["warnings"]:
        assert " ".join(fact["statement"].split()) in said
        assert fact["citations"][0]["locator"] in said


def test_every_word_of_a_fact_is_on_its_page(seeded: httpx.Client) -> None:
    record = seeded.get("/v1/drugs/baclofen?include=all").json()
    said = text_of(read(seeded, "/browse/drugs/baclofen"))

    for kind in ("indications", "warnings", "pharmacokinetics", "discrepancies"):
        for fact in record[kind]:
            assert " ".join(fact["statement"].split()) in said, fact["id"]
    for fact in record["mechanisms"]:
        assert fact["target"] or fact["statement"] in said, fact["id"]


@slow_on_postgres
def test_a_hedge_of_a_source_stands_beside_its_statement(client: httpx.Client, save: Save) -> None:
    hedged = "It may cause drowsiness."
    save(drug("hustanol", warning("drowsiness", statement=hedged, certainty="hedged")))

    [fact] = read(client, "/browse/drugs/hustanol").xpath(
        "//section[@aria-labelledby='warnings']//details[.//*[@class='statement']]"
    )

    assert "Hedged by its source." in text_of(fact)


@slow_on_postgres
def test_a_summary_is_whole_beside_its_statement(client: httpx.Client, save: Save) -> None:
    long = "Drowsiness is to be expected. " * 12
    save(drug("hustanol", warning("drowsiness", statement="Do not drive.", summary=long)))

    said = text_of(read(client, "/browse/drugs/hustanol"))

    assert f"In the label\u2019s Highlights: {long.strip()} Do not drive." in said


@pytest.mark.parametrize(
    ("heading", "text", "told"),
    [
        ("Contraindications", "CONTRAINDICATIONS Hypersensitivity.", "Hypersensitivity."),
        ("Falls", "5.1 Falls Stand up slowly.", "Stand up slowly."),
        ("Warnings", "Warnings and precautions of use.", "Warnings and precautions of use."),
        ("Falls", "Falls", "Falls"),
    ],
)
def test_what_a_fact_begins_with_does_not_repeat_its_heading(
    heading: str, text: str, told: str
) -> None:
    fact = {"summary": None, "statement": text, "section": {"heading": heading, "name": "x"}}

    assert brief(fact) == f'<span class="brief">{told}</span>'


@slow_on_postgres
def test_what_a_page_has_no_room_for_is_a_click_away(
    client: httpx.Client, save: Save, database: Settings
) -> None:
    many = [warning(f"w{i}", statement=f"Statement {i}.") for i in range(25)]
    save(drug("hustanol", *many))

    paths, path = set(), "/browse/drugs/hustanol/warnings"
    said = ""
    while path not in paths:
        paths.add(path)
        page = read(client, path)
        said += text_of(page)
        path = (page.xpath("//main//a[@rel='next']/@href") or [path])[0]

    assert len(paths) == 2
    assert all(f"Statement {i}." in said for i in range(25))


def test_the_data_of_a_page_is_data_and_of_schema_org(seeded: httpx.Client) -> None:
    [data] = read(seeded, "/browse/drugs/baclofen").xpath(
        "//script[@type='application/ld+json']/text()"
    )
    [of_trial] = read(seeded, f"/browse/trials/{TRIAL}").xpath(
        "//script[@type='application/ld+json']/text()"
    )

    found = json.loads(data)
    assert (found["@type"], found["name"]) == ("Drug", "baclofen")
    assert "Lioresal" in found["alternateName"]
    assert json.loads(of_trial)["@type"] == "MedicalTrial"


def test_a_trial_is_drawn_with_what_was_printed_beside(seeded: httpx.Client) -> None:
    page = read(seeded, f"/browse/trials/{TRIAL}")

    drawn = [text_of(svg) for svg in page.xpath("//svg")]
    assert "71 % (30 of 42)" in drawn[0]
    assert "29 % (12 of 42)" in drawn[0]
    assert "6.3 (95 % CI 2.4 to 16.1)" in drawn[1]
    assert "6.25 (2.42 to 16.1)" in drawn[1]
    assert "computed here from Baclofen 30 of 42 and Placebo 12 of 42" in text_of(page)


def test_an_answer_of_interactions_has_its_notice_beside_it(seeded: httpx.Client) -> None:
    answer = seeded.get("/v1/interactions?drugs=baclofen,alcohol").json()
    page = read(seeded, "/browse/interactions?drugs=baclofen,alcohol")

    assert text_of(page.xpath("//*[@class='notice']")[0]) == answer["notice"]


def test_too_few_drugs_are_a_page_that_says_so(seeded: httpx.Client) -> None:
    [problem] = read(seeded, "/browse/interactions?drugs=baclofen").xpath("//*[@role='alert']")

    assert text_of(problem).startswith("Expected 2 to 25 drugs, found 1")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/browse/drugs/nothing", 404),
        ("/browse/labels/nothing", 404),
        ("/browse/trials/nothing", 404),
        ("/browse/drugs/nothing/labels", 404),
        ("/browse/drugs/baclofen/nothing", 404),
        ("/browse?nothing=1", 422),
    ],
)
def test_an_error_is_a_page_for_people_and_a_problem_for_programs(
    seeded: httpx.Client, path: str, status: int
) -> None:
    people = seeded.get(path, headers={"accept": BROWSER})
    programs = seeded.get(path)

    assert (people.status_code, programs.status_code) == (status, status)
    assert people.headers["content-type"] == "text/html; charset=utf-8"
    assert programs.headers["content-type"] == "application/problem+json"


@slow_on_postgres
def test_markup_in_what_sources_say_stays_text(
    client: httpx.Client, save: Save, database: Settings
) -> None:
    save(
        drug(
            "hustanol",
            warning("drowsiness", statement=MARKUP),
            indication("cough", statement=MARKUP),
        )
    )
    load(database, "openfda-label", labels(label("s1", "HUSTANOL", boxed_warning=MARKUP)))

    for path in ("/browse/drugs/hustanol", "/browse/labels/s1"):
        body = client.get(path).text
        assert "<script>alert" not in body
        assert "<b>bold" not in body
        assert MARKUP in text_of(html.document_fromstring(body))


def test_a_list_item_that_has_a_bullet_is_given_none() -> None:
    text = "\u2022 falls sleep"
    blocks = [
        {"type": "list_item", "start": 0, "end": 7, "level": 1},
        {"type": "list_item", "start": 8, "end": 13, "level": 1},
    ]

    drawn = statement({"statement": text, "blocks": blocks})

    assert 'class="item level1 marked">\u2022 falls<' in drawn
    assert 'class="item level1">sleep<' in drawn


@slow_on_postgres
def test_a_label_is_drawn_from_its_parts(client: httpx.Client, database: Settings) -> None:
    falls = section("5.1 Falls", "Stand up slowly.", code=UNCLASSIFIED)
    document = spl(
        section("WARNING: FALLS", "It may make fall.", code=BOXED),
        section("5 WARNINGS AND PRECAUTIONS", None, falls, code=WARNINGS),
        section("Do not use", "in a child.", code="50570-1"),
    )
    load(database, "dailymed", [Given("label.xml", document)])
    [found] = client.get("/v1/labels").json()["items"]

    page = read(client, f"/browse/labels/{found['id']}")

    headings = [(each.tag, text_of(each)) for each in page.xpath("//main//h2 | //main//h3")]
    assert headings[-4:] == [
        ("h2", "WARNING: FALLS"),
        ("h2", "5 WARNINGS AND PRECAUTIONS"),
        ("h3", "5.1 Falls"),
        ("h2", "Do not use"),
    ]
    said = client.get(f"/v1/labels/{found['id']}?include=text").json()["sections"][-1]["text"]
    assert said == "Do not use\nin a child."
    assert text_of(page).count("Do not use") == 1 + 1  # the heading, and in the list of contents
    assert "Stand up slowly." in text_of(page)
    assert "Its text is not kept here" not in text_of(page)
    assert "It may make fall." in text_of(page.xpath("//section[contains(@class, 'boxed')]")[0])


@slow_on_postgres
def test_a_label_is_shown_in_its_own_words_whichever_are_served(
    client: httpx.Client, database: Settings
) -> None:
    words = {"s1": "Do not drive while taking Aone.", "s2": "Do not drive while taking Btwo."}
    load(
        database,
        "openfda-label",
        labels(
            label("s1", "HUSTANOL", brand="Aone", warnings=words["s1"]),
            label("s2", "HUSTANOL", brand="Btwo", warnings=words["s2"]),
        ),
    )
    assert client.get("/v1/drugs/hustanol/warnings").json()["total"] == 1

    for set_id, said in words.items():
        page = read(client, f"/browse/labels/{set_id}")
        assert said in text_of(page)
        [cited] = page.xpath("//*[@class='reference']")
        [fact] = client.get("/v1/drugs/hustanol/warnings").json()["items"]
        [locator] = (c["locator"] for c in fact["citations"] if f"id {set_id}," in c["locator"])
        assert f", {locator}, 2023-01-01. " in text_of(cited)


@pytest.mark.parametrize(
    ("text", "heading", "rest"),
    [
        ("CONTRAINDICATIONS Never.", "Contraindications", "Never."),
        ("5.1 Falls It may make fall.", "Falls", "It may make fall."),
        (
            "1 INDICATIONS AND USAGE hustanol is for it.",
            "Indications & Usage",
            "hustanol is for it.",
        ),
        ("WARNINGS: careful.", "Warnings", "careful."),
        ("WARNINGS AND PRECAUTIONS Careful.", "Warnings", None),
        ("Warnings are given.", "Warnings", None),
        ("Careful: warnings.", "Warnings", None),
        ("Overdosage", "Overdosage", None),
    ],
)
def test_a_text_goes_on_behind_its_heading(text: str, heading: str, rest: str | None) -> None:
    assert text[behind_heading(text, heading) :] == (text if rest is None else rest)


@slow_on_postgres
def test_a_label_links_its_own_sections_and_says_each_heading_once(
    client: httpx.Client, database: Settings
) -> None:
    linked = "<paragraph>See <linkHtml href='#white'>Description</linkHtml>.</paragraph>"
    document = spl(
        section("5 WARNINGS AND PRECAUTIONS", linked, code=WARNINGS),
        section("11 DESCRIPTION", "White.", code="34089-3", id_="white"),
    )
    load(database, "dailymed", [Given("label.xml", document)])
    load(database, "openfda-label", labels(label("s1", "HUSTANOL", warnings="WARNINGS Careful.")))
    found = {each["id"]: each for each in client.get("/v1/labels").json()["items"]}
    [of_dailymed] = found.keys() - {"s1"}

    linking, said = (read(client, f"/browse/labels/{id_}") for id_ in (of_dailymed, "s1"))

    [link] = linking.xpath("//*[@class='statement']//a")
    [anchored] = linking.xpath(f"//*[@id='{link.get('href')[1:]}']")
    assert text_of(anchored) == "11 DESCRIPTION"
    assert [text_of(each) for each in said.xpath("//*[@class='statement']")] == ["Careful."]


@slow_on_postgres
def test_a_label_of_no_drug_that_is_known_has_a_page(
    client: httpx.Client, database: Settings
) -> None:
    load(database, "openfda-label", labels(label("s1", warnings="Do not drive.")))
    assert client.get("/v1/labels/s1").json()["drug"] is None

    page = read(client, "/browse/labels/s1")

    assert "Of no drug that is known here" in text_of(page)


@slow_on_postgres
def test_an_empty_page_says_why_it_is_empty(client: httpx.Client, save: Save) -> None:
    save(drug("hustanol"))

    said = text_of(read(client, "/browse/drugs/hustanol"))

    assert "No warnings were found in what was read; that does not mean that there are none" in said


def test_search_engines_find_every_page(seeded: httpx.Client) -> None:
    robots = seeded.get("/robots.txt").text
    [sitemap] = re.findall(r"Sitemap: (\S+)", robots)
    listed = re.findall(r"<loc>([^<]+)</loc>", seeded.get(httpx.URL(sitemap).path).text)
    pages = [
        page
        for each in listed
        for page in re.findall(r"<loc>([^<]+)</loc>", seeded.get(httpx.URL(each).path).text)
    ]

    assert [httpx.URL(page).path for page in pages] == [
        "/browse/drugs/baclofen",
        *(f"/browse/trials/{each['id']}" for each in seeded.get("/v1/trials").json()["items"]),
    ]
    assert seeded.get("/sitemaps/drugs-2.xml").status_code == 404
    assert seeded.get("/sitemaps/nothing-1.xml").status_code == 404


def test_what_an_assistant_is_told_to_ask_is_there(seeded: httpx.Client) -> None:
    told = seeded.get("/llms.txt").text

    asked = [path for path in re.findall(r"`(/v1/[^`]+)`", told) if not re.search("[A-Z]{2}", path)]
    assert len(asked) > 4
    for path in asked:
        assert seeded.get(path).status_code == 200, path


def test_both_engines_give_a_page_the_same_bytes(
    seeded: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = Path(tmp_path_factory.getbasetemp()) / "page"
    bodies = [seeded.get(path).text for path in PAGES]

    if kept.exists():
        assert json.loads(kept.read_text()) == bodies
    kept.write_text(json.dumps(bodies))
