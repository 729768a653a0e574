import pytest
from lxml import etree

from app.ingest.sources.spl_text import SplText, read_text


def text_of(markup: str) -> SplText:
    return read_text([etree.fromstring(f'<text xmlns="urn:hl7-org:v3">{markup}</text>')])


def blocks_of(markup: str) -> list[tuple[str, int, str]]:
    text = text_of(markup)
    return [
        (block["type"], block["level"], text.statement[block["start"] : block["end"]])
        for block in text.blocks
    ]


def test_paragraphs_and_items_are_lines_with_their_place_in_the_text() -> None:
    markup = (
        "<paragraph>Do  not\n drive:</paragraph><list><caption>When</caption><item>tired"
        "<list><item>or <content styleCode='bold'>very</content> tired</item></list></item>"
        "<item><paragraph>ill</paragraph><paragraph>or not</paragraph></item></list>Ever."
    )

    assert text_of(markup).statement == (
        "Do not drive:\nWhen\ntired\nor very tired\nill\nor not\nEver."
    )
    assert blocks_of(markup) == [
        ("paragraph", 0, "Do not drive:"),
        ("caption", 1, "When"),
        ("list_item", 1, "tired"),
        ("list_item", 2, "or very tired"),
        ("list_item", 1, "ill"),
        ("paragraph", 1, "or not"),
        ("paragraph", 0, "Ever."),
    ]


def test_the_mark_of_an_item_stands_before_it_as_published() -> None:
    markup = (
        "<list><item><caption>•</caption>One</item>"
        "<item><caption>b)</caption><paragraph>Two</paragraph></item></list>"
    )

    assert blocks_of(markup) == [("list_item", 1, "• One"), ("list_item", 1, "b) Two")]


@pytest.mark.parametrize(
    ("published", "served"),
    [
        ("1-2 X 10<sup>-10</sup>M", "1-2 X 10^-10 M"),
        ("0.8 x 10 <sup>9</sup>/L, 10<sup>3</sup> cells", "0.8 x 10^9/L, 10^3 cells"),
        (
            "30 mg/m <sup>2</sup>once, mm<sup>3</sup>, min<sup>-1</sup>",
            "30 mg/m2 once, mm3, min^-1",
        ),
        ("C<sub>max</sub>and C <sub>max</sub>, AUC<sub>0-24</sub>", "Cmax and Cmax, AUC0-24"),
        ("B<sub>12</sub>dose, C<sub>2</sub>H<sub>6</sub>O", "B12 dose, C2H6O"),
        ("Ca<sup>2+</sup>, 25<sup>th</sup>, 1<sup>st</sup>", "Ca2+, 25th, 1st"),
        ("5 mg<sup>1</sup>, 5<sup>1</sup>, 0.10<sup>3</sup>/day", "5 mg 1, 5 1, 0.10 3/day"),
        ("Week 10<sup>1</sup> was 5<sup>a</sup>, 6%<sup>*</sup>", "Week 10 1 was 5 a, 6%*"),
        ("<sup>1</sup>Base, 10<sub>2</sub>", "1 Base, 10 2"),
        ("x<sup/>y<sub> </sub>z", "x y z"),
    ],
)
def test_a_script_is_never_read_as_a_part_of_a_number(published: str, served: str) -> None:
    text = text_of(f"{published}<table><tr><td>{published}</td></tr></table>")

    told, in_a_table = text.statement.split("\n")
    assert told == served
    assert in_a_table.replace(" ", "") == served.replace(" ", "")
    assert text.tables[0]["rows"] == [[{"text": in_a_table}]]


def test_scripts_are_compared_as_openfda_has_them() -> None:
    text = text_of(
        "C<sub>max</sub> 10<sup>9</sup>/L<table><tr><td>B<sub>12</sub></td></tr></table>"
    )

    assert text.spaced == "C max 10 9/L\nB 12"


def test_what_is_styled_within_a_word_does_not_part_it() -> None:
    assert text_of("<content>W</content>arning<content>s</content>").statement == "Warnings"


def test_a_line_break_is_one_and_a_picture_has_no_text_but_its_caption() -> None:
    markup = (
        "One<br/>two<br/><br/>three<renderMultiMedia referencedObject='x'>"
        "<caption>A pill.</caption></renderMultiMedia>"
    )

    assert blocks_of(markup) == [("paragraph", 0, "One\ntwo\nthree"), ("caption", 0, "A pill.")]


