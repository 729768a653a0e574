"""Numerals, single letters and species tell names apart that are spelt alike."""

import pytest

from app.names.distinctions import distinctions


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Coagulation factor IX", ["9"]),
        ("factor 9", ["9"]),
        ("interferon beta-1a", ["beta", "1a"]),
        ("interferon alfa-2b", ["alpha", "2b"]),
        ("Vitamin B12", ["b12"]),
        ("vitamin D", ["d"]),
        ("insulin, porcine", ["pork"]),
        ("Regular Insulin (pork)", ["pork"]),
        ("Humalog Mix 75/25", ["75", "25"]),
        ("(R)-baclofen", []),
        ("L-dopa", []),
        ("baclofen", []),
    ],
)
def test_the_words_that_no_misspelling_changes_are_found(name: str, found: list[str]) -> None:
    assert sorted(distinctions(name).elements()) == sorted(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("factor IX", "factor X"),
        ("factor IX", "factor II"),
        ("vitamin D", "vitamin K"),
        ("interferon beta-1a", "interferon beta-1b"),
        ("insulin beef", "insulin pork"),
    ],
)
def test_names_that_differ_in_them_are_told_apart(one: str, other: str) -> None:
    assert distinctions(one) != distinctions(other)
