"""A drug as MedicationKnowledge, and drugs and products as Medication, which others refer to."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from app.fhir.datatypes import (
    CODES,
    NDC,
    REGISTRIES,
    RXNORM,
    Served,
    cited,
    coding,
    concept,
    fhir_id,
    filled,
    narrative,
    plain,
    reference,
)
from app.models.base import Row

PRODUCT = "rxnorm."
"""What the ids of products begin with: no drug's has a dot there."""

NOTICE = (
    "Information, not medical advice. What is not stated here was not found in the sources that "
    "were read, which does not mean that it is safe."
)


def drug_reference(drug: Row) -> Row:
    """The Medication that a drug is."""
    return reference(f"Medication/{fhir_id(drug['id'])}", drug["name"])


def product_reference(id_: str, name: str) -> Row:
    """The Medication that a product is."""
    return reference(f"Medication/{PRODUCT}{id_}", name)


def drug_code(drug: Row) -> Row:
    """A drug's name, with its codes in terminologies."""
    codes = (
        coding(CODES[each["system"]], each["value"])
        for each in drug["identifiers"]
        if each["system"] in CODES
    )
    return concept(drug["name"], *codes)


def medication_knowledge(served: Served, drug: Row, products: Sequence[tuple[str, str]]) -> Row:
    """A drug as MedicationKnowledge; `products` are the ids and names of its products."""
    names = list(dict.fromkeys(each["name"] for each in drug["names"]))
    associated = [drug_reference(drug), *(product_reference(*each) for each in products)]
    own: Row = {
        "code": drug_code(drug),
        "associatedMedication": associated,
        "medicineClassification": _classes(served, drug["classes"]),
        "regulatory": _regulatory(served, drug),
    }
    if served.is_r5:
        ingredients = [{"item": {"concept": concept(each["name"])}} for each in drug["ingredients"]]
        own |= {
            "identifier": [served.identifier("drugs", drug["id"]), *_identifiers(drug)],
            "name": names,
            "definitional": filled({"ingredient": ingredients}),
        }
    else:
        own |= {
            "synonym": [each for each in names if each != drug["name"]],
            "ingredient": [
                {"itemCodeableConcept": concept(each["name"]), "isActive": True}
                for each in drug["ingredients"]
            ],
        }
    ordered = sorted(drug["statuses"], key=lambda each: str(each["status"]), reverse=True)
    statuses = [_status(served, each) for each in ordered]  # withdrawn comes first
    said = [f"{drug['name']}: a source calls it {each['status']}." for each in ordered]
    forms = [
        served.extension("form", valueCodeableConcept=drug_code(each)) for each in drug["forms"]
    ]
    return served.resource(
        "MedicationKnowledge",
        fhir_id(drug["id"]),
        text=narrative(drug["description"] or drug["name"], *said, NOTICE),
        extension=[*statuses, *forms, *cited(drug["citations"])],
        **own,
    )


def drug_medication(served: Served, drug: Row) -> Row:
    """A drug as Medication, whatever its strength and form: what statements are of."""
    own: Row = {}
    if served.is_r5:
        own["definition"] = reference(f"MedicationKnowledge/{fhir_id(drug['id'])}")
    ingredients = [
        _ingredient(served, concept(each["name"]), drug=each["drug"], is_active=True)
        for each in drug["ingredients"]
    ]
    return served.resource(
        "Medication",
        fhir_id(drug["id"]),
        text=narrative(drug["name"]),
        identifier=[served.identifier("drugs", drug["id"]), *_identifiers(drug)],
        code=drug_code(drug),
        status="active",
        ingredient=ingredients,
        **own,
    )


