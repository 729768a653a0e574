"""What an EHR is answered, as the specification has it: https://cds-hooks.hl7.org/2.0/"""

import copy
import json
import logging
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.cds_hooks.cards import LONGEST_SUMMARY, Naming
from app.http.request_metrics import ALL, FEEDBACK
from app.settings import Settings
from tests.api.test_interactions import SOURCES
from tests.cds_hooks.invariants import hold_cards, hold_services
from tests.conftest import AppTransport, Holding, running, slow_on_postgres
from tests.ingest.loading import approvals, drugbank, label, labels, vocabulary

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UNII = "http://fdasis.nlm.nih.gov"
SELECT, SIGN, VIEW = (
    f"/cds-services/medfacts-{hook}" for hook in ("order-select", "order-sign", "patient-view")
)
BOXED = "WARNING: *Warfarin* & <b>Hustanol</b>. Never with warfarin."
NAMED = {
    "Warfarin": ("Warfarin", "AAAAAAAAA1"),
    "Hustanol": ("Hustanol",),
    "Acetylsalicylic acid": ("Aspirin",),
    "Placebin": (),
}
"""Drugs, each with what requests call it."""


@pytest.fixture(scope="module")
def ehr(holding: Holding) -> Iterator[httpx.Client]:
    said = label(
        "s1",
        "HUSTANOL",
        unii="AAAAAAAAA2",
        application_number=["NDA000009"],
        contraindications="Do not give it to sleepers.",
        drug_interactions="7 DRUG INTERACTIONS Aspirin raises the risk of bleeding.",
        boxed_warning=BOXED,
    )
    with holding(files=SOURCES | {"openfda-label": labels(said)}) as client:
        yield client


def order(id_: str, medicine: dict[str, Any] | str, **fields: Any) -> dict[str, Any]:
    """An order of R4, of a concept or of a text."""
    concept = {"text": medicine} if isinstance(medicine, str) else medicine
    named = {"medicationCodeableConcept": concept} if fields.get("medication") is None else {}
    return {"resourceType": "MedicationRequest", "id": id_, "status": "draft", **named, **fields}


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}


def call(hook: str, *orders: dict[str, Any], taken: Any = (), **context: Any) -> dict[str, Any]:
    """A call of a hook with these orders, of a patient who takes these medicines."""
    of = {"userId": "Practitioner/abc", "patientId": "1288992", **context}
    if hook != "patient-view":
        of["draftOrders"] = bundle(*orders)
    if hook == "order-select":
        of.setdefault("selections", [f"MedicationRequest/{each['id']}" for each in orders])
    request = {
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": of,
    }
    if taken != "missing":
        request["prefetch"] = {"medications": bundle(*taken) if isinstance(taken, tuple) else taken}
    return request


