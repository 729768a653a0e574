"""The products that a label in SPL lists: ingredients, strengths, packages, parts of kits."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from lxml import etree

from app.ingest.sources.spl_documents import SPL

NDC_SYSTEM = "2.16.840.1.113883.6.69"
UNII_SYSTEM = "2.16.840.1.113883.4.9"

BASES = ("ACTIB", "ACTIM", "ACTIR")
"""The class codes of active ingredients, each with what their strength is of."""


def products_of(document: etree._Element) -> list[dict[str, Any]]:
    """The products of a label, in its order: see `app.models.label_product.LabelProduct`. Which are
    of its drug `app.ingest.sources.spl_substances` says."""
    listed = document.iterfind(f".//{SPL}subject/{SPL}manufacturedProduct")
    return [
        _product(around, product)
        for around in listed
        for product in around.iterfind(f"{SPL}manufacturedProduct")
    ]


def with_parts(products: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Products, each followed by its parts."""
    for product in products:
        yield product
        yield from with_parts(product["parts"])


def values_of(products: Iterable[dict[str, Any]], field: str) -> list[str]:
    """What products have in a field, each once, in their order."""
    found: dict[str, None] = {}
    for product in products:
        value = product[field]
        found |= dict.fromkeys(value if isinstance(value, list) else [value] if value else [])
    return list(found)


def marketed_under(products: Iterable[dict[str, Any]], field: str) -> list[str]:
    """What the approvals of products have in a field, each once, in their order."""
    of = (approval[field] for product in products for approval in product["marketed_under"])
    return list(dict.fromkeys(filter(None, of)))


def package_ndcs(products: Iterable[dict[str, Any]]) -> list[str]:
    """The NDCs of all packages, each once, in their order."""
    packages = (each for product in with_parts(products) for each in with_outer(product))
    return list(dict.fromkeys(each["ndc"] for each in packages if each["ndc"]))


