"""The Guide to Pharmacology's two files, as ligands with what each does to its targets."""

import csv
import io
from dataclasses import dataclass
from typing import BinaryIO

import pytest

from app.ingest.seed.entries import entry_of, fact_entry_of
from app.ingest.sources.gtopdb import GuideToPharmacology
from app.ingest.sources.interface import (
    InvalidRecord,
    Record,
    SkippedRecord,
    SourceVersion,
    Statement,
    WrongFileError,
)
from app.models.drug import IdentifierSystem, NameType, RegulatoryStatus
from app.models.mechanism import Mechanism, Target


def columns(names: str) -> list[str]:
    return names.split(",")


LIGAND_COLUMNS = columns(
    "Ligand id,Name,Species,Type,Approved,Withdrawn,Labelled,Radioactive,PubChem SID,PubChem CID,"
    "UniProt id,IUPAC name,INN,Synonyms,SMILES,InChIKey,InChI,GtoImmuPdb,GtoMPdb"
)
INTERACTION_COLUMNS = columns(
    "target,target_id,target_gene_symbol,target_uniprot,target_ensembl_gene_id,target_ligand,"
    "target_ligand_id,target_ligand_gene_symbol,target_ligand_ensembl_gene_id,"
    "target_ligand_uniprot,target_ligand_pubchem_sid,target_species,ligand,ligand_id,"
    "ligand_gene_symbol,ligand_species,ligand_pubchem_sid,type,action,action_comment,selectivity,"
    "endogenous,primary_target,concentration_range,affinity_units,affinity_high,affinity_median,"
    "affinity_low,original_affinity_units,original_affinity_low_nm,original_affinity_median_nm,"
    "original_affinity_high_nm,original_affinity_relation,assay_description,receptor_site,"
    "ligand_context,pubmed_id"
)
NEWER_LIGAND_COLUMNS = columns(
    "Ligand ID,Name,Species,Type,Approved,Withdrawn,Labelled,Radioactive,PubChem SID,PubChem CID,"
    "UniProt ID,Ensembl ID,ChEMBL ID,Ligand Subunit IDs,Ligand Subunit Name,IUPAC name,INN,"
    "Synonyms,SMILES,InChIKey,InChI,GtoImmuPdb,GtoMPdb,Antibacterial"
)
NEWER_INTERACTION_COLUMNS = columns(
    "Target,Target ID,Target Subunit IDs,Target Gene Symbol,Target UniProt ID,Target Ligand,"
    "Target Ligand ID,Target Ligand UniProt ID,Target Species,Ligand ID,Ligand,Ligand Type,"
    "Approved,Type,Action,Action comment,Selectivity,Endogenous,Primary Target,"
    "concentration Range,Affinity Units,Affinity High,Affinity Median,Affinity Low,"
    "Original Affinity Units,Original Affinity Low nm,Original Affinity Median nm,"
    "Original Affinity High nm,Original Affinity Relation,Assay Description,Receptor Site,"
    "Ligand Context,PubMed ID,Webpage URLs"
)

BACLOFEN = {
    "Ligand id": "1084",
    "Name": "baclofen",
    "Approved": "yes",
    "PubChem CID": "2284",
    "INN": "baclofen",
    "Synonyms": "Baclon&reg;|Kemstro&reg;|CIBA 34",
    "InChIKey": "KPYSYYIEGFHWSV-UHFFFAOYSA-N",
}
AT_GABA_B = {
    "target": "GABA<sub>B</sub> receptor",
    "target_id": "242",
    "target_uniprot": "Q9UBS5|O75899",
    "target_species": "Human",
    "ligand": "baclofen",
    "ligand_id": "1084",
    "type": "Agonist",
    "action": "Full agonist",
    "selectivity": "Not Determined",
    "endogenous": "f",
    "primary_target": "t",
    "affinity_units": "pKi",
    "affinity_high": "6.19999980926514",
    "affinity_low": "4.30000019073486",
    "original_affinity_units": "-",
    "original_affinity_relation": "=",
    "pubmed_id": "11082110|12663046",
}