def cards_of(client: httpx.Client, path: str, request: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(path, json=request)
    assert answer.status_code == 200, answer.text
    return hold_cards(answer.json())


def topics(cards: list[dict[str, Any]]) -> list[str]:
    return [card["source"]["topic"]["code"] for card in cards]


def test_services_are_found_with_what_to_look_up(ehr: httpx.Client) -> None:
    answer = ehr.get("/cds-services")

    hold_services(answer.json())
    services = answer.json()["services"]
    assert [each["hook"] for each in services] == ["order-select", "order-sign", "patient-view"]
    for each in services:
        assert each["prefetch"] == {
            "medications": "MedicationRequest?patient={{context.patientId}}&status=active"
        }


def test_an_ordered_drug_has_its_boxed_warning_and_who_its_label_names(ehr: httpx.Client) -> None:
    request = call("order-select", order("1", "Hustanol 5 mg"), taken=(order("2", "Aspirin"),))

    boxed, pair = cards_of(ehr, SELECT, request)

    assert (boxed["summary"], boxed["indicator"]) == ("Hustanol: boxed warning", "warning")
    assert "\\*Warfarin\\* \\& \\<b\\>Hustanol\\</b\\>" in boxed["detail"]
    assert boxed["detail"].endswith(
        "[openFDA drug labels](https://open.fda.gov/apis/drug/label/), section Boxed Warning, "
        "2023-01-01, 1 of 1 labels"
    )
    assert pair["summary"] == "The label of Hustanol names Acetylsalicylic acid (interactions)"
    assert (pair["indicator"], "Aspirin raises the risk" in pair["detail"]) == ("info", True)


def test_whom_the_boxed_warning_names_is_listed_with_it(ehr: httpx.Client) -> None:
    request = call("order-select", order("1", "Hustanol"), taken=(order("2", "warfarin"),))

    [card] = cards_of(ehr, SELECT, request)

    assert card["source"]["topic"]["code"] == "boxed-warning"
    assert card["detail"].endswith("\n\n- label of Hustanol names Warfarin (boxed warning)")


def test_a_drug_that_is_taken_and_names_the_ordered_one_is_told(ehr: httpx.Client) -> None:
    request = call("order-select", order("1", "Aspirin"), taken=(order("2", "Hustanol"),))

    [card] = cards_of(ehr, SELECT, request)

    assert card["summary"].startswith("The label of Hustanol names Acetylsalicylic acid")


def test_only_what_is_selected_is_new(ehr: httpx.Client) -> None:
    orders = order("1", "Hustanol"), order("2", "Aspirin")

    none = cards_of(ehr, SELECT, call("order-select", *orders, selections=[]))
    second = cards_of(
        ehr, SELECT, call("order-select", *orders, selections=["MedicationRequest/2"])
    )

    assert topics(none) == []
    assert topics(second) == ["interaction"]


def test_signing_tells_contraindications_and_what_was_not_checked(ehr: httpx.Client) -> None:
    request = call("order-sign", order("1", "Hustanol"), order("2", "zzq 7"), taken="missing")

    against, unchecked = cards_of(ehr, SIGN, request)

    assert against["indicator"] == "info"
    assert "Do not give it to sleepers" in against["detail"]
    assert unchecked["source"]["topic"]["code"] == "not-checked"
    assert unchecked["detail"].splitlines() == [
        "- zzq 7: which drug it is, is not sure",
        "- The drugs that the patient takes: the client did not give them",
    ]


def test_what_a_patient_takes_is_looked_at_in_twos(ehr: httpx.Client) -> None:
    taken = (order("1", "Aspirin"), order("2", "Hustanol"), order("3", "Aspirin 100 mg"))

    assert topics(cards_of(ehr, VIEW, call("patient-view", taken=taken))) == ["interaction"]


@pytest.mark.parametrize("given", ["missing", {"resourceType": "OperationOutcome"}, "Bundle/1"])
def test_a_view_of_a_patient_needs_what_the_patient_takes(ehr: httpx.Client, given: Any) -> None:
    answer = ehr.post(VIEW, json=call("patient-view", taken=given))

    assert answer.status_code == 412


@pytest.mark.parametrize("given", [None, (), {"resourceType": "Bundle"}])
def test_who_takes_nothing_has_no_cards(ehr: httpx.Client, given: Any) -> None:
    assert ehr.post(VIEW, json=call("patient-view", taken=given)).json() == {"cards": []}


FILLER = " ".join(f"Sleepers of night {number} were well." for number in range(40))
FAILED = "Aspirin failed to show an effect. However, bleeding was seen, and caution is needed."
BOTH = "7 DRUG INTERACTIONS Hustanol and aspirin raise the risk of bleeding."


@pytest.fixture(scope="module")
def wordy(holding: Holding) -> Iterator[httpx.Client]:
    """Labels with long texts, and a drug without any."""
    said = labels(
        label("s1", "HUSTANOL", unii="AAAAAAAAA2", warnings=f"{FILLER} {FAILED} {FILLER}"),
        label("s2", "WARFARIN", unii="AAAAAAAAA1", drug_interactions=BOTH),
        label(
            "s3",
            "ACETYLSALICYLIC ACID",
            unii="AAAAAAAAA3",
            boxed_warning=f"WARNING {FILLER} {FILLER} Never with warfarin.",
        ),
    )
    with holding(files=SOURCES | {"openfda-label": said}) as client:
        yield client


@slow_on_postgres
def test_a_sentence_is_quoted_with_what_is_said_beside_it(wordy: httpx.Client) -> None:
    request = call("order-select", order("1", "Hustanol"), taken=(order("2", "Aspirin"),))

    [card] = cards_of(wordy, SELECT, request)

    quoted = card["detail"].partition("\n")[0]
    assert quoted.startswith("> \u2026 Sleepers of night 28 were well. ")
    assert f" were well. {FAILED} Sleepers of night 0 were well. " in quoted
    assert quoted.endswith(" were well. \u2026")
    assert "label of Hustanol names Acetylsalicylic acid (warnings)" in card["detail"]


@slow_on_postgres
def test_a_name_behind_what_is_shown_of_a_boxed_warning_is_told(wordy: httpx.Client) -> None:
    request = call("order-select", order("1", "Aspirin"), taken=(order("2", "warfarin"),))

    boxed, pair = cards_of(wordy, SELECT, request)

    assert "Never with warfarin" not in boxed["detail"]
    assert " were well. \u2026\n\n" in boxed["detail"]  # it ends with a sentence, and says so
    assert ", the first 2,483 of 2,568 letters, section Boxed Warning" in boxed["detail"]
    assert "Never with warfarin" in pair["detail"]
    assert pair["indicator"] == "warning"


@slow_on_postgres
def test_a_passage_of_two_ordered_drugs_is_quoted_once(wordy: httpx.Client) -> None:
    orders = order("1", "Hustanol"), order("2", "Aspirin")
    request = call("order-select", *orders, taken=(order("3", "warfarin"),))

    _, first, second = cards_of(wordy, SELECT, request)

    assert first["detail"].count("Hustanol and aspirin raise") == 1
    assert "label of Warfarin names Hustanol (interactions), section" in first["detail"]
    assert "Hustanol and aspirin raise" not in second["detail"]
    assert second["detail"].endswith(
        "- label of Warfarin names Acetylsalicylic acid (interactions): a passage of another card"
    )


@slow_on_postgres
def test_a_class_is_told_as_the_label_has_it(holding: Holding) -> None:
    with holding(files=SOURCES) as client:
        request = call("order-select", order("1", "Hustanol"), taken=(order("2", "Placebin"),))
        _, card = cards_of(client, SELECT, request)

    assert card["summary"] == (
        "The label of Hustanol names Strong CYP3A4 inhibitors, a class of Placebin (interactions)"
    )


DUOTOL, TRIOTOL = "Famotidine / Ibuprofen", "Hustanol / Ibuprofen"
COMBINED = {
    "drugbank-vocabulary": vocabulary(
        *(
            drugbank(number, name, unii=f"AAAAAAAAA{number}")
            for number, name in enumerate(
                ("Warfarin", "Ibuprofen", "Famotidine", "Methotrexate", "Hustanol"), 1
            )
        )
    ),
    "drugs-at-fda": approvals(
        ("NDA000001", "DUOTOL", "FAMOTIDINE; IBUPROFEN", "1999-01-02"),
        ("NDA000002", "TRIOTOL", "HUSTANOL; IBUPROFEN", "2001-01-02"),
        ("NDA000003", "QUATROTOL", "METHOTREXATE; WARFARIN", "2001-01-02"),
    ),
    "openfda-label": labels(
        label("s1", "WARFARIN", unii="AAAAAAAAA1", drug_interactions="Ibuprofen makes it bleed."),
        label("s2", "FAMOTIDINE", unii="AAAAAAAAA3", drug_interactions="Warfarin was studied."),
        label("s3", "IBUPROFEN", unii="AAAAAAAAA2", drug_interactions="It keeps methotrexate in."),
        label("s4", "HUSTANOL", unii="AAAAAAAAA5", drug_interactions="Ibuprofen weakens it."),
    ),
}


@pytest.fixture(scope="module")
def combined(holding: Holding) -> Iterator[httpx.Client]:
    """Combinations, and labels of what they are made of."""
    with holding(files=COMBINED) as client:
        yield client


@slow_on_postgres
@pytest.mark.parametrize(
    ("ordered", "taken", "said"),
    [
        (
            ["Warfarin"],
            ["Duotol"],
            {
                f"label of Warfarin names Ibuprofen (in {DUOTOL})",
                f"label of Famotidine (in {DUOTOL}) names Warfarin",
            },
        ),
        (
            ["Duotol"],
            ["Methotrexate", "Ibuprofen"],
            {f"label of Ibuprofen (in {DUOTOL}) names Methotrexate"},
        ),
        (
            ["Duotol", "Triotol"],
            ["Methotrexate"],
            {f"label of Ibuprofen (in {of}) names Methotrexate" for of in (DUOTOL, TRIOTOL)},
        ),
        (
            ["Duotol"],
            ["Quatrotol"],
            {
                f"label of {of} names {named}"
                for of, named in (
                    (f"Ibuprofen (in {DUOTOL})", "Methotrexate (in Methotrexate / Warfarin)"),
                    (f"Famotidine (in {DUOTOL})", "Warfarin (in Methotrexate / Warfarin)"),
                    ("Warfarin (in Methotrexate / Warfarin)", f"Ibuprofen (in {DUOTOL})"),
                )
            },
        ),
        (["Duotol"], ["Triotol"], set()),  # of which both have the one that is named
    ],
)
def test_every_ingredient_is_looked_at_and_none_beside_its_own_product(
    combined: httpx.Client, ordered: list[str], taken: list[str], said: set[str]
) -> None:
    request = call(
        "order-select",
        *(order(f"o{number}", name) for number, name in enumerate(ordered)),
        taken=tuple(order(f"t{number}", name) for number, name in enumerate(taken)),
    )

    cards = cards_of(combined, SELECT, request)

    found = re.findall(r"(label of [^,\n]+ names [^,\n]+) \(interactions\)", _details(cards))
    assert set(found) == said
    assert len(cards) == (len(ordered) if said else 0)


def _details(cards: list[dict[str, Any]]) -> str:
    return "\n".join(card["detail"] for card in cards)


def test_a_long_name_is_shortened_and_the_part_of_the_label_is_not() -> None:
    passage = {"part": "interactions", "names": [{"how": "name", "text": "Ibuprofen"}]}
    one, other = (f"{name} (in {' / '.join(20 * [name])})" for name in ("Famotidine", "Ibuprofen"))

    said = Naming("other", one, other, [passage]).summary(2)

    assert len(said) <= LONGEST_SUMMARY
    assert said.startswith("The label of Famotidine (in Famotidine")
    assert " names Ibuprofen (in Ibuprofen" in said
    assert said.endswith("\u2026 (interactions); 2 more in the details")


@slow_on_postgres
def test_the_same_text_of_two_labels_is_quoted_once(holding: Holding) -> None:
    text = "WARNING: It can harm."
    said = labels(
        label("s1", "HUSTANOL", unii="AAAAAAAAA2", route=["ORAL"], boxed_warning=text),
        label("s2", "HUSTANOL", unii="AAAAAAAAA2", route=["TOPICAL"], boxed_warning=f"{text} "),
    )
    with holding(files=SOURCES | {"openfda-label": said}) as client:
        assert client.get("/v1/drugs/hustanol/warnings").json()["total"] == 2
        [card] = cards_of(client, SELECT, call("order-select", order("1", "Hustanol")))

    assert card["detail"].count("It can harm") == 1


@slow_on_postgres
@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("4. Never.", "4\\. Never."),
        ("12) Never.", "12\\) Never."),
        ("- Never.", "\\- Never."),
        ("+ Never.", "\\+ Never."),
        ("=====", "\\====="),
        ("5.1 Never &lt;b&gt;.", "5.1 Never \\&lt;b\\&gt;."),
        ("-5 at most.", "-5 at most."),
    ],
)
def test_what_is_said_is_no_markdown(holding: Holding, said: str, quoted: str) -> None:
    boxed = labels(label("s1", "HUSTANOL", unii="AAAAAAAAA2", boxed_warning=f"WARNING\n{said}"))
    with holding(files=SOURCES | {"openfda-label": boxed}) as client:
        [card] = cards_of(client, SELECT, call("order-select", order("1", "Hustanol")))

    assert card["detail"].splitlines()[1] == f"> {quoted}"


