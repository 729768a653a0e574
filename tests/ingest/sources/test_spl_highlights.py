import pytest

from app.ingest.sources.spl_documents import read_document
from app.ingest.sources.spl_highlights import summaries_of
from app.ingest.sources.spl_sections import sections_of
from tests.ingest.made_spl import BOXED, WARNINGS, section, spl

DOSAGE = "34068-7"


def summaries(*sections: str) -> dict[str | None, list[str]]:
    """The short forms of sections by their numbers, or headings where they have none."""
    found = sections_of(read_document(spl(*sections)).root)
    return {
        found[place].number or found[place].heading: summary.split("\n")
        for place, summary in summaries_of(found).items()
    }


def dosage(highlights: str) -> str:
    parts = [section(f"2.{minor} Part", "Said.") for minor in (1, 2, 3)]
    return section("2 DOSAGE", None, *parts, code=DOSAGE, highlights=highlights)


def warnings(highlights: str) -> str:
    parts = [section(f"5.{minor} Part", "Said.", id_=f"w{minor}") for minor in (1, 2)]
    return section("5 WARNINGS", None, *parts, code=WARNINGS, highlights=highlights)


def test_each_statement_is_given_to_the_sections_whose_numbers_it_has() -> None:
    highlights = (
        "<list><item>• Falls: stand up slowly. (5.1)</item>"
        "<item><caption>•</caption>Sleep: ( 5.1 , 5.2 )</item></list>"
    )

    assert summaries(warnings(highlights)) == {
        "5.1": ["Falls: stand up slowly. (5.1)", "Sleep: ( 5.1 , 5.2 )"],
        "5.2": ["Sleep: ( 5.1 , 5.2 )"],
    }


def test_a_range_of_numbers_names_each() -> None:
    assert [*summaries(dosage("Doses (2.1 to 2.3)."), warnings("Falls (5.1\u20135.2)"))] == [
        *("2.1", "2.2", "2.3", "5.1", "5.2")
    ]


def test_what_a_statement_has_no_number_for_its_link_names() -> None:
    highlights = "Falls. <linkHtml href='#w2'>See there</linkHtml>"

    assert summaries(warnings(highlights)) == {"5.2": ["Falls. See there"]}


def test_a_cross_reference_within_a_statement_is_not_what_it_is_of() -> None:
    highlights = "Use with care [see Warnings (5.1)] in all. (2.1)"

    assert list(summaries(dosage(highlights), warnings("None [see 5.2]. (5.2)"))) == ["2.1", "5.2"]


def test_what_stands_in_other_highlights_comes_last_under_their_heading() -> None:
    watch = "<list><item>Watch. (2.1, 5.1)</item><item>Wait. (5.1)</item></list>"
    found = summaries(dosage(watch), warnings("Falls. (5.1)"))

    assert found["5.1"] == ["Falls. (5.1)", "DOSAGE", "Watch. (2.1, 5.1)", "Wait. (5.1)"]


def test_bullets_within_a_paragraph_are_items_of_a_list() -> None:
    led = "For:\n<br/>\u2022 coughs. (2.1)<br/> \u2022 sneezes (2.2) \u2022 all else (2.3)"
    first = "\u2022 Falls. (5.1)<br/>\u2022 Sleep.<br/>A deep one. (5.2)"

    assert summaries(dosage(led), warnings(first)) == {
        "2.1": ["For:", "coughs. (2.1)"],
        "2.2": ["For:", "sneezes (2.2)"],
        "2.3": ["For:", "all else (2.3)"],
        "5.1": ["Falls. (5.1)"],
        "5.2": ["Sleep. A deep one. (5.2)"],
    }


def test_a_line_break_behind_a_number_ends_a_statement() -> None:
    highlights = "Falls (5.1)<br/>Sleep, which<br/>is deep (e.g., all night)<br/>(5.2).<br/>Stop."

    assert summaries(warnings(highlights)) == {
        "5": ["Stop."],
        "5.1": ["Falls (5.1)"],
        "5.2": ["Sleep, which is deep (e.g., all night) (5.2)."],
    }


