"""Which drug each substance is that the sources name.

The sources stand in a fixed order, and each is asked which of its substances are drugs that those
before it named; what is left makes drugs of its own. So the answer follows from what is loaded, and
never from the order in which it was. A substance finds its drug by a shared identifier, then by its
exact name, then by its name less a word for its salt; never by part of a name. What could be two
drugs is quarantined, with both.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from app.ingest.sources.interface import Substance
from app.models.fact import MatchedBy
from app.names.normalization import name_key, normalized, words_of
from app.names.qualifiers import without_salt
from app.names.slugs import shortened, slug

Identifier = tuple[str, str]

MATCHING = frozenset({"unii", "inchikey", "cas", "rxcui", "drugbank", "chembl", "gtopdb"})
"""The systems by whose identifiers a substance is found: each names one substance."""

OF_SOMETHING_ELSE = frozenset({MatchedBy.NAME_WITHOUT_SALT, MatchedBy.RADIOLABELLED})
"""How a substance was matched whose names and identifiers are not the drug's."""


@dataclass(slots=True)
class NamedSubstance:
    """A substance as a source names it. `key` is unique in the source and orders its substances.

    `drug_id` is given where a person wrote down which drug it is.
    """

    source_id: str
    key: str
    substance: Substance
    drug_id: str | None = None


@dataclass(slots=True)
class Match:
    """The drug that a substance is, and how that was found; or why it is none."""

    drug_id: str | None
    matched_by: MatchedBy | None = None
    quarantined: str | None = None
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Ingredient:
    """What a combination is made of: as it is named, and the drug that it is, if it is known."""

    name: str
    drug_id: str | None


@dataclass(slots=True)
class ResolvedDrug:
    """A drug: its id, its name, and of what it is made if it is a combination."""

    id: str
    name: str
    ingredients: tuple[Ingredient, ...] = ()


@dataclass(slots=True)
class ResolvedSubstances:
    """What was found: each substance's drug by `(source_id, key)`, and every drug by its id.

    `ambiguous` are the identifiers that several drugs have; they are none's.
    """

    matches: dict[tuple[str, str], Match]
    drugs: dict[str, ResolvedDrug]
    ambiguous: dict[Identifier, list[str]]


def resolve(substances: Iterable[NamedSubstance], order: Sequence[str]) -> ResolvedSubstances:
    """Which drug each substance is. `order` names the sources, the first to be asked first."""
    place = {source: i for i, source in enumerate(order)}
    tiers = sorted(substances, key=lambda n: (place[n.source_id], n.key))
    resolver = _Resolver()
    combinations: list[NamedSubstance] = []
    for _, tier in groupby(tiers, key=lambda n: n.source_id):
        single: list[NamedSubstance] = []
        for named in tier:
            said = named.substance
            is_made_of = said.ingredients or said.ingredient_uniis
            (combinations if is_made_of else single).append(named)
        resolver.add_source(single)
    resolver.add_combinations(combinations)
    return resolver.resolved()


@dataclass(slots=True, eq=False)
class _NewDrug:
    """A drug in the making; its id is settled last, for two may want the same."""

    name: str
    wanted_id: str
    suffix: str
    fixed: bool = False
    radiolabelled: bool = False
    ingredients: tuple[tuple[str, "_NewDrug | None"], ...] = ()
    connectivity: set[str] = field(default_factory=set)
    id: str = ""

    def is_made_otherwise(self, substance: Substance, names: list[str]) -> bool:
        """Whether a substance that has one of its synonyms is of another structure.

        A salt's is another than its drug's; so of what may be one, this says nothing.
        """
        other = _connectivity(substance)
        return bool(
            other
            and self.connectivity
            and not other & self.connectivity
            and name_key(self.name) not in map(name_key, names)
            and not names_salt(substance.names[0])
        )


def _begins_so(drug: _NewDrug, name: str) -> bool:
    """Whether a drug is called what is left of a name without its salt, and more: an ester of it.

    So `uridine diphosphate` may be uridine-5'-diphosphate, though uridine is a drug as well.
    """
    return any(normalized(drug.name).startswith(stem) for stem in without_salt(name))


def _connectivity(substance: Substance) -> set[str]:
    """The first blocks of its InChIKeys: which atoms are tied to which."""
    return {value[:14] for system, value in substance.identifiers if system == "inchikey"}


@dataclass(slots=True)
class _Outcome:
    """What a substance was found to be, in the making."""

    drug: _NewDrug | None = None
    matched_by: MatchedBy | None = None
    quarantined: str | None = None
    candidates: list[_NewDrug] = field(default_factory=list)


