"""What texts name: the sentences are of real labels, but where a drug is made up."""

from collections.abc import Iterable

import pytest

from app.ingest.mentions.class_phrases import phrases_of
from app.ingest.mentions.finder import MentionFinder
from app.ingest.mentions.lexicon import Lexicon, NamedDrug
from app.models.drug import NameType

GENERIC, BRAND, SYNONYM, FORM = (NameType(name) for name in NameType)

CLASSES = [
    ("nonsteroidal-anti-inflammatory-drug", "Nonsteroidal Anti-inflammatory Drug"),
    ("calcium-channel-blocker", "Calcium Channel Blocker"),
    ("vitamin-k-antagonist", "Vitamin K Antagonist"),
    ("monoamine-oxidase-inhibitor", "Monoamine Oxidase Inhibitor"),
    ("strong-cyp3a-inhibitor", "Strong CYP3A inhibitor"),
    ("moderate-cyp3a-inhibitor", "Moderate CYP3A inhibitor"),
    ("weak-cyp3a-inhibitor", "Weak CYP3A inhibitor"),
    ("benzodiazepine", "Benzodiazepine"),
]


def named(
    name: str, *others: tuple[str, NameType], of: Iterable[str] = (), id_: str = ""
) -> list[NamedDrug]:
    """The names of a drug: what it is called, and others."""
    id_ = id_ or name.replace(" ", "-")
    made_of = tuple(of)
    return [
        NamedDrug(id_, name, type_, other, made_of) for other, type_ in [(name, GENERIC), *others]
    ]


KNOWN = [
    *named("warfarin", ("Coumadin", BRAND), ("warfarin sodium", FORM)),
    *named("ibuprofen", ("Advil", BRAND)),
    *named("acetylsalicylic acid", ("aspirin", SYNONYM)),
    *named("ethanol", ("alcohol", SYNONYM)),
    *named("benzyl alcohol"),
    *named("iron"),
    *named("lead"),
    *named("water"),
    *named("calcium"),
    *named("potassium", ("K", SYNONYM)),
    *named("insulin human", ("insulin", SYNONYM)),
    *named("mecasermin", ("insulin-like growth factor-1", SYNONYM)),
    *named("willow bark", ("Salix", SYNONYM)),
    *named("plasma protein fraction", ("human plasma protein", SYNONYM)),
    *named("lithium"),
    *named("St. John's wort", id_="st-john-s-wort"),
    *named("trimethoprim"),
    *named("sulfamethoxazole"),
    *named(
        "sulfamethoxazole / trimethoprim",
        ("Bactrim", BRAND),
        of=("sulfamethoxazole", "trimethoprim"),
        id_="sulfamethoxazole-trimethoprim",
    ),
    *named("verapamil"),
    *named("vitamin K"),
    *named("menthol", ("Perform", BRAND), ("Relief Plus", BRAND)),
    *named("zidovudine"),
    *named("amiodarone", ("Twinol", SYNONYM)),
    *named("digoxin", ("Twinol", SYNONYM)),
    *named("oseltamivir"),
    *named("oseltamivir carboxylate"),
    *named("dopamine"),
    *named("methotrexate"),
    *named("mefloquine"),
    *named("(+)-mefloquine", id_="plus-mefloquine"),
    *named("nordazepam", ("desmethyldiazepam", SYNONYM)),
    *named("diazepam"),
]


@pytest.fixture(scope="module")
def finder() -> MentionFinder:
    return MentionFinder(Lexicon(KNOWN, phrases_of(CLASSES)))


def found(finder: MentionFinder, text: str, of: str = "baclofen") -> list[tuple[str, str, str]]:
    """What a text names in a label of a drug: the letters, whom, and how."""
    own = finder.own(of, ())
    mentions = finder.mentions(text, own, of.replace("-", " "))
    return [(text[m.start : m.end], m.drug_id or f"{m.class_id}", m.how.value) for m in mentions]


def drugs(finder: MentionFinder, text: str, of: str = "baclofen") -> list[str]:
    """The drugs that a text names."""
    return [drug for _, drug, how in found(finder, text, of) if how != "class"]


def test_names_are_found_at_their_letters(finder: MentionFinder) -> None:
    text = "Aspirin, IBUPROFEN (e.g., Advil) and warfarin-treated patients."

    assert found(finder, text) == [
        ("Aspirin", "acetylsalicylic-acid", "name"),
        ("IBUPROFEN", "ibuprofen", "name"),
        ("Advil", "ibuprofen", "brand"),
        ("warfarin", "warfarin", "name"),
    ]


