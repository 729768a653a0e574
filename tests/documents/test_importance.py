"""The order in which the facts of a drug are read."""

from itertools import permutations
from typing import Any

from app.documents.importance import rank_of

Json = dict[str, Any]


def warning(type_: str = "warning", **fields: Any) -> Json:
    return {"type": type_, "boxed": None, "category": None, "section": None} | fields


def of_label(code: str, type_: str = "warning", number: str | None = None, **fields: Any) -> Json:
    section = {"code": code, "name": "A section", "number": number, "heading": None}
    section["part"] = fields.pop("part", 0)
    return warning(type_, **{"boxed": False, "section": section} | fields)


IN_ORDER = [
    of_label("34066-1", boxed=True),
    warning(boxed=True),
    warning("contraindication"),
    of_label("34070-3", "contraindication"),
    warning(category="withdrawal"),
    of_label("43685-7", number="5"),
    of_label("43685-7", number="5.1"),
    of_label("43685-7", number="5.2"),
    of_label("43685-7", number="5.2", part=1),
    of_label("43685-7", number="5.2", part=12),
    of_label("43685-7", number="5.2.1"),
    of_label("43685-7", number="5.10"),
    of_label("34071-1"),
    of_label("34071-1", part=1),
    of_label("34086-9", category="abuse"),
    of_label("99999-9"),
    warning("interaction"),
    of_label("34073-7", "interaction"),
    warning(category="renal"),
    of_label("42228-7", category="pregnancy", number="8.1"),
    of_label("77291-3", number="8.3"),
    of_label("43684-0", number="8.6"),
    of_label("43684-0"),
    of_label("42228-7", category="pregnancy"),
    warning("undesirable-effect"),
    of_label("34084-4", "undesirable-effect", number="6.1"),
    of_label("34088-5", category="overdosage"),
]


def test_warnings_are_in_the_order_of_what_matters_first() -> None:
    ranks = [rank_of("warnings", fact) for fact in IN_ORDER]

    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_how_a_drug_is_given_stands_before_its_forms_whether_or_not_they_have_numbers() -> None:
    administration = {"type": "dosage-and-administration"}
    forms = {"type": "dosage-forms-and-strengths"}

    ranks = [
        rank_of("dosages", {"section": None} | administration),
        rank_of("dosages", of_label("34068-7", number="2.1") | administration),
        rank_of("dosages", of_label("34068-7", number="2.10") | administration),
        rank_of("dosages", of_label("34068-7") | administration),
        rank_of("dosages", {"section": None} | forms),
        rank_of("dosages", of_label("43678-2", number="3") | forms),
    ]

    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_what_few_labels_state_stands_after_what_more_do() -> None:
    def stated_by(labels: int, number: str) -> str:
        fact = of_label("43685-7", number=number, labels={"stating": labels, "of": 30})
        return rank_of("warnings", fact)

    ranks = [stated_by(3, "5.9"), stated_by(30, "5.10"), stated_by(2, "5.1")]

    assert ranks == sorted(ranks)


def test_a_boxed_contraindication_is_boxed_first() -> None:
    boxed = rank_of("warnings", of_label("34066-1", "contraindication", boxed=True))

    assert boxed < rank_of("warnings", warning("contraindication"))


def test_uses_with_no_more_than_a_phase_come_last_the_highest_first() -> None:
    by_label = of_label("34067-9", number="1") | {"max_phase": None}
    phases = [{"section": None, "max_phase": phase} for phase in (4, 3, 1, 0.5)]

    ranks = [rank_of("indications", fact) for fact in (by_label, *phases)]

    assert ranks == sorted(set(ranks))


def test_what_a_person_wrote_stands_before_labels_and_kinds_without_sections_keep_their_order() -> (
    None
):
    section = {"code": "34067-9", "name": "Indications & Usage", "number": "1.2", "heading": None}
    second = {"section": section | {"number": "1.10"}}

    ranks = [
        rank_of("indications", fact) for fact in ({"section": None}, {"section": section}, second)
    ]

    assert ranks == sorted(ranks)
    assert rank_of("trials", {}) == rank_of("discrepancies", {})
    assert all(a != b for a, b in permutations(ranks, 2))
