"""Sources are imported, and the API answers with one drug, all its facts, each cited."""

import re
from typing import Any

import httpx
import pytest

from app.ingest.importing import ImportReport
from app.ingest.sources.interface import RefusedError, WrongFileError
from app.settings import Settings
from tests.ingest.loading import (
    Given,
    approvals,
    drugbank,
    faults_in,
    guide,
    interaction,
    label,
    labels,
    ligand,
    load,
    releases,
    served_in,
    statements,
    studies,
    study,
    vocabulary,
)
from tests.writing import writing

HUSTANOL, PLACEBIN = "AAAAAAAAA1", "AAAAAAAAA2"


@pytest.fixture
def database(on_sqlite: Settings) -> Settings:
    """On SQLite alone; that Postgres holds the same is shown in `test_importing_orders`."""
    return on_sqlite


KNOWN = vocabulary(
    drugbank(1, "Hustanol", "Hustan", unii=HUSTANOL, cas="50-00-0"),
    drugbank(2, "Placebin", unii=PLACEBIN),
)


def cited(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(c["source"]["id"], c["locator"]) for c in record["citations"]]


def items(client: httpx.Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


def quarantined(report: ImportReport) -> list[tuple[str, ...]]:
    return [row[:5] for row in report.quarantined]


def test_five_sources_make_one_drug_with_all_its_facts(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(
        database,
        "gtopdb",
        guide(
            [ligand(7, "hustanol", approved="yes", withdrawn="yes", pubchem_cid="77")],
            [
                interaction(
                    7, "Cough receptor", "Agonist", affinity_units="pKi", affinity_median="6"
                )
            ],
        ),
    )
    load(
        database,
        "openfda-label",
        labels(
            label(
                "s1",
                "HUSTANOL",
                unii=HUSTANOL,
                brand="Hustex",
                boxed_warning="WARNING: \n\n it   may make drowsy.",
                indications_and_usage="Not indicated in children.",
                mechanism_of_action="It soothes.",
            )
        ),
    )
    load(database, "drugs-at-fda", approvals(("NDA000001", "HUSTEX", "HUSTANOL", "1999-01-02")))
    load(
        database,
        "clinicaltrials",
        studies(study(1, "Hustex", conditions=("Dry cough",), enrolled=5)),
    )

    drug = client.get("/v1/drugs/hustanol?include=all").json()

    assert [(n["name"], n["type"]) for n in drug["names"]] == [
        ("Hustanol", "generic"),
        ("Hustan", "synonym"),
        ("Hustex", "brand"),
    ]
    assert {(i["system"], i["value"]): cited(i) for i in drug["identifiers"]} == {
        ("unii", HUSTANOL): [
            ("drugbank-vocabulary", "DB00001"),
            ("openfda-label", "SPL set id s1, version 1 of 2023-01-01"),
        ],
        ("cas", "50-00-0"): [("drugbank-vocabulary", "DB00001")],
        ("drugbank", "DB00001"): [("drugbank-vocabulary", "DB00001")],
        ("gtopdb", "7"): [("gtopdb", "ligand 7")],
        ("pubchem_cid", "77"): [("gtopdb", "ligand 7")],
    }
    assert [status["status"] for status in drug["statuses"]] == ["approved", "withdrawn"]
    [approval] = drug["approvals"]
    assert (approval["date"], approval["application_number"]) == ("1999-01-02", "NDA000001")
    [warning] = drug["warnings"]
    assert warning["statement"] == "WARNING: \n\n it   may make drowsy."
    assert (warning["boxed"], warning["severity"], warning["population"]) == (True, None, None)
    assert warning["section"] == {
        "code": "34066-1",
        "name": "Boxed Warning",
        "published_code": None,
        "number": None,
        "heading": None,
        "within": [],
        "part": 0,
    }
    [indication] = drug["indications"]
    assert (indication["statement"], indication["condition"]) == (
        "Not indicated in children.",
        None,
    )
    assert sorted(m["citations"][0]["source"]["id"] for m in drug["mechanisms"]) == [
        "gtopdb",
        "openfda-label",
    ]
    [trial] = drug["trials"]
    assert trial["registry_ids"] == ["NCT00000001"]
    assert trial["substance"] == {"name": "Hustex", "matched_by": "name", "form": None}
    assert cited(trial) == [("clinicaltrials", "NCT00000001")]
    assert {s["id"]: s["licence"] != "" for s in items(client, "/v1/sources")} == dict.fromkeys(
        ("clinicaltrials", "drugbank-vocabulary", "drugs-at-fda", "gtopdb", "openfda-label"), True
    )


def test_an_application_that_labels_name_is_the_approval_that_another_source_dates(
    database: Settings, client: httpx.Client
) -> None:
    every = [label(f"s{n}", "HUSTANOL", unii=HUSTANOL) for n in range(2)]
    for each in every:
        each["openfda"]["application_number"] = ["NDA000001", "ANDA000009"]
    load(database, "openfda-label", labels(*every))
    load(
        database,
        "drugs-at-fda",
        approvals(("NDA000001", "HUSTEX", "HUSTANOL", "1999-01-02")),
    )

    found = client.get("/v1/drugs/hustanol").json()["approvals"]

    assert [(a["application_number"], a["date"], a["name"], cited(a)) for a in found] == [
        ("ANDA000009", None, None, [("openfda-label", "SPL set id s0, version 1 of 2023-01-01")]),
        (
            "NDA000001",
            "1999-01-02",
            "HUSTEX",
            [
                ("drugs-at-fda", "NDA000001"),
                ("openfda-label", "SPL set id s0, version 1 of 2023-01-01"),
            ],
        ),
    ]


def test_what_forty_labels_say_is_one_fact_that_counts_them(
    database: Settings, client: httpx.Client
) -> None:
    every = [label(f"s{i:02}", "HUSTANOL", warnings="Careful.") for i in range(40)]

    load(database, "openfda-label", labels(*every))

    [warning] = items(client, "/v1/drugs/hustanol/warnings")
    whole = client.get(f"/v1/warnings/{warning['id']}?include=wordings").json()
    [wording] = whole["wordings"]
    expected = [
        ("openfda-label", f"SPL set id s{i:02}, version 1 of 2023-01-01, section 34071-1 Warnings")
        for i in range(40)
    ]
    assert cited(warning) == expected[:5]
    assert warning["labels"] == {"stating": 40, "of": 40}
    assert (wording["statement"], cited({"citations": wording["labels"]})) == ("Careful.", expected)


def test_the_same_sentence_in_two_sections_or_of_two_drugs_is_not_one_fact(
    database: Settings,
) -> None:
    load(
        database,
        "openfda-label",
        labels(
            label("s1", "HUSTANOL", warnings="Careful.", precautions="Careful."),
            label("s2", "PLACEBIN", warnings="Careful."),
        ),
    )

    assert sorted(drug for drug, _ in statements(database).values()) == [
        "hustanol",
        "hustanol",
        "placebin",
    ]


def test_coverage_follows_from_what_was_loaded(database: Settings, client: httpx.Client) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(database, "openfda-label", labels(label("s1", "HUSTANOL", unii=HUSTANOL, warnings="No.")))

    read = client.get("/v1/drugs/hustanol").json()["coverage"]
    not_read = client.get("/v1/drugs/placebin").json()["coverage"]

    assert {kind: how["status"] for kind, how in not_read.items()} == dict.fromkeys(
        not_read, "not_searched"
    )
    assert {kind: how["status"] for kind, how in read.items()} == dict.fromkeys(
        not_read, "not_searched"
    ) | {"warnings": "partial", "discrepancies": "partial"}  # of two sources, which were compared
    assert [s["id"] for s in read["discrepancies"]["sources"]] == [
        "drugbank-vocabulary",
        "openfda-label",
    ]
    assert read["warnings"]["as_of"] == "2024-01-04"
    assert [source["id"] for source in read["warnings"]["sources"]] == ["openfda-label"]
    empty = client.get("/v1/drugs/placebin/warnings").json()
    assert (empty["items"], empty["coverage"]["status"]) == ([], "not_searched")


def test_a_fact_of_a_salt_keeps_the_substance_and_how_it_was_matched(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(
        database,
        "openfda-label",
        labels(
            label("s1", "HUSTANOL SODIUM", unii="AAAAAAAAA9", brand="Hustex", warnings="Careful."),
            label("s2", "HUSTANOL", warnings="Most careful."),
            label("s3", "HUSTANOL EXTRACT", warnings="Careful."),
        ),
    )

    facts = items(client, "/v1/drugs/hustanol/warnings")
    drug = client.get("/v1/drugs/hustanol").json()

    assert [fact["substance"] for fact in facts] == [
        {
            "name": "HUSTANOL SODIUM",
            "matched_by": "name_without_salt",
            "form": "hustanol-sodium",
        },
        {"name": "HUSTANOL", "matched_by": "name", "form": None},
    ]
    assert "HUSTANOL SODIUM" not in [name["name"] for name in drug["names"]]
    assert "AAAAAAAAA9" not in [identifier["value"] for identifier in drug["identifiers"]]
    assert [name["name"] for name in drug["names"] if name["type"] == "brand"] == ["Hustex"]
    assert client.get("/v1/drugs/hustanol-extract").status_code == 200


@pytest.mark.slow
def test_a_combination_has_ingredients_and_is_none_of_them(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(
        database,
        "openfda-label",
        labels(label("s1", "PLACEBIN", "HUSTANOL", "NOVUMAB", brand="Trio", warnings="Careful.")),
    )
    load(
        database,
        "drugs-at-fda",
        approvals(("NDA000002", "TRIO", "HUSTANOL SODIUM; NOVUMAB; PLACEBIN", "2001-01-02")),
    )

    trio = client.get("/v1/drugs/hustanol-novumab-placebin").json()

    assert [(i["name"], i["drug"]) for i in trio["ingredients"]] == [
        ("HUSTANOL", "hustanol"),
        ("NOVUMAB", None),
        ("PLACEBIN", "placebin"),
    ]
    assert (trio["name"], trio["counts"]["warnings"]) == ("Hustanol / NOVUMAB / Placebin", 1)
    assert [approval["application_number"] for approval in trio["approvals"]] == ["NDA000002"]
    for one in ("hustanol", "placebin"):
        record = client.get(f"/v1/drugs/{one}?include=all").json()
        assert (record["warnings"], record["approvals"]) == ([], [])
        assert record["ingredients"] == []
        assert "Trio" not in [name["name"] for name in record["names"]]


def test_a_combination_is_called_what_a_source_calls_it_if_that_names_all_of_it(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    made_of = "HUSTANOL SODIUM; PLACEBIN"
    load(
        database,
        "drugs-at-fda",
        approvals(("NDA000002", "HUSTANOL AND PLACEBIN", made_of, "2001-01-02")),
    )
    both = label("s1", "PLACEBIN", "HUSTANOL", warnings="Careful.")
    both["openfda"]["generic_name"] = ["PLACEBIN with HUSTANOL", "PLACEBIN"]
    one = label("s2", "HUSTANOL", warnings="Careful.")
    one["openfda"]["generic_name"] = ["HUSTANOL AND PLACEBIN"]
    load(database, "openfda-label", labels(both, one))

    named = client.get("/v1/drugs/hustanol-placebin").json()["names"]
    alone = client.get("/v1/drugs/hustanol").json()["names"]
    [found] = items(client, "/v1/resolve?name=hustanol and placebin")

    assert {name["name"] for name in named} == {
        "Hustanol / Placebin",
        "PLACEBIN with HUSTANOL",
        "HUSTANOL AND PLACEBIN",
    }
    assert "HUSTANOL AND PLACEBIN" not in {name["name"] for name in alone}
    assert found["drug"]["id"] == "hustanol-placebin"


def test_names_that_differ_by_an_accent_are_two_each_with_its_own_source(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, "Hustanol", "Hústanole")))
    acts = interaction(1, "Target", "Agonist")
    load(database, "gtopdb", guide([ligand(1, "hustanole", synonyms="Hustanole A")], [acts]))

    names = client.get("/v1/drugs/hustanol").json()["names"]

    cited = {n["name"]: [c["source"]["id"] for c in n["citations"]] for n in names}
    assert cited["Hústanole"] == ["drugbank-vocabulary"]


def test_a_drug_that_is_itself_called_a_salt_has_its_identifiers_and_disagreements(
    database: Settings, client: httpx.Client
) -> None:
    named = "Hustanol propionate"
    load(database, "drugbank-vocabulary", vocabulary(drugbank(1, named, unii=HUSTANOL)))
    load(
        database, "openfda-label", labels(label("s1", named.upper(), unii=PLACEBIN, warnings="A."))
    )

    drug = client.get("/v1/drugs/hustanol-propionate").json()
    [found] = items(client, f"/v1/resolve?identifier=unii:{PLACEBIN}")

    assert [i["value"] for i in drug["identifiers"] if i["system"] == "unii"] == [
        HUSTANOL,
        PLACEBIN,
    ]
    assert drug["counts"]["discrepancies"] == 1
    assert drug["coverage"]["discrepancies"]["status"] == "partial"
    assert found["drug"]["id"] == "hustanol-propionate"


def test_a_trial_is_of_no_drug_by_a_name_that_others_bear_or_that_only_says_what_is_held(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(
        database,
        "drugs-at-fda",
        approvals(
            ("NDA000001", "REGULAR HUSTANOL", "HUSTANOL", "2001-01-02"),
            ("NDA000002", "COMBIHUST", "HUSTANOL", "2001-01-02"),
            ("NDA000003", "COMBIHUST", "HUSTANOL; HUSTANOL SODIUM (PORK); ", "2001-01-02"),
            ("NDA000004", "HUSTEX", "HUSTANOL", "2001-01-02"),
        ),
    )
    load(database, "clinicaltrials", studies(study(1, "Regular Hustanol", "Hustex")))

    trials = items(client, "/v1/trials")

    assert [(t["substance"]["name"], t["drug"]["id"]) for t in trials] == [("Hustex", "hustanol")]


def test_a_brand_that_is_called_after_another_drugs_salt_is_that_salt(
    database: Settings, client: httpx.Client
) -> None:
    """FDA lists an eye irrigation as METHOTREXATE SODIUM, and methotrexate's sodium elsewhere."""
    load(database, "drugbank-vocabulary", KNOWN)
    load(
        database,
        "drugs-at-fda",
        approvals(
            ("NDA000001", "PLACEBIN SODIUM", "HUSTANOL", "2001-01-02"),
            ("NDA000002", "OTHERNAME", "PLACEBIN SODIUM", "2001-01-02"),
        ),
    )
    load(database, "clinicaltrials", studies(study(1, "Placebin sodium")))

    [found] = items(client, "/v1/resolve?name=Placebin sodium 5 mg")

    assert (found["match"], found["drug"]["id"]) == ("exact", "placebin")
    assert [trial["drug"]["id"] for trial in items(client, "/v1/trials")] == ["placebin"]


def test_labels_of_which_only_uniis_are_known_are_quarantined_and_the_rest_goes_in(
    database: Settings, client: httpx.Client
) -> None:
    report = load(
        database,
        "openfda-label",
        labels(
            label("s1", unii=f"{HUSTANOL} {PLACEBIN}", warnings="A."),
            label("s2", "NOVUMAB", warnings="B."),
        ),
    )

    assert [row.record for row in report.quarantined] == ["s1"]
    assert [fact["statement"] for fact in items(client, "/v1/warnings")] == ["B."]


def test_what_is_quarantined_says_how_many_records_name_it(database: Settings) -> None:
    load(database, "drugbank-vocabulary", KNOWN)

    report = load(
        database,
        "openfda-label",
        labels(*(label(f"s{i}", "PLACEBIN", unii=HUSTANOL, warnings="A.") for i in range(3))),
    )

    assert [(row.record, row.records) for row in report.quarantined] == [("s0", 3)]


def test_conditions_that_differ_by_a_sign_are_two(database: Settings, client: httpx.Client) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    load(
        database,
        "clinicaltrials",
        studies(
            study(1, "Hustanol", conditions=("HER2- Breast Cancer", "Cancer < 18")),
            study(2, "Hustanol", conditions=("HER2+ Breast Cancer", "Cancer > 18")),
        ),
    )

    conditions = {c["id"]: c["name"] for c in items(client, "/v1/conditions")}

    assert conditions == {
        "her2-minus-breast-cancer": "HER2- Breast Cancer",
        "her2-plus-breast-cancer": "HER2+ Breast Cancer",
        "cancer-less-than-18": "Cancer < 18",
        "cancer-greater-than-18": "Cancer > 18",
    }


def test_what_fits_two_drugs_is_quarantined_with_both_until_it_fits_one(
    database: Settings, client: httpx.Client
) -> None:
    load(database, "drugbank-vocabulary", KNOWN)
    wrong = labels(label("s1", "PLACEBIN", unii=HUSTANOL, warnings="Careful."))
    right = labels(label("s1", "PLACEBIN", unii=PLACEBIN, warnings="Careful.", version=2))

    report = load(database, "openfda-label", wrong)
    before = items(client, "/v1/warnings")
    load(database, "openfda-label", right)

    assert quarantined(report) == [
        (
            "",
            "s1",
            "PLACEBIN",
            "its identifier is of one drug and its name of another.",
            "hustanol; placebin",
        )
    ]
    assert before == []
    assert [fact["drug"]["id"] for fact in items(client, "/v1/warnings")] == ["placebin"]


def test_an_identifier_that_two_drugs_have_is_served_of_neither(
    database: Settings, client: httpx.Client
) -> None:
    report = load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Alphadol", unii=HUSTANOL), drugbank(2, "Betadol", unii=HUSTANOL)),
    )

    drugs = items(client, "/v1/drugs")

    assert [
        (drug["id"], [identifier["system"] for identifier in drug["identifiers"]]) for drug in drugs
    ] == [("alphadol", ["drugbank"]), ("betadol", ["drugbank"])]
    assert [(row.record, row.name, row.candidates) for row in report.quarantined] == [
        ("DB00001", "Alphadol (unii AAAAAAAAA1)", "alphadol; betadol"),
        ("DB00002", "Betadol (unii AAAAAAAAA1)", "alphadol; betadol"),
    ]


def test_a_trial_is_of_every_drug_that_it_gives_and_waits_for_those_not_known_yet(
    database: Settings, client: httpx.Client
) -> None:
    report = load(
        database,
        "clinicaltrials",
        studies(study(1, "Hustanol", "Placebin sodium", "Hustan", "Sugar", conditions=("Cough",))),
    )
    load(database, "drugbank-vocabulary", KNOWN)

    trials = items(client, "/v1/trials")

    assert {row.name for row in report.quarantined} == {
        "Hustanol",
        "Placebin sodium",
        "Hustan",
        "Sugar",
    }
    assert [(t["id"], t["drug"]["id"], t["substance"]) for t in trials] == [
        (
            "nct00000001-hustanol",
            "hustanol",
            {"name": "Hustanol", "matched_by": "name", "form": None},
        ),
        (
            "nct00000001-placebin-sodium",
            "placebin",
            {
                "name": "Placebin sodium",
                "matched_by": "name_without_salt",
                "form": None,
            },
        ),
    ]
    assert [condition["name"] for condition in trials[0]["conditions"]] == ["Cough"]


@pytest.mark.slow
def test_what_a_trial_s_names_mean_follows_from_the_drugs_that_are_known_by_then(
    database: Settings, client: httpx.Client
) -> None:
    def intervention(name: str, *arms: str, **of: Any) -> dict[str, Any]:
        return {"type": "DRUG", "name": name, "armGroupLabels": list(arms)} | of

    every = study(1, conditions=("Cough",))
    every["protocolSection"]["armsInterventionsModule"] = {
        "armGroups": [{"label": "A", "type": "EXPERIMENTAL"}, {"label": "B", "type": "OTHER"}],
        "interventions": [
            intervention("Hustanol 10 mg + Placebin tablets", "A"),
            intervention("Placebo of Hustanol", "B"),
            intervention("NV-1 capsules (blinded)", "A", otherNames=["Novumab"]),
            intervention("Kodulin", "B"),
        ],
    }
    every["protocolSection"]["identificationModule"]["briefTitle"] = "Efficacy of Solumol in Cough"
    every["derivedSection"]["interventionBrowseModule"] = {"meshes": [{"term": "Solumol"}]}

    def served() -> list[tuple[Any, ...]]:
        return [
            (t["drug"]["id"], t["substance"]["name"], t["substance"]["matched_by"], t["role"])
            for t in items(client, "/v1/trials")
        ]

    report = load(database, "clinicaltrials", studies(every))
    load(
        database, "drugbank-vocabulary", vocabulary(drugbank(1, "Hustanol"), drugbank(3, "Solumol"))
    )
    early = served()
    more = (drugbank(2, "Placebin"), drugbank(4, "Novumab"), drugbank(5, "Kodulin"))
    known = (drugbank(1, "Hustanol"), drugbank(3, "Solumol"), *more)
    load(database, "drugbank-vocabulary", vocabulary(*known, date="2024-02-02"))

    assert report.skipped == {"interventions that are no drugs: placebos and shams": 1}
    assert early == [("solumol", "Solumol", "mesh", None)]
    assert served() == [
        ("hustanol", "Hustanol 10 mg", "name", "experimental"),
        ("kodulin", "Kodulin", "name", None),
        ("novumab", "NV-1 capsules (blinded)", "name", "experimental"),
        ("placebin", "Placebin tablets", "name", "experimental"),
    ]
    with writing(database) as engine:
        assert faults_in(engine) == []


@pytest.mark.slow
def test_a_drug_that_is_several_interventions_has_a_role_only_if_all_have_the_same(
    database: Settings, client: httpx.Client
) -> None:
    every = study(1, conditions=("Cough",))
    every["protocolSection"]["armsInterventionsModule"] = {
        "armGroups": [
            {"label": "A", "type": "EXPERIMENTAL"},
            {"label": "B", "type": "ACTIVE_COMPARATOR"},
        ],
        "interventions": [
            {"type": "DRUG", "name": f"{name} mg", "armGroupLabels": [arm]}
            for name, arm in (
                ("Hustanol 10", "A"),
                ("Hustanol 20", "B"),
                ("Placebin 10", "A"),
                ("Placebin 20", "A"),
            )
        ],
    }

    load(
        database,
        "drugbank-vocabulary",
        vocabulary(drugbank(1, "Hustanol"), drugbank(2, "Placebin")),
    )
    load(database, "clinicaltrials", studies(every))

    roles = {t["drug"]["id"]: t["role"] for t in items(client, "/v1/trials")}
    assert roles == {"hustanol": None, "placebin": "experimental"}


def test_a_label_that_names_no_substance_is_quarantined_and_says_nothing(
    database: Settings,
) -> None:
    report = load(
        database,
        "openfda-label",
        labels(label("s1", "HUSTANOL", warnings="Careful."), label("s2", warnings="Of what?")),
    )

    assert quarantined(report) == [("labels.json", "s2", "", "it names no substance.", "")]
    assert [text for _, text in statements(database).values()] == ["Careful."]


def test_a_broken_record_is_quarantined_and_the_rest_goes_in(database: Settings) -> None:
    broken = label("s0", "HUSTANOL", warnings="Careful.") | {"effective_time": "soon"}
    good = [label(f"s{i}", "HUSTANOL", warnings=f"{i}.") for i in range(1, 10)]

    report = load(database, "openfda-label", labels(broken, *good))

    assert (report.counts["read"], report.counts["invalid"], report.counts["new"]) == (10, 1, 9)
    [row] = report.quarantined
    assert (row.file, row.record) == ("labels.json", "record 1, SPL set id s0")
    assert "soon" in row.reason
    assert len(statements(database)) == 9


def test_a_record_that_can_no_longer_be_read_says_what_it_said(database: Settings) -> None:
    good = [label(f"s{i}", "HUSTANOL", warnings=f"{i}.") for i in range(5)]
    load(database, "openfda-label", labels(*good, updated="2023-01-01", complete=True))
    before = statements(database)
    good[2] |= {"version": "two"}

    report = load(database, "openfda-label", labels(*good, updated="2024-01-01", complete=True))

    assert (report.counts["invalid"], report.counts["removed"]) == (1, 0)
    assert statements(database) == before


@pytest.mark.parametrize(
    ("source", "files", "error", "said"),
    [
        ("openfda-label", KNOWN, WrongFileError, "vocabulary.csv: it is no JSON file"),
        ("drugbank-vocabulary", labels(label("s1", "A")), WrongFileError, "labels.json: "),
        ("openfda-label", [Given("cut.json", b'{"results": [{"set_id"')], WrongFileError, "cut"),
        (
            "openfda-label",
            labels(*[label("s", "A") | {"version": "x"}] * 3, *[label("t", "A")] * 7),
            RefusedError,
            "labels.json: 3 of 10 records cannot be read, which is more than 20 %",
        ),
        ("drugbank-vocabulary", vocabulary(), RefusedError, "vocabulary.csv: no records here"),
        (
            "drugs-at-fda",
            approvals(*((f"NDA00000{i}", "A", "ALPHADOL", "12/29/1994") for i in range(3))),
            RefusedError,
            "Submissions.txt: line 2: its approval date '12/29/1994 00:00:00' is no day",
        ),
    ],
)
def test_a_file_that_cannot_be_used_stops_before_anything_is_written(
    database: Settings, source: str, files: list[Given], error: type[Exception], said: str
) -> None:
    load(database, "drugbank-vocabulary", vocabulary(drugbank(7, "Alphadol")))
    before = served_in(database)

    with pytest.raises(error, match=said):
        load(database, source, files)

    assert served_in(database) == before
    assert len(releases(database)) == 1


def test_the_share_of_broken_records_that_is_borne_can_be_stated(database: Settings) -> None:
    half = labels(label("s1", "HUSTANOL", warnings="Careful."), *[{"set_id": "s2"}] * 2)

    with pytest.raises(RefusedError, match="2 of 3"):
        load(database, "openfda-label", half)
    report = load(database, "openfda-label", half, most_invalid=70)

    assert report.counts["new"] == 1


def test_a_release_names_its_source_its_files_and_its_counts(
    database: Settings, client: httpx.Client
) -> None:
    files = guide([ligand(7, "hustanol")], [interaction(7, "Cough receptor", "Agonist")])
    load(database, "drugbank-vocabulary", KNOWN)

    report = load(database, "gtopdb", files)

    release = client.get("/v1/releases/current").json()
    assert report.release is not None
    assert release["id"] == report.release.id
    assert (release["loader"], release["version"], release["released"]) == (
        "gtopdb",
        "2024.1",
        "2024-01-03",
    )
    assert [(file["name"], file["sha256"]) for file in release["files"]] == [
        (file.name, file.sha256) for file in files
    ]
    assert (release["counts"]["drugs"], release["counts"]["mechanisms"]) == (2, 1)


def test_a_refusal_tells_of_each_kind_of_what_is_wrong(database: Settings) -> None:
    broken = [label(f"s{i}", "A") | {"version": "x"} for i in range(4)]
    dated = label("s5", "A") | {"effective_time": "soon"}

    with pytest.raises(RefusedError) as refused:
        load(database, "openfda-label", labels(*broken, dated, label("s6", "A")))

    assert re.findall(r"record \d", str(refused.value)) == ["record 1", "record 5"]
