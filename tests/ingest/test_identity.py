"""Which drug a substance is: by an identifier, by its exact name, by its name less the salt.

Never by part of a name; and what could be two drugs is none, with both named.
"""

import random
from itertools import permutations

import pytest

from app.ingest.identity import Identities, Ingredient, Match, Named, find_by_name, identify
from app.ingest.importer import Substance
from app.models.drug import IdentifierSystem
from app.models.fact import MatchedBy

ORDER = ("list", "shop", "trials")

UNII = IdentifierSystem.UNII
CAS = IdentifierSystem.CAS
IDENTIFIER, NAME, ITSELF = MatchedBy.IDENTIFIER, MatchedBy.NAME, MatchedBy.ITSELF
NAME_WITHOUT_SALT, INGREDIENTS = MatchedBy.NAME_WITHOUT_SALT, MatchedBy.INGREDIENTS


def substance(*names: str, unii: str = "", cas: str = "", distinct: bool = False) -> Substance:
    identifiers = [(UNII, value) for value in unii.split()]
    identifiers += [(CAS, value) for value in cas.split()]
    return Substance(names, tuple(identifiers), distinct=distinct)


def of(*ingredients: str, uniis: str = "") -> Substance:
    return Substance((), ingredients=ingredients, ingredient_uniis=tuple(uniis.split()))


def listed(key: str, *names: str, unii: str = "", cas: str = "") -> Named:
    """A substance that the list tells from every other."""
    return Named("list", key, substance(*names, unii=unii, cas=cas, distinct=True))


LISTED = [
    listed("1", "Baclofen", "Lioresal", "β-chlorophenyl GABA", unii="H789", cas="1134-47-0"),
    listed("2", "Metformin", unii="9100", cas="657-24-9"),
    listed("3", "Levobaclofen", "Arbaclofen", unii="LLLL"),
    listed("4", "Gallamine", "Twin", unii="GGGG"),
    listed("5", "Gemin", "Twin", unii="TTTT"),
    listed("6", "Potassium chloride", unii="660Y"),
    listed("7", "Café acid"),
    listed("8", "Doppel one", unii="SAME"),
    listed("9", "Doppel two", unii="SAME"),
]


def match_of(asked: Substance, known: list[Named] | None = None) -> Match:
    named = [*(LISTED if known is None else known), Named("shop", "asked", asked)]
    return identify(named, ORDER).matches["shop", "asked"]


@pytest.mark.parametrize(
    ("asked", "drug", "matched_by"),
    [
        (substance("Something else", unii="H789"), "baclofen", IDENTIFIER),
        (substance("Something else", unii="ZZZZ", cas="657-24-9"), "metformin", IDENTIFIER),
        (substance("Baclofen", unii="H789"), "baclofen", IDENTIFIER),
        (substance("Metformin hydrochloride", unii="9100"), "metformin", IDENTIFIER),
        (substance(unii="H789"), "baclofen", IDENTIFIER),
        (substance("BACLOFEN"), "baclofen", NAME),
        (substance("  baclofen "), "baclofen", NAME),
        (substance("Lioresal®"), "baclofen", NAME),
        (substance("Cafe  Acid"), "cafe-acid", NAME),
        (substance("Arbaclofen", unii="ZZZZ"), "levobaclofen", NAME),
        (substance("Glucophage", "Metformin"), "metformin", NAME),
        (substance("Potassium Chloride"), "potassium-chloride", NAME),
        (substance("Twin", unii="GGGG"), "gallamine", IDENTIFIER),
        (substance("METFORMIN HYDROCHLORIDE"), "metformin", NAME_WITHOUT_SALT),
        (substance("metformin hydrochloride", unii="786Z"), "metformin", NAME_WITHOUT_SALT),
        (substance("Baclofen sodium hydrate"), "baclofen", NAME_WITHOUT_SALT),
        (substance("Doppel one", unii="SAME"), "doppel-one", NAME),
    ],
)
def test_a_substance_is_the_drug_that_it_shares_an_identifier_or_a_name_with(
    asked: Substance, drug: str, matched_by: MatchedBy
) -> None:
    assert match_of(asked) == Match(drug, matched_by)


