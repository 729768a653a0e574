import pytest

from app.ingest.sources.drugbank_vocabulary import DrugBankVocabulary
from app.ingest.sources.interface import (
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Substance,
    WrongFileError,
)
from app.models.drug import IdentifierSystem, NameType
from tests.ingest.made_files import File

HEADING = "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key"
BACLOFEN = (
    "DB00181,APRD00551,Baclofen,1134-47-0,H789N3FKE8,Baclofen | Baclofène | Baclofeno,"
    "KPYSYYIEGFHWSV-UHFFFAOYSA-N"
)
LEPIRUDIN = 'DB00001,,Lepirudin,,,"[Leu1, Thr2]-63-desulfohirudin | Lepirudin",'


def read(content: str | bytes) -> list[Record | InvalidRecord | SkippedRecord]:
    return list(DrugBankVocabulary().read([File("vocabulary.csv", content)], SourceVersion()))


def lines(*lines: str) -> list[Record | InvalidRecord | SkippedRecord]:
    return read("".join(f"{line}\n" for line in (HEADING, *lines)))


def refusal(content: str | bytes) -> str:
    with pytest.raises(WrongFileError) as refused:
        read(content)
    return str(refused.value)


def test_a_line_is_a_drug_with_its_names_and_identifiers() -> None:
    names = ("Baclofen", "Baclofène", "Baclofeno")
    identifiers = [
        (IdentifierSystem.UNII, "H789N3FKE8"),
        (IdentifierSystem.INCHIKEY, "KPYSYYIEGFHWSV-UHFFFAOYSA-N"),
        (IdentifierSystem.CAS, "1134-47-0"),
        (IdentifierSystem.DRUGBANK, "DB00181"),
    ]

    assert lines(BACLOFEN) == [
        Record(
            id="DB00181",
            locator="DB00181",
            substances=[Substance(names, tuple(identifiers), distinct=True)],
            names=[
                ("Baclofen", NameType.GENERIC),
                ("Baclofène", NameType.SYNONYM),
                ("Baclofeno", NameType.SYNONYM),
            ],
            identifiers=identifiers,
        )
    ]


def test_what_is_absent_is_not_there() -> None:
    [record] = lines(LEPIRUDIN)

    assert isinstance(record, Record)
    assert record.identifiers == [(IdentifierSystem.DRUGBANK, "DB00001")]
    assert record.substances[0].names == ("Lepirudin", "[Leu1, Thr2]-63-desulfohirudin")


def test_columns_may_stand_in_another_order_beside_others() -> None:
    content = (
        "\ufeffStandard InChI Key,Notes,Common name,Synonyms,UNII,CAS,DrugBank ID\r\n"
        "KPYSYYIEGFHWSV-UHFFFAOYSA-N,new,Baclofen,Baclofène | Baclofeno,H789N3FKE8,1134-47-0,"
        "DB00181\r\n"
    )

    assert read(content) == lines(BACLOFEN)


def test_a_synonym_that_is_said_twice_is_one() -> None:
    [record] = lines("DB00181,,Baclofen,,,Lioresal | Baclofen | Lioresal |  | lioresal,")

    assert isinstance(record, Record)
    assert [name for name, _ in record.names] == ["Baclofen", "Lioresal", "lioresal"]


def test_a_name_may_be_long() -> None:
    [record] = lines(f'DB00181,,"{"x, " * 70_000}y",,,,')

    assert isinstance(record, Record)
    assert len(record.names[0][0]) == 210_001


def test_records_with_the_same_id_are_both_there() -> None:
    assert lines(BACLOFEN, BACLOFEN) == lines(BACLOFEN) * 2


@pytest.mark.parametrize(
    ("line", "reason", "id_"),
    [
        ("DB00181,Baclofen", "it has 2 columns; 7 were expected.", "DB00181"),
        (f"{BACLOFEN},more", "it has 8 columns; 7 were expected.", "DB00181"),
        (",,Baclofen,,,,", "its DrugBank ID '' cannot be one.", None),
        ("APRD0551,,Baclofen,,,,", "its DrugBank ID 'APRD0551' cannot be one.", None),
        ("DB00181,, ,,,,", "its 'Common name' is empty.", "DB00181"),
        ("DB00181,,Baclofen,1134-47,,,", "its CAS '1134-47' cannot be one.", "DB00181"),
        ("DB00181,,Baclofen,,H789,,", "its UNII 'H789' cannot be one.", "DB00181"),
        (
            "DB00181,,Baclofen,,,,KPYSYYIEGFHWSV",
            "its Standard InChI Key 'KPYSYYIEGFHWSV' cannot be one.",
            "DB00181",
        ),
        (
            'DB00181,,"Baclofen,,,,',
            "its quotes do not match: unexpected end of data.",
            None,
        ),
        ("DB00181,,Baclo\0fen,,,,", "it holds a NUL character.", None),
    ],
)
def test_a_broken_line_is_invalid_and_the_others_are_read(
    line: str, reason: str, id_: str | None
) -> None:
    assert lines(LEPIRUDIN, line, BACLOFEN) == [
        *lines(LEPIRUDIN),
        InvalidRecord("vocabulary.csv", "line 3", reason, id_),
        *lines(BACLOFEN),
    ]


def test_empty_lines_say_nothing() -> None:
    assert lines("", BACLOFEN, "") == lines(BACLOFEN)


def test_another_file_is_refused_with_the_column_that_it_lacks() -> None:
    expected = (
        "a CSV file with DrugBank ID, Common name, Synonyms, UNII, Standard InChI Key, CAS was "
        "expected."
    )

    assert refusal("") == f"vocabulary.csv: it has no column 'DrugBank ID'; {expected}"
    assert refusal(HEADING.replace(",", "\t")) == (
        "vocabulary.csv: its columns are separated by tabs; a table with commas between them was "
        "expected."
    )
    assert refusal('<html lang="en">\n') == (
        f"vocabulary.csv: it has no column 'DrugBank ID'; {expected}"
    )
    assert refusal(HEADING.replace("UNII,", "")) == (
        f"vocabulary.csv: it has no column 'UNII'; {expected}"
    )


def test_a_file_that_is_not_utf8_is_refused_with_the_line() -> None:
    latin = f"{HEADING}\n{LEPIRUDIN}\n{BACLOFEN}\n".encode("latin-1")

    assert refusal(latin) == "vocabulary.csv: byte 66 of line 3 (0xe8) is not UTF-8."
    assert refusal(b"PK\x03\x04\xff") == "vocabulary.csv: byte 5 of line 1 (0xff) is not UTF-8."


@pytest.mark.parametrize(
    "last",
    [BACLOFEN[:40], 'DB00181,,"Bac', BACLOFEN[:-1], BACLOFEN, BACLOFEN.rsplit(",", 1)[0] + ","],
)
def test_a_file_that_is_cut_off_is_refused(last: str) -> None:
    """Wherever it is: what is left of a line may look like a whole one, with a name less."""
    assert refusal(f"{HEADING}\n{last}") == "vocabulary.csv: it is cut off in line 2."
    assert read(f"{HEADING}\n{BACLOFEN}\n") == lines(BACLOFEN)


def test_the_release_is_complete_and_of_its_zip_s_day() -> None:
    source_version = SourceVersion()
    part = File("vocabulary.zip/drugbank vocabulary.csv", f"{HEADING}\n{BACLOFEN}\n", "2026-01-04")

    list(DrugBankVocabulary().read([part], source_version))

    assert source_version == SourceVersion(released="2026-01-04", complete=True)
