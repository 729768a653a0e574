"""Which substance a label in SPL is of: never one of several alone."""

from typing import Any

from app.ingest.sources.interface import Record, Substance
from app.ingest.sources.spl_products import products_of, with_parts
from app.ingest.sources.spl_substances import name_substance
from app.models.drug import IdentifierSystem, NameType
from tests.ingest.made_spl_products import ingredient, product
from tests.ingest.sources.test_spl_products import document

UNII = IdentifierSystem.UNII
HUSTANOL, PLACEBIN = ("HUSTANOL", "AAAAAAAAA1"), ("PLACEBIN", "AAAAAAAAA2")
SODIUM = ingredient("HUSTANOL SODIUM", "AAAAAAAAA9", HUSTANOL)
POTASSIUM = ingredient("HUSTANOL POTASSIUM", "AAAAAAAAA8", HUSTANOL)
BASE = ingredient(*HUSTANOL, HUSTANOL)
OTHER = ingredient(*PLACEBIN, PLACEBIN)
ALCOHOL = ingredient("ALCOHOL", "AAAAAAAAA7", ("ALCOHOL", "AAAAAAAAA7"))


def named(name: str, inner: str, generic: str = "") -> str:
    of = (
        f"<asEntityWithGeneric><genericMedicine><name>{generic}</name></genericMedicine>"
        "</asEntityWithGeneric>"
    )
    return product(f"<name>{name}</name>{of if generic else ''}{inner}")


def part(name: str, inner: str, form: str = "TABLET") -> str:
    return (
        f'<part><partProduct><name>{name}</name><formCode code="C1" displayName="{form}"/>{inner}'
        "</partProduct></part>"
    )


def label_of(*products: str) -> Record:
    record = Record("s1", "SPL set id s1", [])
    record.label = {"products": products_of(document(*products))}
    name_substance(record, record.label["products"])
    return record


def of_drug(label: Record) -> list[str]:
    """The products and parts of a label that are of its drug."""
    listed = with_parts((label.label or {})["products"])
    return [product["name"] for product in listed if product["is_of_drug"]]


def of(*ingredients: tuple[str, str], moieties: tuple[Any, ...] | None = None) -> Substance:
    return Substance(
        (),
        ingredients=tuple(name for name, _ in ingredients),
        ingredient_identifiers=tuple((UNII, unii) for _, unii in ingredients),
        moieties=moieties or (None,) * len(ingredients),
    )


def test_a_salt_is_named_with_its_moiety() -> None:
    label = label_of(named("Hustex", SODIUM, "hustanol"))

    assert label.substances == [
        Substance(
            ("HUSTANOL SODIUM",),
            ((UNII, "AAAAAAAAA9"),),
            moieties=(("HUSTANOL", (UNII, "AAAAAAAAA1")),),
        )
    ]
    assert label.identifiers == [(UNII, "AAAAAAAAA9")]
    assert label.names == [("HUSTANOL SODIUM", NameType.GENERIC), ("Hustex", NameType.BRAND)]


def test_several_strengths_of_a_substance_are_one() -> None:
    label = label_of(named("Hustex", SODIUM), named("Hustex", SODIUM))

    assert [substance.names for substance in label.substances] == [("HUSTANOL SODIUM",)]


def test_several_salts_of_a_moiety_are_that() -> None:
    label = label_of(named("Hustex", SODIUM), named("Hustex K", POTASSIUM))

    assert label.substances == [Substance(("HUSTANOL",), ((UNII, "AAAAAAAAA1"),))]


def test_a_biosimilar_has_a_moiety_of_its_own_unii() -> None:
    label = label_of(
        named("Novex", ingredient("NOVUMAB-ABCD", "AAAAAAAAA5", ("NOVUMAB", "AAAAAAAAA5")))
    )

    unii = (UNII, "AAAAAAAAA5")
    assert label.substances == [
        Substance(("NOVUMAB-ABCD",), (unii,), moieties=(("NOVUMAB", unii),))
    ]


