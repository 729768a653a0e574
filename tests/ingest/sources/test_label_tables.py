import time
from typing import Any

import pytest

from app.ingest.sources.label_tables import read_table
from app.models.label_table import LabelTable

Cell = dict[str, Any]


def table_of(html: str) -> LabelTable:
    return LabelTable.model_validate(read_table(html).table)


def rows_of(html: str) -> list[list[Cell]]:
    """Each cell with what it differs in from others."""
    rows: list[list[Cell]] = read_table(html).table["rows"]
    return rows


def texts(html: str) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table_of(html).rows]


def test_a_table_is_its_caption_and_its_rows_of_cells_as_text() -> None:
    read = read_table(
        '<table width="80%"><caption>Table 1: Adverse Reactions</caption><col width="50%"/>'
        '<thead><tr styleCode="Botrule"><th colspan="2">Reaction</th></tr></thead>'
        '<tbody><tr><td rowspan="2" align="left"><content styleCode="bold">Nau</content>sea</td>'
        "<td>&lt; 5%</td></tr><tr><td>2</td></tr></tbody></table>"
    )

    assert read.table == {
        "caption": "Table 1: Adverse Reactions",
        "rows": [
            [{"text": "Reaction", "header": True, "colspan": 2}],
            [{"text": "Nausea", "rowspan": 2}, {"text": "< 5%"}],
            [{"text": "2"}],
        ],
        "footnotes": [],
    }
    assert read.letters == "Table1:AdverseReactionsReactionNausea<5%2"


def test_a_table_without_a_caption_has_none() -> None:
    assert table_of("<table><tr><td>1</td></tr></table>").caption is None
    assert table_of("<table><caption> </caption><tr><td>1</td></tr></table>").caption is None


