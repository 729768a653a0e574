"""What a drug's page draws: its warnings by heading, its uses for and against, its axes."""

from itertools import groupby
from math import ceil, floor
from typing import Any, NamedTuple

from app.documents.importance import Group, group_of
from app.models.base import Row
from app.models.indication import AGAINST
from app.pages.scales import Axis, lines

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


class Mark(NamedTuple):
    """An affinity on its axis, from and to where; a `bound` is only one: `<` or `>`."""

    start: float
    end: float
    bound: str


class OfTarget(NamedTuple):
    """The affinities for a target of a species, and as text."""

    label: str
    printed: str
    marks: list[Mark]


class Affinities(NamedTuple):
    """Affinities of one kind on one axis; `p` of a concentration is its logarithm already."""

    parameter: str
    axis: Axis
    rows: list[OfTarget]
    targets: int
    """How many there are: not all are drawn."""
    lines: int


MOST_TARGETS = 24
"""Targets of one kind of affinity that are drawn; the table has all."""


def affinities(mechanisms: list[Row]) -> list[Affinities]:
    """The affinities that can be drawn, by their parameter and their target."""
    drawn: dict[str, dict[str, list[Row]]] = {}
    for fact in mechanisms:
        affinity = fact["affinity"]
        if affinity and _is_logarithm(affinity) and _values(affinity):
            of = drawn.setdefault(affinity["parameter"], {})
            of.setdefault(_target(fact), []).append(affinity)
    made = []
    for parameter, by_target in drawn.items():
        shown = list(by_target.items())[:MOST_TARGETS]
        values = [value for _, found in shown for each in found for value in _values(each)]
        axis = Axis(floor(min(4.0, *values)), ceil(max(10.0, *values)))
        rows = [
            OfTarget(
                target,
                "; ".join(dict.fromkeys(_amount(each) for each in found)),
                [_mark(each, axis) for each in found],
            )
            for target, found in shown
        ]
        made.append(Affinities(parameter, axis, rows, len(by_target), lines(rows)))
    return made


def _is_logarithm(affinity: Row) -> bool:
    return affinity["unit"] is None and affinity["parameter"].startswith("p")


def _target(fact: Row) -> str:
    """The target of a mechanism, and its species where that is not a human."""
    name = fact["target"]["name"] if fact["target"] else fact["mechanism_of_action"]
    species = fact["species"]
    return f"{name or 'Target not named'}{f', {species}' if species not in (None, 'Human') else ''}"


def _mark(affinity: Row, axis: Axis) -> Mark:
    values = _values(affinity)
    relation = affinity["relation"] or ""
    bound = next((sign for sign in "<>" if sign in relation), "")
    return Mark(axis.at(min(values)), axis.at(max(values)), bound)


def _values(affinity: Row) -> list[float]:
    given = (affinity["value"], affinity["lower_limit"], affinity["upper_limit"])
    return [value for value in given if value is not None]


def affinity_text(affinity: Row) -> str:
    """An affinity as it is printed: `pKi 4.3 to 6.2`."""
    unit = f" {affinity['unit']}" if affinity["unit"] else ""
    return f"{affinity['parameter']} {_amount(affinity)}{unit}"


def _amount(affinity: Row) -> str:
    relation = f"{affinity['relation']} " if affinity["relation"] not in (None, "=") else ""
    value, low, high = (affinity[key] for key in ("value", "lower_limit", "upper_limit"))
    if low is not None and high is not None:
        limits = f"{low:g} to {high:g}"
    elif low is None and high is None:
        return f"{relation}{value:g}"
    else:
        relation = relation or ("to " if low is None else "from ")
        limits = f"{high if low is None else low:g}"
    return f"{relation}{limits}" if value is None else f"{relation}{value:g} ({limits})"


def approvals(rows: list[Row]) -> tuple[Axis, list[float]] | None:
    """A line of years, and the places on it where there are approvals; None if none is dated."""
    years = set(map(_year, {row["date"] for row in rows if row["date"]}))
    if not years:
        return None
    axis = Axis(_floor(min(years)), _floor(max(years)) + 5)
    return axis, sorted(set(map(axis.at, years)))


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
