"""Lists: narrowed by what the client asks for, ordered totally, a page at a time by cursor."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.api.read_session import ReadSession, with_release
from app.database.reading import CompiledSelect
from app.documents.checksums import STORED, verified
from app.http.pages import Cursor, PageParams, fitting, listing_of
from app.http.problems import BadParameterError, UnknownIdError
from app.http.sparse_fields import sparse
from app.models.base import KEY, Row
from app.models.document import Document
from app.models.drug import Drug, DrugForm
from app.models.fact import fact_kinds
from app.search.query import listed

COUNTED = {"drugs", "conditions", "sources", "labels", "products", *fact_kinds()}
"""The kinds that a release counts."""


def drug_bound(parameter: str) -> Any:
    """The drug whose id, or whose form's id, is bound to a parameter."""
    asked = sa.bindparam(parameter, type_=KEY)
    of_form = sa.select(col(DrugForm.drug_id)).where(col(DrugForm.id) == asked)
    return sa.func.coalesce(of_form.scalar_subquery(), asked)


DRUG_ASKED: Any = drug_bound("drug")
"""The drug that is asked for: a form's id leads to its drug."""

DRUG, ITEM = 0, 1
"""What a row of a page is: the drug that the list is about, or an item."""


def _require_drug(session: ReadSession, asked: str) -> None:
    """Refuse an unknown drug, for an empty list would read as if nothing named it."""
    if session.document("drugs", drug_meant(session, asked)) is None:
        raise unknown_drug(asked)


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

    def page_of(
        self,
        session: ReadSession,
        page: PageParams,
        asked: Mapping[str, Any],
        sort: str,
        coverage_of: str | None = None,
        fields: str | None = None,
    ) -> bytes:
        """A page as JSON, and in the headers the link to the next.

        `asked` gives each filter the value that is bound to it, a list of values, or a mapping of
        several. Where it holds a `drug`, that has to be there, or it is a 404; `coverage_of` adds
        how far the sources were searched for a kind of fact about it. `fields` are those that its
        items are sent with, where not with all.
        """
        given = {name: value for name, value in asked.items() if value is not None}
        bound = bound_to(session.dialect, given)
        columns = self.orders[sort.removeprefix("-")]
        listing = listing_of(session.scope["path"], given, sort)
        drug_id = given.get("drug")
        begun = None
        if page.cursor is not None:
            kinds = [column.type.python_type for column in columns]
            begun = self._begun(session, page.cursor, listing, kinds, given)
            bound |= {f"after_{i}": place for i, place in enumerate(begun.places)}
        select = self._select(frozenset(given), sort, begun is not None)
        rows = session.rows(select, **bound, page_size=page.limit + 1)
        part, total, *document = rows[0][:6]
        if drug_id is not None and part != DRUG:
            raise unknown_drug(drug_id)
        if drug_id is not None:
            session.is_of(drug_id, document[0])
        more = b""
        if coverage_of is not None or "form" in given:
            about = from_json(verified("drugs", *document))
            _require_form(about, given.get("form"))
            if coverage_of is not None:
                more = b',"coverage":' + to_json(about["coverage"][coverage_of])
        if begun:
            begun.require_release(session.release)
            total = begun.total
        elif self._is_counted(given):
            total = session.counts[self.kind]

        found = [row for row in rows if row[0] == ITEM]
        mentioned = given.get("mentions")
        if not found and mentioned is not None:
            _require_drug(session, mentioned)
        whole = (verified(self.kind, str(row[2]), *row[3:6]) for row in found[: page.limit])
        items = fitting(item if fields is None else sparse(item, fields) for item in whole)
        cursor = None
        if len(found) > len(items):
            cursor = Cursor(session.release, listing, total, found[len(items) - 1][6:])
        return session.page(items, total, cursor, more, is_sparse=fields is not None)

    def _is_counted(self, filters: Collection[str]) -> bool:
        """Whether the release counts what these filters leave."""
        return self.kind in COUNTED and not filters

    def _begun(
        self,
        session: ReadSession,
        cursor: str,
        listing: str,
        kinds: list[type],
        given: Mapping[str, Any],
    ) -> Cursor:
        """The cursor that was sent, or the error for it; that for an unknown drug or form comes
        first."""
        try:
            return Cursor.read(cursor, listing, kinds)
        except BadParameterError:
            if (drug := given.get("drug")) is not None:
                about = session.document("drugs", drug_meant(session, drug))
                _require_form(from_json(about or b"{}"), given.get("form"))
            if (named := given.get("mentions")) is not None:
                _require_drug(session, named)
            raise

    @cached_property
    def ids(self) -> Any:
        """The select of all ids that some filters leave, built once."""

        @lru_cache(maxsize=256)
        def build(filters: frozenset[str]) -> CompiledSelect:
            left = self._left_by(filters).subquery("left_by")
            return with_release(left, left.c.id)

        return build

    def _left_by(self, filters: frozenset[str]) -> sa.Select[Any]:
        return sa.select(self.id.label("id")).where(
            *(self.filters[name] for name in sorted(filters))
        )

    @cached_property
    def _select(self) -> Any:
        """Selects by filters, order and beginning, each built once."""
        return lru_cache(maxsize=256)(self._build)

    def _build(self, filters: frozenset[str], sort: str, further: bool) -> CompiledSelect:
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
            ).where(col(Document.kind) == "drugs", col(Document.id) == DRUG_ASKED)
            found = sa.union_all(about, found)  # type: ignore[assignment] # selected from, either
        rows_found = found.subquery("found")
        part, *stored = list(rows_found.c)[:5]
        keys = list(rows_found.c)[5:]
        total: Any = sa.null()
        if not further and not self._is_counted(filters):
            every = matching.with_only_columns(sa.func.count(), maintain_column_froms=True)
            total = every.scalar_subquery()
        in_order = (part, *(key.desc() if backwards else key.asc() for key in keys))
        return with_release(rows_found, part, total.label("total"), *stored, *keys, order=in_order)


def bound_to(dialect: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of filters that were given: each one value, or several by their names.

    A list is bound as the engine takes it; until then it is the same on every engine.
    """
    return {
        key: listed(dialect, bind) if isinstance(bind, list) else bind
        for name, value in given.items()
        for key, bind in (value.items() if isinstance(value, Mapping) else [(name, value)])
    }


def drug_meant(session: ReadSession, asked: str) -> str:
    """The id of the drug that is asked for, by its own or by a form's; a 404 if it is none."""
    for (id_,) in session.found(MEANT, drug=asked):
        return str(id_)
    raise unknown_drug(asked)


_meant = sa.select(col(Drug.id)).where(col(Drug.id) == DRUG_ASKED).subquery("meant")
MEANT = with_release(_meant, _meant.c.id)


def _require_form(drug: Row, form: str | None) -> None:
    """Refuse the id of what is no form of a drug."""
    if form is not None and all(each["id"] != form for each in drug["forms"]):
        known = ", ".join(each["id"] for each in drug["forms"]) or "none"
        raise UnknownIdError(
            f"There is no form '{form}' of {drug['name']}; those there are: {known}."
        )


def unknown_drug(drug_id: str) -> UnknownIdError:
    """The 404 for a drug that is not there."""
    return UnknownIdError(
        f"There is no drug '{drug_id}'. /v1/drugs?q= finds drugs by name; none is ever guessed."
    )