def test_a_footnote_in_a_text_stands_on_a_line_where_it_is_referred_to() -> None:
    assert blocks_of("<paragraph>Rare<footnote>Once.</footnote> or not.</paragraph>") == [
        ("paragraph", 0, "Rare"),
        ("footnote", 0, "Once."),
        ("paragraph", 0, "or not."),
    ]


def test_a_table_is_a_table_and_stands_in_the_text_row_by_row() -> None:
    text = text_of(
        "Doses:<table><caption>Table 1</caption><thead><tr><th colspan='2'>Adults</th></tr></thead>"
        "<tfoot><tr><td>Last.</td></tr></tfoot>"
        "<tbody><tr><td rowspan='2'>5 mg<footnote ID='f'>Daily.</footnote></td>"
        "<td><list><item>one</item><item>two</item></list></td></tr>"
        "<tr><td>b<footnoteRef IDREF='f'/></td></tr></tbody></table>"
        "<table><tr><td><renderMultiMedia/></td></tr></table>After."
    )

    assert text.statement == ("Doses:\nTable 1\nAdults\n5 mg\tone two\nb\nLast.\nDaily.\nAfter.")
    assert [block["type"] for block in text.blocks] == ["paragraph", "table", "paragraph"]
    assert text.tables == [
        {
            "caption": "Table 1",
            "rows": [
                [{"text": "Adults", "header": True, "colspan": 2}],
                [{"text": "5 mg", "rowspan": 2, "footnotes": [1]}, {"text": "one\ntwo"}],
                [{"text": "b", "footnotes": [1]}],
                [{"text": "Last."}],
            ],
            "footnotes": ["Daily."],
        }
    ]


def test_links_within_the_document_are_noted_with_their_place() -> None:
    text = text_of(
        "See <linkHtml href='#s5'> Warnings (5)</linkHtml> and "
        "<linkHtml href='https://a.example'>this</linkHtml>, <linkHtml href='#s6'/>."
    )

    [reference] = text.references
    assert reference.id == "s5"
    assert text.statement[reference.start : reference.end] == "Warnings (5)"
    assert text.statement == "See Warnings (5) and this, ."


def test_links_in_a_table_are_noted_with_their_place_in_the_text() -> None:
    text = text_of(
        "See:<table><tfoot><tr><td>Or <linkHtml href='#last'>there</linkHtml></td></tr></tfoot>"
        "<tr><td>x10<sup>9</sup>/L:<linkHtml href='#s5'> Warnings <sub>5</sub> </linkHtml>or"
        "<linkHtml href='#no'> </linkHtml> <linkHtml href='https://a.example'>this</linkHtml></td>"
        "<td><linkHtml href='#s6'><sup>1</sup></linkHtml></td></tr></table>"
    )

    assert text.statement == "See:\nx10^9/L: Warnings5 or this\t1\nOr there"
    assert text.tables[0]["rows"][0][0]["text"] == "x10^9/L: Warnings5 or this"
    assert [(r.id, text.statement[r.start : r.end]) for r in text.references] == [
        ("s5", "Warnings5"),
        ("s6", "1"),
        ("last", "there"),
    ]


def test_every_letter_is_read_once_and_in_order() -> None:
    markup = (
        "a<paragraph>b<content>c<sub>d</sub></content>e<br/>f</paragraph>g<list><caption>h"
        "</caption><item>i<list><item><caption>j</caption>k</item></list>l<paragraph>m</paragraph>"
        "n</item></list>o<linkHtml href='#x'>p</linkHtml>q<table><tr><td>r</td><td>s<table><tr><td>"
        "t</td></tr></table></td></tr></table>u<renderMultiMedia><caption>v</caption>"
        "</renderMultiMedia>w<footnote>x</footnote>y<!-- no --><unknown>z</unknown>"
    )
    text = text_of(markup)

    assert "".join(text.statement.split()) == "abcdefghijklmnopqrstuvwxyz"
    told = "".join(text.statement[block["start"] : block["end"]] for block in text.blocks)
    assert "".join(told.split()) == "abcdefghijklmnopqrstuvwxyz"
