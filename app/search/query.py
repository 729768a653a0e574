"""Queries of the index: what a person typed, and the selects that find documents and drugs by it.

How an engine is asked is in `app.search.sqlite` and `app.search.postgres`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from app.models.base import POSTGRES
from app.names.normalization import words_of
from app.search import postgres, sqlite
from app.search.elements import PARTS, WORDS, Found, NumberOf, OneOf
from app.search.words import LONGEST_WORD

MOST_COUNTED = 10_000
"""How many hits are counted: to count all of a common word takes longer than all else."""


@dataclass(frozen=True)
class Query:
    """What a person typed: phrases of one word or more, all of which have to be there.

    `beginning` is the last word, where it stands open at the end: it may be the beginning of one.
    """

    phrases: tuple[tuple[str, ...], ...]
    beginning: str | None

    SHORTEST_BEGINNING = 3

    @classmethod
    def read(cls, text: str) -> "Query":
        """Whatever is typed: two quotes make a phrase, and nothing else is a sign."""
        parts = text.split('"')
        if len(parts) % 2 == 0:  # a quote that was not closed
            parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
        phrases: list[tuple[str, ...]] = []
        beginning = None
        for i, part in enumerate(parts):
            words = [word[:LONGEST_WORD] for word in words_of(part).split()]
            if i % 2:
                phrases += [tuple(words)] if words else []
                continue
            is_open = i == len(parts) - 1 and not part[-1:].isspace()
            if words and is_open and len(words[-1]) >= cls.SHORTEST_BEGINNING:
                beginning = words[-1]
            phrases += [(word,) for word in words]
        return cls(tuple(dict.fromkeys(phrases)), beginning)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word in it."""
        return frozenset(word for phrase in self.phrases for word in phrase)

    def values(self, dialect: str, facets: list[str]) -> dict[str, Any]:
        """What the parameters of `hits` and `number_of_hits` are bound to on an engine."""
        values: dict[str, Any] = ENGINES[dialect].query_values(self.phrases, self.beginning, facets)
        return values


ENGINES = {"sqlite": sqlite, POSTGRES: postgres}
"""How each engine is asked."""


def one_of(column: Any, bind: str) -> sa.ColumnElement[bool]:
    """That a column has one of the values that `listed` makes a parameter of."""
    return OneOf(column, bind)


def listed(dialect: str, values: Iterable[str]) -> Any:
    """Values as the parameter of `one_of`."""
    return ENGINES[dialect].listed(values)


def unplanned(bind: str) -> Any:
    """A text that is bound, and that a plan does not depend on: for each range of other ends
    Postgres would plan anew, which takes longer than to read it."""
    return sa.select(sa.cast(sa.bindparam(bind), sa.Text())).scalar_subquery()


def hits(dialect: str, how: str) -> Any:
    """The numbers of documents that have the words in one way: a page of them after one.

    `how` is `titles` (what they are about has every word), `texts` (they have them elsewhere too)
    or `begun` (a word of theirs begins with the last). Each leaves out what the one before finds.
    """
    number = NumberOf(WORDS)
    page_size = sa.bindparam("page_size", type_=sa.Integer())
    found = (
        sa.select(number.label("number"))
        .select_from(sa.table(WORDS))
        .where(Found(how, how), number > sa.bindparam("after", type_=sa.BigInteger()))
        .order_by(number)
        .limit(page_size)
    )
    return _by_tiers(found).limit(page_size) if dialect == POSTGRES else found


def number_of_hits(dialect: str, how: str) -> sa.ScalarSelect[int]:
    """How many documents have the words in one way; one more than are counted, if so.

    `how` is as for `hits`, or `exact`: in `titles` or `texts`.
    """
    every = sa.select(NumberOf(WORDS).label("number")).select_from(sa.table(WORDS))
    found = every.where(Found(how, how))
    counted = (_by_tiers(found) if dialect == POSTGRES else found).limit(MOST_COUNTED + 1)
    return sa.select(sa.func.count()).select_from(counted.subquery("counted")).scalar_subquery()


def _by_tiers(found: sa.Select[Any]) -> sa.Select[Any]:
    """What is found in one tier after the other, and no further than what is asked for."""
    signs = sa.cast(sa.bindparam("tiers"), sa.ARRAY(sa.Text()))
    tier = sa.func.unnest(signs).table_valued("tier", name="tier")
    in_tier = found.lateral("in_tier")
    return sa.select(in_tier.c.number).join_from(tier, in_tier, sa.true())


def drugs_named_with(*, two_letters: bool = False) -> sa.Select[Any]:
    """The numbers of the drugs that have a name with the parameter `part` in it."""
    return (
        sa.select(NumberOf(PARTS).label("number"))
        .select_from(sa.table(PARTS))
        .where(Found("letters" if two_letters else "names", "part"))
    )


def part(dialect: str, key: str) -> str:
    """Two letters or more of a name's key as the parameter of `drugs_named_with`."""
    value: str = ENGINES[dialect].part(key)
    return value
