"""Which drugs medicines are: by their codes, or else by their text, and never guessed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.api.read_session import ReadSession
from app.api.resolve import Resolution, resolved_identifiers, resolved_names
from app.cds_hooks.requests import Bundle, CodeableConcept, Medication, MedicineReference, Order

SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxcui",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    "http://fdasis.nlm.nih.gov": "unii",
    "http://www.whocc.no/atc": "atc",
}
"""The systems of codes that are read, and what they are called here."""

ORDERS = ("MedicationRequest", "MedicationStatement")
ENDED = frozenset(("stopped", "cancelled", "completed", "entered-in-error", "ended", "not-taken"))
"""States in which a person does not take a medicine."""

ANYWHERE = "*/"
"""What stands for the server of a resource whose entry does not say its address."""

LONGEST = 200
"""Letters of a text that are looked up, as /v1/resolve takes them."""


@dataclass
class Medicine:
    """A medicine that is ordered or taken: its codes as identifiers, and its text."""

    order: str
    """The order's reference: `MedicationRequest/103`."""
    identifiers: list[str] = field(default_factory=list)
    text: str | None = None
    is_cut: bool = False
    """Whether the text was longer, so that it says more than is read."""
    drug: tuple[str, str] | None = None
    """The id and name of the drug that it is, once that is known."""

    @property
    def called(self) -> str:
        """What to call it to a person."""
        return self.text or next(iter(self.identifiers), self.order)


def medicines_of(bundle: Bundle) -> tuple[list[Medicine], int]:
    """The medicines of a bundle, and how many of its orders could not be read."""
    beside: dict[str, Medication] = {}
    orders: list[Order] = []
    unread = 0
    for entry in bundle.entry:
        type_ = (entry.resource or {}).get("resourceType")
        try:
            if type_ == "Medication":
                medication = Medication.model_validate(entry.resource)
                local = f"Medication/{medication.id}"
                for key in (entry.fullUrl or f"{ANYWHERE}{local}", local):
                    beside[_unversioned(key)] = medication
            elif type_ in ORDERS:
                orders.append(Order.model_validate(entry.resource))
            elif type_ == "OperationOutcome" and _has_failed(entry.resource):
                unread += 1
        except ValidationError:
            unread += 1
    return [_medicine(order, beside) for order in orders if _is_taken(order)], unread


def _has_failed(outcome: Any) -> bool:
    """Whether an OperationOutcome says more than hints."""
    given = outcome.get("issue")
    issues = given if isinstance(given, list) else ()
    severities = [each.get("severity") for each in issues if isinstance(each, dict)]
    return not severities or any(each not in ("information", "warning") for each in severities)


def _is_taken(order: Order) -> bool:
    return order.status not in ENDED and not order.doNotPerform


def _medicine(order: Order, beside: dict[str, Medication]) -> Medicine:
    of_r5 = order.medication
    concept = order.medicationCodeableConcept or (of_r5.concept if of_r5 else None)
    reference = order.medicationReference or (of_r5.reference if of_r5 else None)
    found = Medicine(f"{order.resourceType}/{order.id or ''}")
    concepts = [concept] if concept else []
    if reference is not None:
        if (medication := _referred(reference, order, beside)) and medication.code:
            concepts.append(medication.code)
        found.text = reference.display
    for each in concepts:
        found.identifiers += _identifiers(each)
        displays = (coding.display for coding in each.coding)
        found.text = each.text or next(filter(None, displays), None) or found.text
    text = " ".join((found.text or "").split())
    found.text, found.is_cut = text[:LONGEST] or None, len(text) > LONGEST
    return found


def _referred(
    reference: MedicineReference, order: Order, beside: dict[str, Medication]
) -> Medication | None:
    """The Medication that is contained, or stands beside the order under this very address."""
    target = _unversioned(reference.reference or "")
    if target.startswith("#"):
        return next((each for each in order.contained if each.id == target[1:]), None)
    local = "/".join(target.rsplit("/", 2)[-2:])
    return beside.get(target) or beside.get(f"{ANYWHERE}{local}")


def _unversioned(reference: str) -> str:
    return reference.partition("/_history/")[0]


def _identifiers(concept: CodeableConcept) -> Iterator[str]:
    for coding in concept.coding:
        system = SYSTEMS.get((coding.system or "").rstrip("/"))
        if system and coding.code and coding.code.isprintable() and len(coding.code) < LONGEST:
            yield f"{system}:{coding.code.strip()}"


def recognise(session: ReadSession, medicines: list[Medicine]) -> None:
    """Say of each medicine which drug it is, where that is sure.

    Codes that lead to different drugs are not believed, nor are codes and a text that do, and
    neither is a text of several drugs.
    """
    codes = list(dict.fromkeys(code for each in medicines for code in each.identifiers))
    by_code = _drugs(codes, resolved_identifiers(session, codes)) if codes else {}
    named = (each.text for each in medicines if each.text and not each.is_cut)
    texts = list(dict.fromkeys(text for text in named if _is_name(text)))
    by_text = _drugs(texts, resolved_names(session, texts, suggest=False)) if texts else {}
    for medicine in medicines:
        drugs = {by_code[code] for code in medicine.identifiers if code in by_code}
        if not medicine.is_cut and (drug := by_text.get(medicine.text or "")):
            drugs.add(drug)
        if len(drugs) == 1:
            [medicine.drug] = drugs


def _is_name(text: str) -> bool:
    return text.isprintable() and any(map(str.isalnum, text))


def _drugs(asked: list[str], answers: list[Resolution]) -> dict[str, tuple[str, str]]:
    pairs = zip(asked, answers, strict=True)
    return {text: (of.drug.id, of.drug.name) for text, of in pairs if of.drug is not None}
