"""Finding drugs by name: as one is typed, or by a name that is a letter or two away.

What is found follows from the names alone: how an engine helps to find those that may be close is
no matter, for each is compared here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rapidfuzz.distance import OSA, Levenshtein
from sqlmodel import col

from app.api.read_session import SERVED, ReadSession, with_release
from app.database.reading import CompiledSelect
from app.models.lookup import SearchedDrug, SearchedName, SearchedPiece
from app.names.distinctions import distinctions
from app.names.normalization import most_letters_away, name_key, pieces_close_to, words_of
from app.search.query import drugs_named_with, listed, one_of, part, unplanned

BEGINS, CONTAINS, CLOSE = range(3)
HOW = ("begins", "contains", "close")


@dataclass(frozen=True, order=True, slots=True)
class NameMatch:
    """A drug, by one of its names; the better comes first.

    `distance` is how many letters a close name is away, and `rank` the name's own.
    """

    tier: int
    distance: int
    is_longer: bool
    rank: int
    key: str
    drug_id: str


class NameMatches:
    """The drugs that a text may be a name of, each once, by the best of its names.

    First those with a name that begins with it, then with one that contains it, then with one that
    is a letter or two away, in no numeral, species or ingredient. `total` is how many there are;
    `found` has all that are close, and of the others `at_least` as many of the first, if there are.
    Those that contain it are looked up unless `whole` is asked for.
    """

    def __init__(
        self, session: ReadSession, text: str, at_least: int, *, whole: bool = False
    ) -> None:
        self._session = session
        self._text = text
        self._key = key = name_key(text)
        self.found: list[NameMatch] = []
        self.total = 0
        if not key:
            session.rows(SERVED)
            return
        values = {"key": key, "end": f"{key}\x7f", "limit": at_least}
        within = part(session.dialect, key)
        if len(key) == 1:
            rows = session.found(BEGINNING, **values)
        else:
            pieces = listed(session.dialect, pieces_close_to(key))
            typed = WHOLE if whole else TWO_LETTERS if len(key) == 2 else TYPED
            rows = session.found(typed, **values, pieces=pieces, part=within)
        self.found = [_match(BEGINS, *row[2:]) for row in rows if row[0] == BEGINS]
        # How many begin with it, and how many have it: those among them.
        self.total = max((row[1] for row in rows if row[0] != CLOSE), default=0)
        if len(self.found) < min(at_least, self.total) and not whole:
            self._add_containing(within, at_least)
        others = {row[2] for row in rows if row[0] == CLOSE and key not in row[2]}
        self._add_close({name for name in others if is_close(key, name)})

    def _add_containing(self, within: str, at_least: int) -> None:
        limit = min(at_least + len(self.found), self.total)  # those that begin with it contain it
        key = self._key
        values = {"part": within, "key": key, "end": f"{key}\x7f", "limit": limit}
        select = TWO_WITHIN if len(key) == 2 else CONTAINING
        rows = self._session.found(select, **values, like=f"%{key}%")
        self.found = _best([*self.found, *(_match(CONTAINS, *row) for row in rows)])

    def _add_close(self, keys: set[str]) -> None:
        if not keys:
            return
        names = self._session.found(OF_THEM, keys=listed(self._session.dialect, sorted(keys)))
        contain_it = {id_ for _, key, id_, _ in names if self._key in key}
        away = {key: OSA.distance(self._key, key) for key in keys}
        asked, named = distinctions(self._text), self._named_in_it()
        matches = _best(
            NameMatch(CLOSE, away[key], True, rank, key, id_)
            for rank, key, id_, name in names
            if key in away
            and id_ not in contain_it
            and distinctions(name) == asked
            and named.issubset(words_of(name).split())
        )
        self.found += matches
        self.total += len(matches)

    def _named_in_it(self) -> set[str]:
        """The words of the text, if it has several, that are names of drugs: spelt right."""
        words = set(words_of(self._text).split())
        if len(words) == 1:
            return set()
        rows = self._session.found(NAMES, keys=listed(self._session.dialect, sorted(words)))
        return {key for (key,) in rows}


def _match(tier: int, first: str, drug_id: str) -> NameMatch:
    """A match, of what `_first` made."""
    return NameMatch(tier, 0, first[0] == "1", int(first[1:3]), first[3:], drug_id)


def is_close(key: str, name: str) -> bool:
    """Whether a name is a letter or two away: as `most_letters_away` allows it."""
    most = most_letters_away(key)
    if most == 1:
        return OSA.distance(key, name, score_cutoff=1) <= 1
    return Levenshtein.distance(key, name, score_cutoff=most) <= most


def _best(matches: Iterable[NameMatch]) -> list[NameMatch]:
    """The best match of each drug, the best first."""
    best: dict[str, NameMatch] = {}
    for match in sorted(matches):
        best.setdefault(match.drug_id, match)
    return list(best.values())


_key = col(SearchedName.key)
_drug_id = col(SearchedName.drug_id)
_limit = sa.bindparam("limit", type_=sa.Integer())


def _first(is_longer: Any) -> Any:
    """The first of a drug's names, as text that orders: a digit, its rank in two, its key."""
    rank = sa.func.substr(sa.cast(col(SearchedName.rank) + 100, sa.String(3)), 2)
    return sa.func.min(is_longer.concat(rank).concat(_key))


