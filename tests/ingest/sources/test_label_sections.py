import gc
import re
from collections import defaultdict
from itertools import permutations
from typing import Any

import pytest

from app.ingest.sources.label_keys import SECTION_KEYS, SECTION_NUMBERS
from app.ingest.sources.label_sections import (
    LabelPassage,
    PublishedSection,
    passages_of,
    sections_of,
)

WARNINGS = (
    "5 WARNINGS AND PRECAUTIONS Seizures: Use cautiously in patients at risk. ( 5.2 ) "
    "5.1 Severe Neutropenia Background Clozapine can cause neutropenia in 5.1% of patients. "
    "5.2 Seizures Seizures have been reported [see Adverse Reactions (6.1)]. "
    "5.3 Falls Clozapine may cause somnolence at a dose of 5.1 mg."
)
ADVERSE = (
    "6 ADVERSE REACTIONS These are described elsewhere: Falls [see Warnings and Precautions (5.3)]"
    " 6.1 Clinical Trials Experience Because trials are conducted under varying conditions, rates "
    "differ. Nausea 6.1 6.2 Vomiting 6.5 5.9 6.2 Postmarketing Experience Rash has been reported."
)
NUMBERED = {"warnings_and_cautions": [WARNINGS], "adverse_reactions": [ADVERSE]}


def label(**sections: Any) -> dict[str, Any]:
    return {"set_id": "002cc9d2-8b5a-4f6c-9d49-8a2a4a0f6a21", "openfda": {}, **sections}


def told(**sections: Any) -> list[tuple[str | None, str]]:
    """Each passage's number, and its text."""
    return [(passage.number, passage.text) for passage in passages_of(label(**sections))]


def numbers(text: str, key: str = "warnings_and_cautions") -> list[str | None]:
    """The numbers of the pieces of a section whose label has other numbered sections too."""
    others = {"description": ["11 DESCRIPTION A"], "overdosage": ["10 OVERDOSAGE B"]}
    (section,) = (s for s in sections_of(label(**others, **{key: [text]})) if s.text == text)
    return [piece.number for piece in section.pieces]


def headings(text: str, **others: Any) -> list[str | None]:
    passages = passages_of(label(**{"warnings_and_cautions": [text], **NUMBERED_ELSE, **others}))
    return [passage.heading for passage in passages if passage.key == "warnings_and_cautions"]


NUMBERED_ELSE = {"description": ["11 DESCRIPTION A tablet."], "overdosage": ["10 OVERDOSAGE None."]}


def letters(text: str) -> str:
    return "".join(text.split())


def assert_whole(sections: list[PublishedSection]) -> None:
    """The pieces of each section are its text, letter for letter, in order."""
    for section in sections:
        assert "".join(letters(piece.text) for piece in section.pieces) == letters(section.text)


def assert_told(label: dict[str, Any], *tells: tuple[str, str]) -> None:
    """Every string that a label publishes is told, letter for letter, under its key, that of a
    longer string which holds it, or one that tells it with precedence: (key, by which)."""
    told: dict[str, str] = defaultdict(str)
    for passage in passages_of(label):
        told[passage.key] += letters(passage.text)
    for key in SECTION_KEYS & label.keys():
        for text in label[key]:
            under = [key, *(by for one, by in tells if one == key)]
            whole = any(letters(text) in told[one] for one in under)
            assert whole, f"{key} is not told: {text}"
    assert_whole(sections_of(label))


def keys_of(**sections: Any) -> list[tuple[str, str]]:
    """Each passage's key, and its text, whatever the order in which the sections stand."""
    found = [(passage.key, passage.text) for passage in passages_of(label(**sections))]
    for order in permutations(sections):
        again = passages_of(label(**{key: sections[key] for key in order}))
        assert [(passage.key, passage.text) for passage in again] == found
    return found


