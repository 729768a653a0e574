"""What FHIR's clients are answered, as the specification has it: https://hl7.org/fhir/R5/http.html"""

import copy
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from app.documents.statistics import METHOD
from app.fhir import bundles
from app.fhir.search_parameters import PARAMETERS
from tests.conftest import Holding, slow_on_postgres
from tests.examples import PRODUCTS
from tests.fhir.judging import VERSIONS, faults
from tests.ingest.loading import label, labels, rxnorm, studies, study
from tests.writing import CITE, drug, fact, indication, warning

Json = dict[str, Any]

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UNII = "http://fdasis.nlm.nih.gov"
NDC = "http://hl7.org/fhir/sid/ndc"

pytestmark = slow_on_postgres  # `tests.api.test_engines` compares what the engines answer
SAID = 'Not with <b>"sleepers"</b> & CrCl <30 mL/min. * As said.'


OUTCOMES = [
    {"measure": f"Nights {number}", "statement": said, "certainty": "stated", "cite": CITE}
    for number, said in enumerate(("They slept.", "They woke.", "They did not say.", "Nights 3"))
]
"""Outcomes of a trial; the last is a plan, and nothing was found of it."""


def compared(drug: str) -> Json:
    """A study that gives a drug in its comparator alone."""
    arms = [
        {"label": "New", "type": "EXPERIMENTAL", "interventionNames": ["Drug: Somenib"]},
        {"label": "Old", "type": "ACTIVE_COMPARATOR", "interventionNames": [f"Drug: {drug}"]},
    ]
    interventions = [
        {"type": "DRUG", "name": "Somenib", "armGroupLabels": ["New"]},
        {"type": "DRUG", "name": drug, "armGroupLabels": ["Old"]},
    ]
    module = {"armGroups": arms, "interventions": interventions}
    return study(7, drug, conditions=("Cough",), armsInterventionsModule=module)


@pytest.fixture(scope="module")
def fhir(holding: Holding) -> Iterator[httpx.Client]:
    """A drug with long ids, a label and no product; and baclofen's products."""
    hustanol = drug(
        "hustanol",
        warning("boxed", boxed=True, severity="critical", severity_basis="box"),
        warning("not-together", type="interaction", statement="Its label names warfarin."),
        warning("x" * 80, population="Sleepers"),
        indication("cough", certainty="hedged"),
        indication("gout", status="not_effective", statement="It was found not to help in gout."),
        *(fact("trials", key, outcomes=[*OUTCOMES[:3]]) for key in ("a", "z")),
        *(fact("trials", f"m{number}", outcomes=[OUTCOMES[3]]) for number in range(5)),
    )
    said = label(
        "s1",
        "BACLOFEN",
        unii="H789N3FKE8",
        contraindications=SAID,
        boxed_warning="WARNING: Do not stop at once.",
        adverse_reactions="6 ADVERSE REACTIONS Sleepiness.",
        indications_and_usage="1 INDICATIONS AND USAGE 1.1 Spasticity It is for spasticity. 1.2 "
        "Limitations of Use Not for a sprain.",
    )
    files = {
        "rxnorm": rxnorm(*PRODUCTS),
        "openfda-label": labels(said),
        "clinicaltrials": studies(compared("Hustanol")),
    }
    with holding(hustanol, files=files) as client:
        yield client


def got(client: httpx.Client, path: str, status: int = 200, **options: Any) -> Json:
    """The answer to a path below R5's base, as JSON."""
    answer = client.get(f"/fhir/r5/{path}", **options)
    assert answer.status_code == status, answer.text
    body: Json = answer.json()
    return body


def matches(bundle: Json) -> list[Json]:
    """The resources that a search found, less what it tells beside them."""
    entries = bundle.get("entry", [])
    return [each["resource"] for each in entries if each["search"]["mode"] == "match"]


def told(bundle: Json) -> str:
    """What a search tells beside what it found."""
    outcomes = [each for each in bundle.get("entry", []) if each["search"]["mode"] == "outcome"]
    return " ".join(i["details"]["text"] for o in outcomes for i in o["resource"]["issue"])


def pages(client: httpx.Client, path: str) -> Iterator[Json]:
    """Each page, by the links `next`."""
    following: str | None = path
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        links = {each["relation"]: urlsplit(each["url"]) for each in answer.json()["link"]}
        target = links.get("next")
        following = f"{target.path}?{target.query}" if target else None