PAGED = {"link": [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]}
FAULT = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
HINT = {"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}
UNSAID, PARTIAL = (
    f"The drugs that the patient takes: the client {did}"
    for did in ("did not give them", "gave one page of several")
)


@slow_on_postgres
@pytest.mark.parametrize(
    ("taken", "said"),
    [
        (bundle() | PAGED, [PARTIAL]),
        (bundle() | {"total": 3}, [PARTIAL]),
        (
            {
                "resourceType": "Bundle",
                "total": 2,
                "entry": [
                    {"resource": order("2", "Hustanol")},
                    {"resource": {"resourceType": "Medication"}, "search": {"mode": "include"}},
                ],
            },
            [PARTIAL],
        ),
        (
            {
                "resourceType": "Bundle",
                "total": "1",
                "link": None,
                "entry": [{"resource": order("2", "Hustanol")}, None, {"fullUrl": 1}],
            },
            ["Resources that cannot be read: 2"],
        ),
        (bundle(FAULT), [UNSAID, "Resources that cannot be read: 1"]),
        (bundle(order("2", "Hustanol"), FAULT), ["Resources that cannot be read: 1"]),
        (bundle(order("2", "Hustanol"), HINT), []),
        (FAULT, [UNSAID]),
        (bundle(order("2", "Placebin")), ["Placebin: no label of it is loaded"]),
        (
            bundle(*[order(f"{number}", f"zzq {number}") for number in range(250)]),
            [f"zzq {number}: which drug it is, is not sure" for number in range(30)],
        ),
    ],
)
def test_what_could_not_be_checked_is_told_at_signing(
    wordy: httpx.Client, taken: Any, said: list[str]
) -> None:
    request = call("order-sign", order("1", "Hustanol"), taken=taken)

    cards = cards_of(wordy, SIGN, request)

    lines = [line for card in cards for line in card["detail"].splitlines()]
    assert [line[2:] for line in lines if line.startswith("- ")] == said


@slow_on_postgres
def test_medicines_beyond_what_is_looked_up_are_counted(wordy: httpx.Client) -> None:
    taken = tuple(order(f"{number}", "Hustanol") for number in range(250))

    [card] = cards_of(wordy, SIGN, call("order-sign", order("1", "Hustanol"), taken=taken))

    assert card["detail"] == "- More medicines than are looked at in one call: 51"


MEDICATION = {"resourceType": "Medication", "id": "m", "code": coded(UNII, "AAAAAAAAA2")}


@pytest.mark.parametrize(
    "orders",
    [
        [order("1", coded(UNII, "AAAAAAAAA2"))],
        [order("1", {"coding": [{"display": "Hustanol"}]})],
        [order("1", {"coding": [{"system": "urn:own", "code": "7"}], "text": "Hustanol"})],
        [order("1", "", medication={"concept": coded(UNII, "AAAAAAAAA2")})],
        [
            order(
                "1",
                "",
                medication={"reference": {"reference": "#m"}},
                contained=[
                    {"resourceType": "PractitionerRole", "id": "p", "code": [{"text": "nurse"}]},
                    MEDICATION,
                ],
            )
        ],
        [order("1", "", medication={"reference": {"reference": "Medication/m"}}), MEDICATION],
        [order("1", "", medication={"reference": {"display": "Hustanol"}})],
        [
            {
                "resourceType": "MedicationRequest",
                "id": "1",
                "medicationReference": {"reference": "https://ehr.example/fhir/Medication/m"},
            },
            MEDICATION,
        ],
    ],
)
def test_a_medicine_is_known_however_its_order_names_it(
    ehr: httpx.Client, orders: list[dict[str, Any]]
) -> None:
    request = call("order-sign", *orders, taken=None)

    assert topics(cards_of(ehr, SIGN, request)) == ["contraindication"]


SERVER_B = {"fullUrl": "https://b.example/fhir/Medication/m", "resource": MEDICATION}


@slow_on_postgres
@pytest.mark.parametrize(
    "named",
    [
        {"medicationReference": {"reference": "https://a.example/fhir/Medication/m"}},
        {
            "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Condition", "id": "m", "code": {"text": "Hustanol"}}],
        },
        {"medicationCodeableConcept": coded(UNII, "AAAAAAAAA2") | {"text": "Warfarin 5 mg"}},
        {"medicationCodeableConcept": {"text": f"Hustanol{' ' * 200}antidote kit {'x' * 200}"}},
    ],
)
def test_what_may_be_another_drug_is_not_recognised(
    ehr: httpx.Client, named: dict[str, Any]
) -> None:
    request = call("order-sign", {"resourceType": "MedicationRequest", "id": "1", **named})
    request["context"]["draftOrders"]["entry"].append(SERVER_B)

    [card] = cards_of(ehr, SIGN, request)

    assert card["source"]["topic"]["code"] == "not-checked"
    assert "is not sure" in card["detail"]