def test_each_numbered_subsection_is_a_passage_and_so_is_what_stands_before_the_first() -> None:
    passages = passages_of(label(**NUMBERED))

    assert [(p.key, p.number, p.heading) for p in passages] == [
        ("warnings_and_cautions", "5", "WARNINGS AND PRECAUTIONS"),
        ("warnings_and_cautions", "5.1", None),
        ("warnings_and_cautions", "5.2", "Seizures"),
        ("warnings_and_cautions", "5.3", "Falls"),
        ("adverse_reactions", "6", "ADVERSE REACTIONS"),
        ("adverse_reactions", "6.1", "Clinical Trials Experience"),
        ("adverse_reactions", "6.2", "Postmarketing Experience"),
    ]
    assert " ".join(p.text for p in passages) == f"{WARNINGS} {ADVERSE}"


def test_a_heading_alone_is_no_passage_but_a_piece_of_its_section() -> None:
    text = "5 WARNINGS AND PRECAUTIONS 5.1 Falls Falls may occur. 5.2 Rash Rash may occur."

    assert [number for number, _ in told(**NUMBERED_ELSE, warnings_and_cautions=[text])][:2] == [
        "5.1",
        "5.2",
    ]
    assert numbers(text) == ["5", "5.1", "5.2"]


@pytest.mark.parametrize(
    "said",
    [
        "A dose of 5.2 mg is too much.",
        "It was seen in 5.2% of patients.",
        "It is rare [see Warnings and Precautions (5.2)].",
        "It is rare [see Warnings and Precautions ( 5.2 )] . It is mild.",
        "It is rare (see 5.2 Falls).",
        "It is rare (5.1 , 5.2 Falls).",
        "See Table 5.2 Patients with falls.",
        "See Warnings and Precautions 5.2 Falls for more.",
        "A score of 5.2 Patients had on the scale is high.",
        "The ratio was 4.8 vs. 5.2 Patients differ.",
        "Doses of 5.2 Units were given. Doses were 5.2 mL or 5.2 MBq.",
        "A mean of 8.2 Patients fell.",
        "Nausea 5.1 5.2 Vomiting 3.0 4.1",
        "5.1.1 Falls are described. 5.1.2 Rash is too.",
        "Version 5.2 Patients of the guide.",
        "The value was 5. 2 Patients fell.",
    ],
)
def test_a_number_within_a_sentence_or_a_table_begins_nothing(said: str) -> None:
    assert numbers(f"5 WARNINGS AND PRECAUTIONS 5.1 Rash Rash may occur. {said}") == ["5", "5.1"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Rash may occur.", "5.2 Falls may occur."),
        ("Rash occurs [see Adverse Reactions (6.1)] .", "5.2 Falls may occur."),
        ("Rash occurs [see Adverse Reactions ( 6 )]", "5.2 Falls may occur."),
        ("Rash (%) 5 3.1 2", "5.2 Falls and Fractures Falls may occur."),
        ("as after: fever", "5.2 Falls may occur. See above (5.2) for more."),
        ("Rash may occur.", "5.2 iPLEDGE Program Because of the risk, it is limited."),
        ("Rash may occur.", "5.2 5-Fluorouracil Bleeding may occur."),
        ("Rash may occur.", "5.2. Falls may occur."),
        ("Rash may occur.", "5.2Falls may occur."),
    ],
)
def test_a_number_after_a_sentence_a_reference_or_a_table_begins_a_subsection(
    before: str, after: str
) -> None:
    text = f"5 WARNINGS AND PRECAUTIONS 5.1 Rash {before} {after}"

    assert numbers(text) == ["5", "5.1", "5.2"]


def test_a_digit_that_markup_tore_off_belongs_to_the_number() -> None:
    subsections = " ".join(f"5.{n} Effect Effects may occur." for n in range(1, 10))
    text = f"5 WARNINGS AND PRECAUTIONS {subsections} 5.1 0 Falls Falls may occur."

    assert numbers(text)[-2:] == ["5.9", "5.10"]


def test_a_number_torn_at_its_point_needs_the_regulations_title() -> None:
    text = "8 USE IN SPECIFIC POPULATIONS 8.1 Pregnancy Avoid it. 8. 2 Lactation Avoid it."

    assert numbers(text, "use_in_specific_populations") == ["8", "8.1", "8.2"]