def test_two_ingredients_are_a_combination_though_it_is_called_by_one() -> None:
    label = label_of(named("Hustanol", SODIUM + OTHER, "hustanol"))

    assert label.substances == [
        of(
            ("HUSTANOL SODIUM", "AAAAAAAAA9"),
            PLACEBIN,
            moieties=(("HUSTANOL", (UNII, "AAAAAAAAA1")), None),
        )
    ]
    assert label.identifiers == []
    assert (NameType.BRAND, "Hustanol") not in [(type_, name) for name, type_ in label.names]


def test_products_of_different_substances_are_never_one_of_them_alone() -> None:
    label = label_of(named("Duotol", BASE + OTHER), named("Hustex", BASE))

    assert label.substances == [of(HUSTANOL, PLACEBIN)]
    assert label.names == [("Duotol", NameType.BRAND)]
    assert of_drug(label) == ["Duotol"]


def test_a_kit_is_of_what_all_its_parts_hold() -> None:
    kit = part("Hustex", BASE) + part("Nilex", OTHER) + part("Inert", "")

    label = label_of(named("Duo Pack", kit, "hustanol, placebin"))

    assert label.substances == [of(HUSTANOL, PLACEBIN)]
    assert ("Duo Pack", NameType.BRAND) in label.names
    assert ("Hustex", NameType.BRAND) not in label.names
    assert of_drug(label) == ["Duo Pack"]


def test_inert_tablets_make_no_combination() -> None:
    label = label_of(named("Hustex 28", part("Hustex", BASE) + part("Inert", "")))

    assert label.substances == [Substance(("HUSTANOL",), ((UNII, "AAAAAAAAA1"),))]


def test_a_swab_that_a_kit_is_not_called_after_is_no_ingredient_of_it() -> None:
    kit = part("Hustex Pen", BASE, "INJECTION") + part("Prep Pad", ALCOHOL, "SWAB")

    label = label_of(named("Hustex", kit, "hustanol"))

    assert label.substances == [Substance(("HUSTANOL",), ((UNII, "AAAAAAAAA1"),))]
    assert [name for name, type_ in label.names if type_ is NameType.BRAND] == [
        "Hustex",
        "Hustex Pen",
    ]
    assert of_drug(label) == ["Hustex", "Hustex Pen"]


def test_a_swab_counts_that_a_kit_is_called_after_or_alone_has_something_in_it() -> None:
    kit = part("Hustex Pen", BASE, "INJECTION") + part("Prep Pad", ALCOHOL, "SWAB")

    assert (
        len(label_of(named("Hustex", kit, "hustanol and alcohol")).substances[0].ingredients) == 2
    )
    assert len(label_of(named("Hustex", kit)).substances[0].ingredients) == 2
    alone = label_of(named("Pads", part("Pad", ALCOHOL, "SWAB"), "wipes"))
    assert alone.substances[0].names == ("ALCOHOL",)


def test_what_has_several_moieties_is_itself() -> None:
    chloride = ingredient("HUSTANOL PLACEBINATE", "AAAAAAAAA6").replace(
        "</ingredientSubstance>",
        "".join(
            "<activeMoiety><activeMoiety>"
            f'<code code="{unii}" codeSystem="2.16.840.1.113883.4.9"/><name>{name}</name>'
            "</activeMoiety></activeMoiety>"
            for name, unii in (HUSTANOL, PLACEBIN)
        )
        + "</ingredientSubstance>",
    )

    label = label_of(named("Hustex", chloride))

    assert label.substances == [Substance(("HUSTANOL PLACEBINATE",), ((UNII, "AAAAAAAAA6"),))]


def test_a_label_without_an_active_ingredient_is_of_nothing() -> None:
    assert label_of(named("Cream", ingredient("WATER", "WWWWWWWWWW", code="IACT"))).substances == []
