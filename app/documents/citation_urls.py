"""Where a person can read the very record that a citation names, and of what day that is."""

import re
from typing import NamedTuple

from app.names.product_numbers import SET_ID

PAGES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    *(
        (
            source,
            re.compile(rf"SPL set id {SET_ID.pattern}\b", re.I | re.A),
            "https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={}-{}-{}-{}-{}",
        )
        for source in ("https://open.fda.gov/apis/drug/label/", "https://dailymed.nlm.nih.gov/")
    ),
    (
        "https://www.fda.gov/drugs/drug-approvals-and-databases/drugsfda-data-files",
        re.compile(r"(?:A?NDA|BLA)(\d{6})\b"),
        "https://www.accessdata.fda.gov/scripts/cder/daf/index.cfm?event=overview.process&ApplNo={}",
    ),
    (
        "https://clinicaltrials.gov/",
        re.compile(r"(NCT\d{8})\b"),
        "https://clinicaltrials.gov/study/{}",
    ),
    (
        "https://www.guidetopharmacology.org/",
        re.compile(r"ligand (\d+)\b"),
        "https://www.guidetopharmacology.org/GRAC/LigandDisplayForward?ligandId={}",
    ),
    (
        "https://go.drugbank.com/",
        re.compile(r"(DB\d{5})\b"),
        "https://go.drugbank.com/drugs/{}",
    ),
    (
        "https://www.ebi.ac.uk/chembl/",
        re.compile(r"CHEMBL\d+\b.*, (https?://\S+)$"),  # what a row refers to
        "{}",
    ),
    (
        "https://www.ebi.ac.uk/chembl/",
        re.compile(r"(CHEMBL\d+)\b"),
        "https://www.ebi.ac.uk/chembl/explore/compound/{}",
    ),
    (
        "https://www.nlm.nih.gov/research/umls/rxnorm/",
        re.compile(r"RXCUI (\d+)\b"),
        "https://mor.nlm.nih.gov/RxNav/search?searchBy=RXCUI&searchTerm={}",
    ),
    (
        "https://meshb.nlm.nih.gov/",
        re.compile(r"descriptor (D\d+)\b"),
        "https://meshb.nlm.nih.gov/record/ui?ui={}",
    ),
    (
        "https://atcddd.fhi.no/atc_ddd_index/",
        re.compile(r"([A-Z]\d\d[A-Z]{2}\d\d)\b"),
        "https://atcddd.fhi.no/atc_ddd_index/?code={}",
    ),
)
"""How the addresses of sources begin that have a page for each record, what their locators begin
with, and where those pages are."""


VERSION_OF_LABEL = re.compile(r"SPL set id [^,]+, version \d+ of (\d{4}-\d\d-\d\d)\b", re.A)
"""How a locator begins that names a version of a label, with its effective date."""


class CitedPage(NamedTuple):
    """Where a citation leads, and the date of what it names."""

    url: str
    date: str | None


def page_of(source_url: str, locator: str) -> CitedPage:
    """The page of the record that a locator begins with, or the source's where it has none."""
    version = VERSION_OF_LABEL.match(locator)
    date = version[1] if version else None
    for beginning, record, page in PAGES:
        if source_url.startswith(beginning) and (found := record.match(locator)):
            return CitedPage(page.format(*found.groups()), date)
    return CitedPage(source_url, date)
