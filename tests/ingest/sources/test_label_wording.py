"""When passages of two labels say the same: each rule with pairs that do, and pairs that do not."""

import random
import time
from typing import Any

import pytest

from app.ingest.sources.label_names import MOST_NAMES, LabelNames
from app.ingest.sources.label_wording import compared


def label(
    brand: str = "Zomax",
    generic: str = "ZOMEPIRAC",
    substances: tuple[str, ...] = (),
    maker: str = "Acme Pharma Inc.",
    **sections: list[str],
) -> dict[str, Any]:
    openfda = {
        "brand_name": [brand],
        "generic_name": [generic],
        "substance_name": list(substances or [generic]),
        "manufacturer_name": [maker],
    }
    return {"openfda": openfda, **sections}


BRANDED = LabelNames.of(label())
GENERIC = LabelNames.of(label("Zomepirac", maker="Zed Laboratories, LLC"))


def same(one: str, other: str, names: LabelNames = BRANDED, others: LabelNames = GENERIC) -> bool:
    return compared(one, names) == compared(other, others)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do not stop.", "DO  NOT\nSTOP"),
        ("\u2022 Do not stop; \u2022 call", "- Do not stop, - call"),
        ("seizures \u2014 if any", "seizures, if any"),
        ("long-term use", "long term use"),
        ("long- term use", "long\u2011term use"),
        ("co-administered", "coadministered"),
        ("the patient\u2019s dose (\u2265 65)", "the patient's dose ( \u226565 )"),
        ("\ufb01rst 5-mg dose", "first 5 mg dose"),
        ("10 mg/m\u00b2", "10 mg / m 2"),
        ("2\u20133 days", "2 - 3 days"),
        ("oppo\u00adsite", "opposite"),
        ("warnings & precautions", "warnings and precautions"),
        ("higher Cmax", "higher C max"),
    ],
)
def test_case_blanks_bullets_and_dashes_say_nothing(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10 mg", "1 0 mg"),
        ("1,000 mg", "1.000 mg"),
        ("1,000 mg", "1, 000 mg"),
        ("1/2 tablet", "12 tablet"),
        ("0.5 mg", ".5 mg"),
        ("dose .5 mg", "dose 5 mg"),
        ("dose.5 mg", "dose. 5 mg"),
        ("2-3 days", "23 days"),
        ("2-3 days", "2 3 days"),
        ("5 -10", "5-10"),
        ("a score of -10", "a score of 10"),
        ("a score of (-10)", "a score of (10)"),
        ("10 to 20 mg", "10-20 mg"),
        ("5, 10 mg", "5 10 mg"),
        ("10\u00b2 cells", "102 cells"),
        ("10 9 cells", "109 cells"),
        ("1\u00bd tablets", "11/2 tablets"),
        ("2\u00ad3 mg", "23 mg"),
        ("5 times", "five times"),
        ("type I", "type II"),
    ],
)
def test_a_number_is_never_another(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 mg", "5 mcg"),
        ("5 mg", "5 g"),
        ("5%", "5"),
        ("5 mM", "5 mm"),
        ("18 G", "18 g"),
        ("5 mg/kg", "5 mg kg"),
        ("\u2264 5", "< 5"),
        ("\u2265 5", "5"),
        ("\u2260 5", "= 5"),
        ("\u00b15", "5"),
        ("p<0.05", "p 0.05"),
        ("\u03b2-blockers", "\u03b1-blockers"),
        ("HER2- tumors", "HER2 tumors"),
        ("HER2+ tumors", "HER2- tumors"),
        ("Rh- women", "Rh women"),
        ("25 \u00b0C", "25 C"),
    ],
)
def test_a_unit_or_a_sign_is_never_another(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do not stop", "Do stop"),
        ("no effect", "effect"),
        ("non-dependent", "dependent"),
        ("nonselective", "selective"),
        ("in active disease", "inactive disease"),
        ("a symptomatic patient", "asymptomatic patient"),
        ("Is it safe? No. Effects occur", "Is it safe? No effects occur"),
        ("with or without food", "with food"),
    ],
)
def test_a_negation_is_never_dropped(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Contraindicated. In patients with asthma give 5 mg.",
            "Contraindicated in patients with asthma. Give 5 mg.",
        ),
        (
            "Do not use. In children under 2 years use half.",
            "Do not use in children under 2 years. Use half.",
        ),
        ("Do not use; In children use half.", "Do not use in children; Use half."),
        ("Do not use: In children use half.", "Do not use in children: Use half."),
        ("Do not use! In children use half.", "Do not use in children! Use half."),
        ("Do not use. 5 mg may do.", "Do not use 5 mg. May do."),
        ("\u2022 Do not use \u2022 In children use half", "Do not use in children. Use half"),
    ],
)
def test_a_negation_ends_where_its_sentence_does(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u2022 Do not stop \u2022 Call", "Do not stop. Call."),
        ("\u2022Do not stop. \u2022Call", "Do not stop; Call"),
        ("Do not stop [see Warnings (5.1)]. Call", "Do not stop. [See Warnings (5.1).] Call"),
        ("4. CONTRAINDICATIONS. Shock", "CONTRAINDICATIONS: Shock"),
        ("aspirin, etc. Some, e.g. Asian, vs. White", "aspirin, etc Some, e.g Asian, vs White"),
        ("the U.S. Food", "the U.S Food"),
    ],
)
def test_the_end_of_a_sentence_is_marked_in_several_ways(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5.1 Severe Pain Stop.", "5.3 Severe pain Stop."),
        ("4 CONTRAINDICATIONS Shock", "CONTRAINDICATIONS: Shock"),
        ("8.3 Nursing Mothers Zomax is", "8.2 Nursing Mothers zomepirac is"),
        ("5 WARNINGS AND PRECAUTIONS 5.1 Shock Stop", "WARNINGS AND PRECAUTIONS 5.2 Shock Stop"),
        ("Stop [see Warnings and Precautions (5.1, 5.3)].", "Stop."),
        ("Stop (see WARNINGS and PRECAUTIONS).", "Stop [see Adverse Reactions ( 6.1 ) ] ."),
        ("Stop. See WARNINGS section.", "Stop."),
        ("Stop [see Warnings, Shock (5.1)]", "Stop [see Warnings, Shock (5.4)]"),
    ],
)
def test_numbers_and_references_of_sections_say_nothing(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5.1 mg is the dose", "5.2 mg is the dose"),
        ("5.1 MG IS THE DOSE", "5.2 MG IS THE DOSE"),
        ("5.5 Years of treatment", "6.5 Years of treatment"),
        ("17 Patients died", "16 Patients died"),
        ("18.1 Severe Pain", "19.1 Severe Pain"),
        ("a mean of 4.2 (5.1)", "a mean of 4.2 (5.2)"),
        ("in clinical studies (14)", "in clinical studies (12)"),
        ("(see Table 2)", "(see Table 3)"),
        ("[see Warnings (5.1 mg)]", "[see Warnings (5.2 mg)]"),
        ("(see WARNINGS: warfarin)", "(see WARNINGS: aspirin)"),
        ("you may see adverse reactions", "you may"),
        ("Pregnancy must be excluded", "Lactation must be excluded"),
    ],
)
def test_a_value_is_no_number_of_a_section(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zomax is contraindicated", "Zomepirac tablets are contraindicated"),
        ("ZOMAX\u00ae causes", "Zomepirac capsules, USP cause"),
        ("Zomax (zomepirac) tablets have", "zomepirac has"),
        ("an overdose of Zomax's", "an overdose of zomepirac's"),
        ("Zomax-treated patients", "zomepirac-treated patients"),
        ("Zomax Tablets", "Zomepirac tablets"),
        ("Zomax is. Zomax gel is", "Zomepirac tablets are. Zomepirac tablets gel is"),
    ],
)
def test_a_labels_own_names_stand_for_the_drug(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zomax is", "Tolmetin is"),
        ("Zomax with warfarin", "zomepirac with aspirin"),
        ("Zomax", "zomepiracol"),
        ("Zomax 5 mg", "Zomepirac 10 mg"),
        ("Zomax injection site pain", "Zomepirac site pain"),
        ("zomax tablets 5 mg, zomepirac gel 9 mg", "zomepirac gel 5 mg, zomepirac tablets 9 mg"),
        (
            "zomax tablets 5 mg, zomepirac tablets for solution 9 mg",
            "zomepirac tablets for solution 5 mg, zomepirac tablets 9 mg",
        ),
        ("harm to the liver", "harm to the kidney"),
        ("hepatitis B", "hepatitis C"),
    ],
)
def test_other_names_are_kept(one: str, other: str) -> None:
    assert not same(one, other)


