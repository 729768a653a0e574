"""Names and identifiers that lead to a drug without being its own: see `app.models.search`."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from app.database import table_of
from app.ingest.descriptions import NAMED_BY
from app.ingest.identity import names_salt
from app.ingest.tables import Tables, among, select_in
from app.models.drug import NameType
from app.models.fact import MatchedBy
from app.models.imported import ImportedRecord, ImportedSubstance, RecordSubstance
from app.models.search import ClaimedIdentifier, ClaimedName
from app.models.spelling import name_key
from app.records.keys import IDENTIFIER, claim_digest


def write_claims(connection: sa.Connection, tables: Tables, drug_ids: list[str]) -> None:
    """Write the claims to these drugs anew, and the brands of what was set aside."""
    claims = table_of(ClaimedName)
    keys: dict[Any, Any] = {ClaimedIdentifier: IDENTIFIER, ClaimedName: claims.c.key}
    for model, looked_up in keys.items():
        of_drugs = sa.select(looked_up).where(among(table_of(model).c.drug_id))
        tables.keys.subtract(row[0] for row in select_in(connection, of_drugs, drug_ids))
        tables.delete(model, "drug_id", drug_ids)
    is_set_aside = claims.c.drug_id.is_(None)
    tables.keys.subtract(connection.execute(sa.select(claims.c.key).where(is_set_aside)).scalars())
    connection.execute(claims.delete().where(is_set_aside))
    names: dict[tuple[str, str], tuple[str | None, str]] = {}
    identifiers: dict[tuple[str, str, str], str | None] = {}
    substances = select_in(connection, OF_DRUGS, drug_ids)
    for row in sorted(substances, key=lambda row: (row.source_id, row.key)):
        if is_salt(row):
            names.setdefault((name_key(row.called), row.drug_id), (row.drug_id, row.called))
            for system, value in from_json(row.body)["identifiers"]:
                identifiers.setdefault((row.drug_id, system, value), row.called)
        elif row.matched_by != MatchedBy.INGREDIENTS:
            for system, value, *_ in row.contested:
                identifiers[row.drug_id, system, value] = None
    for key, claim, substance in _brands_set_aside(connection):
        names[key, claim] = (None, substance)
    by_name = [(*key, *names[key]) for key in sorted(names) if key[0]]
    by_identifier = [(*key, identifiers[key]) for key in sorted(identifiers)]
    tables.keys.update(row[0] for row in by_name)
    tables.keys.update(f"{system}:{value}" for _, system, value, _ in by_identifier)
    for table, rows in ((claims, by_name), (table_of(ClaimedIdentifier), by_identifier)):
        tables.add_all(table, [(*row, claim_digest(*row)) for row in rows])


def is_salt(row: Any) -> bool:
    """Whether a substance was found to be a salt of the drug that it is."""
    if row.matched_by == MatchedBy.NAME_WITHOUT_SALT:
        return True
    return row.matched_by == MatchedBy.NAME and names_salt(row.called)


def _brands_set_aside(connection: sa.Connection) -> Iterator[tuple[str, str, str]]:
    """The brands of products of which it could not be said which drug they are."""
    for row in connection.execute(SET_ASIDE):
        for name, type_, *_ in from_json(row.body).get("names", ()):
            if type_ == NameType.BRAND:
                yield name_key(name), f"{row.source_id} {row.key}", row.called


_substance, _link, _record = (
    table_of(table).c for table in (ImportedSubstance, RecordSubstance, ImportedRecord)
)

OF_DRUGS = sa.select(
    _substance.source_id,
    _substance.key,
    _substance.drug_id,
    _substance.matched_by,
    _substance.called,
    _substance.contested,
    _substance.body,
).where(among(_substance.drug_id))

SET_ASIDE = (
    sa.select(_substance.source_id, _substance.key, _substance.called, _record.body)
    .join_from(table_of(ImportedSubstance), table_of(RecordSubstance), NAMED_BY)
    .join(
        table_of(ImportedRecord),
        sa.and_(_record.source_id == _link.source_id, _record.id == _link.record_id),
    )
    .where(_substance.drug_id.is_(None))
)