class _Resolver:
    """The drugs that are known so far, and what they are found by."""

    def __init__(self) -> None:
        self._drugs: list[_NewDrug] = []
        self._by_identifier: dict[Identifier, list[_NewDrug]] = defaultdict(list)
        self._by_name: dict[str, list[_NewDrug]] = defaultdict(list)
        self._by_synonym: dict[str, list[_NewDrug]] = defaultdict(list)
        self._found: dict[tuple[str, str], _Outcome] = {}

    def add_source(self, tier: list[NamedSubstance]) -> None:
        """Take in what one source names: first what was known before it, then what is new."""
        new = []
        matched = []
        for named in tier:
            found = _Outcome() if named.drug_id else self._find(named.substance)
            if found.drug is None and found.quarantined is None:
                new.append(named)
            else:
                self._found[named.source_id, named.key] = found
                matched.append((named.substance, found))
        _keep_one_each(matched)
        for substance, found in matched:
            self._learn(substance, found)
        # Those that are surely drugs of their own come first, and salts last.
        distinct = [named for named in new if named.substance.distinct]
        for named in distinct:
            self._make(named)
        for named in sorted((n for n in new if not n.substance.distinct), key=_salts_last):
            found = self._find(named.substance)
            if found.drug is None and found.quarantined is None:
                self._make(named)
            else:
                self._found[named.source_id, named.key] = found
                self._learn(named.substance, found)

    def add_combinations(self, combinations: list[NamedSubstance]) -> None:
        """Take in combinations: those of the same ingredients are one drug."""
        made: dict[tuple[str, ...], _NewDrug] = {}
        for named in combinations:
            found = self._ingredients(named.substance)
            if isinstance(found, _Outcome):
                self._found[named.source_id, named.key] = found
                continue
            ingredients_key = tuple(
                sorted(f"drug {id(drug)}" if drug else normalized(name) for name, drug in found)
            )
            drug = made.get(ingredients_key)
            if drug is None:
                drug = made[ingredients_key] = self._combination(found)
            self._found[named.source_id, named.key] = _Outcome(drug, MatchedBy.INGREDIENTS)

    def resolved(self) -> ResolvedSubstances:
        """What was found, with every drug's id settled."""
        self._settle_ids()
        matches = {
            key: Match(
                found.drug.id if found.drug else None,
                found.matched_by,
                found.quarantined,
                tuple(sorted({drug.id for drug in found.candidates})) if found.candidates else (),
            )
            for key, found in self._found.items()
        }
        drugs = {
            drug.id: ResolvedDrug(
                drug.id,
                drug.name,
                tuple(Ingredient(name, of.id if of else None) for name, of in drug.ingredients),
            )
            for drug in self._drugs
        }
        ambiguous = {
            identifier: sorted(drug.id for drug in owners)
            for identifier, owners in self._by_identifier.items()
            if len(owners) > 1
        }
        return ResolvedSubstances(matches, drugs, ambiguous)

    def _find(self, substance: Substance) -> _Outcome:
        sure: list[_NewDrug] = []
        ambiguous: list[_NewDrug] = []
        for identifier in substance.identifiers:
            owners = self._by_identifier.get(identifier, []) if identifier[0] in MATCHING else []
            if substance.radiolabelled:  # another radiolabelled one says nothing of this
                owners = [drug for drug in owners if not drug.radiolabelled]
            for drug in owners:
                within = sure if len(owners) == 1 else ambiguous
                if drug not in within:
                    within.append(drug)
        names = [normalized(name) for name in substance.names]
        named = self._named(names)
        if len(sure) > 1:
            return _Outcome(quarantined="its identifiers are of several drugs", candidates=sure)
        of_stem = self._of_stem(names)
        if sure:
            others = [drug for drug in ambiguous if sure[0] not in ambiguous]
            if others:
                reason = "its identifiers are of several drugs"
            elif named and sure[0] not in named:
                others, reason = named, "its identifier is of one drug and its name of another"
            elif of_stem and not (named or sure[0] in of_stem or _begins_so(sure[0], names[0])):
                reason = "its identifier is of one drug and its name without the salt of another"
                others = of_stem
            if others:
                return _Outcome(quarantined=reason, candidates=sure + others)
            # What is radiolabelled has the identifiers of what it is made of, and its own name.
            of_another = substance.radiolabelled and not named
            return _Outcome(
                sure[0], MatchedBy.RADIOLABELLED if of_another else MatchedBy.IDENTIFIER
            )
        if ambiguous:
            agreed = [drug for drug in named if drug in ambiguous]
            if len(agreed) == len(named) == 1:
                return _Outcome(agreed[0], MatchedBy.NAME)
            reason = "several drugs claim its identifier"
            return _Outcome(quarantined=reason, candidates=ambiguous + named)
        if len(named) > 1:
            return _Outcome(quarantined="its name is that of several drugs", candidates=named)
        if named:
            if named[0].is_made_otherwise(substance, names):
                reason = "its name is a synonym of a drug of another structure, by their InChIKeys"
                return _Outcome(quarantined=reason, candidates=named)
            return _Outcome(named[0], MatchedBy.NAME)
        called_so = self._by_synonym.get(names[0], []) if names else []
        return _by_synonym_or_stem(called_so, of_stem, without_salt(names[0]) if names else [])

    def _of_stem(self, names: list[str]) -> list[_NewDrug]:
        """The drugs that are called what is left of a name without a word for its salt."""
        stems = without_salt(names[0]) if names else []
        return next((drugs for stem in stems if (drugs := self._named([stem]))), [])

    def _named(self, names: Iterable[str]) -> list[_NewDrug]:
        found: list[_NewDrug] = []
        for name in names:
            for drug in self._by_name.get(name, ()):
                if drug not in found:
                    found.append(drug)
        return found

    def _learn(self, substance: Substance, found: _Outcome) -> None:
        """A drug is found by whatever a source calls it; but its salt, or what is made of it to
        carry a label, is something else."""
        if found.drug is None or found.matched_by in OF_SOMETHING_ELSE:
            return
        called = substance.names[0] if substance.names else ""
        if not is_its_salt(found.matched_by, called, found.drug.name):
            found.drug.connectivity |= _connectivity(substance)
            for identifier in substance.identifiers:
                owners = self._by_identifier[identifier]
                if found.drug not in owners:
                    owners.append(found.drug)
        for names, by_name in (
            (substance.names, self._by_name),
            (substance.synonyms, self._by_synonym),
        ):
            for name in names:
                owners = by_name[normalized(name)]
                if found.drug not in owners:
                    owners.append(found.drug)

    def _make(self, named: NamedSubstance) -> None:
        if not named.substance.names:
            reason = "no drug that is known has its identifier, and it has no name"
            self._found[named.source_id, named.key] = _Outcome(quarantined=reason)
            return
        name = named.substance.names[0]
        drug = _NewDrug(
            name,
            named.drug_id or slug(name),
            named.key,
            fixed=bool(named.drug_id),
            radiolabelled=named.substance.radiolabelled,
        )
        self._drugs.append(drug)
        found = _Outcome(drug, MatchedBy.ITSELF)
        self._found[named.source_id, named.key] = found
        self._learn(named.substance, found)

    def _ingredients(self, substance: Substance) -> list[tuple[str, _NewDrug | None]] | _Outcome:
        """Each ingredient with the drug that it is; or why that cannot be said.

        UNIIs are as many as names, and in no order that ties the two together: each UNII that is
        known has to be one of the drugs that the names are.
        """
        if len(substance.ingredient_uniis) > len(substance.ingredients):
            return _Outcome(quarantined="it has more UNIIs than names: an ingredient is not named")
        by_name: list[tuple[str, _NewDrug | None]] = []
        for name in substance.ingredients:
            found = self._find(Substance((name,)))
            if found.quarantined:
                found.quarantined = f"of its ingredient {name}, {found.quarantined}"
                return found
            by_name.append((name, found.drug))
        unnamed = [i for i, (_, drug) in enumerate(by_name) if drug is None]
        known: list[_NewDrug] = []
        for unii in substance.ingredient_uniis:
            owners = self._by_identifier.get(("unii", unii), ())
            if len(owners) == 1:
                known.append(owners[0])
        strangers = [drug for drug in known if drug not in [d for _, d in by_name]]
        if len(strangers) > len(unnamed):
            return _Outcome(
                quarantined="its ingredients' names and UNIIs are of different drugs",
                candidates=[d for _, d in by_name if d] + strangers,
            )
        if len(strangers) == len(unnamed) == 1:
            if len(known) < len(substance.ingredients):
                return _Outcome(
                    quarantined="not all of its UNIIs are known: one may be of any ingredient",
                    candidates=[d for _, d in by_name if d] + strangers,
                )
            by_name[unnamed[0]] = (by_name[unnamed[0]][0], strangers[0])
        return sorted(by_name, key=lambda i: normalized(i[1].name if i[1] else i[0]))

    def _combination(self, ingredients: list[tuple[str, _NewDrug | None]]) -> _NewDrug:
        names = [drug.name if drug else name for name, drug in ingredients]
        if len({normalized(name) for name in names}) < len(names):  # two salts of one drug
            names = [name for name, _ in ingredients]
        name = " / ".join(names)
        drug = _NewDrug(name, slug(name), "combination", ingredients=tuple(ingredients))
        self._drugs.append(drug)
        return drug

    def _settle_ids(self) -> None:
        """The first that wants an id has it; what comes later has its source's id."""
        taken = {drug.wanted_id for drug in self._drugs if drug.fixed}
        for drug in self._drugs:
            drug.id = drug.wanted_id
            if drug.fixed:
                continue
            if drug.id in taken:
                drug.id = shortened(f"{drug.wanted_id}-{slug(drug.suffix)}")
            while drug.id in taken:
                drug.id = shortened(f"{drug.id}-x")
            taken.add(drug.id)


