"""Which drugs a trial is of: its interventions, and the terms of MeSH that the registry added.

Which of them is a drug that is known is decided later: see `app.ingest.resolution.interventions`.
What is none, whatever is known, is left out and counted: a placebo, a procedure, a device.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.ingest.sources.interface import Substance
from app.models.trial import DrugRole
from app.models.trial_arm import ArmType
from app.names.normalization import normalized, words_of
from app.names.qualifiers import IONS, lists_of

DRUG_TYPES = frozenset({"DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT"})

LEFT_OUT = {
    "PROCEDURE": "procedures",
    "DEVICE": "devices",
    "BEHAVIORAL": "behavioural interventions",
    "DIETARY_SUPPLEMENT": "dietary supplements and foods",
    "DIAGNOSTIC_TEST": "diagnostic tests",
    "RADIATION": "radiation",
    "GENETIC": "gene transfer and the like",
}
PLACEBOS = "placebos and shams"
OTHERS = "other interventions"

LONGEST_NAME = 300
"""Letters of the longest other name: some registrants describe the product there."""

COMPARATOR_ARMS = frozenset(
    {ArmType.ACTIVE_COMPARATOR, ArmType.PLACEBO_COMPARATOR, ArmType.SHAM_COMPARATOR}
)
INACTIVE = frozenset({ArmType.PLACEBO_COMPARATOR, ArmType.SHAM_COMPARATOR})

_PLACEBO = re.compile(
    r"plac[ae]bo|plasebo|plazebo|plcebo|\b(?:pbo|plb|shams?"
    r"|(?:sugar|inert|inactive|matching|simulated|fake|non[ -]?active)"
    r" (?:pill|tablet|capsule|injection|control|comparator)s?)\b"
    r"|(?<!double[ -])\bdummy\b|^vehicles?\b|\bvehicle(?: (?:control|comparator|alone|only|cream"
    r"|gel|ointment|lotion|foam|solution|spray|drops|patch))*$"
)
_ONLY_PLACEBO = re.compile(
    r"(?:matching |matched )?(?:placebos?|pbo|sham)(?: (?:comparator|control))?"
)
_INERT = re.compile(
    r"\b(?:saline|sodium chloride|nac[l1]|lactose|starch|cellulose|maltodextrin|sucrose|dextrose"
    r"|glucose|water|mannitol)\b"
)
"""What serves as a placebo where an arm is one and nothing else is said of it."""

_NO_DRUGS = (
    (
        "blood draws and samples",
        re.compile(
            r"\b(?:blood (?:draws?|drawing|samples?|sampling|tests?|collection)|venipuncture"
            r"|phlebotomy|biospecimens?|(?:urine|stool|saliva|tissue|biopsy) (?:samples?|sampling"
            r"|collection))\b"
        ),
    ),
    (
        "usual care",
        re.compile(
            r"(?:best |standard |usual |routine |conventional )*"
            r"(?:standard of care|usual care|routine care|supportive care|standard care"
            r"|no (?:treatment|intervention|drugs?)|observation|(?:conventional|standard|usual) "
            r"(?:therapy|treatment|medicine))(?: \(\w+\))?$"
        ),
    ),
    (
        LEFT_OUT["DIETARY_SUPPLEMENT"],
        re.compile(r"(?:[\w%-]+ )?(?:diets?|meals?|breakfast|lunch|dinner|snacks?|juice|foods?)$"),
    ),
    (
        LEFT_OUT["PROCEDURE"],
        re.compile(
            r"(?:[\w-]+ )*(?:surgery|surgical procedure|biopsy|radiotherapy|radiation therapy"
            r"|physiotherapy|physical therapy|exercises?|acupuncture|massage|questionnaires?)$"
        ),
    ),
)
"""What registrants call a drug, and is none by its name."""

_BACKGROUND = re.compile(
    r"background (?!of\b)|(?!.*\b(?:on|to|with)\b).* background"
    r"(?: (?:therapy|treatment|medication))?$"
)
_CHOICE = re.compile(
    r"(?P<drug>.+?) (?:or|vs\.?|versus) (?:(?:matching|matched|a) )?placebos?"
    r"|placebos? (?:or|vs\.?|versus) (?P<other>.+)",
    re.IGNORECASE,
)
"""What names a drug and a placebo, one of which is given."""

_TOO_WIDE = frozenset(
    (
        *("antibodies", "antibodies monoclonal", "anticoagulants", "botulinum toxins", "estrogens"),
        *("glucocorticoids", "heparin", "hormones", "immunoglobulins", "insulin", "insulins"),
        *("interferons", "steroids", "vaccines", "vitamin d", "vitamins"),
    )
)
"""Terms that the registry adds to whatever is one of these: `Insulin` stands beside every analogue
of it, and `Heparin` beside those of low molecular weight."""

_BEFORE_A_CAUSE = (
    r"\b(?:for|against|after|before|during|following|from|without|versus|vs|than|anti|non|toward"
    r"|towards|until|on|to|add on|receiv\w*|taking|failing|prevent\w*"
    r"|reduc\w*|revers\w*|withdraw\w*|discontinu\w*|stop\w*|taper\w*)"
    r" (?:\w+ ){0,2}"
)
_FIXED = re.compile(r"\b(?:fixed (?:dose )?combination|fdc|co ?formulat\w+)\b")
_AFTER_A_CAUSE = (
    r" (?:\w+ )?(?:induced|associated|related|resistant|refractory|dependen\w+|withdrawal|free"
    r"|naive|toxicity|neuropathy|overdose|poisoning|allergy|intoleran\w+|antagonist|inhibitor"
    r"|receptors?|antibod\w+|vaccine|analogs?|analogues?|derivatives?|use|users?|abuse|failure"
    r"|hypersensitivity|discontinuation|tapering|exposure|exposed|treated|challenge)\b"
)
_IS_GIVEN = (
    r"\b(?:efficacy|effectiveness|safety|effects?|tolerability|stud(?:y|ies)|trial|evaluation"
    r"|comparison|pharmacokinetics|bioavailability|bioequivalence|administration) of "
    r"(?:(?:doses?|weeks?|days?|months?|years?|infusions?|injections?|combinations?|formulations?"
    r"|forms?|use) of |(?!(?:in|of|on|for|to|with|from|after|before|during|following|among|against"
    r"|than|by|patients?|adults?|children|participants?|subjects?|people|women|men|prior|previous"
    r"|past|stable|current|background|fail\w*|inadequate\w*|stopp?e?d?|with\w*|added"
    r"|discontinu\w*|taper\w*|switch\w*|(?!acting\b)\w+ing)\b)"
    r"\w+ ){0,4}?"
)
"""What is said before the name of a drug that is given. No verb is (stopping, avoiding, reversing a
drug), nor a noun with `of` that may be one's (cessation, omission)."""
_ENDS_GIVEN = (
    r"(?= (?:in|for|on|after|before|during|following|versus|vs|compared|plus|or|tablets?|capsules?"
    r"|injection|treatment|therapy|monotherapy)\b|$)"
)
_STARTS_TITLE = r"(?= (?:in|for|versus|vs|compared|treatment of|therapy for|plus)\b)"
_REST_OF_LABEL = (
    r"(?: (?:\d\S*|mg|mcg|g|kg|ml|low|high|dose|group|arm|tablets?|capsules?|injection|treatment"
    r"|therapy))*"
)


