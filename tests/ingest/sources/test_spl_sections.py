from typing import Any

import pytest

from app.ingest.sources.spl_documents import read_document
from app.ingest.sources.spl_sections import SplSection, sections_of
from tests.ingest.made_spl import BOXED, UNCLASSIFIED, WARNINGS, section, spl

INDICATIONS, ADVERSE, PREGNANCY, LEAFLET = "34067-9", "34084-4", "42228-7", "42231-1"
CONTRAINDICATIONS = "34070-3"


def read(*sections: str) -> list[SplSection]:
    return sections_of(read_document(spl(*sections)).root)


def shown(*sections: str) -> list[tuple[Any, ...]]:
    return [(s.code, s.number, s.heading, s.text.statement) for s in read(*sections)]


def test_sections_are_the_documents_own_tree_with_numbers_from_their_titles() -> None:
    nested = section("5.1 Falls", "Careful.", section("Monitoring", "Look."))

    assert shown(section("5 WARNINGS AND PRECAUTIONS", None, nested, code=WARNINGS)) == [
        (WARNINGS, "5", "WARNINGS AND PRECAUTIONS", ""),
        (WARNINGS, "5.1", "Falls", "Careful."),
        (WARNINGS, "5.1", "Monitoring", "Look."),
    ]


@pytest.mark.parametrize(
    ("title", "number", "heading"),
    [
        ("5.1Serious Infections", "5.1", "Serious Infections"),
        ("5.1. Falls", "5.1", "Falls"),
        ("5.10 <content styleCode='bold'>Falls</content>", "5.10", "Falls"),
        ("5.1\u00a0\u2013 Falls", "5.1", "Falls"),
        ("5.2.1 Falls at Night", "5.2.1", "Falls at Night"),
        ("Section 5.1 Falls", "5.1", "Falls"),
        ("5 Falls", "5", "5 Falls"),
        ("8.7 Falls", "5", "8.7 Falls"),
        ("5.100 Falls", "5", "5.100 Falls"),
        ("B<sub>12</sub>Deficiency", "5", "B12 Deficiency"),
    ],
)
def test_a_number_counts_where_it_is_one_of_the_section(
    title: str, number: str, heading: str
) -> None:
    found = shown(section("5 WARNINGS", None, section(title, "Careful."), code=WARNINGS))

    assert found[1][1:3] == (number, heading)


def test_a_label_without_numbers_has_none() -> None:
    found = shown(
        section("INDICATIONS", None, section("1.Endocrine Disorders", "Use it."), code=INDICATIONS),
        section("5 mg Carton", "A picture.", code="51945-4"),
        section("5 mg", "Rx only"),
    )

    assert [(number, heading) for _, number, heading, _ in found] == [
        (None, "INDICATIONS"),
        (None, "1.Endocrine Disorders"),
        (None, "5 mg Carton"),
        (None, "5 mg"),
    ]


def test_a_section_without_code_is_what_its_number_says() -> None:
    found = shown(
        section("6 ADVERSE REACTIONS", "Nausea.", code=""),
        section("6.1 Trials", "Few."),
        section("10.5 MG", "A carton."),
        section("10 TABLETS", "A carton."),
    )

    assert found == [
        (ADVERSE, "6", "ADVERSE REACTIONS", "Nausea."),
        (ADVERSE, "6.1", "Trials", "Few."),
        ("42229-5", None, "10.5 MG", "A carton."),
        ("42229-5", None, "10 TABLETS", "A carton."),
    ]


def test_a_section_without_a_title_is_part_of_the_one_that_it_stands_in() -> None:
    found = shown(
        section("5 WARNINGS", None, code=WARNINGS),
        section("5.1 Falls", "One.", section(None, "Two.", section("More", "Three.")), code=""),
        section(None, None, section(None, "Boxed.", code=BOXED)),
    )

    assert found[1:] == [
        (WARNINGS, "5.1", "Falls", "One.\nTwo."),
        (WARNINGS, "5.1", "More", "Three."),
        ("42229-5", None, None, ""),
        (BOXED, None, None, "Boxed."),
    ]


def test_a_section_without_a_title_behind_another_stays_there() -> None:
    found = shown(
        section(
            *("6 ADVERSE REACTIONS", "One."),
            section("6.1 Trials", "Two."),
            section(None, "Three."),
            section(None, None, section("6.2 Reports", "Four.")),
            code="34084-4",
        )
    )

    assert [said[1:] for said in found] == [
        ("6", "ADVERSE REACTIONS", "One."),
        ("6.1", "Trials", "Two."),
        ("6", None, "Three."),
        ("6.2", "Reports", "Four."),
    ]


