"""Which drugs a name may mean, as it stands on a box, in an order or in a registry of trials.

A name is looked up as it is, then less what may be written beside it, the least first; then as the
ingredients of a combination. It means a drug where what is left is exactly a name of that drug and
of no other. Who knows the names, a reader of what is served or an import, gives them as
`KnownNames`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import chain, islice, pairwise, permutations, product
from types import MappingProxyType
from typing import NamedTuple, Protocol, Self

from app.models.drug import NameType
from app.names.distinctions import GREEK, NUMERALS, SPECIES_OF
from app.names.normalization import name_key, normalized, words_of
from app.names.product_words import (
    ABBREVIATED_COMBINATIONS,
    ABBREVIATED_INGREDIENTS,
    ABBREVIATED_NAMES,
    OF_FLUIDS,
    SURE_ABBREVIATIONS,
)
from app.names.qualifiers import (
    IONS,
    SALT_WORDS,
    Qualifier,
    StrippedName,
    is_of_instructions,
    parts_of,
    stripped_names,
    without_salt,
)


class ResolveMatch(StrEnum):
    """How a name or an identifier was resolved, if it was."""

    EXACT = "exact"
    BRAND = "brand"
    SYNONYM = "synonym"
    FORM = "form"
    IDENTIFIER = "identifier"
    RADIOLABELLED = "labelled"
    INGREDIENTS = "ingredients"
    PRODUCT = "product"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


MATCH_OF = {
    NameType.GENERIC: ResolveMatch.EXACT,
    NameType.BRAND: ResolveMatch.BRAND,
    NameType.SYNONYM: ResolveMatch.SYNONYM,
    NameType.FORM: ResolveMatch.FORM,
}


class KnownName(NamedTuple):
    """A name under its key: a drug's own, of some type, or an alias: see `app.models.lookup`.

    An alias has what a source calls its substance in place of the name, and no type; that of a
    substance which is quarantined has no drug.
    """

    key: str
    drug_id: str | None
    drug_name: str | None
    name: str
    type: NameType | None


class KnownIngredient(NamedTuple):
    """An ingredient of a combination: what it is called there, and which drug it is, if known."""

    combination_id: str
    combination_name: str
    name: str
    drug_id: str | None


class KnownNames(Protocol):
    """The names that are known."""

    def with_keys(self, keys: set[str]) -> Iterable[KnownName]:
        """Those with these keys, aliases too."""

    def beginning_with(self, key: str) -> Iterable[KnownName]:
        """Drugs' own names whose keys begin with this one and go on."""

    def ingredients(self, drug_ids: list[str]) -> Iterable[KnownIngredient]:
        """Those of these drugs, and of the combinations that have one of these."""


@dataclass(frozen=True)
class PossibleDrug:
    """A drug that may be meant, and how; without an id, a product of which nobody knows which drug
    it is. See `app.api.resolve.Candidate`."""

    id: str | None
    called: str | None
    match: ResolveMatch
    name: str | None
    substance: str | None = None


@dataclass(frozen=True)
class FoundName:
    """The drugs that a text may mean, and what stood beside."""

    candidates: list[PossibleDrug]
    stripped: list[tuple[Qualifier, str]]
    is_disputed: bool = False
    is_unsure: bool = False
    """Whether it is an abbreviation by which none is meant for sure."""

    @property
    def drug(self) -> PossibleDrug | None:
        """The drug that it means, if it is one."""
        return None if self.is_disputed else the_one(self.candidates)


def _is_of_its_protamine(row: KnownName) -> bool:
    """Whether a name is of an insulin's protamine, which lists have among those of the insulin: it
    acts for longer."""
    is_protamine = "protamine" in words_of(row.name).split()[1:]
    return is_protamine and "protamine" not in normalized(row.drug_name or "")


SALTS_OF_COMBINED = SALT_WORDS | {"acetonide", "trifenatate"}
"""What sources call ingredients of combinations by, and orders leave out."""