@pytest.mark.parametrize(
    "name",
    [
        "R-Baclofen",
        "Baclofen Plus",
        "Baclofen ER",
        "Baclo",
        "Bac lofen",
        "Baclofen, Metformin",
        "Baclofen (oral)",
        "Sodium baclofen",
        "Baclofenum",
        "Potassium",
        "Chloride",
        "Metformin hydrochloride tablets",
        "Chlorophenyl GABA",
        "Lioresal Intrathecal",
    ],
)
def test_part_of_a_name_is_no_name(name: str) -> None:
    match = match_of(substance(name))

    assert match.matched_by is ITSELF
    assert match.drug_id not in {"baclofen", "metformin", "potassium-chloride"}


@pytest.mark.parametrize(
    ("asked", "reason", "candidates"),
    [
        (
            substance("Metformin", unii="H789"),
            "its identifier is of one drug and its name of another",
            ("baclofen", "metformin"),
        ),
        (
            substance("Something else", unii="H789", cas="657-24-9"),
            "its identifiers are of several drugs",
            ("baclofen", "metformin"),
        ),
        (
            substance("Baclofen", unii="H789 9100"),
            "its identifiers are of several drugs",
            ("baclofen", "metformin"),
        ),
        (substance("Twin"), "its name is that of several drugs", ("gallamine", "gemin")),
        (
            substance("Metformin", "Baclofen"),
            "its name is that of several drugs",
            ("baclofen", "metformin"),
        ),
        (
            substance("Twin hydrochloride"),
            "its name without the salt is that of several drugs",
            ("gallamine", "gemin"),
        ),
        (
            substance("Something else", unii="SAME"),
            "several drugs claim its identifier",
            ("doppel-one", "doppel-two"),
        ),
        (
            substance("Baclofen", unii="SAME"),
            "several drugs claim its identifier",
            ("baclofen", "doppel-one", "doppel-two"),
        ),
        (
            substance(unii="ZZZZ"),
            "no drug that is known has its identifier, and it has no name",
            (),
        ),
    ],
)
def test_what_fits_two_drugs_is_set_aside_with_both(
    asked: Substance, reason: str, candidates: tuple[str, ...]
) -> None:
    assert match_of(asked) == Match(None, None, reason, candidates)


def test_an_identifier_that_names_more_than_a_substance_finds_none() -> None:
    shared = ((IdentifierSystem.PUBCHEM_CID, "2284"), (IdentifierSystem.ATC, "M03BX01"))
    known = [Named("list", "1", Substance(("Baclofen",), shared))]

    match = match_of(Substance(("Something else",), shared), known)

    assert match == Match("something-else", ITSELF)


def test_the_same_value_in_another_system_is_another_identifier() -> None:
    known = [Named("list", "1", Substance(("Baclofen",), ((IdentifierSystem.GTOPDB, "1084"),)))]

    match = match_of(Substance(("Metformin",), ((IdentifierSystem.RXCUI, "1084"),)), known)

    assert match == Match("metformin", ITSELF)


def test_a_list_that_gives_two_drugs_one_identifier_keeps_both_and_none_has_it() -> None:
    found = identify(LISTED, ORDER)

    assert found.contested == {(UNII, "SAME"): ["doppel-one", "doppel-two"]}
    assert found.matches["list", "8"] == Match("doppel-one", ITSELF)
    assert found.matches["list", "9"] == Match("doppel-two", ITSELF)


def test_a_salt_lends_its_drug_neither_name_nor_identifier() -> None:
    found = identify(
        [
            *LISTED,
            Named("shop", "1", substance("Metformin hydrochloride", unii="786Z")),
            Named("trials", "1", substance("Something else", unii="786Z")),
        ],
        ORDER,
    )

    assert found.matches["shop", "1"] == Match("metformin", NAME_WITHOUT_SALT)
    assert found.matches["trials", "1"] == Match("something-else", ITSELF)


