"""What is written beside a name, and what is not stripped off it."""

import pytest

from app.names.qualifiers import is_salt_of, lists_of, parts_of, stripped_names


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
        ("heparin 5,000 units/mL vial", "heparin", "strength: 5,000 units/mL; container: vial"),
        ("levothyroxine 50 µg", "levothyroxine", "strength: 50 µg"),
        ("vitamin D 1000 IU", "vitamin D", "strength: 1000 IU"),
        ("baclofen tablets, USP", "baclofen", "dose_form: tablets; compendium: USP"),
        ("baclofen10mg", "baclofen", "strength: 10mg"),
        (
            "Thiamine 100mg Tablet 100 mg PO",
            "Thiamine",
            "strength: 100mg; dose_form: Tablet; dose: 100 mg; route: PO",
        ),
        (
            "Midazolam 2mg/2mL Vial 2 mg IV DRIP",
            "Midazolam",
            "strength: 2mg/2mL; container: Vial; dose: 2 mg; route: IV DRIP",
        ),
        (
            "Hydralazine HCl 20mg/1mL Vial 20 mg PO/NG Q6H:PRN",
            "Hydralazine",
            "salt: HCl; strength: 20mg/1mL; container: Vial; dose: 20 mg; route: PO/NG; "
            "frequency: Q6H:PRN",
        ),
        (
            "Codeine Phosphate 5ML UDCUP 5-10 ml PO",
            "Codeine",
            "salt: Phosphate; strength: 5ML; container: UDCUP; dose: 5-10 ml; route: PO",
        ),
        (
            "Oxycodone 5mg Tab 1-2 TAB PO",
            "Oxycodone",
            "strength: 5mg; dose_form: Tab; dose: 1-2 TAB; route: PO",
        ),
        (
            "Propranolol HCl Oral Soln 5mg/5ml S/F",
            "Propranolol",
            "salt: HCl; dose_form: Oral Soln; strength: 5mg/5ml; dose_form: S/F",
        ),
        ("Azopt Eye Dps 10mg/ml", "Azopt", "dose_form: Eye Dps; strength: 10mg/ml"),
        ("Crinone EyeDps300mcg", "Crinone", "dose_form: EyeDps; strength: 300mcg"),
        (
            "XALKORI 200 mg, gélule",
            "XALKORI",
            "strength: 200 mg; dose_form: gélule",
        ),
        (
            "CIFLOX 500 mg/5 ml, granulés et solvant pour suspension buvable",
            "CIFLOX",
            "strength: 500 mg/5 ml; dose_form: granulés et solvant pour suspension buvable",
        ),
        (
            "OLANZAPINE ZENTIVA LAB 5 mg, comprimé enrobé",
            "OLANZAPINE",
            "manufacturer: ZENTIVA LAB; strength: 5 mg; dose_form: comprimé enrobé",
        ),
        (
            "24 HR metformin 500 MG Extended Release Oral Tablet",
            "metformin",
            "dose_form: 24 HR; strength: 500 MG; dose_form: Extended Release Oral Tablet",
        ),
        (
            "Epinephrine 1:1000 1 mL amp",
            "Epinephrine",
            "strength: 1:1000; strength: 1 mL; container: amp",
        ),
        (
            "Vancomycin 1 g in NS 250 mL IVPB",
            "Vancomycin",
            "strength: 1 g; diluent: in NS; strength: 250 mL; route: IVPB",
        ),
        (
            "cefazolin 2 g in dextrose 5 % 50 mL",
            "cefazolin",
            "strength: 2 g; diluent: in dextrose 5 %; strength: 50 mL",
        ),
        (
            "diltiazem 125 mg/125 mL D5W infusion",
            "diltiazem",
            "strength: 125 mg/125 mL; diluent: D5W; dose_form: infusion",
        ),
        ("lisinopril 20", "lisinopril", "strength: 20"),
        ("metformin ER 500", "metformin", "dose_form: ER; strength: 500"),
        ("atorvastatin 40 qhs", "atorvastatin", "strength: 40; frequency: qhs"),
        ("*NF* apixaban 5 mg", "apixaban", "compendium: *NF*; strength: 5 mg"),
        ("losartan (Home med)", "losartan", "note: Home med"),
        ("warfarin - pharmacy to dose", "warfarin", "note: pharmacy to dose"),
        (
            "ondansetron 4 mg IV Q8H:PRN nausea",
            "ondansetron",
            "strength: 4 mg; route: IV; frequency: Q8H:PRN; note: nausea",
        ),
        (
            "cephalexin 500mg capsule, 1 capsule by mouth 4 times a day for 10 days",
            "cephalexin",
            "strength: 500mg; dose_form: capsule; dose: 1 capsule; route: by mouth; "
            "frequency: 4 times a day; note: for; dose: 10 days",
        ),
        (
            "gabapentin 300 mg capsule take 1 capsule PO daily per Dr. Lopez",
            "gabapentin",
            "strength: 300 mg; dose_form: capsule; note: take; dose: 1 capsule; route: PO; "
            "frequency: daily; note: per; dose_form: Dr; not_understood: Lopez",
        ),
        ("insulin lispro 0-12 Units", "insulin lispro", "strength: 0-12 Units"),
        (
            "simethicone 40-80 mg PO QID:PRN",
            "simethicone",
            "dose: 40-80 mg; route: PO; frequency: QID:PRN",
        ),
        (
            "phenylephrine 0.5-5 mcg/kg/min IV DRIP",
            "phenylephrine",
            "dose: 0.5-5 mcg/kg/min; route: IV DRIP",
        ),
        (
            "ferrous sulfate 325 mg (65 mg iron) tablet",
            "ferrous sulfate",
            "strength: 325 mg; strength: 65 mg iron; dose_form: tablet",
        ),
        ("omeprazole 20 MG CPDR", "omeprazole", "strength: 20 MG; dose_form: CPDR"),
        ("insulin glargine (U-100)", "insulin glargine", "strength: U-100"),
        (
            "ketorolac 30MG/ML SDV 25X1ML",
            "ketorolac",
            "strength: 30MG/ML; container: SDV; note: 25X1ML",
        ),
        (
            "abciximab 10 MG in 5 ML Injection",
            "abciximab",
            "strength: 10 MG in 5 ML; dose_form: Injection",
        ),
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
        "vitamin B 12",
        "amlodipine /",
        "amlodipine / 10",
        "Humalog Mix",
        "Insulin syringe",
        "metformin 500 mg tablet foobar",
        "Tylenol #3",
        "insulin pen needle",
        "Vitamin B Complex",
        "Iron Sucrose",
        "Glucose test strips",
        "KytoCel 2.5cm x 45cm Wound Dress",
        "Coloplast Assura Paed Opqe Bag C/Fit 10-35mm",
    ],
)
def test_what_would_be_another_drug_is_not(name: str) -> None:
    sure = [r for r in stripped_names(name) if r.ingredients == 1 and not r.is_bare_number]

    assert [r.name for r in sure] == [name]


