"""How a route reads: one statement in one hop to a thread, which ends with the answer's bytes.
Finding by name or word takes a few, in the same hop.

A statement sees one state of the data. Each of those here brings the release along, so an answer is
of one release, and says of which.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import psycopg
import sqlalchemy as sa
from sqlmodel import col
from starlette.types import Scope

from app.database.engines import Reader, Statement
from app.database.hosts import Host
from app.documents.checksums import (
    SEALED,
    counts_digest,
    is_sealed,
    moment_of,
    opened,
    parts_of,
)
from app.documents.rendering import renderer
from app.http.exchange import Exchange
from app.http.headers import VERSION
from app.http.pages import Cursor, next_path
from app.http.problems import DamagedError, NoDataError, UnavailableError
from app.http.routing import Router, WorkRoute
from app.models.condition import Condition
from app.models.document import Document
from app.models.drug import Drug
from app.models.fact import Fact, fact_kinds
from app.models.release import Release
from app.models.source import Source

T = TypeVar("T")

logger = logging.getLogger("medfacts")

LATEST = (
    sa.select(
        col(Release.id),
        col(Release.loaded_at),
        col(Release.rendered_by),
        col(Release.number),
        col(Release.counts),
        col(Release.seal),
    )
    .where(col(Release.number) == sa.select(sa.func.max(col(Release.number))).scalar_subquery())
    .subquery("latest")
)
RELEASE = (
    *(LATEST.c.number, LATEST.c.id, LATEST.c.loaded_at, LATEST.c.rendered_by),
    LATEST.c.seal,
)


def with_release(
    found: sa.FromClause,
    *columns: sa.ColumnElement[Any],
    on: sa.ColumnElement[bool] | None = None,
    order: Sequence[sa.ColumnElement[Any]] = (),
) -> Statement:
    """A statement of the release's columns and these, for each row found, or once for none."""
    joined = LATEST.outerjoin(found, sa.true() if on is None else on)
    return Statement(sa.select(*RELEASE, *columns).select_from(joined).order_by(*order))