def test_a_salt_is_the_drug_of_its_own_source_whichever_stands_first() -> None:
    for salt, plain in (("1", "2"), ("2", "1")):
        found = identify(
            [
                Named("shop", salt, substance("Metformin hydrochloride")),
                Named("shop", plain, substance("Metformin")),
            ],
            ORDER,
        )

        assert found.matches["shop", salt] == Match("metformin", NAME_WITHOUT_SALT)
        assert list(found.drugs) == ["metformin"]


def test_a_drug_is_known_by_what_another_source_calls_it() -> None:
    found = identify(
        [
            *LISTED,
            Named("shop", "1", substance("Kemstro", unii="H789", cas="0-0-1")),
            Named("trials", "1", substance("kemstro")),
            Named("trials", "2", substance("Gablofen", cas="0-0-1")),
        ],
        ORDER,
    )

    assert found.matches["trials", "1"] == Match("baclofen", NAME)
    assert found.matches["trials", "2"] == Match("baclofen", IDENTIFIER)


def combined(*asked: Substance) -> Identities:
    return identify([*LISTED, *(Named("shop", str(i), one) for i, one in enumerate(asked))], ORDER)


def test_a_combination_is_a_drug_of_its_own_with_its_ingredients() -> None:
    found = combined(of("METFORMIN HYDROCHLORIDE", "BACLOFEN"))

    assert found.matches["shop", "0"] == Match("baclofen-metformin", INGREDIENTS)
    drug = found.drugs["baclofen-metformin"]
    assert drug.name == "Baclofen / Metformin"
    assert drug.ingredients == (
        Ingredient("BACLOFEN", "baclofen"),
        Ingredient("METFORMIN HYDROCHLORIDE", "metformin"),
    )


def test_combinations_of_the_same_are_one_in_whatever_order_they_are_named() -> None:
    found = combined(
        of("Baclofen", "Metformin"),
        of("METFORMIN HYDROCHLORIDE", "Lioresal", uniis="9100 H789"),
        of("Novumab", "Baclofen"),
        of("baclofen", "NOVUMAB"),
        of("Baclofen", "Metformin", "Novumab"),
    )

    drugs = [found.matches["shop", str(i)].drug_id for i in range(5)]
    assert drugs == [
        "baclofen-metformin",
        "baclofen-metformin",
        "baclofen-novumab",
        "baclofen-novumab",
        "baclofen-metformin-novumab",
    ]
    assert found.drugs["baclofen-novumab"].ingredients == (
        Ingredient("Baclofen", "baclofen"),
        Ingredient("Novumab", None),
    )


def test_a_combination_is_never_found_for_one_of_its_ingredients_nor_the_other_way() -> None:
    found = combined(
        of("Baclofen", "Metformin"),
        substance("Baclofen and Metformin"),
        substance("Baclofen", unii="H789"),
    )

    assert found.matches["shop", "0"].drug_id == "baclofen-metformin"
    assert found.matches["shop", "1"] == Match("baclofen-and-metformin", ITSELF)
    assert found.matches["shop", "2"] == Match("baclofen", IDENTIFIER)
    assert len({match.drug_id for match in found.matches.values()}) == len(LISTED) + 2


@pytest.mark.parametrize(
    ("asked", "reason", "candidates"),
    [
        (
            of("Baclofen", "Twin"),
            "of its ingredient Twin, its name is that of several drugs",
            ("gallamine", "gemin"),
        ),
        (
            of("Baclofen", "Metformin", uniis="H789 LLLL"),
            "its ingredients' names and UNIIs are of different drugs",
            ("baclofen", "levobaclofen", "metformin"),
        ),
        (
            of("Baclofen", uniis="H789 9100"),
            "it has more UNIIs than names: an ingredient is not named",
            (),
        ),
    ],
)
def test_a_combination_of_which_an_ingredient_is_in_doubt_is_set_aside(
    asked: Substance, reason: str, candidates: tuple[str, ...]
) -> None:
    assert combined(asked).matches["shop", "0"] == Match(None, None, reason, candidates)