@slow_on_postgres
@pytest.mark.parametrize(
    ("server", "known"), [("https://b.example", True), ("https://a.example", False), ("", True)]
)
def test_a_relative_reference_is_of_the_order_s_own_server(
    ehr: httpx.Client, server: str, known: bool
) -> None:
    asked = order("1", "", medication={"reference": {"reference": "Medication/m"}})
    request = call("order-sign", asked, taken=None)
    entries = request["context"]["draftOrders"]["entry"]
    entries[0]["fullUrl"] = f"{server}/fhir/MedicationRequest/1" if server else None
    entries.append(SERVER_B)

    found = topics(cards_of(ehr, SIGN, request))

    assert found == (["contraindication"] if known else ["not-checked"])


@slow_on_postgres
def test_two_medications_of_one_id_name_none(ehr: httpx.Client) -> None:
    asked = order("1", "", medication={"reference": {"reference": "Medication/m"}})
    other = MEDICATION | {"code": coded(UNII, "AAAAAAAAA1")}

    found = cards_of(ehr, SIGN, call("order-sign", asked, MEDICATION, other, taken=None))

    assert topics(found) == ["not-checked"]


@slow_on_postgres
def test_an_id_that_is_no_text_selects_nothing(ehr: httpx.Client) -> None:
    request = call("order-select", order("1", "Hustanol"))
    request["context"]["draftOrders"]["entry"].append({"resource": {"id": [1]}})

    assert topics(cards_of(ehr, SELECT, request)) == ["boxed-warning"]


