"""The command line does its work, and tells of what it cannot do in one sentence."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import httpx
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from app.cli import main
from app.database.engines import migration_engine
from app.database.migrating import newest_schema
from app.ingest.seed.loading import seed_schema
from app.settings import ROOT, Settings
from tests.conftest import Save, on_sqlite_alone
from tests.postgres import PostgresServer
from tests.writing import drug, warning, write_seed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The test's own seed: one drug with one warning."""
    write_seed(tmp_path / "own", drug("hustanol", warning("drowsiness")))
    return tmp_path / "own"


@pytest.fixture
def bare(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A database of the test's own that has no tables; on SQLite, no file either."""
    if engine_name == "sqlite":
        yield Settings(database_url=f"sqlite:///{tmp_path / 'bare.db'}")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create_database()
    yield Settings(database_url=server.url(name))
    server.drop_database(name)


def environment(url: str, seed: Path = ROOT / "seed", **more: str) -> dict[str, str]:
    return {"MEDFACTS_DATABASE_URL": url, "MEDFACTS_SEED_DIR": str(seed)} | more


def run(*arguments: str, url: str, seed: Path = ROOT / "seed", **more: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, arguments, env=environment(url, seed, **more))


def run_alone(
    *arguments: str, url: str, seed: Path = ROOT / "seed", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=os.environ | environment(url, seed, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def sentence(result: Result) -> str:
    """What a command that failed says, which is all that it says on stderr."""
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    said = result.stderr
    assert said.startswith("medfacts: ")
    assert said.endswith(".\n")
    assert said.count("\n") == 1
    return said.removeprefix("medfacts: ").rstrip("\n")


def change(database: Settings, *statements: str) -> None:
    """Write to a database behind the program's back, foreign keys off on SQLite."""
    engine = migration_engine(database)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


@contextmanager
def serving(*arguments: str, url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and the address that it says it is at."""
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", *arguments],
        env=os.environ | environment(url),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    overdue = Timer(60, server.kill)
    overdue.start()
    try:
        assert server.stdout is not None
        message = ""
        for line in server.stdout:
            message += line
            if line.startswith("Medfacts is at "):
                yield server, line.split()[3].rstrip(",")
                break
        else:
            pytest.fail(f"It never said where it is:\n{message}")
    finally:
        overdue.cancel()
        server.kill()
        server.communicate()


@pytest.mark.parametrize(
    "command", ["", "serve", "migrate", "seed", "import", "set-aside", "check"]
)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself(command: str, option: str) -> None:
    result = run(*command.split(), option, url="nonsense")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: ")
    assert "--help" in result.stdout


def test_the_help_names_every_command() -> None:
    shown = run("--help", url="nonsense").stdout

    listed = [line.split()[0] for line in shown.split("Commands:\n")[1].splitlines()]
    assert listed == ["check", "import", "migrate", "seed", "serve", "set-aside"]


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["seed", "--nonsense"], ["serve", "--port", "65536"], ["serve", "--port", "x"]],
)
def test_a_command_that_is_not_understood_says_how_it_is_used(arguments: list[str]) -> None:
    result = run(*arguments, url="sqlite:////nowhere/medfacts.db")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")


@pytest.mark.slow
def test_migrate_seed_and_check_lead_from_nothing_to_a_whole_release(bare: Settings) -> None:
    url = bare.database_url

    migrated, loaded, again, checked = (
        run(command, url=url) for command in ("migrate", "seed", "seed", "check")
    )

    results = (migrated, loaded, again, checked)
    assert [(result.exit_code, result.stderr) for result in results] == [(0, "")] * 4
    assert migrated.stdout.endswith(f" has schema {newest_schema()}.\n")
    release = loaded.stdout.removeprefix("Loaded release ").split(":")[0]
    assert "1 drugs" in loaded.stdout
    assert again.stdout.startswith(f"Nothing has changed since release {release}:")
    assert checked.stdout.splitlines()[-1] == f"It serves release {release}."


@pytest.mark.slow
def test_the_program_itself_does_what_its_commands_do(bare: Settings) -> None:
    steps = [run_alone(command, url=bare.database_url) for command in ("migrate", "seed", "check")]

    assert [(step.returncode, step.stderr) for step in steps] == [(0, "")] * 3
    assert steps[-1].stdout.splitlines()[-1].startswith("It serves release ")


def test_the_editors_schema_is_written_without_a_database(folder: Path) -> None:
    result = run("seed", "--editor-schema", url="sqlite:////nowhere/medfacts.db", seed=folder)

    assert (result.exit_code, result.stderr) == (0, "")
    assert (folder / "schema.json").read_text(encoding="utf-8") == seed_schema()


@on_sqlite_alone
def test_check_tells_that_the_seed_has_changed(database: Settings, folder: Path) -> None:
    run("seed", url=database.database_url, seed=folder)
    write_seed(folder, drug("hustanol", warning("driving")))

    result = run("check", url=database.database_url, seed=folder)

    assert sentence(result) == "the seed has changed since it was loaded; run `medfacts seed`."


@pytest.mark.slow
def test_check_tells_that_a_fact_has_lost_its_details(database: Settings, folder: Path) -> None:
    run("seed", url=database.database_url, seed=folder)
    change(database, "DELETE FROM warning")

    result = run("check", url=database.database_url, seed=folder)

    assert result.exit_code == 1
    assert (
        "The release has 1 warnings; there are 1 rows, 1 documents, 0 rows of their kind."
        in result.stderr
    )
    assert "A row of warning for 'hustanol-warning-drowsiness' is missing." in result.stderr


@pytest.mark.slow
def test_check_tells_that_a_fact_is_gone(database: Settings, folder: Path) -> None:
    run("seed", url=database.database_url, seed=folder)
    change(database, "DELETE FROM warning", "DELETE FROM fact")

    result = run("check", url=database.database_url, seed=folder)

    assert result.exit_code == 1
    assert "The release has 1 warnings; there are 0 rows, 1 documents," in result.stderr


@pytest.mark.slow
def test_check_tells_that_a_drug_is_gone(database: Settings, tmp_path: Path) -> None:
    write_seed(tmp_path / "two", drug("hustanol"), drug("placebin"))
    run("seed", url=database.database_url, seed=tmp_path / "two")
    change(
        database,
        "DELETE FROM drug WHERE id = 'placebin'",
    )

    result = run("check", url=database.database_url, seed=tmp_path / "two")

    assert result.exit_code == 1
    assert "drugs" in result.stderr


@pytest.mark.slow
def test_check_names_a_document_that_does_not_match_its_checksum(
    database: Settings, folder: Path
) -> None:
    run("seed", url=database.database_url, seed=folder)
    change(database, "UPDATE document SET checksum = 7 WHERE kind = 'warnings'")

    result = run("check", url=database.database_url, seed=folder)

    assert result.exit_code == 1
    assert result.stderr.startswith(
        "medfacts: the data is not whole:\n"
        "The record of warnings 'hustanol-warning-drowsiness' does not match its checksum.\n"
    )


@pytest.mark.slow
def test_check_tells_of_documents_that_are_missing_or_too_many(
    database: Settings, folder: Path
) -> None:
    run("seed", url=database.database_url, seed=folder)
    change(database, "UPDATE document SET id = 'other' WHERE kind = 'warnings'")
    renamed = run("check", url=database.database_url, seed=folder)
    change(database, "DELETE FROM document WHERE kind = 'warnings'")
    missing = run("check", url=database.database_url, seed=folder)

    for result in (renamed, missing):
        assert "hustanol-warning-drowsiness" in result.stderr
    assert "The release has 1 warnings; there are 1 rows, 0 documents," in missing.stderr


@pytest.mark.slow
def test_documents_of_another_version_are_not_served_and_migrate_rebuilds_them(
    database: Settings, folder: Path
) -> None:
    run("seed", url=database.database_url, seed=folder)
    change(
        database,
        "UPDATE release SET document_version = 0",
        "UPDATE document SET checksum = 7",
    )

    result = run("check", url=database.database_url, seed=folder)
    assert result.exit_code == 1
    assert "for another version of medfacts; run `medfacts migrate`" in result.stderr
    assert "Rebuilt" in run("migrate", url=database.database_url, seed=folder).stdout
    assert "Rebuilt" not in run("migrate", url=database.database_url, seed=folder).stdout
    assert run("check", url=database.database_url, seed=folder).exit_code == 0


@pytest.mark.slow
def test_check_tells_of_a_reference_to_nothing(tmp_path: Path, folder: Path) -> None:
    database = Settings(database_url=f"sqlite:///{tmp_path / 'medfacts.db'}")
    run("migrate", url=database.database_url)
    run("seed", url=database.database_url, seed=folder)
    change(database, "DELETE FROM fact")

    result = run("check", url=database.database_url, seed=folder)

    assert result.exit_code == 1
    assert "A row of warning refers to a row of fact that is not there." in result.stderr


@pytest.mark.parametrize("command", ["seed", "check"])
def test_a_bad_seed_is_reported_place_by_place(
    database: Settings, folder: Path, command: str
) -> None:
    (folder / "odd.yaml").write_text("colour: red\nsize: 5\n")

    result = run(command, url=database.database_url, seed=folder)

    assert (result.exit_code, result.stderr) == (
        1,
        "medfacts: the seed has 2 places to mend:\n"
        "own/odd.yaml:1: colour: there is no such field.\n"
        "own/odd.yaml:2: size: there is no such field.\n",
    )


@pytest.mark.parametrize("command", ["seed", "check"])
def test_a_database_that_is_not_there_is_reported_and_not_made(
    tmp_path: Path, command: str
) -> None:
    path = tmp_path / "medfacts.db"

    result = run(command, url=f"sqlite:///{path}")

    assert sentence(result) == f"there is no database of ours in {path}; run `medfacts migrate`."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["seed", "check"])
def test_a_database_without_tables_is_reported(bare: Settings, command: str) -> None:
    assert "run `medfacts migrate`." in sentence(run(command, url=bare.database_url))


def test_an_empty_database_is_reported(database: Settings) -> None:
    said = sentence(run("check", url=database.database_url))

    assert said.endswith(" is empty; run `medfacts seed`.")


@pytest.mark.parametrize("command", ["seed", "check"])
def test_a_database_of_another_schema_is_reported_with_both(
    database: Settings, command: str
) -> None:
    change(database, "UPDATE alembic_version SET version_num = 'another'")

    said = sentence(run(command, url=database.database_url))

    assert f"has schema another, and this version of medfacts needs {newest_schema()};" in said


@pytest.mark.parametrize("command", ["migrate", "serve --prepare"])
def test_a_database_of_a_newer_medfacts_is_not_migrated(database: Settings, command: str) -> None:
    change(database, "UPDATE alembic_version SET version_num = 'newer'")

    assert "newer" in sentence(run(*command.split(), url=database.database_url))


@pytest.mark.parametrize("command", ["migrate", "seed", "check", "serve --prepare"])
def test_a_file_that_is_no_database_is_reported(tmp_path: Path, command: str) -> None:
    path = tmp_path / "medfacts.db"
    path.write_text("Not a database, but a letter.\n" * 100)

    said = sentence(run(*command.split(), url=f"sqlite:///{path}"))

    assert said == f"the database in {path} failed: file is not a database."
    assert path.read_text().startswith("Not a database")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "mysql://localhost/medfacts",
        "postgres://localhost/medfacts",
        "postgresql+psycopg2://localhost/medfacts",
        "postgresql://localhost:port/medfacts",
    ],
)
@pytest.mark.parametrize("command", ["migrate", "check", "serve --prepare"])
def test_a_bad_database_url_is_reported_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, command: str
) -> None:
    monkeypatch.chdir(tmp_path)

    assert "MEDFACTS_DATABASE_URL" in sentence(run(*command.split(), url=url))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["http", "", "-1", "65536", "80.5"])
def test_a_bad_port_in_the_environment_is_reported(port: str) -> None:
    result = run("check", url="sqlite:////nowhere/medfacts.db", MEDFACTS_PORT=port)

    assert sentence(result).startswith("MEDFACTS_PORT cannot be used: ")


@pytest.mark.parametrize("command", ["migrate", "seed", "check", "serve --prepare"])
def test_a_postgres_that_does_not_answer_is_reported_without_its_password(command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # but nobody listens there
        port = taken.getsockname()[1]
        url = f"postgresql://someone:secret@127.0.0.1:{port}/medfacts"

        said = sentence(run(*command.split(), url=url))

    assert said.startswith(f"the database at postgresql://someone:***@127.0.0.1:{port}/medfacts")
    assert "refused" in said
    assert "secret" not in said


@pytest.mark.slow
def test_a_failure_of_the_program_itself_is_one_sentence_too(tmp_path: Path) -> None:
    path = tmp_path / "medfacts.db"

    failed = run_alone("check", url=f"sqlite:///{path}")

    assert (failed.returncode, failed.stdout, failed.stderr) == (
        1,
        f"The seed's files in {ROOT / 'seed'} are right.\n",
        f"medfacts: there is no database of ours in {path}; run `medfacts migrate`.\n",
    )


@pytest.mark.slow
def test_a_port_in_use_is_reported(database: Settings, save: Save) -> None:
    save(drug("hustanol"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        failed = run_alone("serve", "--port", str(port), url=database.database_url)

    assert (failed.returncode, failed.stdout, failed.stderr) == (
        1,
        "",
        f"medfacts: port {port} of 127.0.0.1 is in use; choose another with --port.\n",
    )


@pytest.mark.slow
def test_a_host_that_is_not_there_is_reported(database: Settings, save: Save) -> None:
    save(drug("hustanol"))

    failed = run_alone("serve", "--host", "192.0.2.1", "--port", "0", url=database.database_url)

    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("medfacts: cannot listen at 192.0.2.1, port 0: ")
    assert failed.stderr.count("\n") == 1


@pytest.mark.slow
def test_serve_answers_from_nothing_as_soon_as_it_says_where_and_stops_when_signalled(
    bare: Settings,
) -> None:
    with serving("--prepare", "--port", "0", url=bare.database_url) as (server, address):
        answer = httpx.get(f"{address}/v1/drugs/baclofen", timeout=20)

        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)

    assert (answer.status_code, answer.json()["id"]) == (200, "baclofen")
    assert address.startswith("http://127.0.0.1:")
    assert server.returncode in (0, -signal.SIGTERM)


@pytest.mark.slow
def test_serve_stops_although_a_client_keeps_its_connection(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'medfacts.db'}"
    with (
        serving("--prepare", "--port", "0", url=url) as (server, address),
        httpx.Client(base_url=address, timeout=20) as client,
    ):
        answer = client.get("/v1/drugs")
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)

    assert answer.status_code == 200
    assert server.returncode in (0, -signal.SIGTERM)


@pytest.mark.slow
def test_serve_prepares_again_without_a_second_release(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'medfacts.db'}"
    run("migrate", url=url)
    run("seed", url=url)

    with serving("--prepare", "--port", "0", url=url) as (_, address):
        releases = httpx.get(f"{address}/v1/releases", timeout=20).json()

    assert len(releases["items"]) == 1


@pytest.mark.slow
def test_dev_medfacts_finds_files_where_it_is_called(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "dev", project)
    for name in ("pyproject.toml", "requirements.lock"):
        (project / name).touch()
    (project / ".venv" / "serve.stamp").write_text("4294967295 0\n")  # that of empty files
    medfacts = project / ".venv" / "bin" / "medfacts"
    medfacts.write_text('#!/bin/sh\necho "$(pwd -P) $*"\n')
    medfacts.chmod(0o755)

    called = subprocess.run(
        ["project/dev", "medfacts", "import", "gtopdb", "here.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert called.stdout == f"{tmp_path.resolve()} import gtopdb here.csv\n"


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_ends_a_command_without_a_word(tmp_path: Path) -> None:
    """As in `medfacts migrate | head -0`."""
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "migrate"],
        env=os.environ | environment(f"sqlite:///{tmp_path / 'bare.db'}"),
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (1, b"")
