import pytest

from app.ingest.seed.entries import entry_of
from app.ingest.sources.drugs_at_fda import DrugsAtFda
from app.ingest.sources.interface import (
    InvalidRecord,
    Record,
    SourceVersion,
    Substance,
    WrongFileError,
)
from app.models.drug import Approval, NameType
from tests.ingest.made_files import File

APPLICATIONS = "ApplNo\tApplType\tApplPublicNotes\tSponsorName"
PRODUCTS = (
    "ApplNo\tProductNo\tForm\tStrength\tReferenceDrug\tDrugName\tActiveIngredient\t"
    "ReferenceStandard"
)
SUBMISSIONS = (
    "ApplNo\tSubmissionClassCodeID\tSubmissionType\tSubmissionNo\tSubmissionStatus\t"
    "SubmissionStatusDate\tSubmissionsPublicNotes\tReviewPriority"
)


def application(number: str = "017851", type_: str = "NDA") -> str:
    return f"{number}\t{type_}\t\tSAOL"


def product(
    name: str = "LIORESAL", ingredients: str = "BACLOFEN", number: str = "017851", no: int = 1
) -> str:
    return f"{number}\t{no:03}\tTABLET;ORAL\t10MG **Federal Register**\t1\t{name}\t{ingredients}\t0"


def submission(
    date: str = "1977-11-22 00:00:00",
    type_: str = "ORIG      ",
    status: str = "AP",
    number: str = "017851",
    notes: str = "",
) -> str:
    return f"{number}\t7\t{type_}\t1\t{status}\t{date}\t{notes}\tSTANDARD"


def table(name: str, heading: str, rows: list[str], date: str | None = "2019-07-02") -> File:
    content = "".join(f"{row}\r\n" for row in (heading, *rows))
    return File(f"drugsatfda.zip/{name}", content.encode("cp1252"), date)


def tables(applications: list[str], products: list[str], submissions: list[str]) -> list[File]:
    return [
        table("Applications.txt", APPLICATIONS, applications),
        table("Products.txt", PRODUCTS, products),
        table("Submissions.txt", SUBMISSIONS, submissions),
        table("TE.txt", "ApplNo\tTECode", []),
    ]


def read(files: list[File], source_version: SourceVersion | None = None) -> list[object]:
    return list(DrugsAtFda().read([*files], source_version or SourceVersion()))


def record(*products: str, submissions: list[str] | None = None) -> Record:
    found = read(
        tables(
            [application()], list(products), [submission()] if submissions is None else submissions
        )
    )
    assert len(found) == 1
    assert isinstance(found[0], Record)
    return found[0]


def refusal(files: list[File]) -> str:
    with pytest.raises(WrongFileError) as refused:
        read(files)
    return str(refused.value)


def test_an_application_s_products_are_a_record_with_its_approval() -> None:
    approval = {
        "authority": "US Food and Drug Administration (FDA)",
        "jurisdiction": "US",
        "date": "1977-11-22",
        "application_number": "NDA017851",
        "name": "LIORESAL",
    }

    assert record(product(), product(no=3)) == Record(
        id="NDA017851 BACLOFEN",
        locator="NDA017851",
        substances=[Substance(("BACLOFEN",))],
        names=[("BACLOFEN", NameType.GENERIC), ("LIORESAL", NameType.BRAND)],
        approvals=[approval],
    )
    entry_of(Approval).model_validate({**approval, "cite": {"drugs-at-fda": "NDA017851"}})


def test_an_application_has_a_record_for_each_set_of_ingredients() -> None:
    found = read(
        tables(
            [application(), application("020075", "ANDA")],
            [product(number="020075"), product(), product("X", "BACLOFEN; ASPIRIN")],
            [],
        )
    )

    assert [record.id for record in found if isinstance(record, Record)] == [
        "NDA017851 BACLOFEN",
        "NDA017851 BACLOFEN; ASPIRIN",
        "ANDA020075 BACLOFEN",
    ]


