"""What is written beside a name, and what is not stripped off it."""

import pytest

from app.names.qualifiers import stripped_names


def least(name: str) -> list[tuple[str, str]]:
    """What is left when everything is stripped that may be, and what that was."""
    *_, last = stripped_names(name)
    return [("", last.name), *((str(what), text) for what, text in last.stripped)]


@pytest.mark.parametrize(
    ("name", "left", "stripped"),
    [
        ("BACLOFEN 10 MG TABLET", "BACLOFEN", "strength: 10 MG; dose_form: TABLET"),
        ("10 mg baclofen tablets", "baclofen", "strength: 10 mg; dose_form: tablets"),
        ("baclofen (10 mg)", "baclofen", "strength: 10 mg"),
        ("Tab. baclofen", "baclofen", "dose_form: Tab"),
        (
            "metformin hydrochloride ER 500 mg",
            "metformin",
            "salt: hydrochloride; dose_form: ER; strength: 500 mg",
        ),
        (
            "amoxicillin 250mg/5ml powder for oral suspension",
            "amoxicillin",
            "strength: 250mg/5ml; dose_form: powder for oral suspension",
        ),
        (
            "timolol 5 mg/mL 10 mL drops",
            "timolol",
            "strength: 5 mg/mL; strength: 10 mL; dose_form: drops",
        ),
        ("0.9% sodium chloride", "sodium chloride", "strength: 0.9%"),
        ("heparin 5,000 units/mL vial", "heparin", "strength: 5,000 units/mL; dose_form: vial"),
        ("levothyroxine 50 µg", "levothyroxine", "strength: 50 µg"),
        ("vitamin D 1000 IU", "vitamin D", "strength: 1000 IU"),
        ("baclofen tablets, USP", "baclofen", "dose_form: tablets; compendium: USP"),
        ("baclofen10mg", "baclofen", "strength: 10mg"),
    ],
)
def test_a_salt_a_strength_and_a_dose_form_are_stripped(
    name: str, left: str, stripped: str
) -> None:
    (_, found), *beside = least(name)

    assert (found, "; ".join(f"{what}: {text}" for what, text in beside)) == (left, stripped)


@pytest.mark.parametrize(
    "name",
    [
        "Botox Cosmetic",
        "Tylenol PM",
        "Claritin-D",
        "Diovan HCT",
        "insulin 70/30",
        "calcium chloride",
        "barium sulfate",
        "ferrous sulfate",
        "potassium chloride",
        "fish oil",
        "oral polio vaccine",
        "liposomal doxorubicin",
        "lisinopril 20 mg / hydrochlorothiazide",
        "aspirin 81 mg with omeprazole",
        "Tablet",
        "10 mg",
        "hydrochloride",
        "",
        "calcium carbonate / magnesium hydroxide",
        "budesonide 160/4.5 mcg",
        "losartan potassium 50 mg / 12.5 mg",
        "valsartan 160 mg/12.5 mg",
        "amoxicillin 875-125 mg",
        "ampicillin 1 g + 500 mg",
        "dimethicone, zinc oxide",
        "lidocaine - zinc oxide",
        "aspirin calcium carbonate",
        "DEXTROSE; POTASSIUM CHLORIDE",
    ],
)
def test_what_would_be_another_drug_is_not(name: str) -> None:
    assert [reading.name for reading in stripped_names(name)] == [name]


def test_what_may_be_an_ester_is_not_surely_a_salt() -> None:
    sure = {
        name: [reading.is_sure for reading in stripped_names(name)][1]
        for name in ("metformin hydrochloride", "dextran sulfate", "inosine diphosphate")
    }

    assert sure == {
        "metformin hydrochloride": True,
        "dextran sulfate": False,
        "inosine diphosphate": False,
    }


def test_the_least_is_stripped_first() -> None:
    assert [reading.name for reading in stripped_names("amlodipine besylate 5 mg tablets")] == [
        "amlodipine besylate 5 mg tablets",
        "amlodipine besylate 5 mg",
        "amlodipine besylate",
        "amlodipine",
    ]
