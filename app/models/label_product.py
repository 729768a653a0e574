"""A product as its label lists it: what is in it, how it is packed, and under what it is sold."""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field

from app.models.base import PartialDate, Shape, described


class Amount(Shape):
    """A number with its unit."""

    value: str | None = described(
        "The number, as published; null where none is given, as of a range.", "10"
    )
    unit: str | None = described(
        "Its unit, as published: a UCUM code, `1` of what is counted.", "mg"
    )


class Quantity(Amount):
    """An amount with its unit, or a range from the lowest to the highest."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    low: Amount | None = Field(
        default=None,
        exclude_if=lambda low: low is None,
        description="Of a range: its lowest amount, as published; left out of what is no range.",
        examples=[{"value": "10", "unit": "mg"}],
    )
    high: Amount | None = Field(
        default=None,
        exclude_if=lambda high: high is None,
        description="Of a range: its highest amount, as published; left out of what is no range.",
        examples=[{"value": "20", "unit": "mg"}],
    )


class Ratio(Shape):
    """An amount in another."""

    numerator: Quantity = described("How much.", {"value": "10", "unit": "mg"})
    denominator: Quantity = described("In how much of the product.", {"value": "1", "unit": "1"})


class IdentifiedSubstance(Shape):
    """A substance by its name and UNII."""

    name: str | None = described("Its name, as published.", "BACLOFEN")
    unii: str | None = described("Its UNII; null where none is given.", "H789N3FKE8")


class StrengthBasis(StrEnum):
    """What a strength is the amount of, by SPL's class codes.

    `ACTIB`: the ingredient. `ACTIM`: its active moiety. `ACTIR`: a reference substance.
    """

    INGREDIENT = "ACTIB"
    MOIETY = "ACTIM"
    REFERENCE = "ACTIR"


class ActiveIngredient(IdentifiedSubstance):
    """An active ingredient of a product."""

    strength: Ratio | None = described(
        "Its strength; null where none is given.",
        {"numerator": {"value": "10", "unit": "mg"}, "denominator": {"value": "1", "unit": "1"}},
    )
    basis_of_strength: StrengthBasis | None = described(
        "What the strength is the amount of, by SPL's class codes: `ACTIB`, the ingredient; "
        "`ACTIM`, its active moiety; `ACTIR`, the `reference`. Null where the label does not say.",
        "ACTIB",
    )
    moieties: list[IdentifiedSubstance] = described(
        "Its active moieties: the ingredient without what makes it a salt, an ester or a hydrate.",
        [{"name": "BACLOFEN", "unii": "H789N3FKE8"}],
    )
    reference: IdentifiedSubstance | None = described(
        "The substance that the strength is the amount of, where that is another.", None
    )


class InactiveIngredient(IdentifiedSubstance):
    """An inactive ingredient of a product."""

    strength: Ratio | None = described(
        "How much of it there is; null where that is not said.", None
    )


class MarketingStatus(Shape):
    """Where the marketing of something stands."""

    status: str | None = described(
        "Where it stands, as published: `active`, `completed`; null where it is not said.", "active"
    )
    start_date: PartialDate | None = described(
        "Since when it is marketed; null where that is not said.", "2005-11-30"
    )
    end_date: PartialDate | None = described(
        "Until when it is marketed; null where that is not said.", None
    )


def _marketing_status() -> Any:
    return described(
        "Where its marketing stands; null where the label does not say.",
        {"status": "active", "start_date": "2005-11-30", "end_date": "2020-02-29"},
    )


class MarketedUnder(Shape):
    """What a product is marketed under: its category, and its application or monograph."""

    category: str | None = described("The marketing category, as published.", "ANDA")
    application_number: str | None = described(
        "The number of the application or monograph; null where none is given.", "ANDA077241"
    )
    approval_date: PartialDate | None = described(
        "Since when it is approved; null where the label does not say, as most do not.", None
    )


class LabelPackage(Shape):
    """A package, and the packages that it is packed in."""

    ndc: str | None = described(
        "Its National Drug Code; null where it has none of its own.", "0091-3351-01"
    )
    form: str | None = described("What sort of package it is, as published.", "BOTTLE")
    quantity: Quantity | None = described(
        "How much of the product, or of the package inside, it holds.",
        {"value": "1", "unit": "1"},
    )
    marketing_status: MarketingStatus | None = _marketing_status()
    packages: list["LabelPackage"] = described("The packages that it is packed in.", [])


class LabelProduct(Shape):
    """A product, or a part of a kit, as its label lists it."""

    name: str | None = described("Its proprietary name, as published.", "KEMSTRO")
    suffix: str | None = described(
        "What stands behind the name, as published; null where nothing does.", None
    )
    generic_name: str | None = described(
        "Its generic name, as published; null where none is given.", "baclofen"
    )
    ndc: str | None = described(
        "The product's National Drug Code; null where it has none of its own, as parts of kits.",
        "0091-3351",
    )
    source_ndcs: list[str] = described(
        "The National Drug Codes of the products that it is repackaged from.", []
    )
    form: str | None = described(
        "Its dose form, as published; `KIT` where it has parts.", "TABLET, ORALLY DISINTEGRATING"
    )
    routes: list[str] = described("Its routes of administration, as published.", ["ORAL"])
    marketed_under: list[MarketedUnder] = described(
        "What it is marketed under, as its label lists that: of a part none where that of the kit "
        "holds.",
        [{"category": "ANDA", "application_number": "ANDA077241", "approval_date": "2005-11-30"}],
    )
    marketing_status: MarketingStatus | None = _marketing_status()
    dea_schedule: str | None = described(
        "The DEA's schedule of controlled substances, as published; null where none is given.",
        None,
    )
    active_ingredients: list[ActiveIngredient] = described(
        "Its active ingredients; those of a kit are its parts'.", []
    )
    inactive_ingredients: list[InactiveIngredient] = described(
        "Its inactive ingredients, as far as the label lists them.", []
    )
    packages: list[LabelPackage] = described(
        "The packages that hold it, each with those that it is packed in.", []
    )
    is_of_drug: bool = described(
        "Whether it holds what the label is of: all of that, and no other active ingredient. One "
        "of several products, or a part of a kit, may not: its NDCs lead to no drug by the label.",
        True,
    )
    quantity: Quantity | None = described(
        "Of a part: how much of it the kit holds; null of what is no part.", None
    )
    parts: list["LabelProduct"] = described("Of a kit: its parts.", [])