@dataclass
class File:
    """A file as a test writes it."""

    name: str
    content: bytes
    date: str | None = None

    def path(self) -> None:
        return None

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content)


def table(name: str, heading: list[str], *rows: dict[str, str], comment: str = "") -> File:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, heading, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return File(name, (comment + text.getvalue()).encode())


def ligands(*rows: dict[str, str]) -> File:
    return table("ligands.csv", LIGAND_COLUMNS, *rows)


def interactions(*rows: dict[str, str]) -> File:
    return table("interactions.csv", INTERACTION_COLUMNS, *rows)


def read(*files: File) -> list[Record | InvalidRecord | SkippedRecord]:
    return list(GuideToPharmacology().read(list(files), SourceVersion()))


def record_of(*files: File) -> Record:
    """The one record that the files hold."""
    [record] = read(*files)
    assert isinstance(record, Record)
    return record


def mechanism(**changed: str) -> Statement:
    """What is said of baclofen by one interaction."""
    record = record_of(ligands(BACLOFEN), interactions(AT_GABA_B | changed))
    [statement] = record.statements
    written = statement.fields | {"key": "k", "cite": {"gtopdb": ["ligand 1084"]}}
    fact_entry_of(Mechanism).model_validate(written)
    return statement


def test_a_ligand_is_one_substance_with_its_names_identifiers_and_status() -> None:
    record = record_of(ligands(BACLOFEN), interactions(AT_GABA_B))

    [substance] = record.substances
    assert (record.id, record.locator, record.version) == ("1084", "ligand 1084", "")
    assert (substance.names, substance.distinct) == (("baclofen",), True)
    assert substance.identifiers == (
        (IdentifierSystem.GTOPDB, "1084"),
        (IdentifierSystem.INCHIKEY, "KPYSYYIEGFHWSV-UHFFFAOYSA-N"),
    )
    assert record.names == [
        ("baclofen", NameType.GENERIC),
        ("Baclon", NameType.BRAND),
        ("Kemstro", NameType.BRAND),
        ("CIBA 34", NameType.SYNONYM),
    ]
    assert record.identifiers == [
        (IdentifierSystem.GTOPDB, "1084"),
        (IdentifierSystem.PUBCHEM_CID, "2284"),
        (IdentifierSystem.INCHIKEY, "KPYSYYIEGFHWSV-UHFFFAOYSA-N"),
    ]
    assert record.statuses == [RegulatoryStatus.APPROVED]
    assert record.kinds == ("mechanisms",)


def test_an_interaction_is_a_mechanism_that_says_what_its_row_says() -> None:
    statement = mechanism()

    assert statement.locator == "interaction with target 242, Human, PubMed 11082110, 12663046"
    assert statement.fields == {
        "statement": "Baclofen is recorded as a full agonist of the GABAB receptor (Human), "
        "pKi 4.3 to 6.2.",
        "certainty": "stated",
        "mechanism_of_action": "GABAB receptor full agonist",
        "action_type": "AGONIST",
        "target": "gtopdb-242",
        "affinity": {
            "parameter": "pKi",
            "relation": "=",
            "value": None,
            "lower_limit": 4.3,
            "upper_limit": 6.2,
        },
        "species": "Human",
        "selectivity": "Not Determined",
        "primary_target": True,
        "endogenous": False,
        "comment": None,
    }


def test_an_inn_that_differs_is_a_name_of_the_substance_too() -> None:
    adrenaline = BACLOFEN | {"Name": "(-)-adrenaline", "INN": "epinephrine", "Synonyms": ""}

    record = record_of(ligands(adrenaline), interactions(AT_GABA_B))

    assert record.substances[0].names == ("(-)-adrenaline", "epinephrine")
    assert record.names == [
        ("(-)-adrenaline", NameType.GENERIC),
        ("epinephrine", NameType.SYNONYM),
    ]


