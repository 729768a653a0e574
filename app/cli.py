"""The command line: `medfacts serve | migrate | seed | import | set-aside | check`."""

import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import wraps
from json import JSONDecodeError
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app import __version__
from app.settings import BadSettingError, Settings, read_settings

if TYPE_CHECKING:
    import uvicorn

gc.set_threshold(100_000)  # modules make many objects, and no garbage: a sixth of a short command

SCHEMA_FILE = "schema.json"

SECONDS_TO_FINISH = 5
"""How long requests under way may take once the server is stopping."""

FULL = ("SQLITE_FULL", "SQLITE_IOERR")
"""What SQLite calls it when it cannot write."""


class CommandError(click.ClickException):
    """Something that the person at the terminal can mend: one sentence, and exit code 1."""

    def show(self, file: Any = None) -> None:
        """Print the sentence, and no traceback."""
        click.echo(f"medfacts: {self.message}", file=file or sys.stderr)


def in_one_sentence(command: Callable[..., None]) -> Callable[..., None]:
    """A command that reports a failure in one sentence."""

    @wraps(command)
    def reporting(**options: Any) -> None:
        try:
            settings = read_settings()
        except BadSettingError as error:
            raise CommandError(str(error)) from None
        with _errors_in_one_sentence(settings):
            command(settings, **options)

    return reporting


@contextmanager
def _errors_in_one_sentence(settings: Settings) -> Iterator[None]:
    import sqlite3

    import psycopg
    from psycopg.errors import DiskFull

    from app.ingest.sources.interface import RefusedError

    try:
        yield
    except RefusedError as error:
        raise CommandError(str(error)) from None
    except BrokenPipeError:
        raise  # who reads what is printed has seen enough
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.") from None
    except MemoryError:
        raise CommandError(
            f"there is not enough memory. Nothing was changed in the database {_where(settings)}."
        ) from None
    except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        first_line = str(cause).strip().splitlines()[0].rstrip(".")
        message = f"the database {_where(settings)} failed: {first_line}."
        if getattr(cause, "sqlite_errorname", "").startswith(FULL) or isinstance(cause, DiskFull):
            message += " The disk may be full. Nothing was changed."
        if getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            message += (
                " Something else writes to it, such as another import: try again when that ends."
            )
        raise CommandError(message) from None
    except (UnicodeDecodeError, JSONDecodeError) as error:
        raise CommandError(
            f"the database {_where(settings)} is corrupt, and cannot be read: {error}."
        ) from None


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="medfacts")
def main() -> None:
    """Medication facts, each cited to the passage it comes from, as a read-only REST API.

    Settings are environment variables; MEDFACTS_DATABASE_URL says where the data is.
    """


@main.command()
@click.option("--host", help="The address to serve at.  [default: MEDFACTS_HOST or 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port to serve at.  [default: MEDFACTS_PORT or 8000]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes to serve with.  [default: MEDFACTS_WORKERS or 1]",
)
@click.option("--prepare", is_flag=True, help="First migrate, and seed if the seed has changed.")
@in_one_sentence
def serve(
    settings: Settings, host: str | None, port: int | None, workers: int | None, prepare: bool
) -> None:
    """Serve the API until stopped."""
    from app.tracing import tracing_is_wanted

    try:
        tracing_is_wanted()
    except BadSettingError as error:
        raise CommandError(str(error)) from None
    if prepare:
        _prepare(settings)
    _report_faults(settings)
    host, port = host or settings.host, settings.port if port is None else port
    listener = _listen(host, port)
    bound = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Medfacts is at http://{shown}:{bound}, its docs at http://{shown}:{bound}/docs")
    os.environ |= {
        "MEDFACTS_HOST": host,
        "MEDFACTS_PORT": str(bound),
    }  # each worker's links name it
    workers = workers or settings.workers
    with _shared_metrics() if workers > 1 else nullcontext():
        _run_uvicorn(settings, listener, workers)


@main.command()
@in_one_sentence
def migrate(settings: Settings) -> None:
    """Bring the database's schema, and the documents in it, up to date."""
    from app.database.migrating import newest_schema

    _migrate(settings)
    click.echo(f"The database {_where(settings)} has schema {newest_schema()}.")


