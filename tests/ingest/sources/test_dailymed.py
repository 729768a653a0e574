import io
from typing import Any

import pytest

from app.ingest.sources.dailymed import DailyMed
from app.ingest.sources.interface import (
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Statement,
    Substance,
    WrongFileError,
)
from app.ingest.sources.spl_documents import LONGEST
from app.ingest.staging.preparing import _name
from app.models.drug import IdentifierSystem
from app.models.label import PASSAGE, number_and_day
from app.models.warning import Warning as OfWarnings
from tests.ingest.made_files import File
from tests.ingest.made_spl import (
    BOXED,
    SET_ID,
    UNCLASSIFIED,
    WARNINGS,
    product,
    section,
    spl,
    zipped,
)
from tests.ingest.made_spl_products import ROUTE, approval, ingredient, listed
from tests.ingest.made_spl_products import product as of_product

FALLS = section("5 WARNINGS", None, section("5.1 Falls", "Careful.", id_="falls"), code=WARNINGS)


def read(*files: File) -> list[Any]:
    return list(DailyMed().read(list(files), SourceVersion()))


def record(*sections: str, **fields: Any) -> Record:
    [found] = read(File("label.xml", spl(*sections, **fields)))
    assert isinstance(found, Record), found
    return found


def statements(*sections: str, **fields: Any) -> list[Statement]:
    return record(*sections, **fields).statements


def refused(content: bytes) -> str:
    """Why a document is set aside, beside one that is taken."""
    whole = spl(set_id="b")
    bad, good = read(File("bad.xml", content), File("good.xml", whole))
    assert isinstance(bad, InvalidRecord)
    assert isinstance(good, Record)
    return bad.reason


def test_a_document_is_a_record_of_its_version() -> None:
    found = record(set_id=SET_ID.upper(), version=7, products=product(application="NDA000001"))

    assert found.id == SET_ID
    assert found.locator == f"SPL set id {SET_ID.upper()}, version 7 of 2024-01-15"
    assert (found.version, found.dated) == ("000007.20240115", "2024-01-15")
    assert found.precedence == "1 2024-01-15"
    assert found.substances == [Substance(("HUSTANOL",), ((IdentifierSystem.UNII, "AAAAAAAAA1"),))]
    assert [approval["application_number"] for approval in found.approvals] == ["NDA000001"]
    assert found.label is not None
    assert found.label["title"] == "Hustex"
    assert found.label["product_types"] == ["HUMAN PRESCRIPTION DRUG"]


def test_sections_become_facts_and_texts_in_their_own_order() -> None:
    found = statements(
        section("WARNING: FALLS", "Beware.", code=BOXED),
        FALLS,
        section("11 DESCRIPTION", "It is white.", code="34089-3"),
        section("GUIDE", "Read this.", code="42231-1"),
    )

    assert [(s.kind, s.fields["section"]["heading"], s.fields["statement"]) for s in found] == [
        ("warnings", "WARNING: FALLS", "Beware."),
        (PASSAGE, "WARNINGS", None),
        ("warnings", "Falls", "Careful."),
        (PASSAGE, "DESCRIPTION", "It is white."),
        (PASSAGE, "GUIDE", "Read this."),
    ]
    assert found[0].fields["boxed"] is True
    assert found[2].locator == "section 5.1, 43685-7 Warnings and cautions"
    assert found[2].fields["section"] == {
        "code": WARNINGS,
        "name": "Warnings and cautions",
        "published_code": UNCLASSIFIED,
        "number": "5.1",
        "heading": "Falls",
        "within": ["5 WARNINGS"],
        "part": 0,
    }
    assert found[2].fields["blocks"] == [{"type": "paragraph", "start": 0, "end": 8, "level": 0}]