def test_a_cell_of_the_head_is_a_header_though_it_is_written_as_another() -> None:
    head, body = rows_of(
        "<table><thead><tr><td>A</td></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    )

    assert head == [{"text": "A", "header": True}]
    assert body == [{"text": "1"}]


def test_words_of_two_paragraphs_items_or_lines_stay_apart() -> None:
    html = "<table><tr><td><paragraph>one</paragraph><list><item>two</item></list>three<br/>four"

    assert texts(html) == [["one two three four"]]


def test_an_exponent_or_a_footnotes_mark_is_not_read_as_part_of_the_number() -> None:
    assert texts("<table><tr><td>10<sup>3</sup></td><td>5<sup>a</sup></td>") == [["10 3", "5 a"]]


def test_the_mark_of_a_lists_item_is_no_caption_of_the_table() -> None:
    table = table_of(
        "<table><tr><td><list><item><caption>•</caption>Rash</item></list></td></tr></table>"
    )

    assert table.caption is None
    assert [[cell.text for cell in row] for row in table.rows] == [["• Rash"]]


def test_a_script_and_a_style_are_no_text() -> None:
    html = (
        "<table><tr><td onclick='go()'>safe<script>alert('x')</script><style>td {}</style>"
        "<img src=x onerror=alert(1)> still<!-- <b>not</b> --></td></tr></table>"
    )

    assert texts(html) == [["safe still"]]


def test_tags_that_are_never_closed_lose_no_text() -> None:
    assert texts("<table><tr><td>a<td>b<tr><td><b>c<td>d") == [["a", "b"], ["c", "d"]]
    assert texts("<table><tr><td>a</td><td>dose <5 mg") == [["a", "dose <5 mg"]]
    caption = table_of("<table><caption>Of doses<tr><td>5 mg")
    assert (caption.caption, caption.rows[0][0].text) == ("Of doses", "5 mg")


def test_a_tag_that_is_torn_off_is_no_text_and_a_sign_is() -> None:
    assert texts("<table><tr><td>5 mg<img src=x onerror=alert(1)") == [["5 mg"]]
    assert texts("<table><tr><td>5 mg<b<td>p <0.05 and n < 10") == [["5 mg", "p <0.05 and n < 10"]]
    assert texts("<table><tr><td>a<script>alert(1)") == [["a"]]


def test_tags_that_are_never_opened_lose_no_text() -> None:
    assert texts("a</td></tr></table>b</b>") == [["a"], ["b"]]
    assert texts("</caption></thead><td>a</td>") == [["a"]]


def test_text_in_no_cell_gets_one() -> None:
    assert texts("<table>before<tr>within<td>a</td>after</tr></table>behind") == [
        ["before"],
        ["within", "a", "after"],
        ["behind"],
    ]


def test_a_table_within_a_cell_is_text_of_that_cell() -> None:
    html = (
        "<table><tr><td>a <table><caption>C</caption><tr><td>b</td><td>c</td></tr></table> d</td>"
        "<td>e</td></tr></table>"
    )

    assert texts(html) == [["a C b c d", "e"]]


def test_two_tables_after_each_other_are_rows_of_one() -> None:
    assert texts("<table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>") == [
        ["a"],
        ["b"],
    ]


@pytest.mark.parametrize(
    ("written", "spans"),
    [("2", 2), (" 3 ", 3), ("", 1), ("0", 1), ("-2", 1), ("two", 1), ("2.5", 1), ("²", 1)],
)
def test_what_a_cell_spans_is_a_number(written: str, spans: int) -> None:
    row, *_ = table_of(
        f'<table><tr><td colspan="{written}" rowspan="{written}">a</td></tr>'
        "<tr><td>b</td></tr><tr><td>c</td></tr></table>"
    ).rows

    assert [(cell.colspan, cell.rowspan) for cell in row] == [(spans, spans)]


@pytest.mark.parametrize("many", ["65535", "1000000000", "9" * 5000])
def test_no_cell_spans_more_columns_than_the_standard_lets_it_nor_more_rows_than_there_are(
    many: str,
) -> None:
    first, second = rows_of(
        f'<table><tr><td colspan="{many}" rowspan="{many}">a</td></tr><tr><td>b</td></tr></table>'
    )

    assert first == [{"text": "a", "colspan": 1000, "rowspan": 2}]
    assert second == [{"text": "b"}]


def test_the_rows_of_a_foot_are_the_last() -> None:
    assert texts(
        "<table><thead><tr><th>A</th></tr></thead><tfoot><tr><td>* of 9</td></tr></tfoot>"
        "<tbody><tr><td>1*</td></tr></tbody></table>"
    ) == [["A"], ["1*"], ["* of 9"]]


def test_a_footnote_stands_apart_and_the_cells_that_refer_to_it_name_it() -> None:
    read = read_table(
        "<table><caption>Doses<footnote>Of adults.</footnote></caption><tr>"
        '<td>1 g<footnote ID="f1">With <b>food</b>.</footnote></td>'
        '<td>2 g<footnoteRef IDREF="f1"/><footnoteRef IDREF="f9"/><footnoteRef/></td>'
        "<td>3 g</td></tr></table>"
    )

    assert read.table == {
        "caption": "Doses",
        "rows": [
            [{"text": "1 g", "footnotes": [2]}, {"text": "2 g", "footnotes": [2]}, {"text": "3 g"}]
        ],
        "footnotes": ["Of adults.", "With food."],
    }
    assert read.letters == "DosesOfadults.1gWithfood.2g3g"


def test_a_footnote_that_is_never_closed_loses_no_text() -> None:
    table = table_of("<table><tr><td>1<footnote>a</td><td>2")

    assert [[cell.text for cell in row] for row in table.rows] == [["1", "2"]]
    assert table.footnotes == ["a"]


def test_entities_are_what_they_stand_for_and_none_of_its_own_is_read() -> None:
    own = '<!DOCTYPE table [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'

    assert texts("<table><tr><td>&#181;&nbsp;&le; 5 &amp;lt;b&gt; &bogus;") == [
        ["\u00b5 ≤ 5 &lt;b> &bogus;"]
    ]
    assert "aaaaaaaaaa" not in texts(f"{own}<table><tr><td>&b;</td></tr></table>")[-1][-1]


def test_an_empty_cell_stays_and_an_empty_row_goes() -> None:
    assert texts("<table><tr></tr><tr><td/><td>a</td></tr></table>") == [["", "a"]]
    assert read_table("").table == {"caption": None, "rows": [], "footnotes": []}


def test_the_parsers_of_xml_and_of_html_read_the_same() -> None:
    html = (
        '<table ID="t1"><caption>A<sup>1</sup></caption><col width="9%"/><thead><tr>'
        '<th colspan="2">B</th></tr></thead><tfoot><tr><td>d</td></tr></tfoot><tbody><tr>'
        '<td>e<footnote ID="N1">f</footnote></td><td>g<footnoteRef IDREF="N1"/><br/>h</td></tr>'
        "<tr><td/><td><list><item><caption>i</caption>j</item></list></td></tr></tbody></table>"
    )

    assert read_table(f"{html}<!-- which XML is not asked for -->") == read_table(html)


TORN = ["<", "<b ", "<!--", "<?", "</", "<!", "<![CDATA[", "&", "<b a=", "<table><tr><td>", "<b>"]


@pytest.mark.slow
@pytest.mark.parametrize("torn", [*TORN, "<footnote>", "</td>", "<tr>", "x<td>"])
@pytest.mark.parametrize("begins", ["<table><td>", "<!-- --><table><td>"])
def test_much_that_is_torn_is_read_in_one_go(begins: str, torn: str) -> None:
    before = time.process_time()

    read_table(begins + torn * (160_000 // len(torn)))

    assert time.process_time() - before < 3


@pytest.mark.slow
def test_a_long_table_is_read_in_one_go() -> None:
    assert len(rows_of("<table>" + "<tr><td>a<td>b" * 10_000)) == 10_000
