import pytest

from app.ingest.sources.label_tables import Cell, Table, rows_of


def texts(html: str) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows_of(html).rows]


def test_a_table_is_its_caption_and_its_rows_of_cells_as_text() -> None:
    table = rows_of(
        '<table width="80%"><caption>Table 1: Adverse Reactions</caption><col width="50%"/>'
        '<thead><tr styleCode="Botrule"><th colspan="2">Reaction</th></tr></thead>'
        '<tbody><tr><td rowspan="3" align="left"><content styleCode="bold">Nau</content>sea</td>'
        "<td>&lt; 5%</td></tr></tbody></table>"
    )

    assert table == Table(
        "Table 1: Adverse Reactions",
        (
            (Cell("Reaction", colspan=2, is_header=True),),
            (Cell("Nausea", rowspan=3), Cell("< 5%")),
        ),
    )


def test_a_table_without_a_caption_has_none() -> None:
    assert rows_of("<table><tr><td>1</td></tr></table>").caption is None
    assert rows_of("<table><caption> </caption><tr><td>1</td></tr></table>").caption is None


def test_a_cell_of_the_head_is_a_header_though_it_is_written_as_another() -> None:
    head, body = rows_of(
        "<table><thead><tr><td>A</td></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    ).rows

    assert head[0].is_header
    assert not body[0].is_header


def test_words_of_two_paragraphs_items_or_lines_stay_apart() -> None:
    html = "<table><tr><td><paragraph>one</paragraph><list><item>two</item></list>three<br/>four"

    assert texts(html) == [["one two three four"]]


def test_an_exponent_or_a_footnotes_mark_is_not_read_as_part_of_the_number() -> None:
    assert texts("<table><tr><td>10<sup>3</sup></td><td>5<sup>a</sup></td>") == [["10 3", "5 a"]]


def test_the_mark_of_a_lists_item_is_no_caption_of_the_table() -> None:
    table = rows_of(
        "<table><tr><td><list><item><caption>•</caption>Rash</item></list></td></tr></table>"
    )

    assert table == Table(None, ((Cell("• Rash"),),))


def test_a_script_and_a_style_are_no_text() -> None:
    html = (
        "<table><tr><td onclick='go()'>safe<script>alert('x')</script><style>td {}</style>"
        "<img src=x onerror=alert(1)> still<!-- <b>not</b> --></td></tr></table>"
    )

    assert texts(html) == [["safe still"]]


def test_tags_that_are_never_closed_lose_no_text() -> None:
    assert texts("<table><tr><td>a<td>b<tr><td><b>c<td>d") == [["a", "b"], ["c", "d"]]
    assert texts("<table><tr><td>a</td><td>dose <5 mg") == [["a", "dose <5 mg"]]
    assert rows_of("<table><caption>Of doses<tr><td>5 mg") == Table("Of doses", ((Cell("5 mg"),),))


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
    (row,) = rows_of(f'<table><tr><td colspan="{written}" rowspan="{written}">a</td></tr>').rows

    assert row == (Cell("a", colspan=spans, rowspan=spans),)


def test_no_cell_spans_more_than_the_standard_lets_it() -> None:
    (row,) = rows_of("<table><td colspan=99999 rowspan=99999><td colspan=9999999999>").rows

    assert row == (Cell("", colspan=1000, rowspan=65534), Cell(""))


def test_an_empty_cell_stays_and_an_empty_row_goes() -> None:
    assert texts("<table><tr></tr><tr><td/><td>a</td></tr></table>") == [["", "a"]]
    assert rows_of("") == Table(None, ())


def test_a_long_table_is_read_in_one_go() -> None:
    table = rows_of("<table>" + "<tr><td>a<td>b" * 10_000)

    assert len(table.rows) == 10_000


@pytest.mark.parametrize("torn", ["<", "<b ", "<!--", "<?", "</", "<!", "<![CDATA[", "&", "<b a="])
def test_much_that_is_torn_is_read_in_one_go(torn: str) -> None:
    rows_of("<table><td>" + torn * (160_000 // len(torn)))