def test_a_number_out_of_order_or_repeated_stays_in_the_text_before_it() -> None:
    out_of_order = "5.1 A Falls occur. 5.3 C Rash occurs. 5.2 B Fever occurs. 5.4 D Pain occurs."
    repeated = "5.1 A Falls occur. 5.2 B Rash occurs. 5.2 B Fever occurs. 5.3 C Pain occurs."

    assert numbers(f"5 WARNINGS AND PRECAUTIONS {out_of_order}") == ["5", "5.1", "5.3", "5.4"]
    assert numbers(f"5 WARNINGS AND PRECAUTIONS {repeated}") == ["5", "5.1", "5.2", "5.3"]


def test_two_numbers_may_be_skipped_and_more_if_the_label_refers_to_the_next() -> None:
    begin = "5 WARNINGS AND PRECAUTIONS 5.1 Rash Rash may occur."

    assert numbers(f"{begin} 5.4 Falls Falls may occur.") == ["5", "5.1", "5.4"]
    assert numbers(f"{begin} 5.9 Falls Falls may occur.") == ["5", "5.1"]
    assert numbers(f"{begin} 5.9 Falls Falls may occur. (5.9)") == ["5", "5.1", "5.9"]


def test_section_8_may_skip_any() -> None:
    text = "8 USE IN SPECIFIC POPULATIONS 8.4 Pediatric Use None. 8.9 Smokers Smoking is no matter."

    assert numbers(text, "use_in_specific_populations") == ["8", "8.4", "8.9"]


def test_a_whole_that_its_parts_repeat_is_told_once() -> None:
    first = "5.1 Falls Falls may occur with it."
    second = "5.2 Iris Changes These are permanent in some."
    whole = f"5 WARNINGS AND PRECAUTIONS {first} {second}"

    assert told(
        **NUMBERED_ELSE, warnings_and_cautions=[whole, first], spl_unclassified_section=[second]
    )[:2] == [("5.1", first), ("5.2", second)]


def test_a_part_is_a_subsection_though_no_sentence_ends_before_it() -> None:
    first = "5.1 Falls as in the table of patients with falls"
    second = "5.2 Iris changes which are permanent"
    whole = f"5 WARNINGS AND PRECAUTIONS {first} {second}"

    assert numbers(whole) == ["5", "5.1"]
    assert told(**NUMBERED_ELSE, warnings_and_cautions=[whole, second])[:2] == [
        ("5.1", first),
        ("5.2", second),
    ]


def test_parts_under_keys_of_their_own_cut_the_whole_and_keep_their_keys() -> None:
    pregnancy = "8.1 Pregnancy Risk Summary There are no data on its use in pregnancy."
    renal = "8.6 Renal Impairment Reduce the dose in these patients."
    geriatric = "8.5 Geriatric Use Studies had too few of them."
    whole = f"8 USE IN SPECIFIC POPULATIONS {pregnancy} {geriatric} {renal}"

    passages = passages_of(
        label(
            **NUMBERED_ELSE,
            geriatric_use=[geriatric],
            use_in_specific_populations=[whole],
            pregnancy=[pregnancy],
            risks=["Risk Summary There are no data on its use in pregnancy."],
        )
    )

    assert passages[:3] == [
        LabelPassage("pregnancy", pregnancy, "8.1", "Pregnancy"),
        LabelPassage("geriatric_use", geriatric, "8.5", "Geriatric Use"),
        LabelPassage("use_in_specific_populations", renal, "8.6", None),
    ]


def test_what_follows_a_part_that_is_a_heading_alone_belongs_to_it() -> None:
    whole = "12 CLINICAL PHARMACOLOGY 12.3 Pharmacokinetics Absorption It is absorbed in an hour."

    assert told(
        **NUMBERED_ELSE, clinical_pharmacology=[whole], pharmacokinetics=["12.3 Pharmacokinetics"]
    )[-1] == ("12.3", "12.3 Pharmacokinetics Absorption It is absorbed in an hour.")


