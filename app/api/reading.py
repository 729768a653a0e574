"""How a route reads: one statement in one hop to a thread, which ends with the answer's bytes.

A statement sees one state of the data. Each of those here brings the release along, so an answer is
of one release, and says of which.
"""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from inspect import Signature, signature
from typing import Any

import sqlalchemy as sa
from fastapi import Request, Response
from sqlmodel import col

from app.database import Reader, Statement
from app.http.errors import NoDataError, UnavailableError
from app.http.headers import announce
from app.http.representations import modified_at
from app.http.routing import Route, flattened, regathered
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
RELEASE = (LATEST.c.id, LATEST.c.loaded_at, LATEST.c.rendered_by, LATEST.c.number)


def with_release(
    found: sa.FromClause, *columns: sa.ColumnElement[Any], on: Any = None, order: Any = ()
) -> Statement:
    """A statement of the release's columns and these, for each row found, or once for none."""
    joined = LATEST.outerjoin(found, sa.true() if on is None else on)
    return Statement(sa.select(*RELEASE, *columns).select_from(joined).order_by(*order))


class Snapshot:
    """What one request reads, and what its answer says of it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.headers: dict[str, str] = {}
        self.release = ""

    def rows(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement `with_release`, less the release's own columns.

        Raises `NoDataError` before the first release, and `UnavailableError` if its documents were
        made by another version of the program.
        """
        reader: Reader = self.request.app.state.reader
        rows = reader.rows(statement, values)
        if not rows:
            raise NoDataError("No data has been loaded yet; `medfacts seed` loads it.")
        released = rows[0][: len(RELEASE)]
        self.request.scope["state"]["release"] = released
        self.release, loaded_at, rendered_by, _ = released
        announce(self.request, "Data-Release", self.release)
        if rendered_by != renderer():
            raise UnavailableError(
                "The data was written for another version of the program; `medfacts migrate` "
                "brings it up to date."
            )
        modified_at(self.request, _moment(loaded_at))
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


async def release_served(reader: Reader) -> Hashable:
    """What tells the release that is served now from every other; None if there is none."""
    rows = await reader.in_thread(lambda: reader.rows(SERVED, {}))
    return rows[0] if rows else None


class DataRoute(Route):
    """A route whose function reads by its `reading`, and returns the body of its answer."""

    def __init__(self, path: str, endpoint: Callable[..., str], **options: Any) -> None:
        super().__init__(path, _in_one_hop(endpoint), **options)


def _in_one_hop(endpoint: Callable[..., str]) -> Callable[..., Any]:
    """Have a function run in a thread of the reader's, and answer with what it returns."""
    declared, gathered = flattened(endpoint)

    async def answer(request: Request, **arguments: Any) -> Response:
        reading = Snapshot(request)
        arguments = regathered(arguments, gathered)
        reader: Reader = request.app.state.reader
        body = await reader.in_thread(lambda: endpoint(reading=reading, **arguments).encode())
        return Response(body, media_type="application/json", headers=reading.headers)

    request = signature(answer).parameters["request"]
    others = [each for each in declared.parameters.values() if each.name != "reading"]
    answer.__signature__ = Signature([request, *others])  # type: ignore[attr-defined] # FastAPI reads it
    answer.__name__, answer.__doc__ = endpoint.__name__, endpoint.__doc__
    return answer


def _moment(stored: datetime | str) -> datetime:
    """A moment as Postgres's driver gives it, or as SQLite keeps it: without its zone, UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