@pytest.mark.parametrize(
    ("name", "ingredients"),
    [
        ("valsartan 160 mg/12.5 mg", 2),
        ("VIEKIRAX 12,5 mg/75 mg/50 mg, comprimé", 3),
        ("Carbidopa (25-100) 1 TAB Tab", 2),
        ("Sinemet 25-100 tab", 2),
        ("DuoTrav Eye Dps 40mcg/ml / 5mg/ml", 2),
        ("Taptiqom 15mcg/5mg/ml", 2),
        ("Budesonide 160/4.5 10.2g Inhaler", 2),
        ("oxycodone 5 mg 325 mg PO", 2),
        ("oxycodone 5mg/325 tab", 2),
        ("oxycodone 5-325", 2),
        ("ampicillin 2 g/1 g", 2),
        ("Curatoderm Lot 4mcg/1g", 1),
        ("nystatin 100,000u/g", 1),
        ("hydrocortisone 0.01 MG/MG", 1),
        ("lidocaine 5% 30 g", 1),
        ("timolol 5 mg/mL 10 mL", 1),
        ("fentanyl 25 mcg/hr 72 hr patch", 1),
        ("oxycodone 5 mg tab 10 mg PO", 1),
    ],
)
def test_strengths_say_of_how_many_ingredients_they_are(name: str, ingredients: int) -> None:
    *_, least = stripped_names(name)

    assert least.ingredients == ingredients


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("baclofen", []),
        ("amlodipine/valsartan", [("amlodipine", "valsartan")]),
        ("amlodipine w/ valsartan", [("amlodipine", "valsartan")]),
        ("Guaifenesin-Codeine", [("Guaifenesin", "Codeine")]),
        ("HCTZ 50 MG / triamterene 75 MG", [("HCTZ 50 MG", "triamterene 75 MG")]),
        ("lidocaine 2.5%-prilocaine 2.5%", [("lidocaine 2.5%", "prilocaine 2.5%")]),
        ("hydrocortisone 5 MG/ML and x", [("hydrocortisone 5 MG/ML", "x")]),
        ("a, b with c", [("a", "b with c"), ("a, b", "c"), ("a", "b", "c")]),
        ("interferon beta-1a", []),
    ],
)
def test_a_name_is_taken_apart_at_its_joiners(name: str, ways: list[tuple[str, ...]]) -> None:
    assert sorted(parts_of(name)) == sorted(ways)


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