class _Lookup:
    """What is known under the keys of names."""

    def __init__(self, rows: Iterable[KnownName]) -> None:
        self._names: dict[str, list[KnownName]] = defaultdict(list)
        self._salts: dict[str, set[str]] = defaultdict(set)
        self._radiolabelled: dict[str, list[PossibleDrug]] = defaultdict(list)
        self._quarantined: dict[str, list[str]] = defaultdict(list)
        self.drugs: set[str] = set()
        for row in rows:
            if row.drug_id is None:
                self._quarantined[row.key].append(row.name)
                continue
            if _is_of_its_protamine(row):
                continue
            self.drugs.add(row.drug_id)
            if row.type is not None:
                self._names[row.key].append(row)
            elif without_salt(normalized(row.name)):
                self._salts[row.key].add(row.drug_id)
            else:
                match = ResolveMatch.RADIOLABELLED
                candidate = PossibleDrug(row.drug_id, row.drug_name, match, None, row.name)
                self._radiolabelled[row.key].append(candidate)

    def candidates(self, read: StrippedName) -> list[PossibleDrug]:
        """The drugs that have what is left of a name; as it is written, if any has it so."""
        named = self._names.get(name_key(read.name), [])
        if read.salt is not None and not read.is_sure:
            known = self._salts.get(name_key(read.salt), set())
            named = [each for each in named if each.drug_id in known]
        as_written = [each for each in named if normalized(each.name) == normalized(read.name)]
        return _candidates(as_written or named)

    def with_salt(self, name: str) -> set[str]:
        """The drugs of which a source has a salt that is called so."""
        return self._salts.get(name_key(name), set())

    def branded(self, read: StrippedName) -> list[PossibleDrug]:
        """The drugs that have what is left of a name for a brand."""
        found = _candidates(self._names.get(name_key(read.name), []))
        return [each for each in found if each.match is ResolveMatch.BRAND]

    def radiolabelled(self, read: StrippedName) -> list[PossibleDrug]:
        """The drugs whose radiolabelled form has what is left of a name."""
        return [] if read.salt is not None else self._radiolabelled.get(name_key(read.name), [])

    def quarantined(self, read: StrippedName) -> list[PossibleDrug]:
        """Of which nobody can say which drug they are: products that have it for a brand, and a
        salt that is called so."""
        own = normalized(read.name)
        return [
            PossibleDrug(
                None,
                None,
                ResolveMatch.SYNONYM if normalized(substance) == own else ResolveMatch.BRAND,
                read.name,
                substance,
            )
            for substance in dict.fromkeys(self._quarantined.get(name_key(read.name), []))
        ]


@dataclass(frozen=True)
class _Ingredient:
    """An ingredient: which drug it is, where that is known, and the words of its name."""

    drug: str | None
    words: list[str]

    @classmethod
    def of(cls, name: str, drug: str | None) -> Self:
        return cls(drug, sorted(words_of(name).split()))

    def is_same(self, own: Self) -> bool:
        return self.drug == own.drug if self.drug else self.words == own.words

    def is_less_salt_than(self, own: Self) -> bool:
        """Whether another is called what this is, with a word for a salt or an ester."""
        more = Counter(own.words)
        more.subtract(self.words)
        return bool(self.words) and min(more.values()) >= 0 and set(+more) <= SALTS_OF_COMBINED


@dataclass(frozen=True)
class _MadeOf:
    """A combination, and its ingredients."""

    id: str
    name: str
    ingredients: list[_Ingredient]

    def is_of(self, named: list[_Ingredient], with_salts: bool = False) -> bool:
        """Whether it has just these: each the drug that is named, or called what it is called; or
        with the word for a salt behind, if its sources have but that."""
        left = list(self.ingredients)
        for each in named:
            for own in left:
                if each.is_same(own) or (with_salts and each.is_less_salt_than(own)):
                    left.remove(own)
                    break
            else:
                return False
        return not left