def hold_every(client: httpx.Client, version: str, type_: str) -> int:
    """Fail unless each resource is valid, stands on one page, and is read by its id."""
    found: list[Json] = []
    for page in pages(client, f"/fhir/{version}/{type_}?_count=1"):
        assert [*faults(page, version)] == []
        found += matches(page)

    path = f"/fhir/{version}/{type_}"
    [whole] = pages(client, f"{path}?_count=100")
    assert matches(whole) == found
    assert len({each["id"] for each in found}) == len(found) == whole["total"]
    for resource in found:
        assert [*faults(resource, version)] == []
        assert client.get(f"{path}/{resource['id']}").json() == resource
    return len(found)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("type_", PARAMETERS)
def test_every_resource_is_valid_and_on_one_page_and_read_by_its_id(
    fhir: httpx.Client, version: str, type_: str
) -> None:
    assert hold_every(fhir, version, type_) > 0


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("type_", PARAMETERS)
def test_so_is_every_one_of_the_seed(seeded: httpx.Client, version: str, type_: str) -> None:
    assert hold_every(seeded, version, type_) > 0


@pytest.mark.parametrize("version", VERSIONS)
def test_what_it_can_do_is_said_and_valid(fhir: httpx.Client, version: str) -> None:
    answer = fhir.get(f"/fhir/{version}/metadata")

    statement = answer.json()
    assert [*faults(statement, version)] == []
    assert statement["fhirVersion"] == {"r5": "5.0.0", "r4b": "4.3.0"}[version]
    assert answer.headers["content-type"] == (
        f"application/fhir+json; fhirVersion={statement['fhirVersion'][:3]}"
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda use: use.update(type="cure"), "type in"),
        (lambda use: use.update(type="warning"), "of its type"),
        (lambda use: use.update(cure={}), "cure"),
        (lambda use: use.update(note=[]), "ele-1"),
        (lambda use: use.update(warning={"description": "x"}), "cud-1"),
        (lambda use: use.update(contained=[{"resourceType": "Group", "id": "a"}]), "dom-3"),
        (lambda use: use.update(id="a b"), "id"),
        (lambda use: use["text"].update(div="<div><script>x</script></div>"), "txt-1"),
        (lambda use: use.pop("text"), "dom-6"),
        (lambda use: use["extension"][0].pop("valueRelatedArtifact"), "ext-1"),
        (lambda use: use["subject"][0].clear(), "ref-2"),
        (lambda use: use["category"][0]["coding"][0].update(code="a  b"), "blanks"),
    ],
)
def test_what_is_not_valid_is_found(fhir: httpx.Client, change: Any, fault: str) -> None:
    use = copy.deepcopy(got(fhir, "ClinicalUseDefinition/hustanol-indication-cough"))
    assert [*faults(use, "r5")] == []

    change(use)

    assert fault in " ".join(faults(use, "r5"))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("at_once", "uncached"), [(1, "json"), (2, "application/json"), (50, "application/fhir%2Bjson")]
)
def test_trials_without_results_end_no_list(
    fhir: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    at_once: int,
    uncached: str,
) -> None:
    monkeypatch.setattr(bundles, "MOST_TRIALS", at_once)

    every = [*pages(fhir, f"/fhir/r5/Evidence?_count={count}&_format={uncached}")]

    found = [each["id"] for page in every for each in matches(page)]
    trials = ("hustanol-trial-a", "hustanol-trial-z")
    assert found == [f"{trial}.{number}" for trial in trials for number in (1, 2, 3)]
    assert {page["total"] for page in every} == {6}
    assert all(len(matches(page)) <= count for page in every)


