"""Products of labels in SPL: ingredients, strengths, packages, parts, as published."""

from lxml.etree import _Element, fromstring
from pydantic import TypeAdapter

from app.ingest.sources.spl_products import (
    marketed_under,
    package_ndcs,
    products_of,
    values_of,
    with_parts,
)
from app.models.label_product import LabelProduct
from tests.ingest.made_spl import spl
from tests.ingest.made_spl_products import (
    NDC,
    ROUTE,
    TABLET,
    UNII,
    approval,
    ingredient,
    listed,
    marketing,
    package,
    product,
    strength,
)


def document(*products: str) -> _Element:
    """A label that lists these products."""
    return fromstring(spl(products=listed(*products)))


def test_a_product_is_as_its_label_lists_it() -> None:
    schedule = (
        '<subjectOf><policy classCode="DEADrugSchedule"><code code="C2" displayName="CIV"/>'
        "</policy></subjectOf>"
    )
    label = document(
        product(
            f'<code code="1234-567" codeSystem="{NDC}"/><name> Hustex\n<suffix>XR</suffix></name>'
            f"{TABLET}<asEntityWithGeneric><genericMedicine><name>hustanol sodium</name>"
            "</genericMedicine></asEntityWithGeneric>"
            '<asEquivalentEntity classCode="EQUIV"><definingMaterialKind>'
            f'<code code="9999-001" codeSystem="{NDC}"/></definingMaterialKind>'
            "</asEquivalentEntity>"
            + ingredient(
                "HUSTANOL SODIUM",
                "AAAAAAAAA9",
                ("HUSTANOL", "AAAAAAAAA1"),
                "ACTIM",
                strength("6.250", "mg", "5", "mL"),
            )
            + ingredient("WATER", "WWWWWWWWWW", code="IACT")
            + package(
                "", "BOTTLE", "30", outer=package("1234-567-01", "CARTON", "1"),
                act=marketing("201401", "20200229", "completed"),
            ),
            approval("NDA000001", "NDA") + marketing("20140829") + schedule + ROUTE,
        )
    )  # fmt: skip

    (found,) = products_of(label)

    assert found == {
        "name": "Hustex",
        "suffix": "XR",
        "generic_name": "hustanol sodium",
        "ndc": "1234-567",
        "source_ndcs": ["9999-001"],
        "form": "TABLET",
        "routes": ["ORAL"],
        "marketed_under": [
            {
                "category": "NDA",
                "application_number": "NDA000001",
                "approval_date": "2014-08-01",
            }
        ],
        "marketing_status": {"status": "active", "start_date": "2014-08-29", "end_date": None},
        "dea_schedule": "CIV",
        "active_ingredients": [
            {
                "name": "HUSTANOL SODIUM",
                "unii": "AAAAAAAAA9",
                "strength": {
                    "numerator": {"value": "6.250", "unit": "mg"},
                    "denominator": {"value": "5", "unit": "mL"},
                },
                "basis_of_strength": "ACTIM",
                "moieties": [{"name": "HUSTANOL", "unii": "AAAAAAAAA1"}],
                "reference": None,
            }
        ],
        "inactive_ingredients": [{"name": "WATER", "unii": "WWWWWWWWWW", "strength": None}],
        "packages": [
            {
                "ndc": None,
                "form": "BOTTLE",
                "quantity": {"value": "30", "unit": "1"},
                "marketing_status": {
                    "status": "completed",
                    "start_date": "2014-01",
                    "end_date": "2020-02-29",
                },
                "packages": [
                    {
                        "ndc": "1234-567-01",
                        "form": "CARTON",
                        "quantity": {"value": "1", "unit": "1"},
                        "marketing_status": None,
                        "packages": [],
                    }
                ],
            }
        ],
        "is_of_drug": False,
        "quantity": None,
        "parts": [],
    }
    TypeAdapter(LabelProduct).validate_python(found)


