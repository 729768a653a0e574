"""Each table stands in the one passage whose text it repeats, or else in its section."""

import time
from typing import Any

import pytest

from app.ingest.sources.label_sections import passages_of
from app.ingest.sources.label_table_places import place_tables

DOSES = (
    "<table><tr><td>Adults</td><td>5 mg</td></tr><tr><td>Children</td><td>1 mg</td></tr></table>"
)
OTHER = "<table><tr><td>Elderly</td><td>2 mg</td></tr></table>"
IN_TEXT = "Adults 5 mg Children 1 mg"
KEYS = ("dosage_and_administration", "use_in_specific_populations", "pregnancy", "spl_unclassified")


def placed(**sections: Any) -> tuple[list[tuple[str | None, int]], dict[str, int]]:
    """How many tables stand in each passage that has any, by number, and in sections, by key."""
    label = {
        key: [text] if isinstance(text, str) else text
        for key, text in {"contraindications": "4 CONTRAINDICATIONS None.", **sections}.items()
    }
    passages = passages_of(label)
    tables = place_tables(label, passages, KEYS)
    of_passages = [(passages[at].number, len(some)) for at, some in tables.of_passages.items()]
    return of_passages, {key: len(some) for key, some in tables.of_sections.items()}


def dosage(*parts: str) -> str:
    return f"2 DOSAGE AND ADMINISTRATION {' '.join(parts)}"


def test_a_table_stands_in_the_passage_that_has_its_text() -> None:
    text = dosage("2.1 Adults Take it.", f"2.2 Doses {IN_TEXT} Or else.", "2.3 Others Do not.")

    assert placed(dosage_and_administration=text, dosage_and_administration_table=[DOSES]) == (
        [("2.2", 1)],
        {},
    )


@pytest.mark.parametrize(
    "written", [IN_TEXT, "Adults  5\nmg\tChildren 1 mg", "Adults5 mg Children1mg"]
)
def test_white_space_alone_may_differ(written: str) -> None:
    text = dosage("2.1 Adults Take it.", f"2.2 Doses {written}")

    assert placed(dosage_and_administration=text, dosage_and_administration_table=[DOSES])[0]


@pytest.mark.parametrize(
    "written",
    [
        "Adults 5 mg Children 10 mg",
        "Adults 5 mg, Children 1 mg",
        "adults 5 mg children 1 mg",
        "YoungAdults 5 mg Children 1 mg",
        "Adults 5 mg Children 1 mgs",
        "Children 1 mg Adults 5 mg",
    ],
)
def test_what_is_not_the_very_text_leaves_the_table_to_its_section(written: str) -> None:
    text = dosage("2.1 Adults Take it.", f"2.2 Doses {written}")

    assert placed(dosage_and_administration=text, dosage_and_administration_table=[DOSES]) == (
        [],
        {"dosage_and_administration": 1},
    )


def test_what_two_passages_have_is_in_neither() -> None:
    text = dosage(f"2.1 Adults {IN_TEXT} For them.", f"2.2 Doses {IN_TEXT} For those.")

    assert placed(dosage_and_administration=text, dosage_and_administration_table=[DOSES]) == (
        [],
        {"dosage_and_administration": 1},
    )


def test_a_passage_of_another_section_is_not_asked() -> None:
    found = placed(
        dosage_and_administration=dosage("2.1 Adults Take it."),
        dosage_and_administration_table=[DOSES],
        use_in_specific_populations=f"8 USE IN SPECIFIC POPULATIONS {IN_TEXT}",
    )

    assert found == ([], {"dosage_and_administration": 1})


def test_a_table_of_a_section_and_of_its_part_is_one() -> None:
    pregnancy = f"8.1 Pregnancy Risk Summary {IN_TEXT}"

    found = placed(
        use_in_specific_populations=f"8 USE IN SPECIFIC POPULATIONS {pregnancy} 8.2 Lactation No.",
        pregnancy=pregnancy,
        use_in_specific_populations_table=[DOSES],
        pregnancy_table=[DOSES],
    )

    assert found == ([("8.1", 1)], {})


def test_a_long_table_may_be_without_a_blank_around_it_and_cuts_no_number() -> None:
    rows = "".join(f"<tr><td>Day {n}</td><td>{n} mg</td></tr>" for n in range(1, 9))
    table = f"<table>{rows}<tr><td>Total</td><td>36</td></tr></table>"
    text = " ".join(f"Day {n} {n} mg" for n in range(1, 9)) + " Total 36"

    def found(behind: str) -> bool:
        whole = dosage("2.1 Adults Take it.", f"2.2 Doses as follows:{text}{behind}")
        in_passages, _ = placed(
            dosage_and_administration=whole, dosage_and_administration_table=[table]
        )
        return bool(in_passages)

    assert found("Then stop.")
    assert not found("5 mg")
    assert not found(".5 mg")


def test_tables_of_pictures_alone_are_left_out() -> None:
    picture = "<table><tr><td><renderMultiMedia/></td></tr></table>"

    assert placed(
        dosage_and_administration=dosage("Take it."), dosage_and_administration_table=[picture]
    ) == ([], {})


def test_a_table_of_a_section_without_text_stands_behind_all() -> None:
    label = {"dosage_and_administration_table": DOSES, "contraindications": ["None."]}

    tables = place_tables(label, passages_of(label), KEYS)

    assert tables.sections_after == {1: ["dosage_and_administration"]}


def test_many_small_tables_beside_a_long_text_take_no_long_time() -> None:
    tables = [f"<table><tr><td>{n % 10}</td></tr></table>" for n in range(1_000)]
    text = dosage("123 " * 10_000, "2.1 Adults " + "9" * 100_000)
    before = time.process_time()

    placed(dosage_and_administration=text, dosage_and_administration_table=tables)

    assert time.process_time() - before < 5
