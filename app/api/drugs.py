"""Drugs: the list, and the record with all its facts."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Query
from pydantic import Field, create_model
from pydantic_core import to_json
from sqlmodel import col

from app.api.condition_codes import CODED, OR_BY_CODE, MaxPhase, condition_key
from app.api.facts import LIST_ERRORS, RECORD_ERRORS, DrugId
from app.api.identifiers import HAS_IDENTIFIER, IDENTIFIER, OF_PRODUCTS, asked_of
from app.api.included_facts import LARGEST_RECORD, left_out, within
from app.api.lists import DRUG_ASKED, Listing, bound_to, unknown_drug
from app.api.read_session import ReadSession, resource, with_release
from app.api.suggestions import HOW, NameMatch, NameMatches
from app.database.reading import CompiledSelect
from app.documents.checksums import STORED, verified
from app.documents.drug_records import DrugInFull, DrugRecord, DrugWithFacts
from app.http.pages import Cursor, PageParams, fitting, listing_of, page_of
from app.http.parameters import SOMETHING, Text
from app.http.sparse_fields import fields_of_record, sparse
from app.models.base import KEY, Shape
from app.models.document import Document
from app.models.drug import Drug, DrugClass, DrugIngredient, NameType
from app.models.fact import Fact, fact_kinds
from app.models.indication import AGAINST, Indication
from app.models.lookup import NAME_TYPE, SearchedName
from app.names.product_numbers import ndc_in
from app.search.query import listed, one_of

router = resource("Drugs")

KINDS = fact_kinds()
KIND_NAMES = ", ".join(f"`{name}`" for name in KINDS)


def _with(owner: Any, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That a drug is among the owners of the rows that fulfil these conditions."""
    return col(Drug.id).in_(sa.select(col(owner)).where(*conditions))


