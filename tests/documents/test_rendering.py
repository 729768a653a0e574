"""Documents: every record, as it is served, made by the version of the program that serves it."""

import httpx
import pytest
import sqlalchemy as sa

from app.database.engines import write_engine
from app.documents import rendering
from app.ingest.publishing.release_writer import with_checksum
from app.models.base import table_of
from app.models.release import Release
from app.settings import Settings
from tests.conftest import Save
from tests.writing import drug, indication, warning


def test_every_record_is_kept_however_many_there_are(
    client: httpx.Client, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "BATCH", 3)
    facts = [*(warning(f"w{i}") for i in range(10)), *(indication(f"c{i}") for i in range(7))]

    save(*(drug(name, *facts) for name in ("a", "b", "c", "d")))

    for path, count in (("drugs", 4), ("conditions", 7), ("warnings", 40), ("indications", 28)):
        listed = client.get(f"/v1/{path}?limit=100").json()
        assert (len(listed["items"]), listed["total"]) == (count, count)
    assert len(client.get("/v1/drugs/d?include=all").json()["warnings"]) == 10


def test_a_running_server_refuses_documents_of_another_version(
    client: httpx.Client, save: Save, database: Settings
) -> None:
    save(drug("a"))
    assert client.get("/v1/drugs/a").status_code == 200
    engine = write_engine(database)
    releases = table_of(Release)
    with engine.begin() as connection:
        release = dict(connection.execute(sa.select(*releases.c)).mappings().one())
        connection.execute(releases.update(), with_checksum(release | {"document_version": 0}))
    engine.dispose()

    for path in ("/v1/drugs/a", "/v1/drugs", "/health/ready"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "another version of the program" in answer.json()["detail"]