@pytest.mark.parametrize("column", ["Labelled", "Radioactive"])
def test_a_radiolabelled_ligand_is_not_distinguished_from_what_it_is_made_of(column: str) -> None:
    labelled = BACLOFEN | {"Name": "[<sup>3</sup>H]baclofen", column: "yes"}

    record = record_of(ligands(labelled), interactions(AT_GABA_B))

    assert record.substances[0].names == ("[3H]baclofen",)
    assert not record.substances[0].distinct
    assert record.substances[0].radiolabelled
    assert ("baclofen", NameType.SYNONYM) not in record.names


def test_an_inn_of_what_was_radiolabelled_is_no_name_of_the_radiolabelled_ligand() -> None:
    names = [
        record_of(
            ligands(BACLOFEN | {"Name": name, "INN": inn, "Labelled": "yes"}),
            interactions(AT_GABA_B),
        )
        .substances[0]
        .names
        for name, inn in (("flupir", "flupir (18F)"), ("[99mTc]iodip", "x"), ("iodip", "adipio"))
    ]

    assert names == [("flupir", "flupir (18F)"), ("[99mTc]iodip",), ("iodip", "adipio")]


def test_an_identifier_that_is_none_is_left_out() -> None:
    odd = BACLOFEN | {"InChIKey": "not known", "PubChem CID": "-"}

    record = record_of(ligands(odd), interactions(AT_GABA_B))

    assert record.identifiers == [(IdentifierSystem.GTOPDB, "1084")]


@pytest.mark.parametrize(
    ("published", "name"),
    [
        ("&beta;-alanine", "β-alanine"),
        ("<i>N</i>-methyl<SUB>2</SUB>", "N-methyl2"),
        ("[<sup<3</sup>H]x", "[3H]x"),
        ("A < B and C > D", "A < B and C > D"),
        ("SK&F 97541", "SK&F 97541"),
    ],
)
def test_html_in_a_name_is_read_and_nothing_else_is_changed(published: str, name: str) -> None:
    record = record_of(ligands(BACLOFEN | {"Name": published}), interactions(AT_GABA_B))

    assert record.names[0] == (name, NameType.GENERIC)


@pytest.mark.parametrize(
    ("type_", "action", "action_type", "said"),
    [
        ("Agonist", "Partial agonist", "PARTIAL AGONIST", "as a partial agonist of the"),
        ("Antagonist", "Antagonist", "ANTAGONIST", "as an antagonist of the"),
        ("Inhibitor", "Competitive", "INHIBITOR", "as a competitive inhibitor of the"),
        ("Channel blocker", "None", "BLOCKER", "as a channel blocker of the"),
        (
            "Allosteric modulator",
            "Negative",
            "NEGATIVE ALLOSTERIC MODULATOR",
            "as a negative allosteric modulator of the",
        ),
        ("Activator", "None", "ACTIVATOR", "as an activator of the"),
    ],
)
def test_an_action_is_named_in_chembls_terms_where_that_is_certain(
    type_: str, action: str, action_type: str, said: str
) -> None:
    fields = mechanism(type=type_, action=action).fields

    assert fields["action_type"] == action_type
    assert fields["statement"].startswith(f"Baclofen is recorded {said} GABAB receptor (Human), ")


@pytest.mark.parametrize(
    ("type_", "action", "action_type", "said"),
    [
        ("Antibody", "Binding", "BINDING AGENT", ", type Antibody, action Binding"),
        ("Antagonist", "Inverse agonist", "INVERSE AGONIST", ", type Antagonist, action Inverse"),
        ("Antagonist", "Full agonist", None, ", type Antagonist, action Full agonist"),
        ("Allosteric modulator", "Mixed", None, ", type Allosteric modulator, action Mixed"),
        ("Fusion protein", "None", None, ", type Fusion protein"),
        ("None", "None", None, ", pKi"),
    ],
)
def test_what_no_noun_says_exactly_is_given_as_published(
    type_: str, action: str, action_type: str | None, said: str
) -> None:
    fields = mechanism(type=type_, action=action).fields

    assert fields["action_type"] == action_type
    assert fields["statement"].startswith(
        f"Baclofen is recorded to interact with the GABAB receptor (Human){said}"
    )