_is_longer = sa.case((_key == sa.bindparam("key"), "0"), else_="1")
_begins_not = sa.case(
    (sa.and_(_key >= sa.bindparam("key"), _key < sa.bindparam("end")), "0"), else_="1"
)
_begins = (
    sa.select(
        sa.literal_column(str(BEGINS)).label("tier"),
        sa.func.count().over().label("drugs"),
        _first(_is_longer).label("first"),
        _drug_id,
    )
    .where(_key >= unplanned("key"), _key < unplanned("end"))
    .group_by(_drug_id)
    .order_by(sa.literal_column("first"), _drug_id)
    .limit(_limit)
    .subquery("begins")
)


def _typed(drugs_with_it: Any) -> CompiledSelect:
    """Names that begin with a text, how many drugs have it in a name, and what may be close."""
    found = sa.union_all(
        sa.select(*_begins.c),
        sa.select(sa.literal_column(str(CONTAINS)), drugs_with_it, sa.null(), sa.null()),
        sa.select(
            sa.literal_column(str(CLOSE)),
            sa.literal_column("0"),
            col(SearchedPiece.key),
            sa.null(),
        )
        .where(one_of(col(SearchedPiece.piece), "pieces"))
        .distinct(),
    ).subquery("typed")
    return with_release(found, *found.c, order=(found.c.tier, found.c.first, found.c.drug_id))


def _number_with_it(*, two_letters: bool) -> Any:
    with_it = drugs_named_with(two_letters=two_letters).subquery("with_it")
    return sa.select(sa.func.count()).select_from(with_it).scalar_subquery()


def _containing(*, two_letters: bool) -> CompiledSelect:
    """The names of drugs that have a text in them, the first of each drug."""
    with_it = drugs_named_with(two_letters=two_letters).subquery("with_it")
    found = (
        sa.select(_first(_begins_not).label("first"), _drug_id)
        .join_from(with_it, SearchedDrug, col(SearchedDrug.number) == with_it.c.number)
        .join(SearchedName, _drug_id == col(SearchedDrug.drug_id))
        .where(_key.like(sa.bindparam("like")))
        .group_by(_drug_id)
        .order_by(sa.literal_column("first"), _drug_id)
        .limit(_limit)
        .subquery("containing")
    )
    return with_release(found, *found.c)


BEGINNING = with_release(_begins, *_begins.c, order=(_begins.c.first, _begins.c.drug_id))
TYPED = _typed(_number_with_it(two_letters=False))
TWO_LETTERS = _typed(_number_with_it(two_letters=True))
WHOLE = _typed(sa.literal_column("0"))
CONTAINING, TWO_WITHIN = _containing(two_letters=False), _containing(two_letters=True)

_drugs = sa.select(col(SearchedName.drug_id)).where(one_of(col(SearchedName.key), "keys"))
_of_them = (
    sa.select(col(SearchedName.rank), _key, _drug_id, col(SearchedName.name))
    .where(col(SearchedName.drug_id).in_(_drugs))
    .subquery("of_them")
)
OF_THEM = with_release(_of_them, *_of_them.c)
_names = sa.select(_key).where(one_of(_key, "keys")).distinct().subquery("names")
NAMES = with_release(_names, *_names.c)