@slow_on_postgres
def test_what_is_selected_is_of_the_type_that_is_said(ehr: httpx.Client) -> None:
    other = {"resourceType": "ServiceRequest", "id": "1"}
    request = call("order-select", order("1", "Hustanol"), other, selections=["ServiceRequest/1"])

    assert cards_of(ehr, SELECT, request) == []


def test_an_order_is_selected_by_its_address_and_none_is_an_error(ehr: httpx.Client) -> None:
    request = call("order-select", order("1", "Hustanol"))
    found = cards_of(ehr, SELECT, request)

    for selected in ("https://ehr.example/MedicationRequest/1", "MedicationRequest/1/_history/2"):
        request["context"]["selections"] = [selected]
        assert cards_of(ehr, SELECT, request) == found
    request["context"]["selections"] = ["MedicationRequest/2"]
    refused = ehr.post(SELECT, json=request)
    assert (refused.status_code, "selections" in refused.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "medicine",
    [
        {"coding": [*coded(UNII, "AAAAAAAAA1")["coding"], *coded(UNII, "AAAAAAAAA2")["coding"]]},
        "Twinol",
        {"coding": [{"system": RXNORM, "code": "1"}]},
    ],
)
def test_what_is_not_sure_is_not_guessed(ehr: httpx.Client, medicine: Any) -> None:
    request = call("order-sign", order("1", medicine), taken=None)

    assert topics(cards_of(ehr, SIGN, request)) == ["not-checked"]


