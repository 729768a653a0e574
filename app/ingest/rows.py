"""Entries as rows of the tables, with every reference between them checked."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel
from sqlmodel import SQLModel

from app.database import key_of, table_of
from app.ingest.entries import parts_of, refers_elsewhere
from app.ingest.yaml_files import Location
from app.models.drug import DrugIdentifier
from app.models.fact import Detail, Fact
from app.models.source import Citation, Evidence

Row = dict[str, Any]
Report = Callable[[Location, str], None]
"""Takes note of a problem: where it stands, and what was expected there."""


class Rows:
    """The rows of one release, table by table; an id, or an identifier, stands for one thing."""

    def __init__(self) -> None:
        self.of: dict[sa.Table, list[Row]] = defaultdict(list)
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._identifiers: dict[tuple[str, str], str] = {}

    def claim(self, table: type[SQLModel], id_: str, location: Location, report: Report) -> None:
        """Take an id for a row that will be added; claim all before adding any."""
        name = table_of(table).name
        if id_ in self._ids[name]:
            report(location, f"there is a {name} '{id_}' already.")
        self._ids[name].add(id_)

    def must_know(
        self, table: type[SQLModel], id_: str, location: Location, report: Report
    ) -> None:
        """Report an id that nothing has claimed."""
        name = table_of(table).name
        if id_ not in self._ids[name]:
            report(location, f"there is no {name} '{id_}'.")

    def add(
        self, table: type[SQLModel], entry: Any, keys: Row, location: Location, report: Report
    ) -> None:
        """Add an entry's row and those of its parts. `keys` are the values it does not write."""
        row = dict(keys)
        for column in table_of(table).columns:
            name = column.name
            if name == "evidence_id":
                row[name] = row.get(name) or self.evidence([entry.cite], location, report)
            elif name in row or name == "folded_name":
                continue
            elif refers_elsewhere(column):
                row[name] = self._referred(column, entry, location, report)
            else:
                row[name] = _plain(getattr(entry, name))
        self.of[table_of(table)].append(row)
        self._check(table, entry, row, location, report)
        own = [row[key] for key in key_of(table)]
        for name, part in parts_of(table).items():
            for position, item in enumerate(getattr(entry, name)):
                written = item if part.scalar is None else SimpleNamespace(**{part.scalar: item})
                part_keys = dict(zip(part.owner, own, strict=True)) | {"position": position}
                self.add(part, written, part_keys, (*location, name, position), report)

    def add_fact(
        self, table: type[Detail], entry: Any, drug_id: str, location: Location, report: Report
    ) -> None:
        """Add a fact: the row that every fact has, and that of its kind."""
        cites = (
            [entry.cite]
            if table.cited_by is None
            else [part.cite for part in getattr(entry, table.cited_by)]
        )
        if not cites:
            report(location, f"needs at least one of {table.cited_by}.")
        identity = {"id": fact_id(drug_id, table, entry.key), "kind": table.kind_name}
        self.of[table_of(Fact)].append(
            identity
            | {
                "drug_id": drug_id,
                "statement": entry.statement,
                "certainty": entry.certainty,
                # What its parts cite is told of where the parts are added.
                "evidence_id": self.evidence(
                    cites, location, report if table.cited_by is None else _already_told
                ),
            }
        )
        self.add(table, entry, identity, location, report)

    def evidence(
        self, cites: Iterable[dict[str, Any] | None], location: Location, report: Report
    ) -> str | None:
        """The id of the evidence that these citations make; null where there are none."""
        citations: dict[tuple[str, str], None] = {}
        for cite in cites:
            for source, locators in (cite or {}).items():
                if source not in self._ids["source"]:
                    report((*location, "cite", source), f"there is no source '{source}'.")
                for locator in locators:
                    citations[source, locator] = None
        if not citations:
            return None
        id_ = hashlib.sha256(json.dumps(list(citations)).encode()).hexdigest()[:20]
        if id_ not in self._ids["evidence"]:
            self._ids["evidence"].add(id_)
            self.of[table_of(Evidence)].append({"id": id_, "first_position": 0})
            self.of[table_of(Citation)].extend(
                {"evidence_id": id_, "position": i, "source_id": source, "locator": locator}
                for i, (source, locator) in enumerate(citations)
            )
        return id_

    def _referred(
        self, column: sa.Column[Any], entry: Any, location: Location, report: Report
    ) -> str | None:
        name = column.name.removesuffix("_id")
        id_: str | None = getattr(entry, name)
        table = next(iter(column.foreign_keys)).column.table.name
        if id_ is not None and id_ not in self._ids[table]:
            report((*location, name), f"there is no {table} '{id_}'.")
        return id_

    def _check(
        self, table: type[SQLModel], entry: Any, row: Row, location: Location, report: Report
    ) -> None:
        """What the database would refuse too, told here with the line it stands on."""
        both = {"description", "evidence_id"} <= row.keys()
        if both and (row["description"] is None) != (row["evidence_id"] is None):
            report(location, "a description and its cite go together.")
        if "severity" in row and (row["severity"] is None) != (row["severity_basis"] is None):
            report((*location, "severity"), "a severity and its severity_basis go together.")
        if table is DrugIdentifier:
            identifier = (row["system"], row["value"])
            if identifier in self._identifiers:
                taken = self._identifiers[identifier]
                expected = f"{row['system']} {row['value']} already identifies '{taken}'."
                report((*location, "value"), expected)
            self._identifiers[identifier] = row["drug_id"]
        arms = [arm.id for arm in getattr(entry, "arms", [])]
        for i, arm in enumerate(arms):
            if arm in arms[:i]:
                report((*location, "arms", i, "id"), f"there is an arm '{arm}' already.")
        for i, outcome in enumerate(getattr(entry, "outcomes", [])):
            for j, result in enumerate(outcome.results):
                here = (*location, "outcomes", i, "results", j)
                if result.arm not in arms:
                    known = ", ".join(arms) or "none"
                    report((*here, "arm"), f"this trial's arms are: {known}.")
                if (result.count or 0) > (result.participants or result.count or 0):
                    report((*here, "count"), "at most as many as `participants`.")


def _already_told(_: Location, __: str) -> None:
    return


def fact_id(drug_id: str, table: type[Detail], key: str) -> str:
    """A fact's id, which never changes: `baclofen-warning-withdrawal`."""
    return f"{drug_id}-{table.singular}-{key}"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(item) for item in value] if isinstance(value, list) else value
