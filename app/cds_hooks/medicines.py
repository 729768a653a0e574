"""Which drugs medicines are: by their codes, or else by their text, and never guessed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.api.read_session import ReadSession
from app.api.resolve import Resolution, resolved_identifiers, resolved_names
from app.cds_hooks.requests import BundleEntry, CodeableConcept, Medication, Order

SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxcui",
    "urn:oid:2.16.840.1.113883.6.88": "rxcui",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    "urn:oid:2.16.840.1.113883.6.69": "ndc",
    "http://fdasis.nlm.nih.gov": "unii",
    "urn:oid:2.16.840.1.113883.4.9": "unii",
    "http://www.whocc.no/atc": "atc",
    "urn:oid:2.16.840.1.113883.6.73": "atc",
}
"""The systems of codes that are read, by address and OID, and what they are called here."""

ORDERS = ("MedicationRequest", "MedicationStatement")
ENDED = frozenset(("stopped", "cancelled", "completed", "entered-in-error", "ended", "not-taken"))
NOT_TAKEN = frozenset(("not-taking", "stopped", "stopped-or-completed", "never-taken"))
"""States, and R5's codes of adherence, in which a person does not take a medicine."""

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


class _Medications:
    """The Medications of a bundle, as references find them."""

    def __init__(self) -> None:
        self._at: dict[str, list[Medication]] = {}
        """By the addresses of their entries."""
        self._without_address: dict[str, list[Medication]] = {}
        """By type and id, of entries that do not say where they are."""

    def add(self, medication: Medication, address: str) -> None:
        """Add one that stands at an address, or at none."""
        if address:
            self._at.setdefault(address, []).append(medication)
        elif medication.id:
            self._without_address.setdefault(f"Medication/{medication.id}", []).append(medication)

    def referred(self, target: str, order_address: str) -> Medication | None:
        """The one that a reference means, of an order that stands at an address, or at none.

        What is relative is of the order's own server. https://hl7.org/fhir/bundle.html#references
        """
        local = "/".join(target.rsplit("/", 2)[-2:])
        if "://" not in target and not target.startswith("urn:"):
            if "://" not in order_address:
                here = (found for key, found in self._at.items() if key.endswith(f"/{target}"))
                every = [each for found in here for each in found]
                return _only([*every, *self._without_address.get(target, ())])
            target = f"{order_address.rsplit('/', 2)[0]}/{target}"
        return _only(self._at.get(target) or self._without_address.get(local, []))


def _only(found: list[Medication]) -> Medication | None:
    """The one that was found, if all that were are alike."""
    return found[0] if found and all(each == found[0] for each in found) else None


def medicines_of(entries: Iterable[BundleEntry]) -> tuple[list[Medicine], int]:
    """The medicines of a bundle, and how many of its orders could not be read."""
    beside = _Medications()
    orders: list[tuple[Order, str]] = []
    unread = 0
    for entry in entries:
        type_ = (entry.resource or {}).get("resourceType")
        address = _unversioned(entry.fullUrl or "")
        try:
            if type_ == "Medication":
                beside.add(Medication.model_validate(entry.resource), address)
            elif type_ in ORDERS:
                orders.append((Order.model_validate(entry.resource), address))
            elif type_ == "OperationOutcome" and _has_failed(entry.resource):
                unread += 1
        except ValidationError:
            unread += 1
    taken = [_medicine(order, at, beside) for order, at in orders if _is_taken(order)]
    return taken, unread


def _has_failed(outcome: Any) -> bool:
    """Whether an OperationOutcome says more than hints."""
    given = outcome.get("issue")
    issues = given if isinstance(given, list) else ()
    severities = [each.get("severity") for each in issues if isinstance(each, dict)]
    return not severities or any(each not in ("information", "warning") for each in severities)


def _is_taken(order: Order) -> bool:
    adherence = order.adherence.code.coding if order.adherence else ()
    is_not_taken = any(each.code in NOT_TAKEN for each in adherence)
    return order.status not in ENDED and not order.doNotPerform and not is_not_taken


def _medicine(order: Order, address: str, beside: _Medications) -> Medicine:
    of_r5 = order.medication
    concept = order.medicationCodeableConcept or (of_r5.concept if of_r5 else None)
    reference = order.medicationReference or (of_r5.reference if of_r5 else None)
    found = Medicine(f"{order.resourceType}/{order.id or ''}")
    concepts = [concept] if concept else []
    if reference is not None:
        target = _unversioned(reference.reference or "")
        if target.startswith("#"):
            medication = order.contained_medication(target[1:])
        else:
            medication = beside.referred(target, address)
        if medication and medication.code:
            concepts.append(medication.code)
        found.text = reference.display
    for each in concepts:
        found.identifiers += _identifiers(each)
        displays = (coding.display for coding in each.coding)
        found.text = each.text or next(filter(None, displays), None) or found.text
    text = " ".join((found.text or "").split())
    found.text, found.is_cut = text[:LONGEST] or None, len(text) > LONGEST
    return found


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