def _used_for(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """That a drug has an indication that fulfils these conditions."""
    return _with(
        Fact.drug_id,
        col(Fact.id) == col(Indication.id),
        *conditions,
        # A finding against is no match: the drug is of no use for that condition.
        *(col(Indication.status) != status for status in sorted(AGAINST)),
    )


_FOR_CONDITION = col(Indication.condition_id).in_(CODED)
_IN_PHASE = col(Indication.max_phase) == sa.bindparam("max_phase")

DRUGS = Listing(
    kind="drugs",
    id=col(Drug.id),
    filters={
        "class_": _with(DrugClass.drug_id, col(DrugClass.id) == sa.bindparam("class_")),
        "condition": _used_for(_FOR_CONDITION),
        "max_phase": _used_for(_IN_PHASE),
        "condition_in_phase": _used_for(_FOR_CONDITION, _IN_PHASE),
        "identifier": HAS_IDENTIFIER,
    },
    orders={"name": (col(Drug.normalized_name), col(Drug.id)), "id": (col(Drug.id),)},
)


SOME_KINDS = f"^(all|{'|'.join(KINDS)})(,(all|{'|'.join(KINDS)}))*$"


@dataclass
class DrugFilters:
    """What drugs can be narrowed by."""

    q: Annotated[
        str | None,
        Query(
            description="Only drugs with a name that begins with this text, contains it, or is a "
            "letter or two away, in this order; each says by which name it was found, and how. "
            "Case, accents, punctuation and blanks do not matter. A single letter finds names that "
            "begin with it; of less than four, none is called close. A National Drug Code finds "
            "the drug of its product.",
            examples=["liores"],
            min_length=1,
            max_length=200,
            pattern=SOMETHING,
        ),
    ] = None
    class_: Annotated[
        Text | None,
        Query(
            alias="class",
            description="Only drugs of this class, by its id.",
            examples=["muscle-relaxant"],
        ),
    ] = None
    condition: Annotated[
        Text | None,
        Query(
            description=f"Only drugs with an indication for this condition, {OR_BY_CODE}. A "
            "finding against (`not_effective`) is no match.",
            examples=["muscle-spasticity"],
        ),
    ] = None
    max_phase: MaxPhase = None
    identifier: Annotated[
        str | None,
        Query(
            description="Only the drugs with this identifier: its system, a colon, and the value. "
            + OF_PRODUCTS,
            examples=["unii:H789N3FKE8"],
            min_length=3,
            max_length=200,
            pattern=IDENTIFIER,
        ),
    ] = None

    def bound(self) -> dict[str, Any]:
        """What each filter that was given is bound to."""
        use: dict[str, Any] = {
            "condition": condition_key(self.condition),
            "max_phase": self.max_phase and float(self.max_phase),
        }
        if None not in use.values():  # of one indication
            use = {"condition_in_phase": use}
        asked: dict[str, Any] = {"class_": self.class_, **use}
        if self.identifier is not None:
            asked["identifier"] = asked_of(self.identifier)
        return asked


class MatchedName(Shape):
    """The name by which a drug was found."""

    name: str = Field(description="The name, as its source writes it.", examples=["Lioresal"])
    type: NameType = Field(description="What kind of name it is.", examples=["brand"])
    how: Literal["begins", "contains", "close"] = Field(
        description="`begins`: it begins with the text. `contains`: it has the text in it. "
        "`close`: it is a guess, a letter or two away.",
        examples=["begins"],
    )
    distance: int = Field(
        description="How many letters a `close` name is away: left out, added, replaced, or "
        "swapped with its neighbour. Otherwise 0.",
        examples=[0],
    )


DrugInList = create_model(
    "DrugInList",
    __base__=DrugRecord,
    __doc__="A drug, and where `q` was given the name by which it was found.",
    matched=(
        MatchedName,
        Field(
            default=None,
            description="The name by which it was found, where `q` was given; otherwise left out.",
            examples=[{"name": "Lioresal", "type": "brand", "how": "begins", "distance": 0}],
        ),
    ),
)
DrugInList.model_config["json_schema_serialization_defaults_required"] = False
DrugInList.model_rebuild(force=True)

ItemFields = fields_of_record(DrugInList, "each item's fields")
RecordFields = fields_of_record(DrugInFull, "the record's own fields, beside what `include` adds")

Sort = Literal["name", "-name", "id", "-id"]


@router.get("/drugs", response_model=page_of(DrugInList), responses=LIST_ERRORS)
def list_drugs(
    session: ReadSession,
    page: PageParams,
    filters: DrugFilters,
    sort: Annotated[
        Sort,
        Query(
            description="The order: by name or by id; with `-`, backwards. By default by how well "
            "a name matches where `q` is given, and else by name.",
            examples=["name"],
        ),
    ] = "name",
    fields: ItemFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """Every drug there is, or those that a name, class, condition or identifier leaves."""
    asked = filters.bound()
    if filters.q is not None and filters.identifier is None and (ndc := ndc_in(filters.q)):
        asked["identifier"] = asked_of(f"ndc:{ndc}")
    elif filters.q is not None:
        order = sort if session.is_given("sort") else None
        return page_of_named(session, page, filters.q, asked, order, fields)
    return DRUGS.page_of(session, page, asked, sort, fields=fields)


def page_of_named(
    session: ReadSession,
    page: PageParams,
    text: str,
    others: dict[str, Any],
    sort: Sort | None,
    fields: str | None,
) -> bytes:
    """A page of the drugs that a text may be a name of, and that the other filters leave."""
    asked = {name: value for name, value in others.items() if value is not None}
    listing = listing_of(session.scope["path"], {"q": text, **asked}, sort or "")
    begun = Cursor.read(page.cursor, listing, [int]) if page.cursor is not None else None
    start = int(begun.places[0]) if begun else 0
    every = 10**9
    matches = NameMatches(session, text, every if asked or sort else start + page.limit + 1)
    if begun:
        begun.require_release(session.release)
    found, total = matches.found, matches.total
    if asked:
        left = {
            id_
            for (id_,) in session.found(
                DRUGS.ids(frozenset(asked)), **bound_to(session.dialect, asked)
            )
        }
        found = [match for match in found if match.drug_id in left]
        total = len(found)
    if sort:
        found = _sorted(session, found, sort)
    whole = _items(session, found[start : start + page.limit])
    items = fitting(item if fields is None else sparse(item, fields) for item in whole)
    end = start + len(items)
    cursor = Cursor(session.release, listing, total, (end,)) if end < total else None
    return session.page(items, total, cursor, is_sparse=fields is not None)


def _sorted(session: ReadSession, found: list[NameMatch], sort: Sort) -> list[NameMatch]:
    """The drugs in the order of their ids, or of their names as other lists have it."""
    if sort.endswith("id"):
        return sorted(found, key=lambda match: match.drug_id, reverse=sort.startswith("-"))
    ids = listed(session.dialect, [match.drug_id for match in found])
    names = dict(session.found(NORMALIZED_NAMES, ids=ids))
    by_name = {match.drug_id: (names[match.drug_id], match.drug_id) for match in found}
    return sorted(found, key=lambda match: by_name[match.drug_id], reverse=sort.startswith("-"))


def _items(session: ReadSession, found: list[NameMatch]) -> list[bytes]:
    """The drugs' documents, each with the name by which it was found."""
    if not found:
        return []
    ids = listed(session.dialect, [match.drug_id for match in found])
    keys = listed(session.dialect, {match.key for match in found})
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    for id_, key, *row in session.found(NAMED, ids=ids, keys=keys):
        rows.setdefault((id_, key), tuple(row))  # the first of the names with this key
    items = []
    for match in found:
        name, type_, *stored = rows[match.drug_id, match.key]
        body = verified("drugs", match.drug_id, *stored)
        matched = {"name": name, "type": type_, "how": HOW[match.tier], "distance": match.distance}
        items.append(b'%b,"matched":%b}' % (body[:-1], to_json(matched)))
    return items


_named = (
    sa.select(
        col(Document.id),
        col(SearchedName.key),
        col(SearchedName.name),
        NAME_TYPE.label("type"),
        *STORED,
        col(SearchedName.rank),
        col(SearchedName.position),
    )
    .join_from(Document, SearchedName, col(SearchedName.drug_id) == col(Document.id))
    .where(
        col(Document.kind) == "drugs",
        one_of(col(Document.id), "ids"),
        one_of(col(SearchedName.key), "keys"),
    )
    .subquery("named")
)
NAMED = with_release(_named, *list(_named.c)[:-2], order=(_named.c.rank, _named.c.position))
_normalized = (
    sa.select(col(Drug.id), col(Drug.normalized_name))
    .where(one_of(col(Drug.id), "ids"))
    .subquery("normalized")
)
NORMALIZED_NAMES = with_release(_normalized, *_normalized.c)


@router.get("/drugs/{drug_id}", response_model=DrugWithFacts, responses=RECORD_ERRORS)
def get_drug(
    session: ReadSession,
    drug_id: DrugId,
    include: Annotated[
        str | None,
        Query(
            description=f"The kinds of fact to put into the record, with commas between: some of "
            f"{KIND_NAMES}, or `all`. Together the record has at most {LARGEST_RECORD:,} bytes. "
            "Where that is too few, every boxed warning is there, whatever its size; the kinds "
            "share the rest equally, what a smaller one does not need goes to the larger ones, and "
            "each has the first facts of its list. `left_out` then says of which kinds some are "
            "missing, and where all are.",
            examples=["indications,warnings"],
            min_length=1,
            max_length=200,
            pattern=SOME_KINDS,
        ),
    ] = None,
    fields: RecordFields = None,  # type: ignore[valid-type] # the names that its records have
) -> bytes:
    """A drug's record; with `include`, all its facts in the same call."""
    asked = (include or "").split(",")
    included = [kind for kind in KINDS if kind in asked or "all" in asked]
    bodies: dict[str, list[bytes]] = {kind: [] for kind in ("drugs", *included)}
    asked_of = drug_id
    drugs, counts = 0, dict.fromkeys(KINDS, 0)
    for *row, number in session.found(documents_of_drug(tuple(bodies)), drug=drug_id):
        if row[0] == IN_COMBINATIONS:
            counts[row[1]] = number
            continue
        bodies[row[0]].append(verified(*row))
        if row[0] == "drugs":
            drug_id, drugs = row[1], number
    if not bodies["drugs"]:
        raise unknown_drug(drug_id)
    session.is_of(asked_of, drug_id)
    combinations = to_json({"drugs": drugs, "counts": counts})
    own = b'%b,"combinations":%b}' % (bodies.pop("drugs")[0][:-1], combinations)
    drug = session.record(own, fields)
    if not included:
        return drug
    record = [drug[:-1]]
    kept = within(LARGEST_RECORD - len(drug), bodies)
    if missing := left_out(drug_id, bodies, kept):
        record += (b',"left_out":', to_json(missing))
    for kind in included:
        record += (b',"%b":[' % kind.encode(), b",".join(kept[kind]), b"]")
    return b"".join((*record, b"}"))


IN_COMBINATIONS = "combinations"
"""What the rows are called that say how many facts of a kind a drug's combinations have."""

_made_of = sa.select(col(DrugIngredient.drug_id)).where(col(DrugIngredient.drug) == DRUG_ASKED)
_how_many = (
    sa.select(sa.func.count(sa.distinct(col(DrugIngredient.drug_id))))
    .where(col(DrugIngredient.drug) == DRUG_ASKED)
    .scalar_subquery()
)
_counted: Any = (
    sa.select(
        sa.literal_column(f"'{IN_COMBINATIONS}'"),
        col(Fact.kind),
        *(sa.cast(sa.null(), type_) for type_ in (KEY, sa.BigInteger(), sa.LargeBinary())),
        sa.cast(sa.null(), sa.String()),
        sa.func.count(),
    )
    .where(col(Fact.drug_id).in_(_made_of))
    .group_by(col(Fact.kind))
)


@cache
def documents_of_drug(kinds: tuple[str, ...]) -> CompiledSelect:
    """The drug's own document, with how many combinations it is in, and those of these kinds about
    it, by kind and importance; and for each kind how many facts its combinations have."""
    found = (
        sa.select(
            col(Document.kind),
            col(Document.id),
            *STORED,
            col(Fact.rank).label("rank"),
            sa.case((col(Document.kind) == "drugs", _how_many), else_=0).label("number"),
        )
        .join_from(Document, Fact, col(Fact.id) == col(Document.id), isouter=True)
        .where(
            col(Document.drug_id) == DRUG_ASKED,
            col(Document.kind).in_([sa.literal_column(f"'{kind}'") for kind in kinds]),
        )
    )
    documents = sa.union_all(found, _counted).subquery("documents")
    kind, id_, *stored, rank, number = documents.c
    return with_release(documents, kind, id_, *stored, number, order=(kind, rank, id_))