@pytest.mark.parametrize("species", ["None", "Unknown"])
def test_a_species_that_is_not_known_is_none(species: str) -> None:
    statement = mechanism(target_species=species, pubmed_id="")

    assert statement.fields["species"] is None
    assert statement.locator == "interaction with target 242"
    assert "(" not in statement.fields["statement"]


@pytest.mark.parametrize(
    ("published", "number"),
    [("6.46999979019165", "6.47"), ("8", "8"), ("10.0200004577637", "10.02"), ("6.1234", "6.1234")],
)
def test_a_number_is_freed_of_the_noise_of_its_storage(published: str, number: str) -> None:
    fields = mechanism(affinity_median=published, affinity_low="", affinity_high="").fields

    assert fields["affinity"]["value"] == float(number)
    assert fields["statement"].endswith(f", pKi {number}.")


def test_limits_are_in_the_order_of_their_size() -> None:
    fields = mechanism(affinity_low="9", affinity_high="7.5").fields

    assert (fields["affinity"]["lower_limit"], fields["affinity"]["upper_limit"]) == (7.5, 9.0)


def test_a_number_of_which_it_is_not_said_what_it_is_is_kept_in_the_comment() -> None:
    fields = mechanism(affinity_units="-").fields

    assert fields["affinity"] is None
    assert fields["statement"].endswith("GABAB receptor (Human).")
    assert fields["comment"] == "Affinity: 4.3 to 6.2 (it is not said of what)"


@pytest.mark.parametrize("units", ["pIC50", "-"])
@pytest.mark.parametrize(
    ("published", "numbers", "said"),
    [
        ({"median": "1000000", "relation": "<"}, (1000000.0, None, None), "IC50 < 1000000 nM"),
        ({"low": "65", "high": "13"}, (None, 13.0, 65.0), "IC50 13 to 65 nM"),
        ({"low": "65"}, (None, None, 65.0), "IC50 65 nM"),
        ({"median": "6"}, (6.0, None, None), "IC50 6 nM"),
        ({"median": "300", "relation": ">"}, (300.0, None, None), "IC50 > 300 nM"),
    ],
)
def test_a_concentration_is_kept_as_one_where_that_is_all_that_was_published(
    units: str,
    published: dict[str, str],
    numbers: tuple[float | None, ...],
    said: str,
) -> None:
    fields = mechanism(
        affinity_units=units,
        affinity_low="",
        affinity_high="",
        original_affinity_units="IC50",
        original_affinity_low_nm=published.get("low", ""),
        original_affinity_median_nm=published.get("median", ""),
        original_affinity_high_nm=published.get("high", ""),
        original_affinity_relation=published.get("relation", "="),
    ).fields

    assert fields["affinity"] == {
        "parameter": "IC50",
        "unit": "nM",
        "relation": published.get("relation", "="),
        **dict(zip(("value", "lower_limit", "upper_limit"), numbers, strict=True)),
    }
    assert fields["statement"].endswith(f"GABAB receptor (Human), {said}.")
    assert fields["comment"] is None


@pytest.mark.parametrize(
    ("unit", "number", "comment"),
    [
        ("-", "300", "Original affinity: concentration > 300 nM"),
        ("Ki", "about 300", "Original affinity: Ki > about 300 nM"),
        ("Ki", "", None),
    ],
)
def test_a_concentration_that_has_no_name_or_is_no_number_is_kept_in_the_comment(
    unit: str, number: str, comment: str | None
) -> None:
    fields = mechanism(
        affinity_low="",
        affinity_high="",
        original_affinity_units=unit,
        original_affinity_median_nm=number,
        original_affinity_relation=">",
    ).fields

    assert fields["affinity"] is None
    assert fields["comment"] == comment


