"""Which drugs a study is of, which are none, and what each is for."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.ingest.sources.interface import Substance
from app.ingest.sources.trial_interventions import Arm, Intervention, Study, substances_of
from app.models.trial import DrugRole
from app.models.trial_arm import ArmType

EXPERIMENTAL, COMPARATOR, BACKGROUND = DrugRole
A, B, C = "Arm A", "Arm B", "Arm C"
TRIED, ACTIVE, PLACEBO, OTHER = (
    ArmType.EXPERIMENTAL,
    ArmType.ACTIVE_COMPARATOR,
    ArmType.PLACEBO_COMPARATOR,
    ArmType.OTHER,
)


def drug(name: str, *arms: str, others: tuple[str, ...] = ()) -> Intervention:
    return Intervention("DRUG", name, list(others), list(arms))


def study(
    *interventions: Intervention, arms: Mapping[str, str | None] | None = None, **of: Any
) -> Study:
    every = [Arm(label, type_, []) for label, type_ in (arms or {}).items()]
    return Study(list(interventions), every, **of)


def names_in(made: Study) -> list[tuple[str, ...]]:
    return [substance.names for substance in substances_of(made)[0]]


def terms_in(made: Study) -> list[Substance]:
    return [substance for substance in substances_of(made)[0] if substance.instead_of]


@pytest.mark.parametrize(
    "name",
    [
        "Placebo",
        "Placebos",
        "Placebo for Atogepant",
        "Semaglutide placebo",
        "matching placebo capsules",
        "Placebo matching Spesolimab Formulation 1",
        "Semaglutide vehicle",
        "Tretinoin in vehicle",
        "Placabo",
        "Plcebo",
        "PLB",
        "Inert tablet",
        "Matching tablet",
        "Inactive control",
        "Sugar tablet",
        "Simulated pill",
        "Fake pill",
        "Non-active pill",
        "Sham injection",
        "Sugar pill",
        "Vehicle cream",
        "Clobetasol vehicle gel",
        "PBO",
    ],
)
def test_a_placebo_is_no_drug_whatever_else_its_name_says(name: str) -> None:
    substances, left_out = substances_of(study(drug(name, others=("Linzess",))))

    assert substances == []
    assert left_out == {"interventions that are no drugs: placebos and shams": 1}


@pytest.mark.parametrize(
    "name",
    ["linaclotide or placebo", "linaclotide vs. placebo", "Placebo versus linaclotide"],
)
def test_of_a_choice_of_a_drug_and_a_placebo_the_drug_is_read_by_that_name_alone(name: str) -> None:
    made = study(drug(name, A, others=("Linzess",)), arms={A: TRIED, B: PLACEBO})

    [found] = substances_of(made)[0]

    assert (found.names, found.role) == (("linaclotide",), None)


def test_a_choice_of_usual_care_and_placebo_is_none() -> None:
    assert names_in(study(drug("Usual care or placebo"), drug("Sham or placebo"))) == []


def test_what_is_called_placebo_too_is_one_and_so_is_saline_in_the_arm_of_a_placebo() -> None:
    arms = {A: TRIED, B: PLACEBO}

    made = study(
        drug("Lactose tablet", A, B, others=("Placebo",)),
        drug("Normal saline", B),
        drug("0.9% NaCl", B),
        drug("Ringer lactate", B),
        drug("Saline nasal spray", A),
        arms=arms,
    )

    assert names_in(made) == [("Ringer lactate",), ("Saline nasal spray",)]


@pytest.mark.parametrize(
    ("type_", "name", "kind"),
    [
        ("PROCEDURE", "Biopsy", "procedures"),
        ("DEVICE", "Insulin pump", "devices"),
        ("DIETARY_SUPPLEMENT", "Vitamin D", "dietary supplements and foods"),
        ("DRUG", "high-fat meal", "dietary supplements and foods"),
        ("BIOLOGICAL", "Blood draw", "blood draws and samples"),
        ("DRUG", "Standard of care", "usual care"),
        ("OTHER", "Metformin", "other interventions"),
    ],
)
def test_what_is_no_drug_is_counted_by_what_it_is(type_: str, name: str, kind: str) -> None:
    substances, left_out = substances_of(study(Intervention(type_, name)))

    assert substances == []
    assert left_out == {f"interventions that are no drugs: {kind}": 1}


def test_combination_products_and_biologicals_are_read_like_drugs_with_their_other_names() -> None:
    made = study(
        Intervention("COMBINATION_PRODUCT", "Entresto ", ["LCZ696"]),
        Intervention("BIOLOGICAL", "MK-3475"),
        drug("entresto", others=("Sacubitril/valsartan",)),
    )

    names = [each.names for each in substances_of(made)[0] if each.part_of is None]

    assert names == [("Entresto", "LCZ696", "Sacubitril/valsartan"), ("MK-3475",)]


def test_a_name_s_parts_are_substances_too_for_it_may_be_a_list() -> None:
    found, _ = substances_of(study(drug("Pemetrexed, cisplatin and QL1706")))

    assert {(each.names[0], each.part_of) for each in found[1:]} == {
        (part, "Pemetrexed, cisplatin and QL1706")
        for part in (
            "Pemetrexed",
            "cisplatin",
            "QL1706",
            "Pemetrexed, cisplatin",
            "cisplatin and QL1706",
        )
    }


ARMS = {A: TRIED, B: ACTIVE}


@pytest.mark.parametrize(
    ("arms", "given", "others", "role"),
    [
        (ARMS, (A,), (), EXPERIMENTAL),
        (ARMS, (B,), (), COMPARATOR),
        (ARMS, (), (), None),
        ({A: ACTIVE, B: PLACEBO}, (A,), (), None),
        (ARMS, (A, B), (drug("Novumab", A), drug("Hustanol", B)), BACKGROUND),
        (ARMS, (A, B), (drug("Novumab", A), drug("Placebo", B)), None),
        (ARMS, (A, B), (drug("Novumab", A),), None),
        ({A: TRIED, B: PLACEBO}, (A, B), (drug("Novumab", A),), BACKGROUND),
        (ARMS, (A, B), (drug("Placebo", A),), None),
        (ARMS, (A, B), (), None),
        (ARMS, (A, B), (drug("Novumab", B),), None),
        (ARMS | {C: TRIED}, (A, B), (drug("Novumab", A),), None),
        ({A: PLACEBO, B: ACTIVE}, (A, B), (drug("Novumab", B),), BACKGROUND),
        ({A: TRIED, B: TRIED}, (A, B), (drug("Novumab", A),), EXPERIMENTAL),
        ({A: TRIED, B: OTHER}, (A, B), (), None),
        ({A: PLACEBO}, (A,), (), None),
        ({A: None, B: None}, (A, B), (drug("Novumab", A),), None),
    ],
)
def test_a_role_follows_from_the_types_of_the_arms_alone(
    arms: Mapping[str, str | None],
    given: tuple[str, ...],
    others: tuple[Intervention, ...],
    role: DrugRole | None,
) -> None:
    found, _ = substances_of(study(drug("Baclofen", *given), *others, arms=arms))

    assert found[0].role == role


@pytest.mark.parametrize(
    ("name", "others", "role"),
    [
        ("Background methotrexate", (), BACKGROUND),
        ("Methotrexate (background therapy)", (), BACKGROUND),
        ("Ibrutinib", ("on background of metformin", "background therapy"), EXPERIMENTAL),
        ("Ibrutinib on metformin background", (), EXPERIMENTAL),
        ("Ibrutinib plus background metformin", (), EXPERIMENTAL),
    ],
)
def test_background_is_the_registry_s_word_on_that_very_intervention(
    name: str, others: tuple[str, ...], role: DrugRole | None
) -> None:
    found, _ = substances_of(study(drug(name, A, others=others), arms=ARMS))

    assert found[0].role == role


def test_an_arm_may_name_its_interventions_itself_and_background_is_the_registry_s_word() -> None:
    arms = [Arm(A, TRIED, ["Drug: Baclofen"]), Arm(B, ACTIVE, ["Drug: Background methotrexate"])]

    found, _ = substances_of(Study([drug("Baclofen"), drug("Background methotrexate")], arms))

    assert [each.role for each in found] == [EXPERIMENTAL, BACKGROUND]


def test_a_term_of_mesh_stands_for_the_interventions_whose_names_have_it() -> None:
    made = study(
        drug("Caudal betamethasone injection", A, others=("Celestone",)),
        drug("Lidocaine", B),
        arms=ARMS,
        mesh_terms=["Lidocaine", "Betamethasone", "Betamethasone Valerate", "Glucocorticoids"],
    )

    _, term = terms_in(made)

    assert (term.names, term.role) == (("Betamethasone",), EXPERIMENTAL)
    assert term.instead_of == (("Caudal betamethasone injection", "Celestone"),)
    assert term.beside == ()


def test_a_term_has_no_role_where_a_brand_of_another_role_may_be_its_drug_s() -> None:
    made = study(
        drug("Insulin Lispro Biphasic 25", A),
        drug("Humalog Mix25", B),
        arms=ARMS,
        mesh_terms=["Insulin Lispro"],
    )

    assert [term.role for term in terms_in(made)] == [None]


def test_terms_that_no_name_has_stand_for_any_intervention_if_a_title_names_them_as_given() -> None:
    made = study(
        drug("Kenacort", A),
        arms=ARMS,
        mesh_terms=["Triamcinolone", "Triamcinolone Acetonide"],
        topics=["Efficacy of Intra-articular Triamcinolone in Osteoarthritis"],
    )

    [term] = terms_in(made)

    assert (term.names, term.instead_of) == (("Triamcinolone",), (("Kenacort",),))
    assert (term.beside, term.role) == (("Triamcinolone Acetonide",), None)


@pytest.mark.parametrize(
    "topic",
    [
        "Co-analgesic Effects of Dexamethasone and Pregabalin After Surgery",
        "Pregabalin for Neuropathic Pain",
        "Comparison of Pregabalin",
        "A Study of Two Doses of Pregabalin in Adults",
        "Efficacy of Long-Acting Pregabalin",
    ],
)
def test_a_term_counts_where_a_title_names_it_as_what_is_given(topic: str) -> None:
    made = study(
        drug("Pregabaline, dexamethasone"),
        mesh_terms=["Dexamethasone", "Pregabalin"],
        topics=[topic],
    )

    assert [(term.names, term.beside) for term in terms_in(made)] == [
        (("Dexamethasone",), ()),
        (("Pregabalin",), ()),
    ]


def test_a_term_counts_where_an_arm_that_is_treated_is_called_so() -> None:
    def terms(label: str, type_: ArmType) -> list[Substance]:
        return terms_in(study(drug("AB-1"), arms={label: type_}, mesh_terms=["Pregabalin"]))

    assert [term.role for term in terms("Pregabalin 150 mg", TRIED)] == [None]
    assert terms("Pregabalin non-responders", TRIED) == []
    assert terms("Pregabalin", OTHER) == []


@pytest.mark.parametrize(
    ("title", "term"),
    [
        ("GX-1 cream in patients receiving oxaliplatin", "Oxaliplatin"),
        ("Efficacy of GX-1 cream in patients receiving oxaliplatin", "Oxaliplatin"),
        ("GX-1 for Peripheral Neuropathy Due to Chemotherapy", "Oxaliplatin"),
        ("XY-77 in patients inadequately responding to methotrexate", "Methotrexate"),
        ("Safety of XY-77 in patients on methotrexate", "Methotrexate"),
        ("Efficacy of XY-77 as add on to metformin monotherapy", "Metformin"),
        ("Effects of XY-77 and paclitaxel hypersensitivity", "Paclitaxel"),
        ("Effects of prior metformin on response", "Metformin"),
        ("Evaluation of failed metformin therapy", "Metformin"),
        ("Study of Adults Receiving Metformin", "Metformin"),
        ("Opioid taper", "Morphine"),
        ("Alcohol Detox", "Ethanol"),
        ("Efficacy of Interrupting Methotrexate in Arthritis", "Methotrexate"),
        ("Effect of Cessation of Aspirin", "Aspirin"),
        ("Safety of Deprescribing Omeprazole in Elderly Adults", "Omeprazole"),
        ("Effect of Antagonizing Midazolam", "Midazolam"),
    ],
)
def test_a_term_that_nothing_names_as_given_finds_nothing(title: str, term: str) -> None:
    made = study(drug("GX-1", A), arms=ARMS, mesh_terms=[term], topics=[title])

    assert terms_in(made) == []


@pytest.mark.parametrize(
    "of",
    [
        {"conditions": ["Oxaliplatin Neuropathy"]},
        {"topics": ["Cymbalta in patients with oxaliplatin-induced neuropathy"]},
        {"topics": ["Cymbalta for prevention of neuropathy", "against oxaliplatin"]},
    ],
)
def test_a_drug_that_caused_what_is_treated_is_none_of_the_trial_s(
    of: dict[str, Any],
) -> None:
    made = study(drug("Cymbalta"), mesh_terms=["Oxaliplatin"], **of)

    assert terms_in(made) == []


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("Hyaluronidase after extravasation of doxorubicin", "Doxorubicin"),
        ("Methadone tapering", "Methadone"),
        ("XY-77 on methotrexate", "Methotrexate"),
        ("XY-77 as add on to metformin", "Metformin"),
        ("Insulin degludec, new pen", "Insulin"),
        ("Low molecular weight heparin", "Heparin"),
        ("Calcium carbonate chews", "Calcium"),
        ("NEXThaler: fixed combination of BDP and formoterol", "Formoterol"),
    ],
)
def test_a_term_that_is_a_cause_a_class_or_a_part_finds_nothing(name: str, term: str) -> None:
    assert terms_in(study(drug(name), mesh_terms=[term])) == []


def test_a_term_within_another_is_not_what_is_meant() -> None:
    made = study(
        drug("Trastuzumab deruxtecan, biosimilar"),
        mesh_terms=["Trastuzumab", "Trastuzumab deruxtecan"],
    )

    assert [term.names for term in terms_in(made)] == [("Trastuzumab deruxtecan",)]


def test_terms_find_nothing_where_no_intervention_may_be_a_drug() -> None:
    made = study(Intervention("DEVICE", "Insulin pump"), mesh_terms=["Baclofen"])

    assert substances_of(made)[0] == []