def test_labels_without_numbers_are_cut_into_openfdas_strings_alone() -> None:
    general = "General Use 2.1 mg. 5.1 Care should be taken with it."
    nursing = "Nursing Mothers It is not known whether it is excreted."
    whole = f"PRECAUTIONS See WARNINGS. {general} Hepatic Impairment Reduce the dose. {nursing}"

    passages = passages_of(
        label(
            nursing_mothers=[nursing],
            precautions=[whole],
            general_precautions=[general],
            warnings=["WARNINGS Falls. 5.1 Falls may occur. 5.2 Rash may occur."],
        )
    )

    assert passages == [
        LabelPassage(
            "warnings", "WARNINGS Falls. 5.1 Falls may occur. 5.2 Rash may occur.", None, "WARNINGS"
        ),
        LabelPassage("precautions", "PRECAUTIONS See WARNINGS.", None, "PRECAUTIONS"),
        LabelPassage("general_precautions", general, None, None),
        LabelPassage("precautions", "Hepatic Impairment Reduce the dose.", None, None),
        LabelPassage("nursing_mothers", nursing, None, "Nursing Mothers"),
    ]


def test_a_few_words_are_a_part_only_where_there_is_no_doubt() -> None:
    warnings = "Warnings For external use only Keep out of reach of children."
    guide = "Medication Guide Keep out of reach of children. Keep out of reach of children."

    assert told(
        purpose=["Purpose Antacid"],
        warnings=[warnings],
        keep_out_of_reach_of_children=["Keep out of reach of children."],
        spl_medguide=[guide],
    ) == [
        (None, "Purpose Antacid"),
        (None, "Warnings For external use only"),
        (None, "Keep out of reach of children."),
        (None, guide),
    ]


def test_the_same_text_is_told_once_and_under_the_section_it_belongs_to() -> None:
    text = "INDICATIONS For the relief of symptoms."

    assert [
        (p.key, p.text)
        for p in passages_of(
            label(spl_unclassified_section=[text, text], indications_and_usage=[text, text])
        )
    ] == [("indications_and_usage", text)]


SAID = "Hepatotoxicity has been reported at doses of more than 4,000 mg a day."


@pytest.mark.parametrize(
    ("published", "told"),
    [
        (["warnings", "boxed_warning"], ["boxed_warning"]),
        (["spl_medguide", "boxed_warning"], ["boxed_warning"]),
        (["precautions", "pregnancy"], ["pregnancy"]),
        (["teratogenic_effects", "pregnancy"], ["pregnancy"]),
        (["ask_doctor", "ask_doctor_pharmacist"], ["ask_doctor"]),
        (["purpose", "indications_and_usage"], ["indications_and_usage"]),
        (["spl_unclassified_section", "spl_medguide"], ["spl_medguide"]),
        (["health_claim", "description"], ["description"]),
        (["purpose", "active_ingredient"], ["active_ingredient"]),
        (["boxed_warning", "indications_and_usage"], ["boxed_warning", "indications_and_usage"]),
        (["boxed_warning", "contraindications"], ["boxed_warning", "contraindications"]),
        (["stop_use", "do_not_use"], ["do_not_use", "stop_use"]),
        (["pregnancy", "nursing_mothers"], ["pregnancy", "nursing_mothers"]),
        (
            ["dosage_and_administration", "indications_and_usage"],
            ["indications_and_usage", "dosage_and_administration"],
        ),
        (
            ["warnings", "boxed_warning", "adverse_reactions"],
            ["boxed_warning", "adverse_reactions"],
        ),
    ],
)
def test_a_text_under_several_keys_is_told_once_for_each_fact_that_they_make_of_it(
    published: list[str], told: list[str]
) -> None:
    found = keys_of(**{key: [f" {SAID}" if i else SAID] for i, key in enumerate(published)})

    assert found == [(key, SAID) for key in told]


def test_a_numbered_text_is_told_under_several_keys_too() -> None:
    text = f"5.1 Hepatotoxicity {SAID}"

    found = keys_of(**NUMBERED_ELSE, boxed_warning=[text], contraindications=[text])

    assert {key for key, said in found if said == text} == {"boxed_warning", "contraindications"}


def test_a_text_under_several_keys_is_cut_into_its_parts_under_each() -> None:
    part = "Do not take it with alcohol, or with other medicines for pain."
    whole = f"{SAID} {part}"

    assert keys_of(
        boxed_warning=[whole], indications_and_usage=[whole], contraindications=[part]
    ) == [
        ("boxed_warning", SAID),
        ("contraindications", part),
        ("indications_and_usage", SAID),
    ]


