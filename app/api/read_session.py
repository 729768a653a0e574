"""How a route reads: one select in one hop to a thread, which ends with the answer's bytes.
Finding by name or word takes a few, in the same hop.

A select sees one state of the data. Each of those here brings the release along, so an answer is
of one release, and says of which.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col
from starlette.types import Scope

from app.database.reading import CompiledSelect, ConnectionPool
from app.documents.checksums import (
    RELEASE_ROW,
    STORED,
    CorruptDocumentError,
    is_verified,
    moment_of,
    verified,
)
from app.documents.rendering import DOCUMENT_VERSION
from app.http.exchange import Exchange
from app.http.headers import VERSION
from app.http.pages import Cursor, next_path
from app.http.problems import CorruptDataError, NoDataError, UnavailableError
from app.http.routing import Router, WorkRoute
from app.http.sparse_fields import SPARSE_JSON, WHOLE_JSON, sparse
from app.models.base import Row
from app.models.document import Document
from app.models.release import Release
from app.search.query import listed, one_of

T = TypeVar("T")

logger = logging.getLogger("medfacts")

NEWEST = sa.select(sa.func.max(col(Release.number))).scalar_subquery()
WHOLE_RELEASE = CompiledSelect(sa.select(*RELEASE_ROW).where(col(Release.number) == NEWEST))
"""The release that is served, whole: what an answer says of it is read once for all requests."""

LATEST = (
    sa.select(col(Release.number), col(Release.checksum))
    .where(col(Release.number) == NEWEST)
    .subquery("latest")
)
RELEASE = (LATEST.c.number, LATEST.c.checksum)
"""What identifies the release that is served: every select brings it along."""

SERVED = CompiledSelect(sa.select(*RELEASE))


def with_release(
    found: sa.FromClause,
    *columns: sa.ColumnElement[Any],
    on: sa.ColumnElement[bool] | None = None,
    order: Sequence[sa.ColumnElement[Any]] = (),
) -> CompiledSelect:
    """A select of the release's columns and these, for each row found, or once for none."""
    joined = LATEST.outerjoin(found, sa.true() if on is None else on)
    return CompiledSelect(sa.select(*RELEASE, *columns).select_from(joined).order_by(*order))


class ServedRelease:
    """What is known of a release, of a row of `WHOLE_RELEASE`.

    Raises `CorruptDocumentError` if it is not what was written, and `UnavailableError` if its
    documents are of another version than this program reads.
    """

    def __init__(self, row: tuple[Any, ...]) -> None:
        if not is_verified(*row):
            raise CorruptDocumentError("the newest release does not match its checksum")
        number, self.id, loaded_at, version, counts, checksum = self.row = row
        if version != DOCUMENT_VERSION:
            raise UnavailableError(
                "The data was written for another version of the program; `medfacts migrate` "
                "brings it up to date."
            )
        self.key = (number, checksum)
        self.modified = moment_of(loaded_at).replace(microsecond=0)  # as HTTP has it
        self.header = self.id.encode("latin-1")
        self.counts: dict[str, int] = from_json(counts)


def _served(pool: ConnectionPool) -> ServedRelease | None:
    """The release that is served now; None before the first."""
    rows = pool.rows(WHOLE_RELEASE, {})
    return ServedRelease(rows[0]) if rows else None


