"""Which drug each substance is that the sources name.

The sources stand in a fixed order, and each is asked which of its substances are drugs that those
before it named; what is left makes drugs of its own. So the answer follows from what is loaded, and
never from the order in which it was. A substance finds its drug by a shared identifier, then by its
exact name, then by its name less a word for its salt; never by part of a name. What could be two
drugs is quarantined, with both.

What a source says to be a form of another substance is no drug of its own: whoever is found to be
the form is the drug that it is a form of, whichever source said so. What a label's active moiety is
known of, and itself nobody else knows, is a form of that.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from app.ingest.sources.interface import Substance
from app.models.fact import MatchedBy
from app.names.normalization import name_key, normalized, words_of
from app.names.product_words import ABBREVIATED_SALTS
from app.names.qualifiers import IONS, SALT_WORDS, without_salt, without_suffix
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
    """The drug that a substance is, and how that was found; or why it is none.

    `form` is the id of the form of the drug that it is, if it is one.
    """

    drug_id: str | None
    matched_by: MatchedBy | None = None
    quarantined: str | None = None
    candidates: tuple[str, ...] = ()
    form: str | None = None


@dataclass(slots=True)
class Ingredient:
    """What a combination is made of: as it is named, and the drug that it is, if it is known."""

    name: str
    drug_id: str | None


@dataclass(slots=True)
class Form:
    """A form of a drug: a salt, an ester, a hydrate. Its id leads to the drug."""

    id: str
    name: str


@dataclass(slots=True)
class ResolvedDrug:
    """A drug: its id, its name, of what it is made if it is a combination, and its forms."""

    id: str
    name: str
    ingredients: tuple[Ingredient, ...] = ()
    forms: tuple[Form, ...] = ()


@dataclass(slots=True)
class ResolvedSubstances:
    """What was found: each substance's drug by `(source_id, key)`, and every drug by its id.

    `ambiguous` are the identifiers that several drugs have; they are none's.
    """

    matches: dict[tuple[str, str], Match]
    drugs: dict[str, ResolvedDrug]
    ambiguous: dict[Identifier, list[str]]


LONGEST_ABBREVIATION = 3
"""Letters of a name that may be of anything: by `AC` or `DEX` that is found which is called so,
but by a source that keeps a list of substances."""

SHARED_BEGINNING = 5
"""How many letters the names of an acid and its ion have in common at least."""

LONGEST_NAME = 400
"""Letters of a combination's name, by which drugs are ordered: Postgres indexes no long texts."""

NAMED_OTHERWISE = "its identifier is of one drug and its name of another"


def resolve(substances: Iterable[NamedSubstance], order: Sequence[str]) -> ResolvedSubstances:
    """Which drug each substance is. `order` names the sources, the first to be asked first."""
    place = {source: i for i, source in enumerate(order)}
    tiers = sorted(substances, key=lambda n: (place[n.source_id], n.key))
    resolver = _Resolver()
    combinations: list[NamedSubstance] = []
    nameless: list[NamedSubstance] = []
    for _, tier in groupby(tiers, key=lambda n: n.source_id):
        single: list[NamedSubstance] = []
        for named in tier:
            said = named.substance
            if said.ingredients or said.ingredient_uniis:
                combinations.append(named)
            else:
                (single if said.names else nameless).append(named)
        resolver.add_source(single)
    resolver.add_nameless(nameless)
    resolver.add_combinations(combinations)
    return resolver.resolved(tiers)


@dataclass(slots=True, eq=False)
class _NewDrug:
    """A drug in the making; its id is settled last, for two may want the same."""

    name: str
    wanted_id: str
    suffix: str
    fixed: bool = False
    radiolabelled: bool = False
    ingredients: tuple[tuple[str, "_NewDrug | None"], ...] = ()
    form_of: "_NewDrug | None" = None
    has_forms: bool = False
    connectivity: set[str] = field(default_factory=set)
    uniis: set[str] = field(default_factory=set)
    id: str = ""

    @property
    def served_as(self) -> "_NewDrug":
        """The drug that it is, or that it is a form of."""
        return self.form_of or self

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


def _uniis(substance: Substance) -> set[str]:
    return {value for system, value in substance.identifiers if system == "unii"}