def test_a_part_without_a_number_is_told_again_if_it_is_another_fact_than_its_subsection() -> None:
    mechanism = "Mechanism of Action It inhibits the synthesis of proteins in bacteria."
    microbiology = f"12.4 Microbiology {mechanism} Resistance It is rare."

    assert told(
        **NUMBERED_ELSE,
        clinical_pharmacology=[f"12 CLINICAL PHARMACOLOGY {microbiology}"],
        microbiology=[microbiology],
        mechanism_of_action=[mechanism],
    )[2:] == [("12.4", microbiology), (None, mechanism)]


def test_a_numbered_part_under_a_key_that_makes_no_fact_is_a_fact_of_its_section() -> None:
    counts = "5.2 Laboratory Tests Blood counts are to be taken every month."
    whole = f"5 WARNINGS AND PRECAUTIONS 5.1 Rash Rash may occur. {counts}"

    assert keys_of(**NUMBERED_ELSE, warnings_and_cautions=[whole], laboratory_tests=[counts])[
        1
    ] == (
        "warnings_and_cautions",
        counts,
    )


def test_a_part_whose_text_is_not_kept_stays_in_the_section_that_is_a_fact() -> None:
    adults = "Usual Adult Dose 3 to 6 teaspoonfuls, diluted with a glass of water."
    whole = f"DOSAGE AND ADMINISTRATION Take it after meals. {adults}"

    assert keys_of(dosage_and_administration=[whole], health_claim=[adults]) == [
        ("dosage_and_administration", whole)
    ]


def test_a_part_that_is_text_of_the_label_stays_in_the_fact_that_it_stands_in() -> None:
    storage = "Storage Store the tablets at room temperature, away from light."
    directions = f"Directions Take one tablet with water. {storage} Ask a doctor about children."
    found = passages_of(
        label(
            spl_unclassified_section=[f"Drug Facts of the tablets. {directions}"],
            dosage_and_administration=[directions],
            storage_and_handling=[storage],
        )
    )

    assert ("dosage_and_administration", directions) in [(p.key, p.text) for p in found]
    assert "storage_and_handling" not in [p.key for p in found]


def test_a_section_is_told_though_a_part_that_is_another_fact_takes_it_up() -> None:
    text = "General: The level in blood depends on what else the patient takes."
    whole = f"DOSAGE AND ADMINISTRATION {text}"

    assert keys_of(dosage_and_administration=[whole], general_precautions=[text]) == [
        ("general_precautions", text),
        ("dosage_and_administration", whole),
    ]


@pytest.mark.parametrize("first", sorted(SECTION_KEYS))
def test_whatever_publishes_a_text_it_is_told(first: str) -> None:
    for second in (key for key in SECTION_KEYS if key > first):
        both = label(**{first: [SAID], second: [SAID]})
        told = {passage.key for passage in passages_of(both)}

        assert told <= {first, second}
        assert_told(both, (first, second), (second, first))
        for key in {first, second} & {
            "boxed_warning",
            "contraindications",
            "indications_and_usage",
        }:
            assert key in told


def test_a_part_that_says_more_at_its_end_than_the_whole_is_told_instead() -> None:
    part = "5.1 Falls Falls may occur with it."

    assert told(
        **NUMBERED_ELSE,
        warnings_and_cautions=[
            f"5 WARNINGS AND PRECAUTIONS {part} 5.2 Rash Rash may occur.",
            f"{part} Revised: 7/2016",
        ],
    )[:2] == [("5.1", f"{part} Revised: 7/2016"), ("5.2", "5.2 Rash Rash may occur.")]


