"""Indications and warnings as ClinicalUseDefinition, each in the words of its source.

What FHIR has no element for stands in the text and in extensions: how sure the source is, where it
says so, how many labels do. A finding against and a limitation of use are of type `warning`: see
decision 32.
"""

from collections.abc import Callable

from app.fhir.datatypes import (
    LOINC,
    Served,
    cited,
    coding,
    concept,
    condition_codings,
    condition_concept,
    fhir_id,
    filled,
    narrative,
    plain,
    reference,
)
from app.fhir.medications import drug_reference
from app.models.base import Row
from app.models.fact import Certainty
from app.models.indication import AGAINST, IndicationStatus
from app.models.label_section import BOXED_WARNING
from app.models.warning import WarningType

INDICATION = "indication"
TYPES = (INDICATION, *WarningType)
"""FHIR's types of ClinicalUseDefinition."""

AGAINST_SAID = {
    IndicationStatus.NOT_EFFECTIVE: "A finding against, and no indication.",
    IndicationStatus.LIMITATION_OF_USE: "A limitation of use, and no indication.",
}

NO_APPROVAL = frozenset((IndicationStatus.INVESTIGATIONAL, IndicationStatus.OFF_LABEL))
"""Uses that are not what a reader takes an indication for."""


def clinical_use(served: Served, kind: str, fact: Row) -> Row:
    """A fact, of the kind `indications` or `warnings`, as ClinicalUseDefinition."""
    type_ = type_of(kind, fact)
    is_indication = kind == "indications"
    condition = fact.get("condition")
    populations = fact["populations"] if is_indication else [fact["population"]]
    against = AGAINST_SAID.get(fact["status"]) if is_indication else None
    text = narrative(
        against,
        "Boxed warning." if fact.get("boxed") else None,
        f"{condition['name']}:" if condition else None,
        fact["statement"],
        _certainty(fact),
        _said_by(fact),
        citations=fact["citations"],
    )
    return served.resource(
        "ClinicalUseDefinition",
        fhir_id(fact["id"]),
        text=text,
        extension=[*_extensions(served, fact), *cited(fact["citations"])],
        modifierExtension=_modifiers(served, type_, fact),
        identifier=[served.identifier(kind, fact["id"])],
        type=type_,
        category=_categories(served, kind, fact),
        subject=[drug_reference(fact["drug"])],
        status=concept(None, coding("http://hl7.org/fhir/publication-status", "active")),
        population=[reference(None, each, "Group") for each in populations if each],
        **{_ELEMENTS[type_]: _SAID[type_](fact)},
    )


def type_of(kind: str, fact: Row) -> str:
    """FHIR's type of what a fact says: nothing that speaks against a use is an indication."""
    if kind == "indications":
        is_against = fact["status"] in AGAINST
        return WarningType.WARNING if is_against else INDICATION
    type_: str = fact["type"]
    return type_


def _modifiers(served: Served, type_: str, fact: Row) -> list[Row]:
    """What a reader has to know not to mistake a resource: a use that nobody approved, a hedge."""
    found = []
    if type_ == INDICATION and fact["status"] in NO_APPROVAL:
        found.append(served.extension("indication-status", valueCode=fact["status"]))
    if fact["certainty"] == Certainty.HEDGED:
        found.append(served.extension("certainty", valueCode=fact["certainty"]))
    return found


def _of_disease(fact: Row) -> Row:
    condition = fact.get("condition")
    said = condition_concept(condition) if condition else _stated(fact)
    return {"diseaseSymptomProcedure": {"concept": said}}


def _of_effect(fact: Row) -> Row:
    return {"symptomConditionEffect": {"concept": _stated(fact)}}


def _of_interaction(fact: Row) -> Row:
    """What is said, without interactants: that a text names a drug is not that they interact."""
    return {"effect": {"concept": _stated(fact)}}


def _of_warning(fact: Row) -> Row:
    codes = _codes(fact)
    return filled({"description": fact["statement"], "code": concept(None, *codes)})


def _stated(fact: Row) -> Row:
    return concept(fact["statement"], *_codes(fact))


def _codes(fact: Row) -> list[Row]:
    """The codes that a source gives for what it warns of."""
    return condition_codings(fact.get("codes", ()))


_SAID: dict[str, Callable[[Row], Row]] = {
    INDICATION: _of_disease,
    WarningType.CONTRAINDICATION: _of_disease,
    WarningType.INTERACTION: _of_interaction,
    WarningType.UNDESIRABLE_EFFECT: _of_effect,
    WarningType.WARNING: _of_warning,
}
_ELEMENTS = {each: each for each in TYPES} | {WarningType.UNDESIRABLE_EFFECT: "undesirableEffect"}


def _categories(served: Served, kind: str, fact: Row) -> list[Row]:
    found = []
    if kind == "indications":
        where = f" ({fact['jurisdiction']})" if fact["jurisdiction"] else ""
        code = coding(served.system("indication-status"), fact["status"])
        found.append(concept(f"{fact['status'].replace('_', ' ')}{where}", code))
    elif fact["category"]:
        found.append(concept(None, coding(served.system("warning-category"), fact["category"])))
    section = fact["section"]
    if fact.get("boxed") and not (section and section["code"] == BOXED_WARNING):
        found.append(concept("Boxed warning", coding(LOINC, BOXED_WARNING)))
    if section:
        numbered = " ".join(filter(None, (section["number"], section["heading"])))
        named = f"{section['name']}: {numbered}" if numbered else section["name"]
        found.append(concept(named, coding(LOINC, section["code"])))
    return found


def _extensions(served: Served, fact: Row) -> list[Row]:
    hedged = fact["certainty"] == Certainty.HEDGED
    values = {
        "certainty": ("valueCode", None if hedged else fact["certainty"]),
        "max-phase": ("valueDecimal", fact.get("max_phase")),
        "severity": ("valueCode", fact.get("severity")),
        "severity-basis": ("valueString", plain(fact.get("severity_basis"))),
        "route": ("valueString", plain(fact["route"])),
        "summary": ("valueString", plain(fact["summary"])),
        "year": ("valueInteger", fact.get("year")),
    }
    found = [
        served.extension(name, **{type_: value})
        for name, (type_, value) in values.items()
        if value is not None
    ]
    found += [
        served.extension("country", valueString=plain(each)) for each in fact.get("countries", ())
    ]
    if fact.get("status") in AGAINST and fact["condition"]:
        about = condition_concept(fact["condition"])
        found.append(served.extension("condition", valueCodeableConcept=about))
    if substance := fact["substance"]:
        parts = [
            {"url": "name", "valueString": plain(substance["name"])},
            {"url": "matched-by", "valueCode": substance["matched_by"].replace("_", "-")},
        ]
        if substance["form"]:
            parts.append({"url": "form", "valueString": substance["form"]})
        found.append(served.extension("substance", extension=parts))
    if labels := fact["labels"]:
        counts = [
            {"url": "stating", "valueUnsignedInt": labels["stating"]},
            {"url": "of", "valueUnsignedInt": labels["of"]},
        ]
        found.append(served.extension("labels", extension=counts))
    return found


def _certainty(fact: Row) -> str | None:
    said = {
        Certainty.HEDGED: "The source only thinks, believes or allows it.",
        Certainty.VERBATIM: "The source's own text.",
    }
    return said.get(fact["certainty"])


def _said_by(fact: Row) -> str | None:
    labels = fact["labels"]
    return f"{labels['stating']} of {labels['of']} labels of the drug say so." if labels else None
