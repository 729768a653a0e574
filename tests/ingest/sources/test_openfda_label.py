import json
from typing import Any

import pytest

from app.ingest.seed.entries import fact_entry_of
from app.ingest.sources.interface import (
    InvalidRecord,
    Record,
    SourceVersion,
    Statement,
    Substance,
    WrongFileError,
)
from app.ingest.sources.label_keys import SECTION_KEYS
from app.ingest.sources.openfda_label import SECTIONS, OpenFdaLabel
from app.models.drug import ClassType, IdentifierSystem, NameType
from app.models.fact import fact_kinds
from app.models.label import PASSAGE
from tests.ingest.made_files import File

WHOLE = "use_in_specific_populations"
SET_ID = "002cc9d2-8b5a-4f6c-9d49-8a2a4a0f6a21"
BACLOFEN = {
    "substance_name": ["BACLOFEN"],
    "unii": ["H789N3FKE8"],
    "generic_name": ["BACLOFEN"],
    "brand_name": ["Lioresal"],
}


def label(openfda: object = BACLOFEN, **sections: object) -> dict[str, Any]:
    return {
        "set_id": SET_ID,
        "version": "5",
        "effective_time": "20240115",
        "openfda": openfda,
        **sections,
    }


def section(code: str, name: str) -> dict[str, str | None]:
    return {"code": code, "name": name, "number": None, "heading": None}


def labels_file(
    *labels: object,
    name: str = "labels.json",
    updated: str = "2024-01-15",
    total: int | None = None,
) -> File:
    total = len(labels) if total is None else total
    meta = {"last_updated": updated, "results": {"skip": 0, "limit": 100, "total": total}}
    return File(name, json.dumps({"meta": meta, "results": labels}))


def read(*labels: object) -> list[Any]:
    return list(OpenFdaLabel().read([labels_file(*labels)], SourceVersion()))


def statements(**sections: object) -> list[Statement]:
    """The facts that a label states."""
    return [s for s in read(label(**sections))[0].statements if s.kind != PASSAGE]


def passages(**sections: object) -> list[tuple[str, str | None]]:
    """The texts of a label in its order: the code of the section, and what is kept of it."""
    found = read(label(**sections))[0].statements
    return [(s.fields["section"]["code"], s.fields["statement"]) for s in found]


def version_of(*files: File) -> SourceVersion:
    source_version = SourceVersion()
    list(OpenFdaLabel().read(list(files), source_version))
    return source_version


def test_a_label_is_a_record_of_its_version() -> None:
    record = read(label())[0]

    assert record == Record(
        id=SET_ID,
        locator=f"SPL set id {SET_ID}, version 5 of 2024-01-15",
        version="000005.20240115",
        released="2024-01-15",
        dated="2024-01-15",
        substances=[Substance(("BACLOFEN",), ((IdentifierSystem.UNII, "H789N3FKE8"),))],
        names=[("BACLOFEN", NameType.GENERIC), ("Lioresal", NameType.BRAND)],
        identifiers=[(IdentifierSystem.UNII, "H789N3FKE8")],
        precedence="0 2024-01-15",
        label={
            "version": 5,
            "effective_date": "2024-01-15",
            "title": None,
            "brand_names": ["Lioresal"],
            "generic_names": ["BACLOFEN"],
            "manufacturers": [],
            "product_types": [],
            "routes": [],
            "application_numbers": [],
            "marketing_categories": None,
            "product_ndcs": [],
            "package_ndcs": [],
            "substances": ["BACLOFEN"],
        },
    )


def test_a_set_id_is_one_whatever_its_case() -> None:
    [record] = read(label() | {"set_id": SET_ID.upper()})

    assert record.id == SET_ID
    assert record.locator.startswith(f"SPL set id {SET_ID.upper()}, ")


