"""Conditions: which of the names that sources have for them are one, and what it is called.

The name of a condition that the seed does not describe is the spelling that most of its records
have, of those that have a code for it if any has, for theirs is the term of a terminology; of
several, the first in the order of text. Its codes are those that any record has, and so are the
terms that are related to it, which make it one with no other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic_core import from_json

from app.models.base import Row
from app.names.mesh import mesh_code
from app.names.slugs import slug
from app.names.terminologies import code_key


@dataclass(frozen=True, order=True)
class Said:
    """How some records of a source describe a condition, and how many do."""

    rank: int
    body: str
    source: str
    times: int
    id: str

    @property
    def is_written(self) -> bool:
        """Whether a person wrote it in the seed, which is asked first."""
        return self.rank == 0

    @cached_property
    def row(self) -> Row:
        """The description."""
        return dict(from_json(self.body))

    @cached_property
    def codes(self) -> list[Row]:
        """The codes that it gives, as their terminologies write them."""
        return [code for code in map(_code, self.row.get("codes") or ()) if code]


def same_conditions(said: Iterable[Said]) -> dict[str, str]:
    """The ids of names that are one condition with others by their codes, each with that one's id.

    A code that two names have does not make them one by itself: one of them may be called by two
    terms. It does where the names that have it, less those that are of several concepts themselves,
    have no more than one code of MeSH among them and one of the ontologies. Where they have more,
    it joins those that have no other; and a code that a person gave, those that have none but that
    person's.
    The id is the seed's own, else the first source's, of several the first in the order of text.
    """
    codes: dict[str, set[str]] = defaultdict(set)
    of_seed: dict[str, set[str]] = defaultdict(set)
    order: dict[str, tuple[int, str]] = {}
    for each in said:
        keys = {code_key(f"{code['system']}:{code['code']}") for code in each.codes}
        codes[each.id] |= keys
        if each.is_written:
            of_seed[each.id] |= keys
        order[each.id] = min(order.get(each.id, (each.rank, each.id)), (each.rank, each.id))
    names: dict[str, list[str]] = defaultdict(list)
    for id_, own in sorted(codes.items()):
        for code in own:
            names[code].append(id_)
    one_of = {id_: {id_} for id_ in codes}
    for code, ids in names.items():
        if not _are_one_concept(codes[id_] for id_ in ids):
            coded = next((id_ for id_ in ids if code in of_seed[id_]), None)
            given = of_seed[coded] if coded else {code}
            sure = [id_ for id_ in ids if id_ == coded or codes[id_] <= given]
            ids = [id_ for id_ in ids if id_ in sure or _are_one_concept([codes[id_]])]
            if not _are_one_concept(codes[id_] for id_ in ids):
                ids = sure
        joined = set().union(*(one_of[id_] for id_ in ids))
        one_of |= dict.fromkeys(joined, joined)
    return {
        id_: min(joined, key=order.__getitem__) for id_, joined in one_of.items() if len(joined) > 1
    }


def _are_one_concept(codes: Iterable[set[str]]) -> bool:
    """Whether codes are no more than one of MeSH and one of the ontologies."""
    every = set().union(*codes)
    of_mesh = {key for key in every if key.startswith("mesh:")}
    return len(of_mesh) < 2 and len(every - of_mesh) < 2


def condition_row(id_: str, said: Sequence[Said]) -> Row:
    """A condition, of all that describe it: the first source's first."""
    first = said[0]
    codes: dict[tuple[str, str], Row] = {}
    others: dict[tuple[str, str], Row] = {}
    of_name: dict[str, list[Said]] = defaultdict(list)
    related: dict[tuple[str, str, str], Row] = {}
    for each in said:
        for term in each.row.get("related_terms") or ():
            related[term["system"], term["code"], term["name"] or ""] = term
        of_seed_or_other = codes if each.is_written else others
        of_seed_or_other |= {(code["system"], code["code"]): code for code in each.codes}
        of_name[each.id].append(each)
    names = sorted(of_name, key=lambda name: (name != id_, of_name[name]))
    named = [_name(of_name[name]) for name in names]
    return first.row | {
        "id": id_,
        "name": named[0],
        "names": named,
        "codes": list((codes | dict(sorted(others.items()))).values()),
        "related_terms": [
            term
            for (*code, name), term in sorted(related.items())
            if not (tuple(code) in codes | others and slug(name) in of_name)
        ],
    }


def _name(said: Sequence[Said]) -> str:
    """The spelling of a name, of all that have it."""
    first = said[0]
    if first.is_written:
        return str(first.row["name"])
    times: Counter[tuple[bool, str]] = Counter()
    for each in said:
        if each.source == first.source:
            times[bool(each.codes), each.row["name"]] += each.times
    return min(times, key=lambda of: (not of[0], -times[of], of[1]))[1]


def _code(code: Row) -> Row | None:
    """A code as its terminology writes it; None for one that is none of MeSH's."""
    if code["system"] != "mesh":
        return code
    written = mesh_code(code["code"])
    return code | {"code": written} if written else None
