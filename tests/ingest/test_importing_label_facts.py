"""What labels say becomes facts of every kind that labels state, each with its route and date."""

from typing import Any

import httpx
import pytest

from app.models.fact import fact_kinds
from app.models.label_section import SECTION_TYPES
from app.settings import Settings
from tests.conftest import Save, slow_on_postgres
from tests.ingest.loading import Json, label, labels, load
from tests.writing import drug, fact

LABEL = "openfda-label"
STATED_BY_LABELS = {s.kind: s.key for s in SECTION_TYPES if s.kind in fact_kinds()}
"""Each kind of fact that labels state, with a section that becomes one."""

HOW = "2 DOSAGE AND ADMINISTRATION 2.1 Adults Take one. 2.2 Children Take none."
FORMS = "3 DOSAGE FORMS AND STRENGTHS Tablets: 10 mg."


def items(client: httpx.Client, path: str) -> Any:
    return client.get(path).raise_for_status().json()["items"]


def test_labels_state_five_kinds_of_facts() -> None:
    assert set(STATED_BY_LABELS) == {
        "dosages",
        "indications",
        "mechanisms",
        "pharmacokinetics",
        "warnings",
    }


@slow_on_postgres
@pytest.mark.parametrize(("kind", "key"), STATED_BY_LABELS.items())
def test_every_fact_of_a_label_has_its_route_and_its_date(
    database: Settings, client: httpx.Client, kind: str, key: str
) -> None:
    oral = label("s1", "HUSTANOL", route=["ORAL", "BUCCAL"]) | {key: "A text."}
    other = label("s2", "HUSTANOL", version=9) | {key: "A text."}

    load(database, LABEL, labels(oral, other))

    found = {
        fact["route"]: [citation["date"] for citation in fact["citations"]]
        for fact in items(client, f"/v1/drugs/hustanol/{kind}")
    }
    assert found == {"BUCCAL, ORAL": ["2023-01-01"], None: ["2023-01-09"]}


def test_how_a_drug_is_given_stands_before_its_forms_and_in_the_label_s_order(
    database: Settings, client: httpx.Client
) -> None:
    made = label("s1", "HUSTANOL", dosage_forms_and_strengths=FORMS, dosage_and_administration=HOW)

    load(database, LABEL, labels(made))

    found = items(client, "/v1/drugs/hustanol/dosages")
    how, forms = "dosage-and-administration", "dosage-forms-and-strengths"
    assert [(d["type"], d["section"]["code"], d["section"]["number"]) for d in found] == [
        (how, "34068-7", "2.1"),
        (how, "34068-7", "2.2"),
        (forms, "43678-2", "3"),
    ]
    assert [d["statement"] for d in found][1:] == ["2.2 Children Take none.", FORMS]
    assert items(client, f"/v1/drugs/hustanol/dosages?type={forms}") == found[2:]
    assert items(client, f"/v1/dosages?type={how}&sort=-id") == sorted(
        found[:2], key=lambda dosage: str(dosage["id"]), reverse=True
    )
    record = client.get("/v1/drugs/hustanol?include=dosages").json()
    assert (record["dosages"], record["counts"]["dosages"]) == (found, 3)
    assert record["coverage"]["dosages"]["status"] == "partial"
    assert [hit["id"] for hit in items(client, "/v1/search?q=children")] == [found[1]["id"]]
    sections = client.get("/v1/labels/s1").json()["sections"]
    named = [fact for section in sections for fact in section["facts"]]
    assert named == [{"kind": "dosages", "id": dosage["id"]} for dosage in found]


@slow_on_postgres
def test_the_directions_of_several_labels_are_one_dosage(
    database: Settings, client: httpx.Client
) -> None:
    def directions(set_id: str, text: str) -> Json:
        return label(set_id, "HUSTANOL", active_ingredient="X", dosage_and_administration=text)

    said = [
        directions("s1", "Directions take 1 tablet"),
        directions("s2", "Directions • take 1 tablet"),
        directions("s3", "Directions take 2 tablets"),
    ]
    load(database, LABEL, labels(*said))

    found = {d["labels"]["stating"]: d for d in items(client, "/v1/dosages")}
    both = client.get(f"/v1/dosages/{found[2]['id']}?include=wordings").json()
    assert {wording["statement"] for wording in both["wordings"]} == {
        "Directions take 1 tablet",
        "Directions • take 1 tablet",
    }
    assert found[1]["statement"] == "Directions take 2 tablets"


@slow_on_postgres
def test_a_seed_says_what_a_dosage_is_about(save: Save, client: httpx.Client) -> None:
    about = {"type": "dosage-and-administration", "population": "Adults", "route": "oral"}

    save(drug("hustanol", fact("dosages", "adults", **about)))

    [dosage] = items(client, "/v1/drugs/hustanol/dosages")
    assert {name: dosage[name] for name in about} == about
    assert (dosage["section"], dosage["labels"], dosage["certainty"]) == (None, None, "stated")