def test_a_part_of_a_subsection_says_within_which_and_which_part_it_is() -> None:
    nested = section("Dialysis", "No change.", section("Children", "None."))
    found = statements(
        section(
            "8 USE IN SPECIFIC POPULATIONS",
            "All.",
            section("8.6 Renal Impairment", "Halve it.", nested),
            code="43684-0",
        )
    )

    assert [
        (s.fields["section"]["within"], s.fields["section"]["part"], s.fields.get("category"))
        for s in found
    ] == [
        ([], 0, None),
        (["8 USE IN SPECIFIC POPULATIONS"], 0, "renal"),
        (["8 USE IN SPECIFIC POPULATIONS", "8.6 Renal Impairment"], 1, "renal"),
        (["8 USE IN SPECIFIC POPULATIONS", "8.6 Renal Impairment", "Dialysis"], 2, "renal"),
    ]


def test_a_contraindication_of_a_population_says_which() -> None:
    found = statements(
        section(
            "4 CONTRAINDICATIONS",
            None,
            section("4.1 Pregnancy", "Women who are.", section("Why", "Harm."), code="42228-7"),
            section("4.2 Active liver disease"),
            code="34070-3",
        )
    )[1:]

    assert [(s.fields["type"], s.fields.get("category"), s.fields["statement"]) for s in found] == [
        ("contraindication", "pregnancy", "Women who are."),
        ("contraindication", "pregnancy", "Harm."),
        ("contraindication", None, "Active liver disease"),
    ]


def test_passages_are_compared_with_what_they_stand_in() -> None:
    def compared(around: str) -> str | None:
        nested = section(f"5.1 {around}", None, section("Children", "No change."))
        return statements(section("5 WARNINGS", None, nested, code=WARNINGS))[2].compared

    assert compared("Falls") == compared("FALLS")
    assert compared("Falls") != compared("Sleep")


def test_a_subsection_with_a_code_of_its_own_says_the_same_as_one_without() -> None:
    def impairment(title: str, code: str) -> Statement:
        part = section(f"8.6 {title}", "Halve it.", code=code)
        return statements(section("8 USE IN SPECIFIC POPULATIONS", None, part, code="43684-0"))[1]

    coded, not_coded = (impairment("Renal Impairment", code) for code in ("88828-9", "42229-5"))
    assert coded.fields["section"]["name"] == "Renal Impairment"
    assert _name(coded, OfWarnings) == _name(not_coded, OfWarnings)
    assert impairment("Weak Kidneys", "88828-9").fields["category"] == "renal"


def test_a_text_says_the_same_as_openfdas_of_it() -> None:
    from tests.ingest.sources.test_openfda_label import statements as of_openfda

    [openfda] = of_openfda(warnings_and_cautions="5 WARNINGS 5.1 Falls Careful: at night, or day.")
    text = "<paragraph>Careful:</paragraph><list><item>at night, or day.</item></list>"
    found = statements(section("5 WARNINGS", None, section("5.1 Falls", text), code=WARNINGS))

    assert found[1].compared == openfda.compared


def test_highlights_are_the_short_form_of_what_they_name() -> None:
    parts = (
        section("5.1 Falls", "Careful."),
        section("5.2 Sleep", None, section("At Night", "Sleep."), section("By Day", "Wake.")),
        section("5.3 Colds", None, section("In Winter", "Sneeze.")),
    )
    lines = ("Falls (5.1)", "Sleep (5.2)", "Colds (5.3)")
    highlights = f"<list>{''.join(f'<item>{line}</item>' for line in lines)}</list>Ask."
    found = statements(section("5 WARNINGS", None, *parts, code=WARNINGS, highlights=highlights))

    assert [(s.fields["section"]["heading"], s.fields["summary"]) for s in found] == [
        ("WARNINGS", "Ask."),
        ("Falls", "Falls (5.1)"),
        ("Sleep", "Sleep (5.2)"),  # as a whole: it is the short form of neither part
        ("At Night", None),
        ("By Day", None),
        ("Colds", None),
        ("In Winter", "Colds (5.3)"),
    ]


