"""How a route reads: one statement in one hop to a thread, which ends with the answer's bytes.

A statement sees one state of the data. Each of those here brings the release along, so an answer is
of one release, and says of which.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from starlette.types import Scope

from app.database import Reader, Statement
from app.http.errors import NoDataError, UnavailableError
from app.http.headers import VERSION, announce
from app.http.representations import modified_at
from app.http.routing import Router, WorkRoute
from app.models.document import Document
from app.models.release import Release
from app.records.documents import renderer

LATEST = (
    sa.select(
        col(Release.id),
        col(Release.loaded_at),
        col(Release.rendered_by),
        col(Release.number),
        col(Release.counts),
    )
    .where(col(Release.number) == sa.select(sa.func.max(col(Release.number))).scalar_subquery())
    .subquery("latest")
)
RELEASE = (LATEST.c.number, LATEST.c.id, LATEST.c.loaded_at, LATEST.c.rendered_by)


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
        self._reader = reader

    def rows(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement `with_release`, less the release's own columns.

        Raises `NoDataError` before the first release, and `UnavailableError` if its documents were
        made by another version of the program.
        """
        rows = self._reader.rows(statement, values)
        if not rows:
            raise NoDataError("No data has been loaded yet; `medfacts seed` loads it.")
        released = rows[0][: len(RELEASE)]
        self.scope["state"]["release"] = released
        _, self.release, loaded_at, rendered_by = released
        announce(self.scope, "Data-Release", self.release)
        if rendered_by != renderer():
            raise UnavailableError(
                "The data was written for another version of the program; `medfacts migrate` "
                "brings it up to date."
            )
        modified_at(self.scope, _moment(loaded_at))
        return [row[len(RELEASE) :] for row in rows]

    def document(self, kind: str, id_: str) -> str | None:
        """One record as it is served; None if there is none."""
        [(body,)] = self.rows(DOCUMENT, kind=kind, id=id_)
        found: str | None = body
        return found


_found = (
    sa.select(col(Document.body))
    .where(
        col(Document.kind) == sa.bindparam("kind"),
        col(Document.id) == sa.bindparam("id"),
    )
    .subquery("found")
)
DOCUMENT = with_release(_found, _found.c.body)


SERVED = Statement(sa.select(*RELEASE))


async def release_served(reader: Reader) -> tuple[Any, ...] | None:
    """What tells the release that is served now from every other; None if there is none."""
    rows = await reader.in_thread(lambda: reader.rows(SERVED, {}))
    return rows[0] if rows else None


class DataRoute(WorkRoute):
    """A route whose function reads by its `reading`, in one hop to a thread of the reader's."""

    async def work(
        self, function: Callable[..., str], scope: Scope, given: dict[str, Any]
    ) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """The body of the answer, and the headers that the function gave it."""
        reader: Reader = scope["app"].state.reader
        reading = Reading(reader, scope)
        body = await reader.in_thread(lambda: function(reading=reading, **given).encode())
        return body, reading.headers


def resource(tag: str) -> Router:
    """The routes of a resource that is read from the database."""
    return Router(tag, VERSION, DataRoute)


def _moment(stored: datetime | str) -> datetime:
    """A moment as Postgres's driver gives it, or as SQLite keeps it: without its zone, UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
