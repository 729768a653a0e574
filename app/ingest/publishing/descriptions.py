"""Drugs as their records describe them: names, identifiers, classes, approvals, coverage.

What several records say alike is said once; of each source the first record that says it is cited.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from app.database.engines import Row, table_of
from app.ingest.bulk_insert import IN_ONE, among, chunks
from app.ingest.publishing.comparing import Said
from app.ingest.publishing.references import SEED
from app.ingest.publishing.rows import Citing, Passage, passages
from app.ingest.resolution.resolver import Identified, is_its_salt
from app.models.discrepancy import Discrepancy
from app.models.drug import NameType
from app.models.fact import MatchedBy
from app.models.source_record import (
    ImportedRecord,
    ImportedSource,
    ImportedSubstance,
    RecordSubstance,
)
from app.names.normalization import MARKS
from app.names.qualifiers import without_salt
from app.names.slugs import normalised, slug

NAMES_OF_ITS_OWN = {MatchedBy.ITSELF, MatchedBy.IDENTIFIER, MatchedBy.NAME}
"""How a substance was matched if what it is called is what the drug is called."""


@dataclass(slots=True)
class Claim:
    """What one record says of a drug."""

    source_id: str
    record_id: str
    matched_by: MatchedBy
    said: Row
    position: int
    called: str
    label: str
    released: str


@dataclass(slots=True)
class Description:
    """A drug as its records describe it, before its facts are counted."""

    drug: Identified
    row: Row
    coverage: list[tuple[str, str, bool, str]]
    said: Said
    claims: dict[tuple[str, str], Claim]

    @property
    def has_statements(self) -> bool:
        """Whether any record was read for facts."""
        return any(kind != Discrepancy.kind_name for kind, *_ in self.coverage)

    @property
    def of_several_sources(self) -> bool:
        """Whether there are two sources that could disagree."""
        return len({source for source, _ in self.claims}) > 1


Cited = tuple[Row, list[Passage]]
"""What is said, and the passages that say it."""


class Descriptions:
    """What the records say of drugs, by the drugs' ids."""

    def __init__(self, connection: sa.Connection, citing: Citing, sources: Sequence[str]) -> None:
        self._connection = connection
        self._citing = citing
        self._rank = {source: i for i, source in enumerate(sources)}
        self._read = {
            row.id: (row.as_of, row.complete or "") for row in connection.execute(READ).all()
        }
        self.of: dict[str, Description] = {}

    def describe(
        self,
        drug_ids: Iterable[str],
        drugs: Mapping[str, Identified],
        contested: Mapping[tuple[str, str], list[str]],
    ) -> None:
        """Gather what the records say of drugs; identifiers that are contested are none's."""
        for chunk in chunks(sorted(id_ for id_ in drug_ids if id_ in drugs), IN_ONE):
            by_drug: dict[str, list[Claim]] = defaultdict(list)
            rows = self._connection.execute(CLAIMS, {"values": chunk})
            for drug_id, matched_by, body, source, record, *rest in rows:
                how, said = MatchedBy(matched_by), from_json(body)
                by_drug[drug_id].append(Claim(source, record, how, said, *rest))
            for id_ in chunk:
                rank = self._rank
                claims = sorted(
                    by_drug[id_], key=lambda c: (rank[c.source_id], c.record_id, c.position)
                )
                self.of[id_] = self._described(drugs[id_], claims, contested)

    def _described(
        self,
        drug: Identified,
        claims: list[Claim],
        contested: Mapping[tuple[str, str], list[str]],
    ) -> Description:
        said = Said()
        compared = len({claim.source_id for claim in claims}) > 1
        names: dict[str, tuple[Row, list[Passage]]] = {}
        identifiers: dict[tuple[str, str], tuple[Row, list[Passage]]] = {}
        classes: dict[tuple[str, str | None], tuple[Row, list[Passage]]] = {}
        approvals: dict[tuple[Any, ...], tuple[Row, list[Passage]]] = {}
        statuses: dict[str, tuple[Row, list[Passage]]] = {}
        ingredients: list[Row] = []
        coverage_: dict[tuple[str, str], tuple[bool, str]] = {}
        description: str | None = None
        description_cite: list[Passage] = []
        for claim in claims:
            record = claim.said
            if claim.matched_by is MatchedBy.LABELLED:  # they are of what was made of the drug
                record = record | {"names": (), "identifiers": (), "statuses": ()}
            own = [(claim.source_id, record["locator"])] if record["locator"] else []
            is_its_name = claim.matched_by in NAMES_OF_ITS_OWN
            for name, type_, *cite in record.get("names", ()):
                if is_its_name or type_ == NameType.BRAND or _names_all_of(claim, name):
                    entry = {"name": name, "type": type_}
                    _say(names, _spelling(name), entry, passages(*cite) if cite else own)
            of_salt = is_its_salt(claim.matched_by, claim.called, drug.name)
            if is_its_name and not of_salt:
                for system, value, *cite in record.get("identifiers", ()):
                    if (system, value) not in contested:
                        where = passages(*cite) if cite else own
                        entry = {"system": system, "value": value}
                        _say(identifiers, (system, value), entry, where)
                        if compared:
                            said.identifiers[system][value].append((claim.source_id, where[0]))
            for name, type_, *cite in record.get("classes", ()):
                entry = {"id": slug(name), "name": name, "type": type_}
                if cite:
                    entry["id"] = cite.pop(0)
                _say(classes, (entry["id"], type_), entry, passages(*cite) if cite else own)
            for approval in record.get("approvals", ()):
                where = passages(approval.pop("cite", None)) or own
                name = approval["name"]
                key = (
                    approval["authority"],
                    approval["jurisdiction"],
                    approval["application_number"],
                    approval["date"],
                    normalised(name) if name else None,
                )
                _say(approvals, key, approval, where)
                if compared and approval["application_number"] and approval["date"]:
                    said.approvals[approval["application_number"]][approval["date"]].append(
                        (claim.source_id, where[0])
                    )
            for status, *cite in record.get("statuses", ()):
                _say(statuses, status, {"status": status}, passages(*cite) if cite else own)
            for kind in record["kinds"]:
                known = coverage_.get((kind, claim.source_id), (False, ""))[1]
                coverage_[kind, claim.source_id] = (False, max(known, self._read_on(claim)))
            for kind, source, complete, as_of in record.get("coverage", ()):
                coverage_[kind, source] = (complete, as_of)
            if description is None and record.get("description"):
                description = record["description"]
                description_cite = passages(record["cite"])
            for item in record.get("ingredients", ()):
                cited = passages(item.pop("cite"))
                ingredients.append({"name": item["name"], "drug": item["drug"], "cited": cited})
            if drug.ingredients and not ingredients:
                ingredients = [
                    {"name": ingredient.name, "drug": ingredient.drug_id, "cited": own}
                    for ingredient in drug.ingredients
                ]
        if drug.ingredients and _spelling(drug.name) not in names:
            own = ingredients[0]["cited"]
            entry = {"name": drug.name, "type": NameType.GENERIC.value}
            names = {_spelling(drug.name): (entry, own)} | names
        for claim in claims if compared else ():
            if claim.source_id != SEED:  # which says itself how far it was searched
                kind = (Discrepancy.kind_name, claim.source_id)
                coverage_.setdefault(kind, (False, self._read_on(claim)))
        row = {
            "id": drug.id,
            "name": drug.name,
            "folded_name": normalised(drug.name),
            "description": description,
            "evidence_id": self._citing.evidence(description_cite),
            "names": self._parts(drug.id, names.values(), folded_name=True),
            "identifiers": self._parts(drug.id, identifiers.values()),
            "classes": self._parts(drug.id, classes.values()),
            "approvals": self._parts(drug.id, approvals.values()),
            "statuses": self._parts(drug.id, statuses.values()),
            "ingredients": self._parts(
                drug.id, [(item, item.pop("cited")) for item in ingredients]
            ),
        }
        return Description(
            drug,
            row,
            [(kind, source, *how) for (kind, source), how in sorted(coverage_.items())],
            said,
            # Of a trial with two interventions that are this drug, the first counts.
            {(claim.source_id, claim.record_id): claim for claim in reversed(claims)},
        )

    def _parts(
        self,
        drug_id: str,
        items: Iterable[tuple[Row, list[Passage]]],
        *,
        folded_name: bool = False,
    ) -> list[Row]:
        rows = []
        before, evidence_id = None, None
        for position, (row, where) in enumerate(items):
            if where is not before:  # most rest on the same passage of the same record
                before, evidence_id = where, self._citing.evidence(where)
            row["drug_id"] = drug_id
            row["position"] = position
            if folded_name:
                row["folded_name"] = normalised(row["name"])
            row["evidence_id"] = evidence_id
            rows.append(row)
        return rows

    def _read_on(self, claim: Claim) -> str:
        """The day on which a source was last read for what a record says."""
        as_of, complete = self._read[claim.source_id]
        released = claim.released if len(claim.released) == len(as_of) else as_of
        return max(released, complete)