def with_outer(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The packages that hold a product or a package, each followed by those that hold it."""
    for package in holder["packages"]:
        yield package
        yield from with_outer(package)


def full_name(product: dict[str, Any]) -> str | None:
    """A product's name with its suffix."""
    return " ".join(filter(None, (product["name"], product["suffix"]))) or None


def _product(
    around: etree._Element, product: etree._Element, quantity: Any = None
) -> dict[str, Any]:
    """A product; `around` it stands how it is sold and taken."""
    name = product.find(f"{SPL}name")
    ingredients = list(product.iterfind(f"{SPL}ingredient"))
    active = [each for each in ingredients if (each.get("classCode") or "").startswith("ACTI")]
    schedules = around.iterfind(f"{SPL}subjectOf/{SPL}policy[@classCode='DEADrugSchedule']")
    routes = around.iterfind(f"{SPL}consumedIn/{SPL}substanceAdministration/{SPL}routeCode")
    sources = product.iterfind(f"{SPL}asEquivalentEntity/{SPL}definingMaterialKind")
    return {
        "name": None if name is None else _own_text(name),
        "suffix": _text(product.find(f"{SPL}name/{SPL}suffix")),
        "generic_name": _text(
            product.find(f"{SPL}asEntityWithGeneric/{SPL}genericMedicine/{SPL}name")
        ),
        "ndc": code_of(product, NDC_SYSTEM),
        "source_ndcs": [ndc for source in sources if (ndc := code_of(source, NDC_SYSTEM))],
        "form": _display(product.find(f"{SPL}formCode")),
        "routes": list(dict.fromkeys(filter(None, map(_display, routes)))),
        "marketed_under": [
            _marketed_under(each) for each in around.iterfind(f"{SPL}subjectOf/{SPL}approval")
        ],
        "marketing_status": _marketing_status(around),
        "dea_schedule": next((_display(each.find(f"{SPL}code")) for each in schedules), None),
        "active_ingredients": [_active(each) for each in active],
        "inactive_ingredients": [_inactive(each) for each in ingredients if each not in active],
        "packages": _packages(product),
        "is_of_drug": False,
        "quantity": quantity,
        "parts": [
            _product(part, held, _quantity(part.find(f"{SPL}quantity/{SPL}numerator")))
            for part in product.iterfind(f"{SPL}part")
            for held in part.iterfind(f"{SPL}partProduct")
        ],
    }


def _marketed_under(approval: etree._Element) -> dict[str, str | None]:
    number = approval.find(f"{SPL}id")
    return {
        "category": _display(approval.find(f"{SPL}code")),
        "application_number": None if number is None else _stripped(number.get("extension")),
        "approval_date": _day(approval.find(f"{SPL}effectiveTime/{SPL}low")),
    }


def _active(ingredient: etree._Element) -> dict[str, Any]:
    substance = ingredient.find(f"{SPL}ingredientSubstance")
    class_code = ingredient.get("classCode")
    moieties: Iterable[etree._Element] = ()
    reference = None
    if substance is not None:
        moieties = substance.iterfind(f"{SPL}activeMoiety/{SPL}activeMoiety")
        reference = substance.find(f"{SPL}asEquivalentSubstance/{SPL}definingSubstance")
    return {
        **_substance(substance),
        "strength": _strength(ingredient),
        "basis_of_strength": class_code if class_code in BASES else None,
        "moieties": [_substance(each) for each in moieties],
        "reference": None if reference is None else _substance(reference),
    }


def _inactive(ingredient: etree._Element) -> dict[str, Any]:
    substance = ingredient.find(f"{SPL}ingredientSubstance")
    return _substance(substance) | {"strength": _strength(ingredient)}


def _substance(substance: etree._Element | None) -> dict[str, Any]:
    if substance is None:
        return {"name": None, "unii": None}
    return {"name": _text(substance.find(f"{SPL}name")), "unii": code_of(substance, UNII_SYSTEM)}


def _strength(ingredient: etree._Element) -> dict[str, Any] | None:
    quantity = ingredient.find(f"{SPL}quantity")
    if quantity is None:
        return None
    return {
        part: _quantity(quantity.find(f"{SPL}{part}")) or {"value": None, "unit": None}
        for part in ("numerator", "denominator")
    }


def _quantity(quantity: etree._Element | None) -> dict[str, Any] | None:
    """An amount; of a range what it is from and to."""
    if quantity is None:
        return None
    limits = {name: quantity.find(f"{SPL}{name}") for name in ("low", "high")}
    given = {name: _amount(limit) for name, limit in limits.items() if limit is not None}
    return _amount(quantity) | given


def _amount(quantity: etree._Element) -> dict[str, Any]:
    return {name: _stripped(quantity.get(name)) for name in ("value", "unit")}


def _packages(holder: etree._Element) -> list[dict[str, Any]]:
    """The packages that a product, or a package, is the content of."""
    return [
        {
            "ndc": code_of(package, NDC_SYSTEM),
            "form": _display(package.find(f"{SPL}formCode")),
            "quantity": _quantity(content.find(f"{SPL}quantity/{SPL}numerator")),
            "marketing_status": _marketing_status(content),
            "packages": _packages(package),
        }
        for content in holder.iterfind(f"{SPL}asContent")
        for package in content.iterfind(f"{SPL}containerPackagedProduct")
    ]


def _marketing_status(around: etree._Element) -> dict[str, Any] | None:
    act = around.find(f"{SPL}subjectOf/{SPL}marketingAct")
    if act is None:
        return None
    status = act.find(f"{SPL}statusCode")
    return {
        "status": None if status is None else _stripped(status.get("code")),
        "start_date": _day(act.find(f"{SPL}effectiveTime/{SPL}low")),
        "end_date": _day(act.find(f"{SPL}effectiveTime/{SPL}high")),
    }


def _day(time: etree._Element | None) -> str | None:
    """A date at the precision that it is published with; None for what is no date."""
    parts = None if time is None else _TIME.match(time.get("value") or "")
    if not parts:
        return None
    found = "-".join(filter(None, parts.groups()))
    try:
        date.fromisoformat(found + "0000-01-01"[len(found) :])
    except ValueError:
        return None
    return found


def code_of(element: etree._Element, system: str) -> str | None:
    """The code of a system that something has."""
    codes = element.iterfind(f"{SPL}code[@codeSystem='{system}']")
    return next((code for each in codes if (code := _stripped(each.get("code")))), None)


def _display(code: etree._Element | None) -> str | None:
    return None if code is None else _stripped(code.get("displayName"))


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else _stripped("".join(map(str, element.itertext())))


def _own_text(name: etree._Element) -> str | None:
    """A name less its suffix."""
    return _stripped("".join([name.text or "", *(each.tail or "" for each in name)]))


def _stripped(text: str | None) -> str | None:
    """A text with one blank where there is white space, and none around it."""
    return " ".join(text.split()) or None if text else None


_TIME = re.compile(r"(\d{4})(?:-?(\d\d))?(?:-?(\d\d))?")