class Reading:
    """What one request reads, and what its answer says of it: all of it is of one release."""

    def __init__(self, reader: Reader, scope: Scope) -> None:
        self.scope = scope
        self.headers: list[tuple[bytes, bytes]] = []
        self.release = ""
        self._seal = ""
        self.dialect = reader.engine.dialect.name
        self._reader = reader

    def rows(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement `with_release`, less the release's own columns.

        Raises `NoDataError` before the first release, and `UnavailableError` if its documents were
        made by another version of the program. A request that runs several statements begins anew
        if they are not of one release.
        """
        rows = self._reader.rows_of_release(statement, values)
        if not rows:
            raise NoDataError("No data has been loaded yet; `medfacts seed` loads it.")
        released = rows[0][: len(RELEASE)]
        _, id_, loaded_at, rendered_by, seal = released
        if rendered_by != renderer():
            raise UnavailableError(
                "The data was written for another version of the program; `medfacts migrate` "
                "brings it up to date."
            )
        if seal is None or not is_sealed(*released):
            raise self.damaged(NO_SEAL)
        if not statement.fits(rows):
            raise self.damaged("a value is of another type than its column")
        self._reader.serves(released[0])
        exchange = Exchange.of(self.scope)
        exchange.release = released
        before, self.release, self._seal = self.release, id_, seal
        if before and before != self.release:
            raise _AnotherReleaseError
        exchange.announce("Data-Release", self.release)
        exchange.modified_at(moment_of(loaded_at))
        return [row[len(RELEASE) :] for row in rows]

    def found(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """The rows that were found: none, where `rows` has one of the release alone."""
        return [row for row in self.rows(statement, **values) if row[0] is not None]

    def is_given(self, name: str) -> bool:
        """Whether the client gave a parameter of the query, and did not leave it to its default."""
        query = self.scope["query_string"].decode("latin-1")
        return any(name == given for given, _ in parse_qsl(query, keep_blank_values=True))

    def page(
        self, items: list[str], total: int, cursor: Cursor | None = None, more: str = ""
    ) -> str:
        """A page of a list as JSON, and in the headers the link to the next, where there is one.

        `items` are JSON themselves; `more` are further fields, each with a comma before it.
        """
        following = None
        if cursor is not None:
            following = next_path(self.scope, cursor)
            self.headers.append((b"link", f'<{following}>; rel="next"'.encode()))
        listed = ",".join(items)
        return f'{{"items":[{listed}],"total":{total},"next":{json.dumps(following)}{more}}}'

    def document(self, kind: str, id_: str) -> str | None:
        """One record as it is served; None if there is none.

        Raises `DamagedError` if it is not what was written, or is not there and should be.
        """
        [(sealed,)] = self.rows(DOCUMENT, kind=kind, id=id_)
        if sealed is None:
            self.hold_absent(kind, id_)
            return None
        return self.opened(kind, id_, sealed)

    def opened(self, kind: str, id_: str, sealed: object, drug_id: str | None = None) -> str:
        """The body of a `SEALED` document, which is what was written and of this drug.

        Raises `DamagedError` if it is not.
        """
        found = opened(kind, id_, sealed)
        if found is None:
            raise self.damaged(f"the record of {kind} '{id_}' does not match its digest")
        if drug_id is not None and drug_id != found[0]:
            raise self.damaged(f"{kind} '{id_}' was found for '{drug_id}', which it is not of")
        return found[1]

    def hold_absent(self, kind: str, id_: str) -> None:
        """Raise `DamagedError` if the other tables have what no document was found of."""
        if kind in NOUNS and self.found(NOUNS[kind], kind=kind, id=id_):
            raise self.damaged(f"the record of {kind} '{id_}' is not found where it should be")

    def counted(self, counts: Any) -> dict[str, int]:
        """What the release counts; raises `DamagedError` if its seal is of other counts."""
        with suppress(ValueError, TypeError, RecursionError):
            read: Any = json.loads(counts) if isinstance(counts, str | bytes) else counts
            if counts_digest(read) == parts_of(self._seal)[1]:
                counted: dict[str, int] = read
                return counted
        raise self.damaged("what the release counts does not match its seal")

    def hold_number(self, what: str, found: int, expected: int) -> None:
        """Raise `DamagedError` if there are not as many as there should be."""
        if found != expected:
            raise self.damaged(f"{expected} {what} should have been found, and {found} were")

    def damaged(self, what: str) -> DamagedError:
        """The error for data that is not what was written; `soundly` writes it down, loudly."""
        return DamagedError(what)


UNSOUND = (DamagedError, psycopg.InternalError, psycopg.DataError, psycopg.ProgrammingError)
"""What reading raises of data that is not what was written, or not there."""


def soundly(reader: Reader, scope: Scope, work: Callable[[], T]) -> T:
    """What the work gives of data that is what was written: at another host, if need be.

    There all of it is read from one host, and anew. What was found is written down, loudly, and a
    host that is not sound while another is, is left alone for a while. If none is, the error says
    so that was raised first.
    """
    try:
        return work()
    except UNSOUND as error:
        first, at = error, reader.read_from
    unsound: set[Host] = set() if len(at) > 1 else set(at)
    for host in reader.elsewhere(at):
        try:
            found = work()
        except UNSOUND:
            unsound.add(host)
        except (UnavailableError, psycopg.Error):  # it is behind, or away
            continue
        else:
            unsound = unsound or at - {host}
            _tell(scope, first, unsound, f"It was read at {host} instead, which is now preferred")
            for other in unsound:
                reader.distrust(other)
            return found
    if isinstance(first, DamagedError) and scope:
        _tell(scope, first, unsound, "Nothing was answered from it")
    raise first


def _tell(scope: Scope, error: Exception, hosts: set[Host], outcome: str) -> None:
    """Write down, loudly, that data is damaged; the scope is empty if no request asked for it."""
    logger.critical(
        "%sthe data is damaged%s: %s. %s; `medfacts check` tells what else is.",
        f"request {Exchange.of(scope).request_id}: " if scope else "",
        f" at {' or '.join(sorted(map(str, hosts)))}" if hosts else "",
        error.what if isinstance(error, DamagedError) else str(error).strip().rstrip("."),
        outcome,
    )


def _there(table: Any, *conditions: sa.ColumnElement[bool]) -> Statement:
    there = (
        sa.select(sa.literal_column("1").label("one"))
        .select_from(table)
        .where(col(table.id) == sa.bindparam("id"), *conditions)
        .subquery("there")
    )
    return with_release(there, there.c.one)


NOUNS = {
    "drugs": _there(Drug),
    "conditions": _there(Condition),
    "sources": _there(Source),
    **dict.fromkeys(fact_kinds(), _there(Fact, col(Fact.kind) == sa.bindparam("kind"))),
}
"""By kind, whether the table of what a document is of has it: told where no document is found."""

_found = (
    sa.select(SEALED.label("sealed"))
    .where(
        col(Document.kind) == sa.bindparam("kind"),
        col(Document.id) == sa.bindparam("id"),
    )
    .subquery("found")
)
DOCUMENT = with_release(_found, _found.c.sealed)


NO_SEAL = "the newest release does not match its seal"

SERVED = Statement(sa.select(*RELEASE))

SECONDS_TO_TELL = 2.5
"""How long it may take to be told which release is served."""


async def release_served(reader: Reader) -> tuple[Any, ...] | None:
    """What tells the release that is served now from every other; None if there is none."""

    def read() -> tuple[Any, ...] | None:
        rows = reader.rows_of_release(SERVED, {})
        if rows and rows[0][4] is not None and not is_sealed(*rows[0]):
            raise DamagedError(NO_SEAL)
        return rows[0] if rows else None

    return await reader.within(SECONDS_TO_TELL, partial(soundly, reader, {}, read))


class _AnotherReleaseError(Exception):
    """Another release has come between two statements of a request."""


class DataRoute(WorkRoute):
    """A route whose function reads by its `reading`, in one hop to a thread of the reader's."""

    async def work(
        self, function: Callable[..., str], scope: Scope, given: dict[str, Any]
    ) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """The body of the answer, and the headers that the function gave it."""
        reader: Reader = scope["app"].state.pool

        def once() -> tuple[bytes, list[tuple[bytes, bytes]]]:
            while True:
                reading = Reading(reader, scope)
                with suppress(_AnotherReleaseError):
                    return function(reading=reading, **given).encode(), reading.headers

        answer = partial(soundly, reader, scope, once)
        tracer = scope["app"].state.tracer
        if tracer is None:
            return await reader.in_thread(answer)
        with tracer.start_as_current_span("read", attributes={"db.system.name": reader.system}):
            return await reader.in_thread(answer)


def resource(tag: str) -> Router:
    """The routes of a resource that is read from the database."""
    return Router(tag, VERSION, DataRoute)