def test_a_label_says_whose_it_is_and_under_what_it_is_sold() -> None:
    of_label = {
        "manufacturer_name": ["Hustan Inc."],
        "product_type": ["HUMAN PRESCRIPTION DRUG"],
        "route": ["ORAL", "TOPICAL"],
        "application_number": ["ANDA077241"],
        "product_ndc": ["0527-1337"],
        "package_ndc": ["0527-1337-01", "0527-1337-05"],
    }

    said = read(label(BACLOFEN | of_label))[0].label

    assert said["manufacturers"] == ["Hustan Inc."]
    assert said["product_types"] == ["HUMAN PRESCRIPTION DRUG"]
    assert said["routes"] == ["ORAL", "TOPICAL"]
    assert said["application_numbers"] == ["ANDA077241"]
    assert said["product_ndcs"] == ["0527-1337"]
    assert said["package_ndcs"] == ["0527-1337-01", "0527-1337-05"]


def test_a_label_has_its_sections_in_its_own_order() -> None:
    found = passages(
        description=["What it is."], overdosage=["Call."], spl_medguide=["Read."], odd=["One."]
    )

    assert found == [("34089-3", "What it is."), ("34088-5", "Call."), ("42231-1", None)]


def test_and_in_that_of_the_regulation_where_a_file_has_none() -> None:
    """In openFDA's files of before 2024 keys stand in the order of a hash."""
    scattered = {
        "version": "5",
        "overdosage": ["Call."],
        "openfda": BACLOFEN,
        "set_id": SET_ID,
        "boxed_warning": ["Danger."],
        "effective_time": "20240115",
    }

    [record] = read(scattered)

    assert [s.fields["statement"] for s in record.statements] == ["Danger.", "Call."]


def test_every_section_is_read() -> None:
    assert {*SECTIONS} == set(SECTION_KEYS)


DOSE = "The recommended dose is a single dose of 300 mg, taken with food and with water."


@pytest.mark.parametrize("key", ["route", "health_claim", "instructions_for_use"])
def test_a_section_keeps_what_stands_in_it_and_would_not_be_served_as_well_elsewhere(
    key: str,
) -> None:
    host = f"2 DOSAGE AND ADMINISTRATION {DOSE} Do not chew."

    [dosage] = statements(dosage_and_administration=[host], **{key: [DOSE]})

    assert (dosage.kind, dosage.fields["statement"]) == ("dosages", host)


def test_what_has_no_code_is_of_the_section_of_its_number() -> None:
    withdrawal = "5.14 Withdrawal Do not stop abruptly."
    found = statements(
        contraindications=["4 CONTRAINDICATIONS Allergy to it."],
        warnings_and_cautions=["5 WARNINGS AND PRECAUTIONS 5.1 Falls People fall."],
        spl_unclassified_section=[withdrawal],
    )

    [of_it] = [s for s in found if s.fields["statement"] == withdrawal]
    assert (of_it.kind, of_it.fields["section"]["code"]) == ("warnings", "43685-7")
    assert of_it.fields["section"]["number"] == "5.14"


def test_what_has_neither_code_nor_number_is_text_of_the_label() -> None:
    found = passages(spl_unclassified_section=["Children of 2 to 12 years: 2.5 mg twice daily."])

    assert found == [("42229-5", "Children of 2 to 12 years: 2.5 mg twice daily.")]


@pytest.mark.parametrize(
    ("key", "text", "category"),
    [
        ("labor_and_delivery", "8.2 Lactation It passes into milk.", "lactation"),
        ("nursing_mothers", "8.3 Females and Males of Reproductive Potential Test first.", None),
        ("use_in_specific_populations", "8.6 Renal Impairment Halve the dose.", "renal"),
        ("use_in_specific_populations", "8.7 Hepatic Impairment Do not give it.", "hepatic"),
        ("use_in_specific_populations", "8.6 Renal Impairment and Age Halve it.", None),
        ("pediatric_use", "8.4 Pediatric Use None known in children.", "pediatric"),
        ("nursing_mothers", "Nursing Mothers It passes into milk.", "lactation"),
    ],
)
def test_a_subsection_on_a_population_is_about_what_its_title_says(
    key: str, text: str, category: str | None
) -> None:
    numbered = ["4 CONTRAINDICATIONS Allergy to it."], ["10 OVERDOSAGE Call for help at once."]
    found = statements(contraindications=numbered[0], overdosage=numbered[1], **{key: [text]})

    [of_it] = [s for s in found if s.fields["statement"] == text]
    assert of_it.fields.get("category") == category


