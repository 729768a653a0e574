"""FDA's table of substrates, inhibitors and inducers: what its rows say, and what is refused."""

import pytest

from app.ingest.sources.fda_cyp import COLUMNS, DRUG, FdaCyp
from app.ingest.sources.interface import InvalidRecord, Record, SourceVersion, WrongFileError
from tests.ingest.made_files import File

STRONG, WEAK = "CYP Strg INH", "CYP WK INH"
MODIFIED = '<meta property="article:modified_time" content="Fri, 05/29/2026 - 14:00" />'


def page(*rows: tuple[str, dict[str, str]], head: str = MODIFIED) -> bytes:
    """The page, with a row for each drug: what stands in which column."""
    headings = "".join(f'<th scope="col">{heading}</th>' for heading in (DRUG, *COLUMNS))
    cells = [[drug, *(said.get(heading, "&nbsp;") for heading in COLUMNS)] for drug, said in rows]
    lines = [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells]
    return f"{head}\n<table>\n<tr>{headings}</tr>\n{chr(10).join(lines)}\n</table>".encode()


def read(content: bytes) -> tuple[list[Record], list[InvalidRecord], SourceVersion]:
    """What a page says."""
    version = SourceVersion()
    items = list(FdaCyp().read([File("table.html", content)], version))
    records = [item for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, InvalidRecord)], version


def test_a_cell_puts_a_drug_into_a_class_for_each_enzyme() -> None:
    rows = (
        ("rifampin", {"CYP Mod IND": "1A2, 2B6; CYP2C8&nbsp; moderate&nbsp; inducer"}),
        ("rolapitant<sup>17</sup>", {"TRNSP INH": "P-gp<sup>3</sup>; BCRP inhibitor"}),
        ("alprazolam", {"CYP Mod SENS SUB": "3A&nbsp; moderate sensitive&nbsp; substrate"}),
    )

    records, invalid, version = read(page(*rows))

    assert [(record.substances[0].names, record.classes) for record in records] == [
        (
            ("rifampin",),
            [
                ("Moderate CYP1A2 inducer", None),
                ("Moderate CYP2B6 inducer", None),
                ("Moderate CYP2C8 inducer", None),
            ],
        ),
        (("rolapitant",), [("P-gp inhibitor", None), ("BCRP inhibitor", None)]),
        (("alprazolam",), [("Moderately sensitive CYP3A substrate", None)]),
    ]
    assert (invalid, version.released, version.complete) == ([], "2026-05-29", True)
    assert records[0].locator == "row 'rifampin', copy of 2026-05-29"


def test_the_rows_of_a_drug_are_one_record() -> None:
    records, _, _ = read(page(("aprepitant", {WEAK: "2C9 weak"}), ("aprepitant", {STRONG: "3A"})))

    assert [record.classes for record in records] == [
        [("Weak CYP2C9 inhibitor", None), ("Strong CYP3A inhibitor", None)]
    ]


def test_what_names_no_enzyme_is_reported() -> None:
    records, invalid, _ = read(page(("hustanol", {STRONG: "perhaps"})))

    assert [record.classes for record in records] == [[]]
    assert "has no enzyme or transporter: 'perhaps'" in invalid[0].reason


@pytest.mark.parametrize("content", [b"<p>Not found</p>", b"\xff", b"<table><tr><th>x</th></tr>"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(WrongFileError):
        read(content)
