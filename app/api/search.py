"""Search: words in what drugs, conditions and facts are about, and in what they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import Query as QueryParameter
from pydantic import Field, TypeAdapter
from pydantic_core import from_json
from sqlmodel import col

from app.api.facts import DrugFilter
from app.api.lists import drug_meant
from app.api.read_session import SERVED, ReadSession, resource, with_release
from app.database.reading import CompiledSelect
from app.documents.checksums import STORED, verified
from app.documents.records import Link
from app.http.pages import Cursor, Page, PageParams, foreign, listing_of
from app.http.parameters import SOMETHING
from app.http.problems import BadParameterError, ReleaseChangedError, UnknownIdError, documented
from app.models.base import Shape
from app.models.document import Document
from app.models.indication import AGAINST, IndicationStatus
from app.names.normalization import words_of
from app.search.query import MOST_COUNTED, Query, hits, number_of_hits
from app.search.ranking import tiers_after
from app.search.words import KINDS, facets_of, texts_of

router = resource("Search")

WAYS = ("titles", "texts", "begun")
"""How documents have the words: what has them in one way comes before what has them in the next."""

COUNTED = {"titles": "exact", "begun": "begun"}
"""What is counted with the first page of a way: the first two together, for that takes less."""

LAST = 2**63 - 1

AROUND, LONGEST_PASSAGE = 60, 300
"""How many letters a passage begins before the first word, and has in all, about."""

ELLIPSIS = "…"


class TotalIs(StrEnum):
    """What a total says."""

    EXACT = "exact"
    AT_LEAST = "at_least"


class PassagePiece(Shape):
    """A piece of a passage."""

    text: str = Field(description="The text, as it is published.", examples=["spasticity"])
    marked: bool = Field(description="Whether it is one of the words.", examples=[True])


class SearchHit(Shape):
    """What was found, and where in it the words are."""

    kind: Literal[KINDS] = Field(  # type: ignore[valid-type] # the names of the kinds
        description="The kind of record, as its path names it.", examples=["indications"]
    )
    id: str = Field(
        description="The record's id.", examples=["baclofen-indication-muscle-spasticity"]
    )
    title: str = Field(
        description="What it is about: the drug's name or the condition's.", examples=["baclofen"]
    )
    drug: Link | None = Field(
        description="The drug that it is, or is about; null for a condition.",
        examples=[{"id": "baclofen", "name": "baclofen"}],
    )
    status: IndicationStatus | None = Field(
        description="What an indication says of the drug and the condition; null for other kinds.",
        examples=["approved"],
    )
    is_against: bool = Field(
        description="Whether it is a finding against: the drug was found not to be effective, or a "
        "label names it as a limitation of use.",
        examples=[False],
    )
    passage: list[PassagePiece] = Field(
        description="The passage that has the words, in pieces: what is marked is one of them. "
        "Where text was left out before or after it, a piece says `…`.",
        examples=[
            [
                {"text": "Baclofen is approved for ", "marked": False},
                {"text": "spasticity", "marked": True},
                {"text": ".", "marked": False},
            ]
        ],
    )
    link: str = Field(
        description="The path of the record.",
        examples=["/v1/indications/baclofen-indication-muscle-spasticity"],
    )


class SearchHitPage(Page[SearchHit]):
    """One page of hits."""

    total: int = Field(
        description="How many hits there are, over all pages; see `total_is`.", examples=[4]
    )
    total_is: TotalIs = Field(
        description=f"Whether `total` is `exact`; of more than {MOST_COUNTED:,} hits it is "
        f"{MOST_COUNTED:,}, and `at_least` so many are there. The pages go on to the last.",
        examples=["exact"],
    )


HIT = TypeAdapter(SearchHit)


@dataclass
class SearchFilters:
    """What hits can be narrowed by."""

    kind: Annotated[
        Literal[KINDS] | None,  # type: ignore[valid-type] # the names of the kinds
        QueryParameter(description="Only records of this kind.", examples=["warnings"]),
    ] = None
    drug: DrugFilter = None


@router.get(
    "/search",
    response_model=SearchHitPage,
    responses=documented(UnknownIdError, BadParameterError, ReleaseChangedError),
)
def search(
    session: ReadSession,
    page: PageParams,
    filters: SearchFilters,
    q: Annotated[
        str,
        QueryParameter(
            description="The words: all of them have to be there. Those in quotes have to stand "
            "together. A last word of three letters or more may be the beginning of one. Case and "
            "accents do not matter, and nothing else that is typed has a meaning.",
            examples=["spasticity"],
            min_length=1,
            max_length=200,
            pattern=SOMETHING,
        ),
    ],
) -> bytes:
    """Drugs, conditions and facts that have the words, those first that are about them."""
    query = Query.read(q)
    asked = {name: value for name, value in vars(filters).items() if value is not None}
    listing = listing_of(session.scope["path"], {"q": q, **asked}, "")
    if filters.drug is not None:
        filters.drug = drug_meant(session, filters.drug)
    begun = _begun(page.cursor, listing) if page.cursor is not None else None
    rows, total = _found(session, page, query, filters, begun)
    if begun:
        begun.require_release(session.release)
    cursor = None
    if len(rows) > page.limit:
        rows = rows[: page.limit]
        way, number = rows[-1][:2]
        cursor = Cursor(session.release, listing, total, (way, str(number)))
    hits = [
        HIT.dump_json(_hit(query, kind, id_, verified(kind, id_, *stored)))
        for _, _, kind, id_, *stored in rows
    ]
    total_is = TotalIs.AT_LEAST if total > MOST_COUNTED else TotalIs.EXACT
    return session.page(
        hits, min(total, MOST_COUNTED), cursor, b',"total_is":"%b"' % total_is.encode()
    )


def _begun(text: str, listing: str) -> Cursor:
    """The cursor that was sent: where the list goes on is a way and a number, of 63 bits."""
    cursor = Cursor.read(text, listing, [int, str])
    way, number = cursor.places
    if way not in range(len(WAYS)) or not re.fullmatch("[0-9]{1,19}", str(number), re.ASCII):
        raise foreign("Belongs to another list.")
    if int(number) > LAST:
        raise foreign("Belongs to another list.")
    return cursor


def _found(
    session: ReadSession,
    page: PageParams,
    query: Query,
    filters: SearchFilters,
    begun: Cursor | None,
) -> tuple[list[tuple[Any, ...]], int]:
    """The rows of a page and one more, and how many hits there are, `MOST_COUNTED` + 1 at most."""
    if not query.phrases:
        session.rows(SERVED)
        return [], 0
    dialect = session.dialect
    values = query.values(dialect, facets_of(filters.kind, filters.drug))
    first, after = (int(place) for place in begun.places) if begun else (0, -1)
    total = begun.total or 0 if begun else 0
    found: list[tuple[Any, ...]] = []
    for i, way in enumerate(WAYS if query.beginning is not None else WAYS[:-1]):
        missing = page.limit + 1 - len(found)
        counts = not begun and way in COUNTED and total <= MOST_COUNTED
        if i < first or not (missing or counts):
            continue
        after = after if i == first else -1
        select = page_of_hits(dialect, way, COUNTED[way] if counts else None)
        tiers = tiers_after(after)
        rows = session.rows(select, **values, tiers=tiers, after=after, page_size=missing)
        total += rows[0][0]
        found += [(i, *row[1:]) for row in rows if row[1] is not None]
    return found, min(total, MOST_COUNTED + 1)


@cache
def page_of_hits(dialect: str, way: str, counted: str | None) -> CompiledSelect:
    """Documents that have the words in one way, each with its number; and how many are counted."""
    listed = hits(dialect, way).subquery("listed")
    records = (
        sa.select(*listed.c, col(Document.kind), col(Document.id), *STORED)
        .join_from(listed, Document, col(Document.number) == listed.c.number, isouter=True)
        .subquery("records")
    )
    total = number_of_hits(dialect, counted) if counted else sa.literal(0)
    return with_release(records, total.label("total"), *records.c, order=(records.c.number,))


def _hit(query: Query, kind: str, id_: str, body: bytes) -> SearchHit:
    record = from_json(body)
    drug = record.get("drug", record if kind == "drugs" else None)
    status = record["status"] if kind == "indications" else None
    return SearchHit(
        kind=kind,
        id=id_,
        title=drug["name"] if drug else record["name"],
        drug=Link(id=drug["id"], name=drug["name"]) if drug else None,
        status=status,
        is_against=status in AGAINST,
        passage=_passage(query, kind, record),
        link=f"/v1/{kind}/{id_}",
    )


def _passage(query: Query, kind: str, record: dict[str, Any]) -> list[PassagePiece]:
    """The piece of the record that has most of the words, and of several the first."""
    titles, texts = texts_of(kind, record)
    marks = [(text, list(_marks(query, text))) for text in (*texts, *titles)]
    text, marked = max(marks, key=lambda m: len({word for _, _, word in m[1]}))
    start, end = _window(text, marked)
    pieces = [PassagePiece(text=ELLIPSIS, marked=False)] if start else []
    at = start
    for first, last, _ in marked:
        if start <= first and last <= end:
            if at < first:
                pieces.append(PassagePiece(text=text[at:first], marked=False))
            pieces.append(PassagePiece(text=text[first:last], marked=True))
            at = last
    if at < end:
        pieces.append(PassagePiece(text=text[at:end], marked=False))
    return [*pieces, PassagePiece(text=ELLIPSIS, marked=False)] if end < len(text) else pieces


def _marks(query: Query, text: str) -> Iterator[tuple[int, int, str]]:
    """Where the words are in a text: from and to which letter, and which of them it is.

    Words of a phrase count where they stand together.
    """
    found: dict[tuple[int, int], str] = {}
    single = {phrase[0] for phrase in query.phrases if len(phrase) == 1}
    together = [phrase for phrase in query.phrases if len(phrase) > 1]
    written = (
        [(m.span(), word) for m in WORD.finditer(text) for word in words_of(m[0]).split()]
        if (together)
        else []
    )
    for phrase in together:
        for i in range(len(written) - len(phrase) + 1):
            if (
                written[i][1] == phrase[0]
                and tuple(w for _, w in written[i : i + len(phrase)]) == phrase
            ):
                found |= dict(written[i : i + len(phrase)])
    if single:
        for match in _any_of(frozenset(single), query.beginning).finditer(text):
            found.setdefault(match.span(), match[0].lower())
    if not text.isascii():
        for match in NOT_ASCII.finditer(text):
            for word in words_of(match[0]).split():
                begun = query.beginning is not None and word.startswith(query.beginning)
                if begun or word in single:
                    found.setdefault(match.span(), word)
    for (start, end), word in sorted(found.items()):
        yield start, end, word


@lru_cache(maxsize=64)
def _any_of(words: frozenset[str], beginning: str | None) -> re.Pattern[str]:
    begun = [rf"{beginning}[^\W_]*"] if beginning is not None else []
    return re.compile(
        rf"(?<![^\W_])(?:{'|'.join([*sorted(words), *begun])})(?![^\W_])", re.IGNORECASE
    )


WORD = re.compile(r"[^\W_]+")
NOT_ASCII = re.compile(r"[^\W_]*[^\x00-\x7f\W_][^\W_]*")


def _window(text: str, marked: list[tuple[int, int, str]]) -> tuple[int, int]:
    """From and to which letter a passage goes: whole words around most of those that are marked."""
    if len(text) <= LONGEST_PASSAGE:
        return 0, len(text)
    best, most = 0, 0
    for first, _, _ in marked:
        words = {
            word for s, e, word in marked if first <= s and e <= first + LONGEST_PASSAGE - AROUND
        }
        if len(words) > most:
            best, most = first, len(words)
    start = max(0, best - AROUND)
    if start:
        start = text.find(" ", start, best) + 1 or best
    end = min(len(text), start + LONGEST_PASSAGE)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + LONGEST_PASSAGE // 2)
    return start, end