@pytest.mark.parametrize(
    ("nanomolar", "published", "negative_logarithm", "relation"),
    [("10000", ">", "5", "<"), ("300000", "<", "3.5", ">"), ("100", "~", "7", "~")],
)
def test_a_bound_is_on_the_scale_of_its_value(
    nanomolar: str, published: str, negative_logarithm: str, relation: str
) -> None:
    fields = mechanism(
        affinity_median=negative_logarithm,
        affinity_low="",
        affinity_high="",
        original_affinity_units="Ki",
        original_affinity_median_nm=nanomolar,
        original_affinity_relation=published,
    ).fields

    concentration = f"Ki {published} {nanomolar} nM"
    assert fields["affinity"]["relation"] == relation
    assert fields["statement"].endswith(
        f", pKi {relation} {negative_logarithm} (published as {concentration})."
    )
    assert fields["comment"] == f"Original affinity: {concentration}"


def test_remarks_are_kept_as_published_each_with_what_it_is() -> None:
    fields = mechanism(
        action_comment="blocked by raising external Ca<sup>2+</sup>",
        receptor_site="GABA site",
        concentration_range="<1",
    ).fields

    assert fields["comment"] == (
        "Action comment: blocked by raising external Ca2+\n"
        "Receptor site: GABA site\n"
        "Concentration range: <1"
    )


def test_a_target_has_its_identifiers_in_every_species_in_whatever_order_they_come() -> None:
    of_rat = AT_GABA_B | {"target_species": "Rat", "target_uniprot": "Q9Z0U4|O88871"}
    other = BACLOFEN | {"Ligand id": "1", "Name": "other"}
    of_other = AT_GABA_B | {"ligand_id": "1"}

    one, _ = read(ligands(BACLOFEN, other), interactions(of_rat, of_other))
    two = record_of(ligands(BACLOFEN), interactions(AT_GABA_B, of_rat))

    assert isinstance(one, Record)
    assert one.targets == two.targets
    assert two.targets == {
        "gtopdb-242": {
            "id": "gtopdb-242",
            "name": "GABAB receptor",
            "type": None,
            "identifiers": [
                {"system": "gtopdb", "value": "242"},
                {"system": "uniprot", "value": "Q9UBS5"},
                {"system": "uniprot", "value": "O75899"},
                {"system": "uniprot", "value": "Q9Z0U4"},
                {"system": "uniprot", "value": "O88871"},
            ],
            "components": [["O75899", "Q9UBS5"], ["O88871", "Q9Z0U4"]],
        }
    }
    served = {k: v for k, v in two.targets["gtopdb-242"].items() if k != "components"}
    entry_of(Target).model_validate(served)


def test_a_target_that_is_itself_a_ligand_is_never_taken_for_the_target_of_its_number() -> None:
    at_a_ligand = AT_GABA_B | {
        "target": "",
        "target_id": "",
        "target_uniprot": "",
        "target_ligand": "amyloid &beta;",
        "target_ligand_id": "242",
        "target_ligand_uniprot": "P05067",
    }

    record = record_of(ligands(BACLOFEN), interactions(at_a_ligand))

    assert record.statements[0].locator.startswith("interaction with target ligand 242, Human")
    assert record.targets == {
        "gtopdb-ligand-242": {
            "id": "gtopdb-ligand-242",
            "name": "amyloid β",
            "type": None,
            "identifiers": [{"system": "uniprot", "value": "P05067"}],
        }
    }


def test_rows_that_say_the_same_say_one_fact() -> None:
    record = record_of(ligands(BACLOFEN), interactions(AT_GABA_B, AT_GABA_B))

    assert len(record.statements) == 1