def test_outcomes_that_are_too_many_to_count_have_no_total(
    fhir: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MOST_COUNTED", 1)

    every = [*pages(fhir, "/fhir/r4b/Evidence?_count=4&_total=estimate")]

    assert [len(matches(page)) for page in every] == [4, 2]
    assert not any("total" in page for page in every)
    refused = got(fhir, "Evidence?_summary=count&_total=estimate", 400)  # in no cache of another
    assert "not counted" in str(refused)


def test_an_outcome_is_found_by_its_own_id(fhir: httpx.Client) -> None:
    ids = "Evidence?_id=hustanol-trial-a.2,hustanol-trial-z.1,hustanol-trial-z.4,hustanol-trial-a.9"

    bundle = got(fhir, ids)

    assert [each["id"] for each in matches(bundle)] == ["hustanol-trial-a.2", "hustanol-trial-z.1"]
    assert bundle["total"] == 2
    first, second = (each["identifier"][0] for each in matches(bundle))
    for asked, left in (
        (f"identifier={first['system']}|{quote(first['value'])}", ["hustanol-trial-a.2"]),
        (f"identifier={quote(second['value'])},hustanol-trial-a", ["a.1", "a.2", "a.3", "z.1"]),
        (f"identifier={quote(second['value'])}&_id=hustanol-trial-z.2", []),
        ("identifier=hustanol-trial-z&_id=hustanol-trial-z.2", ["z.2"]),
    ):
        found = [each["id"] for each in matches(got(fhir, f"Evidence?{asked}"))]
        whole = [each if "-" in each else f"hustanol-trial-{each}" for each in left]
        assert found == whole, asked


def test_a_trial_in_which_the_drug_is_only_compared_with_is_not_called_its_own(
    fhir: httpx.Client,
) -> None:
    [trial] = matches(got(fhir, "Citation?identifier=NCT00000007"))

    of_drug, of_condition = trial["useContext"]
    assert of_drug["code"]["code"] == "comparator"
    assert of_condition["code"]["code"] == "focus"
    values = {each["url"].rpartition("/")[2]: each for each in trial["extension"]}
    assert values["role"]["valueCode"] == "comparator"
    assert "title" not in got(fhir, "Citation/hustanol-trial-a")["citedArtifact"]


def test_the_code_of_a_form_leads_to_the_drug(holding: Holding) -> None:
    concepts = {
        "6809": ("IN", "metformin"),
        "235743": ("PIN", "metformin hydrochloride"),
        "860973": ("SCDC", "metformin hydrochloride 500 MG"),
        "861007": ("SCD", "metformin hydrochloride 500 MG Oral Tablet"),
    }
    related = [
        ("235743", "form_of", "6809"),
        ("860973", "has_ingredient", "6809"),
        ("860973", "has_precise_ingredient", "235743"),
        ("861007", "consists_of", "860973"),
    ]
    files = {"rxnorm": rxnorm(concepts, related, [("861007", "00093104801")])}
    with holding(files=files) as client:
        for code in ("235743", "6809"):
            [found] = matches(got(client, f"MedicationKnowledge?code={RXNORM}|{code}"))
            assert found["id"] == "metformin"
        [coding] = found["code"]["coding"]
        assert coding["code"] == "6809"
        [form] = [each for each in found["extension"] if each["url"].endswith("/form")]
        assert form["valueCodeableConcept"]["coding"][0]["code"] == "235743"


def test_a_finding_against_is_no_indication(fhir: httpx.Client) -> None:
    against = got(fhir, "ClinicalUseDefinition/hustanol-indication-gout")

    assert against["type"] == "warning"
    assert "indication" not in against
    assert against["warning"]["description"] == "It was found not to help in gout."
    assert "A finding against, and no indication." in against["text"]["div"]
    condition = next(each for each in against["extension"] if each["url"].endswith("/condition"))
    assert condition["valueCodeableConcept"]["text"] == "Gout"
    [category] = against["category"]
    assert category["coding"][0]["code"] == "not_effective"


def test_a_limitation_of_use_is_no_indication(fhir: httpx.Client) -> None:
    path = "ClinicalUseDefinition?subject=Medication/baclofen&type={}"
    uses = matches(got(fhir, path.format("indication")))
    warned = matches(got(fhir, path.format("warning")))

    assert "It is for spasticity." in str(uses)
    assert "sprain" not in str(uses)
    assert "limitation_of_use" in str([each["category"] for each in warned])


def test_how_sure_the_source_is_stays(fhir: httpx.Client) -> None:
    hedged = got(fhir, "ClinicalUseDefinition/hustanol-indication-cough")

    assert "only thinks" in hedged["text"]["div"]
    [modifier] = hedged["modifierExtension"]
    assert modifier["url"].endswith("/certainty")
    assert modifier["valueCode"] == "hedged"


def test_a_use_that_nobody_approved_has_a_modifier(seeded: httpx.Client) -> None:
    use = got(seeded, "ClinicalUseDefinition/baclofen-indication-alcohol-dependence")
    approved = got(seeded, "ClinicalUseDefinition/baclofen-indication-muscle-spasticity")

    values = [each["valueCode"] for each in use["modifierExtension"]]
    assert values == ["investigational", "hedged"]
    assert "modifierExtension" not in approved


def test_a_label_says_what_it_says_letter_for_letter(fhir: httpx.Client) -> None:
    [use] = matches(
        got(fhir, "ClinicalUseDefinition?subject=Medication/baclofen&type=contraindication")
    )

    concept = use["contraindication"]["diseaseSymptomProcedure"]["concept"]
    assert concept["text"] == SAID
    assert "&lt;b&gt;&quot;sleepers" in use["text"]["div"]
    citation = use["extension"][-1]["valueRelatedArtifact"]
    assert citation["document"]["url"] == "https://open.fda.gov/apis/drug/label/"
    assert {"system": "http://loinc.org", "code": "34070-3"}.items() <= (
        use["category"][-1]["coding"][0].items()
    )


def test_that_a_text_names_a_drug_is_no_interaction_with_it(fhir: httpx.Client) -> None:
    [use] = matches(got(fhir, "ClinicalUseDefinition?subject=hustanol&type=interaction"))

    assert use["interaction"] == {"effect": {"concept": {"text": "Its label names warfarin."}}}


def test_what_matters_most_comes_first_and_a_severity_is_the_sources(fhir: httpx.Client) -> None:
    uses = matches(got(fhir, "ClinicalUseDefinition?subject=Medication/hustanol&type=warning"))

    boxed = next(each for each in uses if "Boxed warning" in str(each["category"]))
    assert "34066-1" in str(boxed["category"])
    assert str(boxed["category"]).count("34066-1") == 1
    values = {each["url"].rpartition("/")[2]: each for each in boxed["extension"]}
    assert values["severity"]["valueCode"] == "critical"
    assert values["severity-basis"]["valueString"] == "box"
    warned = matches(got(fhir, "ClinicalUseDefinition?subject=Medication/baclofen"))
    kinds = [each["type"] for each in warned]
    assert kinds.index("contraindication") < kinds.index("undesirable-effect")


def test_a_longer_id_is_shortened_and_found(fhir: httpx.Client) -> None:
    every = matches(got(fhir, "ClinicalUseDefinition?subject=hustanol&_count=100"))
    [long] = [each for each in every if "x" * 20 in each["id"]]

    assert len(long["id"]) == 64
    assert long["identifier"][0]["value"] == "hustanol-warning-" + "x" * 80
    assert got(fhir, f"ClinicalUseDefinition/{long['id']}") == long
    assert matches(got(fhir, f"ClinicalUseDefinition?_id={long['id']}")) == [long]
    other = long["id"][:-1] + ("0" if long["id"][-1] != "0" else "1")
    got(fhir, f"ClinicalUseDefinition/{other}", 404)


@pytest.mark.parametrize(
    ("type_", "asked", "ids"),
    [
        ("MedicationKnowledge", f"code={RXNORM}|1292", ["baclofen"]),
        ("MedicationKnowledge", "code=1292", ["baclofen"]),
        ("MedicationKnowledge", f"code={RXNORM}|197391", ["baclofen"]),
        ("MedicationKnowledge", f"code={NDC}|0115-1010-01", ["baclofen"]),
        ("MedicationKnowledge", f"code={NDC}|00115101001,{RXNORM}|1", ["baclofen"]),
        ("MedicationKnowledge", f"code={RXNORM}|1292&code={RXNORM}|1", []),
        ("MedicationKnowledge", f"code={UNII}|1292", []),
        ("MedicationKnowledge", "code=urn:other|1292", []),
        ("MedicationKnowledge", "code=|1292", []),
        ("MedicationKnowledge", "_id=hustanol,nothing", ["hustanol"]),
        ("MedicationKnowledge", "_id=hustanol&_id=baclofen", []),
        ("Medication", "_id=hustanol&status=active", ["hustanol"]),
        ("Medication", "_id=hustanol&status=inactive", []),
        ("Medication", "_id=hustanol&status=urn:other|active", []),
        ("MedicationKnowledge", "code=a\\|b,1292", ["baclofen"]),
        ("Medication", f"code={NDC}|00115101001", ["rxnorm.197391"]),
        ("Medication", f"code={RXNORM}|1292", ["baclofen"]),
        ("Medication", f"code={RXNORM}|197391", ["rxnorm.197391"]),
        ("Medication", "_id=rxnorm.197391,baclofen", ["baclofen", "rxnorm.197391"]),
        ("Medication", "_id=197391", []),
        ("ClinicalUseDefinition", "subject=Medication/hustanol&type=indication", ["cough"]),
        ("ClinicalUseDefinition", "subject=hustanol&type=indication,interaction", ["cough", "not"]),
        ("ClinicalUseDefinition", "subject=hustanol&type=interaction&type=indication", []),
        (
            "ClinicalUseDefinition",
            "subject=http://127.0.0.1:8000/fhir/r5/Medication/hustanol&type=indication",
            ["cough"],
        ),
        ("ClinicalUseDefinition", "subject=Patient/hustanol", []),
        ("ClinicalUseDefinition", "subject=Medication/rxnorm.197391", []),
    ],
)
def test_searches_find_what_they_name_and_nothing_else(
    fhir: httpx.Client, type_: str, asked: str, ids: list[str]
) -> None:
    bundle = got(fhir, f"{type_}?{asked}")

    found = [each["id"].replace("hustanol-indication-", "") for each in matches(bundle)]
    found = [each.replace("hustanol-warning-not-together", "not") for each in found]
    assert found == ids
    assert bundle["total"] == len(ids)
    assert [*faults(bundle, "r5")] == []
    with_form = fhir.post(
        f"/fhir/r5/{type_}/_search",
        content=asked,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert matches(with_form.json()) == matches(bundle)


@pytest.mark.parametrize("asked", ["identifier=nct00525252", f"context={UNII}|H789N3FKE8"])
def test_trials_are_found_by_their_number_and_their_drug(seeded: httpx.Client, asked: str) -> None:
    for type_, least in (("Citation", 1), ("Evidence", 2)):
        found = matches(got(seeded, f"{type_}?{asked}"))
        assert len(found) >= least
        assert all(each["id"].startswith("baclofen-trial-") for each in found)
    assert matches(got(seeded, "Evidence?context=http://id.nlm.nih.gov/mesh|D000437"))
    assert not matches(got(seeded, "Evidence?context=http://id.nlm.nih.gov/mesh|D000001"))


def test_an_outcome_has_its_numbers_as_printed_and_what_is_computed_says_so(
    seeded: httpx.Client,
) -> None:
    every = matches(got(seeded, "Evidence?identifier=NCT00525252&_count=100"))
    [abstinence] = [each for each in every if "30 of 42" in str(each)]

    found = {each["description"]: each for each in abstinence["statistic"]}
    baclofen, placebo = (each for each in found.values() if "participants" in each["description"])
    assert (baclofen["numberAffected"], placebo["numberAffected"]) == (30, 12)
    assert baclofen["sampleSize"] == {"knownDataCount": 42}
    [ratio] = [each for name, each in found.items() if name.startswith("Odds ratio 6.25")]
    assert ratio["quantity"] == {"value": 6.25}
    assert ratio["attributeEstimate"][0]["range"]["low"] == {"value": 2.42499}
    assert "Computed by Medfacts" in ratio["note"][0]["text"]
    assert METHOD in ratio["note"][0]["text"]
    roles = [each["variableRole"]["coding"][0]["code"] for each in abstinence["variableDefinition"]]
    assert roles == ["exposure", "referenceExposure", "measuredVariable"]
    assert "statisticType" not in baclofen  # 71 are percent, and no participants
    assert baclofen["quantity"]["value"] == 71
    assert abstinence["citeAsReference"]["reference"].startswith("Citation/baclofen-trial-")


def test_an_empty_answer_does_not_read_as_safe(fhir: httpx.Client) -> None:
    empty = got(fhir, "ClinicalUseDefinition?subject=Medication/hustanol&type=contraindication")
    unknown = got(fhir, "ClinicalUseDefinition?subject=Medication/nothing")
    no_code = got(fhir, f"MedicationKnowledge?code={RXNORM}|999999")

    assert empty["total"] == unknown["total"] == no_code["total"] == 0
    assert "does not mean that there is nothing" in told(empty)
    assert "nothing can be said" in told(unknown)
    assert "nothing can be said" in told(no_code)
    product = got(fhir, "ClinicalUseDefinition?subject=Medication/rxnorm.197391")
    assert "ask for Medication/baclofen" in told(product)
    both = got(fhir, "MedicationKnowledge?code=1292&_id=hustanol")
    assert told(both) == "No one resource fulfils all that was asked for."
    trials = got(fhir, "Evidence?context=http://id.nlm.nih.gov/mesh|D000001")
    assert "does not mean that there is none" in told(trials)
    planned = got(fhir, "Evidence?identifier=NCT00000007")
    assert "no outcome is reported" in told(planned)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fhir/r5/MedicationKnowledge/nothing", 404, "not-found"),
        ("/fhir/r5/Patient", 404, "not-found"),
        ("/fhir/r4/metadata", 404, "not-found"),
        ("/fhir/r5/Evidence/hustanol.1", 404, "not-found"),
        ("/fhir/r5/Evidence/1", 404, "not-found"),
        ("/fhir/r5/Medication/1", 404, "not-found"),
        ("/fhir/r5/MedicationKnowledge/a_b", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?name=x", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?_count=-1", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?_count=x", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?_count=1&_count=2", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?_format=xml", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?_summary=text", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?_cursor=abc", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?code=x|", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?status=active", 400, "invalid"),
        ("/fhir/r5/ClinicalUseDefinition?type=cure", 400, "invalid"),
        ("/fhir/r5/MedicationKnowledge?code=%00", 400, "structure"),
        (f"/fhir/r5/MedicationKnowledge?code={'x' * 9000}", 414, "too-long"),
    ],
)
def test_errors_are_operation_outcomes(
    fhir: httpx.Client, path: str, status: int, code: str
) -> None:
    answer = fhir.get(path)

    assert answer.status_code == status, answer.text
    outcome = answer.json()
    assert [*faults(outcome, "r5")] == []
    assert outcome["issue"][0]["code"] == code
    assert outcome["issue"][0]["severity"] == "error"


def test_nothing_can_be_written(fhir: httpx.Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = fhir.request(method, "/fhir/r5/MedicationKnowledge")
        assert answer.status_code == 405
        assert answer.json()["issue"][0]["code"] == "not-supported"
    read = fhir.get("/fhir/r5/MedicationKnowledge/_search")
    assert (read.status_code, read.headers["allow"]) == (405, "OPTIONS, POST")
    posted = fhir.post("/fhir/r5/MedicationKnowledge/_search", json={"code": "1292"})
    assert posted.status_code == 400


def test_a_lenient_client_is_told_what_was_ignored(fhir: httpx.Client) -> None:
    path, lenient = "MedicationKnowledge?_sort=x&_id=hustanol", {"prefer": "handling=lenient"}

    bundle = got(fhir, path, headers=lenient)

    assert [each["id"] for each in matches(bundle)] == ["hustanol"]
    assert "ignored: _sort" in told(bundle)
    assert "_sort" not in bundle["link"][0]["url"]
    strict = got(fhir, path, 400, headers={"prefer": "return=minimal; handling=strict"})
    assert "_sort" in str(strict)
    got(fhir, path, 400)


@pytest.mark.parametrize("version", VERSIONS)
def test_only_the_total_can_be_asked_for(fhir: httpx.Client, version: str) -> None:
    for type_ in PARAMETERS:
        path = f"/fhir/{version}/{type_}"
        whole = fhir.get(f"{path}?_count=100").json()
        for asked in ("_summary=count", "_count=0"):
            counted = fhir.get(f"{path}?{asked}").json()
            assert counted["total"] == whole["total"]
            assert "entry" not in counted
            assert [*faults(counted, version)] == []
        assert "total" not in fhir.get(f"{path}?_total=none&_format=application/fhir%2Bjson").json()


def test_a_resource_has_a_weak_validator(fhir: httpx.Client) -> None:
    answer = fhir.get("/fhir/r5/MedicationKnowledge/hustanol")

    etag = answer.headers["etag"]
    assert etag == f'W/"{answer.json()["meta"]["versionId"]}"'
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = fhir.get(answer.request.url, headers={"if-none-match": known})
        assert again.status_code == 304, known
        assert again.headers["etag"] == etag
    other = fhir.get(answer.request.url, headers={"if-none-match": 'W/"other"'})
    assert other.status_code == 200


def test_products_have_their_strengths_and_lead_to_the_drug(fhir: httpx.Client) -> None:
    product = got(fhir, "Medication/rxnorm.197391")
    known = got(fhir, "MedicationKnowledge/baclofen")

    assert {"system": NDC, "code": "00115101001"} in product["code"]["coding"]
    assert product["ingredient"][0]["strengthCodeableConcept"]["text"] == "10 MG"
    assert product["doseForm"]["text"] == "Oral Tablet"
    assert product["definition"]["reference"] == "MedicationKnowledge/baclofen"
    references = [each["reference"] for each in known["associatedMedication"]]
    assert references[0] == "Medication/baclofen"
    assert "Medication/rxnorm.197391" in references