def test_the_order_is_the_labels_whatever_openfdas_is() -> None:
    sections = {key: [f"{number} TITLE Text."] for key, number in SECTION_NUMBERS.items()}
    backwards = dict(reversed(sections.items()))

    assert [passage.number for passage in passages_of(label(**backwards))] == [
        str(number) for number in range(1, 18)
    ]


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ("5.1 Seizures Seizures have been reported.", "Seizures"),
        ("5.1 Postmarketing Experience Falls have been reported.", "Postmarketing Experience"),
        ("5.1 Severe Neutropenia Background Clozapine can cause it.", None),
        ("5.1 Seizures Seizures And Falls have been reported.", None),
        ("5.1 Immunogenicity in children is known.", None),
    ],
)
def test_a_heading_is_given_only_where_the_text_ends_it(said: str, heading: str | None) -> None:
    assert headings(f"5 WARNINGS AND PRECAUTIONS {said}") == [heading]


def test_a_reference_to_the_number_ends_the_heading_it_repeats() -> None:
    text = "5 WARNINGS AND PRECAUTIONS 5.1 Severe Neutropenia Clozapine can cause neutropenia."

    def by(reference: str) -> list[str | None]:
        return headings(text, adverse_reactions=[f"6 ADVERSE REACTIONS As follows: {reference}"])

    assert by("Severe Neutropenia [see Warnings and Precautions (5.1)]") == ["Severe Neutropenia"]
    assert by("severe neutropenia [ see Warnings and Precautions ( 5.1 ) ]") == [
        "Severe Neutropenia"
    ]
    assert by("Severe Neutropenia [see Warnings and Precautions (5.2)]") == [None]
    assert by("Severe [see Warnings and Precautions (5.1)]") == [None]
    assert by("any Severe Neutropenia [see Warnings and Precautions (5.1)]") == [None]


def test_the_highlights_end_the_heading_of_the_number_they_name() -> None:
    text = (
        "5 WARNINGS AND PRECAUTIONS Severe Neutropenia: Monitor. (5.1) Falls: Monitor. (5.3) "
        "5.1 Severe Neutropenia Clozapine can cause it. 5.2 Falls Clozapine may cause these."
    )

    assert headings(text) == ["WARNINGS AND PRECAUTIONS", "Severe Neutropenia", None]


def test_a_boxed_warnings_heading_is_what_stands_there_twice() -> None:
    title = "WARNING: SEVERE NEUTROPENIA"

    (passage,) = passages_of(label(boxed_warning=[f"{title} {title} See full information."]))

    assert passage.heading == title


def test_a_bare_string_is_a_section_and_blanks_are_none() -> None:
    assert told(warnings="Falls may occur.", description=["", " "], unknown=5, precautions=[]) == [
        (None, "Falls may occur.")
    ]


@pytest.mark.parametrize(
    "text",
    [
        WARNINGS,
        ADVERSE,
        "5 WARNINGS AND PRECAUTIONS5.1 FallsFalls may occur.5.2 RashRash may occur.",
        "5.2 B 5.1 A 5.2 B. 5.10 C. 5.1 5.1 5.1",
        " 5 \n\n5.1\t5.2 \xa0Falls ",
        "5",
        "5. 5.1. 5.1.1. Falls.",
    ],
)
def test_the_pieces_are_the_text_letter_for_letter(text: str) -> None:
    parts = re.findall(r"5\.[0-9] [A-Z][^0-9]*", text)

    assert_whole(sections_of(label(**NUMBERED_ELSE, warnings_and_cautions=[text])))
    assert_whole(sections_of(label(**NUMBERED_ELSE, warnings_and_cautions=[text, *parts])))


@pytest.mark.slow
@pytest.mark.parametrize(
    "much",
    [
        "Falls. 5.2 Falls ",
        "5.1 ",
        "( ",
        "(5.1",
        "[see A",
        "5.",
        "5",
        " ",
        "A",
        "Ab of ",
        ".*",
        "[(",
    ],
)
def test_160_kb_of_one_section_are_gone_through_once(much: str) -> None:
    text = "5 WARNINGS AND PRECAUTIONS " + much * (160_000 // len(much)) + "."

    assert_whole(sections_of(label(**NUMBERED_ELSE, warnings_and_cautions=[text])))


@pytest.mark.slow
def test_a_label_leaves_nothing_to_the_garbage_collector_which_no_import_runs() -> None:
    gc.collect()
    gc.disable()
    try:
        passages_of(label(**NUMBERED))
        assert gc.collect() == 0
    finally:
        gc.enable()
