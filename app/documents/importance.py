"""In which order the facts of a drug are read: what matters first.

Boxed warnings stand first; then contraindications, warnings, interactions, populations, adverse
reactions, overdosage. How a drug is given stands before its dose forms and strengths. Within each
of these, and of other kinds, what a person wrote stands before what labels say, what
more than a few labels say before what few do, and passages in the order of a label: by their
numbers, or, where they have none, by their sections. Uses of which only a phase of development is
recorded come last, the highest phase first.
"""

import re
from enum import IntEnum

from app.models.base import Row
from app.models.dosage import DosageType
from app.models.label_section import SECTION_TYPES, SUBSECTIONS
from app.models.warning import WarningCategory, WarningType

WARNINGS, DOSAGES, INDICATIONS = "warnings", "dosages", "indications"

PLACES = {section.code: place for place, section in reversed([*enumerate(SECTION_TYPES)])}
PLACES |= {code: PLACES[subsection.of] for code, subsection in SUBSECTIONS.items()}
"""Where sections stand in the order of a label, by their LOINC codes."""


class Group(IntEnum):
    """What a warning is about, in the order in which warnings are read."""

    BOXED = 0
    CONTRAINDICATION = 1
    WARNING = 2
    INTERACTION = 3
    POPULATION = 4
    ADVERSE_REACTION = 5
    OVERDOSAGE = 6


FEW = 10
"""What fewer than a tenth of a drug's labels state stands after what more do."""

POPULATIONS = {
    WarningCategory.GERIATRIC,
    WarningCategory.HEPATIC,
    WarningCategory.LACTATION,
    WarningCategory.PEDIATRIC,
    WarningCategory.PREGNANCY,
    WarningCategory.RENAL,
}

WHOLE_OF_POPULATIONS = "43684-0"
OF_POPULATIONS = [WHOLE_OF_POPULATIONS]
OF_POPULATIONS += [code for code, of in SUBSECTIONS.items() if of.of == WHOLE_OF_POPULATIONS]

GROUPS = {
    WarningType.CONTRAINDICATION: Group.CONTRAINDICATION,
    WarningType.INTERACTION: Group.INTERACTION,
    WarningType.UNDESIRABLE_EFFECT: Group.ADVERSE_REACTION,
}

_NUMBER = re.compile(r"\d+")


def rank_of(kind: str, fact: Row) -> str:
    """Where a fact stands among those of its kind and drug: text that orders, before the id."""
    group = 0
    if kind == INDICATIONS and (phase := fact.get("max_phase")) is not None:
        return f"9{round((9 - phase) * 10):02}"
    if kind == WARNINGS:
        group = group_of(fact)
    elif kind == DOSAGES:
        group = [*DosageType].index(fact["type"])
    section = fact.get("section")
    if section is None:  # that there is a boxed warning comes after its text
        return f"{group}9" if fact.get("boxed") else f"{group}0"
    labels = fact.get("labels") or {"stating": 1, "of": 1}
    few = 2 if labels["stating"] * FEW < labels["of"] else 1
    numbers = [int(number) for number in _NUMBER.findall(section.get("number") or "")]
    part = f".{section['part']:03}" if section.get("part") else ""  # before 5.2.1, behind 5.2
    if numbers:
        return f"{group}{few}0{''.join(f'{number:03}' for number in numbers)}{part}"
    return f"{group}{few}1{PLACES.get(section['code'], len(SECTION_TYPES)):02}{part}"


def group_of(warning: Row) -> Group:
    """What a warning is about, as far as that orders it."""
    if warning["boxed"]:
        return Group.BOXED
    if (group := GROUPS.get(warning["type"])) is not None:
        return group
    if warning["category"] == WarningCategory.OVERDOSAGE:
        return Group.OVERDOSAGE
    section = warning["section"] or {}
    if warning["category"] in POPULATIONS or section.get("code") in OF_POPULATIONS:
        return Group.POPULATION
    return Group.WARNING