def test_a_limitation_of_use_is_never_a_use() -> None:
    text = (
        "1 INDICATIONS AND USAGE 1.1 Cough It is for cough. 1.2 Limitations of Use Not for colds."
    )
    [record] = read(
        label(
            BACLOFEN | {"application_number": ["NDA017851"]},
            indications_and_usage=[text],
            overdosage=["10 OVERDOSAGE Call for help at once."],
        )
    )

    found = [s.fields["status"] for s in record.statements if s.kind == "indications"]
    assert found[-2:] == ["approved", "limitation_of_use"]


def test_a_telephone_number_beside_a_title_is_kept() -> None:
    assert passages(questions=["Questions? 1-800-555-0194"], purpose=["Purpose"]) == [
        ("53413-1", "Questions? 1-800-555-0194")
    ]


def test_a_section_is_a_fact_in_the_words_of_the_label() -> None:
    text = "WARNING:  abrupt discontinuation \n\u2022 see 5.1\u00a0 "

    assert statements(boxed_warning=[text]) == [
        Statement(
            "warnings",
            {
                "statement": text.strip(),
                "certainty": "verbatim",
                "section": section("34066-1", "Boxed Warning"),
                "tables": [],
                "type": "warning",
                "boxed": True,
                "route": None,
            },
            "section 34066-1 Boxed Warning",
            compared="abrupt discontinuation see 5.1",
        )
    ]


def test_a_numbered_subsection_is_a_fact_of_its_own_and_the_whole_is_none() -> None:
    pregnancy = "8.1 Pregnancy Risk Summary There is none."
    lactation = "8.2 Lactation Do not breastfeed."
    whole = f"8 USE IN SPECIFIC POPULATIONS {pregnancy} {lactation}"

    found = statements(use_in_specific_populations=[whole], pregnancy=[pregnancy])

    sections = [statement.fields["section"] for statement in found]
    assert [statement.fields["statement"] for statement in found] == [pregnancy, lactation]
    assert [(section["code"], section["number"]) for section in sections] == [
        ("42228-7", "8.1"),
        ("43684-0", "8.2"),
    ]
    assert [statement.locator for statement in found] == [
        "section 8.1, 42228-7 Pregnancy",
        "section 8.2, 43684-0 Use in Specific Populations",
    ]


@pytest.mark.parametrize("key", [key for key in SECTIONS if SECTIONS[key].kind in fact_kinds()])
def test_the_fields_of_every_section_are_those_of_its_kind(key: str) -> None:
    [statement] = statements(**{key: ["Text."]})
    entry = fact_entry_of(fact_kinds()[statement.kind])

    entry.model_validate({**statement.fields, "key": "x", "cite": {"openfda-label": "x"}})

    assert read(label(**{key: ["Text."]}))[0].kinds == (statement.kind,)
    assert statement.fields["statement"] == "Text."


def test_every_string_of_a_section_is_a_fact_but_blank_ones() -> None:
    found = statements(warnings=["First.", " \n", "", "Second."], drug_interactions="Third.")

    assert [statement.fields["statement"] for statement in found] == ["First.", "Second.", "Third."]


def test_sections_that_no_fact_is_taken_from_are_left_alone() -> None:
    assert (
        statements(
            warnings_table=["<table/>"],
            spl_product_data_elements=["Baclofen BACLOFEN TALC"],
            controlled_substance=["None"],
            id="1",
        )
        == []
    )


def test_an_indication_says_what_the_label_s_structure_says_and_no_more() -> None:
    [indication] = statements(indications_and_usage=["Not indicated in rheumatic disorders."])

    assert indication.fields == {
        "statement": "Not indicated in rheumatic disorders.",
        "certainty": "verbatim",
        "section": section("34067-9", "Indications & Usage"),
        "tables": [],
        "status": "unknown",
        "jurisdiction": "US",
        "route": None,
    }


