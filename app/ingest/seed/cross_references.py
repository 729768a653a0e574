"""What a seed's entries refer to, checked with the line that each stands on."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlmodel import SQLModel

from app.ingest.seed.entries import REFERENCES, parts_of
from app.ingest.seed.yaml_files import Location
from app.models.base import table_of
from app.models.condition import Condition
from app.models.drug import Drug, DrugIdentifier, DrugIngredient
from app.models.fact import Detail
from app.models.trial import TrialFields
from app.names.mesh import mesh_code

Report = Callable[[Location, str], None]
"""Notes a problem: where it stands, and what was expected there."""


class SeedReferences:
    """The ids and identifiers that a seed's files give: each stands for one thing."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._identifiers: dict[tuple[str, str], str] = {}

    def define(self, table: type[SQLModel], id_: str, location: Location, report: Report) -> None:
        """Note the id of an entry; define all before checking any."""
        name = table_of(table).name
        if id_ in self._ids[name]:
            report(location, f"there is a {name} '{id_}' already.")
        self._ids[name].add(id_)

    def must_know(
        self, table: type[SQLModel], id_: str, location: Location, report: Report
    ) -> None:
        """Report an id that nothing defines."""
        name = table_of(table).name
        if id_ not in self._ids[name]:
            report(location, f"there is no {name} '{id_}'.")

    def check(
        self, table: type[SQLModel], entry: Any, owner: str, location: Location, report: Report
    ) -> None:
        """Report what an entry and its parts refer to that is not there, or contradicts itself."""
        if getattr(table, "cites", None):
            self._check_cited(entry.cite, location, report)
        for name in REFERENCES:
            written = name.removesuffix("_id")
            if written in type(entry).model_fields:
                self._must_refer(name, getattr(entry, written), (*location, written), report)
        self._check(table, entry, owner, location, report)
        for name, part in parts_of(table).items():
            for position, item in enumerate(getattr(entry, name)):
                here = (*location, name, position)
                if part.scalar is None:
                    self.check(part, item, owner, here, report)
                else:
                    self._must_refer(f"{part.scalar}_id", item, (*here, part.scalar), report)

    def check_fact(
        self, table: type[Detail], entry: Any, drug_id: str, location: Location, report: Report
    ) -> None:
        """Report what a fact refers to that is not there."""
        if table.cited_by is None:
            self._check_cited(entry.cite, location, report)
        elif not getattr(entry, table.cited_by):
            report(location, f"needs at least one of {table.cited_by}.")
        self.check(table.content, entry, drug_id, location, report)

    def _check_cited(self, cite: dict[str, Any] | None, location: Location, report: Report) -> None:
        for source in cite or {}:
            if source not in self._ids["source"]:
                report((*location, "cite", source), f"there is no source '{source}'.")

    def _must_refer(self, field: str, id_: str | None, location: Location, report: Report) -> None:
        if field in REFERENCES and id_ is not None:
            self.must_know(REFERENCES[field], id_, location, report)

    def _check(
        self, table: type[SQLModel], entry: Any, owner: str, location: Location, report: Report
    ) -> None:
        """What contradicts itself, with the line that it stands on."""
        fields = type(entry).model_fields
        both = {"description", "cite"} <= fields.keys() and not fields["cite"].is_required()
        is_coded = table is Condition and bool(entry.codes)
        if is_coded and entry.cite is None:
            report(location, "codes go together with a cite of their terminology.")
        if both and not is_coded and (entry.description is None) != (entry.cite is None):
            report(location, "a description and its cite go together.")
        if "severity" in fields and (entry.severity is None) != (entry.severity_basis is None):
            report((*location, "severity"), "a severity and its severity_basis go together.")
        if table is DrugIdentifier:
            identifier = (entry.system, entry.value)
            if identifier in self._identifiers:
                taken = self._identifiers[identifier]
                expected = f"{entry.system} {entry.value} already identifies '{taken}'."
                report((*location, "value"), expected)
            self._identifiers[identifier] = owner
        if table is Condition:
            for i, code in enumerate(entry.codes):
                if code.system == "mesh" and mesh_code(code.code) != code.code:
                    report((*location, "codes", i, "code"), "a code of MeSH, such as D009128.")
        if table is DrugIngredient and entry.drug is not None:
            self.must_know(Drug, entry.drug, (*location, "drug"), report)
        if table is TrialFields:
            _check_trial(entry, location, report)


def _check_trial(trial: Any, location: Location, report: Report) -> None:
    """Report arms that a trial has twice or not at all, and counts of more than all."""
    arms = [arm.id for arm in trial.arms]
    for i, arm in enumerate(arms):
        if arm in arms[:i]:
            report((*location, "arms", i, "id"), f"there is an arm '{arm}' already.")
    named = list(arms)
    for i, group in enumerate(trial.groups):
        if group.id in named:
            expected = f"there is an arm or group '{group.id}' already."
            report((*location, "groups", i, "id"), expected)
        named.append(group.id)
    of_arms = f"this trial's arms are: {', '.join(arms) or 'none'}"
    groups = ", ".join(named[len(arms) :])
    of_both = f"{of_arms}; its groups: {groups}." if groups else f"{of_arms}."
    for i, outcome in enumerate(trial.outcomes):
        here = (*location, "outcomes", i)
        for j, described in enumerate(outcome.group_descriptions):
            if described.arm not in arms:
                report((*here, "group_descriptions", j, "arm"), f"{of_arms}.")
        for j, analysis in enumerate(outcome.analyses):
            for k, arm in enumerate(analysis.arms):
                if arm not in named:
                    report((*here, "analyses", j, "arms", k), of_both)
        for j, result in enumerate(outcome.results):
            if result.arm not in named:
                report((*here, "results", j, "arm"), of_both)
            if (result.count or 0) > (result.participants or result.count or 0):
                report((*here, "results", j, "count"), "at most as many as `participants`.")


def fact_id(drug_id: str, table: type[Detail], key: str) -> str:
    """A fact's id, which never changes: `baclofen-warning-withdrawal`."""
    return f"{drug_id}-{table.singular}-{key}"