def test_several_ingredients_are_a_combination() -> None:
    found = record(product("LOTREL", "AMLODIPINE BESYLATE;  BENAZEPRIL HYDROCHLORIDE"))

    assert found.substances == [
        Substance((), ingredients=("AMLODIPINE BESYLATE", "BENAZEPRIL HYDROCHLORIDE"))
    ]
    assert found.names == [("LOTREL", NameType.BRAND)]


def test_what_a_name_says_in_brackets_is_part_of_it() -> None:
    assert record(product("THYROLAR", "LIOTRIX (T4;T3)")).substances == [
        Substance(("LIOTRIX (T4;T3)",))
    ]


@pytest.mark.parametrize(
    ("name", "ingredients", "names"),
    [
        ("Baclofen", "BACLOFEN", []),
        ("", "BACLOFEN", []),
        ("ACYCLOVIR", "ACYCLOVIR SODIUM", [("ACYCLOVIR", NameType.SYNONYM)]),
        ("ACYCLOVIR 5", "ACYCLOVIR SODIUM", [("ACYCLOVIR 5", NameType.BRAND)]),
        ("ASPIRIN; CAFFEINE", "ASPIRIN; CAFFEINE", []),
        (
            "CAFFEINE, ASPIRIN AND CODEINE",
            "ASPIRIN; CAFFEINE; CODEINE PHOSPHATE",
            [("CAFFEINE, ASPIRIN AND CODEINE", NameType.SYNONYM)],
        ),
        ("ASPIRIN AND CAFFEINE", "ASPIRIN; CAFFEINE; CODEINE PHOSPHATE", []),
        ("LEVOFLOXACIN", "LEVOFLOXACIN; SODIUM CHLORIDE", []),
        ("CODEINE", "ASPIRIN; CODEINE PHOSPHATE", []),
        (
            "ASPIRIN AND LIORESAL",
            "ASPIRIN; BACLOFEN",
            [("ASPIRIN AND LIORESAL", NameType.BRAND)],
        ),
    ],
)
def test_a_product_that_is_called_what_it_holds_has_no_brand_name(
    name: str, ingredients: str, names: list[tuple[str, NameType]]
) -> None:
    found = record(product(name, ingredients))

    assert [known for known in found.names if known[1] is not NameType.GENERIC] == names
    assert found.approvals[0]["name"] == next(
        (name for name, type_ in names if type_ is NameType.BRAND), None
    )


def test_an_approval_of_several_brands_has_the_name_of_none() -> None:
    found = record(product("LIORESAL"), product("KEMSTRO"))

    assert [name for name, _ in found.names] == ["BACLOFEN", "KEMSTRO", "LIORESAL"]
    assert found.approvals[0]["name"] is None


@pytest.mark.parametrize(
    ("submissions", "dates"),
    [
        ([submission("2010-03-19 00:00:00"), submission("1992-01-10 00:00:00")], ["1992-01-10"]),
        ([submission(status="TA")], []),
        ([submission("")], [None]),
        ([submission("1900-01-01 00:00:00")], [None]),
        ([submission(""), submission("1992-01-10 00:00:00")], ["1992-01-10"]),
    ],
)
def test_an_approval_is_the_first_of_the_original_application(
    submissions: list[str], dates: list[str | None]
) -> None:
    found = record(product(), submissions=submissions)

    assert [approval["date"] for approval in found.approvals] == dates


