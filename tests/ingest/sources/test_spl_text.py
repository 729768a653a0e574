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


def test_an_exponent_is_never_read_as_a_digit_of_its_number() -> None:
    assert text_of("10<sup>3</sup>/mm<sup>3</sup>, B<sub>12</sub>dose").statement == (
        "10 3/mm 3, B 12 dose"
    )


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
                [{"text": "5 mg", "rowspan": 2, "footnotes": [1]}, {"text": "one two"}],
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