DOSES = (
    '<table ID="t1"><caption>Doses</caption><tr><th>Adults</th><th>Others</th></tr>'
    '<tr><td>5 mg<script>alert("x")</script></td><td>&lt;b&gt; 1 mg</td></tr></table>'
)
AS_SERVED = {
    "caption": "Doses",
    "rows": [
        [{"text": "Adults", "header": True}, {"text": "Others", "header": True}],
        [{"text": "5 mg"}, {"text": "<b> 1 mg"}],
    ],
    "footnotes": [],
}
TEXT = "Doses Adults Others 5 mg <b> 1 mg"


@slow_on_postgres
@pytest.mark.parametrize(("kind", "key"), STATED_BY_LABELS.items())
def test_every_kind_of_fact_has_the_tables_of_its_text_and_its_text_as_it_was(
    database: Settings, client: httpx.Client, kind: str, key: str
) -> None:
    made = label("s1", "HUSTANOL") | {key: TEXT, f"{key}_table": [DOSES]}

    load(database, LABEL, labels(made))

    [fact] = items(client, f"/v1/drugs/hustanol/{kind}")
    assert (fact["statement"], fact["tables"]) == (TEXT, [AS_SERVED])
    [section] = client.get("/v1/labels/s1").json()["sections"]
    assert (section["facts"], section["tables"]) == ([{"kind": kind, "id": fact["id"]}], [])


@slow_on_postgres
def test_tables_of_text_that_is_no_fact_and_of_no_one_passage_are_the_label_s(
    database: Settings, client: httpx.Client
) -> None:
    made = label(
        "s1", description=f"White. {TEXT}", how_supplied="In bottles.", warnings="Careful."
    )
    made |= {"description_table": [DOSES], "warnings_table": [DOSES], "spl_medguide_table": [DOSES]}

    load(database, LABEL, labels(made))

    found = client.get("/v1/labels/s1").json()["sections"]
    assert [(s["name"], s["text"], s["tables"]) for s in found] == [
        ("Description", f"White. {TEXT}", [AS_SERVED]),
        ("Warnings", "Careful.", []),
        ("How Supplied", "In bottles.", []),
    ]


def test_each_wording_has_its_own_tables_and_the_fact_those_of_the_one_that_is_served(
    database: Settings, client: httpx.Client
) -> None:
    def said(set_id: str, day: int, text: str, *tables: str) -> Json:
        made = label(set_id, "HUSTANOL", version=day, dosage_and_administration=text)
        return made | {"dosage_and_administration_table": list(tables)}

    cells = DOSES.replace("<th>", "<td>").replace("</th>", "</td>")
    load(
        database,
        LABEL,
        labels(
            said("s1", 4, TEXT, DOSES),
            said("s2", 3, TEXT, cells),
            said("s3", 2, TEXT.upper()),
            said("s4", 1, TEXT, cells),
        ),
    )

    [fact] = items(client, "/v1/drugs/hustanol/dosages")
    whole = client.get(f"/v1/dosages/{fact['id']}?include=wordings").json()
    as_cells = AS_SERVED | {
        "rows": [[{"text": "Adults"}, {"text": "Others"}], AS_SERVED["rows"][1]]
    }
    assert fact["tables"] == [AS_SERVED]
    assert [c["wording"] for c in fact["citations"]] == ["same", "same", "differs", "same"]
    assert [(w["statement"], w["tables"], len(w["labels"])) for w in whole["wordings"]] == [
        (TEXT, [AS_SERVED], 1),
        (TEXT, [as_cells], 2),
        (TEXT.upper(), [], 1),
    ]

    for set_id, text, tables in (
        ("s1", TEXT, [AS_SERVED]),
        ("s2", TEXT, [as_cells]),
        ("s3", TEXT.upper(), []),
    ):
        label_of = client.get(f"/v1/labels/{set_id}").json()
        with_text = client.get(f"/v1/labels/{set_id}?include=text").json()
        [section], [own] = label_of["sections"], with_text["sections"]
        assert (section["text"], section["tables"]) == (None, [])
        assert own == section | {"text": text, "tables": tables}
        assert with_text == label_of | {"sections": [own]}


@slow_on_postgres
def test_one_text_is_one_fact_whatever_its_labels_call_their_substance_and_product(
    database: Settings, client: httpx.Client
) -> None:
    text = {"contraindications": "Hustex and hustanol are contraindicated in asthma."}
    own = {"contraindications": "Zomex and hustanol are contraindicated in asthma."}
    of_another = {"contraindications": "Hustex and hustanol are contraindicated in gout."}
    made = labels(
        label("s1", "HUSTANOL", brand_name=["Hustex"]) | text,
        label("s2", "HUSTANOL HYDROCHLORIDE") | text,
        label("s3", "HUSTANOL", brand_name=["Zomex"]) | own,
        label("s4", "HUSTANOL") | of_another,
    )
    load(database, LABEL, made)

    found = items(client, "/v1/drugs/hustanol/warnings")
    assert {fact["statement"]: fact["labels"]["stating"] for fact in found} == {
        text["contraindications"]: 3,
        of_another["contraindications"]: 1,
    }