def _spelling(name: str) -> str:
    """A name by which others are the same: but for case, blanks and the marks of a trade name.

    Accents count: a source is never cited for a name with accents that it writes without.
    """
    return " ".join(MARKS.sub("", name).casefold().split())


def _names_all_of(claim: Claim, name: str) -> bool:
    """Whether a combination's name, as a record has it, names each of its ingredients."""
    if claim.matched_by is not MatchedBy.INGREDIENTS:
        return False
    said, made_of = normalised(name), map(normalised, claim.called.split("; "))
    return all(any(n in said for n in (one, *without_salt(one))) for one in made_of)


def _say(
    said: dict[Any, tuple[Row, list[Passage]]], key: Any, entry: Row, where: list[Passage]
) -> None:
    """Note what a record says; of each source the first that says it is cited."""
    if key not in said:
        said[key] = (entry, where)
        return
    first, cited = said[key]
    sources = {source for source, _ in cited}
    said[key] = (first, cited + [passage for passage in where if passage[0] not in sources])


_substance = table_of(ImportedSubstance).c
_link = table_of(RecordSubstance).c
_record = table_of(ImportedRecord).c
_source = table_of(ImportedSource).c

READ = sa.select(_source.id, _source.as_of, _source.complete)

NAMED_BY = sa.and_(_link.source_id == _substance.source_id, _link.substance_key == _substance.key)
"""How records are joined to the substances that they name."""

CLAIMS = (
    sa.select(
        _substance.drug_id,
        _substance.matched_by,
        _record.body,
        _substance.source_id,
        _record.id,
        _link.position,
        _substance.called,
        _substance.label,
        _record.released,
    )
    .join_from(table_of(ImportedSubstance), table_of(RecordSubstance), NAMED_BY)
    .join(
        table_of(ImportedRecord),
        sa.and_(_record.source_id == _link.source_id, _record.id == _link.record_id),
    )
    .where(among(_substance.drug_id))
)
