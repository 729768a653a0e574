"""Every fact of the article, the paper and the registry is found where it belongs, and no other."""

from typing import Any

import httpx
import pytest

ARTICLE, PAPER, REGISTRY = "what-is-baclofen", "addolorato-2007", "nct00525252"


def cited(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(c["source"]["id"], c["locator"]) for c in record["citations"]]


def get(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_record_names_classes_and_approval_by_the_article(seeded: httpx.Client) -> None:
    drug = get(seeded, "/v1/drugs/baclofen")

    assert [(c["id"], cited(c)) for c in drug["classes"]] == [
        ("muscle-relaxant", [(ARTICLE, "paragraph 1")]),
        ("antispasmodic", [(ARTICLE, "paragraph 1")]),
    ]
    by_article = drug["approvals"][0]
    assert (by_article["authority"], by_article["jurisdiction"], by_article["date"]) == (
        "US Food and Drug Administration (FDA)",
        "US",
        "1977-11",
    )
    assert cited(by_article) == [(ARTICLE, "paragraph 1")]


def test_the_article_is_never_cited_for_an_identifier(seeded: httpx.Client) -> None:
    drug = get(seeded, "/v1/drugs/baclofen")

    assert {i["system"]: i["value"] for i in drug["identifiers"]} == {
        "unii": "H789N3FKE8",
        "cas": "1134-47-0",
        "drugbank": "DB00181",
        "chembl": "CHEMBL701",
        "gtopdb": "1084",
        "pubchem_cid": "2284",
        "inchikey": "KPYSYYIEGFHWSV-UHFFFAOYSA-N",
        "rxcui": "1292",
        "atc": "M03BX01",
    }
    assert not [i for i in drug["identifiers"] if ARTICLE in dict(cited(i))]
    brands = [name["name"] for name in drug["names"] if name["type"] == "brand"]
    assert brands == ["Lioresal", "Kemstro", "Gablofen", "Baclon"]


@pytest.mark.parametrize(
    ("path", "paragraph", "certainty", "fields"),
    [
        (
            "indications/baclofen-indication-muscle-spasticity",
            1,
            "stated",
            {"status": "approved", "jurisdiction": "US"},
        ),
        (
            "indications/baclofen-indication-alcohol-dependence",
            1,
            "hedged",
            {"status": "investigational", "jurisdiction": None},
        ),
        (
            "indications/baclofen-indication-rheumatic-disorders",
            2,
            "stated",
            {"status": "not_effective"},
        ),
        ("mechanisms/baclofen-mechanism-gaba-analogue", 2, "stated", {"action_type": None}),
        ("mechanisms/baclofen-mechanism-inhibits-nerve-signals", 2, "hedged", {"target": None}),
        (
            "mechanisms/baclofen-mechanism-relaxes-muscles",
            2,
            "stated",
            {"effect": "Rigid muscles relax and spasms lessen"},
        ),
        (
            "pharmacokinetics/baclofen-pharmacokinetics-liver-metabolism",
            5,
            "stated",
            {"process": "metabolism", "organ": "liver", "value": 15.0, "unit": "percent"},
        ),
        (
            "pharmacokinetics/baclofen-pharmacokinetics-little-effect-on-liver",
            5,
            "stated",
            {"organ": "liver", "value": None},
        ),
        (
            "pharmacokinetics/baclofen-pharmacokinetics-renal-excretion",
            6,
            "stated",
            {"process": "excretion", "organ": "kidneys", "value": None},
        ),
        (
            "warnings/baclofen-warning-supervision",
            6,
            "stated",
            {"type": "warning", "category": "supervision", "severity": None, "boxed": None},
        ),
        (
            "warnings/baclofen-warning-dose-changes",
            6,
            "stated",
            {"category": "dosing", "severity": None},
        ),
        (
            "warnings/baclofen-warning-withdrawal",
            6,
            "stated",
            {
                "category": "withdrawal",
                "trigger": "Stopping suddenly after long use",
                "consequences": ["hallucinations", "seizures"],
                "severity": None,
            },
        ),
        (
            "warnings/baclofen-warning-renal-function",
            6,
            "hedged",
            {"category": "renal", "severity": None},
        ),
        ("trials/baclofen-trial-alcohol-cirrhosis-article", 3, "stated", {"duration": "12 weeks"}),
    ],
)
def test_a_fact_of_the_article_stands_with_its_paragraph_and_its_hedge(
    seeded: httpx.Client, path: str, paragraph: int, certainty: str, fields: dict[str, Any]
) -> None:
    fact = get(seeded, f"/v1/{path}")

    assert cited(fact) == [(ARTICLE, f"paragraph {paragraph}")]
    assert fact["certainty"] == certainty
    assert {name: fact[name] for name in fields} == fields


def test_nothing_is_cited_to_the_article_that_it_does_not_say(seeded: httpx.Client) -> None:
    record = get(seeded, "/v1/drugs/baclofen?include=all")

    by_article = {
        kind: sorted(f["id"] for f in record[kind] if (ARTICLE in dict(cited(f))))
        for kind in ("indications", "mechanisms", "pharmacokinetics", "trials", "warnings")
    }
    assert {kind: len(ids) for kind, ids in by_article.items()} == {
        "indications": 3,
        "mechanisms": 3,
        "pharmacokinetics": 3,
        "trials": 1,
        "warnings": 4,
    }
    assert record["counts"] == {
        "discrepancies": 5,
        "dosages": 0,
        "indications": 3,
        "mechanisms": 4,
        "pharmacokinetics": 3,
        "trials": 3,
        "warnings": 4,
    }


def test_the_articles_trial_says_what_the_article_says(seeded: httpx.Client) -> None:
    trial = get(seeded, "/v1/trials/baclofen-trial-alcohol-cirrhosis-article")

    assert trial["enrollment"]["count"] == 84
    assert [c["id"] for c in trial["conditions"]] == ["alcohol-dependence", "liver-cirrhosis"]
    assert trial["allocation"] == "RANDOMIZED"
    assert (trial["masking"], trial["start_date"], trial["registry_ids"]) == (None, None, [])
    assert [(d["value"], d["unit"], d["frequency"]) for d in trial["arms"][0]["doses"]] == [
        (5.0, "mg per day", "three times a day"),
        (10.0, "mg per day", "three times a day"),
    ]
    for part in (trial["definitions"], trial["outcomes"]):
        assert {p for item in part for p in cited(item)} == {(ARTICLE, "paragraph 4")}
    for part in (trial["conclusions"], trial["limitations"]):
        assert [cited(item) for item in part] == [[(ARTICLE, "paragraph 5")]]
    sustained, cumulative = trial["outcomes"]
    assert sustained["results"] == []
    assert [(r["arm"], r["value"], r["as_printed"]) for r in cumulative["results"]] == [
        ("baclofen", 62.8, {"value": "62.8"}),
        ("placebo", 30.8, {"value": "30.8"}),
    ]


def test_the_papers_trial_is_a_record_of_its_own(seeded: httpx.Client) -> None:
    trial = get(seeded, "/v1/trials/baclofen-trial-alcohol-cirrhosis-paper")

    assert cited(trial) == [(PAPER, "abstract")]
    assert (trial["masking"], trial["start_date"], trial["completion_date"]) == (
        "DOUBLE",
        "2003-10",
        "2006-11",
    )
    assert (trial["locations"], trial["registry_ids"]) == (["Rome"], ["NCT00525252"])
    primary, cumulative, drop_outs, hepatic = trial["outcomes"]
    assert primary["type"] == "PRIMARY"
    assert [(r["count"], r["participants"], r["value"]) for r in primary["results"]] == [
        (30, 42, 71.0),
        (12, 42, 29.0),
    ]
    analysis = primary["analyses"][0]
    assert (analysis["param_value"], analysis["ci_lower_limit"], analysis["ci_upper_limit"]) == (
        6.3,
        2.4,
        16.1,
    )
    assert analysis["as_printed"]["p_value"] == "0.0001"
    assert [(r["value"], r["dispersion_type"], r["spread"]) for r in cumulative["results"]] == [
        (62.8, "STANDARD_ERROR", 5.4),
        (30.8, "STANDARD_ERROR", 5.5),
    ]
    assert [(r["count"], r["as_printed"]["value"]) for r in drop_outs["results"]] == [
        (6, "14 %"),
        (13, "31 %"),
    ]
    assert hepatic["statement"] == "No hepatic side effects were recorded."


def test_the_registrys_trial_keeps_the_registrys_enums(seeded: httpx.Client) -> None:
    trial = get(seeded, "/v1/trials/baclofen-trial-alcohol-cirrhosis-registry")

    assert cited(trial) == [(REGISTRY, "registry record")]
    assert trial["phases"] == ["PHASE1", "PHASE2"]
    assert (trial["intervention_model"], trial["masking"]) == ("PARALLEL", "QUADRUPLE")
    assert trial["enrollment"] == {"count": 86, "type": None}
    assert (trial["start_date"], trial["first_posted"]) == ("2003-02", "2007-09-05")


def test_the_numbers_settle_the_odds_ratio(seeded: httpx.Client) -> None:
    trial = get(seeded, "/v1/trials/baclofen-trial-alcohol-cirrhosis-paper")

    derived = trial["outcomes"][0]["derived"]
    assert derived["odds_ratio"] == 6.25
    assert derived["odds_ratio_ci"] == {"lower": 2.42499, "upper": 16.1083}
    assert (derived["experimental_risk"], derived["comparator_risk"]) == (0.714286, 0.285714)
    assert derived["number_needed_to_treat"] == 2.33333
    assert derived["computed_from"] == {
        "experimental": {"arm": "baclofen", "count": 30, "participants": 42},
        "comparator": {"arm": "placebo", "count": 12, "participants": 42},
    }
    assert trial["outcomes"][1]["derived"] is None


@pytest.mark.parametrize(
    ("key", "field", "values"),
    [
        ("participants", "/enrollment/count", {ARTICLE: "84", PAPER: "84", REGISTRY: "86"}),
        ("start", "/start_date", {PAPER: "2003-10", REGISTRY: "2003-02"}),
        (
            "odds-ratio-interval",
            "/outcomes/0/analyses/0/ci_upper_limit",
            {PAPER: "16.1", "gut-2008": "6.1"},
        ),
    ],
)
def test_a_disagreement_shows_each_value_on_its_own_word(
    seeded: httpx.Client, key: str, field: str, values: dict[str, str]
) -> None:
    found = get(seeded, f"/v1/discrepancies/baclofen-discrepancy-alcohol-cirrhosis-{key}")

    assert found["subject"]["field"] == field
    assert {cited(v)[0][0]: v["value"] for v in found["values"]} == values


def test_a_disagreements_subject_is_a_field_that_is_served(seeded: httpx.Client) -> None:
    for found in get(seeded, "/v1/drugs/baclofen/discrepancies")["items"]:
        value = get(seeded, f"/v1/trials/{found['subject']['fact']}")
        for step in found["subject"]["field"].split("/")[1:]:
            value = value[int(step) if isinstance(value, list) else step]
        assert value not in (None, [], "")


def test_a_finding_against_is_no_match_for_a_drug_that_helps(seeded: httpx.Client) -> None:
    against = get(seeded, "/v1/indications?condition=rheumatic-disorders")
    uses = get(seeded, "/v1/indications?condition=rheumatic-disorders&status=approved")
    drugs = get(seeded, "/v1/drugs?condition=rheumatic-disorders")

    assert [f["status"] for f in against["items"]] == ["not_effective"]
    assert uses["items"] == []
    assert drugs["items"] == []


def test_the_target_is_the_guide_to_pharmacologys(seeded: httpx.Client) -> None:
    [fact] = get(seeded, "/v1/mechanisms?target=gaba-b-receptor&action_type=AGONIST")["items"]

    assert cited(fact) == [("gtopdb-2019-5", "ligand 1084, target 242")]
    assert [(i["system"], i["value"]) for i in fact["target"]["identifiers"]] == [
        ("gtopdb", "242"),
        ("uniprot", "Q9UBS5"),
        ("uniprot", "O75899"),
    ]


def test_spasticity_is_described_on_the_articles_word(seeded: httpx.Client) -> None:
    condition = get(seeded, "/v1/conditions/muscle-spasticity")

    assert "central nervous system" in condition["description"]
    assert cited(condition) == [(ARTICLE, "paragraph 1")]


def test_the_source_says_what_was_read(seeded: httpx.Client) -> None:
    source = get(seeded, f"/v1/sources/{ARTICLE}")

    assert (source["author"], source["publisher"], source["updated"]) == (
        "K. Willis",
        "WiseGeek",
        "2024-05-17",
    )
    assert len(source["sha256"]) == 64
