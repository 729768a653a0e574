"""A CDS client: it finds the services, calls each as an EHR would, and holds what it is answered
to the rules of CDS Hooks."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx

from contract.tools import JudgementError
from tests.cds_hooks.invariants import hold_cards, hold_services

Json = dict[str, Any]

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

MEDICINES: tuple[Json, ...] = (
    {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "1292"}]}},
    {"medication": {"concept": {"text": "Lioresal 10 mg tablet"}}},
    {"medication": {"reference": {"reference": "#none"}}},
)
"""Of R4 and of R5; the last is none."""

PREFETCHES: tuple[Json, ...] = (
    {},
    {"medications": None},
    {"medications": {"resourceType": "OperationOutcome"}},
    {"medications": {"resourceType": "Bundle", "total": 40}},
)


def as_client(urls: dict[str, str]) -> str:
    """How many cards there were; both engines answer alike."""
    told = []
    for url in urls.values():
        found = httpx.get(f"{url}/cds-services").raise_for_status().json()
        hold_services(found)
        answers = [_answer(url, *call) for of in found["services"] for call in _calls(of)]
        told.append([answer.replace(url, "") for answer in answers])
    if any(each != told[0] for each in told):
        raise JudgementError("the engines answer differently")
    return f"{sum(answer.count('indicator') for answer in told[0])} cards"


def _calls(service: Json) -> Iterator[tuple[str, Json]]:
    """Calls of a service, and feedback."""
    path = f"/cds-services/{service['id']}"
    for medicine, prefetch in product(MEDICINES, PREFETCHES):
        order = {"resourceType": "MedicationRequest", "id": "1", "status": "draft", **medicine}
        context: Json = {"userId": "Practitioner/abc", "patientId": "1288992"}
        if service["hook"] != "patient-view":
            drafts = {"resourceType": "Bundle", "entry": [{"resource": order}]}
            context |= {"draftOrders": drafts, "selections": ["MedicationRequest/1"]}
        instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
        call = {"hook": service["hook"], "hookInstance": instance, "context": context}
        yield path, call | {"prefetch": prefetch} if prefetch else call
    outcome = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden"}
    yield f"{path}/feedback", {"feedback": [outcome]}


def _answer(url: str, path: str, call: Json) -> str:
    answer = httpx.post(f"{url}{path}", json=call)
    given = call.get("prefetch", {}).get("medications", {"resourceType": None})
    is_needed = call.get("hook") == "patient-view" and given is not None
    expected = 412 if is_needed and given["resourceType"] != "Bundle" else 200
    if answer.status_code != expected:
        raise JudgementError(f"{path}: {answer.status_code} {answer.text}")
    if answer.status_code == 200 and not path.endswith("/feedback"):
        hold_cards(answer.json())
    return answer.text if expected == 200 else ""
