"""Mechanisms that two sources state of a drug: one fact where target, species and action are equal.

What one says beside that is served with what the other says, and both are cited. Where each says
something else of the same, or a source says it twice, the facts stay apart: nothing is lost.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.documents.records import Passage
from app.models.base import Row
from app.models.fact import MatchedBy

SPECIES = {"Homo sapiens": "Human", "Rattus norvegicus": "Rat", "Mus musculus": "Mouse"}
"""What ChEMBL calls them, and the Guide."""

ONE_VALUED = (
    *("effect", "affinity", "primary_target", "endogenous"),
    *("direct_interaction", "molecular_mechanism", "disease_efficacy"),
)
"""Fields that one fact has once."""

REMARKS = {"selectivity": "; ", "comment": "\n"}
"""Fields in which one fact has all that is said, and what stands between."""


@dataclass(slots=True)
class StatedMechanism:
    """A mechanism that a source states of a drug."""

    id: str
    rank: int
    source_id: str
    target_name: str
    matched_by: str | None
    entry: Row
    passages: list[Passage]

    @property
    def at(self) -> tuple[str, str | None]:
        """Its target, and the species of that."""
        species = self.entry["species"]
        return self.entry["target"], SPECIES.get(species, species)

    @property
    def order(self) -> tuple[int, bool, str]:
        """What it is ordered by: the first is served, with what others say."""
        return self.rank, not self.entry["primary_target"], self.id

    @property
    def action(self) -> str | None:
        """What the drug does to the target, if the source says so."""
        return self.entry["action_type"] or None


Actions = dict[tuple[str, str | None], dict[str, list[StatedMechanism]]]
"""The actions that are stated at a target in a species, each with who states it."""


def actions_at_targets(stated: Iterable[StatedMechanism]) -> Actions:
    """The actions that sources state of a drug itself; not of one with a radioactive atom."""
    found: Actions = defaultdict(lambda: defaultdict(list))
    for mechanism in sorted(stated, key=lambda of: of.order):
        if mechanism.action and mechanism.matched_by != MatchedBy.RADIOLABELLED:
            found[mechanism.at][mechanism.action].append(mechanism)
    return found


def joined_mechanisms(actions: Actions) -> dict[str, str]:
    """The facts that are one with a fact of an earlier source, by their ids: that one's id."""
    joined: dict[str, str] = {}
    for by_action in actions.values():
        for first, *others in by_action.values():
            sources = {first.source_id}
            for other in others:
                if other.source_id not in sources and not _contradict(first.entry, other.entry):
                    joined[other.id] = first.id
                    sources.add(other.source_id)
    return joined


def _contradict(one: Row, other: Row) -> bool:
    given = ({one[name], other[name]} - {None} for name in ONE_VALUED if name != "affinity")
    both_measured = one["affinity"] is not None and other["affinity"] is not None
    return both_measured or any(len(values) > 1 for values in given)


def add_mechanism(entry: Row, other: Row) -> None:
    """Add to a mechanism what another source says of it.

    What it is called is that source's own words; the first, the Guide, has none, but columns.
    """
    for name in ONE_VALUED:
        if entry[name] is None:
            entry[name] = other[name]
    entry["mechanism_of_action"] = other["mechanism_of_action"] or entry["mechanism_of_action"]
    for name, between in REMARKS.items():
        said = dict.fromkeys(filter(None, (entry[name], other[name])))
        entry[name] = between.join(said) or None


ACTIVATING = frozenset(
    {
        *("AGONIST", "PARTIAL AGONIST", "ACTIVATOR", "OPENER"),
        *("POSITIVE MODULATOR", "POSITIVE ALLOSTERIC MODULATOR"),
    }
)
INHIBITING = frozenset(
    {
        *("ANTAGONIST", "ALLOSTERIC ANTAGONIST", "INVERSE AGONIST", "INHIBITOR", "BLOCKER"),
        *("NEGATIVE MODULATOR", "NEGATIVE ALLOSTERIC MODULATOR", "ANTISENSE INHIBITOR"),
        *("RNAI INHIBITOR", "GENE EDITING NEGATIVE MODULATOR", "DEGRADER"),
    }
)
"""Actions by their direction. Within one, sources only use other words for the same."""


def actions_differ(one: str, other: str) -> bool:
    """Whether two actions contradict each other: one activates and the other inhibits."""
    both = {one, other}
    return bool(both & ACTIVATING) and bool(both & INHIBITING)
