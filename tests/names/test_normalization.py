"""How names and words are compared."""

import random
import string

import pytest
from rapidfuzz.distance import OSA, Levenshtein

from app.names.normalization import (
    most_letters_away,
    name_key,
    pieces_close_to,
    pieces_of,
    words_of,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lioresal®", "LIORESAL"),
        ("baclofène", "Baclofene"),
        ("baclofe\u0300ne", "baclofène"),
        ("co-trimoxazole", "Co Trimoxazole"),
        ("\N{GREEK SMALL LETTER ALPHA}-tocopherol", "alpha tocopherol"),
        ("β-carotene", "Beta-Carotene"),
        ("  Tylenol   with Codeine No. 3 ", "tylenol with codeine no 3"),
        ("Vitamin B-12", "vitamin b12"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("2'-deoxyuridine", "2-deoxyuridine"),
        ("(\N{MINUS SIGN})-epicatechin", "(-)-epicatechin"),
        ("(\N{EM DASH})-baclofen", "(-)-baclofen"),
        ("[\N{SUPERSCRIPT MINUS}]-baclofen", "(-)-baclofen"),
        ("(+,-)-baclofen", "(±)-baclofen"),
        ("- baclofen", "baclofen"),
        ("(±)-warfarin", "(+/-)-Warfarin"),
        ("ﬁngolimod", "fingolimod"),
    ],
)
def test_names_are_alike_whatever_their_case_accents_and_punctuation(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(+)-borneol", "(-)-borneol"),
        ("(+)-borneol", "borneol"),
        ("(±)-borneol", "(-)-borneol"),
        ("-borneol", "borneol"),
        ("-borneol", "(-)-borneol"),
        ("1,25-dihydroxyvitamin D", "125-dihydroxyvitamin D"),
        ("insulin 70/30", "insulin 7030"),
        ("Na+", "NA"),
        ("iron (2+)", "iron (3+)"),
        ("iron (2+)", "iron 2"),
        ("Ca2+", "CA-2"),
        ("日本", "日木"),
        ("interferon alfa-2a", "interferon alfa-2b"),
    ],
)
def test_what_distinguishes_substances_is_kept(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("name", ["", " ", "®", "--", "💊", "%", "_", "\u202e", "*"])
def test_signs_alone_are_no_name(name: str) -> None:
    assert name_key(name) == ""


def test_a_key_can_stand_in_a_pattern_as_it_is() -> None:
    every = "".join(chr(i) for i in range(32, 0x500))

    assert set(name_key(every)) <= set(string.ascii_lowercase + string.digits + "+- ")


def test_words_are_ascii_letters_and_digits() -> None:
    assert words_of("TNF-\N{GREEK SMALL LETTER ALPHA}; 10 mg/5 mL (Alzheimer's) naïve 日") == (
        "tnf alpha 10 mg 5 ml alzheimer s naive u65e5"
    )


def changed(name: str, chance: random.Random) -> str:
    """A name with a letter left out, added, replaced, or swapped with its neighbour."""
    i = chance.randrange(len(name))
    letter = chance.choice("abc")
    return chance.choice(
        [
            name[:i] + name[i + 1 :],
            name[:i] + letter + name[i:],
            name[:i] + letter + name[i + 1 :],
            name[:i] + name[i : i + 2][::-1] + name[i + 2 :],
        ]
    )


@pytest.mark.slow
def test_no_close_name_is_missed() -> None:
    """The pieces are only where to look: none that is close may have none of them."""
    chance = random.Random(6)
    for _ in range(20_000):
        name = "".join(chance.choice("abc") for _ in range(chance.randrange(2, 16)))
        typed = changed(changed(name, chance), chance) if chance.random() < 0.7 else name
        typed = typed or "a"
        most = most_letters_away(typed)
        near = (
            OSA.distance(typed, name) <= 1
            if most == 1
            else (Levenshtein.distance(typed, name) <= most)
        )
        if most and near:
            assert set(pieces_of(name)) & set(pieces_close_to(typed)), (typed, name)


def test_of_short_texts_nothing_is_close_and_of_long_ones_two_letters() -> None:
    lengths = {length: most_letters_away("a" * length) for length in (3, 4, 7, 8, 60, 61)}

    assert lengths == {3: 0, 4: 1, 7: 1, 8: 2, 60: 2, 61: 0}
