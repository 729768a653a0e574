"""What a label's sections become, and what follows from what it is marketed under.

The same of openFDA's labels and of DailyMed's.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from app.ingest.sources.interface import Statement
from app.models.indication import IndicationStatus
from app.models.label import PASSAGE
from app.models.label_section import SectionType
from app.models.warning import WarningCategory

Tables = list[dict[str, Any]]


class CommonFields(NamedTuple):
    """What all facts of a label have: for which routes they hold, and where its uses stand."""

    route: str | None
    status: IndicationStatus


def section_of(
    type_: SectionType, number: str | None = None, heading: str | None = None
) -> dict[str, Any]:
    """A section: see `app.models.fact.Section`."""
    return {"code": type_.code, "name": type_.name, "number": number, "heading": heading}


def fact_of(
    type_: SectionType, section: dict[str, Any], text: str, tables: Tables, common: CommonFields
) -> Statement:
    """The fact that a section's text becomes."""
    assert type_.kind is not None  # noqa: S101 -- for the types
    fields = {
        "statement": text,
        "certainty": "verbatim",
        "section": section,
        "tables": tables,
        **type_.fields,
        "route": common.route,
    }
    if type_.kind == "indications":
        titled = f"{section['heading'] or ''}\n{text}"
        is_limitation = any(map(_LIMITATION.match, (text, titled)))
        fields["status"] = IndicationStatus.LIMITATION_OF_USE if is_limitation else common.status
    number = f"{section['number']}, " if section["number"] else ""
    locator = f"section {number}{section['code']} {section['name']}"
    return Statement(type_.kind, fields, locator)


def passage_of(section: dict[str, Any], text: str | None, tables: Tables) -> Statement:
    """Text of a label that is no fact."""
    return Statement(PASSAGE, {"statement": text, "section": section, "tables": tables})


def category_of(number: str | None, titled: str) -> dict[str, WarningCategory | None]:
    """What a subsection on a population is about, by its number and title at the beginning of its
    text: some have the code of the format before."""
    if number and number.startswith("8."):
        for title, category in _POPULATIONS:
            if title.match(titled):
                return {"category": category}
    return {}


def status_of(numbers: list[str], *, is_known: bool) -> IndicationStatus:
    """Where a label's uses stand, by what its products are marketed under.

    One without a number is unapproved if it `is_known` that its products have none.
    """
    if any(map(_APPROVAL.fullmatch, numbers)):
        return IndicationStatus.APPROVED
    if any(map(_MONOGRAPH.fullmatch, numbers)):
        return IndicationStatus.OTC_MONOGRAPH
    return IndicationStatus.UNKNOWN if numbers or not is_known else IndicationStatus.UNAPPROVED


def status_of_products(products: Iterable[list[dict[str, Any]]]) -> IndicationStatus:
    """Where a label's uses stand, by the marketing categories of its products, each given with its
    parts; unknown if these differ, or one has none."""
    found: set[IndicationStatus] = set()
    for product in products:
        approvals = [each for part in product for each in part["marketed_under"]]
        found.update(map(_status_by_category, approvals))
        if not approvals:
            return IndicationStatus.UNKNOWN
    return found.pop() if len(found) == 1 else IndicationStatus.UNKNOWN


def _status_by_category(approval: dict[str, Any]) -> IndicationStatus:
    category, number = approval["category"], approval["application_number"]
    if category is None:
        return status_of([number] if number else [], is_known=False)
    for beginnings, status in _CATEGORIES:
        if category.upper().startswith(beginnings):
            return status
    return IndicationStatus.UNKNOWN


def is_in_calendar(day: str) -> bool:
    """Whether there is a day, month or year such as `20060104`, `200601` or `2006`."""
    try:
        date.fromisoformat(day + "00000101"[len(day) :])
    except ValueError:
        return False
    return True


def precedence_of(numbers: list[str], effective: str) -> str:
    """The precedence of a label: one of an application for the drug itself, and of no abbreviated
    one, before others, then the newest."""
    return f"{any(n.startswith(('NDA', 'BLA')) for n in numbers):d} {effective}"


def approvals_of(numbers: Iterable[str]) -> list[dict[str, Any]]:
    """The approvals that a label's application numbers name."""
    return [
        {
            "authority": "US Food and Drug Administration (FDA)",
            "jurisdiction": "US",
            "date": None,
            "application_number": number,
            "name": None,
        }
        for number in numbers
        if _APPROVAL.fullmatch(number)
    ]


_APPROVAL = re.compile(r"(?:NDA|ANDA|BLA)[0-9]{6}")
_MONOGRAPH = re.compile(r"M[0-9]{3}|part[0-9]{3}[A-Z]?", re.IGNORECASE)
_CATEGORIES: tuple[tuple[tuple[str, ...], IndicationStatus], ...] = (
    (("NDA", "ANDA", "BLA"), IndicationStatus.APPROVED),
    (("OTC MONOGRAPH",), IndicationStatus.OTC_MONOGRAPH),
    (("UNAPPROVED",), IndicationStatus.UNAPPROVED),
)
"""What the marketing categories begin with that say where a use stands."""
_LIMITATION = re.compile(r"(?:[0-9.]+\s+)?Limitations?\s+of\s+Use\b", re.IGNORECASE)
_POPULATIONS = [
    (re.compile(rf"8\.[0-9]+\s+(?:{titles})\b(?! (?:and|or)\b)", re.IGNORECASE), category)
    for titles, category in (
        ("Pregnancy|Labor and Delivery", WarningCategory.PREGNANCY),
        ("Lactation|Nursing Mothers", WarningCategory.LACTATION),
        ("Females and Males of Reproductive Potential", None),
        ("Pediatric (?:Use|Patients)", WarningCategory.PEDIATRIC),
        ("Geriatric (?:Use|Patients)", WarningCategory.GERIATRIC),
        ("(?:Patients with )?Renal (?:Impairment|Insufficiency)", WarningCategory.RENAL),
        ("(?:Patients with )?Hepatic (?:Impairment|Insufficiency)", WarningCategory.HEPATIC),
    )
]
"""The titles of subsections on one population, by 21 CFR 201.57(c)(9) and as labels have them."""
