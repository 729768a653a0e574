"""Which drug a substance is: by an identifier, by its exact name, by its name less the salt.

Never by part of a name; and what could be two drugs is none, with both named.
"""

import random
from dataclasses import replace
from itertools import permutations

import pytest

from app.ingest.resolution.resolver import (
    Form,
    Ingredient,
    Match,
    NamedSubstance,
    ResolvedSubstances,
    is_a_brand,
    is_distinctive,
    resolve,
)
from app.ingest.sources.interface import Substance
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


def listed(key: str, *names: str, unii: str = "", cas: str = "") -> NamedSubstance:
    """A substance that the list tells from every other."""
    return NamedSubstance("list", key, substance(*names, unii=unii, cas=cas, distinct=True))


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


def labelled(name: str, unii: str, cas: str = "") -> Substance:
    return replace(substance(name, unii=unii, cas=cas), radiolabelled=True)


def match_of(asked: Substance, known: list[NamedSubstance] | None = None) -> Match:
    named = [*(LISTED if known is None else known), NamedSubstance("shop", "asked", asked)]
    return resolve(named, ORDER).matches["shop", "asked"]


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
        (labelled("[3H]baclofen", unii="H789"), "baclofen", MatchedBy.RADIOLABELLED),
        (labelled("Lioresal", unii="H789"), "baclofen", IDENTIFIER),
        (substance("METFORMIN HYDROCHLORIDE"), "metformin", NAME_WITHOUT_SALT),
        (substance("metformin hydrochloride", unii="786Z"), "metformin", NAME_WITHOUT_SALT),
        (substance("Baclofen sodium hydrate"), "baclofen", NAME_WITHOUT_SALT),
        (substance("Doppel one", unii="SAME"), "doppel-one", NAME),
    ],
)
def test_a_substance_is_the_drug_that_it_shares_an_identifier_or_a_name_with(
    asked: Substance, drug: str, matched_by: MatchedBy
) -> None:
    match = match_of(asked)

    assert (match.drug_id, match.matched_by, match.quarantined) == (drug, matched_by, None)


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
            "no drug that is known has its identifier, by which alone it is found",
            (),
        ),
    ],
)
def test_what_fits_two_drugs_is_quarantined_with_both(
    asked: Substance, reason: str, candidates: tuple[str, ...]
) -> None:
    assert match_of(asked) == Match(None, None, reason, candidates)


def test_an_identifier_that_names_more_than_a_substance_finds_none() -> None:
    shared = ((IdentifierSystem.PUBCHEM_CID, "2284"), (IdentifierSystem.ATC, "M03BX01"))
    known = [NamedSubstance("list", "1", Substance(("Baclofen",), shared))]

    match = match_of(Substance(("Something else",), shared), known)

    assert match == Match("something-else", ITSELF)


def test_the_same_value_in_another_system_is_another_identifier() -> None:
    known = [
        NamedSubstance("list", "1", Substance(("Baclofen",), ((IdentifierSystem.GTOPDB, "1084"),)))
    ]

    match = match_of(Substance(("Metformin",), ((IdentifierSystem.RXCUI, "1084"),)), known)

    assert match == Match("metformin", ITSELF)


def test_a_list_that_gives_two_drugs_one_identifier_keeps_both_and_none_has_it() -> None:
    found = resolve(LISTED, ORDER)

    assert found.ambiguous == {(UNII, "SAME"): ["doppel-one", "doppel-two"]}
    assert found.matches["list", "8"] == Match("doppel-one", ITSELF)
    assert found.matches["list", "9"] == Match("doppel-two", ITSELF)


def test_a_salt_lends_its_drug_neither_name_nor_identifier() -> None:
    found = resolve(
        [
            *LISTED,
            NamedSubstance("shop", "1", substance("Metformin hydrochloride", unii="786Z")),
            NamedSubstance("trials", "1", substance("Something else", unii="786Z")),
        ],
        ORDER,
    )

    assert found.matches["shop", "1"] == Match(
        "metformin", NAME_WITHOUT_SALT, form="metformin-hydrochloride"
    )
    assert found.matches["trials", "1"] == Match("something-else", ITSELF)