@dataclass(frozen=True)
class Arm:
    """An arm: its label, its type, and the interventions that it names: `Drug: Pregabalin`."""

    label: str
    type: str | None
    interventions: list[str]


@dataclass(frozen=True)
class Intervention:
    """An intervention, as it is registered: with the labels of the arms that it is given in."""

    type: str
    name: str
    other_names: list[str] = field(default_factory=list)
    arms: list[str] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, and what else it is called, less what is no name but a text."""
        others = (name.strip() for name in self.other_names if len(name) <= LONGEST_NAME)
        return (self.name.strip(), *others)


@dataclass(frozen=True)
class Study:
    """What a study says of its interventions, and where it may name drugs that are none of them."""

    interventions: list[Intervention]
    arms: list[Arm]
    mesh_terms: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    """Its titles and keywords."""


def substances_of(study: Study) -> tuple[list[Substance], Counter[str]]:
    """The substances that a study may be of, and how many of its interventions are none, by what
    they are."""
    drugs: dict[str, Intervention] = {}
    choices: set[str] = set()
    left_out: Counter[str] = Counter()
    for registered in study.interventions:
        intervention = _less_placebo(study, registered)
        if kind := _kind_of_no_drug(study, intervention):
            left_out[f"interventions that are no drugs: {kind}"] += 1
            continue
        key = normalized(intervention.name)
        if intervention is not registered:
            choices.add(key)
        drugs[key] = _merged(drugs[key], intervention) if key in drugs else intervention
    substances = []
    for key, intervention in drugs.items():
        role = None if key in choices else _role(study, intervention)
        substances.append(Substance(intervention.names, role=role))
        parts = {part: None for way in lists_of(intervention.names[0]) for part in way}
        for part in parts:
            substances.append(Substance((part,), part_of=intervention.names[0], role=role))
    substances += _of_terms(study, list(drugs.values()))
    return substances, left_out


def _less_placebo(study: Study, intervention: Intervention) -> Intervention:
    """The drug of an intervention that is called `X or placebo`, by that name alone, else the
    same."""
    found = _CHOICE.fullmatch(intervention.name.strip())
    drug = found and (found["drug"] or found["other"])
    if not drug or _PLACEBO.search(normalized(drug)):
        return intervention
    arms = [arm.label for arm in _arms_of(study, intervention)]
    return Intervention(intervention.type, drug, [], arms)


def _merged(one: Intervention, other: Intervention) -> Intervention:
    """Two interventions of one name."""
    return Intervention(
        one.type,
        one.name,
        list(dict.fromkeys([*one.other_names, *other.other_names])),
        list(dict.fromkeys([*one.arms, *other.arms])),
    )


def _kind_of_no_drug(study: Study, intervention: Intervention) -> str | None:
    """What an intervention is, if that is no drug."""
    name = normalized(intervention.name)
    if _is_placebo(intervention):
        return PLACEBOS
    type_ = intervention.type.upper().replace(" ", "_")
    if type_ not in DRUG_TYPES:
        return LEFT_OUT.get(type_, OTHERS)
    types = {arm.type for arm in _arms_of(study, intervention)}
    if types and types <= {*INACTIVE, ArmType.NO_INTERVENTION} and _INERT.search(name):
        return PLACEBOS
    for kind, pattern in _NO_DRUGS:
        if pattern.match(name) or (kind.startswith("blood") and pattern.search(name)):
            return kind
    return None


def _is_placebo(intervention: Intervention) -> bool:
    others = map(normalized, intervention.other_names)
    is_called_so = bool(_PLACEBO.search(normalized(intervention.name)))
    return is_called_so or any(map(_ONLY_PLACEBO.fullmatch, others))


def _arms_of(study: Study, intervention: Intervention) -> list[Arm]:
    """The arms that an intervention is given in, by its own account or theirs."""
    name = normalized(intervention.name)
    labels = set(map(normalized, intervention.arms))
    return [
        arm
        for arm in study.arms
        if normalized(arm.label) in labels
        or any(normalized(given.partition(": ")[2]) == name for given in arm.interventions)
    ]


def _role(study: Study, intervention: Intervention) -> DrugRole | None:
    """What a drug is for, by the types of the arms that it is given in; a word is no type, but for
    the registry's `background`, of this intervention alone."""
    name = intervention.names[0]
    if _BACKGROUND.match(words_of(name)) and not lists_of(name):
        return DrugRole.BACKGROUND
    arms = _arms_of(study, intervention)
    types = {arm.type for arm in arms}
    if types == {ArmType.EXPERIMENTAL}:
        return DrugRole.EXPERIMENTAL
    is_tested = any(arm.type == ArmType.EXPERIMENTAL for arm in study.arms)
    if types == {ArmType.ACTIVE_COMPARATOR} and is_tested:
        return DrugRole.COMPARATOR
    is_in_all = len(arms) == len(study.arms) > 1 and not COMPARATOR_ARMS.isdisjoint(types)
    if is_in_all and _is_added_to(study, intervention, is_tested=is_tested):
        return DrugRole.BACKGROUND
    return None


