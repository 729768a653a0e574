"""A Python client that openapi-python-client made, as a program would use it.

`python python_client.py FOLDER URL`: the folder holds the package `medfacts_client`.
"""

import sys
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, sys.argv[1])

from medfacts_client import Client
from medfacts_client.api.drugs import get_drug
from medfacts_client.api.indications import list_indications
from medfacts_client.api.warnings import list_warnings, list_warnings_of_drug
from medfacts_client.models import (
    DrugWithFacts,
    IndicationPage,
    IndicationStatus,
    Problem,
    WarningCategory,
    WarningPage,
    WarningPageOfDrug,
)
from medfacts_client.types import UNSET

client = Client(base_url=sys.argv[2], raise_on_unexpected_status=True)

drug = get_drug.sync("baclofen", client=client, include="warnings")
assert isinstance(drug, DrugWithFacts), drug
assert "Lioresal" in [name.name for name in drug.names]
assert not isinstance(drug.warnings, type(UNSET))
assert len(drug.warnings) == drug.counts.warnings == 4

withdrawal = list_warnings_of_drug.sync(
    "baclofen", client=client, category=WarningCategory.WITHDRAWAL
)
assert isinstance(withdrawal, WarningPageOfDrug), withdrawal
[warning] = withdrawal.items
assert warning.severity is None
assert "seizures" in warning.consequences
assert warning.citations[0].source.id == "what-is-baclofen"
assert withdrawal.coverage.status.value == "partial"

seen: list[str] = []
cursor = UNSET
while True:
    page = list_warnings.sync(client=client, limit=1, cursor=cursor)
    assert isinstance(page, WarningPage), page
    seen += [item.id for item in page.items]
    assert len(seen) <= page.total, seen
    if page.next_ is None:
        break
    cursor = parse_qs(urlsplit(page.next_).query)["cursor"][0]
assert sorted(set(seen)) == seen, seen
assert len(seen) == page.total == 4, seen

against = list_indications.sync(client=client, status=IndicationStatus.NOT_EFFECTIVE)
assert isinstance(against, IndicationPage), against
assert [item.condition.id for item in against.items if item.condition] == ["rheumatic-disorders"]

answer = get_drug.sync_detailed("baclofin", client=client)
assert answer.status_code == 404
assert isinstance(answer.parsed, Problem), answer
assert "There is no drug 'baclofin'" in answer.parsed.detail

print(f"{drug.name}: {len(seen)} warnings")