def test_what_leads_to_statements_stands_with_each_section_of_theirs() -> None:
    highlights = (
        "<paragraph>Recommended:</paragraph>"
        "<list><item>Adults<list><item>5 mg (2.1)</item><item>10 mg (2.2)</item></list></item>"
        "</list><paragraph>Children</paragraph><list><item>1 mg (2.3)</item></list>"
    )

    assert summaries(dosage(highlights)) == {
        "2.1": ["Recommended:", "Adults", "5 mg (2.1)"],
        "2.2": ["Recommended:", "Adults", "10 mg (2.2)"],
        "2.3": ["Children", "1 mg (2.3)"],
    }


def test_what_goes_on_with_a_statement_stands_with_it() -> None:
    highlights = (
        "<paragraph>Adults (2.1):</paragraph><list><item>5 mg</item><item>then 10 mg</item></list>"
        "<table><tr><td>Children (2.2)</td></tr><tr><td>10 kg</td><td>1 mg</td></tr></table>"
        "<list><item>Old age:<list><item>day 1: 1 mg</item><item>2 mg (2.3)</item></list></item>"
        "</list>"
    )

    assert summaries(dosage(highlights)) == {
        "2.1": ["Adults (2.1):", "5 mg", "then 10 mg"],
        "2.2": ["Children (2.2)", "10 kg | 1 mg"],
        "2.3": ["Old age:", "day 1: 1 mg", "2 mg (2.3)"],
    }


def test_what_names_no_section_stands_with_the_section_whose_highlights_it_is_in() -> None:
    highlights = (
        "<paragraph>Limits: not in all.</paragraph><list><item>Adults (2.1)</item>"
        "<item>Swallow it whole.</item></list><paragraph>Stop when cured (2.9).</paragraph>"
    )

    assert summaries(dosage(highlights)) == {
        "2": ["Limits: not in all.", "Swallow it whole.", "Stop when cured (2.9)."],
        "2.1": ["Adults (2.1)"],
    }


def test_a_line_after_another_heading_is_not_given_to_the_first() -> None:
    highlights = (
        "<paragraph>Adults (2.1):</paragraph><list><item>5 mg<paragraph>Children (2.2)"
        "</paragraph></item></list><table><tr><td>10 kg</td><td>1 mg</td></tr></table>"
    )

    assert summaries(dosage(highlights))["2"] == ["10 kg | 1 mg"]


def test_a_table_stands_under_the_line_that_leads_to_it_in_whatever_list_that_is() -> None:
    highlights = (
        "<list><item>Adults: 5 mg. (2.1)<paragraph>Children (2.2):</paragraph><list><item>Day 1"
        "</item></list></item><item>From 12 years:</item></list>"
        "<table><tr><td>Weight<br/>in kg</td><td>Dose</td></tr><tr><td>30</td>"
        "<td>Day 1: 80 mg<br/>Day 8: 40 mg</td></tr></table>"
    )

    assert summaries(dosage(highlights)) == {
        "2.1": ["Adults: 5 mg. (2.1)"],
        "2.2": [
            *("Children (2.2):", "Day 1", "From 12 years:", "Weight in kg | Dose"),
            "30 | Day 1: 80 mg; Day 8: 40 mg",
        ],
    }


def test_a_paragraph_within_an_item_is_of_it() -> None:
    highlights = (
        "<list><item>For colitis. (2.1)<paragraph>Limitations of Use: not in all.</paragraph>"
        "<paragraph>Limitations:</paragraph><paragraph>Nor in these.</paragraph></item>"
        "<item>For psoriasis. (2.2)</item></list>"
    )

    assert summaries(dosage(highlights)) == {
        "2.1": [
            *("For colitis. (2.1)", "Limitations of Use: not in all."),
            *("Limitations:", "Nor in these."),
        ],
        "2.2": ["For psoriasis. (2.2)"],
    }