def test_a_number_of_the_section_around_counts_more_than_a_code_of_another() -> None:
    found = shown(
        section(
            *("14 CLINICAL STUDIES", None),
            section("14.1 Adults", "One.", code=UNCLASSIFIED),
            section("14.2 Children", "Two.", code="34090-1"),
            code="34092-7",
        )
    )

    assert found[1:] == [
        ("34092-7", "14.1", "Adults", "One."),
        ("34092-7", "14.2", "Children", "Two."),
    ]


def test_a_population_that_must_not_take_it_is_a_contraindication() -> None:
    def types(*parts: str, code: str = CONTRAINDICATIONS, title: str = "4 X") -> list[str]:
        return [s.type.key for s in read(section(title, None, *parts, code=code))][1:]

    numbered = section("4.3 Pregnancy", "Women who are.", code=PREGNANCY)
    not_numbered = section("Nursing mothers", "Those who are.", code="34080-2")
    boxed = section("WARNING", "Beware.", code=BOXED)
    assert types(numbered, not_numbered) == ["contraindications", "contraindications"]
    assert types(not_numbered, code=BOXED, title="WARNING") == ["boxed_warning"]
    assert types(section("2.4 Children", "1 mg.", code="34081-0"), code="34068-7", title="2 X") == [
        "dosage_and_administration"
    ]
    assert types(section("5.3 Pregnancy", "Harm.", code=PREGNANCY), code=WARNINGS, title="5 X") == [
        "pregnancy"
    ]
    assert types(boxed) == ["boxed_warning"]


def test_what_a_title_alone_says_is_its_text() -> None:
    found = read(
        section(
            "4 CONTRAINDICATIONS",
            None,
            section("4.1 Liver disease that is active"),
            section("4.2 Contraindications"),
            code=CONTRAINDICATIONS,
        ),
        section("Keep out of reach of children.", code="50565-1"),
        section("Do not use", code="50570-1"),
        section("11 DESCRIPTION OF IT", code="34089-3"),
    )

    assert [(s.number, s.heading, s.text.statement) for s in found] == [
        ("4", "CONTRAINDICATIONS", ""),
        ("4.1", "Liver disease that is active", "Liver disease that is active"),
        ("4.2", "Contraindications", ""),
        (None, "Keep out of reach of children.", "Keep out of reach of children."),
        (None, "Do not use", ""),
        ("11", "DESCRIPTION OF IT", ""),
    ]
    assert found[1].text.blocks == [{"type": "heading", "start": 0, "end": 28, "level": 0}]


def test_what_is_unclassified_or_unknown_is_what_it_stands_in() -> None:
    found = read(
        section(
            "8 USE IN SPECIFIC POPULATIONS",
            None,
            section("8.1 Pregnancy", "Do not.", section("Data", "Rats."), code=PREGNANCY),
            section("8.6 Renal Impairment", "Halve it.", code="88828-9"),
            section("8.7 Storage", "Cool.", code="44425-7"),
            code="43684-0",
        ),
        section("GUIDE", "Read.", section("Warnings", "Told.", code=WARNINGS), code=LEAFLET),
    )

    assert [(s.code, s.published_code, s.type.code, s.type.kind) for s in found[1:]] == [
        (PREGNANCY, None, PREGNANCY, "warnings"),
        (PREGNANCY, UNCLASSIFIED, PREGNANCY, "warnings"),
        ("88828-9", None, "43684-0", "warnings"),
        ("43684-0", "44425-7", "43684-0", "warnings"),
        (LEAFLET, None, LEAFLET, None),
        (LEAFLET, WARNINGS, LEAFLET, None),
    ]


def test_a_title_that_begins_a_sentence_stands_in_the_text_too() -> None:
    [found] = read(section("Stop use if", "you fall.", code="50566-9"))

    assert (found.heading, found.text.statement) == ("Stop use if", "Stop use if\nyou fall.")
    assert [block["type"] for block in found.text.blocks] == ["heading", "paragraph"]


def test_sections_are_found_by_any_id_in_them() -> None:
    text = "<paragraph ID='p1'>One<content ID='c1'/></paragraph>"

    [found] = read(section("1 INDICATIONS", text, code=INDICATIONS, id_="s1"))

    assert found.ids == ["s1", "p1", "c1"]


def test_the_data_of_products_is_no_section() -> None:
    assert read() == []
