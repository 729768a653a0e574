"""How the tests get a database and a client.

Every answer that a client here gets is held to the OpenAPI document (`tests.conformance`), and the
cache is held to be invisible: each request is asked again, when its answer may be cached already,
and has to be answered the same, byte for byte. Where the data changes under a test, the cache asks
which release is served before every answer; over the project's own seed it is as users have it.

Every test that touches data runs twice: on SQLite, and on a real Postgres that the session starts
from a PyPI wheel and ends again. Nothing is mocked and nothing is online.

What no engine has a part in runs once: see `on_sqlite_alone` and `without_database`. What other
tests have Postgres do already waits for `./dev test --all` there: see `slow_on_postgres`.

- `seeded`: an app over the project's own seed, one for each engine and the whole session. Its
  sessions cannot write, so tests share it.
- `database`: settings of an empty, migrated database of the test's own, copied from a template.
- `save`: puts the seed files that a test writes into `database`; `client` asks an app over it.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import httpx
import pytest
import sqlalchemy as sa

from app.database.migrating import migrate
from app.ingest.seed.loading import load_seed
from app.main import Api, create_app
from app.settings import Settings
from tests.conformance import contract
from tests.ingest import loading
from tests.ingest.loading import Given, load
from tests.postgres import PostgresServer, running_postgres
from tests.scratch import scratch
from tests.writing import disconnect, write_seed, writing

ENGINES = ("sqlite", "postgres")

on_sqlite_alone = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True, scope="session")
"""Marks a test of what is decided before an engine is asked: other tests of its file ask both."""

slow_on_postgres = pytest.mark.parametrize(
    "engine_name",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)],
    indirect=True,
    scope="session",
)
"""Marks a test whose statements other tests have both engines run: this one is fast on SQLite."""

Holding = Callable[..., AbstractContextManager[httpx.Client]]
Save = Callable[..., None]


class AppTransport(httpx.BaseTransport):
    """Calls an app in this process, for tests that do not wait: httpx itself has only the async.

    With `again` it asks once more, when the answer may be cached, and holds that to be the same.
    """

    def __init__(
        self, app: Api, portal: anyio.from_thread.BlockingPortal, *, again: bool = False
    ) -> None:
        self._app = httpx.ASGITransport(app)
        self._portal = portal
        self._again = again

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request to the app, read its whole answer, and hold it to the contract."""
        first, *again = self._portal.call(self._answers, request)
        status, headers, body = first
        contract().hold(request, httpx.Response(status, headers=headers, content=body))
        for second in again:
            same = _less_its_id(*second) == _less_its_id(*first)
            assert same, f"{request.method} {request.url} depends on the cache"
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    async def _answers(self, request: httpx.Request) -> list[tuple[int, httpx.Headers, bytes]]:
        return [await self._answer(request) for _ in range(1 + self._again)]

    async def _answer(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        answer = await self._app.handle_async_request(request)
        body = b"".join([chunk async for chunk in answer.aiter_raw()])
        return answer.status_code, answer.headers, body


def _less_its_id(status: int, headers: httpx.Headers, body: bytes) -> tuple[int, Any, bytes]:
    """An answer without the id that a request gets if it brings none."""
    id_ = headers["x-request-id"].encode()
    raw = [(name, value.replace(id_, b"its id")) for name, value in headers.raw]
    return status, raw, body.replace(id_, b"its id")


def always_asking(settings: Settings) -> Settings:
    """With a cache that asks before every answer which release is served, and so never waits."""
    return settings.model_copy(update={"cache_seconds": 0})


def without_cache(settings: Settings) -> Settings:
    """With no cache."""
    return settings.model_copy(update={"cache_bytes": 0})


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest make its temporary folders where databases are fast.

    And clients wait for a minute, where httpx gives up after five seconds: a machine may be busy.
    """
    loading.each_is_checked = "not slow" not in config.option.markexpr
    for phase in ("connect", "read", "write", "pool"):
        setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, phase, 60.0)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(scratch()))


@pytest.fixture(scope="session")
def portal() -> Iterator[anyio.from_thread.BlockingPortal]:
    """One event loop in a thread, for every app of the session."""
    with anyio.from_thread.start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A Postgres server of this session's own."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "medfacts.db"
    migrate(Settings(database_url=f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated, empty Postgres database."""
    name = postgres.create_database()
    migrate(Settings(database_url=postgres.url(name)))
    return name


@pytest.fixture(scope="session", params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def new_database(
    engine_name: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Any]:
    """Makes empty, migrated databases on this engine, of a name of their own or of this one."""

    @contextmanager
    def sqlite(name: str | None = None) -> Iterator[Settings]:
        folder = tmp_path_factory.mktemp(name or "db", numbered=name is None)
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "medfacts.db")
        yield Settings(database_url=f"sqlite:///{folder / 'medfacts.db'}")
        if name:
            shutil.rmtree(folder)

    @contextmanager
    def on_postgres(name: str | None = None) -> Iterator[Settings]:
        server: PostgresServer = request.getfixturevalue("postgres")
        name = server.create_database(request.getfixturevalue("postgres_template"), name)
        settings = Settings(database_url=server.url(name))
        yield settings
        disconnect(settings)
        server.drop_database(name)

    return sqlite if engine_name == "sqlite" else on_postgres


@pytest.fixture
def database(new_database: Callable[..., Any]) -> Iterator[Settings]:
    """An empty, migrated database of the test's own. Each has the name of the one before it."""
    with new_database("own") as settings:
        yield settings


@pytest.fixture
def save(database: Settings, tmp_path: Path) -> Save:
    """Loads drugs, as `tests.writing` makes them, into the test's own database."""

    def save(*drugs: dict[str, Any]) -> None:
        load_drugs(database, tmp_path / "seed", *drugs)

    return save


def load_drugs(database: Settings, folder: Path, *drugs: dict[str, Any]) -> None:
    """Load drugs, as `tests.writing` makes them, by way of a seed in this folder."""
    shutil.rmtree(folder, ignore_errors=True)
    write_seed(folder, *drugs)
    with writing(database) as engine:
        load_seed(engine, folder)


@pytest.fixture(scope="session")
def holding(
    new_database: Callable[..., Any],
    portal: anyio.from_thread.BlockingPortal,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., AbstractContextManager[httpx.Client]]:
    """Makes clients of an app over these drugs and these files by source, for tests that only
    read."""

    @contextmanager
    def client(
        *drugs: dict[str, Any], files: Mapping[str, list[Given]] | None = None
    ) -> Iterator[httpx.Client]:
        with new_database() as settings:
            if drugs:
                load_drugs(settings, tmp_path_factory.mktemp("seed"), *drugs)
            for source, given in (files or {}).items():
                load(settings, source, given)
            with running(settings) as app:
                transport = AppTransport(app, portal, again=True)
                with httpx.Client(transport=transport, base_url="http://medfacts") as client:
                    yield client

    return client


@contextmanager
def running(settings: Settings) -> Iterator[Api]:
    """An app, as long as it is needed, whose requests take as long as a busy machine has them."""
    app = create_app(settings.model_copy(update={"request_seconds": 60, "longest_wait": 60}))
    yield app
    app.close()


@pytest.fixture
def app(database: Settings) -> Iterator[Api]:
    """An app over the test's own database."""
    with running(always_asking(database)) as app:
        yield app


@pytest.fixture
def client(app: Api, portal: anyio.from_thread.BlockingPortal) -> Iterator[httpx.Client]:
    """Asks the app over the test's own database."""
    transport = AppTransport(app, portal, again=True)
    with httpx.Client(transport=transport, base_url="http://medfacts") as client:
        yield client


@pytest.fixture
def alone(app: Api, portal: anyio.from_thread.BlockingPortal) -> Iterator[httpx.Client]:
    """The same, each request asked once, for what changes the app, or its data meanwhile."""
    transport = AppTransport(app, portal)
    with httpx.Client(transport=transport, base_url="http://medfacts") as client:
        yield client


@pytest.fixture(scope="session")
def seeded_database(new_database: Callable[..., Any]) -> Iterator[Settings]:
    """A database that holds the project's own seed."""
    with new_database() as settings:
        with writing(settings) as engine:
            load_seed(engine, settings.seed_dir)
        yield settings


@pytest.fixture(scope="session")
def seeded_app(seeded_database: Settings) -> Iterator[Api]:
    """An app over the project's own seed, as users have it."""
    with running(seeded_database) as app:
        yield app


@pytest.fixture(scope="session")
def seeded(seeded_app: Api, portal: anyio.from_thread.BlockingPortal) -> Iterator[httpx.Client]:
    """Asks the app over the project's own seed."""
    seeded_app.openapi_schema = contract().document  # to make it again takes a second
    transport = AppTransport(seeded_app, portal, again=True)
    with httpx.Client(transport=transport, base_url="http://medfacts") as client:
        yield client


@pytest.fixture(scope="session")
def without_database(portal: anyio.from_thread.BlockingPortal) -> Iterator[httpx.Client]:
    """Asks an app that has no database: what it answers depends on no engine."""
    with running(Settings(database_url="sqlite:////nowhere.db")) as app:
        transport = AppTransport(app, portal, again=True)
        with httpx.Client(transport=transport, base_url="http://medfacts") as client:
            yield client


@contextmanager
def counted_queries(app: Api) -> Iterator[list[None]]:
    """One item for each statement of the app's meanwhile: each takes a connection of its own."""
    statements: list[None] = []

    def note(*_: Any) -> None:
        statements.append(None)

    engine = app.state.pool.engine
    sa.event.listen(engine, "checkout", note)
    yield statements
    sa.event.remove(engine, "checkout", note)