@dataclass(slots=True)
class _Outcome:
    """What a substance was found to be, in the making."""

    drug: _NewDrug | None = None
    matched_by: MatchedBy | None = None
    quarantined: str | None = None
    candidates: list[_NewDrug] = field(default_factory=list)
    by_identifier: bool = False

    def agree(self) -> None:
        """Where all that it could be is one drug and forms of it, it is that drug."""
        if len(self.candidates) > 1 and len(drugs := _drugs_of(self.candidates)) == 1:
            self.drug, self.matched_by = drugs[0], MatchedBy.FORM
            self.quarantined, self.candidates = None, []


def _is_unknown(found: _Outcome) -> bool:
    return found.drug is None and found.quarantined is None


def _moiety(substance: Substance) -> Substance:
    """The active moiety of a substance that has one."""
    name, identifier = substance.moieties[0] or ("", None)
    return Substance((name,), (identifier,) if identifier else ())


def _names_moiety(substance: Substance) -> bool:
    """Whether a substance's name is its moiety's with more behind it, or it has its identifier:
    only then is a drug made of that, for dimethyl fumarate's is monomethyl fumarate."""
    moiety = _moiety(substance)
    words, own = (normalized(of.names[0]).split() for of in (substance, moiety))
    is_longer = len(words) > len(own) > 0 and words[: len(own)] == own
    return is_longer or any(each in substance.identifiers for each in moiety.identifiers)


def _key_of_form(substance: Substance) -> str:
    """What forms of a drug are told apart by: a UNII, or else the name."""
    return next(iter(sorted(_uniis(substance))), normalized(substance.names[0]))


def _is_called(drug: _NewDrug, substance: Substance) -> bool:
    return normalized(drug.name) == normalized(substance.names[0])


def _drugs_of(owners: Iterable[_NewDrug]) -> list[_NewDrug]:
    """The drugs that these are, or are forms of."""
    return list({id(owner.served_as): owner.served_as for owner in owners}.values())