def test_a_link_names_the_section_that_it_points_at_and_where_its_facts_stand() -> None:
    link = (
        "See <linkHtml href='#falls'>Falls (5.1)</linkHtml>, <linkHtml href='#all'>all</linkHtml>."
    )
    text = section("1 INDICATIONS", link, code="34067-9", id_="all")
    found = statements(text, FALLS)

    assert found[0].fields["cross_references"] == [
        {
            "start": 4,
            "end": 15,
            "number": "5.1",
            "heading": "Falls",
            "facts": [{"kind": "warnings", "id": "2"}],
        }
    ]


def test_a_link_to_a_section_without_text_leads_to_the_facts_within_it() -> None:
    link = section("1 INDICATIONS", "See <linkHtml href='#w'>5</linkHtml>.", code="34067-9")
    parts = (section("5.1 Falls", "Careful."), section("5.2 Sleep", "Sleep."))
    found = statements(link, section("5 WARNINGS", None, *parts, code=WARNINGS, id_="w"))

    [reference] = found[0].fields["cross_references"]
    assert [fact["id"] for fact in reference["facts"]] == ["2", "3"]


def marketed(*categories: str | None) -> str:
    """Products of hustanol, one under each category."""
    return listed(
        *(
            of_product(
                ingredient("HUSTANOL", "AAAAAAAAA1"),
                "" if category is None else approval("", category),
            )
            for category in categories
        )
    )


@pytest.mark.parametrize(
    ("categories", "status"),
    [
        (["NDA"], "approved"),
        (["BLA", "ANDA", "NDA AUTHORIZED GENERIC"], "approved"),
        (["OTC monograph final", "OTC MONOGRAPH DRUG"], "otc_monograph"),
        (["unapproved drug other", "Unapproved homeopathic"], "unapproved"),
        (["ANDA", "unapproved drug other"], "unknown"),
        (["NDA", None], "unknown"),
        (["Export only"], "unknown"),
        ([], "unknown"),
    ],
)
def test_uses_stand_as_all_products_of_the_drug_are_marketed(
    categories: list[str | None], status: str
) -> None:
    used = section("INDICATIONS", "For coughs.", code="34067-9")

    [use] = statements(used, products=marketed(*categories))

    assert use.fields["status"] == status


def test_a_swab_gives_its_kits_label_neither_route_nor_name_nor_application() -> None:
    def part(inner: str, route: str, number: str, category: str) -> str:
        around = approval(number, category) + ROUTE.replace("ORAL", route)
        return f"<part><partProduct>{inner}</partProduct>{around}</part>"

    pen = f"<name>Hustex Pen</name>{ingredient('HUSTANOL', 'AAAAAAAAA1')}"
    swab = f'<name>Prep</name><formCode displayName="SWAB"/>{ingredient("ALCOHOL", "AAAAAAAAA7")}'
    generic = (
        "<asEntityWithGeneric><genericMedicine><name>hustanol</name></genericMedicine>"
        "</asEntityWithGeneric>"
    )
    kit = of_product(
        f"<name>Hustex</name>{generic}"
        + part(pen, "INTRAMUSCULAR", "BLA000001", "BLA")
        + part(swab, "TOPICAL", "M003", "OTC MONOGRAPH DRUG")
    )
    used = section("INDICATIONS", "For coughs.", code="34067-9")

    found = record(used, products=listed(kit))

    assert found.label is not None
    assert (found.routes, found.precedence) == ("INTRAMUSCULAR", "1 2024-01-15")
    assert found.label["routes"] == ["INTRAMUSCULAR"]
    assert found.label["brand_names"] == ["Hustex", "Hustex Pen"]
    assert found.label["application_numbers"] == ["BLA000001"]
    assert found.label["marketing_categories"] == ["BLA"]
    assert found.label["products"][0]["parts"][1]["routes"] == ["TOPICAL"]
    assert [s.fields["route"] for s in found.statements] == ["INTRAMUSCULAR"]
    assert [s.fields["status"] for s in found.statements] == ["approved"]