@pytest.mark.parametrize("submissions", [[], [submission(type_="SUPPL     ")]])
@pytest.mark.parametrize(
    ("statuses", "dates"), [(None, [None]), (["1", "3"], [None]), (["3", "4"], []), (["4"], [])]
)
def test_an_application_without_an_original_submission_is_approved_unless_tentatively(
    submissions: list[str], statuses: list[str] | None, dates: list[str | None]
) -> None:
    files = tables([application()], [product(), product(no=2)], submissions)
    if statuses is not None:
        rows = [f"{status}\t017851\t{no:03}" for no, status in enumerate(statuses, 1)]
        files.append(
            table("MarketingStatus.txt", "MarketingStatusID\tApplNo\tProductNo", [*rows, "4\t1\t1"])
        )

    (found,) = read(files)

    assert isinstance(found, Record)
    assert [approval["date"] for approval in found.approvals] == dates


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("1990-02-30 00:00:00", "'1990-02-30 00:00:00' is no day such as 2019-07-01."),
        ("12/29/1994", "'12/29/1994' is no day such as 2019-07-01."),
        ("soon", "'soon' is no day such as 2019-07-01."),
        ("2019-07-03 00:00:00", "2019-07-03 is after 2019-07-02, the last day it could be."),
    ],
)
def test_an_application_whose_approval_date_cannot_be_read_is_invalid(
    date: str, reason: str
) -> None:
    applications = [application(), application("020075")]
    products = [product(), product("X", "ASPIRIN"), product(number="020075")]
    submissions = [submission(), submission(date), submission(number="020075")]

    of_aspirin, of_baclofen, other = read(tables(applications, products, submissions))

    expected = f"its approval date {reason}"
    for found, id_ in ((of_aspirin, "NDA017851 ASPIRIN"), (of_baclofen, "NDA017851 BACLOFEN")):
        assert found == InvalidRecord("drugsatfda.zip/Submissions.txt", "line 3", expected, id_)
    assert isinstance(other, Record)
    assert other.locator == "NDA020075"


def test_a_date_of_another_submission_sets_no_application_aside() -> None:
    submissions = [submission(), submission("soon", "SUPPL"), submission("2109-07-01", status="TA")]

    assert record(product(), submissions=submissions).approvals[0]["date"] == "1977-11-22"


@pytest.mark.parametrize("released", ["2019-07-02", "2019-07", "2019"])
def test_a_release_s_date_that_is_given_is_the_last_day_of_an_approval(released: str) -> None:
    rows = [submission("2019-07-02 00:00:00"), submission("2020-01-01", number="020075")]
    files = tables(
        [application(), application("020075")], [product(), product(number="020075")], rows
    )
    files[2] = table("Submissions.txt", SUBMISSIONS, rows, date=None)

    read_well, unreadable = read(files, SourceVersion(released=released))

    assert isinstance(read_well, Record)
    assert isinstance(unreadable, InvalidRecord)
    assert unreadable.reason == (
        f"its approval date 2020-01-01 is after {released}, the last day it could be."
    )


def test_rows_in_another_order_say_the_same() -> None:
    applications = [application(), application("020075"), application("020075", "BLA")]
    products = [product("B"), product("A"), product("C", "ASPIRIN"), product(number="020075")]
    submissions = [submission("1992-01-10 00:00:00"), submission("1977-11-22 00:00:00")]
    said = read(tables(applications, products, submissions))

    for rows in (applications, products, submissions):
        rows.reverse()

    def records(found: list[object]) -> list[object]:
        return [record for record in found if isinstance(record, Record)]

    assert records(read(tables(applications, products, submissions))) == records(said)
    assert len(records(said)) == 2


def test_text_is_utf8_or_cp1252() -> None:
    files = tables([application()], [product("CAFÉ")], [submission(notes="applicant\u2019s")])
    in_utf8 = File("Products.txt", f"\ufeff{PRODUCTS}\n{product('CAFÉ')}\n")

    assert read(files) == read([files[0], in_utf8, files[2]])


def test_an_empty_column_too_many_moves_no_other() -> None:
    assert record(f"{product()}\t\t") == record(product())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{product()}\tmore", "it has 9 columns; 8 were expected."),
        ("017851\t001", "it has 2 columns; 8 were expected."),
        (product(number="999999"), "its application '999999' is not in Applications.txt."),
        (product(ingredients=" "), "its ActiveIngredient is empty."),
        (product("LIO\0RESAL"), "it holds a NUL character."),
    ],
)
def test_a_broken_product_is_invalid_and_the_others_are_read(row: str, reason: str) -> None:
    found = read(tables([application()], [product(), row], [submission()]))

    [unreadable, read_well] = found
    assert isinstance(unreadable, InvalidRecord)
    assert (unreadable.file, unreadable.place) == ("drugsatfda.zip/Products.txt", "line 3")
    assert (unreadable.reason, read_well) == (reason, record(product()))