@pytest.mark.parametrize(
    "release",
    [
        "extended-release",
        "delayed-release",
        "sustained release",
        "modified-release",
        "ER",
        "XR",
        "SR",
    ],
)
def test_the_release_is_never_left_out(release: str) -> None:
    branded = LabelNames.of(label(f"Zomax {release}"))
    dose = "starting dose of {} is 500 mg once daily"

    assert not same(dose.format("Zomax Tablets"), dose.format(f"Zomepirac {release} tablets"))
    assert not same(dose.format("zomepirac"), dose.format(f"zomepirac {release}"))
    assert not same(dose.format("zomepirac"), dose.format(f"{release} zomepirac"))
    assert not same(dose.format("Zomax"), dose.format(f"Zomax {release}"), BRANDED, branded)
    assert same(dose.format(f"Zomax {release}"), dose.format(f"zomepirac {release} tablets"))


@pytest.mark.parametrize(
    "said",
    [
        "ZOMAX\u00ae (zomepirac) Extended-Release Tablets are white.",
        "ZOMAX (zomepirac extended-release tablets) is white.",
        "Zomax\u2122 zomepirac extended release tablets 10 mg",
    ],
)
def test_a_brand_means_the_release_that_its_label_gives_it(said: str) -> None:
    extended = LabelNames.of(label(description=[said]))
    dose = "{} has to be taken with food."

    assert same(dose.format("ZOMAX"), dose.format("Zomepirac extended-release tablets"), extended)
    assert same(dose.format("ZOMAX"), dose.format("Zomepirac ER tablets"), extended)
    assert same(dose.format("Zomepirac"), dose.format("Zomepirac"), extended)
    for other in ("Zomepirac tablets", "Zomepirac", "Zomepirac delayed-release tablets"):
        assert not same(dose.format("ZOMAX"), dose.format(other), extended)
    assert not same(dose.format("ZOMAX"), dose.format("ZOMAX"), extended, BRANDED)


