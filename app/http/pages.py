"""Lists: filtered by what the client asks for, ordered totally, a page at a time by cursor."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import Depends, Query, Request, Response
from pydantic import Field, create_model
from sqlmodel import Session

from app.http.errors import BadParameterError, ParameterProblem, ReleaseChangedError
from app.http.parameters import PageSize
from app.models.base import Shape

T = TypeVar("T")

RELEASE_ID = re.compile(r"[0-9a-z-]{1,64}")


class Page(Shape, Generic[T]):
    """One page of a list."""

    items: list[T] = Field(
        description="The items of this page, in the list's order.", max_length=100
    )
    total: int = Field(
        description="How many items the whole list has, over all its pages.", examples=[4]
    )
    next: str | None = Field(
        description="The path of the next page; null on the last. The header `Link` says the same.",
        examples=["/v1/warnings?limit=2&cursor=WyIyMDI2LTExLTIzLTRmMWMiXQ"],
    )


def page_of(record: type[Shape]) -> type[Shape]:
    """A page of such records, named after them."""
    doc = f"One page of a list. Each item: {(record.__doc__ or '').strip().splitlines()[0]}"
    return create_model(f"{record.__name__}Page", __base__=Page[record], __doc__=doc)  # type: ignore[valid-type] # made from a table


@dataclass(frozen=True)
class PageParams:
    """Which page of a list is asked for."""

    request: Request
    response: Response
    limit: Annotated[
        PageSize,
        Query(description="How many items a page has at the most.", examples=[20]),
    ] = 20
    cursor: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=2000,
            pattern="^[A-Za-z0-9_-]+$",
            description="Where to go on: part of `next` of the page before. Opaque; it belongs to "
            "one list with its filters and order, and to one data release.",
            examples=["WyIyMDI2LTExLTIzLTRmMWMwYTliZTJkNyIsImE0ZTgiLCJiYWNsb2ZlbiJd"],
        ),
    ] = None


Paging = Annotated[PageParams, Depends()]


@dataclass(frozen=True)
class Listing:
    """What a list can be filtered and ordered by.

    `filters` are conditions on a bound parameter of the filter's own name; `orders` give the
    columns to order by, the last of them unique, and begin with the default.
    """

    rows: sa.Select[Any]
    filters: Mapping[str, sa.ColumnElement[bool]] = field(hash=False)
    orders: Mapping[str, tuple[Any, ...]] = field(hash=False)

    def page_of(
        self,
        session: Session,
        release: str,
        page: PageParams,
        asked: Mapping[str, Any],
        sort: str | None = None,
    ) -> tuple[list[dict[str, Any]], int, str | None]:
        """The rows of a page, how many there are in all, and the path of the next page.

        `asked` gives each filter the value that is bound to it, or a mapping of several.
        """
        sort = sort or next(iter(self.orders))
        given = {name: value for name, value in asked.items() if value is not None}
        bound = {
            key: bind
            for name, value in given.items()
            for key, bind in (value.items() if isinstance(value, Mapping) else [(name, value)])
        }
        count, rows, _ = self._statements(frozenset(given), sort, page.cursor is not None)
        mark = _Mark(release, _fingerprint(page.request.url.path, given, sort))
        kinds = [column.type.python_type for column in self._columns(sort)]
        places = mark.read(page.cursor, kinds) if page.cursor else []
        after = {f"after_{i}": place for i, place in enumerate(places)}
        total = session.execute(count, bound).scalar_one()
        found = [
            dict(row)
            for row in session.execute(
                rows, bound | after | {"page_size": page.limit + 1}
            ).mappings()
        ]
        if len(found) <= page.limit:
            return _without_keys(found), total, None
        last = found[page.limit - 1]
        cursor = mark.written([last[f"key_{i}"] for i in range(len(self._columns(sort)))])
        path = _next_path(page, cursor)
        page.response.headers["Link"] = f'<{path}>; rel="next"'
        return _without_keys(found[: page.limit]), total, path

    def all_where(self, filters: frozenset[str]) -> sa.Select[Any]:
        """Every row that the filters leave, in the list's own order, for a record's own lists."""
        return self._statements(filters, next(iter(self.orders)), False)[2]  # type: ignore[no-any-return] # cached

    def _columns(self, sort: str) -> tuple[Any, ...]:
        return self.orders[sort.removeprefix("-")]

    @cached_property
    def _statements(self) -> Any:
        """Statements by filters and order, each built once: building costs more than running."""
        return lru_cache(maxsize=256)(self._build)

    def _build(
        self, filters: frozenset[str], sort: str, further: bool
    ) -> tuple[sa.Select[Any], sa.Select[Any], sa.Select[Any]]:
        matching = self.rows.where(*(self.filters[name] for name in sorted(filters)))
        count = matching.with_only_columns(sa.func.count(), maintain_column_froms=True)
        columns = self._columns(sort)
        backwards = sort.startswith("-")
        rows = matching.add_columns(*(c.label(f"key_{i}") for i, c in enumerate(columns)))
        if further:
            here = sa.tuple_(*columns)
            last = sa.tuple_(
                *(sa.bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(columns))
            )
            rows = rows.where(here < last if backwards else here > last)
        order = [c.desc() if backwards else c.asc() for c in columns]
        page = rows.order_by(*order).limit(sa.bindparam("page_size", type_=sa.Integer))
        return count, page, matching.order_by(*order)


@dataclass(frozen=True)
class _Mark:
    """What a cursor says: its release, its list, and the last place read."""

    release: str
    listing: str

    def written(self, places: Sequence[Any]) -> str:
        text = json.dumps([self.release, self.listing, *places], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read(self, cursor: str, kinds: Sequence[type]) -> list[str | int]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True)
            release, listing, *after = json.loads(text)
        except (ValueError, TypeError, RecursionError, binascii.Error):
            raise _foreign("Is no cursor of this API.") from None
        if listing != self.listing or [type(place) for place in after] != list(kinds):
            raise _foreign("Belongs to another list, or to other filters.")
        if not isinstance(release, str) or not RELEASE_ID.fullmatch(release):
            raise _foreign("Is no cursor of this API.")
        if not all(_is_storable(place) for place in after):
            raise _foreign("Belongs to another list, or to other filters.")
        if release != self.release:
            raise ReleaseChangedError(
                f"This cursor is of release {release}; {self.release} is served now. "
                "Begin the list again, without cursor."
            )
        places: list[str | int] = after
        return places


def _is_storable(place: str | int) -> bool:
    """Whether either engine can compare with it."""
    if isinstance(place, int):
        return 0 <= place < 2**31
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in place)


def _foreign(why: str) -> BadParameterError:
    detail = f"{why} Take it from `next` as it stands, or begin without cursor."
    return BadParameterError.of(ParameterProblem(parameter="cursor", detail=detail))


def _fingerprint(path: str, filters: Mapping[str, Any], sort: str) -> str:
    text = json.dumps([path, sorted(filters.items()), sort], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _next_path(page: PageParams, cursor: str) -> str:
    asked = [(k, v) for k, v in page.request.query_params.multi_items() if k != "cursor"]
    return f"{page.request.url.path}?{urlencode([*asked, ('cursor', cursor)])}"


def _without_keys(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if not k.startswith("key_")} for row in rows]