def test_abbreviated_salts_are_read_as_lists_mean_them() -> None:
    names = [
        [r.name for r in stripped_names(name)] for name in ("Sod Bicarb Cap", "Mag", "X Sulph")
    ]

    assert names == [
        ["Sod Bicarb Cap", "sodium bicarbonate cap", "Sod Bicarb", "sodium bicarbonate"],
        ["Mag"],
        ["X Sulph", "x sulfate", "X"],
    ]


def test_the_least_is_stripped_first() -> None:
    assert [reading.name for reading in stripped_names("amlodipine besylate 5 mg tablets")] == [
        "amlodipine besylate 5 mg tablets",
        "amlodipine besylate 5 mg",
        "amlodipine besylate",
        "amlodipine",
    ]


@pytest.mark.parametrize(
    ("name", "lists"),
    [
        ("Baclofen", []),
        ("Baclofen-metformin", []),
        ("Baclofen, metformin", [("Baclofen", "metformin")]),
        ("A\N{IDEOGRAPHIC COMMA}B", [("A", "B")]),
        ("A in combination with B", [("A", "B")]),
        ("A + B and C", [("A + B", "C"), ("A", "B and C"), ("A", "B", "C")]),
        ("A, B, C, D, E, F, G", [tuple("ABCDEFG")]),
    ],
)
def test_a_name_may_be_a_list_of_names(name: str, lists: list[tuple[str, ...]]) -> None:
    assert lists_of(name) == lists


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Baclofen (blinded)", "Baclofen"),
        ("Comparator: baclofen 75 mg/m2 Q3W", "baclofen"),
        ("IV baclofen - high dose", "baclofen"),
        ("Arm A: Baclofen plus standard of care", "Baclofen"),
        ("Carboplatin AUC=5", "Carboplatin"),
        ("Baclofen prefilled syringe", "Baclofen"),
        ("Baclofen plus metformin tablets", "Baclofen plus metformin"),
        ("Baclofen-free interval", "Baclofen-free interval"),
        ("Insulin pump", "Insulin pump"),
    ],
)
def test_what_studies_write_beside_a_name_is_stripped(name: str, left: str) -> None:
    assert [*stripped_names(name)][-1].name == left


@pytest.mark.parametrize(
    ("name", "drug", "is_its"),
    [
        ("METFORMIN HYDROCHLORIDE", "Metformin", True),
        ("Sodium oxybate", "oxybate", True),
        ("dexamethasone sodium phosphate", "dexamethasone phosphate", True),
        ("arginine hydrochloride", "arginine", True),
        ("magnesium sulfate", "sulfate", False),
        ("zinc sulfate", "zinc", False),
        ("lithium carbonate", "carbonic acid", False),
        ("esomeprazole", "omeprazole", False),
    ],
)
def test_a_salt_of_a_drug_is_called_so_with_words_for_the_salt_alone(
    name: str, drug: str, is_its: bool
) -> None:
    assert is_salt_of(name, drug) is is_its