@pytest.mark.parametrize(
    "said",
    [
        "ZOMAX (zomepirac) extended-release tablets. ZOMAX (zomepirac) delayed-release tablets.",
        "ZOMAX (zomepirac) immediate-release tablets.",
        "ZOMAX tablets. Other extended-release tablets.",
        "ZOMAX (ibuprofen) extended-release tablets.",
    ],
)
def test_a_brand_of_no_release_or_of_several_means_none(said: str) -> None:
    assert same("ZOMAX is.", "Zomepirac is.", LabelNames.of(label(description=[said])))


def test_a_salt_is_part_of_the_name_except_where_a_dose_is_of_it() -> None:
    names = LabelNames.of(label("Zomax", "ZOMEPIRAC SODIUM"))

    assert same("Zomax is", "zomepirac sodium is", names, names)
    assert same("zomepirac is", "zomepirac sodium is", names, names)
    assert not same("5 mg of zomepirac", "5 mg of zomepirac sodium", names, names)
    assert not same("zomepirac sodium", "zomepirac potassium", names, names)


def test_an_ester_is_another_drug() -> None:
    names = LabelNames.of(label("Femtest", "ESTRADIOL VALERATE"))

    assert not same("estradiol valerate is", "estradiol is", names, names)


def test_a_combination_is_named_by_all_its_ingredients() -> None:
    ingredients = ("TOLMETIN SODIUM", "CAFFEINE")
    names = LabelNames.of(label("Tolcaf", "tolmetin sodium and caffeine tablet", ingredients))

    assert same("Tolcaf is", "Caffeine and tolmetin sodium tablets are", names, names)
    assert same("Tolcaf is", "tolmetin/caffeine is", names, names)
    assert not same("Tolcaf is", "tolmetin is", names, names)
    assert not same("tolmetin is", "caffeine is", names, names)
    assert not same("Tolcaf is", "tolmetin and tolmetin is", names, names)
    assert not same("Tolcaf is", "tolmetin and codeine is", names, names)