def test_a_salt_behind_a_name_is_a_form(finder: MentionFinder) -> None:
    assert found(finder, "with warfarin\nsodium or diazepam hydrochloride.") == [
        ("warfarin\nsodium", "warfarin", "form"),
        ("diazepam hydrochloride", "diazepam", "form"),
    ]
    assert found(finder, "verapamil calcium channel blockers")[0][0] == "verapamil"


@pytest.mark.parametrize(
    "printed", ["St. John's wort", "St. John\u2019s Wort", "St John's\nWort", "ST. JOHN'S WORT"]
)
def test_a_name_is_found_however_it_is_printed(finder: MentionFinder, printed: str) -> None:
    text = f"inducers such as {printed} lower it."

    assert found(finder, text) == [(printed, "st-john-s-wort", "name")]


@pytest.mark.parametrize(
    "text",
    [
        "Contains benzyl alcohol dehydrogenase.",
        "People who abuse alcohol dependence programmes: alcohol abuse.",
        "Increases in serum potassium. Monitor potassium levels.",
        "Iron deficiency anemia; iron overload; serum iron.",
        "This may lead to bleeding. Take with a glass of water.",
        "Insulin-like growth factor was raised; insulin resistance and insulin-dependent diabetes.",
        "Sensitive to calcium channel signals and serum calcium.",
        "Plasma dopamine rose, and dopamine receptor antagonists.",
        "If symptoms perform as expected, seek Relief.",
        "Levels of vitamin K dependent clotting factors.",
        "N-desmethyl-diazepam and 7-hydroxy-methotrexate are metabolites.",
    ],
)
def test_words_that_name_no_drug(finder: MentionFinder, text: str) -> None:
    assert drugs(finder, text) == []


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("Avoid alcohol while taking it.", "ethanol"),
        ("effects may be additive to those of alcohol and other CNS depressants", "ethanol"),
        ("absorption of oral iron preparations", "iron"),
        ("antacids containing calcium, magnesium or aluminum", "calcium"),
        ("Do not use potassium supplements", "potassium"),
        ("patients on insulin or oral agents", "insulin-human"),
        ("infused with dopamine or norepinephrine", "dopamine"),
        ("serum lithium levels", "lithium"),
        ("serum digoxin concentrations", "digoxin"),
    ],
)
def test_the_same_words_where_they_name_one(finder: MentionFinder, text: str, drug: str) -> None:
    assert drugs(finder, text) == [drug]


def test_what_several_drugs_are_called_names_nobody(finder: MentionFinder) -> None:
    assert found(finder, "Twinol raises it, digoxin does not.") == [("digoxin", "digoxin", "name")]


def test_an_isomer_is_not_what_is_called_without_its_sign(finder: MentionFinder) -> None:
    assert drugs(finder, "with mefloquine.") == ["mefloquine"]


def test_short_brands_are_written_with_a_capital(finder: MentionFinder) -> None:
    assert drugs(finder, "advil, coumadin") == ["warfarin"]


def test_a_combination_names_its_ingredients(finder: MentionFinder) -> None:
    assert found(finder, "with Bactrim, trimethoprim/sulfamethoxazole, or trimethoprim") == [
        ("Bactrim", "sulfamethoxazole-trimethoprim", "brand"),
        ("Bactrim", "sulfamethoxazole", "combination"),
        ("Bactrim", "trimethoprim", "combination"),
        ("trimethoprim/sulfamethoxazole", "sulfamethoxazole-trimethoprim", "combination"),
        ("trimethoprim", "trimethoprim", "name"),
        ("sulfamethoxazole", "sulfamethoxazole", "name"),
        ("trimethoprim", "trimethoprim", "name"),
    ]


def test_a_label_names_neither_its_own_drug_nor_its_combinations(finder: MentionFinder) -> None:
    text = "Trimethoprim, Bactrim, sulfamethoxazole-trimethoprim and aspirin"

    assert drugs(finder, text, of="trimethoprim") == ["acetylsalicylic-acid"]


def test_what_the_body_makes_of_a_drug_is_its_own(finder: MentionFinder) -> None:
    assert drugs(finder, "oseltamivir carboxylate levels", of="oseltamivir") == []


def test_abbreviations_are_read_as_they_are_written(finder: MentionFinder) -> None:
    assert drugs(finder, "AZT, azt, K and ASA") == ["zidovudine", "acetylsalicylic-acid"]