class _Resolver:
    """The drugs that are known so far, and what they are found by."""

    def __init__(self) -> None:
        self._drugs: list[_NewDrug] = []
        self._by_identifier: dict[Identifier, list[_NewDrug]] = defaultdict(list)
        self._by_name: dict[str, list[_NewDrug]] = defaultdict(list)
        self._by_synonym: dict[str, list[_NewDrug]] = defaultdict(list)
        self._found: dict[tuple[str, str], _Outcome] = {}
        self._of_moieties: dict[tuple[int, str], _NewDrug] = {}
        self._before: set[int] = set()
        """The drugs of the sources before the one that is taken in."""

    def add_source(self, tier: list[NamedSubstance]) -> None:
        """Take in what one source names: first what was known before it, then what is new; then
        what it says to be a form of another substance.

        A source that tells forms from what they are forms of knows each by its UNII, whatever
        others call it.
        """
        self._before = {id(drug) for drug in self._drugs}
        forms = [named for named in tier if named.substance.form_of]
        known_forms = self._known_forms(forms)
        new = []
        matched = []
        for named in tier:
            if named.substance.form_of:
                continue
            found = _Outcome() if named.drug_id else self._find(named.substance, bool(forms))
            if self._is_of_several(named, found, known_forms):
                found = _Outcome()
            found = self._as_form_of_moiety(named, found)
            if found.drug is None and found.quarantined is None:
                new.append(named)
            else:
                self._found[named.source_id, named.key] = found
                matched.append((named, found))
        others = _keep_one_each(matched)
        if forms:
            new += others
            matched = [each for each in matched if each[0] not in others]
        for named, found in matched:
            self._learn(named.substance, found)
        # Those that are surely drugs of their own come first, and salts last.
        distinct = [named for named in new if named.substance.distinct]
        for named in distinct:
            self._make(named)
            for identifier in named.substance.identifiers:
                self._is_called_by_its_form(named, known_forms.get(identifier, []))
        for named in sorted((n for n in new if not n.substance.distinct), key=_salts_last):
            found = self._as_form_of_moiety(named, self._find(named.substance), may_make=True)
            if found.drug is None and found.quarantined is None:
                self._make(named)
            else:
                self._found[named.source_id, named.key] = found
                self._learn(named.substance, found)
        self._add_forms(tier, forms)

    def _known_forms(self, forms: list[NamedSubstance]) -> dict[Identifier, list[_NewDrug]]:
        """By the identifier of what they are forms of: the forms that are drugs of their own, for
        the sources before."""
        known: dict[Identifier, list[_NewDrug]] = defaultdict(list)
        for named in forms:
            found = self._find(named.substance, by_unii=True)
            of = named.substance.form_of
            if of and found.drug and found.matched_by not in OF_SOMETHING_ELSE:
                known[of].append(found.drug)
        return known

    def _is_of_several(
        self,
        named: NamedSubstance,
        found: _Outcome,
        known_forms: Mapping[Identifier, list[_NewDrug]],
    ) -> bool:
        """Whether a substance has a synonym of one drug only, and is one that several others are
        forms of: antihemophilic factor, human or recombinant, is no form of beroctocog alfa; or is
        of an ion and has another UNII: potassium phosphate is not its monobasic salt alone."""
        if found.drug is None or found.matched_by is not MatchedBy.NAME:
            return False
        if _is_called(found.drug, named.substance):
            return False
        forms = [f for i in named.substance.identifiers for f in known_forms.get(i, ())]
        others = {id(form) for form in forms if form is not found.drug}
        uniis, words = _uniis(named.substance), normalized(named.substance.names[0]).split()
        is_other_salt = bool(uniis and found.drug.uniis and uniis.isdisjoint(found.drug.uniis))
        return len(others) > 1 or (is_other_salt and not IONS.isdisjoint(words))

    def _is_called_by_its_form(self, named: NamedSubstance, forms: list[_NewDrug]) -> None:
        """Let a substance that nobody else knows be the drug by whose name its one form is known:
        mefenamate is mefenamic acid, but fluocinolone acetonide is fluocinolone."""
        made = self._found[named.source_id, named.key].drug
        if made is None or len({id(form) for form in forms}) != 1 or forms[0].form_of:
            return
        own, form = normalized(made.name), normalized(forms[0].name)
        if own[:SHARED_BEGINNING] == form[:SHARED_BEGINNING] and not form.startswith(own):
            made.form_of, forms[0].has_forms = forms[0], True

    def _add_forms(self, tier: list[NamedSubstance], forms: list[NamedSubstance]) -> None:
        """Take in what a source says to be forms of other substances that it names."""
        drugs = {
            identifier: drug.served_as
            for named in tier
            if not named.substance.form_of
            and (drug := self._found[named.source_id, named.key].drug) is not None
            for identifier in named.substance.identifiers
        }
        of_the_source = {id(drug) for drug in drugs.values()}
        claimed: set[int] = set()
        for named in forms:
            found = self._find(named.substance, by_unii=True)
            drug = drugs.get(named.substance.form_of) if named.substance.form_of else None
            if drug is None:
                if found.drug is None and found.quarantined is None:
                    self._make(named)
                    continue
            elif named.substance.form_if_unknown and self._was_known(found, drug):
                pass
            elif not (found.drug is drug and _is_called(drug, named.substance)):
                found = self._as_form(named, drug, found, of_the_source, claimed)
            self._found[named.source_id, named.key] = found
            self._learn(named.substance, found)

    def _was_known(self, found: _Outcome, drug: _NewDrug) -> bool:
        """Whether a source before has a substance as something else than this drug: ChEMBL has
        lithium carbonate as a form of carbonic acid, and esomeprazole as one of omeprazole."""
        own = found.drug
        is_another = own is not None and own.served_as is not drug and id(own) in self._before
        return is_another and found.matched_by is not MatchedBy.RADIOLABELLED

    def _as_form(
        self,
        named: NamedSubstance,
        drug: _NewDrug,
        found: _Outcome,
        of_the_source: set[int],
        claimed: set[int],
    ) -> _Outcome:
        """A substance as the form of a drug: one that was taken for a drug of its own is so no
        more, unless a person or the source itself says that it is one."""
        form = found.drug
        if form is None and found.candidates and found.by_identifier:
            return found
        is_other = form is not None and form.served_as is not drug
        if is_other and found.matched_by not in OF_SOMETHING_ELSE:
            assert form is not None  # noqa: S101 -- it is another
            if form.fixed or form.form_of or form.has_forms or id(form) in of_the_source:
                reason = "its source says that it is a form of one drug, and it is another here"
                return _Outcome(quarantined=reason, candidates=[drug, form])
            form.form_of = drug
        elif form is None or form is drug or is_other or id(form) in claimed:
            name = named.substance.names[0]
            form = _NewDrug(name, slug(name), named.key, form_of=drug)
            self._drugs.append(form)
        drug.has_forms = True
        claimed.add(id(form))
        return _Outcome(form, MatchedBy.FORM)

    def add_nameless(self, nameless: list[NamedSubstance]) -> None:
        """Take in what has identifiers alone: it makes no drug, so it is looked up among all."""
        for named in nameless:
            found = self._find(named.substance)
            if _is_unknown(found):
                reason = "no drug that is known has its identifier, by which alone it is found"
                found = _Outcome(quarantined=reason)
            self._found[named.source_id, named.key] = found

    def _as_form_of_moiety(
        self, named: NamedSubstance, found: _Outcome, may_make: bool = False
    ) -> _Outcome:
        """A substance as the form of its active moiety, if that is a drug, or `may_make` one; else
        what was found without."""
        said = named.substance
        if named.drug_id or not any(said.moieties):
            return found
        moiety = _moiety(said)
        drug = self._drug_of_moiety(said, found)
        if drug is None and may_make and _is_unknown(found) and _names_moiety(said):
            if self._find(moiety).quarantined:
                return found
            drug = _NewDrug(moiety.names[0], slug(moiety.names[0]), named.key)
            self._drugs.append(drug)
            self._learn(moiety, _Outcome(drug, MatchedBy.ITSELF))
        if drug is None:
            return found
        name = said.names[0]
        key = (id(drug), _key_of_form(said))
        if key not in self._of_moieties:
            form = _NewDrug(name, slug(name), named.key, form_of=drug)
            self._drugs.append(form)
            drug.has_forms = True
            self._of_moieties[key] = form
        return _Outcome(self._of_moieties[key], MatchedBy.FORM)

    def _drug_of_moiety(self, said: Substance, found: _Outcome) -> _NewDrug | None:
        """The drug that a substance's moiety is, if that decides what it is.

        What is known by itself stays what it is: dimethyl fumarate is not monomethyl fumarate,
        which is its moiety.
        """
        if not any(said.moieties) or found.by_identifier:
            return None
        of_stem = found.matched_by is MatchedBy.NAME_WITHOUT_SALT
        if found.drug and (found.drug.form_of or not of_stem):
            return None
        of = self._find_drug(_moiety(said))
        drug = of.drug
        if drug is None or of.matched_by in OF_SOMETHING_ELSE:
            return None
        could_be = _drugs_of([found.drug] if found.drug else found.candidates)
        if could_be or found.quarantined:
            return drug if drug in could_be else None
        return drug if id(drug) in self._before or _names_moiety(said) else None

    def add_combinations(self, combinations: list[NamedSubstance]) -> None:
        """Take in combinations: those of the same ingredients are one drug, and one of forms of a
        drug is that drug."""
        made: dict[tuple[str, ...], _NewDrug] = {}
        self._before = {id(drug) for drug in self._drugs}
        for named in combinations:
            found = self._ingredients(named.substance)
            if isinstance(found, _Outcome):
                self._found[named.source_id, named.key] = found
                continue
            ingredients_key = tuple(
                sorted(f"drug {id(drug)}" if drug else normalized(name) for name, drug in found)
            )
            drug = found[0][1] if len(found) == 1 else made.get(ingredients_key)
            if drug is None:
                drug = made[ingredients_key] = self._combination(found)
            self._found[named.source_id, named.key] = _Outcome(drug, MatchedBy.INGREDIENTS)

    def resolved(self, substances: Iterable[NamedSubstance]) -> ResolvedSubstances:
        """What these were found to be, in their order, with every drug's id settled."""
        self._settle_ids()
        forms: dict[str, dict[int, tuple[_NewDrug, str]]] = defaultdict(dict)
        matches: dict[tuple[str, str], Match] = {}
        for named in substances:
            found = self._found[named.source_id, named.key]
            found.agree()
            drug = found.drug and found.drug.served_as
            form = _form_of(named.substance, found)
            if drug and form:
                forms[form[0]].setdefault(id(drug), (drug, form[1]))
            matches[named.source_id, named.key] = Match(
                drug.id if drug else None,
                MatchedBy.FORM if drug is not found.drug else found.matched_by,
                found.quarantined,
                tuple(sorted({each.served_as.id for each in found.candidates})),
                form[0] if form else None,
            )
        # An id leads to one drug: to the one that is called so, or else to the only one with it.
        ids = {drug.id for drug in self._drugs if drug.form_of is None}
        of_drugs: dict[str, list[Form]] = defaultdict(list)
        for form_id, owners in sorted(forms.items()):
            if form_id not in ids and len(owners) == 1:
                ((drug, name),) = owners.values()
                of_drugs[drug.id].append(Form(form_id, name))
        known = {form.id for of_drug in of_drugs.values() for form in of_drug}
        for match in matches.values():
            if match.form not in known:
                match.form = None
        drugs = {
            drug.id: ResolvedDrug(
                drug.id,
                drug.name,
                tuple(Ingredient(name, of.id if of else None) for name, of in drug.ingredients),
                tuple(of_drugs.get(drug.id, ())),
            )
            for drug in self._drugs
            if drug.form_of is None
        }
        ambiguous = {
            identifier: sorted(drug.id for drug in _drugs_of(owners))
            for identifier, owners in self._by_identifier.items()
            if len(_drugs_of(owners)) > 1
        }
        return ResolvedSubstances(matches, drugs, ambiguous)

    def _find(self, substance: Substance, by_unii: bool = False) -> _Outcome:
        """The drug that a substance is, or the form of it.

        `by_unii`: what has its UNII is it, though another is called what it is called.
        """
        found = self._find_drug(substance)
        if by_unii and found.quarantined == NAMED_OTHERWISE:
            found = _Outcome(found.candidates[0], MatchedBy.IDENTIFIER)
        if found.drug is not None and found.matched_by is not MatchedBy.RADIOLABELLED:
            found.drug = self._form_named(substance, found.drug)
        return found

    def _form_named(self, substance: Substance, drug: _NewDrug) -> _NewDrug:
        """The form of a drug that has a substance's name, or else its identifiers and not the drug;
        the drug, if none has."""
        name = normalized(substance.names[0]) if substance.names else ""
        owners = list(self._by_name.get(name, ())) if name else []
        if drug in owners or not any(owner.form_of is drug for owner in owners):
            owners = [
                owner
                for identifier in substance.identifiers
                if identifier[0] in MATCHING
                for owner in self._by_identifier.get(identifier, ())
            ]
        forms = [owner for owner in owners if owner.form_of is drug]
        return drug if drug in owners or not forms else forms[0]

    def _find_drug(self, substance: Substance) -> _Outcome:
        sure: list[_NewDrug] = []
        ambiguous: list[_NewDrug] = []
        for identifier in substance.identifiers:
            owners = self._by_identifier.get(identifier, []) if identifier[0] in MATCHING else []
            if substance.radiolabelled:  # another radiolabelled one says nothing of this
                owners = [drug for drug in owners if not drug.radiolabelled]
            owners = _drugs_of(owners)
            for drug in owners:
                within = sure if len(owners) == 1 else ambiguous
                if drug not in within:
                    within.append(drug)
        names = [normalized(name) for name in substance.names]
        called = [
            drug
            for name in dict.fromkeys(names)
            for drug in self._by_name.get(name, ())
            if len(name) > LONGEST_ABBREVIATION
            or substance.distinct
            or normalized(drug.name) == name
        ]
        named = _drugs_of(called)
        if len(sure) > 1:
            return _Outcome(
                quarantined="its identifiers are of several drugs",
                candidates=sure,
                by_identifier=True,
            )
        of_stem = self._of_stem(names)
        if sure:
            others = [drug for drug in ambiguous if sure[0] not in ambiguous]
            if others:
                reason = "its identifiers are of several drugs"
            elif named and sure[0] not in named:
                others, reason = named, NAMED_OTHERWISE
            elif of_stem and not (named or sure[0] in of_stem or _begins_so(sure[0], names[0])):
                reason = "its identifier is of one drug and its name without the salt of another"
                others = of_stem
            if others:
                return _Outcome(quarantined=reason, candidates=sure + others, by_identifier=True)
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
            return _Outcome(quarantined=reason, candidates=ambiguous + named, by_identifier=True)
        if len(named) > 1:  # others have for a synonym what one is called
            own = [drug for drug in named if normalized(drug.name) in names]
            if len(own) != 1 or normalized(own[0].name) != names[0]:
                return _Outcome(quarantined="its name is that of several drugs", candidates=named)
            named, called = own, own
        if named:
            if all(each.is_made_otherwise(substance, names) for each in called):
                reason = "its name is a synonym of a drug of another structure, by their InChIKeys"
                return _Outcome(quarantined=reason, candidates=named)
            return _Outcome(named[0], MatchedBy.NAME)
        called_so = _drugs_of(self._by_synonym.get(names[0], [])) if names else []
        return _by_synonym_or_stem(called_so, of_stem, without_salt(names[0]) if names else [])

    def _of_stem(self, names: list[str]) -> list[_NewDrug]:
        """The drugs that are called what is left of a name without a word for its salt."""
        stems = without_salt(names[0]) if names else []
        return next((_drugs_of(found) for stem in stems if (found := self._named([stem]))), [])

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
            found.drug.uniis |= _uniis(substance)
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
        name = named.substance.names[0]
        drug = _NewDrug(
            name,
            named.drug_id or slug(name),
            named.key,
            fixed=bool(named.drug_id),
            radiolabelled=named.substance.radiolabelled,
        )
        self._drugs.append(drug)
        of = self._named([base]) if (base := without_suffix(normalized(name))) else []
        if len(of := _drugs_of(of)) == 1 and not named.drug_id:  # a biosimilar, or its original
            drug.form_of, of[0].has_forms = of[0], True
        found = _Outcome(drug, MatchedBy.ITSELF)
        self._found[named.source_id, named.key] = found
        self._learn(named.substance, found)

    def _ingredients(self, substance: Substance) -> list[tuple[str, _NewDrug | None]] | _Outcome:
        """Each ingredient with the drug that it is, each drug once; or why that cannot be said.

        UNIIs are as many as names, and in no order that ties the two together: each UNII that is
        known has to be one of the drugs that the names are.
        """
        if len(substance.ingredient_uniis) > len(substance.ingredients):
            return _Outcome(quarantined="it has more UNIIs than names: an ingredient is not named")
        by_name: list[tuple[str, _NewDrug | None]] = []
        for i, name in enumerate(substance.ingredients):
            identified = _drugs_of(
                owner
                for identifier in substance.ingredient_identifiers[i : i + 1]
                if identifier
                for owner in self._by_identifier.get(identifier, ())
            )
            if len(identified) == 1:
                by_name.append((name, identified[0]))
                continue
            found = self._find(Substance((name,)))
            said = Substance((name,), moieties=substance.moieties[i : i + 1])
            if of := self._drug_of_moiety(said, found):
                by_name.append((name, of))
                continue
            if found.quarantined:
                found.quarantined = f"of its ingredient {name}, {found.quarantined}"
                return found
            if found.drug is None and any(said.moieties) and _names_moiety(said):
                name = _moiety(said).names[0]
            by_name.append((name, found.drug and found.drug.served_as))
        unnamed = [i for i, (_, drug) in enumerate(by_name) if drug is None]
        if substance.of_one_name and unnamed:
            reason = f"its name names {by_name[unnamed[0]][0]}, which is no drug that is known"
            return _Outcome(quarantined=reason)
        known: list[_NewDrug] = []
        for unii in substance.ingredient_uniis:
            owners = _drugs_of(self._by_identifier.get(("unii", unii), ()))
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
        by_name = [(name, self._unless_protracted(name, drug)) for name, drug in by_name]
        once = {
            id(drug) if drug else normalized(name): (name, drug) for name, drug in by_name[::-1]
        }
        return sorted(once.values(), key=lambda i: normalized(i[1].name if i[1] else i[0]))

    def _unless_protracted(self, name: str, drug: _NewDrug | None) -> _NewDrug | None:
        """An ingredient's drug, unless that is the insulin whose protamine it is: an insulin mixed
        with its protamine is not that insulin alone, though lists have both under one name.

        The protamine is a drug where a source calls one so, whether it says that it is human or
        recombinant.
        """
        words = words_of(name).split()
        if drug is None or "protamine" not in words[1:] or _is_protamine(drug):
            return drug
        stem = " ".join(word for word in words if word not in OF_HUMAN)
        called = self._named([stem, f"{stem}, human", f"{stem} recombinant"])
        of_protamine = [each for each in _drugs_of(called) if _is_protamine(each)]
        return of_protamine[0] if len(of_protamine) == 1 else None

    def _combination(self, ingredients: list[tuple[str, _NewDrug | None]]) -> _NewDrug:
        names = [drug.name if drug else name for name, drug in ingredients]
        drug = _NewDrug(
            _abridged(names),
            slug(" / ".join(names)),
            "combination",
            ingredients=tuple(ingredients),
        )
        self._drugs.append(drug)
        return drug

    def _settle_ids(self) -> None:
        """The first that wants an id has it; what comes later has its source's id, and forms come
        after drugs."""
        taken = {drug.wanted_id for drug in self._drugs if drug.fixed}
        for drug in sorted(self._drugs, key=lambda drug: drug.form_of is not None):
            drug.id = drug.wanted_id
            if drug.fixed:
                continue
            if drug.id in taken:
                drug.id = shortened(f"{drug.wanted_id}-{slug(drug.suffix)}")
            while drug.id in taken:
                drug.id = shortened(f"{drug.id}-x")
            taken.add(drug.id)