def test_a_combination_may_be_named_without_its_esters() -> None:
    ingredients = ("FLUTICASONE PROPIONATE", "SALMETEROL XINAFOATE")
    names = LabelNames.of(label("Flusal", "FLUTICASONE AND SALMETEROL", ingredients))

    assert same("Flusal is", "fluticasone and salmeterol inhalation powder is", names, names)
    assert not same("fluticasone is", "salmeterol is", names, names)


def test_a_brand_of_a_combination_may_hold_an_ingredients_name() -> None:
    ingredients = ("ACETAMINOPHEN", "CODEINE")
    names = LabelNames.of(label("Zolenol with Codeine", "ACETAMINOPHEN AND CODEINE", ingredients))
    single = LabelNames.of(label("Codeine", "ACETAMINOPHEN AND CODEINE", ingredients))

    assert same("Zolenol with Codeine is", "acetaminophen and codeine is", names, names)
    assert not same("Codeine is", "acetaminophen and codeine is", single, single)


def test_names_of_several_drugs_are_not_one_drugs_names() -> None:
    names = LabelNames.of({"openfda": {"generic_name": ["ZOMEPIRAC", "TOLMETIN"]}})
    mixed = LabelNames.of(label("Zomtol", "zomepirac and tolmetin", ("ZOMEPIRAC",)))

    assert not same("zomepirac is", "tolmetin is", names, names)
    assert not same("Zomtol is", "zomepirac is", mixed, mixed)


def test_two_brands_in_a_passage_are_told_apart() -> None:
    both = label()
    both["openfda"]["brand_name"] = ["Zomax", "Zomora"]
    names = LabelNames.of(both)

    assert same("Zomax is", "Zomora is", names, names)
    assert not same("Zomax 5 mg, Zomora 9 mg", "Zomora 5 mg, Zomax 9 mg", names, names)


@pytest.mark.parametrize("brand", ["One", "Day", "No Pain", "Gout", "Pain Relief", "10 mg", "mg"])
def test_a_brand_of_ordinary_words_is_none(brand: str) -> None:
    names = LabelNames.of(label(brand))

    assert not same(f"Take {brand} a day", "Take zomepirac a day", names)


def test_a_brand_counts_where_it_is_written_as_a_name() -> None:
    names = LabelNames.of(label("Serena"))
    used = LabelNames.of(label("Serena", warnings=["Look at the serena of the sea."]))

    assert same("Serena is", "zomepirac is", names)
    assert not same("serena is", "zomepirac is", names)
    assert not same("Serena is", "zomepirac is", used)


def test_a_strength_is_never_taken_out_with_a_brand() -> None:
    weak, strong = LabelNames.of(label("Zomax 5/300")), LabelNames.of(label("Zomax 10/300"))

    assert not same("Take Zomax 5/300 once", "Take Zomax 10/300 once", weak, strong)
    assert same("Take Zomax once", "Take Zomepirac once", weak, strong)


def test_manufacturers_telephones_and_addresses_say_nothing() -> None:
    one = "contact ACME Pharma, Inc. at 1-800-555-0134 or FDA at 1-800-FDA-1088 or www.fda.gov/a"
    other = "contact Zed Laboratories at 1-877-555-0199 (1-877-4-INFO-RX) or FDA at 1-800-555-0163."
    repacked = "contact Third House Ltd at (800) 555-0134 or FDA at 1-800-332-1088, help@fda.gov"

    assert same(one, other)
    assert same(one, repacked)
    assert same("Call a doctor right away (1-800-555-0134).", "Call a doctor right away.")
    assert not same("contact Poison Control at 1-800-555-0134", "contact Acme at 1-800-555-0134")
    assert not same("250-500-1000 mg", "250-500-2000 mg")
    assert not same("Call 911", "Call 912")


def test_places_and_dates_of_making_say_nothing() -> None:
    one = "Stop. Manufactured by: Acme Pharma Inc. Salem, OR 97301 USA Revised: 5/2014"
    other = "Stop. Distributed by Zed Laboratories, LLC 12 Main Street, Salt Lake City, UT 84108"

    assert same(one, other)
    assert same("Stop. [Revised: May 2014]", "Stop. Rev. 06/17")
    assert not same("revised dose 5/10 mg", "revised dose 5/20 mg")
    assert not same("rev. 5/14 mg", "rev. 6/14 mg")


