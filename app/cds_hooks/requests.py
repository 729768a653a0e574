"""What an EHR sends when a hook fires, as far as it is read. https://cds-hooks.hl7.org/2.0/

Of FHIR resources only what names a medicine is read, of R4 and R5 alike; everything else is passed
over. `fhirServer` is never called.
"""

# ruff: noqa: N815 -- members are called as FHIR and CDS Hooks call them

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

UserId = Annotated[str, Field(pattern=r"^[A-Za-z]+/[A-Za-z0-9.-]{1,64}$", max_length=100)]
FhirId = Annotated[str, Field(min_length=1, max_length=200)]


Members = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": {}})]
"""What a hook or FHIR defines, and not this API."""


class Given(BaseModel):
    """Something that a client sends: it may have more members than are read."""

    model_config = ConfigDict(extra="ignore", strict=True)


class Coding(Given):
    """A code of a system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Given):
    """A medicine by codes and text."""

    coding: list[Coding] = []
    text: str | None = None


class MedicineReference(Given):
    """Where a medicine is: a resource that is contained, or in the same bundle."""

    reference: str | None = None
    display: str | None = None


class CodeableReference(Given):
    """R5's way to name a medicine."""

    concept: CodeableConcept | None = None
    reference: MedicineReference | None = None


class Medication(Given):
    """A medicine of its own."""

    resourceType: str | None = None
    id: str | None = None
    code: CodeableConcept | None = None


class Adherence(Given):
    """R5's way to say of a MedicationStatement whether the medicine is taken."""

    code: CodeableConcept


class Order(Given):
    """A MedicationRequest, or MedicationStatement, of R4 or R5."""

    resourceType: str
    id: str | None = None
    status: str | None = None
    doNotPerform: bool | None = None
    medicationCodeableConcept: CodeableConcept | None = None
    medicationReference: MedicineReference | None = None
    medication: CodeableReference | None = None
    adherence: Adherence | None = None
    contained: list[Any] = []

    def contained_medication(self, id_: str) -> Medication | None:
        """The Medication that it contains under this id, if that can be read."""
        for each in self.contained:
            if isinstance(each, dict) and each.get("id") == id_:
                try:
                    return Medication.model_validate(each) if _is_medication(each) else None
                except ValidationError:
                    return None
        return None


def _is_medication(resource: dict[str, Any]) -> bool:
    return resource.get("resourceType") == "Medication"


class BundleEntry(Given):
    """An entry of a bundle; resources that name no medicine are passed over."""

    fullUrl: str | None = None
    resource: dict[str, Any] | None = None


class Bundle(Given):
    """Resources, as an ordering session has them."""

    resourceType: Literal["Bundle"]
    entry: list[BundleEntry] = []


@dataclass(frozen=True)
class SearchResult:
    """What a client's search found: what cannot be read of it is counted, and the rest is read."""

    entries: list[BundleEntry]
    unread: int
    is_partial: bool
    """Whether it found more than is here."""

    @classmethod
    def read(cls, bundle: Any) -> Self | None:
        """What a Bundle has; None of what is none."""
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            return None
        given = bundle.get("entry")
        given = [] if given is None else given
        if not isinstance(given, list):
            return None
        entries = []
        for each in given:
            try:
                entries.append(BundleEntry.model_validate(each))
            except ValidationError:
                continue
        matches = sum(not _is_beside(each) for each in given)
        total, links = bundle.get("total"), bundle.get("link")
        has_next = isinstance(links, list) and any(
            isinstance(link, dict) and link.get("relation") == "next" for link in links
        )
        is_partial = has_next or (isinstance(total, int) and total > matches)
        return cls(entries, len(given) - len(entries), is_partial)


def _is_beside(entry: Any) -> bool:
    """Whether an entry is there beside what was searched for, and not counted in its total."""
    search = entry.get("search") if isinstance(entry, dict) else None
    return isinstance(search, dict) and search.get("mode") in ("include", "outcome")


class PatientContext(Given):
    """The context of `patient-view`."""

    userId: UserId
    patientId: FhirId
    encounterId: FhirId | None = None


class SignContext(PatientContext):
    """The context of `order-sign`."""

    draftOrders: Bundle


class SelectContext(SignContext):
    """The context of `order-select`: the orders of `selections` are new."""

    selections: list[str]


class HookRequest(BaseModel):
    """What an EHR sends when a hook fires."""

    model_config = ConfigDict(extra="ignore")

    hook: str = Field(description="The hook that fired.", examples=["order-sign"])
    hookInstance: UUID = Field(
        description="The id of this call.", examples=["d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"]
    )
    fhirServer: HttpUrl | None = Field(
        default=None,
        description="The client's FHIR server, which is never called.",
        examples=["https://ehr.example/fhir"],
    )
    fhirAuthorization: Members | None = Field(
        default=None, description="A token for it, which is not used.", examples=[None]
    )
    context: Members = Field(
        description="What the hook's definition says.",
        examples=[{"userId": "Practitioner/example", "patientId": "1288992"}],
    )
    prefetch: Members | None = Field(
        default=None,
        description="What the client looked up beforehand, by the keys of the service.",
        examples=[{"medications": None}],
    )

    @model_validator(mode="after")
    def _has_a_server_for_its_token(self) -> "HookRequest":
        if self.fhirAuthorization is not None and self.fhirServer is None:
            raise ValueError("fhirServer is needed where fhirAuthorization is given")
        return self