@pytest.mark.parametrize(
    "more",
    [
        {"status": "stopped"},
        {"doNotPerform": True},
        {"adherence": {"code": {"coding": [{"code": "not-taking"}]}}},
    ],
)
def test_what_is_not_taken_is_passed_over(ehr: httpx.Client, more: dict[str, Any]) -> None:
    request = call("order-select", order("1", "Aspirin"), taken=(order("2", "Hustanol", **more),))

    assert cards_of(ehr, SELECT, request) == []


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (SIGN, {"hook": "order-select"}, "hook: The service medfacts-order-sign is called at"),
        (SIGN, {"hook": None}, "hook: Input should be a valid string"),
        (SIGN, {"hookInstance": "1"}, "hookInstance: "),
        (SIGN, {"context": None}, "context: "),
        (SIGN, {"context": {"patientId": "1"}}, "context.userId: Field required"),
        (SIGN, {"fhirServer": "no address"}, "fhirServer: "),
        (SIGN, {"fhirAuthorization": {}}, "Value error, fhirServer is needed"),
        (SIGN, {"prefetch": []}, "prefetch: "),
    ],
)
def test_what_cannot_be_read_is_a_400_that_says_what(
    ehr: httpx.Client, path: str, change: dict[str, Any], said: str
) -> None:
    answer = ehr.post(path, json=call("order-sign", order("1", "Hustanol")) | change)

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(said)