def _is_added_to(study: Study, given_to_all: Intervention, *, is_tested: bool) -> bool:
    """Whether another intervention, and no placebo, is given in some of the arms alone (in an
    experimental one, where there is one), and the one that all have is no active comparator by
    itself, whatever placebo is beside it."""
    others = [
        (other, _arms_of(study, other))
        for other in study.interventions
        if normalized(other.name) != normalized(given_to_all.name) and not _is_placebo(other)
    ]
    alone = [arm for arm in study.arms if all(arm not in arms for _, arms in others)]
    if any(arm.type == ArmType.ACTIVE_COMPARATOR for arm in alone):
        return False
    return any(
        0 < len(arms) < len(study.arms)
        and (not is_tested or any(arm.type == ArmType.EXPERIMENTAL for arm in arms))
        for _, arms in others
    )


def _of_terms(study: Study, drugs: list[Intervention]) -> Iterator[Substance]:
    """The terms of MeSH, each instead of the interventions that it may stand for.

    Those are the ones whose names it is part of. The registry finds terms in other texts too, as in
    those of conditions and of who takes part, so a term that is part of no name counts only where a
    title or an arm names it as what is given. For what, is not known; nor is it where an
    intervention that no term is part of has another role, for it may be the same drug's brand.
    """
    terms = [
        term
        for term in dict.fromkeys(study.mesh_terms)
        if words_of(term) not in _TOO_WIDE and not IONS.issuperset(words_of(term).split())
    ]
    named = {term: [drug for drug in drugs if _is_in(term, drug.names)] for term in terms}
    unnamed = [term for term in terms if not named[term]]
    for term in terms:
        of_it = named[term]
        texts = [name for drug in drugs for name in drug.names]
        if not of_it:
            texts += study.topics
        is_cause = _is_in(term, study.conditions) or any(_names_cause(term, t) for t in texts)
        is_within = any(other != term and named[other] and _is_in(term, [other]) for other in terms)
        if is_cause or is_within or not drugs or not (of_it or _is_given(study, term)):
            continue
        instead_of = of_it or drugs
        beside = () if of_it else tuple(other for other in unnamed if other != term)
        maybe = [
            drug for drug in drugs if drug in of_it or not any(drug in d for d in named.values())
        ]
        roles = {_role(study, drug) for drug in maybe} if of_it else set()
        yield Substance(
            (term,),
            instead_of=tuple(drug.names for drug in instead_of),
            beside=beside,
            role=roles.pop() if len(roles) == 1 else None,
        )


def _is_given(study: Study, term: str) -> bool:
    """Whether a title or an arm that is treated names a drug as what is given."""
    name = re.escape(words_of(term))
    title = re.compile(rf"{_IS_GIVEN}{name}{_ENDS_GIVEN}|^{name}{_STARTS_TITLE}")
    label = re.compile(name + _REST_OF_LABEL)
    return any(title.search(words_of(topic)) for topic in study.topics) or any(
        label.fullmatch(words_of(arm.label))
        for arm in study.arms
        if arm.type in (ArmType.EXPERIMENTAL, ArmType.ACTIVE_COMPARATOR)
    )


def _is_in(term: str, texts: Iterable[str]) -> bool:
    """Whether a term stands in one of some texts, in whole words."""
    return any(f" {words_of(term)} " in f" {words_of(text)} " for text in texts)


def _names_cause(term: str, text: str) -> bool:
    """Whether a text names a drug as what is treated, stopped or compared with, or as a part of a
    fixed combination."""
    if _FIXED.search(words_of(text)):
        return True
    name = rf"\b{re.escape(words_of(term))}\b"
    return bool(re.search(f"{_BEFORE_A_CAUSE}{name}|{name}{_AFTER_A_CAUSE}", words_of(text)))
