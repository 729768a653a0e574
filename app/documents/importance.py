"""In which order the facts of a drug are read: what matters first.

Boxed warnings stand first; then contraindications, warnings, interactions, populations, adverse
reactions, overdosage. Within each of these what a person wrote stands before what labels say, what
more than a few labels say before what few do, and passages in the order of a label: by their
numbers, or, where they have none, by their sections.
"""

import re
from enum import IntEnum

from app.models.base import Row
from app.models.warning import WarningCategory, WarningType

WARNINGS = "warnings"

SECTIONS = (
    "34066-1",  # boxed warning
    "34067-9",  # indications
    "34068-7",  # dosage and administration
    "43678-2",  # dosage forms and strengths
    "34070-3",  # contraindications
    "50570-1",  # do not use
    "43685-7",  # warnings and cautions
    "34071-1",  # warnings
    "42232-9",  # precautions
    "34072-9",  # general precautions
    "54433-8",  # user safety warnings
    "50569-3",  # ask doctor
    "50568-5",  # ask doctor or pharmacist
    "50567-7",  # when using
    "50566-9",  # stop use
    "34084-4",  # adverse reactions
    "34073-7",  # drug interactions
    "34074-5",  # drug and laboratory test interactions
    "43684-0",  # use in specific populations
    "42228-7",  # pregnancy
    "34077-8",  # teratogenic effects
    "34078-6",  # nonteratogenic effects
    "53414-9",  # pregnancy or breast feeding
    "34079-4",  # labor and delivery
    "34080-2",  # nursing mothers
    "77290-5",  # lactation
    "34081-0",  # pediatric use
    "34082-8",  # geriatric use
    "42227-9",  # drug abuse and dependence
    "34086-9",  # abuse
    "34087-7",  # dependence
    "34088-5",  # overdosage
    "50565-1",  # keep out of reach of children
    "43679-0",  # mechanism of action
    "43682-4",  # pharmacokinetics
)
"""The LOINC codes of sections in the order of a label (21 CFR 201.56, 201.66)."""


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

GROUPS = {
    WarningType.CONTRAINDICATION: Group.CONTRAINDICATION,
    WarningType.INTERACTION: Group.INTERACTION,
    WarningType.UNDESIRABLE_EFFECT: Group.ADVERSE_REACTION,
}

_NUMBER = re.compile(r"\d+")


def rank_of(kind: str, fact: Row) -> str:
    """Where a fact stands among those of its kind and drug: text that orders, before the id."""
    section = fact.get("section")
    if section is None and kind != WARNINGS:
        return ""
    group = group_of(fact) if kind == WARNINGS else 0
    if section is None:
        return f"{group}0"
    labels = fact.get("labels") or {"stating": 1, "of": 1}
    few = 2 if labels["stating"] * FEW < labels["of"] else 1
    numbers = [int(number) for number in _NUMBER.findall(section.get("number") or "")]
    if numbers:
        return f"{group}{few}0{''.join(f'{number:03}' for number in numbers)}"
    code = section["code"]
    place = SECTIONS.index(code) if code in SECTIONS else len(SECTIONS)
    return f"{group}{few}1{place:02}"


def group_of(warning: Row) -> Group:
    """What a warning is about, as far as that orders it."""
    if warning["boxed"]:
        return Group.BOXED
    if (group := GROUPS.get(warning["type"])) is not None:
        return group
    if warning["category"] == WarningCategory.OVERDOSAGE:
        return Group.OVERDOSAGE
    section = warning["section"] or {}
    if warning["category"] in POPULATIONS or section.get("code") == WHOLE_OF_POPULATIONS:
        return Group.POPULATION
    return Group.WARNING
