"""Sentences of labels' texts."""

import pytest

from app.ingest.mentions.sentences import LONGEST, Sentences


def around(text: str, word: str) -> str:
    """The sentence of a text that has a word."""
    start = text.index(word)
    begin, end = Sentences(text).around(start, start + len(word))
    return text[begin:end]


@pytest.mark.parametrize(
    ("text", "word", "sentence"),
    [
        ("Do not drive. Avoid aspirin. Rest.", "aspirin", "Avoid aspirin."),
        (
            "Some drugs (e.g. Aspirin and others) do. Others do not.",
            "Aspirin",
            "Some drugs (e.g. Aspirin and others) do.",
        ),
        ("7.1 Aspirin Avoid it. Rest.", "Aspirin", "7.1 Aspirin Avoid it."),
        ("Tell about: • aspirin • warfarin", "aspirin", "• aspirin"),
        ("Avoid St. John's Wort. Rest.", "John", "Avoid St. John's Wort."),
        ("First.\n\naspirin is next", "aspirin", "aspirin is next"),
        ("Aspirin", "Aspirin", "Aspirin"),
    ],
)
def test_a_sentence_is_quoted_letter_for_letter(text: str, word: str, sentence: str) -> None:
    assert around(text, word) == sentence


def test_of_a_table_the_words_around_a_name_are_quoted() -> None:
    text = f"{'Drug effect ' * 400}aspirin {'raises it ' * 400}"

    quoted = around(text, "aspirin")

    assert "aspirin" in quoted
    assert len(quoted) < LONGEST + 100
    assert quoted in text


def test_a_row_of_a_table_is_one_sentence_with_its_title_and_apart_from_others() -> None:
    table = "Drug\tWhat it does\nOthers\nTea\tIt sedates. Avoid it.\nMilk\tNothing"
    text = f"These are known\n{table}\nAspirin does more."
    start = text.index(table)
    blocks = [
        {"type": "paragraph", "start": 0, "end": start - 1, "level": 0},
        {"type": "table", "start": start, "end": start + len(table), "level": 0},
        {"type": "paragraph", "start": start + len(table) + 1, "end": len(text), "level": 0},
    ]
    sentences = Sentences(text, blocks)

    quoted = []
    for word in ("These", "Drug", "sedates", "Milk", "Aspirin"):
        begin, end = sentences.around(text.index(word), text.index(word) + len(word))
        quoted.append(text[begin:end])

    assert quoted == [
        "These are known",
        "Drug\tWhat it does",
        "Others\nTea\tIt sedates. Avoid it.",
        "Milk\tNothing",
        "Aspirin does more.",
    ]


def test_a_list_ends_with_its_last_item_and_begins_with_what_leads_to_it() -> None:
    text = "Avoid:\naspirin\nwarfarin\nMilk is safe."
    levels = ((0, 0), (7, 1), (15, 1), (24, 0))
    blocks = [{"type": "any", "start": start, "level": level} for start, level in levels]

    begin, end = Sentences(text, blocks).around(7, 14)

    assert text[begin:end] == "Avoid:\naspirin\nwarfarin"
