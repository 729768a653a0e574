"""By which short names trials find a drug."""

import httpx
import pytest

from app.settings import Settings
from tests.conftest import on_sqlite_alone
from tests.ingest.loading import drugbank, load, studies, study, vocabulary


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("5-FU", True),
        ("5FU", True),
        ("5-FU 500 mg", True),
        ("FUD", False),
        ("T4", False),
        ("IL-2", False),
        ("2H7", False),
        ("6-MP", False),  # of two drugs
    ],
)
@on_sqlite_alone
def test_a_short_name_finds_a_drug_where_a_chemist_numbers_it(
    database: Settings, client: httpx.Client, name: str, is_found: bool
) -> None:
    short = ("5-FU", "FUD", "T4", "IL-2", "2H7", "6-MP")
    drugs = vocabulary(drugbank(1, "Hustanol", *short), drugbank(2, "Placebin", "6-MP"))
    load(database, "drugbank-vocabulary", drugs)

    load(database, "clinicaltrials", studies(study(1, name)))

    assert client.get("/v1/drugs/hustanol/trials").json()["total"] == is_found
