"""What a drug's page draws: its warnings by heading, its uses for and against, its axes."""

from itertools import groupby
from typing import Any, NamedTuple

from app.documents.importance import Group, group_of
from app.models.base import Row
from app.models.indication import AGAINST
from app.pages.scales import Axis

HEADINGS = {
    Group.BOXED: "Boxed warnings",
    Group.CONTRAINDICATION: "Contraindications",
    Group.WARNING: "Warnings and precautions",
    Group.INTERACTION: "Interactions",
    Group.POPULATION: "Specific populations",
    Group.ADVERSE_REACTION: "Adverse reactions",
    Group.OVERDOSAGE: "Overdosage",
}

KINDS = {
    "indications": "Uses",
    "warnings": "Warnings",
    "dosages": "Dosage",
    "mechanisms": "Mechanism",
    "pharmacokinetics": "Pharmacokinetics",
    "trials": "Trials",
    "discrepancies": "Disagreement",
}
"""Kinds of fact in the order of the page, and what their parts of it are called."""

WIDTH = 640
"""Units that a drawing is wide."""


class Headed(NamedTuple):
    """Facts under a heading, and the anchor of it."""

    id: str
    heading: str
    facts: list[Row]


def warnings_by_heading(warnings: list[Row]) -> list[Headed]:
    """Warnings under what they are about: they come in this order."""
    return [
        Headed(group.name.lower().replace("_", "-"), HEADINGS[group], list(facts))
        for group, facts in groupby(warnings, group_of)
    ]


def uses(indications: list[Row]) -> tuple[list[Row], list[Row]]:
    """Uses, and findings against a use."""
    against = [each for each in indications if each["status"] in AGAINST]
    return [each for each in indications if each["status"] not in AGAINST], against


class AffinityRange(NamedTuple):
    """A mechanism's affinity as it is drawn: from and to where, and as text."""

    fact: Row
    target: str
    start: float
    end: float
    text: str


class Affinities(NamedTuple):
    """Affinities of one kind on one axis; `p` of a concentration is its logarithm already."""

    parameter: str
    axis: Axis
    rows: list[AffinityRange]


def affinities(mechanisms: list[Row]) -> list[Affinities]:
    """The affinities that can be drawn, by their parameter."""
    drawn: dict[str, list[Row]] = {}
    for fact in mechanisms:
        affinity = fact["affinity"]
        if affinity and affinity["unit"] is None and _values(affinity):
            drawn.setdefault(affinity["parameter"], []).append(fact)
    made = []
    for parameter, facts in drawn.items():
        if not parameter.startswith("p"):
            continue
        values = [value for fact in facts for value in _values(fact["affinity"])]
        axis = Axis(min(4.0, *values), max(10.0, *values), WIDTH)
        rows = []
        for fact in facts:
            limits = _values(fact["affinity"])
            target = fact["target"]["name"] if fact["target"] else fact["mechanism_of_action"]
            start, end = axis.at(min(limits)), axis.at(max(limits))
            rows.append(
                AffinityRange(fact, target or "", start, end, affinity_text(fact["affinity"]))
            )
        made.append(Affinities(parameter, axis, rows))
    return made


def _values(affinity: Row) -> list[float]:
    given = (affinity["value"], affinity["lower_limit"], affinity["upper_limit"])
    return [value for value in given if value is not None]


def affinity_text(affinity: Row) -> str:
    """An affinity as it is printed: `pKi 4.3 to 6.2`."""
    relation = f"{affinity['relation']} " if affinity["relation"] not in (None, "=") else ""
    unit = f" {affinity['unit']}" if affinity["unit"] else ""
    low, high = affinity["lower_limit"], affinity["upper_limit"]
    if affinity["value"] is not None:
        return f"{affinity['parameter']} {relation}{affinity['value']:g}{unit}"
    if low is None or high is None:
        return f"{affinity['parameter']} {relation}{_values(affinity)[0]:g}{unit}"
    return f"{affinity['parameter']} {low:g} to {high:g}{unit}"


class ApprovalMark(NamedTuple):
    """An approval on the line of time."""

    place: float
    row: Row


def approvals(rows: list[Row]) -> tuple[Axis, list[ApprovalMark]] | None:
    """The dated approvals on a line of years; None if there are none."""
    dated = [(_year(row["date"]), row) for row in rows if row["date"]]
    if not dated:
        return None
    years = [year for year, _ in dated]
    axis = Axis(_floor(min(years)), _floor(max(years)) + 5, WIDTH)
    return axis, [ApprovalMark(axis.at(year), row) for year, row in dated]


def _year(date: str) -> float:
    parts = [int(part) for part in date.split("-")]
    month = parts[1] - 1 if len(parts) > 1 else 6
    return parts[0] + month / 12


def _floor(year: float) -> float:
    return float(int(year) // 5 * 5)


SYSTEMS = {
    "unii": "http://fdasis.nlm.nih.gov",
    "rxcui": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "cas": "http://www.cas.org",
}


def linked_data(drug: Row) -> dict[str, Any]:
    """The drug in schema.org's terms, as far as they fit."""
    names = [name["name"] for name in drug["names"] if name["name"] != drug["name"]]
    boxed = [each["statement"] for each in drug["warnings"] if each["boxed"]]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Drug",
        "name": drug["name"],
        "nonProprietaryName": drug["name"],
        "alternateName": names,
        "description": drug["description"],
        "drugClass": [{"@type": "DrugClass", "name": each["name"]} for each in drug["classes"]],
        "code": [
            {"@type": "MedicalCode", "codeValue": each["value"], "codingSystem": SYSTEMS[of]}
            for each in drug["identifiers"]
            if (of := each["system"]) in SYSTEMS
        ],
        "warning": boxed[:1],
    }
    return {key: value for key, value in data.items() if value}