RX, OTC = {"product_type": ["HUMAN PRESCRIPTION DRUG"]}, {"product_type": ["HUMAN OTC DRUG"]}


@pytest.mark.parametrize(
    ("openfda", "status"),
    [
        (RX | {"application_number": ["NDA017851"]}, "approved"),
        (RX | {"application_number": ["ANDA072234"]}, "approved"),
        (RX | {"application_number": ["BLA125057"]}, "approved"),
        ({"application_number": ["part341", "NDA017851"]}, "approved"),
        (OTC | {"application_number": ["M013"]}, "otc_monograph"),
        (OTC | {"application_number": ["part341"]}, "otc_monograph"),
        (OTC, "unapproved"),
        (RX, "unapproved"),
        (RX | {"application_number": []}, "unapproved"),
        (OTC | {"application_number": ["505G(a)(3)"]}, "unknown"),
        (RX | {"application_number": ["IND012345"]}, "unknown"),
        ({}, "unknown"),
        (None, "unknown"),
    ],
)
def test_a_use_is_approved_only_if_the_label_has_an_application(
    openfda: dict[str, list[str]] | None, status: str
) -> None:
    [record] = read(label(openfda, indications_and_usage=["For coughs."]))

    assert [s.fields["status"] for s in record.statements] == [status]


def test_an_application_that_a_label_names_is_an_approval_without_a_date() -> None:
    numbers = ["ANDA072234", "part341", "NDA017851"]

    [record] = read(label(BACLOFEN | {"application_number": numbers}))

    assert [(a["application_number"], a["date"]) for a in record.approvals] == [
        ("ANDA072234", None),
        ("NDA017851", None),
    ]


def test_a_warning_holds_for_the_routes_of_its_label() -> None:
    [record] = read(label(BACLOFEN | {"route": ["ORAL", "TOPICAL"]}, warnings=["Careful."]))

    assert record.statements[0].fields["route"] == "ORAL, TOPICAL"


def test_several_substances_are_a_combination() -> None:
    openfda = {
        "substance_name": ["AMOXICILLIN", "CLAVULANATE POTASSIUM"],
        "unii": ["804826J2HU", "Q42OMW3AT8"],
        "generic_name": ["AMOXICILLIN AND CLAVULANATE POTASSIUM"],
        "brand_name": ["Augmentin", "Amoxicillin"],
    }

    record = read(label(openfda))[0]

    assert record.substances == [
        Substance(
            (),
            ingredients=("AMOXICILLIN", "CLAVULANATE POTASSIUM"),
            ingredient_uniis=("804826J2HU", "Q42OMW3AT8"),
        )
    ]
    assert record.names == [
        ("AMOXICILLIN AND CLAVULANATE POTASSIUM", NameType.SYNONYM),
        ("Augmentin", NameType.BRAND),
    ]
    assert record.identifiers == []


def test_a_label_without_a_substance_is_of_its_generic_name() -> None:
    openfda = {"generic_name": ["VINCRISTINE SULFATE"], "brand_name": ["Vincasar"]}

    record = read(label(openfda=openfda))[0]

    assert record.substances == [Substance(("VINCRISTINE SULFATE",))]
    assert ("Vincasar", NameType.BRAND) in record.names


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("AMOXICILLIN AND CLAVULANATE", ("AMOXICILLIN", "CLAVULANATE")),
        ("A, B", ("A", "B")),
        ("A/B", ("A", "B")),
        ("A + B", ("A", "B")),
        ("A; B", ("A", "B")),
        ("A, B, and C", ("A", "B", "C")),
        ("ANDROSTANE with HANDY", ("ANDROSTANE", "HANDY")),
    ],
)
def test_a_generic_name_of_several_substances_is_taken_apart(
    name: str, parts: tuple[str, ...]
) -> None:
    record = read(label(openfda={"generic_name": [name], "brand_name": ["Yaz"]}))[0]

    assert record.substances == [Substance((), ingredients=parts, of_one_name=True)]
    assert ("Yaz", NameType.BRAND) in record.names