def test_a_kit_of_several_drugs_is_for_the_routes_of_all_its_parts() -> None:
    parts = "".join(
        f"<part><partProduct>{inner}</partProduct>{ROUTE.replace('ORAL', route)}</part>"
        for inner, route in (
            (ingredient("HUSTANOL", "AAAAAAAAA1"), "ORAL"),
            (ingredient("PLACEBIN", "AAAAAAAAA2"), "NASAL"),
            ("", "TOPICAL"),
        )
    )

    found = record(products=listed(of_product(parts, approval("NDA000001", "NDA"))))

    assert found.routes == "NASAL, ORAL"


def test_limitations_of_use_are_no_use() -> None:
    found = statements(
        section(
            "1 INDICATIONS AND USAGE",
            "For coughs.",
            section("Limitations of Use", "Not for colds."),
            code="34067-9",
        ),
        products=product(application="NDA000001"),
    )

    assert [s.fields["status"] for s in found] == ["approved", "limitation_of_use"]


def test_releases_are_zips_of_zips_of_which_pictures_are_left() -> None:
    inner = zipped({"label.xml": spl(FALLS), "pill.jpg": b"\xff\xd8"})
    files = [
        File("release.zip/otc/1.zip", inner, "2024-02-03"),
        File("release.zip/readme.txt", b"Read."),
        File("release.zip/label.SPL", spl(set_id="c")),
        File("release.zip/box.JPG", b"\xff\xd8"),
        File("release.zip/two.xml", spl(set_id="b"), "2024-02-04"),
    ]
    version = SourceVersion()

    found = list(DailyMed().read(list(files), version))

    assert [(item.id, item.released) for item in found if isinstance(item, Record)] == [
        (SET_ID, "2024-02-03"),
        ("b", "2024-02-04"),
    ]
    assert [item.reason for item in found if isinstance(item, SkippedRecord)] == [
        "files that are no XML: .txt",
        "files that are no XML: .spl",
    ]
    assert version.released == "2024-02-04"


def test_a_file_that_is_no_label_is_refused() -> None:
    with pytest.raises(WrongFileError, match="it is no XML"):
        read(File("label.json", b"{}"))


@pytest.mark.parametrize(
    "document", [spl(section("1", "Told."), type_="Indexing - Substance"), spl(type_="LISTING")]
)
def test_a_document_of_data_alone_is_no_label(document: bytes) -> None:
    [found] = read(File("i.xml", document))

    assert isinstance(found, SkippedRecord)
    assert found.reason in ("no label: Indexing - Substance", "no label: LISTING")


def test_a_label_of_anything_is_one() -> None:
    [found] = read(File("v.xml", spl(section("1", "Told."), type_="CELLULAR THERAPY")))

    assert isinstance(found, Record)


# What does harm, or is broken


def test_a_billion_laughs_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE document [<!ENTITY l0 "ha">{laughs}]>'

    for text in ("&l9;", "None."):
        assert "DOCTYPE" in refused(spl(section("1", text), head=head))
    late = spl(section("1", "&l9;"), head=f"<!--{'-x' * 10_000}-->{head}")
    assert "its XML cannot be read" in refused(late)
    assert "DOCTYPE" in refused(spl(head=head).decode().encode("utf-16"))


