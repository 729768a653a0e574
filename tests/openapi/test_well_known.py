"""What programs look for under /.well-known/."""

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import anyio.from_thread
import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from tests.conftest import AppTransport


def test_security_txt_names_a_contact_that_holds_for_less_than_a_year(
    portal: anyio.from_thread.BlockingPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.main.RELEASED", date(2020, 1, 1))
    before = datetime.now(UTC).replace(microsecond=0)
    settings = Settings(
        database_url="sqlite:////nowhere.db", security_contact="mailto:security@pharmacy.example"
    )
    transport = AppTransport(create_app(settings), portal)

    with httpx.Client(transport=transport, base_url="http://medfacts") as client:
        answer = client.get("/.well-known/security.txt")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    # It changes with the day and with the settings, which no file of the program tells.
    assert parsedate_to_datetime(answer.headers["last-modified"]) >= before
    assert fields["Contact"] == "mailto:security@pharmacy.example"
    now = datetime.now(UTC)
    assert now < datetime.fromisoformat(fields["Expires"]) < now + timedelta(days=365)


def test_the_catalogue_leads_to_the_document_the_docs_and_the_status(seeded: httpx.Client) -> None:
    answer = seeded.get("/.well-known/api-catalog")

    assert answer.headers["content-type"].startswith("application/linkset+json;")
    assert 'rel="api-catalog"' in answer.headers["link"]
    [api] = answer.json()["linkset"]
    base = "http://medfacts/.well-known/api-catalog"
    for relation in ("service-desc", "service-doc", "status"):
        [link] = api[relation]
        found = seeded.get(urljoin(base, link["href"]))
        assert found.status_code == 200
        assert found.headers["content-type"].startswith(link["type"])
    assert seeded.get(urljoin(base, api["anchor"])).status_code == 200