def test_newer_releases_are_read_with_their_comment_and_their_names_of_columns() -> None:
    comment = '"# GtoPdb Version: 2023.3 - published: 2023-12-08"\n'
    title_case = {name.replace("_", " ").lower(): value for name, value in AT_GABA_B.items()}
    title_case["target uniprot id"] = title_case.pop("target uniprot")
    newer = {
        column: title_case[column.lower()]
        for column in NEWER_INTERACTION_COLUMNS
        if column.lower() in title_case
    }
    ligand = {"Ligand ID" if k == "Ligand id" else k: v for k, v in BACLOFEN.items()}
    source_version = SourceVersion()
    files = [
        table(
            "a.csv",
            NEWER_INTERACTION_COLUMNS,
            newer | {"Primary Target": "true", "Endogenous": "FALSE"},
            comment=comment,
        ),
        table("b.csv", NEWER_LIGAND_COLUMNS, ligand | {"ChEMBL ID": "CHEMBL701"}, comment=comment),
    ]

    [record] = GuideToPharmacology().read(list(files), source_version)

    assert source_version == SourceVersion(version="2023.3", released="2023-12-08", complete=True)
    assert isinstance(record, Record)
    assert (IdentifierSystem.CHEMBL, "CHEMBL701") in record.identifiers
    assert [s.fields for s in record.statements] == [mechanism().fields]


def test_files_without_a_comment_have_no_version_and_are_complete() -> None:
    source_version = SourceVersion()

    list(GuideToPharmacology().read([ligands(BACLOFEN), interactions(AT_GABA_B)], source_version))

    assert source_version == SourceVersion(version=None, released=None, complete=True)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            [ligands(BACLOFEN)],
            "ligands.csv: holds the ligands alone; give interactions.csv of the same release "
            "with it.",
        ),
        (
            [interactions(AT_GABA_B)],
            "interactions.csv: holds the interactions alone; give ligands.csv of the same "
            "release with it.",
        ),
        (
            [ligands(BACLOFEN), ligands(BACLOFEN), interactions(AT_GABA_B)],
            "ligands.csv: holds ligands, as ligands.csv does.",
        ),
        (
            [File("ligands.tsv", b'# GtoPdb\n"Ligand ID"\t"Name"\n"290"\t"baclofen"\n')],
            "ligands.tsv: its columns are separated by tabs; a table with commas between them was "
            "expected.",
        ),
        (
            [File("ligands.tsv", b"Ligand ID\tName\tSpecies\n290\tbaclofen\t\n")],
            "ligands.tsv: its columns are separated by tabs; a table with commas between them was "
            "expected.",
        ),
        (
            [File("drugs.csv", b"Drug,Name\n1,x\n")],
            "drugs.csv: is neither the ligands nor the interactions of the Guide to Pharmacology.",
        ),
        (
            [File("empty.csv", b"")],
            "empty.csv: has no row of column names that can be read.",
        ),
        (
            [ligands(BACLOFEN), interactions()],
            "interactions.csv: holds no interaction that can be read.",
        ),
        (
            [ligands(), interactions(AT_GABA_B)],
            "ligands.csv: holds no ligand that can be read.",
        ),
        (
            [
                table("ligands.csv", [c for c in LIGAND_COLUMNS if c != "INN"]),
                interactions(AT_GABA_B),
            ],
            "ligands.csv: lacks the column 'inn'.",
        ),
        (
            [
                table("ligands.csv", LIGAND_COLUMNS, comment="# GtoPdb Version: 2023.2\n"),
                table("i.csv", INTERACTION_COLUMNS, comment="# GtoPdb Version: 2023.3\n"),
            ],
            "i.csv: is of version 2023.3, and ligands.csv of 2023.2.",
        ),
    ],
)
def test_files_that_cannot_be_used_are_refused(files: list[File], message: str) -> None:
    with pytest.raises(WrongFileError) as refused:
        read(*files)

    assert str(refused.value) == message


def test_what_was_measured_on_a_whole_organism_has_no_target() -> None:
    row = {"target_id": "", "target": "", "target_species": "Plasmodium falciparum 3D7"}

    [record] = read(ligands(BACLOFEN), interactions(AT_GABA_B | row | {"type": "None"}))

    assert isinstance(record, Record)
    [statement] = record.statements
    assert statement.fields["target"] is None
    assert statement.fields["mechanism_of_action"] is None
    assert "an unnamed target (Plasmodium falciparum 3D7)" in statement.fields["statement"]
    assert record.targets == {}


