"""Lists: narrowed by what the client asks for, ordered totally, a page at a time by cursor."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app.api.reading import LATEST, Reading, with_release
from app.database.engines import Statement
from app.documents.checksums import STORED
from app.http.pages import Cursor, PageParams, listing_of
from app.http.problems import BadParameterError, UnknownIdError
from app.models.document import Document
from app.models.fact import fact_kinds

COUNTED = {"drugs", "conditions", "sources", *fact_kinds()}
"""The kinds that a release counts."""

DRUG, ITEM = 0, 1
"""What a row of a page's statement is: the drug that the list is about, or an item."""


@dataclass(frozen=True)
class Listing:
    """What a list of documents of one kind can be narrowed and ordered by.

    `id` is the column that holds what the documents are known by. `filters` are conditions on a
    bound parameter of the filter's own name; `orders` give the columns to order by, the last of
    them unique, and begin with the default. All are columns of one table, whose indexes then lead
    to a page at any depth; only the documents of that page are looked up.
    """

    kind: str
    id: Any
    filters: Mapping[str, sa.ColumnElement[bool]] = field(hash=False)
    orders: Mapping[str, tuple[Any, ...]] = field(hash=False)
    stands_at: Mapping[str, Callable[[str], object]] = field(default_factory=dict, hash=False)
    """Of an order, what a record says of its own place: its first column."""

    def page_of(
        self,
        reading: Reading,
        page: PageParams,
        asked: Mapping[str, Any],
        sort: str,
        coverage_of: str | None = None,
    ) -> str:
        """A page as JSON, and in the headers the link to the next.

        `asked` gives each filter the value that is bound to it, or a mapping of several. Where it
        holds a `drug`, that has to be there, or it is a 404; `coverage_of` adds how far the sources
        were searched for a kind of fact about it.
        """
        given = {name: value for name, value in asked.items() if value is not None}
        bound = bound_to(given)
        columns = self.orders[sort.removeprefix("-")]
        listing = listing_of(reading.scope["path"], given, sort)
        begun = None
        if page.cursor is not None:
            kinds = [column.type.python_type for column in columns]
            begun = self._begun(reading, page.cursor, listing, kinds, given.get("drug"))
            bound |= {f"after_{i}": place for i, place in enumerate(begun.places)}
        statement = self._statement(frozenset(given), sort, begun is not None)
        rows = reading.rows(statement, **bound, page_size=page.limit + 1)
        drug_id = given.get("drug")
        about = ""
        if drug_id is not None:
            if rows[0][1] != DRUG:
                raise unknown_drug(reading, drug_id)
            about = reading.opened("drugs", drug_id, rows[0][3:6], drug_id)
        if begun:
            begun.hold_release(reading.release)

        items = [
            (reading.opened(self.kind, str(id_), (of, checksum, body), drug_id), *keys)
            for _, part, id_, of, checksum, body, *keys in rows
            if part == ITEM
        ]
        if place := self.stands_at.get(sort.removeprefix("-")):
            for body, at, *_ in items:
                if place(body) != at:
                    raise reading.damaged(f"one of {self.kind} stands at '{at}', where it is not")
        of_release = self._is_counted(given)
        total = begun.total if begun else self._total(reading, rows[0][0], of_release=of_release)
        if not begun:
            reading.hold_number(f"{self.kind} of a page", len(items), min(total, page.limit + 1))
            if given.keys() == {"drug"}:
                what = f"{self.kind} of '{drug_id}'"
                reading.hold_number(what, total, counts_of(about)[self.kind])
        cursor = None
        if len(items) > page.limit:
            items = items[: page.limit]
            cursor = Cursor(reading.release, listing, total, tuple(items[-1][1:]))
        more = ""
        if coverage_of:
            coverage = json.loads(about)["coverage"][coverage_of]
            more = f',"coverage":{json.dumps(coverage, ensure_ascii=False, separators=(",", ":"))}'
        return reading.page([body for body, *_ in items], total, cursor, more)

    def _begun(
        self, reading: Reading, cursor: str, listing: str, kinds: list[type], drug: str | None
    ) -> Cursor:
        """The cursor that was sent; what is wrong with it is told of a drug that is there."""
        try:
            return Cursor.read(cursor, listing, kinds)
        except BadParameterError:
            if drug is not None and reading.document("drugs", drug) is None:
                raise unknown_drug(reading, drug) from None
            raise

    def _total(self, reading: Reading, counted: Any, *, of_release: bool) -> int:
        """How many there are: a number, or among what the release counts."""
        return reading.counted(counted)[self.kind] if of_release else int(counted)

    def _is_counted(self, filters: Collection[str]) -> bool:
        """Whether the release counts what these filters leave."""
        return self.kind in COUNTED and not filters

    @cached_property
    def ids(self) -> Any:
        """The statement of all ids that some filters leave, built once."""

        @lru_cache(maxsize=256)
        def build(filters: frozenset[str]) -> Statement:
            left = self._left_by(filters).subquery("left_by")
            return with_release(left, left.c.id)

        return build

    def _left_by(self, filters: frozenset[str]) -> sa.Select[Any]:
        return sa.select(self.id.label("id")).where(
            *(self.filters[name] for name in sorted(filters))
        )

    @cached_property
    def _statement(self) -> Any:
        """Statements by filters, order and beginning, each built once."""
        return lru_cache(maxsize=256)(self._build)

    def _build(self, filters: frozenset[str], sort: str, further: bool) -> Statement:
        matching = self._left_by(filters)
        columns = self.orders[sort.removeprefix("-")]
        backwards = sort.startswith("-")
        rows = matching.add_columns(*(c.label(f"key_{i}") for i, c in enumerate(columns)))
        if further:
            here = sa.tuple_(*columns)
            last = sa.tuple_(
                *(sa.bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(columns))
            )
            rows = rows.where(here < last if backwards else here > last)
        order = [column.desc() if backwards else column.asc() for column in columns]
        limit = sa.bindparam("page_size", type_=sa.Integer)
        page = rows.order_by(*order).limit(limit).subquery("page")
        id_, *keys = page.c
        is_its = sa.and_(col(Document.kind) == self.kind, col(Document.id) == id_)
        found = sa.select(
            sa.literal_column(str(ITEM)).label("part"), id_.label("id"), *STORED, *keys
        ).join_from(page, Document, is_its, isouter=True)
        if "drug" in filters:
            about = sa.select(
                sa.literal_column(str(DRUG)).label("part"),
                col(Document.id),
                *STORED,
                *(sa.cast(sa.null(), c.type).label(f"key_{i}") for i, c in enumerate(columns)),
            ).where(col(Document.kind) == "drugs", col(Document.id) == sa.bindparam("drug"))
            found = sa.union_all(about, found)  # type: ignore[assignment] # selected from, either
        rows_found = found.subquery("found")
        part, id_, of, checksum, body, *keys = rows_found.c
        return with_release(
            rows_found,
            self._counted(matching, filters, further).label("total"),
            part,
            id_,
            of,
            checksum,
            body,
            *keys,
            order=(part, *(key.desc() if backwards else key.asc() for key in keys)),
        )

    def _counted(
        self, matching: sa.Select[Any], filters: Collection[str], further: bool
    ) -> sa.ColumnElement[Any]:
        if further:
            return sa.null()
        if self._is_counted(filters):
            return LATEST.c.counts
        count = matching.with_only_columns(sa.func.count(), maintain_column_froms=True)
        return count.scalar_subquery()


def bound_to(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of filters that were given: each one value, or several by their names."""
    return {
        key: bind
        for name, value in given.items()
        for key, bind in (value.items() if isinstance(value, Mapping) else [(name, value)])
    }


def counts_of(drug: str) -> dict[str, int]:
    """How many facts of each kind a drug's record says that there are."""
    found = COUNTS.search(drug)
    counts: dict[str, int] = from_json(found[1]) if found else {}
    return counts


COUNTS = re.compile(r'"counts":(\{[^{}]*\})')
"""Where they stand in a record: to parse all of it costs a third of a cold answer. No text of a
record has such quotes."""


def unknown_drug(reading: Reading, drug_id: str) -> UnknownIdError:
    """The 404 for a drug that is not there, once it is sure that it is not."""
    reading.hold_absent("drugs", drug_id)
    return UnknownIdError(
        f"There is no drug '{drug_id}'. /v1/drugs?q= finds drugs by name; none is ever guessed."
    )