def _by_synonym_or_stem(
    called_so: list[_NewDrug], of_stem: list[_NewDrug], stems: list[str]
) -> _Outcome:
    """The drug of which a name is a synonym, or that is called what is left of it without the salt.

    Where several are called what is left, the synonym tells which, unless another of them has that
    as its own name: neomycin sulfate is a synonym of framycetin, and neomycin is a drug as well.
    """
    if len(of_stem) == 1:
        if called_so and of_stem[0] not in called_so:
            reason = "its name is a synonym of one drug, and without the salt the name of another"
            return _Outcome(quarantined=reason, candidates=called_so + of_stem)
        return _Outcome(of_stem[0], MatchedBy.NAME_WITHOUT_SALT)
    others = [d for d in of_stem if d not in called_so and normalized(d.name) in stems]
    if len(called_so) == 1 and not others:
        return _Outcome(called_so[0], MatchedBy.NAME)
    if called_so and not of_stem:
        return _Outcome(quarantined="its name is a synonym of several drugs", candidates=called_so)
    if of_stem:
        reason = "its name without the salt is that of several drugs"
        return _Outcome(quarantined=reason, candidates=of_stem)
    return _Outcome()


def _keep_one_each(matched: list[tuple[Substance, _Outcome]]) -> None:
    """Of several distinct substances of a source that seem one drug, at most one is it.

    That is the one of the drug's own name, or else the only one that has its identifier; the others
    are quarantined.
    """
    by_drug: dict[int, list[tuple[Substance, _Outcome]]] = defaultdict(list)
    for substance, found in matched:
        if found.drug is not None and substance.distinct:
            by_drug[id(found.drug)].append((substance, found))
    for alike in by_drug.values():
        if len(alike) == 1:
            continue
        drug = alike[0][1].drug
        assert drug is not None  # noqa: S101 -- they are here for it
        name = normalized(drug.name)
        sure = [found for s, found in alike if s.names and normalized(s.names[0]) == name]
        if len(sure) != 1:
            sure = [found for _, found in alike if found.matched_by is MatchedBy.IDENTIFIER]
        for _, found in alike:
            if len(sure) != 1 or found is not sure[0]:
                found.drug, found.matched_by, found.candidates = None, None, [drug]
                found.quarantined = "another substance of this source seems to be the same drug"


def is_its_salt(matched_by: str | None, called: str, drug_name: str) -> bool:
    """Whether a substance that has a drug's name is a salt of it, by what it is called.

    A drug that is itself called so is that salt, and what identifies the one identifies the other.
    """
    if matched_by != MatchedBy.NAME:
        return False
    return names_salt(called) and normalized(called) != normalized(drug_name)


def is_distinctive(brand: str, drug_name: str) -> bool:
    """Whether a product's name has no word in common with its drug's: only then is it a brand
    by which others speak of that drug. FDA calls one `REGULAR INSULIN` that holds pork's.
    """
    shared = set(words_of(brand).split()) & set(words_of(drug_name).split())
    return not any(len(word) > 3 for word in shared)


def names_salt(name: str) -> bool:
    """Whether a name ends in a word for a salt: what identifies the salt is not the drug's."""
    return bool(without_salt(normalized(name)))


def _salts_last(named: NamedSubstance) -> tuple[bool, str]:
    names = named.substance.names
    return bool(names and names_salt(names[0])), named.key