@pytest.mark.parametrize("cut", [1, 3, 30, 75])
def test_a_file_that_is_cut_off_is_refused(cut: int) -> None:
    whole = interactions(AT_GABA_B, AT_GABA_B | {"target_id": "243"})

    with pytest.raises(WrongFileError, match=r"^interactions\.csv: is cut off in line 3\.$"):
        read(ligands(BACLOFEN), File(whole.name, whole.content[:-cut]))


@pytest.mark.parametrize(
    ("row", "reason", "id_"),
    [
        (
            {"target_id": "", "target": "", "target_species": "None"},
            "the interaction of ligand 1084 names neither target nor species.",
            "1084",
        ),
        ({"target_id": "GABA-B"}, "expected a target's id, found 'GABA-B'.", "1084"),
        ({"affinity_low": "four"}, "expected a number as affinity low, found 'four'.", "1084"),
        ({"affinity_high": "nan"}, "expected a number as affinity high, found 'nan'.", "1084"),
        ({"ligand_id": "77"}, "there is no ligand 77 in ligands.csv.", "77"),
        ({"target": "\0"}, "expected text in UTF-8, without NUL.", None),
    ],
)
def test_an_interaction_that_cannot_be_read_is_reported_and_the_rest_is_read(
    row: dict[str, str], reason: str, id_: str | None
) -> None:
    found = read(ligands(BACLOFEN), interactions(AT_GABA_B | row, AT_GABA_B))

    [unreadable] = [item for item in found if isinstance(item, InvalidRecord)]
    [record] = [item for item in found if isinstance(item, Record)]
    assert unreadable == InvalidRecord("interactions.csv", "line 2", reason, id_)
    assert len(record.statements) == 1


@pytest.mark.parametrize(
    ("broken", "reason", "id_"),
    [
        (b'"1","a"\n', "expected 19 columns, found 2.", "1"),
        (b'"1","\xe9"' + b',""' * 17 + b"\n", "expected text in UTF-8, without NUL.", "1"),
        (b'"1","a' + b',""' * 17 + b"\n", "is no row of a CSV file", None),
        (b'"x","a"' + b',""' * 17 + b"\n", "expected a ligand's id, found 'x'.", None),
        (b'"5",""' + b',""' * 17 + b"\n", "ligand 5 has no name.", "5"),
    ],
)
def test_a_broken_ligand_takes_no_other_with_it(
    broken: bytes, reason: str, id_: str | None
) -> None:
    others = ligands(BACLOFEN, BACLOFEN | {"Ligand id": "2", "Name": "other"})
    header, first, second = others.content.splitlines(keepends=True)
    damaged = File(others.name, header + first + broken + second)

    found = read(damaged, interactions(AT_GABA_B))

    [invalid] = [item for item in found if isinstance(item, InvalidRecord)]
    assert [item.id for item in found if isinstance(item, Record)] == ["1084", "2"]
    assert (invalid.place, invalid.id) == ("line 3", id_)
    assert invalid.reason.startswith(reason)


def test_a_ligand_that_stands_twice_is_taken_once() -> None:
    again = BACLOFEN | {"Name": "another"}

    first, repeated, other = read(ligands(BACLOFEN, BACLOFEN, again), interactions(AT_GABA_B))

    assert isinstance(first, Record)
    assert repeated == SkippedRecord("ligands that the file repeats")
    assert other == InvalidRecord(
        "ligands.csv", "line 4", "ligand 1084 stands here again, as another.", "1084"
    )


def test_a_text_of_160_kb_is_read() -> None:
    record = record_of(ligands(BACLOFEN | {"Synonyms": "x" * 160_000}), interactions(AT_GABA_B))

    assert record.names[1] == ("x" * 160_000, NameType.SYNONYM)
