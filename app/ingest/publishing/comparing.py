"""Where two sources give different values for the same field of the same thing, by rule.

Nothing is judged: each side's value stands with its citation. A date that is only less precise than
another does not differ from it, nor does one that was only expected.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from app.documents.records import Passage
from app.ingest.publishing.mechanism_joining import Actions, actions_differ
from app.models.base import Row
from app.models.trial import DateType
from app.names.slugs import slug

ONE_VALUED = ("unii", "inchikey", "cas", "drugbank", "chembl", "gtopdb", "pubchem_cid")
"""Systems in which a substance has one identifier."""

COMPARED_OF_TRIALS = (
    "enrollment/count",
    "start_date",
    "completion_date",
    "allocation",
    "masking",
)


@dataclass(slots=True)
class TrialAccount:
    """One source's account of a trial: by what it is known, and what may be compared.

    `expected` names the dates that were only estimated.
    """

    source_id: str
    fact_id: str
    registry_ids: list[str]
    values: dict[str, Any]
    expected: set[str]
    passages: list[Passage]


@dataclass(slots=True)
class Compared:
    """What the sources say of a drug that can be compared: each value with who says so."""

    identifiers: dict[str, dict[str, list[tuple[str, Passage]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    approvals: dict[str, dict[str, list[tuple[str, Passage]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    trials: list[TrialAccount] = field(default_factory=list)
    actions: Actions = field(default_factory=dict)


def trial_account(source_id: str, trial: Row, said_in: list[Passage]) -> TrialAccount:
    """What a trial's entry holds that may be compared."""
    enrollment = trial["enrollment"] or {}
    values = {name: trial.get(name) for name in COMPARED_OF_TRIALS}
    values["enrollment/count"] = enrollment.get("count")
    expected = {name for name in values if trial.get(f"{name}_type") == DateType.ESTIMATED}
    return TrialAccount(source_id, trial["id"], trial["registry_ids"], values, expected, said_in)


def discrepancies(name: str, compared: Compared) -> Iterator[Row]:
    """The disagreements about a drug, as entries; each with the end of its id under `key`."""
    for system, by_value in compared.identifiers.items():
        if system in ONE_VALUED and _by_different_sources(by_value):
            yield _entry(
                f"identifier-{system}",
                None,
                "/identifiers",
                f"Sources give different {system.upper()} identifiers for {name}.",
                by_value,
            )
    for number, by_date in compared.approvals.items():
        if _by_different_sources(by_date, _dates_differ):
            yield _entry(
                f"approval-{number.lower()}",
                None,
                "/approvals",
                f"Sources give different dates for the approval {number} of {name}.",
                by_date,
            )
    for (target, species), by_action in compared.actions.items():
        said = {
            action: [(of.source_id, passage) for of in stated for passage in of.passages]
            for action, stated in by_action.items()
        }
        if _by_different_sources(said, actions_differ):
            first = min((stated[0] for stated in by_action.values()), key=lambda of: of.order)
            at = f"{first.target_name}{f' ({species})' if species else ''}"
            yield _entry(
                f"action-{slug(f'{target} {species or str()}')}",
                first.id,
                "/action_type",
                f"Sources give different actions of {name} at {at}.",
                said,
            )
    for one, other in combinations(compared.trials, 2):
        if one.source_id == other.source_id or not set(one.registry_ids) & set(other.registry_ids):
            continue
        for field_name in COMPARED_OF_TRIALS:
            values = (one.values[field_name], other.values[field_name])
            if None in values or not _differ(str(values[0]), str(values[1])):
                continue
            if (field_name in one.expected) != (field_name in other.expected):
                continue  # a plan, and what may have become of it
            number = sorted(set(one.registry_ids) & set(other.registry_ids))[0]
            readable = field_name.replace("/", " ").replace("_", " ")
            yield _entry(
                f"{other.fact_id}-and-{one.fact_id}-{slug(field_name)}",
                other.fact_id,
                f"/{field_name}",
                f"Accounts of the trial {number} differ in its {readable}.",
                {
                    str(account.values[field_name]): [
                        (account.source_id, passage) for passage in account.passages
                    ]
                    for account in (one, other)
                },
            )


def _entry(
    key: str,
    subject: str | None,
    pointer: str,
    statement: str,
    by_value: dict[str, list[tuple[str, Passage]]],
) -> Row:
    values = []
    for value, said in by_value.items():
        cite: dict[str, list[str]] = defaultdict(list)
        for _, (source, locator, _wording) in said:
            if locator not in cite[source]:
                cite[source].append(locator)
        values.append({"value": value, "cite": dict(cite)})
    return {
        "key": key,
        "statement": statement,
        "certainty": "stated",
        "subject": subject,
        "field": pointer,
        "note": None,
        "values": values,
    }


def _by_different_sources(
    by_value: dict[str, list[tuple[str, Passage]]], differ: Any = None
) -> bool:
    """Whether two sources, of which neither gives the other's value, give values that differ."""
    by_source: dict[str, set[str]] = defaultdict(set)
    for value, said in by_value.items():
        for source, _ in said:
            by_source[source].add(value)
    for one, other in combinations(by_source.values(), 2):
        if one & other:
            continue
        if differ is None or all(differ(a, b) for a in one for b in other):
            return True
    return False


def _differ(one: str, other: str) -> bool:
    return _dates_differ(one, other) if one[:4].isdecimal() and "-" in one + other else one != other


def _dates_differ(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return not longer.startswith(shorter)
