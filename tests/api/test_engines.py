"""SQLite and Postgres give the same bytes for every route."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from app.database.engines import write_engine
from app.ingest.importing import import_files
from app.ingest.seed.loading import load_seed
from app.main import create_app
from app.settings import Settings
from tests.conformance import contract
from tests.conftest import AppTransport
from tests.examples import KEMSTRO, PRODUCTS, VERQUVO, path_of
from tests.ingest.loading import labels, rxnorm
from tests.postgres import PostgresServer

QUERIES = [
    "/v1/drugs?limit=1",
    "/v1/drugs/baclofen?include=all",
    "/v1/warnings?limit=1",
    "/v1/warnings?sort=-id&limit=2",
    "/v1/warnings?boxed=true",
    "/v1/trials?registry_id=NCT00525252",
    "/v1/drugs?q=Baclofe%CC%80ne",
    "/v1/drugs?q=%F0%9F%92%8A",
    "/v1/warnings?cursor=WyIiXQ",
    "/v1/drugs/%E2%80%AE",
    "/v1/drugs/no-such-drug",
    "/drugs/baclofen/warnings",
    *(f"/v1/drugs?q={text}" for text in ("%00", "%ff", "%ed%a0%80", "%zz", "%01", "%F4%8F%BF%BF")),
    *(f"/v1/drugs/{text}" for text in ("%00", "%ff", "%2F", "'", "a%0Ab", "x" * 401, "%EF%BF%BF")),
    *(f"/v1/warnings?limit={text}" for text in ("0", "1_0", "9223372036854775808", "%D9%A1")),
    *(
        f"/v1/drugs?identifier={text}"
        for text in ("cas:%27", "unii:%25", "ndc:", "cas:%F0%9F%92%8A")
    ),
    "/v1/labels?route=oral&limit=1",
    "/v1/labels?ndc=00913351001&application_number=214377",
    "/v1/drugs?identifier=ndc:0091-3351&limit=1",
    "/v1/resolve?identifier=ndc:0091-3351&identifier=application_number:nda%20214377",
    "/v1/products?brand=lioresal&tty=SBD&dose_form=injection&sort=-name",
    "/v1/products?ndc=0115-1010-01&drug=baclofen",
    "/v1/drugs/baclofen/products?limit=1",
    "/v1/resolve?identifier=rxcui:202996&identifier=rxcui:805678&identifier=ndc:00115101001",
    "/v1/resolve?name=Baclofen%2010%20mg%20oral%20tablet&identifier=rxcui:1",
    "/v1/drugs/vericiguat/dosages?limit=1",
    "/v1/drugs/vericiguat?include=all",
    "/v1/conditions?cursor=WyJhIl0",
    "/v1/releases?limit=1&limit=2",
    f"/v1/drugs?q={'a' * 8192}",
]


@pytest.mark.parametrize("path", ["every route", *QUERIES])
def test_both_engines_answer_alike(
    both: tuple[httpx.Client, httpx.Client], routes: list[str], path: str
) -> None:
    for asked in routes if path == "every route" else [path]:
        one, other = (client.get(asked, headers={"X-Request-Id": "same"}) for client in both)

        for answer in (one, other):  # the one thing that is each database's own
            assert (
                answer.headers.pop("last-modified", None) or answer.is_error or "/health" in asked
            )
        assert one.content == other.content, asked
        assert (one.status_code, one.headers) == (other.status_code, other.headers)


@pytest.fixture(scope="session")
def routes() -> list[str]:
    """A path for every route."""
    return [path_of(operation, template) for template, operation in contract().reads()]


@pytest.fixture(scope="session")
def both(
    sqlite_template: Path,
    postgres_template: str,
    postgres: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
    portal: Any,
) -> Any:
    """Clients of the project's own seed, two labels and products, on SQLite and on Postgres."""
    path = tmp_path_factory.mktemp("both") / "medfacts.db"
    path.write_bytes(sqlite_template.read_bytes())
    name = postgres.create_database(postgres_template)
    apps = []
    for url in (f"sqlite:///{path}", postgres.url(name)):
        settings = Settings(database_url=url)
        engine = write_engine(settings)
        load_seed(engine, settings.seed_dir)
        import_files(engine, "openfda-label", [*labels(KEMSTRO, VERQUVO)])
        import_files(engine, "rxnorm", [*rxnorm(*PRODUCTS)])
        engine.dispose()
        apps.append(create_app(settings))
    yield tuple(
        httpx.Client(transport=AppTransport(app, portal), base_url="http://medfacts")
        for app in apps
    )
    for app in apps:
        app.close()
    postgres.drop_database(name)