def test_a_footnote_stands_with_the_section_of_its_highlights_alone() -> None:
    highlights = (
        "<paragraph>Hustanol* is for coughs:</paragraph><list><item>at night (2.1)</item></list>"
        "<paragraph>*Biosimilar means similar</paragraph>"
    )

    assert summaries(dosage(highlights)) == {
        "2": ["*Biosimilar means similar"],
        "2.1": ["Hustanol* is for coughs:", "at night (2.1)"],
    }


def test_the_same_line_twice_is_told_twice() -> None:
    highlights = (
        "<list><item>Before:<list><item>5 mg (2.1)</item></list></item>"
        "<item>After:<list><item>5 mg (2.1)</item></list></item></list>"
    )

    assert summaries(dosage(highlights))["2.1"] == ["Before:", "5 mg (2.1)", "After:", "5 mg (2.1)"]


def test_a_boxed_warning_has_all_of_its_own_highlights_and_alone_its_headings() -> None:
    boxed = section(
        "WARNING: FALLS",
        "Beware.",
        code=BOXED,
        highlights="<paragraph>WARNING: FALLS</paragraph><paragraph>See full prescribing "
        "information for complete boxed warning.</paragraph><list><item>Falls (5.1)<list>"
        "<item>Stand up slowly.</item></list></item></list>",
    )

    assert summaries(boxed, warnings("Sleep (5.2)")) == {
        "WARNING: FALLS": [
            "WARNING: FALLS",
            "See full prescribing information for complete boxed warning.",
            *("Falls (5.1)", "Stand up slowly."),
        ],
        "5.1": ["WARNING: FALLS", "Falls (5.1)", "Stand up slowly."],
        "5.2": ["Sleep (5.2)"],
    }


def test_recent_changes_are_no_short_form_of_what_was_changed() -> None:
    changes = section(
        "RECENT MAJOR CHANGES", None, code="43683-2", highlights="Warnings (5.1) 1/2024"
    )

    assert summaries(changes, warnings("Sleep (5.2)")) == {"5.2": ["Sleep (5.2)"]}


def test_brackets_that_are_no_sections_name_none() -> None:
    highlights = "At (25) degrees, (5.1 mg), (2018), (5.1.1.1.1), (111111111111111111111111111111x"

    assert list(summaries(warnings(highlights))) == ["5"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Swallow two (2) tablets.", ["5"]),
        ("Every (2) hours, one after the other.", ["5"]),
        ("Take two (2).", ["5"]),
        ("Not (2). Nor this.", ["2"]),
        ("Not in all ( 2 )", ["2"]),
        ("Swallow all (2) <linkHtml href='#w1'>(5.1)</linkHtml>.", ["5.1"]),
        ("Swallow (<linkHtml href='#d'>2</linkHtml>) them", ["2"]),
        ("Falls (5.1 &amp; 5.2)", ["5.1", "5.2"]),
        ("Falls (5.1, and 5.2)", ["5.1", "5.2"]),
        ("Falls (5.1, Table 2)", ["5.1"]),
        ("Falls (Table 2, 5.1).", ["5.1"]),
        ("Falls (5.1 through 5.2)", ["5.1", "5.2"]),
        ("Falls (see 5.2)", ["5.2"]),
        ("Falls (Section 5.2) and sleep [see Sections 5.1]", ["5.2"]),
    ],
)
def test_a_bracket_names_sections_where_it_can_be_nothing_else(said: str, named: list[str]) -> None:
    dose = section("2 DOSAGE", "Said.", code=DOSAGE, id_="d")

    assert list(summaries(dose, warnings(said))) == named


def test_each_row_of_a_table_has_its_own_links() -> None:
    highlights = (
        "<table><tr><td><linkHtml href='#w1'>Falls</linkHtml></td></tr>"
        "<tr><td><linkHtml href='#w2'>Sleep</linkHtml></td></tr></table>"
    )

    assert summaries(warnings(highlights)) == {
        "5.1": ["Falls"],
        "5.2": ["Sleep"],
    }