def test_text_that_is_in_neither_encoding_is_invalid() -> None:
    files = tables([application()], [product()], [submission()])
    files[1] = File(
        "Products.txt", f"{PRODUCTS}\n".encode() + product("\u0081").encode("latin-1") + b"\n"
    )

    assert read(files) == [
        InvalidRecord("Products.txt", "line 2", "its text is neither UTF-8 nor cp1252.")
    ]


def test_an_application_without_a_number_or_of_two_types_is_invalid() -> None:
    applications = [
        application("none"),
        application(type_=""),
        application("020075"),
        application("020075", "BLA"),
    ]

    found = read(tables(applications, [product(number="020075")], []))

    assert found == [
        InvalidRecord("drugsatfda.zip/Applications.txt", place, reason)
        for place, reason in [
            ("line 2", "its ApplNo 'none' is no number."),
            ("line 3", "its ApplType '' is none."),
            ("line 5", "application 020075 has another ApplType as well."),
        ]
    ] + [
        InvalidRecord(
            "drugsatfda.zip/Products.txt", "line 2", "its application 020075 has two ApplTypes."
        )
    ]


def test_a_table_that_is_missing_is_named() -> None:
    applications, products, submissions, _ = tables([application()], [product()], [submission()])
    expected = (
        "the tables Applications.txt, Products.txt and Submissions.txt were expected, each once."
    )

    assert refusal([applications, products]) == (
        f"drugsatfda.zip: no Submissions.txt was found; {expected}"
    )
    assert refusal([File("labels.json", "{}")]) == (
        f"labels.json: no Applications.txt was found; {expected}"
    )
    assert refusal([applications, products, products, submissions]) == (
        f"drugsatfda.zip/Products.txt: a second Products.txt was found; {expected}"
    )


def test_a_column_that_is_missing_is_named() -> None:
    files = tables([application()], [product()], [submission()])
    files[1] = File("products.TXT", "ApplNo\tDrugName\n")

    assert refusal(files) == (
        "products.TXT: it has no column ActiveIngredient; "
        "ApplNo, DrugName, ActiveIngredient were expected."
    )


def test_a_table_with_other_separators_is_refused_with_those_that_are_expected() -> None:
    files = tables([application()], [product()], [submission()])
    files[1] = File("Products.txt", f"{PRODUCTS}\n{product()}\n".replace("\t", ","))

    assert refusal(files) == (
        "Products.txt: its columns are separated by commas; a table with tabs between them was "
        "expected."
    )


def test_a_table_that_is_cut_off_is_refused() -> None:
    files = tables([application()], [product()], [submission()])
    files[1] = File("Products.txt", f"{PRODUCTS}\n{product()}\n017851\t003")

    assert refusal(files) == "Products.txt: it is cut off in line 3."


def test_the_release_is_of_the_newest_day_that_is_not_to_come() -> None:
    def released(date: str | None, *dates: str) -> str | None:
        source_version = SourceVersion()
        rows = [submission(date, "SUPPL") for date in dates]
        files = tables([application()], [product()], rows)
        files[2] = table("Submissions.txt", SUBMISSIONS, rows, date)
        read(files, source_version)
        assert source_version.complete
        return source_version.released

    days = ("2019-06-28 00:00:00", "2019-07-01 00:00:00", "2109-07-01 00:00:00", "", "soon")
    assert released("2019-07-02", *days) == "2019-07-01"
    assert released("2019-06-30", *days) == "2019-06-28"
    assert released(None, *days) == "2019-07-01"
    assert released("2019-07-02") is None