OF_HUMAN = frozenset({"human", "recombinant"})
"""Words for what every insulin analogue is."""


def _is_protamine(drug: _NewDrug) -> bool:
    return "protamine" in normalized(drug.name)


def _abridged(names: list[str]) -> str:
    """A combination's name: of hundreds of ingredients (allergens) the first and how many more."""
    whole = " / ".join(names)
    if len(whole) <= LONGEST_NAME:
        return whole
    shown = whole[:LONGEST_NAME].split(" / ")[:-1] or [names[0][:LONGEST_NAME]]
    return f"{' / '.join(shown)} / and {len(names) - len(shown)} more"


def _form_of(substance: Substance, found: _Outcome) -> tuple[str, str] | None:
    """The id and the name of the form that a substance was found to be: one that a source names, or
    a salt by what it is called."""
    if found.drug is None or found.drug.ingredients:
        return None
    if found.drug.form_of:
        return found.drug.id, found.drug.name
    name = substance.names[0] if substance.names else ""
    is_salt = found.matched_by is MatchedBy.NAME_WITHOUT_SALT
    if is_salt or is_its_salt(found.matched_by, name, found.drug.name):
        return slug(name), name
    return None


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


def _keep_one_each(matched: list[tuple[NamedSubstance, _Outcome]]) -> list[NamedSubstance]:
    """Of several distinct substances of a source that seem one drug, at most one is it.

    That is the one of the drug's own name, or else the only one that has its identifier, or else
    the only one with a UNII; the others are quarantined, and returned.
    """
    by_drug: dict[int, list[tuple[NamedSubstance, _Outcome]]] = defaultdict(list)
    for named, found in matched:
        if found.drug is not None and named.substance.distinct:
            by_drug[id(found.drug)].append((named, found))
    others = []
    for alike in by_drug.values():
        if len(alike) == 1:
            continue
        drug = alike[0][1].drug
        assert drug is not None  # noqa: S101 -- they are here for it
        name = normalized(drug.name)
        sure = [
            f for n, f in alike if n.substance.names and normalized(n.substance.names[0]) == name
        ]
        if len(sure) != 1:
            sure = [found for _, found in alike if found.matched_by is MatchedBy.IDENTIFIER]
        if len(sure) != 1:
            sure = [f for n, f in alike if any(i[0] == "unii" for i in n.substance.identifiers)]
        for named, found in alike:
            if len(sure) != 1 or found is not sure[0]:
                others.append(named)
                found.drug, found.matched_by, found.candidates = None, None, [drug]
                found.quarantined = "another substance of this source seems to be the same drug"
    return others


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


def is_a_brand(name: str, drug_name: str) -> bool:
    """Whether a product's name is a brand: not if it is a part of what its drug is called, with a
    salt or a strength or without.

    So `ISOSORBIDE` is none of isosorbide dinitrate, `LIDOCAINE HCL` none of lidocaine with
    hydrocortisone, and `REGULAR INSULIN` none of pork's.
    """
    words, own = set(words_of(name).split()), set(words_of(drug_name).split())
    said = {word for word in words - INSULINS - own if not _says_no_more(word)}
    return own <= words or bool(said)


def _says_no_more(word: str) -> bool:
    return word in SALT_WORDS or word in ABBREVIATED_SALTS or word.isdigit()


INSULINS = frozenset({"regular", "nph", "lente", "semilente", "ultralente"})
"""Words for kinds of insulin, whatever it is made from."""


def names_salt(name: str) -> bool:
    """Whether a name ends in a word for a salt: what identifies the salt is not the drug's."""
    return bool(without_salt(normalized(name)))


def _salts_last(named: NamedSubstance) -> tuple[bool, str]:
    names = named.substance.names
    return bool(names and names_salt(names[0])), named.key
