"""Which known drugs trials speak of: for sources that make no drug known.

An intervention is read by its name as `/v1/resolve` reads names; where that is no drug's, as a list
of drugs, each of which has to be known; and where it is none, by its other names. A term of MeSH
that the registry added finds a drug where one of the interventions that it may stand for found
none. Nothing is decided when a record is read, so a drug may become known later.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain

from app.ingest.bulk_insert import chunks
from app.ingest.resolution.resolver import Match, NamedSubstance
from app.models.fact import MatchedBy
from app.names.name_reader import FoundName, KnownNames, NameReader, ResolveMatch
from app.names.qualifiers import Qualifier, lists_of

AT_ONCE = 1_000
"""How many substances' names are looked up together."""

Key = tuple[str, str]


def match_interventions(
    substances: Iterable[NamedSubstance], known: KnownNames
) -> dict[Key, Match]:
    """Which known drug each substance is, by its names."""
    matches: dict[Key, Match] = {}
    for some in chunks(substances, AT_ONCE):
        read = _Interventions(known, some)
        matches |= {(named.source_id, named.key): read.match(named) for named in some}
    return matches


class _Interventions:
    """What some substances' names, and those that decide about them, are the names of."""

    def __init__(self, known: KnownNames, substances: Sequence[NamedSubstance]) -> None:
        self._reader = NameReader(known, set(chain.from_iterable(map(_texts, substances))))
        self._named = cache(self._match_of_name)

    def match(self, named: NamedSubstance) -> Match:
        """The drug that a substance is; a part of what is no list is not even quarantined."""
        said = named.substance
        name = said.names[0]
        if said.part_of is not None:
            is_taken = name in self._list(said.part_of)
            return self._named(name) if is_taken else Match(None)
        if said.instead_of:
            return self._match_of_term(name, said.instead_of, said.beside)
        if self._list(name):
            return Match(None)
        return self._match(said.names)

    def _match(self, names: tuple[str, ...]) -> Match:
        """The drug that has the first of these names, or that the others lead to."""
        own = self._named(names[0])
        if own.drug_id is not None:
            return own
        others = [match for name in names[1:] if (match := self._named(name)).drug_id]
        drugs = {match.drug_id for match in others}
        if own.candidates:
            drugs &= set(own.candidates)
        if len(drugs) == 1:
            return next(match for match in others if match.drug_id in drugs)
        if len(drugs) > 1:
            could_be = tuple(sorted(drug for drug in drugs if drug))
            return Match(None, None, "its other names are those of several drugs", could_be)
        return own

    def _list(self, name: str) -> tuple[str, ...]:
        """The parts of a name that is no drug's, if each is one's."""
        own = self._named(name)
        if own.drug_id is not None or own.candidates:
            return ()
        ways = lists_of(name)
        return next((way for way in ways if all(self._named(part).drug_id for part in way)), ())

    def _match_of_term(
        self, term: str, instead_of: Sequence[tuple[str, ...]], beside: Sequence[str]
    ) -> Match:
        """The drug that a term of MeSH names, if an intervention is missing and no other term of
        those beside names another."""
        is_missing = any(not (self._match(n).drug_id or self._list(n[0])) for n in instead_of)
        found = self._reader.found(term)
        is_plain = found is not None and {what for what, _ in found.stripped} <= {Qualifier.SALT}
        match = self._named(term)
        others = {self._named(other).drug_id for other in beside} - {None, match.drug_id}
        if match.drug_id is None or not (is_missing and is_plain) or others:
            return Match(None)
        return Match(match.drug_id, MatchedBy.MESH)

    def _match_of_name(self, name: str) -> Match:
        found = self._reader.found(name)
        candidates = found.candidates if found else []
        drug = found.drug if found else None
        if found is None or drug is None or drug.id is None:
            could_be = tuple(sorted({each.id for each in candidates if each.id}))
            if could_be:
                return Match(None, None, "its name is that of several drugs", could_be)
            return Match(None, None, "it names no drug that is known")
        return Match(drug.id, _matched_by(found, drug.match))


def _texts(named: NamedSubstance) -> Iterator[str]:
    """The names that decide which drug a substance is."""
    said = named.substance
    names = [*said.names, *said.beside, *(n for names in said.instead_of for n in names)]
    if said.part_of is not None:
        names.append(said.part_of)
    for name in names:
        yield name
        for way in lists_of(name):
            yield from way


def _matched_by(found: FoundName, match: ResolveMatch) -> MatchedBy:
    if match is ResolveMatch.INGREDIENTS:
        return MatchedBy.INGREDIENTS
    has_salt = any(what is Qualifier.SALT for what, _ in found.stripped)
    return MatchedBy.NAME_WITHOUT_SALT if has_salt else MatchedBy.NAME