def test_the_one_ingredient_without_a_known_name_has_the_one_unii_that_is_left() -> None:
    found = combined(of("Baclofen", "Dimethylbiguanide", uniis="9100 H789"))

    [drug] = [drug for drug in found.drugs.values() if drug.ingredients]
    assert drug.ingredients == (
        Ingredient("Baclofen", "baclofen"),
        Ingredient("Dimethylbiguanide", "metformin"),
    )


def test_two_drugs_that_want_one_id_are_told_apart_by_their_sources_ids() -> None:
    found = identify(
        [
            listed("DB1", "Alpha-1", unii="AAAA"),
            listed("DB2", "Alpha 1", unii="BBBB"),
            Named("shop", "s9", substance("ALPHA (1)", unii="CCCC")),
        ],
        ORDER,
    )

    assert sorted(found.drugs) == ["alpha-1", "alpha-1-db2", "alpha-1-s9"]


def test_a_drug_that_a_person_named_keeps_its_id_and_gives_it_to_no_other() -> None:
    written = Named("list", "baclofen", substance("Baclofen", unii="H789"), drug_id="metformin-x")
    named = [written, Named("shop", "1", substance("Metformin X", unii="ZZZZ"))]

    found = identify(named, ORDER)

    assert found.matches["list", "baclofen"].drug_id == "metformin-x"
    assert found.matches["shop", "1"].drug_id == "metformin-x-1"


def test_nothing_depends_on_the_order_in_which_substances_are_given() -> None:
    asked = [
        Named("shop", "1", substance("Kemstro", unii="H789")),
        Named("shop", "2", substance("Novumab sodium")),
        Named("shop", "3", substance("Novumab", unii="NNNN")),
        Named("shop", "4", of("Novumab", "Twin")),
        Named("shop", "5", of("Novumab sodium", "Kemstro")),
        Named("trials", "1", substance("Kemstro", unii="NNNN")),
        Named("trials", "2", of("Kemstro", "Novumab")),
    ]
    expected = identify([*LISTED, *asked], ORDER)
    shuffled = [*LISTED, *asked]

    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert identify(shuffled, ORDER) == expected

    for order in permutations(asked[:4]):
        assert identify([*order, *asked[4:], *LISTED], ORDER) == expected


def test_a_source_is_asked_before_another_wherever_it_stands() -> None:
    named = [
        Named("list", "1", substance("Acetylsalicylic acid", unii="R16C")),
        Named("shop", "1", substance("Aspirin", unii="R16C")),
    ]

    here = identify(named, ("list", "shop"))
    there = identify(named, ("shop", "list"))

    assert [drug.name for drug in here.drugs.values()] == ["Acetylsalicylic acid"]
    assert [drug.name for drug in there.drugs.values()] == ["Aspirin"]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("Baclofen", Match("baclofen", NAME)),
        ("LIORESAL®", Match("baclofen", NAME)),
        ("Baclofen hydrochloride", Match("baclofen", NAME_WITHOUT_SALT)),
        ("Baclofen 10 mg", Match(None, None, "it names no drug that is known")),
        ("Placebo", Match(None, None, "it names no drug that is known")),
        ("Twin", Match(None, None, "its name is that of several drugs", ("gallamine", "gemin"))),
    ],
)
def test_a_source_that_only_speaks_of_drugs_makes_none(name: str, match: Match) -> None:
    known = {"baclofen": {"baclofen"}, "lioresal": {"baclofen"}, "twin": {"gemin", "gallamine"}}

    found = find_by_name([Named("trials", "1", substance(name))], known)

    assert found == {("trials", "1"): match}