def test_a_body_that_is_no_json_is_a_400_and_an_unknown_service_a_404(ehr: httpx.Client) -> None:
    deep = b'{"a":' * 5000
    for body in (b"", b"{", deep, b"\xff"):
        assert ehr.post(SIGN, content=body).status_code == 400
    assert ehr.post("/cds-services/nothing", json=call("order-sign")).status_code == 404
    assert ehr.post("/cds-services/nothing/feedback", content=b"{").status_code == 404
    assert ehr.get(SIGN).status_code == 405


def test_feedback_is_taken_and_counted(ehr: httpx.Client) -> None:
    done = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden"}

    counted = FEEDBACK.labels("medfacts-order-sign", "overridden")._value.get
    before = counted()
    answer = ehr.post(f"{SIGN}/feedback", json={"feedback": [done]})

    assert (answer.status_code, answer.json()) == (200, {"taken": 1})
    assert counted() > before
    assert FEEDBACK in ALL


def test_nothing_of_a_patient_is_logged(
    ehr: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "Secret-1288992"
    request = call("order-sign", order("1", secret), taken=(order("2", secret),), patientId=secret)

    ehr.post(SIGN, json=request)
    ehr.post(SIGN, json=request | {"hookInstance": secret})
    ehr.post(SIGN, content=json.dumps(request)[:-5])

    assert secret not in caplog.text


def test_the_settings_say_which_hook_shows_which_card() -> None:
    shown = {"order-sign": ["boxed-warning"], "order-select": []}
    assert Settings(cds_cards=shown).cds_cards == shown
    with pytest.raises(ValueError, match="boxed"):
        Settings(cds_cards={"order-sign": ["boxed"]})


def test_a_client_is_known_by_its_token_where_the_settings_name_its_keys(
    new_database: Any, portal: Any, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [public | {"kid": "a", "alg": "ES384"}]}))
    now = int(time.time())
    claims = {
        "iss": "https://ehr.example",
        "aud": "https://medfacts.example/cds-services/medfacts-patient-view",
        "iat": now,
        "exp": now + 300,
        "jti": "1",
    }

    def asked(client: httpx.Client, **more: Any) -> int:
        token = jwt.encode(claims | more, key, "ES384", {"kid": more.pop("kid", "a")})
        headers = {"authorization": f"Bearer {token}"}
        request = call("patient-view", taken=None)
        return client.post(VIEW, json=request, headers=headers).status_code

    with new_database() as settings:
        known = settings.model_copy(
            update={
                "cds_issuers": {"https://ehr.example": keys},
                "public_url": "https://medfacts.example",
            }
        )
        with running(known) as app:
            transport = AppTransport(app, portal)
            with httpx.Client(transport=transport, base_url="http://medfacts") as client:
                request = call("patient-view", taken=None)
                assert client.post(VIEW, json=request).status_code == 401
                assert asked(client) in (200, 503)  # nothing is loaded yet
                assert asked(client, exp=now - 300) == 401
                assert asked(client, aud="https://other.example") == 401
                assert asked(client, iss="https://other.example") == 401
                assert client.get("/cds-services").status_code == 401
                bad = {"authorization": "Bearer nothing"}
                assert client.post(VIEW, json=request, headers=bad).status_code == 401