class NameReader:
    """Reads names, and the texts in them: names of ingredients, and in brackets."""

    def __init__(
        self,
        known: KnownNames,
        names: Iterable[str],
        error_prone: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """`error_prone` are the keys of abbreviations by which no drug is meant for sure, with the
        names of those that may be."""
        self._known = known
        self._error_prone = error_prone
        self._readings: dict[str, list[StrippedName]] = {}
        self._parts: dict[str, list[tuple[str, ...]]] = {}
        unread = list(names)
        while unread:
            text = unread.pop()
            if text not in self._readings:
                unread += self._read(text)
        readings = [each for of_one in self._readings.values() for each in of_one]
        readings += [
            other for each in readings for other in [*_in_full(each), *_in_other_order(each)]
        ]
        written = {each.name for each in readings} | {each.salt for each in readings if each.salt}
        for each in readings:
            written.update(names_in(each.instructions))
        keys = {name_key(name) for name in written} - {""}
        keys |= {name_key(name) for key in keys for name in error_prone.get(key, ())}
        self._lookup = _Lookup(known.with_keys(keys))

    def _read(self, text: str) -> list[str]:
        """Read a text; which others stand in it."""
        readings = self._readings[text] = list(stripped_names(text))
        sure = [read for read in readings if not read.is_bare_number]  # `and poloxamer 407`
        names = dict.fromkeys(_written_out(_bare(some).name) for some in (sure, readings))
        ways = self._parts[text] = [
            tuple(ABBREVIATED_INGREDIENTS.get(normalized(part), part) for part in way)
            for name in names
            for way in parts_of(name)
        ]
        asides = [
            text for read in readings for aside in read.asides for text in _asides(read.name, aside)
        ]
        return [*asides, *(part for way in ways for part in way)]

    def found(self, text: str) -> FoundName | None:
        """The drugs that a text may mean; None where it is no drug's name."""
        return self._named(text) or self._combination(text) or self._written_otherwise(text)

    def bare(self, text: str) -> str:
        """What is left of a text that was not found, where that is sure."""
        sure = [
            r
            for r in self._readings[text]
            if r.ingredients == 1 and not (r.is_numeral or r.is_bare_number)
        ]
        return _bare(sure).name

    def _named(self, text: str) -> FoundName | None:
        """The drugs that have what is left of a text for a name: of the least stripped, if any."""
        readings = self._readings[text]
        for read in readings:
            if (names := self._error_prone.get(name_key(read.name))) is not None:
                meant = [c for name in names for c in self._lookup.candidates(StrippedName(name))]
                each_once = list({each.id: each for each in meant}.values())
                unsure = FoundName(each_once, read.stripped, is_disputed=True, is_unsure=True)
                return unsure if meant else None
            candidates = self._candidates(read, readings) or self._abbreviated(read, readings)
            if candidates and self._is_short(read, candidates):
                return FoundName(candidates, read.stripped, is_disputed=True, is_unsure=True)
            found = self._with_asides(read, candidates, read.stripped) if candidates else None
            if found:
                return found
        return None

    def _is_short(self, read: StrippedName, candidates: list[PossibleDrug]) -> bool:
        """Whether a name is so short a synonym that others than its sources mean others by it:
        `Dex`, `CP`, `ACV`."""
        key = name_key(read.name)
        is_short = len(key) <= SHORTEST_NAME and key not in SURE_ABBREVIATIONS
        are_synonyms = all(each.match is ResolveMatch.SYNONYM for each in candidates)
        return bool(self._error_prone) and is_short and are_synonyms

    def _abbreviated(self, read: StrippedName, readings: list[StrippedName]) -> list[PossibleDrug]:
        """The drugs that a name is an abbreviation of which no source has."""
        found = [c for other in _in_full(read) for c in self._candidates(other, readings)]
        return list({each.id: each for each in reversed(found)}.values())[::-1]

    def _written_otherwise(self, text: str) -> FoundName | None:
        """The drugs that have the same words for a name in another order, or this and what says no
        more behind it."""
        readings = self._readings[text]
        for read in readings:
            found = [
                candidate
                for other in _in_other_order(read)
                for candidate in self._candidates(other, readings)
            ]
            if candidates := list({each.id: each for each in reversed(found)}.values())[::-1]:
                return self._with_asides(read, candidates, read.stripped)
        for read in readings:
            if candidates := self._written_with_more(read):
                return self._with_asides(read, candidates, read.stripped)
        return None

    def _written_with_more(self, read: StrippedName) -> list[PossibleDrug]:
        """The drugs of names that have nothing but a strength or a salt behind this one: sources
        have `DURAGESIC-100`, and of divalproex only its sodium."""
        if len(name_key(read.name)) < SHORTEST_BEGINNING or read.salt or not read.is_as_written:
            return []
        if read.is_bare_number or read.instructions or self._lookup.candidates(read):
            return []
        start = len(normalized(read.name))
        behind = [
            (normalized(each.name)[start:].replace("-", " ").replace(",", " "), each)
            for each in self._family(read.name)
        ]
        found = [
            each
            for more, each in behind
            if SAYS_NO_MORE[each.type is NameType.BRAND].fullmatch(more)
        ]
        of_species = {each.drug_id for more, each in behind if more.strip() in SPECIES_OF}
        is_of_any = "insulin" not in read.name.lower() or of_species <= {e.drug_id for e in found}
        return _candidates(found) if is_of_any else []

    def _candidates(self, read: StrippedName, readings: list[StrippedName]) -> list[PossibleDrug]:
        lookup = self._lookup
        candidates = lookup.candidates(read) or lookup.radiolabelled(read)
        if read.ingredients > 1:
            of_all = {
                id_
                for id_, combination in self._combinations.items()
                if len(combination.ingredients) == read.ingredients
            }
            candidates = [each for each in candidates if each.id in of_all]
        if len(name_key(read.name)) < SHORTEST_NAME and read.before:
            return []  # `Tab Na` is no sodium
        if not candidates or (read.is_numeral and not self._is_route(read.name, candidates)):
            return []
        if not self._is_sure_of_what_stood_beside(read, candidates):
            return []
        if all(candidate.match is ResolveMatch.BRAND for candidate in candidates):
            candidates = self._less_suffixed(read, candidates)
            salts = [c for r in readings if r.salt == read.name for c in lookup.candidates(r)]
            if (own := the_one(salts)) and own.id in lookup.with_salt(read.name):
                return []  # what is called after a drug's salt is no brand of another's
            others = [*lookup.quarantined(read), *salts]
            if any(_may_tell_brands_apart(*each) for each in read.stripped):
                others += self._siblings(read, candidates)
            return candidates + [each for each in others if each.id not in _ids(candidates)]
        if without_salt(normalized(read.name)) and not _is_generic(candidates):
            brands = [c for r in readings if r.salt == read.name for c in lookup.branded(r)]
            others = [each for each in brands if each.id not in _ids(candidates)]
            return candidates + lookup.quarantined(read) + others
        return candidates

    def _is_sure_of_what_stood_beside(
        self, read: StrippedName, candidates: list[PossibleDrug]
    ) -> bool:
        """Whether what stood beside a name was no part of it: a number without a unit, what a drug
        is diluted in, instructions."""
        kinds = {what for what, _ in read.stripped}
        if Qualifier.DILUENT in kinds and normalized(read.name) in OF_FLUIDS:
            return False
        if read.is_bare_number and not self._is_strength(read, candidates, kinds):
            return False
        if not read.instructions:
            return True
        meant = set(_ids(candidates))
        others = (
            each.id
            for name in names_in(read.instructions)
            for each in self._lookup.candidates(StrippedName(name))
        )
        return _names_no_other(read.instructions) and meant.issuperset(others)

    def _is_strength(
        self, read: StrippedName, candidates: list[PossibleDrug], kinds: set[Qualifier]
    ) -> bool:
        """Whether a number behind a name is a strength, without its unit: `lisinopril 20`.

        It is not that of an isotope, of a class of polymers or vaccines, or of a tablet of codeine.
        """
        words = words_of(read.name).split()
        is_ion = not IONS.isdisjoint(words) or "iodide" in words
        last = words[-1] if words else ""
        is_long = len(last) >= SHORTEST_NUMBERED or last == "asa"  # which is given in numbers alone
        if not is_long or not last.isalpha() or last in NUMBERED:
            return False
        is_said = not kinds.isdisjoint((Qualifier.DOSE_FORM, Qualifier.ROUTE, Qualifier.FREQUENCY))
        if is_ion and not is_said:
            return False
        numbers = [text for what, text in read.after if what is Qualifier.STRENGTH]
        if any(_CODE_NUMBER.fullmatch(text) for text in numbers):
            return False
        is_small = any(map(_SMALL.fullmatch, numbers))
        if is_small and all(c.match is ResolveMatch.BRAND for c in candidates):
            return False  # `Tylenol 3` has codeine in it
        numbered = {
            each.drug_id
            for each in self._family(read.name)
            if normalized(each.name)[len(read.name) :].strip(" -")[:1].isdigit()
        }
        return numbered <= set(_ids(candidates))

    def _with_asides(
        self,
        read: StrippedName,
        candidates: list[PossibleDrug],
        stripped: list[tuple[Qualifier, str]],
    ) -> FoundName | None:
        """The same, if what stands beside it in brackets is the same drug; else it may be each.

        RxNorm writes a brand in square brackets behind a product with all its ingredients: it may
        be unknown here, or have other products too.
        """
        found = FoundName(candidates, stripped)
        amounts = (text for what, text in stripped if what is Qualifier.STRENGTH)
        has_strength = read.ingredients == 1 and any(map(_HAS_DIGIT.search, amounts))
        for aside in read.asides:
            other = self._aside_found(_asides(read.name, aside), found)
            is_brand = aside[0] == "[" and _ends_with(aside[1:-1], stripped)
            if other is None and is_brand:
                of_none = (Qualifier.NOT_UNDERSTOOD, aside[1:-1])
                found = replace(found, stripped=[*found.stripped[:-1], of_none])
            elif other is None:
                if not _is_code(read.name, aside[1:-1].strip()):
                    return None
            elif (drug := _id(found)) is None or not (
                drug == _id(other)
                or (
                    drug in _ids(other.candidates) and (is_brand or has_strength or other.is_unsure)
                )
            ):
                both = [*_less_also(found.candidates), *_less_also(other.candidates)]
                by_drug = {each.id: each for each in reversed(both)}
                found = FoundName(list(by_drug.values())[::-1], stripped, is_disputed=True)
        return found

    def _aside_found(self, texts: list[str], found: FoundName) -> FoundName | None:
        """What an aside is the name of; of several names, any that is another's decides."""
        others = [other for text in texts if (other := self.found(text))]
        disputed = (other for other in others if _id(other) != _id(found))
        return next(disputed, others[0] if others else None)

    def _combination(self, text: str) -> FoundName | None:
        """The combinations that have exactly the ingredients that a text names."""
        read = _bare(self._readings[text])
        found: dict[str, PossibleDrug] = {}
        stripped: list[tuple[Qualifier, str]] = []
        ways = self._parts[text]
        for way, with_salts in [*product(ways, (False,)), *product(ways, (True,))]:
            if found and with_salts:
                break
            named = [self._named(part) for part in way]
            parts = [
                _Ingredient.of(_bare(self._readings[part]).name, _id(each) if each else None)
                for part, each in zip(way, named, strict=True)
            ]
            parts = list({part.drug or " ".join(part.words): part for part in parts}.values())
            drugs = [part.drug for part in parts if part.drug]
            if read.ingredients not in (1, len(way)):
                continue
            made_of = (self._combinations_with.get(drug, ()) for drug in drugs)
            for combination in chain.from_iterable(made_of if with_salts else islice(made_of, 1)):
                if combination.id not in found and combination.is_of(parts, with_salts):
                    found[combination.id] = PossibleDrug(
                        combination.id, combination.name, ResolveMatch.INGREDIENTS, None
                    )
                    beside = [each.stripped if each else [] for each in named]
                    stripped = [*read.before, *chain.from_iterable(beside)]
        if not found:
            return None
        stripped += replace(read, before=()).stripped
        return self._with_asides(read, list(found.values()), stripped)

    @cached_property
    def _combinations(self) -> dict[str, _MadeOf]:
        """Combinations of drugs that are named, and those that are."""
        return self._made_of(self._lookup.drugs)

    @cached_property
    def _combinations_with(self) -> dict[str, list[_MadeOf]]:
        """The same by each drug that is an ingredient of theirs."""
        found: dict[str, list[_MadeOf]] = defaultdict(list)
        for combination in self._combinations.values():
            for drug in {own.drug for own in combination.ingredients if own.drug}:
                found[drug].append(combination)
        return found

    def _made_of(self, drugs: Iterable[str]) -> dict[str, _MadeOf]:
        """Combinations by their ids: these, and those of these."""
        made_of: dict[str, _MadeOf] = {}
        for id_, called, name, drug in self._known.ingredients(sorted(drugs)):
            combination = made_of.setdefault(id_, _MadeOf(id_, called, []))
            combination.ingredients.append(_Ingredient.of(name, drug))
        return made_of

    def _siblings(self, read: StrippedName, candidates: list[PossibleDrug]) -> list[PossibleDrug]:
        """The drugs of brands that begin with this one: less its dose form, it could be each.

        Lotrimin is a cream of clotrimazole; the powder is Lotrimin AF, of miconazole. But one
        strength is not that of a combination which has another ingredient too.
        """
        amounts = (text for what, text in read.stripped if what is Qualifier.STRENGTH)
        has_amount = any(map(_HAS_DIGIT.search, amounts))
        start = len(words_of(read.name))
        brands = _candidates(
            each
            for each in self._family(read.name)
            if each.type is NameType.BRAND
            and not (has_amount and PURPOSES.issuperset(words_of(each.name)[start:].split()))
        )
        if not brands or not has_amount:
            return brands
        meant = set(_ids(candidates)) - {None}
        made_of = self._made_of(each.id for each in brands if each.id)
        return [
            each
            for each in brands
            if each.id is None
            or each.id not in made_of
            or meant.isdisjoint(own.drug for own in made_of[each.id].ingredients)
        ]

    def _less_suffixed(
        self, read: StrippedName, candidates: list[PossibleDrug]
    ) -> list[PossibleDrug]:
        """The drugs of a brand, less the combinations of one of them that have it with a suffix as
        well: of `Cipro` and `Cipro HC`, the second is the combination's."""
        if len(candidates) < 2:
            return candidates
        start = len(normalized(read.name))
        suffixed = {
            each.drug_id
            for each in self._family(read.name)
            if each.type is NameType.BRAND and normalized(each.name)[start:].strip().isalpha()
        }
        ids = set(_ids(candidates))
        theirs = {
            each.id
            for each in candidates
            if each.id in suffixed
            and each.id in self._combinations
            and not ids.isdisjoint(own.drug for own in self._combinations[each.id].ingredients)
        }
        return [each for each in candidates if each.id not in theirs]

    def _family(self, name: str) -> list[KnownName]:
        """The names that begin with this one and go on."""
        begins = re.compile(re.escape(normalized(name)) + r"\b")
        rows = self._known.beginning_with(name_key(name))
        return [
            row
            for row in rows
            if begins.match(normalized(row.name)) and not _is_of_its_protamine(row)
        ]

    def _is_route(self, name: str, candidates: list[PossibleDrug]) -> bool:
        """Whether `IV` behind a name is a route: of angiotensin, collagen, it is a numeral."""
        following = [words_of(each.name)[len(words_of(name)) :] for each in self._family(name)]
        is_numbered = any(words.split()[0] in NUMERALS for words in following if words.strip())
        return _is_generic(candidates) and not is_numbered


_HAS_DIGIT = re.compile("[0-9]")


def _bare(readings: list[StrippedName]) -> StrippedName:
    """The reading with the least that is left, but for a salt."""
    return next(read for read in reversed(readings) if read.salt is None and read.is_as_written)


def _in_full(read: StrippedName) -> list[StrippedName]:
    """A name that is an abbreviation, as each name that it may be in full."""
    return [replace(read, name=name) for name in _IN_FULL.get(name_key(read.name), ())]


_IN_FULL = {name_key(short): names for short, names in ABBREVIATED_NAMES.items()}


def _in_other_order(read: StrippedName) -> list[StrippedName]:
    """A name of two or three words with the words in every other order: `insulin regular`."""
    words = read.name.split()
    if not 2 <= len(words) <= MOST_REORDERED or read.salt is not None or not read.is_as_written:
        return []
    return [replace(read, name=" ".join(order)) for order in permutations(words)][1:]


SHORTEST_BEGINNING = 5
"""Letters of the shortest name that is looked for among those that begin with it."""

_SALTS = "|".join(sorted(SALT_WORDS))
SAYS_NO_MORE = {
    False: re.compile(rf"(?:\s+(?:human|recombinant|{_SALTS}))+"),
    True: re.compile(rf"(?:\s(?:[\d./]+|mg|mcg|ml|hour|pak|\(?copackaged\)?|{_SALTS}))+"),
}
"""What may stand behind a name for the same drug, of a brand and of others: a salt, and behind a
brand its strengths. Digits behind another name are a code: `Bayer 1470` is xylazine."""

PURPOSES = frozenset(
    """
    allergy and children cold congestion cough day daytime flu headache multi night nighttime pain
    relief severe sinus sleep symptom
    """.split()  # noqa: SIM905 -- a list of strings would be read by nobody
)
"""What a product of a brand is for, which nobody leaves out who gives its strength."""

MOST_REORDERED = 3
"""Of how many words a name is at most whose words may stand in any order."""


NUMBERED = GREEK | {"alfa", "factor", "interleukin", "omega", "polymer", "vaccine", "vitamin"}
"""Words behind which a number is part of a name."""

SHORTEST_NUMBERED = 4
"""Letters of the shortest word behind which one is a strength."""

_CODE_NUMBER = re.compile("[0-9]{5,}")
"""A number that is a code: nobody is given 10,000 of anything without its unit."""

_SMALL = re.compile("[1-4]")
"""A number that says how much codeine is in a tablet, or a phase, as well as a strength."""


def names_in(instructions: str) -> list[str]:
    """What could be a drug's name in the instructions of a line: each word, and each two."""
    if not instructions:
        return []
    words = words_of(instructions).split()
    strange = [w for w in words if len(w) >= SHORTEST_NAME and not is_of_instructions(w)]
    return [*strange, *(f"{one} {other}" for one, other in pairwise(words) if other in strange)]


SHORTEST_NAME = 3
"""Letters of a word of instructions that is looked up: others are no drugs' names."""


def _names_no_other(instructions: str) -> bool:
    """Whether what is joined to instructions is no other ingredient, of a name that is not known:
    no strange word stands behind a joiner."""
    for joined in _JOINED.finditer(normalized(instructions)):
        if not is_of_instructions(joined[1]):
            return False
    return True


_JOINED = re.compile(r"(?:[/+&]|\band\b|\bplus\b|\bwith\b)\s*([a-z]{2,})")


def _written_out(name: str) -> str:
    """A name, or the ingredients of the combination that it is a British Approved Name of."""
    return ABBREVIATED_COMBINATIONS.get(normalized(name), name)


def _asides(name: str, aside: str) -> list[str]:
    """What stands in brackets beside a name: each name of a list; with the name, if it is a salt
    of it."""
    text = aside[1:-1].strip().removeprefix("as ")
    if (SALT_WORDS | SPECIES_OF.keys()).issuperset(normalized(text).split()):
        return [f"{name} {text}"]
    listed = [part.strip() for part in re.split("[;,]", text)]
    return [text, *listed] if len(listed) > 1 and all(listed) else [text]


def _is_code(name: str, aside: str) -> bool:
    """Whether what stands in brackets beside a name can only be a code or an abbreviation of it:
    `(BAY1747846)`, or `(MTX)` beside methotrexate."""
    if _CODE.fullmatch(aside):
        return True
    plain = words_of(name)
    short = _ABBREVIATION.fullmatch(aside)
    if short is None or short[1][0].lower() != plain[:1]:
        return False
    letters = iter(plain)
    return all(letter in letters for letter in short[1].lower())


_CODE = re.compile(r"[A-Z]{2}[- ]?[0-9]{4,}|[A-Z]{3,}[- ]?[0-9]{2,}")
_ABBREVIATION = re.compile("(?:[0-9]-)?([A-Z]{2,6})")


def _may_tell_brands_apart(what: Qualifier, text: str) -> bool:
    """Whether brands can differ in it: Lotrimin is a cream, the powder is Lotrimin AF."""
    in_words = what is Qualifier.STRENGTH and not _HAS_DIGIT.search(text)
    return in_words or what in (Qualifier.DOSE_FORM, Qualifier.CONTAINER)


def _ends_with(brand: str, stripped: list[tuple[Qualifier, str]]) -> bool:
    """Whether a brand stands at the end of a product, with its strength and dose form."""
    kinds = {what for what, _ in stripped}
    return stripped[-1][1] == brand and kinds >= {Qualifier.STRENGTH, Qualifier.DOSE_FORM}


def _is_generic(candidates: Iterable[PossibleDrug]) -> bool:
    """Whether it is what a drug is called, or its radiolabelled form."""
    own = (ResolveMatch.EXACT, ResolveMatch.RADIOLABELLED)
    return any(candidate.match in own for candidate in candidates)


def _id(found: FoundName) -> str | None:
    drug = found.drug
    return drug.id if drug else None


def _ids(candidates: Iterable[PossibleDrug]) -> list[str | None]:
    return [candidate.id for candidate in candidates]


BEST_FIRST = {type_: place for place, type_ in enumerate(NameType)}


def _candidates(named: Iterable[KnownName]) -> list[PossibleDrug]:
    """The drugs that have a name, each once, by the best kind of it."""
    found: dict[str, PossibleDrug] = {}
    own = [(each.type, each.drug_id, each) for each in named if each.type and each.drug_id]
    for type_, id_, each in sorted(own, key=lambda n: (BEST_FIRST[n[0]], n[1])):
        found.setdefault(id_, PossibleDrug(id_, each.drug_name, MATCH_OF[type_], each.name))
    return list(found.values())


def the_one(candidates: list[PossibleDrug]) -> PossibleDrug | None:
    """The candidate that is meant, if it is one: the drug that is called so goes before those that
    have the name beside their own."""
    left = _less_also(candidates)
    return left[0] if len(left) == 1 else None


def synonymous(candidates: list[PossibleDrug]) -> list[PossibleDrug]:
    """The drugs that have a name beside their own, where it is what one other is called, here or by
    a source, or what a form of one other is, or where the others are but the ion of a salt."""
    called = [each for each in candidates if each.called and _is_called(each.called, each.name)]
    called = called or [each for each in candidates if each.match is ResolveMatch.EXACT]
    called = called or [each for each in candidates if each.match is ResolveMatch.FORM]
    called = called or [each for each in candidates if not _is_ion_of(each.called, each.name)]
    beside = (ResolveMatch.EXACT, ResolveMatch.SYNONYM, ResolveMatch.FORM)
    others = [each for each in candidates if each.id and each.match in beside]
    if len(called) != 1 or len(others) != len(candidates):
        return []
    return [each for each in others if each not in called]


def _is_ion_of(drug_name: str | None, name: str | None) -> bool:
    """Whether a drug is but the ion that a name is short for: nobody is given lithium's cation."""
    return f"{normalized(name or '')} cation" == normalized(drug_name or "")


def _is_called(drug_name: str, name: str | None) -> bool:
    return name is not None and name_key(name) == name_key(drug_name)


def _less_also(candidates: list[PossibleDrug]) -> list[PossibleDrug]:
    also = synonymous(candidates)
    return [each for each in candidates if each not in also]