def test_a_salt_is_the_drug_of_its_own_source_whichever_stands_first() -> None:
    for salt, plain in (("1", "2"), ("2", "1")):
        found = resolve(
            [
                NamedSubstance("shop", salt, substance("Metformin hydrochloride")),
                NamedSubstance("shop", plain, substance("Metformin")),
            ],
            ORDER,
        )

        assert found.matches["shop", salt] == Match(
            "metformin", NAME_WITHOUT_SALT, form="metformin-hydrochloride"
        )
        assert list(found.drugs) == ["metformin"]


def test_a_drug_is_known_by_what_another_source_calls_it() -> None:
    found = resolve(
        [
            *LISTED,
            NamedSubstance("shop", "1", substance("Kemstro", unii="H789", cas="0-0-1")),
            NamedSubstance("trials", "1", substance("kemstro")),
            NamedSubstance("trials", "2", substance("Gablofen", cas="0-0-1")),
        ],
        ORDER,
    )

    assert found.matches["trials", "1"] == Match("baclofen", NAME)
    assert found.matches["trials", "2"] == Match("baclofen", IDENTIFIER)


def combined(*asked: Substance) -> ResolvedSubstances:
    return resolve(
        [*LISTED, *(NamedSubstance("shop", str(i), one) for i, one in enumerate(asked))], ORDER
    )


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
def test_a_combination_of_which_an_ingredient_is_in_doubt_is_quarantined(
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


def test_two_drugs_that_want_one_id_are_distinguished_by_their_sources_ids() -> None:
    found = resolve(
        [
            listed("DB1", "Alpha-1", unii="AAAA"),
            listed("DB2", "Alpha 1", unii="BBBB"),
            NamedSubstance("shop", "s9", substance("ALPHA (1)", unii="CCCC")),
        ],
        ORDER,
    )

    assert sorted(found.drugs) == ["alpha-1", "alpha-1-db2", "alpha-1-s9"]


def test_a_drug_that_a_person_named_keeps_its_id_and_gives_it_to_no_other() -> None:
    written = NamedSubstance(
        "list", "baclofen", substance("Baclofen", unii="H789"), drug_id="metformin-x"
    )
    named = [written, NamedSubstance("shop", "1", substance("Metformin X", unii="ZZZZ"))]

    found = resolve(named, ORDER)

    assert found.matches["list", "baclofen"].drug_id == "metformin-x"
    assert found.matches["shop", "1"].drug_id == "metformin-x-1"


def test_nothing_depends_on_the_order_in_which_substances_are_given() -> None:
    asked = [
        NamedSubstance("shop", "1", substance("Kemstro", unii="H789")),
        NamedSubstance("shop", "2", substance("Novumab sodium")),
        NamedSubstance("shop", "3", substance("Novumab", unii="NNNN")),
        NamedSubstance("shop", "4", of("Novumab", "Twin")),
        NamedSubstance("shop", "5", of("Novumab sodium", "Kemstro")),
        NamedSubstance("trials", "1", substance("Kemstro", unii="NNNN")),
        NamedSubstance("trials", "2", of("Kemstro", "Novumab")),
    ]
    expected = resolve([*LISTED, *asked], ORDER)
    shuffled = [*LISTED, *asked]

    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert resolve(shuffled, ORDER) == expected

    for order in permutations(asked[:4]):
        assert resolve([*order, *asked[4:], *LISTED], ORDER) == expected


def test_a_source_is_asked_before_another_wherever_it_stands() -> None:
    named = [
        NamedSubstance("list", "1", substance("Acetylsalicylic acid", unii="R16C")),
        NamedSubstance("shop", "1", substance("Aspirin", unii="R16C")),
    ]

    here = resolve(named, ("list", "shop"))
    there = resolve(named, ("shop", "list"))

    assert [drug.name for drug in here.drugs.values()] == ["Acetylsalicylic acid"]
    assert [drug.name for drug in there.drugs.values()] == ["Aspirin"]


def test_an_identifier_of_one_drug_beside_the_salt_s_name_of_another_is_quarantined() -> None:
    """One label with another drug's UNII must not give that drug the name of the first."""
    match = match_of(substance("METFORMIN HYDROCHLORIDE", unii="H789"))

    assert (match.drug_id, match.candidates) == (None, ("baclofen", "metformin"))
    assert match_of(substance("BACLOFEN HYDROCHLORIDE", unii="H789")).drug_id == "baclofen"
    ester = listed("10", "Metformin-5'-phosphate", unii="ESTER")
    known = [*LISTED, ester]
    match = match_of(substance("METFORMIN PHOSPHATE", unii="ESTER"), known)
    assert (match.drug_id, match.matched_by) == ("metformin-5-phosphate", IDENTIFIER)


def test_a_drug_that_is_called_like_a_salt_has_the_identifiers_of_what_is_called_so() -> None:
    known = [listed("1", "Fluticasone propionate", "Flu", unii="FFFF")]
    known.append(NamedSubstance("list-2", "7", substance("fluticasone propionate", cas="1-2-3")))
    asked = NamedSubstance("shop", "asked", substance("Other name", cas="1-2-3"))

    matches = resolve([*known, asked], ("list", "list-2", "shop")).matches

    assert matches["shop", "asked"].drug_id == "fluticasone-propionate"


def test_a_synonym_of_a_drug_of_another_structure_does_not_lead_to_it() -> None:
    key = IdentifierSystem.INCHIKEY
    drug = Substance(
        ("Methylenedioxyamfetamine", "MDIP"), ((key, "A" * 14 + "-AAAAAAAAAA-N"),), distinct=True
    )
    other, isomer = ((key, "B" * 14 + "-AAAAAAAAAA-N"),), ((key, "A" * 14 + "-CCCCCCCCCC-N"),)

    def match(name: str, identifiers: tuple[tuple[IdentifierSystem, str], ...]) -> Match:
        return match_of(Substance((name,), identifiers), [NamedSubstance("list", "1", drug)])

    assert match("MDIP", other).drug_id is None
    assert match("MDIP", other).candidates == ("methylenedioxyamfetamine",)
    assert match("MDIP", isomer).drug_id == "methylenedioxyamfetamine"
    assert match("MDIP", ()).drug_id == "methylenedioxyamfetamine"
    assert match("Methylenedioxyamfetamine", other).drug_id == "methylenedioxyamfetamine"


def test_an_identifier_that_others_contest_speaks_against_one_that_is_sure() -> None:
    match = match_of(substance("Something", unii="H789 SAME"))

    assert match.candidates == ("baclofen", "doppel-one", "doppel-two")


def test_an_unnamed_ingredient_is_not_guessed_while_another_unii_is_unknown() -> None:
    sure = match_of(of("Baclofen", "Mysterin", uniis="H789 9100"))
    unsure = match_of(of("Baclofen", "Mysterin", uniis="9100 ????"))

    assert sure.drug_id == "baclofen-metformin"
    assert (unsure.drug_id, unsure.candidates) == (None, ("baclofen", "metformin"))


def test_several_uniis_without_a_name_are_quarantined() -> None:
    match = match_of(of(uniis="H789 9100"))

    assert match.quarantined == "it has more UNIIs than names: an ingredient is not named"


@pytest.mark.parametrize(
    ("brand", "drug", "distinctive"),
    [
        ("REGULAR INSULIN", "Insulin pork", False),
        ("SODIUM HEPARIN", "Heparin", False),
        ("Lioresal", "Baclofen", True),
        ("Z-Pak", "Azithromycin", True),
    ],
)
def test_a_product_s_name_that_says_what_it_holds_is_no_brand_to_go_by(
    brand: str, drug: str, distinctive: bool
) -> None:
    assert is_distinctive(brand, drug) is distinctive


SYNONYMS = [
    *LISTED,
    listed("10", "Propranolol"),
    listed("11", "Propranolol, (R)-", "Propranolol"),
    listed("12", "Neomycin"),
    listed("13", "Framycetin", "Neomycin"),
]


@pytest.mark.parametrize(
    ("called", "of", "drug", "matched_by"),
    [
        ("PROPRANOLOL HYDROCHLORIDE", "10", "propranolol", NAME),
        ("NEOMYCIN SULFATE", "13", None, None),
        ("METFORMIN HYDROCHLORIDE", "2", "metformin", NAME_WITHOUT_SALT),
        ("METFORMIN HYDROCHLORIDE", "1", None, None),
        ("Wholly different", "1", "baclofen", NAME),
    ],
)
def test_a_synonym_tells_whose_salt_it_is_where_the_rest_of_the_name_does_not(
    called: str, of: str, drug: str | None, matched_by: MatchedBy | None
) -> None:
    known = next(named for named in SYNONYMS if named.key == of)
    names = Substance(known.substance.names[:1], synonyms=(called,), distinct=True)
    names = replace(names, identifiers=((CAS, f"cas {of}"),))
    every = [
        replace(named, substance=replace(named.substance, identifiers=((CAS, f"cas {named.key}"),)))
        for named in SYNONYMS
    ]
    asked = NamedSubstance("trials", "asked", substance(called))

    match = resolve([*every, NamedSubstance("shop", "s", names), asked], ORDER).matches[
        "trials", "asked"
    ]

    assert (match.drug_id, match.matched_by) == (drug, matched_by)


def test_what_is_radiolabelled_is_never_a_name_or_an_identifier_of_the_drug() -> None:
    of_baclofen = NamedSubstance("list", "0", labelled("[3H]baclofen", unii="H789", cas="1-1-1"))
    named = [NamedSubstance("shop", name, substance(name)) for name in ("[3H]baclofen", "Baclofen")]
    known = NamedSubstance("shop", "cas", substance("Other", cas="1-1-1"))

    found = resolve([*LISTED, of_baclofen, *named, known], ORDER)

    assert found.matches["list", "0"] == Match("baclofen", MatchedBy.RADIOLABELLED)
    assert found.matches["shop", "[3H]baclofen"] == Match("3h-baclofen", ITSELF)
    assert found.matches["shop", "Baclofen"] == Match("baclofen", NAME)
    assert found.matches["shop", "cas"] == Match("other", ITSELF)


def test_two_labels_on_a_substance_that_nobody_names_are_two_drugs() -> None:
    both = [
        NamedSubstance("list", number, labelled(name, unii="XXXX"))
        for number, name in (("1", "[3H]x"), ("2", "[125I]x"), ("3", "[18F]x"))
    ]

    found = resolve(both, ORDER)

    assert [found.matches["list", number] for number in "123"] == [
        Match("3h-x", ITSELF),
        Match("125i-x", ITSELF),
        Match("18f-x", ITSELF),
    ]


def concept(key: str, name: str, unii: str = "", form_of: str | None = None) -> NamedSubstance:
    """A substance of a registry that tells forms from what they are forms of."""
    rxcui = IdentifierSystem.RXCUI
    of = substance(name, unii=unii)
    return NamedSubstance(
        "registry",
        key,
        replace(
            of,
            identifiers=((rxcui, key), *of.identifiers),
            form_of=(rxcui, form_of) if form_of else None,
            distinct=True,
        ),
    )


REGISTRY = ("list", "registry", "shop")

CANDESARTAN = [
    listed("1", "Candesartan", unii="BASE"),
    listed("2", "Candesartan cilexetil", unii="ESTER"),
    concept("10", "candesartan", "BASE"),
    concept("11", "candesartan cilexetil", "ESTER", form_of="10"),
]


@pytest.mark.parametrize(
    "asked",
    [
        substance("CANDESARTAN CILEXETIL"),
        substance("Something else", unii="ESTER"),
        substance("CANDESARTAN", unii="ESTER"),
    ],
)
def test_what_a_registry_says_to_be_a_form_is_served_under_the_drug(asked: Substance) -> None:
    shop = NamedSubstance("shop", "asked", asked)

    found = resolve([*CANDESARTAN, shop], REGISTRY)

    assert list(found.drugs) == ["candesartan"]
    assert found.drugs["candesartan"].forms == (
        Form("candesartan-cilexetil", "Candesartan cilexetil"),
    )
    for key in (("list", "2"), ("registry", "11"), ("shop", "asked")):
        assert found.matches[key] == Match(
            "candesartan", MatchedBy.FORM, form="candesartan-cilexetil"
        )
    assert found.ambiguous == {}


def test_a_form_that_nobody_else_names_is_one_all_the_same() -> None:
    named = [
        CANDESARTAN[0],
        *CANDESARTAN[2:],
        NamedSubstance("shop", "1", substance("CANDESARTAN CILEXETIL")),
    ]

    found = resolve(named, REGISTRY)

    assert list(found.drugs) == ["candesartan"]
    assert found.matches["shop", "1"].form == "candesartan-cilexetil"


def test_a_combination_of_forms_is_that_of_their_drugs() -> None:
    made_of = ("CANDESARTAN CILEXETIL", "HYDROCHLOROTHIAZIDE")
    known = [*CANDESARTAN, listed("3", "Hydrochlorothiazide", unii="HCTZ")]
    shop = NamedSubstance("shop", "1", Substance((), ingredients=made_of))

    found = resolve([*known, shop], REGISTRY)

    assert found.matches["shop", "1"].drug_id == "candesartan-hydrochlorothiazide"


def test_what_a_person_calls_a_drug_stays_one() -> None:
    seeded = NamedSubstance("list", "2", CANDESARTAN[1].substance, "candesartan-cilexetil")

    found = resolve([CANDESARTAN[0], seeded, *CANDESARTAN[2:]], REGISTRY)

    assert set(found.drugs) == {"candesartan", "candesartan-cilexetil"}
    assert found.matches["registry", "11"].candidates == ("candesartan", "candesartan-cilexetil")


def test_a_substance_that_only_a_registry_knows_is_called_by_its_one_known_form() -> None:
    found = resolve(
        [
            listed("1", "Mefenamic acid", unii="ACID"),
            concept("10", "mefenamate"),
            concept("11", "mefenamic acid", "ACID", form_of="10"),
            listed("2", "Fluocinolone acetonide", unii="ACET"),
            concept("20", "fluocinolone"),
            concept("21", "fluocinolone acetonide", "ACET", form_of="20"),
        ],
        REGISTRY,
    )

    assert set(found.drugs) == {"mefenamic-acid", "fluocinolone"}
    assert found.matches["registry", "10"].drug_id == "mefenamic-acid"
    assert found.matches["list", "2"].drug_id == "fluocinolone"


def test_a_synonym_of_one_drug_is_not_what_several_others_are_forms_of() -> None:
    found = resolve(
        [
            listed("1", "Beroctocog alfa", "factor VIII", unii="B"),
            listed("2", "Antihemophilic factor human", unii="H"),
            listed("3", "Lonoctocog alfa", unii="L"),
            concept("10", "factor VIII"),
            concept("11", "antihemophilic factor, human", "H", form_of="10"),
            concept("12", "lonoctocog alfa", "L", form_of="10"),
        ],
        REGISTRY,
    )

    assert set(found.drugs) == {"beroctocog-alfa", "factor-viii"}
    assert found.matches["list", "2"].drug_id == "factor-viii"
    assert found.matches["list", "1"].drug_id == "beroctocog-alfa"


def test_a_registry_knows_a_substance_by_its_unii_whatever_others_call_it() -> None:
    found = resolve(
        [
            listed("1", "Zinc sulfate", unii="HEPTA"),
            listed("2", "Zinc sulfate, unspecified form", unii="ZINC"),
            concept("10", "zinc sulfate", "ZINC"),
            concept("11", "zinc sulfate heptahydrate", "HEPTA", form_of="10"),
        ],
        REGISTRY,
    )

    assert list(found.drugs) == ["zinc-sulfate-unspecified-form"]


def test_a_biosimilar_is_a_form_of_its_substance() -> None:
    shop = [
        NamedSubstance("shop", "1", substance("TOCILIZUMAB-BAVI", unii="T")),
        NamedSubstance("shop", "2", substance("INSULIN-ZINC")),
    ]

    found = resolve([listed("1", "Tocilizumab"), listed("2", "Insulin"), *shop], REGISTRY)

    assert found.matches["shop", "1"] == Match(
        "tocilizumab", MatchedBy.FORM, form="tocilizumab-bavi"
    )
    assert found.matches["shop", "2"].drug_id == "insulin-zinc"


def test_the_parts_of_one_name_are_a_combination_only_if_each_is_known() -> None:
    def match(*parts: str) -> Match:
        asked = Substance((), ingredients=parts, of_one_name=True)
        return match_of(asked)

    assert match("BACLOFEN", "METFORMIN").drug_id == "baclofen-metformin"
    assert match("BACLOFEN", "WHATEVER").drug_id is None
    assert match("BACLOFEN", "WHATEVER").quarantined == (
        "its name names WHATEVER, which is no drug that is known"
    )


def test_the_drug_that_is_called_so_goes_before_those_with_the_synonym() -> None:
    known = [listed("1", "Adrenaline", "Epinephrine"), listed("2", "Epinephrine")]

    assert match_of(substance("EPINEPHRINE"), known).drug_id == "epinephrine"


def test_forms_of_one_drug_together_are_that_drug_and_count_once_in_a_combination() -> None:
    def match(*ingredients: str) -> Match:
        return match_of(Substance((), ingredients=ingredients))

    alone = match("METFORMIN", "METFORMIN HYDROCHLORIDE")
    beside = match("BACLOFEN", "METFORMIN HYDROCHLORIDE", "METFORMIN")

    assert (alone.drug_id, alone.matched_by) == ("metformin", MatchedBy.INGREDIENTS)
    assert beside.drug_id == match("METFORMIN", "BACLOFEN").drug_id == "baclofen-metformin"


@pytest.mark.parametrize(
    ("name", "drug", "is_brand"),
    [
        ("ISOSORBIDE", "isosorbide dinitrate", False),
        ("REGULAR INSULIN", "insulin pork", False),
        ("LIDOCAINE HCL", "hydrocortisone / lidocaine", False),
        ("Zinc Oxide 20", "petrolatum / zinc oxide", False),
        ("BACLOFEN 10", "baclofen", True),
        ("Lioresal", "baclofen", True),
        ("METHOTREXATE SODIUM", "calcium chloride / dextrose", True),
    ],
)
def test_a_part_of_what_a_drug_is_called_is_no_brand(name: str, drug: str, is_brand: bool) -> None:
    assert is_a_brand(name, drug) is is_brand


def test_an_insulin_mixed_with_its_protamine_is_not_that_insulin() -> None:
    known = [listed("1", "Insulin lispro", "Insulin lispro protamine")]
    mixed = Substance((), ingredients=("INSULIN LISPRO PROTAMINE", "INSULIN LISPRO"))

    assert match_of(mixed, known).drug_id == "insulin-lispro-insulin-lispro-protamine"


def test_mixed_insulins_are_one_whether_they_are_called_human_or_recombinant() -> None:
    lispro = listed("1", "Insulin lispro", "Insulin lispro protamine recombinant")
    protamine = listed("2", "insulin lispro protamine, human")
    both = ("INSULIN LISPRO PROTAMINE RECOMBINANT", "INSULIN LISPRO")
    mixed = Substance((), ingredients=both)

    known = [lispro, protamine]

    assert match_of(mixed, known).drug_id == "insulin-lispro-insulin-lispro-protamine-human"


@pytest.mark.parametrize(
    ("name", "drug"),
    [("SIPONIMOD FUMARIC ACID", "siponimod"), ("CEFUROXIME AXETIL", "cefuroxime")],
)
def test_a_salt_that_is_named_by_its_acid_or_ester_is_one(name: str, drug: str) -> None:
    match = match_of(substance(name), [listed("1", drug.title())])

    assert (match.drug_id, match.form) == (drug, name.lower().replace(" ", "-"))


def test_a_registrys_ingredient_is_not_called_as_a_form_of_another_name() -> None:
    found = resolve(
        [
            listed("1", "Modified vaccinia ankara", unii="MVA"),
            concept("10", "vaccinia virus"),
            concept("11", "modified Vaccinia Ankara-Bavarian Nordic", "MVA", form_of="10"),
        ],
        REGISTRY,
    )

    assert set(found.drugs) == {"vaccinia-virus"}
    assert found.matches["list", "1"].form == "modified-vaccinia-ankara"


def test_a_name_of_three_letters_finds_what_is_called_so_alone() -> None:
    known = [listed("1", "Dextromethorphan", "DEX"), listed("2", "EPA")]

    assert match_of(substance("DEX"), known).drug_id == "dex"
    assert match_of(substance("EPA"), known).drug_id == "epa"
    assert match_of(substance("EPA"), known).matched_by == NAME


def test_a_registrys_salt_of_an_ion_is_not_another_with_its_name_for_a_synonym() -> None:
    found = resolve(
        [
            listed("1", "Monopotassium phosphate", "Potassium phosphate", unii="MONO"),
            listed("2", "Carbamoylcholine", "Carbachol", unii="A"),
            concept("10", "potassium phosphate", "ANY"),
            concept("20", "carbachol", "B"),
            concept("11", "dibasic potassium phosphate", "DI", form_of="10"),
        ],
        REGISTRY,
    )

    assert found.matches["registry", "10"].drug_id == "potassium-phosphate"
    assert found.matches["registry", "20"].drug_id == "carbamoylcholine"


def of_moiety(key: str, name: str, unii: str, moiety: str, moiety_unii: str) -> NamedSubstance:
    said = replace(substance(name, unii=unii), moieties=((moiety, (UNII, moiety_unii)),))
    return NamedSubstance("shop", key, said)


def test_what_nobody_knows_is_a_form_of_the_moiety_that_a_label_gives() -> None:
    found = resolve(
        [*LISTED, of_moiety("a", "Glucophagine ester", "EEEE", "Metformin", "9100")], ORDER
    )

    assert found.matches["shop", "a"] == Match(
        "metformin", MatchedBy.FORM, form="glucophagine-ester"
    )
    assert found.drugs["metformin"].forms == (Form("glucophagine-ester", "Glucophagine ester"),)


def test_a_drug_is_made_of_a_moiety_that_its_salts_are_called_after() -> None:
    given = [
        of_moiety("a", "Novol succinate", "SSSS", "Novol", "NNNN"),
        of_moiety("b", "Novol tartrate", "RRRR", "Novol", "NNNN"),
        of_moiety("c", "NOVOL SUCCINATE", "SSSS", "NOVOL", "NNNN"),
        NamedSubstance("trials", "d", substance("NOVOL TARTRATE", unii="RRRR")),
    ]

    for order in permutations(given):
        found = resolve(order, ORDER)

        assert {match.drug_id for match in found.matches.values()} == {"novol"}
        assert [found.matches["shop", key].form for key in "abc"] == [
            "novol-succinate",
            "novol-tartrate",
            "novol-succinate",
        ]
        assert found.matches["trials", "d"].form == "novol-tartrate"
        assert [form.id for form in found.drugs["novol"].forms] == [
            "novol-succinate",
            "novol-tartrate",
        ]


def test_a_drug_is_called_after_the_moiety_of_its_unii_whatever_biosimilars_are_called() -> None:
    given = [
        of_moiety("a", "Novumab-abcd", "NNNN", "Novumab", "NNNN"),
        NamedSubstance("shop", "b", substance("Novumab", unii="NNNN")),
    ]

    for order in (given, given[:1]):
        found = resolve(order, ORDER)

        assert {match.drug_id for match in found.matches.values()} == {"novumab"}


def test_a_prodrug_is_not_the_moiety_that_it_is_not_called_after() -> None:
    given = [
        of_moiety("a", "Pronovol hydrochloride", "PPPP", "Novol", "NNNN"),
        NamedSubstance("shop", "b", substance("Novol", unii="NNNN")),
    ]

    found = resolve(given, ORDER)

    assert found.matches["shop", "a"] == Match("pronovol-hydrochloride", ITSELF)
    assert found.matches["shop", "b"] == Match("novol", ITSELF)


def test_what_is_known_by_itself_is_not_its_moiety() -> None:
    found = resolve(
        [*LISTED, of_moiety("a", "Levobaclofen", "LLLL", "Baclofen", "H789"),
         of_moiety("b", "Baclofen sodium", "BBBB", "Metformin", "9100")],
        ORDER,
    )  # fmt: skip

    assert found.matches["shop", "a"] == Match("levobaclofen", IDENTIFIER)
    assert found.matches["shop", "b"].drug_id == "baclofen"


def test_a_moiety_decides_between_drugs_that_a_name_could_be_of() -> None:
    found = resolve([*LISTED, of_moiety("a", "Twin", "XXXX", "Gemin", "TTTT")], ORDER)

    assert found.matches["shop", "a"] == Match("gemin", MatchedBy.FORM, form="twin")


def test_a_combination_is_of_the_moieties_of_its_ingredients() -> None:
    said = Substance(
        (),
        ingredients=("Baclofen mesilate", "Novol tartrate"),
        ingredient_identifiers=((UNII, "MMMM"), (UNII, "RRRR")),
        moieties=(("Baclofen", (UNII, "H789")), ("Novol", (UNII, "NNNN"))),
    )

    found = resolve([*LISTED, NamedSubstance("shop", "a", said)], ORDER)

    drug = found.drugs[found.matches["shop", "a"].drug_id or ""]
    assert drug.ingredients == (
        Ingredient("Baclofen mesilate", "baclofen"),
        Ingredient("Novol", None),
    )


def test_what_has_an_identifier_alone_is_found_among_all_and_makes_no_drug() -> None:
    given = [
        NamedSubstance("list", "0", substance(unii="NNNN")),
        NamedSubstance("list", "00", substance(unii="OOOO")),
        NamedSubstance("trials", "z", substance("Novol", unii="NNNN")),
    ]

    found = resolve(given, ORDER)

    assert found.matches["list", "0"] == Match("novol", IDENTIFIER)
    assert found.matches["list", "00"].quarantined
    assert list(found.drugs) == ["novol"]


def test_a_combination_of_hundreds_is_called_by_the_first_and_how_many_more() -> None:
    names = [f"Pollen {number:03}" for number in range(300)]

    found = resolve([NamedSubstance("shop", "a", of(*names))], ORDER)

    (drug,) = found.drugs.values()
    assert drug.name.startswith("Pollen 000 / Pollen 001 / ")
    assert drug.name.endswith(" / and 270 more")
    assert len(drug.name) < 450
    assert [ingredient.name for ingredient in drug.ingredients] == names