@pytest.mark.parametrize(
    ("text", "printed", "classes"),
    [
        ("with other NSAIDs.", "NSAIDs", ["nonsteroidal-anti-inflammatory-drug"]),
        (
            "nonsteroidal anti-\ninflammatory drugs",
            "nonsteroidal anti-\ninflammatory drugs",
            ["nonsteroidal-anti-inflammatory-drug"],
        ),
        ("calcium channel blockers", "calcium channel blockers", ["calcium-channel-blocker"]),
        ("vitamin K antagonists", "vitamin K antagonists", ["vitamin-k-antagonist"]),
        ("MAO inhibitors", "MAO inhibitors", ["monoamine-oxidase-inhibitor"]),
        ("strong CYP3A4 inhibitors", "strong CYP3A4 inhibitors", ["strong-cyp3a-inhibitor"]),
        (
            "inhibitors of CYP 3A4",
            "inhibitors of CYP 3A4",
            ["moderate-cyp3a-inhibitor", "strong-cyp3a-inhibitor", "weak-cyp3a-inhibitor"],
        ),
        ("mild CYP3A4 inhibitors", "mild CYP3A4 inhibitors", ["weak-cyp3a-inhibitor"]),
        (
            "moderate or weak CYP3A inhibitors",
            "moderate or weak CYP3A inhibitors",
            ["moderate-cyp3a-inhibitor", "weak-cyp3a-inhibitor"],
        ),
        ("strong CYP2D6 and CYP3A4 inhibitors", "CYP3A4 inhibitors", ["strong-cyp3a-inhibitor"]),
        (
            "strong inhibitors or inhibitors of CYP3A",
            "inhibitors of CYP3A",
            ["strong-cyp3a-inhibitor"],
        ),
        (
            "strong (e.g., clarithromycin) CYP3A inhibitors",
            "CYP3A inhibitors",
            ["strong-cyp3a-inhibitor"],
        ),
        (
            "a strong reason to avoid CYP3A inhibitors",
            "CYP3A inhibitors",
            ["moderate-cyp3a-inhibitor", "strong-cyp3a-inhibitor", "weak-cyp3a-inhibitor"],
        ),
    ],
)
def test_classes_are_found_as_labels_print_them(
    finder: MentionFinder, text: str, printed: str, classes: list[str]
) -> None:
    assert found(finder, text) == [(printed, of, "class") for of in classes]


def test_what_a_drug_is_said_to_be_names_no_others(finder: MentionFinder) -> None:
    assert found(finder, "Hustanol is a strong CYP3A4 inhibitor.") == []
    assert found(finder, "ginkgo; vitamin K") == [("vitamin K", "vitamin-K", "name")]


def test_what_is_not_of_a_class_names_none_of_it(finder: MentionFinder) -> None:
    assert found(finder, "non-benzodiazepine hypnotics, non\u2011NSAID analgesics") == []


@pytest.mark.parametrize(
    "text",
    [
        "reduce the serum insulin-like growth factor-1 (IGF-1) response",
        "SUSPECTED ADVERSE REACTIONS, contact Salix Pharmaceuticals",
        "96% bound to human plasma protein",
    ],
)
def test_what_is_measured_and_who_makes_it_are_no_drugs(finder: MentionFinder, text: str) -> None:
    assert found(finder, text) == []


def test_the_sign_of_a_trade_mark_is_no_letter(finder: MentionFinder) -> None:
    assert [
        printed
        for printed, *_ in found(finder, "Advil\u2122, Advil\u00ae and Coumadin\u2122 \u00a9")
    ] == [
        "Advil",
        "Advil",
        "Coumadin",
    ]


@pytest.mark.parametrize("sign", ["\u2193", "\u2022", "\u25cf", "\u00b1", "\u2192"])
def test_arrows_and_bullets_part_names(finder: MentionFinder, sign: str) -> None:
    printed = [each[0] for each in found(finder, f"vitamin {sign} K; benzyl {sign} alcohol")]

    assert printed == ["alcohol"]


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("drugs that are combined P-gp and strong CYP3A4 inhibitors (e.g., ritonavir)", 0),
        ("Avoid dual inhibitors of CYP3A4 and P-gp", 0),
        ("It is a weak inhibitor of CYP3A.", 0),
        ("when combined with strong CYP3A4 inhibitors", 1),
        ("in combined use, strong CYP3A4 inhibitors and NSAIDs", 2),
        ("combined P-gp and strong CYP3A4 inhibitors and NSAIDs", 1),
    ],
)
def test_drugs_that_are_of_two_classes_are_not_those_of_one(
    finder: MentionFinder, text: str, classes: int
) -> None:
    assert len(found(finder, text)) == classes


def test_a_class_that_no_source_has_is_not_found() -> None:
    assert MentionFinder(Lexicon(KNOWN, phrases_of([]))).mentions("NSAIDs", frozenset(), "") == []


def test_accents_and_signs_move_no_letters(finder: MentionFinder) -> None:
    text = (
        "\ufb01rst \u201cM\u00e9ni\u00e8re\u2019s\u201d \u00bd \u2013 Advil\u00ae \u2013 ibuprofen"
    )

    assert [printed for printed, *_ in found(finder, text)] == ["Advil", "ibuprofen"]
