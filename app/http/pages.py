"""Pages of a list, and the cursors that lead through them."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Self, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Query
from pydantic import Field, create_model
from starlette.types import Scope

from app.http.parameters import PageSize
from app.http.problems import BadParameterError, ParameterProblem, ReleaseChangedError
from app.models.base import Shape

T = TypeVar("T")

RELEASE_ID = re.compile(r"[0-9a-z-]{1,64}")


LARGEST_PAGE = 490_000
"""Bytes of a page's items. One that is larger has a page to itself."""


def fitting(items: Iterable[bytes]) -> list[bytes]:
    """The first items, as many as a page has room for; at least one."""
    fits: list[bytes] = []
    room = LARGEST_PAGE
    for item in items:
        room -= len(item) + 1
        if fits and room < 0:
            break
        fits.append(item)
    return fits


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

    limit: Annotated[
        PageSize,
        Query(
            description="How many items a page has at the most. It has fewer, and `next` has the "
            "others, where they were over 500,000 bytes.",
            examples=[20],
        ),
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


@dataclass(frozen=True)
class Cursor:
    """Where a list goes on: its release, which list, how many items it has, the last place read."""

    release: str
    listing: str
    total: int
    places: tuple[str | int, ...]

    def __str__(self) -> str:
        parts = [self.release, _tag(self.listing, self.total), self.total, *self.places]
        text = json.dumps(parts, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(
        cls, text: str, listing: str, kinds: Sequence[type], parameter: str = "cursor"
    ) -> Self:
        """The cursor that a client sent; `BadParameterError` if it is none of this list."""
        try:
            padded = text + "=" * (-len(text) % 4)
            decoded = base64.b64decode(padded, altchars=b"-_", validate=True)
            release, tag, total, *places = json.loads(decoded)
        except (ValueError, TypeError, RecursionError, binascii.Error):
            raise foreign("Is no cursor of this API.", parameter) from None
        typed = [type(part) for part in (total, *places)] == [int, *kinds]
        if not typed or tag != _tag(listing, total):
            raise foreign("Belongs to another list, or to other filters.", parameter)
        if not isinstance(release, str) or not RELEASE_ID.fullmatch(release):
            raise foreign("Is no cursor of this API.", parameter)
        if not all(_is_storable(part) for part in (total, *places)):
            raise foreign("Belongs to another list, or to other filters.", parameter)
        return cls(release, listing, total, tuple(places))

    def require_release(self, served: str) -> None:
        """Raise `ReleaseChangedError` if another release is served now."""
        if self.release != served:
            raise ReleaseChangedError(
                f"This cursor is of release {self.release}; {served} is served now. "
                "Begin the list again, without cursor."
            )


def listing_of(path: str, filters: Mapping[str, Any], sort: str) -> str:
    """Which list it is: a digest of its path, what narrows it, and its order."""
    text = json.dumps([path, sorted(filters.items()), sort], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _tag(listing: str, total: int) -> str:
    """What ties a cursor to its list and its total, so that neither is changed by hand."""
    return hashlib.sha256(f"{listing} {total}".encode()).hexdigest()[:12]


def _is_storable(place: str | int) -> bool:
    """Whether either engine can compare with it."""
    if isinstance(place, int):
        return 0 <= place < 2**31
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in place)


def foreign(why: str, parameter: str = "cursor") -> BadParameterError:
    """That a cursor is none that this list gave."""
    detail = f"{why} Take it from `next` as it stands, or begin without cursor."
    return BadParameterError.of(ParameterProblem(parameter=parameter, detail=detail))


def next_path(scope: Scope, cursor: Cursor) -> str:
    """The path of the page at a cursor: what was asked, less its own cursor."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    asked = [(name, value) for name, value in query if name != "cursor"]
    return f"{quote(scope['path'])}?{urlencode([*asked, ('cursor', str(cursor))])}"
