"""The page that a citation opens."""

import pytest

from app.documents.citation_urls import page_of

SET_ID = "0002ad27-779d-42ab-83b5-bc65453412a1"
LABELS = "https://open.fda.gov/apis/drug/label/"
APPROVALS = "https://www.fda.gov/drugs/drug-approvals-and-databases/drugsfda-data-files"
APPLICATION = (
    "https://www.accessdata.fda.gov/scripts/cder/daf/index.cfm?event=overview.process&ApplNo="
)
GUIDE = "https://www.guidetopharmacology.org/"


@pytest.mark.parametrize(
    ("source", "locator", "page"),
    [
        (
            LABELS,
            f"SPL set id {SET_ID}, version 13, section 34066-1 Boxed Warning",
            f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={SET_ID}",
        ),
        (
            LABELS,
            f"SPL set id {SET_ID.replace('-', '')}, version 13",
            f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={SET_ID}",
        ),
        (LABELS, "SPL set id 13, version 13", LABELS),
        (APPROVALS, "NDA017851, submission ORIG 1, status AP", f"{APPLICATION}017851"),
        (APPROVALS, "ANDA072234", f"{APPLICATION}072234"),
        (APPROVALS, "BLA125057", f"{APPLICATION}125057"),
        (
            "https://clinicaltrials.gov/",
            "NCT00525252, primary outcome 1",
            "https://clinicaltrials.gov/study/NCT00525252",
        ),
        (
            "https://clinicaltrials.gov/study/NCT00525252",
            "Study Design",
            "https://clinicaltrials.gov/study/NCT00525252",
        ),
        (GUIDE, "ligand 1084, target 242", f"{GUIDE}GRAC/LigandDisplayForward?ligandId=1084"),
        (
            "https://go.drugbank.com/releases/latest#open-data",
            "DB00181",
            "https://go.drugbank.com/drugs/DB00181",
        ),
        (
            "https://www.ebi.ac.uk/chembl/",
            "CHEMBL701",
            "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL701",
        ),
        (
            "https://www.ebi.ac.uk/chembl/",
            "CHEMBL701, mec_id 1 (of CHEMBL2), PubMed 2, http://europepmc.org/abstract/MED/2",
            "http://europepmc.org/abstract/MED/2",
        ),
        (
            "https://www.nlm.nih.gov/research/umls/rxnorm/",
            "RXCUI 1292",
            "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm=1292",
        ),
        (
            "https://atcddd.fhi.no/atc_ddd_index/",
            "M03BX01",
            "https://atcddd.fhi.no/atc_ddd_index/?code=M03BX01",
        ),
        (
            "https://doi.org/10.1093/alcalc/agr017",
            "DB00181",
            "https://doi.org/10.1093/alcalc/agr017",
        ),
    ],
)
def test_a_citation_opens_the_page_of_its_record(source: str, locator: str, page: str) -> None:
    assert page_of(source, locator) == (page, None)


@pytest.mark.parametrize("set_id", [SET_ID, "s1"])
def test_a_citation_of_a_label_has_its_date(set_id: str) -> None:
    locator = f"SPL set id {set_id}, version 13 of 2024-01-15, section 34066-1 Boxed Warning"

    assert page_of(LABELS, locator).date == "2024-01-15"