@pytest.mark.parametrize("openfda", [None, [], {}, {"brand_name": 5}, {"brand_name": [None, ""]}])
def test_a_label_without_names_is_compared_by_the_other_rules(openfda: object) -> None:
    names = LabelNames.of({"openfda": openfda})

    assert same("Do not stop.", "\u2022 DO NOT STOP", names, names)
    assert not same("Zomax is", "zomepirac is", names, names)


def test_no_text_makes_the_sign_for_the_drug() -> None:
    assert not same("<drug> is", "zomepirac is")
    assert not same("\ue000 is", "is")


PASSAGES = [
    "5.1 Severe Bleeding Zomax 25 mg or 50 mg increased bleeding in 12.5% of patients who took "
    "warfarin (95% CI: 1.2, 3.4) and in 3 of 120 without it [see Drug Interactions (7.1)].",
    "Do not give zomepirac to children under 12 years with a creatinine clearance below 30 mL/min, "
    "or with digoxin or lithium; the half-life is 4-6 hours and the score fell by -2.5 points.",
    "WARNINGS: Stop at the first sign of rash. No dose above 1,000 mcg/kg was studied; aspirin "
    "325 mg did not change the clearance of 0.5 L/h (see PRECAUTIONS).",
]
DRUGS = ["warfarin", "digoxin", "lithium", "aspirin", "ibuprofen", "phenytoin"]
UNITS = ["mg", "mcg", "g", "mL", "%", "kg", "hours", "years"]


def changed(text: str, by: random.Random) -> str:
    """A passage with one number, unit, negation or drug's name changed."""
    words = text.split(" ")
    last = len(words) - (3 if "see" in text else 0)
    place = by.randrange(3, max(4, last - 3))
    word = words[place]
    if any(c.isdigit() for c in word):
        at = by.choice([n for n, c in enumerate(word) if c.isdigit()])
        digit = by.choice([c for c in "0123456789" if c != word[at]])
        words[place] = (
            word[:at] + by.choice([digit, digit + word[at], word[at] + digit]) + word[at + 1 :]
        )
    elif word.strip(",;.") in UNITS:
        words[place] = by.choice([unit for unit in UNITS if unit != word.strip(",;.")])
    elif word.strip(",;.") in DRUGS:
        words[place] = by.choice([drug for drug in DRUGS if drug != word.strip(",;.")])
    elif word.lower() in ("not", "no", "without"):
        del words[place]
    else:
        words.insert(place, by.choice(["not", "no", "without", "never"]))
    return " ".join(words)


def test_no_mutation_is_joined_with_its_original() -> None:
    by = random.Random(18)

    joined = [
        mutant
        for passage in PASSAGES
        for mutant in (changed(passage, by) for _ in range(400))
        if same(passage, mutant, BRANDED, BRANDED)
    ]

    assert joined == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "Zomax zomepirac ",
        "- ",
        "5.,",
        "( see ",
        "( see warnings and precautions ",
        "see WARNINGS AND PRECAUTIONS ",
        "Manufactured by ",
        "Manufactured by Abc Def ",
        "1-800-",
        "a@",
        "a.com",
        "Revised 5/",
        "zomepirac oral extended release ",
        "zomepirac ( ",
        "( 5.1 , ",
        "contact Abc at ",
        "\u00e9\u0301",
    ],
)
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    text = piece * (160_000 // len(piece))

    start = time.process_time()
    compared(text, BRANDED)

    assert time.process_time() - start < 1.5


def test_a_label_of_many_products_keeps_all_names() -> None:
    many = label()
    many["openfda"]["brand_name"] = [
        f"Brand{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(500)
    ]

    names = LabelNames.of(many)

    assert len(many["openfda"]["brand_name"]) > MOST_NAMES
    assert not same("Brandaa is", "Brandba is", names, names)


def test_the_dose_form_beside_a_generic_name_is_no_part_of_it() -> None:
    names = LabelNames.of(label("Zomax", "zomepirac sodium solution/ drops", ("ZOMEPIRAC SODIUM",)))

    assert same("Zomax is", "zomepirac is", names, names)