class ReadSession:
    """What one request reads, and what its answer says of it: all of it is of one release."""

    release = ""
    """The id of the release, once something was read."""
    counts: Mapping[str, int] = {}
    """How many records of each kind are in it."""

    def __init__(self, pool: ConnectionPool, scope: Scope) -> None:
        self.scope = scope
        self.media_type = WHOLE_JSON
        self.headers: list[tuple[bytes, bytes]] = []
        self.dialect = pool.dialect
        self._pool = pool
        self._key: tuple[Any, ...] = ()

    def rows(self, select: CompiledSelect, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a select `with_release`, less the release's own columns.

        Raises `NoDataError` before the first release, and what `ServedRelease` does. A request that
        runs several selects begins anew if they are not of one release.
        """
        return [row[2:] for row in self._read(select, values)]

    def found(self, select: CompiledSelect, **values: Any) -> list[tuple[Any, ...]]:
        """The rows that were found: none, where `rows` has one of the release alone."""
        return [row[2:] for row in self._read(select, values) if row[2] is not None]

    def _read(self, select: CompiledSelect, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        rows = self._pool.rows(select, values)
        if not rows:
            raise NoDataError("No data has been loaded yet; `medfacts seed` loads it.")
        key = rows[0][:2]
        if key != self._key:
            if self._key:
                raise _AnotherReleaseError
            self._begin(key)
        return rows

    def _begin(self, key: tuple[Any, ...]) -> None:
        """Be of this release from now on, and have the answer say so."""
        release: ServedRelease | None = self._pool.release
        if release is None or release.key != key:
            release = _served(self._pool)
            if release is None or release.key != key:
                raise _AnotherReleaseError
            self._pool.release = release
        self._key, self.release, self.counts = key, release.id, release.counts
        exchange = Exchange.of(self.scope)
        exchange.release = release.row
        exchange.headers[b"data-release"] = release.header
        exchange.modified = release.modified

    def is_given(self, name: str) -> bool:
        """Whether the client gave a parameter of the query, and did not leave it to its default."""
        query = self.scope["query_string"].decode("latin-1")
        return any(name == given for given, _ in parse_qsl(query, keep_blank_values=True))

    def is_of(self, asked: str, drug_id: str) -> None:
        """Have the answer say of which drug it is, where the id of a form was asked for."""
        path = self.scope["path"]
        if asked != drug_id and f"/drugs/{asked}" in path:
            canonical = path.replace(f"/drugs/{asked}", f"/drugs/{drug_id}", 1).encode()
            query = self.scope["query_string"]
            location = b"%b?%b" % (canonical, query) if query else canonical
            self.headers += [
                (b"content-location", location),
                (b"link", b'<%b>; rel="canonical"' % canonical),
            ]

    def record(self, body: bytes, fields: str | None) -> bytes:
        """A record as it is sent: as it is stored, or with the `fields` that were asked for."""
        if fields is None:
            return body
        self.media_type = SPARSE_JSON
        return sparse(body, fields)

    def page(
        self,
        items: list[bytes],
        total: int,
        cursor: Cursor | None = None,
        more: bytes = b"",
        *,
        is_sparse: bool = False,
    ) -> bytes:
        """A page of a list as JSON, and in the headers the link to the next, where there is one.

        `items` are JSON themselves, or less some fields; `more` are further fields of the page,
        each with a comma before it.
        """
        if is_sparse:
            self.media_type = SPARSE_JSON
        following = None
        if cursor is not None:
            following = next_path(self.scope, cursor)
            self.headers.append((b"link", f'<{following}>; rel="next"'.encode()))
        parts = b",".join(items), total, json.dumps(following).encode(), more
        return b'{"items":[%b],"total":%d,"next":%b%b}' % parts

    def document(self, kind: str, id_: str) -> bytes | None:
        """One record as it is served; None if there is none."""
        [stored] = self.rows(DOCUMENT, kind=kind, id=id_)
        return verified(kind, id_, *stored) if stored[-1] is not None else None

    def records(self, kinds: list[str], ids: list[str]) -> dict[str, Row]:
        """Records of these kinds by their ids, of those that there are."""
        if not ids:
            return {}
        bound = {"kinds": listed(self.dialect, kinds), "ids": listed(self.dialect, ids)}
        return {row[1]: from_json(verified(*row)) for row in self.found(RECORDS, **bound)}


_document = (
    sa.select(*STORED)
    .where(col(Document.kind) == sa.bindparam("kind"), col(Document.id) == sa.bindparam("id"))
    .subquery("document")
)
DOCUMENT = with_release(_document, *_document.c)
_records = (
    sa.select(col(Document.kind), col(Document.id), *STORED)
    .where(one_of(col(Document.kind), "kinds"), one_of(col(Document.id), "ids"))
    .subquery("records")
)
RECORDS = with_release(_records, *_records.c)


class _AnotherReleaseError(Exception):
    """Another release has come between two selects of a request."""


def read(pool: ConnectionPool, scope: Scope, work: Callable[[ReadSession], T]) -> T:
    """What the work gives of one release.

    Raises `CorruptDataError` if something that it reads is not what was written, and logs what.
    """
    while True:
        try:
            return work(ReadSession(pool, scope))
        except _AnotherReleaseError:
            continue
        except CorruptDocumentError as error:
            raise corrupt(pool, error, Exchange.of(scope).request_id) from error


async def release_served(pool: ConnectionPool) -> tuple[Any, ...] | None:
    """What identifies the release that is served now; None if there is none."""

    try:
        release = await pool.run(partial(_served, pool))
    except CorruptDocumentError as error:
        raise corrupt(pool, error) from error
    return release.row if release else None


SECONDS_BETWEEN_LOGS = 60
"""How often it is logged that the same record is corrupt."""

MOST_LOGGED = 1000
"""Of how many corrupt records it is remembered when that was."""


def corrupt(
    pool: ConnectionPool, error: CorruptDocumentError, request_id: str | None = None
) -> CorruptDataError:
    """The error for data that is not what was written; logs what it is, now and then."""
    now, logged = monotonic(), pool.corruption_logged
    if now - logged.get(error.what, float("-inf")) > SECONDS_BETWEEN_LOGS:
        if len(logged) >= MOST_LOGGED:
            logged.clear()
        logged[error.what] = now
        logger.critical(
            "the data is corrupt: %s. It is not served; `medfacts check` reports what else is.",
            error.what,
            extra={"request_id": request_id},
        )
    return CorruptDataError(error.what)


class DataRoute(WorkRoute):
    """A route whose function reads by its `session`, in one hop to a thread of the pool's."""

    async def work(
        self, function: Callable[..., bytes], scope: Scope, given: dict[str, Any]
    ) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """The body of the answer, and the headers that the function gave it."""
        pool: ConnectionPool = scope["app"].state.pool

        def answer(session: ReadSession) -> tuple[bytes, list[tuple[bytes, bytes]]]:
            body = function(session=session, **given)
            return body, [(b"content-type", session.media_type.encode()), *session.headers]

        reading = partial(read, pool, scope, answer)
        tracer = scope["app"].state.tracer
        if tracer is None:
            return await pool.run(reading)
        with tracer.start_as_current_span("read", attributes={"db.system.name": pool.dialect}):
            return await pool.run(reading)


def resource(tag: str) -> Router:
    """The routes of a resource that is read from the database."""
    return Router(tag, VERSION, DataRoute)