@main.command()
@click.option(
    "--editor-schema",
    is_flag=True,
    help=f"Only write {SCHEMA_FILE}, by which an editor completes and checks the files.",
)
@in_one_sentence
def seed(settings: Settings, editor_schema: bool) -> None:
    """Load the facts in seed/, all of them or none. Does nothing if they are loaded already."""
    from app.ingest.seed.loading import seed_schema

    if editor_schema:
        path = settings.seed_dir / SCHEMA_FILE
        path.write_text(seed_schema(), encoding="utf-8")
        click.echo(f"Wrote {path}.")
        return
    _require_schema(settings)
    _seed(settings)


@main.command(name="import")
@click.argument("source")
@click.argument("files", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option(
    "--complete/--partial",
    default=None,
    help="Whether the files are all that the source has, so that what they lack is gone.  "
    "[default: as the files say]",
)
@click.option("--released", metavar="DATE", help="The files' date, where they do not say it.")
@click.option("--again", is_flag=True, help="Read files again that were imported before.")
@click.option(
    "--unreadable-at-most",
    type=click.IntRange(0, 100),
    default=20,
    show_default=True,
    metavar="PERCENT",
    help="Take nothing if more of the records cannot be read.",
)
@click.option("--report", type=click.Path(), help="Write what was set aside to this CSV file.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@in_one_sentence
def import_(settings: Settings, source: str, files: tuple[str, ...], **options: Any) -> None:
    """Load the files of a public source: all that is new in them, as one release.

    SOURCE is drugbank-vocabulary, gtopdb, rxnorm, dailymed, openfda-label, drugs-at-fda,
    clinicaltrials, chembl or fda-cyp. A FILE is a path, a pattern such as 'drug-label-*.zip', an
    https address, or - for standard input.
    """
    from app.ingest.import_command import run_import

    _require_schema(settings)
    run_import(settings, source, files, **options)


@main.command(name="set-aside")
@click.argument("source", required=False)
@in_one_sentence
def set_aside(settings: Settings, source: str | None) -> None:
    """List as CSV what was not taken in, and why: of one SOURCE, or of all."""
    from app.ingest.import_command import write_quarantined

    _require_schema(settings)
    write_quarantined(settings, source)


@main.command()
@in_one_sentence
def check(settings: Settings) -> None:
    """Check the seed's files, the database's schema, and that every fact in it is whole.

    Of several hosts of Postgres, each is looked at.
    """
    from app.ingest.mentions.class_phrases import printed_classes
    from app.ingest.mentions.word_rules import word_rules
    from app.ingest.seed.loading import read_seed

    read_seed(settings.seed_dir)
    word_rules(), printed_classes()
    click.echo(f"The seed's files in {settings.seed_dir} are right.")
    _require_schema(settings)
    with suppress(DBAPIError, UnicodeDecodeError, JSONDecodeError):  # what follows reports more
        _require_data(settings)
    release, unchanged = _look(settings)
    click.echo(f"The database {_where(settings)} is whole.")
    if not unchanged:
        raise CommandError("the seed has changed since it was loaded; run `medfacts seed`.")
    click.echo(f"It serves release {release}.")


def _look(settings: Settings) -> tuple[str, bool]:
    """The newest release, and whether the seed is what it was when that was loaded.

    Raises a `CommandError` that names what is not as it was written.
    """
    from app.database.engines import read_engine
    from app.ingest.integrity import faults_of
    from app.ingest.publishing.release_writer import current_release
    from app.ingest.seed.loading import is_loaded, seed_files

    engine = read_engine(settings)
    with engine.connect() as connection:
        faults = faults_of(connection)
        release = None if faults else current_release(connection)
        unchanged = is_loaded(connection, seed_files(settings.seed_dir))
    engine.dispose()
    if faults:
        raise CommandError("\n".join(["the data is not whole:", *faults]))
    if release is None:
        raise CommandError(f"the database {_where(settings)} is empty; run `medfacts seed`.")
    return release.id, unchanged


def _prepare(settings: Settings) -> None:
    _migrate(settings)
    _seed(settings)


def _migrate(settings: Settings) -> None:
    from app.database.engines import write_engine
    from app.database.migrating import BusyDatabaseError, UnknownSchemaError, migrate, newest_schema
    from app.ingest.publishing.rebuilding import rebuild_documents

    if _schema(settings) != newest_schema():
        try:
            migrate(settings)
        except BusyDatabaseError:
            raise CommandError(
                f"somebody reads from the database {_where(settings)} all the time, so its tables "
                "could not be altered; nothing was changed. Try again when they are done."
            ) from None
        except UnknownSchemaError:
            raise CommandError(
                f"the database {_where(settings)} has schema {_schema(settings)}, and this version "
                f"of medfacts needs {newest_schema()}; it takes a newer medfacts."
            ) from None
    engine = write_engine(settings)
    try:
        if rebuild_documents(engine):
            click.echo("Rebuilt every record, as this version of medfacts serves it.")
    finally:
        engine.dispose()


def _seed(settings: Settings) -> None:
    from app.database.engines import write_engine
    from app.ingest.seed.loading import load_seed

    engine = write_engine(settings)
    try:
        loaded = load_seed(engine, settings.seed_dir)
    finally:
        engine.dispose()
    facts = ", ".join(f"{count} {noun}" for noun, count in loaded.counts.items())
    verb = "Loaded" if loaded.new else "Nothing has changed since"
    click.echo(f"{verb} release {loaded.id}: {facts}.")


def _run_uvicorn(settings: Settings, listener: socket.socket, workers: int) -> None:
    """Serve on a socket until stopped.

    Not by `uvicorn.run`, which does not say which port it was given, and has Nagle's algorithm hold
    back half of each answer where it is given the file descriptor of a bound socket.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from app.logs import begin_logging

    begin_logging(settings)
    # uvicorn raises the signal again once it has stopped; to stop on a signal is no failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config = uvicorn_config(settings, workers=workers)
    with suppress(KeyboardInterrupt):
        if workers > 1:
            Multiprocess(config, sockets=[listener]).run()
        else:
            uvicorn.Server(config).run(sockets=[listener])


def uvicorn_config(settings: Settings, app: Any = None, workers: int = 1) -> "uvicorn.Config":
    """How uvicorn serves the app: each process makes its own, of the environment, if none is given.

    Without `limit_concurrency`: its 503 is plain text, and answers health too; load is shed by the
    app.
    """
    import uvicorn

    return uvicorn.Config(
        app or "app.main:app_of_environment",
        factory=app is None,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Where processes that serve together count, unless the environment names a folder."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="medfacts-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _report_faults(settings: Settings) -> None:
    """Say at the terminal why there will be 503s, and what would end them, which needs no restart.

    So what brings the database does not have to come before what serves it.
    """
    try:
        with _errors_in_one_sentence(settings):
            _require_data(settings)
    except CommandError as error:
        click.echo(
            f"medfacts: {error.message}\n"
            "medfacts: UNTIL THEN EVERY ANSWER IS A 503. The server looks again at each request.",
            err=True,
        )


def _require_schema(settings: Settings) -> None:
    from app.database.migrating import newest_schema

    schema, newest = _schema(settings), newest_schema()
    if schema is None:
        raise CommandError(
            f"there is no database of ours {_where(settings)}; run `medfacts migrate`."
        )
    if schema != newest:
        raise CommandError(
            f"the database {_where(settings)} has schema {schema}, and this version of medfacts "
            f"needs {newest}; run `medfacts migrate`, or a newer medfacts."
        )


def _require_data(settings: Settings) -> None:
    from app.database.engines import read_engine
    from app.documents.rendering import DOCUMENT_VERSION
    from app.ingest.publishing.release_writer import current_release

    _require_schema(settings)
    engine = read_engine(settings)
    with engine.connect() as connection:
        release = current_release(connection)
    engine.dispose()
    if release is None:
        raise CommandError(f"the database {_where(settings)} is empty; run `medfacts seed`.")
    if release.document_version != DOCUMENT_VERSION:
        raise CommandError(
            f"the database {_where(settings)} was written for another version of medfacts; run "
            "`medfacts migrate`."
        )


def _schema(settings: Settings) -> str | None:
    """The schema's revision; None where there is no database, and none is made by asking."""
    from app.database.engines import read_engine
    from app.database.migrating import schema_of

    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    engine = read_engine(settings)
    try:
        with engine.connect() as connection:
            return schema_of(connection)
    finally:
        engine.dispose()


def _where(settings: Settings) -> str:
    """Where the database is, without its password."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return f"in {url.database}"
    return f"at {url.render_as_string(hide_password=True)}"


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"port {port} of {host} is in use; choose another with --port."
            ) from None
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise CommandError(f"cannot listen at {host}, port {port}: {reason}.") from None
    return listener


if __name__ == "__main__":
    logging.captureWarnings(True)
    main()