def test_a_label_whose_openfda_is_empty_names_no_substance() -> None:
    for openfda in ({}, {"brand_name": ["Lioresal"]}):
        record = read(label(openfda, spl_product_data_elements=["Lioresal BACLOFEN"]))[0]

        assert (record.substances, record.names) == ([], [])

    without = label()
    del without["openfda"]
    null = label() | {"openfda": None}
    assert [record.substances for record in read(without, null)] == [[], []]


def test_a_substance_is_named_by_what_there_is() -> None:
    by_unii = {"unii": ["H789N3FKE8"], "generic_name": ["Baclofen"]}
    by_name = {"substance_name": ["BACLOFEN"]}

    assert read(label(by_unii))[0].substances == [
        Substance(("Baclofen",), ((IdentifierSystem.UNII, "H789N3FKE8"),))
    ]
    assert read(label(by_name))[0].substances == [Substance(("BACLOFEN",))]


def test_a_brand_name_that_is_the_generic_one_is_no_brand() -> None:
    openfda = {
        "substance_name": ["METFORMIN HYDROCHLORIDE"],
        "unii": ["786Z46389E"],
        "generic_name": ["Metformin  Hydrochloride", "Metformin HCl"],
        "brand_name": ["metformin hydrochloride", "Metformin", "Glucophage", "GLUCOPHAGE"],
    }

    assert read(label(openfda))[0].names == [
        ("METFORMIN HYDROCHLORIDE", NameType.GENERIC),
        ("Metformin HCl", NameType.SYNONYM),
        ("Metformin", NameType.SYNONYM),
        ("Glucophage", NameType.BRAND),
    ]


def test_classes_are_named_without_their_type() -> None:
    openfda = {
        **BACLOFEN,
        "pharm_class_epc": ["gamma-Aminobutyric Acid-ergic Agonist [EPC]"],
        "pharm_class_moa": ["GABA B Agonists [MoA]"],
        "pharm_class_pe": ["Central Nervous System Depression [PE]"],
        "pharm_class_cs": ["Amines [CS]", "Acids [Chemical/Ingredient]", "Acids [sic]"],
    }

    assert read(label(openfda))[0].classes == [
        ("gamma-Aminobutyric Acid-ergic Agonist", ClassType.EPC),
        ("GABA B Agonists", ClassType.MOA),
        ("Central Nervous System Depression", ClassType.PE),
        ("Amines", ClassType.CS),
        ("Acids", ClassType.CS),
        ("Acids [sic]", ClassType.CS),
    ]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"version": "five"}, "its version 'five' is no number."),
        ({"version": None}, "its version None is no number."),
        (
            {"effective_time": "2024-01-15"},
            "its effective_time '2024-01-15' is no day; YYYYMMDD was expected.",
        ),
        (
            {"effective_time": "20260231"},
            "its effective_time '20260231' is no day; YYYYMMDD was expected.",
        ),
        (
            {"effective_time": "20241301"},
            "its effective_time '20241301' is no day; YYYYMMDD was expected.",
        ),
        ({"openfda": []}, "its openfda is no object."),
        ({"openfda": {"unii": [7]}}, "its unii is no list of strings."),
        ({"openfda": {"unii": ["H789"]}}, "its UNII 'H789' cannot be one."),
    ],
)
def test_a_broken_label_is_invalid_and_the_others_are_read(
    broken: dict[str, Any], reason: str
) -> None:
    first, second, third = read(label(), {**label(), **broken}, label())

    assert isinstance(first, Record)
    assert isinstance(third, Record)
    assert second == InvalidRecord("labels.json", f"record 2, SPL set id {SET_ID}", reason, SET_ID)