def test_an_external_entity_is_never_read(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Told.")
    for declared in (
        f'<!ENTITY x SYSTEM "file://{secret}">',
        f'<!ENTITY % x SYSTEM "{secret}"> %x;',
    ):
        head = f"<!DOCTYPE document [{declared}]>"
        assert "DOCTYPE" in refused(spl(section("1", "None."), head=head))
    head = f'<!DOCTYPE document SYSTEM "file://{secret}">'
    assert "DOCTYPE" in refused(spl(section("1", "&x;"), head=head))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (spl(FALLS)[:-200], "its XML cannot be read"),
        (b"", "its XML cannot be read"),
        (b"\xff\xfe" + spl(FALLS), "its XML cannot be read"),
        (spl(section("1", "caf\u00e9")).decode().encode("latin-1"), "its XML cannot be read"),
        (spl(head='<?xml version="1.0" encoding="klingon"?>'), "its XML cannot be read"),
        (spl(section("1", "a\x00b")), "its XML cannot be read"),
        (b"<html/>", "it is no SPL document"),
        (spl(set_id=""), "it has no set id"),
        (spl(version="x"), "its version 'x' is no number"),  # type: ignore[arg-type]
        (spl(day="20260231"), "its effective time '20260231' is no day"),
        (spl(day="202613"), "its effective time '202613' is no day"),
        (spl(day="2026-02-01"), "its effective time '2026-02-01' is no day"),
        (spl(day=""), "its effective time '' is no day"),
        (b" " * (LONGEST + 1), "it is longer than 15,000,000 bytes"),
        (spl("<content>" * 300 + "</content>" * 300), "its XML cannot be read"),
    ],
)
def test_a_broken_document_is_set_aside_alone(content: bytes, reason: str) -> None:
    said = refused(content)

    assert said.startswith(reason)
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("time", "day", "dated"),
    [
        ("20260115", "20260115", "2026-01-15"),
        ("20260115103000.000-0500", "20260115", "2026-01-15"),
        ("202602", "202602", "2026-02"),
        ("2026", "2026", "2026"),
    ],
)
def test_a_label_is_in_effect_from_a_day_a_month_or_a_year(time: str, day: str, dated: str) -> None:
    found = record(day=time)

    assert found.version == f"000001.{day}"
    assert number_and_day(found.version) == (1, dated)
    assert found.label is not None
    assert found.dated == found.label["effective_date"] == dated


def test_a_comment_may_say_doctype() -> None:
    head = '<?xml version="1.0"?><!-- no <!DOCTYPE document [ -->'

    assert record(head=head).dated == "2024-01-15"


def test_an_encoding_that_a_document_names_is_read() -> None:
    text = section("1 INDICATIONS AND USAGE", "caf\u00e9", code="34067-9")
    for encoding in ("iso-8859-1", "utf-16"):
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        [found] = read(File("l.xml", spl(text, head=head).decode().encode(encoding)))
        assert found.statements[0].fields["statement"] == "caf\u00e9"


def test_a_broken_zip_is_set_aside_alone() -> None:
    packed = zipped({"label.xml": spl(FALLS)})
    bomb = zipped({"label.xml": bytes(LONGEST + 1_000)})
    zips = {
        "cut.zip": (packed[:-30], "it is a zip that is cut off or damaged"),
        "bent.zip": (packed[:60] + b"\x00\x01\x02\x03" + packed[64:], "it is damaged"),
        "bomb.zip": (bomb, "it is longer than 15,000,000 bytes"),
        "in.zip": (zipped({"in.zip": packed}), "it holds no XML files; 1 was expected"),
        "two.zip": (zipped({"a.xml": spl(), "b.xml": spl()}), "it holds 2 XML files"),
        "no.zip": (b"", "it is empty"),
    }
    files = [File(name, content) for name, (content, _) in zips.items()]

    *bad, good = read(*files, File("whole.zip", packed))

    assert isinstance(good, Record)
    for item, (name, (_, reason)) in zip(bad, zips.items(), strict=True):
        assert isinstance(item, InvalidRecord)
        assert item.file == name
        assert item.reason.startswith(reason)


def test_a_label_that_cannot_be_read_in_a_release_is_set_aside_alone() -> None:
    class Damaged(File):
        def open(self) -> io.BytesIO:
            raise WrongFileError(self.name, "it is damaged.")

    bad, good = read(Damaged("a.xml", b""), File("b.xml", spl()))

    assert isinstance(bad, InvalidRecord)
    assert (bad.file, bad.reason) == ("a.xml", "it is damaged.")
    assert isinstance(good, Record)
