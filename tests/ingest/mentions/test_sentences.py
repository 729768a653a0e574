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