@pytest.mark.slow
def test_a_request_that_was_changed_at_random_is_answered_and_tells_of_no_other_drug(
    ehr: httpx.Client,
) -> None:
    chance = random.Random(7)
    values = [None, True, 0, -1, "", "zzq", "Hustanol\x00", [], {}, [None], [1], {"a": 1}]
    taken = (order("2", "Aspirin"), order("3", coded(UNII, "AAAAAAAAA1")))
    drafts = order("1", "Hustanol"), order("4", "", medication={"concept": {"text": "Warfarin"}})
    wholes = [
        (f"/cds-services/medfacts-{hook}", call(hook, *drafts, taken=taken))
        for hook in ("order-select", "order-sign", "patient-view")
    ]

    def changed(whole: Any) -> Any:
        request = copy.deepcopy(whole)
        bundles = request["context"].get("draftOrders"), request["prefetch"]["medications"]
        entries = [entry for each in bundles if each for entry in each["entry"]]
        # Most of what is changed outside of resources is a 400 at once.
        node: Any = chance.choice([request, *entries, *(entry["resource"] for entry in entries)])
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            key = chance.choice(keys)
            if chance.random() < 0.3 or not isinstance(node[key], dict | list) or not node[key]:
                if chance.random() < 0.3:
                    del node[key]
                else:
                    node[key] = chance.choice(values)
                return request
            node = node[key]

    for number in range(1000):
        path, whole = wholes[number % 3]
        request = changed(whole)
        answer = ehr.post(path, json=request)

        assert answer.status_code in (200, 400, 412), answer.text
        sent = json.dumps(request)
        for card in hold_cards(answer.json()) if answer.status_code == 200 else ():
            listed = re.findall(r"label of .+? names .+? \(", card["detail"])
            for name, given in NAMED.items():
                if any(name in said for said in (card["summary"], *listed)):
                    assert any(each in sent for each in given), (card["summary"], sent)