@pytest.mark.parametrize(
    ("malformed", "keys", "warnings"),
    [
        ({"warnings_table": [None]}, "warnings_table", ["Falls may occur."]),
        ({"how_supplied_table": {}, "purpose": [5]}, "how_supplied_table, purpose", None),
        ({"spl_medguide": None, "description": 7}, "description, spl_medguide", None),
        ({"warnings": {"text": "x"}}, "warnings", []),
        ({"warnings": ["Rash may occur.", 5]}, "warnings", ["Rash may occur."]),
    ],
)
def test_what_is_no_text_is_set_aside_and_the_rest_of_the_label_is_read(
    malformed: dict[str, Any], keys: str, warnings: list[str] | None
) -> None:
    texts = {"boxed_warning": ["Fatal."], "warnings": ["Falls may occur."]}

    set_aside, record = read(label(**texts) | malformed)

    assert set_aside == InvalidRecord(
        "labels.json",
        f"record 1, SPL set id {SET_ID}",
        f"its {keys}: lists of strings were expected; what else it says is taken.",
        SET_ID,
        in_part=True,
    )
    assert [statement.fields["statement"] for statement in record.statements] == [
        "Fatal.",
        *(["Falls may occur."] if warnings is None else warnings),
    ]


def test_what_is_no_label_is_invalid_by_its_number() -> None:
    assert read(label(), 5, {"set_id": 5}, {"set_id": " "})[1:] == [
        InvalidRecord("labels.json", "record 2", "it is no object."),
        InvalidRecord("labels.json", "record 3", "it has no set_id."),
        InvalidRecord("labels.json", "record 4", "it has no set_id."),
    ]


def test_a_version_that_is_a_number_is_read() -> None:
    assert read({**label(), "version": 12})[0].version == "000012.20240115"


def test_a_label_has_the_day_of_its_file_and_its_own() -> None:
    files = [labels_file(label(), updated=day) for day in ("2024-02-01", "soon", "2019-01-01")]

    records = list(OpenFdaLabel().read([*files], SourceVersion()))

    days = [(record.released, record.dated) for record in records if isinstance(record, Record)]
    assert days == [("2024-02-01", "2024-01-15"), ("", "2024-01-15"), ("2019-01-01", "2024-01-15")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"studies": []}', "it has no list 'results'"),
        (json.dumps(label()), "it has no list 'results'"),
        ('{"results": [{"safetyreportid": "1"}]}', "its results have no 'set_id'"),
        ('{"results": []}', "its results have no 'set_id'"),
    ],
)
def test_a_file_of_something_else_is_refused_before_anything_is_read(
    content: str, reason: str
) -> None:
    reading = OpenFdaLabel().read([labels_file(label()), File("x.json", content)], SourceVersion())

    with pytest.raises(WrongFileError) as refused:
        next(reading)

    assert str(refused.value) == f"x.json: {reason}; a file of openFDA's drug labels was expected."


def test_the_release_is_of_the_newest_day_that_its_files_give() -> None:
    source_version = version_of(
        labels_file(label(), updated="2024-01-15"),
        labels_file(label(), updated="2024-02-01"),
        labels_file(label(), updated="soon"),
    )

    assert (source_version.released, source_version.version) == ("2024-02-01", "2024-02-01")


def test_files_are_complete_if_their_names_are_all_of_a_set() -> None:
    def named(*names: str) -> bool:
        return version_of(*(labels_file(label(), name=name, total=9) for name in names)).complete

    first, second = "drug-label-0001-of-0002.json", "drug-label-0002-of-0002.json"
    assert named(second, first)
    assert named(f"{first}.zip/{first}", f"{second}.zip/{second}")
    assert named(f"a.zip/{first}", f"b/{second}.zip")
    assert named("drug-label-0001-of-0001.json.zip/labels.json")
    assert not named(first)
    assert not named(first, first)
    assert not named(first, second, second)
    assert not named(first, "drug-label-0002-of-0003.json")
    assert not named(first, "other-label-0002-of-0002.json")
    assert not named(first, "labels.json")


def test_files_whose_names_do_not_say_are_complete_if_they_hold_as_many_as_they_say() -> None:
    assert version_of(labels_file(label(), label())).complete
    assert version_of(
        labels_file(label(), total=3), labels_file(label(), label(), total=3)
    ).complete
    assert not version_of(labels_file(label(), total=2)).complete
    assert not version_of(labels_file(label(), total=2), labels_file(label())).complete
    assert not version_of(File("x.json", json.dumps({"results": [label()]}))).complete