def product_medication(served: Served, product: Row) -> Row:
    """A product of RxNorm's as Medication: strengths as it prints them, NDCs as codes."""
    drug = product["drug"]
    form = concept(product["dose_form"]) or None
    own: Row = {"doseForm" if served.is_r5 else "form": form}
    if drug:
        own["extension"] = [served.extension("drug", valueReference=drug_reference(drug))]
    if served.is_r5 and drug:
        own["definition"] = reference(f"MedicationKnowledge/{fhir_id(drug['id'])}", drug["name"])
    ndcs = (coding(NDC, each) for each in product["ndcs"])
    code = concept(product["name"], coding(RXNORM, product["rxcui"], product["name"]), *ndcs)
    return served.resource(
        "Medication",
        f"{PRODUCT}{product['rxcui']}",
        text=narrative(product["name"], *(_strength(each) for each in product["ingredients"])),
        identifier=[served.identifier("products", product["rxcui"])],
        code=code,
        status="active",
        ingredient=[
            _ingredient(served, _ingredient_concept(each), strength=each["strength"])
            for each in product["ingredients"]
        ],
        **own,
    )


def _strength(ingredient: Row) -> str:
    """An ingredient with its strength, and the form of it that the strength is of."""
    of = f", as {ingredient['precise']['name']}" if ingredient["precise"] else ""
    return f"{ingredient['name']}{of}: {ingredient['strength'] or 'strength not stated'}"


def _ingredient_concept(ingredient: Row) -> Row:
    """An ingredient of a product: the form that its strength is of, and what that is a form of."""
    named = [each for each in (ingredient["precise"], ingredient) if each]
    codes = [coding(RXNORM, each["rxcui"], each["name"]) for each in named if each["rxcui"]]
    return concept(named[0]["name"], *codes)


def _ingredient(
    served: Served,
    named: Row,
    *,
    drug: str | None = None,
    strength: str | None = None,
    is_active: bool | None = None,
) -> Row:
    """An ingredient of a Medication: a drug that is here by reference, else its name."""
    known = reference(f"Medication/{fhir_id(drug)}", named["text"]) if drug else None
    item: Row
    if served.is_r5:
        item = {"item": {"reference": known} if known else {"concept": named}}
        item["strengthCodeableConcept"] = concept(strength)
    else:
        item = {"itemReference": known} if known else {"itemCodeableConcept": named}
        if strength:
            item["extension"] = [served.extension("strength", valueString=strength)]
    return filled(item | {"isActive": is_active})


def _identifiers(drug: Row) -> list[Row]:
    """What identifies a drug in registries that are no terminologies."""
    return [
        {"system": REGISTRIES[each["system"]], "value": each["value"]}
        for each in drug["identifiers"]
        if each["system"] in REGISTRIES
    ]


def _classes(served: Served, classes: Iterable[Row]) -> list[Row]:
    """The classes that sources put a drug into, by FDA's type of class."""
    ordered = sorted(classes, key=lambda each: each["type"] or "")
    found = []
    for type_, group in groupby(ordered, key=lambda each: each["type"]):
        named = concept(
            f"FDA class, {type_}" if type_ else "Class",
            coding(served.system("class-type"), type_ or "unspecified"),
        )
        of_type = [
            concept(each["name"], coding(served.system("drug-class"), each["id"]))
            | {"extension": cited(each["citations"])}
            for each in group
        ]
        found.append({"type": named, "classification": of_type})
    return found


def _status(served: Served, status: Row) -> Row:
    said = {"url": "status", "valueCode": status["status"]}
    return served.extension("regulatory-status", extension=[said, *cited(status["citations"])])


def _regulatory(served: Served, drug: Row) -> list[Row]:
    """Each authority, with what it approved and when."""
    ordered = sorted(drug["approvals"], key=lambda each: (each["authority"], each["jurisdiction"]))
    found = []
    for (authority, _), group in groupby(
        ordered, key=lambda each: (each["authority"], each["jurisdiction"])
    ):
        approvals = [_approval(served, each) for each in group]
        found.append({"extension": approvals, "regulatoryAuthority": reference(None, authority)})
    return found


def _approval(served: Served, approval: Row) -> Row:
    parts = {
        "jurisdiction": ("valueCode", approval["jurisdiction"]),
        "date": ("valueDate", approval["date"]),
        "application-number": ("valueString", plain(approval["application_number"])),
        "name": ("valueString", plain(approval["name"])),
    }
    said = [{"url": name, type_: value} for name, (type_, value) in parts.items() if value]
    return served.extension("approval", extension=[*said, *cited(approval["citations"])])