def test_a_part_of_a_kit_has_its_own_form_ingredients_and_quantity() -> None:
    label = document(
        product(
            f'<code code="1234-999" codeSystem="{NDC}"/><name>Hustex Kit</name>'
            '<formCode code="C1" displayName="KIT"/>'
            + package("1234-999-04", "CARTON", "1")
            + '<part><quantity><numerator value="21" unit="1"/><denominator value="1"/></quantity>'
            f"<partProduct><code/><name>Hustex</name>{TABLET}"
            + ingredient("HUSTANOL", "AAAAAAAAA1", amount=strength("10", "mg"))
            + f"</partProduct>{approval('NDA000002', 'NDA')}{ROUTE}</part>"
            '<part><quantity><numerator value="7" unit="1"/><denominator value="1"/></quantity>'
            f'<partProduct><code code="1234-888" codeSystem="{NDC}"/><name>Inert</name>{TABLET}'
            "</partProduct></part>"
        )
    )

    (kit,) = found = products_of(label)

    assert kit["active_ingredients"] == []
    assert [part["name"] for part in kit["parts"]] == ["Hustex", "Inert"]
    assert [part["quantity"]["value"] for part in kit["parts"]] == ["21", "7"]
    assert kit["parts"][0]["active_ingredients"][0]["name"] == "HUSTANOL"
    assert values_of(with_parts(found), "ndc") == ["1234-999", "1234-888"]
    assert values_of(with_parts(found), "routes") == ["ORAL"]
    assert marketed_under(with_parts(found), "application_number") == ["NDA000002"]
    assert package_ndcs(found) == ["1234-999-04"]


def test_what_a_label_does_not_say_of_a_product_is_null() -> None:
    label = document(
        product(
            f'<code nullFlavor="NI"/>{ingredient("HUSTANOL", "AAAAAAAAA1", code="ACTIR")}',
            marketing("2014-08-29"),
        )
    )

    (found,) = products_of(label)

    assert (found["name"], found["ndc"], found["form"]) == (None, None, None)
    assert found["active_ingredients"][0]["strength"] is None
    assert found["active_ingredients"][0]["basis_of_strength"] == "ACTIR"
    assert found["marketing_status"]["start_date"] == "2014-08-29"
    TypeAdapter(LabelProduct).validate_python(found)


def test_a_strength_by_a_reference_substance_names_it() -> None:
    reference = (
        "<asEquivalentSubstance><definingSubstance>"
        f'<code code="RRRRRRRRRR" codeSystem="{UNII}"/><name>REFERENCE</name>'
        "</definingSubstance></asEquivalentSubstance>"
    )
    of = ingredient("HUSTANOL", "AAAAAAAAA1", code="ACTIR", amount=strength("1", "[iU]"))
    of = of.replace("</ingredientSubstance>", f"{reference}</ingredientSubstance>")

    (found,) = products_of(document(product(of)))

    assert found["active_ingredients"][0]["reference"] == {
        "name": "REFERENCE",
        "unii": "RRRRRRRRRR",
    }


def test_a_product_is_marketed_under_all_that_its_label_gives() -> None:
    several = approval("ANDA000001", "ANDA") + approval("NDA000002", "NDA")

    (found,) = products_of(document(product(ingredient("HUSTANOL", "AAAAAAAAA1"), several)))

    assert [(each["category"], each["application_number"]) for each in found["marketed_under"]] == [
        ("ANDA", "ANDA000001"),
        ("NDA", "NDA000002"),
    ]


def test_a_strength_that_is_a_range_has_its_limits() -> None:
    amount = strength("1", "mg").replace(
        '<numerator value="1" unit="mg"/>',
        '<numerator><low value="10" unit="mg"/><high value="20.0" unit="mg"/></numerator>',
    )

    (found,) = products_of(document(product(ingredient("HUSTANOL", "AAAAAAAAA1", amount=amount))))

    assert found["active_ingredients"][0]["strength"] == {
        "numerator": {
            "value": None,
            "unit": None,
            "low": {"value": "10", "unit": "mg"},
            "high": {"value": "20.0", "unit": "mg"},
        },
        "denominator": {"value": "1", "unit": "1"},
    }
    TypeAdapter(LabelProduct).validate_python(found)
